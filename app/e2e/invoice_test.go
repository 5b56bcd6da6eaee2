//go:build !js

package e2e

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"countersign/app/uitest"
	"countersign/shared/i18n"
	"countersign/shared/invoice"
	"countersign/shared/perm"

	"github.com/chromedp/cdproto/cdp"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// S07: invoices are listed and opened by those with the right, and open ones are paid on the provider's page, which opens beside the
// portal and can't reach it.
func TestInvoices_are_listed_opened_and_paid(t *testing.T) {
	inLanguages(t, func(t *testing.T, l i18n.Locale) {
		s, w := play(t), words{lang: string(l)}
		paid := make(chan string, 9)
		provider := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			rw.Header().Set("Content-Type", "text/html")
			if r.URL.Path == "/told" {
				paid <- r.URL.RawQuery
				return
			}
			io.WriteString(rw, `<!doctype html><title>Pay</title><script>fetch("/told?" + (window.opener ? "opener" : location.pathname))</script>`)
		}))
		defer provider.Close()
		now := time.Now()
		day := func(days int) string { return now.AddDate(0, 0, days).Format(time.DateOnly) }
		open := s.AddInvoice(s.Acme, invoice.Invoice{Number: "R-1002", IssuedOn: day(-3), DueOn: day(11), Amount: 132480, Currency: "EUR", State: invoice.Open, PaymentURL: provider.URL + "/pay/R-1002",
			Lines: []invoice.Line{{Text: "Managed hosting L", Amount: 100000}, {Text: "SIP trunk", Amount: 32480}}})
		s.AddInvoice(s.Acme, invoice.Invoice{Number: "R-1001", IssuedOn: day(-60), DueOn: day(-46), Amount: 118800, Currency: "EUR", State: invoice.Open})
		s.AddInvoice(s.Acme, invoice.Invoice{Number: "R-1000", IssuedOn: day(-90), DueOn: day(-76), PaidOn: day(-80), Amount: 5000, Currency: "CHF", State: invoice.Paid})
		billing := s.AddContact(s.Acme, "Elena Rossi", perm.Billing)

		payer := s.openIn(billing, w.lang)
		press(payer, "nav", l.T("nav.invoices"))
		arrived(payer, "/o/"+string(s.Acme)+"/invoices")
		says(payer, "#due", invoice.Money(l, 251280, "EUR"))
		says(payer, "#due", invoice.Money(l, 118800, "EUR"))
		says(payer, "#invoice-list", l.T("invoices.overdue"))
		says(payer, "#invoice-list", invoice.Money(l, 5000, "CHF"))
		looks(payer, w, "invoices")
		press(payer, "#invoice-list", "R-1002")
		arrived(payer, "/o/"+string(s.Acme)+"/invoices/"+string(open))
		says(payer, "#invoice-lines", "SIP trunk")
		says(payer, "#invoice-facts", invoice.Money(l, 132480, "EUR"))
		looks(payer, w, "invoice")

		payer.Run(`document.getElementById("invoice-pay-` + string(open) + `").focus()`)
		payer.Do(chromedp.KeyEvent("\r")) // the new tab is in front then, and this one draws nothing
		select {
		case path := <-paid:
			if path != "/pay/R-1002" {
				t.Errorf("paid is %s", path)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("the provider's page was not opened")
		}
		command(payer, cdppage.BringToFront, cdp.Empty{})
		arrived(payer, "/o/"+string(s.Acme)+"/invoices/"+string(open)) // the portal stays
		payer.NoProblems()

		// A deep link opens it; searching and the state narrow the list, in the address.
		payer.Do(chromedp.Navigate(s.URL + "/o/" + string(s.Acme) + "/invoices?state=paid"))
		ready(payer)
		says(payer, "#invoice-list", "R-1000")
		if strings.Contains(payer.Text("#invoice-list"), "R-1001") {
			t.Error("the filter of the address is not applied")
		}
		visit(payer, "/o/"+string(s.Acme)+"/invoices")
		fill(payer, "#invoices-search", "1001")
		payer.Wait(`document.querySelectorAll("#invoice-list tbody tr").length === 1 && new URLSearchParams(location.search).get("q") === "1001"`)
		says(payer, "#invoice-list", "R-1001")

		// Who may only see them pays nothing; who may not, sees none.
		reader := s.AddContact(s.Acme, "Ida Blanc")
		s.Exec(`UPDATE contact SET overrides = '{"invoices.view":"allow"}' WHERE id = ?`, reader.Contact)
		page := s.openIn(reader, w.lang)
		visit(page, "/o/"+string(s.Acme)+"/invoices/"+string(open))
		says(page, "main", l.T("invoices.who_pays"))
		if uitest.Eval[bool](page, `!!document.querySelector("[id^=invoice-pay]")`) {
			t.Error("a contact without the right to pay has the button")
		}
		visit(page, "/o/"+string(s.Acme)+"/tickets")
		says(page, "main", l.T("shell.no_right_title"))
		page.NoProblems()
	})
}
