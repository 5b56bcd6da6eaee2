package ui

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// Confirm asks before an act that can't be taken back. It says what the act does and the button names it; the focus
// is on Cancel. With Match the person types that text first, as for more than a hundred rows.
type Confirm struct {
	app.Compo

	ID        string // required, unique on the page
	Open      bool
	Title     string
	Text      string
	Body      func() []app.UI // more than the text: a list, a field for the reason
	Action    string          // label of the acting button
	Kind      ButtonKind      // of the acting button, Danger when empty
	Match     string
	MatchHint string // label of the field: "Type 812 to delete them"
	Busy      bool
	OnConfirm func(ctx app.Context)
	OnClose   func(ctx app.Context)

	typed string
}

// CompoID tells go-app that two confirmations with other ids are not the same.
func (c *Confirm) CompoID() string { return c.ID }

// OnUpdate forgets what was typed when the dialog closes.
func (c *Confirm) OnUpdate(app.Context) {
	if !c.Open {
		c.typed = ""
	}
}

// Render implements app.Composer.
func (c *Confirm) Render() app.UI {
	return &Dialog{
		ID: c.ID, Open: c.Open, Title: c.Title, Size: Small, Alert: true,
		Body:    c.body,
		Actions: c.actions,
		OnClose: c.OnClose,
	}
}

func (c *Confirm) body() []app.UI {
	body := []app.UI{app.P().Text(c.Text)}
	if c.Body != nil {
		body = append(body, c.Body()...)
	}
	if c.Match != "" {
		body = append(body, &Field{ID: c.ID + "-match", Label: c.MatchHint, Value: c.typed, Autocomplete: "off",
			OnInput: func(_ app.Context, v string) { c.typed = v }})
	}
	return body
}

func (c *Confirm) actions() []app.UI {
	kind := c.Kind
	if kind == Secondary {
		kind = Danger
	}
	act := &Button{Label: c.Action, Kind: kind, Busy: c.Busy, OnClick: func(ctx app.Context, _ app.Event) {
		if c.OnConfirm != nil {
			c.OnConfirm(ctx)
		}
	}}
	if c.Match != "" && c.typed != c.Match {
		act.Disabled = c.MatchHint
	}
	return []app.UI{act}
}
