package pages

import (
	"slices"
	"strings"
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/live"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Tokens is Settings › API tokens: what the provider's other systems sign in with. A secret is shown once, when it is made.
type Tokens struct {
	app.Compo

	At client.Seat

	ctx    app.Context
	stop   []func()
	list   loaded[api.APITokens]
	form   tokenForm
	secret shownSecret
	gone   *api.APIToken
	busy   bool
}

// CompoID tells go-app which page this is.
func (t *Tokens) CompoID() string { return t.At.Key(pageTokens) }

// OnMount loads the page and follows what changes.
func (t *Tokens) OnMount(ctx app.Context) {
	t.ctx = ctx
	t.stop = []func(){
		t.At.Session.Watch(ctx, "", func(ctx app.Context) { t.load(ctx, true) }, live.Tokens),
		t.At.Session.Observe(func() { ctx.Dispatch(func(app.Context) { t.secret.follow(t.At) }) }),
	}
	t.load(ctx, false)
}

// OnPreRender is OnMount outside a browser.
func (t *Tokens) OnPreRender(ctx app.Context) { t.OnMount(ctx) }

// OnDismount stops following and forgets what was shown.
func (t *Tokens) OnDismount() {
	for _, stop := range t.stop {
		stop()
	}
	t.secret = shownSecret{}
}

func (t *Tokens) load(ctx app.Context, background bool) {
	load(ctx, t.At, &t.list, api.ListAPITokens, api.None{}, background, func(ctx app.Context) { holdFocus(ctx, "") })
}

// Render implements app.Composer.
func (t *Tokens) Render() app.UI {
	return app.Div().Class("stack", "lg").Body(
		&ui.PageHeader{Title: ui.T("settings.tokens"), Lead: ui.T("settings.tokens.lead"), Crumbs: settingsCrumbs(t.At), Actions: []app.UI{
			&ui.Button{ID: "token-new", Label: ui.T("settings.tokens.new"), Icon: ui.IconPlus, Kind: ui.Create, Disabled: offlineReason(t.At), OnClick: func(app.Context, app.Event) { t.form.show() }}}},
		settingsTabs(t.At),
		region(t.At, &t.list, 4, func(ctx app.Context) { t.load(ctx, false) }, t.show),
		t.form.render(t), t.renderGone(), t.secret.render(),
	)
}

func (t *Tokens) show(list api.APITokens) []app.UI {
	if len(list.Tokens) == 0 {
		return []app.UI{&ui.Empty{Icon: ui.IconPlug, Title: ui.T("settings.tokens.none"), Text: ui.T("settings.tokens.none_text")}}
	}
	lines := make([]ui.Line, 0, len(list.Tokens))
	for i := range list.Tokens {
		lines = append(lines, t.line(&list.Tokens[i]))
	}
	return []app.UI{&ui.Table{ID: "token-list", Label: ui.T("settings.tokens"), Lines: lines, Columns: []ui.Column{
		{Title: ui.T("orgpage.name"), Kind: ui.Title}, {Title: ui.T("orgpage.state"), Kind: ui.State}, {Title: ui.T("settings.tokens.scopes")}, {Title: ui.T("settings.tokens.used")},
		{Title: ui.T("settings.tokens.made"), Kind: ui.Drop}, {Title: ui.T("orgpage.acts"), HideTitle: true, Kind: ui.Act}}}}
}

func (t *Tokens) line(k *api.APIToken) ui.Line {
	scopes := make([]string, 0, len(k.Scopes))
	for _, s := range k.Scopes {
		scopes = append(scopes, scopeName(s))
	}
	state := ui.Tag(ui.OK, ui.T("settings.tokens.usable"))
	switch {
	case !k.RevokedAt.IsZero():
		state = ui.TagIcon(ui.Neutral, ui.IconBan, ui.T("settings.tokens.revoked"))
	case !k.ExpiresAt.IsZero() && !ui.ServerNow().Before(k.ExpiresAt):
		state = ui.TagIcon(ui.Neutral, ui.IconHourglass, ui.T("settings.tokens.expired"))
	case !k.Usable:
		state = ui.TagIcon(ui.Warn, ui.IconUserX, ui.T("settings.tokens.maker_gone"))
	}
	used := app.UI(app.Span().Class("hint").Text(ui.T("settings.tokens.never")))
	if !k.UsedAt.IsZero() {
		used = timeTag(k.UsedAt)
	}
	made := []app.UI{app.Text(k.MadeBy + ", "), timeTag(k.CreatedAt)}
	if !k.ExpiresAt.IsZero() {
		made = append(made, app.Text(" · "+ui.T("settings.tokens.until", "day", date(k.ExpiresAt))))
	}
	act := app.UI(app.Text(""))
	if k.RevokedAt.IsZero() {
		of := *k
		act = &keyed{Key: string(k.ID), Body: func() app.UI {
			return &ui.Button{ID: "token-revoke-" + string(of.ID), Label: ui.T("settings.tokens.revoke"), Name: ui.T("settings.tokens.revoke") + ": " + of.Name, Small: true, Kind: ui.Quiet,
				Disabled: offlineReason(t.At), OnClick: func(app.Context, app.Event) { t.gone = &of }}
		}}
	}
	return ui.Line{ID: string(k.ID), Quiet: !k.Usable, Usual: k.Usable, Cells: []app.UI{app.Span().Class("wrap").Text(k.Name), state, app.Span().Class("wrap").Text(strings.Join(scopes, ", ")), used,
		app.Span().Body(made...), act}}
}

func scopeName(s api.Scope) string {
	return ui.T("settings.scope." + strings.ReplaceAll(string(s), ":", "_"))
}

func (t *Tokens) renderGone() app.UI {
	d := &ui.Confirm{ID: "token-revoke", Open: t.gone != nil, Text: ui.T("settings.tokens.revoke_text"), Action: ui.T("settings.tokens.revoke"), Busy: t.busy, OnClose: func(app.Context) { t.gone = nil }}
	if t.gone == nil {
		return d
	}
	of := *t.gone
	d.Title = ui.T("settings.tokens.revoke_title", "name", of.Name)
	d.OnConfirm = func(app.Context) {
		t.busy = true
		client.Call(t.ctx, t.At.Session, api.RevokeAPIToken, api.APITokenIn{Token: of.ID}, func(ctx app.Context, _ api.APIToken, err error) {
			t.busy, t.gone = false, nil
			t.load(ctx, true)
			if err != nil {
				toastFailure(err)
				return
			}
			ui.ShowToast(ui.Toast{Text: ui.T("settings.tokens.revoked_toast", "name", of.Name)})
		})
	}
	return d
}

// tokenForm makes a token.
type tokenForm struct {
	open    bool
	name    string
	scopes  []api.Scope
	days    int // 0: never ends
	wrong   map[string]string
	problem string
	busy    bool
}

func (f *tokenForm) show() { *f = tokenForm{open: true, days: 365} }

func (f *tokenForm) render(t *Tokens) app.UI {
	d := &ui.Dialog{ID: "token-make", Open: f.open, Dirty: f.name != "" || len(f.scopes) > 0, OnClose: func(app.Context) { *f = tokenForm{} }}
	if !f.open {
		return d
	}
	d.Title, d.Lead = ui.T("settings.tokens.new"), ui.T("settings.tokens.once")
	d.Body = func() []app.UI {
		ticks := make([]app.UI, 0, 10)
		for _, s := range api.Scopes() {
			ticks = append(ticks, &ui.Checkbox{ID: "scope-" + strings.ReplaceAll(string(s), ":", "-"), Label: scopeName(s), Hint: string(s), Checked: slices.Contains(f.scopes, s),
				OnChange: func(_ app.Context, on bool) {
					f.scopes = slices.DeleteFunc(f.scopes, func(x api.Scope) bool { return x == s })
					if on {
						f.scopes = append(f.scopes, s)
					}
					delete(f.wrong, "scopes")
				}})
		}
		ends := []ui.Option{{Value: "30", Label: span(30 * 24 * time.Hour)}, {Value: "90", Label: span(90 * 24 * time.Hour)}, {Value: "365", Label: span(365 * 24 * time.Hour)}, {Value: "0", Label: ui.T("settings.tokens.endless")}}
		return []app.UI{ui.Stack(slot(formError(f.problem)),
			&ui.Field{ID: "token-name", Label: ui.T("orgpage.name"), Hint: ui.T("settings.tokens.name_hint"), Value: f.name, Required: true, MaxLength: 120, Autocomplete: "off", Error: f.wrong["name"],
				OnInput: func(_ app.Context, v string) { f.name = v; delete(f.wrong, "name") }},
			app.FieldSet().Class("scopes").Body(app.Legend().Class("label").Text(ui.T("settings.tokens.scopes")), ui.Grid(ticks...), slot(formError(f.wrong["scopes"]))),
			&ui.Select{ID: "token-days", Label: ui.T("settings.tokens.ends"), Narrow: true, Value: digits(f.days), Options: ends, OnChange: func(_ app.Context, v string) {
				f.days = map[string]int{"30": 30, "90": 90, "365": 365}[v]
			}})}
	}
	d.Actions = func() []app.UI {
		return []app.UI{&ui.Button{ID: "token-send", Label: ui.T("settings.tokens.make"), Kind: ui.Primary, Submit: true, Busy: f.busy, Disabled: offlineReason(t.At)}}
	}
	d.OnSubmit = func(ctx app.Context) { f.submit(ctx, t) }
	return d
}

func digits(n int) string { return ticketDigits(int64(n)) }

func (f *tokenForm) submit(ctx app.Context, t *Tokens) {
	if f.busy || offlineReason(t.At) != "" {
		return
	}
	f.problem, f.wrong = "", map[string]string{}
	if strings.TrimSpace(f.name) == "" {
		f.wrong["name"] = ui.T("settings.needed")
	}
	if len(f.scopes) == 0 {
		f.wrong["scopes"] = ui.T("settings.tokens.scopes_needed")
	}
	if len(f.wrong) > 0 {
		ui.FocusInvalid(ctx)
		return
	}
	f.busy = true
	in := api.CreateAPITokenIn{}
	in.Body.Name, in.Body.Scopes = strings.TrimSpace(f.name), f.scopes
	if f.days > 0 {
		in.Body.ExpiresAt = ui.ServerNow().Add(time.Duration(f.days) * 24 * time.Hour).UTC().Truncate(time.Second)
	}
	client.Call(t.ctx, t.At.Session, api.CreateAPIToken, in, func(ctx app.Context, out api.MadeAPIToken, err error) {
		f.busy = false
		if err != nil {
			f.wrong, f.problem = formFailure(err, "name", "scopes", "expires_at")
			ui.FocusInvalid(ctx)
			return
		}
		*f = tokenForm{}
		t.secret = shownSecret{title: ui.T("settings.tokens.made_title", "name", out.Name), label: ui.T("settings.tokens.token"), text: out.Token}
		t.load(ctx, true)
	})
}

// shownSecret is a secret that is shown this once.
type shownSecret struct{ title, label, text string }

// follow leaves no secret in sight of whoever comes after the end of the sign-in.
func (s *shownSecret) follow(at client.Seat) {
	if at.Session.Ended() != "" {
		*s = shownSecret{}
	}
}

func (s *shownSecret) render() app.UI {
	d := &ui.Dialog{ID: "secret", Open: s.text != "", Cancel: ui.T("settings.secret_kept"), OnClose: func(app.Context) { *s = shownSecret{} }}
	if s.text == "" {
		return d
	}
	d.Title = s.title
	d.Body = func() []app.UI {
		return []app.UI{ui.Stack(&ui.Banner{Tone: ui.Warn, Text: ui.T("settings.secret_once")}, &ui.Copyable{Label: s.label, Text: s.text})}
	}
	return d
}
