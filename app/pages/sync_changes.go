package pages

import (
	"slices"
	"time"

	"countersign/app/client"
	"countersign/app/offline"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/live"
	"countersign/shared/perm"
	"countersign/shared/replica"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// SyncChanges is Phone Numbers › Changes: what the person edited, apart what needs their attention, what waits on this
// device, and what was sent lately (N13).
type SyncChanges struct {
	app.Compo

	At client.Seat

	ctx   app.Context
	stop  []func()
	watch copyWatch
	words syncWords

	cases  []*syncCase
	states map[string]*caseState
	hidden map[syncItem]bool // being closed: the person decided, and may still take it back
	ask    *syncQuestion
	limit  map[string]int // how much of a long list is shown, by its name
	most   int            // that waited at once, since all was sent last

	left    loaded[api.SyncAttention] // edits of people whose access ended are in it
	gone    map[string]string         // cases of them that are being closed: as they were seen, by their keys
	devices loaded[api.SyncDevices]
	unfold  bool
}

// CompoID tells go-app that another organization has another page.
func (p *SyncChanges) CompoID() string { return p.At.Key(pageSync) }

// OnMount reads the copy and follows it.
func (p *SyncChanges) OnMount(ctx app.Context) {
	p.ctx = ctx
	p.states, p.hidden, p.gone, p.limit = map[string]*caseState{}, map[syncItem]bool{}, map[string]string{}, map[string]int{}
	p.stop = []func(){
		p.At.Session.Observe(func() { ctx.Dispatch(func(app.Context) { p.follow() }) }),
		p.At.Session.Keep(pageSync, p.typed),
		p.At.Session.Watch(ctx, p.At.Org, func(ctx app.Context) { p.load(ctx, true) }, live.Numbers),
	}
	p.watch.all = true
	p.follow()
	p.load(ctx, false)
}

// OnPreRender is OnMount outside a browser.
func (p *SyncChanges) OnPreRender(ctx app.Context) { p.OnMount(ctx) }

// OnDismount stops following.
func (p *SyncChanges) OnDismount() {
	for _, stop := range p.stop {
		stop()
	}
	p.stop = nil
	p.watch.close()
}

func (p *SyncChanges) follow() {
	before := p.watch.copy
	p.watch.follow(p.At, func() { p.ctx.Dispatch(func(app.Context) { p.renew() }) })
	if p.watch.copy != before {
		p.renew()
	}
}

// renew takes over what the copy has now.
func (p *SyncChanges) renew() {
	c := p.watch.copy
	if c == nil {
		return
	}
	p.words = wordsAt(c)
	p.most = max(p.most, c.Status().Pending)
	if c.Status().Pending == 0 {
		p.most = 0
	}
	items := c.Attention()
	for item := range p.hidden {
		if !slices.ContainsFunc(items, func(a replica.Attention) bool { return a.ID == item.id && a.At == item.at }) {
			delete(p.hidden, item)
		}
	}
	holdFocus(p.ctx, "attention")
	p.cases = casesOf(items, false)
	for key, st := range p.states {
		if !slices.ContainsFunc(p.cases, func(c *syncCase) bool { return c.key == key }) && !st.editing {
			delete(p.states, key)
		}
	}
	p.finish()
}

// finish closes what the person has decided elsewhere, or before this page was loaded again. Where it was decided it is
// closed, too, and mostly sooner.
func (p *SyncChanges) finish() {
	found := false
	for _, c := range p.open() {
		if st := p.state(c); st.busy == "" && !st.editing && !st.over {
			_, st.over = c.later(p.watch.copy.Log())
			found = found || st.over
		}
	}
	if !found {
		return
	}
	ui.After(p.ctx, finishPause, func(app.Context) {
		if p.watch.copy == nil {
			return
		}
		var over []*syncCase
		for _, c := range p.open() {
			if st := p.state(c); st.over && !st.closed && st.busy == "" {
				st.closed = true
				over = append(over, c)
			}
		}
		if len(over) > 0 {
			p.leave(over, actDone)
		}
	})
}

const finishPause = 3 * time.Second

// load asks for what people left whose access ended, for who may take care of it.
func (p *SyncChanges) load(ctx app.Context, background bool) {
	if p.At.Can(perm.NumbersUpdate) && !p.At.Session.Borrowed() {
		load(ctx, p.At, &p.left, api.ListAttention, p.At.OrgIn(), background)
	}
	if p.unfold {
		load(ctx, p.At, &p.devices, api.ListSyncDevices, p.At.OrgIn(), background)
	}
}

// typed is what the open forms hold.
func (p *SyncChanges) typed() (all []client.Unsent) {
	for _, st := range p.states {
		if st.editing && st.form != st.began {
			all = append(all, client.Unsent{Label: ui.T("sync.edit"), Text: st.form.number + " " + st.form.name + " "})
		}
	}
	return all
}

func (p *SyncChanges) scene() syncScene {
	return syncScene{row: p.watch.copy.Row, can: p.At.Can}
}

// open are the cases that are still to be decided.
func (p *SyncChanges) open() (list []*syncCase) {
	for _, c := range p.cases {
		if slices.ContainsFunc(c.items, func(x syncItem) bool { return !p.hidden[x] }) && p.state(c).decided != c.seen() {
			list = append(list, c)
		}
	}
	return list
}

// Render implements app.Composer.
func (p *SyncChanges) Render() app.UI {
	header := &ui.PageHeader{Title: ui.T("sync.title"), Lead: ui.T("sync.lead")}
	c := p.watch.copy
	if c == nil {
		return app.Div().Class("stack", "lg").Body(header, &ui.Empty{Icon: ui.IconCloudOff, Title: ui.T("sync.none_here"), Text: ui.T("sync.none_here_text")})
	}
	s := c.Status()
	body := []app.UI{header, slot(stacked(p.notices(c, s)))}
	switch {
	case s.Locked || s.Wiped:
	case !s.Loaded && s.Trouble == "":
		body = append(body, ui.Skeleton(6))
	default:
		waiting, settled := actionsOf(c.Log(), s.Sending)
		body = append(body, p.renderAttention(s), p.renderWaiting(s, waiting), p.renderSent(settled), slot(p.renderLeft()), p.renderDevice(c, s))
	}
	return app.Div().Class("stack", "lg", "sync").Body(append(body, p.renderQuestion())...)
}

func stacked(list []app.UI) app.UI {
	if len(list) == 0 {
		return nil
	}
	return ui.Stack(list...)
}

// notices say what is wrong with the copy as a whole, and what became of it.
func (p *SyncChanges) notices(c *offline.Copy, s offline.Status) (list []app.UI) {
	if l := s.Lost; l.Edits > 0 {
		list = append(list, &ui.Banner{Tone: ui.Bad, Icon: ui.IconHistory, Title: lostText(l), Text: ui.T("sync.lost_text"), Actions: []app.UI{
			&ui.Button{ID: "loss-seen", Label: ui.T("sync.lost_seen"), Small: true, OnClick: func(app.Context, app.Event) { c.LossSeen() }}}})
	}
	if s.Rebuilt > 0 {
		list = append(list, &ui.Banner{Tone: ui.Info, Icon: ui.IconRefresh, Text: ui.T("sync.rebuilt")})
	}
	return append(list, othersNotices(s)...)
}

// lostText tells of edits that went with a server that was put back to an earlier state.
func lostText(l replica.Loss) string {
	from, to := date(msTime(l.From)), date(msTime(l.To))
	if from == to {
		return ui.T("sync.lost_on", "n", l.Edits, "day", from)
	}
	return ui.T("sync.lost_between", "n", l.Edits, "from", from, "to", to)
}

// shownOf is how many of a long list are shown.
func (p *SyncChanges) shownOf(name string, all int) int {
	return min(all, max(syncPage, p.limit[name]))
}

const syncPage = 20

func (p *SyncChanges) more(name string, all int) app.UI {
	n := p.shownOf(name, all)
	if n >= all {
		return slot(nil)
	}
	return app.Div().Class("sync-more").Body(&ui.Button{ID: name + "-more", Label: ui.T("sync.more", "n", all-n), Small: true, OnClick: func(app.Context, app.Event) {
		p.limit[name] = n + 5*syncPage
	}})
}
