package api

import (
	"countersign/shared/id"
	"countersign/shared/invoice"
	"countersign/shared/org"
	"countersign/shared/perm"
)

// InvoiceRow is an invoice with what follows from the day.
type InvoiceRow struct {
	invoice.Invoice
	Overdue bool `json:"overdue,omitempty"`
	Payable bool `json:"payable,omitempty"` // there is a page on which it can be paid
}

// Due is what is to be paid in one currency.
type Due struct {
	Currency string `json:"currency"`
	Open     int64  `json:"open"` // in its smallest unit
	Overdue  int64  `json:"overdue"`
	Count    int    `json:"count"`
}

// Invoices are a page of invoices, newest first.
type Invoices struct {
	Invoices []InvoiceRow `json:"invoices"`
	Due      []Due        `json:"due"`            // of the whole organization
	Next     string       `json:"next,omitempty"` // give it as after to go on
}

// InvoiceFilter picks invoices. Empty fields do not filter.
type InvoiceFilter struct {
	Query string        `query:"q" maxLength:"100" doc:"Part of the number"`
	State invoice.State `query:"state" maxLength:"10" doc:"open, paid or void"`
	After string        `query:"after" maxLength:"60" doc:"Next of the page before"`
	Limit int           `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type InvoicesIn struct {
	Org
	InvoiceFilter
}

type InvoiceIn struct {
	Org
	Invoice id.Invoice `path:"invoice" format:"uuid" doc:"Invoice"`
}

// Payment is where an invoice is paid.
type Payment struct {
	URL string `json:"url"`
}

var (
	ListInvoices = Endpoint[InvoicesIn, Invoices]{Spec{Name: "list-invoices", Method: get, Path: orgPath + "/invoices",
		Summary: "Invoices, newest first, and what is to be paid", Policy: Policy{Right: perm.InvoicesView}, Support: SupportAllowed}}
	GetInvoice = Endpoint[InvoiceIn, InvoiceRow]{Spec{Name: "get-invoice", Method: get, Path: orgPath + "/invoices/{invoice}",
		Summary: "One invoice with its lines", Policy: Policy{Right: perm.InvoicesView}, Support: SupportAllowed}}
	PayInvoice = Endpoint[InvoiceIn, Payment]{Spec{Name: "pay-invoice", Method: post, Path: orgPath + "/invoices/{invoice}/payment",
		Summary: "The provider's page on which an open invoice is paid", Policy: Policy{Right: perm.InvoicesPay}}}
	ListStaffInvoices = Endpoint[InvoicesIn, Invoices]{Spec{Name: "list-staff-invoices", Method: get, Path: staffOrg + "/invoices",
		Summary: "Staff: invoices of an organization", Policy: Policy{Staff: org.Agent}}}
)
