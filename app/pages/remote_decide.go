package pages

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/org"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// length is a duration that somebody chooses: one of those offered, or typed.
type length struct {
	minutes int
	custom  bool
	hours   string
	rest    string
	problem string
}

func (l *length) set(minutes int) {
	*l = length{minutes: minutes, hours: strconv.Itoa(minutes / 60), rest: strconv.Itoa(minutes % 60)}
}

// render is the drop-down and, for a duration of one's own, its fields. also is a duration to offer besides, 0 for none.
func (l *length) render(id, label string, maximum, also int) app.UI {
	var options []ui.Option
	offer := func(n int) {
		options = append(options, ui.Option{Value: strconv.Itoa(n), Label: span(minutes(n))})
	}
	for _, d := range access.Durations() {
		n := int(d / time.Minute)
		if also > 0 && also < n {
			offer(also)
			also = 0
		}
		if n == also {
			also = 0
		}
		if n <= maximum {
			offer(n)
		}
	}
	if also > 0 && also <= maximum {
		offer(also)
	}
	options = append(options, ui.Option{Value: "custom", Label: ui.T("remote.custom")})
	value := strconv.Itoa(l.minutes)
	if l.custom {
		value = "custom"
	}
	choice := &ui.Select{ID: id, Label: label, Value: value, Options: options, Error: l.problem, Narrow: true,
		OnChange: func(_ app.Context, v string) {
			l.problem = ""
			if v == "custom" {
				l.custom, l.hours, l.rest = true, strconv.Itoa(l.minutes/60), strconv.Itoa(l.minutes%60)
				return
			}
			n, _ := strconv.Atoi(v)
			l.set(n)
		}}
	if !l.custom {
		return choice
	}
	field := func(name, label string, value *string) app.UI {
		return &ui.Field{ID: id + "-" + name, Label: label, Kind: ui.Number, Value: *value, Narrow: true,
			OnInput: func(_ app.Context, v string) {
				*value = v
				h, _ := strconv.Atoi(strings.TrimSpace(l.hours))
				m, _ := strconv.Atoi(strings.TrimSpace(l.rest))
				l.minutes, l.problem = h*60+m, ""
			}}
	}
	return ui.Row(choice, field("hours", ui.T("remote.hours"), &l.hours), field("minutes", ui.T("remote.minutes"), &l.rest))
}

// valid checks the duration as the server will, and keeps the sentence for the field.
func (l *length) valid(maximum int) bool {
	l.problem = ""
	if l.minutes < int(access.ShortestDuration/time.Minute) {
		l.problem = ui.T("access.error.too_short", "minutes", int(access.ShortestDuration/time.Minute))
	} else if l.minutes > maximum {
		l.problem = ui.T("access.error.too_long", "hours", maximum/60)
	}
	return l.problem == ""
}

// decision is what an approver has chosen and typed about one request.
type decision struct {
	length    length
	named     bool
	rejecting bool
	reason    string
	busy      string
	problem   string
}

func (d *decision) render(p *remotePage, r *access.Request, maximum int) app.UI {
	key := string(r.ID)
	verb := "remote.asks"
	if len(r.Requesters) > 1 {
		verb = "remote.ask"
	}
	facts := ui.T("remote.requested", "when", momentInText(r.CreatedAt))
	head := ui.Person(whoIn(r), ui.Neutral,
		[]app.UI{app.Strong().Text(agentNames(r)), app.Text(" " + ui.T(verb) + " "), app.Strong().Text(roleName(r.Role))},
		[]app.UI{app.Text(facts + " · "), &ui.Countdown{Until: r.LapsesAt, Label: ui.T("remote.lapses_in"), Silent: true},
			app.Text(" · " + ui.T("remote.phrase") + " "), app.Strong().Text(r.Phrase)})
	body := []app.UI{head}
	if r.Note != "" {
		body = append(body, ui.Quote(r.Note))
	}
	if !p.mayDecide() {
		m, _ := p.At.Member()
		body = append(body, ui.Hint(ui.T("remote.asked_for", "time", span(minutes(r.Requested)))+" "+ui.T("remote.who_decides", "owner", m.OwnerName)))
		return app.Div().Class("request").DataSet("request", key).Body(body...)
	}
	if d.rejecting {
		body = append(body, d.renderReject(p, r))
		return app.Div().Class("request").DataSet("request", key).Body(body...)
	}
	ends := ui.ServerNow().Add(minutes(d.length.minutes))
	body = append(body,
		ui.Row(d.length.render("duration-"+key, ui.T("remote.duration"), maximum, r.Requested),
			&ui.Button{ID: "approve-" + key, Label: ui.T("remote.approve_for", "time", span(minutes(d.length.minutes))), Kind: ui.Primary, Icon: ui.IconCheck,
				Busy: d.busy == "approve", OnClick: func(ctx app.Context, _ app.Event) { d.approve(p, r, maximum) }},
			&ui.Button{ID: "reject-" + key, Label: ui.T("remote.reject"), OnClick: func(ctx app.Context, _ app.Event) {
				d.rejecting = true
				ui.FocusLater(p.ctx, "reason-"+key)
			}}),
		&ui.Checkbox{ID: "named-" + key, Label: ui.T("remote.named_only"), Hint: ui.T("remote.named_hint", "agents", agentNames(r)), Checked: d.named,
			OnChange: func(_ app.Context, v bool) { d.named = v }},
		app.P().Class("hint").Text(ui.T("remote.asked_for", "time", span(minutes(r.Requested)))+" "+ui.T("remote.will_end", "when", momentInText(ends))),
	)
	if d.problem != "" {
		body = append(body, formError(d.problem))
	}
	return app.Div().Class("request").DataSet("request", key).Body(body...)
}

