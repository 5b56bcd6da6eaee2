package pages

import (
	"strings"

	"countersign/app/client"
	"countersign/app/offline"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// pill says how the connection is.
func pill(at client.Seat) app.UI {
	s := at.Session
	seen := s.Heard()
	switch {
	case s.Ended() != "" && at.As == api.AsSupport:
		return nil
	case s.Ended() != "":
		return &ui.Pill{Tone: ui.Warn, Icon: ui.IconLock, Text: ui.T("shell.pill.ended")}
	case s.Link() == client.LinkDown && seen.IsZero():
		return &ui.Pill{Tone: ui.Warn, Icon: ui.IconWifiOff, Text: ui.T("shell.pill.offline")}
	case s.Link() == client.LinkDown:
		return &ui.Pill{Tone: ui.Warn, Icon: ui.IconWifiOff, Text: ui.T("shell.pill.offline_since", "time", clock(seen))}
	case s.Link() == client.LinkLive:
		return &ui.Pill{Tone: ui.OK, Icon: ui.IconWifi, Text: ui.T("shell.pill.online")}
	}
	return &ui.Pill{Tone: ui.Neutral, Busy: true, Text: ui.T("shell.pill.connecting")}
}

// demoTag says that nothing here is real.
func demoTag(at client.Seat) app.UI {
	if me := at.Session.Me(); me == nil || !me.Demo {
		return nil
	}
	return ui.TagIcon(ui.Info, ui.IconInfo, ui.T("shell.demo"))
}

// notice stands above every page: what is wrong with the connection, the sign-in or the copy of the numbers.
func notice(at client.Seat, c *offline.Copy) app.UI {
	s := at.Session
	switch {
	case s.Ended() != "" && s.Me() != nil && at.As != api.AsSupport:
		return endedNotice(at)
	case s.Link() == client.LinkDown && s.Me() != nil && !graver(c):
		return &ui.Banner{Tone: ui.Warn, Icon: ui.IconWifiOff, Title: ui.T("shell.offline_banner"),
			Text: offlineText(at, c), Actions: []app.UI{retryButton(false, func(ctx app.Context) {
				s.Refresh(ctx, false)
				if c != nil {
					c.Try()
				}
			})}}
	case c != nil && s.Me() != nil && (c.Status().Trouble == "" || strings.HasPrefix(at.Page, pageNumbers)):
		return copyNotice(c)
	}
	return nil
}

// graver reports whether more is wrong with the copy than that there is no connection.
func graver(c *offline.Copy) bool {
	if c == nil {
		return false
	}
	s := c.Status()
	return s.Locked || s.Cleared
}

// endedNotice keeps the page with what was typed. Signing in beside it leaves it untouched; coming back to this window
// asks the server again.
func endedNotice(at client.Seat) app.UI {
	s := at.Session
	text := ""
	if n := offline.Unsent(s); n > 0 {
		text = ui.T("sync.ended", "n", n)
	}
	button := &ui.Button{Label: ui.T("shell.sign_in"), Kind: ui.Primary, Icon: ui.IconLogIn}
	if len(s.Unsent()) > 0 {
		text = strings.TrimSpace(text + " " + ui.T("shell.ended_kept"))
		button.Href, button.NewWindow, button.IconEnd = client.SignInPath(at.As, ""), true, ui.IconExternalLink
	} else {
		button.OnClick = func(ctx app.Context, _ app.Event) {
			client.Leave(client.SignInPath(at.As, ctx.Page().URL().RequestURI()))
		}
	}
	return &ui.Banner{Tone: ui.Warn, Icon: ui.IconLock, Title: s.Ended(), Text: text, Alert: true, Actions: []app.UI{button}}
}

// requestDialog tells how a request reaches the Support team, and what to say there.
func requestDialog(at client.Seat, open bool, close func(app.Context)) app.UI {
	at = here(at)
	return &ui.Dialog{
		ID: "contact", Open: open, Title: ui.T("ui.submit_request"), Cancel: ui.T("ui.close"), OnClose: close,
		Body: func() []app.UI {
			m, ok := at.Member()
			if !ok {
				return []app.UI{app.P().Text(ui.T("shell.contact_how"))}
			}
			return []app.UI{
				app.P().Text(ui.T("shell.contact_how")),
				&ui.Description{Terms: []ui.Term{
					{Label: ui.T("shell.contact_organization"), Text: m.Name},
					{Label: ui.T("shell.contact_reference"), Body: []app.UI{&ui.Copyable{Label: ui.T("shell.contact_reference"), Text: m.Reference, Large: true}}},
				}},
				app.P().Class("hint").Text(ui.T("shell.contact_never")),
			}
		},
		Actions: func() []app.UI {
			if !at.Can(perm.RemoteSupportView) {
				return nil
			}
			return []app.UI{&ui.Button{Label: ui.T("shell.contact_remote"), Icon: ui.IconHeadset, Href: at.Href(pageRemoteSupport),
				OnClick: func(ctx app.Context, _ app.Event) { close(ctx) }}}
		},
	}
}
