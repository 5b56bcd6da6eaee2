//go:build !js

package e2e

import (
	"crypto/rand"
	"os"
	"path/filepath"
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
)

// asJonas does one edit of Acme's numbers by the API, as somebody else than the person at the browser.
func (s *stage) asJonas(op replica.Op, n id.Number, set *number.Fields) {
	s.t.Helper()
	in := api.EditNumbersIn{Org: api.Org{Org: s.Acme}}
	jonas := s.As(s.Jonas)
	list := backendtest.Must(backendtest.Call(jonas, api.ListNumbers, api.NumbersIn{Org: in.Org}))
	card := backendtest.Must(backendtest.Call(jonas, api.GetNumber, api.NumberIn{Org: in.Org, Number: n}))
	row := replica.Edit{ID: n, Was: set.Of(&card.Number)}
	if op == replica.Remove {
		row.WasVer = card.Ver
	}
	uid := replica.Uid(strings.ReplaceAll(string(id.New[id.Number](time.Now(), rand.Reader)), "-", ""))
	in.Body.Mutations = []api.NumberEdit{{Uid: uid, Op: op, WasEpoch: list.Epoch, Set: set, Rows: []replica.Edit{row}}}
	if o := backendtest.Must(backendtest.Call(jonas, api.EditNumbers, in)).Outcomes[0]; o.St == replica.Rejected {
		s.t.Fatalf("%+v", o)
	}
}

func (s *stage) card(n id.Number) api.NumberCard {
	s.t.Helper()
	return backendtest.Must(backendtest.Call(s.As(s.Marie), api.GetNumber, api.NumberIn{Org: api.Org{Org: s.Acme}, Number: n}))
}

// onRow opens the menu of a number on the dashboard and chooses.
func onRow(tab *uitest.Tab, number, choice string) {
	row := `[...document.querySelectorAll("#numbers [role=row]")].find(r => r.innerText.includes(` + js(number) + `))`
	tab.Wait(row)
	tab.Run(row + `.querySelector(".act button").click()`)
	item := `[...document.querySelectorAll("[role=menuitem]")].find(el => el.checkVisibility() && el.innerText.trim().startsWith(` + js(choice) + `))`
	tab.Wait(item)
	tab.Run(item + `.click()`)
	tab.Settle()
}

// renames changes the display name of a number on the dashboard.
func renames(tab *uitest.Tab, l i18n.Locale, number, name string) {
	onRow(tab, number, l.T("numbers.edit"))
	tab.Wait(`document.querySelector("#number-edit[open]")`)
	replace(tab, "number-name", name)
	tab.Click("#number-save")
	tab.Wait(`!document.querySelector("#number-edit[open]")`)
	tab.Wait(`[...document.querySelectorAll("#numbers [role=row]")].some(r => r.innerText.includes(` + js(name) + `))`)
}

func pillSays(tab *uitest.Tab, text string) {
	tab.Wait(`document.querySelector(".pill")?.innerText.replace(/\s+/g, " ").includes(` + js(strings.Join(strings.Fields(text), " ")) + `)`)
}

// caseActs presses a button of what needs attention about a number.
func caseActs(tab *uitest.Tab, l i18n.Locale, number, act string) {
	item := `[...document.querySelectorAll(".sync-cases > li")].find(el => el.innerText.includes(` + js(number) + `))`
	button := `[...(` + item + `)?.querySelectorAll("button") ?? []].find(b => b.innerText.trim() === ` + js(l.T("sync.act."+act)) + `)`
	tab.Wait(button)
	tab.Run(button + `.click()`)
	tab.Settle()
}

// N13: edits made without a network meet those of somebody else. Each is decided on the page Changes, and what was decided
// stands at the server.
func TestChanges_of_two_people_are_decided(t *testing.T) {
	inLanguages(t, func(t *testing.T, l i18n.Locale) {
		s, w := playWired(t), words{lang: string(l)}
		numbers := []number.E164{"+33184882010", "+33184882011", "+33184882012", "+33184882013", "+33184882014"}
		var ids []id.Number
		for i, e := range numbers {
			ids = append(ids, s.number(e, "Line "+string(rune('A'+i)), number.Place{}))
		}
		tab := s.openIn(s.Marie, w.lang)
		changes := "/o/" + string(s.Acme) + "/numbers/changes"
		visit(tab, "/o/"+string(s.Acme)+"/numbers")
		pillSays(tab, l.T("sync.pill_saved"))
		s.wire.Cut()
		for i, e := range numbers[:4] {
			renames(tab, l, e.International(), "Mine "+string(rune('A'+i)))
		}
		onRow(tab, numbers[4].International(), l.T("numbers.remove"))
		press(tab, "#number-remove", l.T("numbers.remove"))
		pillSays(tab, l.T("sync.pill_offline", "n", 5))
		says(tab, "main", l.T("sync.offline_edit"))
		tab.Click("a.pill")
		arrived(tab, changes)
		says(tab, "#waiting", l.T("sync.did_one.set", "number", numbers[0].International()))
		says(tab, "#waiting", l.T("sync.state_here"))
		looks(tab, w, "changes offline")

		for i, n := range ids {
			theirs := "Theirs " + string(rune('A'+i))
			s.asJonas(replica.Set, n, &number.Fields{DisplayName: &theirs})
		}
		s.asJonas(replica.Remove, ids[3], nil)
		s.wire.Mend()
		tab.Run(`window.dispatchEvent(new Event("online"))`)
		says(tab, "#attention", l.T("sync.attention_count", "n", 5))
		pillSays(tab, l.T("sync.pill_attention", "n", 5))
		tab.ForgetProblems() // of the time without a network
		says(tab, "#attention", "Theirs A")
		says(tab, "#attention", l.T("sync.why.gone_number"))
		looks(tab, w, "changes attention")
		visit2(tab, "/o/"+string(s.Acme)+"/home")
		says(tab, "#attention", l.T("sync.needs_attention", "n", 5))
		looks(tab, w, "home attention")
		tab.Click("#numbers-review")
		arrived(tab, changes)

		caseActs(tab, l, numbers[0].International(), "keep")
		caseActs(tab, l, numbers[1].International(), "mine")
		caseActs(tab, l, numbers[2].International(), "edit")
		edit := "edit-" + string(ids[2]) + "-display_name"
		tab.Wait(`document.activeElement.id === ` + js(edit))
		replace(tab, edit, "Ours C")
		looks(tab, w, "changes edit")
		tab.Click("#edit-" + string(ids[2]) + "-save")
		caseActs(tab, l, numbers[3].International(), "restore")
		says(tab, "#attention", "Theirs D") // it was renamed before it was removed, which nobody had seen
		caseActs(tab, l, numbers[3].International(), "mine")
		caseActs(tab, l, numbers[4].International(), "remove")
		says(tab, "#attention", l.T("sync.attention_none"))
		says(tab, "#sent", l.T("sync.state_saved"))
		tab.Hover("#page-title") // a toast under the pointer stays, and what it offers to take back is not final
		across(t, tab, `document.querySelector(".pill.ok")`)
		looks(tab, w, "changes decided")
		for i, want := range []string{"Theirs A", "Mine B", "Ours C", "Mine D"} {
			if c := s.card(ids[i]); c.DisplayName != want || c.Status != number.Active {
				t.Errorf("%s is %q %s, want %q", numbers[i], c.DisplayName, c.Status, want)
			}
		}
		if c := s.card(ids[4]); c.Status != number.Removed {
			t.Errorf("%s is %s", numbers[4], c.Status)
		}
		tab.Click("#sync-devices")
		says(tab, "#device", "Chrome")
		tab.NoProblems()
	})
}