func (d *decision) renderReject(p *remotePage, r *access.Request) app.UI {
	key := string(r.ID)
	return ui.Stack(
		&ui.Field{ID: "reason-" + key, Label: ui.T("remote.reason"), Hint: ui.T("remote.reason_hint"), Kind: ui.Area, Rows: 2, Optional: true,
			MaxLength: access.NoteAtMost, Value: d.reason, OnInput: func(_ app.Context, v string) { d.reason = v }},
		ui.Row(
			&ui.Button{ID: "reject-now-" + key, Label: ui.T("remote.reject_request"), Kind: ui.Danger, Icon: ui.IconX, Busy: d.busy == "reject",
				OnClick: func(ctx app.Context, _ app.Event) { d.reject(p, r) }},
			&ui.Button{ID: "reject-back-" + key, Label: ui.T("ui.cancel"), OnClick: func(app.Context, app.Event) { d.rejecting = false }},
		),
		formError(d.problem),
	)
}

func (d *decision) approve(p *remotePage, r *access.Request, maximum int) {
	if !d.length.valid(maximum) {
		return
	}
	d.busy, d.problem = "approve", ""
	in := api.ApproveIn{RequestIn: p.request(r)}
	in.Body.Minutes, in.Body.NamedOnly, in.Body.Seen = d.length.minutes, d.named, r.Fingerprint()
	client.Call(p.ctx, p.At.Session, api.ApproveAccess, in, func(ctx app.Context, out access.Request, err error) {
		d.busy = ""
		d.done(p, ctx, err, func() string {
			return ui.T("remote.approved", "agents", agentNames(&out), "when", momentInText(out.EndsAt))
		})
	})
}

func (d *decision) reject(p *remotePage, r *access.Request) {
	d.busy, d.problem = "reject", ""
	in := api.RejectIn{RequestIn: p.request(r)}
	in.Body.Reason, in.Body.Seen = strings.TrimSpace(d.reason), r.Fingerprint()
	client.Call(p.ctx, p.At.Session, api.RejectAccess, in, func(ctx app.Context, _ access.Request, err error) {
		d.busy = ""
		if err == nil {
			d.reason, d.rejecting = "", false
		}
		d.done(p, ctx, err, func() string { return ui.T("remote.rejected") })
	})
}

// done shows the outcome: a toast for what took place, the sentence on the card for what did not. Either way the page
// shows what is true now.
func (d *decision) done(p *remotePage, ctx app.Context, err error, said func() string) {
	if err == nil {
		ui.ShowToast(ui.Toast{Text: said()})
	} else {
		fields, general := formFailure(err, "minutes", "reason")
		d.length.problem, d.problem = fields["minutes"], general
		if fields["reason"] != "" {
			d.problem = fields["reason"]
		}
		if general != "" {
			toastFailure(err) // the card itself may be gone after the reload
		}
	}
	p.load(ctx, true)
}

// inviteDialog lets support in unasked.
type inviteDialog struct {
	open    bool
	maximum int
	length  length
	note    string
	busy    bool
	problem string
}

func (d *inviteDialog) show(maximum int) {
	d.open, d.maximum, d.problem = true, maximum, ""
	d.length.set(min(60, maximum))
}

