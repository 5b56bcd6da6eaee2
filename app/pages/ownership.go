package pages

import (
	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

const pageOwnership = "manage/ownership"

// Ownership is Manage Organization › Ownership: who owns the organization, an offer that waits, and earlier ones (K11).
type Ownership struct {
	app.Compo

	At client.Seat

	ctx    app.Context
	stop   []func()
	state  loaded[api.Ownership]
	chosen id.Contact // to offer it to
	asking bool       // the offer is to be confirmed
	accept acceptDialog
	busy   string // the act under way
	wrong  string
	saved  success
}

// CompoID tells go-app that another organization has another page.
func (p *Ownership) CompoID() string { return p.At.Key("ownership") }

// OnMount loads the page and follows what changes.
func (p *Ownership) OnMount(ctx app.Context) {
	p.ctx = ctx
	p.stop = []func(){
		p.At.Session.Watch(ctx, p.At.Org, func(ctx app.Context) { p.load(ctx, true) }, live.Ownership, live.Contacts, live.Organization),
		p.At.Session.Observe(func() { ctx.Dispatch(func(app.Context) {}) }),
	}
	p.load(ctx, false)
}

// OnPreRender is OnMount outside a browser.
func (p *Ownership) OnPreRender(ctx app.Context) { p.OnMount(ctx) }

// OnDismount stops following.
func (p *Ownership) OnDismount() {
	for _, stop := range p.stop {
		stop()
	}
	p.stop = nil
}

func (p *Ownership) load(ctx app.Context, background bool) {
	load(ctx, p.At, &p.state, api.GetOwnership, p.At.OrgIn(), background)
}

func (p *Ownership) retry(ctx app.Context) { p.load(ctx, false) }

// Render implements app.Composer.
func (p *Ownership) Render() app.UI {
	return app.Div().Class("stack", "lg").Body(
		&ui.PageHeader{Title: ui.T("nav.ownership"), Lead: ui.T("owner.lead"),
			Crumbs: []ui.Crumb{{Label: ui.T("nav.manage_organization"), Href: p.At.Href(firstManagePage(p.At))}}},
		slot(manageTabs(p.At, "ownership")),
		p.saved.render(),
		region(p.At, &p.state, 5, p.retry, p.show),
		p.renderConfirm(), p.accept.render(p.At, p.ctx, p.done),
	)
}

func (p *Ownership) show(v api.Ownership) []app.UI {
	m, _ := p.At.Member()
	var main []app.UI
	switch {
	case v.Pending != nil && v.Pending.To == m.Contact:
		main = append(main, slot(p.renderOffered(v.Pending)))
	case v.Pending != nil:
		main = append(main, slot(p.renderWaiting(v.Pending)))
	default:
		main = append(main, slot(nil))
	}
	main = append(main, p.renderOwner(v), slot(p.renderOffer(v)), p.renderPast(v))
	return main
}

func (p *Ownership) renderOwner(v api.Ownership) app.UI {
	m, _ := p.At.Member()
	name := v.OwnerName
	if v.Owner == m.Contact && p.At.As == api.AsCustomer {
		name = ui.T("owner.you", "name", v.OwnerName)
	}
	return &ui.Card{ID: "owner", Title: ui.T("home.owner"), Body: []app.UI{
		ui.Person(v.OwnerName, ui.Neutral, []app.UI{app.Strong().Text(name)}, []app.UI{app.Text(ui.T("owner.what"))})}}
}

// renderOffered is the offer for the one who would become the owner.
func (p *Ownership) renderOffered(t *api.Transfer) app.UI {
	return &ui.Card{ID: "offered", Title: ui.T("owner.offered_title"), Tone: ui.Info, Mark: transferTag(t.State), Body: []app.UI{
		ui.Person(t.FromName, ui.Neutral, []app.UI{app.Strong().Text(ui.T("owner.offers", "name", t.FromName))}, []app.UI{
			timeTag(t.CreatedAt), app.Text(" · "), &ui.Countdown{Until: t.LapsesAt, Label: ui.T("remote.lapses_in"), Silent: true, OnEnd: p.again}}),
		app.P().Text(ui.T("owner.accept_text", "name", t.FromName)),
		ui.Row(
			&ui.Button{ID: "accept", Label: ui.T("owner.accept"), Kind: ui.Primary, Icon: ui.IconCheck, Disabled: offlineReason(p.At),
				OnClick: func(app.Context, app.Event) { p.accept.show(t) }},
			&ui.Button{ID: "decline", Label: ui.T("owner.decline"), Busy: p.busy == "decline", Disabled: offlineReason(p.At),
				OnClick: func(app.Context, app.Event) { p.act("decline", api.DeclineOwnership, t, ui.T("owner.declined")) }},
		),
	}}
}

// renderWaiting is the offer for the owner who has made it.
func (p *Ownership) renderWaiting(t *api.Transfer) app.UI {
	return &ui.Card{ID: "offered", Title: ui.T("owner.waiting_title"), Tone: ui.Info, Mark: transferTag(t.State), Body: []app.UI{
		ui.Split(
			ui.Person(t.ToName, ui.Neutral, []app.UI{app.Strong().Text(ui.T("owner.waiting", "name", t.ToName))}, []app.UI{
				timeTag(t.CreatedAt), app.Text(" · "), &ui.Countdown{Until: t.LapsesAt, Label: ui.T("remote.lapses_in"), Silent: true, OnEnd: p.again}}),
			&ui.Button{ID: "withdraw", Label: ui.T("owner.withdraw"), Icon: ui.IconUndo, Busy: p.busy == "withdraw", Disabled: offlineReason(p.At),
				OnClick: func(app.Context, app.Event) { p.act("withdraw", api.WithdrawOwnership, t, ui.T("owner.withdrawn")) }},
		),
		ui.Hint(ui.T("owner.until_then")),
	}}
}

func (p *Ownership) again(ctx app.Context) { p.load(ctx, true) }

// act ends an offer.
func (p *Ownership) act(name string, ep api.Endpoint[api.TransferIn, api.Ownership], t *api.Transfer, said string) {
	p.busy = name
	client.Call(p.ctx, p.At.Session, ep, api.TransferIn{Org: p.At.OrgIn(), Transfer: t.ID}, func(ctx app.Context, out api.Ownership, err error) {
		p.busy = ""
		if err != nil {
			toastFailure(err)
			p.load(ctx, true)
			return
		}
		p.done(ctx, out, said)
	})
}

// done shows what an act has led to.
func (p *Ownership) done(ctx app.Context, now api.Ownership, said string) {
	holdFocus(ctx, "owner")
	p.state.value, p.state.at = now, ui.ServerNow()
	p.saved.say(ctx, said)
}

// renderOffer lets the owner hand the organization over; nil for everybody else and while an offer waits.
func (p *Ownership) renderOffer(v api.Ownership) app.UI {
	if v.Pending != nil || p.At.As != api.AsCustomer || !p.At.Can(perm.OwnershipTransfer) {
		return nil
	}
	card := &ui.Card{ID: "offer", Title: ui.T("owner.offer_title"), Body: []app.UI{app.P().Text(ui.T("owner.offer_text"))}}
	if len(v.Candidates) == 0 {
		card.Body = append(card.Body, &ui.Banner{Tone: ui.Info, Text: ui.T("owner.nobody")})
		return card
	}
	options := []ui.Option{{Label: ui.T("owner.choose")}}
	for _, c := range v.Candidates {
		options = append(options, ui.Option{Value: string(c.Contact), Label: c.Name})
	}
	card.Body = append(card.Body, ui.Row(
		&ui.Select{ID: "offer-to", Label: ui.T("owner.to"), Value: string(p.chosen), Options: options, Error: p.wrong,
			OnChange: func(_ app.Context, v string) { p.chosen, p.wrong = id.Contact(v), "" }},
		&ui.Button{ID: "offer-ownership", Label: ui.T("owner.offer"), Disabled: offlineReason(p.At), OnClick: func(ctx app.Context, _ app.Event) {
			if p.chosenName() == "" {
				p.wrong = ui.T("owner.choose_first")
				ui.FocusInvalid(ctx)
				return
			}
			p.asking = true
		}},
	))
	return card
}

func (p *Ownership) chosenName() string {
	for _, c := range p.state.value.Candidates {
		if c.Contact == p.chosen {
			return c.Name
		}
	}
	return ""
}

func (p *Ownership) renderConfirm() app.UI {
	name := p.chosenName()
	return &ui.Confirm{ID: "offer-confirm", Open: p.asking && name != "", Title: ui.T("owner.confirm_title", "name", name), Text: ui.T("owner.confirm_text", "name", name),
		Action: ui.T("owner.offer"), Kind: ui.Primary, Busy: p.busy == "offer", OnClose: func(app.Context) { p.asking = false },
		OnConfirm: func(app.Context) {
			if p.busy != "" {
				return
			}
			p.busy = "offer"
			in := api.OfferOwnershipIn{Org: p.At.OrgIn()}
			in.Body.Contact = p.chosen
			client.Call(p.ctx, p.At.Session, api.OfferOwnership, in, func(ctx app.Context, out api.Ownership, err error) {
				p.busy, p.asking = "", false
				if err != nil {
					fields, general := formFailure(err, "contact")
					if p.wrong = fields["contact"]; general != "" {
						toastFailure(err)
					}
					p.load(ctx, true)
					return
				}
				p.chosen = ""
				p.done(ctx, out, ui.T("owner.offer_sent", "name", name))
			})
		}}
}

func (p *Ownership) renderPast(v api.Ownership) app.UI {
	card := &ui.Card{ID: "history", Title: ui.T("remote.history"), Flush: true}
	if len(v.Past) == 0 {
		card.Flush, card.Body = false, []app.UI{ui.Hint(ui.T("owner.history_none"))}
		return card
	}
	lines := make([]ui.Line, 0, len(v.Past))
	for i := range v.Past {
		t := &v.Past[i]
		lines = append(lines, ui.Line{ID: string(t.ID), Cells: []app.UI{
			app.Span().Text(ui.T("owner.from_to", "from", t.FromName, "to", t.ToName)), transferTag(t.State), app.Span().Text(moment(t.EndedAt))}})
	}
	card.Body = []app.UI{&ui.Table{ID: "transfers", Label: ui.T("remote.history"), Lines: lines, Compact: true, Columns: []ui.Column{
		{Title: ui.T("owner.col_who"), Kind: ui.Title}, {Title: ui.T("remote.col_state"), Kind: ui.State}, {Title: ui.T("changes.col_decided")}}}}
	return card
}

// transferTag is a state in words with its own icon.
func transferTag(s api.TransferState) app.UI {
	tone, icon := ui.Neutral, ui.IconHourglass
	switch s {
	case api.TransferPending:
		tone, icon = ui.Info, ui.IconClock
	case api.TransferAccepted:
		tone, icon = ui.OK, ui.IconCheck
	case api.TransferDeclined:
		tone, icon = ui.Bad, ui.IconX
	case api.TransferWithdrawn:
		icon = ui.IconUndo
	}
	return ui.TagIcon(tone, icon, ui.T("owner.state."+string(s)))
}

// acceptDialog makes somebody the owner, after saying what that means.
type acceptDialog struct {
	transfer *api.Transfer
	busy     bool
}

func (d *acceptDialog) show(t *api.Transfer) { d.transfer = t }

func (d *acceptDialog) render(at client.Seat, page app.Context, done func(ctx app.Context, now api.Ownership, said string)) app.UI {
	c := &ui.Confirm{ID: "accept-ownership", Open: d.transfer != nil, Title: ui.T("owner.accept_title"), Action: ui.T("owner.accept"), Kind: ui.Primary, Busy: d.busy,
		OnClose: func(app.Context) { d.transfer = nil }}
	if d.transfer == nil {
		return c
	}
	t := d.transfer
	c.Text = ui.T("owner.accept_text", "name", t.FromName)
	c.OnConfirm = func(app.Context) {
		if d.busy {
			return
		}
		d.busy = true
		client.Call(page, at.Session, api.AcceptOwnership, api.TransferIn{Org: at.OrgIn(), Transfer: t.ID}, func(ctx app.Context, out api.Ownership, err error) {
			d.busy, d.transfer = false, nil
			if err != nil {
				toastFailure(err)
				return
			}
			at.Session.Refresh(ctx, true) // the rights are others now
			done(ctx, out, ui.T("owner.accepted"))
		})
	}
	return c
}
