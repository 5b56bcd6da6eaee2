// Package replicatest has what a device keeps its copy in, for tests of whatever runs a replica.Engine.
package replicatest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"countersign/shared/id"
	"countersign/shared/replica"
)

// Disk is a device's store in memory, and it outlives the engines that work on it. It promises what replica.Tx does:
//
//   - A transaction is committed whole or refused, and refused when its guard does not hold.
//   - Transactions are counted without a gap, by Meta.Tx, through a wipe too.
//   - Mids are given in order and never twice, not after a wipe either.
//   - Chunks that were staged go with the stage, and become base only when all of them are there.
//   - After a wipe nothing is left but a higher generation.
//
// It never fails by itself, and holds against nobody what it was not asked to hold: a full disk, a power loss and other
// tabs are the business of who commits. What no engine may ask for, a swap of chunks that are missing or a change of an entry
// that is not in the log, is a panic. It is for one goroutine.
type Disk struct {
	meta      replica.Meta
	next      replica.Mid
	log       []replica.Entry // by mid
	attention []replica.Attention
	chunks    [][]byte
	rows      map[Key]replica.Change // on top of the chunks
	staged    map[int][]byte
}

// Key says which row of base it is.
type Key struct{ Kind, ID string }

// NewDisk is a store that nothing was ever written to.
func NewDisk() *Disk {
	return &Disk{next: 1, rows: map[Key]replica.Change{}, staged: map[int][]byte{}}
}

// Clone is another store with the same in it, as when a profile was copied.
func (d *Disk) Clone() *Disk {
	c := *d
	c.log, c.attention, c.chunks = slices.Clone(d.log), slices.Clone(d.attention), slices.Clone(d.chunks)
	c.rows, c.staged = maps.Clone(d.rows), maps.Clone(d.staged)
	return &c
}

// Commit does all of tx, and gives the mids of renumbered and then of new entries; or nothing, and says why.
func (d *Disk) Commit(tx *replica.Tx) (mids []replica.Mid, why string) {
	if !tx.If.Holds(&d.meta) {
		return nil, replica.FailedStale
	}
	no, stage := d.meta.Tx+1, d.meta.Stage
	if tx.Wipe {
		next, generation := d.next, d.meta.Generation+1
		*d = *NewDisk()
		d.next, d.meta = next, replica.Meta{Generation: generation, Tx: no}
		return nil, ""
	}
	if tx.Meta != nil {
		d.meta = *tx.Meta
	}
	d.meta.Tx = no

	mids = d.edits(tx)
	for _, a := range tx.PutAttention {
		d.forget(a.ID)
		d.attention = append(d.attention, a)
	}
	for _, a := range tx.DelAttention {
		d.forget(a)
	}
	d.base(tx, stage)
	return mids, ""
}

// edits is a transaction's part about the log.
func (d *Disk) edits(tx *replica.Tx) (mids []replica.Mid) {
	give := func() replica.Mid {
		d.next++
		mids = append(mids, d.next-1)
		return d.next - 1
	}
	if tx.Renumber {
		for i := range d.log {
			e := &d.log[i]
			e.Mid, e.Outcome, e.Epoch, e.Settled = give(), nil, "", 0
		}
	}
	for _, e := range tx.Append {
		e.Mid = give()
		d.log = append(d.log, e)
	}
	for _, e := range tx.PutLog {
		i, there := d.find(e.Mid)
		if !there {
			panic(fmt.Sprintf("entry %d is changed and not in the log", e.Mid))
		}
		d.log[i] = e
	}
	for _, m := range tx.DelLog {
		if i, there := d.find(m); there {
			d.log = slices.Delete(d.log, i, i+1)
		}
	}
	return mids
}

// base is a transaction's part about the copy; stage is what was being downloaded before it.
func (d *Disk) base(tx *replica.Tx, stage *replica.Manifest) {
	if is := d.meta.Stage; !tx.Swap && stage != nil && (is == nil || is.ID != stage.ID) {
		clear(d.staged)
	}
	if tx.Stage != nil {
		d.staged[tx.Stage.N] = tx.Stage.Data
	}
	if tx.Swap {
		d.chunks = nil
		for n := range stage.Chunks {
			if d.staged[n] == nil {
				panic(fmt.Sprintf("chunk %d of %d becomes base and is not stored", n, len(stage.Chunks)))
			}
			d.chunks = append(d.chunks, d.staged[n])
		}
		clear(d.staged)
		clear(d.rows)
	}
	for _, c := range tx.Rows {
		d.rows[Key{c.Kind, c.ID}] = c
	}
}

func (d *Disk) find(m replica.Mid) (int, bool) {
	return slices.BinarySearchFunc(d.log, m, func(e replica.Entry, m replica.Mid) int { return cmp.Compare(e.Mid, m) })
}

func (d *Disk) forget(a id.Attention) {
	d.attention = slices.DeleteFunc(d.attention, func(x replica.Attention) bool { return x.ID == a })
}
