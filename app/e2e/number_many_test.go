//go:build !js

package e2e

import (
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/app/uitest"
	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/i18n"
	"countersign/shared/number"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// many is how many rows the file has: as many as one may.
const many = api.JobRows

// wantedNumber is what a row of the file asks for, in words.
type wantedNumber struct {
	e164                         number.E164
	purpose, unit, program, name string
}

// manyRows are the rows of a file as people have it: numbers in every format, some with a place, and what the import makes
// of each. Of every 2,500 one can't be taken, for one of five reasons.
type manyRows struct {
	s    *stock
	want []wantedNumber
	bad  map[int]number.Reason // by row
}

func (s *stock) manyRows() *manyRows {
	m := &manyRows{s: s, bad: map[int]number.Reason{}}
	purposes := [...]string{"survey", "customer_service", "telemarketing"}
	for i := range many {
		w := wantedNumber{e164: s.at(i), purpose: purposes[i%3], name: fmt.Sprintf("Line %d", i)}
		switch i % 10 {
		case 0:
			w.unit, w.program = "Acme France", "Winter 2026"
		case 1, 2:
			w.unit = "Acme Suisse"
		}
		m.want = append(m.want, w)
		if i%2500 == 7 {
			m.bad[i] = [...]number.Reason{number.SpreadsheetDamage, number.TooShort, number.DuplicateInList, number.NotFound, number.UnknownCallPurpose}[len(m.bad)%5]
		}
	}
	return m
}

// written is a number as somebody writes it.
func written(e number.E164, i int) string {
	digits := string(e)[len("+33"):]
	switch i % 4 {
	case 0:
		return string(e)
	case 1:
		return "0" + digits
	case 2:
		return "0" + digits[:1] + " " + digits[1:3] + " " + digits[3:5] + " " + digits[5:7] + " " + digits[7:]
	}
	return "(+33) " + digits[:3] + "-" + digits[3:]
}

// purposeWords are what the file calls the purposes.
var purposeWords = map[string]string{"survey": "Survey", "customer_service": "Customer Service", "telemarketing": "Telemarketing", "charity": "Charity"}

// cells are a row of the file, without what is wrong in it where it was mended.
func (m *manyRows) cells(i int, mended bool) []string {
	w := m.want[i]
	row := []string{written(w.e164, i), purposeWords[w.purpose], w.unit, w.program, w.name}
	if mended {
		return row
	}
	switch m.bad[i] {
	case number.SpreadsheetDamage:
		row[0] = "3.397E+10"
	case number.TooShort:
		row[0] = "+33 9 70"
	case number.DuplicateInList:
		row[0] = written(m.want[i-1].e164, i)
	case number.NotFound:
		row[2], row[3] = "Acme Nowhere", ""
	case number.UnknownCallPurpose:
		row[1] = "Poetry"
	}
	return row
}

// file writes the rows into a file of the test, which a browser can choose.
func (m *manyRows) file(dir string) string {
	var b strings.Builder
	b.WriteString("Phone number,Call purpose,Business unit,Program,Display name\n")
	for i := range m.want {
		b.WriteString(strings.Join(m.cells(i, false), ","))
		b.WriteByte('\n')
	}
	return keep(m.s.t, dir, "numbers of Acme.csv", b.String())
}

func keep(t testing.TB, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// compare compares what the portal has with what it is to have, row by row.
func (m *manyRows) compare(when string, without map[int]number.Reason) {
	t := m.s.t
	t.Helper()
	kept, wrong := m.s.kept(), 0
	if want := len(m.want) - len(without); len(kept) != want {
		t.Errorf("%s: the portal has %d numbers, want %d", when, len(kept), want)
	}
	for i, w := range m.want {
		got, is := kept[w.e164]
		_, rejected := without[i]
		if is == rejected || is && (wantedNumber{got.E164, got.CallPurpose, got.UnitName, got.ProgramName, got.DisplayName} != w || got.Status != number.Active) {
			if wrong++; wrong <= 5 {
				t.Errorf("%s: row %d is %+v (%t), want %+v", when, i, got, is, w)
			}
		}
	}
	if wrong > 5 {
		t.Errorf("%s: %d rows are wrong", when, wrong)
	}
}

// chooseFile chooses a file on the open tab for uploads, as a person does.
func chooseFile(tab *uitest.Tab, path string) {
	tab.Wait(`document.getElementById("file-input")`)
	tab.Do(chromedp.SetUploadFiles("#file-input", []string{path}))
	tab.Settle()
}

// long is Wait for what takes as long as the machine takes.
func long(tab *uitest.Tab, t testing.TB, expression string) {
	t.Helper()
	ctx, stop := context.WithTimeout(tab.Context(), 4*time.Minute)
	defer stop()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](`(() => { try { return !!(`+expression+`) } catch { return false } })()`, chromedp.WithPollingTimeout(4*time.Minute))); err != nil {
		t.Fatalf("wait for %s: %v; the console said %v", expression, err, tab.Problems())
	}
}

