package pages

import (
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/invoice"
	"countersign/shared/service"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// owned is what an organization has from the provider, on its page: services, domains and invoices, read only.
type owned struct {
	services loaded[api.Services]
	invoices loaded[api.Invoices]
	gets     recipientsDialog
}

// ownedRows are at most so many of each; the newest invoices come first.
const ownedRows = 50

func (w *owned) load(ctx app.Context, o *OrganizationPage, background bool) {
	load(ctx, o.At, &w.services, api.ListStaffServices, api.StaffServicesIn{Org: api.Org{Org: o.of}, ServiceFilter: api.ServiceFilter{Limit: ownedRows}}, background)
	load(ctx, o.At, &w.invoices, api.ListStaffInvoices, api.InvoicesIn{Org: api.Org{Org: o.of}, InvoiceFilter: api.InvoiceFilter{Limit: ownedRows}}, background)
}

func (w *owned) render(o *OrganizationPage) []app.UI {
	again := func(ctx app.Context) { w.load(ctx, o, false) }
	return []app.UI{
		&ui.Card{ID: "services", Title: ui.T("orgdetail.services"), Actions: []app.UI{
			&ui.Button{ID: "organization-gets", Label: ui.T("recipients.title"), Icon: ui.IconMail, Small: true, OnClick: func(app.Context, app.Event) { w.gets.showStaff(o.ctx, o.At, o.of) }}},
			Body: []app.UI{region(o.At, &w.services, 3, again, w.showServices)}},
		&ui.Card{ID: "invoices", Title: ui.T("nav.invoices"), Body: []app.UI{region(o.At, &w.invoices, 3, again, w.showInvoices)}},
	}
}

func (w *owned) showServices(list api.Services) []app.UI {
	if len(list.Services) == 0 {
		return []app.UI{ui.Hint(ui.T("orgdetail.services_none"))}
	}
	lines := make([]ui.Line, 0, len(list.Services))
	for i := range list.Services {
		r := &list.Services[i]
		lines = append(lines, ui.Line{ID: string(r.ID), Quiet: r.State == service.Ended, Usual: r.State == service.Active && r.Cancellation == nil, Cells: serviceCells(r)})
	}
	return []app.UI{&ui.Table{ID: "service-list", Label: ui.T("orgdetail.services"), Lines: lines, Columns: serviceColumns(),
		Foot: []app.UI{app.Span().Text(ui.T("services.shown", "n", len(lines), "total", list.Total))}}}
}

func (w *owned) showInvoices(list api.Invoices) []app.UI {
	if len(list.Invoices) == 0 {
		return []app.UI{ui.Hint(ui.T("invoices.none"))}
	}
	lines := make([]ui.Line, 0, len(list.Invoices))
	for i := range list.Invoices {
		r := &list.Invoices[i]
		lines = append(lines, ui.Line{ID: string(r.ID), Quiet: r.State == invoice.Void, Usual: r.State == invoice.Paid, Cells: invoiceCells(r, app.Text(r.Number))})
	}
	foot := ui.T("invoices.shown", "n", len(lines))
	if list.Next != "" {
		foot = ui.T("orgdetail.invoices_newest", "n", len(lines))
	}
	return []app.UI{slot(dueFacts(list.Due)), &ui.Table{ID: "invoice-list", Label: ui.T("nav.invoices"), Lines: lines, Columns: invoiceColumns(), Foot: []app.UI{app.Span().Text(foot)}}}
}
