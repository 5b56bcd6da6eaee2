package portal

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/backend/mail"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/i18n"
	"countersign/shared/id"
	"countersign/shared/invoice"
	"countersign/shared/live"
	"countersign/shared/routing"
	"countersign/shared/service"
)

// Invoices as the provider's billing system brings them.

// PutProviderInvoice makes an invoice, or says how it is to be.
func (s *Service) PutProviderInvoice(tx *Tx, in *api.PutInvoiceIn) (out api.PutInvoiceAnswer, err error) {
	k, err := tx.referred(in.Reference)
	if err != nil {
		return out, err
	}
	number := strings.TrimSpace(in.Number)
	before, err := tx.InvoiceFor(tx, k.ID, number)
	if out.Created = errs.Is(err, errs.NotFound); out.Created {
		before, err = &store.InvoiceFor{Invoice: invoice.Invoice{Org: k.ID, Number: number}}, nil
	}
	if err != nil {
		return out, err
	}
	now := *before
	if err := tx.describeInvoice(&now, in); err != nil {
		return out, located(err, "number", "path.number")
	}
	if out.Created {
		err = tx.addInvoice(&now.Invoice)
	} else {
		err = tx.changeInvoice(&before.Invoice, &now.Invoice)
	}
	out.ProviderInvoice = toldInvoice(&now)
	return out, err
}

// describeInvoice takes what is said of an invoice.
func (tx *Tx) describeInvoice(v *store.InvoiceFor, in *api.PutInvoiceIn) (err error) {
	b := &in.Body
	v.IssuedOn, v.DueOn, v.Currency, v.Amount, v.State, v.PaidOn = b.IssuedOn, b.DueOn, b.Currency, b.Amount, b.State, b.PaidOn
	v.Lines = slices.Clone(b.Lines)
	if err := v.Check(); err != nil {
		return err
	}
	for i := range v.Lines {
		if v.Lines[i].Text == "" {
			return errs.BadField("lines["+strconv.Itoa(i)+"].text", "error.field.required")
		}
	}
	if v.PaymentURL, err = cleanURL("payment_url", b.PaymentURL); err != nil {
		return err
	}
	if v.DocumentURL, err = cleanURL("document_url", b.DocumentURL); err != nil {
		return err
	}
	return tx.invoiceFor(v, in)
}

// invoiceFor finds what an invoice is for.
func (tx *Tx) invoiceFor(v *store.InvoiceFor, in *api.PutInvoiceIn) error {
	v.Service, v.Kind, v.Key = "", "", ""
	kind, field, key := service.Service, "service", in.Body.Service
	if in.Body.Domain != "" {
		if key != "" {
			return errs.BadField("domain", "provider.error.service_or_domain")
		}
		kind, field, key = service.Domain, "domain", in.Body.Domain
	}
	if key == "" {
		return nil
	}
	o, err := tx.ServiceByKey(tx, v.Org, kind, strings.TrimSpace(key))
	if errs.Is(err, errs.NotFound) {
		return errs.BadField(field, "provider.error.no_service")
	}
	if err != nil {
		return err
	}
	v.Service, v.Kind, v.Key = o.ID, o.Kind, o.Key
	return nil
}

func (tx *Tx) addInvoice(v *invoice.Invoice) error {
	v.ID = newID[id.Invoice](tx)
	if err := tx.AddInvoice(tx, v); err != nil {
		return located(err, "number", "path.number")
	}
	mails, err := tx.invoiceMails(v)
	if err != nil {
		return err
	}
	return tx.record(change{stream: live.Of(v.Org), kind: audit.InvoiceCreated, object: string(v.ID), pokes: both(live.Invoices, v.Org, string(v.ID)),
		detail: map[string]string{"name": v.Number, "amount": amountText(v)}, mails: mails})
}

// newFor is how many days after its day an invoice that arrives is news. A billing system that brings what it has from long
// ago has nobody write to its customers about it.
const newFor = 14

