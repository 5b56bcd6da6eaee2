package replica_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"countersign/shared/number"
	. "countersign/shared/replica"
)

// picture is everything that an engine shows.
func (tb *tab) picture() string {
	var views []View
	tb.e.Each(func(v View) bool {
		v.Badge = "" // what is on its way is not stored
		views = append(views, v)
		return true
	})
	s := tb.e.Status()
	s.Sending, s.Online, s.Rebuilt, s.ReauthNeeded, s.UpgradeNeeded = 0, false, 0, false, false
	b, _ := json.Marshal([]any{views, tb.e.Units(), tb.e.Programs(), tb.e.Purposes(), tb.e.Attention(), tb.e.Log(), s})
	return string(b)
}

// TestMemoryIsTheStore: I8, I9. Whatever happens, and whatever the store refuses, two tabs that were told of everything
// show exactly what a tab shows that has just loaded the store, and each of them names what changed on the screen.
func TestMemoryIsTheStore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		d := newDisk()
		tabs := []*tab{d.open(t), d.openOffline(t)}
		seq, nth := int64(0), 0
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			tb := rapid.SampledFrom(tabs).Draw(rt, "tab")
			var before []map[string]View
			for _, x := range tabs {
				x.changed = nil
				shown := map[string]View{}
				x.e.Each(func(v View) bool { shown[string(v.ID)] = v; return true })
				before = append(before, shown)
			}
			if rapid.IntRange(0, 5).Draw(rt, "refused") == 0 {
				d.refuse = rapid.SliceOfN(rapid.SampledFrom([]string{"", FailedQuota, FailedIO, FailedStale}), 1, 3).Draw(rt, "why")
			}
			nth++
			act(rt, tb, &seq, nth)
			for i, x := range tabs {
				x.checkChanged(rt, before[i])
			}
		}
		d.refuse = nil
		for _, tb := range tabs {
			tb.fires("retry_pull")
			fresh := &tab{t: t, d: d, e: New(Options{}), saved: map[Uid]string{}, timers: map[string]int64{}}
			fresh.e.Step(Event{Loaded: d.Stored()})
			if got, want := tb.picture(), fresh.picture(); got != want && !d.blank() {
				rt.Fatalf("a tab shows\n%s\nand a new one\n%s", got, want)
			}
		}
	})
}

func (d *disk) blank() bool { return d.Meta().Client == "" }

// act does one thing that can happen to a tab.
func act(t *rapid.T, tb *tab, seq *int64, nth int) {
	n := rapid.IntRange(1, 6).Draw(t, "n")
	u := uid(nth)
	switch rapid.IntRange(0, 9).Draw(t, "what") {
	case 0:
		tb.step(rename(u, n, "", rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "name")))
	case 1:
		tb.step(Event{Edit: &NewEdit{Uid: u, Op: Remove, Rows: []Edit{{ID: key(n)}}}})
	case 2:
		purpose := "sales"
		tb.step(Event{Edit: &NewEdit{Uid: u, Op: Create, Rows: []Edit{{ID: key(n)}}, Set: &number.Fields{E164: row(n, "", 0).E164, CallPurpose: &purpose}}})
	case 3:
		tb.step(Event{Undo: &NewUndo{Of: uid(rapid.IntRange(0, nth).Draw(t, "of")), Uid: u}})
	case 4:
		tb.lead(rapid.Bool().Draw(t, "lead"))
	case 5:
		tb.step(Event{Nudge: true})
		tb.fires(TimerGap)
	default:
		if len(tb.requests) == 0 {
			return
		}
		r := tb.requests[0]
		tb.requests = tb.requests[1:]
		tb.step(Event{Answer: reply(t, r, seq)})
		tb.fires(TimerGap)
	}
}

