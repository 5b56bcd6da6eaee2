//go:build !js

package pages_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"countersign/app/uitest"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// sheet is a tab with the lists of the design system.
func sheet(t *testing.T) *uitest.Tab {
	t.Helper()
	tab := gallery(t)
	showSheet(tab)
	return tab
}

func showSheet(tab *uitest.Tab) {
	tab.Go("/dev/gallery/grid")
	tab.Wait(`document.querySelector("#grid-big .grid-rows .grid-row")`)
}

// inView are the names of the rows that are seen in the big list, from the first on.
func inView(tab *uitest.Tab) []string {
	return uitest.Eval[[]string](tab, `(() => {
		const grid = document.querySelector("#grid-big");
		const top = grid.querySelector(".grid-head").getBoundingClientRect().bottom, end = grid.getBoundingClientRect().bottom;
		return [...grid.querySelectorAll(".grid-rows .grid-row")].filter(el => {
			const r = el.getBoundingClientRect();
			return r.top >= top - 1 && r.bottom <= end + 1;
		}).map(el => el.querySelector(".grid-name").textContent);
	})()`)
}

// numberOf is the name of an invented row.
func numberOf(item int) string {
	n := 10_000_000 + item
	return fmt.Sprintf("+33 1 %d %03d %03d", n/1_000_000, n/1000%1000, n%1000)
}

func activeRow(tab *uitest.Tab) string {
	return uitest.Eval[string](tab, `(() => {
		const el = document.getElementById(document.querySelector("#grid-big").getAttribute("aria-activedescendant"));
		return el.querySelector(".grid-name")?.textContent ?? el.textContent;
	})()`)
}

func picked(tab *uitest.Tab) []string {
	return uitest.Eval[[]string](tab, `[...document.querySelectorAll("#grid-big [aria-selected=true] .grid-name")].map(el => el.textContent)`)
}

// focusSheet comes to the big list by the keyboard.
func focusSheet(tab *uitest.Tab) {
	focus(tab, "grid-fill")
	tab.Press(kb.Tab)
}

// wheel turns the wheel over the middle of the big list.
func wheel(tab *uitest.Tab, by float64) {
	at := uitest.Eval[[]float64](tab, `(() => {
		const r = document.querySelector("#grid-big").getBoundingClientRect();
		return [r.x + r.width / 2, r.y + r.height / 2];
	})()`)
	tab.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: input.DispatchMouseEventTypeMouseWheel, X: at[0], Y: at[1], DeltaX: 1e-9, DeltaY: by})
		return err
	}))
	tab.Settle()
}

// X06: axe finds no fault in a list of any length, and nothing scrolls sideways.
func TestGrid_has_no_faults_of_accessibility(t *testing.T) {
	for _, lang := range []string{"en", "fr"} {
		tab := gallery(t)
		tab.Language(lang)
		showSheet(tab)
		for _, theme := range []string{"light", "dark"} {
			for _, width := range []int64{1280, 390} {
				tab.Scheme(theme)
				tab.Size(width, 860)
				tab.Settle()
				where := fmt.Sprintf("%s, %s, %d px", lang, theme, width)
				tab.NoViolations(where)
				tab.NoSidewaysScroll(where)
				tab.Screenshot(fmt.Sprintf("grid-%s-%s-%d", lang, theme, width), false)
			}
		}
		tab.Screenshot("grid-whole-"+lang, true)
		tab.NoProblems()
	}
}

// X06: nothing scrolls sideways from 320 px on, neither the page nor a list within itself.
func TestGrid_never_scrolls_sideways(t *testing.T) {
	tab := gallery(t)
	tab.Language("fr")
	showSheet(tab)
	for _, width := range []int64{320, 360, 640, 768, 1000, 1024, 1120, 1280, 1600} {
		tab.Size(width, 860)
		tab.Settle()
		tab.NoSidewaysScroll(fmt.Sprint(width))
		cut := uitest.Eval[[]string](tab, `[...document.querySelectorAll(".grid-scroll")].filter(el => el.scrollWidth > el.clientWidth).map(el => el.id + ": " + el.scrollWidth + " of " + el.clientWidth)`)
		if len(cut) > 0 {
			t.Errorf("at %d px columns are cut off: %v", width, cut)
		}
	}
}

