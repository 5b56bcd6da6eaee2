package memory_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"countersign/backend/inventory"
	"countersign/backend/inventory/memory"
	"countersign/backend/inventory/storetest"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/perm"
	"countersign/shared/replica"
)

// installation is one with a clock of its own.
type installation struct {
	*memory.Installation
	t    *testing.T
	now  time.Time
	made int
}

func open(t *testing.T) storetest.Installation { return newInstallation(t) }

func newInstallation(t *testing.T) *installation {
	in := &installation{t: t, now: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	in.Installation = memory.New(func() time.Time { return in.now }, func() replica.Epoch {
		in.made++
		return replica.Epoch(fmt.Sprint("epoch-", in.made))
	})
	return in
}

func (in *installation) Organization() id.Organization {
	in.made++
	return id.Organization(fmt.Sprint("organization-", in.made))
}

func (in *installation) Update(org id.Organization, fn func(inventory.Store) error) error {
	return in.Installation.Update(org, func(t *memory.Tx) error { return fn(t) })
}

func (in *installation) View(org id.Organization, fn func(inventory.Store) error) error {
	return in.Installation.View(org, func(t *memory.Tx) error { return fn(t) })
}

func (in *installation) write(org id.Organization, fn func(*memory.Tx) error) {
	in.t.Helper()
	if err := in.Installation.Update(org, fn); err != nil {
		in.t.Fatal(err)
	}
}

func (in *installation) PutUnit(org id.Organization, u *number.Unit) {
	in.write(org, func(t *memory.Tx) error { return t.PutUnit(u) })
}

func (in *installation) DropUnit(org id.Organization, u id.BusinessUnit) {
	in.write(org, func(t *memory.Tx) error { return t.DropUnit(u) })
}

func (in *installation) PutProgram(org id.Organization, p *number.Program) {
	in.write(org, func(t *memory.Tx) error { return t.PutProgram(p) })
}

func (in *installation) DropProgram(org id.Organization, p id.Program) {
	in.write(org, func(t *memory.Tx) error { return t.DropProgram(p) })
}

func (in *installation) PutPurpose(p *number.Purpose) {
	in.write("any", func(t *memory.Tx) error { return t.PutPurpose(p) })
}

func (in *installation) Advance(d time.Duration) { in.now = in.now.Add(d) }

func TestStore(t *testing.T) { storetest.Run(t, open) }

var errKilled = errors.New("killed")

// TestKillAnywhere kills the server before each write of a push in turn: nothing of it is left, and the same push then
// comes to the same state as one that was never hindered (I2, I3, I7).
func TestKillAnywhere(t *testing.T) {
	for at := 0; ; at++ {
		in := newInstallation(t)
		core, a, push := scene(t, in)
		before := state(t, in)
		writes := 0
		in.Hook = func(string) error {
			if writes++; writes == at+1 {
				return errKilled
			}
			return nil
		}
		err := in.Update("org", func(s inventory.Store) error {
			_, _, err := core.Push(s, a, push)
			return err
		})
		if err == nil {
			if at < 12 {
				t.Errorf("a push of three mutations made %d writes", at)
			}
			return
		}
		if !errors.Is(err, errKilled) {
			t.Fatalf("killed at %d: %v", at, err)
		}
		if got := state(t, in); got != before {
			t.Fatalf("killed at %d it left\n%s\nof\n%s", at, got, before)
		}

		in.Hook = nil
		free := newInstallation(t)
		freeCore, _, _ := scene(t, free)
		for _, w := range []struct {
			in   *installation
			core *inventory.Core
		}{{in, core}, {free, freeCore}} {
			must(t, w.in.Update("org", func(s inventory.Store) error {
				_, _, err := w.core.Push(s, a, push)
				return err
			}))
		}
		if got, want := state(t, in), state(t, free); got != want {
			t.Fatalf("killed at %d and pushed again it holds\n%s\nwant\n%s", at, got, want)
		}
	}
}

// scene is a number, and a push that edits it, makes another one and has an edit refused.
func scene(t *testing.T, in *installation) (*inventory.Core, inventory.Actor, *replica.Push) {
	t.Helper()
	in.PutPurpose(&number.Purpose{Key: "support"})
	made := 0
	core := &inventory.Core{Key: []byte("key"), NewEpoch: in.NewEpoch, Check: func(number.E164) number.Reason { return "" },
		NewID: func() string { made++; return fmt.Sprintf("%08x-0000-4000-8000-000000000000", made) }}
	a := inventory.Actor{Login: "me", Name: "Me", Rights: perm.Everything()}
	var n id.Number
	must(t, in.Update("org", func(s inventory.Store) error {
		res, err := core.Add(s, a, []number.Number{{E164: "+331", CallPurpose: "support"}}, func(int) replica.Uid { return "first" })
		n = res[0].ID
		return err
	}))
	text := func(s string) *string { return &s }
	push := &replica.Push{Client: "device", Schema: replica.Schema, Mutations: []replica.Mutation{
		{Op: replica.Set, Rows: []replica.Edit{{ID: n, Was: &number.Fields{DisplayName: text("")}}}, Set: &number.Fields{DisplayName: text("Desk")}},
		{Op: replica.Set, Rows: []replica.Edit{{ID: n, Was: &number.Fields{DisplayName: text("")}}}, Set: &number.Fields{DisplayName: text("Late")}},
		{Op: replica.Create, Rows: []replica.Edit{{ID: "99999999-0000-4000-8000-000000000000"}},
			Set: &number.Fields{E164: "+332", CallPurpose: text("support"), Place: &number.Place{BusinessUnit: "u"}}},
	}}
	in.PutUnit("org", &number.Unit{ID: "u", Name: "Unit"})
	for i := range push.Mutations {
		m := &push.Mutations[i]
		m.Mid, m.Uid, m.V = replica.Mid(i+1), replica.Uid(fmt.Sprintf("%032x", i+1)), replica.Schema
	}
	return core, a, push
}

// state is all that an organization holds, in words.
func state(t *testing.T, in *installation) (out string) {
	t.Helper()
	must(t, in.Installation.View("org", func(tx *memory.Tx) error {
		h, err := tx.Head()
		out = fmt.Sprintf("head %+v\nplaced %+v\n", *h, tx.Placements())
		list, err2 := tx.Numbers("", 100)
		out += fmt.Sprintf("numbers %+v\n", list)
		for _, p := range tx.History() {
			out += fmt.Sprintf("change %d %s %v %x\n", p.Seq, p.ID, p.Del, p.Chain)
		}
		devices, err3 := tx.Devices()
		for _, d := range devices {
			out += fmt.Sprintf("device %+v\n", d)
		}
		for _, r := range tx.Ledger("device") {
			out += fmt.Sprintf("receipt %d %s %s %d %v\n", r.Outcome.Mid, r.Outcome.Uid, r.Outcome.St, r.Sum, r.Outcome.Attention != "")
		}
		for l, items := range tx.Open() {
			v, _ := tx.AttentionVer(l)
			out += fmt.Sprintf("attention %s %d: %d\n", l, v, len(items))
		}
		return errors.Join(err, err2, err3)
	}))
	return out
}

// TestBackup restores a copy after more was written, twice, and both histories go on apart from each other.
func TestBackup(t *testing.T) {
	in := newInstallation(t)
	core, a, push := scene(t, in)
	before := state(t, in)
	backup := in.Copy()
	var after [2]string
	for i := range after {
		must(t, in.Update("org", func(s inventory.Store) error {
			_, _, err := core.Push(s, a, push)
			return err
		}))
		after[i] = state(t, in)
		in.Restore(backup)
		if got := state(t, in); got != before {
			t.Fatalf("restored:\n%s\nwant\n%s", got, before)
		}
	}
	if after[0] == before || after[1] == before {
		t.Error("the push changed nothing")
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestRealNumbers: without a check of its own, Core takes what the phone rules take (N06).
func TestRealNumbers(t *testing.T) {
	in := newInstallation(t)
	core, a, _ := scene(t, in)
	core.Check = nil
	must(t, in.Update("org", func(s inventory.Store) error {
		res, err := core.Add(s, a, []number.Number{
			{E164: "+33184882010", CallPurpose: "support"}, {E164: "+331848820", CallPurpose: "support"}, {E164: "0184882010", CallPurpose: "support"},
		}, func(int) replica.Uid { return "" })
		if err == nil && (res[0].Fault != nil || res[1].Fault == nil || res[2].Fault == nil || res[1].Fault.Reason != number.Check("+331848820")) {
			t.Errorf("results: %+v, %+v, %+v", res[0].Fault, res[1].Fault, res[2].Fault)
		}
		return err
	}))
}
