package pages

import (
	"sort"
	"time"

	"countersign/app/client"
	"countersign/app/offline"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/number"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// placeList is what numbers stand in, by name, and how many stand where.
type placeList struct {
	Units    []api.Unit
	Programs []api.Program
	Purposes []number.Purpose
	Nowhere  int // numbers in no business unit
	Numbers  int // all of them; -1 when the person may not know
}

func (l *placeList) unit(u id.BusinessUnit) *api.Unit {
	for i := range l.Units {
		if l.Units[i].ID == u {
			return &l.Units[i]
		}
	}
	return nil
}

func (l *placeList) program(p id.Program) *api.Program {
	for i := range l.Programs {
		if l.Programs[i].ID == p {
			return &l.Programs[i]
		}
	}
	return nil
}

// purpose is what a call purpose is called.
func (l *placeList) purpose(key string) string {
	for i := range l.Purposes {
		if l.Purposes[i].Key == key {
			return purposeName(&l.Purposes[i])
		}
	}
	return key
}

// placeBook is what the pages of business units and programs have in common: the list, kept up to date, and the dialogs that
// change it.
type placeBook struct {
	at      client.Seat
	ctx     app.Context
	stop    []func()
	copy    *offline.Copy // nil where none is kept
	copies  bool          // what is shown is the copy's
	awaited bool          // the copy is about to answer
	shown   loaded[placeList]
	own     []ownChange

	unit    unitForm
	program programForm
	removal placeRemoval
}

// open loads the list and follows what others change.
func (p *placeBook) open(ctx app.Context, at client.Seat) {
	p.ctx, p.at = ctx, at
	p.stop = []func(){
		at.Session.Watch(ctx, at.Org, func(ctx app.Context) { p.load(ctx, true) }, live.Numbers),
		at.Session.Keep("places", p.typed),
		at.Session.Observe(func() { ctx.Dispatch(func(app.Context) {}) }), // without a connection nothing can be changed
	}
	p.watchCopy(ctx)
	p.load(ctx, false)
}

func (p *placeBook) close() {
	for _, stop := range p.stop {
		stop()
	}
	p.stop = nil
}

// typed is what would be lost with the page.
func (p *placeBook) typed() []client.Unsent { return append(p.unit.typed(), p.program.typed()...) }

// load takes the list from the copy in this browser. Where none is kept it asks the server, as far as the person may see.
func (p *placeBook) load(ctx app.Context, background bool) {
	if p.copied(ctx) {
		return
	}
	p.shown.turn++
	p.shown.busy = true
	l := &placeLoad{places: p, turn: p.shown.turn, waits: 1}
	l.list.Numbers = -1
	in, s := p.at.OrgIn(), p.at.Session
	if p.at.Can(perm.BusinessUnitsView) {
		l.waits++
		client.Load(ctx, s, api.ListUnits, in, background, func(ctx app.Context, out api.Units, err error) {
			l.list.Units = out.Units
			l.came(ctx, err)
		})
	}
	if p.at.Can(perm.ProgramsView) {
		l.waits++
		client.Load(ctx, s, api.ListPrograms, api.ProgramsIn{Org: in}, background, func(ctx app.Context, out api.Programs, err error) {
			l.list.Programs = out.Programs
			l.came(ctx, err)
		})
	}
	if p.at.Can(perm.NumbersView) {
		l.waits++
		count := api.NumbersIn{Org: in}
		count.Limit, count.Counts = 1, "yes"
		client.Load(ctx, s, api.ListNumbers, count, background, func(ctx app.Context, out api.Numbers, err error) {
			l.list.Numbers = out.Total
			if out.Counts != nil {
				l.list.Nowhere = out.Counts.Units[""]
			}
			l.came(ctx, err)
		})
	}
	client.Load(ctx, s, api.ListPurposes, in, background, func(ctx app.Context, out api.Purposes, err error) {
		l.list.Purposes = out.Purposes
		l.came(ctx, err)
	})
}

// placeLoad waits for the answers that make up one list.
type placeLoad struct {
	places *placeBook
	turn   int
	waits  int
	list   placeList
	err    error
}

func (l *placeLoad) came(ctx app.Context, err error) {
	if err != nil && l.err == nil {
		l.err = err
	}
	if l.waits--; l.waits > 0 || l.turn != l.places.shown.turn {
		return
	}
	p := l.places
	if client.IsOffline(l.err) && p.unread() {
		p.awaited = true
		return
	}
	p.shown.busy, p.shown.err = false, l.err
	if l.err == nil {
		p.take(ctx, l.list)
	}
}

// take makes a list the one that is shown.
func (p *placeBook) take(ctx app.Context, list placeList) {
	if !p.unit.open && !p.program.open && p.removal.name == "" {
		holdFocus(ctx, "")
	}
	p.shown.value, p.shown.at = list, ui.ServerNow()
	p.withOwn()
	p.unit.follow(p)
	p.program.follow(p)
}

// ownChange is what the server has told the person of their own act and a list that was asked for before may not have.
type ownChange struct {
	unit    *api.Unit
	program *api.Program
	gone    string // id of what was deleted
	until   time.Time
}

// ownChangeLasts is longer than any list is under way.
const ownChangeLasts = 10 * time.Second

// note shows an own change at once.
func (p *placeBook) note(ctx app.Context, ch ownChange) {
	ch.until = time.Now().Add(ownChangeLasts)
	p.own = append(p.own, ch)
	holdFocus(ctx, "")
	p.withOwn()
	p.load(ctx, true)
}

// withOwn brings own changes into the list, the oldest first.
func (p *placeBook) withOwn() {
	l, kept := &p.shown.value, p.own[:0]
	for _, ch := range p.own {
		if time.Now().After(ch.until) {
			continue
		}
		kept = append(kept, ch)
		switch {
		case ch.unit != nil:
			if was := l.unit(ch.unit.ID); was == nil {
				l.Units = append(l.Units, *ch.unit)
			} else if was.Ver < ch.unit.Ver {
				was.Unit = ch.unit.Unit
			}
		case ch.program != nil:
			if was := l.program(ch.program.ID); was == nil {
				l.Programs = append(l.Programs, *ch.program)
				if u := l.unit(ch.program.BusinessUnit); u != nil {
					u.Programs++
				}
			} else if was.Ver < ch.program.Ver {
				was.Program = ch.program.Program
			}
		default:
			l.drop(ch.gone)
		}
	}
	p.own = kept
	l.sort()
}

// drop takes a unit or program out of the list.
func (l *placeList) drop(gone string) {
	units, programs := []api.Unit{}, []api.Program{}
	for _, x := range l.Programs {
		if string(x.ID) != gone {
			programs = append(programs, x)
		} else if u := l.unit(x.BusinessUnit); u != nil {
			u.Programs--
		}
	}
	for _, x := range l.Units {
		if string(x.ID) != gone {
			units = append(units, x)
		}
	}
	l.Units, l.Programs = units, programs
}

// sort orders as people do, whatever the case and the accents.
func (l *placeList) sort() {
	units := byKey{make([]string, len(l.Units)), func(i, j int) { l.Units[i], l.Units[j] = l.Units[j], l.Units[i] }}
	for i := range l.Units {
		units.keys[i] = number.SearchKey(l.Units[i].Name)
	}
	sort.Stable(units)
	programs := byKey{make([]string, len(l.Programs)), func(i, j int) { l.Programs[i], l.Programs[j] = l.Programs[j], l.Programs[i] }}
	for i := range l.Programs {
		programs.keys[i] = number.SearchKey(l.Programs[i].DisplayName)
	}
	sort.Stable(programs)
}

type byKey struct {
	keys []string
	swap func(i, j int)
}

func (s byKey) Len() int           { return len(s.keys) }
func (s byKey) Less(i, j int) bool { return s.keys[i] < s.keys[j] }
func (s byKey) Swap(i, j int) {
	s.keys[i], s.keys[j] = s.keys[j], s.keys[i]
	s.swap(i, j)
}

// dialogs are the last children of a page.
func (p *placeBook) dialogs() app.UI {
	return app.Div().Body(p.unit.render(p), p.program.render(p), p.removal.render(p))
}

// numbersOf is the address of the dashboard with a filter.
func numbersOf(at client.Seat, filter, value string) string {
	return at.Href("numbers") + "?" + filter + "=" + value
}
