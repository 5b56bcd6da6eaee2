package pages

import (
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/org"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// act is the one button of the row, and a menu for what is done more seldom (R08).
func (p *hubPage) act(f *api.Found) app.UI {
	b := &ui.Button{ID: "act-" + string(f.ID), Busy: p.busy == f.ID, Disabled: offlineReason(p.At)}
	switch f.Button {
	case api.ButtonRequest:
		b.Label, b.OnClick = ui.T("hub.request"), func(app.Context, app.Event) { p.asking.show(f) }
	case api.ButtonJoin:
		b.Label, b.OnClick = ui.T("hub.join"), func(app.Context, app.Event) { p.join(f) }
	case api.ButtonWithdraw:
		b.Label, b.Icon, b.OnClick = ui.T("hub.withdraw"), ui.IconUndo, func(app.Context, app.Event) { p.withdraw(f) }
	case api.ButtonEnter:
		b.Label, b.Kind, b.Icon = ui.T("hub.enter"), ui.Primary, ui.IconLogIn
		switch {
		case f.ManagedBy != org.ServiceProvider:
			b.OnClick = func(app.Context, app.Event) { p.enter(f) }
		case f.Cooling:
			b.Disabled = ui.T("access.error.cooling_off", "days", int(org.CoolingOff/(24*time.Hour)))
		default:
			b.OnClick = func(app.Context, app.Event) { p.reason.show(f) }
		}
	default:
		return app.Span().Class("hint").Text("–")
	}
	b.Name = b.Label + ": " + f.Name
	items := p.seldom(f)
	if len(items) == 0 {
		return app.Div().Class("hub-act").Body(b)
	}
	return app.Div().Class("hub-act").Body(b, &ui.Menu{ID: "more-" + string(f.ID), Label: ui.T("hub.more_acts", "organization", f.Name),
		Icon: ui.IconEllipsis, IconOnly: true, Kind: ui.Quiet, Items: items})
}

// seldom are the acts that not every visit needs, and those of leads and administrators.
func (p *hubPage) seldom(f *api.Found) (items []ui.MenuItem) {
	me := p.At.Session.Me()
	if me == nil || me.Staff == nil || offlineReason(p.At) != "" {
		return nil
	}
	lead := me.Staff.Rank.AtLeast(org.Lead)
	if r := f.Request; r != nil {
		if r.State == access.Active && f.Mine {
			items = append(items, ui.MenuItem{Label: ui.T("hub.finish"), Icon: ui.IconCheck, OnSelect: func(app.Context) { p.confirm.show("finish", f) }})
		}
		if r.State == access.Active && lead {
			items = append(items, ui.MenuItem{Label: ui.T("hub.lead_revoke"), Icon: ui.IconBan, Danger: true, OnSelect: func(app.Context) { p.confirm.show("revoke", f) }})
		}
		if r.State == access.Pending && !f.Mine && lead {
			items = append(items, ui.MenuItem{Label: ui.T("hub.lead_withdraw"), Icon: ui.IconUndo, OnSelect: func(app.Context) { p.withdraw(f) }})
		}
	}
	if me.Staff.Rank.AtLeast(org.Administrator) && f.ManagedBy == org.Customer && !f.Proposed && f.State == org.Active {
		items = append(items, ui.MenuItem{Label: ui.T("hub.propose"), Icon: ui.IconHand, OnSelect: func(app.Context) { p.confirm.show("propose", f) }})
	}
	return items
}

func (p *hubPage) request(f *api.Found) api.RequestIn {
	return api.RequestIn{Org: api.Org{Org: f.ID}, Request: f.Request.ID}
}

func (p *hubPage) join(f *api.Found) {
	p.busy = f.ID
	in := api.AskIn{Org: api.Org{Org: f.ID}}
	in.Body.Minutes = max(f.Request.Requested, int(access.ShortestDuration/time.Minute))
	client.Call(p.ctx, p.At.Session, api.RequestAccess, in, p.after(func(r access.Request) string {
		return ui.T("hub.joined", "organization", f.Name, "phrase", r.Phrase)
	}))
}

func (p *hubPage) withdraw(f *api.Found) {
	p.busy = f.ID
	client.Call(p.ctx, p.At.Session, api.WithdrawAccess, p.request(f), p.after(func(access.Request) string {
		return ui.T("hub.withdrawn", "organization", f.Name)
	}))
}

// after ends an act on a row: says what happened and shows what is true now.
func (p *hubPage) after(said func(access.Request) string) func(app.Context, access.Request, error) {
	return func(ctx app.Context, r access.Request, err error) {
		p.busy = ""
		if err != nil {
			toastFailure(err)
		} else {
			ui.ShowToast(ui.Toast{Text: said(r)})
		}
		p.load(ctx, true)
	}
}

func (p *hubPage) enter(f *api.Found) {
	p.busy = f.ID
	client.Call(p.ctx, p.At.Session, api.EnterSupport, p.request(f), func(ctx app.Context, out api.Entered, err error) {
		p.busy = ""
		if err != nil {
			toastFailure(err)
			p.load(ctx, true)
			return
		}
		entered(ctx, out)
	})
}

// entered leads into the organization.
func entered(ctx app.Context, out api.Entered) {
	client.Open(client.Place{As: api.AsSupport, Org: out.Org}).Renew()
	ctx.Navigate(out.Path)
}

// hubConfirm asks before what ends access for others, and before a proposal.
type hubConfirm struct {
	what  string // finish, revoke, propose; "" when closed
	found *api.Found
	busy  bool
}

func (c *hubConfirm) show(what string, f *api.Found) { c.what, c.found = what, f }

func (c *hubConfirm) render(p *hubPage) app.UI {
	d := &ui.Confirm{ID: "hub-confirm", Open: c.what != "", Busy: c.busy, OnClose: func(app.Context) { c.what = "" }}
	if c.what == "" {
		return d
	}
	d.Title = ui.T("hub.confirm."+c.what+".title", "organization", c.found.Name)
	d.Text = ui.T("hub.confirm."+c.what+".text", "organization", c.found.Name)
	d.Action = ui.T("hub.confirm." + c.what + ".do")
	if c.what == "propose" {
		d.Kind = ui.Primary
	}
	d.OnConfirm = func(app.Context) { c.send(p) }
	return d
}

func (c *hubConfirm) send(p *hubPage) {
	if c.busy {
		return
	}
	c.busy = true
	what, f := c.what, c.found
	done := func(ctx app.Context, err error) {
		c.busy, c.what = false, ""
		if err != nil {
			toastFailure(err)
		} else {
			ui.ShowToast(ui.Toast{Text: ui.T("hub.confirm."+what+".done", "organization", f.Name)})
		}
		p.load(ctx, true)
	}
	ended := func(ctx app.Context, _ access.Request, err error) { done(ctx, err) }
	switch what {
	case "finish":
		client.Call(p.ctx, p.At.Session, api.FinishAccess, p.request(f), ended)
	case "revoke":
		client.Call(p.ctx, p.At.Session, api.LeadRevokeAccess, p.request(f), ended)
	case "propose":
		client.Call(p.ctx, p.At.Session, api.ProposeManagedBy, api.Org{Org: f.ID}, func(ctx app.Context, _ api.None, err error) { done(ctx, err) })
	}
}
