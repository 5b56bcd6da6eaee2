package pages

import (
	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// sendingFile is a file on its way up. It belongs to the desk, so that it goes on while the person is elsewhere.
type sendingFile struct {
	desk    *jobDesk
	kind    api.JobKind
	file    chosenFile
	job     id.Job
	parts   int
	bytes   int // of a part
	have    map[int]bool
	busy    bool
	tries   int    // of the part that is on its way
	problem string // why it stands still
	ended   bool
	stopped bool // asked to
}

func (f *sendingFile) name() string { return f.file.name() }

func (f *sendingFile) href(at client.Seat) string {
	page := pageNumbersDelete
	if f.kind == api.JobAdd {
		page = pageNumbersAdd
	}
	return at.Href(page) + "?tab=" + tabUpload
}

// sent is how many bytes are there.
func (f *sendingFile) sent() int64 {
	return min(int64(len(f.have))*int64(f.bytes), f.file.bytes())
}

func (f *sendingFile) percent() int {
	if f.file.bytes() == 0 {
		return 0
	}
	return int(100 * f.sent() / f.file.bytes())
}

// pause is for when nobody is there to carry it: nothing more is begun.
func (f *sendingFile) pause() {
	if f != nil {
		f.busy = false
	}
}

// goOn takes it up again.
func (f *sendingFile) goOn(d *jobDesk) {
	if f != nil && !f.busy && f.problem == "" && !f.ended {
		f.desk = d
		f.next()
	}
}

// retry asks what is there and goes on: an answer may have been lost.
func (f *sendingFile) retry() {
	f.problem, f.tries, f.busy = "", 0, true
	in := api.JobIn{Org: f.desk.at.OrgIn(), Job: f.job}
	client.Call(f.desk.ctx, f.desk.at.Session, api.GetJobUpload, in, func(_ app.Context, up api.JobUpload, err error) {
		f.busy = false
		if err != nil {
			f.fail(err)
			return
		}
		f.take(up)
		f.next()
	})
	f.desk.tell()
}

func (f *sendingFile) take(up api.JobUpload) {
	f.job, f.parts, f.bytes = up.Job.ID, up.Parts, up.PartBytes
	f.have = make(map[int]bool, len(up.Have))
	for _, n := range up.Have {
		f.have[n] = true
	}
}

// partTries is how often a part is sent before the person is asked.
const partTries = 3

// next sends the first part that is missing, or has the job run when none is.
func (f *sendingFile) next() {
	if f.stopped || f.ended {
		return
	}
	n := 0
	for n < f.parts && f.have[n] {
		n++
	}
	f.busy = true
	if n == f.parts {
		f.run()
		return
	}
	from := int64(n) * int64(f.bytes)
	to := min(from+int64(f.bytes), f.file.bytes())
	f.file.read(from, to, func(data []byte, err error) {
		f.desk.ctx.Dispatch(func(app.Context) {
			switch {
			case f.stopped || !f.busy:
			case err != nil || int64(len(data)) != to-from:
				f.stand(ui.T("numlist.unreadable", "file", f.name()))
			default:
				f.put(n, data)
			}
		})
	})
}

func (f *sendingFile) put(n int, data []byte) {
	in := api.JobPartIn{JobIn: api.JobIn{Org: f.desk.at.OrgIn(), Job: f.job}, N: n}
	in.Body.Data = data
	client.Call(f.desk.ctx, f.desk.at.Session, api.PutJobPart, in, func(_ app.Context, up api.JobUpload, err error) {
		f.busy = false
		switch {
		case f.stopped:
		case err == nil:
			f.tries = 0
			f.take(up)
			f.desk.tell()
			f.next()
		case client.IsOffline(err) && f.tries < partTries:
			f.tries++
			f.next()
		default:
			f.fail(err)
		}
	})
}

// run has the server work the file off.
func (f *sendingFile) run() {
	in := api.JobIn{Org: f.desk.at.OrgIn(), Job: f.job}
	client.Call(f.desk.ctx, f.desk.at.Session, api.RunJob, in, func(_ app.Context, j api.Job, err error) {
		f.busy = false
		if f.stopped {
			return
		}
		if err != nil {
			f.fail(err)
			return
		}
		f.end()
		f.desk.begun(&j)
	})
}

// end takes it off the desk: it is over, or somebody else's work now.
func (f *sendingFile) end() {
	f.ended = true
	if f.desk.file == f {
		f.desk.file = nil
	}
	kept := recallList(f.desk.at, f.kind)
	kept.Upload = nil
	keepList(f.desk.at, f.kind, kept)
	f.desk.tell()
}

func (f *sendingFile) fail(err error) {
	if code := client.CodeOf(err); code == errs.NotFound || code == errs.Conflict { // the job is over, by somebody else's hand or by time
		f.end()
		toastFailure(err)
		return
	}
	f.stand(client.Explain(err).Text)
}

// stand says why it goes no further, until the person lets it go on.
func (f *sendingFile) stand(text string) {
	f.busy, f.problem = false, text
	ui.Announce(text)
	f.desk.tell()
}

// cancel gives the file up; nothing of it is applied.
func (f *sendingFile) cancel() {
	f.stopped = true
	in := api.JobIn{Org: f.desk.at.OrgIn(), Job: f.job}
	client.Call(f.desk.ctx, f.desk.at.Session, api.CancelJob, in, func(_ app.Context, _ api.Job, err error) {
		if code := client.CodeOf(err); err != nil && code != errs.NotFound && code != errs.Conflict {
			f.stopped = false
			f.stand(client.Explain(err).Text)
			return
		}
		f.end()
		ui.Announce(ui.T("numlist.cancelled"))
	})
}
