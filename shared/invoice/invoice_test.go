package invoice_test

import (
	"math"
	"testing"
	"time"

	"countersign/shared/errs"
	"countersign/shared/i18n"
	"countersign/shared/invoice"
)

// S07, X02: amounts in their currency, as people of the language write them.
func TestMoney(t *testing.T) {
	for _, c := range []struct {
		amount   int64
		currency string
		en, fr   string
	}{
		{123450, "EUR", "€1,234.50", "1\u202f234,50\u00a0€"},
		{5, "USD", "$0.05", "0,05\u00a0$"},
		{-1999, "GBP", "−£19.99", "−19,99\u00a0£"},
		{1234567, "CHF", "CHF\u00a012,345.67", "12\u202f345,67\u00a0CHF"},
		{1500, "JPY", "JPY\u00a01,500", "1\u202f500\u00a0JPY"},
		{1500, "TND", "TND\u00a01.500", "1,500\u00a0TND"},
		{0, "EUR", "€0.00", "0,00\u00a0€"},
		{math.MinInt64, "EUR", "−€92,233,720,368,547,758.08", "−92\u202f233\u202f720\u202f368\u202f547\u202f758,08\u00a0€"},
	} {
		if got := invoice.Money(i18n.EN, c.amount, c.currency); got != c.en {
			t.Errorf("%d %s: %q, want %q", c.amount, c.currency, got, c.en)
		}
		if got := invoice.Money(i18n.FR, c.amount, c.currency); got != c.fr {
			t.Errorf("%d %s: %q, want %q", c.amount, c.currency, got, c.fr)
		}
	}
}

// S07: nothing is called late before the day it is due is over everywhere.
func TestOverdue(t *testing.T) {
	v := invoice.Invoice{State: invoice.Open, DueOn: "2026-03-09"}
	for at, want := range map[string]bool{"2026-03-09T23:59:59Z": false, "2026-03-10T11:59:59Z": false, "2026-03-10T12:00:00Z": true} {
		now, _ := time.Parse(time.RFC3339, at)
		if got := v.OverdueAt(now); got != want {
			t.Errorf("at %s: %v, want %v", at, got, want)
		}
	}
	v.State = invoice.Paid
	if v.OverdueAt(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)) {
		t.Error("a paid one is late")
	}
}

func TestInvoiceIsRefused(t *testing.T) {
	good := invoice.Invoice{Number: "2026-17", IssuedOn: "2026-03-01", DueOn: "2026-03-31", Currency: "eur", Amount: 100, State: invoice.Open}
	if err := good.Check(); err != nil || good.Currency != "EUR" {
		t.Fatalf("%v, %s", err, good.Currency)
	}
	for path, change := range map[string]func(*invoice.Invoice){
		"number":        func(v *invoice.Invoice) { v.Number = "a\nb" },
		"issued_on":     func(v *invoice.Invoice) { v.IssuedOn = "2026-02-30" },
		"due_on":        func(v *invoice.Invoice) { v.DueOn = "" },
		"state":         func(v *invoice.Invoice) { v.State = "lost" },
		"paid_on":       func(v *invoice.Invoice) { v.State = invoice.Paid },
		"currency":      func(v *invoice.Invoice) { v.Currency = "€" },
		"lines[1].text": func(v *invoice.Invoice) { v.Lines = []invoice.Line{{Text: "a"}, {Text: "b\x00"}} },
	} {
		v := good
		change(&v)
		e, ok := v.Check().(*errs.Error)
		if !ok || len(e.Fields) != 1 || e.Fields[0].Path != path {
			t.Errorf("%s: %v", path, e)
		}
	}
}
