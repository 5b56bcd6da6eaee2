package pages

import (
	"strings"
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/id"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// decision is what an approver has chosen and typed about one request. It survives reloads.
type decision struct {
	length    length
	named     bool
	rejecting bool
	reason    string
	busy      string // the act under way
	problem   string
	mine      bool // decided here
}

func (p *remotePage) card(r *access.Request) *decision {
	if p.cards == nil {
		p.cards = map[id.AccessRequest]*decision{}
	}
	d := p.cards[r.ID]
	if d == nil {
		d = &decision{}
		d.length.set(min(r.Requested, int(access.Durations()[0]/time.Minute), p.state.value.MaximumMinutes))
		p.cards[r.ID] = d
	}
	return d
}

func (p *remotePage) showPending(s api.RemoteSupport) app.UI {
	title, none := ui.T("remote.pending_title"), ui.T("remote.pending_none")
	if !p.mayDecide() {
		title, none = ui.T("remote.pending_title_view"), ui.T("remote.pending_none_view")
	}
	card := &ui.Card{ID: "pending", Title: title, Body: p.showGone(s)}
	if len(s.Pending) == 0 {
		if len(card.Body) == 0 {
			card.Body = []app.UI{ui.Hint(none)}
		}
		return card
	}
	card.Tone = ui.Live
	card.Mark = ui.TagIcon(ui.Info, ui.IconClock, ui.T("remote.pending_count", "n", len(s.Pending)))
	for i := range s.Pending {
		r := &s.Pending[i]
		card.Body = append(card.Body, &keyed{Key: string(r.ID), Body: func() app.UI { return p.card(r).render(p, r, s.MaximumMinutes) }})
	}
	return card
}

// showGone says what became of requests that went away while they were looked at.
func (p *remotePage) showGone(s api.RemoteSupport) []app.UI {
	var lines []app.UI
	for _, gone := range p.gone {
		r := p.history.find(gone)
		for i := range s.Active {
			if s.Active[i].ID == gone {
				r = &s.Active[i].Request
			}
		}
		if r != nil {
			lines = append(lines, &ui.Banner{Tone: ui.Neutral, Icon: stateIcon(r.State), Text: became(r)})
		}
	}
	return lines
}

// became is what a request came to, as a sentence.
func became(r *access.Request) string {
	if r.State == access.Active {
		return ui.T("remote.became.active", "agents", names(r), "name", r.DecidedBy.Name, "when", momentInText(r.DecidedAt))
	}
	if r.EndedBy.Name == "" && r.Reason != "" {
		return ui.T("remote.became.stopped", "agents", names(r), "when", momentInText(r.EndedAt), "why", ui.T("remote.stopped."+r.Reason))
	}
	return ui.T("remote.became."+string(r.State), "agents", names(r), "name", r.EndedBy.Name, "when", momentInText(r.EndedAt))
}

func (d *decision) render(p *remotePage, r *access.Request, maximum int) app.UI {
	body := []app.UI{
		ui.Person(firstName(r), ui.Neutral,
			[]app.UI{app.Strong().Text(names(r)), app.Text(" " + ui.T("remote.asks", "n", len(r.Requesters)) + " "), app.Strong().Text(roleName(r.Role))},
			[]app.UI{app.Text(ui.T("remote.requested", "when", momentInText(r.CreatedAt)) + " · "),
				&ui.Countdown{Until: r.LapsesAt, Label: ui.T("remote.lapses_in"), Silent: true, OnEnd: func(ctx app.Context) { p.load(ctx, true) }}}),
	}
	if r.Note != "" {
		body = append(body, ui.Quote(r.Note))
	}
	body = append(body, app.P().Class("hint").Body(app.Text(ui.T("remote.phrase")+" "), app.Strong().Class("phrase").Text(r.Phrase),
		app.Text(". "+ui.T("remote.phrase_why", "n", len(r.Requesters)))))

	switch m, _ := p.At.Member(); {
	case !p.mayDecide():
		body = append(body, ui.Hint(ui.T("remote.asked_for", "time", span(minutes(r.Requested)))+" "+ui.T("remote.who_decides", "owner", m.OwnerName)))
	case d.rejecting:
		body = append(body, d.renderReject(p, r))
	default:
		body = append(body, d.renderApprove(p, r, maximum))
	}
	return app.Div().Class("request").DataSet("request", string(r.ID)).Body(body...)
}

// firstName is whose picture stands for a request.
func firstName(r *access.Request) string {
	if len(r.Requesters) == 0 {
		return ui.T("remote.anyone")
	}
	return r.Requesters[0].Name
}

func (d *decision) renderApprove(p *remotePage, r *access.Request, maximum int) app.UI {
	key := string(r.ID)
	ends := ui.T("remote.revocable")
	if d.length.minutes > 0 {
		ends = ui.T("remote.will_end", "when", momentInText(ui.ServerNow().Add(minutes(d.length.minutes)))) + " " + ends
	}
	return ui.Stack(
		app.Div().Class("request-choice").Body(
			d.length.render(lengthField{ID: "duration-" + key, Label: ui.T("remote.duration"), Maximum: maximum, Also: r.Requested,
				Hint: ui.T("remote.asked_for", "time", span(minutes(r.Requested)))}),
			&ui.Checkbox{ID: "named-" + key, Label: ui.T("remote.named_only"), Hint: ui.T("remote.named_hint", "agents", names(r)), Checked: d.named,
				OnChange: func(_ app.Context, v bool) { d.named = v }},
		),
		ui.Row(
			&ui.Button{ID: "approve-" + key, Label: ui.T("remote.approve_for", "time", d.length.text()), Kind: ui.Primary, Icon: ui.IconCheck,
				Busy: d.busy == "approve", Disabled: p.cannot(), OnClick: func(ctx app.Context, _ app.Event) { d.approve(ctx, p, r, maximum) }},
			&ui.Button{ID: "reject-" + key, Label: ui.T("remote.reject"), Disabled: p.cannot(), OnClick: func(app.Context, app.Event) {
				d.rejecting, d.problem = true, ""
				ui.FocusLater(p.ctx, "reason-"+key)
			}},
		),
		slot(formError(d.problem)),
		ui.Hint(ends),
	)
}

func (d *decision) renderReject(p *remotePage, r *access.Request) app.UI {
	key := string(r.ID)
	return ui.Stack(
		&ui.Field{ID: "reason-" + key, Label: ui.T("remote.reason"), Hint: ui.T("remote.reason_hint"), Kind: ui.Area, Rows: 2, Optional: true,
			MaxLength: access.NoteAtMost, Value: d.reason, OnInput: func(_ app.Context, v string) { d.reason = v }},
		ui.Row(
			&ui.Button{ID: "reject-now-" + key, Label: ui.T("remote.reject_request"), Kind: ui.Danger, Icon: ui.IconX, Busy: d.busy == "reject",
				Disabled: p.cannot(), OnClick: func(app.Context, app.Event) { d.reject(p, r) }},
			&ui.Button{ID: "reject-back-" + key, Label: ui.T("ui.cancel"), OnClick: func(app.Context, app.Event) {
				d.rejecting, d.problem = false, ""
				ui.FocusLater(p.ctx, "reject-"+key)
			}},
		),
		slot(formError(d.problem)),
	)
}

func (d *decision) approve(ctx app.Context, p *remotePage, r *access.Request, maximum int) {
	if !d.length.valid(maximum) {
		ui.FocusInvalid(ctx)
		return
	}
	d.busy, d.problem = "approve", ""
	in := api.ApproveIn{RequestIn: p.request(r)}
	in.Body.Minutes, in.Body.NamedOnly, in.Body.Seen = d.length.minutes, d.named, r.Fingerprint()
	client.Call(p.ctx, p.At.Session, api.ApproveAccess, in, func(ctx app.Context, out access.Request, err error) {
		d.done(ctx, p, err, "inside", func() string {
			return ui.T("remote.approved", "agents", names(&out), "when", momentInText(out.EndsAt))
		})
	})
}

func (d *decision) reject(p *remotePage, r *access.Request) {
	d.busy, d.problem = "reject", ""
	in := api.RejectIn{RequestIn: p.request(r)}
	in.Body.Reason, in.Body.Seen = strings.TrimSpace(d.reason), r.Fingerprint()
	client.Call(p.ctx, p.At.Session, api.RejectAccess, in, func(ctx app.Context, _ access.Request, err error) {
		if err == nil {
			d.reason = ""
		}
		d.done(ctx, p, err, "pending", func() string { return ui.T("remote.rejected", "agents", names(r)) })
	})
}

// done tells the outcome: a message for what took place, the sentence on the card for what did not. Either way the
// page shows what is true now.
func (d *decision) done(ctx app.Context, p *remotePage, err error, card string, said func() string) {
	d.busy = ""
	if err == nil {
		d.mine = true
		ui.ShowToast(ui.Toast{Text: said()})
		p.acted(ctx, card)
		return
	}
	fields, general := formFailure(err, "minutes", "reason")
	d.length.problem, d.problem = fields["minutes"], fields["reason"]
	if general != "" {
		toastFailure(err) // the card itself may be gone after the reload
	}
	p.acted(ctx, card)
}
