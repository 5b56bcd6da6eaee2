// Package memory keeps numbers (inventory.Store) in memory, for tests and the simulator: many organizations of one
// installation, one transaction at a time, each of which can be made to fail at any step and then leaves no trace. It
// forgets everything with its process.
package memory

import (
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"countersign/backend/inventory"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// Installation holds the organizations of one installation.
type Installation struct {
	Now      func() time.Time
	NewEpoch func() replica.Epoch

	// Hook is told the name of each write before it is made, and "commit" at the end; an error of it ends the whole
	// transaction, as a server's death at that moment does. May be nil.
	Hook func(point string) error

	mu       sync.Mutex
	orgs     map[id.Organization]*organization
	holders  map[number.E164]holder // live numbers
	purposes map[string]*number.Purpose
}

// holder is who has a number.
type holder struct {
	org    id.Organization
	number id.Number
}

// organization is what one organization has. Nothing that is pointed to is ever modified.
type organization struct {
	head     *inventory.Head
	numbers  map[id.Number]*inventory.Record
	order    []id.Number // of numbers, sorted; nil when it has to be made anew
	units    map[id.BusinessUnit]*number.Unit
	programs map[id.Program]*number.Program
	placed   []Placement

	first   int64             // seq of changes[0]
	changes []*inventory.Past // gapless

	devices  map[id.Device]*inventory.Device
	receipts map[id.Device][]*inventory.Receipt // by mid
	uids     map[replica.Uid]*inventory.Receipt // primary ones

	items   map[id.Login][]*replica.Attention // open, oldest first
	ended   map[id.Attention]Ended
	itemVer map[id.Login]int64
}

// Placement is an entry of the history of assignments.
type Placement struct {
	Number id.Number
	Seq    int64
	Place  number.Place
	By     string
}

// Ended is an attention item that was resolved.
type Ended struct {
	Item replica.Attention
	How  string
	By   id.Login
}

// New makes an installation without organizations and call purposes.
func New(now func() time.Time, epoch func() replica.Epoch) *Installation {
	return &Installation{
		Now: now, NewEpoch: epoch, orgs: map[id.Organization]*organization{},
		holders: map[number.E164]holder{}, purposes: map[string]*number.Purpose{},
	}
}

func newOrganization() *organization {
	return &organization{
		numbers: map[id.Number]*inventory.Record{}, units: map[id.BusinessUnit]*number.Unit{}, programs: map[id.Program]*number.Program{},
		first: 1, devices: map[id.Device]*inventory.Device{}, receipts: map[id.Device][]*inventory.Receipt{},
		uids: map[replica.Uid]*inventory.Receipt{}, items: map[id.Login][]*replica.Attention{},
		ended: map[id.Attention]Ended{}, itemVer: map[id.Login]int64{},
	}
}

// Update runs fn in a transaction of an organization that may write. An error or a panic of fn, or an error of Hook, leaves
// no trace of it.
func (in *Installation) Update(org id.Organization, fn func(*Tx) error) (err error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	o := in.orgs[org]
	if o == nil {
		o = newOrganization()
		in.orgs[org] = o
	}
	t := &Tx{in: in, id: org, o: o, now: in.Now(), writes: true}
	done := false
	defer func() {
		if !done {
			t.undoTo(0)
		}
	}()
	if err := fn(t); err != nil {
		return err
	}
	if len(t.undo) > 0 {
		t.step("commit")
	}
	if t.dead != nil {
		return t.dead
	}
	done = true
	return nil
}

// View runs fn in a transaction that can't write.
func (in *Installation) View(org id.Organization, fn func(*Tx) error) error {
	in.mu.Lock()
	defer in.mu.Unlock()
	o := in.orgs[org]
	if o == nil {
		o = newOrganization()
	}
	return fn(&Tx{in: in, id: org, o: o, now: in.Now()})
}

// Copy is a backup: what was committed by now.
func (in *Installation) Copy() *Installation {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.copied()
}

func (in *Installation) copied() *Installation {
	out := &Installation{
		Now: in.Now, NewEpoch: in.NewEpoch, Hook: in.Hook, orgs: make(map[id.Organization]*organization, len(in.orgs)),
		holders: maps.Clone(in.holders), purposes: maps.Clone(in.purposes),
	}
	for k, o := range in.orgs {
		c := *o
		c.numbers, c.units, c.programs = maps.Clone(o.numbers), maps.Clone(o.units), maps.Clone(o.programs)
		c.placed, c.changes = slices.Clip(o.placed), slices.Clip(o.changes)
		c.devices, c.receipts, c.uids = maps.Clone(o.devices), clipped(o.receipts), maps.Clone(o.uids)
		c.items, c.ended, c.itemVer = clipped(o.items), maps.Clone(o.ended), maps.Clone(o.itemVer)
		out.orgs[k] = &c
	}
	return out
}

// clipped is a copy of m whose lists can be appended to without touching those of m.
func clipped[K comparable, V any](m map[K][]V) map[K][]V {
	out := make(map[K][]V, len(m))
	for k, v := range m {
		out[k] = slices.Clip(v)
	}
	return out
}

// Restore puts back what from, a Copy, holds. It can be restored again.
func (in *Installation) Restore(from *Installation) {
	from.mu.Lock()
	c := from.copied()
	from.mu.Unlock()

	in.mu.Lock()
	defer in.mu.Unlock()
	in.orgs, in.holders, in.purposes = c.orgs, c.holders, c.purposes
}

var errReadOnly = errors.New("memory: this transaction can't write")
