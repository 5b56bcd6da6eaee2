package portal_test

import (
	"os"
	"path/filepath"
	"testing"

	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/live"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// N13: the operator is told of a server that went back, whichever call of a device shows it first, and once.
func TestPushShowsARollback(t *testing.T) {
	w := newAway(t)
	marie := w.device(w.Marie)
	n := marie.Create(firstNumber, "survey")
	w.sync(marie)
	backup := w.Backup()
	marie.Rename(n, "Lost")
	w.sync(marie)
	cursor := marie.Meta().Cursor
	w.Rewind(backup)

	name := "Other"
	m := replica.Mutation{Mid: 1, Uid: anyUid(), V: 1, Op: replica.Set, Rows: []replica.Edit{{ID: n, Set: &number.Fields{DisplayName: &name}}}}
	if _, err := w.push(w.As(w.Marie), replica.Push{Client: benchDevice, Cursor: cursor, Mutations: []replica.Mutation{m}}); err != nil {
		t.Fatal(err)
	}
	if told := w.Service.SyncStats().Rollbacks; told != 1 || w.replaced() != 1 {
		t.Errorf("after the push: %d rollbacks told, %d recorded", told, w.replaced())
	}
	w.sync(marie)
	if told := w.Service.SyncStats().Rollbacks; told != 1 || w.replaced() != 1 {
		t.Errorf("after the device saw it: %d rollbacks told, %d recorded", told, w.replaced())
	}
}

// N13: what a backup left beside the data is no reason not to serve, whatever it is.
func TestSweepWithADamagedMark(t *testing.T) {
	w := newAway(t)
	w.sync(w.device(w.Marie))
	path := filepath.Join(w.Dir, "data", store.BackupMark)
	for name, put := range map[string]func() error{
		"damaged":    func() error { return os.WriteFile(path, []byte("{"), 0o600) },
		"unreadable": func() error { return os.Mkdir(path, 0o700) },
	} {
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
		if err := put(); err != nil {
			t.Fatal(err)
		}
		w.Restart(nil)
		if err := w.Service.Sweep(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// N04: of several edits those that somebody may not make are refused each for itself, and the record tells that they tried.
func TestForbiddenEditsAreRecorded(t *testing.T) {
	d := newDesk(t)
	n := d.add("+33184882010", "survey", "", number.Place{})
	remove := api.NumberEdit{Op: replica.Remove, WasEpoch: d.epoch(), Rows: []replica.Edit{{ID: n, WasVer: 1 << 40}}}
	for range 3 {
		if o := d.one(d.As(d.Paul), d.Acme, remove); o.St != replica.Rejected || o.Faults[0].Reason != number.Forbidden {
			t.Fatalf("%+v", o)
		}
	}
	got := audited(d, live.Of(d.Acme), audit.AccessRefused)
	if len(got) != 1 || got[0].Actor.Name != d.Paul.Name || got[0].Detail["act"] != api.EditNumbers.Name || got[0].Outcome != audit.Refused {
		t.Errorf("recorded: %+v", got)
	}
	d.Verify()
}
