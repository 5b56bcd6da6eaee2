package pages

import (
	"strings"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Programs is the list of programs: where each stands, what it is for and when. The business unit to which it is narrowed
// stands in the address.
type Programs struct {
	app.Compo

	At client.Seat

	places placeBook
	find   placeSearch
	most   int // programs that are drawn; more on demand
}

// CompoID tells go-app that the programs of another organization are another page.
func (g *Programs) CompoID() string { return g.At.Key(pagePrograms) }

// OnMount loads the page and follows what changes.
func (g *Programs) OnMount(ctx app.Context) {
	g.most, g.find.text = placesPage, g.At.Param("q")
	g.places.open(ctx, g.At)
}

// OnPreRender is OnMount outside a browser.
func (g *Programs) OnPreRender(ctx app.Context) { g.OnMount(ctx) }

// OnUpdate follows the address.
func (g *Programs) OnUpdate(app.Context) { g.find.follow(g.At) }

// OnDismount stops following.
func (g *Programs) OnDismount() {
	g.find.rest()
	g.places.close()
}

// unit is the business unit of the address, "" for all.
func (g *Programs) unit() id.BusinessUnit { return id.BusinessUnit(g.At.Param("business_unit")) }

// Render implements app.Composer.
func (g *Programs) Render() app.UI {
	g.places.at = g.At
	p := &g.places
	header := &ui.PageHeader{Title: ui.T("place.programs"), Lead: ui.T("place.programs_lead")}
	if g.At.Can(perm.ProgramsCreate) && len(p.shown.value.Units) > 0 {
		header.Actions = []app.UI{&ui.Button{ID: "program-create", Label: ui.T("place.new_program"), Icon: ui.IconPlus, Kind: ui.Create, Disabled: offlineReason(g.At),
			OnClick: func(app.Context, app.Event) { p.program.show(nil, g.unit()) }}}
	}
	return app.Div().Class("stack", "lg").Body(
		header,
		region(g.At, &p.shown, 6, func(ctx app.Context) { p.load(ctx, false) }, g.show),
		p.dialogs(),
	)
}

func (g *Programs) show(list placeList) []app.UI {
	if len(list.Programs) == 0 && g.unit() == "" {
		return []app.UI{g.first(&list)}
	}
	filters := app.Div().Class("row", "filters").Body(
		&ui.Select{ID: "programs-unit", Label: ui.T("number.column.business_unit"), Value: string(g.unit()), Options: g.units(&list),
			OnChange: func(ctx app.Context, v string) { ctx.Navigate(g.At.With("business_unit", v, "q", g.find.text)) }})
	search := app.UI(nil)
	if len(list.Programs) > searchedFrom || g.find.text != "" {
		search = g.find.render(g.places.ctx, g.At, ui.T("place.search_programs"))
	}
	return []app.UI{app.Div().Class("place-filters").Body(filters, slot(search)), g.table(&list)}
}

// first is what stands where no program does: the act that comes first.
func (g *Programs) first(list *placeList) app.UI {
	p, empty := &g.places, &ui.Empty{Icon: ui.IconLayers, Title: ui.T("place.no_programs"), Text: ui.T("place.no_programs_text")}
	switch {
	case len(list.Units) > 0 && g.At.Can(perm.ProgramsCreate):
		empty.Actions = []app.UI{&ui.Button{ID: "program-first", Label: ui.T("place.first_program"), Icon: ui.IconPlus, Disabled: offlineReason(g.At),
			OnClick: func(app.Context, app.Event) { p.program.show(nil, "") }}}
	case len(list.Units) == 0 && g.At.Can(perm.BusinessUnitsCreate):
		empty.Text = ui.T("place.no_programs_no_units")
		empty.Actions = []app.UI{&ui.Button{ID: "unit-first", Label: ui.T("place.first_unit"), Icon: ui.IconPlus, Disabled: offlineReason(g.At),
			OnClick: func(app.Context, app.Event) { p.unit.show(nil) }}}
	}
	return empty
}

func (g *Programs) units(list *placeList) []ui.Option {
	options := []ui.Option{{Label: ui.T("place.all_units")}}
	for i := range list.Units {
		options = append(options, ui.Option{Value: string(list.Units[i].ID), Label: list.Units[i].Name})
	}
	if u := g.unit(); u != "" && list.unit(u) == nil {
		options = append(options, ui.Option{Value: string(u), Label: ui.T("place.unknown_unit")})
	}
	return options
}

func (g *Programs) table(list *placeList) app.UI {
	var all []*api.Program
	for i := range list.Programs {
		if u := g.unit(); u == "" || list.Programs[i].BusinessUnit == u {
			all = append(all, &list.Programs[i])
		}
	}
	if all = matching(all, g.find.key()); len(all) == 0 {
		return noPlace(g.At.With("q", "", "business_unit", ""))
	}
	lines := make([]ui.Line, 0, min(len(all), g.most))
	for _, x := range all[:min(len(all), g.most)] {
		lines = append(lines, g.line(list, x))
	}
	foot := []app.UI{app.Span().Text(ui.T("place.shown", "n", len(lines), "total", len(all)))}
	if len(all) > g.most {
		foot = append(foot, &ui.Button{ID: "place-more", Label: ui.T("orgdetail.more"), Small: true, OnClick: func(app.Context, app.Event) { g.most += placesPage }})
	}
	return &ui.Table{ID: "program-list", Label: ui.T("place.programs"), Lines: lines, Foot: foot, Columns: []ui.Column{
		{Title: ui.T("number.column.display_name"), Kind: ui.Title}, {Title: ui.T("number.column.business_unit")}, {Title: ui.T("number.column.call_purpose")},
		{Title: ui.T("place.starts")}, {Title: ui.T("place.ends")}, {Title: ui.T("number.column.status"), Kind: ui.State}, {Title: ui.T("place.numbers"), Right: true},
		{Title: ui.T("orgpage.acts"), HideTitle: true, Kind: ui.Act}}}
}

func (g *Programs) line(list *placeList, x *api.Program) ui.Line {
	of, unit, starts, ends := string(x.ID), "", app.UI(app.Text("")), app.UI(app.Text(ui.T("place.no_end")))
	if u := list.unit(x.BusinessUnit); u != nil {
		unit = u.Name
	}
	if !x.Starts.IsZero() {
		starts = dayCell("place.from_on", date(x.Starts))
	}
	if !x.Ends.IsZero() {
		ends = dayCell("place.to", date(lastDay(x.Ends)))
	}
	return ui.Line{ID: of, Quiet: x.Ended(ui.ServerNow()), Usual: programRuns(x), Cells: []app.UI{
		app.Span().Class("wrap").Text(x.DisplayName), app.Text(unit), app.Text(list.purpose(x.CallPurpose)), starts, ends, programState(x),
		numbersCell(g.At, x.Numbers, "program", of),
		&keyed{Key: "acts-" + of, Body: func() app.UI { return g.places.programActs(x) }}}}
}

// dayCell is a day, in the words of key where no column says what it is.
func dayCell(key, day string) app.UI {
	before, after, _ := strings.Cut(ui.T(key, "day", "\x00"), "\x00")
	return app.Span().Class("place-day").Body(app.Span().Class("place-word").Text(before), app.Text(day), app.Span().Class("place-word").Text(after))
}
