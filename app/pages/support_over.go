package pages

import (
	"net/url"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/id"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// supportEnded stands in place of the page once the access is over.
func supportEnded(at client.Seat) app.UI { return &supportOver{At: at} }

// supportOver says why the access is over. Nothing of the organization is shown any more, but what was typed can be
// copied.
type supportOver struct {
	app.Compo

	At client.Seat

	unsent []client.Unsent
	kept   bool
	over   *access.Request // how it ended, once the provider's side has told it
	again  bool            // access can be asked for again
	moved  bool            // the agent is inside in another window
}

// CompoID tells go-app that the end of another access is another page.
func (o *supportOver) CompoID() string { return o.At.Key("over") }

// OnMount asks as the agent that the person still is who ended the access, and when: inside they are nobody any more.
func (o *supportOver) OnMount(ctx app.Context) {
	ui.ClearToasts() // they name what is the organization's
	ctx.Defer(func(app.Context) {
		if activeElement() == nil {
			ui.Focus(ui.PageTitleID)
		}
	})
	request := id.AccessRequest("")
	if me := o.At.Session.Me(); me != nil && me.Support != nil {
		request = me.Support.Request
	}
	staff := client.Open(client.Place{As: api.AsStaff})
	client.Load(ctx, staff, api.GetFound, o.At.OrgIn(), true, func(_ app.Context, f api.Found, err error) {
		if err != nil {
			return // the reason stands there already, in fewer words
		}
		o.again, o.moved = f.Button == api.ButtonRequest, f.Sitting != ""
		if r := f.Request; r != nil && r.ID == request && r.State.Final() {
			o.over = r
		}
	})
}

// Render implements app.Composer. What was typed is taken at the first time: the page that holds it goes away right
// after.
func (o *supportOver) Render() app.UI {
	if !o.kept {
		o.unsent, o.kept = o.At.Session.Unsent(), true
	}
	hub := "/" + client.PageHub
	acts := []app.UI{&ui.Button{ID: "over-back", Label: ui.T("shell.support_back"), Icon: ui.IconArrowLeft, Href: hub}}
	if o.again {
		acts = append(acts, &ui.Button{ID: "over-again", Label: ui.T("hub.request"), Kind: ui.Primary,
			Href: hub + "?" + url.Values{"q": {string(o.At.Org)}, "ask": {"1"}}.Encode()})
	}
	body := []app.UI{
		&ui.PageHeader{Title: ui.T("shell.support_over")},
		&ui.Banner{Tone: ui.Live, Icon: ui.IconBan, Title: o.why(), Text: ui.T("shell.support_over_text"), Alert: true},
		ui.Row(acts...),
	}
	if len(o.unsent) > 0 {
		texts := []app.UI{ui.Hint(ui.T("shell.support_kept_text"))}
		for _, u := range o.unsent {
			texts = append(texts, app.Div().Class("stack").Body(app.Strong().Text(u.Label), &ui.Copyable{Label: u.Label, Text: u.Text}))
		}
		body = append(body, &ui.Card{ID: "unsent", Title: ui.T("shell.support_kept"), Body: texts})
	}
	return ui.Stack(body...)
}

func (o *supportOver) why() string {
	if o.moved {
		return ui.T("shell.support_over_elsewhere")
	}
	if r := o.over; r != nil {
		when := momentInText(r.EndedAt)
		switch {
		case r.State == access.Revoked && r.EndedBy.Name != "":
			return ui.T("shell.support_over_revoked", "name", r.EndedBy.Name, "when", when)
		case r.State == access.Expired:
			return ui.T("shell.support_over_expired", "when", when)
		case r.State == access.Ended && r.EndedBy.Name != "":
			return ui.T("shell.support_over_ended", "name", r.EndedBy.Name, "when", when)
		case r.Reason != "" && r.EndedBy.Name == "":
			return ui.T("shell.support_over_stopped", "when", when, "why", ui.T("remote.stopped."+r.Reason))
		}
	}
	return o.At.Session.Ended()
}
