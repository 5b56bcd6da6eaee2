//go:build !js

package pages

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"countersign/app/client"
	"countersign/app/offline"
	"countersign/app/offline/offlinetest"
	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/perm"
	"countersign/shared/replica"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// way is the way to the server, which can be cut.
type way struct {
	*backendtest.Actor
	down atomic.Bool
}

func (w *way) Do(ctx context.Context, c api.Call) (api.Answer, error) {
	if w.down.Load() {
		return api.Answer{}, errors.New("no route")
	}
	return w.Actor.Do(ctx, c)
}

// editor is a visitor whose browser keeps a copy of the numbers.
type editor struct {
	*visitor
	way  *way
	copy *offline.Copy
	ctx  app.Context
}

// editing plays a story of somebody with a copy, in a bubble of time.
func editing(t *testing.T, who func(*backendtest.World) *backendtest.Persona, story func(*editor)) {
	synctest.Test(t, func(t *testing.T) {
		t.Cleanup(func() { time.Sleep(time.Minute) }) // what the pages have said goes with the time of this story
		w := backendtest.New(t)
		tab := offlinetest.New().Tab()
		tab.Use(t)
		p := who(w)
		e := &editor{visitor: &visitor{t: t, w: w, actor: w.As(p), engine: app.NewTestEngine()}}
		e.way = &way{Actor: e.actor}
		e.session = client.NewSession(api.AsCustomer, "", e.way)
		root := &blank{}
		if err := e.engine.Load(root); err != nil {
			t.Fatal(err)
		}
		e.engine.ConsumeAll()
		e.ctx = root.ctx
		e.session.Refresh(root.ctx, false)
		e.pass(100 * time.Millisecond)
		if e.copy = offline.Open(e.session, w.Acme); e.copy == nil {
			t.Fatal("no copy")
		}
		defer e.copy.Close()
		e.pass(time.Second)
		story(e)
	})
}

func marie(w *backendtest.World) *backendtest.Persona { return w.Marie }

func (e *editor) pass(d time.Duration) {
	for end := time.Now().Add(d); ; {
		synctest.Wait()
		e.engine.ConsumeAll()
		left := time.Until(end)
		if left <= 0 {
			return
		}
		time.Sleep(min(left, 50*time.Millisecond))
	}
}

// cut takes the network away, or gives it back.
func (e *editor) cut(down bool) {
	e.way.down.Store(down)
	e.session.Refresh(e.ctx, true)
	e.pass(200 * time.Millisecond)
	if !down {
		e.copy.Try()
		e.pass(2 * time.Second)
	}
}

// edits makes an edit, which must be safe on the device.
func (e *editor) edits(op replica.Op, k id.Number, set *number.Fields) replica.Uid {
	e.t.Helper()
	why := "nothing"
	u := e.copy.Edit(replica.NewEdit{Op: op, Set: set, Rows: []replica.Edit{{ID: k}}}, func(_ replica.Uid, w string) { why = w })
	e.pass(100 * time.Millisecond)
	if why != "" {
		e.t.Fatalf("the edit was not saved: %s", why)
	}
	return u
}

// other makes an edit as somebody else, at the server.
func (e *editor) other(op replica.Op, k id.Number, set *number.Fields) {
	e.t.Helper()
	in := api.EditNumbersIn{Org: api.Org{Org: e.w.Acme}}
	m := api.NumberEdit{Uid: newUid(), Op: op, Rows: []replica.Edit{{ID: k}}, Set: set}
	c := ask(e.t, e.w.As(e.w.Jonas), api.GetNumber, api.NumberIn{Org: in.Org, Number: k})
	v, _ := e.copy.Row(k)
	m.Rows[0].Was, m.WasEpoch = set.Of(&c.Number), v.Epoch
	if op == replica.Remove {
		m.Rows[0].WasVer = c.Ver
	}
	in.Body.Mutations = []api.NumberEdit{m}
	if o := ask(e.t, e.w.As(e.w.Jonas), api.EditNumbers, in).Outcomes[0]; o.St == replica.Rejected {
		e.t.Fatalf("%+v", o)
	}
}

func (e *editor) stored(k id.Number) api.NumberCard {
	e.t.Helper()
	return ask(e.t, e.w.As(e.w.Jonas), api.GetNumber, api.NumberIn{Org: api.Org{Org: e.w.Acme}, Number: k})
}

