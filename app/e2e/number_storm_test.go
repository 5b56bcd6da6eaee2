//go:build !js

package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/app/uitest"
	"countersign/shared/i18n"
	"countersign/shared/number"
	"countersign/shared/replica"

	"github.com/chromedp/cdproto/storage"
)

// head counts the changes that the portal has made to Acme's numbers, as far as they are still there.
func (s *stock) head() (n int64) {
	s.t.Helper()
	for _, row := range s.kept() {
		n = max(n, row.Ver)
	}
	return n
}

// pillLog has the page write down everything that the pill says from now on. never fails the test when it has said a text.
func pillLog(t *testing.T, tab *uitest.Tab) (never func(text string)) {
	tab.Run(`window.pillLog = [];
		const note = () => pillLog.push((document.querySelector(".pill")?.innerText ?? "").replace(/\s+/g, " "));
		new MutationObserver(note).observe(document.querySelector(".bar-end"), {subtree: true, childList: true, characterData: true, attributes: true});
		note()`)
	return func(text string) {
		for _, said := range uitest.Eval[[]string](tab, `pillLog`) {
			if strings.Contains(said, text) {
				t.Errorf("the pill said %q", said)
			}
		}
	}
}

// longWait is uitest.Tab.Wait for what takes its time: a network that swallows everything is noticed by waiting.
func longWait(tab *uitest.Tab, patience time.Duration, expression string) {
	for end := time.Now().Add(patience - 30*time.Second); time.Now().Before(end); {
		if uitest.Eval[bool](tab, `(async () => {
			for (let i = 0; i < 50; i++) {
				if (`+expression+`) return true;
				await new Promise(r => setTimeout(r, 100));
			}
			return false;
		})()`) {
			return
		}
	}
	tab.Wait(expression)
}

// N13: neither the page nor its worker reaches the portal. Addresses below the dashboard open all the same, numbers are
// edited, removed and added there, and once the network is back all of it is at the portal.
func TestNumbers_by_deep_links_when_page_and_worker_have_no_network(t *testing.T) {
	l := i18n.EN
	s := play(t).stocked(40)
	page := "/o/" + string(s.Acme) + "/numbers"
	head := s.head()
	tab := s.open(s.Marie)
	tab.Go(page)
	numbersReady(tab, "40 numbers")
	pillSays(tab, l.T("sync.pill_saved"))
	worker := tab.Worker()
	for _, each := range []*uitest.Tab{tab, worker} {
		offline(each, true)
		each.Run(`while (await fetch("/livez").then(() => true, () => false)) await new Promise(r => setTimeout(r, 50))`) // it comes into force a moment later
	}

	tab.Go(page + "?q=Line+3")
	numbersReady(tab, "11 numbers")
	onRow(tab, s.at(39).International(), l.T("numbers.remove"))
	press(tab, "#number-remove", l.T("numbers.remove"))
	numbersReady(tab, "10 numbers")
	for i := range 3 {
		renames(tab, l, s.at(30+i).International(), fmt.Sprintf("Line 3 of storm %d", i))
	}
	pillSays(tab, l.T("sync.pill_offline", "n", 4))

	tab.Go(page + "/changes")
	says(tab, "#waiting", l.T("sync.did_one.remove", "number", s.at(39).International()))
	says(tab, "#waiting", l.T("sync.waiting_offline"))
	for _, deep := range []string{"/add", "/business-units", "/removed"} {
		tab.Go(page + deep)
		tab.Wait(`document.getElementById("page-title").innerText && !document.querySelector("main .skeleton")`)
		pillSays(tab, l.T("sync.pill_offline", "n", 4))
	}
	tab.Go(page + "?q=of+storm")
	numbersReady(tab, "3 numbers")

	offline(worker, false)
	offline(tab, false)
	pillSays(tab, l.T("sync.pill_saved"))
	kept := s.kept()
	if len(kept) != 39 {
		t.Errorf("the portal has %d numbers", len(kept))
	}
	for i := range 3 {
		if row := kept[s.at(30+i)]; row.DisplayName != fmt.Sprintf("Line 3 of storm %d", i) {
			t.Errorf("%+v", row)
		}
	}
	if now := s.head(); now != head+4 {
		t.Errorf("%d changes were made of 4", now-head)
	}
}