// N01: rows are where the wheel and the keyboard lead, first and last alike, and the page holds no more than what is seen.
func TestGrid_shows_the_rows_in_view(t *testing.T) {
	tab := sheet(t)
	if rows := inView(tab); len(rows) < 5 || rows[0] != numberOf(0) || rows[1] != numberOf(1) {
		t.Fatalf("at first %q are in view", rows)
	}
	wheel(tab, 4400)
	tab.Wait(`document.querySelector("#grid-big").scrollTop === 4400`)
	tab.Settle()
	if rows := inView(tab); rows[0] != numberOf(100) || rows[2] != numberOf(102) {
		t.Errorf("100 rows further %q are in view", rows)
	}
	if foot := tab.Text("#grid-big-foot"); !strings.HasPrefix(foot, "100,000 numbers. Showing 101–1") {
		t.Errorf("the foot says %q", foot)
	}

	focusSheet(tab)
	tab.Press(kb.End)
	rows := inView(tab)
	if last := rows[len(rows)-1]; last != numberOf(99_999) || activeRow(tab) != last {
		t.Errorf("at the end %q are in view, active is %q", rows, activeRow(tab))
	}
	for _, grid := range []string{"grid-big", "grid-huge"} {
		if n := uitest.Eval[int](tab, `document.querySelectorAll("#`+grid+` *").length`); n > 1200 {
			t.Errorf("%s holds %d elements", grid, n)
		}
	}
	order := uitest.Eval[bool](tab, `(() => {
		const rows = [...document.querySelectorAll("#grid-big .grid-rows .grid-row")].map(el => [+el.getAttribute("aria-rowindex"), el.getBoundingClientRect().top]);
		return rows.every((r, i) => i === 0 || r[0] === rows[i - 1][0] + 1 && r[1] > rows[i - 1][1]);
	})()`)
	if !order {
		t.Error("the rows do not stand in the page as they are seen")
	}
	tab.NoProblems()
}

// A million rows are higher than a browser makes an element. Every row is reached all the same.
func TestGrid_reaches_every_row_of_a_million(t *testing.T) {
	tab := sheet(t)
	focus(tab, "grid-huge")
	names := func() string {
		return uitest.Eval[string](tab, `(() => {
			const grid = document.querySelector("#grid-huge"), el = document.getElementById(grid.getAttribute("aria-activedescendant"));
			const r = el.getBoundingClientRect(), head = grid.querySelector(".grid-head").getBoundingClientRect().bottom, end = grid.getBoundingClientRect().bottom;
			return el.querySelector(".grid-name").textContent + (r.top >= head - 2 && r.bottom <= end + 2 ? "" : " out of view");
		})()`)
	}
	item := 0
	for _, step := range []struct {
		key string
		to  int
	}{{kb.End, 999_999}, {kb.ArrowUp, 999_998}, {kb.ArrowUp, 999_997}, {kb.Home, 0}, {kb.ArrowDown, 1}, {kb.End, 999_999}} {
		tab.Press(step.key)
		item = step.to
		if got := names(); got != numberOf(item) {
			t.Errorf("after %q row %d is active, want %s: %s", step.key, item, numberOf(item), got)
		}
	}
	tab.Run(`const g = document.querySelector("#grid-huge"); g.scrollTop = g.scrollHeight / 2`)
	tab.Settle()
	blank := uitest.Eval[bool](tab, `(() => {
		const grid = document.querySelector("#grid-huge").getBoundingClientRect();
		return [0.3, 0.6, 0.95].some(f => !document.elementFromPoint(grid.x + 100, grid.y + grid.height * f)?.closest("#grid-huge .grid-rows .grid-row"));
	})()`)
	if blank {
		t.Error("in the middle there are places without a row")
	}
}

