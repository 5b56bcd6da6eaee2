package pages

import (
	"slices"
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/access"
	"countersign/shared/api"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

func (p *remotePage) showActive(s api.RemoteSupport) app.UI {
	card := &ui.Card{ID: "inside", Title: ui.T("remote.inside_title")}
	if n := len(insideNow(s)); n > 0 {
		card.Mark = ui.Tag(ui.Live, ui.T("remote.inside_count", "n", n))
	}
	if len(s.Active) == 0 {
		card.Body = []app.UI{ui.Hint(ui.T("remote.inside_none"))}
		return card
	}
	for i := range s.Active {
		g := &s.Active[i]
		card.Body = append(card.Body, &keyed{Key: string(g.ID), Body: func() app.UI { return p.showGrant(g, s.MaximumMinutes) }})
	}
	return card
}

// showGrant is one running grant: who is inside under it, until when, and what the approver can do about it.
func (p *remotePage) showGrant(g *api.Grant, maximum int) app.UI {
	var people []app.UI
	for _, x := range g.Sessions {
		people = append(people, ui.Person(x.Name, ui.Live,
			[]app.UI{app.Strong().Text(x.Name), app.Text(" " + ui.T("remote.is_viewing") + " "), p.viewing(x.Viewing)},
			[]app.UI{app.Text(ui.T("remote.entered", "when", momentInText(x.StartedAt), "role", roleName(x.Role)))}))
	}
	if len(people) == 0 {
		people = append(people, ui.Person(firstName(&g.Request), ui.Neutral, []app.UI{app.Strong().Text(mayEnter(g))}, []app.UI{app.Text(ui.T("remote.nobody_inside"))}))
	}
	return app.Div().Class("grant").DataSet("request", string(g.ID)).Body(
		ui.Split(app.Div().Class("grant-people").Body(people...), p.revokeButton(g)),
		app.Div().Class("grant-end").Body(
			app.P().Class("hint").Body(
				&ui.Countdown{Until: g.EndsAt, Label: ui.T("remote.ends_in"), Silent: p.At.As == api.AsSupport /* the banner speaks */, OnEnd: func(ctx app.Context) { p.load(ctx, true) }},
				app.Text(", "+momentInText(g.EndsAt)+" · "+given(&g.Request))),
			p.endButton(g, maximum)),
		slot(quoted(g.Note)),
		slot(p.showExtension(g)),
	)
}

func quoted(note string) app.UI {
	if note == "" {
		return nil
	}
	return ui.Quote(note)
}

// mayEnter says who can use a grant that nobody uses at the moment.
func mayEnter(g *api.Grant) string {
	switch {
	case g.Source == access.Invited:
		return ui.T("remote.open_invited")
	case g.NamedOnly:
		return ui.T("remote.open_named", "agents", names(&g.Request))
	}
	who := make([]string, 0, len(g.Requesters)+1)
	for _, q := range g.Requesters {
		who = append(who, q.Name)
	}
	return ui.T("remote.open_all", "agents", listed(append(who, ui.T("remote.any_other"))))
}

// given says by whose word a grant runs, and for how long it was asked.
func given(r *access.Request) string {
	switch r.Source {
	case access.Managed:
		return ui.T("remote.given_managed")
	case access.Invited:
		return ui.T("remote.given_invited", "name", r.DecidedBy.Name)
	}
	text := ui.T("remote.given", "name", r.DecidedBy.Name, "asked", span(minutes(r.Requested)))
	if r.NamedOnly {
		text += " · " + ui.T("remote.given_named", "agents", names(r))
	}
	return text
}

func (p *remotePage) viewing(page string) app.UI {
	if page == "" {
		return app.Text(ui.T("remote.just_entered"))
	}
	return ui.Link(p.At.Href(page), pageTitle(page))
}

func (p *remotePage) revokeButton(g *api.Grant) app.UI {
	if !p.mayDecide() {
		return nil
	}
	return &ui.Button{ID: "revoke-" + string(g.ID), Label: ui.T("remote.revoke"), Name: ui.T("remote.revoke") + ": " + grantHolders(g), Icon: ui.IconBan,
		Kind: ui.Danger, Busy: p.card(&g.Request).busy == "revoke", Disabled: p.cannot(), OnClick: func(app.Context, app.Event) { p.revoke(g) }}
}

// endButton moves the end; an entry without asking has none but its own.
func (p *remotePage) endButton(g *api.Grant, maximum int) app.UI {
	if !p.mayDecide() || g.Source == access.Managed {
		return nil
	}
	return &ui.Button{ID: "change-end-" + string(g.ID), Label: ui.T("remote.change_end"), Name: ui.T("remote.change_end") + ": " + grantHolders(g),
		Icon: ui.IconTimer, Small: true, Disabled: p.cannot(), OnClick: func(app.Context, app.Event) { p.end.show(g, maximum) }}
}

func (p *remotePage) revoke(g *api.Grant) {
	d := p.card(&g.Request)
	d.busy = "revoke"
	var inside []string
	for _, x := range g.Sessions {
		if !slices.Contains(inside, x.Name) {
			inside = append(inside, x.Name)
		}
	}
	client.Call(p.ctx, p.At.Session, api.RevokeAccess, p.request(&g.Request), func(ctx app.Context, _ access.Request, err error) {
		d.busy = ""
		switch {
		case err != nil:
			toastFailure(err)
		case len(inside) > 0:
			ui.ShowToast(ui.Toast{Text: ui.T("remote.revoked_out", "n", len(inside), "agents", listed(inside))})
		default:
			ui.ShowToast(ui.Toast{Text: ui.T("remote.revoked")})
		}
		p.acted(ctx, "inside")
	})
}

// showExtension is an agent's wish for more time, decided like a request; nil without one.
func (p *remotePage) showExtension(g *api.Grant) app.UI {
	x := g.Extension
	if x == nil {
		return nil
	}
	d, key := p.card(&g.Request), string(g.ID)
	wish := &ui.Banner{Tone: ui.Info, Icon: ui.IconClock, Text: ui.T("remote.asks_more", "agent", x.By.Name, "time", span(minutes(x.Asked)),
		"when", momentInText(g.EndsAt.Add(minutes(x.Asked))))}
	if p.mayDecide() {
		wish.Actions = []app.UI{
			&ui.Button{ID: "approve-more-" + key, Label: ui.T("remote.approve_for", "time", span(minutes(x.Asked))), Kind: ui.Primary, Icon: ui.IconCheck,
				Busy: d.busy == "more", Disabled: p.cannot(), OnClick: func(app.Context, app.Event) { p.approveMore(g) }},
			&ui.Button{ID: "reject-more-" + key, Label: ui.T("remote.reject"), Busy: d.busy == "no-more", Disabled: p.cannot(),
				OnClick: func(app.Context, app.Event) { p.rejectMore(g) }},
		}
	}
	return wish
}

func (p *remotePage) approveMore(g *api.Grant) {
	d := p.card(&g.Request)
	d.busy = "more"
	in := api.MinutesIn{RequestIn: p.request(&g.Request)}
	in.Body.Minutes = g.Extension.Asked
	client.Call(p.ctx, p.At.Session, api.ApproveMoreTime, in, func(ctx app.Context, r access.Request, err error) {
		d.busy = ""
		if err != nil {
			toastFailure(err)
		} else {
			ui.ShowToast(ui.Toast{Text: ui.T("remote.end_changed", "when", momentInText(r.EndsAt))})
		}
		p.acted(ctx, "inside")
	})
}

func (p *remotePage) rejectMore(g *api.Grant) {
	d, agent := p.card(&g.Request), g.Extension.By.Name
	d.busy = "no-more"
	client.Call(p.ctx, p.At.Session, api.RejectMoreTime, p.request(&g.Request), func(ctx app.Context, r access.Request, err error) {
		d.busy = ""
		if err != nil {
			toastFailure(err)
		} else {
			ui.ShowToast(ui.Toast{Text: ui.T("remote.more_rejected", "agent", agent, "when", momentInText(r.EndsAt))})
		}
		p.acted(ctx, "inside")
	})
}

// endDialog moves the end of a running grant.
type endDialog struct {
	open    bool
	grant   *api.Grant
	maximum int
	length  length
	busy    bool
	problem string
}

func (d *endDialog) show(g *api.Grant, maximum int) {
	d.open, d.grant, d.maximum, d.problem = true, g, maximum, ""
	d.length.set(min(int(access.Durations()[0]/time.Minute), d.most()))
}

// most is how long the grant can still run from now within the organization's maximum, in minutes.
func (d *endDialog) most() int {
	return max(int(d.grant.StartsAt.Add(minutes(d.maximum)).Sub(ui.ServerNow())/time.Minute), 0)
}

func (d *endDialog) render(p *remotePage) app.UI {
	return &ui.Dialog{ID: "change-end", Open: d.open, Title: ui.T("remote.change_end_title"), Size: ui.Small,
		OnClose:  func(app.Context) { d.open = false },
		OnSubmit: func(ctx app.Context) { d.send(ctx, p) },
		Body: func() []app.UI {
			body := []app.UI{
				slot(formError(d.problem)),
				app.P().Text(ui.T("remote.change_end_now", "when", momentInText(d.grant.EndsAt))),
				d.length.render(lengthField{ID: "end-duration", Label: ui.T("remote.from_now"), Maximum: d.most()}),
			}
			if d.length.minutes > 0 {
				body = append(body, ui.Hint(ui.T("remote.new_end", "when", momentInText(ui.ServerNow().Add(minutes(d.length.minutes))))))
			}
			return body
		},
		Actions: func() []app.UI {
			return []app.UI{&ui.Button{ID: "end-send", Label: ui.T("remote.change_end"), Kind: ui.Primary, Submit: true, Busy: d.busy, Disabled: p.cannot()}}
		}}
}

func (d *endDialog) send(ctx app.Context, p *remotePage) {
	if d.busy || p.cannot() != "" {
		return
	}
	switch most := d.most(); {
	case d.length.minutes < 1:
		d.length.problem = ui.T("access.error.end_in_past")
	case d.length.minutes > most:
		d.length.problem = ui.T("remote.too_long", "time", span(minutes(most)))
	default:
		d.length.problem = ""
	}
	if d.length.problem != "" {
		ui.FocusInvalid(ctx)
		return
	}
	d.busy, d.problem = true, ""
	in := api.ChangeEndIn{RequestIn: p.request(&d.grant.Request)}
	in.Body.EndsAt = ui.ServerNow().Add(minutes(d.length.minutes)).UTC().Truncate(time.Second)
	client.Call(p.ctx, p.At.Session, api.ChangeAccessEnd, in, func(ctx app.Context, out access.Request, err error) {
		d.busy = false
		if err != nil {
			fields, general := formFailure(err, "ends_at")
			d.length.problem, d.problem = fields["ends_at"], general
			return
		}
		d.open = false
		ui.ShowToast(ui.Toast{Text: ui.T("remote.end_changed", "when", momentInText(out.EndsAt))})
		p.acted(ctx, "inside")
	})
}
