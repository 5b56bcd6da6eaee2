package pages

import (
	"cmp"

	"countersign/app/ui"
	"countersign/shared/dashboard"
	"countersign/shared/number"
	"countersign/shared/replica"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// renderGrid is the list of what was found.
func (p *Numbers) renderGrid() app.UI {
	return &ui.DataGrid{
		ID: "numbers", Label: ui.T("numbers.list"), Source: p, Handle: &p.grid, Columns: numberColumns(),
		Sort: string(p.sortedBy()), Descending: p.query.Descending, Picked: p.ticked(), Empty: p.none(), Bar: p.bulkBar(), Keep: p.At.Query,
		Shown: func(from, to int) string {
			l := ui.Locale()
			return ui.T("numbers.shown", "total", ui.T("numbers.found", "n", p.Len()), "from", l.Number(int64(from+1)), "to", l.Number(int64(to+1)))
		},
		OnSort: func(ctx app.Context, key string) { p.sort(ctx, dashboard.Sort(key)) },
		OnPick: func(_ app.Context, i int, through bool) { p.pick(i, through) },
		OnPickAll: func(_ app.Context, all bool) {
			if all {
				p.pickAll()
			} else {
				p.pickNone()
			}
		},
		OnOpen:   func(_ app.Context, i int) { p.show(p.found.At(i)) },
		Menu:     p.menu,
		MenuName: func(r ui.GridRow) string { return ui.T("numbers.acts", "number", r.Name) },
	}
}

func numberColumns() []ui.GridColumn {
	return []ui.GridColumn{
		{Key: string(dashboard.ByNumber), Title: ui.T("number.column.number"), Kind: ui.Title, Width: "minmax(min(11.25rem, 20cqi), 1fr)", Sort: true},
		{Key: string(dashboard.ByName), Title: ui.T("number.column.display_name"), Width: "minmax(7rem, 1fr)", Sort: true},
		{Key: string(dashboard.ByPurpose), Title: ui.T("number.column.call_purpose"), Width: "minmax(7rem, 1.25fr)", Sort: true},
		{Key: string(dashboard.ByUnit), Title: ui.T("number.column.business_unit"), Width: "minmax(6rem, 1fr)", Sort: true},
		{Key: string(dashboard.ByProgram), Title: ui.T("number.column.program"), Kind: ui.Drop, Width: "minmax(6rem, 1fr)", Sort: true},
		{Key: string(dashboard.ByStatus), Title: ui.T("number.column.status"), Kind: ui.State, Width: "minmax(min(11.25rem, 18.5cqi), 1.1fr)", Sort: true},
	}
}

// Len is how many numbers were found.
func (p *Numbers) Len() int {
	if p.found == nil {
		return 0
	}
	return p.found.Len()
}

// GridRow is the i-th of them.
func (p *Numbers) GridRow(i int) ui.GridRow {
	v := p.found.At(i)
	n := &v.Number
	r := ui.GridRow{Name: v.E164.International(), Picked: p.picked.Has(v.ID), Usual: v.Status == number.Active && v.Badge == replica.NoBadge}
	purpose := p.purposeOf(n)
	r.Cells = []string{r.Name, v.DisplayName, purpose, p.unitOf(n), p.programOf(n)}
	if r.Brief = purpose; v.DisplayName != "" {
		r.Brief = v.DisplayName + " · " + purpose
	}
	if s, ok := badgeSign(v.Badge); ok {
		r.Tags = append(r.Tags, ui.GridTag(s))
	}
	if len(r.Tags) == 0 || v.Status != number.Active {
		r.Tags = append(r.Tags, ui.GridTag(statusSign(v.Status)))
	}
	return r
}

// ticked is the tick over all rows.
func (p *Numbers) ticked() ui.Picked {
	switch n := p.picked.Within(p.found); {
	case n == 0:
		return ui.PickedNone
	case n == p.found.Len():
		return ui.PickedAll
	}
	return ui.PickedSome
}

// none stands where no number is to be shown.
func (p *Numbers) none() app.UI {
	if on := filtersOf(p.query); on > 0 || p.query.Text != "" {
		text := ""
		if on > 0 {
			text = ui.T("numbers.none_match_text", "n", on)
		}
		return &ui.Empty{Icon: ui.IconSearch, Title: ui.T("numbers.none_match"), Text: text,
			Actions: []app.UI{&ui.Button{ID: "numbers-widen", Label: ui.T("numbers.clear"), OnClick: p.clear}}}
	}
	return &ui.Empty{Icon: ui.IconPhone, Title: ui.T("numbers.none"), Text: ui.T("numbers.none_text")}
}

// pick picks a number, or the numbers from the one that was picked last.
func (p *Numbers) pick(i int, through bool) {
	if p.found == nil || i < 0 || i >= p.found.Len() {
		return
	}
	if through {
		p.picked.Range(p.found, i)
	} else {
		p.picked.Toggle(p.found.ID(i))
	}
}

func (p *Numbers) pickAll() {
	p.picked.All(p.found)
	p.grid.Refresh()
}

func (p *Numbers) pickNone() {
	p.picked.None()
	p.grid.Refresh()
}

// menu is what can be done with a number (N03).
func (p *Numbers) menu(i int) []ui.MenuItem {
	v := p.found.At(i)
	items := []ui.MenuItem{{Label: ui.T("numbers.view"), Icon: ui.IconEye, OnSelect: func(app.Context) { p.show(v) }}}
	if v.Badge == replica.NeedsAttention {
		items = append(items, ui.MenuItem{Label: ui.T("shell.review"), Icon: ui.IconTriangleAlert, Href: p.At.Href(pageSync)})
	}
	if p.mayEdit() {
		items = append(items, ui.MenuItem{Label: ui.T("numbers.edit"), Icon: ui.IconPencil, OnSelect: func(app.Context) { p.edit.show([]replica.View{v}) }})
	}
	if p.mayRemove() {
		items = append(items, ui.MenuItem{Label: ui.T("numbers.remove"), Icon: ui.IconTrash, Danger: true, Separator: true,
			OnSelect: func(app.Context) { p.remove.show(p, []replica.View{v}) }})
	}
	return items
}

// show opens View Assignments (N04).
func (p *Numbers) show(v replica.View) {
	p.facts.show(p.ctx, p.At, v.ID, p.factsOf(&v.Number))
}

func (p *Numbers) factsOf(n *number.Number) assignmentFacts {
	m, _ := p.At.Member()
	return factsOf(m.Name, n, p.desk.Units(), p.desk.Programs())
}

// sort orders by a column, the other way round when it does already.
func (p *Numbers) sort(ctx app.Context, by dashboard.Sort) {
	p.choose(ctx, func(q *dashboard.Query) {
		q.Descending = p.sortedBy() == by && !q.Descending
		q.Sort = by
	})
}

func (p *Numbers) sortedBy() dashboard.Sort { return cmp.Or(p.query.Sort, dashboard.ByNumber) }
