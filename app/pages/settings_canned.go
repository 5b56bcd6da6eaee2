package pages

import (
	"strings"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/i18n"
	"countersign/shared/live"
	"countersign/shared/org"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Canned is Settings › Canned answers: texts that agents put into answers. Leads write them; the others read.
type Canned struct {
	app.Compo

	At client.Seat

	ctx  app.Context
	stop []func()
	list loaded[api.CannedAnswers]
	form cannedForm
	gone *api.CannedAnswer // that is asked about before it is deleted
	busy bool
}

// CompoID tells go-app which page this is.
func (c *Canned) CompoID() string { return c.At.Key(pageCanned) }

// OnMount loads the page and follows what changes.
func (c *Canned) OnMount(ctx app.Context) {
	c.ctx = ctx
	c.stop = []func(){
		c.At.Session.Watch(ctx, "", func(ctx app.Context) { c.load(ctx, true) }, live.Canned),
		c.At.Session.Keep("canned", c.form.typed),
		c.At.Session.Observe(func() { ctx.Dispatch(func(app.Context) {}) }),
	}
	c.load(ctx, false)
}

// OnPreRender is OnMount outside a browser.
func (c *Canned) OnPreRender(ctx app.Context) { c.OnMount(ctx) }

// OnDismount stops following.
func (c *Canned) OnDismount() {
	for _, stop := range c.stop {
		stop()
	}
}

func (c *Canned) load(ctx app.Context, background bool) {
	load(ctx, c.At, &c.list, api.ListCanned, api.None{}, background, func(ctx app.Context) { holdFocus(ctx, "") })
}

func (c *Canned) lead() bool { return rankAtLeast(c.At, org.Lead) }

// Render implements app.Composer.
func (c *Canned) Render() app.UI {
	header := &ui.PageHeader{Title: ui.T("settings.canned"), Lead: ui.T("settings.canned.lead"), Crumbs: settingsCrumbs(c.At)}
	if c.lead() {
		header.Actions = []app.UI{&ui.Button{ID: "canned-new", Label: ui.T("settings.canned.new"), Icon: ui.IconPlus, Kind: ui.Create, Disabled: offlineReason(c.At),
			OnClick: func(app.Context, app.Event) { c.form.show(nil) }}}
	}
	return app.Div().Class("stack", "lg").Body(header, settingsTabs(c.At),
		region(c.At, &c.list, 4, func(ctx app.Context) { c.load(ctx, false) }, c.show), c.form.render(c), c.renderGone())
}

func (c *Canned) show(list api.CannedAnswers) []app.UI {
	if len(list.Answers) == 0 {
		return []app.UI{&ui.Empty{Icon: ui.IconFileText, Title: ui.T("settings.canned.none"), Text: ui.T("settings.canned.none_text")}}
	}
	columns := []ui.Column{{Title: ui.T("settings.canned.title"), Kind: ui.Title}, {Title: ui.T("settings.canned.text")}, {Title: ui.T("settings.canned.changed"), Kind: ui.Drop}}
	if c.lead() {
		columns = append(columns, ui.Column{Title: ui.T("orgpage.acts"), HideTitle: true, Kind: ui.Act})
	}
	lines := make([]ui.Line, 0, len(list.Answers))
	for i := range list.Answers {
		a := list.Answers[i]
		text := a.BodyEN
		if ui.Locale() == i18n.FR {
			text = a.BodyFR
		}
		cells := []app.UI{app.Span().Class("wrap").Text(a.Title), app.Span().Class("hint", "wrap").Text(shortened(text, 120)),
			app.Span().Body(app.Text(a.ChangedBy+", "), timeTag(a.ChangedAt))}
		if c.lead() {
			offline := offlineReason(c.At)
			cells = append(cells, &keyed{Key: string(a.ID), Body: func() app.UI {
				return &ui.Menu{ID: "canned-acts-" + string(a.ID), Label: ui.T("orgpage.acts"), Name: ui.T("orgpage.acts_for", "name", a.Title), Icon: ui.IconEllipsis, IconOnly: true, Kind: ui.Quiet,
					Items: []ui.MenuItem{
						{Label: ui.T("settings.edit"), Icon: ui.IconPencil, Disabled: offline, OnSelect: func(app.Context) { c.form.show(&a) }},
						{Label: ui.T("settings.delete"), Icon: ui.IconTrash, Danger: true, Disabled: offline, OnSelect: func(app.Context) { c.gone = &a }},
					}}
			}})
		}
		lines = append(lines, ui.Line{ID: string(a.ID), Cells: cells})
	}
	return []app.UI{&ui.Table{ID: "canned-list", Label: ui.T("settings.canned"), Columns: columns, Lines: lines}}
}

// shortened is the beginning of a text, on one line.
func shortened(text string, most int) string {
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

func (c *Canned) renderGone() app.UI {
	d := &ui.Confirm{ID: "canned-delete", Open: c.gone != nil, Action: ui.T("settings.delete"), Busy: c.busy, OnClose: func(app.Context) { c.gone = nil }}
	if c.gone == nil {
		return d
	}
	of := *c.gone
	d.Title, d.Text = ui.T("settings.canned.delete_title", "title", of.Title), ui.T("settings.canned.delete_text")
	d.OnConfirm = func(app.Context) {
		c.busy = true
		client.Call(c.ctx, c.At.Session, api.DeleteCanned, api.CannedIn{Answer: of.ID}, func(ctx app.Context, _ api.None, err error) {
			c.busy, c.gone = false, nil
			c.load(ctx, true)
			if err != nil {
				toastFailure(err)
				return
			}
			ui.ShowToast(ui.Toast{Text: ui.T("settings.canned.deleted", "title", of.Title), Action: ui.T("settings.undo"), OnAction: func(app.Context) {
				in := api.CreateCannedIn{Body: api.CannedBody{Title: of.Title, BodyEN: of.BodyEN, BodyFR: of.BodyFR}}
				client.Call(c.ctx, c.At.Session, api.CreateCanned, in, func(ctx app.Context, _ api.CannedAnswer, err error) {
					c.load(ctx, true)
					if err != nil {
						toastFailure(err)
					}
				})
			}})
		})
	}
	return d
}

// cannedForm writes a canned answer in both languages.
type cannedForm struct {
	open    bool
	of      *api.CannedAnswer // nil for a new one
	body    api.CannedBody
	wrong   map[string]string
	problem string
	busy    bool
}

func (f *cannedForm) show(of *api.CannedAnswer) {
	*f = cannedForm{open: true, of: of}
	if of != nil {
		f.body = f.before()
	}
}

func (f *cannedForm) before() api.CannedBody {
	if f.of == nil {
		return api.CannedBody{}
	}
	return api.CannedBody{Title: f.of.Title, BodyEN: f.of.BodyEN, BodyFR: f.of.BodyFR}
}

func (f *cannedForm) typed() []client.Unsent {
	if !f.open || f.body == f.before() {
		return nil
	}
	return []client.Unsent{{Label: ui.T("settings.canned"), Text: f.body.Title + "\n" + f.body.BodyEN + "\n" + f.body.BodyFR}}
}

func (f *cannedForm) render(c *Canned) app.UI {
	d := &ui.Dialog{ID: "canned-edit", Open: f.open, Dirty: f.body != f.before(), OnClose: func(app.Context) { *f = cannedForm{} }}
	if !f.open {
		return d
	}
	d.Title, d.Lead = ui.T("settings.canned.new"), ui.T("settings.canned.words")
	if f.of != nil {
		d.Title = ui.T("settings.canned.edit")
	}
	area := func(name, label string, value *string) app.UI {
		return &ui.Field{ID: "canned-" + name, Label: label, Kind: ui.Area, Rows: 6, Value: *value, Required: true, MaxLength: 5000, Error: f.wrong[name],
			OnInput: func(_ app.Context, v string) { *value = v; delete(f.wrong, name) }}
	}
	d.Body = func() []app.UI {
		return []app.UI{ui.Stack(slot(formError(f.problem)),
			&ui.Field{ID: "canned-title", Label: ui.T("settings.canned.title"), Value: f.body.Title, Required: true, MaxLength: 100, Autocomplete: "off", Error: f.wrong["title"],
				OnInput: func(_ app.Context, v string) { f.body.Title = v; delete(f.wrong, "title") }},
			area("body_en", ui.T("settings.canned.english"), &f.body.BodyEN), area("body_fr", ui.T("settings.canned.french"), &f.body.BodyFR))}
	}
	d.Actions = func() []app.UI {
		return []app.UI{&ui.Button{ID: "canned-send", Label: ui.T("settings.save"), Kind: ui.Primary, Submit: true, Busy: f.busy, Disabled: offlineReason(c.At)}}
	}
	d.OnSubmit = func(ctx app.Context) { f.submit(ctx, c) }
	return d
}

func (f *cannedForm) submit(ctx app.Context, c *Canned) {
	if f.busy || offlineReason(c.At) != "" {
		return
	}
	f.problem, f.wrong = "", map[string]string{}
	for name, value := range map[string]string{"title": f.body.Title, "body_en": f.body.BodyEN, "body_fr": f.body.BodyFR} {
		if strings.TrimSpace(value) == "" {
			f.wrong[name] = ui.T("settings.needed")
		}
	}
	if len(f.wrong) > 0 {
		ui.FocusInvalid(ctx)
		return
	}
	f.busy = true
	done := func(ctx app.Context, out api.CannedAnswer, err error) {
		f.busy = false
		if err != nil {
			f.wrong, f.problem = formFailure(err, "title", "body_en", "body_fr")
			ui.FocusInvalid(ctx)
			return
		}
		*f = cannedForm{}
		c.load(ctx, true)
		ui.ShowToast(ui.Toast{Text: ui.T("settings.canned.saved", "title", out.Title)})
	}
	if f.of == nil {
		client.Call(c.ctx, c.At.Session, api.CreateCanned, api.CreateCannedIn{Body: f.body}, done)
		return
	}
	in := api.UpdateCannedIn{CannedIn: api.CannedIn{Answer: f.of.ID}}
	in.Body.CannedBody, in.Body.Version = f.body, f.of.Version
	client.Call(c.ctx, c.At.Session, api.UpdateCanned, in, done)
}