// X06: one tab stop; the arrows, pages, Home and End move the active row, which stays in view, and titles are above it.
func TestGrid_by_keyboard(t *testing.T) {
	tab := sheet(t)
	focusSheet(tab)
	expectFocus(t, tab, "grid-big", "Tab")
	for _, step := range []struct {
		key  string
		want int
	}{{"", 0}, {kb.ArrowDown, 1}, {kb.ArrowDown, 2}, {kb.ArrowUp, 1}, {kb.End, 99_999}, {kb.ArrowDown, 99_999}, {kb.ArrowUp, 99_998}, {kb.Home, 0}} {
		if step.key != "" {
			tab.Press(step.key)
		}
		if got := activeRow(tab); got != numberOf(step.want) {
			t.Errorf("after %q row %q is active, want %q", step.key, got, numberOf(step.want))
		}
	}
	tab.Press(kb.PageDown)
	if rows := inView(tab); !slices.Contains(rows, activeRow(tab)) || activeRow(tab) == numberOf(0) {
		t.Errorf("after PageDown %q is active, %q are in view", activeRow(tab), rows)
	}
	tab.Press(kb.PageUp)
	if got := activeRow(tab); got != numberOf(0) {
		t.Errorf("PageUp leads to %q", got)
	}

	tab.Press(kb.ArrowUp)
	if got := activeRow(tab); got != "Phone number" {
		t.Errorf("above the first row %q is active", got)
	}
	tab.Press(kb.Enter)
	if rows := inView(tab); rows[0] != numberOf(99_999) || uitest.Eval[string](tab, `document.querySelector("#grid-big-h1").ariaSort`) != "descending" {
		t.Errorf("sorted by Enter, %q are in view", rows)
	}
	tab.Press(kb.ArrowRight)
	if got := activeRow(tab); got != "Display name" {
		t.Errorf("the next title is %q", got)
	}
	tab.Press(kb.ArrowDown)
	if got := activeRow(tab); got != numberOf(99_999) {
		t.Errorf("below the titles %q is active", got)
	}
	tab.Press(kb.Enter)
	if got := tab.Text("#grid-said"); got != "open "+numberOf(99_999) {
		t.Errorf("Enter: %q", got)
	}
	expectFocus(t, tab, "grid-big", "after all keys")
	tab.Press(kb.Tab)
	expectFocus(t, tab, "grid-big-density", "Tab leaves the rows")
	tab.NoProblems()
}

