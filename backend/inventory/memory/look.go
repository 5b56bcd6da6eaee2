package memory

import (
	"iter"
	"maps"

	"countersign/backend/inventory"
	"countersign/shared/id"
	"countersign/shared/replica"
)

// What follows shows tests the whole of it.

// Records are all numbers, tombstones too, in no order.
func (t *Tx) Records() iter.Seq[*inventory.Record] { return maps.Values(t.o.numbers) }

// History is all changes that are kept, in order.
func (t *Tx) History() []*inventory.Past { return t.o.changes }

// Ledger is all receipts of a device that are kept, by mid.
func (t *Tx) Ledger(c id.Device) []*inventory.Receipt { return t.o.receipts[c] }

// Open are the attention items that wait, by login, oldest first.
func (t *Tx) Open() map[id.Login][]*replica.Attention { return t.o.items }

// Ended are the attention items that were resolved.
func (t *Tx) Ended() map[id.Attention]Ended { return t.o.ended }

// Placements is the history of assignments.
func (t *Tx) Placements() []Placement { return t.o.placed }
