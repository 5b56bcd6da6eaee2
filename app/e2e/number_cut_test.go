//go:build !js

package e2e

import (
	"sync"
	"testing"
	"time"

	"countersign/app/uitest"
	"countersign/shared/api"
	"countersign/shared/i18n"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"

	"github.com/chromedp/chromedp/kb"
)

// cut cuts the way to the portal and waits until the tab knows.
func (s *stage) cut(tab *uitest.Tab) {
	s.t.Helper()
	s.wire.Cut()
	tab.Wait(`!document.querySelector(".pill.ok")`)
	tab.Settle()
}

func (s *stage) mend(tab *uitest.Tab) {
	s.t.Helper()
	s.wire.Mend()
	tab.Run(`window.dispatchEvent(new Event("online"))`)
	across(s.t, tab, `document.querySelector(".pill.ok")`)
}

// N02, N04, N13: what is around the numbers is read without a network as far as this device knows it, also after a reload;
// what needs the portal says so where it stands, and goes once the network is back.
func TestNumbers_surroundings_without_a_network(t *testing.T) {
	inLanguages(t, func(t *testing.T, l i18n.Locale) {
		s, w := playWired(t), words{lang: string(l)}
		s.places()
		unit, program := s.units()[0], s.programs()[0]
		n := s.number("+33184882010", "Reception", number.Place{BusinessUnit: unit.ID, Program: program.ID})
		s.removal(s.number("+33184882011", "Old line", number.Place{}))
		tab := s.openIn(s.Marie, w.lang)
		numbers := "/o/" + string(s.Acme) + "/numbers"
		tab.Go(numbers)
		numbersReady(tab, l.T("numbers.found", "n", 1))
		pillSays(tab, l.T("sync.pill_saved"))
		tab.Wait(`navigator.serviceWorker.controller`)
		dismiss(tab)
		s.cut(tab)

		// units and programs, loaded anew: listed with their counts, nothing can be made, and it says why
		for _, c := range []struct{ page, table, row, says, create string }{
			{"/business-units", "place-tree", "Winter 2026", l.T("place.numbers_n", "n", 1), "unit-create"},
			{"/programs", "program-list", "Winter 2026", l.T("place.numbers_n", "n", 1), "program-create"},
		} {
			tab.Go(numbers + c.page)
			rowSays(tab, c.table, c.row, c.says)
			tab.Wait(`document.getElementById(` + js(c.create) + `).getAttribute("aria-disabled") === "true"`)
			tab.Click("#" + c.create)
			says(tab, "body", l.T("remote.offline"))
			looks(tab, w, "cut"+c.page[1:])
			tab.Press(kb.Escape)
		}

		// View Assignments knows its six facts; the history is the portal's
		tab.Go(numbers)
		numbersReady(tab, l.T("numbers.found", "n", 1))
		onRow(tab, "+33 1 84 88 20 10", l.T("numbers.view"))
		tab.Wait(`document.querySelectorAll("#number-assignments[open] dt").length === 6`)
		says(tab, "#number-assignments", "Winter 2026")
		says(tab, "#number-assignments", "Acme Telecom")
		press(tab, "#number-assignments", l.T("place.history"))
		says(tab, "#number-assignments", l.T("shell.offline_text"))
		looks(tab, w, "cut assignments")
		press(tab, "#number-assignments .dialog-foot", l.T("ui.close"))

		// removed numbers, bulk work and files need the portal; lists do not
		for _, page := range []string{"/removed", "/jobs"} {
			tab.Go(numbers + page)
			says(tab, "main", l.T("shell.offline_text"))
			looks(tab, w, "cut"+page[1:])
		}
		tab.Go(numbers + "/add?tab=upload")
		says(tab, "main", l.T("numlist.file_offline"))
		tab.Wait(`document.getElementById("file-choose").getAttribute("aria-disabled") === "true" && document.getElementById("file-template").getAttribute("aria-disabled") !== "true"`)
		looks(tab, w, "cut upload")
		tab.Go(numbers + "/add")
		tab.Wait(`document.querySelectorAll("#list-purpose option").length > 5`)
		fill(tab, "#list-number", line(50))
		tab.Press(kb.Enter)
		tab.Run(`const s = document.getElementById("list-purpose"); s.selectedIndex = 1; s.dispatchEvent(new Event("change", {bubbles: true}))`)
		pick(tab, "list-unit", "Acme Suisse")
		tab.Click("#list-send")
		says(tab, "#list-result", l.T("numlist.saved_here"))
		press(tab, "#list-result", l.T("numlist.ok"))
		tab.Go(numbers)
		numbersReady(tab, l.T("numbers.found", "n", 2))
		tab.Wait(`document.getElementById("numbers-export").getAttribute("aria-disabled") === "true"`)

		// the network is back: what waited goes out, and what needed it loads by itself
		tab.Go(numbers + "/removed")
		says(tab, "main", l.T("shell.offline_text"))
		s.mend(tab)
		rowSays(tab, "removed-list", "+33 1 84 88 20 11", l.T("place.days_left", "n", number.RestorableDays))
		tab.Go(numbers + "/business-units")
		rowSays(tab, "place-tree", "Acme Suisse", l.T("place.numbers_n", "n", 1))
		tab.Wait(`!document.getElementById("unit-create").hasAttribute("aria-disabled")`)
		pillSays(tab, l.T("sync.pill_saved"))
		if got := s.kept(); len(got) != 2 || got["+33184880050"].UnitName != "Acme Suisse" || s.card(n).ProgramName != "Winter 2026" {
			t.Errorf("the portal has %+v", got)
		}
	})
}

