//go:build !js

package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/app/uitest"
	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/i18n"

	"github.com/chromedp/chromedp/kb"
)

// line is the n-th valid number of a range in France, as its people write it.
func line(n int) string { return fmt.Sprintf("01 84 88 %02d %02d", n/100, n%100) }

// withNumbers gives Acme numbers for surveys, in a unit of its own.
func (s *stage) withNumbers(n int) {
	s.t.Helper()
	marie := s.As(s.Marie)
	unit := api.CreateUnitIn{Org: api.Org{Org: s.Acme}}
	unit.Body.Name = "Acme France"
	u := backendtest.Must(backendtest.Call(marie, api.CreateUnit, unit))
	in := api.AddListIn{Org: api.Org{Org: s.Acme}}
	in.Body.CallPurpose, in.Body.BusinessUnit = "survey", u.ID
	for i := range n {
		in.Body.Numbers = append(in.Body.Numbers, line(i))
	}
	if got := backendtest.Must(backendtest.Call(marie, api.AddNumberList, in)); len(got.Rejected) > 0 {
		s.t.Fatalf("%+v", got.Rejected)
	}
}

// drop drops a file of this text onto the page.
func drop(tab *uitest.Tab, name, text string) {
	tab.Wait(`document.querySelector(".drop-zone")`)
	tab.Run(`const files = new DataTransfer();
		const text = ` + js(strings.ReplaceAll(text, "\r\n", "\n")) + `;
		files.items.add(new File([text.replaceAll("\n", "\r\n")], ` + js(name) + `, {type: "text/csv", lastModified: 1700000000000}));
		document.querySelector(".drop-zone").dispatchEvent(new DragEvent("drop", {dataTransfer: files, bubbles: true, cancelable: true}))`)
}

// paste pastes a text into the field that has the focus.
func paste(tab *uitest.Tab, text string) {
	tab.Run(`const data = new DataTransfer();
		data.setData("text", ` + js(text) + `);
		document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}))`)
	tab.Settle()
}

// N07, N08: numbers are typed and pasted, the check mark says how each is read, one that is wrong or there twice is said, the
// list outlives a reload, and what was removed and rejected is told. Without a connection it goes as well.
func TestNumberList_deletes_what_was_typed(t *testing.T) {
	inLanguages(t, func(t *testing.T, l i18n.Locale) {
		s, w := play(t), words{lang: string(l)}
		s.withNumbers(3)
		tab := s.openIn(s.Marie, w.lang)
		visit(tab, "/o/"+string(s.Acme)+"/numbers/delete")
		tab.Wait(`getComputedStyle(document.getElementById("number-list-tabs-manual")).borderBottomColor !== "rgba(0, 0, 0, 0)"`)
		looks(tab, w, "delete list empty")
		fill(tab, "#list-number", line(0))
		says(tab, "#list-form .note.ok", "+33 1 84 88 00 00")
		tab.Press(kb.Enter)
		says(tab, "#list", "+33 1 84 88 00 00")
		if at := tab.Focused(); at != "list-number" {
			t.Errorf("after Enter the focus is on %s", at)
		}
		tab.Press(line(0))
		tab.Press(kb.Tab)
		says(tab, "#list-form .note.bad", l.T("numlist.twice", "line", 1))
		fill(tab, "#list-number", "+33 1 84")
		if shown := tab.Text("#list-form"); strings.Contains(shown, l.T("number.reason.too_short")) {
			t.Error("a number is wrong while it is typed")
		}
		tab.Press(kb.Tab)
		says(tab, "#list-form .note.bad", l.T("number.reason.too_short"))
		fill(tab, "#list-number", kb.Delete)
		paste(tab, line(1)+"\n"+line(77)+"; 12\t"+line(1))
		says(tab, "#list", l.T("numlist.short.too_short"))
		says(tab, "#list", l.T("numlist.twice", "line", 2))
		looks(tab, w, "delete list")

		tab.Go("/o/" + string(s.Acme) + "/numbers/delete") // nothing that was typed is lost
		ready(tab)
		says(tab, "#list", l.T("numlist.delete.list", "n", 5))

		tab.Click("#list-send")
		tab.Wait(`document.querySelector("#list-ask[open]")`)
		says(tab, "#list-ask", l.T("numlist.ask.business", "n", 3, "business", "Acme Telecom"))
		looks(tab, w, "delete question")
		press(tab, "#list-ask", l.T("numlist.ask_act.business"))
		tab.Wait(`document.querySelector("#list-result[open]")`)
		says(tab, "#list-result", l.T("numlist.delete.title_applied", "n", 2))
		says(tab, "#list-result", l.T("numlist.rejected", "n", 3))
		says(tab, "#list-result", l.T("number.reason.not_found"))
		says(tab, "#list-result", l.T("numlist.check"))
		looks(tab, w, "delete result")
		press(tab, "#list-result", l.T("numlist.again"))
		says(tab, "#list", l.T("numlist.delete.list", "n", 3))
		tab.Click("#list-clear")
		says(tab, "#list", l.T("numlist.delete.empty"))
		press(tab, "#toasts", l.T("ui.undo"))
		says(tab, "#list", l.T("numlist.delete.list", "n", 3))
		tab.NoProblems()
		s.remain(1)
	})
}

