package pages

import (
	"strings"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// jobDesk is what this window knows of an organization's bulk work, whichever page is open: the file that is on its way up,
// and the work that goes on.
type jobDesk struct {
	at     client.Seat
	ctx    app.Context // of the follower that has been there longest
	stop   func()
	active []api.Job // waiting and running, the newest first
	known  bool      // active was loaded
	file   *sendingFile
	mine   map[id.Job]string // begun in this window: the end is told, with the name of the file
	follow []*jobFollower
}

type jobFollower struct {
	ctx     app.Context
	changed func()
}

var jobDesks = map[string]*jobDesk{}

// jobDeskOf is the desk of an organization, the same one each time.
func jobDeskOf(at client.Seat) *jobDesk {
	key := at.Key("jobs")
	d := jobDesks[key]
	if d == nil {
		d = &jobDesk{mine: map[id.Job]string{}}
		jobDesks[key] = d
	}
	d.at = at
	return d
}

// join has a component follow the desk while it is mounted. The first one brings the desk to life: what goes on needs a
// component that stays, which is the chip in the bar.
func (d *jobDesk) join(ctx app.Context, changed func()) (leave func()) {
	f := &jobFollower{ctx, changed}
	d.follow = append(d.follow, f)
	if len(d.follow) == 1 {
		d.live(ctx)
	}
	return func() {
		for i := range d.follow {
			if d.follow[i] != f {
				continue
			}
			d.follow = append(d.follow[:i:i], d.follow[i+1:]...)
			if i > 0 {
				return
			}
			d.stop()
			d.file.pause() // what was asked for through that component is never answered
			if len(d.follow) > 0 {
				d.live(d.follow[0].ctx)
			}
			return
		}
	}
}

func (d *jobDesk) live(ctx app.Context) {
	d.ctx = ctx
	d.stop = d.at.Session.Watch(ctx, d.at.Org, func(app.Context) { d.load(true) }, live.Jobs)
	d.load(true)
	d.file.goOn(d)
}

func (d *jobDesk) tell() {
	for _, f := range d.follow {
		f.changed()
	}
}

// load asks what goes on.
func (d *jobDesk) load(background bool) {
	if !d.at.Can(perm.NumbersView) {
		return
	}
	client.Load(d.ctx, d.at.Session, api.ListJobs, api.JobsIn{Org: d.at.OrgIn(), Limit: 20}, background, func(_ app.Context, out api.Jobs, err error) {
		if err != nil {
			return
		}
		d.active, d.known = nil, true
		for _, j := range out.Jobs {
			d.take(j)
		}
		d.tell()
	})
}

// take notes where a job stands, and tells the end of one that was begun here.
func (d *jobDesk) take(j api.Job) {
	name, mine := d.mine[j.ID]
	switch {
	case j.State == api.JobWaiting || j.State == api.JobRunning:
		d.active = append(d.active, j)
	case mine && j.State.Ended():
		delete(d.mine, j.ID)
		if place := app.Window().Get("location"); place.Truthy() && strings.Contains(place.Get("search").String(), string(j.ID)) {
			return // the person looks at it
		}
		at := d.at
		ui.ShowToast(ui.Toast{Tone: jobTone(&j), Text: name + ": " + jobOutcome(&j), Action: ui.T("numlist.see_result"),
			OnAction: func(ctx app.Context) { ctx.Navigate(jobHref(at, j.ID)) }})
	}
}

// begun follows a job to its end.
func (d *jobDesk) begun(j *api.Job) {
	d.mine[j.ID] = j.File
	d.load(true)
}

func jobHref(at client.Seat, j id.Job) string { return at.Href(pageNumbersJobs) + "?job=" + string(j) }

// jobChip is the sign in the bar that a file is on its way, or that numbers are being worked off; it leads to the work.
// Nothing is there when nothing goes on.
func jobChip(at client.Seat) app.UI {
	if at.Org == "" || !at.Can(perm.NumbersView) {
		return app.Span().Hidden(true)
	}
	return &jobsChip{At: at}
}

type jobsChip struct {
	app.Compo

	At client.Seat

	desk  *jobDesk
	leave func()
}

// CompoID tells go-app that another organization's chip is another one.
func (c *jobsChip) CompoID() string { return c.At.Key("jobs-chip") }

// OnMount keeps the work going while pages change.
func (c *jobsChip) OnMount(ctx app.Context) {
	c.desk = jobDeskOf(c.At)
	c.leave = c.desk.join(ctx, func() { ctx.Dispatch(func(app.Context) {}) })
}

// OnDismount leaves the work to whoever else is there.
func (c *jobsChip) OnDismount() {
	if c.leave != nil {
		c.leave()
	}
}

// Render implements app.Composer.
func (c *jobsChip) Render() app.UI {
	if c.desk == nil {
		return app.Span().Hidden(true)
	}
	pill := &ui.Pill{Tone: ui.Info, Busy: true}
	switch f, active := c.desk.file, c.desk.active; {
	case f != nil && f.problem != "":
		pill.Tone, pill.Busy, pill.Icon, pill.Text, pill.Href = ui.Warn, false, ui.IconTriangleAlert, ui.T("numlist.chip.stopped", "file", f.name()), f.href(c.At)
	case f != nil:
		pill.Text, pill.Href = ui.T("numlist.chip.sending", "file", f.name(), "percent", f.percent()), f.href(c.At)
	case len(active) > 1:
		pill.Text, pill.Href = ui.T("numlist.chip.many", "n", len(active)), c.At.Href(pageNumbersJobs)
	case len(active) == 1:
		pill.Text, pill.Href = jobProgress(&active[0]), jobHref(c.At, active[0].ID)
	default:
		return app.Span().Hidden(true)
	}
	return app.Span().Class("jobs-chip").Body(pill)
}
