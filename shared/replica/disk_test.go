package replica

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"testing"

	"countersign/shared/id"
	"countersign/shared/number"
)

// disk is a device's store in memory: what an engine asks for is committed or refused as a real one would.
type disk struct {
	meta      Meta
	next      Mid
	log       []Entry
	attention []Attention
	chunks    [][]byte
	rows      []Change
	stage     map[int][]byte

	tabs   []*tab
	queue  []func()
	busy   bool
	refuse []string // why the next transactions are not committed; "" commits
	strict int      // transactions that survive a power loss
	txs    []Tx     // committed ones
}

// tab is an engine on a disk, with what it asked for and was not given yet.
type tab struct {
	t        *testing.T
	d        *disk
	e        *Engine
	requests []*Request
	saved    map[Uid]string
	timers   map[string]int64
	changed  []Changed
	wiped    bool
	deaf     bool // other tabs' transactions don't reach it
}

func newDisk() *disk { return &disk{next: 1, stage: map[int][]byte{}} }

// open starts a tab that does the network.
func (d *disk) open(t *testing.T) *tab {
	t.Helper()
	tb := d.openOffline(t)
	tb.lead(true)
	return tb
}

func (d *disk) openOffline(t *testing.T) *tab {
	t.Helper()
	n := len(d.tabs)
	made, rnd := 0, uint64(n)
	tb := &tab{t: t, d: d, saved: map[Uid]string{}, timers: map[string]int64{}}
	tb.e = New(Options{
		NewID: func() id.Device { made++; return id.Device(fmt.Sprintf("client-%d-%d", n, made)) },
		Rand:  func() uint64 { rnd += 0x9e3779b97f4a7c15; return mix(rnd) },
	})
	d.tabs = append(d.tabs, tb)
	tb.step(Event{Timer: "start"})
	return tb
}

// crash ends all tabs; what was on its way to them is lost.
func (d *disk) crash() { d.tabs, d.queue = nil, nil }

func (tb *tab) lead(on bool) { tb.step(Event{Lead: &on}) }

func (tb *tab) step(ev Event) {
	tb.d.queue = append(tb.d.queue, func() {
		for _, ef := range tb.e.Step(ev) {
			tb.do(ef)
		}
	})
	if tb.d.busy {
		return
	}
	tb.d.busy = true
	for len(tb.d.queue) > 0 {
		next := tb.d.queue[0]
		tb.d.queue = tb.d.queue[1:]
		next()
	}
	tb.d.busy = false
}

func (tb *tab) do(ef Effect) {
	switch {
	case ef.Load:
		s := tb.d.stored()
		tb.step(Event{Loaded: &s})
	case ef.Store != nil:
		tb.d.queue = append(tb.d.queue, func() { tb.d.commit(tb, ef.Store) })
	case ef.Request != nil:
		tb.requests = append(tb.requests, ef.Request)
	case ef.Timer != nil:
		tb.timers[ef.Timer.Name] = ef.Timer.After
	case ef.View != nil:
		tb.changed = append(tb.changed, *ef.View)
	case ef.Saved != nil:
		if _, twice := tb.saved[ef.Saved.Uid]; twice {
			tb.t.Errorf("edit %s was told twice what became of it", ef.Saved.Uid)
		}
		tb.saved[ef.Saved.Uid] = ef.Saved.Why
	case ef.Wiped:
		tb.wiped = true
	}
}

func (d *disk) stored() Stored {
	return Stored{Meta: d.meta, NextMid: d.next, Log: slices.Clone(d.log), Attention: slices.Clone(d.attention), Chunks: slices.Clone(d.chunks), Rows: slices.Clone(d.rows)}
}

func (d *disk) commit(from *tab, s *Store) {
	why := ""
	if len(d.refuse) > 0 {
		why, d.refuse = d.refuse[0], d.refuse[1:]
	}
	if why == "" && !s.Tx.If.Holds(&d.meta) {
		why = FailedStale
	}
	if why != "" {
		from.step(Event{Failed: &StoreFailed{ID: s.ID, Why: why}})
		return
	}
	mids := d.apply(&s.Tx)
	for _, tb := range slices.Clone(d.tabs) {
		switch {
		case tb == from:
			tb.step(Event{Committed: &Committed{ID: s.ID, No: d.meta.Tx, Tx: s.Tx, Mids: mids}})
		case !tb.deaf:
			tb.step(Event{Committed: &Committed{No: d.meta.Tx, Tx: s.Tx, Mids: mids}})
		}
	}
}

func (d *disk) apply(tx *Tx) (mids []Mid) {
	d.txs = append(d.txs, *tx)
	if tx.Strict {
		d.strict++
	}
	no, stage := d.meta.Tx+1, d.meta.Stage
	if tx.Wipe {
		*d = disk{meta: Meta{Generation: d.meta.Generation + 1}, next: d.next, stage: map[int][]byte{}, tabs: d.tabs, queue: d.queue, busy: d.busy, txs: d.txs, strict: d.strict}
	}
	if tx.Meta != nil {
		d.meta = *tx.Meta
	}
	d.meta.Tx = no
	give := func() Mid { d.next++; mids = append(mids, d.next-1); return d.next - 1 }
	if tx.Renumber {
		for i := range d.log {
			d.log[i].Mid, d.log[i].Outcome, d.log[i].Epoch, d.log[i].Settled = give(), nil, "", 0
		}
	}
	for _, en := range tx.Append {
		en.Mid = give()
		d.log = append(d.log, en)
	}
	for _, en := range tx.PutLog {
		i := slices.IndexFunc(d.log, func(x Entry) bool { return x.Mid == en.Mid })
		d.log[i] = en
	}
	d.log = slices.DeleteFunc(d.log, func(x Entry) bool { return slices.Contains(tx.DelLog, x.Mid) })
	for _, a := range tx.PutAttention {
		d.attention = append(slices.DeleteFunc(d.attention, func(x Attention) bool { return x.ID == a.ID }), a)
	}
	d.attention = slices.DeleteFunc(d.attention, func(x Attention) bool { return slices.Contains(tx.DelAttention, x.ID) })
	if tx.Stage != nil {
		d.stage[tx.Stage.N] = tx.Stage.Data
	}
	if tx.Swap {
		d.chunks, d.rows = nil, nil
		for n := range stage.Chunks {
			d.chunks = append(d.chunks, d.stage[n])
		}
		clear(d.stage)
	}
	for _, c := range tx.Rows {
		d.rows = append(slices.DeleteFunc(d.rows, func(x Change) bool { return x.Kind == c.Kind && x.ID == c.ID }), c)
	}
	return mids
}