// reception is a number that the device knows.
func (e *editor) reception() id.Number {
	k := madeNumber(e.t, e.w, "+33184882010", "Reception", number.Place{})
	e.copy.Try()
	e.pass(2 * time.Second)
	return k
}

// disputed is one that this person and somebody else renamed while the network was cut, which it still is.
func (e *editor) disputed() id.Number {
	k := e.reception()
	e.cut(true)
	e.edits(replica.Set, k, name("Mine"))
	e.other(replica.Set, k, name("Theirs"))
	return k
}

// changes opens the page.
func (e *editor) changes() *SyncChanges {
	e.t.Helper()
	p := &SyncChanges{At: e.seat(pageSync)}
	e.open(p)
	e.pass(time.Second)
	e.t.Cleanup(p.OnDismount)
	return p
}

func (e *editor) acts(p *SyncChanges, a syncAct) {
	e.t.Helper()
	open := p.open()
	if len(open) == 0 {
		e.t.Fatal("nothing needs attention")
	}
	e.do(p.ctx, func() { p.choose(open[:1], a) })
	e.pass(3 * time.Second)
}

// gone lets the toasts go, with which what was given up is final.
func (e *editor) gone() { e.pass(15 * time.Second) }

func name(s string) *number.Fields { return &number.Fields{DisplayName: &s} }

// N13: a name that two people changed is decided by each of the ways, and nobody is overruled unseen.
func TestSyncChanges_a_conflict_is_decided(t *testing.T) {
	for _, x := range []struct {
		act  syncAct
		want string
	}{{actKeep, "Theirs"}, {actMine, "Mine"}, {actEdit, "Ours"}} {
		t.Run(string(x.act), func(t *testing.T) {
			editing(t, marie, func(e *editor) {
				k := e.reception()
				e.cut(true)
				e.edits(replica.Set, k, name("Mine"))
				p := e.changes()
				e.says("Waiting on this device", "Changed +33 1 84 88 20 10", "Display name You saw Reception → Now Mine", "Saved on this device", "Undo")
				e.other(replica.Set, k, name("Theirs"))
				e.cut(false)
				e.says("Needs attention 1 number", "Jonas Meier changed the display name to “Theirs” at", "You saw Reception Now Theirs Jonas Meier,", "Yours Mine",
					"Keep theirs", "Use mine", "Edit and retry", "Not applied")
				if n := attentionCount(e.copy); n != 1 {
					t.Errorf("%d need attention", n)
				}
				e.acts(p, x.act)
				if x.act == actEdit {
					st := p.state(p.open()[0])
					if !st.editing || st.form.name != "Mine" {
						t.Fatalf("the form is %+v", st)
					}
					e.do(p.ctx, func() { st.form.name = "Ours" })
					if len(e.session.Unsent()) == 0 {
						t.Error("leaving would lose what was typed without a word")
					}
					e.do(p.ctx, func() { p.submit(p.open()[0], st) })
					e.pass(3 * time.Second)
				}
				e.says("Nothing needs you")
				e.gone()
				if got := e.stored(k).DisplayName; got != x.want {
					t.Errorf("it is called %q, want %q", got, x.want)
				}
				if s := e.copy.Status(); s.Attention != 0 || s.Pending != 0 {
					t.Errorf("%d need attention, %d wait", s.Attention, s.Pending)
				}
			})
		})
	}
}

// N07, N09, N11, N13: whether a number is here already, or not at all, is told while it is typed, also without a network; and
// what is told so is what becomes of it.
func TestNumberList_foresees_what_the_device_knows(t *testing.T) {
	editing(t, marie, func(e *editor) {
		e.reception()
		e.cut(true)
		list := func(page string) *NumberList {
			p := &NumberList{At: e.seat(page)}
			e.open(p)
			e.pass(time.Second)
			return p
		}
		const here, unknown = "01 84 88 20 10", "01 84 88 20 11"
		p := list(pageNumbersAdd)
		e.do(p.ctx, func() { p.write(p.ctx, here) })
		e.says("+33 1 84 88 20 10 · Already here")
		typeNumber(e.visitor, p, here)
		typeNumber(e.visitor, p, unknown)
		e.says("1 number will be rejected", "Already here")
		e.do(p.ctx, func() { p.options.BusinessUnit = "0198d5a0-0000-7000-8000-000000000001" })
		e.says("In another place of your organization")
		e.do(p.ctx, func() { p.options.BusinessUnit = "" })
		e.do(p.ctx, func() { p.options.CallPurpose = "survey"; p.ask(p.ctx) })
		e.pass(time.Second)
		if r := p.result.rejected; len(r) != 1 || r[0].Reason != number.AlreadyHere {
			t.Errorf("rejected: %+v", r)
		}

		p = list(pageNumbersDelete)
		typeNumber(e.visitor, p, here)
		e.says("1 number is ready")
		typeNumber(e.visitor, p, "01 84 88 20 12")
		e.says("Not among your numbers", "1 number will be rejected")
		e.do(p.ctx, func() { p.ask(p.ctx) })
		e.says("Delete 1 number", "1 more will be among the rejected numbers")
	})
}

