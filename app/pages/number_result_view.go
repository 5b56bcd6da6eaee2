package pages

import (
	"sort"
	"strconv"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/number"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// resultView shows what became of a list or a file: the numbers that were taken, the rows that were rejected and why.
type resultView struct {
	At                          client.Seat
	Kind                        api.JobKind
	Level                       int // of the headings
	Words                       *listWords
	Applied                     []number.E164
	Rejected                    []api.RejectedRow
	AppliedTotal, RejectedTotal int
	AppliedShown, RejectedShown int // beyond the first page
	Reasons                     map[number.Reason]int
	Moved                       map[id.Number]bool
	Moving                      bool
	OnReassign                  func(rows []api.RejectedRow) // nil where they can't be moved from here
	OnMoreApplied               func(app.Context)
	OnMoreRejected              func(app.Context)
}

func (v resultView) render() []app.UI {
	return []app.UI{slot(v.warning()), v.renderApplied(), slot(v.renderRejected())}
}

// warning is the message when any row was rejected.
func (v *resultView) warning() app.UI {
	if v.RejectedTotal == 0 {
		return nil
	}
	return &ui.Banner{Tone: ui.Warn, Text: ui.T("numlist.check")}
}

func (v *resultView) renderApplied() app.UI {
	list := v.Applied[:min(len(v.Applied), firstApplied+v.AppliedShown)]
	items := make([]app.UI, 0, len(list))
	for _, e := range list {
		items = append(items, app.Li().Text(e.International()))
	}
	title := resultWord(v.Kind, "title_applied", "n", v.AppliedTotal)
	return app.Section().ID("result-applied").Class("stack").Aria("labelledby", "result-applied-title").Body(
		app.Elem("h"+strconv.Itoa(v.Level)).ID("result-applied-title").Class("heading").Text(title),
		slot(when(v.AppliedTotal == 0, func() app.UI { return ui.Hint(resultWord(v.Kind, "none_applied")) })),
		app.Ul().Class("result-numbers").Body(items...),
		slot(v.more("applied", v.AppliedTotal-len(list), v.OnMoreApplied)),
	)
}

func (v *resultView) more(what string, left int, on func(app.Context)) app.UI {
	if left <= 0 {
		return nil
	}
	return &ui.Button{ID: "result-more-" + what, Label: ui.T("numlist.more", "n", left), Small: true, OnClick: func(ctx app.Context, _ app.Event) { on(ctx) }}
}

func (v *resultView) renderRejected() app.UI {
	if v.RejectedTotal == 0 {
		return nil
	}
	list := v.Rejected[:min(len(v.Rejected), resultPage+v.RejectedShown)]
	items := make([]app.UI, 0, len(list))
	for i := range list {
		items = append(items, v.renderRow(&list[i]))
	}
	return app.Section().ID("result-rejected").Class("stack").Aria("labelledby", "result-rejected-title").Body(
		app.Elem("h"+strconv.Itoa(v.Level)).ID("result-rejected-title").Class("heading").Text(ui.T("numlist.rejected", "n", v.RejectedTotal)),
		slot(v.renderReasons()),
		slot(v.reassignAll()),
		app.Ul().Class("result-rows").Body(items...),
		slot(v.more("rejected", v.RejectedTotal-len(list), v.OnMoreRejected)),
	)
}

// renderReasons counts by reason, the most frequent first.
func (v *resultView) renderReasons() app.UI {
	if len(v.Reasons) < 2 {
		return nil
	}
	keys := make([]string, 0, len(v.Reasons))
	for r, n := range v.Reasons {
		keys = append(keys, strconv.Itoa(10_000_000-n)+" "+string(r))
	}
	sort.Strings(keys)
	tags := make([]app.UI, 0, len(keys))
	for _, k := range keys {
		r := number.Reason(k[8:]) // behind seven digits
		tags = append(tags, app.Li().Class("result-reason").Text(ui.T("numlist.reason_n", "reason", shortReason(r, 0), "n", v.Reasons[r])))
	}
	return app.Ul().Class("result-reasons").Aria("label", ui.T("numlist.by_reason")).Body(tags...)
}

// elsewhere are the rejected rows that can be moved here.
func (v *resultView) elsewhere() (rows []api.RejectedRow) {
	if v.OnReassign == nil {
		return nil
	}
	for i := range v.Rejected {
		if r := &v.Rejected[i]; r.Reason == number.ExistsElsewhere && r.Other != "" && !v.Moved[r.Other] {
			rows = append(rows, *r)
		}
	}
	return rows
}

func (v *resultView) reassignAll() app.UI {
	rows := v.elsewhere()
	if len(rows) < 2 {
		return nil
	}
	return &ui.Button{ID: "result-reassign-all", Label: ui.T("numlist.reassign_all", "n", len(rows)), Small: true, Busy: v.Moving,
		OnClick: func(app.Context, app.Event) { v.OnReassign(rows) }}
}

// renderRow is one rejected row: what was written, and what is wrong with it.
func (v *resultView) renderRow(r *api.RejectedRow) app.UI {
	shown := r.Text
	if r.E164 != "" {
		shown = r.E164.International()
	}
	why := ui.T("numlist.technical")
	if r.Reason != "" {
		why = reasonText(r.Reason)
	}
	switch {
	case r.Reason == number.DuplicateInList && r.First > 0:
		why = ui.T("numlist.twice", "line", r.First) + ". " + why
	case r.Reason == number.ExistsElsewhere && r.Place != nil:
		why = ui.T("numlist.already_in", "place", v.Words.place(*r.Place)) + ". " + why
	case r.Reason == number.NotFound && (r.What == "business_unit" || r.What == "program"):
		why = ui.T("numlist.not_found." + r.What)
	}
	act := app.UI(nil)
	switch {
	case v.Moved[r.Other] && r.Other != "":
		act = ui.Tag(ui.OK, ui.T("numlist.reassigned"))
	case r.Reason == number.ExistsElsewhere && v.OnReassign != nil && r.Other != "":
		row := *r
		act = &ui.Button{ID: "reassign-" + string(r.Other), Label: ui.T("numlist.reassign"), Name: ui.T("numlist.reassign") + ": " + shown, Small: true, Busy: v.Moving,
			OnClick: func(app.Context, app.Event) { v.OnReassign([]api.RejectedRow{row}) }}
	}
	return app.Li().Class("result-row").Body(
		app.Span().Class("result-line").Text(ui.T("numlist.line", "n", r.Line)),
		app.Span().Class("result-number").Text(shown),
		app.Span().Class("result-why").Text(why),
		slotSpan(act),
	)
}
