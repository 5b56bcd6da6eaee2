package pages

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/org"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// showProposal is the provider's wish to manage the organization, nil without one.
func (p *remotePage) showProposal(s api.RemoteSupport) app.UI {
	if s.Proposal == nil {
		return nil
	}
	b := &ui.Banner{Tone: ui.Warn, Title: ui.T("remote.proposal_title_view"), Text: ui.T("remote.proposal", "name", s.Proposal.By, "when", momentInText(s.Proposal.At))}
	if p.isOwner() {
		b.Title = ui.T("remote.proposal_title")
		b.Actions = []app.UI{
			&ui.Button{ID: "proposal-review", Label: ui.T("remote.proposal_review"), Disabled: p.cannot(),
				OnClick: func(app.Context, app.Event) { p.managed.show(org.ServiceProvider) }},
			&ui.Button{ID: "proposal-decline", Label: ui.T("remote.proposal_decline"), Disabled: p.cannot(),
				OnClick: func(app.Context, app.Event) { p.decline() }},
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
		p.acted(ctx, "managed-by")
	})
}

// showManagedBy says who manages the organization and how long access may last; the owner changes both.
func (p *remotePage) showManagedBy(s api.RemoteSupport) app.UI {
	card := &ui.Card{ID: "managed-by", Title: ui.T("remote.managed_by")}
	if !p.isOwner() {
		card.Body = []app.UI{
			app.Div().Body(app.Strong().Text(ui.T("remote.managed."+string(s.ManagedBy))), ui.Hint(ui.T("remote.managed_hint."+string(s.ManagedBy)))),
		}
		if s.ManagedBy == org.Customer {
			card.Body = append(card.Body, app.Div().Body(app.Strong().Text(ui.T("remote.maximum_is", "time", span(minutes(s.MaximumMinutes)))), ui.Hint(ui.T("remote.maximum_hint"))))
		}
		return card
	}
	card.Body = []app.UI{p.chooseManagedBy(s)}
	if s.ManagedBy == org.Customer { // whoever enters without asking is bound by the length of one visit
		card.Body = append(card.Body, p.chooseMaximum(s))
	}
	return card
}

func (p *remotePage) chooseManagedBy(s api.RemoteSupport) app.UI {
	return &ui.RadioGroup{ID: "managed", Label: ui.T("remote.managed_by"), HideLabel: true, Value: string(s.ManagedBy),
		Choices: []ui.Choice{
			{Value: string(org.Customer), Label: ui.T("remote.managed.customer"), Hint: ui.T("remote.managed_hint.customer")},
			{Value: string(org.ServiceProvider), Label: ui.T("remote.managed.service_provider"), Hint: ui.T("remote.managed_hint.service_provider")},
		},
		OnChange: func(_ app.Context, v string) {
			if v != string(s.ManagedBy) {
				p.managed.show(org.ManagedBy(v))
			}
		}}
}

func (p *remotePage) chooseMaximum(s api.RemoteSupport) app.UI {
	lengths := []int{s.MaximumMinutes}
	for _, d := range access.Durations() {
		lengths = append(lengths, int(d/time.Minute))
	}
	slices.Sort(lengths)
	var options []ui.Option
	for _, n := range slices.Compact(lengths) {
		options = append(options, ui.Option{Value: strconv.Itoa(n), Label: span(minutes(n))})
	}
	return app.Div().Class("length").Body(&ui.Select{ID: "maximum", Label: ui.T("remote.maximum"), Hint: ui.T("remote.maximum_hint"), Value: strconv.Itoa(s.MaximumMinutes),
		Options: options, Disabled: p.cannot(), OnChange: func(_ app.Context, v string) { p.setMaximum(v) }})
}

func (p *remotePage) setMaximum(v string) {
	in := api.MaximumIn{Org: p.At.OrgIn()}
	in.Body.Minutes, _ = strconv.Atoi(v)
	before := p.state.value.MaximumMinutes
	client.Call(p.ctx, p.At.Session, api.SetMaximum, in, func(ctx app.Context, _ api.None, err error) {
		toastFailure(err)
		if err == nil {
			ui.ShowToast(ui.Toast{Text: ui.T("remote.maximum_set", "time", span(minutes(in.Body.Minutes))), Action: ui.T("remote.undo"),
				OnAction: func(app.Context) { p.setMaximum(strconv.Itoa(before)) }})
		}
		p.acted(ctx, "managed-by")
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
}

func (d *managedDialog) show(to org.ManagedBy) { *d = managedDialog{open: true, to: to} }

func (d *managedDialog) render(p *remotePage) app.UI {
	return &ui.Dialog{ID: "managed-dialog", Open: d.open, Title: ui.T("remote.managed_title." + string(cmp.Or(d.to, org.Customer))),
		OnClose:  func(app.Context) { d.open = false },
		OnSubmit: func(ctx app.Context) { d.send(ctx, p) },
		Body: func() []app.UI {
			body := []app.UI{slot(formError(d.problem)), app.P().Text(ui.T("remote.managed_text." + string(d.to))), ui.Hint(ui.T("remote.managed_ends"))}
			if d.to == org.ServiceProvider {
				body = append(body, &ui.Checkbox{ID: "consent", Label: ui.T("remote.consent"), Checked: d.consent, Error: d.missing,
					OnChange: func(_ app.Context, v bool) { d.consent, d.missing = v, "" }})
			}
			return body
		},
		Actions: func() []app.UI {
			return []app.UI{&ui.Button{ID: "managed-send", Label: ui.T("remote.managed_do." + string(d.to)), Kind: ui.Primary, Submit: true, Busy: d.busy, Disabled: p.cannot()}}
		}}
}

func (d *managedDialog) send(ctx app.Context, p *remotePage) {
	if d.busy || p.cannot() != "" {
		return
	}
	if d.to == org.ServiceProvider && !d.consent {
		d.missing = ui.T("organization.error.consent_needed")
		ui.FocusInvalid(ctx)
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
		p.acted(ctx, "managed-by")
	})
}
