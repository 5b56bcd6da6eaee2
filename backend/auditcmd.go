package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"countersign/backend/anchor"
	"countersign/backend/store"
	"countersign/backend/vault"
)

type auditCmd struct {
	Verify auditVerifyCmd `cmd:"" help:"Walk the whole audit record with its key, and hold it against the anchors. Names the first bad entry of each chain."`
}

// verifyLimit is for reading the whole record as one moment; the longest ones take minutes.
const verifyLimit = time.Hour

type auditVerifyCmd struct {
	place
	Log logFlags `embed:"" prefix:"log-"`
}

// Run walks every chain; it works beside a running portal.
func (c *auditVerifyCmd) Run(o *output) (err error) {
	if err := c.must(); err != nil {
		return err
	}
	ctx := context.Background()
	keys, err := vault.Open(c.keyFile())
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, store.Options{Dir: c.Data, ReadOnly: true, ReadLimit: verifyLimit, Log: c.Log.logger(o.err)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	_, anchors, err := anchor.Open(c.anchorsFile())
	if err != nil {
		return err
	}
	return verify(ctx, db, keys, anchors, o.out)
}

// verify prints a line a chain, and fails when one is not intact.
func verify(ctx context.Context, db *store.DB, keys *vault.Keys, anchors anchor.Anchors, w io.Writer) error {
	bad := 0
	err := db.View(ctx, func(tx *store.Tx) error {
		found, err := anchor.Verify(ctx, tx, keys.Derive(vault.Audit), anchors)
		if err != nil {
			return err
		}
		for _, f := range found {
			if f.Fault != nil {
				bad++
				fmt.Fprintf(w, "BAD     %s\n", f.Fault)
				continue
			}
			fmt.Fprintf(w, "intact  %s: %d entries\n", f.Stream, f.Seq)
		}
		if len(found) == 0 {
			fmt.Fprintln(w, "The audit record is empty.")
		}
		return nil
	})
	if err == nil && bad > 0 {
		err = fmt.Errorf("the audit record was changed: %d of its chains are not intact", bad)
	}
	return err
}
