package memory

import (
	"time"

	"countersign/backend/inventory"
	"countersign/shared/id"
)

// Tx is a transaction on one organization.
type Tx struct {
	in     *Installation
	id     id.Organization
	o      *organization
	now    time.Time
	writes bool
	undo   []func() // newest last
	dead   error    // why nothing more can be done
}

var _ inventory.Store = (*Tx)(nil)

func (t *Tx) Org() id.Organization { return t.id }
func (t *Tx) Now() time.Time       { return t.now }

// Part undoes what fn did when it fails.
func (t *Tx) Part(fn func() error) error {
	mark := len(t.undo)
	if err := fn(); err != nil {
		t.undoTo(mark)
		return err
	}
	return t.dead
}

func (t *Tx) undoTo(mark int) {
	for len(t.undo) > mark {
		last := len(t.undo) - 1
		t.undo[last]()
		t.undo = t.undo[:last]
	}
}

// step is called before a write.
func (t *Tx) step(point string) error {
	if t.dead != nil {
		return t.dead
	}
	if !t.writes {
		return errReadOnly
	}
	if t.in.Hook != nil {
		t.dead = t.in.Hook(point)
	}
	return t.dead
}

// set puts a value into a map until it is undone.
func set[K comparable, V any](t *Tx, m map[K]V, k K, v V) {
	old, had := m[k]
	m[k] = v
	t.undo = append(t.undo, func() {
		if had {
			m[k] = old
		} else {
			delete(m, k)
		}
	})
}

// drop takes a value out of a map until it is undone.
func drop[K comparable, V any](t *Tx, m map[K]V, k K) {
	old, had := m[k]
	if !had {
		return
	}
	delete(m, k)
	t.undo = append(t.undo, func() { m[k] = old })
}

// put assigns a value until it is undone.
func put[V any](t *Tx, at *V, v V) {
	old := *at
	*at = v
	t.undo = append(t.undo, func() { *at = old })
}

// Head is where the organization's history stands; a transaction that may write begins one.
func (t *Tx) Head() (*inventory.Head, error) {
	if t.o.head == nil && t.writes {
		if err := t.step("head"); err != nil {
			return nil, err
		}
		put(t, &t.o.head, &inventory.Head{Epoch: t.in.NewEpoch()})
	}
	return t.o.head, t.dead
}

func (t *Tx) SetHead(h *inventory.Head) error {
	if err := t.step("head"); err != nil {
		return err
	}
	put(t, &t.o.head, h)
	return nil
}
