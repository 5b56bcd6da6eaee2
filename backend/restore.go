package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"countersign/backend/anchor"
	"countersign/backend/store"
	"countersign/backend/vault"
)

type restoreCmd struct {
	place
	File string   `arg:"" help:"Backup, with its manifest beside it." type:"existingfile"`
	Log  logFlags `embed:"" prefix:"log-"`
}

// Run puts the backup in place, ends what must not come back with it, and begins the anchors anew.
func (c *restoreCmd) Run(o *output) (err error) {
	ctx := context.Background()
	keys, err := vault.Open(c.keyFile()) // first: without it the restored database could not be served
	if err != nil {
		return err
	}
	m, err := store.Restore(ctx, c.File, c.Data)
	if err != nil {
		return err
	}
	s, err := openService(ctx, &c.place, keys, c.Log.logger(o.err))
	if err != nil {
		return fmt.Errorf("the backup is in place, and must not be served yet: %w", err)
	}
	defer func() { err = errors.Join(err, s.DB.Close()) }()
	if err := s.DB.View(ctx, func(tx *store.Tx) error { return anchor.Start(ctx, tx, keys.Derive(vault.Audit), nil) }); err != nil {
		return fmt.Errorf("the backup is in place, and can't be served: %w", err)
	}
	if err := verify(ctx, s.DB, keys, nil, o.err); err != nil {
		return fmt.Errorf("the backup is in place, and its audit record is not intact: %w", err)
	}
	ended, err := s.Restored(ctx, filepath.Base(c.File))
	if err != nil {
		return err
	}
	if err := c.anchorAnew(ctx, s.DB); err != nil {
		return err
	}
	_, err = fmt.Fprintf(o.out, "The backup of %s is in place. Everybody signs in anew: %d sign-ins, %d links and %d waiting mails were ended, and all remote access; %d API tokens were revoked.\n"+
		"What was there before is kept beside it as %s.\n",
		m.Taken.Format("2006-01-02 15:04 MST"), ended.SignIns, ended.Links, ended.Mails, ended.Tokens, filepath.Join(c.Data, store.FileName+".before-restore"))
	return err
}

func (c *restoreCmd) anchorAnew(ctx context.Context, db *store.DB) error {
	file, _, err := anchor.Open(c.anchorsFile())
	if err != nil {
		return err
	}
	return db.View(ctx, func(tx *store.Tx) error {
		heads, err := tx.AuditHeads(ctx)
		if err != nil {
			return err
		}
		return file.Restored(heads, tx.Now())
	})
}