// N07: Space picks, Shift picks a range, Ctrl+A all; the tick above tells none, some or all.
func TestGrid_picks_by_keyboard_and_mouse(t *testing.T) {
	tab := sheet(t)
	ticked := func() string {
		return uitest.Eval[string](tab, `document.querySelector("#grid-big-h0").ariaChecked`)
	}
	expect := func(when string, want ...int) {
		t.Helper()
		names := []string{}
		for _, i := range want {
			names = append(names, numberOf(i))
		}
		if got := picked(tab); !slices.Equal(got, names) {
			t.Errorf("%s: %q are picked, want %q", when, got, names)
		}
	}
	focusSheet(tab)
	tab.Press(" ")
	expect("Space", 0)
	if ticked() != "mixed" {
		t.Errorf("the tick is %q with one of all", ticked())
	}
	tab.Press(kb.ArrowDown, chromedp.KeyModifiers(chromedp.ModifierShift))
	tab.Press(kb.ArrowDown, chromedp.KeyModifiers(chromedp.ModifierShift))
	expect("Shift+arrows", 0, 1, 2)
	tab.Press(kb.ArrowUp, chromedp.KeyModifiers(chromedp.ModifierShift))
	expect("back by Shift+arrow", 0, 1)
	tab.Press("a", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	if n := len(picked(tab)); ticked() != "true" || n < 8 {
		t.Errorf("Ctrl+A: the tick is %q, %d rows in view are picked", ticked(), n)
	}
	tab.Screenshot("grid-picked", false)
	tab.NoViolations("all picked", "#grid-big-frame")
	tab.Click("#grid-big .grid-head .pick")
	expect("the tick above")
	if ticked() != "false" {
		t.Errorf("the tick is %q with none", ticked())
	}

	tab.Click("#grid-big-r2 .pick")
	expect("a tick", 2)
	tab.Run(`document.querySelector("#grid-big-r4 .cell").dispatchEvent(new MouseEvent("click", {bubbles: true, shiftKey: true}))`)
	tab.Settle()
	expect("Shift+click", 2, 3, 4)
	tab.Run(`document.querySelector("#grid-big-r6 .cell").dispatchEvent(new MouseEvent("click", {bubbles: true}))`)
	tab.Settle()
	expect("a mere click", 2, 3, 4)
	if got := activeRow(tab); got != numberOf(6) {
		t.Errorf("a click makes %q active", got)
	}
	expectFocus(t, tab, "grid-big", "after clicks")
}

// N03: one menu for all rows, by the mouse and by the keyboard, beside the row's button; Esc gives the focus back.
func TestGrid_menu_of_a_row(t *testing.T) {
	tab := sheet(t)
	open := `document.querySelector("#grid-big-menu:popover-open")`
	tab.Click("#grid-big-r3 .act .btn")
	tab.Wait(open)
	tab.Wait(`document.activeElement.textContent === "View Assignments"`)
	near := uitest.Eval[[]float64](tab, `(() => {
		const b = document.querySelector("#grid-big-r3 .act .btn").getBoundingClientRect(), m = document.querySelector("#grid-big-menu").getBoundingClientRect();
		return [Math.abs(m.right - b.right), Math.min(Math.abs(m.top - b.bottom), Math.abs(m.bottom - b.top))];
	})()`)
	if near[0] > 8 || near[1] > 12 {
		t.Errorf("the menu is %v px from its button", near)
	}
	tab.Screenshot("grid-menu", false)
	tab.NoViolations("menu", "#grid-big-menu")
	tab.Press(kb.Escape)
	tab.Wait(`!` + open)
	expectFocus(t, tab, "grid-big", "menu closed by Esc")

	for range 2 { // a second press on the button closes it, and a third opens it again
		tab.Click("#grid-big-r3 .act .btn")
		tab.Wait(open)
		tab.Click("#grid-big-r3 .act .btn")
		if uitest.Eval[bool](tab, `!!`+open) {
			t.Fatal("the button does not close its menu")
		}
	}

	tab.Press(kb.ArrowDown)
	tab.Press(kb.F10, chromedp.KeyModifiers(chromedp.ModifierShift))
	tab.Wait(open)
	tab.Wait(`document.activeElement.textContent === "View Assignments"`)
	tab.Press(kb.ArrowDown)
	tab.Press(kb.Enter)
	tab.Wait(`!` + open)
	tab.Wait(`document.querySelector("#grid-said").textContent === "edit ` + numberOf(4) + `"`)
	expectFocus(t, tab, "grid-big", "menu used")
	tab.NoProblems()
}

// An open menu follows its row when others come, and closes when the row is scrolled away.
func TestGrid_menu_stays_with_its_row(t *testing.T) {
	tab := sheet(t)
	tab.Click("#grid-big-r3 .act .btn")
	tab.Wait(`document.querySelector("#grid-big-menu:popover-open")`)
	tab.Run(`document.querySelector("#grid-above").dispatchEvent(new MouseEvent("click"))`)
	tab.Settle()
	if got := uitest.Eval[string](tab, `document.querySelector("#grid-big .grid-row.open").id`); got != "grid-big-r8" {
		t.Errorf("the menu is at %s", got)
	}
	tab.Run(`document.querySelector("#grid-big").scrollTop = 90000`)
	tab.Wait(`!document.querySelector("#grid-big-menu:popover-open")`)
	if n := uitest.Eval[int](tab, `document.querySelectorAll("#grid-big .open").length`); n != 0 {
		t.Errorf("%d rows are marked as open", n)
	}
}

// N12: rows that come and go above never move the row under the pointer, nor the one that is active, nor the focus.
func TestGrid_keeps_still_when_rows_come_above(t *testing.T) {
	tab := sheet(t)
	focusSheet(tab)
	tab.Press(kb.ArrowDown)
	active := activeRow(tab)
	wheel(tab, 2220) // the list stands between two rows
	tab.Wait(`document.querySelector("#grid-big").scrollTop === 2220`)
	tab.Settle()
	tab.Hover("#grid-big-r54 .title")
	under := `document.querySelector("#grid-big .grid-row:hover .grid-name")`
	tab.Wait(under)
	at := func() string {
		return uitest.Eval[string](tab, `(() => { const el = `+under+`; return el.textContent + " at " + Math.round(el.getBoundingClientRect().top); })()`)
	}
	before := at()
	for _, button := range []string{"grid-above", "grid-above", "grid-gone"} {
		tab.Run(`document.getElementById("` + button + `").dispatchEvent(new MouseEvent("click", {bubbles: true}))`)
		tab.Settle()
		if now := at(); now != before {
			t.Errorf("after %s under the pointer is %s, before it was %s", button, now, before)
		}
		if n := uitest.Eval[int](tab, `+document.querySelector("#grid-big").getAttribute("aria-rowcount")`); n%5 != 1 || n == 100_001 {
			t.Errorf("%d rows are told of", n)
		}
	}
	expectFocus(t, tab, "grid-big", "after all changes")
	tab.Press(kb.ArrowDown)
	if now := activeRow(tab); active != numberOf(1) || now != numberOf(2) {
		t.Errorf("before %q was active, after the changes the arrow leads to %q", active, now)
	}
}

// Rows say at once what changed in them, and an empty list gives way to rows and back.
func TestGrid_draws_what_has_changed(t *testing.T) {
	tab := sheet(t)
	if got := tab.Text("#grid-big-r8 .state"); got != "Active" {
		t.Fatalf("at first the state is %q", got)
	}
	tab.Click("#grid-mark")
	if got := tab.Text("#grid-big-r8 .state"); got != "Suspended" {
		t.Errorf("after the change it is %q", got)
	}
	seen := func(css string) bool {
		return uitest.Eval[bool](tab, `!!document.querySelector("`+css+`")?.checkVisibility()`)
	}
	if !seen("#grid-none-frame .empty") || seen("#grid-none .grid-rows .grid-row") {
		t.Error("a list without rows says nothing")
	}
	tab.Click("#grid-fill")
	if seen("#grid-none-frame .empty") || !seen("#grid-none-r11") {
		t.Error("the filled list does not show its rows")
	}
	tab.Click("#grid-fill")
	if !seen("#grid-none-frame .empty") {
		t.Error("emptied again, the list says nothing")
	}
	if !seen("#grid-loading-frame .skeleton") {
		t.Error("a list that loads shows no places of rows")
	}
	tab.NoProblems()
}

// The person's widths and row height are kept in the browser.
func TestGrid_keeps_widths_and_height(t *testing.T) {
	tab := sheet(t)
	width := func(column int) int {
		return uitest.Eval[int](tab, fmt.Sprintf(`document.querySelector("#grid-big-h%d").offsetWidth`, column))
	}
	at := uitest.Eval[[]float64](tab, `(() => { const r = document.querySelector("#grid-big-h2 .grid-grip").getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()`)
	was := width(2)
	tab.Do(chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, at[0], at[1], chromedp.ButtonLeft),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at[0]+30, at[1], chromedp.ButtonLeft),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at[0]+60, at[1], chromedp.ButtonLeft),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, at[0]+60, at[1], chromedp.ButtonLeft))
	tab.Settle()
	if now := width(2); now != was+60 {
		t.Errorf("pulled by 60 px, the column of %d px is %d", was, now)
	}
	if cell := uitest.Eval[int](tab, `document.querySelector("#grid-big-r3 .cell").offsetWidth`); cell != width(2) {
		t.Errorf("its cells have %d px", cell)
	}
	focusSheet(tab)
	tab.Press(kb.ArrowUp + kb.ArrowRight + kb.ArrowRight)
	was = width(3)
	tab.Press(kb.ArrowLeft, chromedp.KeyModifiers(chromedp.ModifierShift))
	if now := width(3); now != was-16 {
		t.Errorf("Shift+ArrowLeft makes a column of %d px %d", was, now)
	}
	tab.Wait(`document.querySelector("#cs-status").textContent.startsWith("Call purpose: ")`)
	tab.Run(`document.querySelector("#grid-big").scrollTop = 44 * 500`)
	focus(tab, "grid-big-density")
	tab.Press("Com")
	tab.Press(kb.ArrowDown)
	tab.Wait(`document.querySelector("#grid-big .grid-rows .grid-row").offsetHeight === 36`)
	if rows := inView(tab); rows[0] != numberOf(500) {
		t.Errorf("lower rows begin with %q", rows[0])
	}

	two, three := width(2), width(3)
	showSheet(tab)
	if width(2) != two || width(3) != three || uitest.Eval[int](tab, `document.querySelector("#grid-big .grid-rows .grid-row").offsetHeight`) != 36 {
		t.Errorf("loaded again, the list has forgotten its widths (%d, %d of %d, %d) or its height", width(2), width(3), two, three)
	}
	tab.Run(`document.querySelector("#grid-big-h2 .grid-grip").dispatchEvent(new MouseEvent("dblclick", {bubbles: true}))`)
	tab.Settle()
	if width(2) == two {
		t.Error("a double click on the edge does not give the column its own width back")
	}
}

