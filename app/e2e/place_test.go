//go:build !js

package e2e

import (
	"crypto/rand"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"countersign/app/uitest"
	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/i18n"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"

	"github.com/chromedp/chromedp/kb"
)

// edits does one edit of Acme's numbers by the API, as Marie.
func (s *stage) edits(e api.NumberEdit) api.Edited {
	s.t.Helper()
	var b [16]byte
	rand.Read(b[:])
	e.Uid = replica.Uid(hex.EncodeToString(b[:]))
	in := api.EditNumbersIn{Org: api.Org{Org: s.Acme}}
	in.Body.Mutations = []api.NumberEdit{e}
	return backendtest.Must(backendtest.Call(s.As(s.Marie), api.EditNumbers, in))
}

// number makes a number of Acme.
func (s *stage) number(e number.E164, name string, at number.Place) id.Number {
	s.t.Helper()
	n, purpose := id.New[id.Number](time.Now(), rand.Reader), "survey"
	if out := s.edits(api.NumberEdit{Op: replica.Create, Rows: []replica.Edit{{ID: n, Set: &number.Fields{E164: e, CallPurpose: &purpose, DisplayName: &name, Place: &at}}}}); out.Outcomes[0].St != replica.Applied {
		s.t.Fatalf("%s: %+v", e, out)
	}
	return n
}

// move puts a number elsewhere.
func (s *stage) move(n id.Number, to number.Place) {
	s.t.Helper()
	was := backendtest.Must(backendtest.Call(s.As(s.Marie), api.GetNumber, api.NumberIn{Org: api.Org{Org: s.Acme}, Number: n})).Place
	if out := s.edits(api.NumberEdit{Op: replica.Set, Rows: []replica.Edit{{ID: n, Was: &number.Fields{Place: &was}, Set: &number.Fields{Place: &to}}}}); out.Outcomes[0].St != replica.Applied {
		s.t.Fatalf("%+v", out)
	}
}

// removal removes a number from the business.
func (s *stage) removal(n id.Number) {
	s.t.Helper()
	card := backendtest.Must(backendtest.Call(s.As(s.Marie), api.GetNumber, api.NumberIn{Org: api.Org{Org: s.Acme}, Number: n}))
	epoch := s.edits(api.NumberEdit{Op: replica.Restore, Rows: []replica.Edit{{ID: n}}}).Epoch
	if out := s.edits(api.NumberEdit{Op: replica.Remove, WasEpoch: epoch, Rows: []replica.Edit{{ID: n, WasVer: card.Ver}}}); out.Outcomes[0].St != replica.Applied {
		s.t.Fatalf("%+v", out)
	}
}

func (s *stage) units() []api.Unit {
	s.t.Helper()
	return backendtest.Must(backendtest.Call(s.As(s.Marie), api.ListUnits, api.Org{Org: s.Acme})).Units
}

func (s *stage) programs() []api.Program {
	s.t.Helper()
	return backendtest.Must(backendtest.Call(s.As(s.Marie), api.ListPrograms, api.ProgramsIn{Org: api.Org{Org: s.Acme}})).Programs
}

// row is the line of a table with this text in it, as JavaScript.
func row(table, text string) string {
	return `[...document.querySelectorAll(` + js("#"+table+" tbody tr") + `)].find(r => r.innerText.includes(` + js(text) + `))`
}

// rowSays waits until the line with one text has the other.
func rowSays(tab *uitest.Tab, table, line, text string) {
	tab.Wait(row(table, line) + `.innerText.replace(/\s+/g, " ").includes(` + js(strings.Join(strings.Fields(text), " ")) + `)`)
}

// rowMenu opens the menu of a line and chooses.
func rowMenu(tab *uitest.Tab, of, choice string) {
	tab.Click("#acts-" + of + "-button")
	pressItem(tab, choice)
}

