//go:build !js

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"countersign/app/uitest"
	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/i18n"
	"countersign/shared/number"
	"countersign/shared/perm"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// contactBecomes has the owner change a contact of Acme.
func (s *stage) contactBecomes(p *backendtest.Persona, change func(*api.ContactBody)) {
	s.t.Helper()
	marie := s.As(s.Marie)
	of := api.ContactIn{Org: api.Org{Org: s.Acme}, Contact: p.Contact}
	c := backendtest.Must(backendtest.Call(marie, api.GetContact, of))
	in := api.UpdateContactIn{ContactIn: of}
	in.Body.Version = c.Version
	in.Body.ContactBody = api.ContactBody{Kind: c.Kind, Type: c.Type, Name: c.Name, Email: c.Email, Locale: c.Locale, Active: c.Active, Access: c.Access, Roles: c.Roles, Overrides: c.Overrides}
	change(&in.Body.ContactBody)
	backendtest.Must(backendtest.Call(marie, api.UpdateContact, in))
}

// N13, I14, I20: the right to see the numbers, or all access, ends while somebody edits without a network. As soon as there is
// one the copy is gone from the device, the person is told so, nothing of their edits is applied, and those who may take
// them over find them.
func TestNumbers_are_wiped_when_access_ended_meanwhile(t *testing.T) {
	for name, end := range map[string]func(*api.ContactBody){
		"right":       func(c *api.ContactBody) { c.Roles = []perm.Role{perm.Tickets} },
		"deactivated": func(c *api.ContactBody) { c.Active = false },
	} {
		t.Run(name, func(t *testing.T) {
			l := i18n.EN
			s, w := playWired(t).stocked(10), words{lang: "en"}
			nina := s.AddContact(s.Acme, "Nina Blanc", perm.NumberManager)
			page := "/o/" + string(s.Acme) + "/numbers"
			tab := s.openIn(nina, "en")
			tab.Go(page)
			numbersReady(tab, "10 numbers")
			pillSays(tab, l.T("sync.pill_saved"))
			s.wire.Cut()
			renames(tab, l, s.at(0).International(), "Too late 0")
			renames(tab, l, s.at(1).International(), "Too late 1")
			pillSays(tab, l.T("sync.pill_offline", "n", 2))

			s.contactBecomes(nina, end)
			s.wire.Mend()
			tab.Run(`window.dispatchEvent(new Event("online"))`)
			says(tab, ".notice", l.T("sync.wiped"))
			says(tab, ".notice", l.T("sync.wiped_unsent", "n", 2))
			looks(tab, w, "access ended "+name)
			nothingLeft(t, tab)
			tab.Wait(`!document.body.innerText.includes("Too late")`)
			for e, row := range s.kept() {
				if strings.HasPrefix(row.DisplayName, "Too late") {
					t.Errorf("%s is called %q", e, row.DisplayName)
				}
			}
			owner := s.open(s.Marie)
			visit2(owner, page+"/changes")
			says(owner, "#left", l.T("sync.wanted.set", "number", s.at(0).International()))
			says(owner, "#left", nina.Name)
		})
	}
}

// N13: a device that heard nothing of the portal for 14 days locks its numbers, under an open form too: what was typed stays,
// and says why it is not saved. It opens once the portal has answered, with everything that waited.
func TestNumbers_lock_after_14_days_without_the_portal(t *testing.T) {
	l := i18n.EN
	s, w := playWired(t).stocked(10), words{lang: "en"}
	page := "/o/" + string(s.Acme) + "/numbers"
	tab := s.openIn(s.Marie, "en")
	tab.Go(page)
	numbersReady(tab, "10 numbers")
	pillSays(tab, l.T("sync.pill_saved"))
	tab.Wait(`navigator.serviceWorker.controller`)
	s.wire.Cut()
	renames(tab, l, s.at(0).International(), "Waits")
	pillSays(tab, l.T("sync.pill_offline", "n", 1))

	// As if this had been almost 14 days ago.
	tab.Do(chromedp.Navigate(s.URL + "/livez-not"))
	tab.Run(`const key = Object.keys(localStorage).find(k => k.startsWith("countersign.copy.sync:"));
		const note = JSON.parse(localStorage.getItem(key));
		note.synced = Date.now() - 14 * 24 * 3600 * 1000 + 15000;
		localStorage.setItem(key, JSON.stringify(note))`)
	tab.Go(page)
	numbersReady(tab, "10 numbers")
	onRow(tab, s.at(1).International(), l.T("numbers.edit"))
	tab.Wait(`document.querySelector("#number-edit[open]")`)
	replace(tab, "number-name", "Typed before the lock")
	says(tab, ".notice", l.T("sync.locked"))
	says(tab, ".notice", l.T("sync.kept_unsent", "n", 1))
	tab.Click("#number-save")
	says(tab, "#number-edit", l.T("numbers.not_saved.locked"))
	if typed := uitest.Eval[string](tab, `document.getElementById("number-name").value`); typed != "Typed before the lock" {
		t.Errorf("the field has %q", typed)
	}
	looks(tab, w, "locked")
	if shown := uitest.Eval[bool](tab, `document.body.innerText.includes(`+js(s.at(5).International())+`)`); shown {
		t.Error("numbers are shown")
	}

	s.wire.Mend()
	tab.Run(`window.dispatchEvent(new Event("online"))`)
	numbersReady(tab, "10 numbers")
	tab.Click("#number-save")
	tab.Wait(`!document.querySelector("#number-edit[open]")`)
	pillSays(tab, l.T("sync.pill_saved"))
	kept := s.kept()
	if a, b := kept[s.at(0)].DisplayName, kept[s.at(1)].DisplayName; a != "Waits" || b != "Typed before the lock" {
		t.Errorf("the portal has %q and %q", a, b)
	}
}