// Whoever comes back in the history finds the list where it was; who comes by a link begins at the top.
func TestGrid_is_where_it_was_after_coming_back(t *testing.T) {
	tab := sheet(t)
	focusSheet(tab)
	tab.Run(`document.querySelector("#grid-big").scrollTop = 44 * 700`)
	tab.Settle()
	tab.Click(`.nav-item[href="/dev/gallery"]`)
	tab.Wait(`document.querySelector("#buttons") || document.querySelector("#numbers")`)
	tab.Run(`window.history.back()`)
	tab.Wait(`document.querySelector("#grid-big-r700")`)
	if rows := inView(tab); rows[0] != numberOf(700) {
		t.Errorf("back, %q are in view", rows)
	}
	tab.Click(`.nav-item[href="/dev/gallery"]`)
	tab.Wait(`document.querySelector("#numbers")`)
	tab.Go("/dev/gallery/grid")
	tab.Wait(`document.querySelector("#grid-big-r0")`)
	tab.NoProblems()
}

// X06: on a phone a row is two lines, and what is touched is 44 px at least.
func TestGrid_on_a_phone(t *testing.T) {
	tab := gallery(t)
	tab.Size(390, 844)
	showSheet(tab)
	small := uitest.Eval[[]string](tab, `[...document.querySelectorAll("#grid-big :is(.pick, .act .btn)")].filter(el => el.checkVisibility())
		.map(el => [el, el.getBoundingClientRect()]).filter(([el, r]) => (r.width < 43.5 || r.height < 43.5) && !el.closest(".grid-head"))
		.map(([el, r]) => el.className + " " + r.width + " × " + r.height)`)
	for _, s := range small {
		t.Errorf("smaller than 44 px: %s", s)
	}
	row := uitest.Eval[[]string](tab, `[...document.querySelector("#grid-big-r8").querySelectorAll(":scope > *")].filter(el => el.checkVisibility() && el.offsetWidth > 0).map(el => el.textContent)`)
	if want := []string{"", numberOf(8), "Fraud desk · Fraud Alert", ""}; !slices.Equal(row, want) {
		t.Errorf("a usual row shows %q, want %q", row, want)
	}
	if got := tab.Text("#grid-big-r3 .state"); got != "Needs attention" || !uitest.Eval[bool](tab, `document.querySelector("#grid-big-r3 .state").checkVisibility()`) {
		t.Errorf("a row that needs attention says %q", got)
	}
	tab.Click("#grid-big-r1 .act .btn")
	tab.Wait(`document.querySelector("#grid-big-menu:popover-open")`)
	tab.Screenshot("grid-phone-menu", false)
	tab.NoSidewaysScroll("menu on a phone")
	tab.NoProblems()
}

