//go:build !js

// Package uitest drives a real browser over the built portal, for tests only: one Chromium a test binary, a tab with
// storage of its own a test, the strict content policy, axe-core, and everything the console complained about.
package uitest

import (
	"context"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

var browser = sync.OnceValues(func() (context.Context, error) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		return nil, err
	}
	alloc, _ := chromedp.NewExecAllocator(context.Background(), commonOptions(path)...) // ends with the test binary
	ctx, _ := chromedp.NewContext(alloc)
	return ctx, chromedp.Do(ctx, chromedp.Navigate("about:blank"))
})

// commonOptions start a browser that speaks to nobody but the test.
func commonOptions(path string) []chromedp.ExecAllocatorOption {
	return append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("no-first-run", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("hide-scrollbars", true))
}

// Tab is a browser tab of one test. Its methods fail the test by themselves.
type Tab struct {
	t    testing.TB
	ctx  context.Context
	base string

	mu       sync.Mutex
	problems []string
	logged   []string
}

// Open opens a tab for the server at base, with storage and cookies of its own, 1280 × 860 px. It ends with the test.
func Open(t testing.TB, base string) *Tab {
	t.Helper()
	ctx, err := browser()
	if err != nil {
		t.Fatalf("chromium is needed, make test installs it: %v", err)
	}
	timed, cancel := context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(cancel)
	tabCtx, leave := chromedp.NewContext(timed, chromedp.WithNewBrowserContext())
	t.Cleanup(leave)
	tab := &Tab{t: t, ctx: tabCtx, base: base}
	tab.Size(1280, 860)
	tab.follow()
	return tab
}

// Context is the chromedp context of the tab, for what the methods don't offer.
func (b *Tab) Context() context.Context { return b.ctx }

// Do runs chromedp actions.
func (b *Tab) Do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// follow remembers errors of the console, uncaught exceptions and breaches of the content policy.
func (b *Tab) follow() {
	messages := chromedp.Console(b.ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			b.mu.Lock()
			b.logged = append(b.logged, m.String())
			b.mu.Unlock()
			if m.IsException() || m.Type == "error" || m.Type == "assert" || m.Source == "security" {
				b.mu.Lock()
				b.problems = append(b.problems, m.String()+" ("+m.URL+")")
				b.mu.Unlock()
			}
		}
	}()
}

// Problems is what the console complained about so far.
func (b *Tab) Problems() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.problems...)
}

// Logged is everything that was written to the console.
func (b *Tab) Logged() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.logged...)
}

// ForgetProblems is for a test that caused one on purpose.
func (b *Tab) ForgetProblems() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.problems = nil
}

// NoProblems fails the test when the console complained: errors, exceptions, breaches of the content policy.
func (b *Tab) NoProblems() {
	b.t.Helper()
	if p := b.Problems(); len(p) > 0 {
		b.t.Errorf("the console complained:\n%s", strings.Join(p, "\n"))
	}
}
