package pages

import (
	"slices"
	"testing"

	"countersign/app/ui"
	"countersign/shared/audit"
	"countersign/shared/i18n"
)

// N04, X02: what became of a number stands in the record in words, with what stood there before: a call purpose as it was
// called then, in the reader's language.
func TestRecord_of_numbers_is_in_words(t *testing.T) {
	defer ui.SetLocale(i18n.EN)
	e := audit.Entry{Kind: audit.NumberChanged, Actor: audit.Actor{Kind: audit.ByContact, Name: "Marie Dubois"}, Detail: map[string]string{
		"number": "+33184882010", "what": "call_purpose, assignment", "from.call_purpose": "survey", "to.call_purpose": "customer_service",
		"from.call_purpose.en": "Survey", "from.call_purpose.fr": "Sondage", "to.call_purpose.en": "Customer service", "to.call_purpose.fr": "Service client",
		"from.assignment": "", "to.assignment": "France / Winter"}}
	for l, want := range map[i18n.Locale][3]string{
		i18n.EN: {"Marie Dubois changed +33184882010: call purpose and assignment", "Survey → Customer service", "nothing → France / Winter"},
		i18n.FR: {"Marie Dubois a modifié le +33184882010 : motif d’appel et affectation", "Sondage → Service client", "rien → France / Winter"},
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
			if _, key := e.Detail[term.Label]; key {
				t.Errorf("the key %s as a label", term.Label)
			}
		}
		if !slices.Equal(changes, want[1:]) {
			t.Errorf("%s: %q, want %q", l, changes, want[1:])
		}
	}
}

// N04: an entry that tells no label of its call purposes shows what it has.
func TestRecord_of_numbers_without_labels(t *testing.T) {
	e := audit.Entry{Kind: audit.NumberChanged, Detail: map[string]string{
		"number": "+33184882010", "what": "call_purpose", "from.call_purpose": "survey", "to.call_purpose": "customer_service"}}
	if got := termOf(&e, "Call purpose"); got != "survey → customer service" {
		t.Errorf("%q", got)
	}
}

// termOf is what an entry's details say under a label.
func termOf(e *audit.Entry, label string) string {
	for _, term := range entryTerms(e) {
		if term.Label == label {
			return term.Text
		}
	}
	return ""
}

// N10, X02: bulk work is told with how it ended, its file apart, and the command line as who asked for it.
func TestRecord_of_bulk_work_is_in_words(t *testing.T) {
	defer ui.SetLocale(i18n.EN)
	command := audit.Actor{Kind: audit.BySystem, Name: audit.CommandLine}
	began := audit.Entry{Kind: audit.NumbersJobStarted, Actor: command, Detail: map[string]string{"what": "add", "file": "2026-01-02T10:00:00Z"}}
	ended := func(by audit.Actor, state string) audit.Entry {
		return audit.Entry{Kind: audit.NumbersJobEnded, Actor: by, Detail: map[string]string{"name": by.Name, "what": "delete_program", "state": state,
			"applied": "100000", "rejected": "1", "file": "numbers.csv"}}
	}
	marie := audit.Actor{Kind: audit.ByContact, Name: "Marie Dubois"}
	for l, want := range map[i18n.Locale][]string{
		i18n.EN: {
			"The command line began to change numbers in bulk: adding",
			"Bulk work on numbers by the command line was finished: taking out of the program (100,000 applied, 1 rejected)",
			"Bulk work on numbers by Marie Dubois was cancelled: taking out of the program (100,000 applied, 1 rejected)",
			"Bulk work on numbers by Marie Dubois failed: taking out of the program (100,000 applied, 1 rejected)",
		},
		i18n.FR: {
			"La ligne de commande a lancé un traitement par lot de numéros : ajout",
			"Le traitement par lot de la ligne de commande est terminé : retrait du programme (appliqués : 100 000, rejetés : 1)",
			"Le traitement par lot de Marie Dubois a été annulé : retrait du programme (appliqués : 100 000, rejetés : 1)",
			"Le traitement par lot de Marie Dubois a échoué : retrait du programme (appliqués : 100 000, rejetés : 1)",
		},
	} {
		ui.SetLocale(l)
		for i, e := range []audit.Entry{began, ended(command, "done"), ended(marie, "cancelled"), ended(marie, "failed")} {
			if got := text(sentence(e)); got != want[i] {
				t.Errorf("%s: %q, want %q", l, got, want[i])
			}
			if got := termOf(&e, map[i18n.Locale]string{i18n.EN: "File", i18n.FR: "Fichier"}[l]); got != e.Detail["file"] {
				t.Errorf("%s: the file is %q, want %q", l, got, e.Detail["file"])
			}
			for _, term := range entryTerms(&e) {
				if _, key := e.Detail[term.Label]; key || term.Text == audit.CommandLine {
					t.Errorf("%s: %s: %s", l, term.Label, term.Text)
				}
			}
		}
	}
}

// X02: how an edit that had not been applied was settled stands in the record in words.
func TestRecord_of_a_settled_edit_is_in_words(t *testing.T) {
	defer ui.SetLocale(i18n.EN)
	ui.SetLocale(i18n.FR)
	for how, want := range map[string]string{"discard": "abandonnée", "use_mine": "la mienne a été retenue", "edited": "corrigée et renvoyée"} {
		e := audit.Entry{Kind: audit.AttentionResolved, Detail: map[string]string{"how": how, "whose": "Paul Noir"}}
		if got := termOf(&e, "Décision"); got != want {
			t.Errorf("%s: %q, want %q", how, got, want)
		}
		if got := termOf(&e, "Modification de"); got != "Paul Noir" {
			t.Errorf("%s: the edit of %q", how, got)
		}
	}
	e := audit.Entry{Kind: audit.PasswordChanged, Detail: map[string]string{"how": "reset"}}
	if got := termOf(&e, "Décision"); got != "" {
		t.Errorf("that a password was %s is told as a decision", got)
	}
}

// X02: that a browser was new stands in the record in words, too.
func TestRecord_of_a_new_device_is_in_words(t *testing.T) {
	defer ui.SetLocale(i18n.EN)
	ui.SetLocale(i18n.FR)
	e := audit.Entry{Kind: audit.SignedIn, Detail: map[string]string{"browser": "Chrome, Linux", "new_device": "yes"}}
	if got := termOf(&e, "Nouvel appareil"); got != "oui" {
		t.Errorf("%q", got)
	}
}