// X03: an agent's list comes to its end while others work without a pause, and follows them.
func TestNumbers_by_support_while_others_work(t *testing.T) {
	l := i18n.EN
	s := play(t).stocked(3000)
	agent := s.inside()
	n := s.kept()[s.at(0)].ID
	over, done := make(chan struct{}), make(chan struct{})
	rest := sync.OnceFunc(func() { close(over); <-done })
	t.Cleanup(rest)
	go func() {
		defer close(done)
		for i := 0; ; i++ {
			select {
			case <-over:
				return
			case <-time.After(200 * time.Millisecond): // nobody may call without end
			}
			name := l.T("numbers.found", "n", i)
			was := s.card(n).DisplayName
			s.edits(renaming(n, was, name))
		}
	}()
	agent.Run(`const send = window.fetch; // every page after the first waits, so that the way to the end is seen
		window.held = [];
		window.fetch = (url, how) => /[?&]after=/.test(String(url.url ?? url)) && window.held ? new Promise(go => window.held.push(() => go(send(url, how)))) : send(url, how)`)
	press(agent, "nav", l.T("nav.numbers"))
	says(agent, "main", l.T("numbers.reading", "n", 500, "total", 3000))
	looks(agent, words{lang: "en"}, "numbers being read")
	agent.Run(`const held = window.held; window.held = null; held.forEach(go => go())`)
	numbersReady(agent, "3,000 numbers")
	rest()
	s.edits(renaming(n, s.card(n).DisplayName, "The last name"))
	says(agent, "#numbers", "The last name")
	agent.NoProblems()
}

// N13, R09: an agent whose network is cut reads what there is to be read, is told that nothing can be changed, and goes on
// when it is back. Nothing of it is promised to open without a network.
func TestNumbers_by_support_without_a_network(t *testing.T) {
	l := i18n.EN
	s := playWired(t)
	n := s.number("+33184882010", "Reception", number.Place{})
	agent := s.inside()
	s.cut(agent)
	press(agent, "nav", l.T("nav.numbers"))
	says(agent, "main", l.T("shell.offline_text"))
	looks(agent, words{lang: "en"}, "support cut")
	s.mend(agent)
	numbersReady(agent, "1 number")
	press(agent, "nav", l.T("sync.title"))
	says(agent, "main", l.T("sync.none_here"))
	press(agent, "nav", l.T("nav.numbers"))
	numbersReady(agent, "1 number")

	s.cut(agent)
	onRow(agent, "+33 1 84 88 20 10", l.T("numbers.edit"))
	replace(agent, "number-name", "Typed in a tunnel")
	agent.Click("#number-save")
	says(agent, "#number-edit", l.T("numbers.not_saved.no_answer"))
	looks(agent, words{lang: "en"}, "support edit cut")
	s.mend(agent)
	agent.Click("#number-save")
	agent.Wait(`!document.querySelector("#number-edit[open]")`)
	says(agent, "#numbers", "Typed in a tunnel")
	if c := s.card(n); c.DisplayName != "Typed in a tunnel" {
		t.Errorf("it is called %q", c.DisplayName)
	}
	keepsNothing(t, agent, "8488")
}

// renaming is the edit that gives a number another name.
func renaming(n id.Number, was, name string) api.NumberEdit {
	return api.NumberEdit{Op: replica.Set, Rows: []replica.Edit{{ID: n, Was: &number.Fields{DisplayName: &was}, Set: &number.Fields{DisplayName: &name}}}}
}