// N02: a unit and a program are made on their pages, a number that somebody assigns to them is counted at once, a rename
// that meets another one asks, what is in use is not deleted and says why, and what is empty is.
func TestPlaces_are_made_counted_renamed_and_deleted(t *testing.T) {
	inLanguages(t, func(t *testing.T, l i18n.Locale) {
		s, w := play(t), words{lang: string(l)}
		tab := s.openIn(s.Marie, w.lang)
		press(tab, "nav", l.T("place.units"))
		arrived(tab, "/o/"+string(s.Acme)+"/numbers/business-units")
		says(tab, "main", l.T("place.no_units"))
		looks(tab, w, "no units")

		// By the keyboard: the first act, the name, Enter.
		tab.Click("#unit-first")
		tab.Wait(`document.activeElement.id === "unit-name"`)
		tab.Press(kb.Enter)
		says(tab, "#unit-edit", l.T("shell.needed"))
		tab.Wait(`document.activeElement.id === "unit-name"`)
		tab.Press("Acme France" + kb.Enter)
		tab.Wait(`!document.querySelector("#unit-edit[open]")`)
		rowSays(tab, "place-tree", "Acme France", l.T("place.numbers_n", "n", 0))
		unit := s.units()[0]
		if unit.Name != "Acme France" {
			t.Fatalf("made is %+v", unit)
		}

		rowMenu(tab, string(unit.ID), l.T("place.new_program"))
		tab.Wait(`document.querySelector("#program-edit[open]") && document.getElementById("program-unit").selectedOptions[0].text === "Acme France"`)
		fill(tab, "#program-name", "Winter 2026")
		if offered := tab.Text("#program-purpose"); strings.Contains(offered, "Originate") || strings.Contains(offered, "sortant") {
			t.Errorf("offered are %q", offered)
		}
		pick(tab, "program-purpose", map[i18n.Locale]string{i18n.EN: "Survey", i18n.FR: "Sondage"}[l])
		tab.Run(`for (const [id, day] of [["program-starts", "2026-11-01"], ["program-ends", "2026-10-31"]]) {
			const el = document.getElementById(id); el.value = day; el.dispatchEvent(new Event("input", {bubbles: true})) }`)
		press(tab, "#program-edit", l.T("place.create"))
		says(tab, "#program-edit", l.T("place.ends_before"))
		tab.Wait(`document.activeElement.id === "program-ends"`)
		looks(tab, w, "program refused")
		tab.Run(`const el = document.getElementById("program-ends"); el.value = "2041-01-31"; el.dispatchEvent(new Event("input", {bubbles: true}))`)
		press(tab, "#program-edit", l.T("place.create"))
		tab.Wait(`!document.querySelector("#program-edit[open]")`)
		rowSays(tab, "place-tree", "Acme France", l.T("place.programs_n", "n", 1))
		program := s.programs()[0]

		// Somebody assigns numbers: the counts follow within a second or so, and lead to them.
		n := s.number("+33184882010", "Reception", number.Place{BusinessUnit: unit.ID, Program: program.ID})
		s.number("+33184882011", "", number.Place{})
		rowSays(tab, "place-tree", "Winter 2026", l.T("place.numbers_n", "n", 1))
		rowSays(tab, "place-tree", l.T("place.nowhere"), l.T("place.numbers_n", "n", 1))
		rowSays(tab, "place-tree", "Acme Telecom", l.T("place.numbers_n", "n", 2))
		tab.Wait(`document.querySelector("#place-tree a[href$='numbers?program=` + string(program.ID) + `']")`)
		dismiss(tab)
		looks(tab, w, "units")

		// Folded and opened again; the keyboard stays on the button.
		tab.Run(`document.getElementById("fold-` + string(unit.ID) + `").focus()`)
		tab.Press(kb.Enter)
		tab.Wait(`!(` + row("place-tree", "Winter 2026") + `)`)
		tab.Press(kb.Enter)
		tab.Wait(row("place-tree", "Winter 2026"))
		if got := tab.Focused(); got != "fold-"+string(unit.ID) {
			t.Errorf("the focus is on %q", got)
		}

		// Two rename it.
		rowMenu(tab, string(unit.ID), l.T("place.rename"))
		fill(tab, "#unit-name", "Acme FR")
		rename := api.RenameUnitIn{UnitIn: api.UnitIn{Org: api.Org{Org: s.Acme}, Unit: unit.ID}}
		rename.Body.Name, rename.Body.Ver = "Acme Francia", s.units()[0].Ver
		backendtest.Must(backendtest.Call(s.As(s.Jonas), api.RenameUnit, rename))
		says(tab, "#unit-edit", "Acme Francia")
		says(tab, "#unit-edit", l.T("place.meanwhile"))
		if got := uitest.Eval[string](tab, `document.getElementById("unit-name").value`); got != "Acme FR" {
			t.Errorf("what was typed became %q", got)
		}
		looks(tab, w, "renamed meanwhile")
		press(tab, "#unit-edit", l.T("profile.keep_mine"))
		tab.Wait(`document.activeElement.id === "unit-send"`)
		press(tab, "#unit-edit", l.T("numbers.save"))
		rowSays(tab, "place-tree", "Acme FR", l.T("place.programs_n", "n", 1))
		if got := s.units()[0].Name; got != "Acme FR" {
			t.Errorf("stored is %q", got)
		}

		// In use: the reason and what to do; empty: asked and done.
		tab.Click("#acts-" + string(unit.ID) + "-button")
		says(tab, "#acts-"+string(unit.ID), l.T("place.unit_in_use", "programs", l.T("place.programs_n", "n", 1), "numbers", l.T("place.numbers_n", "n", 1)))
		tab.Press(kb.Escape)
		press(tab, "nav", l.T("place.programs"))
		arrived(tab, "/o/"+string(s.Acme)+"/numbers/programs")
		rowSays(tab, "program-list", "Winter 2026", "Acme FR")
		dismiss(tab)
		looks(tab, w, "programs")
		s.move(n, number.Place{})
		rowSays(tab, "program-list", "Winter 2026", l.T("place.numbers_n", "n", 0))
		rowMenu(tab, string(program.ID), l.T("place.delete"))
		says(tab, "#place-delete", l.T("place.delete_title", "name", "Winter 2026"))
		tab.Wait(`document.activeElement.id === "place-delete-cancel"`)
		looks(tab, w, "delete program")
		press(tab, "#place-delete", l.T("place.delete"))
		says(tab, "main", l.T("place.no_programs"))
		press(tab, "nav", l.T("place.units"))
		rowSays(tab, "place-tree", "Acme FR", l.T("place.programs_n", "n", 0))
		rowMenu(tab, string(unit.ID), l.T("place.delete"))
		press(tab, "#place-delete", l.T("place.delete"))
		says(tab, "main", l.T("place.no_units"))
		if got := s.units(); len(got) != 0 {
			t.Errorf("left are %+v", got)
		}
		tab.NoProblems()
	})
}

