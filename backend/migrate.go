package main

import (
	"context"
	"fmt"
	"os"

	"countersign/backend/store"
)

type migrateCmd struct {
	place
	Log logFlags `embed:"" prefix:"log-"`
}

// Run opens the database, which brings its schema up to date, and closes it.
func (c *migrateCmd) Run(o *output) error {
	if err := c.must(); err != nil {
		return err
	}
	db, err := store.Open(context.Background(), store.Options{Dir: c.Data, Log: c.Log.logger(os.Stderr)})
	if err != nil {
		return err
	}
	if err := db.Close(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(o.out, "The database in %s is up to date.\n", c.Data)
	return err
}
