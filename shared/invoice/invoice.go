// Package invoice holds invoices as customers see them. They are made and paid elsewhere: the provider's billing system
// brings them, and paying leads to its payment page (S07).
package invoice

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	"countersign/shared/errs"
	"countersign/shared/i18n"
	"countersign/shared/id"
)

// State of an invoice.
type State string

const (
	Open State = "open"
	Paid State = "paid"
	Void State = "void"
)

// States are all states in the order in which people see them.
func States() []State { return []State{Open, Paid, Void} }

// Known reports whether s is one of them.
func (s State) Known() bool { return s == Open || s == Paid || s == Void }

// Line is one position of an invoice; Amount as the invoice's, in its smallest unit.
type Line struct {
	Text   string `json:"text" minLength:"1" maxLength:"200"`
	Amount int64  `json:"amount" minimum:"-1000000000000" maximum:"1000000000000"`
}

// Invoice of an organization. Days are written YYYY-MM-DD; amounts are in the smallest unit of the currency (cents),
// negative for a credit note.
type Invoice struct {
	ID          id.Invoice      `json:"id"`
	Org         id.Organization `json:"-"`
	Number      string          `json:"number"`
	IssuedOn    string          `json:"issued_on"`
	DueOn       string          `json:"due_on"`
	Currency    string          `json:"currency"` // ISO 4217
	Amount      int64           `json:"amount"`
	State       State           `json:"state"`
	PaidOn      string          `json:"paid_on,omitempty"`
	PaymentURL  string          `json:"payment_url,omitempty"`
	DocumentURL string          `json:"document_url,omitempty"`
	Lines       []Line          `json:"lines,omitempty"`
	Service     id.Service      `json:"service,omitempty"`
	Version     int64           `json:"version"`
	ChangedAt   time.Time       `json:"changed_at,omitzero"`
}

// OverdueAt reports whether it should have been paid before the day of now. A day lasts everywhere until it is over in
// the last time zone, so nothing is called late that is not.
func (v *Invoice) OverdueAt(now time.Time) bool {
	return v.State == Open && v.DueOn != "" && v.DueOn < now.Add(-12*time.Hour).UTC().Format(time.DateOnly)
}

// Payable reports whether it can be paid through the provider's link.
func (v *Invoice) Payable() bool { return v.State == Open && v.PaymentURL != "" && v.Amount > 0 }

// Limits of what an invoice holds.
const (
	MaxNumber = 60
	MaxLines  = 500
)

// Check gives it as it is stored, or a bad field. Addresses are the server's to check.
func (v *Invoice) Check() error {
	v.Number, v.Currency = strings.TrimSpace(v.Number), strings.ToUpper(strings.TrimSpace(v.Currency))
	switch {
	case v.Number == "" || len([]rune(v.Number)) > MaxNumber || strings.ContainsFunc(v.Number, odd):
		return errs.BadField("number", "invoice.error.number", "max", MaxNumber)
	case !day(v.IssuedOn):
		return errs.BadField("issued_on", "service.error.day")
	case !day(v.DueOn):
		return errs.BadField("due_on", "service.error.day")
	case !v.State.Known():
		return errs.BadField("state", "error.invalid")
	case (v.State == Paid) != (v.PaidOn != ""):
		return errs.BadField("paid_on", "invoice.error.paid_on")
	case v.PaidOn != "" && !day(v.PaidOn):
		return errs.BadField("paid_on", "service.error.day")
	case len(v.Currency) != 3 || strings.Trim(v.Currency, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "":
		return errs.BadField("currency", "invoice.error.currency")
	case len(v.Lines) > MaxLines:
		return errs.BadField("lines", "invoice.error.lines", "max", MaxLines)
	}
	for i := range v.Lines {
		v.Lines[i].Text = strings.TrimSpace(v.Lines[i].Text)
		if strings.ContainsFunc(v.Lines[i].Text, odd) {
			return errs.BadField("lines["+strconv.Itoa(i)+"].text", "invoice.error.text")
		}
	}
	return nil
}

func odd(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }

func day(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// Digits after the decimal mark where they are not two (ISO 4217, minor units).
var digits = map[string]int{
	"BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0, "UYI": 0, "VND": 0,
	"VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
	"BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3, "TND": 3,
}

// Digits is how many digits of an amount in the currency stand after the decimal mark.
func Digits(currency string) int {
	if n, ok := digits[currency]; ok {
		return n
	}
	return 2
}

// Money writes an amount as people of the language do: €1,234.50 and 1 234,50 €. Currencies without a sign that everybody
// knows stand with their code.
func Money(l i18n.Locale, amount int64, currency string) string {
	minus := ""
	rest := uint64(amount)
	if amount < 0 {
		minus, rest = "−", -rest
	}
	text := strconv.FormatUint(rest, 10)
	n := Digits(currency)
	for len(text) <= n {
		text = "0" + text
	}
	whole, part := text[:len(text)-n], text[len(text)-n:]
	number := group(l, whole)
	if n > 0 {
		mark := "."
		if l == i18n.FR {
			mark = ","
		}
		number += mark + part
	}
	sign := map[string]string{"EUR": "€", "USD": "$", "GBP": "£"}[currency]
	switch {
	case l == i18n.FR && sign != "":
		return minus + number + "\u00a0" + sign
	case l == i18n.FR:
		return minus + number + "\u00a0" + currency
	case sign != "":
		return minus + sign + number
	}
	return minus + currency + "\u00a0" + number
}

// group sets digits apart in threes as the language does.
func group(l i18n.Locale, digits string) string {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return digits
	}
	return l.Number(n)
}
