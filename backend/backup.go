package main

import (
	"context"
	"errors"
	"fmt"

	"countersign/backend/anchor"
	"countersign/backend/store"
	"countersign/backend/vault"
)

type backupCmd struct {
	place
	File string   `arg:"" help:"File to write; a manifest comes beside it. It must not be there yet." placeholder:"FILE"`
	Log  logFlags `embed:"" prefix:"log-"`
}

// Run copies the database, checks the copy, and walks the audit record that is in it.
func (c *backupCmd) Run(o *output) (err error) {
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
	m, err := db.Backup(ctx, c.File)
	if err != nil {
		return err
	}
	_, anchors, err := anchor.Open(c.anchorsFile())
	if err != nil {
		return err
	}
	if err := verify(ctx, db, keys, anchors, o.err); err != nil {
		return fmt.Errorf("the backup is written, and what it is of is not as it should be: %w", err)
	}
	if err := store.MarkBackup(ctx, c.File, c.Data); err != nil { // no less a backup
		fmt.Fprintf(o.err, "The running server could not be told of the backup, so devices keep settled edits longer than they need: %v\n", err)
	}
	rows := int64(0)
	for _, t := range m.Tables {
		rows += t.Rows
	}
	_, err = fmt.Fprintf(o.out, "%s holds %d rows of %d tables. Keep the key file %s apart from it: each is worthless without the other.\n",
		c.File, rows, len(m.Tables), c.keyFile())
	return err
}
