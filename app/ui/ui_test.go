package ui

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/shared/i18n"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// html is what a component renders, one element a line.
func html(u app.UI) string { return app.HTMLString(u) }

// host shows what Build gives. A function is never equal to another for go-app, so loading a second host renders the
// first one again through go-app's own diff.
type host struct {
	app.Compo
	Build func() app.UI
}

func (h *host) Render() app.UI { return app.Div().Body(h.Build()) }

// rerendered is the HTML after a first and a second render.
func rerendered(t *testing.T, first, second func() app.UI) string {
	t.Helper()
	e := app.NewTestEngine()
	h := &host{Build: first}
	if err := e.Load(h); err != nil {
		t.Fatal(err)
	}
	e.ConsumeAll()
	if err := e.Load(&host{Build: second}); err != nil {
		t.Fatal(err)
	}
	e.ConsumeAll()
	return html(h)
}

// go-app compares handlers by code address and scope. All handlers of On have one address, so the scope must differ.
func TestOn_is_renewed_at_each_render(t *testing.T) {
	first, second := func() app.EventOption { _, o := On(func(app.Context, app.Event) {}); return o }, func() app.EventOption { _, o := On(nil); return o }
	if first() == second() {
		t.Error("two handlers have the same scope: the second would never replace the first")
	}
	if h, _ := On(nil); h != nil {
		t.Error("a nil handler became a handler")
	}
}

func TestOn_recovers_from_a_panic(t *testing.T) {
	defer toasts.clear()
	h, _ := On(func(app.Context, app.Event) { panic("broken") })
	h(app.Context{}, app.Event{})

	shown := toasts.shown()
	if len(shown) != 1 || shown[0].Tone != Bad {
		t.Fatalf("got %d toasts, want one of tone bad", len(shown))
	}
	if !regexp.MustCompile(`[2-9A-Z]{4}-[2-9A-Z]{4}`).MatchString(shown[0].Text) {
		t.Errorf("toast %q has no reference code", shown[0].Text)
	}
}

// go-app drops empty values; the value is a DOM property of ours and never an attribute.
func TestField_renders_no_value(t *testing.T) {
	got := html(&Field{ID: "a", Label: "A", Value: "typed"})
	if strings.Contains(got, "typed") || regexp.MustCompile(`<input[^>]* value`).MatchString(got) {
		t.Errorf("the value is in the HTML:\n%s", got)
	}
}

func TestField_describes_itself(t *testing.T) {
	got := html(&Field{ID: "mail", Label: "E-mail", Required: true, Error: "No dot after the @.", Hint: "Hidden by the error"})
	for _, want := range []string{`for="mail"`, `id="mail"`, `aria-describedby="mail-note"`, `id="mail-note"`, `aria-invalid`, ` required`, "No dot after the @."} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in:\n%s", want, got)
		}
	}
	if strings.Contains(got, "Hidden by the error") {
		t.Error("hint and error at once")
	}
}

// The diff of go-app goes by position: a field with another id must not inherit what the first one knew.
func TestField_is_told_apart_by_its_id(t *testing.T) {
	shown := &Field{ID: "a", Kind: Password, shown: true}
	got := rerendered(t, func() app.UI { return shown }, func() app.UI { return &Field{ID: "a", Kind: Password} })
	if !strings.Contains(got, `type="text"`) {
		t.Errorf("the same field forgot that it shows the password:\n%s", got)
	}
	shown = &Field{ID: "a", Kind: Password, shown: true}
	got = rerendered(t, func() app.UI { return shown }, func() app.UI { return &Field{ID: "b", Kind: Password} })
	if !strings.Contains(got, `type="password"`) {
		t.Errorf("another field shows its password:\n%s", got)
	}
}

func TestButton_is_disabled_only_with_a_reason(t *testing.T) {
	clicked := false
	b := &Button{Label: "Approve", Disabled: "Only the owner decides.", OnClick: func(app.Context, app.Event) { clicked = true }}
	got := html(b)
	if !strings.Contains(got, "aria-disabled") || !strings.Contains(got, "Only the owner decides.") {
		t.Errorf("the reason is not part of the button:\n%s", got)
	}
	if strings.Contains(got, " disabled") {
		t.Error("the button can't be focused, so nobody hears the reason")
	}
	b.click(app.Context{}, app.Event{Value: app.Null()})
	if clicked {
		t.Error("a disabled button acted")
	}
	b.Disabled, b.Busy = "", true
	b.click(app.Context{}, app.Event{Value: app.Null()})
	if clicked {
		t.Error("a busy button acted twice")
	}
	b.Busy = false
	b.click(app.Context{}, app.Event{Value: app.Null()})
	if !clicked {
		t.Error("the button does nothing")
	}
}

