package pages

import (
	"strings"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/invoice"
	"countersign/shared/live"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

const pageInvoices = "invoices"

// Invoices lists an organization's invoices and opens one, which has an address of its own (S07).
type Invoices struct {
	app.Compo

	At client.Seat

	ctx    app.Context
	stop   []func()
	pause  func()
	query  string
	shown  api.InvoiceFilter
	list   loaded[api.Invoices]
	rows   []api.InvoiceRow
	next   string
	older  bool
	open   id.Invoice // the one that is opened, "" for none
	one    loaded[api.InvoiceRow]
	paying id.Invoice // whose payment page is being asked for
}

// CompoID tells go-app that the invoices of another organization are another page.
func (v *Invoices) CompoID() string { return v.At.Key(pageInvoices) }

// OnMount loads the page and follows what changes.
func (v *Invoices) OnMount(ctx app.Context) {
	v.ctx = ctx
	v.stop = []func(){
		v.At.Session.Watch(ctx, v.At.Org, func(ctx app.Context) { v.load(ctx, true) }, live.Invoices),
		v.At.Session.Observe(func() { ctx.Dispatch(func(app.Context) {}) }),
	}
	v.query = v.At.Param("q")
	v.load(ctx, false)
}

// OnPreRender is OnMount outside a browser.
func (v *Invoices) OnPreRender(ctx app.Context) { v.OnMount(ctx) }

// OnUpdate follows the address.
func (v *Invoices) OnUpdate(ctx app.Context) {
	if now := v.filter(); now != v.shown || v.at() != v.open {
		if v.pause == nil {
			v.query = now.Query
		}
		v.load(ctx, false)
	}
}

// OnDismount stops following.
func (v *Invoices) OnDismount() {
	for _, stop := range v.stop {
		stop()
	}
	v.stop = nil
	v.rest()
}

func (v *Invoices) rest() {
	if v.pause != nil {
		v.pause()
		v.pause = nil
	}
}

// at is the invoice that the address names.
func (v *Invoices) at() id.Invoice {
	which, _ := strings.CutPrefix(v.At.Page, pageInvoices+"/")
	if which == v.At.Page || !id.Valid(id.Invoice(which)) {
		return ""
	}
	return id.Invoice(which)
}

func (v *Invoices) filter() api.InvoiceFilter {
	return api.InvoiceFilter{Query: v.At.Param("q"), State: invoice.State(v.At.Param("state"))}
}

func (v *Invoices) load(ctx app.Context, background bool) {
	if v.at() != v.open {
		v.one = loaded[api.InvoiceRow]{loading: loading{turn: v.one.turn}}
	}
	v.shown, v.open = v.filter(), v.at()
	if v.open != "" {
		load(ctx, v.At, &v.one, api.GetInvoice, api.InvoiceIn{Org: v.At.OrgIn(), Invoice: v.open}, background)
		return
	}
	in := api.InvoicesIn{Org: v.At.OrgIn(), InvoiceFilter: v.shown}
	if in.Limit = servicesPage; background {
		in.Limit = min(200, max(servicesPage, len(v.rows)))
	}
	load(ctx, v.At, &v.list, api.ListInvoices, in, background, func(ctx app.Context) {
		if v.list.err == nil {
			holdFocus(ctx, "")
			v.rows, v.next = v.list.value.Invoices, v.list.value.Next
		}
	})
}

func (v *Invoices) more(app.Context, app.Event) {
	in := api.InvoicesIn{Org: v.At.OrgIn(), InvoiceFilter: v.shown}
	in.Limit, in.After = servicesPage, v.next
	turn := v.list.turn
	v.older = true
	client.Load(v.ctx, v.At.Session, api.ListInvoices, in, false, func(_ app.Context, out api.Invoices, err error) {
		v.older = false
		if err != nil {
			toastFailure(err)
			return
		}
		if turn == v.list.turn {
			v.rows, v.next = append(v.rows, out.Invoices...), out.Next
		}
	})
}

func (v *Invoices) search(_ app.Context, text string) {
	v.query = text
	v.rest()
	v.pause = ui.After(v.ctx, searchPause, func(ctx app.Context) {
		v.pause = nil
		ctx.Navigate(v.At.With("q", v.query))
	})
}

// Render implements app.Composer.
func (v *Invoices) Render() app.UI {
	if which := v.at(); which != "" {
		return &keyed{Key: string(which), Body: v.renderOne}
	}
	return &keyed{Key: "list", Body: func() app.UI {
		return app.Div().Class("stack", "lg").Body(
			&ui.PageHeader{Title: ui.T("nav.invoices"), Lead: ui.T("invoices.lead")},
			v.renderFilters(),
			region(v.At, &v.list, 6, func(ctx app.Context) { v.load(ctx, false) }, v.renderList),
		)
	}}
}

func (v *Invoices) renderFilters() app.UI {
	states := []ui.Option{{Label: ui.T("orgdetail.any")}}
	for _, s := range invoice.States() {
		states = append(states, ui.Option{Value: string(s), Label: ui.T("invoices.state." + string(s))})
	}
	return app.Div().Class("row", "filters").Role("search").Aria("label", ui.T("invoices.filters")).Body(
		&ui.Field{ID: "invoices-search", Label: ui.T("invoices.search"), Kind: ui.Search, Value: v.query, MaxLength: 100, Autocomplete: "off", OnInput: v.search},
		&ui.Select{ID: "invoices-state", Label: ui.T("orgpage.state"), Value: v.At.Param("state"), Options: states,
			OnChange: func(ctx app.Context, s string) { ctx.Navigate(v.At.With("q", v.query, "state", s)) }},
	)
}

func (v *Invoices) renderList(list api.Invoices) []app.UI {
	if len(v.rows) == 0 {
		if v.shown == (api.InvoiceFilter{}) {
			return []app.UI{&ui.Empty{Icon: ui.IconReceipt, Title: ui.T("invoices.none"), Text: ui.T("invoices.none_text")}}
		}
		return []app.UI{&ui.Empty{Icon: ui.IconSearch, Title: ui.T("orgdetail.no_match"), Actions: []app.UI{
			&ui.Button{ID: "invoices-clear", Label: ui.T("orgdetail.clear"), OnClick: func(ctx app.Context, _ app.Event) {
				v.query = ""
				ctx.Navigate(v.At.With("q", "", "state", ""))
				ui.FocusLater(v.ctx, "invoices-search")
			}}}}}
	}
	lines := make([]ui.Line, 0, len(v.rows))
	for i := range v.rows {
		lines = append(lines, v.line(&v.rows[i]))
	}
	foot := []app.UI{app.Span().Text(ui.T("invoices.shown", "n", len(v.rows)))}
	if v.next != "" {
		foot = append(foot, &ui.Button{ID: "invoices-more", Label: ui.T("orgdetail.more"), Small: true, Busy: v.older, OnClick: v.more})
	}
	return []app.UI{
		slot(renderDue(list.Due)),
		&ui.Table{ID: "invoice-list", Label: ui.T("nav.invoices"), Lines: lines, Foot: foot, Columns: append(invoiceColumns(),
			ui.Column{Title: ui.T("orgpage.acts"), HideTitle: true, Kind: ui.Act})},
	}
}

func invoiceColumns() []ui.Column {
	return []ui.Column{{Title: ui.T("invoices.number"), Kind: ui.Title}, {Title: ui.T("orgpage.state"), Kind: ui.State}, {Title: ui.T("invoices.issued"), Kind: ui.Drop},
		{Title: ui.T("invoices.due")}, {Title: ui.T("invoices.amount"), Right: true}}
}

func invoiceCells(r *api.InvoiceRow, number app.UI) []app.UI {
	due := app.UI(app.Text(dayText(r.DueOn)))
	if r.State == invoice.Open {
		due = app.Span().Body(app.Span().Class("narrow-only").Text(ui.T("invoices.due_short")+" "), app.Text(dayText(r.DueOn)))
	}
	return []app.UI{number, invoiceTag(r), app.Text(dayText(r.IssuedOn)), due,
		app.Span().Class("amount").Text(invoice.Money(ui.Locale(), r.Amount, r.Currency))}
}

func (v *Invoices) line(r *api.InvoiceRow) ui.Line {
	href := v.At.Href(pageInvoices + "/" + string(r.ID))
	act := app.UI(app.Text(""))
	if r.Payable && v.mayPay() {
		act = &keyed{Key: "pay-" + string(r.ID), Body: func() app.UI { return v.payButton(r, true) }}
	}
	return ui.Line{ID: string(r.ID), Quiet: r.State == invoice.Void, Usual: r.State == invoice.Paid, Cells: append(invoiceCells(r, ui.Link(href, r.Number)), act)}
}

func (v *Invoices) mayPay() bool { return v.At.As == api.AsCustomer && v.At.Can(perm.InvoicesPay) }

// payButton opens the provider's page. The tab is opened with the click itself, since browsers stop one that is opened later,
// and led on when the address has come.
func (v *Invoices) payButton(r *api.InvoiceRow, small bool) app.UI {
	which, number := r.ID, r.Number
	b := &ui.Button{ID: "invoice-pay-" + string(which), Label: ui.T("invoices.pay"), Name: ui.T("invoices.pay_name", "number", number), Icon: ui.IconExternalLink, Small: small,
		Busy: v.paying == which, Disabled: offlineReason(v.At), OnClick: func(app.Context, app.Event) { v.pay(which) }}
	if !small {
		b.Kind = ui.Primary
	}
	return b
}

func (v *Invoices) pay(which id.Invoice) {
	if v.paying != "" {
		return
	}
	v.paying = which
	tab := app.Window().Call("open", "", "_blank")
	if tab.Truthy() {
		tab.Set("opener", nil)
	}
	client.Call(v.ctx, v.At.Session, api.PayInvoice, api.InvoiceIn{Org: v.At.OrgIn(), Invoice: which}, func(ctx app.Context, out api.Payment, err error) {
		v.paying = ""
		switch {
		case err != nil:
			if tab.Truthy() {
				tab.Call("close")
			}
			toastFailure(err)
			if client.CodeOf(err) == errs.Conflict {
				v.load(ctx, true)
			}
		case tab.Truthy():
			tab.Get("location").Call("replace", out.URL)
		default:
			app.Window().Get("location").Call("assign", out.URL)
		}
	})
}

// renderDue is what is to be paid, a line a currency; nil when that is nothing.
func renderDue(due []api.Due) app.UI {
	facts := dueFacts(due)
	if facts == nil {
		return nil
	}
	return &ui.Card{ID: "due", Title: ui.T("invoices.to_pay"), Body: []app.UI{facts}}
}

func dueFacts(due []api.Due) app.UI {
	var facts []app.UI
	for _, d := range due {
		parts := []app.UI{app.Strong().Class("amount").Text(invoice.Money(ui.Locale(), d.Open, d.Currency)), ui.Hint(ui.T("invoices.open_of", "n", d.Count))}
		if d.Overdue > 0 {
			parts = append(parts, ui.TagIcon(ui.Bad, ui.IconTriangleAlert, ui.T("invoices.overdue_of", "amount", invoice.Money(ui.Locale(), d.Overdue, d.Currency))))
		}
		facts = append(facts, app.Div().Class("due").Body(parts...))
	}
	if facts == nil {
		return nil
	}
	return app.Div().Class("dues").Body(facts...)
}

func invoiceTag(r *api.InvoiceRow) app.UI {
	switch {
	case r.Overdue:
		return ui.TagIcon(ui.Bad, ui.IconTriangleAlert, ui.T("invoices.overdue"))
	case r.State == invoice.Paid:
		return ui.Tag(ui.OK, ui.T("invoices.state.paid"))
	case r.State == invoice.Void:
		return ui.TagIcon(ui.Neutral, ui.IconBan, ui.T("invoices.state.void"))
	case r.Amount < 0:
		return ui.TagIcon(ui.Neutral, ui.IconReceipt, ui.T("invoices.credit"))
	}
	return ui.TagIcon(ui.Info, ui.IconClock, ui.T("invoices.state.open"))
}

// renderOne is one invoice with its lines.
func (v *Invoices) renderOne() app.UI {
	title := ui.T("invoices.one")
	if v.one.has() {
		title = ui.T("invoices.title", "number", v.one.value.Number)
	}
	header := &ui.PageHeader{Title: title, Crumbs: []ui.Crumb{{Label: ui.T("nav.invoices"), Href: v.At.Href(pageInvoices)}}}
	if r := &v.one.value; v.one.has() {
		header.Mark = invoiceTag(r)
		if r.Payable && v.mayPay() {
			header.Actions = []app.UI{v.payButton(r, false)}
		}
	}
	return app.Div().Class("stack", "lg").Body(header, region(v.At, &v.one, 4, func(ctx app.Context) { v.load(ctx, false) }, v.showOne))
}

func (v *Invoices) showOne(r api.InvoiceRow) []app.UI {
	l := ui.Locale()
	terms := []ui.Term{{Label: ui.T("invoices.issued"), Text: dayText(r.IssuedOn)}, {Label: ui.T("invoices.due"), Text: dayText(r.DueOn)},
		{Label: ui.T("invoices.amount"), Body: []app.UI{app.Strong().Class("amount").Text(invoice.Money(l, r.Amount, r.Currency))}}}
	if r.PaidOn != "" {
		terms = append(terms, ui.Term{Label: ui.T("invoices.paid_on"), Text: dayText(r.PaidOn)})
	}
	if r.DocumentURL != "" {
		terms = append(terms, ui.Term{Label: ui.T("invoices.document"), Body: []app.UI{
			&ui.Button{ID: "invoice-document", Label: ui.T("invoices.open_document"), Icon: ui.IconFileText, Small: true, Href: r.DocumentURL, NewWindow: true}}})
	}
	lines := make([]ui.Line, 0, len(r.Lines))
	for _, x := range r.Lines {
		lines = append(lines, ui.Line{Cells: []app.UI{app.Span().Class("wrap").Text(x.Text), app.Span().Class("amount").Text(invoice.Money(l, x.Amount, r.Currency))}})
	}
	body := []app.UI{&ui.Card{ID: "invoice-facts", Title: ui.T("invoices.facts"), Body: []app.UI{&ui.Description{Terms: terms}}}}
	if len(lines) > 0 {
		body = append(body, &ui.Card{ID: "invoice-lines", Title: ui.T("invoices.lines"), Flush: true, Body: []app.UI{
			&ui.Table{ID: "invoice-line-list", Label: ui.T("invoices.lines"), Lines: lines, Columns: []ui.Column{{Title: ui.T("invoices.line"), Kind: ui.Title},
				{Title: ui.T("invoices.amount"), Right: true}}}}})
	}
	if !v.mayPay() && r.Payable {
		body = append(body, ui.Hint(ui.T("invoices.who_pays")))
	}
	return body
}
