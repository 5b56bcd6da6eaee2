//go:build !js

package e2e

import (
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/app/uitest"
	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/i18n"
	"countersign/shared/id"
	"countersign/shared/number"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// filter chooses in one of the menus above the list.
func filter(tab *uitest.Tab, which, choice string) {
	tab.Click("#numbers-by-" + which + "-button")
	item := `[...document.querySelectorAll("[role=menuitemradio]")].find(el => el.checkVisibility() && el.innerText.trim().startsWith(` + js(choice) + `))`
	tab.Wait(item)
	tab.Run(item + `.click()`)
	tab.Settle()
}

// keepsNothing fails the test when numbers are in what the browser keeps of the tab's origin.
func keepsNothing(t *testing.T, tab *uitest.Tab, text ...string) {
	t.Helper()
	kept := uitest.Eval[string](tab, `(async () => {
		let all = (await indexedDB.databases()).map(d => "database " + d.name).join("\n");
		for (const store of [localStorage, sessionStorage]) for (const key of Object.keys(store)) all += "\n" + key + " " + store.getItem(key);
		for (const name of await caches.keys()) {
			const cache = await caches.open(name);
			for (const request of await cache.keys()) {
				all += "\n" + request.url;
				const answer = await cache.match(request);
				if (/json|html/.test(answer.headers.get("content-type") ?? "")) all += " " + await answer.text();
			}
		}
		return all;
	})()`)
	for _, x := range append(text, "sync:", "/api/") {
		if strings.Contains(kept, x) {
			t.Errorf("the browser keeps %q: %s", x, kept)
		}
	}
}

// listPages is how many pages of the list the document has asked for.
func listPages(tab *uitest.Tab) int {
	return uitest.Eval[int](tab, `performance.getEntriesByType("resource").filter(e => /\/all-numbers/.test(e.name)).length`)
}

// pages of numbers that an agent's browser reads in several answers.
const inPages = 1200

// N01, N03, N05, X03, R07, R10: an agent inside an organization works with its numbers as its contacts do, who see it at
// once and read in the record who it was; the agent's browser keeps none of them; and when the access is revoked they are
// gone from the screen.
func TestNumbers_by_support(t *testing.T) {
	l := i18n.EN
	s := play(t).stocked(inPages)
	r := backendtest.Must(s.As(s.Sofia).RequestAccess(s.Acme, time.Hour, ""))
	backendtest.Must(s.As(s.Marie).Approve(r, time.Hour))
	owner, agent := s.open(s.Marie), s.open(s.Sofia)
	owner.Go("/o/" + string(s.Acme) + "/numbers")
	numbersReady(owner, "1,200 numbers")
	press(agent, "#hub-table", "Login to support: Acme Telecom")
	says(agent, "#support-banner", "Ends in ")
	press(agent, "nav", l.T("nav.numbers"))
	arrived(agent, "/support/"+string(s.Acme)+"/numbers")
	numbersReady(agent, "1,200 numbers")
	looks(agent, words{lang: "en"}, "numbers by support")
	agent.Wait(`!document.getElementById("numbers-export")`) // what no agent may do is not there

	// found in any format, filtered, and read to the end
	for _, text := range []string{"+33970001100", "09 70 00 11 00", "line 1100"} {
		fill(agent, "#numbers-search", text)
		numbersReady(agent, l.T("numbers.found", "n", 1))
		if got := shownRows(agent); !slices.Equal(got, []string{s.at(1100).International()}) {
			t.Errorf("%q finds %q", text, got)
		}
	}
	fill(agent, "#numbers-search", kb.Delete)
	numbersReady(agent, "1,200 numbers")
	agent.Run(`document.getElementById("numbers").focus()`)
	agent.Press(kb.End)
	says(agent, "#numbers", s.at(inPages-1).International())
	agent.Press(kb.Home)

	// one is renamed: whoever looks at it sees that, and the record says who it was
	renames(agent, l, s.at(3).International(), "Renamed by support")
	says(owner, "#numbers", "Renamed by support")
	n := s.kept()[s.at(3)]
	if c := s.card(n.ID); !strings.Contains(c.Changes[0].By, s.Sofia.Name) {
		t.Errorf("the number was changed by %q", c.Changes[0].By)
	}
	record := backendtest.Must(backendtest.Call(s.As(s.Marie), api.ListAudit, api.AuditIn{Org: api.Org{Org: s.Acme}}))
	if e := record.Entries[0]; !strings.HasPrefix(string(e.Kind), "number") || !strings.Contains(e.Actor.Name, s.Sofia.Name) {
		t.Errorf("the newest entry of the record is %+v", e)
	}

	// more than one edit may have
	agent.Run(`document.getElementById("numbers").focus()`)
	agent.Press("a", chromedp.KeyModifiers(2))
	says(agent, ".bulk", l.T("numbers.selected", "n", inPages))
	agent.Click("#numbers-edit")
	agent.Wait(`document.querySelector("#number-edit[open]")`)
	pick(agent, "number-purpose", "Charity")
	agent.Click("#number-save")
	agent.Wait(`!document.querySelector("#number-edit[open]")`)
	filter(agent, "purpose", "Charity")
	numbersReady(agent, "1,200 numbers")
	says(owner, "#numbers", "Charity")
	for e, row := range s.kept() {
		if row.CallPurpose != "charity" {
			t.Errorf("%s is for %s", e, row.CallPurpose)
		}
	}
	agent.Click("#numbers-clear")

	// taken out, and by somebody of the organization renamed meanwhile
	onRow(agent, s.at(4).International(), l.T("numbers.remove"))
	press(agent, "#number-remove", l.T("numbers.remove"))
	numbersReady(agent, "1,199 numbers")
	numbersReady(owner, "1,199 numbers")
	pages := listPages(agent)
	renames(owner, l, s.at(5).International(), "Renamed by Marie")
	says(agent, "#numbers", "Renamed by Marie")

	// a new unit, and a number in it
	in := api.CreateUnitIn{Org: api.Org{Org: s.Acme}}
	in.Body.Name = "Acme Antarctica"
	u := backendtest.Must(backendtest.Call(s.As(s.Marie), api.CreateUnit, in))
	s.number("+33184882010", "On the ice", number.Place{BusinessUnit: u.ID})
	fill(agent, "#numbers-search", "on the ice")
	numbersReady(agent, l.T("numbers.found", "n", 1))
	says(agent, "#numbers", "Acme Antarctica")
	if n := listPages(agent); n != pages || pages < 3 {
		t.Errorf("the list of %d numbers was read in %d pages, and again in %d for what others changed", inPages, pages, n-pages)
	}

	keepsNothing(t, agent, "Line 1", "97000")
	backendtest.Must(s.As(s.Marie).Revoke(r))
	says(agent, "main .banner", "revoked your access")
	agent.Wait(`!document.getElementById("numbers") && !document.body.innerText.includes("+33 9 70")`)
	keepsNothing(t, agent, "Line 1", "97000")
	agent.Do(chromedp.Navigate(s.URL + "/support/" + string(s.Acme) + "/numbers"))
	across(t, agent, `document.getElementById("page-title") && !document.body.innerText.includes("+33 9 70")`)
	owner.NoProblems()
}

// N01: an agent reads as many numbers as an organization may have, and sees what changes among them without reading them
// again.
func TestNumbers_by_support_a_hundred_thousand(t *testing.T) {
	s := play(t).stocked(100_000)
	r := backendtest.Must(s.As(s.Sofia).RequestAccess(s.Acme, time.Hour, ""))
	backendtest.Must(s.As(s.Marie).Approve(r, time.Hour))
	agent := s.open(s.Sofia)
	press(agent, "#hub-table", "Login to support: Acme Telecom")
	says(agent, "#support-banner", "Ends in ")
	press(agent, "nav", i18n.EN.T("nav.numbers"))
	long(agent, t, contains("main", "100,000 numbers"))
	pages := listPages(agent)
	name := "Renamed by Jonas"
	s.asJonas("number.set", s.kept()[s.at(3)].ID, &number.Fields{DisplayName: &name})
	says(agent, "#numbers", name)
	if n := listPages(agent); n != pages || pages < 100 {
		t.Errorf("read in %d pages, and again in %d for what changed", pages, n-pages)
	}
	agent.NoProblems()
}

// N13: an agent's edit that meets another one's is not applied over it, and what came of it is said.
func TestNumbers_by_support_meet_others(t *testing.T) {
	l := i18n.EN
	s := play(t)
	n := s.number("+33184882010", "Reception", number.Place{})
	s.number("+33184882011", "", number.Place{})
	r := backendtest.Must(s.As(s.Sofia).RequestAccess(s.Acme, time.Hour, ""))
	backendtest.Must(s.As(s.Marie).Approve(r, time.Hour))
	agent := s.open(s.Sofia)
	press(agent, "#hub-table", "Login to support: Acme Telecom")
	says(agent, "#support-banner", "Ends in ")
	press(agent, "nav", l.T("nav.numbers"))
	numbersReady(agent, "2 numbers")

	// while the form is open, somebody else renames it: the form says so
	onRow(agent, "+33 1 84 88 20 10", l.T("numbers.edit"))
	agent.Wait(`document.querySelector("#number-edit[open]")`)
	replace(agent, "number-name", "Mine")
	theirs := "Theirs"
	s.asJonas("number.set", n, &number.Fields{DisplayName: &theirs})
	says(agent, "#number-edit", l.T("numbers.edit.theirs", "value", theirs))
	looks(agent, words{lang: "en"}, "support edit meets another")
	agent.Click("#number-save")
	says(agent, "#number-edit", l.T("number.reason.conflict"))
	says(agent, "#number-edit", l.T("numbers.edit.theirs", "value", theirs))
	if c := s.card(n); c.DisplayName != theirs {
		t.Errorf("it is called %q", c.DisplayName)
	}
	agent.Click("#number-save") // they have read it, and mean it
	agent.Wait(`!document.querySelector("#number-edit[open]")`)
	says(agent, "#numbers", "Mine")
	if c := s.card(n); c.DisplayName != "Mine" {
		t.Errorf("it is called %q", c.DisplayName)
	}
	agent.NoProblems()
}

// N13: the owner who looks with a contact's eyes sees the numbers, and can change nothing.
func TestNumbers_with_the_eyes_of_a_contact(t *testing.T) {
	l := i18n.EN
	s := play(t)
	s.number("+33184882010", "Reception", number.Place{})
	tab := s.open(s.Marie)
	tab.Go("/view-as/" + string(s.Acme) + "/" + string(s.Paul.Contact) + "/numbers")
	numbersReady(tab, "1 number")
	says(tab, "main", "You see the portal as Paul Noir would.")
	looks(tab, words{lang: "en"}, "numbers with other eyes")
	tab.Wait(`!document.getElementById("numbers-export")`)
	tab.Run(`document.querySelector("#numbers .act button").click()`)
	offered(tab, l.T("numbers.view"))
	tab.Press(kb.Escape)
	tab.Click("#numbers-manage-button")
	offered(tab, l.T("numlist.jobs.title"), l.T("numbers.manage.removed"))
	tab.Press(kb.Escape)
	name := "Front desk"
	s.asJonas("number.set", s.only(), &number.Fields{DisplayName: &name})
	says(tab, "#numbers", name)
	tab.NoProblems()
}

// offered waits until the open menu has exactly these choices.
func offered(tab *uitest.Tab, choices ...string) {
	tab.Wait(`[...document.querySelectorAll("[role=menuitem]")].filter(el => el.checkVisibility()).map(el => el.innerText.trim()).join("|") === ` + js(strings.Join(choices, "|")))
}

// only is the one number of Acme.
func (s *stage) only() id.Number {
	s.t.Helper()
	for _, r := range s.kept() {
		return r.ID
	}
	s.t.Fatal("there is no number")
	return ""
}
