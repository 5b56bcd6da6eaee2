package memory

import (
	"iter"
	"maps"

	"countersign/backend/inventory"
	"countersign/shared/id"
	"countersign/shared/replica"
)

// What follows shows tests the whole of it, and forgets as the pruning of a server does.

// Records are all numbers, tombstones too, in no order.
func (t *Tx) Records() iter.Seq[*inventory.Record] { return maps.Values(t.o.numbers) }

// History is all changes that are kept, in order.
func (t *Tx) History() []*inventory.Past { return t.o.changes }

// Devices are all devices, in no order.
func (t *Tx) Devices() iter.Seq[*inventory.Device] { return maps.Values(t.o.devices) }

// Ledger is all receipts of a device that are kept, by mid.
func (t *Tx) Ledger(c id.Device) []*inventory.Receipt { return t.o.receipts[c] }

// Open are the attention items that wait, by login, oldest first.
func (t *Tx) Open() map[id.Login][]*replica.Attention { return t.o.items }

// Ended are the attention items that were resolved.
func (t *Tx) Ended() map[id.Attention]Ended { return t.o.ended }

// Placements is the history of assignments.
func (t *Tx) Placements() []Placement { return t.o.placed }

// Prune forgets the changes below seq: a cursor below it needs a snapshot from now on.
func (t *Tx) Prune(seq int64) error {
	h, err := t.Head()
	if err != nil {
		return err
	}
	if seq = min(seq, h.Seq); seq <= h.MinSeq {
		return nil
	}
	if err := t.step("prune"); err != nil {
		return err
	}
	if i := t.at(seq); i < len(t.o.changes) {
		put(t, &t.o.changes, t.o.changes[i:])
		put(t, &t.o.first, seq)
	}
	next := *h
	next.MinSeq = seq
	return t.SetHead(&next)
}

// PruneReceipts forgets a device's receipts below mid but the newest of them, whose sum is still needed.
func (t *Tx) PruneReceipts(c id.Device, mid replica.Mid) error {
	list := t.o.receipts[c]
	i := from(list, mid) - 1
	if i <= 0 {
		return nil
	}
	if err := t.step("prune"); err != nil {
		return err
	}
	for _, r := range list[:i] {
		if t.o.uids[r.Outcome.Uid] == r {
			drop(t, t.o.uids, r.Outcome.Uid)
		}
	}
	set(t, t.o.receipts, c, list[i:])
	return nil
}