// remain waits until Acme has so many numbers.
func (s *stage) remain(n int) {
	s.t.Helper()
	for range 200 {
		if backendtest.Must(backendtest.Call(s.As(s.Marie), api.ListNumbers, api.NumbersIn{Org: api.Org{Org: s.Acme}})).Total == n {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.t.Errorf("Acme has not %d numbers", n)
}

// N09, N11, N13: without a connection a list is added on this device; what becomes of it appears once there is one, and a
// number that stands elsewhere is reassigned.
func TestNumberList_adds_without_a_connection(t *testing.T) {
	s, w := play(t), words{lang: "en"}
	s.withNumbers(2)
	tab := s.openIn(s.Marie, "en")
	visit(tab, "/o/"+string(s.Acme)+"/numbers/add")
	tab.Wait(`document.querySelectorAll("#list-purpose option").length > 5`)
	fill(tab, "#list-number", line(10)+", "+line(11))
	tab.Press(kb.Enter)
	tab.Click("#list-send")
	says(tab, "#list-options .note.bad", i18n.EN.T("number.reason.call_purpose_required"))
	pick(tab, "list-purpose", "Telemarketing")
	looks(tab, w, "add list")

	offline(tab, true)
	tab.Click("#list-send")
	tab.Wait(`document.querySelector("#list-result[open]")`)
	says(tab, "#list-result", "Saved on this device.")
	says(tab, "#list-result", "2 numbers are sent as soon as there is a connection.")
	looks(tab, w, "add offline")
	offline(tab, false)
	says(tab, "#list-result", "Added Numbers (2)")
	press(tab, "#list-result", "OK")
	s.remain(4)
	tab.ForgetProblems() // the browser notes calls without a network

	fill(tab, "#list-number", line(0)+", "+line(1)+", "+line(12))
	tab.Press(kb.Enter)
	unit := api.CreateUnitIn{Org: api.Org{Org: s.Acme}}
	unit.Body.Name = "Acme Spain"
	backendtest.Must(backendtest.Call(s.As(s.Marie), api.CreateUnit, unit))
	tab.Wait(`[...document.querySelectorAll("#list-unit option")].some(o => o.text === "Acme Spain")`)
	pick(tab, "list-unit", "Acme Spain")
	tab.Click("#list-send")
	says(tab, "#list-result", "Added Numbers (1)")
	says(tab, "#list-result", "Already in Acme France")
	looks(tab, w, "add elsewhere")
	tab.Click("#result-reassign-all")
	tab.Wait(`document.querySelectorAll("#list-result .result-row .tag.ok").length === 2`)
	tab.NoProblems()
}

// frenchFile is a file of numbers as a French spreadsheet saves one, with what it did to some of them.
func frenchFile(rows int) (text string, bad int) {
	var b strings.Builder
	b.WriteString("\ufeffClient;Téléphone;Motif d’appel\r\n")
	for i := range rows {
		number := line(i)
		switch i % 500 {
		case 3:
			number, bad = "3,31849E+10", bad+1
		case 4:
			number = strings.ReplaceAll(number[1:], " ", "") + ",0" // a quantity, to the spreadsheet
		case 5:
			number = "=\"" + number + "\""
		}
		fmt.Fprintf(&b, "Client %d;%s;Sondage\r\n", i, number)
	}
	return b.String(), bad
}

// N10, N08: a file is dropped, looked at, corrected, sent and worked off while the person is elsewhere; its results stand at
// their own address, and the rejected rows are downloaded, mended and sent again.
func TestNumberUpload_of_a_French_spreadsheet(t *testing.T) {
	s, w := play(t), words{lang: "fr"}
	fr := i18n.FR
	tab := s.openIn(s.Marie, "fr")
	dir := t.TempDir()
	saveInto(tab, dir)
	visit(tab, "/o/"+string(s.Acme)+"/numbers/add?tab=upload")
	looks(tab, w, "drop zone")
	tab.Click("#file-template")
	template := downloaded(t, dir, "numeros-de-telephone.csv")
	if want := "\ufeff\"Numéro de téléphone\";"; !strings.HasPrefix(template, want) {
		t.Errorf("the template is %q", template)
	}

	text, bad := frenchFile(5000)
	drop(tab, "numéros.csv", text)
	says(tab, "#file-rows", "+33 1 84 88 00 00")
	says(tab, "#file-rows", fr.T("numlist.short.spreadsheet_damage"))
	says(tab, "#file-preview", fr.T("number.reason.spreadsheet_damage"))
	looks(tab, w, "preview")
	tab.Click("#file-send")
	tab.Wait(`location.pathname.endsWith("/numbers/jobs")`)
	says(tab, "main", fr.T("numlist.add.title_applied", "n", 5000-bad))
	says(tab, "main", fr.T("numlist.rejected", "n", bad))
	looks(tab, w, "job result")
	press(tab, "main", fr.T("numlist.download"))
	rejected := downloaded(t, dir, "rejected-numéros.csv")
	if n := strings.Count(rejected, "spreadsheet_damage"); n != bad {
		t.Errorf("%d of %d rows can be mended", n, bad)
	}

	// mended and sent again
	press(tab, "main", fr.T("numlist.again"))
	tab.Wait(`location.search === "?tab=upload"`)
	rows := strings.Split(rejected, "\r\n")
	for i := range rows {
		rows[i] = strings.ReplaceAll(rows[i], `"3,31849E+10"`, line(6000+i))
	}
	drop(tab, "corrigés.csv", strings.Join(rows, "\r\n"))
	says(tab, "#file-rows", "+33 1 84 88 60 01")
	tab.Click("#file-send")
	tab.Wait(`location.pathname.endsWith("/numbers/jobs")`)
	says(tab, "main", fr.T("numlist.add.title_applied", "n", bad))
	visit(tab, "/o/"+string(s.Acme)+"/numbers/jobs")
	says(tab, "#job-list", "corrigés.csv")
	looks(tab, w, "jobs")
	tab.NoProblems()
	s.remain(5000)
}

// downloaded waits for a file and gives its text.
func downloaded(t testing.TB, dir, name string) string {
	t.Helper()
	for range 200 {
		if text, err := os.ReadFile(filepath.Join(dir, name)); err == nil && len(text) > 0 {
			return string(text)
		}
		time.Sleep(50 * time.Millisecond)
	}
	list, _ := os.ReadDir(dir)
	t.Fatalf("%s was not saved: %v", name, list)
	return ""
}

// N10: the sending of a file stops with the connection, is taken up after a reload by the same file chosen again, and the
// work can be cancelled.
func TestNumberUpload_goes_on_after_a_reload(t *testing.T) {
	s := play(t)
	s.withNumbers(1)
	tab := s.openIn(s.Marie, "en")
	visit(tab, "/o/"+string(s.Acme)+"/numbers/delete?tab=upload")
	row := line(0) + "," + strings.Repeat("x", 100) + "\n"
	text := strings.Repeat(row, 3*api.JobPart/(len(row)+1))
	drop(tab, "many.csv", text)
	says(tab, "#file-rows", "+33 1 84 88 00 00")
	tab.Click("#file-send")
	tab.Wait(`document.querySelector("#file-ask[open]")`)
	count := uitest.Eval[string](tab, `document.querySelector("label[for=file-ask-match]").innerText.match(/\d+/)[0]`)
	fill(tab, "#file-ask-match", count)
	tab.Run(`const send = window.fetch;
		window.fetch = (url, how) => String(url.url ?? url).endsWith("/parts/2") ? Promise.reject(new TypeError("cut")) : send(url, how)`)
	press(tab, "#file-ask", "Delete")
	says(tab, "#file-sending", "What was sent is kept.")
	tab.ForgetProblems()
	tab.Go("/o/" + string(s.Acme) + "/numbers/delete?tab=upload")
	ready(tab)
	says(tab, "main", "many.csv was not sent completely. Choose the same file again")
	drop(tab, "many.csv", text)
	tab.Wait(`location.pathname.endsWith("/numbers/jobs")`)
	says(tab, "main", "Removed Numbers (1)")

	visit(tab, "/o/"+string(s.Acme)+"/numbers/delete?tab=upload")
	drop(tab, "few.csv", line(0)+"\n")
	says(tab, "#file-rows", "+33 1 84 88 00 00")
	tab.NoProblems()
}

// N10: while a file is worked off its progress is told in numbers, and it can be cancelled: what was added stays.
func TestNumberJobs_are_cancelled_while_they_run(t *testing.T) {
	s, w := play(t), words{lang: "en"}
	s.Service.JobBatch = 5
	tab := s.openIn(s.Marie, "en")
	visit(tab, "/o/"+string(s.Acme)+"/numbers/add?tab=upload")
	text, _ := frenchFile(5000)
	drop(tab, "slow.csv", text)
	says(tab, "#file-rows", "+33 1 84 88 00 00")
	tab.Click("#file-send")
	tab.Wait(`location.pathname.endsWith("/numbers/jobs")`)
	says(tab, "#job", " of 5,000")
	press(tab, "#job", "Cancel")
	press(tab, "#job-cancel", "Cancel the work")
	says(tab, "#job", "Cancelled")
	says(tab, "main", "rows were not handled.")
	tab.Wait(`!document.querySelector("#job-cancel[open]")`)
	looks(tab, w, "job cancelled")
	tab.NoProblems()
}