func (d *inviteDialog) render(p *remotePage) app.UI {
	return &ui.Dialog{ID: "invite", Open: d.open, Title: ui.T("remote.invite_title"), Lead: ui.T("remote.invite_lead"), Dirty: d.note != "",
		OnClose:  func(app.Context) { d.open, d.note = false, "" },
		OnSubmit: func(ctx app.Context) { d.send(p) },
		Body: func() []app.UI {
			return []app.UI{
				d.length.render("invite-duration", ui.T("remote.select_duration"), d.maximum, 0),
				&ui.Field{ID: "invite-note", Label: ui.T("remote.invite_note"), Kind: ui.Area, Rows: 3, Optional: true, MaxLength: access.NoteAtMost, Value: d.note,
					OnInput: func(_ app.Context, v string) { d.note = v }},
				ui.Hint(ui.T("remote.will_end", "when", momentInText(ui.ServerNow().Add(minutes(d.length.minutes))))),
				formError(d.problem),
			}
		},
		Actions: func() []app.UI {
			return []app.UI{&ui.Button{ID: "invite-send", Label: ui.T("remote.invite_for", "time", span(minutes(d.length.minutes))), Kind: ui.Primary, Submit: true, Busy: d.busy}}
		}}
}

func (d *inviteDialog) send(p *remotePage) {
	if d.busy || !d.length.valid(d.maximum) {
		return
	}
	d.busy, d.problem = true, ""
	in := api.InviteIn{Org: p.At.OrgIn()}
	in.Body.Minutes, in.Body.Note = d.length.minutes, strings.TrimSpace(d.note)
	client.Call(p.ctx, p.At.Session, api.InviteSupport, in, func(ctx app.Context, out access.Request, err error) {
		d.busy = false
		if err != nil {
			fields, general := formFailure(err, "minutes", "note")
			d.length.problem, d.problem = fields["minutes"], general+fields["note"]
			return
		}
		d.open, d.note = false, ""
		ui.ShowToast(ui.Toast{Text: ui.T("remote.invited", "when", momentInText(out.EndsAt))})
		p.load(ctx, true)
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
	d.length.set(min(60, d.most()))
}

// most is how long the grant can still run from now within the organization's maximum, in minutes.
func (d *endDialog) most() int {
	return max(int(d.grant.StartsAt.Add(minutes(d.maximum)).Sub(ui.ServerNow())/time.Minute), 0)
}

func (d *endDialog) render(p *remotePage) app.UI {
	return &ui.Dialog{ID: "change-end", Open: d.open, Title: ui.T("remote.change_end_title"), Size: ui.Small,
		OnClose:  func(app.Context) { d.open = false },
		OnSubmit: func(ctx app.Context) { d.send(p) },
		Body: func() []app.UI {
			return []app.UI{
				app.P().Text(ui.T("remote.change_end_now", "when", momentInText(d.grant.EndsAt))),
				d.length.render("end-duration", ui.T("remote.from_now"), d.most(), 0),
				ui.Hint(ui.T("remote.new_end", "when", momentInText(ui.ServerNow().Add(minutes(d.length.minutes))))),
				formError(d.problem),
			}
		},
		Actions: func() []app.UI {
			return []app.UI{&ui.Button{ID: "end-send", Label: ui.T("remote.change_end"), Kind: ui.Primary, Submit: true, Busy: d.busy}}
		}}
}

func (d *endDialog) send(p *remotePage) {
	if d.busy {
		return
	}
	if d.length.minutes < 1 || d.length.minutes > d.most() {
		d.length.problem = ui.T("access.error.too_long", "hours", d.maximum/60)
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
		p.load(ctx, true)
	})
}

// managedDialog asks the owner before the organization changes hands.
type managedDialog struct {
	open    bool
	to      org.ManagedBy
	consent bool
	missing string
	busy    bool
	problem string
	maxBusy bool
}

func (p *remotePage) isOwner() bool { return p.At.Can(perm.OwnershipTransfer) }

// showProposal is the provider's wish to manage the organization.
func (p *remotePage) showProposal(s api.RemoteSupport) app.UI {
	if s.Proposal == nil {
		return nil
	}
	b := &ui.Banner{Tone: ui.Warn, Title: ui.T("remote.proposal_title"), Text: ui.T("remote.proposal", "name", s.Proposal.By, "when", momentInText(s.Proposal.At))}
	if p.isOwner() {
		b.Actions = []app.UI{
			&ui.Button{ID: "proposal-review", Label: ui.T("remote.proposal_review"), Small: true, OnClick: func(app.Context, app.Event) { p.managed.show(org.ServiceProvider) }},
			&ui.Button{ID: "proposal-decline", Label: ui.T("remote.proposal_decline"), Small: true, OnClick: func(ctx app.Context, _ app.Event) { p.decline() }},
		}
	}
	return b
}

func (p *remotePage) decline() {
	client.Call(p.ctx, p.At.Session, api.DeclineProposal, p.At.OrgIn(), func(ctx app.Context, _ api.None, err error) {
		toastFailure(err)
		if err == nil {
			ui.ShowToast(ui.Toast{Text: ui.T("remote.proposal_declined")})
		}
		p.load(ctx, true)
	})
}

func (p *remotePage) showManagedBy(s api.RemoteSupport) app.UI {
	card := &ui.Card{ID: "managed-by", Title: ui.T("remote.managed_by")}
	if !p.isOwner() {
		card.Body = []app.UI{&ui.Description{Terms: []ui.Term{
			{Label: ui.T("remote.managed_by"), Text: ui.T("remote.managed." + string(s.ManagedBy))},
			{Label: ui.T("remote.maximum"), Text: span(minutes(s.MaximumMinutes))},
		}}, ui.Hint(ui.T("remote.managed_hint." + string(s.ManagedBy)))}
		return card
	}
	var options []ui.Option
	offered := false
	for _, d := range access.Durations() {
		n := int(d / time.Minute)
		offered = offered || n == s.MaximumMinutes
		options = append(options, ui.Option{Value: strconv.Itoa(n), Label: span(d)})
	}
	if !offered {
		options = append(options, ui.Option{Value: strconv.Itoa(s.MaximumMinutes), Label: span(minutes(s.MaximumMinutes))})
	}
	card.Body = []app.UI{
		&ui.RadioGroup{ID: "managed", Label: ui.T("remote.managed_by"), HideLabel: true, Value: string(s.ManagedBy),
			Choices: []ui.Choice{
				{Value: string(org.Customer), Label: ui.T("remote.managed.customer"), Hint: ui.T("remote.managed_hint.customer")},
				{Value: string(org.ServiceProvider), Label: ui.T("remote.managed.service_provider"), Hint: ui.T("remote.managed_hint.service_provider")},
			},
			OnChange: func(_ app.Context, v string) {
				if v != string(s.ManagedBy) {
					p.managed.show(org.ManagedBy(v))
				}
			}},
		&ui.Select{ID: "maximum", Label: ui.T("remote.maximum"), Hint: ui.T("remote.maximum_hint"), Value: strconv.Itoa(s.MaximumMinutes), Options: options,
			Narrow: true, OnChange: func(ctx app.Context, v string) { p.setMaximum(v) }},
	}
	return card
}

func (p *remotePage) setMaximum(v string) {
	in := api.MaximumIn{Org: p.At.OrgIn()}
	in.Body.Minutes, _ = strconv.Atoi(v)
	before := p.state.value.MaximumMinutes
	client.Call(p.ctx, p.At.Session, api.SetMaximum, in, func(ctx app.Context, _ api.None, err error) {
		toastFailure(err)
		if err == nil {
			ui.ShowToast(ui.Toast{Text: ui.T("remote.maximum_set", "time", span(minutes(in.Body.Minutes))), Action: ui.T("ui.undo"),
				OnAction: func(app.Context) { p.setMaximum(strconv.Itoa(before)) }})
		}
		p.load(ctx, true)
	})
}

func (d *managedDialog) show(to org.ManagedBy) { *d = managedDialog{open: true, to: to} }

func (d *managedDialog) render(p *remotePage) app.UI {
	return &ui.Dialog{ID: "managed-dialog", Open: d.open, Title: ui.T("remote.managed_title." + string(cmp.Or(d.to, org.Customer))),
		OnClose:  func(app.Context) { d.open = false },
		OnSubmit: func(ctx app.Context) { d.send(p) },
		Body: func() []app.UI {
			body := []app.UI{app.P().Text(ui.T("remote.managed_text." + string(d.to))), ui.Hint(ui.T("remote.managed_ends"))}
			if d.to == org.ServiceProvider {
				body = append(body, &ui.Checkbox{ID: "consent", Label: ui.T("remote.consent"), Checked: d.consent, Error: d.missing,
					OnChange: func(_ app.Context, v bool) { d.consent, d.missing = v, "" }})
			}
			return append(body, formError(d.problem))
		},
		Actions: func() []app.UI {
			return []app.UI{&ui.Button{ID: "managed-send", Label: ui.T("remote.managed_do." + string(d.to)), Kind: ui.Primary, Submit: true, Busy: d.busy}}
		}}
}

func (d *managedDialog) send(p *remotePage) {
	if d.busy {
		return
	}
	if d.to == org.ServiceProvider && !d.consent {
		d.missing = ui.T("organization.error.consent_needed")
		return
	}
	d.busy, d.problem = true, ""
	in := api.ManagedByIn{Org: p.At.OrgIn()}
	in.Body.ManagedBy, in.Body.Consent = d.to, d.consent
	client.Call(p.ctx, p.At.Session, api.SetManagedBy, in, func(ctx app.Context, _ api.None, err error) {
		d.busy = false
		if err != nil {
			fields, general := formFailure(err, "consent")
			d.missing, d.problem = fields["consent"], general
			return
		}
		d.open = false
		ui.ShowToast(ui.Toast{Text: ui.T("remote.managed_done." + string(d.to))})
		p.load(ctx, true)
	})
}
