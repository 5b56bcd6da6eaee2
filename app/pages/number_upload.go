package pages

import (
	"bytes"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/sheet"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// fileUpload is the tab where a file is chosen, looked at and sent (N10).
type fileUpload struct {
	desk    *jobDesk
	file    chosenFile
	head    []byte // its beginning
	stopped *keptUpload
	preview loaded[api.FilePreview]
	reading listReading
	problem string
	over    bool // a file is held over the page
	asking  bool
	lines   int // about so many rows, for the question
	busy    bool
	sent    id.Job // the file that this page has sent: its result is shown once it is up
}

// listReading is how a person said that a file is to be read; what is not said is found out.
type listReading struct {
	delimiter sheet.Delimiter
	mapping   *sheet.Mapping
}

// resume joins the desk, and remembers a file that was on its way when the page was last left.
func (u *fileUpload) resume(p *NumberList, kept *keptUpload) (leave func()) {
	u.desk = jobDeskOf(p.At)
	ctx := p.ctx
	leave = u.desk.join(ctx, func() { ctx.Dispatch(func(ctx app.Context) { u.follow(ctx, p) }) })
	u.stopped = kept
	if f := u.desk.file; f != nil && f.kind == p.kind() {
		u.sent = f.job
	} else if kept != nil {
		u.look(p)
	}
	return leave
}

// look asks whether a file of a former visit is still waited for.
func (u *fileUpload) look(p *NumberList) {
	in := api.JobIn{Org: p.At.OrgIn(), Job: id.Job(u.stopped.Job)}
	client.Load(p.ctx, p.At.Session, api.GetJobUpload, in, true, func(_ app.Context, up api.JobUpload, err error) {
		if client.IsOffline(err) {
			return
		}
		if err != nil || up.Job.State != api.JobReceiving {
			u.stopped = nil
			p.keep()
		}
	})
}

// kept is what the browser remembers of a file on its way.
func (u *fileUpload) kept() *keptUpload { return u.stopped }

// follow shows the result once the file is up.
func (u *fileUpload) follow(ctx app.Context, p *NumberList) {
	if u.sent == "" || u.desk.file != nil {
		return
	}
	job := u.sent
	u.sent, u.stopped, u.file, u.head = "", nil, nil, nil
	u.preview, u.reading = loaded[api.FilePreview]{loading: loading{turn: u.preview.turn}}, listReading{}
	if _, running := u.desk.mine[job]; running && p.selected() == tabUpload {
		ctx.Navigate(jobHref(p.At, job))
	}
}

// choose takes a file and has its beginning looked at. The file that was on its way before goes on.
func (u *fileUpload) choose(p *NumberList, f chosenFile) {
	if f == nil || u.desk.file != nil {
		return
	}
	u.file, u.problem, u.over = f, "", false
	u.head, u.reading = nil, listReading{}
	u.preview = loaded[api.FilePreview]{loading: loading{turn: u.preview.turn + 1}}
	if k := u.stopped; k != nil && k.Name == f.name() && k.Bytes == f.bytes() && k.Modified == f.modified() {
		s := &sendingFile{desk: u.desk, kind: p.kind(), file: f, job: id.Job(k.Job)}
		u.desk.file, u.sent = s, s.job
		s.retry()
		return
	}
	switch {
	case f.bytes() == 0:
		u.problem = ui.T("numlist.file_empty", "file", f.name())
	case f.bytes() > api.JobBytes:
		u.problem = ui.T("numlist.file_large", "file", f.name(), "mib", api.JobBytes>>20)
	}
	if u.problem != "" {
		u.file = nil
		ui.Announce(u.problem)
		return
	}
	f.read(0, min(f.bytes(), api.PreviewBytes), func(data []byte, err error) {
		p.ctx.Dispatch(func(app.Context) {
			if err != nil {
				u.file, u.problem = nil, ui.T("numlist.unreadable", "file", f.name())
				return
			}
			u.head = data
			u.ask(p)
		})
	})
}

// ask has the server tell how the file would be read.
func (u *fileUpload) ask(p *NumberList) {
	in := api.FilePreviewIn{Org: p.At.OrgIn()}
	b := &in.Body
	b.Kind, b.Data, b.More = p.kind(), u.head, u.file.bytes() > int64(len(u.head))
	b.Delimiter, b.Mapping, b.BusinessUnit = u.reading.delimiter, u.reading.mapping, p.options.BusinessUnit
	load(p.ctx, p.At, &u.preview, api.PreviewNumberFile, in, false, func(app.Context) {
		if u.preview.err == nil {
			u.reading.mapping = &u.preview.value.Mapping
			u.reading.delimiter = u.preview.value.Delimiter
		}
	})
}

// read changes how the file is read and looks again.
func (u *fileUpload) read(p *NumberList, change func(m *sheet.Mapping)) {
	m := sheet.Mapping{Number: 1}
	if u.reading.mapping != nil {
		m = *u.reading.mapping
	}
	change(&m)
	u.reading.mapping = &m
	u.ask(p)
}

// another gives the chosen file back.
func (u *fileUpload) another(p *NumberList) {
	u.file, u.head, u.problem = nil, nil, ""
	u.preview = loaded[api.FilePreview]{loading: loading{turn: u.preview.turn + 1}}
	ui.FocusLater(p.ctx, "file-choose")
}

// start checks what would be refused as a whole, and before numbers are taken away asks whether it is meant.
func (u *fileUpload) start(p *NumberList) {
	if u.busy || offlineReason(p.At) != "" || u.preview.busy || u.reading.mapping == nil {
		return
	}
	p.faults = p.options.refused(&p.words, p.kind(), u.reading.mapping.CallPurpose > 0)
	if len(p.faults) > 0 {
		ui.FocusInvalid(p.ctx)
		return
	}
	if p.kind() == api.JobAdd {
		u.announce(p)
		return
	}
	u.busy = true
	countLines(u.file, func(lines int, err error) {
		p.ctx.Dispatch(func(app.Context) {
			u.busy = false
			if err != nil {
				u.problem = ui.T("numlist.unreadable", "file", u.file.name())
				u.file = nil
				return
			}
			if u.reading.mapping.Header {
				lines--
			}
			u.lines, u.asking = max(lines, 1), true
		})
	})
}

// countLines counts the rows of a file about: a cell may have several lines.
func countLines(f chosenFile, done func(int, error)) {
	lines, at := 0, int64(0)
	last := byte('\n')
	var step func(data []byte, err error)
	step = func(data []byte, err error) {
		if err != nil {
			done(0, err)
			return
		}
		lines += bytes.Count(data, []byte{'\n'})
		if len(data) > 0 {
			last = data[len(data)-1]
		}
		if at += int64(len(data)); at >= f.bytes() || len(data) == 0 {
			if last != '\n' && last != 0 {
				lines++
			}
			done(lines, nil)
			return
		}
		f.read(at, min(at+api.JobPart, f.bytes()), step)
	}
	f.read(0, min(api.JobPart, f.bytes()), step)
}

// announce tells the server of the file and begins to send it.
func (u *fileUpload) announce(p *NumberList) {
	u.busy, u.problem = true, ""
	o := api.FileOptions{File: u.file.name(), Bytes: u.file.bytes(), Delimiter: u.reading.delimiter, Mapping: u.reading.mapping}
	file := u.file
	took := func(_ app.Context, up api.JobUpload, err error) {
		u.busy = false
		if err != nil {
			u.asking = false
			p.faults, u.problem = formFailure(err, "call_purpose", "business_unit", "program")
			if u.problem != "" {
				ui.Announce(u.problem)
			}
			return
		}
		s := &sendingFile{desk: u.desk, kind: p.kind(), file: file}
		s.take(up)
		u.desk.file, u.sent, u.asking = s, s.job, false
		u.stopped = &keptUpload{Job: string(s.job), Name: file.name(), Bytes: file.bytes(), Modified: file.modified()}
		p.keep()
		s.next()
		u.desk.tell()
	}
	if p.kind() == api.JobAdd {
		in := api.AddFileIn{Org: p.At.OrgIn()}
		in.Body.AddOptions, in.Body.FileOptions = p.options.add(), o
		client.Call(p.ctx, p.At.Session, api.AddNumberFile, in, took)
		return
	}
	in := api.DeleteFileIn{Org: p.At.OrgIn()}
	in.Body.DeleteOptions, in.Body.FileOptions = p.options.from(), o
	client.Call(p.ctx, p.At.Session, api.DeleteNumberFile, in, took)
}

// forget gives up a file of a former visit.
func (u *fileUpload) forget(p *NumberList) {
	in := api.JobIn{Org: p.At.OrgIn(), Job: id.Job(u.stopped.Job)}
	client.Call(p.ctx, p.At.Session, api.CancelJob, in, func(_ app.Context, _ api.Job, err error) {
		if client.IsOffline(err) {
			toastFailure(err)
			return
		}
		u.stopped = nil
		p.keep()
	})
}

// damaged reports whether rows of the preview show what a spreadsheet has made of numbers.
func (u *fileUpload) damaged() bool {
	for i := range u.preview.value.Rows {
		if u.preview.value.Rows[i].Reason == number.SpreadsheetDamage {
			return true
		}
	}
	return false
}
