package replica

import (
	"maps"
	"slices"
	"strings"
)

// CompactRows is how many rows may lie on top of the chunks before they are written into new ones: a store reads chunks
// many times faster than single rows.
const CompactRows = 10_000

// localStage begins the id of a snapshot that the device makes of its own base.
const localStage = "local:"

func (m *Manifest) local() bool { return strings.HasPrefix(m.ID, localStage) }

// compact begins to write base into new chunks, when nothing else is to be done. They are staged and swapped like those
// of a downloaded snapshot, so that a crash leaves either the old base or the new one; and since base cannot change
// while a snapshot is staged, what a crash interrupted goes on where it stopped.
func (e *Engine) compact() {
	most := e.opt.CompactRows
	if most == 0 {
		most = CompactRows
	}
	if e.tight || e.m.over <= most || e.m.meta.Cursor == "" || e.m.broken || e.rebuild || e.m.queued > 0 || e.pull.want || e.more || e.pull.flight != 0 || e.pull.waiting {
		return
	}
	meta := e.nextMeta()
	meta.Staged = 0
	meta.Stage = &Manifest{ID: localStage + meta.Cursor, Cursor: meta.Cursor, Rows: e.m.count(), Digest: e.m.digest()}
	for left := max(meta.Stage.Rows, 1); left > 0; left -= ChunkRows {
		meta.Stage.Chunks = append(meta.Stage.Chunks, Chunk{Rows: min(left, ChunkRows)})
	}
	e.commit(&pending{kind: txReset, tx: Tx{If: e.guard(), Meta: &meta}})
}

// leaveCompact gives up, until the next start, what there is no room for: the next pull takes the stage away.
func (e *Engine) leaveCompact() {
	e.tight, e.again, e.pull.want = true, true, true
}

// own is what is written into new chunks. It stays as it is while they are staged.
type own struct {
	few     []Change // all but the numbers
	numbers []int32  // places in the table
}

// ownChunk is the n-th chunk of base.
func (e *Engine) ownChunk(n int) []byte {
	if e.own == nil {
		e.own = e.m.own()
	}
	rows := make([]Change, 0, ChunkRows)
	for i := n * ChunkRows; i < min((n+1)*ChunkRows, len(e.own.few)+len(e.own.numbers)); i++ {
		if i < len(e.own.few) {
			rows = append(rows, e.own.few[i])
		} else if n, live := e.m.number(e.own.numbers[i-len(e.own.few)]); live {
			rows = append(rows, Change{Seq: n.Ver, Kind: KindNumber, ID: string(n.ID), Number: &n})
		}
	}
	return AppendFrame(nil, rows)
}

// own is all of base, in an order that depends on nothing else.
func (b *Base) own() *own {
	o := &own{numbers: make([]int32, 0, b.lives)}
	for _, k := range slices.Sorted(maps.Keys(b.purposes)) {
		p := b.purposes[k]
		o.few = append(o.few, Change{Seq: p.Ver, Kind: KindPurpose, ID: k, Purpose: &p})
	}
	for _, k := range slices.Sorted(maps.Keys(b.units)) {
		u := b.units[k]
		o.few = append(o.few, Change{Seq: u.Ver, Kind: KindUnit, ID: string(k), Unit: &u})
	}
	for _, k := range slices.Sorted(maps.Keys(b.programs)) {
		p := b.programs[k]
		o.few = append(o.few, Change{Seq: p.Ver, Kind: KindProgram, ID: string(k), Program: &p})
	}
	for _, i := range b.sorted() {
		if b.rows[i].live {
			o.numbers = append(o.numbers, i)
		}
	}
	return o
}
