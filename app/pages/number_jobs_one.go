package pages

import (
	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// jobPage is one piece of bulk work: how far it is, and what became of its rows.
type jobPage struct {
	at  client.Seat
	ctx app.Context
	id  id.Job

	job      loaded[api.Job]
	applied  resultRows
	rejected resultRows
	words    NumberList // lends what units and programs are called
	busy     string     // the act under way
	asking   bool
}

// resultRows are the rows of one kind that were fetched.
type resultRows struct {
	numbers []number.E164
	rows    []api.RejectedRow
	next    string
	has     bool
	busy    bool
	shown   int
}

func (p *jobPage) open() {
	p.words = NumberList{At: p.at, ctx: p.ctx}
	p.words.loadWords(p.ctx, true)
	p.load(false)
}

func (p *jobPage) load(background bool) {
	load(p.ctx, p.at, &p.job, api.GetJob, p.in(), background, func(app.Context) {
		if p.job.err != nil {
			return
		}
		j := &p.job.value
		if j.State.Ended() {
			if j.Applied > 0 && !p.applied.has {
				p.fetch("applied", &p.applied)
			}
			if j.Rejected > 0 && !p.rejected.has {
				p.fetch("rejected", &p.rejected)
			}
		}
	})
}

func (p *jobPage) in() api.JobIn { return api.JobIn{Org: p.at.OrgIn(), Job: p.id} }

// fetch gets the next rows of a kind.
func (p *jobPage) fetch(only string, r *resultRows) {
	if r.busy {
		return
	}
	r.busy = true
	in := api.JobResultsIn{JobIn: p.in(), Only: only, After: r.next, Limit: 1000}
	client.Load(p.ctx, p.at.Session, api.GetJobResults, in, true, func(_ app.Context, out api.JobResults, err error) {
		r.busy = false
		if err != nil {
			toastFailure(err)
			return
		}
		r.has = true
		r.numbers, r.rows, r.next = append(r.numbers, out.Applied...), append(r.rows, out.Rejected...), out.Next
	})
}

// more draws more rows, and fetches when there are not enough.
func (p *jobPage) more(only string, r *resultRows) func(app.Context) {
	return func(app.Context) {
		r.shown += resultPage
		if r.next != "" && r.shown+2*resultPage > len(r.numbers)+len(r.rows) {
			p.fetch(only, r)
		}
	}
}

// mayWork reports whether the person has the rights of the job.
func (p *jobPage) mayWork() bool {
	j := &p.job.value
	if j.Kind == api.JobAdd {
		return p.at.Can(perm.NumbersCreate) && (j.File == "" || p.at.Can(perm.NumbersImport))
	}
	return p.at.Can(perm.NumbersDelete) && (j.Level == api.LevelBusiness || p.at.Can(perm.NumbersUpdate))
}

func (p *jobPage) cancel(app.Context) {
	p.busy = "cancel"
	client.Call(p.ctx, p.at.Session, api.CancelJob, p.in(), func(_ app.Context, _ api.Job, err error) {
		p.busy, p.asking = "", false
		if err != nil && client.CodeOf(err) != errs.Conflict {
			toastFailure(err)
			return
		}
		p.load(true)
		ui.FocusLater(p.ctx, ui.PageTitleID)
	})
}

// download puts the pieces of the file of rejected rows together.
func (p *jobPage) download(then func()) {
	p.busy = "download"
	p.piece("", "", then)
}

func (p *jobPage) piece(after, text string, then func()) {
	client.Call(p.ctx, p.at.Session, api.GetRejectedFile, api.RejectedFileIn{JobIn: p.in(), After: after}, func(_ app.Context, out api.RejectedFile, err error) {
		if err != nil {
			p.busy = ""
			toastFailure(err)
			return
		}
		text += out.CSV
		if out.Next != "" {
			p.piece(out.Next, text, then)
			return
		}
		p.busy = ""
		client.Save(out.Name, "text/csv;charset=utf-8", text)
		then()
	})
}

func (p *jobPage) render(crumbs []ui.Crumb) []app.UI {
	title := ui.T("numlist.jobs.one")
	if p.job.has() {
		title = jobName(&p.job.value)
	}
	return []app.UI{
		&ui.PageHeader{Title: title, Crumbs: crumbs},
		region(p.at, &p.job, 6, func(app.Context) { p.load(false) }, p.renderJob),
		&ui.Confirm{ID: "job-cancel", Open: p.asking, Busy: p.busy == "cancel", Title: ui.T("numlist.cancel_title"), Text: ui.T("numlist.cancel_text"),
			Action: ui.T("numlist.cancel_act"), OnConfirm: p.cancel, OnClose: func(app.Context) { p.asking = false }},
	}
}

func (p *jobPage) renderJob(j api.Job) []app.UI {
	s := jobSign(&j)
	terms := []ui.Term{
		{Label: ui.T("numlist.jobs.kind"), Text: jobWhat(&j)},
		{Label: ui.T("numlist.jobs.by"), Text: j.By},
		{Label: ui.T("numlist.jobs.when"), Text: moment(j.CreatedAt)},
	}
	if j.BusinessUnit != "" {
		terms = append(terms, ui.Term{Label: ui.T("numlist.place"), Text: p.words.words.place(number.Place{BusinessUnit: j.BusinessUnit, Program: j.Program})})
	}
	if x := p.words.words.purpose(j.CallPurpose); x != nil {
		terms = append(terms, ui.Term{Label: ui.T("number.column.call_purpose"), Text: purposeName(x)})
	}
	if !j.KeptUntil.IsZero() {
		terms = append(terms, ui.Term{Label: ui.T("numlist.kept_until"), Text: date(j.KeptUntil)})
	}
	card := &ui.Card{ID: "job", Title: ui.T("numlist.jobs.facts"), Mark: ui.TagIcon(s.Tone, s.Icon, s.Text), Body: []app.UI{
		slot(p.renderProgress(&j)), slot(when(j.Problem != "", func() app.UI { return &ui.Banner{Tone: ui.Bad, Text: ui.T(j.Problem)} })), &ui.Description{Terms: terms}}}
	parts := []app.UI{card}
	if !j.State.Ended() {
		return parts
	}
	v := resultView{At: p.at, Kind: j.Kind, Level: 2, Words: &p.words.words, Applied: p.applied.numbers, AppliedTotal: j.Applied, Rejected: p.rejected.rows, RejectedTotal: j.Rejected,
		Reasons: j.Reasons, AppliedShown: p.applied.shown, RejectedShown: p.rejected.shown, OnMoreApplied: p.more("applied", &p.applied), OnMoreRejected: p.more("rejected", &p.rejected)}
	parts = append(parts, slot(when(j.State == api.JobCancelled && j.Rows > j.Handled, func() app.UI {
		return &ui.Banner{Tone: ui.Info, Text: ui.T("numlist.not_handled", "n", j.Rows-j.Handled)}
	})))
	parts = append(parts, v.render()...)
	if j.Rejected == 0 {
		return parts
	}
	return append(parts, ui.Row(
		&ui.Button{ID: "job-download", Label: ui.T("numlist.download"), Icon: ui.IconDownload, Busy: p.busy == "download", Disabled: p.mayNotFetch(), OnClick: func(app.Context, app.Event) { p.download(func() {}) }},
		app.If(p.mayWork(), func() app.UI {
			return &ui.Button{ID: "job-again", Label: ui.T("numlist.again"), Icon: ui.IconPencil, OnClick: p.again}
		}),
	), slot(when(p.mayWork() && j.File != "", func() app.UI { return ui.Hint(ui.T("numlist.again_file")) })))
}

// mayNotFetch is why nothing can be asked of the server now.
func (p *jobPage) mayNotFetch() string {
	if p.at.Session.Link() == client.LinkDown {
		return offlineReason(p.at)
	}
	return ""
}

func (p *jobPage) renderProgress(j *api.Job) app.UI {
	switch j.State {
	case api.JobReceiving, api.JobWaiting, api.JobRunning:
	default:
		return nil
	}
	b := &ui.Progress{Label: jobProgress(j), Done: j.Handled, Total: j.Rows}
	if left := jobLeft(j); left != "" {
		b.Label += " · " + left
	}
	if p.mayWork() && offlineReason(p.at) == "" {
		b.OnCancel = func(app.Context) { p.asking = true }
	}
	return b
}

// again leads to where the rejected rows are mended: those of a file in the file that can be downloaded, those of a list in
// the list.
func (p *jobPage) again(ctx app.Context, _ app.Event) {
	j := &p.job.value
	page := pageNumbersDelete
	if j.Kind == api.JobAdd {
		page = pageNumbersAdd
	}
	if j.File != "" {
		p.download(func() { p.ctx.Navigate(p.at.Href(page) + "?tab=" + tabUpload) })
		return
	}
	kept := recallList(p.at, j.Kind)
	kept.Options = listOptions{CallPurpose: j.CallPurpose, BusinessUnit: j.BusinessUnit, Program: j.Program, Level: j.Level}
	for i := range p.rejected.rows {
		kept.Numbers = append(kept.Numbers, p.rejected.rows[i].Text)
	}
	keepList(p.at, j.Kind, kept)
	ctx.Navigate(p.at.Href(page))
}
