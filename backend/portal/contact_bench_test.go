package portal_test

import (
	"context"
	"fmt"
	"testing"

	"countersign/backend/backendtest"
	"countersign/backend/portal"
	"countersign/backend/server"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/contact"
	"countersign/shared/id"
	"countersign/shared/perm"
)

const crowd = 10_000

// crowded is a world whose Acme has as many contacts as a large customer.
func crowded(b *testing.B) *backendtest.World {
	b.Helper()
	many := server.Bucket{PerSecond: 1e9, Burst: 1e9}
	w := backendtest.New(b, backendtest.WithLimits(server.Limits{Usual: many, Costly: many, Address: many}))
	first := []string{"Anna", "Bruno", "Chloé", "Denis", "Elif", "Farid", "Greta", "Hugo", "Inès", "Jan"}
	last := []string{"Abel", "Blum", "Costa", "Durand", "Eder", "Ferrer", "Girard", "Hahn", "Ivanov", "Jung"}
	err := w.DB.Update(context.Background(), func(tx *store.Tx) error {
		tx.MarkRecorded()
		for i := range crowd {
			name := fmt.Sprintf("%s %s %04d", first[i%10], last[i/10%10], i)
			c := contact.Contact{ID: id.Contact(fmt.Sprintf("0198c0de-0000-7000-8000-%012d", i)), Org: w.Acme, Name: name, Email: fmt.Sprintf("c%d@example.test", i),
				Phone: fmt.Sprintf("+33 1 %08d", i), Locale: "en", Active: true, Access: i%3 == 0, Roles: []perm.Role{perm.Tickets}}
			if err := tx.AddContact(context.Background(), &c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return w
}

// BenchmarkContactList reads a page of 10,000 contacts through router and gate: the first, the search by a name, the
// search by a number, and those who can enter.
func BenchmarkContactList(b *testing.B) {
	w := crowded(b)
	marie := w.As(w.Marie)
	for name, f := range map[string]api.ContactFilter{
		"first_page": {}, "search_name": {Query: "girard 77"}, "search_phone": {Query: "00 00 77 7"}, "invited": {State: contact.Expired}, "next_page": {After: "0198c0de-0000-7000-8000-000000005000"},
	} {
		f.Limit = 50
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				got, err := backendtest.Call(marie, api.ListContacts, api.ContactsIn{Org: api.Org{Org: w.Acme}, ContactFilter: f})
				if err != nil || len(got.Contacts) == 0 || got.Total < len(got.Contacts) {
					b.Fatalf("%d of %d, %v", len(got.Contacts), got.Total, err)
				}
			}
		})
	}
}

// BenchmarkGate is what the gate costs a reading use case that reads nothing itself: the transaction, the sign-in, the
// contact with their rights, and the policy.
func BenchmarkGate(b *testing.B) {
	w := crowded(b)
	token := w.As(w.AddContact(w.Acme, "Bea Bill", perm.Billing, perm.Tickets)).Token
	cred := portal.Credential{As: api.AsCustomer, Session: hashed(token)}
	in := &api.Org{Org: w.Acme}
	nothing := func(*portal.Tx, *api.Org) (api.None, error) { return api.None{}, nil }
	ep := api.Endpoint[api.Org, api.None]{Spec: api.Spec{Name: "nothing", Method: "GET", Policy: api.Policy{Right: perm.InvoicesView}}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := portal.Run(context.Background(), w.Service, ep, cred, in, nothing); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPermissionCheck is one question to the table: what a contact's roles and cells permit, and whether a right is
// in it.
func BenchmarkPermissionCheck(b *testing.B) {
	c := contact.Contact{Active: true, Access: true, Roles: []perm.Role{perm.Admin}, Overrides: perm.Overrides{perm.InvoicesPay: perm.Deny, perm.RemoteSupportApprove: perm.Allow}}
	b.Run("effective", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if !c.Rights().Has(perm.ContactsUpdate) {
				b.Fatal("denied")
			}
		}
	})
	rights := c.Rights()
	b.Run("has", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if !rights.Has(perm.ContactsUpdate) {
				b.Fatal("denied")
			}
		}
	})
}
