package portal_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	. "countersign/backend/backendtest"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/invoice"
	"countersign/shared/live"
	"countersign/shared/service"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// books are what an organization ought to have: the last that was said of each thing.
type books struct {
	services, domains map[string]api.ProviderService
	invoices          map[string]api.ProviderInvoice
	changes           int // how often something became otherwise
}

// noted notes what is said of a thing, and tells whether it is new.
func noted[T any](b *books, all map[string]T, key string, now T) (created bool) {
	before, ok := all[key]
	if !ok || !cmp.Equal(before, now) {
		b.changes++
	}
	all[key] = now
	return !ok
}

// Whatever is sent in whatever order, each of it any number of times by either of two systems, everything is in the end as
// it was last said to be, every answer says what is there, and the record has one entry for each change and none for a
// repetition.
func TestProviderCallsAreIdempotent(t *testing.T) {
	w := New(t, WithLimits(unlimited))
	systems := []*Actor{w.System(api.Scopes()...), w.System(api.Scopes()...)}
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		in := newCustomer(fmt.Sprintf("c-%d", n))
		in.Body.Owner.Email = fmt.Sprintf("owner%d@example.test", n)
		made := Must(Call(systems[0], api.PutProviderOrganization, in))
		b := &books{services: map[string]api.ProviderService{}, domains: map[string]api.ProviderService{}, invoices: map[string]api.ProviderInvoice{}}
		before := auditCount(t, w, live.Of(made.ID))
		var sent []func(*Actor)
		t.Repeat(map[string]func(*rapid.T){
			"service": func(t *rapid.T) { sent = append(sent, sendService(t, b, in.Referred, service.Service)) },
			"domain":  func(t *rapid.T) { sent = append(sent, sendService(t, b, in.Referred, service.Domain)) },
			"end":     func(t *rapid.T) { sent = append(sent, sendEnd(t, b, in.Referred)) },
			"again": func(t *rapid.T) { // what was sent before others comes late
				if len(sent) > 0 {
					sent = append(sent, rapid.SampledFrom(sent).Draw(t, "late"))
				}
			},
			"invoice": func(t *rapid.T) { sent = append(sent, sendInvoice(t, b, in.Referred)) },
			"": func(t *rapid.T) {
				if len(sent) > 0 { // the newest call again and again: the first time it may do something
					for range rapid.IntRange(1, 3).Draw(t, "times") {
						sent[len(sent)-1](systems[rapid.IntRange(0, 1).Draw(t, "system")])
					}
				}
			},
		})
		compareBooks(t, systems[0], in.Referred, b)
		if got := auditCount(t, w, live.Of(made.ID)) - before; got != b.changes {
			t.Fatalf("%d entries in the record, %d changes", got, b.changes)
		}
	})
	w.Verify()
}

