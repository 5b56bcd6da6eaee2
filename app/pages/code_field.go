package pages

import (
	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/code"
	"countersign/shared/id"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// codeInput is a Phone/Chat Code while it is typed. It lives as long as its dialog is open: whoever holds it calls clear
// when that closes or the code was saved, and hands to Session.Keep only codeInput.typed, which never tells it.
type codeInput struct {
	value     string
	generated string // what the generator gave, "" for none
	remove    bool   // the standing code is to go
	shown     bool
	asked     bool // saving was tried: what is wrong is said at the field too
	busy      bool // the generator
	problem   string
}

func (c *codeInput) clear() { *c = codeInput{} }

// dirty reports whether saving would change the code.
func (c *codeInput) dirty() bool { return c.value != "" || c.remove }

// body is what an update says of the code; nil when it stays as it is.
func (c *codeInput) body() *api.CodeBody {
	switch {
	case c.remove:
		return &api.CodeBody{Remove: true}
	case c.value == "":
		return nil
	}
	return &api.CodeBody{Code: c.value, Generated: c.value == c.generated}
}

// typed says that there is something to lose; the code itself is handed to nobody.
func (c *codeInput) typed(label string) []client.Unsent {
	if c.value == "" {
		return nil
	}
	return []client.Unsent{{Label: label, Text: maskedCode}}
}

// maskedCode stands for a code that is not shown; it is as long for every code.
const maskedCode = "••••••••"

// codeField is the input of a Phone/Chat Code with its rules, which are checked while it is typed. The server checks
// again: it knows more of what is on file.
type codeField struct {
	ID      string
	Label   string // what the provider calls the code, in the person's language
	At      client.Seat
	Ctx     app.Context // the page's own
	Contact id.Contact  // whose code it is, "" for the account-wide one
	About   code.About  // what is on file and known here
	Set     bool        // a code stands, so it can be removed
	Fixed   string      // why it can't be set, "" when it can
}

// aboutHere is what may not be in a code, as far as this browser knows it: the person and the organization, and more
// that the page has at hand. A subject of somebody who is known already adds to it.
func aboutHere(at client.Seat, more ...code.Subject) code.About {
	m, _ := at.Member()
	here := code.Subject{Companies: []string{m.Name}, References: []string{m.Reference}}
	about := code.About{Subjects: []code.Subject{here, {ID: "owner", Names: []string{m.OwnerName}}}, Brands: []string{brand(at)}}
	if me := at.Session.Me(); me != nil && at.As == api.AsCustomer {
		about.Subjects = append(about.Subjects, code.Subject{ID: string(m.Contact), Names: []string{me.Name}, Emails: []string{me.Email}})
	}
	about.Subjects = append(about.Subjects, more...)
	return about
}

// faults are why what was typed can't be a code.
func (c *codeInput) faults(f codeField) []code.Fault {
	me, _ := f.At.Member()
	return code.Check(c.value, code.NewFile(f.About, nfkc), code.Options{NFKC: nfkc, Today: ui.ServerNow(), You: string(me.Contact), Holder: string(f.Contact)})
}

// valid reports whether the code may be sent, and marks the field when it may not.
func (c *codeInput) valid(f codeField) bool {
	c.problem, c.asked = "", true
	return c.value == "" || c.remove || len(c.faults(f)) == 0
}

// refused takes what the server said of the code in an update; field is its name there: "code.code" of an update with
// other data, "code" of one of the code alone.
func (c *codeInput) refused(ctx app.Context, byField map[string]string, field string) {
	if c.problem = byField[field]; c.problem != "" {
		ui.FocusInvalid(ctx)
	}
}

func (c *codeInput) render(f codeField) app.UI {
	if c.remove {
		return app.Div().Class("code-field").Body(
			&ui.Banner{Tone: ui.Warn, Text: ui.T("code.removing", "label", f.Label), Actions: []app.UI{
				&ui.Button{ID: f.ID + "-keep", Label: ui.T("code.keep"), Small: true, OnClick: func(ctx app.Context, _ app.Event) {
					c.remove = false
					ui.FocusLater(ctx, f.ID)
				}}}})
	}
	var faults []code.Fault
	wrong := c.problem
	if c.value != "" {
		if faults = c.faults(f); wrong == "" && c.asked && len(faults) > 0 {
			wrong = ui.T("code.not_yet")
		}
	}
	hint := ui.T("code.hint")
	if f.Set {
		hint = ui.T("code.hint_set")
	}
	return app.Div().Class("code-field").Body(
		&ui.Field{ID: f.ID, Label: f.Label, Kind: ui.Secret, Mono: true, Value: c.value, Hint: hint, Error: wrong, Disabled: f.Fixed,
			MaxLength: code.MaxTyped, Shown: c.shown,
			OnShow:  func(_ app.Context, shown bool) { c.shown = shown },
			OnInput: func(_ app.Context, v string) { c.value, c.problem = v, "" }},
		slot(c.renderActs(f)),
		slot(c.renderRules(f, faults)),
		codeWarning(),
	)
}

func (c *codeInput) renderActs(f codeField) app.UI {
	if f.Fixed != "" {
		return nil
	}
	return ui.Row(
		&ui.Button{ID: f.ID + "-generate", Label: ui.T("code.generate"), Icon: ui.IconRefresh, Small: true, Busy: c.busy, Disabled: offlineReason(f.At),
			OnClick: func(app.Context, app.Event) { c.generate(f) }},
		app.If(f.Set, func() app.UI {
			return &ui.Button{ID: f.ID + "-remove", Label: ui.T("code.remove"), Icon: ui.IconTrash, Small: true, Kind: ui.Quiet,
				OnClick: func(ctx app.Context, _ app.Event) {
					*c = codeInput{remove: true}
					ui.FocusLater(ctx, f.ID+"-keep")
				}}
		}),
	)
}

// renderRules is the list that says what a code needs, each rule with what is wrong about it.
func (c *codeInput) renderRules(f codeField, faults []code.Fault) app.UI {
	if f.Fixed != "" {
		return nil
	}
	rule := func(g code.Group, text string) app.UI {
		class, icon, state, why := "rule", ui.IconCircle, ui.T("code.rule_open"), ""
		if c.value != "" {
			class, icon, state = "rule ok", ui.IconCheck, ui.T("code.rule_met")
			for _, x := range faults {
				if x.Group() == g {
					class, icon, state = "rule bad", ui.IconX, ui.T("code.rule_broken")
					if why != "" {
						why += " "
					}
					why += ui.T(x.Key(), x.Args...)
				}
			}
		}
		return app.Li().Class(class).Body(ui.Icon(icon), app.Span().Body(
			app.Span().Class("sr-only").Text(state+" "), app.Span().Text(text), app.If(why != "", func() app.UI { return app.Strong().Text(" " + why) })))
	}
	return app.Ul().ID(f.ID+"-rules").Class("rules").Aria("label", ui.T("code.rules")).Aria("live", "polite").Body(
		rule(code.Length, ui.T("code.rule_length")),
		rule(code.Personal, ui.T("code.rule_personal")),
		rule(code.Guessable, ui.T("code.rule_guessable")),
	)
}

// codeWarning stands wherever a code is set or shown (C05).
func codeWarning() app.UI {
	return app.P().Class("code-warning").Body(ui.Icon(ui.IconTriangleAlert), app.Span().Text(ui.T("code.warning")))
}

func (c *codeInput) generate(f codeField) {
	c.busy = true
	in := api.GenerateCodeIn{Org: f.At.OrgIn()}
	in.Body.Contact, in.Body.Locale = f.Contact, string(ui.Locale())
	client.Call(f.Ctx, f.At.Session, api.GenerateCode, in, func(ctx app.Context, out api.CodeShown, err error) {
		c.busy = false
		if err != nil {
			toastFailure(err)
			return
		}
		*c = codeInput{value: out.Code, generated: out.Code, shown: true}
		ui.FocusLater(ctx, f.ID)
	})
}
