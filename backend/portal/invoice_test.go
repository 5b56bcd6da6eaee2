package portal_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	. "countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/invoice"
	"countersign/shared/perm"
)

// S07: listed and opened by those with the right; open ones are paid through the provider's link, by those who may pay.
func TestInvoicesS07(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(t)
		today := w.Clock.Now().UTC()
		day := func(d int) string { return today.AddDate(0, 0, d).Format(time.DateOnly) }
		add := func(number string, issued, due int, amount int64, currency string, state invoice.State, url string) invoice.Invoice {
			v := invoice.Invoice{Number: number, IssuedOn: day(issued), DueOn: day(due), Currency: currency, Amount: amount, State: state, PaymentURL: url,
				Lines: []invoice.Line{{Text: "Hosting", Amount: amount}}}
			if state == invoice.Paid {
				v.PaidOn = day(due)
			}
			v.ID = w.AddInvoice(w.Acme, v)
			return v
		}
		add("2026-1", -90, -60, 1000, "EUR", invoice.Paid, "https://pay.example/1")
		late := add("2026-2", -60, -30, 2000, "EUR", invoice.Open, "https://pay.example/2")
		add("2026-3", -20, 10, 4000, "EUR", invoice.Open, "https://pay.example/3")
		add("2026-4", -10, 20, 700, "CHF", invoice.Open, "")
		credit := add("2026-5", -5, 25, -300, "EUR", invoice.Open, "https://pay.example/5")
		void := add("2026-6", -4, 25, 100, "EUR", invoice.Void, "https://pay.example/6")
		billing, reader := w.As(w.AddContact(w.Acme, "Bill Ing", perm.Billing)), w.As(w.Paul)
		list := Must(Call(reader, api.ListInvoices, api.InvoicesIn{Org: api.Org{Org: w.Acme}, InvoiceFilter: api.InvoiceFilter{Limit: 50}}))
		var got string
		for _, v := range list.Invoices {
			got += fmt.Sprintf("%s %s", v.Number, v.State)
			if v.Overdue {
				got += " overdue"
			}
			if v.Payable {
				got += " payable"
			}
			got += "; "
			if v.PaymentURL != "" || len(v.Lines) != 0 {
				t.Errorf("the list tells %q and %d lines", v.PaymentURL, len(v.Lines))
			}
		}
		if want := "2026-6 void; 2026-5 open; 2026-4 open; 2026-3 open payable; 2026-2 open overdue payable; 2026-1 paid; "; got != want {
			t.Errorf("lists %s\nwant  %s", got, want)
		}
		if want := "[{CHF 700 0 1} {EUR 5700 2000 3}]"; fmt.Sprint(list.Due) != want {
			t.Errorf("due %v, want %s", list.Due, want)
		}
		in := api.InvoiceIn{Org: api.Org{Org: w.Acme}, Invoice: late.ID}
		if one := Must(Call(reader, api.GetInvoice, in)); len(one.Lines) != 1 || one.PaymentURL != "" || one.Amount != 2000 {
			t.Errorf("one is %+v", one)
		}
		_, err := Call(reader, api.PayInvoice, in)
		Refused(t, err, errs.Forbidden)
		if p := Must(Call(billing, api.PayInvoice, in)); p.URL != "https://pay.example/2" {
			t.Errorf("paid at %q", p.URL)
		}
		for _, v := range []invoice.Invoice{credit, void} {
			_, err := Call(billing, api.PayInvoice, api.InvoiceIn{Org: api.Org{Org: w.Acme}, Invoice: v.ID})
			Refused(t, err, errs.Conflict)
		}
		_, err = Call(w.As(w.Luc), api.GetInvoice, api.InvoiceIn{Org: api.Org{Org: w.Beta}, Invoice: late.ID})
		Refused(t, err, errs.NotFound)
		w.Verify()
	})
}
