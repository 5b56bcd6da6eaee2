package store

import (
	"context"
	"crypto/rand"
	"log/slog"
	"testing"
	"time"

	"countersign/backend/clock"
	"countersign/backend/inventory"
	"countersign/backend/inventory/storetest"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/org"
	"countersign/shared/replica"
)

// installation is a database under the tests that every store of numbers passes.
type installation struct {
	testing.TB
	db  *DB
	now time.Time
}

func newInstallation(tb testing.TB) *installation {
	in := &installation{TB: tb, now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	db, err := Open(tb.Context(), Options{Dir: tb.TempDir(), Ballast: -1, Log: slog.New(slog.DiscardHandler),
		Clock: clock.On(func() time.Time { return in.now }, time.Time{}), Housekeeping: time.Hour})
	if err != nil {
		tb.Fatal(err)
	}
	in.db = db
	tb.Cleanup(func() { db.Close() })
	return in
}

func testEpoch() replica.Epoch { return replica.Epoch(id.New[string](time.Now(), rand.Reader)) }

// change runs fn as a change that somebody recorded.
func (in *installation) change(fn func(context.Context, *Tx) error) error {
	return in.db.Update(context.Background(), func(tx *Tx) error {
		tx.MarkRecorded()
		return fn(context.Background(), tx)
	})
}

func (in *installation) must(err error) {
	in.Helper()
	if err != nil {
		in.Fatal(err)
	}
}

func (in *installation) Organization() id.Organization {
	o := org.Organization{ID: id.New[id.Organization](time.Now(), rand.Reader), Name: "N", ManagedBy: org.Customer, State: org.Active, Region: "FR"}
	o.Reference = string(o.ID)
	in.must(in.change(func(ctx context.Context, tx *Tx) error { return tx.AddOrganization(ctx, &o, "") }))
	return o.ID
}

func (in *installation) Update(o id.Organization, fn func(inventory.Store) error) error {
	return in.change(func(ctx context.Context, tx *Tx) error { return fn(tx.Inventory(ctx, o, testEpoch)) })
}

func (in *installation) View(o id.Organization, fn func(inventory.Store) error) error {
	return in.db.View(context.Background(), func(tx *Tx) error { return fn(tx.Inventory(context.Background(), o, testEpoch)) })
}

func (in *installation) PutUnit(o id.Organization, u *number.Unit) {
	in.must(in.change(func(ctx context.Context, tx *Tx) error {
		if old, err := maybe(tx.BusinessUnit(ctx, o, u.ID)); err != nil || old != nil {
			return tx.SaveBusinessUnit(ctx, o, u)
		}
		return tx.AddBusinessUnit(ctx, o, u)
	}))
}

func (in *installation) PutProgram(o id.Organization, p *number.Program) {
	in.must(in.change(func(ctx context.Context, tx *Tx) error {
		if old, err := maybe(tx.Program(ctx, o, p.ID)); err != nil || old != nil {
			return tx.SaveProgram(ctx, o, p)
		}
		return tx.AddProgram(ctx, o, p)
	}))
}

func (in *installation) DropUnit(o id.Organization, u id.BusinessUnit) {
	in.must(in.change(func(ctx context.Context, tx *Tx) error { return tx.DeleteBusinessUnit(ctx, o, u) }))
}

func (in *installation) DropProgram(o id.Organization, p id.Program) {
	in.must(in.change(func(ctx context.Context, tx *Tx) error { return tx.DeleteProgram(ctx, o, p) }))
}

func (in *installation) PutPurpose(p *number.Purpose) {
	in.must(in.change(func(ctx context.Context, tx *Tx) error { return tx.AddPurpose(ctx, p) }))
}

func (in *installation) Advance(d time.Duration) { in.now = in.now.Add(d) }

// N13: the database holds to all that the core of the numbers needs of a store.
func TestNumbersAreAStoreOfTheInventory(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Installation { return newInstallation(t) })
}
