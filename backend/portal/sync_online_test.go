package portal_test

import (
	"testing"
	"time"

	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

func naming(n id.Number, u replica.Uid, was, name string) api.NumberEdit {
	return api.NumberEdit{Uid: u, Op: replica.Set, Rows: []replica.Edit{{ID: n, Was: &number.Fields{DisplayName: &was}, Set: &number.Fields{DisplayName: &name}}}}
}

// I14: the identity of an edit is its person's: another one who sends the same is answered with what became of their own.
func TestOnlineOutcomesAreOnesOwnI14(t *testing.T) {
	w := newAway(t)
	d := w.device(w.Marie)
	n, m := d.Create(firstNumber, "survey"), d.Create(secondNumber, "survey")
	w.sync(d)
	jonas := w.As(w.Jonas)
	both := newUid()
	hers := backendtest.Must(w.edits(w.marie, w.Acme, naming(n, both, "never", "Reception"))).Outcomes[0]
	if hers.St != replica.Rejected || hers.Faults[0].Reason != number.Conflict || hers.Uid != both {
		t.Fatalf("hers: %+v", hers)
	}
	his := backendtest.Must(w.edits(jonas, w.Acme, naming(m, both, "", "Front desk"))).Outcomes[0]
	if his.St != replica.Applied || his.Uid != both {
		t.Errorf("his: %+v", his)
	}
	for range 2 {
		again := backendtest.Must(w.edits(w.marie, w.Acme, naming(n, both, "", "Reception"))).Outcomes[0]
		if again.St != replica.Rejected || again.Uid != both || len(again.Faults) != 1 {
			t.Errorf("hers again: %+v", again)
		}
	}

	// A device brings an edit of the same identity: its own person's is known, another person's is another edit.
	change := func(e api.NumberEdit) replica.Push {
		return replica.Push{Client: anyID[id.Device](), Mutations: []replica.Mutation{{Mid: 1, Uid: e.Uid, V: 1, Op: e.Op, Rows: e.Rows}}}
	}
	if o := backendtest.Must(w.push(w.marie, change(naming(n, both, "", "Reception")))).Outcomes[0]; o.St != replica.Rejected || o.Uid != both || len(o.Faults) != 1 {
		t.Errorf("hers by a device: %+v", o)
	}
	if o := backendtest.Must(w.push(w.As(w.AddContact(w.Acme, "Clara Weber", "number_manager")), change(naming(n, both, "", "Desk")))).Outcomes[0]; o.St != replica.Applied || o.Uid != both {
		t.Errorf("a third person's by a device: %+v", o)
	}
	// And what came by a device is not done once more online.
	u := newUid()
	backendtest.Must(w.push(jonas, change(naming(m, u, "Front desk", "Lobby"))))
	if o := backendtest.Must(w.edits(jonas, w.Acme, naming(m, u, "never", "Lobby"))).Outcomes[0]; o.St != replica.Applied || o.Uid != u {
		t.Errorf("his by a device, then online: %+v", o)
	}
	if o := backendtest.Must(w.edits(w.marie, w.Acme, naming(m, u, "Lobby", "Hall"))).Outcomes[0]; o.St != replica.Applied || o.Uid != u {
		t.Errorf("hers of his identity: %+v", o)
	}
	w.Verify()
}

// TH23: few words that name large edits of before get no answer of any size.
func TestOnlineAnswersAreBoundedTH23(t *testing.T) {
	w := newAway(t)
	var again []api.NumberEdit
	for _, m := range bulk(5) {
		e := api.NumberEdit{Uid: m.Uid, Op: m.Op, Rows: m.Rows, Set: m.Set}
		backendtest.Must(w.edits(w.marie, w.Acme, e))
		e.Rows = e.Rows[:1]
		again = append(again, e)
	}
	if a := backendtest.Must(w.edits(w.marie, w.Acme, again[:4]...)); len(a.Outcomes[3].Faults) != replica.MaxRows {
		t.Errorf("%d faults", len(a.Outcomes[3].Faults))
	}
	_, err := w.edits(w.marie, w.Acme, again...)
	backendtest.Refused(t, err, errs.Invalid)
}

// N13: an agent in a support session acts in their own name: what they changed themselves is no surprise to them when
// they remove a number, what anybody else changed is, another agent's edit too.
func TestOwnChangesInSupportN13(t *testing.T) {
	w := newAway(t)
	d := w.device(w.Marie)
	inside := func(p *backendtest.Persona) *backendtest.Actor {
		r := backendtest.Must(w.marie.Approve(backendtest.Must(w.As(p).RequestAccess(w.Acme, time.Hour, "")), time.Hour))
		return backendtest.Must(w.As(p).Enter(r))
	}
	sofia, tom := inside(w.Sofia), inside(w.Tom)
	remove := func(a *backendtest.Actor, n id.Number, ver int64) replica.Outcome {
		e := api.NumberEdit{Uid: newUid(), Op: replica.Remove, WasEpoch: w.epoch(), Rows: []replica.Edit{{ID: n, WasVer: ver}}}
		return backendtest.Must(w.edits(a, w.Acme, e)).Outcomes[0]
	}
	for i, x := range []struct {
		by   *backendtest.Actor
		name string // who is told of as having changed the number meanwhile, "" where nobody is
	}{{sofia, ""}, {tom, "Tom Becker"}, {w.marie, "Marie Dubois"}} {
		n := d.Create([]number.E164{firstNumber, secondNumber, "+33184880003"}[i], "survey")
		w.sync(d)
		seen, _ := d.Number(n)
		if o := backendtest.Must(w.edits(x.by, w.Acme, naming(n, newUid(), "", "Lobby"))).Outcomes[0]; o.St != replica.Applied {
			t.Fatalf("edit: %+v", o)
		}
		o := remove(sofia, n, seen.Ver)
		if x.name == "" {
			if o.St != replica.Applied {
				t.Errorf("after an own change: %+v", o)
			}
			continue
		}
		if o.St != replica.Rejected || o.Faults[0].Reason != number.Conflict || o.Faults[0].By != x.name {
			t.Errorf("after a change by %s: %+v", x.name, o)
		}
	}
}