// request gives the oldest request that fits and was not answered, and fails the test when there is none.
func (tb *tab) request(what string) *Request {
	tb.t.Helper()
	for i, r := range tb.requests {
		if r.is(what) {
			tb.requests = slices.Delete(tb.requests, i, i+1)
			return r
		}
	}
	tb.t.Fatalf("no %s was asked for", what)
	return nil
}

func (tb *tab) asks(what string) bool {
	return slices.ContainsFunc(tb.requests, func(r *Request) bool { return r.is(what) })
}

func (r *Request) is(what string) bool {
	switch what {
	case "push":
		return r.Push != nil
	case "pull":
		return r.Pull != nil
	case "chunk":
		return r.Chunk != nil
	}
	return r.Attention
}

// pulls answers the pull that was asked for; what isn't said is filled in.
func (tb *tab) pulls(a PullAnswer) {
	tb.t.Helper()
	r := tb.request("pull")
	if a.Client == "" {
		a.Client = r.Pull.Client
	}
	a.From = r.Pull.Cursor
	if a.Epoch == "" {
		a.Epoch = "e1"
	}
	tb.step(Event{Answer: &Answer{ID: r.ID, Pull: &a}})
}

// pushes answers the push that was asked for.
func (tb *tab) pushes(a PushAnswer) {
	tb.t.Helper()
	r := tb.request("push")
	if a.Kind == "" {
		a.Kind = KindOK
	}
	if a.Epoch == "" {
		a.Epoch = "e1"
	}
	tb.step(Event{Answer: &Answer{ID: r.ID, Push: &a}})
}

// fires lets the timer go off that a new pull waits for.
func (tb *tab) fires(name string) { tb.step(Event{Timer: name}) }

func cursor(epoch Epoch, seq int64) string {
	return CursorParts{Epoch: epoch, Seq: seq, Chain: [8]byte{byte(seq), byte(seq >> 8)}}.Text(make([]byte, MACBytes))
}

func key(n int) id.Number { return id.Number(fmt.Sprintf("01900000-0000-7000-8000-%012x", n)) }

func row(n int, name string, ver int64) *number.Number {
	return &number.Number{ID: key(n), E164: number.E164(fmt.Sprintf("+4930%07d", n)), CallPurpose: "sales", DisplayName: name, Status: number.Active, Ver: ver}
}

func put(n int, name string, seq int64) Change {
	return Change{Seq: seq, Kind: KindNumber, ID: string(key(n)), Number: row(n, name, seq)}
}

// snapshot is a manifest over chunks of the rows, two rows each.
func snapshot(name string, at string, rows []Change) (*Manifest, [][]byte) {
	m := &Manifest{ID: name, Cursor: at, Rows: len(rows)}
	var frames [][]byte
	var sum uint64
	for chunk := range slices.Chunk(rows, 2) {
		b := AppendFrame(nil, chunk)
		h := sha256.Sum256(b)
		m.Chunks = append(m.Chunks, Chunk{Rows: len(chunk), Bytes: len(b), SHA256: hex.EncodeToString(h[:])})
		frames = append(frames, b)
		for _, c := range chunk {
			m.Digest.Rows++
			sum += RowHash(c.Number.ID, c.Number.Ver)
		}
	}
	m.Digest.Sum = SumText(sum)
	return m, frames
}

// synced is a device with numbers 1 to 4 at seq 10 of history e1, named "n1" to "n4", and nothing to do.
func synced(t *testing.T) (*disk, *tab) {
	t.Helper()
	d := newDisk()
	tb := d.open(t)
	tb.pulls(PullAnswer{Cursor: cursor("e1", 10), Head: 10, Changes: []Change{put(1, "n1", 7), put(2, "n2", 8), put(3, "n3", 9), put(4, "n4", 10)}})
	tb.fires(timerGap)
	return d, tb
}

func rename(u Uid, n int, was, name string) Event {
	return Event{Edit: &NewEdit{Uid: u, Op: Set, Rows: []Edit{{ID: key(n), Was: &number.Fields{DisplayName: &was}}}, Set: &number.Fields{DisplayName: &name}}}
}

func (tb *tab) name(n int) string {
	v, ok := tb.e.Row(key(n))
	if !ok {
		return "-"
	}
	return v.DisplayName
}

func (tb *tab) wantName(n int, want string, badge Badge) {
	tb.t.Helper()
	v, _ := tb.e.Row(key(n))
	if got := tb.name(n); got != want || v.Badge != badge {
		tb.t.Errorf("number %d is shown as %q %q, want %q %q", n, got, v.Badge, want, badge)
	}
}

func (tb *tab) wantSaved(u Uid, why string) {
	tb.t.Helper()
	if got, ok := tb.saved[u]; !ok || got != why {
		tb.t.Errorf("edit %s: told %v %q, want %q", u, ok, got, why)
	}
}
