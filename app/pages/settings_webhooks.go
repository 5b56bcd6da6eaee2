package pages

import (
	"slices"
	"strings"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/event"
	"countersign/shared/id"
	"countersign/shared/live"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Webhooks is Settings › Webhooks: which of the provider's other systems are told what happens, and what they were told.
type Webhooks struct {
	app.Compo

	At client.Seat

	ctx    app.Context
	stop   []func()
	list   loaded[api.Webhooks]
	form   webhookForm
	told   deliveriesDialog
	secret shownSecret
	gone   *api.Webhook
	busy   id.Webhook
}

// CompoID tells go-app which page this is.
func (w *Webhooks) CompoID() string { return w.At.Key(pageWebhooks) }

// OnMount loads the page and follows what changes.
func (w *Webhooks) OnMount(ctx app.Context) {
	w.ctx = ctx
	w.stop = []func(){
		w.At.Session.Watch(ctx, "", func(ctx app.Context) { w.load(ctx, true); w.told.load(w, true) }, live.Webhooks),
		w.At.Session.Observe(func() { ctx.Dispatch(func(app.Context) { w.secret.follow(w.At) }) }),
	}
	w.load(ctx, false)
}

// OnPreRender is OnMount outside a browser.
func (w *Webhooks) OnPreRender(ctx app.Context) { w.OnMount(ctx) }

// OnDismount stops following and forgets what was shown.
func (w *Webhooks) OnDismount() {
	for _, stop := range w.stop {
		stop()
	}
	w.secret = shownSecret{}
}

func (w *Webhooks) load(ctx app.Context, background bool) {
	load(ctx, w.At, &w.list, api.ListWebhooks, api.None{}, background, func(ctx app.Context) { holdFocus(ctx, "") })
}

// Render implements app.Composer.
func (w *Webhooks) Render() app.UI {
	return app.Div().Class("stack", "lg").Body(
		&ui.PageHeader{Title: ui.T("settings.webhooks"), Lead: ui.T("settings.webhooks.lead"), Crumbs: settingsCrumbs(w.At), Actions: []app.UI{
			&ui.Button{ID: "webhook-new", Label: ui.T("settings.webhooks.new"), Icon: ui.IconPlus, Kind: ui.Create, Disabled: offlineReason(w.At), OnClick: func(app.Context, app.Event) { w.form.show(nil) }}}},
		settingsTabs(w.At),
		region(w.At, &w.list, 4, func(ctx app.Context) { w.load(ctx, false) }, w.show),
		w.form.render(w), w.told.render(w), w.renderGone(), w.secret.render(),
	)
}

func (w *Webhooks) show(list api.Webhooks) []app.UI {
	if len(list.Webhooks) == 0 {
		return []app.UI{&ui.Empty{Icon: ui.IconPlug, Title: ui.T("settings.webhooks.none"), Text: ui.T("settings.webhooks.none_text")}}
	}
	lines := make([]ui.Line, 0, len(list.Webhooks))
	for i := range list.Webhooks {
		lines = append(lines, w.line(list.Webhooks[i]))
	}
	return []app.UI{&ui.Table{ID: "webhook-list", Label: ui.T("settings.webhooks"), Lines: lines, Columns: []ui.Column{
		{Title: ui.T("settings.webhooks.url"), Kind: ui.Title}, {Title: ui.T("orgpage.state"), Kind: ui.State}, {Title: ui.T("settings.webhooks.types")},
		{Title: ui.T("settings.webhooks.waiting"), Right: true}, {Title: ui.T("orgpage.acts"), HideTitle: true, Kind: ui.Act}}}}
}

func (w *Webhooks) line(h api.Webhook) ui.Line {
	state := ui.Tag(ui.OK, ui.T("settings.webhooks.active"))
	switch {
	case !h.Active && h.Why != "":
		state = ui.TagIcon(ui.Bad, ui.IconBan, ui.T("settings.webhooks.stopped."+h.Why))
	case !h.Active:
		state = ui.TagIcon(ui.Neutral, ui.IconBan, ui.T("settings.webhooks.inactive"))
	case !h.FailingSince.IsZero():
		state = ui.TagIcon(ui.Warn, ui.IconTriangleAlert, ui.T("settings.webhooks.failing", "since", moment(h.FailingSince)))
	}
	types := ui.T("settings.webhooks.all")
	if len(h.Types) > 0 {
		types = joined(h.Types)
	}
	offline := offlineReason(w.At)
	turn := ui.MenuItem{Label: ui.T("settings.webhooks.deactivate"), Icon: ui.IconBan, Disabled: offline, OnSelect: func(app.Context) { w.turn(h, false) }}
	if !h.Active {
		turn = ui.MenuItem{Label: ui.T("settings.webhooks.reactivate"), Icon: ui.IconRestore, Disabled: offline, OnSelect: func(app.Context) { w.turn(h, true) }}
	}
	return ui.Line{ID: string(h.ID), Quiet: !h.Active, Usual: h.Active && h.FailingSince.IsZero(), Cells: []app.UI{
		app.Span().Class("wrap").Text(h.URL), state, app.Span().Class("wrap", "hint").Text(types), app.Text(ui.Locale().Number(int64(h.Waiting))),
		&keyed{Key: string(h.ID), Body: func() app.UI {
			return &ui.Menu{ID: "webhook-acts-" + string(h.ID), Label: ui.T("orgpage.acts"), Name: ui.T("orgpage.acts_for", "name", h.URL), Icon: ui.IconEllipsis, IconOnly: true, Kind: ui.Quiet, Items: []ui.MenuItem{
				{Label: ui.T("settings.webhooks.told"), Icon: ui.IconHistory, OnSelect: func(app.Context) { w.told.show(w, h) }},
				{Label: ui.T("settings.webhooks.test"), Icon: ui.IconSend, Disabled: offline, OnSelect: func(app.Context) { w.test(h) }},
				{Label: ui.T("settings.edit"), Icon: ui.IconPencil, Disabled: offline, OnSelect: func(app.Context) { w.form.show(&h) }},
				{Label: ui.T("settings.webhooks.roll"), Icon: ui.IconKey, Disabled: offline, OnSelect: func(app.Context) { w.roll(h) }},
				turn,
				{Label: ui.T("settings.delete"), Icon: ui.IconTrash, Danger: true, Separator: true, Disabled: offline, OnSelect: func(app.Context) { w.gone = &h }},
			}}
		}}}}
}

func joined(types []event.Type) string {
	list := make([]string, 0, len(types))
	for _, t := range types {
		list = append(list, string(t))
	}
	return strings.Join(list, ", ")
}

// done tells what an act came to.
func (w *Webhooks) done(ctx app.Context, said string, err error) {
	w.busy = ""
	w.load(ctx, true)
	if err != nil {
		toastFailure(err)
		return
	}
	ui.ShowToast(ui.Toast{Text: said})
}

func (w *Webhooks) turn(h api.Webhook, on bool) {
	in := api.UpdateWebhookIn{WebhookIn: api.WebhookIn{Webhook: h.ID}}
	in.Body.URL, in.Body.Types, in.Body.Active, in.Body.Version = h.URL, h.Types, on, h.Version
	if in.Body.Types == nil {
		in.Body.Types = []event.Type{}
	}
	said := ui.T("settings.webhooks.deactivated")
	if on {
		said = ui.T("settings.webhooks.reactivated")
	}
	client.Call(w.ctx, w.At.Session, api.UpdateWebhook, in, func(ctx app.Context, _ api.Webhook, err error) { w.done(ctx, said, err) })
}

func (w *Webhooks) test(h api.Webhook) {
	client.Call(w.ctx, w.At.Session, api.TestWebhook, api.WebhookIn{Webhook: h.ID}, func(ctx app.Context, _ api.Delivery, err error) {
		w.done(ctx, ui.T("settings.webhooks.tested"), err)
		if err == nil {
			w.told.show(w, h)
		}
	})
}

func (w *Webhooks) roll(h api.Webhook) {
	client.Call(w.ctx, w.At.Session, api.RollWebhookSecret, api.WebhookIn{Webhook: h.ID}, func(ctx app.Context, out api.WebhookSecret, err error) {
		if err != nil {
			toastFailure(err)
			return
		}
		w.secret = shownSecret{title: ui.T("settings.webhooks.rolled"), label: ui.T("settings.webhooks.secret"), text: out.Secret}
		w.load(ctx, true)
	})
}

func (w *Webhooks) renderGone() app.UI {
	d := &ui.Confirm{ID: "webhook-delete", Open: w.gone != nil, Title: ui.T("settings.webhooks.delete_title"), Action: ui.T("settings.delete"), OnClose: func(app.Context) { w.gone = nil }}
	if w.gone == nil {
		return d
	}
	of := *w.gone
	d.Text, d.Busy = ui.T("settings.webhooks.delete_text", "url", of.URL), w.busy == of.ID
	d.OnConfirm = func(app.Context) {
		w.busy = of.ID
		client.Call(w.ctx, w.At.Session, api.DeleteWebhook, api.WebhookIn{Webhook: of.ID}, func(ctx app.Context, _ api.None, err error) {
			w.gone = nil
			w.done(ctx, ui.T("settings.webhooks.deleted"), err)
		})
	}
	return d
}

// webhookForm creates a webhook or changes one.
type webhookForm struct {
	open    bool
	of      *api.Webhook // nil for a new one
	url     string
	every   bool
	types   []event.Type
	wrong   map[string]string
	problem string
	busy    bool
}

func (f *webhookForm) show(of *api.Webhook) {
	*f = webhookForm{open: true, of: of, every: true}
	if of != nil {
		f.url, f.types, f.every = of.URL, slices.Clone(of.Types), len(of.Types) == 0
	}
}

func (f *webhookForm) dirty() bool {
	if f.of == nil {
		return f.url != "" || !f.every
	}
	return f.url != f.of.URL || f.every != (len(f.of.Types) == 0) || !slices.Equal(f.types, f.of.Types)
}

func (f *webhookForm) render(w *Webhooks) app.UI {
	d := &ui.Dialog{ID: "webhook-edit", Open: f.open, OnClose: func(app.Context) { *f = webhookForm{} }}
	if !f.open {
		return d
	}
	d.Dirty = f.dirty()
	d.Title, d.Lead = ui.T("settings.webhooks.new"), ui.T("settings.webhooks.new_lead")
	if f.of != nil {
		d.Title, d.Lead = ui.T("settings.webhooks.edit"), ""
	}
	d.Body = func() []app.UI {
		which := "some"
		if f.every {
			which = "all"
		}
		parts := []app.UI{slot(formError(f.problem)),
			&ui.Field{ID: "webhook-url", Label: ui.T("settings.webhooks.url"), Hint: ui.T("settings.webhooks.url_hint"), Value: f.url, Required: true, MaxLength: 500, Autocomplete: "off", Error: f.wrong["url"],
				OnInput: func(_ app.Context, v string) { f.url = v; delete(f.wrong, "url") }},
			&ui.RadioGroup{ID: "webhook-which", Label: ui.T("settings.webhooks.types"), Value: which, Horizontal: true, Error: f.wrong["types"], Choices: []ui.Choice{
				{Value: "all", Label: ui.T("settings.webhooks.all")}, {Value: "some", Label: ui.T("settings.webhooks.some")}},
				OnChange: func(_ app.Context, v string) { f.every = v == "all"; delete(f.wrong, "types") }}}
		if !f.every {
			ticks := make([]app.UI, 0, len(w.list.value.Types))
			for _, t := range w.list.value.Types {
				ticks = append(ticks, &ui.Checkbox{ID: "webhook-type-" + strings.ReplaceAll(string(t), ".", "-"), Label: string(t), Checked: slices.Contains(f.types, t), OnChange: func(_ app.Context, on bool) {
					f.types = slices.DeleteFunc(f.types, func(x event.Type) bool { return x == t })
					if on {
						f.types = append(f.types, t)
					}
					delete(f.wrong, "types")
				}})
			}
			parts = append(parts, ui.Grid(ticks...))
		}
		return []app.UI{ui.Stack(parts...)}
	}
	d.Actions = func() []app.UI {
		return []app.UI{&ui.Button{ID: "webhook-send", Label: ui.T("settings.save"), Kind: ui.Primary, Submit: true, Busy: f.busy, Disabled: offlineReason(w.At)}}
	}
	d.OnSubmit = func(ctx app.Context) { f.submit(ctx, w) }
	return d
}

func (f *webhookForm) submit(ctx app.Context, w *Webhooks) {
	if f.busy || offlineReason(w.At) != "" {
		return
	}
	f.problem, f.wrong = "", map[string]string{}
	types := []event.Type{}
	if !f.every {
		if types = append(types, f.types...); len(types) == 0 {
			f.wrong["types"] = ui.T("settings.webhooks.types_needed")
		}
	}
	if strings.TrimSpace(f.url) == "" {
		f.wrong["url"] = ui.T("settings.needed")
	}
	if len(f.wrong) > 0 {
		ui.FocusInvalid(ctx)
		return
	}
	f.busy = true
	failed := func(ctx app.Context, err error) bool {
		f.busy = false
		if err == nil {
			return false
		}
		f.wrong, f.problem = formFailure(err, "url", "types")
		ui.FocusInvalid(ctx)
		return true
	}
	if f.of == nil {
		in := api.CreateWebhookIn{}
		in.Body.URL, in.Body.Types = strings.TrimSpace(f.url), types
		client.Call(w.ctx, w.At.Session, api.CreateWebhook, in, func(ctx app.Context, out api.WebhookSecret, err error) {
			if failed(ctx, err) {
				return
			}
			*f = webhookForm{}
			w.secret = shownSecret{title: ui.T("settings.webhooks.created"), label: ui.T("settings.webhooks.secret"), text: out.Secret}
			w.load(ctx, true)
		})
		return
	}
	in := api.UpdateWebhookIn{WebhookIn: api.WebhookIn{Webhook: f.of.ID}}
	in.Body.URL, in.Body.Types, in.Body.Active, in.Body.Version = strings.TrimSpace(f.url), types, f.of.Active, f.of.Version
	client.Call(w.ctx, w.At.Session, api.UpdateWebhook, in, func(ctx app.Context, _ api.Webhook, err error) {
		if !failed(ctx, err) {
			*f = webhookForm{}
			w.done(ctx, ui.T("settings.webhooks.saved"), nil)
		}
	})
}

// deliveriesDialog is what a webhook was told and is to be told.
type deliveriesDialog struct {
	open  bool
	of    api.Webhook
	list  loaded[api.Deliveries]
	again id.Delivery
}

func (d *deliveriesDialog) show(w *Webhooks, of api.Webhook) {
	*d = deliveriesDialog{open: true, of: of}
	d.load(w, false)
}

func (d *deliveriesDialog) load(w *Webhooks, background bool) {
	if d.open {
		load(w.ctx, w.At, &d.list, api.ListDeliveries, api.DeliveriesIn{WebhookIn: api.WebhookIn{Webhook: d.of.ID}, Page: api.Page{Limit: 50}}, background)
	}
}

func (d *deliveriesDialog) render(w *Webhooks) app.UI {
	x := &ui.Dialog{ID: "deliveries", Open: d.open, Size: ui.Wide, Cancel: ui.T("ui.close"), OnClose: func(app.Context) { *d = deliveriesDialog{} }}
	if !d.open {
		return x
	}
	x.Title, x.Lead = ui.T("settings.webhooks.told"), d.of.URL
	x.Body = func() []app.UI {
		return []app.UI{region(w.At, &d.list, 5, func(app.Context) { d.load(w, false) }, func(list api.Deliveries) []app.UI {
			if len(list.Deliveries) == 0 {
				return []app.UI{&ui.Empty{Icon: ui.IconSend, Title: ui.T("settings.webhooks.told_none")}}
			}
			lines := make([]ui.Line, 0, len(list.Deliveries))
			for _, one := range list.Deliveries {
				lines = append(lines, d.line(w, one))
			}
			return []app.UI{&ui.Table{ID: "delivery-list", Label: ui.T("settings.webhooks.told"), Lines: lines, Compact: true, Columns: []ui.Column{
				{Title: ui.T("settings.webhooks.event"), Kind: ui.Title}, {Title: ui.T("orgpage.state"), Kind: ui.State}, {Title: ui.T("settings.webhooks.happened")}, {Title: ui.T("settings.webhooks.answer")},
				{Title: ui.T("orgpage.acts"), HideTitle: true, Kind: ui.Act}}}}
		})}
	}
	return x
}

func (d *deliveriesDialog) line(w *Webhooks, one api.Delivery) ui.Line {
	tone := ui.Info
	switch one.State {
	case api.DeliveryDelivered:
		tone = ui.OK
	case api.DeliveryDead:
		tone = ui.Bad
	}
	answer := one.Error
	if one.Status != 0 {
		answer = digits(one.Status) + " " + answer
	}
	act := app.UI(app.Text(""))
	if one.State == api.DeliveryDelivered || one.State == api.DeliveryDead {
		act = &keyed{Key: string(one.ID), Body: func() app.UI {
			return &ui.Button{ID: "again-" + string(one.ID), Label: ui.T("settings.webhooks.again"), Small: true, Kind: ui.Quiet, Busy: d.again == one.ID, Disabled: offlineReason(w.At),
				OnClick: func(app.Context, app.Event) {
					d.again = one.ID
					in := api.DeliveryIn{WebhookIn: api.WebhookIn{Webhook: d.of.ID}, Delivery: one.ID}
					client.Call(w.ctx, w.At.Session, api.Redeliver, in, func(_ app.Context, _ api.Delivery, err error) {
						if d.again = ""; err != nil {
							toastFailure(err)
						}
						d.load(w, true)
					})
				}}
		}}
	}
	return ui.Line{ID: string(one.ID), Cells: []app.UI{app.Span().Class("wrap").Text(string(one.Type)), ui.Tag(tone, ui.T("settings.delivery."+string(one.State))), timeTag(one.At),
		app.Span().Class("wrap", "hint").Text(answer), act}}
}