// N02: what is removed appears among the removed numbers at once, comes back to where it stood, and says why when it can't.
func TestRemovedNumbers_are_restored(t *testing.T) {
	inLanguages(t, func(t *testing.T, l i18n.Locale) {
		s, w := play(t), words{lang: string(l)}
		in := api.CreateUnitIn{Org: api.Org{Org: s.Acme}}
		in.Body.Name = "Acme France"
		unit := backendtest.Must(backendtest.Call(s.As(s.Marie), api.CreateUnit, in))
		n := s.number("+33184882010", "Reception", number.Place{BusinessUnit: unit.ID})
		again := s.number("+33184882011", "", number.Place{})

		tab := s.openIn(s.Marie, w.lang)
		press(tab, "nav", l.T("place.removed"))
		arrived(tab, "/o/"+string(s.Acme)+"/numbers/removed")
		says(tab, "main", l.T("place.no_removed"))
		looks(tab, w, "nothing removed")
		s.removal(n)
		s.removal(again)
		rowSays(tab, "removed-list", "+33 1 84 88 20 10", l.T("place.days_left", "n", number.RestorableDays))
		rowSays(tab, "removed-list", "+33 1 84 88 20 10", "Acme France")
		s.number("+33184882011", "", number.Place{})
		tab.Click("#restore-" + string(again))
		rowSays(tab, "removed-list", "+33 1 84 88 20 11", l.T("place.restore_here"))
		looks(tab, w, "removed")

		// N04: the six facts, and what was before; Close gives the keyboard back.
		tab.Click("#facts-" + string(n))
		tab.Wait(`document.querySelectorAll("#number-assignments[open] dt").length === 6`)
		says(tab, "#number-assignments", "Acme France")
		press(tab, "#number-assignments", l.T("place.history"))
		says(tab, "#number-assignments .feed", s.Marie.Name)
		looks(tab, w, "assignments")
		press(tab, "#number-assignments .dialog-foot", l.T("ui.close"))
		tab.Wait(`document.activeElement.id === "facts-` + string(n) + `"`)
		tab.Click("#restore-" + string(n))
		tab.Wait(`!(` + row("removed-list", "+33 1 84 88 20 10") + `)`)
		card := backendtest.Must(backendtest.Call(s.As(s.Marie), api.GetNumber, api.NumberIn{Org: api.Org{Org: s.Acme}, Number: n}))
		if card.Status != number.Active || card.BusinessUnit != unit.ID {
			t.Errorf("restored is %+v", card.NumberRow)
		}
		tab.NoProblems()
	})
}

// N02: support inside an organization divides it as its contacts do, who see it at once; without a connection nothing is
// offered that needs the server, and it says so.
func TestPlaces_by_support_and_without_a_connection(t *testing.T) {
	s := play(t)
	r := backendtest.Must(s.As(s.Sofia).RequestAccess(s.Acme, time.Hour, ""))
	backendtest.Must(s.As(s.Marie).Approve(r, time.Hour))
	owner, agent := s.open(s.Marie), s.open(s.Sofia)
	visit(owner, "/o/"+string(s.Acme)+"/numbers/business-units")
	press(agent, "#hub-table", "Login to support: Acme Telecom")
	says(agent, "#support-banner", "Ends in ")
	press(agent, "nav", "Business units")
	arrived(agent, "/support/"+string(s.Acme)+"/numbers/business-units")
	agent.Click("#unit-first")
	fill(agent, "#unit-name", "Acme Suisse")
	press(agent, "#unit-edit", "Create")
	rowSays(owner, "place-tree", "Acme Suisse", "0 programs")
	rowSays(agent, "place-tree", "Acme Suisse", "0 programs")
	looks(agent, words{lang: "en"}, "units in a support session")

	// The copy in the browser answers without a connection, on a page that was not open before, too.
	offline(owner, true)
	owner.Wait(`document.getElementById("unit-create").getAttribute("aria-disabled") === "true"`)
	says(owner, "#place-tree", "Acme Suisse")
	press(owner, "nav", "Programs")
	says(owner, "main", "There are no programs yet")
	press(owner, "nav", "Business units")
	rowSays(owner, "place-tree", "Acme Suisse", "0 phone numbers")
	owner.NoViolations("units without a connection")
	offline(owner, false)
	owner.Wait(`!document.getElementById("unit-create").hasAttribute("aria-disabled")`)
	agent.NoProblems()
}
