//go:build !js

package pages

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/number"
	"countersign/shared/perm"
	"countersign/shared/sheet"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

func listOf(t *testing.T, w *backendtest.World, who *backendtest.Persona, page string) (*visitor, *NumberList) {
	t.Helper()
	v := visitAs(t, w, who)
	p := &NumberList{At: v.seat(page)}
	v.open(p)
	return v, p
}

// frenchNumber is the n-th valid number of a range in France.
func frenchNumber(n int) string { return fmt.Sprintf("+3318488%04d", n) }

// acmePlaces gives Acme two units with a program each.
func acmePlaces(t *testing.T, w *backendtest.World) (france, spain api.Unit, winter, fiesta api.Program) {
	t.Helper()
	marie := w.As(w.Marie)
	unit := func(name string) api.Unit {
		in := api.CreateUnitIn{Org: api.Org{Org: w.Acme}}
		in.Body.Name = name
		return ask(t, marie, api.CreateUnit, in)
	}
	program := func(u api.Unit, name string) api.Program {
		in := api.CreateProgramIn{Org: api.Org{Org: w.Acme}}
		in.Body.BusinessUnit, in.Body.DisplayName, in.Body.CallPurpose = u.ID, name, "survey"
		return ask(t, marie, api.CreateProgram, in)
	}
	france, spain = unit("Acme France"), unit("Acme Spain")
	return france, spain, program(france, "Winter 2026"), program(spain, "Fiesta")
}

func addNumbers(t *testing.T, w *backendtest.World, o api.AddOptions, numbers ...string) {
	t.Helper()
	in := api.AddListIn{Org: api.Org{Org: w.Acme}}
	in.Body.AddOptions, in.Body.Numbers = o, numbers
	if got := ask(t, w.As(w.Marie), api.AddNumberList, in); len(got.Rejected) > 0 {
		t.Fatalf("rejected: %+v", got.Rejected)
	}
}

// typeNumber types into the field and presses Enter.
func typeNumber(v *visitor, p *NumberList, text string) {
	v.t.Helper()
	v.do(p.ctx, func() {
		p.write(p.ctx, text)
		p.take(p.ctx)
	})
}

// N07: the check mark shows how a number is read; a wrong one is marked on leaving the field and not while typing, and stays
// there; the same number twice is said.
func TestNumberList_reads_while_one_types(t *testing.T) {
	w := backendtest.New(t)
	v, p := listOf(t, w, w.Marie, pageNumbersDelete)
	v.says("Delete Phone Numbers", "Manual", "Upload", "Add to Delete List", "The delete list is empty")
	v.do(p.ctx, func() { p.write(p.ctx, "01 84 88 2") })
	if v.saysNot("digits"); p.wrong != "" {
		t.Error("a number is wrong while it is typed")
	}
	v.do(p.ctx, func() { p.check(p.ctx) })
	v.says("Some digits are missing")
	v.do(p.ctx, func() { p.write(p.ctx, "01 84 88 20 10") })
	v.says("+33 1 84 88 20 10")
	v.saysNot("Some digits are missing")

	typeNumber(v, p, "01 84 88 20 10")
	v.says("Delete list (1)", "1 number is ready.")
	typeNumber(v, p, "+33 1 84 88 20 10")
	v.says("Twice in your list (line 1)", "Delete list (1)")
	if p.typed == "" {
		t.Error("what could not be taken is gone")
	}
	typeNumber(v, p, "447911123456")
	v.says("+44 7911 123456", "Delete list (2)")
}

// N07: many are pasted at once, whatever stands between them; each says what is wrong with it, and can be mended or taken out.
func TestNumberList_takes_many(t *testing.T) {
	w := backendtest.New(t)
	v, p := listOf(t, w, w.Marie, pageNumbersAdd)
	typeNumber(v, p, "01 84 88 20 10; 01 84 88 20 11\t01 84 88 20 10\nHello, 4.47E+11")
	v.says("Add list (5)", "Twice in your list (line 1)", "Not a phone number", "A spreadsheet changed this value", "3 numbers will be rejected")
	v.do(p.ctx, func() { p.drop(0) })
	v.saysNot("Twice in your list")
	v.do(p.ctx, func() { p.mend(2) })
	if p.typed != "Hello" || len(p.list) != 3 {
		t.Errorf("the field has %q, the list %d", p.typed, len(p.list))
	}
	v.do(p.ctx, func() { p.clear() })
	v.says("The add list is empty")

	var many []string
	for n := range api.JobListRows + 2 {
		many = append(many, frenchNumber(n))
	}
	v.do(p.ctx, func() { p.put(many) })
	if len(p.list) != api.JobListRows || p.typed != frenchNumber(1000)+", "+frenchNumber(1001) {
		t.Errorf("%d in the list, and %q is left", len(p.list), p.typed)
	}
	v.says("A list holds 1,000 numbers")
}