func contains(css, text string) string {
	return `[...document.querySelectorAll(` + js(css) + `)].some(el => el.innerText.includes(` + js(text) + `))`
}

// places gives Acme the units and the program of the file.
func (s *stage) places() {
	s.t.Helper()
	marie := s.As(s.Marie)
	for _, name := range []string{"Acme France", "Acme Suisse"} {
		in := api.CreateUnitIn{Org: api.Org{Org: s.Acme}}
		in.Body.Name = name
		u := backendtest.Must(backendtest.Call(marie, api.CreateUnit, in))
		if name == "Acme France" {
			in := api.CreateProgramIn{Org: api.Org{Org: s.Acme}}
			in.Body.BusinessUnit, in.Body.DisplayName, in.Body.CallPurpose = u.ID, "Winter 2026", "survey"
			backendtest.Must(backendtest.Call(marie, api.CreateProgram, in))
		}
	}
}

// shownRows are the names and numbers of the rows that the list shows, from its first row in view.
func shownRows(tab *uitest.Tab) []string {
	return uitest.Eval[[]string](tab, `[...document.querySelectorAll("#numbers .grid-body [role=row]")]
		.filter(r => r.checkVisibility() && r.getAttribute("aria-rowindex"))
		.sort((a, b) => a.getAttribute("aria-rowindex") - b.getAttribute("aria-rowindex"))
		.map(r => r.querySelector(".grid-name").textContent)`)
}