func auditCount(t *rapid.T, w *World, stream live.Stream) (n int) {
	if err := w.DB.View(w.TB.Context(), func(tx *store.Tx) error {
		return tx.QueryRow(w.TB.Context(), `SELECT COUNT(*) FROM audit_entry WHERE stream = ?`, stream).Scan(&n)
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

var serviceStates = service.States()

func sendService(t *rapid.T, b *books, r api.Referred, kind service.Kind) func(*Actor) {
	in := api.PutServiceIn{ProviderServiceIn: api.ProviderServiceIn{Referred: r, Key: rapid.SampledFrom([]string{"a", "b", "c/d"}).Draw(t, "key")}}
	x := &in.Body
	x.Name, x.Product = rapid.SampledFrom([]string{"web-01", "Web-01", "é"}).Draw(t, "name"), rapid.SampledFrom([]string{"", "L"}).Draw(t, "product")
	x.State, x.EndsOn = rapid.SampledFrom(serviceStates).Draw(t, "state"), rapid.SampledFrom([]string{"", "2026-12-31"}).Draw(t, "ends")
	want := api.ProviderService{Key: in.Key, Name: x.Name, Product: x.Product, State: x.State, EndsOn: x.EndsOn}
	all, ep := b.services, api.PutProviderService
	if kind == service.Domain {
		all, ep = b.domains, api.PutProviderDomain
	}
	return func(a *Actor) {
		created := noted(b, all, in.Key, want)
		got := Must(Call(a, ep, in))
		if got.Created != created || plainService(got.ProviderService) != want {
			t.Fatalf("answered %+v, want %+v, created %v", got, want, created)
		}
	}
}

func plainService(s api.ProviderService) api.ProviderService {
	s.ID, s.ChangedAt = "", time.Time{}
	return s
}

func sendEnd(t *rapid.T, b *books, r api.Referred) func(*Actor) {
	key := rapid.SampledFrom([]string{"a", "b", "c/d"}).Draw(t, "key")
	return func(a *Actor) {
		got, err := Call(a, api.EndProviderService, api.ProviderServiceIn{Referred: r, Key: key})
		want, ok := b.services[key]
		if !ok {
			if p, refused := err.(*api.Refusal); !refused || p.Code != string(errs.NotFound) {
				t.Fatalf("ending what is not there: %v", err)
			}
			return
		}
		want.State = service.Ended
		noted(b, b.services, key, want)
		if err != nil || plainService(got) != want {
			t.Fatalf("ended %+v %v, want %+v", got, err, want)
		}
	}
}

func sendInvoice(t *rapid.T, b *books, r api.Referred) func(*Actor) {
	in := api.PutInvoiceIn{ProviderInvoiceIn: api.ProviderInvoiceIn{Referred: r, Number: rapid.SampledFrom([]string{"1", "2"}).Draw(t, "number")}}
	x := &in.Body
	x.IssuedOn, x.DueOn, x.Currency = "2026-03-01", rapid.SampledFrom([]string{"2026-03-31", "2026-04-30"}).Draw(t, "due"), "EUR"
	x.Amount, x.State = rapid.Int64Range(-2, 2).Draw(t, "amount"), rapid.SampledFrom(invoice.States()).Draw(t, "state")
	if x.State == invoice.Paid {
		x.PaidOn = "2026-03-20"
	}
	x.PaymentURL = rapid.SampledFrom([]string{"", "https://pay.example.test/1"}).Draw(t, "url")
	if rapid.Bool().Draw(t, "lines") {
		x.Lines = []invoice.Line{{Text: "Hosting", Amount: x.Amount}}
	}
	want := api.ProviderInvoice{Number: in.Number, IssuedOn: x.IssuedOn, DueOn: x.DueOn, Currency: x.Currency, Amount: x.Amount, State: x.State, PaidOn: x.PaidOn,
		PaymentURL: x.PaymentURL, Lines: x.Lines}
	return func(a *Actor) {
		created := noted(b, b.invoices, in.Number, want)
		got := Must(Call(a, api.PutProviderInvoice, in))
		if got.Created != created || !cmp.Equal(plainInvoice(got.ProviderInvoice), want) {
			t.Fatalf("answered %+v, want %+v, created %v", got, want, created)
		}
	}
}

func plainInvoice(v api.ProviderInvoice) api.ProviderInvoice {
	v.ID, v.ChangedAt = "", time.Time{}
	return v
}

// compareBooks reads everything back.
func compareBooks(t *rapid.T, a *Actor, r api.Referred, b *books) {
	page := api.ProviderServicesIn{Referred: r}
	for want, list := range map[*map[string]api.ProviderService][]api.ProviderService{
		&b.services: Must(Call(a, api.ListProviderServices, page)).Services, &b.domains: Must(Call(a, api.ListProviderDomains, page)).Services} {
		got := map[string]api.ProviderService{}
		for _, s := range list {
			got[s.Key] = plainService(s)
		}
		if !maps.Equal(got, *want) {
			t.Fatal(cmp.Diff(*want, got))
		}
	}
	var numbers []string
	for _, v := range Must(Call(a, api.ListProviderInvoices, api.ProviderInvoicesIn{Referred: r})).Invoices {
		numbers = append(numbers, v.Number)
		one := Must(Call(a, api.GetProviderInvoice, api.ProviderInvoiceIn{Referred: r, Number: v.Number}))
		if !cmp.Equal(plainInvoice(one), b.invoices[v.Number]) {
			t.Fatal(cmp.Diff(b.invoices[v.Number], plainInvoice(one)))
		}
	}
	if !slices.Equal(numbers, slices.Sorted(maps.Keys(b.invoices))) {
		t.Fatalf("invoices %v", numbers)
	}
}