// N13: what was given up is closed when the offer to take that back has gone, and not before.
func TestSyncChanges_giving_up_can_be_taken_back(t *testing.T) {
	editing(t, marie, func(e *editor) {
		k := e.disputed()
		e.cut(false)
		p := e.changes()
		e.acts(p, actDiscard)
		e.says("Discard your change?", "You can take this back for ten seconds.")
		e.do(p.ctx, func() {
			q := p.ask
			p.ask = nil
			p.decide(q.cases, q.act, nil)
		})
		e.says("Nothing needs you")
		if e.copy.Status().Attention != 1 {
			t.Error("it was closed before that could be taken back")
		}
		e.gone()
		if e.copy.Status().Attention != 0 {
			t.Error("it is not closed")
		}
		if got := e.stored(k).DisplayName; got != "Theirs" {
			t.Errorf("it is called %q", got)
		}
	})
}

// N13: a removal of a number that somebody edited, and an edit of one that somebody removed.
func TestSyncChanges_removals_that_meet_edits(t *testing.T) {
	editing(t, marie, func(e *editor) {
		edited, removed := madeNumber(t, e.w, "+33184882010", "Reception", number.Place{}), madeNumber(t, e.w, "+33184882011", "Desk", number.Place{})
		e.copy.Try()
		e.pass(2 * time.Second)
		e.cut(true)
		e.edits(replica.Remove, edited, nil)
		e.edits(replica.Set, removed, name("Mine"))
		e.other(replica.Set, edited, name("Theirs"))
		e.other(replica.Remove, removed, nil)
		e.cut(false)
		p := e.changes()
		e.says("Remove +33 1 84 88 20 10", "Jonas Meier edited this number at", "after you last saw it. It was not removed.", "You saw Reception Now Theirs", "Keep the number", "Remove anyway",
			"Change +33 1 84 88 20 11", "This number was removed before your change arrived. Your change is kept whole.", "Restore and apply")
		for _, c := range p.open() {
			act := actRemove
			if c.number == removed {
				act = actRestore
			}
			e.do(p.ctx, func() { p.choose([]*syncCase{c}, act) })
			e.pass(3 * time.Second)
		}
		e.says("Nothing needs you")
		if c := e.stored(edited); c.Status != number.Removed {
			t.Errorf("it is %s", c.Status)
		}
		if c := e.stored(removed); c.Status != number.Active || c.DisplayName != "Mine" {
			t.Errorf("it is %s %q", c.Status, c.DisplayName)
		}
	})
}

// N13: when what the person decided is not taken either, it needs them again: nothing is closed over it.
func TestSyncChanges_a_decision_that_fails_comes_back(t *testing.T) {
	editing(t, marie, func(e *editor) {
		k := e.disputed()
		e.other(replica.Remove, k, nil)
		e.cut(false)
		p := e.changes()
		e.acts(p, actRestore)
		e.gone()
		e.says("Jonas Meier changed the display name to “Theirs”", "Use mine")
		if s := e.copy.Status(); s.Attention != 1 {
			t.Errorf("%d need attention", s.Attention)
		}
		e.acts(p, actMine)
		e.gone()
		e.says("Nothing needs you")
		if c := e.stored(k); c.Status != number.Active || c.DisplayName != "Mine" {
			t.Errorf("it is %s %q", c.Status, c.DisplayName)
		}
		if s := e.copy.Status(); s.Attention != 0 {
			t.Errorf("%d need attention", s.Attention)
		}
	})
}

