//go:build !js

package e2e

import (
	"encoding/csv"
	"strings"
	"testing"
	"time"

	"countersign/app/uitest"
	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/i18n"
)

// N10: a file that is on its way up is cancelled in its midst: nothing of it is applied, nothing of it is waited for, and the
// same file can be sent again.
func TestNumberUpload_is_cancelled_on_its_way(t *testing.T) {
	l := i18n.EN
	s := &stock{play(t), 33970000000}
	s.places()
	rows := s.manyRows()
	dir := t.TempDir()
	path := rows.file(dir)
	tab := s.openIn(s.Marie, "en")
	upload := "/o/" + string(s.Acme) + "/numbers/add?tab=upload"
	visit(tab, upload)
	chooseFile(tab, path)
	says(tab, "#file-rows", "+33 9 70 00 00 00")
	// from the third part on it gets no further
	tab.Run(`const send = window.fetch;
		window.held = [];
		window.fetch = (url, how) => /\/parts\/[2-9]$/.test(String(url.url ?? url)) && window.held ? new Promise(go => window.held.push(() => go(send(url, how)))) : send(url, how)`)
	tab.Click("#file-send")
	tab.Wait(`window.held.length > 0`)
	tab.Wait(`document.querySelector("#file-sending progress").value > 0`)
	says(tab, "#file-sending", "Sending 1.0 MB of ")
	looks(tab, words{lang: "en"}, "file on its way")

	// it goes on elsewhere; the chip leads back to where it is cancelled
	press(tab, "nav", l.T("nav.home"))
	says(tab, ".jobs-chip", "Sending 23%: numbers of Acme.csv")
	looks(tab, words{lang: "en"}, "chip of a file")
	tab.Click(".jobs-chip a")
	arrived(tab, upload)
	press(tab, "#file-sending", l.T("ui.cancel"))
	tab.Wait(`document.querySelector(".drop-zone") && !document.querySelector("#file-sending") && !document.querySelector(".jobs-chip a")`)
	tab.Run(`const held = window.held; window.held = null; held.forEach(go => go())`) // the part that was on its way comes too late
	press(tab, "main", l.T("numlist.jobs.title"))
	rowSays(tab, "job-list", "numbers of Acme.csv", l.T("numlist.state.cancelled"))
	tab.Go(upload)
	ready(tab)
	if text := tab.Text("main"); strings.Contains(text, "was not sent completely") {
		t.Error("the cancelled file is waited for")
	}
	if kept := s.kept(); len(kept) != 0 {
		t.Errorf("%d numbers were added", len(kept))
	}
	tab.ForgetProblems() // the late part was refused

	chooseFile(tab, path)
	says(tab, "#file-rows", "+33 9 70 00 00 00")
	tab.Click("#file-send")
	long(tab, t, contains("main", l.T("numlist.add.title_applied", "n", many-len(rows.bad))))
	rows.compare("sent again", rows.bad)
	tab.NoProblems()
}

// latin1 is a text as spreadsheets of some time ago save it.
func latin1(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch r {
		case '’':
			b.WriteByte(0x92)
		default:
			b.WriteByte(byte(r))
		}
	}
	return b.String()
}