// reply is what a server might say to a request; it need not remember what it said before.
func reply(t *rapid.T, r *Request, seq *int64) *Answer {
	a := &Answer{ID: r.ID}
	epoch := rapid.SampledFrom([]Epoch{"e1", "e1", "e1", "e2"}).Draw(t, "epoch")
	outcome := func(m Mid, u Uid) Outcome {
		*seq++
		return Outcome{Mid: m, Uid: u, Seq: *seq, St: rapid.SampledFrom([]State{Applied, Rejected, Noop}).Draw(t, "state")}
	}
	switch {
	case rapid.IntRange(0, 9).Draw(t, "fails") == 0:
		a.Failed = true
	case r.Push != nil:
		a.Push = &PushAnswer{Kind: rapid.SampledFrom([]string{KindOK, KindOK, KindOK, KindGap, KindForked}).Draw(t, "kind"), Epoch: epoch, ExpectMid: r.Push.Mutations[0].Mid}
		for _, m := range r.Push.Mutations {
			a.Push.Outcomes = append(a.Push.Outcomes, outcome(m.Mid, m.Uid))
		}
	case r.Pull != nil && rapid.IntRange(0, 4).Draw(t, "reset") == 0:
		m, _ := snapshot(fmt.Sprint("s", *seq), cursor(epoch, *seq), []Change{put(1, "s", *seq), put(2, "s", *seq), put(3, "s", *seq)})
		a.Pull = &PullAnswer{Client: r.Pull.Client, From: r.Pull.Cursor, Epoch: epoch, Reset: ResetReplaced, Snapshot: m}
	case r.Pull != nil:
		a.Pull = &PullAnswer{Client: r.Pull.Client, From: r.Pull.Cursor, Epoch: epoch, Verify: rapid.Bool().Draw(t, "verify"), DurableSeq: *seq / 2}
		for range rapid.IntRange(0, 3).Draw(t, "changes") {
			*seq++
			n := rapid.IntRange(1, 6).Draw(t, "n")
			c := put(n, fmt.Sprint("at ", *seq), *seq)
			if rapid.IntRange(0, 3).Draw(t, "gone") == 0 {
				c = Change{Seq: *seq, Kind: KindNumber, ID: string(key(n)), Del: true}
			}
			a.Pull.Changes = append(a.Pull.Changes, c)
		}
		a.Pull.Cursor = cursor(epoch, *seq)
	case r.Chunk != nil:
		var at int64
		fmt.Sscanf(r.Chunk.Snapshot, "s%d", &at)
		_, frames := snapshot("", "", []Change{put(1, "s", at), put(2, "s", at), put(3, "s", at)})
		a.Chunk = frames[r.Chunk.N]
	default:
		*seq++
		a.Attention = &AttentionAnswer{Ver: *seq, Items: []Attention{{ID: "a", At: *seq, Faults: []Fault{{ID: key(int(*seq % 6))}}}}}
	}
	return a
}

// checkChanged holds what was told as changed against what did.
func (tb *tab) checkChanged(t *rapid.T, before map[string]View) {
	told := map[string]bool{}
	for _, c := range tb.changed {
		if c.All {
			return
		}
		if !slices.IsSorted(c.IDs) {
			t.Fatal("what changed is not told in order")
		}
		for _, k := range c.IDs {
			told[string(k)] = true
		}
	}
	tb.e.Each(func(v View) bool {
		if old, had := before[string(v.ID)]; (!had || !reflect.DeepEqual(old, v)) && !told[string(v.ID)] {
			t.Fatalf("nobody was told that %s is %+v now, not %+v", v.ID, v, old)
		}
		delete(before, string(v.ID))
		return true
	})
	for k := range before {
		if !told[k] {
			t.Fatalf("nobody was told that %s is gone", k)
		}
	}
}

// large is an engine with 100,000 numbers.
func large(b *testing.B) (*Engine, []Change) {
	b.Helper()
	s, rows := largeStore()
	e := New(Options{Rand: func() uint64 { return 1 }})
	e.Step(Event{Loaded: s})
	return e, rows
}