// N07, N08: deleting asks with the count and the effect; what was removed and what was rejected is told with the reason of
// each, and what was rejected can be mended.
func TestNumberList_deletes(t *testing.T) {
	w := backendtest.New(t)
	addNumbers(t, w, api.AddOptions{CallPurpose: "survey"}, frenchNumber(1), frenchNumber(2), frenchNumber(3))
	v, p := listOf(t, w, w.Marie, pageNumbersDelete)
	typeNumber(v, p, frenchNumber(1)+", "+frenchNumber(2)+", "+frenchNumber(9)+", 12, "+frenchNumber(1))
	v.do(p.ctx, func() { p.ask(p.ctx) })
	v.says("Delete 3 numbers?", "They are deleted from Acme Telecom; you can restore them for 30 days.", "2 more will be among the rejected numbers")
	v.do(p.ctx, func() { p.send() })
	v.says("Removed Numbers (2)", "+33 1 84 88 00 01", "+33 1 84 88 00 02", "Rejected Numbers (3)",
		"Some numbers were rejected. Double-check the number and call purpose, or use the Support button at the bottom of the page.",
		"You have no such number here.", "Some digits are missing.", "Twice in your list (line 1)", "Download rejected rows", "Mend and send again", "OK")
	if got := strings.Join(p.list.texts(), " "); got != "12 "+frenchNumber(1)+" "+frenchNumber(9) && got != frenchNumber(9)+" 12 "+frenchNumber(1) {
		t.Errorf("to be mended are %s", got)
	}
	v.do(p.ctx, func() { p.again(p.ctx, app.Event{}) })
	v.says("Delete list (3)")
	v.do(p.ctx, func() { p.done(p.ctx) })
	v.says("The delete list is empty")
	if left := ask(t, w.As(w.Marie), api.ListNumbers, api.NumbersIn{Org: api.Org{Org: w.Acme}}).Total; left != 1 {
		t.Errorf("%d numbers are left", left)
	}
}

// N07, N02: below the business numbers leave the unit or program only, and one can say which.
func TestNumberList_takes_out_of_a_level(t *testing.T) {
	w := backendtest.New(t)
	france, spain, winter, fiesta := acmePlaces(t, w)
	addNumbers(t, w, api.AddOptions{CallPurpose: "survey", Program: winter.ID}, frenchNumber(1))
	addNumbers(t, w, api.AddOptions{CallPurpose: "survey", Program: fiesta.ID}, frenchNumber(2))
	v, p := listOf(t, w, w.Marie, pageNumbersDelete)
	typeNumber(v, p, frenchNumber(1)+", "+frenchNumber(2))
	v.do(p.ctx, func() {
		p.options.Level = api.LevelUnit
		p.options.setUnit(&p.words, string(france.ID))
		p.ask(p.ctx)
	})
	v.says("Remove 2 numbers from their business units?", "They leave Acme France and its programs, and stay in Acme Telecom.")
	v.do(p.ctx, func() { p.send() })
	v.says("Removed Numbers (1)", "Rejected Numbers (1)", "You have no such number here.")
	_ = spain

	// Who may not change where numbers stand can only delete them.
	deleter := w.AddContact(w.Acme, "Dana Deleter", perm.ReadOnly)
	w.Exec(`UPDATE contact SET overrides = '{"numbers.delete":"allow"}' WHERE id = ?`, deleter.Contact)
	v, _ = listOf(t, w, deleter, pageNumbersDelete)
	v.says("You may delete numbers, but not change where they stand.")
}

// N09: a call purpose is needed, a program brings its unit and an ended one is not offered; what can't go together is said at
// once.
func TestNumberList_adds(t *testing.T) {
	w := backendtest.New(t)
	france, _, winter, fiesta := acmePlaces(t, w)
	w.Exec(`UPDATE program SET ends = 1 WHERE id = ?`, fiesta.ID)
	v, p := listOf(t, w, w.Marie, pageNumbersAdd)
	v.says("Winter 2026 (Acme France)")
	v.saysNot("Fiesta")
	typeNumber(v, p, frenchNumber(1))
	v.do(p.ctx, func() { p.ask(p.ctx) })
	v.says("The call purpose is missing.")
	v.do(p.ctx, func() {
		p.options.CallPurpose = "do_not_originate"
		p.options.setProgram(&p.words, string(winter.ID))
	})
	v.says("A number that never places calls can’t be in a program.")
	if p.options.BusinessUnit != france.ID {
		t.Error("the program's unit is not chosen")
	}
	v.do(p.ctx, func() { p.options.setUnit(&p.words, "") })
	if p.options.Program != "" {
		t.Error("the program stays without its unit")
	}
	v.do(p.ctx, func() {
		p.options.CallPurpose = "survey"
		p.ask(p.ctx)
	})
	v.says("Added Numbers (1)", "+33 1 84 88 00 01")
	v.saysNot("Rejected Numbers", "Mend and send again")
}

