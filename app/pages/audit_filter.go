package pages

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/audit"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// The filters stand in the address, so that a filtered record can be linked to and survives a reload.
func (a *Audit) renderFilters() app.UI {
	kinds := []ui.Option{{Value: "", Label: ui.T("audit.page.kind_all")}}
	for _, k := range a.kinds() {
		kinds = append(kinds, ui.Option{Value: k, Label: ui.T("audit.page.kind." + k)})
	}
	actor := app.UI(nil)
	if who := a.At.Param("actor"); who != "" {
		actor = &ui.Button{Label: ui.T("audit.page.only_by", "name", a.actorName(who)), Icon: ui.IconX, Pressed: true, Href: a.At.With("actor", "")}
	}
	return app.Div().Class("row", "filters").Role("search").Aria("label", ui.T("audit.page.filters")).Body(
		&ui.Field{ID: "audit-text", Label: ui.T("audit.page.text"), Kind: ui.Search, Value: a.text, MaxLength: 100, Placeholder: ui.T("audit.page.text_example"),
			OnInput:  func(_ app.Context, v string) { a.text = v },
			OnChange: func(ctx app.Context, v string) { ctx.Navigate(a.At.With("text", v)) },
			OnEnter:  func(ctx app.Context) { ctx.Navigate(a.At.With("text", a.text)) }},
		&ui.Select{ID: "audit-kind", Label: ui.T("audit.page.kind"), Value: a.At.Param("kind"), Options: kinds,
			OnChange: func(ctx app.Context, v string) { ctx.Navigate(a.At.With("kind", v)) }},
		dayField("audit-from", ui.T("audit.page.from_day"), a.At.Param("from"), func(ctx app.Context, v string) { ctx.Navigate(a.At.With("from", v)) }),
		dayField("audit-to", ui.T("audit.page.to_day"), a.At.Param("to"), func(ctx app.Context, v string) { ctx.Navigate(a.At.With("to", v)) }),
		slot(actor),
	)
}

// kinds are the groups of what happens, by the beginning of their names.
func (a *Audit) kinds() []string {
	if a.At.As == api.AsStaff && a.org() == "" {
		return []string{"login", "staff", "organization", "access", "contact", "verification", "field", "canned_answer", "api_token", "webhook", "audit", "database"}
	}
	return []string{"access", "support", "organization", "contact", "invitation", "code", "verification", "change", "ownership", "service", "ticket", "invoice", "login", "audit"}
}

// filters is how many filters are on.
func (a *Audit) filters() int {
	n := 0
	for _, name := range []string{"kind", "actor", "from", "to", "text"} {
		if a.At.Param(name) != "" {
			n++
		}
	}
	return n
}

func (a *Audit) actorName(who string) string {
	for _, e := range a.entries {
		if e.Actor.ID == who {
			return e.Actor.Name
		}
	}
	return ui.T("audit.page.one_person")
}

// renderEntry is all that is known of one entry.
func (a *Audit) renderEntry() app.UI {
	d := &ui.Dialog{ID: "entry", Open: a.open != nil, Cancel: ui.T("ui.close"), OnClose: func(app.Context) { a.open = nil }}
	if a.open == nil {
		return d
	}
	e := a.open
	d.Title = ui.T("audit.page.entry", "n", e.Seq)
	d.Body = func() []app.UI { return []app.UI{app.P().Body(sentence(*e)...), &ui.Description{Terms: entryTerms(e)}} }
	if e.Actor.ID != "" {
		d.Actions = func() []app.UI {
			return []app.UI{&ui.Button{Label: ui.T("audit.page.only_by", "name", actorName(e.Actor)), Icon: ui.IconFilter,
				OnClick: func(ctx app.Context, _ app.Event) {
					a.open = nil
					ctx.Navigate(a.At.With("actor", e.Actor.ID))
				}}}
		}
	}
	return d
}

func entryTerms(e *audit.Entry) []ui.Term {
	at := time.UnixMilli(e.At)
	terms := []ui.Term{
		{Label: ui.T("audit.page.when"), Text: moment(at) + " (" + at.UTC().Format("2006-01-02 15:04:05") + " UTC)"},
		{Label: ui.T("audit.page.who"), Text: actorName(e.Actor) + " · " + ui.T("audit.page.by."+string(e.Actor.Kind))},
	}
	for _, k := range slices.Sorted(maps.Keys(e.Detail)) {
		if k == "from" || k == "to" || e.Detail[k] == "" || strings.HasPrefix(k, "from.") || strings.HasPrefix(k, "to.") {
			continue
		}
		terms = append(terms, ui.Term{Label: detailLabel(e.Kind, k), Text: detailText(e.Kind, k, e.Detail[k])})
	}
	if e.Detail["from"] != "" || e.Detail["to"] != "" {
		terms = append(terms, ui.Term{Label: ui.T("audit.page.change"),
			Text: detailText(e.Kind, "from", e.Detail["from"]) + " → " + detailText(e.Kind, "to", e.Detail["to"])})
	}
	for _, k := range strings.Split(e.Detail["what"], ", ") {
		if k != "" && (e.Detail["from."+k] != "" || e.Detail["to."+k] != "") {
			terms = append(terms, ui.Term{Label: upperFirst(inWords("audit.what.", k)), Text: fieldText(e, "from.", k) + " → " + fieldText(e, "to.", k)})
		}
	}
	object := e.Object
	if object == string(e.Grant) {
		object = "" // said once
	}
	for _, t := range []ui.Term{
		{Label: ui.T("audit.page.from"), Text: e.Address},
		{Label: ui.T("audit.page.object"), Text: object},
		{Label: ui.T("audit.page.grant"), Text: string(e.Grant)},
		{Label: ui.T("audit.page.session"), Text: string(e.Session)},
		{Label: ui.T("audit.page.request"), Text: e.Request},
		{Label: ui.T("audit.page.kind"), Text: string(e.Kind)},
		{Label: ui.T("audit.page.seal"), Text: e.MAC},
	} {
		if t.Text != "" {
			t.Body, t.Text = []app.UI{app.Span().Class("mono", "wrap").Text(t.Text)}, ""
			terms = append(terms, t)
		}
	}
	return terms
}

// fieldText is what stood in a field, or stands there now. Of a call purpose that is the label of that moment: today it may
// be another one.
func fieldText(e *audit.Entry, side, field string) string {
	value := e.Detail[side+field]
	switch {
	case value == "":
		return ui.T("audit.page.nothing")
	case field == "call_purpose":
		return cmp.Or(e.Detail[side+field+"."+string(ui.Locale())], e.Detail[side+field+".en"], strings.ReplaceAll(value, "_", " "))
	}
	return detailText(e.Kind, field, value)
}

// upperFirst writes a word of the catalogue as a label; all begin with a Latin letter.
func upperFirst(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// detailLabel names a detail; one without a name of its own shows its key.
func detailLabel(k audit.Kind, key string) string {
	label := "audit.page.detail." + key
	if ui.Locale().Has(label) && (key != "how" || k == audit.AttentionResolved) { // how a password was changed is no decision
		return ui.T(label)
	}
	return key
}
