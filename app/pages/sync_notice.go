package pages

import (
	"countersign/app/client"
	"countersign/app/offline"
	"countersign/app/ui"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// syncNotice stands above every page: what is wrong with the connection, the sign-in or the copy of the numbers. It stays in
// view while the page scrolls under it.
type syncNotice struct {
	app.Compo

	At client.Seat

	stop   func()
	watch  copyWatch
	unsent int  // before the copy was wiped
	wiped  bool // access to the numbers ended under the eyes of the person
}

// CompoID tells go-app that another organization has another notice.
func (n *syncNotice) CompoID() string { return here(n.At).Key("notice") }

// OnMount follows the session and the copy.
func (n *syncNotice) OnMount(ctx app.Context) {
	n.watch.keep = true
	n.stop = n.At.Session.Observe(func() { ctx.Dispatch(func(app.Context) { n.follow(ctx) }) })
	n.follow(ctx)
}

// OnPreRender is OnMount outside a browser.
func (n *syncNotice) OnPreRender(ctx app.Context) { n.OnMount(ctx) }

// OnUpdate follows the copy that there is now.
func (n *syncNotice) OnUpdate(ctx app.Context) { n.follow(ctx) }

// OnDismount stops following.
func (n *syncNotice) OnDismount() {
	if n.stop != nil {
		n.stop()
	}
	n.watch.close()
}

func (n *syncNotice) follow(ctx app.Context) {
	n.watch.follow(here(n.At), func() { ctx.Dispatch(func(app.Context) { n.look() }) })
	n.look()
}

func (n *syncNotice) look() {
	if n.watch.copy == nil {
		return
	}
	switch s := n.watch.copy.Status(); {
	case s.Wiped:
		n.wiped = n.wiped || n.At.Session.Me() != nil // else the person signs out
	case s.Loaded:
		n.unsent, n.wiped = s.Pending, false
	}
}

// Render implements app.Composer.
func (n *syncNotice) Render() app.UI {
	content := notice(n.At, n.watch.copy)
	if n.wiped {
		text := ui.T("sync.wiped_text")
		if n.unsent > 0 {
			text += " " + ui.T("sync.wiped_unsent", "n", n.unsent)
		}
		wiped := &ui.Banner{Tone: ui.Bad, Icon: ui.IconLock, Title: ui.T("sync.wiped"), Text: text, OnClose: func(app.Context) { n.wiped = false }}
		if n.At.Session.Ended() == "" {
			content = wiped
		} else {
			content = ui.Stack(wiped, slot(content))
		}
	}
	if content == nil {
		return app.Div().Hidden(true)
	}
	return app.Div().Class("notice").Body(content)
}

// copyNotice says what is wrong with the copy as a whole, nil when nothing is.
func copyNotice(c *offline.Copy) app.UI {
	s := c.Status()
	switch {
	case s.Trouble != "":
		return &ui.Banner{Tone: ui.Bad, Title: ui.T("sync.trouble"), Text: ui.T(s.Trouble), Actions: []app.UI{retryButton(false, func(app.Context) { c.Try() })}}
	case s.Locked:
		text := ui.T("sync.locked_text")
		if s.Pending > 0 {
			text += " " + ui.T("sync.kept_unsent", "n", s.Pending)
		}
		return &ui.Banner{Tone: ui.Warn, Icon: ui.IconLock, Title: ui.T("sync.locked"), Text: text, Actions: []app.UI{retryButton(false, func(app.Context) { c.Try() })}}
	case s.Cleared:
		text := ui.T("sync.cleared_text")
		if !s.Ready && !s.Online {
			text = ui.T("sync.cleared_away")
		}
		return &ui.Banner{Tone: ui.Warn, Title: ui.T("sync.cleared"), Text: text, OnClose: func(app.Context) { c.LossSeen() }}
	case s.LogFull:
		return &ui.Banner{Tone: ui.Bad, Title: ui.T("sync.full"), Text: ui.T("sync.full_text")}
	case s.LogNearlyFull:
		return &ui.Banner{Tone: ui.Warn, Title: ui.T("sync.nearly_full"), Text: ui.T("sync.full_text")}
	case s.UpgradeNeeded:
		text := ui.T("sync.upgrade_text")
		if s.Pending > 0 {
			text += " " + ui.T("sync.kept_unsent", "n", s.Pending)
		}
		return &ui.Banner{Tone: ui.Warn, Icon: ui.IconRefresh, Title: ui.T("sync.upgrade"), Text: text,
			Actions: []app.UI{&ui.Button{ID: "sync-reload", Label: ui.T("shell.reload"), Small: true, OnClick: func(app.Context, app.Event) { client.Reload() }}}}
	case s.Refused != "":
		return &ui.Banner{Tone: ui.Bad, Title: ui.T("sync.refused", "n", s.Pending), Text: ui.T("sync.refused_text", "code", s.Refused)}
	}
	return nil
}

// offlineText says what can be done without a connection.
func offlineText(at client.Seat, c *offline.Copy) string {
	if c == nil {
		return ui.T("shell.offline_banner_text")
	}
	at = here(at)
	switch s := c.Status(); {
	case !s.Ready || s.Locked || s.Wiped || s.Trouble != "":
		return ui.T("shell.offline_banner_text")
	case at.Can(perm.NumbersUpdate) || at.Can(perm.NumbersCreate) || at.Can(perm.NumbersDelete):
		return ui.T("sync.offline_edit")
	}
	return ui.T("sync.offline_view")
}

// attentionBanner stands on pages of numbers: something of the person's edits was not applied, or waits in somebody else's
// hands. nil when there is nothing to say.
func attentionBanner(at client.Seat, c *offline.Copy) app.UI {
	if c == nil {
		return nil
	}
	var list []app.UI
	if n := attentionCount(c); n > 0 {
		list = append(list, &ui.Banner{Tone: ui.Warn, Icon: ui.IconTriangleAlert, Title: ui.T("sync.needs_attention", "n", n) + ".", Text: ui.T("sync.needs_attention_text", "n", n),
			Actions: []app.UI{&ui.Button{ID: "attention-review", Label: ui.T("shell.review"), Name: ui.T("shell.review") + ": " + ui.T("sync.needs_attention", "n", n), Small: true, Href: here(at).Href(pageSync)}}})
	}
	return stacked(append(list, othersNotices(c.Status())...))
}

// attentionCount is how many numbers need the person.
func attentionCount(c *offline.Copy) int {
	if c.Status().Attention == 0 {
		return 0
	}
	return len(casesOf(c.Attention(), false))
}

// othersNotices tell of edits of other people that wait on this device for their sign-in.
func othersNotices(s offline.Status) (list []app.UI) {
	for _, o := range s.Others {
		text := ui.T("sync.others_unknown", "n", o.Unsent)
		if o.Email != "" {
			text = ui.T("sync.others", "n", o.Unsent, "email", o.Email)
		}
		list = append(list, &ui.Banner{Tone: ui.Info, Icon: ui.IconUser, Text: text + " " + ui.T("sync.others_text")})
	}
	return list
}
