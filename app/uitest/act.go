//go:build !js

package uitest

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// patience is how long the browser may take for one thing on a busy machine.
const patience = 30 * time.Second

// Go loads the page at a path and waits until the app runs.
func (b *Tab) Go(path string) {
	b.t.Helper()
	b.Do(chromedp.Navigate(b.base + path))
	b.Wait(`document.querySelector("main") && !document.querySelector("#app-wasm-loader:not([hidden]) .goapp-spin")`)
	b.Settle()
}

// Eval runs JavaScript in the tab, awaits it, and gives the result.
func Eval[T any](b *Tab, script string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", script, err)
	}
	return v
}

// Run runs JavaScript for its effect.
func (b *Tab) Run(script string) {
	b.t.Helper()
	_ = Eval[bool](b, "(async () => {"+script+"; return true})()")
}

// Wait returns once the JavaScript expression is truthy. One that fails, because what it asks is not there yet, is not
// yet true.
func (b *Tab) Wait(expression string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](`(() => { try { return !!(`+expression+`) } catch { return false } })()`, chromedp.WithPollingTimeout(patience))); err != nil {
		b.t.Fatalf("wait for %s: %v; the console said %v", expression, err, b.Problems())
	}
}

// Settle waits until the app has rendered what the last event asked for: a frame of go-app, one of the browser, the
// fonts, and colors on their way to others. Where the event led to another document, that one settles.
func (b *Tab) Settle() {
	b.t.Helper()
	for end := time.Now().Add(patience); ; {
		_, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](`(async () => {
			await document.fonts.ready;
			await new Promise(r => setTimeout(r, 40));
			await new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)));
			await Promise.all(document.getAnimations().filter(a => a instanceof CSSTransition).map(a => a.finished.catch(() => {})));
			return true;
		})()`, chromedp.EvalAwaitPromise))
		switch {
		case err == nil:
			return
		case !gaveWay(err) || time.Now().After(end):
			b.t.Fatalf("settle: %v; the console said %v", err, b.Problems())
		}
	}
}

// gaveWay reports whether a script has no answer because another document took the place of its own.
func gaveWay(err error) bool {
	for _, why := range []string{"navigated or closed", "context was destroyed", "Cannot find context"} {
		if strings.Contains(err.Error(), why) {
			return true
		}
	}
	return false
}

// Press sends keys, such as kb.Escape or "a", one after the other, to whatever has the focus.
func (b *Tab) Press(keys string, options ...chromedp.KeyOption) {
	b.t.Helper()
	b.Do(chromedp.KeyEvent(keys, options...))
	b.Settle()
}

// Click clicks the first element of the selector in its middle, after scrolling it into view.
func (b *Tab) Click(css string) {
	b.t.Helper()
	x, y := b.middle(css)
	b.Do(chromedp.MouseClickXY(x, y))
	b.Settle()
}

// Hover moves the pointer over the first element of the selector.
func (b *Tab) Hover(css string) {
	b.t.Helper()
	x, y := b.middle(css)
	b.Do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x, y))
	b.Settle()
}

func (b *Tab) middle(css string) (x, y float64) {
	b.t.Helper()
	b.Wait(`document.querySelector(` + quote(css) + `)?.getBoundingClientRect().width`)
	at := Eval[[]float64](b, `(async () => {
		const el = document.querySelector(`+quote(css)+`);
		const frame = () => new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)));
		const middle = () => {
			const r = el.getBoundingClientRect();
			return [r.x + r.width / 2, r.y + r.height / 2];
		};
		await frame(); // what is anchored to another element follows a scroll a frame later
		if (!el.contains(document.elementFromPoint(...middle()))) {
			el.scrollIntoView({block: "center", inline: "center", behavior: "instant"});
			await frame();
		}
		return middle();
	})()`)
	return at[0], at[1]
}

// Type focuses the field of the selector and types text into it.
func (b *Tab) Type(css, text string) {
	b.t.Helper()
	b.Click(css)
	b.Do(chromedp.KeyEvent(text))
	b.Settle()
}

// Text is what the first element of the selector says.
func (b *Tab) Text(css string) string {
	b.t.Helper()
	return Eval[string](b, `document.querySelector(`+quote(css)+`)?.textContent ?? ""`)
}

// Focused describes the element that has the focus: its id, else its name or text.
func (b *Tab) Focused() string {
	b.t.Helper()
	return Eval[string](b, `(() => {
		const el = document.activeElement;
		return el.id || el.getAttribute("aria-label") || el.textContent.trim();
	})()`)
}

// Size sets the viewport; below 700 px it is a phone with a touch screen.
func (b *Tab) Size(width, height int64) {
	b.t.Helper()
	if width < 700 {
		b.Do(chromedp.EmulateViewport(width, height, chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulateScale(2)))
		return
	}
	b.Do(chromedp.EmulateViewport(width, height))
}

// Scheme sets what the system prefers: "light" or "dark".
func (b *Tab) Scheme(scheme string) {
	b.t.Helper()
	b.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		return err
	}))
}

// Language makes pages loaded from now on speak a language: "en" or "fr".
func (b *Tab) Language(lang string) {
	b.t.Helper()
	b.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
			Source: `try { localStorage.setItem("countersign.locale", ` + quote(lang) + `) } catch {}`})
		return err
	}))
}

// Screenshot writes a picture of the viewport (or of the whole page) below the directory that the environment
// variable UI_SHOTS names, and nothing when it is not set.
func (b *Tab) Screenshot(name string, whole bool) {
	b.t.Helper()
	dir := os.Getenv("UI_SHOTS")
	if dir == "" {
		return
	}
	take := chromedp.CaptureScreenshot()
	if whole {
		take = chromedp.FullScreenshot(100)
	}
	picture, err := chromedp.Run(b.ctx, take)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(fmt.Sprintf("quote %q: %v", s, err)) // strings always marshal
	}
	return string(b)
}
