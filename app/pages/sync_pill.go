package pages

import (
	"time"

	"countersign/app/client"
	"countersign/app/offline"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

const pageSync = "numbers/changes"

// copyWatch holds on to the copy of the organization that a seat is in, also when it comes to be, and tells of its changes.
type copyWatch struct {
	copy *offline.Copy
	stop func()
	all  bool // every change is told, not only that of the status
	keep bool // a copy whose right ended is followed on
}

// follow takes the copy that there is for a seat now; changed is told of it.
func (w *copyWatch) follow(at client.Seat, changed func()) {
	var c *offline.Copy
	if at.As == api.AsCustomer && at.Org != "" && at.Can(perm.NumbersView) {
		c = offline.Open(at.Session, at.Org)
	}
	if c == w.copy || c == nil && w.keep {
		return
	}
	w.close()
	if w.copy = c; c != nil {
		w.stop = c.Observe(func(x offline.Change) {
			if x.Status || w.all {
				changed()
			}
		})
	}
}

func (w *copyWatch) close() {
	if w.stop != nil {
		w.stop()
	}
	w.stop, w.copy = nil, nil
}

// syncPill says in the bar how the connection is and, for who sees the numbers, how far their edits are.
type syncPill struct {
	app.Compo

	At client.Seat

	stop  func()
	watch copyWatch
	ready bool // was told
}

// OnMount follows the session and the copy.
func (p *syncPill) OnMount(ctx app.Context) {
	again := func() { ctx.Dispatch(func(app.Context) { p.follow(ctx) }) }
	p.stop = p.At.Session.Observe(again)
	p.follow(ctx)
}

// OnPreRender is OnMount outside a browser.
func (p *syncPill) OnPreRender(ctx app.Context) { p.OnMount(ctx) }

// OnUpdate follows the copy of another organization.
func (p *syncPill) OnUpdate(ctx app.Context) { p.follow(ctx) }

// OnDismount stops following.
func (p *syncPill) OnDismount() {
	if p.stop != nil {
		p.stop()
	}
	p.watch.close()
}

func (p *syncPill) follow(ctx app.Context) {
	p.watch.follow(here(p.At), func() { ctx.Dispatch(func(app.Context) { p.tellReady() }) })
	p.tellReady()
}

// CompoID tells go-app that another session has another pill.
func (p *syncPill) CompoID() string { return here(p.At).Key("pill") }

// tellReady says once in this browser that all is there to go on without a network.
func (p *syncPill) tellReady() {
	c := p.watch.copy
	if p.ready || c == nil || !readyOffline(c.Status()) {
		return
	}
	p.ready = true
	key := "countersign." + string(p.At.As) + ".ready." + string(here(p.At).Org)
	if ui.Stored(key) == "" {
		ui.Store(key, "1")
		ui.ShowToast(ui.Toast{Text: ui.T("sync.ready")})
	}
}

// readyOffline reports whether the numbers open without a network, after a reload too: they are here whole, and so are the
// files of the portal, which the worker keeps.
func readyOffline(s offline.Status) bool {
	return s.Ready && s.Trouble == "" && !s.Locked && !s.Wiped && workerKeepsFiles()
}

func workerKeepsFiles() bool {
	navigator := app.Window().Get("navigator")
	return navigator.Truthy() && navigator.Get("serviceWorker").Truthy() && navigator.Get("serviceWorker").Get("controller").Truthy()
}

// Render implements app.Composer.
func (p *syncPill) Render() app.UI {
	if c, s := p.watch.copy, p.At.Session; c != nil {
		status := c.Status()
		status.Attention = attentionCount(c)
		if g, busy := pillSign(status, s.Link(), s.Ended() != ""); g.Text != "" {
			return app.Div().Body(&ui.Pill{Tone: g.Tone, Icon: g.Icon, Text: g.Text, Busy: busy, Href: here(p.At).Href(pageSync)})
		}
	}
	if link := pill(p.At); link != nil {
		return app.Div().Body(link)
	}
	return app.Div().Hidden(true)
}

// pillSign is what the pill says of the copy; no text where the connection is all there is to say.
func pillSign(s offline.Status, link client.Link, ended bool) (g sign, busy bool) {
	waiting, away := s.Pending, link == client.LinkDown
	switch {
	case s.Trouble != "":
		return sign{ui.Bad, ui.IconTriangleAlert, ui.T("sync.pill_trouble")}, false
	case s.Wiped:
		return sign{ui.Bad, ui.IconLock, ui.T("sync.pill_wiped")}, false
	case s.Locked:
		return sign{ui.Warn, ui.IconLock, ui.T("sync.pill_locked")}, false
	case !s.Loaded:
		return sign{}, false
	case (ended || s.ReauthNeeded) && waiting > 0:
		return sign{ui.Warn, ui.IconLogIn, ui.T("sync.pill_sign_in", "n", waiting)}, false
	case ended || s.ReauthNeeded:
		return sign{}, false
	case s.UpgradeNeeded && waiting > 0:
		return sign{ui.Warn, ui.IconRefresh, ui.T("sync.pill_reload", "n", waiting)}, false
	case away && waiting > 0:
		return sign{ui.Warn, ui.IconWifiOff, offlineSince(ui.T("sync.pill_offline", "n", waiting), s.LastSync)}, false
	case away && s.LastSync > 0:
		return sign{ui.Warn, ui.IconWifiOff, offlineSince(ui.T("shell.pill.offline"), s.LastSync)}, false
	case away:
		return sign{}, false
	case s.Refused != "":
		return sign{ui.Bad, ui.IconTriangleAlert, ui.T("sync.pill_refused", "n", waiting)}, false
	case waiting > 0 && s.Sending > 0:
		return sign{Tone: ui.Info, Text: ui.T("sync.pill_sending", "n", s.Sending, "all", waiting)}, true
	case waiting > 0:
		return sign{ui.Warn, ui.IconCloudUpload, ui.T("sync.pill_here", "n", waiting)}, false
	case s.Attention > 0:
		return sign{ui.Warn, ui.IconTriangleAlert, ui.T("sync.pill_attention", "n", s.Attention)}, false
	case s.Preparing > 0 && !s.Ready:
		return sign{Tone: ui.Info, Text: ui.T("numbers.preparing", "percent", s.Preparing)}, true
	case link == client.LinkLive && s.Online && s.Ready:
		return sign{ui.OK, ui.IconWifi, ui.T("sync.pill_saved")}, false
	}
	return sign{Tone: ui.Neutral, Text: ui.T("shell.pill.connecting")}, true
}

func offlineSince(text string, last int64) string {
	if last == 0 {
		return text
	}
	return ui.T("sync.pill_since", "text", text, "when", lastUpdate(last))
}

// lastUpdate is when the newest state came: "10:42", "12 Nov, 10:42".
func lastUpdate(ms int64) string { return moment(time.UnixMilli(ms)) }
