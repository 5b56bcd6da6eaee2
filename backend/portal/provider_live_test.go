package portal_test

import (
	"slices"
	"testing"

	. "countersign/backend/backendtest"
	"countersign/backend/hub"
	"countersign/shared/live"
	"countersign/shared/perm"
)

// TH11: of services, invoices and tokens hear those who may see them, by the rows of the moment.
func TestWhoHearsOfServicesInvoicesAndTokens(t *testing.T) {
	w := New(t)
	kinds := []live.Kind{live.Services, live.Invoices, live.Tokens}
	hears := func(a *Actor, stream live.Stream) (list []live.Kind) {
		t.Helper()
		sub := &hub.Subscription{Stream: stream, Session: a.Session, Login: a.Login}
		v, err := w.Service.Authorize(t.Context(), stream, kinds, []*hub.Subscription{sub})
		if err != nil {
			t.Fatal(err)
		}
		for i, k := range kinds {
			if v[0].Kinds.Has(i) {
				list = append(list, k)
			}
		}
		return list
	}
	contact := func(name string, roles ...perm.Role) *Actor { return w.As(w.AddContact(w.Acme, name, roles...)) }
	for _, c := range []struct {
		name   string
		actor  *Actor
		stream live.Stream
		want   []live.Kind
	}{
		{"owner", w.As(w.Marie), live.Of(w.Acme), []live.Kind{live.Services, live.Invoices}},
		{"services", contact("Web Master", perm.Services), live.Of(w.Acme), []live.Kind{live.Services}},
		{"billing", contact("Book Keeper", perm.Billing), live.Of(w.Acme), []live.Kind{live.Invoices}},
		{"no_role", contact("Reader"), live.Of(w.Acme), nil},
		{"agent", w.As(w.Tom), live.Provider, []live.Kind{live.Services, live.Invoices}},
		{"lead", w.As(w.Anna), live.Provider, []live.Kind{live.Services, live.Invoices}},
		{"administrator", w.As(w.Ada), live.Provider, []live.Kind{live.Services, live.Invoices, live.Tokens}},
	} {
		if got := hears(c.actor, c.stream); !slices.Equal(got, c.want) {
			t.Errorf("%s hears %v, want %v", c.name, got, c.want)
		}
	}
	domains := contact("Domain Master", perm.Services)
	w.Exec(`UPDATE contact SET overrides = '{"services.view":"deny"}' WHERE id = ?`, domains.Contact)
	if got := hears(domains, live.Of(w.Acme)); !slices.Equal(got, []live.Kind{live.Services}) {
		t.Errorf("who sees domains alone hears %v", got)
	}
	w.Exec(`UPDATE contact SET overrides = '{"services.view":"deny","domains.view":"deny"}' WHERE id = ?`, domains.Contact)
	if got := hears(domains, live.Of(w.Acme)); len(got) != 0 {
		t.Errorf("who sees neither hears %v", got)
	}
}
