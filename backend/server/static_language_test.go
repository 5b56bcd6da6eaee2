package server

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"countersign/shared/i18n"
)

const inFrench = `(localStorage.setItem("countersign.locale", "fr"), location.reload())`

// X02, N13: whoever was here once has every language without network, and none of it waits for another language.
func TestEveryLanguageOpensOffline(t *testing.T) {
	s := serveSite(t, builtSite(t))
	tab := visit(t)
	openKept(t, tab, s.URL+"/")
	says := func(l i18n.Locale) {
		t.Helper()
		eval[bool](t, tab, `new Promise((done) => { const look = () => `+started+` ? done(true) : setTimeout(look, 20); look(); })`)
		shown := eval[string](t, tab, `document.body.innerText`)
		if want := l.T("ui.skip"); !strings.Contains(shown, want) {
			t.Errorf("in %s the page says %q, want %q", l, shown, want)
		}
	}
	says(i18n.EN)
	s.offline.Store(true)
	reloads(t, tab, inFrench)
	says(i18n.FR)
}

// Without the sentences nothing would say anything: the page tells what to do instead.
func TestPageWithoutSentencesOffersToLoadAgain(t *testing.T) {
	site := builtSite(t)
	s := serveSite(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/web/en.") {
			http.Error(w, "gone", http.StatusInternalServerError)
			return
		}
		site.ServeHTTP(w, r)
	}))
	tab := visit(t)
	do(t, tab, chromedp.Navigate(s.URL+"/"), chromedp.WaitReady(chromedp.CSS(`#app-wasm-loader [role=alert] + button`)))
	if said := eval[string](t, tab, `document.querySelector("#app-wasm-loader [role=alert]").textContent`); !strings.Contains(said, "could not be loaded") {
		t.Errorf("the page says %q", said)
	}
}