// invoiceMails tell of a new invoice whoever gets financial mail about what it is for.
func (tx *Tx) invoiceMails(v *invoice.Invoice) ([]store.Mail, error) {
	if v.State != invoice.Open || v.IssuedOn < tx.Now().UTC().AddDate(0, 0, -newFor).Format(time.DateOnly) {
		return nil, nil
	}
	o, err := tx.Organization(tx, v.Org)
	if err != nil {
		return nil, err
	}
	m := &routing.Message{Category: routing.Financial}
	if v.Service != "" {
		of, err := tx.Tx.Service(tx, v.Org, v.Service)
		if err != nil {
			return nil, err
		}
		m.Assigned = of.AssignedFor(routing.Financial)
	}
	verdicts, err := tx.recipients(v.Org, m)
	if err != nil {
		return nil, err
	}
	to := make([]*contact.Contact, len(verdicts))
	for i := range verdicts {
		to[i] = verdicts[i].Contact
	}
	return tx.toContacts(letter{mail.InvoiceNew, string(v.ID), "", mail.Args{"organization": o.Name, "number": v.Number,
		"amount": mail.Amount(v.Amount, v.Currency), "due": v.DueOn}}, "/o/"+string(v.Org)+"/invoices/"+string(v.ID), to...)
}

// changeInvoice writes what differs; where nothing does, nothing happens. Addresses may let in whoever has them, so the
// record tells only that they changed.
func (tx *Tx) changeInvoice(before, now *invoice.Invoice) error {
	var d difference
	d.note("issued_on", before.IssuedOn, now.IssuedOn)
	d.note("due_on", before.DueOn, now.DueOn)
	d.note("amount", amountText(before), amountText(now))
	d.note("state", string(before.State), string(now.State))
	d.note("paid_on", before.PaidOn, now.PaidOn)
	for _, f := range []struct {
		field   string
		changed bool
	}{{"payment_url", before.PaymentURL != now.PaymentURL}, {"document_url", before.DocumentURL != now.DocumentURL},
		{"lines", !slices.Equal(before.Lines, now.Lines)}, {"service", before.Service != now.Service}} {
		if f.changed {
			d.mark(f.field)
		}
	}
	if len(d.what) == 0 {
		return nil
	}
	if err := tx.SaveInvoice(tx, now); err != nil {
		return err
	}
	return tx.record(change{stream: live.Of(now.Org), kind: audit.InvoiceChanged, object: string(now.ID), detail: d.told(now.Number),
		pokes: both(live.Invoices, now.Org, string(now.ID))})
}

// amountText is an amount as the record has it, whoever reads it.
func amountText(v *invoice.Invoice) string { return invoice.Money(i18n.EN, v.Amount, v.Currency) }

func toldInvoice(v *store.InvoiceFor) api.ProviderInvoice {
	out := api.ProviderInvoice{ID: v.ID, Number: v.Number, IssuedOn: v.IssuedOn, DueOn: v.DueOn, Currency: v.Currency, Amount: v.Amount,
		State: v.State, PaidOn: v.PaidOn, PaymentURL: v.PaymentURL, DocumentURL: v.DocumentURL, Lines: v.Lines, ChangedAt: v.ChangedAt}
	switch v.Kind {
	case service.Service:
		out.Service = v.Key
	case service.Domain:
		out.Domain = v.Key
	}
	return out
}

// GetProviderInvoice is one invoice.
func (s *Service) GetProviderInvoice(tx *Tx, in *api.ProviderInvoiceIn) (api.ProviderInvoice, error) {
	k, err := tx.referred(in.Reference)
	if err != nil {
		return api.ProviderInvoice{}, err
	}
	v, err := tx.InvoiceFor(tx, k.ID, strings.TrimSpace(in.Number))
	if err != nil {
		return api.ProviderInvoice{}, err
	}
	return toldInvoice(v), nil
}

// ListProviderInvoices is a page of invoices by number.
func (s *Service) ListProviderInvoices(tx *Tx, in *api.ProviderInvoicesIn) (api.ProviderInvoices, error) {
	k, err := tx.referred(in.Reference)
	if err != nil {
		return api.ProviderInvoices{}, err
	}
	list, err := tx.InvoicesByNumber(tx, k.ID, in.After, in.Limit+1)
	if err != nil {
		return api.ProviderInvoices{}, err
	}
	out := api.ProviderInvoices{Invoices: []api.ProviderInvoice{}}
	list, out.Next = next(list, in.Limit, func(v *store.InvoiceFor) string { return v.Number })
	for i := range list {
		out.Invoices = append(out.Invoices, toldInvoice(&list[i]))
	}
	return out, nil
}