// Boolean attributes are there only when true: go-app would render Disabled(false) as disabled="false", which is on.
func TestComponents_render_no_false_attribute_and_no_style(t *testing.T) {
	all := []app.UI{
		&Button{Label: "a"}, &Field{ID: "f", Label: "a"}, &Field{ID: "t", Label: "a", Kind: Area},
		&Select{ID: "s", Label: "a", Options: []Option{{Value: "", Label: "none"}}},
		&Checkbox{ID: "c", Label: "a"}, &RadioGroup{ID: "r", Label: "a", Choices: []Choice{{Value: "x", Label: "x"}}},
		&Dialog{ID: "d", Title: "a", Open: true}, &Dialog{ID: "e", Title: "a"}, &Confirm{ID: "k", Title: "a", Open: true},
		&Menu{ID: "m", Label: "a", Items: []MenuItem{{Label: "x"}}}, &Palette{ID: "p", Open: true, Commands: []Command{{Label: "x"}}},
	}
	wrong := regexp.MustCompile(`\s(style|open|hidden|inert|disabled|checked|selected|required|readonly|multiple)="?(false|[^ >]*;)?"?[\s>]`)
	for _, u := range all {
		got := html(u)
		for _, m := range wrong.FindAllString(got, -1) {
			if strings.Contains(m, "selected") && !strings.Contains(m, "false") {
				continue // the chosen option
			}
			t.Errorf("%T renders%s:\n%s", u, m, got)
		}
	}
}

// The attribute open belongs to the browser: go-app would take it away from a dialog that was opened with showModal.
func TestDialog_never_renders_open_and_its_content_only_while_open(t *testing.T) {
	asked := 0
	body := func() []app.UI { asked++; return []app.UI{app.P().Text("inside")} }
	if got := html(&Dialog{ID: "d", Title: "T", Body: body}); strings.Contains(got, "inside") || asked != 0 {
		t.Errorf("a closed dialog asked for its body:\n%s", got)
	}
	got := html(&Dialog{ID: "d", Title: "T", Body: body, Open: true})
	if !strings.Contains(got, "inside") || !strings.Contains(got, `aria-labelledby="d-title"`) || !strings.Contains(got, `id="d-title"`) {
		t.Errorf("an open dialog shows:\n%s", got)
	}
	if regexp.MustCompile(`<dialog[^>]* open`).MatchString(got) {
		t.Error("the attribute open is rendered")
	}
}

func TestDialog_asks_once_before_it_discards(t *testing.T) {
	closed := 0
	d := &Dialog{ID: "d", Dirty: true, Open: true, OnClose: func(app.Context) { closed++ }}
	d.asking = true
	d.requestClose(app.Context{})
	if d.asking || closed != 0 {
		t.Error("Esc in the question must go on editing")
	}
	d.asking = true
	d.close(app.Context{})
	if closed != 1 || d.asking {
		t.Errorf("Discard closed %d times", closed)
	}
	d.Dirty = false
	d.requestClose(app.Context{})
	if closed != 2 {
		t.Error("without changes it closes at once")
	}
}

// A card that renders twice must show the same: go-app filters lists of children in place.
func TestContainers_render_the_same_twice(t *testing.T) {
	render := func() app.UI {
		return &Card{Title: "T", Body: []app.UI{nil, app.P().Text("one"), app.If(true, func() app.UI { return app.P().Text("two") }), nil, app.P().Text("three")}}
	}
	card := render().(*Card)
	for range 2 {
		if got := html(card); strings.Count(got, "<p>") != 3 {
			t.Errorf("children are lost:\n%s", got)
		}
	}
	got := rerendered(t, render, render)
	if strings.Count(got, "one") != 1 || strings.Count(got, "two") != 1 || strings.Count(got, "three") != 1 {
		t.Errorf("after another render:\n%s", got)
	}
}

// An option with an empty value would submit its text, so options are known by their position.
func TestSelect_keeps_empty_values(t *testing.T) {
	s := &Select{ID: "s", Label: "Purpose", Value: "", Options: []Option{{Value: "all", Label: "All"}, {Value: "", Label: "None"}}}
	if got := s.index(); got != "1" {
		t.Errorf("index of the empty value: got %q, want 1", got)
	}
	s.Value = "gone"
	if got := s.index(); got != "" {
		t.Errorf("index of a value that is no option: got %q", got)
	}
}

func TestTable_keeps_its_meaning_in_two_line_form(t *testing.T) {
	got := html(&Table{Label: "Numbers", Columns: []Column{{Title: "Number", Kind: Title}, {Title: "Status", Kind: State}},
		Lines: []Line{{ID: "n1", Cells: []app.UI{app.Text("+33 1"), Tag(OK, "Active")}}}})
	for _, role := range []string{`role="table"`, `role="rowgroup"`, `role="row"`, `role="columnheader"`, `role="rowheader"`, `role="cell"`} {
		if !strings.Contains(got, role) {
			t.Errorf("no %s in:\n%s", role, got)
		}
	}
}