// N13: a network that swallows everything looks as if it were there. Nothing is called saved that the portal has not
// answered for, what is edited stays, pages open at once, and later all of it is done once.
func TestNumbers_in_a_network_that_swallows_everything(t *testing.T) {
	l := i18n.EN
	s := playWired(t).stocked(20)
	page := "/o/" + string(s.Acme) + "/numbers"
	head := s.head()
	tab := s.open(s.Marie)
	tab.Go(page)
	numbersReady(tab, "20 numbers")
	pillSays(tab, l.T("sync.pill_saved"))
	tab.Wait(`navigator.serviceWorker.controller`)

	s.wire.Deaden()
	renames(tab, l, s.at(0).International(), "Swallowed 0")
	never := pillLog(t, tab)
	renames(tab, l, s.at(1).International(), "Swallowed 1")
	began := time.Now()
	longWait(tab, 2*time.Minute, `document.querySelector(".pill").innerText.includes(`+js(l.T("shell.pill.offline"))+`)`)
	t.Logf("offline after %v", time.Since(began))
	pillSays(tab, l.T("sync.pill_offline", "n", 2))
	says(tab, "main", l.T("sync.offline_edit"))
	never(l.T("sync.pill_saved"))

	tab.Go(page + "?q=Swallowed")
	numbersReady(tab, "2 numbers")
	never = pillLog(t, tab)
	renames(tab, l, s.at(0).International(), "Swallowed twice")
	numbersReady(tab, "2 numbers")
	never(l.T("sync.pill_saved"))

	s.wire.Mend()
	tab.Run(`window.dispatchEvent(new Event("online"))`)
	pillSays(tab, l.T("sync.pill_saved"))
	kept := s.kept()
	for i, want := range []string{"Swallowed twice", "Swallowed 1", "Line 2"} {
		if row := kept[s.at(i)]; row.DisplayName != want {
			t.Errorf("%+v", row)
		}
	}
	if now := s.head(); now != head+3 {
		t.Errorf("%d changes were made of 3", now-head)
	}
}

// evict has the browser clear its databases of the portal, as it does when the disk is full.
func (s *stage) evict(tab *uitest.Tab) {
	s.t.Helper()
	command(tab, storage.ClearDataForOrigin, storage.ClearDataForOriginParams{Origin: s.URL, StorageTypes: "indexeddb"})
}

// N13: the browser clears its storage under an open page. The person is told, what waited is saved again and sent once, and
// the copy is made anew.
func TestNumbers_when_the_browser_clears_its_storage(t *testing.T) {
	l := i18n.EN
	s, w := playWired(t).stocked(30), words{lang: "en"}
	page := "/o/" + string(s.Acme) + "/numbers"
	tab := s.open(s.Marie)
	tab.Go(page)
	numbersReady(tab, "30 numbers")
	pillSays(tab, l.T("sync.pill_saved"))
	told := `[...document.querySelectorAll(".notice")].some(el => el.innerText.includes(` + js(l.T("sync.cleared")) + `))`

	s.evict(tab)
	theirs := "By Jonas"
	s.asJonas(replica.Set, s.kept()[s.at(5)].ID, &number.Fields{DisplayName: &theirs})
	tab.Wait(told)
	numbersReady(tab, "30 numbers")
	says(tab, "#numbers", "By Jonas")
	pillSays(tab, l.T("sync.pill_saved"))
	looks(tab, w, "cleared")
	tab.Click(".notice .banner button")
	tab.Wait("!(" + told + ")")

	head := s.head()
	s.wire.Cut()
	renames(tab, l, s.at(0).International(), "Before it 0")
	renames(tab, l, s.at(1).International(), "Before it 1")
	s.evict(tab)
	onRow(tab, s.at(2).International(), l.T("numbers.edit"))
	tab.Wait(`document.querySelector("#number-edit[open]")`)
	replace(tab, "number-name", "After it")
	tab.Click("#number-save")
	tab.Wait(`!document.querySelector("#number-edit[open]")`)
	pillSays(tab, l.T("sync.pill_offline", "n", 3))
	tab.Wait(told)
	says(tab, "main", l.T("sync.cleared_away"))
	says(tab, "main", l.T("numbers.no_copy"))
	says(tab, "main", l.T("sync.kept_unsent", "n", 3))
	looks(tab, w, "cleared offline")
	s.wire.Mend()
	tab.Run(`window.dispatchEvent(new Event("online"))`)
	pillSays(tab, l.T("sync.pill_saved"))
	numbersReady(tab, "30 numbers")
	kept := s.kept()
	for i, want := range []string{"Before it 0", "Before it 1", "After it"} {
		if row := kept[s.at(i)]; row.DisplayName != want {
			t.Errorf("%+v", row)
		}
	}
	if now := s.head(); now != head+3 {
		t.Errorf("%d changes were made of 3", now-head)
	}

	s.wire.Cut()
	tab.Go(page)
	numbersReady(tab, "30 numbers")
	says(tab, "#numbers", "After it")
}

