package pages

import (
	"countersign/app/client"
	"countersign/app/offline"
	"countersign/app/ui"
	"countersign/shared/dashboard"
	"countersign/shared/replica"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

const pageNumbers = "numbers"

// Numbers is the Phone Number Dashboard (N01): all numbers of an organization, to search, filter, sort, pick, change and
// remove, with or without a network. What it shows is the copy in this browser; its query stands in the address.
type Numbers struct {
	app.Compo

	At client.Seat

	ctx   app.Context
	stop  []func()
	pause func()        // until the text stands in the address
	copy  *offline.Copy // nil where none is kept
	desk  numberSource
	names numberNames

	asked   string // the parameters of the address that the query was taken from
	query   dashboard.Query
	found   *dashboard.Found // nil before the list is complete
	picked  *dashboard.Selection
	counts  *dashboard.Counts // of found; nil until a menu asks
	sorting bool              // a portion of an order is still to be made
	grid    ui.GridHandle

	edit   numberEdit
	remove numberRemove
	facts  assignments
	export numberExport
}

// CompoID tells go-app that the numbers of another organization are another page.
func (p *Numbers) CompoID() string { return p.At.Key(pageNumbers) }

// OnMount reads the copy and follows what changes.
func (p *Numbers) OnMount(ctx app.Context) {
	p.ctx = ctx
	if p.copy = offline.Open(p.At.Session, p.At.Org); p.copy != nil {
		p.desk = p.copy
	} else {
		online := readNumbers(ctx, p.At)
		p.desk = online
		p.stop = append(p.stop, online.close)
	}
	p.stop = append(p.stop,
		p.desk.Observe(p.changed),
		p.At.Session.Observe(func() { ctx.Dispatch(func(app.Context) {}) }),
		p.At.Session.Keep(pageNumbers, p.typed))
	p.ask()
	p.renew()
}

// OnPreRender is OnMount outside a browser.
func (p *Numbers) OnPreRender(ctx app.Context) { p.OnMount(ctx) }

// OnUpdate asks again when the address has changed. Where it only follows what is shown already, the view stays where it is.
func (p *Numbers) OnUpdate(app.Context) {
	if p.At.Query == p.asked || p.pause != nil {
		return
	}
	before := addressOf(p.At.Place, p.query)
	if p.ask(); addressOf(p.At.Place, p.query) != before {
		p.find(false)
	}
}

// OnDismount stops following.
func (p *Numbers) OnDismount() {
	for _, stop := range p.stop {
		stop()
	}
	p.stop = nil
	p.rest()
}

func (p *Numbers) rest() {
	if p.pause != nil {
		p.pause()
		p.pause = nil
	}
}

// typed is what an open form holds.
func (p *Numbers) typed() []client.Unsent {
	if !p.edit.open || !p.edit.dirty() {
		return nil
	}
	return []client.Unsent{{Label: ui.T("number.column.display_name"), Text: p.edit.form.name}}
}

// ask takes the query from the address.
func (p *Numbers) ask() { p.asked, p.query = p.At.Query, queryOf(p.At.Place) }

// renew takes over all that the copy has.
func (p *Numbers) renew() {
	p.names = namesAt(p.desk)
	p.find(true)
}

// find finds what the query asks for. keep says that it is for a change of the rows, not of the question: the view stays
// where it is then.
func (p *Numbers) find(keep bool) {
	list := p.desk.List()
	if list == nil || !p.desk.Status().Listed {
		p.found = nil
		return
	}
	if p.picked == nil {
		p.picked = list.Select()
	}
	if list.Prepare(p.query.Sort) { // in portions, so that the window stays alive
		if !p.sorting {
			p.sorting = true
			ui.After(p.ctx, 0, func(app.Context) {
				p.sorting = false
				p.find(keep)
			})
		}
		return
	}
	before := p.found
	p.found, p.counts = list.Find(p.query), nil
	switch {
	case before == nil:
		app.Window().Get("performance").Call("mark", "numbers-listed") // what a start is measured by
		p.grid.Refresh()
	case keep:
		p.grid.Move(func(i int) int { return i + dashboard.Shift(before, p.found, i) })
	default:
		p.grid.Top()
	}
}

// changed follows the copy: rows are drawn again where they stand, and the list as a whole when they come and go.
func (p *Numbers) changed(c offline.Change) {
	defer ui.Recover()
	if c.All {
		p.names = namesAt(p.desk)
	}
	if c.All || len(c.IDs) > 0 {
		p.find(true)
		p.edit.follow(p)
		if v, ok := p.desk.Row(p.facts.of); ok {
			p.facts.follow(p.factsOf(&v.Number))
		}
	}
	p.ctx.Dispatch(func(app.Context) {})
}

// search finds while somebody types; the text stands in the address once they pause.
func (p *Numbers) search(ctx app.Context, text string) {
	ctx.PreventUpdate() // nothing but the rows is drawn with each keystroke
	p.query.Text = text
	p.find(false)
	p.rest()
	p.pause = ui.After(p.ctx, searchPause, func(ctx app.Context) {
		p.pause = nil
		p.settle(ctx)
		if p.found != nil {
			ui.Announce(ui.T("numbers.found", "n", p.found.Len()))
		}
	})
}

// choose asks another question at once.
func (p *Numbers) choose(ctx app.Context, change func(*dashboard.Query)) {
	p.rest()
	change(&p.query)
	p.find(false)
	p.settle(ctx)
}

// settle puts the query into the address, in place of the one before.
func (p *Numbers) settle(ctx app.Context) {
	href := addressOf(p.At.Place, p.query)
	app.Window().Get("history").Call("replaceState", nil, "", href)
	ctx.Navigate(href)
}

// pickedRows are the numbers that are picked, as they are shown.
func (p *Numbers) pickedRows() (rows []replica.View) {
	if p.picked == nil {
		return nil
	}
	p.picked.Each(func(v replica.View) bool {
		rows = append(rows, v)
		return true
	})
	return rows
}