// N01, N08, N10, N13: a hundred thousand numbers come by a file through the page, while the person is elsewhere; rows that
// could not be taken are downloaded, mended and sent again; then all of them are listed, found, scrolled, picked, taken out
// as a file and changed, and what the portal has is compared row by row.
func TestNumbers_a_hundred_thousand_by_a_file(t *testing.T) {
	l := i18n.EN
	s := &stock{play(t), 33970000000}
	s.places()
	rows := s.manyRows()
	dir := t.TempDir()
	tab := s.openIn(s.Marie, "en")
	saveInto(tab, dir)
	numbers := "/o/" + string(s.Acme) + "/numbers"

	// Manage Phone Numbers, Add, Upload
	visit(tab, numbers)
	tab.Click("#numbers-manage-button")
	item := `[...document.querySelectorAll("[role=menuitem]")].find(el => el.checkVisibility() && el.innerText.trim() === ` + js(l.T("numbers.manage.add")) + `)`
	tab.Wait(item)
	tab.Run(item + `.click()`)
	arrived(tab, numbers+"/add")
	tab.Click("#number-list-tabs-upload")
	arrived(tab, numbers+"/add?tab=upload")
	chooseFile(tab, rows.file(dir))
	says(tab, "#file-rows", "+33 9 70 00 00 00")
	says(tab, "#file-rows", l.T("numlist.short.spreadsheet_damage"))
	columns := uitest.Eval[string](tab, `["number", "call_purpose", "business_unit", "program", "display_name"].map(c => document.getElementById("file-" + c).selectedOptions[0].text).join()`)
	if columns != "Phone number,Call purpose,Business unit,Program,Display name" {
		t.Errorf("the columns are read as %s", columns)
	}
	tab.Click("#file-send")

	// the person goes elsewhere; the chip leads back to the work
	press(tab, "nav", l.T("nav.home"))
	arrived(tab, "/o/"+string(s.Acme)+"/home")
	long(tab, t, `document.querySelector(".jobs-chip")?.innerText.match(/Sending|Waiting|Checking/)`)
	long(tab, t, `document.querySelector(".jobs-chip a[href*='?job=']")`)
	tab.Click(".jobs-chip a")
	tab.Wait(`location.pathname.endsWith("/numbers/jobs")`)
	long(tab, t, `document.querySelector("#job progress") && `+contains("#job", " of 100,000")+` || `+contains("main", "Added Numbers"))
	long(tab, t, contains("main", l.T("numlist.add.title_applied", "n", many-len(rows.bad))))
	says(tab, "main", l.T("numlist.rejected", "n", len(rows.bad)))
	for reason := range countRows(rows.bad) {
		says(tab, ".result-reasons", l.T("numlist.reason_n", "reason", l.T("numlist.short."+string(reason)), "n", countRows(rows.bad)[reason]))
	}
	rows.compare("after the file", rows.bad)

	// the rejected rows name line and reason, and keep what was written
	press(tab, "main", l.T("numlist.again"))
	arrived(tab, numbers+"/add?tab=upload")
	mended := rows.mend(downloaded(t, dir, "rejected-numbers of Acme.csv"))
	chooseFile(tab, keep(t, dir, "mended.csv", mended))
	says(tab, "#file-rows", rows.want[7].e164.International())
	tab.Click("#file-send")
	tab.Wait(`location.pathname.endsWith("/numbers/jobs")`)
	says(tab, "main", l.T("numlist.add.title_applied", "n", len(rows.bad)))
	rows.compare("after mending", nil)

	// all of them on this device
	press(tab, "nav", l.T("nav.numbers"))
	long(tab, t, contains(".numbers", "100,000 numbers"))
	long(tab, t, `document.querySelector(".pill.ok")`)
	s.found(tab, rows)
	s.atTheEnd(tab)
	s.takenOut(tab, rows, dir)
	s.changed(tab, rows)
	tab.NoProblems()
}

func countRows(bad map[int]number.Reason) map[number.Reason]int {
	n := map[number.Reason]int{}
	for _, r := range bad {
		n[r]++
	}
	return n
}

// mend reads the file of rejected rows, checks it against the rows that were to be rejected, and writes what was meant in
// place of what was wrong.
func (m *manyRows) mend(file string) string {
	t := m.s.t
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file, "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatalf("the rejected rows can't be read: %v", err)
	}
	if len(all) != len(m.bad)+1 {
		t.Fatalf("the file of rejected rows has %d rows, want %d", len(all)-1, len(m.bad))
	}
	for _, row := range all[1:] {
		var i int
		if _, err := fmt.Sscan(row[0], &i); err != nil || m.bad[i-2] != number.Reason(row[1]) || row[2] == "" {
			t.Errorf("rejected is %q", row)
			continue
		}
		i -= 2 // lines count from 1, and the first are the names
		for c, was := range m.cells(i, false) {
			if got := strings.TrimPrefix(row[3+c], "'"); got != was {
				t.Errorf("line %d: cell %d is %q, was %q", i+2, c, got, was)
			}
		}
		copy(row[3:], m.cells(i, true))
	}
	var b strings.Builder
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	_ = w.WriteAll(all) // into memory
	return b.String()
}