// room gives the portal so many bytes of this device, 0 for what it has by itself. A browser reckons for a while with what was
// free before, until something does not fit.
func (s *stage) room(tab *uitest.Tab, bytes float64) {
	s.t.Helper()
	p := storage.OverrideQuotaForOriginParams{Origin: s.URL}
	if bytes > 0 {
		p.QuotaSize = &bytes
	}
	command(tab, storage.OverrideQuotaForOrigin, p)
	if uitest.Eval[string](tab, `location.protocol`) == "http:" {
		tab.Run(`const db = await new Promise(done => {
				const r = indexedDB.open("room");
				r.onupgradeneeded = () => r.result.createObjectStore("room");
				r.onsuccess = () => done(r.result);
				r.onerror = () => done(null);
			});
			if (!db) return true;
			await new Promise(done => {
				const tx = db.transaction("room", "readwrite");
				tx.objectStore("room").put(new Uint8Array(60 << 20), 1);
				tx.oncomplete = tx.onabort = done;
			});
			db.close();
			await new Promise(done => { const r = indexedDB.deleteDatabase("room"); r.onsuccess = r.onerror = done })`)
	}
}

// N13: this device has no room left. An edit says that it was not saved, and what was typed stays in the form; with room
// it is saved.
func TestNumbers_when_this_device_has_no_room(t *testing.T) {
	l := i18n.EN
	s, w := play(t).stocked(30), words{lang: "en"}
	tab := uitest.Open(t, s.URL)
	s.room(tab, 40<<20)
	s.signIn(tab, s.Marie)
	tab.Go("/o/" + string(s.Acme) + "/numbers")
	numbersReady(tab, "30 numbers")
	pillSays(tab, l.T("sync.pill_saved"))

	s.room(tab, 1)
	onRow(tab, s.at(0).International(), l.T("numbers.edit"))
	tab.Wait(`document.querySelector("#number-edit[open]")`)
	replace(tab, "number-name", "Not saved yet")
	tab.Click("#number-save")
	says(tab, "#number-edit", l.T("numbers.not_saved.quota"))
	if typed := uitest.Eval[string](tab, `document.getElementById("number-name").value`); typed != "Not saved yet" {
		t.Errorf("the field has %q", typed)
	}
	looks(tab, w, "no room")
	if row := s.kept()[s.at(0)]; row.DisplayName != "Line 0" {
		t.Errorf("the portal has %+v", row)
	}
	says(tab, "#numbers", "Line 0")
	says(tab, ".notice", l.T("offline.trouble.full"))

	s.room(tab, 0)
	tab.Click("#number-save")
	tab.Wait(`!document.querySelector("#number-edit[open]")`)
	says(tab, "#numbers", "Not saved yet")
	pillSays(tab, l.T("sync.pill_saved"))
	if row := s.kept()[s.at(0)]; row.DisplayName != "Not saved yet" {
		t.Errorf("the portal has %+v", row)
	}
	tab.NoProblems()
}
