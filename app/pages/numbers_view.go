package pages

import (
	"cmp"

	"countersign/app/offline"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/dashboard"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Render implements app.Composer.
func (p *Numbers) Render() app.UI {
	m, _ := p.At.Member()
	header := &ui.PageHeader{Title: ui.T("nav.numbers"), Lead: ui.T("numbers.lead", "business", m.Name)}
	if p.desk == nil {
		return app.Div().Class("stack", "lg", "numbers").Body(header, ui.Skeleton(10))
	}
	if p.found != nil {
		header.Actions = []app.UI{p.unitMenu()}
		if manage := p.manageMenu(); manage != nil {
			header.Actions = append(header.Actions, manage)
		}
	}
	return app.Div().Class("stack", "lg", "numbers").Body(
		header,
		slot(p.banner()),
		p.body(),
		p.edit.render(p),
		p.remove.render(p),
		p.facts.render(),
	)
}

// banner says what needs the person's attention; in a support session it is somebody else's.
func (p *Numbers) banner() app.UI {
	if p.copy == nil {
		return nil
	}
	return attentionBanner(p.At, p.copy)
}

// body is the list, or what stands in its place until there is one.
func (p *Numbers) body() app.UI {
	s := p.desk.Status()
	switch {
	case s.Trouble != "" && p.found == nil: // else the notice above says it, and what is here stays in view
		return &ui.Failure{Title: ui.T("shell.failed_title"), Text: ui.T(s.Trouble), OnRetry: func(app.Context) { p.desk.Try() }}
	case s.Locked && p.At.Session.Ended() != "":
		return &ui.Empty{Icon: ui.IconLock, Title: ui.T("sync.locked"), Text: ui.T("sync.locked_text")}
	case s.Locked, s.Wiped:
		return ui.Stack() // the notice above says why
	case p.found != nil && (s.Ready || p.found.Len() > 0):
		return app.Div().Class("stack").Body(slot(p.old()), p.filters(), p.renderGrid())
	}
	if o, ok := p.desk.(*onlineNumbers); ok {
		return o.instead()
	}
	return p.waiting(s)
}

// old says that the numbers are of an earlier time. Those of a copy are, as often as not, and the pill says so.
func (p *Numbers) old() app.UI {
	if o, ok := p.desk.(*onlineNumbers); ok {
		return o.old()
	}
	return nil
}

// waiting says how far the first copy is; one that is only read from this browser is there in a moment.
func (p *Numbers) waiting(s offline.Status) app.UI {
	switch {
	case s.Loaded && !s.Ready && !s.Online && s.Preparing == 0:
		text := ui.T("numbers.no_copy_text")
		if s.Pending > 0 {
			text += " " + ui.T("sync.kept_unsent", "n", s.Pending)
		}
		return &ui.Empty{Icon: ui.IconWifiOff, Title: ui.T("numbers.no_copy"), Text: text,
			Actions: []app.UI{retryButton(false, func(app.Context) { p.desk.Try() })}}
	case s.Preparing > 0:
		return app.Div().Class("stack").Body(
			&ui.Progress{Label: ui.T("numbers.preparing", "percent", s.Preparing), Done: s.Preparing, Total: 100},
			ui.Skeleton(10))
	}
	return ui.Skeleton(10)
}

// unitMenu chooses whose numbers are shown: of all business units, of one, or of none.
func (p *Numbers) unitMenu() app.UI {
	units := p.desk.Units()
	items := make([]ui.MenuItem, 0, len(units)+2)
	label := ui.T("numbers.all_units")
	add := func(name string, value id.BusinessUnit, line bool) {
		if p.query.Unit == value && value != "" {
			label = name
		}
		items = append(items, ui.MenuItem{Label: name, Radio: true, Checked: p.query.Unit == value, Hint: p.count(p.facet().Unit, value), Separator: line,
			OnSelect: func(ctx app.Context) {
				p.choose(ctx, func(q *dashboard.Query) { q.Unit, q.Program = value, "" })
			}})
	}
	items = append(items, ui.MenuItem{Label: label, Radio: true, Checked: p.query.Unit == "", OnSelect: func(ctx app.Context) {
		p.choose(ctx, func(q *dashboard.Query) { q.Unit, q.Program = "", "" })
	}})
	for i, u := range units {
		add(u.Name, u.ID, i == 0)
	}
	add(ui.T("numbers.no_unit"), api.Nowhere, true)
	return &ui.Menu{ID: "numbers-units", Label: label, Name: ui.T("number.column.business_unit") + ": " + label, Icon: ui.IconBuilding, Items: items}
}

// manageMenu leads to adding and deleting by list or file, and to what is around the numbers.
func (p *Numbers) manageMenu() app.UI {
	var items []ui.MenuItem
	add := func(r perm.Right, key string, icon ui.IconName, page string, line bool) {
		if p.At.Can(r) {
			items = append(items, ui.MenuItem{Label: ui.T(key), Icon: icon, Href: p.At.Href(page), Separator: line})
		}
	}
	if p.At.Eyes == "" {
		add(perm.NumbersCreate, "numbers.manage.add", ui.IconPlus, pageNumbers+"/add", false)
		add(perm.NumbersDelete, "numbers.manage.delete", ui.IconTrash, pageNumbers+"/delete", false)
	}
	add(perm.NumbersView, "numlist.jobs.title", ui.IconHistory, pageNumbers+"/jobs", len(items) > 0)
	add(perm.NumbersView, "numbers.manage.removed", ui.IconRestore, pageNumbers+"/removed", false)
	if len(items) == 0 {
		return nil
	}
	return &ui.Menu{ID: "numbers-manage", Label: ui.T("numbers.manage"), Kind: ui.Primary, Items: items}
}

// facet counts what the menus offer, once for what is found.
func (p *Numbers) facet() *dashboard.Counts {
	if p.counts == nil {
		p.counts = p.found.Counts()
	}
	return p.counts
}

func (p *Numbers) count(of func(id.BusinessUnit) int, u id.BusinessUnit) string {
	if u == api.Nowhere {
		u = ""
	}
	return ui.Locale().Number(int64(of(u)))
}

// filters narrow the list; what is chosen stands in the address.
func (p *Numbers) filters() app.UI {
	row := []app.UI{
		&ui.Field{ID: "numbers-search", Label: ui.T("numbers.search"), HideLabel: true, Kind: ui.Search, Value: p.query.Text, Placeholder: ui.T("numbers.search"),
			MaxLength: 120, Autocomplete: "off", OnInput: p.search},
		p.sortMenu(), p.purposeMenu(), p.programMenu(), p.statusMenu(),
	}
	if p.copy != nil { // elsewhere no change waits
		row = append(row, p.syncMenu())
	}
	if filtersOf(p.query) > 0 {
		row = append(row, &ui.Button{ID: "numbers-clear", Label: ui.T("numbers.clear"), Kind: ui.Quiet, Icon: ui.IconX, OnClick: p.clear})
	}
	if p.At.Can(perm.NumbersExport) && !p.At.Session.Borrowed() { // no agent takes a customer's numbers out
		row = append(row, app.Div().Class("push").Body(&ui.Button{ID: "numbers-export", Label: ui.T("numbers.export"), Icon: ui.IconDownload, Kind: ui.Quiet,
			Busy: p.export.busy, Disabled: offlineReason(p.At), OnClick: func(ctx app.Context, _ app.Event) { p.export.start(ctx, p) }}))
	}
	return app.Div().Class("row", "filters").Role("search").Aria("label", ui.T("numbers.filters")).Body(row...)
}

func (p *Numbers) clear(ctx app.Context, _ app.Event) {
	p.choose(ctx, func(q *dashboard.Query) { *q = dashboard.Query{Sort: q.Sort, Descending: q.Descending} })
	ui.FocusLater(p.ctx, "numbers-search")
}

// choice is a filter's menu: any, or one of its values with how many there are.
func (p *Numbers) choice(which, key, value string, values []ui.Option, count func(string) int, set func(*dashboard.Query, string)) app.UI {
	label := ui.T(key)
	items := make([]ui.MenuItem, 0, len(values)+1)
	add := func(o ui.Option, hint string, line bool) {
		items = append(items, ui.MenuItem{Label: o.Label, Hint: hint, Radio: true, Checked: o.Value == value, Separator: line, OnSelect: func(ctx app.Context) {
			p.choose(ctx, func(q *dashboard.Query) { set(q, o.Value) })
		}})
	}
	add(ui.Option{Label: ui.T("numbers.any")}, "", false)
	for i, o := range values {
		add(o, ui.Locale().Number(int64(count(o.Value))), i == 0)
		if o.Value == value && value != "" {
			label = o.Label
		}
	}
	name := ui.T(key) + ": " + cmp.Or(map[bool]string{true: ui.T("numbers.any")}[value == ""], label)
	return &ui.Menu{ID: "numbers-by-" + which, Label: label, Name: name, Icon: ui.IconFilter, Start: true, Items: items, Class: map[bool]string{true: "filter on", false: "filter"}[value != ""]}
}

func (p *Numbers) purposeMenu() app.UI {
	var list []ui.Option
	for _, x := range p.desk.Purposes() {
		if !x.Retired || p.facet().Purpose(x.Key) > 0 {
			list = append(list, ui.Option{Value: x.Key, Label: purposeName(&x)})
		}
	}
	return p.choice("purpose", "number.column.call_purpose", p.query.CallPurpose, list, p.facet().Purpose, func(q *dashboard.Query, v string) { q.CallPurpose = v })
}

func (p *Numbers) programMenu() app.UI {
	var list []ui.Option
	for _, x := range p.desk.Programs() {
		if p.query.Unit == "" || x.BusinessUnit == p.query.Unit || x.ID == p.query.Program {
			list = append(list, ui.Option{Value: string(x.ID), Label: x.DisplayName})
		}
	}
	list = append(list, ui.Option{Value: api.Nowhere, Label: ui.T("numbers.no_program")})
	count := func(v string) int {
		if v == api.Nowhere {
			v = ""
		}
		return p.facet().Program(id.Program(v))
	}
	return p.choice("program", "number.column.program", string(p.query.Program), list, count, func(q *dashboard.Query, v string) { q.Program = id.Program(v) })
}

func (p *Numbers) statusMenu() app.UI {
	var list []ui.Option
	for _, s := range []number.Status{number.Active, number.Pending, number.Draft, number.Suspended, number.Rejected} {
		if n := p.facet().Status(s); n > 0 || s == number.Active || p.query.Status == s {
			list = append(list, ui.Option{Value: string(s), Label: statusSign(s).Text})
		}
	}
	return p.choice("status", "number.column.status", string(p.query.Status), list,
		func(v string) int { return p.facet().Status(number.Status(v)) }, func(q *dashboard.Query, v string) { q.Status = number.Status(v) })
}

func (p *Numbers) syncMenu() app.UI {
	list := []ui.Option{{Value: string(dashboard.Unsent), Label: ui.T("numbers.unsent")}, {Value: string(dashboard.Attention), Label: ui.T("numbers.badge.attention")}}
	return p.choice("sync", "numbers.sync", string(p.query.Sync), list,
		func(v string) int { return p.facet().Sync(dashboard.Sync(v)) }, func(q *dashboard.Query, v string) { q.Sync = dashboard.Sync(v) })
}

// sortMenu orders the numbers where no titles of columns are seen.
func (p *Numbers) sortMenu() app.UI {
	by, label := p.sortedBy(), ""
	columns := numberColumns()
	items := make([]ui.MenuItem, 0, len(columns)+2)
	for _, c := range columns {
		if c.Key == string(by) {
			label = c.Title
		}
		items = append(items, ui.MenuItem{Label: c.Title, Radio: true, Checked: c.Key == string(by), OnSelect: func(ctx app.Context) {
			p.choose(ctx, func(q *dashboard.Query) { q.Sort = dashboard.Sort(c.Key) })
		}})
	}
	for _, down := range []bool{false, true} {
		key := "numbers.sort.up"
		if down {
			key = "numbers.sort.down"
		}
		items = append(items, ui.MenuItem{Label: ui.T(key), Radio: true, Checked: p.query.Descending == down, Separator: !down, OnSelect: func(ctx app.Context) {
			p.choose(ctx, func(q *dashboard.Query) { q.Descending = down })
		}})
	}
	return &ui.Menu{ID: "numbers-sort", Label: ui.T("numbers.sort", "by", label), Icon: ui.IconArrowDownUp, IconOnly: true, Items: items, Class: "sort-menu"}
}

// bulkBar says how many numbers are picked and what can be done with them.
func (p *Numbers) bulkBar() app.UI {
	n := p.picked.Len()
	if n == 0 {
		return nil
	}
	bar := []app.UI{app.Span().Class("bulk-count").Text(ui.T("numbers.selected", "n", n))}
	if all := p.found.Len(); p.picked.Within(p.found) < all {
		bar = append(bar, &ui.Button{ID: "numbers-all", Label: ui.T("numbers.select_all", "n", all), Kind: ui.Quiet, Small: true,
			OnClick: func(app.Context, app.Event) { p.pickAll() }})
	}
	if p.mayEdit() {
		bar = append(bar, &ui.Button{ID: "numbers-edit", Label: ui.T("numbers.edit"), Icon: ui.IconPencil, Small: true, Disabled: p.tooMany(n),
			OnClick: func(app.Context, app.Event) { p.edit.show(p.pickedRows()) }})
	}
	if p.mayRemove() {
		bar = append(bar, &ui.Button{ID: "numbers-remove", Label: ui.T("numbers.remove"), Icon: ui.IconTrash, Small: true, Disabled: p.tooMany(n),
			OnClick: func(app.Context, app.Event) { p.remove.show(p, p.pickedRows()) }})
	}
	bar = append(bar, &ui.Button{ID: "numbers-none", Label: ui.T("numbers.select_none"), Icon: ui.IconX, IconOnly: true, Small: true, Kind: ui.Quiet,
		OnClick: func(app.Context, app.Event) { p.pickNone() }})
	return app.Div().Class("bulk").Role("region").Aria("label", ui.T("numbers.selection")).Body(bar...)
}

// mostPicked is how many numbers one action changes: what fits beside other edits into what a device keeps.
const mostPicked = 20_000

func (p *Numbers) tooMany(n int) string {
	if n <= mostPicked {
		return ""
	}
	return ui.T("numbers.too_many", "max", mostPicked)
}
