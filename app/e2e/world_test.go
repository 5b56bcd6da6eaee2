//go:build !js

// Package e2e plays stories on the whole portal: the real server with its database in a directory of the test, and real
// browsers before it.
package e2e

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"countersign/app/uitest"
	"countersign/app/web"
	"countersign/backend/backendtest"
	"countersign/backend/portal"
	"countersign/backend/server"

	"github.com/chromedp/chromedp"
)

// stage is a world of personas with a portal in front of it that browsers can open.
type stage struct {
	*backendtest.World
	t    testing.TB
	URL  string
	wire *uitest.Wire // between browsers and the portal; nil unless there is one

	front *front
}

// play serves a new world in demo mode at a free port of localhost until the test ends.
func play(t testing.TB) *stage { return playWith(t, portal.Settings{Brand: "Countersign", Demo: true}) }

// playWired is play with a way to the portal that can be cut.
func playWired(t testing.TB) *stage {
	t.Helper()
	ln := listen(t)
	wire := uitest.NewWire(t, ln.Addr().String())
	s := playOn(t, portal.Settings{Brand: "Countersign", Demo: true}, ln, wire.Addr)
	s.wire = wire
	return s
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

func playWith(t testing.TB, settings portal.Settings) *stage {
	t.Helper()
	ln := listen(t)
	return playOn(t, settings, ln, ln.Addr().String())
}

// playOn serves at a listener; browsers reach it at another address, or the same.
func playOn(t testing.TB, settings portal.Settings, ln net.Listener, address string) *stage {
	t.Helper()
	_, port, _ := net.SplitHostPort(address)
	url := "http://localhost:" + port

	settings.PublicURL = url
	w := backendtest.New(t, backendtest.WithSettings(settings))
	site, err := server.Static(web.FS())
	if err != nil {
		t.Fatalf("the site is not built, make wasm builds it: %v", err)
	}
	names, err := web.Assets()
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	pages := server.NewSignIn(server.SignInOptions{Service: w.Service, PublicURL: url, Assets: names, Log: log})
	front := &front{options: server.Options{Service: w.Service, Hub: w.Hub, Static: site, Pages: pages, PublicURL: url, Log: log}}
	if err := front.open(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	clockwork := make(chan struct{})
	go func() {
		defer close(clockwork)
		w.Service.Run(ctx)
	}()
	jobs := make(chan struct{})
	go func() {
		defer close(jobs)
		w.Service.RunJobs(ctx)
	}()
	s := &http.Server{Handler: front, ReadHeaderTimeout: 5 * time.Second}
	go s.Serve(ln)
	t.Cleanup(func() {
		s.Close()
		pages.Wait()
		stop()
		<-clockwork
		<-jobs
	})
	return &stage{World: w, t: t, URL: url, front: front}
}

// open is a browser of its own in which the persona has signed in through the form, on the first page after it.
func (s *stage) open(p *backendtest.Persona) *uitest.Tab {
	s.t.Helper()
	tab := uitest.Open(s.t, s.URL)
	s.signIn(tab, p)
	return tab
}

func (s *stage) signIn(tab *uitest.Tab, p *backendtest.Persona) {
	s.t.Helper()
	path := "/sign-in"
	if p.Staff != "" {
		path = "/staff/sign-in"
	}
	tab.Do(chromedp.Navigate(s.URL + path))
	s.enter(tab, p)
	ready(tab)
}

// enter fills in the form of the sign-in page that is open, and waits for the page after it.
func (s *stage) enter(tab *uitest.Tab, p *backendtest.Persona) {
	s.t.Helper()
	tab.Type("input[type=email]", p.Email)
	tab.Type("input[type=password]", backendtest.Password)
	tab.Run(`setTimeout(() => document.querySelector("form:has([type=password])").requestSubmit())`)
	across(s.t, tab, `document.getElementById("page-title") && document.querySelector(".pill.ok")`)
}

// across is Wait over the loading of another document, in which the browser answers nothing for a moment.
func across(t testing.TB, tab *uitest.Tab, expression string) {
	t.Helper()
	ctx, stop := context.WithTimeout(tab.Context(), 30*time.Second)
	defer stop()
	for {
		_, err := chromedp.Run(ctx, chromedp.Poll[bool](`!!(`+expression+`)`, chromedp.WithPollingTimeout(30*time.Second)))
		switch {
		case err == nil:
			return
		case ctx.Err() != nil:
			t.Fatalf("wait for %s: %v; the console said %v", expression, err, tab.Problems())
		}
	}
}

// ready waits until the page has loaded what it shows and is live.
func ready(tab *uitest.Tab) {
	tab.Wait(`document.getElementById("page-title") && !document.querySelector("main .skeleton") && document.querySelector(".pill.ok")`)
	tab.Settle()
}

// visit loads a page anew.
func visit(tab *uitest.Tab, path string) {
	tab.Go(path)
	ready(tab)
}

// says waits until the selected part of the page contains the text.
func says(tab *uitest.Tab, css, text string) {
	tab.Wait(`[...document.querySelectorAll(` + js(css) + `)].some(el => el.innerText.includes(` + js(text) + `))`)
}

// press clicks the button or link with this name within the selected part of the page.
func press(tab *uitest.Tab, css, name string) {
	const mark = "e2e-target"
	find := `[...document.querySelectorAll(` + js(css+` :is(button, a, [role="option"])`) + `)]
		.find(el => el.checkVisibility() && (el.getAttribute("aria-label") ?? el.innerText).trim() === ` + js(name) + `)`
	tab.Wait(find)
	tab.Run(`document.querySelectorAll("[data-` + mark + `]").forEach(el => el.removeAttribute("data-` + mark + `"));
		(` + find + `).setAttribute("data-` + mark + `", "")`)
	tab.Click("[data-" + mark + "]")
}

// pressItem chooses from the menu that is open.
func pressItem(tab *uitest.Tab, what string) {
	find := `[...document.querySelectorAll("[role=menuitem]")].find(el => el.checkVisibility() && el.querySelector(".menu-label > span").innerText === ` + js(what) + `)`
	tab.Wait(find)
	tab.Run(find + `.click()`)
	tab.Settle()
}

// at is the path of the page with its parameters.
func at(tab *uitest.Tab) string {
	return uitest.Eval[string](tab, `location.pathname + location.search`)
}

// arrived waits until the address has this path.
func arrived(tab *uitest.Tab, path string) {
	tab.Wait(`location.pathname + location.search === ` + js(path))
}

func js(s string) string {
	var b bytes.Buffer
	b.WriteByte('"')
	for _, r := range s {
		switch r {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case '\n':
			b.WriteString(`\n`)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// choose picks the option with this value or, as options are known by their position, the one whose text or code it is.
func choose(tab *uitest.Tab, id, value string) {
	tab.Wait(`document.getElementById(` + js(id) + `)`)
	tab.Run(`const s = document.getElementById(` + js(id) + `);
		const wanted = {access: "Access", US: "United States"}[` + js(value) + `];
		s.selectedIndex = [...s.options].findIndex(o => o.text === wanted);
		s.dispatchEvent(new Event("change", {bubbles: true}))`)
	tab.Settle()
}

// fill puts text into a field in place of what is in it.
func fill(tab *uitest.Tab, css, text string) {
	tab.Wait(`document.querySelector(` + js(css) + `)`)
	tab.Run(`const el = document.querySelector(` + js(css) + `); el.focus(); el.select()`)
	tab.Press(text)
}
