package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"countersign/backend/portal"
	"countersign/backend/store"
	"countersign/backend/vault"
)

type keysCmd struct {
	Rotate keysRotateCmd `cmd:"" help:"Make a new root key beside the old one, and seal everything with it. When the portal runs, its next start does the sealing while it serves."`
	Status keysStatusCmd `cmd:"" help:"Show what is sealed with which root key."`
	Retire keysRetireCmd `cmd:"" help:"Put the old root key away once nothing needs it. The portal must not run."`
}

type keysRotateCmd struct {
	place
	Log logFlags `embed:"" prefix:"log-"`
}

// Run may be interrupted and run again at any point: it goes on where it was.
func (c *keysRotateCmd) Run(o *output) (err error) {
	if err := c.must(); err != nil {
		return err
	}
	old, err := vault.Open(c.keyFile())
	if err != nil {
		return err
	}
	if _, err := os.Stat(c.nextKeyFile()); errors.Is(err, os.ErrNotExist) {
		next, err := vault.CreateNext(c.nextKeyFile(), old)
		if err != nil {
			return err
		}
		fmt.Fprintf(o.out, "The new root key %s is in %s. Keep a copy of it elsewhere, like of the old one.\n", next.ID(), c.nextKeyFile())
	}
	keys, err := c.withNext(old)
	if err != nil {
		return err
	}
	ctx := context.Background()
	s, err := openService(ctx, &c.place, keys, c.Log.logger(o.err))
	if errors.Is(err, store.ErrRunning) {
		fmt.Fprintln(o.out, "The portal runs. Start it again: it seals everything with the new key while it serves.")
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.DB.Close()) }()
	moved, err := s.RotateKeys(ctx)
	if err != nil {
		return fmt.Errorf("%d rows are sealed with the new key; run the command again to go on: %w", moved, err)
	}
	fmt.Fprintf(o.out, "%d rows were sealed with the key %s.\n", moved, keys.ID())
	return showKeys(ctx, s, o.out)
}

type keysStatusCmd struct {
	place
	Log logFlags `embed:"" prefix:"log-"`
}

// Run works beside a running portal.
func (c *keysStatusCmd) Run(o *output) (err error) {
	keys, err := c.standing()
	if err != nil {
		return err
	}
	ctx := context.Background()
	log := c.Log.logger(o.err)
	db, err := store.Open(ctx, store.Options{Dir: c.Data, ReadOnly: true, Log: log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return showKeys(ctx, portal.New(portal.Deps{DB: db, Keys: keys, Live: portal.Nobody{}, Log: log}), o.out)
}

// showKeys prints a line a key.
func showKeys(ctx context.Context, s *portal.Service, w io.Writer) error {
	uses, err := s.KeyUses(ctx)
	if err != nil {
		return err
	}
	for _, key := range []string{s.Keys.ID(), s.Keys.Previous()} {
		if _, used := uses[key]; !used && key != "" {
			uses[key] = portal.KeyUse{}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(uses)) {
		state := "unknown"
		switch key {
		case s.Keys.ID():
			state = "in use"
		case s.Keys.Previous():
			state = "being replaced"
		}
		u := uses[key]
		fmt.Fprintf(w, "%s  %-14s  %d organizations, %d codes, %d past codes, %d phrases, %d second factors, %d mails, %d secrets of webhooks\n",
			key, state, u.Orgs, u.Codes, u.History, u.Phrases, u.Logins, u.Mails, u.Webhooks)
	}
	return nil
}

type keysRetireCmd struct {
	place
	Log logFlags `embed:"" prefix:"log-"`
}

// Run takes the new file in the place of the old one. A portal that runs could still seal with the old key, so there
// must be none.
func (c *keysRetireCmd) Run(o *output) (err error) {
	keys, err := c.standing()
	if err != nil {
		return err
	}
	old := keys.Previous()
	if old == "" {
		return errors.New("no root key is being replaced: there is nothing to retire")
	}
	ctx := context.Background()
	s, err := openService(ctx, &c.place, keys, c.Log.logger(o.err))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.DB.Close()) }()
	uses, err := s.KeyUses(ctx)
	if err != nil {
		return err
	}
	if u := uses[old]; u.Total() > 0 {
		showKeys(ctx, s, o.out)
		return fmt.Errorf("the key %s is still needed for %d rows: run \"countersign keys rotate\", and wait ten minutes for one-time phrases", old, u.Total())
	}
	return c.swap(old, o.out)
}

// swap keeps the old file under another name too, and then puts the new one in its place in one step: whenever it is
// interrupted, a start finds a key that opens everything.
func (c *keysRetireCmd) swap(old string, w io.Writer) error {
	away := c.keyFile() + ".retired-" + old
	if err := os.Link(c.keyFile(), away); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("keep the old key file: %w", err)
	}
	if err := os.Rename(c.nextKeyFile(), c.keyFile()); err != nil {
		return fmt.Errorf("put the new key file in its place: %w", err)
	}
	_, err := fmt.Fprintf(w, "The old root key %s is in %s. Only backups from before need it: destroy it with the last of them.\n", old, away)
	return err
}
