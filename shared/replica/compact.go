package replica

import (
	"cmp"
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

// ownChunk is the n-th chunk of base.
func (e *Engine) ownChunk(n int) []byte {
	if e.ownRows == nil {
		e.ownRows = e.m.rows()
	}
	return AppendFrame(nil, e.ownRows[min(n*ChunkRows, len(e.ownRows)):min((n+1)*ChunkRows, len(e.ownRows))])
}

func (m *mirror) count() int {
	return len(m.purposes) + len(m.units) + len(m.programs) + len(m.numbers)
}

// rows is all of base, in an order that depends on nothing else.
func (m *mirror) rows() []Change {
	out := make([]Change, 0, m.count())
	for _, k := range slices.Sorted(maps.Keys(m.purposes)) {
		p := m.purposes[k]
		out = append(out, Change{Seq: p.Ver, Kind: KindPurpose, ID: k, Purpose: &p})
	}
	for _, k := range slices.Sorted(maps.Keys(m.units)) {
		u := m.units[k]
		out = append(out, Change{Seq: u.Ver, Kind: KindUnit, ID: string(k), Unit: &u})
	}
	for _, k := range slices.Sorted(maps.Keys(m.programs)) {
		p := m.programs[k]
		out = append(out, Change{Seq: p.Ver, Kind: KindProgram, ID: string(k), Program: &p})
	}
	first := len(out)
	for _, n := range m.numbers {
		out = append(out, Change{Seq: n.Ver, Kind: KindNumber, ID: string(n.ID), Number: n})
	}
	slices.SortFunc(out[first:], func(a, b Change) int { return cmp.Compare(a.ID, b.ID) })
	return out
}
