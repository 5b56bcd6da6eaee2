package pages

import (
	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// NumberJobs is an organization's bulk work on its numbers, and with ?job= one piece of it with its results.
type NumberJobs struct {
	app.Compo

	At client.Seat

	ctx  app.Context
	stop []func()
	job  id.Job // of the address
	list loaded[api.Jobs]
	jobs []api.Job // all pages that were fetched
	next string
	more bool
	one  jobPage
}

// CompoID tells go-app that the work of another organization is another page.
func (p *NumberJobs) CompoID() string { return p.At.Key(pageNumbersJobs) }

// OnMount loads the page and follows the work.
func (p *NumberJobs) OnMount(ctx app.Context) {
	p.ctx = ctx
	p.stop = []func(){
		p.At.Session.Watch(ctx, p.At.Org, p.follow, live.Jobs),
		p.At.Session.Observe(func() { ctx.Dispatch(func(app.Context) {}) }),
	}
	p.show(ctx)
}

// OnPreRender is OnMount outside a browser.
func (p *NumberJobs) OnPreRender(ctx app.Context) { p.OnMount(ctx) }

// OnUpdate shows what the address names now.
func (p *NumberJobs) OnUpdate(ctx app.Context) {
	if id.Job(p.At.Param("job")) != p.job {
		p.show(ctx)
	}
}

// OnDismount stops following.
func (p *NumberJobs) OnDismount() {
	for _, stop := range p.stop {
		stop()
	}
	p.stop = nil
}

func (p *NumberJobs) show(ctx app.Context) {
	p.job = id.Job(p.At.Param("job"))
	if p.job != "" {
		p.one = jobPage{at: p.At, ctx: p.ctx, id: p.job}
		p.one.open()
		return
	}
	p.load(ctx, false)
}

func (p *NumberJobs) follow(ctx app.Context) {
	if p.job != "" {
		p.one.load(true)
		return
	}
	p.load(ctx, true)
}

// jobsPage is how much work is listed at a time.
const jobsPage = 20

func (p *NumberJobs) load(ctx app.Context, background bool) {
	in := api.JobsIn{Org: p.At.OrgIn(), Limit: jobsPage}
	if background {
		in.Limit = min(100, max(jobsPage, len(p.jobs)))
	}
	load(ctx, p.At, &p.list, api.ListJobs, in, background, func(ctx app.Context) {
		if p.list.err == nil {
			holdFocus(ctx, "")
			p.jobs, p.next = p.list.value.Jobs, p.list.value.Next
		}
	})
}

func (p *NumberJobs) older(app.Context, app.Event) {
	p.more = true
	in := api.JobsIn{Org: p.At.OrgIn(), Limit: jobsPage, Before: id.Job(p.next)}
	turn := p.list.turn
	client.Load(p.ctx, p.At.Session, api.ListJobs, in, false, func(_ app.Context, out api.Jobs, err error) {
		p.more = false
		if err != nil {
			toastFailure(err)
		} else if turn == p.list.turn {
			p.jobs, p.next = append(p.jobs, out.Jobs...), out.Next
		}
	})
}

// Render implements app.Composer.
func (p *NumberJobs) Render() app.UI {
	crumbs := []ui.Crumb{{Label: ui.T("numlist.numbers"), Href: p.At.Href("numbers")}}
	if p.job != "" {
		return app.Div().Class("stack", "lg").Body(p.one.render(append(crumbs, ui.Crumb{Label: ui.T("numlist.jobs.title"), Href: p.At.Href(pageNumbersJobs)}))...)
	}
	return app.Div().Class("stack", "lg").Body(
		&ui.PageHeader{Title: ui.T("numlist.jobs.title"), Lead: ui.T("numlist.jobs.lead", "days", api.JobKeptDays), Crumbs: crumbs, Actions: manageActions(p.At)},
		region(p.At, &p.list, 6, func(ctx app.Context) { p.load(ctx, false) }, p.renderList),
	)
}

// manageActions lead to the pages that begin bulk work.
func manageActions(at client.Seat) (actions []app.UI) {
	if at.Can(perm.NumbersCreate) {
		actions = append(actions, &ui.Button{ID: "to-add", Label: ui.T("numlist.add.title"), Href: at.Href(pageNumbersAdd)})
	}
	if at.Can(perm.NumbersDelete) {
		actions = append(actions, &ui.Button{ID: "to-delete", Label: ui.T("numlist.delete.title"), Href: at.Href(pageNumbersDelete)})
	}
	return actions
}

func (p *NumberJobs) renderList(api.Jobs) []app.UI {
	if len(p.jobs) == 0 {
		return []app.UI{&ui.Empty{Icon: ui.IconHistory, Title: ui.T("numlist.jobs.none"), Text: ui.T("numlist.jobs.none_text")}}
	}
	lines := make([]ui.Line, 0, len(p.jobs))
	for i := range p.jobs {
		lines = append(lines, p.renderJob(&p.jobs[i]))
	}
	foot := []app.UI{}
	if p.next != "" {
		foot = append(foot, &ui.Button{ID: "jobs-more", Label: ui.T("numlist.jobs.more"), Small: true, Busy: p.more, OnClick: p.older})
	}
	return []app.UI{&ui.Table{ID: "job-list", Label: ui.T("numlist.jobs.title"), Lines: lines, Foot: foot, Columns: []ui.Column{
		{Title: ui.T("numlist.jobs.what"), Kind: ui.Title}, {Title: ui.T("numlist.jobs.state"), Kind: ui.State}, {Title: ui.T("numlist.jobs.kind")},
		{Title: ui.T("numlist.jobs.taken"), Right: true}, {Title: ui.T("numlist.jobs.rejected"), Right: true}, {Title: ui.T("numlist.jobs.by")}, {Title: ui.T("numlist.jobs.when")}}}}
}

func (p *NumberJobs) renderJob(j *api.Job) ui.Line {
	s := jobSign(j)
	state := s.Text
	if j.State == api.JobRunning && j.Rows > 0 {
		state = jobProgress(j)
	}
	return ui.Line{ID: string(j.ID), Cells: []app.UI{
		ui.Link(jobHref(p.At, j.ID), jobName(j)),
		ui.TagIcon(s.Tone, s.Icon, state), app.Text(jobWhat(j)),
		countCell("numlist.jobs.taken_n", j.Applied), countCell("numlist.jobs.rejected_n", j.Rejected),
		app.Text(j.By), timeTag(j.CreatedAt),
	}}
}

// countCell is a count that says what it counts where the table has no heads, on phones.
func countCell(key string, n int) app.UI {
	return app.Span().Class("job-count").Body(app.Span().Class("wide-only").Text(ui.T("numlist.count", "n", n)), app.Span().Class("narrow-only").Text(ui.T(key, "n", n)))
}
