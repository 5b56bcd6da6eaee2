package powercut

import (
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
)

const sector = 512

// disk is what a power cut leaves: what is certain, and what may or may not be there too. Files are kept apart from
// their names, as on a real one: bytes are flushed through the file, a name through the directory.
type disk struct {
	dir   string
	live  map[string]*file // names as the child sees them
	names map[string]*file // names that are certain
	moves []move           // changes of names that are not flushed, in the order that a file system's journal keeps
	acked []string
}

type file struct {
	sure    []byte
	pending []change // not flushed, in order
}

type change struct {
	op
	index int
}

type move struct {
	op
	index int
	file  *file
}

func newDisk(dir string) *disk {
	return &disk{dir: dir, live: map[string]*file{}, names: map[string]*file{}}
}

// take plays the op with this index.
func (d *disk) take(index int, o op) {
	switch o.kind {
	case opCreate:
		f := &file{}
		d.live[o.path] = f
		d.moves = append(d.moves, move{o, index, f})
	case opRename:
		f := d.live[o.path]
		delete(d.live, o.path)
		d.live[o.to] = f
		d.moves = append(d.moves, move{o, index, f})
	case opRemove:
		delete(d.live, o.path)
		d.moves = append(d.moves, move{o, index, nil})
	case opWrite, opTruncate:
		if f := d.live[o.path]; f != nil {
			f.pending = append(f.pending, change{o, index})
		}
	case opSync:
		d.sync(o)
	case opAck:
		d.acked = append(d.acked, o.to)
	}
}

func (d *disk) sync(o op) {
	if o.path == d.dir {
		for len(d.moves) > 0 && d.moves[0].index < o.from {
			d.moves[0].apply(d.names)
			d.moves = d.moves[1:]
		}
		return
	}
	f := d.live[o.path]
	if f == nil {
		return
	}
	for len(f.pending) > 0 && f.pending[0].index < o.from {
		f.sure = f.pending[0].apply(f.sure)
		f.pending = f.pending[1:]
	}
}

func (m move) apply(names map[string]*file) {
	switch m.kind {
	case opCreate:
		names[m.path] = m.file
	case opRename:
		delete(names, m.path)
		names[m.to] = m.file
	case opRemove:
		delete(names, m.path)
	}
}

func (c change) apply(b []byte) []byte {
	if c.kind == opTruncate {
		if int64(len(b)) > c.off {
			return b[:c.off:c.off]
		}
		return append(b, make([]byte, c.off-int64(len(b)))...)
	}
	return put(b, c.off, c.data)
}

func put(b []byte, off int64, data []byte) []byte {
	if grow := off + int64(len(data)) - int64(len(b)); grow > 0 {
		b = append(b, make([]byte, grow)...)
	}
	copy(b[off:], data)
	return b
}

// cut writes what a power cut now leaves into the directory to: only what is certain, or with a random half of the
// rest, some of it torn.
func (d *disk) cut(to string, rest bool, r *rand.Rand) error {
	names := maps.Clone(d.names)
	if rest {
		for _, m := range d.moves[:r.IntN(len(d.moves)+1)] {
			m.apply(names)
		}
	}
	for name, f := range names {
		b := slices.Clone(f.sure)
		for _, c := range f.pending {
			switch {
			case !rest || r.IntN(2) == 0: // lost
			case c.kind == opWrite && r.IntN(4) == 0:
				b = torn(b, c, r)
			default:
				b = c.apply(b)
			}
		}
		if err := os.WriteFile(filepath.Join(to, filepath.Base(name)), b, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// torn writes a random half of the sectors.
func torn(b []byte, c change, r *rand.Rand) []byte {
	for from := 0; from < len(c.data); from += sector {
		if r.IntN(2) == 0 {
			b = put(b, c.off+int64(from), c.data[from:min(from+sector, len(c.data))])
		}
	}
	return b
}
