package replicatest

import (
	"cmp"
	"iter"
	"maps"
	"slices"

	"countersign/shared/replica"
)

// Stored is everything in the store, as an engine loads it: rows by kind and id, as a database on a device gives them.
func (d *Disk) Stored() *replica.Stored {
	s := &replica.Stored{Meta: d.meta, NextMid: d.next, Log: slices.Clone(d.log), Attention: slices.Clone(d.attention), Chunks: slices.Clone(d.chunks)}
	s.Rows = sortedRows(d.rows)
	return s
}

func sortedRows(rows map[Key]replica.Change) []replica.Change {
	return slices.SortedFunc(maps.Values(rows), func(a, b replica.Change) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
	})
}

// Meta is what the store says about itself.
func (d *Disk) Meta() replica.Meta { return d.meta }

// Log are the edits, oldest first.
func (d *Disk) Log() []replica.Entry { return slices.Clone(d.log) }

// Empty reports whether nothing of a copy, of edits or of what waits for the person is in the store.
func (d *Disk) Empty() bool {
	return len(d.log)+len(d.chunks)+len(d.rows)+len(d.attention)+len(d.staged) == 0
}

// Base is the copy of the server's rows: the chunks and what came on top of them.
func (d *Disk) Base() (map[Key]replica.Change, error) {
	all := map[Key]replica.Change{}
	for _, frame := range d.chunks {
		list, err := replica.ReadFrame(frame)
		if err != nil {
			return nil, err
		}
		lay(all, slices.Values(list))
	}
	lay(all, maps.Values(d.rows))
	return all, nil
}

// lay puts changes on top of rows.
func lay(rows map[Key]replica.Change, changes iter.Seq[replica.Change]) {
	for c := range changes {
		if c.Del {
			delete(rows, Key{c.Kind, c.ID})
		} else {
			rows[Key{c.Kind, c.ID}] = c
		}
	}
}
