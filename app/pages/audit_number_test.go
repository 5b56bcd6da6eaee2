package pages

import (
	"testing"

	"countersign/app/ui"
	"countersign/shared/audit"
	"countersign/shared/i18n"
)

// N04, X02: what became of a number stands in the record in words, with what stood there before.
func TestRecord_of_numbers_is_in_words(t *testing.T) {
	defer ui.SetLocale(i18n.EN)
	e := audit.Entry{Kind: audit.NumberChanged, Actor: audit.Actor{Kind: audit.ByContact, Name: "Marie Dubois"}, Detail: map[string]string{
		"number": "+33184882010", "what": "call_purpose, assignment", "from.call_purpose": "survey", "to.call_purpose": "customer_service",
		"from.assignment": "", "to.assignment": "France / Winter"}}
	for l, want := range map[i18n.Locale][3]string{
		i18n.EN: {"Marie Dubois changed +33184882010: call purpose and assignment", "survey → customer service", "nothing → France / Winter"},
		i18n.FR: {"Marie Dubois a modifié le +33184882010 : motif d’appel et affectation", "survey → customer service", "rien → France / Winter"},
	} {
		ui.SetLocale(l)
		if got := text(sentence(e)); got != want[0] {
			t.Errorf("%s: %q, want %q", l, got, want[0])
		}
		changes := []string{}
		for _, term := range entryTerms(&e) {
			if term.Label == upperFirst(ui.T("audit.what.call_purpose")) || term.Label == upperFirst(ui.T("audit.what.assignment")) {
				changes = append(changes, term.Text)
			}
			if term.Label == "from.call_purpose" {
				t.Error("a key as a label")
			}
		}
		if len(changes) != 2 || changes[0] != want[1] || changes[1] != want[2] {
			t.Errorf("%s: %q", l, changes)
		}
	}
}

// X02: that a browser was new stands in the record in words, too.
func TestRecord_of_a_new_device_is_in_words(t *testing.T) {
	defer ui.SetLocale(i18n.EN)
	ui.SetLocale(i18n.FR)
	e := audit.Entry{Kind: audit.SignedIn, Detail: map[string]string{"browser": "Chrome, Linux", "new_device": "yes"}}
	for _, term := range entryTerms(&e) {
		if term.Label == "Nouvel appareil" && term.Text == "oui" {
			return
		}
	}
	t.Errorf("%+v", entryTerms(&e))
}