// found searches in every format and by name, and compares what is found with the rows.
func (s *stock) found(tab *uitest.Tab, rows *manyRows) {
	t := s.t
	t.Helper()
	of := func(is func(w wantedNumber) bool) (list []string) {
		for _, w := range rows.want {
			if is(w) {
				list = append(list, w.e164.International())
			}
		}
		return list
	}
	number := func(i int) func(wantedNumber) bool {
		return func(w wantedNumber) bool { return w.e164 == s.at(i) }
	}
	digits := func(d string) func(wantedNumber) bool {
		return func(w wantedNumber) bool { return strings.Contains(string(w.e164), d) }
	}
	for _, c := range []struct {
		text string
		is   func(wantedNumber) bool
	}{
		{"+33970054321", number(54321)},
		{"0970054321", number(54321)},
		{"09 70 05 43 21", number(54321)},
		{"(0)9.70.05-43-21", number(54321)},
		{"0033 970 05 43 21", number(54321)},
		{"+33 9 70 09 99", func(w wantedNumber) bool { return strings.HasPrefix(string(w.e164), "+339700999") }},
		{"43 21", digits("4321")},
		{"line 54321", func(w wantedNumber) bool { return w.name == "Line 54321" }},
		{"LINE 9999", func(w wantedNumber) bool { return strings.Contains(w.name, "Line 9999") }},
		{"winter 2026", func(w wantedNumber) bool { return w.program == "Winter 2026" }},
		{"suisse", func(w wantedNumber) bool { return w.unit == "Acme Suisse" }},
	} {
		want := of(c.is)
		fill(tab, "#numbers-search", c.text)
		numbersReady(tab, i18n.EN.T("numbers.found", "n", len(want)))
		got := shownRows(tab)
		if len(want) > 10 { // more than are in view
			want = want[:10]
			got = got[:min(10, len(got))]
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q finds %q, want %q", c.text, got, want)
		}
	}
	fill(tab, "#numbers-search", kb.Delete)
	numbersReady(tab, "100,000 numbers")
}

// atTheEnd scrolls to the last row, by the wheel and by the keyboard, in two orders.
func (s *stock) atTheEnd(tab *uitest.Tab) {
	t := s.t
	t.Helper()
	last := func() string {
		tab.Wait(`document.querySelector("#numbers .grid-body [aria-rowindex='100001']")`)
		tab.Settle()
		return uitest.Eval[string](tab, `(() => {
			const row = document.querySelector("#numbers .grid-body [aria-rowindex='100001']").getBoundingClientRect();
			const frame = document.getElementById("numbers").getBoundingClientRect();
			return row.top >= frame.top && row.bottom <= frame.bottom + 1 ? document.querySelector("#numbers .grid-body [aria-rowindex='100001'] .grid-name").textContent : "out of view";
		})()`)
	}
	tab.Run(`const g = document.getElementById("numbers"); g.scrollTop = g.scrollHeight`)
	tab.Wait(`!new URLSearchParams(location.search).has("q")`) // that the address follows the last search moves nothing
	if got, want := last(), s.at(many-1).International(); got != want {
		t.Errorf("the last row is %s, want %s", got, want)
	}
	tab.Run(`document.getElementById("numbers").focus()`)
	tab.Press(kb.Home)
	tab.Wait(`document.querySelector("#numbers .grid-body [aria-rowindex='2']")`)
	tab.Press(kb.End)
	if got, want := last(), s.at(many-1).International(); got != want {
		t.Errorf("End leads to %s, want %s", got, want)
	}
	tab.Click("#numbers .sort[data-sort=number]")
	tab.Wait(`new URLSearchParams(location.search).get("sort") === "-number" && document.querySelector("#numbers .grid-body [aria-rowindex='2']")?.innerText.includes(` + js(s.at(many-1).International()) + `)`)
	tab.Run(`const g = document.getElementById("numbers"); g.scrollTop = g.scrollHeight`)
	if got, want := last(), s.at(0).International(); got != want {
		t.Errorf("in falling order the last row is %s, want %s", got, want)
	}
	tab.Click("#numbers .sort[data-sort=number]")
	tab.Wait(`!new URLSearchParams(location.search).get("sort")`)
}

