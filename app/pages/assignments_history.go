package pages

import (
	"time"

	"countersign/app/ui"
	"countersign/shared/api"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// renderHistory is folded below the facts; it is asked for when it is opened.
func (d *assignments) renderHistory() app.UI {
	icon := ui.IconChevronRight
	if d.told {
		icon = ui.IconChevronDown
	}
	content := app.UI(nil)
	if d.told {
		content = region(d.at, &d.history, 3, func(app.Context) { d.ask(false, nil) }, d.tell)
	}
	return app.Div().Class("place-history").Body(
		app.Button().ID("assignments-history").Type("button").Class("fold").Aria("expanded", d.told).
			OnClick(ui.On(func(app.Context, app.Event) { d.unfold() })).Body(ui.Icon(icon), app.Span().Text(ui.T("place.history"))),
		slot(content))
}

func (d *assignments) unfold() {
	if d.told = !d.told; d.told && !d.history.has() && !d.history.busy {
		d.ask(false, nil)
	}
}

// tell is where the number stood, and what was changed of late.
func (d *assignments) tell(c api.NumberCard) []app.UI {
	var stood, changed []ui.Entry
	for i := range c.Assignments {
		a := &c.Assignments[i]
		text := stoodAt(a)
		if !c.RemovedAt.IsZero() && a.From.Equal(c.RemovedAt) {
			text = ui.T("place.step_removed")
		}
		stood = append(stood, toldAt(a.From, a.By, text))
	}
	for i := range c.Changes {
		ch := &c.Changes[i]
		if len(ch.What) != 1 || ch.What[0] != "assignment" { // those are told above
			changed = append(changed, toldAt(ch.At, ch.By, changeText(ch)))
		}
	}
	return []app.UI{
		ui.Heading(3, ui.T("place.stood")), &ui.Feed{Label: ui.T("place.stood"), Entries: stood, Empty: ui.T("place.stood_nowhere")},
		ui.Heading(3, ui.T("place.changed")), &ui.Feed{Label: ui.T("place.changed"), Entries: changed, Empty: ui.T("place.not_changed")}}
}

func toldAt(t time.Time, by, text string) ui.Entry {
	return ui.Entry{Time: moment(t), At: t.UTC().Format(time.RFC3339), Body: []app.UI{app.Div().Text(text), app.Div().Class("hint").Text(by)}}
}

// stoodAt is where a number stood, as it was called then.
func stoodAt(a *api.Assignment) string {
	switch {
	case a.BusinessUnit == "":
		return ui.T("place.in_no_unit")
	case a.ProgramName == "":
		return a.UnitName
	}
	return a.UnitName + ", " + a.ProgramName
}

// changeText tells one step of a number's history.
func changeText(ch *api.NumberChange) string {
	if len(ch.What) == 0 {
		if ch.After == nil {
			return ui.T("place.step_removed")
		}
		return ui.T("place.step_added")
	}
	var what []string
	for _, w := range ch.What {
		what = append(what, inWords("audit.what.", w))
	}
	return ui.T("place.step_changed", "what", listed(what))
}
