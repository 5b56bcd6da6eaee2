package pages

import (
	"strings"
	"testing"

	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/contact"
	"countersign/shared/org"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// K09: leads delete contacts, agents do not, and nobody deletes the owner; no code is ever on the page.
func TestOrganizationPage_offers_deletion_to_leads(t *testing.T) {
	rows := api.Contacts{Total: 2, Contacts: []api.ContactRow{
		{ID: "01a201e5-a542-77a7-bac3-7565f3395601", Name: "Jonas Meier", Active: true, State: contact.CanEnter, HasCode: true},
		{ID: "01a201e5-a542-77a7-bac3-7565f3395602", Name: "Marie Dubois", Active: true, State: contact.CanEnter, Owner: true}}}
	acme := api.Found{OwnerName: "Marie Dubois"}
	acme.ID, acme.Name, acme.State = acmeID, "Acme Telecom", org.Active
	for rank, want := range map[org.Rank]int{org.Agent: 0, org.Lead: 2} {
		w := &wire{answers: map[string]any{"/contacts": rows, "/orgs/" + string(acmeID): acme}}
		o := &OrganizationPage{At: signedIn(t, ofAgent(w, rank, pageOrganizations+"/"+string(acmeID), ""))}
		shownPage(t, o)
		html := app.HTMLString(o)
		if got := strings.Count(html, "Delete contact…"); got != want {
			t.Errorf("%s: deletion is offered %d times, want %d", rank, got, want)
		}
		if want > 0 && !strings.Contains(html, ui.T("orgdetail.delete_owner")) {
			t.Errorf("%s: the owner's deletion has no reason against it", rank)
		}
		for _, name := range []string{"Jonas Meier", "Marie Dubois", "Acme Telecom"} {
			if !strings.Contains(html, name) {
				t.Errorf("%s: %s is missing", rank, name)
			}
		}
	}
}

// K09: a deletion needs its reason before anything is sent.
func TestContactDeletion_needs_a_reason(t *testing.T) {
	w := &wire{answers: map[string]any{"/delete": api.None{}}}
	o := &OrganizationPage{At: ofAgent(w, org.Lead, pageOrganizations+"/"+string(acmeID), "")}
	e := shownPage(t, o)
	o.delete.show(&api.ContactRow{ID: "01a201e5-a542-77a7-bac3-7565f3395601", Name: "Jonas Meier"})
	before := len(w.sent)
	o.delete.reason = "  "
	o.delete.send(o.ctx, o)
	settle(e)
	if len(w.sent) != before || o.delete.wrong == "" {
		t.Errorf("%d calls were sent, the field says %q", len(w.sent)-before, o.delete.wrong)
	}
	o.delete.reason = "Left the company; asked for by ticket."
	o.delete.send(o.ctx, o)
	settle(e)
	if last := w.sent[before]; !strings.Contains(string(last.Body), "Left the company") || o.delete.of != nil {
		t.Errorf("sent %s, dialog still about %v", last.Body, o.delete.of)
	}
}