// takenOut picks what matches, and has what is shown written into a file.
func (s *stock) takenOut(tab *uitest.Tab, rows *manyRows, dir string) {
	t := s.t
	t.Helper()
	pickAll := func() {
		tab.Run(`document.getElementById("numbers").focus()`)
		tab.Press("a", chromedp.KeyModifiers(2))
	}
	pickAll()
	says(tab, ".bulk", i18n.EN.T("numbers.selected", "n", many))
	tab.Wait(`document.getElementById("numbers-edit").getAttribute("aria-disabled") === "true"`)
	tab.Click("#numbers-none")

	fill(tab, "#numbers-search", "winter")
	of := 0
	for _, w := range rows.want {
		if w.program != "" {
			of++
		}
	}
	numbersReady(tab, i18n.EN.T("numbers.found", "n", of))
	pickAll()
	says(tab, ".bulk", i18n.EN.T("numbers.selected", "n", of))
	tab.Click("#numbers-none")
	tab.Click("#numbers-export")
	s.exported(rows, downloaded(t, dir, "phone-numbers.csv"), func(w wantedNumber) bool { return w.program != "" })

	if err := os.Remove(filepath.Join(dir, "phone-numbers.csv")); err != nil {
		t.Fatal(err)
	}
	fill(tab, "#numbers-search", kb.Delete)
	numbersReady(tab, "100,000 numbers")
	tab.Click("#numbers-export")
	s.exported(rows, downloaded(t, dir, "phone-numbers.csv"), func(wantedNumber) bool { return true })
}

// exported compares a file with the rows that it is to have, in their order.
func (s *stock) exported(rows *manyRows, file string, is func(wantedNumber) bool) {
	t := s.t
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file, "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatalf("what was taken out can't be read: %v", err)
	}
	var want [][]string
	for _, w := range rows.want {
		if is(w) {
			want = append(want, []string{string(w.e164), purposeWords[w.purpose], w.name, w.unit, w.program})
		}
	}
	if len(all) != len(want)+1 {
		t.Fatalf("the file has %d rows, want %d", len(all)-1, len(want))
	}
	wrong := 0
	for i, row := range all[1:] {
		for c, text := range want[i] {
			if strings.TrimPrefix(row[c], "'") != text {
				if wrong++; wrong <= 5 {
					t.Errorf("row %d of the file is %q, want %q", i, row, want[i])
				}
				break
			}
		}
	}
}

// changed gives what a search finds another purpose, and waits until the portal has it.
func (s *stock) changed(tab *uitest.Tab, rows *manyRows) {
	s.t.Helper()
	l := i18n.EN
	n := 0 // more than one edit may have: they are cut and belong together
	for i := range rows.want {
		if w := &rows.want[i]; strings.HasPrefix(string(w.e164), "+33970012") {
			w.purpose = "charity"
			n++
		}
	}
	fill(tab, "#numbers-search", "+33 9 70 01 2")
	numbersReady(tab, l.T("numbers.found", "n", n))
	tab.Run(`document.getElementById("numbers").focus()`)
	tab.Press("a", chromedp.KeyModifiers(2))
	says(tab, ".bulk", l.T("numbers.selected", "n", n))
	tab.Click("#numbers-edit")
	tab.Wait(`document.querySelector("#number-edit[open]")`)
	pick(tab, "number-purpose", "Charity")
	tab.Click("#number-save")
	tab.Wait(`!document.querySelector("#number-edit[open]")`)
	says(tab, "#numbers", "Charity")
	pillSays(tab, l.T("sync.pill_saved"))
	rows.compare("after the change", nil)
}
