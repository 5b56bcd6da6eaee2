//go:build !js

package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"countersign/app/uitest"
	"countersign/app/web"
	"countersign/backend/server"
	"countersign/shared/i18n"
)

// front is the portal as browsers reach it. It can be replaced by one with another site.
type front struct {
	options server.Options

	mu      sync.Mutex
	portal  http.Handler
	refuses bool
	tooOld  bool // browsers, until they asked for the page of the app
}

// open begins to serve by the options as they are.
func (f *front) open() error {
	portal, err := server.New(f.options)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.portal = portal
	return err
}

// busy has it answer nothing about the synchronization of numbers, as a machine before it does that has too much to do.
func (f *front) busy(yes bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refuses = yes
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.tooOld = f.tooOld && r.URL.Path != "/"
	synchronizes := strings.HasPrefix(r.URL.Path, "/api/sync/")
	portal, refuses, tooOld := f.portal, f.refuses && synchronizes, f.tooOld && synchronizes
	f.mu.Unlock()
	switch {
	case refuses:
		http.Error(w, "Too much to do.", http.StatusServiceUnavailable)
	case tooOld:
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusUpgradeRequired)
		io.WriteString(w, `{"status": 426, "code": "upgrade_required", "detail": "This version is too old."}`)
	default:
		portal.ServeHTTP(w, r)
	}
}

// outgrows has it refuse to synchronize with browsers until they have asked for another version.
func (f *front) outgrows() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tooOld = true
}

// serves replaces the portal by one with another site.
func (s *stage) serves(site fs.FS) {
	s.t.Helper()
	static, err := server.Static(site)
	if err != nil {
		s.t.Fatal(err)
	}
	s.front.options.Static = static
	if err := s.front.open(); err != nil {
		s.t.Fatal(err)
	}
}

