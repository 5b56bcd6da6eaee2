package pages

import (
	"strings"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/field"
	"countersign/shared/i18n"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/org"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// StaffSettings is Settings › Custom fields: what the provider asks of organizations and contacts. Administrators
// define, order and retire; the others read (C03).
type StaffSettings struct {
	app.Compo

	At client.Seat

	ctx    app.Context
	stop   []func()
	list   loaded[api.Fields]
	moving id.CustomField
	form   fieldForm
}

// CompoID tells go-app which page this is.
func (s *StaffSettings) CompoID() string { return s.At.Key("settings") }

// OnMount loads the page and follows what changes.
func (s *StaffSettings) OnMount(ctx app.Context) {
	s.ctx = ctx
	s.stop = []func(){
		s.At.Session.Watch(ctx, "", func(ctx app.Context) { s.load(ctx, true) }, live.Fields),
		s.At.Session.Keep("settings", s.form.typed),
		s.At.Session.Observe(func() { ctx.Dispatch(func(app.Context) {}) }),
	}
	s.load(ctx, false)
}

// OnPreRender is OnMount outside a browser.
func (s *StaffSettings) OnPreRender(ctx app.Context) { s.OnMount(ctx) }

// OnDismount stops following.
func (s *StaffSettings) OnDismount() {
	for _, stop := range s.stop {
		stop()
	}
}

func (s *StaffSettings) load(ctx app.Context, background bool) {
	load(ctx, s.At, &s.list, api.ListStaffFields, api.None{}, background, func(ctx app.Context) { holdFocus(ctx, "fields") })
}

func (s *StaffSettings) administrator() bool { return rankAtLeast(s.At, org.Administrator) }

// Render implements app.Composer.
func (s *StaffSettings) Render() app.UI {
	header := &ui.PageHeader{Title: ui.T("settings.fields"), Lead: ui.T("settings.lead"), Crumbs: settingsCrumbs(s.At)}
	if s.administrator() {
		header.Actions = []app.UI{&ui.Button{ID: "field-define", Label: ui.T("settings.define"), Icon: ui.IconPlus, Kind: ui.Create, Disabled: offlineReason(s.At),
			OnClick: func(app.Context, app.Event) { s.form.show(nil) }}}
	} else {
		header.Lead = ui.T("settings.lead_view")
	}
	return app.Div().Class("stack", "lg").Body(
		header,
		settingsTabs(s.At),
		region(s.At, &s.list, 5, func(ctx app.Context) { s.load(ctx, false) }, s.show),
		s.form.render(s),
	)
}

func (s *StaffSettings) show(list api.Fields) []app.UI {
	if len(list.Fields) == 0 {
		return []app.UI{&ui.Empty{Icon: ui.IconList, Title: ui.T("settings.none"), Text: ui.T("settings.none_text")}}
	}
	columns := []ui.Column{{Title: ui.T("settings.label"), Kind: ui.Title}, {Title: ui.T("settings.kind")}, {Title: ui.T("settings.on")},
		{Title: ui.T("orgpage.state"), Kind: ui.State}}
	if s.administrator() {
		columns = append(columns, ui.Column{Title: ui.T("orgpage.acts"), HideTitle: true, Kind: ui.Act})
	}
	lines := make([]ui.Line, 0, len(list.Fields))
	for i := range list.Fields {
		lines = append(lines, s.line(list.Fields, i))
	}
	return []app.UI{&ui.Card{ID: "fields", Title: ui.T("settings.in_order"), Flush: true, Body: []app.UI{
		&ui.Table{ID: "field-list", Label: ui.T("settings.fields"), Columns: columns, Lines: lines}}}}
}

func (s *StaffSettings) line(fields []field.Field, i int) ui.Line {
	f := &fields[i]
	other := f.LabelFR
	if ui.Locale() == i18n.FR {
		other = f.LabelEN
	}
	cells := []app.UI{
		app.Span().Class("hub-name").Body(app.Span().Text(f.Label(ui.Locale())), app.Span().Class("hint").Text(other)),
		app.Text(kindText(f)), app.Text(onText(f)), fieldState(f),
	}
	if s.administrator() {
		cells = append(cells, &keyed{Key: string(f.ID), Body: func() app.UI { return s.acts(fields, i) }})
	}
	return ui.Line{ID: string(f.ID), Quiet: !f.Active, Cells: cells}
}

// kindText is what the field holds; of a choice, from among what.
func kindText(f *field.Field) string {
	if f.Kind != field.Choice {
		return ui.T("settings.kind." + string(f.Kind))
	}
	return ui.T("settings.choice_of", "list", strings.Join(f.Choices, ", "))
}

func onText(f *field.Field) string {
	var on []string
	if f.OnOrganization {
		on = append(on, ui.T("settings.on.organization"))
	}
	if f.OnContact {
		on = append(on, ui.T("settings.on.contact"))
	}
	if len(on) == 0 {
		return "–"
	}
	return strings.Join(on, ", ")
}

func fieldState(f *field.Field) app.UI {
	switch {
	case f.Kind == field.Code:
		return ui.TagIcon(ui.Info, ui.IconKey, ui.T("settings.built_in"))
	case f.Active:
		return ui.Tag(ui.OK, ui.T("settings.in_use"))
	}
	return ui.TagIcon(ui.Neutral, ui.IconBan, ui.T("settings.retired"))
}

// acts are the place in the order and what else an administrator may do. A retired field keeps its values.
func (s *StaffSettings) acts(fields []field.Field, i int) app.UI {
	f, offline := &fields[i], offlineReason(s.At)
	name := f.Label(ui.Locale())
	arrow := func(id, label string, icon ui.IconName, to int, end string) app.UI {
		b := &ui.Button{ID: id + string(f.ID), Label: label, Name: label + ": " + name, Icon: icon, IconOnly: true, Kind: ui.Quiet, Busy: s.moving == f.ID,
			Disabled: offline, OnClick: func(app.Context, app.Event) { s.move(f.ID, to) }}
		if b.Disabled == "" && (to < 0 || to >= len(fields)) {
			b.Disabled = end
		}
		return b
	}
	items := []ui.MenuItem{{Label: ui.T("settings.edit"), Icon: ui.IconPencil, Disabled: offline, OnSelect: func(app.Context) { s.form.show(f) }}}
	switch {
	case f.Kind == field.Code:
	case f.Active:
		items = append(items, ui.MenuItem{Label: ui.T("settings.retire"), Icon: ui.IconBan, Disabled: offline, OnSelect: func(app.Context) { s.use(f, false) }})
	default:
		items = append(items, ui.MenuItem{Label: ui.T("settings.bring_back"), Icon: ui.IconRestore, Disabled: offline, OnSelect: func(app.Context) { s.use(f, true) }})
	}
	return app.Div().Class("hub-act").Body(
		arrow("up-", ui.T("settings.up"), ui.IconArrowUp, i-1, ui.T("settings.is_first")),
		arrow("down-", ui.T("settings.down"), ui.IconArrowDown, i+1, ui.T("settings.is_last")),
		&ui.Menu{ID: "acts-" + string(f.ID), Label: ui.T("orgpage.acts"), Name: ui.T("orgpage.acts_for", "name", name), Icon: ui.IconEllipsis, IconOnly: true,
			Kind: ui.Quiet, Items: items})
}

func (s *StaffSettings) move(f id.CustomField, to int) {
	s.moving = f
	in := api.MoveFieldIn{FieldIn: api.FieldIn{Field: f}}
	in.Body.Place = to
	client.Call(s.ctx, s.At.Session, api.MoveField, in, func(ctx app.Context, out api.Fields, err error) {
		s.moving = ""
		if err != nil {
			toastFailure(err)
			s.load(ctx, true)
			return
		}
		holdFocus(ctx, "fields")
		s.list.put(out)
		ui.Announce(ui.T("settings.moved", "place", to+1))
	})
}

// use retires a field or brings it back. It is undone as easily, so nothing is asked.
func (s *StaffSettings) use(f *field.Field, active bool) {
	in := api.UpdateFieldIn{FieldIn: api.FieldIn{Field: f.ID}, Body: bodyOf(f)}
	in.Body.Active = active
	before := *f
	client.Call(s.ctx, s.At.Session, api.UpdateField, in, func(ctx app.Context, now field.Field, err error) {
		s.load(ctx, true)
		if err != nil {
			toastFailure(err)
			return
		}
		key := "settings.retired_toast"
		if active {
			key = "settings.back_toast"
		}
		ui.ShowToast(ui.Toast{Text: ui.T(key, "label", before.Label(ui.Locale())), Action: ui.T("settings.undo"), OnAction: func(app.Context) { s.use(&now, !active) }})
	})
}

func bodyOf(f *field.Field) api.FieldBody {
	return api.FieldBody{LabelEN: f.LabelEN, LabelFR: f.LabelFR, Choices: f.Choices, OnOrganization: f.OnOrganization, OnContact: f.OnContact, Active: f.Active}
}