// visit2 is visit where something needs attention, so that the pill does not say that all is well.
func visit2(tab *uitest.Tab, path string) {
	tab.Go(path)
	tab.Wait(`document.getElementById("page-title") && !document.querySelector("main .skeleton") && document.querySelector(".pill")`)
	tab.Settle()
}

// N13: a sign-out that would throw edits away asks: they are handed out as a file, sent first, or given up; then nothing of
// the numbers stays in the browser.
func TestSignOut_with_unsent_changes_asks(t *testing.T) {
	l := i18n.EN
	s, w := playWired(t), words{lang: "en"}
	n := s.number("+33184882010", "Line A", number.Place{})
	tab := s.openIn(s.Marie, "en")
	visit(tab, "/o/"+string(s.Acme)+"/numbers")
	pillSays(tab, l.T("sync.pill_saved"))
	s.wire.Cut()
	renames(tab, l, "+33 1 84 88 20 10", "Mine A")
	pillSays(tab, l.T("sync.pill_offline", "n", 1))

	signOut := func() {
		tab.Click("#account-button")
		item := `[...document.querySelectorAll("[role=menuitem]")].find(el => el.checkVisibility() && el.innerText.trim() === ` + js(l.T("shell.sign_out")) + `)`
		tab.Wait(item)
		tab.Run(item + `.click()`)
	}
	press(tab, "nav", l.T("nav.home"))
	arrived(tab, "/o/"+string(s.Acme)+"/home")
	signOut()
	says(tab, "#sign-out-unsent", l.T("sync.guard", "n", 1))
	looks(tab, w, "sign-out guard")
	dir := t.TempDir()
	saveInto(tab, dir)
	press(tab, "#sign-out-unsent", l.T("sync.guard_export"))
	var file []byte
	for range 100 {
		if file, _ = os.ReadFile(filepath.Join(dir, "unsent-changes.csv")); len(file) > 0 {
			break
		}
		tab.Settle()
	}
	if !strings.Contains(string(file), "Line A,Mine A") {
		t.Errorf("the file is %q", file)
	}
	s.wire.Mend()
	tab.Run(`window.dispatchEvent(new Event("online"))`)
	says(tab, "#sign-out-unsent", l.T("sync.guard_sent"))
	if c := s.card(n); c.DisplayName != "Mine A" {
		t.Errorf("it is called %q", c.DisplayName)
	}
	leaves(tab, "guard-out")
	across(t, tab, `document.querySelector("input[type=email]")`)
	nothingLeft(t, tab)

	s.enter(tab, s.Marie)
	visit(tab, "/o/"+string(s.Acme)+"/numbers")
	s.wire.Cut()
	renames(tab, l, "+33 1 84 88 20 10", "Given up")
	pillSays(tab, l.T("sync.pill_offline", "n", 1))
	signOut()
	says(tab, "#sign-out-unsent", l.T("sync.guard", "n", 1))
	leaves(tab, "guard-discard")
	nothingLeft(t, tab)
	s.wire.Mend()
	if c := s.card(n); c.DisplayName != "Mine A" {
		t.Errorf("what was given up was sent: %q", c.DisplayName)
	}
}

// leaves presses a button after which the page goes.
func leaves(tab *uitest.Tab, button string) {
	tab.Run(`setTimeout(() => document.getElementById(` + js(button) + `).click())`)
}

// nothingLeft waits until no copy of numbers is in the browser.
func nothingLeft(t *testing.T, tab *uitest.Tab) {
	t.Helper()
	across(t, tab, `(indexedDB.databases().then(list => window.databasesLeft = list.length), window.databasesLeft === 0)`)
}
