//go:build !js

package pages

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/sheet"
)

// memoryFile is a file that a person could have chosen. It can be taken away while it is read.
type memoryFile struct {
	called string
	text   string
	gone   bool
	reads  int // how often it was read
}

func (f *memoryFile) name() string    { return f.called }
func (f *memoryFile) bytes() int64    { return int64(len(f.text)) }
func (f *memoryFile) modified() int64 { return 1 }
func (f *memoryFile) read(from, to int64, done func([]byte, error)) {
	f.reads++
	if f.gone {
		done(nil, errors.New("gone"))
		return
	}
	done([]byte(f.text[from:to]), nil)
}

// uploadOf opens the tab of files. The desk is the window's, so each test has its own visitor.
func uploadOf(t *testing.T, w *backendtest.World, page string) (*visitor, *NumberList) {
	t.Helper()
	v := visitAs(t, w, w.Marie)
	at := v.seat(page)
	at.Query = "tab=upload"
	p := &NumberList{At: at}
	v.open(p)
	return v, p
}

func choose(v *visitor, p *NumberList, f chosenFile) {
	v.t.Helper()
	v.do(p.ctx, func() { p.upload.choose(p, f) })
}

// work has the server work off what waits.
func work(t *testing.T, w *backendtest.World) {
	t.Helper()
	if err := w.Service.WorkJobs(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// N10: a file is looked at before it is sent: what is between columns, which column is what, how each number is read and what a
// spreadsheet did to it. Everything can be corrected, and the file is then read like that.
func TestNumberUpload_shows_how_a_file_is_read(t *testing.T) {
	w := backendtest.New(t)
	v, p := uploadOf(t, w, pageNumbersAdd)
	v.says("Drop a CSV file here", "Choose file", "Download a template")
	choose(v, p, &memoryFile{called: "numéros.csv", text: "Client;Téléphone;Motif\n01 84 88 00 99;01 84 88 20 10;Sondage\nB;447911123456;Sondage\nC;4,47E+11;Sondage\nD;01 84 88 20 11;Loterie\n"})
	v.says("numéros.csv", "+33 1 84 88 20 10", "+44 7911 123456", "The + in front was missing and was put back.", "A spreadsheet changed this value",
		"Your spreadsheet changed this number", "Unknown call purpose", "The first 4 rows")
	v.do(p.ctx, func() { p.upload.read(p, func(m *sheet.Mapping) { m.Number = 1 }) })
	v.says("+33 1 84 88 00 99", "Not a phone number")
	if m := p.upload.reading.mapping; m.Number != 1 || m.CallPurpose != 3 || !m.Header {
		t.Errorf("read by %+v", m)
	}
	v.do(p.ctx, func() {
		p.upload.reading = listReading{delimiter: sheet.Comma}
		p.upload.ask(p)
	})
	v.saysNot("+33 1 84 88 20 10")

	choose(v, p, &memoryFile{called: "book.xlsx", text: "PK\x03\x04 and so on"})
	v.says("This is a spreadsheet’s own file.")
	choose(v, p, &memoryFile{called: "nothing.csv"})
	v.says("nothing.csv is empty.")
	choose(v, p, &memoryFile{called: "large.csv", text: strings.Repeat("x", api.JobBytes+1)})
	v.says("large.csv is larger than 25 MiB.")
}

// N10, N08: a file of several parts is sent and worked off, its end is told, and its results stand at an address of their own.
func TestNumberUpload_sends_and_shows_results(t *testing.T) {
	w := backendtest.New(t)
	v, p := uploadOf(t, w, pageNumbersAdd)
	var b strings.Builder
	b.WriteString("Phone;Name\n")
	for n := range 9000 {
		fmt.Fprintf(&b, "+3361%07d;%s\n", n, strings.Repeat("x", 60))
	}
	b.WriteString("+3361;short\n")
	file := &memoryFile{called: "many.csv", text: b.String()}
	choose(v, p, file)
	v.do(p.ctx, func() { p.upload.start(p) })
	v.says("The call purpose is missing.")
	v.do(p.ctx, func() {
		p.options.CallPurpose = "survey"
		p.upload.start(p)
	})
	v.wait()
	job := onlyJob(t, w)
	if job.State != api.JobWaiting || job.Bytes != file.bytes() {
		t.Fatalf("the job is %+v", job)
	}
	work(t, w)
	at := v.seat(pageNumbersJobs)
	at.Query = "job=" + string(job.ID)
	jobs := &NumberJobs{At: at}
	v.open(jobs)
	v.says("many.csv", "Done, some rejected", "Added Numbers (9,000)", "+33 6 10 00 00 00", "Show 8,960 more", "Rejected Numbers (1)", "Line 9,002", "Some digits are missing",
		"Some numbers were rejected.", "Download rejected rows", "Mend and send again")
	at.Query = ""
	v.open(&NumberJobs{At: at}) // the same page with another address
	v.page = jobs
	v.says("Bulk work", "many.csv", "Marie Dubois", "9,000", "Done, some rejected")
}

func onlyJob(t *testing.T, w *backendtest.World) api.Job {
	t.Helper()
	list := ask(t, w.As(w.Marie), api.ListJobs, api.JobsIn{Org: api.Org{Org: w.Acme}}).Jobs
	if len(list) != 1 {
		t.Fatalf("%d jobs", len(list))
	}
	return list[0]
}

// N10: a file whose sending stopped goes on with the parts that are missing, also when it is chosen again after a reload.
func TestNumberUpload_goes_on(t *testing.T) {
	w := backendtest.New(t)
	v, p := uploadOf(t, w, pageNumbersDelete)
	file := &memoryFile{called: "many.csv", text: strings.Repeat(frenchNumber(1)+"\n", 3*api.JobPart/13)}
	choose(v, p, file)
	v.do(p.ctx, func() { p.upload.start(p) })
	v.says("Delete", "many.csv has about", "Type 120989 to go on")
	file.gone = true
	v.do(p.ctx, func() { p.upload.announce(p) })
	v.says("many.csv can’t be read any more", "What was sent is kept.", "Go on")
	kept := p.upload.stopped
	if kept == nil || kept.Name != "many.csv" {
		t.Fatalf("nothing is remembered: %+v", kept)
	}
	delete(jobDesks, p.At.Key("jobs")) // another window knows nothing but what was remembered

	v, p = uploadOf(t, w, pageNumbersDelete)
	v.do(p.ctx, func() { p.upload.stopped = kept })
	v.says("many.csv was not sent completely. Choose the same file again")
	file.gone, file.reads = false, 0
	choose(v, p, file)
	v.wait()
	if job := onlyJob(t, w); job.State != api.JobWaiting || file.reads != 3 {
		t.Errorf("the job is %s after %d parts", job.State, file.reads)
	}
}

// N10: work can be cancelled: what was applied stays, and how much was not handled is told.
func TestNumberJobs_cancels(t *testing.T) {
	w := backendtest.New(t)
	v, p := uploadOf(t, w, pageNumbersAdd)
	choose(v, p, &memoryFile{called: "few.csv", text: frenchNumber(1) + "\n"})
	v.do(p.ctx, func() {
		p.options.CallPurpose = "survey"
		p.upload.start(p)
	})
	v.wait()
	at := v.seat(pageNumbersJobs)
	at.Query = "job=" + string(onlyJob(t, w).ID)
	jobs := &NumberJobs{At: at}
	v.open(jobs)
	v.says("Waiting its turn", "Cancel")
	v.do(jobs.ctx, func() { jobs.one.cancel(jobs.ctx) })
	v.says("Cancelled", "No number was added.")

	reader := visitAs(t, w, w.Paul)
	at = reader.seat(pageNumbersJobs)
	list := &NumberJobs{At: at}
	reader.open(list)
	reader.says("few.csv", "Cancelled")
	reader.saysNot("Add Phone Numbers")
}