// nextSite is the built site as a later version of it would be: the page of the app is another one, so the worker is, too.
func nextSite(t *testing.T) fs.FS {
	t.Helper()
	site := fstest.MapFS{}
	err := fs.WalkDir(web.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(web.FS(), name)
		site[name] = &fstest.MapFile{Data: content}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	page, worker := site["index.html"].Data, site["app-worker.js"].Data
	next := bytes.Replace(page, []byte("<head>"), []byte(`<head><meta name="version" content="next">`), 1)
	worker = bytes.Replace(worker, []byte(sum(page)), []byte(sum(next)), -1)
	worker = regexp.MustCompile(`const VERSION = "[0-9a-f]+"`).ReplaceAll(worker, []byte(`const VERSION = "`+sum(next)[:12]+`"`))
	if bytes.Equal(page, next) || bytes.Equal(worker, site["app-worker.js"].Data) {
		t.Fatal("the site is not built as this test knows it")
	}
	for _, name := range []string{"index.html", "app-worker.js"} {
		delete(site, name+".br")
		delete(site, name+".gz")
	}
	site["index.html"].Data, site["app-worker.js"].Data = next, worker
	return site
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}

// isNext reports whether a tab runs the later version.
func isNext(tab *uitest.Tab) bool {
	return uitest.Eval[bool](tab, `!!document.querySelector("meta[name=version]")`)
}

// N13: the portal is replaced by a later version while two tabs hold edits that were not sent. The new version is offered with
// what becomes of them, and forced on nobody: one tab takes it, the other stays as it is, with a form open, and is taken to
// it later. All edits arrive once.
func TestNumbers_survive_another_version_of_the_portal(t *testing.T) {
	l := i18n.EN
	s, w := playWired(t).stocked(20), words{lang: "en"}
	head := s.head()
	page := "/o/" + string(s.Acme) + "/numbers"
	browser := uitest.NewProfile(t, s.URL)
	first := browser.Tab()
	s.signIn(first, s.Marie)
	first.Go(page)
	numbersReady(first, "20 numbers")
	pillSays(first, l.T("sync.pill_saved"))
	first.Wait(`navigator.serviceWorker.controller`)
	second := browser.Tab()
	second.Go(page)
	numbersReady(second, "20 numbers")

	s.wire.Cut()
	renames(first, l, s.at(0).International(), "Of the first tab")
	renames(second, l, s.at(1).International(), "Of the second tab")
	s.front.busy(true) // so that what waits goes on waiting
	s.serves(nextSite(t))
	s.wire.Mend()
	first.Run(`await (await navigator.serviceWorker.getRegistration()).update()`) // as a page does that somebody comes back to
	offered := l.T("shell.new_version") + " " + l.T("sync.kept_after_reload", "n", 2)
	says(first, ".toast", offered)
	says(second, ".toast", offered)
	looks(first, w, "new version")
	first.Go(page)
	numbersReady(first, "20 numbers")
	if isNext(first) {
		t.Error("the new version came without being asked for")
	}
	says(first, ".toast", l.T("shell.new_version"))

	onRow(second, s.at(2).International(), l.T("numbers.edit"))
	second.Wait(`document.querySelector("#number-edit[open]")`)
	replace(second, "number-name", "Typed across versions")
	press(first, ".toast", l.T("shell.reload"))
	across(t, first, `document.querySelector("meta[name=version]") && document.querySelector("#numbers [role=row][aria-rowindex]")`)
	numbersReady(first, "20 numbers")
	says(first, "#numbers", "Of the first tab")
	says(first, "#numbers", "Of the second tab")
	renames(first, l, s.at(3).International(), "Of the new version")
	if isNext(second) || uitest.Eval[string](second, `document.getElementById("number-name").value`) != "Typed across versions" {
		t.Error("the other tab was loaded again")
	}
	second.Click("#number-save")
	second.Wait(`!document.querySelector("#number-edit[open]")`)
	says(second, "#numbers", "Of the new version")

	s.front.busy(false)
	for _, tab := range []*uitest.Tab{first, second} {
		tab.Run(`window.dispatchEvent(new Event("online"))`)
		pillSays(tab, l.T("sync.pill_saved"))
	}
	kept := s.kept()
	for i, want := range []string{"Of the first tab", "Of the second tab", "Typed across versions", "Of the new version"} {
		if row := kept[s.at(i)]; row.DisplayName != want {
			t.Errorf("%s is called %q", s.at(i), row.DisplayName)
		}
	}
	if now := s.head(); now != head+4 {
		t.Errorf("%d changes were made of 4", now-head)
	}
	second.Go(page)
	numbersReady(second, "20 numbers")
	if !isNext(second) {
		t.Error("the other tab has the old version still")
	}
}

// N13: the portal understands the version of an open page no more. What is edited there is kept, and loading the page again as
// it says takes the new version at once, which sends it.
func TestNumbers_wait_for_the_version_that_the_portal_understands(t *testing.T) {
	l := i18n.EN
	s, w := play(t).stocked(20), words{lang: "en"}
	tab := s.openIn(s.Marie, "en")
	tab.Go("/o/" + string(s.Acme) + "/numbers")
	numbersReady(tab, "20 numbers")
	pillSays(tab, l.T("sync.pill_saved"))
	tab.Wait(`navigator.serviceWorker.controller`)

	s.serves(nextSite(t))
	s.front.outgrows()
	renames(tab, l, s.at(0).International(), "Of an old version")
	pillSays(tab, l.T("sync.pill_reload", "n", 1))
	says(tab, ".notice", l.T("sync.upgrade"))
	says(tab, ".notice", l.T("sync.kept_unsent", "n", 1))
	renames(tab, l, s.at(1).International(), "Of an old version, too")
	looks(tab, w, "too old")
	press(tab, ".notice", l.T("shell.reload"))
	across(t, tab, `document.querySelector("meta[name=version]") && document.querySelector("#numbers [role=row][aria-rowindex]")`)
	pillSays(tab, l.T("sync.pill_saved"))
	kept := s.kept()
	for i, want := range []string{"Of an old version", "Of an old version, too"} {
		if row := kept[s.at(i)]; row.DisplayName != want {
			t.Errorf("%s is called %q", s.at(i), row.DisplayName)
		}
	}
}
