//go:build !js

package uitest_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"countersign/app/uitest"

	"github.com/chromedp/chromedp"
)

// What a profile has stored is there when its browser was killed and started again, and in all of its tabs.
func TestProfile_outlives_its_browser(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Write([]byte("<!doctype html><title>page</title>"))
	}))
	t.Cleanup(s.Close)
	p := uitest.NewProfile(t, s.URL)
	const open = `const db = await new Promise((done, failed) => {
		const r = indexedDB.open("kept", 1);
		r.onupgradeneeded = () => r.result.createObjectStore("kept");
		r.onsuccess = () => done(r.result);
		r.onerror = () => failed(r.error);
	});`
	first := p.Tab()
	first.Do(chromedp.Navigate(s.URL))
	first.Run(open + `await new Promise((done) => {
		const tx = db.transaction("kept", "readwrite", {durability: "strict"});
		tx.objectStore("kept").put("written", 1);
		tx.oncomplete = done;
	})`)
	second := p.Tab()
	second.Do(chromedp.Navigate(s.URL))
	const read = `(async () => {` + open + `return await new Promise((done) => {
		const r = db.transaction("kept").objectStore("kept").get(1);
		r.onsuccess = () => done(r.result ?? "");
	})})()`
	if got := uitest.Eval[string](second, read); got != "written" {
		t.Errorf("another tab reads %q", got)
	}
	p.Kill()
	again := p.Tab()
	again.Do(chromedp.Navigate(s.URL))
	if got := uitest.Eval[string](again, read); got != "written" {
		t.Errorf("after a kill: %q", got)
	}
}