// What a frame costs the window's thread while a list of 100,000 rows scrolls, ms of its processor's time: in a glide, by
// the wheel, by a fling that shows other rows with each frame, and dragged by the bar.
func BenchmarkGrid_scroll_frame(b *testing.B) {
	tab := uitest.Open(b, uitest.Serve(b, os.DirFS("../../build/bin/gallery")))
	tab.Size(1280, 1200) // some 30 rows are in the page
	showSheet(tab)
	spent := func() (ms float64) {
		tab.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			list, err := cdp.Call(ctx, t, performance.GetMetrics, cdp.Empty{})
			for _, m := range list.Metrics {
				if m.Name == "TaskDuration" {
					ms = m.Value * 1000
				}
			}
			return err
		}))
		return ms
	}
	tab.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, performance.Enable, performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks})
		return err
	}))
	for _, c := range []struct{ name, by string }{
		{"glide", "15"}, {"wheel", "100"}, {"fling", "2200"}, {"drag", "(i % 2 ? 1 : -1) * 44 * 20000 * Math.random()"},
	} {
		b.Run(c.name, func(b *testing.B) {
			const frames, runs = 60, 12
			rows := uitest.Eval[int](tab, `document.querySelectorAll("#grid-big .grid-rows .grid-row").length`)
			for b.Loop() {
				var each []float64
				for range runs {
					tab.Run(`document.querySelector("#grid-big").scrollTop = 44 * 20000`)
					tab.Settle()
					before := spent()
					tab.Run(fmt.Sprintf(`const g = document.querySelector("#grid-big");
						for (let i = 0; i < %d; i++) { g.scrollTop += %s; await new Promise(requestAnimationFrame) }`, frames, c.by))
					each = append(each, (spent()-before)/frames)
				}
				slices.Sort(each)
				b.ReportMetric(each[len(each)/2], "ms/frame")
				b.ReportMetric(each[len(each)-1], "ms/frame-worst")
				b.ReportMetric(float64(rows), "rows")
			}
		})
	}
}