// N08, N10: the columns of a French file are found by their names, in an old encoding and between semicolons; what was
// read wrongly is corrected on the page; and what was rejected is mended with the person's own columns still in it.
func TestNumberUpload_finds_French_columns(t *testing.T) {
	fr := i18n.FR
	s := &stock{play(t), 33970000000}
	s.places()
	dir := t.TempDir()
	tab := s.openIn(s.Marie, "fr")
	saveInto(tab, dir)
	upload := "/o/" + string(s.Acme) + "/numbers/add?tab=upload"
	visit(tab, upload)
	file := "N° client;Nom affiché;Motif d’appel;Unité;Programme;N° de téléphone\r\n" +
		"17;Accueil Besançon;Sondage;Acme France;Winter 2026;09 70 00 00 00\r\n" +
		"18;\"Étage; deux\";Démarchage téléphonique;Acme Suisse;;970000001\r\n" +
		"19;Cour;Sondage;Acme Allemagne;;09.70.00.00.02\r\n" +
		"20;Cour;Sondage;;;9,7E+08\r\n"
	chooseFile(tab, keep(t, dir, "numéros.csv", latin1(file)))
	says(tab, "#file-rows", "+33 9 70 00 00 01")
	says(tab, "#file-rows", "Étage; deux")
	says(tab, "#file-rows", fr.T("numlist.not_found.business_unit"))
	says(tab, "#file-rows", fr.T("numlist.short.spreadsheet_damage"))
	read := func() string {
		return uitest.Eval[string](tab, `["delimiter", "number", "call_purpose", "business_unit", "program", "display_name"].map(c => document.getElementById("file-" + c).selectedOptions[0].text).join()`)
	}
	if got, want := read(), "Point-virgule,N° de téléphone,Motif d’appel,Unité,Programme,Nom affiché"; got != want {
		t.Errorf("read as %s, want %s", got, want)
	}
	looks(tab, words{lang: "fr"}, "preview of French columns")

	// read otherwise, and back again
	pick(tab, "file-delimiter", fr.T("numlist.delimiter.comma"))
	tab.Wait(`!document.querySelector("#file-rows").innerText.includes("+33 9 70 00 00 01")`)
	pick(tab, "file-delimiter", fr.T("numlist.delimiter.semicolon"))
	says(tab, "#file-rows", "+33 9 70 00 00 01")
	pick(tab, "file-display_name", "N° client")
	tab.Wait(`[...document.querySelectorAll("#file-rows tbody tr")][0].innerText.includes("17")`)
	pick(tab, "file-display_name", "Nom affiché")
	says(tab, "#file-rows", "Accueil Besançon")

	tab.Click("#file-send")
	tab.Wait(`location.pathname.endsWith("/numbers/jobs")`)
	says(tab, "main", fr.T("numlist.add.title_applied", "n", 2))
	says(tab, "main", fr.T("numlist.rejected", "n", 2))
	says(tab, "main", fr.T("numlist.not_found.business_unit"))
	looks(tab, words{lang: "fr"}, "result of French columns")
	press(tab, "main", fr.T("numlist.again"))
	arrived(tab, upload)
	rejected := downloaded(t, dir, "rejected-numéros.csv")
	rows := csv.NewReader(strings.NewReader(strings.TrimPrefix(rejected, "\ufeff")))
	rows.Comma = ';'
	all, err := rows.ReadAll()
	if err != nil || len(all) != 3 || len(all[0]) != 9 {
		t.Fatalf("rejected are %q: %v", rejected, err)
	}
	for i, want := range [][]string{{"4", "not_found", "19"}, {"5", "spreadsheet_damage", "20"}} {
		if row := all[i+1]; row[0] != want[0] || row[1] != want[1] || row[3] != want[2] || row[2] == "" {
			t.Errorf("rejected is %q", row)
		}
	}
	mended := strings.ReplaceAll(strings.ReplaceAll(rejected, "Acme Allemagne", "acme suisse"), "9,7E+08", "09 70 00 00 03")
	chooseFile(tab, keep(t, dir, "corrigés.csv", mended))
	says(tab, "#file-rows", "+33 9 70 00 00 03")
	looks(tab, words{lang: "fr"}, "preview of mended rows")
	tab.Click("#file-send")
	tab.Wait(`location.pathname.endsWith("/numbers/jobs")`)
	says(tab, "main", fr.T("numlist.add.title_applied", "n", 2))
	for i, want := range []wantedNumber{
		{s.at(0), "survey", "Acme France", "Winter 2026", "Accueil Besançon"}, {s.at(1), "telemarketing", "Acme Suisse", "", "Étage; deux"},
		{s.at(2), "survey", "Acme Suisse", "", "Cour"}, {s.at(3), "survey", "", "", "Cour"},
	} {
		if r := s.kept()[s.at(i)]; (wantedNumber{r.E164, r.CallPurpose, r.UnitName, r.ProgramName, r.DisplayName}) != want {
			t.Errorf("%s is %+v, want %+v", s.at(i), r, want)
		}
	}
	tab.NoProblems()
}

// N08, N10, R10: an agent adds a list and a file in a support session as contacts do; whose work it was stands beside it.
func TestNumberUpload_by_support(t *testing.T) {
	l := i18n.EN
	s := play(t)
	agent := s.inside()
	press(agent, "nav", l.T("nav.numbers"))
	numbersReady(agent, l.T("numbers.none"))
	agent.Go("/support/" + string(s.Acme) + "/numbers/add")
	agent.Wait(`document.querySelectorAll("#list-purpose option").length > 5`)
	fill(agent, "#list-number", line(10)+", "+line(11)+", 12")
	agent.Press("\r")
	pick(agent, "list-purpose", "Survey")
	agent.Click("#list-send")
	says(agent, "#list-result", l.T("numlist.add.title_applied", "n", 2))
	says(agent, "#list-result", l.T("numlist.rejected", "n", 1))
	looks(agent, words{lang: "en"}, "list by support")
	press(agent, "#list-result", l.T("numlist.ok"))
	agent.Click("#number-list-tabs-upload")
	drop(agent, "by support.csv", "Number,Call purpose\n"+line(12)+",Survey\n"+line(13)+",Charity\n")
	says(agent, "#file-rows", "+33 1 84 88 00 13")
	agent.Click("#file-send")
	agent.Wait(`location.pathname.endsWith("/numbers/jobs")`)
	says(agent, "main", l.T("numlist.add.title_applied", "n", 2))
	says(agent, "#job", s.Sofia.Name)
	keepsNothing(t, agent, "8488")
	jobs := backendtest.Must(backendtest.Call(s.As(s.Marie), api.ListJobs, api.JobsIn{Org: api.Org{Org: s.Acme}}))
	for _, j := range jobs.Jobs {
		if !strings.Contains(j.By, s.Sofia.Name) {
			t.Errorf("%s was done by %s", j.File, j.By)
		}
	}
	if len(jobs.Jobs) != 2 {
		t.Errorf("the work is %+v", jobs.Jobs)
	}
	s.remain(4)
	agent.NoProblems()
}

// inside is a browser in which Sofia is in a support session at Acme.
func (s *stage) inside() *uitest.Tab {
	s.t.Helper()
	r := backendtest.Must(s.As(s.Sofia).RequestAccess(s.Acme, time.Hour, ""))
	backendtest.Must(s.As(s.Marie).Approve(r, time.Hour))
	agent := s.open(s.Sofia)
	press(agent, "#hub-table", "Login to support: Acme Telecom")
	says(agent, "#support-banner", "Ends in ")
	return agent
}
