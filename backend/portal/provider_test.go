package portal_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	. "countersign/backend/backendtest"
	"countersign/backend/mail"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/invoice"
	"countersign/shared/live"
	"countersign/shared/org"
	"countersign/shared/service"

	"github.com/google/go-cmp/cmp"
)

var acme = api.Referred{Reference: "20418"}

func newCustomer(reference string) api.PutOrganizationIn {
	in := api.PutOrganizationIn{Referred: api.Referred{Reference: reference}}
	in.Body.Name, in.Body.Region, in.Body.ManagedBy = "Atelier Loire", "FR", org.Customer
	in.Body.Owner = &api.NewOwner{Name: "Claire Roussel", Email: "claire@atelier.example.test", Locale: "fr"}
	return in
}

func aService(key string) api.PutServiceIn {
	in := api.PutServiceIn{ProviderServiceIn: api.ProviderServiceIn{Referred: acme, Key: key}}
	in.Body.Name, in.Body.Product, in.Body.State = "web-01", "Hosting L", service.Active
	return in
}

func anInvoice(number string) api.PutInvoiceIn {
	in := api.PutInvoiceIn{ProviderInvoiceIn: api.ProviderInvoiceIn{Referred: acme, Number: number}}
	b := &in.Body
	b.IssuedOn, b.DueOn, b.Currency, b.Amount, b.State = "2026-03-01", "2026-03-31", "EUR", 4900, invoice.Open
	return in
}

