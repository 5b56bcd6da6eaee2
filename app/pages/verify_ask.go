package pages

import (
	"strings"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/significant"
	"countersign/shared/verification"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// minorAtMost bounds the words about a minor change.
const minorAtMost = 500

// changeAsk asks the organization to approve what a verified caller wants.
type changeAsk struct {
	kind    significant.Kind
	subject string
	note    string
	wrong   map[string]string
	problem string
	busy    bool
}

// work is what a match opens: writing down a minor change, asking for a significant one.
func (c *callCard) work(v *Verify, call *api.AgentCall, ended string) app.UI {
	if ended != "" || call.Outcome != verification.Match {
		return nil
	}
	cards := []app.UI{}
	if call.Permits >= verification.Minor {
		cards = append(cards, c.minorCard(v))
	}
	if call.Permits >= verification.Significant {
		cards = append(cards, c.changeCard(v))
	}
	if len(cards) == 0 {
		return nil
	}
	return app.Div().Class("stack", "lg").Body(cards...)
}

func (c *callCard) minorCard(v *Verify) app.UI {
	return &ui.Card{ID: "minor", Title: ui.T("verify.minor"), Body: []app.UI{
		&ui.Form{ID: "minor-form", Label: ui.T("verify.minor"), Busy: c.noted, OnSubmit: func(ctx app.Context) { c.record(ctx, v) }, Body: []app.UI{
			app.Div().Class("heard").Body(
				&ui.Field{ID: "minor-text", Label: ui.T("verify.minor_what"), Hint: ui.T("verify.minor_hint"), Value: c.minor, Error: c.noting, MaxLength: minorAtMost,
					Autocomplete: "off", OnInput: func(_ app.Context, value string) { c.minor, c.noting = value, "" }},
				&ui.Button{ID: "minor-send", Label: ui.T("verify.minor_act"), Submit: true, Busy: c.noted, Disabled: offlineReason(v.At)},
			)}}}}
}

func (c *callCard) record(ctx app.Context, v *Verify) {
	in := api.MinorChangeIn{VerificationIn: c.in()}
	if in.Body.Subject = strings.TrimSpace(c.minor); in.Body.Subject == "" {
		c.noting = ui.T("verify.minor_needed")
		ui.FocusInvalid(ctx)
		return
	}
	if c.noted || offlineReason(v.At) != "" {
		return
	}
	c.noted = true
	client.Call(v.ctx, v.At.Session, api.RecordMinorChange, in, func(ctx app.Context, _ api.None, err error) {
		c.noted = false
		if err != nil {
			fields, general := formFailure(err, "subject")
			if c.noting = fields["subject"]; c.noting == "" {
				c.noting = general
			}
			ui.FocusInvalid(ctx)
			c.load(ctx, v, true)
			return
		}
		c.minor = ""
		ui.ShowToast(ui.Toast{Text: ui.T("verify.minor_done")})
		ui.FocusLater(v.ctx, "minor-text")
	})
}

func (c *callCard) changeCard(v *Verify) app.UI {
	a := &c.ask
	if a.kind == "" {
		a.kind = significant.Significant
	}
	choices := []ui.Choice{}
	for _, k := range []significant.Kind{significant.Significant, significant.Cancellation} {
		choices = append(choices, ui.Choice{Value: string(k), Label: ui.T("verify.kind." + string(k))})
	}
	return &ui.Card{ID: "change", Title: ui.T("verify.change"), Body: []app.UI{
		&ui.Form{ID: "change-form", Label: ui.T("verify.change"), Busy: a.busy, OnSubmit: func(ctx app.Context) { c.askFor(ctx, v) }, Body: []app.UI{
			slot(formError(a.problem)),
			ui.Hint(ui.T("verify.change_text")),
			&ui.RadioGroup{ID: "change-kind", Label: ui.T("verify.kind"), Value: string(a.kind), Choices: choices, Horizontal: true, Error: a.wrong["kind"],
				OnChange: func(_ app.Context, value string) { a.kind = significant.Kind(value) }},
			&ui.Field{ID: "change-subject", Label: ui.T("verify.subject"), Hint: ui.T("verify.subject_hint"), Value: a.subject, Error: a.wrong["subject"], Required: true,
				MaxLength: significant.MaxSubject, Autocomplete: "off", OnInput: func(_ app.Context, value string) { a.subject = value; delete(a.wrong, "subject") }},
			&ui.Field{ID: "change-note", Label: ui.T("verify.note"), Kind: ui.Area, Rows: 3, Value: a.note, Error: a.wrong["note"], Optional: true,
				MaxLength: significant.MaxNote, OnInput: func(_ app.Context, value string) { a.note = value; delete(a.wrong, "note") }},
			ui.Row(&ui.Button{ID: "change-send", Label: ui.T("verify.ask"), Icon: ui.IconSend, Kind: ui.Primary, Submit: true, Busy: a.busy, Disabled: offlineReason(v.At)}),
		}}}}
}

func (c *callCard) askFor(ctx app.Context, v *Verify) {
	a := &c.ask
	if a.busy || offlineReason(v.At) != "" {
		return
	}
	a.wrong, a.problem = map[string]string{}, ""
	in := api.AskChangeIn{VerificationIn: c.in()}
	in.Body.Kind, in.Body.Subject, in.Body.Note = a.kind, strings.TrimSpace(a.subject), strings.TrimSpace(a.note)
	if in.Body.Subject == "" {
		a.wrong["subject"] = ui.T("verify.subject_needed")
		ui.FocusInvalid(ctx)
		return
	}
	a.busy = true
	client.Call(v.ctx, v.At.Session, api.AskChange, in, func(ctx app.Context, _ significant.Change, err error) {
		a.busy = false
		if err != nil {
			a.wrong, a.problem = formFailure(err, "kind", "subject", "note")
			ui.FocusInvalid(ctx)
			c.load(ctx, v, true)
			return
		}
		*a = changeAsk{}
		ui.ShowToast(ui.Toast{Text: ui.T("verify.asked")})
		ui.FocusLater(v.ctx, "change-subject")
		v.refresh(ctx)
	})
}

// asked are the changes of this call with what became of them.
func (c *callCard) asked(v *Verify, call *api.AgentCall) app.UI {
	return askedCard(v, "call-changes", ui.T("verify.call_changes"), call.Changes, false)
}

// askedCard lists changes with their states; those of other calls say for whom they were asked. Nil for none.
func askedCard(v *Verify, id, title string, changes []significant.Change, whose bool) app.UI {
	if len(changes) == 0 {
		return nil
	}
	lines := make([]app.UI, 0, len(changes))
	for i := range changes {
		x := &changes[i]
		lines = append(lines, &keyed{Key: string(x.ID), Body: func() app.UI { return askedLine(v, x, whose) }})
	}
	return &ui.Card{ID: id, Title: title, Body: lines}
}

func askedLine(v *Verify, x *significant.Change, whose bool) app.UI {
	about := ui.T("verify.kind." + string(x.Kind))
	if whose {
		about += " · " + x.CallerName
		if name := v.names[x.Org]; name != "" {
			about += ", " + name
		}
	}
	if x.Ticket != "" {
		about += " · " + x.Ticket
	}
	parts := []app.UI{app.Div().Class("asked-subject").Text(x.Subject), app.Div().Class("hint").Text(about),
		app.Div().Class("hub-state").Body(askedState(x.State), app.Span().Class("hint").Text(askedDetail(x)))}
	if x.Reason != "" {
		parts = append(parts, ui.Quote(x.Reason))
	}
	act := app.UI(nil)
	if x.State == significant.Pending {
		act = &ui.Button{ID: "withdraw-" + string(x.ID), Label: ui.T("verify.withdraw"), Name: ui.T("verify.withdraw") + ": " + x.Subject, Icon: ui.IconUndo, Small: true,
			Disabled: offlineReason(v.At), OnClick: func(app.Context, app.Event) { v.call.confirm.of = x }}
	}
	return app.Div().Class("request").Body(ui.Split(app.Div().Class("asked").Body(parts...), slot(act)))
}

func askedState(s significant.State) app.UI {
	word := ui.T("verify.state." + string(s))
	switch s {
	case significant.Pending:
		return ui.TagIcon(ui.Info, ui.IconClock, word)
	case significant.Approved:
		return ui.Tag(ui.OK, word)
	case significant.Rejected:
		return ui.TagIcon(ui.Bad, ui.IconCircleX, word)
	case significant.Withdrawn:
		return ui.TagIcon(ui.Neutral, ui.IconUndo, word)
	}
	return ui.TagIcon(ui.Neutral, ui.IconHourglass, word)
}

// askedDetail is who decided when and why, or until when somebody can.
func askedDetail(x *significant.Change) string {
	switch x.State {
	case significant.Pending:
		return ui.T("verify.waits_since", "when", momentInText(x.CreatedAt))
	case significant.Approved, significant.Rejected:
		return ui.T("verify.decided_by", "name", x.DecidedName, "when", momentInText(x.DecidedAt))
	}
	return moment(x.DecidedAt)
}

// withdrawal asks before a change is taken back: the customer would have to be asked again.
type withdrawal struct {
	of   *significant.Change
	busy bool
}

func (w *withdrawal) render(v *Verify) app.UI {
	d := &ui.Confirm{ID: "change-withdraw", Open: w.of != nil, Kind: ui.Primary, Busy: w.busy, OnClose: func(app.Context) { *w = withdrawal{} }}
	if w.of != nil {
		d.Title, d.Text, d.Action = ui.T("verify.withdraw_title", "subject", w.of.Subject), ui.T("verify.withdraw_text"), ui.T("verify.withdraw")
		d.OnConfirm = func(app.Context) { w.send(v, w.of.Org, w.of.ID) }
	}
	return d
}

func (w *withdrawal) send(v *Verify, of id.Organization, change id.Change) {
	if w.busy {
		return
	}
	w.busy = true
	client.Call(v.ctx, v.At.Session, api.WithdrawChange, api.ChangeIn{Org: api.Org{Org: of}, Change: change}, func(ctx app.Context, _ significant.Change, err error) {
		*w = withdrawal{}
		if err != nil {
			toastFailure(err)
		} else {
			ui.ShowToast(ui.Toast{Text: ui.T("verify.withdrawn")})
		}
		v.refresh(ctx)
	})
}