func TestTabs_with_addresses_are_links(t *testing.T) {
	got := html(&Tabs{ID: "t", Label: "Views", Selected: "a", Tabs: []Tab{{ID: "a", Label: "A", Href: "/a"}, {ID: "b", Label: "B", Href: "/b"}}})
	if strings.Contains(got, "tablist") || strings.Count(got, `aria-current="page"`) != 1 {
		t.Errorf("link tabs render:\n%s", got)
	}
	got = html(&Tabs{ID: "t", Label: "Views", Selected: "a", Tabs: []Tab{{ID: "a", Label: "A"}, {ID: "b", Label: "B"}}})
	if !strings.Contains(got, `role="tablist"`) || strings.Count(got, `role="tab"`) != 2 || strings.Count(got, `tabindex="-1"`) != 1 {
		t.Errorf("ARIA tabs render:\n%s", got)
	}
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{"Marie Dubois": "MD", "Tom": "T", "Ana Maria de la Cruz": "AC", "élodie": "É", "": "", "  Jo  Li ": "JL"} {
		if got := Initials(name); got != want {
			t.Errorf("Initials(%q) = %q, want %q", name, got, want)
		}
	}
}

func TestPalette_finds_by_words_without_accents(t *testing.T) {
	p := &Palette{ID: "p", Commands: []Command{{Label: "Numéros de téléphone", Group: "Aller à"}, {Label: "Journal", Words: "audit"}, {Label: "Contacts"}}}
	for query, want := range map[string][]string{
		"numero": {"Numéros de téléphone"}, "TEL num": {"Numéros de téléphone"}, "audit": {"Journal"}, "xyz": nil,
		"": {"Numéros de téléphone", "Journal", "Contacts"},
	} {
		p.query = query
		var got []string
		for _, c := range p.found() {
			got = append(got, c.Label)
		}
		if !slices.Equal(got, want) {
			t.Errorf("found(%q) = %q, want %q", query, got, want)
		}
	}
}

func TestMenu_goes_to_the_next_line_of_a_letter(t *testing.T) {
	m := &Menu{Items: []MenuItem{{Label: "Edit"}, {Label: "Export"}, {Label: "Élargir"}, {Label: "Remove"}}}
	for _, c := range []struct {
		key        string
		from, want int
	}{{"e", -1, 0}, {"e", 0, 1}, {"e", 1, 2}, {"e", 2, 0}, {"r", 0, 3}, {"z", 0, -1}, {" ", 0, -1}, {"Shift", 0, -1}} {
		if got := m.startingWith(c.key, c.from); got != c.want {
			t.Errorf("%q from %d: got %d, want %d", c.key, c.from, got, c.want)
		}
	}
}

func TestFormatLeft(t *testing.T) {
	for _, c := range []struct {
		left   time.Duration
		en, fr string
	}{
		{0, "0:00", "0:00"},
		{time.Millisecond, "0:01", "0:01"},
		{59 * time.Second, "0:59", "0:59"},
		{42*time.Minute + 10*time.Second, "42:10", "42:10"},
		{time.Hour, "1\u00a0h 00\u00a0min", "1\u00a0h 00\u00a0min"},
		{3*time.Hour + 12*time.Minute + 59*time.Second, "3\u00a0h 12\u00a0min", "3\u00a0h 12\u00a0min"},
		{51 * time.Hour, "2\u00a0d 3\u00a0h", "2\u00a0j 3\u00a0h"},
	} {
		if got := FormatLeft(i18n.EN, c.left); got != c.en {
			t.Errorf("%v in English: got %q, want %q", c.left, got, c.en)
		}
		if got := FormatLeft(i18n.FR, c.left); got != c.fr {
			t.Errorf("%v in French: got %q, want %q", c.left, got, c.fr)
		}
	}
}

// R09: the agent hears the remaining time at 10, 5 and 1 minutes, once each.
func TestCountdown_speaks_at_ten_five_and_one(t *testing.T) {
	var spoken []int
	before := time.Duration(0) // nothing is said about the time at which the page opened
	for left := 11 * time.Minute; left >= 0; left -= time.Second {
		if m := passed(before, left); m > 0 {
			spoken = append(spoken, m)
		}
		before = left
	}
	if want := []int{10, 5, 1}; !slices.Equal(spoken, want) {
		t.Errorf("spoke at %v minutes, want %v", spoken, want)
	}
	// The computer slept from 12 minutes to 30 seconds: only the nearest mark is said.
	if got := passed(12*time.Minute, 30*time.Second); got != 1 {
		t.Errorf("after a sleep: got %d, want 1", got)
	}
}