// tokenEntries are what a stream's record has of a token's doing, as kinds, oldest first.
func tokenEntries(t *testing.T, w *World, stream live.Stream) (kinds []string) {
	t.Helper()
	err := w.DB.View(t.Context(), func(tx *store.Tx) (err error) {
		kinds, err = store.Collect(tx.Query(context.Background(), `SELECT kind FROM audit_entry WHERE stream = ? AND actor_kind = ? ORDER BY seq`,
			stream, audit.ByToken), func(r *store.Rows) (s string, err error) { return s, r.Scan(&s) })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return kinds
}

// pokes are the kinds of events of a stream after a number, and the number of the last.
func pokes(t *testing.T, w *World, stream live.Stream, after int64) (kinds []live.Kind, head int64) {
	t.Helper()
	events, head, _, err := w.Service.Replay(t.Context(), stream, after, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		if e.Kind != live.Activity {
			kinds = append(kinds, e.Kind)
		}
	}
	return kinds, head
}

// An organization comes to be by its first PUT, with a mail to its owner; later ones change what the provider has to say.
func TestProviderKeepsOrganizations(t *testing.T) {
	w := New(t)
	system := w.System(api.OrganizationsWrite, api.ContactsWrite)
	in := newCustomer("30077")
	made := Must(Call(system, api.PutProviderOrganization, in))
	if !made.Created || made.State != org.Active || made.Owner == nil || made.Owner.Accepted || made.Owner.Email != "claire@atelier.example.test" {
		t.Errorf("made %+v", made)
	}
	if got := w.Mails("invitation"); !slices.Equal(got, []string{"claire@atelier.example.test"}) {
		t.Errorf("mails to %v", got)
	}
	own, provider := tokenEntries(t, w, live.Of(made.ID)), tokenEntries(t, w, live.Provider)
	if !slices.Equal(own, []string{"organization.created", "contact.invited"}) || !slices.Equal(provider, []string{"organization.created"}) {
		t.Errorf("recorded %v, with the provider %v", own, provider)
	}

	again := Must(Call(system, api.PutProviderOrganization, in))
	want := made
	want.Created = false
	if diff := cmp.Diff(want, again); diff != "" {
		t.Errorf("sent again:\n%s", diff)
	}
	if got := tokenEntries(t, w, live.Of(made.ID)); len(got) != len(own) || len(w.Mails("invitation")) != 1 {
		t.Errorf("sent again, it recorded %v", got)
	}

	phone, address := "01 84 88 20 77", contact.Address{City: "Nantes", Country: "fr"}
	in.Body.Name, in.Body.Owner, in.Body.ManagedBy, in.Body.Phone, in.Body.Address = "Atelier de la Loire", nil, "", &phone, &address
	in.Body.State, in.Body.Reason = org.Suspended, "Not paid since January"
	changed := Must(Call(system, api.PutProviderOrganization, in))
	if changed.Name != "Atelier de la Loire" || changed.Phone != "+33 1 84 88 20 77" || changed.Address.Country != "FR" || changed.State != org.Suspended {
		t.Errorf("changed %+v", changed)
	}
	in.Body.Phone, in.Body.Address, in.Body.State, in.Body.Reason = nil, nil, "", ""
	if kept := Must(Call(system, api.PutProviderOrganization, in)); !cmp.Equal(kept, changed) {
		t.Errorf("what was left out did not stay: %s", cmp.Diff(changed, kept))
	}
	own = tokenEntries(t, w, live.Of(made.ID))[len(own):]
	if !slices.Equal(own, []string{"organization.changed", "organization.state_changed"}) {
		t.Errorf("the changes are recorded as %v", own)
	}
	w.Verify()
}

// What can't be changed through the API is refused by its field, with what to do instead; a refused call changes nothing.
func TestProviderChangesNeitherOwnerNorManager(t *testing.T) {
	w := New(t)
	system := w.System(api.OrganizationsWrite, api.ContactsWrite)
	of := func(change func(*api.PutOrganizationIn)) error {
		in := api.PutOrganizationIn{Referred: acme}
		in.Body.Name, in.Body.Region = "Another Name", "FR"
		change(&in)
		_, err := Call(system, api.PutProviderOrganization, in)
		return err
	}
	marie := api.NewOwner{Name: "Whoever", Email: "MARIE.dubois@example.test", Locale: "en"}
	for name, c := range map[string]struct {
		change func(*api.PutOrganizationIn)
		code   errs.Code
		field  string
	}{
		"managed_by": {func(in *api.PutOrganizationIn) { in.Body.ManagedBy = org.ServiceProvider }, errs.Invalid, "managed_by"},
		"another_owner": {func(in *api.PutOrganizationIn) {
			in.Body.Owner = &api.NewOwner{Name: "Luc", Email: "luc@example.test", Locale: "en"}
		}, errs.Conflict, "owner.email"},
		"without_reason":      {func(in *api.PutOrganizationIn) { in.Body.State = org.Closed }, errs.Invalid, "reason"},
		"a_bad_phone":         {func(in *api.PutOrganizationIn) { in.Body.Phone = new("12") }, errs.Invalid, "phone"},
		"new_without_owner":   {func(in *api.PutOrganizationIn) { in.Reference, in.Body.ManagedBy = "1", org.Customer }, errs.Invalid, "owner"},
		"new_without_manager": {func(in *api.PutOrganizationIn) { in.Reference, in.Body.Owner = "1", &marie }, errs.Invalid, "managed_by"},
		"new_of_staff": {func(in *api.PutOrganizationIn) {
			in.Reference, in.Body.ManagedBy = "1", org.Customer
			in.Body.Owner = &api.NewOwner{Name: "Tom", Email: w.Tom.Email, Locale: "en"}
		}, errs.Invalid, "owner.email"},
		"new_reference": {func(in *api.PutOrganizationIn) {
			in.Reference, in.Body.ManagedBy, in.Body.Owner = "a b", org.Customer, &marie
		}, errs.Invalid, "path.reference"},
	} {
		t.Run(name, func(t *testing.T) {
			p := Refused(t, of(c.change), c.code)
			if len(p.Errors) != 1 || p.Errors[0].Location != c.field || p.Errors[0].Message == "" {
				t.Errorf("%+v", p)
			}
		})
	}
	if got := Must(Call(system, api.GetProviderOrganization, acme)); got.Name != "Acme Telecom" {
		t.Errorf("a refused call changed the name to %s", got.Name)
	}
	if err := of(func(in *api.PutOrganizationIn) { in.Body.Owner = &marie }); err != nil {
		t.Errorf("the owner, written otherwise: %v", err)
	}
	in := newCustomer("ab-1")
	Must(Call(system, api.PutProviderOrganization, in))
	in.Reference = "AB-1"
	_, err := Call(system, api.PutProviderOrganization, in)
	if p := Refused(t, err, errs.Invalid); p.Errors[0].Location != "path.reference" {
		t.Errorf("a reference that differs in case: %+v", p)
	}
}

// Who owns what is told to tokens with the scope for it, and named by those alone.
func TestOwnersNeedTheirOwnScope(t *testing.T) {
	w := New(t)
	plain, reader := w.System(api.OrganizationsWrite), w.System(api.OrganizationsRead, api.ContactsRead)
	if got := Must(Call(plain, api.GetProviderOrganization, acme)); got.Owner != nil {
		t.Errorf("without the scope: %+v", got.Owner)
	}
	if got := Must(Call(reader, api.GetProviderOrganization, acme)); got.Owner == nil || got.Owner.Name != w.Marie.Name || !got.Owner.Accepted {
		t.Errorf("with the scope: %+v", got.Owner)
	}
	in := newCustomer("30077")
	_, err := Call(plain, api.PutProviderOrganization, in)
	Refused(t, err, errs.Forbidden)
	in.Reference = "20418" // nor does it tell whether somebody is the owner
	_, err = Call(plain, api.PutProviderOrganization, in)
	Refused(t, err, errs.Forbidden)
}

// Who asks for what changed since the last time misses nothing: names, states, account data that the customer changed, an
// owner who accepted.
func TestProviderListsWhatChanged(t *testing.T) {
	w := New(t)
	system, marie := w.System(api.OrganizationsWrite, api.ContactsWrite), w.As(w.Marie)
	list := func(since time.Time) (references []string, until time.Time) {
		in := api.ProviderOrganizationsIn{KeyPage: api.KeyPage{Limit: 2}}
		if !since.IsZero() {
			in.Since = since.Add(time.Millisecond).Format(time.RFC3339Nano) // its own changes are known
		}
		for {
			page := Must(Call(system, api.ListProviderOrganizations, in))
			for _, o := range page.Organizations {
				references = append(references, o.Reference)
			}
			if until.IsZero() {
				until = page.Until
			}
			if in.After = page.Next; page.Next == "" {
				return references, until
			}
		}
	}
	all, until := list(time.Time{})
	if !slices.Equal(all, []string{"20418", "20533", "20611"}) {
		t.Fatalf("all are %v", all)
	}
	for what, change := range map[string]func(){
		"nothing": nil,
		"account data": func() {
			in := api.UpdateProfileIn{Org: api.Org{Org: w.Acme}}
			in.Body.Phone, in.Body.Version = "+33 1 84 88 20 11", Must(Call(marie, api.GetProfile, api.Org{Org: w.Acme})).Version
			Must(Call(marie, api.UpdateProfile, in))
		},
		"state": func() {
			in := api.PutOrganizationIn{Referred: acme}
			in.Body.Name, in.Body.Region, in.Body.State, in.Body.Reason = "Acme Telecom", "FR", org.Suspended, "Not paid"
			Must(Call(system, api.PutProviderOrganization, in))
			in.Body.State, in.Body.Reason = org.Active, "Paid"
			Must(Call(system, api.PutProviderOrganization, in))
		},
	} {
		w.After(until)
		want := []string{"20418"}
		if change == nil {
			want = nil
		} else {
			change()
		}
		var got []string
		if got, until = list(until); !slices.Equal(got, want) {
			t.Errorf("after a change of %s: %v", what, got)
		}
	}
	_, err := Call(system, api.ListProviderOrganizations, api.ProviderOrganizationsIn{Since: "yesterday"})
	if p := Refused(t, err, errs.Invalid); p.Errors[0].Location != "query.since" {
		t.Errorf("%+v", p)
	}
}

// S01: a PUT of a service says what the provider has to say. Whom it is assigned to stays the customer's, and both sides
// are told at once.
func TestProviderKeepsServices(t *testing.T) {
	w := New(t)
	system := w.System(api.ServicesWrite)
	_, head := pokes(t, w, live.Of(w.Acme), 0)
	in := aService("web/01")
	made := Must(Call(system, api.PutProviderService, in))
	w.Exec(`UPDATE service SET support_contact = ? WHERE id = ?`, w.Paul.Contact, made.ID)
	if again := Must(Call(system, api.PutProviderService, in)); !made.Created || again.Created || again.ProviderService != made.ProviderService {
		t.Errorf("made %+v, again %+v", made, again)
	}
	in.Body.State, in.Body.EndsOn, in.Body.Product = service.Ending, "2026-12-31", ""
	changed := Must(Call(system, api.PutProviderService, in))
	if changed.ID != made.ID || changed.State != service.Ending || changed.Product != "" || changed.EndsOn != "2026-12-31" {
		t.Errorf("changed %+v", changed)
	}
	ended := Must(Call(system, api.EndProviderService, in.ProviderServiceIn))
	if twice := Must(Call(system, api.EndProviderService, in.ProviderServiceIn)); ended.State != service.Ended || twice != ended {
		t.Errorf("ended %+v, twice %+v", ended, twice)
	}
	if err := w.DB.View(t.Context(), func(tx *store.Tx) error {
		o, err := tx.Service(t.Context(), w.Acme, made.ID)
		if err == nil && o.Support != w.Paul.Contact {
			t.Errorf("the contact became %q", o.Support)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	domain := in // the same key, on the other list
	if got := Must(Call(system, api.PutProviderDomain, domain)); !got.Created || got.ID == made.ID {
		t.Errorf("a domain of the same key: %+v", got)
	}
	if told, _ := pokes(t, w, live.Of(w.Acme), head); !slices.Equal(told, []live.Kind{live.Services, live.Services, live.Services, live.Services}) {
		t.Errorf("the customer heard %v", told)
	}
	want := []string{"service.created", "service.changed", "service.changed", "service.created"}
	if got := tokenEntries(t, w, live.Of(w.Acme)); !slices.Equal(got, want) {
		t.Errorf("recorded %v", got)
	}
	w.Verify()
}

// S07: an invoice is brought once, and what becomes of it is told; where its addresses lead is not in the record.
func TestProviderBringsInvoices(t *testing.T) {
	w := New(t)
	system := w.System(api.InvoicesWrite, api.ServicesWrite)
	Must(Call(system, api.PutProviderService, aService("web-01")))
	in := anInvoice("2026-1")
	in.Body.Service, in.Body.PaymentURL = "web-01", "https://pay.example.test/i?key=canary"
	in.Body.Lines = []invoice.Line{{Text: " Hosting ", Amount: 4900}}
	made := Must(Call(system, api.PutProviderInvoice, in))
	if !made.Created || made.Service != "web-01" || made.Lines[0].Text != "Hosting" {
		t.Errorf("made %+v", made)
	}
	again := Must(Call(system, api.PutProviderInvoice, in))
	if made.Created = false; !cmp.Equal(again, made) {
		t.Errorf("again: %s", cmp.Diff(made, again))
	}
	in.Body.State, in.Body.PaidOn, in.Body.PaymentURL, in.Body.Service = invoice.Paid, "2026-03-20", "", ""
	if paid := Must(Call(system, api.PutProviderInvoice, in)); paid.ID != made.ID || paid.State != invoice.Paid || paid.Service != "" || paid.PaymentURL != "" {
		t.Errorf("paid %+v", paid)
	}
	if got := tokenEntries(t, w, live.Of(w.Acme)); !slices.Equal(got, []string{"service.created", "invoice.created", "invoice.changed"}) {
		t.Errorf("recorded %v", got)
	}
	if strings.Contains(fmt.Sprint(auditDetails(t, w)), "canary") {
		t.Error("an address is in the record")
	}
	w.Verify()
}

func auditDetails(t *testing.T, w *World) (list []string) {
	t.Helper()
	if err := w.DB.View(t.Context(), func(tx *store.Tx) (err error) {
		list, err = store.Collect(tx.Query(context.Background(), `SELECT detail FROM audit_entry`), func(r *store.Rows) (s string, err error) { return s, r.Scan(&s) })
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return list
}

// TH22: whatever stands in a field is taken as it is meant or refused by its name; nothing of it is an error of ours.
func TestProviderInputIsCheckedByField(t *testing.T) {
	w := New(t, WithLimits(unlimited))
	system := w.System(api.Scopes()...)
	long := strings.Repeat("é", 121)
	services := map[string][]string{
		`{"name":"","state":"active"}`: {"name"}, `{"name":"\u0000\u202e","state":"active"}`: {"name"}, `{"name":"` + long + `","state":"active"}`: {"name"},
		`{"name":"a","state":"gone"}`: {"state"}, `{"name":"a"}`: {"state"}, `{"name":"a","state":"active","renews_on":"2026-02-30"}`: {"renews_on"},
		`{"name":"a","state":"active","ends_on":"tomorrow"}`: {"ends_on"}, `{"name":"a","state":"active","support_contact":"x"}`: {"support_contact"},
		`{"name":"a","state":"active","product":"` + long + `"}`: {"product"},
	}
	invoices := map[string][]string{}
	for field, values := range map[string][]string{
		"issued_on": {`"2026-13-01"`, `""`, `5`}, "due_on": {`"2026-02-29"`}, "currency": {`"eur"`, `"EURO"`, `""`}, "amount": {`1e18`, `1.5`, `"1"`},
		"state": {`"late"`}, "paid_on": {`"2026-03-01"`}, "service": {`"absent"`}, "domain": {`"absent"`},
		"payment_url": {`"javascript:alert(1)"`, `"http://pay.example.test/"`, `"https://user:secret@pay.example.test/"`, `"https://"`, `"//pay.example.test"`,
			`"https://pay.example.test/a b"`, `"https://pay.example.test\\@evil.test/"`, `"https://p\u00e4y.test/"`, `"data:text/html,x"`, `"https:pay.example.test"`,
			`"https://pay.example.test/\r\nX: y"`, `"http://127.0.0.1.evil.test/"`},
		"document_url": {`"ftp://docs.example.test/1.pdf"`}, "lines[0].text": nil, "org": {`"x"`},
	} {
		for _, v := range values {
			body := map[string]string{"issued_on": `"2026-03-01"`, "due_on": `"2026-03-31"`, "currency": `"EUR"`, "amount": `100`, "state": `"open"`}
			body[field] = v
			invoices[object(body)] = []string{field}
		}
	}
	for _, text := range []string{`""`, `"  "`, `"a\u0007"`} {
		invoices[object(map[string]string{"issued_on": `"2026-03-01"`, "due_on": `"2026-03-31"`, "currency": `"EUR"`, "amount": `100`, "state": `"open"`,
			"lines": `[{"text":` + text + `,"amount":1}]`})] = []string{"lines[0].text"}
	}
	for path, bodies := range map[string]map[string][]string{
		"/services/k": services, "/domains/k": services, "/invoices/n": invoices,
		"/services/caf%C3%A9": {`{"name":"a","state":"active"}`: {"path.key"}}, "/services/%20": {`{"name":"a","state":"active"}`: {"path.key"}},
		"/invoices/a%0Ab":            {`{"issued_on":"2026-03-01","due_on":"2026-03-31","currency":"EUR","amount":1,"state":"open"}`: {"path.number"}},
		"/business-units/a%E2%80%AE": {"": {"path.unit"}},
	} {
		for body, fields := range bodies {
			call := api.Call{Method: http.MethodPut, Path: "/api/provider/organizations/20418" + path, Header: map[string]string{}}
			if body != "" {
				call.Body, call.Header["Content-Type"] = []byte(body), "application/json"
			}
			checkRefusal(t, system, call, fields[0])
		}
	}
	for body, field := range map[string]string{
		`{"rows":[]}`: "rows", `{"rows":[{"op":"erase","number":"1"}]}`: "rows[0].op", `{"rows":[{"op":"add","number":""}]}`: "rows[0].number",
		`{"rows":[{"op":"remove","number":"1","program":"x"}]}`:                                                "rows[0].program",
		`{"rows":[` + strings.Repeat(`{"op":"remove","number":"1"},`, 1000) + `{"op":"remove","number":"1"}]}`: "rows",
	} {
		checkRefusal(t, system, api.Call{Method: http.MethodPost, Path: "/api/provider/organizations/20418/numbers", Body: []byte(body),
			Header: map[string]string{"Content-Type": "application/json", "Idempotency-Key": "k"}}, field)
	}
	checkRefusal(t, system, api.Call{Method: http.MethodPost, Path: "/api/provider/organizations/20418/numbers", Body: []byte(`{"rows":[{"op":"remove","number":"1"}]}`),
		Header: map[string]string{"Content-Type": "application/json"}}, "header.Idempotency-Key")
	if got := tokenEntries(t, w, live.Of(w.Acme)); len(got) != 0 {
		t.Errorf("refused calls recorded %v", got)
	}
	for _, fine := range []string{"https://pay.example.test:8443/i/1?x=%20#top", "http://localhost:9000/pay", "http://[::1]/pay", "http://127.0.0.1/pay"} {
		in := anInvoice("fine")
		in.Body.PaymentURL = fine
		if got, err := Call(system, api.PutProviderInvoice, in); err != nil || got.PaymentURL != fine {
			t.Errorf("%s: %v", fine, err)
		}
	}
}

// object writes a JSON object of values that are JSON already.
func object(values map[string]string) string {
	var parts []string
	for k, v := range values {
		parts = append(parts, `"`+k+`":`+v)
	}
	slices.Sort(parts)
	return "{" + strings.Join(parts, ",") + "}"
}

func checkRefusal(t *testing.T, a *Actor, call api.Call, field string) {
	t.Helper()
	got, err := a.Do(t.Context(), call)
	if err != nil {
		t.Fatal(err)
	}
	if got.Status != 422 || !strings.Contains(string(got.Body), `"location":"`+field+`"`) {
		t.Errorf("%s %.200s: %d %s, want a refusal of %s", call.Path, call.Body, got.Status, got.Body, field)
	}
}

// Two systems that send the same at once both succeed, and it is one effect.
func TestProviderCallsAtOnce(t *testing.T) {
	w := New(t, WithLimits(unlimited))
	var wg sync.WaitGroup
	made := make(chan bool, 100)
	for range 2 {
		system := w.System(api.Scopes()...)
		for range 10 {
			wg.Go(func() {
				o, err := Call(system, api.PutProviderOrganization, newCustomer("30077"))
				if err != nil {
					t.Error(err)
				}
				s, err := Call(system, api.PutProviderService, aService("web-01"))
				if err != nil {
					t.Error(err)
				}
				i, err := Call(system, api.PutProviderInvoice, anInvoice("2026-1"))
				if err != nil {
					t.Error(err)
				}
				for _, created := range []bool{o.Created, s.Created, i.Created} {
					if created {
						made <- true
					}
				}
			})
		}
	}
	wg.Wait()
	if len(made) != 3 || len(w.Mails("invitation")) != 1 {
		t.Errorf("%d things were made, %d mails sent", len(made), len(w.Mails("invitation")))
	}
	w.Verify()
}

// In an organization that is closed the provider still has its say about services and invoices; numbers rest.
func TestProviderAndClosedOrganizations(t *testing.T) {
	w := New(t)
	system := w.System(api.Scopes()...)
	w.Exec(`UPDATE organization SET state = 'closed' WHERE id = ?`, w.Acme)
	Must(Call(system, api.PutProviderService, aService("web-01")))
	Must(Call(system, api.PutProviderInvoice, anInvoice("2026-1")))
	unit := api.ProviderUnitIn{Referred: acme, Unit: "France"}
	_, err := Call(system, api.PutProviderUnit, unit)
	if p := Refused(t, err, errs.Conflict); p.State != "closed" {
		t.Errorf("%+v", p)
	}
	_, err = Call(system, api.ApplyProviderNumbers, wishes("k", api.NumberWish{Op: "remove", Number: "+33184880001"}))
	Refused(t, err, errs.Conflict)
	in := api.PutOrganizationIn{Referred: acme}
	in.Body.Name, in.Body.Region, in.Body.State, in.Body.Reason = "Acme Telecom", "FR", org.Active, "Back again"
	if got := Must(Call(system, api.PutProviderOrganization, in)); got.State != org.Active {
		t.Errorf("reopened %+v", got)
	}
	Must(Call(system, api.PutProviderUnit, unit))
}

// Suspending through the API ends what support has open there, as it does in the portal.
func TestProviderSuspendingEndsAccess(t *testing.T) {
	w := New(t)
	sofia := w.As(w.Sofia)
	inside := Must(sofia.Enter(Must(w.As(w.Marie).Approve(Must(sofia.RequestAccess(w.Acme, time.Hour, "")), time.Hour))))
	in := api.PutOrganizationIn{Referred: acme}
	in.Body.Name, in.Body.Region, in.Body.State, in.Body.Reason = "Acme Telecom", "FR", org.Suspended, "Not paid"
	Must(Call(w.System(api.OrganizationsWrite), api.PutProviderOrganization, in))
	_, err := Call(inside, api.GetHome, api.Org{Org: w.Acme})
	Refused(t, err, errs.Unauthenticated)
	w.Verify()
}

// What belongs to one organization is not there under another one's reference.
func TestProviderReferencesAreApart(t *testing.T) {
	w := New(t)
	system := w.System(api.Scopes()...)
	Must(Call(system, api.PutProviderService, aService("web-01")))
	Must(Call(system, api.PutProviderInvoice, anInvoice("2026-1")))
	beta := api.Referred{Reference: "20533"}
	_, err := Call(system, api.GetProviderService, api.ProviderServiceIn{Referred: beta, Key: "web-01"})
	Refused(t, err, errs.NotFound)
	_, err = Call(system, api.GetProviderInvoice, api.ProviderInvoiceIn{Referred: beta, Number: "2026-1"})
	Refused(t, err, errs.NotFound)
	in := anInvoice("2026-2")
	in.Referred, in.Body.Service = beta, "web-01"
	_, err = Call(system, api.PutProviderInvoice, in)
	if p := Refused(t, err, errs.Invalid); p.Errors[0].Location != "service" {
		t.Errorf("%+v", p)
	}
	own := anInvoice("2026-1") // the same number there is another invoice
	own.Referred = beta
	if got := Must(Call(system, api.PutProviderInvoice, own)); !got.Created {
		t.Errorf("%+v", got)
	}
}

// Lists of ten thousand come in pages, each thing once, in the order of their keys.
func TestProviderPagesLongLists(t *testing.T) {
	w := New(t, WithLimits(unlimited))
	system := w.System(api.ServicesRead, api.InvoicesRead)
	const n = 10_000
	w.Exec(`INSERT INTO service (id, org, kind, name, name_key, product, state, support_contact, billing_contact, renews_on, ends_on, external_key,
version, created_at, changed_at)
WITH RECURSIVE i (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < ?)
SELECT printf('018f0000-0000-7000-8001-%012d', n), ?, 'service', 'same', 'same', '', 'active', '', '', '', '', printf('k-%d', n), 1, 0, 0 FROM i`, n, w.Acme)
	w.Exec(`INSERT INTO invoice (id, org, number, issued_on, due_on, currency, amount, state, paid_on, payment_url, document_url, lines, service,
version, created_at, changed_at)
WITH RECURSIVE i (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < ?)
SELECT printf('018f0000-0000-7000-8002-%012d', n), ?, printf('n-%d', n), '2026-03-01', '2026-03-31', 'EUR', n, 'open', '', '', '', '[]',
printf('018f0000-0000-7000-8001-%012d', n), 1, 0, 0 FROM i`, n, w.Acme)

	keys, page := []string{}, api.ProviderServicesIn{Referred: acme, KeyPage: api.KeyPage{Limit: 500}}
	for {
		got := Must(Call(system, api.ListProviderServices, page))
		for _, s := range got.Services {
			keys = append(keys, s.Key)
		}
		if page.After = got.Next; page.After == "" {
			break
		}
	}
	numbers, bills := []string{}, api.ProviderInvoicesIn{Referred: acme, KeyPage: api.KeyPage{Limit: 500}}
	for {
		got := Must(Call(system, api.ListProviderInvoices, bills))
		for _, v := range got.Invoices {
			numbers = append(numbers, v.Number)
			if v.Service != "k-"+strings.TrimPrefix(v.Number, "n-") {
				t.Fatalf("invoice %s is for %s", v.Number, v.Service)
			}
		}
		if bills.After = got.Next; bills.After == "" {
			break
		}
	}
	for what, list := range map[string][]string{"services": keys, "invoices": numbers} {
		if !slices.IsSorted(list) || len(slices.Compact(list)) != n {
			t.Errorf("%d %s, sorted %v", len(list), what, slices.IsSorted(list))
		}
	}
}

// S03, S07: whoever gets financial mail about what a new invoice is for is told of it, once, in their language; nobody of one
// that is paid, void or from long ago.
func TestNewInvoicesAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(t)
		system := w.System(api.InvoicesWrite, api.ServicesWrite)
		web := Must(Call(system, api.PutProviderService, aService("web-01")))
		subscribe := func(name, locale string, isolated, global bool) *Persona {
			p := w.AddContact(w.Acme, name)
			w.Exec(`UPDATE contact SET locale = ?, financial = ?, financial_isolated = ?, financial_global = ? WHERE id = ?`, locale, isolated || global, isolated, global, p.Contact)
			return p
		}
		global, assigned, other := subscribe("Gil Bal", "fr", false, true), subscribe("Ass Igned", "en", true, false), subscribe("Oth Er", "en", true, false)
		w.Exec(`UPDATE service SET billing_contact = ? WHERE id = ?`, assigned.Contact, web.ID)
		day := func(d int) string { return w.Clock.Now().UTC().AddDate(0, 0, d).Format(time.DateOnly) }
		bring := func(number string, issued int, change func(*api.PutInvoiceIn)) []string {
			in := anInvoice(number)
			in.Body.IssuedOn, in.Body.DueOn = day(issued), "2030-04-01"
			change(&in)
			Must(Call(system, api.PutProviderInvoice, in))
			Must(Call(system, api.PutProviderInvoice, in))
			var to []string
			for _, m := range queued(w, mail.InvoiceNew) {
				to = append(to, m.To)
				if m.Args["amount"] != "4900 EUR" || m.Args["due"] != "2030-04-01" || m.Args["number"] != number {
					t.Errorf("told %v", m.Args)
				}
			}
			slices.Sort(to)
			return to
		}
		want := func(people ...*Persona) (to []string) {
			for _, p := range people {
				to = append(to, p.Email)
			}
			slices.Sort(to)
			return to
		}
		ofService := func(in *api.PutInvoiceIn) { in.Body.Service = "web-01" }
		if got := bring("1", 0, ofService); !slices.Equal(got, want(w.Marie, global, assigned)) {
			t.Errorf("of a service: %v", got)
		}
		if got := bring("2", -14, func(*api.PutInvoiceIn) {}); !slices.Equal(got, want(w.Marie, global)) {
			t.Errorf("of nothing: %v, %s is none of them", got, other.Email)
		}
		for number, change := range map[string]func(*api.PutInvoiceIn){
			"paid": func(in *api.PutInvoiceIn) { in.Body.State, in.Body.PaidOn = invoice.Paid, day(0) },
			"void": func(in *api.PutInvoiceIn) { in.Body.State = invoice.Void },
			"old":  func(in *api.PutInvoiceIn) { in.Body.IssuedOn = day(-15) },
		} {
			if got := bring(number, 0, change); len(got) != 0 {
				t.Errorf("of one that is %s: %v", number, got)
			}
		}
		w.Verify()
	})
}

// S01, C12: what a billing system knew before a cancellation was approved does not undo it; once it has followed, it may have
// the service run again.
func TestApprovedCancellationStays(t *testing.T) {
	w := New(t)
	system := w.System(api.ServicesWrite)
	in := aService("web-01")
	made := Must(Call(system, api.PutProviderService, in))
	marie := w.As(w.Marie)
	change := Must(Call(marie, api.CancelService, api.CancelServiceIn{ServiceIn: api.ServiceIn{Org: api.Org{Org: w.Acme}, Service: made.ID}}))
	decide := api.DecideChangeIn{ChangeIn: api.ChangeIn{Org: api.Org{Org: w.Acme}, Change: change.ID}}
	decide.Body.Seen = change.Fingerprint()
	Must(Call(marie, api.ApproveChange, decide))
	if now := Must(Call(system, api.GetProviderService, in.ProviderServiceIn)); now.State != service.Ending {
		t.Fatalf("approved: %s", now.State)
	}
	in.Body.Name = "web-02"
	_, err := Call(system, api.PutProviderService, in)
	if p := Refused(t, err, errs.Conflict); p.State != string(service.Ending) {
		t.Errorf("refused as %+v", p)
	}
	in.Body.Name = "web-01"
	in.Body.State = service.Ending
	Must(Call(system, api.PutProviderService, in))
	in.Body.State = service.Active
	if now := Must(Call(system, api.PutProviderService, in)); now.State != service.Active {
		t.Errorf("kept after all: %s", now.State)
	}
	w.Verify()
}
