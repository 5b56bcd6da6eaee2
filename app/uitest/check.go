//go:build !js

package uitest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/chromedp/chromedp"
)

// Violation is a fault that axe-core found.
type Violation struct {
	ID     string `json:"id"`
	Impact string `json:"impact"`
	Help   string `json:"help"`
	Nodes  []struct {
		Target  []string `json:"target"`
		HTML    string   `json:"html"`
		Summary string   `json:"failureSummary"`
	} `json:"nodes"`
}

// String is the fault with the first places where it stands.
func (v Violation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s): %s, %d times", v.ID, v.Impact, v.Help, len(v.Nodes))
	for i, n := range v.Nodes {
		if i == 5 {
			break
		}
		fmt.Fprintf(&b, "\n  %s\n    %s\n    %s", strings.Join(n.Target, " "), n.HTML, strings.ReplaceAll(n.Summary, "\n", " "))
	}
	return b.String()
}

var axeSource = sync.OnceValues(func() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			source, err := os.ReadFile(filepath.Join(dir, "app/web/node_modules/axe-core/axe.min.js"))
			return string(source), err
		}
	}
	return "", os.ErrNotExist
})

// Axe runs axe-core over the page as it stands, or over what lies within a selector, and gives what breaks WCAG 2.2 AA
// or good practice. The source comes in through the debugger, so the content policy stays as strict as in production.
func (b *Tab) Axe(within ...string) []Violation {
	b.t.Helper()
	if !Eval[bool](b, `!!window.axe`) {
		source, err := axeSource()
		if err != nil {
			b.t.Fatalf("axe-core is needed, npm ci in app/web installs it: %v", err)
		}
		if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](source+";true")); err != nil {
			b.t.Fatal(err)
		}
	}
	context := "document"
	if len(within) > 0 {
		context = `{include: ` + quote(within[0]) + `}`
	}
	return Eval[[]Violation](b, `axe.run(`+context+`, {
		resultTypes: ["violations"],
		runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
	}).then(r => r.violations.map(({id, impact, help, nodes}) => ({id, impact, help, nodes})))`)
}

// NoViolations fails the test with what Axe finds; where says what is looked at.
func (b *Tab) NoViolations(where string, within ...string) {
	b.t.Helper()
	for _, v := range b.Axe(within...) {
		b.t.Errorf("%s: %v", where, v)
	}
}

// NoSidewaysScroll fails the test when the page is wider than the window, and names what sticks out.
func (b *Tab) NoSidewaysScroll(where string) {
	b.t.Helper()
	wide := Eval[[]string](b, `(() => {
		const room = document.documentElement.clientWidth;
		if (document.documentElement.scrollWidth <= room) return [];
		return ["page: " + document.documentElement.scrollWidth + " of " + room + " px",
			...[...document.querySelectorAll("body *")].filter(el => el.getBoundingClientRect().right > room + 1 && el.checkVisibility())
				.slice(-6).map(el => el.outerHTML.slice(0, 160))];
	})()`)
	if len(wide) > 0 {
		b.t.Errorf("%s scrolls sideways:\n%s", where, strings.Join(wide, "\n"))
	}
}