// N13: what was decided elsewhere, or before the page was loaded again, is not asked for twice, and closed once it has
// arrived.
func TestSyncChanges_a_decision_that_is_on_its_way(t *testing.T) {
	editing(t, marie, func(e *editor) {
		k := e.disputed()
		e.cut(false)
		purpose := "survey"
		e.edits(replica.Set, k, &number.Fields{CallPurpose: &purpose})
		e.pass(3 * time.Second)
		e.changes()
		e.says("Needs attention 1 number", "Keep theirs") // of another field: that decides nothing
		e.cut(true)
		e.edits(replica.Set, k, name("Mine"))
		e.says("Needs attention 1 number", "A newer change of yours to this number is on its way.")
		if text := e.wait(); strings.Contains(text, "Keep theirs") || strings.Contains(text, "Close") {
			t.Errorf("it is to be decided again: %s", text)
		}
		e.cut(false)
		e.pass(2 * finishPause)
		e.says("Nothing needs you")
		if s := e.copy.Status(); s.Attention != 0 || s.Pending != 0 {
			t.Errorf("%d need attention, %d wait", s.Attention, s.Pending)
		}
		if got := e.stored(k).DisplayName; got != "Mine" {
			t.Errorf("it is called %q", got)
		}
	})
}

// N13: without a connection nothing is decided, and the page says why; what waits is listed and can be taken back.
func TestSyncChanges_without_a_connection(t *testing.T) {
	editing(t, marie, func(e *editor) {
		e.disputed()
		e.cut(false)
		p := e.changes()
		e.cut(true)
		if why := p.barred(); why == "" || !strings.Contains(e.wait(), "Decided with the server") {
			t.Errorf("barred: %q", why)
		}
		e.edits(replica.Create, offline.NewNumber(), &number.Fields{E164: "+33184882012", CallPurpose: ref("survey")})
		e.says("Added +33 1 84 88 20 12", "it is tried again by itself", "Try now")
		waiting, _ := actionsOf(e.copy.Log(), 0)
		e.do(p.ctx, func() { p.undo(&waiting[0]) })
		e.pass(time.Second)
		e.cut(false)
		if n := len(ask(t, e.w.As(e.w.Marie), api.ListNumbers, api.NumbersIn{Org: api.Org{Org: e.w.Acme}}).Numbers); n != 1 {
			t.Errorf("%d numbers: it was not taken back", n)
		}
	})
}

// N13: signing out with something unsent asks; sent first, it is on the server, and nothing stays in the browser.
func TestSyncGuard_stands_before_a_sign_out(t *testing.T) {
	editing(t, marie, func(e *editor) {
		k := e.reception()
		g, out := &syncGuard{}, 0
		leave := func(app.Context) { out++ }
		if g.ask(e.ctx, e.session, leave) {
			t.Fatal("asked without anything unsent")
		}
		e.cut(true)
		e.edits(replica.Set, k, name("Mine"))
		if !g.ask(e.ctx, e.session, leave) || !g.open {
			t.Fatal("not asked")
		}
		if table := g.table(e.session); !strings.Contains(table, "Changed +33 1 84 88 20 10,Display name,Reception,Mine,") {
			t.Errorf("the file is %q", table)
		}
		e.do(e.ctx, func() { g.send(e.ctx, e.session, leave) })
		e.pass(5 * time.Second)
		if out != 0 {
			t.Fatal("signed out before all was sent")
		}
		e.cut(false)
		if out != 1 || g.open || len(g.stops) > 0 {
			t.Errorf("signed out %d times, the guard is %+v", out, g)
		}
		if got := e.stored(k).DisplayName; got != "Mine" {
			t.Errorf("it is called %q", got)
		}
	})
}

// N13: who may only read has the pill and the words, and is told so offline.
func TestSyncNotice_says_what_can_be_done_offline(t *testing.T) {
	editing(t, marie, func(e *editor) {
		at := e.seat(pageSync)
		if got := offlineText(at, e.copy); !strings.HasPrefix(got, "Phone numbers can still be added") {
			t.Errorf("says %q", got)
		}
		if got := offlineText(at, nil); got != "You see what was loaded last. Changes need a connection." {
			t.Errorf("without a copy: %q", got)
		}
	})
	editing(t, func(w *backendtest.World) *backendtest.Persona { return w.Paul }, func(e *editor) {
		if got := offlineText(e.seat(pageSync), e.copy); !strings.HasPrefix(got, "You see the phone numbers") {
			t.Errorf("to a reader: %q", got)
		}
		if e.seat(pageSync).Can(perm.NumbersUpdate) {
			t.Error("a reader may change numbers")
		}
		e.changes()
		e.says("Nothing needs you", "Nothing waits")
	})
}
