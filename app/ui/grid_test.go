//go:build !js

package ui

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// A selector that ends in whatever stands beside something else makes the browser look at all rows again when one comes
// or goes: scrolling a list costs three times as much then.
func TestStyles_name_what_stands_beside_something(t *testing.T) {
	files, err := filepath.Glob("../web/css/*.css")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d style sheets: %v", len(files), err)
	}
	beside := regexp.MustCompile(`[^{};]*[+~] *(\*|:(not|first|last|nth|only|empty))[^{};]*\{`)
	for _, f := range files {
		css, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		plain := regexp.MustCompile(`(?s)/\*.*?\*/`).ReplaceAllString(string(css), "")
		for _, m := range beside.FindAllString(plain, -1) {
			t.Errorf("%s: %s", f, strings.TrimSpace(m))
		}
	}
}

func TestGridWidths_outlive_the_page(t *testing.T) {
	l := parseWidths("").with("number", 200).with("name", 64).with("number", 240)
	if got := l.String(); got != "name:64,number:240" {
		t.Errorf("kept as %q", got)
	}
	back := parseWidths(l.String())
	if back.of("number") != 240 || back.of("name") != 64 || back.of("unit") != 0 {
		t.Errorf("read as %v", back)
	}
	if got := back.with("name", 0).String(); got != "number:240" {
		t.Errorf("without the name: %q", got)
	}
	for _, broken := range []string{"number", "number:", "number:x", "number:9", "number:99999", ":", ",,"} {
		if got := parseWidths(broken); len(got) != 0 {
			t.Errorf("%q is read as %v", broken, got)
		}
	}
}

type emptySheet struct{}

func (*emptySheet) Len() int            { return 0 }
func (*emptySheet) GridRow(int) GridRow { return GridRow{} }

// What the person chose stands in the tracks, and what narrow lists drop does not.
func TestDataGrid_tracks(t *testing.T) {
	g := &DataGrid{ID: "g", Source: &emptySheet{}, Columns: []GridColumn{
		{Key: "a", Kind: Title, Width: "1fr"}, {Key: "b", Kind: Drop, Width: "2fr"}, {Key: "c", Kind: State, Width: "3fr"},
	}, Menu: func(int) []MenuItem { return nil }}
	g.setWidth(0, 100, false)
	if got := g.tracks(false); got != "minmax(4rem, 100px) 2fr 3fr var(--grid-act)" {
		t.Errorf("all columns: %q", got)
	}
	g.OnPick = func(app.Context, int, bool) {}
	g.setWidth(0, 0, false)
	if got := g.tracks(true); got != "var(--grid-pick) 1fr 3fr var(--grid-act)" {
		t.Errorf("few columns: %q", got)
	}
}

// Outside a browser the frame is there with its titles, and the handle does nothing.
func TestDataGrid_outside_a_browser(t *testing.T) {
	g := &DataGrid{ID: "g", Label: "Numbers", Source: &emptySheet{}, Columns: []GridColumn{{Key: "a", Title: "Phone number", Kind: Title, Sort: true}},
		Sort: "a", Descending: true, Empty: &Empty{Title: "Nothing"}}
	page := html(g)
	for _, want := range []string{`role="grid"`, `aria-label="Numbers"`, "Phone number", `aria-sort="descending"`, "Nothing"} {
		if !strings.Contains(page, want) {
			t.Errorf("%s is missing in %s", want, page)
		}
	}
	var h GridHandle
	h.Refresh()
	h.Top()
	h.Reset()
	h.Move(func(row int) int { return row + 3 })
	if h.Anchor() != 0 || h.Active() != 0 {
		t.Error("a handle without a list points somewhere")
	}
}
