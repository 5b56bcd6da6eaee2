package portal

import (
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/invoice"
	"countersign/shared/live"
)

// Invoices as the customer sees them (S07): made elsewhere, paid elsewhere.

// ListInvoices is a page of the organization's invoices, newest first, and what is to be paid.
func (s *Service) ListInvoices(tx *Tx, in *api.InvoicesIn) (api.Invoices, error) {
	return tx.invoicePage(in.Org.Org, &in.InvoiceFilter)
}

// ListStaffInvoices is ListInvoices for staff.
func (s *Service) ListStaffInvoices(tx *Tx, in *api.InvoicesIn) (api.Invoices, error) {
	if _, err := tx.Organization(tx, in.Org.Org); err != nil {
		return api.Invoices{}, err
	}
	return tx.invoicePage(in.Org.Org, &in.InvoiceFilter)
}

func (tx *Tx) invoicePage(oid id.Organization, f *api.InvoiceFilter) (api.Invoices, error) {
	q := store.InvoiceQuery{Text: f.Query, State: f.State, After: id.Invoice(f.After), Limit: f.Limit + 1} // one more tells whether there is more
	switch {
	case f.State != "" && !f.State.Known():
		return api.Invoices{}, errs.BadField("query.state", "error.invalid")
	case f.After != "" && !id.Valid(q.After):
		return api.Invoices{}, errs.BadField("query.after", "error.invalid")
	}
	rows, err := tx.Tx.ListInvoices(tx, oid, q)
	if err != nil {
		return api.Invoices{}, err
	}
	due, err := tx.InvoicesDue(tx, oid, tx.Now())
	if err != nil {
		return api.Invoices{}, err
	}
	out := api.Invoices{Invoices: make([]api.InvoiceRow, 0, len(rows)), Due: make([]api.Due, 0, len(due))}
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		out.Next = string(rows[f.Limit-1].ID)
	}
	for i := range rows {
		out.Invoices = append(out.Invoices, tx.invoiceRow(&rows[i]))
	}
	for _, d := range due {
		out.Due = append(out.Due, api.Due(d))
	}
	return out, nil
}

// invoiceRow adds what follows from the day. The way to pay is told by PayInvoice alone, to those who may.
func (tx *Tx) invoiceRow(v *invoice.Invoice) api.InvoiceRow {
	row := api.InvoiceRow{Invoice: *v, Overdue: v.OverdueAt(tx.Now()), Payable: v.Payable()}
	row.PaymentURL = ""
	return row
}

// GetInvoice is one invoice with its lines.
func (s *Service) GetInvoice(tx *Tx, in *api.InvoiceIn) (api.InvoiceRow, error) {
	v, err := tx.Invoice(tx, in.Org.Org, in.Invoice)
	if err != nil {
		return api.InvoiceRow{}, err
	}
	return tx.invoiceRow(v), nil
}

// PayInvoice gives the provider's page on which the invoice is paid.
func (s *Service) PayInvoice(tx *Tx, in *api.InvoiceIn) (api.Payment, error) {
	v, err := tx.Invoice(tx, in.Org.Org, in.Invoice)
	if err != nil {
		return api.Payment{}, err
	}
	if !v.Payable() {
		return api.Payment{}, errs.InState(string(v.State), "invoice.error.not_payable")
	}
	return api.Payment{URL: v.PaymentURL}, tx.record(change{stream: live.Of(v.Org), kind: audit.InvoicePaying, object: string(v.ID),
		detail: map[string]string{"number": v.Number}})
}