// N11: a number that stands elsewhere in the organization is offered to be reassigned; another organization's is not told
// from one that is not available.
func TestNumberList_reassigns(t *testing.T) {
	w := backendtest.New(t)
	france, spain, _, _ := acmePlaces(t, w)
	addNumbers(t, w, api.AddOptions{CallPurpose: "survey", BusinessUnit: spain.ID}, frenchNumber(1), frenchNumber(2))
	other := api.AddListIn{Org: api.Org{Org: w.Beta}}
	other.Body.CallPurpose, other.Body.Numbers = "survey", []string{frenchNumber(3)}
	ask(t, w.As(w.Luc), api.AddNumberList, other)

	v, p := listOf(t, w, w.Marie, pageNumbersAdd)
	typeNumber(v, p, frenchNumber(1)+", "+frenchNumber(2)+", "+frenchNumber(3))
	v.do(p.ctx, func() {
		p.options.CallPurpose = "survey"
		p.options.setUnit(&p.words, string(france.ID))
		p.ask(p.ctx)
	})
	v.says("No number was added.", "Already in Acme Spain", "Reassign here", "Reassign all 2 here", "Not available to your organization: 1", "because it is already allocated")
	v.saysNot("Beta")
	v.do(p.ctx, func() {
		rows := slices.DeleteFunc(slices.Clone(p.result.rejected), func(r api.RejectedRow) bool { return r.E164 != number.E164(frenchNumber(1)) })
		p.result.reassign(p, rows)
	})
	v.says("Reassigned here")
	v.saysNot("Reassign all")
	for _, n := range ask(t, w.As(w.Marie), api.ListNumbers, api.NumbersIn{Org: api.Org{Org: w.Acme}}).Numbers {
		if moved := n.BusinessUnit == france.ID; moved != (n.E164 == number.E164(frenchNumber(1))) {
			t.Errorf("%s stands in %s", n.E164, n.BusinessUnit)
		}
	}
}

// N10: what the browser reads of a typed number is what the server reads of a list.
func TestReadTyped_is_what_lists_read(t *testing.T) {
	for _, text := range []string{"+33 1 84 88 20 10", "01 84 88 20 10", "184882010", "33184882010", "447911123456", "4.47911123456E+11", "4.47E+11", "447911123456.0",
		`="+33184882010"`, "'0184882010", "“01 84 88 20 10”", "#####", "#N/A", "-184882010", "hello", "12", "0", "", " ", "+", "+999 12345", "00447911123456", "tel:+33184882010",
		"1 84 88 20 10", "+33 (0)1 84 88 20 10", "０１８４８８２０１０", "9", "999999999999999999999999"} {
		for _, region := range []string{"FR", "US", "GB", ""} {
			var want sheet.Entry
			l := sheet.NewList(sheet.Options{Parse: number.Parse, Region: region, Delimiter: sheet.None, Mapping: &sheet.Mapping{Number: 1}}, func(e sheet.Entry) error {
				want = e
				return nil
			})
			if _, err := l.Write([]byte("\ufeff" + text)); err != nil {
				t.Fatal(err)
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			if want.Line == 0 { // a blank line is none
				continue
			}
			if e, reason := readTyped(text, region); e != want.E164 || reason != want.Reason {
				t.Errorf("%q in %q: %s %s, lists read %s %s", text, region, e, reason, want.E164, want.Reason)
			}
		}
	}
}

// N10: no cell of the files that the browser writes runs in a spreadsheet, and the import reads back what was rejected.
func TestRejectedCSV_is_safe_and_can_be_sent_again(t *testing.T) {
	texts := []string{"=cmd|' /C calc'!A0", "+33 1 84 88 20 10", "-1+1", "@SUM(A1)", "0184882010", "447911123456789", `a "quoted" one`, "two\nlines", "  =1+1", "a;=1+1", "a,+2", "plain"}
	var rows []api.RejectedRow
	for i, text := range texts {
		rows = append(rows, api.RejectedRow{Line: i + 1, Text: text, Reason: number.NotANumber})
	}
	file := rejectedCSV(rows, []string{"+33184882011"})
	for _, d := range []sheet.Delimiter{sheet.Comma, sheet.Semicolon, sheet.Tab, sheet.Bar} {
		for _, line := range strings.Split(strings.TrimPrefix(file, "\ufeff"), "\r\n") {
			for cell := range strings.SplitSeq(line, string(d)) {
				if c := strings.Trim(cell, `" `); c != "" && strings.ContainsAny(c[:1], "=+-@") {
					t.Errorf("with %q a spreadsheet may run %s", d, cell)
				}
			}
		}
	}
	var read []string
	l := sheet.NewList(sheet.Options{Parse: number.Parse, Region: "FR"}, func(e sheet.Entry) error {
		read = append(read, e.Text)
		return nil
	})
	if _, err := l.Write([]byte(file)); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if p := l.Preview(); p.Mapping.Number != 4 || !p.Mapping.Header {
		t.Errorf("the import takes %+v", p.Mapping)
	}
	if len(read) != len(texts)+1 || read[1] != texts[1] || read[4] != texts[4] || read[12] != "+33184882011" {
		t.Errorf("read back: %q", read)
	}
}
