package pages

import (
	"strings"
	"time"

	"countersign/app/client"
	"countersign/app/offline"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/dashboard"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/number"
	"countersign/shared/replica"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// numberSource is what the dashboard shows: the copy in this browser or, where none may be kept, the server's numbers.
type numberSource interface {
	numberDesk
	List() *dashboard.List
	Status() offline.Status
	Observe(func(offline.Change)) (stop func())
	Try()
}

// onlineNumbers reads an organization's numbers from the server into memory, page by page, and keeps nothing: for agents
// inside an organization, and for the owner who looks with somebody else's eyes. It reads what changed when they did.
type onlineNumbers struct {
	at  client.Seat
	ctx app.Context

	list     *dashboard.List
	units    []number.Unit
	programs []number.Program
	purposes []number.Purpose
	cursor   string        // what changed from here on is not in the list; "" until all rows were read
	epoch    replica.Epoch // of the history that the cursor is in
	moved    bool          // units, programs or purposes are to be read again
	seen     time.Time     // when the list was the server's last; zero before
	failing  error         // why they could not be read last

	run   int  // of reading; what an older one is answered counts no more
	got   int  // rows that it has read
	total int  // of all
	busy  bool // being read, or resting
	stale bool // changed since the reading began
	began time.Time
	rest  func() // ends it

	tell func(offline.Change)
	stop func()
}

func readNumbers(ctx app.Context, at client.Seat) *onlineNumbers {
	o := &onlineNumbers{at: at, ctx: ctx, list: dashboard.New("")}
	o.stop = at.Session.Watch(ctx, at.Org, func(app.Context) { o.read(true) }, live.Numbers)
	o.read(false)
	return o
}

func (o *onlineNumbers) close() {
	o.run++
	o.stop()
	if o.rest != nil {
		o.rest()
	}
}

func (o *onlineNumbers) changed() {
	if o.tell != nil {
		o.tell(offline.Change{All: true, Status: true})
	}
}

func (o *onlineNumbers) List() *dashboard.List { return o.list }

// Status says what of a copy's is so here, too.
func (o *onlineNumbers) Status() (s offline.Status) {
	s.Loaded, s.Ready, s.Listed = true, !o.seen.IsZero(), !o.seen.IsZero()
	s.Online = o.at.Session.Link() != client.LinkDown
	return s
}

func (o *onlineNumbers) Observe(f func(offline.Change)) (stop func()) {
	o.tell = f
	return func() { o.tell = nil }
}

func (o *onlineNumbers) Try() { o.again() }

func (o *onlineNumbers) Row(k id.Number) (replica.View, bool) { return o.list.View(k) }
func (o *onlineNumbers) Units() []number.Unit                 { return o.units }
func (o *onlineNumbers) Programs() []number.Program           { return o.programs }
func (o *onlineNumbers) Purposes() []number.Purpose           { return o.purposes }

// judged begins why an edit was not taken when the server has judged it; behind it is the reason.
const judged = "judged."

// Edit sends an edit to the server and tells done when it was judged. When only some of its rows were applied, a toast says
// what became of the others.
func (o *onlineNumbers) Edit(e replica.NewEdit, done func(replica.Uid, string)) replica.Uid {
	u := newUid()
	in := api.EditNumbersIn{Org: o.at.OrgIn()}
	in.Body.Mutations = []api.NumberEdit{{Uid: u, Op: e.Op, Rows: e.Rows, Set: e.Set, WasEpoch: e.WasEpoch, Group: e.Group}}
	client.Call(o.ctx, o.at.Session, api.EditNumbers, in, func(_ app.Context, out api.Edited, err error) {
		switch {
		case client.IsOffline(err):
			done(u, "no_answer")
			return
		case err != nil:
			toastFailure(err)
			done(u, "refused")
			return
		}
		why := ""
		for i := range out.Outcomes {
			why = o.judge(&e, &out.Outcomes[i])
		}
		done(u, why)
		o.changed()
		o.read(true)
	})
	return u
}

// judge shows at once what became of an edit, and gives why none of it was applied.
func (o *onlineNumbers) judge(e *replica.NewEdit, out *replica.Outcome) (why string) {
	if out.St == replica.Rejected && len(out.Faults) == 0 {
		return "refused"
	}
	faults := make(map[id.Number]*replica.Fault, len(out.Faults))
	for i := range out.Faults {
		faults[out.Faults[i].ID] = &out.Faults[i]
	}
	for i := range e.Rows {
		row := &e.Rows[i]
		v, ok := o.list.View(row.ID)
		if !ok {
			continue
		}
		set := row.Set
		if set == nil {
			set = e.Set
		}
		switch f := faults[row.ID]; {
		case f != nil:
			v.Number = f.Now.Over(v.Number)
			o.list.Put(v)
		case e.Op == replica.Remove:
			o.list.Drop(row.ID)
		default:
			v.Number = set.Over(v.Number)
			o.list.Put(v)
		}
	}
	switch {
	case len(faults) == 0:
		return ""
	case len(faults) == len(e.Rows):
		return judged + string(out.Faults[0].Reason)
	}
	ui.ShowToast(ui.Toast{Tone: ui.Bad, Text: ui.T("numbers.some_judged", "n", len(faults), "all", len(e.Rows)) + " " + reasonText(out.Faults[0].Reason)})
	return ""
}

// judgedReason is the reason in why an edit was not taken.
func judgedReason(why string) (number.Reason, bool) {
	reason, ok := strings.CutPrefix(why, judged)
	return number.Reason(reason), ok
}

// Undo takes nothing back: what the server has judged is done.
func (o *onlineNumbers) Undo(replica.Uid, func(replica.Uid, string)) replica.Uid { return "" }