// N13: two people share a browser. Edits of the first wait while the second works and signs out: the second is told whose
// they are, never sends them, and does not take them along; lists that the first typed stay, too.
func TestNumbers_of_another_person_wait_in_the_same_browser(t *testing.T) {
	l := i18n.EN
	s, w := playWired(t).stocked(10), words{lang: "en"}
	page := "/o/" + string(s.Acme) + "/numbers"
	tab := s.openIn(s.Marie, "en")
	tab.Go(page + "/delete")
	tab.Wait(`document.getElementById("list-number")`)
	fill(tab, "#list-number", "typed by Marie")
	press(tab, "nav", l.T("nav.numbers"))
	numbersReady(tab, "10 numbers")
	pillSays(tab, l.T("sync.pill_saved"))
	s.wire.Cut()
	renames(tab, l, s.at(0).International(), "By Marie 0")
	renames(tab, l, s.at(1).International(), "By Marie 1")
	pillSays(tab, l.T("sync.pill_offline", "n", 2))
	command(tab, network.ClearBrowserCookies, cdp.Empty{}) // her sign-in ends
	tab.Do(chromedp.Navigate("about:blank"))
	s.wire.Mend()

	s.signIn(tab, s.Jonas)
	tab.Go(page)
	numbersReady(tab, "10 numbers")
	says(tab, "main", l.T("sync.others", "n", 2, "email", s.Marie.Email))
	looks(tab, w, "edits of another")
	renames(tab, l, s.at(2).International(), "By Jonas")
	pillSays(tab, l.T("sync.pill_saved"))
	kept := s.kept()
	for i, want := range []string{"Line 0", "Line 1", "By Jonas"} {
		if row := kept[s.at(i)]; row.DisplayName != want {
			t.Errorf("%s is called %q", s.at(i), row.DisplayName)
		}
	}
	tab.Click("#account-button")
	tab.Run(`setTimeout(() => [...document.querySelectorAll("#account [role=menuitem]")].find(el => el.innerText.trim() === ` + js(l.T("shell.sign_out")) + `).click())`)
	across(t, tab, `location.pathname === "/sign-in" && document.readyState === "complete"`)

	s.enter(tab, s.Marie)
	tab.Go(page)
	numbersReady(tab, "10 numbers")
	pillSays(tab, l.T("sync.pill_saved"))
	says(tab, "#numbers", "By Jonas")
	kept = s.kept()
	for i, want := range []string{"By Marie 0", "By Marie 1", "By Jonas"} {
		if row := kept[s.at(i)]; row.DisplayName != want {
			t.Errorf("%s is called %q", s.at(i), row.DisplayName)
		}
	}
	for i, by := range []*backendtest.Persona{s.Marie, s.Marie, s.Jonas} {
		if c := s.card(kept[s.at(i)].ID); c.Changes[0].By != by.Name {
			t.Errorf("%s was changed by %s", s.at(i), c.Changes[0].By)
		}
	}
	tab.Go(page + "/delete")
	tab.Wait(`document.getElementById("list-number")?.value === "typed by Marie"`)
}

// N13, X08: numbers that were typed for a list are asked about before a sign-out takes them: they can be gone back to, handed
// out as a file or given up, and then nothing is left of them.
func TestSignOut_asks_about_typed_lists(t *testing.T) {
	inLanguages(t, func(t *testing.T, l i18n.Locale) {
		s, w := play(t), words{lang: string(l)}
		s.number("+33184882010", "Line A", number.Place{})
		tab := s.openIn(s.Marie, w.lang)
		adding := "/o/" + string(s.Acme) + "/numbers/add"
		visit(tab, adding)
		fill(tab, "#list-number", line(11)+", "+line(12)+"\r")
		fill(tab, "#list-number", "half a num")
		visit(tab, "/o/"+string(s.Acme)+"/home")
		signOut := func() {
			tab.Click("#account-button")
			item := `[...document.querySelectorAll("[role=menuitem]")].find(el => el.checkVisibility() && el.innerText.trim() === ` + js(l.T("shell.sign_out")) + `)`
			tab.Wait(item)
			tab.Run(`setTimeout(() => ` + item + `.click())`)
		}
		signOut()
		says(tab, "#sign-out-unsent", l.T("sync.guard_typed"))
		says(tab, "#sign-out-unsent", l.T("sync.guard_list.add", "n", 3)+", Acme Telecom")
		looks(tab, w, "sign-out lists")
		dir := t.TempDir()
		saveInto(tab, dir)
		press(tab, "#sign-out-unsent", l.T("sync.guard_export"))
		file := saved(tab, filepath.Join(dir, l.T("sync.file_unsent")))
		if !strings.Contains(file, l.T("sync.wanted.add", "number", line(11))) || !strings.Contains(file, "half a num") {
			t.Errorf("the file is %q", file)
		}
		tab.Click("#sign-out-unsent a.link")
		arrived(tab, adding)
		tab.Wait(`document.getElementById("list-number").value === "half a num"`)
		tab.NoProblems()

		signOut()
		says(tab, "#sign-out-unsent", l.T("sync.guard_typed"))
		leaves(tab, "guard-discard")
		across(t, tab, `document.querySelector("input[type=email]")`)
		s.enter(tab, s.Marie)
		visit(tab, adding)
		if typed := uitest.Eval[string](tab, `document.getElementById("list-number").value`); typed != "" {
			t.Errorf("the field has %q", typed)
		}
	})
}

// saved waits for a file that the browser was asked to save.
func saved(tab *uitest.Tab, file string) string {
	for range 100 {
		if text, _ := os.ReadFile(file); len(text) > 0 {
			return string(text)
		}
		tab.Settle()
	}
	return ""
}
