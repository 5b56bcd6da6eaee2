package pages

import (
	"strings"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// foldedFrom is from how many units on the tree comes folded.
const foldedFrom = 8

// branch is a unit of the tree with those of its programs that are shown.
type branch struct {
	unit     *api.Unit
	programs []*api.Program
	open     bool
}

// branches are the units that match the search, by themselves or by a program.
func (u *Units) branches(list *placeList) []branch {
	within := map[id.BusinessUnit][]*api.Program{}
	for i := range list.Programs {
		p := &list.Programs[i]
		within[p.BusinessUnit] = append(within[p.BusinessUnit], p)
	}
	key, all := u.find.key(), []branch{}
	for i := range list.Units {
		b := branch{unit: &list.Units[i], programs: within[list.Units[i].ID], open: len(list.Units) < foldedFrom}
		if key != "" && !strings.Contains(number.SearchKey(b.unit.Name), key) {
			b.programs, b.open = matching(b.programs, key), true
			if len(b.programs) == 0 {
				continue
			}
		}
		if open, said := u.folds[b.unit.ID]; said {
			b.open = open
		}
		all = append(all, b)
	}
	return all
}

// matching are the programs whose name contains what is searched.
func matching(list []*api.Program, key string) (found []*api.Program) {
	for _, p := range list {
		if key == "" || strings.Contains(number.SearchKey(p.DisplayName), key) {
			found = append(found, p)
		}
	}
	return found
}

func (u *Units) tree(list *placeList) app.UI {
	all := u.branches(list)
	if len(all) == 0 {
		return noPlace(u.At.With("q", ""))
	}
	var lines []ui.Line
	if u.find.key() == "" {
		lines = append(lines, u.root(list))
	}
	for i := range all[:min(len(all), u.most)] {
		b := &all[i]
		lines = append(lines, u.unitLine(b))
		for _, p := range b.programs {
			if b.open {
				lines = append(lines, u.programLine(p))
			}
		}
	}
	if list.Nowhere > 0 && u.find.key() == "" {
		lines = append(lines, ui.Line{ID: "place-nowhere", Cells: []app.UI{
			app.Span().Class("tree-name", "one").Body(ui.Icon(ui.IconInbox), app.Span().Text(ui.T("place.nowhere"))),
			app.Text(""), numbersCell(u.At, list.Nowhere, "business_unit", api.Nowhere), app.Text("")}})
	}
	t := &ui.Table{ID: "place-tree", Label: ui.T("place.units"), Lines: lines, Columns: []ui.Column{
		{Title: ui.T("place.name"), Kind: ui.Title}, {Title: ui.T("place.programs"), Right: true}, {Title: ui.T("place.numbers"), Right: true},
		{Title: ui.T("orgpage.acts"), HideTitle: true, Kind: ui.Act}}}
	if len(all) > u.most {
		t.Foot = []app.UI{app.Span().Text(ui.T("place.shown", "n", u.most, "total", len(all))),
			&ui.Button{ID: "place-more", Label: ui.T("orgdetail.more"), Small: true, OnClick: func(app.Context, app.Event) { u.most += placesPage }}}
	}
	return t
}

// noPlace says that nothing matches and leads back to all.
func noPlace(all string) app.UI {
	return &ui.Empty{Icon: ui.IconSearch, Title: ui.T("place.no_match"), Actions: []app.UI{&ui.Button{ID: "place-clear", Label: ui.T("orgdetail.clear"), Href: all}}}
}

// root is the business itself.
func (u *Units) root(list *placeList) ui.Line {
	m, _ := u.At.Member()
	programs, numbers := app.UI(app.Text("")), app.UI(app.Text(""))
	if u.At.Can(perm.ProgramsView) {
		programs = programsCell(u.At, len(list.Programs), "")
	}
	if list.Numbers >= 0 {
		numbers = numbersCell(u.At, list.Numbers, "", "")
	}
	return ui.Line{ID: "place-root", Cells: []app.UI{
		app.Span().Class("tree-name", "root").Body(ui.Icon(ui.IconBuilding), app.Span().Text(m.Name), app.Span().Class("hint").Text(ui.T("place.units_n", "n", len(list.Units)))),
		programs, numbers, app.Text("")}}
}

func (u *Units) unitLine(b *branch) ui.Line {
	x, of := b.unit, string(b.unit.ID)
	name := &keyed{Key: "fold-" + of, Body: func() app.UI {
		if len(b.programs) == 0 {
			return app.Span().Class("tree-name", "one").Body(ui.Icon(ui.IconFolderTree), app.Span().Text(x.Name))
		}
		icon := ui.IconChevronRight
		if b.open {
			icon = ui.IconChevronDown
		}
		open := b.open
		return app.Button().ID("fold-"+of).Type("button").Class("tree-name", "one", "fold").Aria("expanded", open).
			OnClick(ui.On(func(app.Context, app.Event) { u.folds[x.ID] = !open })).
			Body(ui.Icon(icon), app.Span().Text(x.Name))
	}}
	return ui.Line{ID: of, Cells: []app.UI{name, programsCell(u.At, x.Programs, of), numbersCell(u.At, x.Numbers, "business_unit", of),
		&keyed{Key: "acts-" + of, Body: func() app.UI { return u.unitActs(x) }}}}
}

// count is a number whose unit is seen only where no column names it, as on a phone.
func count(n int, key string) []app.UI {
	whole := ui.T(key, "n", n)
	digits := ui.Locale().Number(int64(n))
	before, after, found := strings.Cut(whole, digits)
	if !found || before != "" {
		return []app.UI{app.Text(whole)}
	}
	return []app.UI{app.Text(digits), app.Span().Class("place-word").Text(after)}
}

// programsCell is how many programs there are, in a unit or in all, and leads to them.
func programsCell(at client.Seat, n int, unit string) app.UI {
	if n == 0 || !at.Can(perm.ProgramsView) {
		return app.Span().Body(count(n, "place.programs_n")...)
	}
	href := at.Href(pagePrograms)
	if unit != "" {
		href += "?business_unit=" + unit
	}
	return app.A().Class("link").Href(href).Body(count(n, "place.programs_n")...)
}

// numbersCell is how many numbers stand somewhere, and leads to them.
func numbersCell(at client.Seat, n int, filter, value string) app.UI {
	if n == 0 || !at.Can(perm.NumbersView) {
		return app.Span().Body(count(n, "place.numbers_n")...)
	}
	href := at.Href("numbers")
	if filter != "" {
		href = numbersOf(at, filter, value)
	}
	return app.A().Class("link").Href(href).Body(count(n, "place.numbers_n")...)
}

// unitActs are what can be done with a unit; what the server would refuse says why.
func (u *Units) unitActs(x *api.Unit) app.UI {
	p, offline, items := &u.places, offlineReason(u.At), []ui.MenuItem{}
	if u.At.Can(perm.ProgramsCreate) {
		items = append(items, ui.MenuItem{Label: ui.T("place.new_program"), Icon: ui.IconPlus, Disabled: offline, OnSelect: func(app.Context) { p.program.show(nil, x.ID) }})
	}
	if u.At.Can(perm.BusinessUnitsUpdate) {
		items = append(items, ui.MenuItem{Label: ui.T("place.rename"), Icon: ui.IconPencil, Disabled: offline, OnSelect: func(app.Context) { p.unit.show(x) }})
	}
	if u.At.Can(perm.BusinessUnitsDelete) {
		why := offline
		if why == "" {
			why = unitInUse(x)
		}
		items = append(items, ui.MenuItem{Label: ui.T("place.delete"), Icon: ui.IconTrash, Danger: true, Disabled: why,
			OnSelect: func(app.Context) { p.removal = placeRemoval{unit: x.ID, name: x.Name} }})
	}
	return placeMenu(string(x.ID), x.Name, items)
}

// placeMenu is the menu of a row, nothing when nothing can be done.
func placeMenu(of, name string, items []ui.MenuItem) app.UI {
	if len(items) == 0 {
		return app.Text("")
	}
	return &ui.Menu{ID: "acts-" + of, Label: ui.T("orgpage.acts"), Name: ui.T("orgpage.acts_for", "name", name), Icon: ui.IconEllipsis, IconOnly: true, Kind: ui.Quiet, Items: items}
}

func (u *Units) programLine(x *api.Program) ui.Line {
	of := string(x.ID)
	return ui.Line{ID: of, Quiet: x.Ended(ui.ServerNow()), Cells: []app.UI{
		app.Span().Class("tree-name", "two").Body(app.Span().Text(x.DisplayName), app.If(!programRuns(x), func() app.UI { return programState(x) })),
		app.Text(""), numbersCell(u.At, x.Numbers, "program", of),
		&keyed{Key: "acts-" + of, Body: func() app.UI { return u.places.programActs(x) }}}}
}

// programActs are what can be done with a program.
func (p *placeBook) programActs(x *api.Program) app.UI {
	offline, items := offlineReason(p.at), []ui.MenuItem{}
	if p.at.Can(perm.ProgramsUpdate) {
		items = append(items, ui.MenuItem{Label: ui.T("place.edit"), Icon: ui.IconPencil, Disabled: offline, OnSelect: func(app.Context) { p.program.show(x, "") }})
	}
	if p.at.Can(perm.ProgramsDelete) {
		why := offline
		if why == "" {
			why = programInUse(x)
		}
		items = append(items, ui.MenuItem{Label: ui.T("place.delete"), Icon: ui.IconTrash, Danger: true, Disabled: why,
			OnSelect: func(app.Context) { p.removal = placeRemoval{program: x.ID, name: x.DisplayName} }})
	}
	return placeMenu(string(x.ID), x.DisplayName, items)
}
