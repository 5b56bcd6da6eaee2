package pages

import (
	"testing"

	"countersign/app/ui"
	"countersign/shared/audit"
	"countersign/shared/i18n"
)

// X02, X04: what the provider's systems do stands in the record in words, in the reader's language.
func TestRecord_of_systems_is_in_words(t *testing.T) {
	defer ui.SetLocale(i18n.EN)
	by := audit.Actor{Kind: audit.ByToken, ID: "t", Name: "Billing system"}
	service := audit.Entry{Kind: audit.ServiceChanged, Actor: by, Detail: map[string]string{"name": "web-01", "key": "k", "owned": "service",
		"what": "state, due_on", "from.state": "active", "to.state": "ending", "from.due_on": "2026-03-31", "to.due_on": "2026-04-30"}}
	token := audit.Entry{Kind: audit.TokenCreated, Actor: audit.Actor{Kind: audit.ByStaff, Name: "Ada Stone"},
		Detail: map[string]string{"name": "Billing system", "scopes": "services:write"}}
	for l, want := range map[i18n.Locale][4]string{
		i18n.EN: {"Billing system changed web-01: state and due date", "active → ending", "Provider’s system", "Ada Stone made the API token Billing system: services:write"},
		i18n.FR: {"Billing system a modifié web-01 : statut et date d’échéance", "actif → en fin de contrat", "Système du fournisseur",
			"Ada Stone a créé le jeton d’API Billing system : services:write"},
	} {
		ui.SetLocale(l)
		if got := text(sentence(service)); got != want[0] {
			t.Errorf("%s: %q, want %q", l, got, want[0])
		}
		if got := termOf(&service, upperFirst(ui.T("audit.what.state"))); got != want[1] {
			t.Errorf("%s: %q, want %q", l, got, want[1])
		}
		if got := ui.T("audit.page.by." + string(by.Kind)); got != want[2] {
			t.Errorf("%s: %q, want %q", l, got, want[2])
		}
		if got := text(sentence(token)); got != want[3] {
			t.Errorf("%s: %q, want %q", l, got, want[3])
		}
		for _, term := range entryTerms(&service) {
			if _, key := service.Detail[term.Label]; key {
				t.Errorf("%s: the key %s as a label", l, term.Label)
			}
		}
	}
}