func largeStore() (*Stored, []Change) {
	rows := Fleet(100_000)
	s := &Stored{Meta: Meta{Client: "c", Cursor: cursor("e1", 100_000)}, NextMid: 1}
	for chunk := range slices.Chunk(rows, ChunkRows) {
		s.Chunks = append(s.Chunks, AppendFrame(nil, chunk))
	}
	return s, rows
}

// BenchmarkEdit is an edit from the form to the view, over 100,000 numbers: two Steps.
func BenchmarkEdit(b *testing.B) {
	e, rows := large(b)
	name := "Reception"
	no, mid := int64(0), Mid(0)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%10_000 == 9_999 { // the log has its limit
			b.StopTimer()
			e, _ = large(b)
			no, mid = 0, 0
			b.StartTimer()
		}
		k := rows[i%len(rows)].Number.ID
		out := e.Step(Event{Edit: &NewEdit{Uid: uid(i), Op: Set, Rows: []Edit{{ID: k}}, Set: &number.Fields{DisplayName: &name}}})
		no, mid = no+1, mid+1
		e.Step(Event{Committed: &Committed{ID: out[0].Store.ID, No: no, Tx: out[0].Store.Tx, Mids: []Mid{mid}}})
		if v, _ := e.Row(k); v.DisplayName != name {
			b.Fatal("the edit is not shown")
		}
	}
}

// BenchmarkPage is a page of 1,000 changes from the answer to the view, over 100,000 numbers: two Steps.
func BenchmarkPage(b *testing.B) {
	e, rows := large(b)
	lead := true
	out := e.Step(Event{Lead: &lead})
	seq, no := int64(100_000), int64(0)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		var pull *Request
		for _, ef := range out {
			if ef.Request != nil && ef.Request.Pull != nil {
				pull = ef.Request
			}
		}
		a := &PullAnswer{Client: "c", From: pull.Pull.Cursor, Epoch: "e1", More: true}
		for j := range MaxPull {
			seq++
			n := *rows[(i*MaxPull+j*97)%len(rows)].Number
			n.Ver = seq
			a.Changes = append(a.Changes, Change{Seq: seq, Kind: KindNumber, ID: string(n.ID), Number: &n})
		}
		a.Cursor = cursor("e1", seq)
		b.StartTimer()
		out = e.Step(Event{Answer: &Answer{ID: pull.ID, Pull: a}})
		no++
		out = e.Step(Event{Committed: &Committed{ID: out[0].Store.ID, No: no, Tx: out[0].Store.Tx}})
	}
}

// BenchmarkLoad is a start: 100 chunks of 1,000 numbers to the whole view. Reported besides: the longest piece in which a
// browser stands still when it reads the chunks one by one, and how long the Step is that takes the base in.
func BenchmarkLoad(b *testing.B) {
	s, _ := largeStore()
	for range 1000 { // as many edits wait
		name, n := "Reception", len(s.Log)
		s.Log = append(s.Log, Entry{Mutation: Mutation{Mid: Mid(n + 1), Uid: uid(n), Op: Set, Rows: []Edit{{ID: key(n)}}, Set: &number.Fields{DisplayName: &name}}})
	}
	var frame, step, each time.Duration
	for b.Loop() {
		whole := *s
		whole.Base = NewBase(len(s.Chunks) * ChunkRows)
		for _, chunk := range s.Chunks {
			began := time.Now()
			whole.Base.AddFrame(chunk)
			frame = max(frame, time.Since(began))
		}
		e := New(Options{Rand: func() uint64 { return 1 }})
		began := time.Now()
		e.Step(Event{Loaded: &whole})
		step += time.Since(began)
		n := 0
		began = time.Now()
		e.Each(func(View) bool { n++; return true })
		each += time.Since(began)
		if n != 100_000 {
			b.Fatal(n)
		}
	}
	b.ReportMetric(float64(frame.Microseconds())/1000, "ms/longest-frame")
	b.ReportMetric(float64(step.Microseconds())/1000/float64(b.N), "ms/step")
	b.ReportMetric(float64(each.Microseconds())/1000/float64(b.N), "ms/each")
}
