package pages

import (
	"strings"

	"countersign/app/client"
	"countersign/app/offline"
	"countersign/app/ui"
	"countersign/shared/number"
	"countersign/shared/perm"
	"countersign/shared/replica"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// caseState is what the person is doing about a case. It survives reloads of the list.
type caseState struct {
	busy    syncAct
	problem string
	decided string // as it was seen then; what else is in the same edit may not be
	over    bool   // an edit that came later has decided it: it is to be closed
	closed  bool   // for that; tried once
	editing bool
	form    syncForm
	began   syncForm
}

func (p *SyncChanges) state(c *syncCase) *caseState {
	st := p.states[c.key]
	if st == nil {
		st = &caseState{}
		p.states[c.key] = st
	}
	return st
}

// renderAttention lists what of the person's edits was not applied, by reason.
func (p *SyncChanges) renderAttention(s offline.Status) app.UI {
	open := p.open()
	card := &ui.Card{ID: "attention", Title: ui.T("sync.attention")}
	if len(open) == 0 {
		card.Body = []app.UI{nothing(ui.T("sync.attention_none"), ui.T("sync.attention_none_text"))}
		return card
	}
	card.Tone, card.Mark = ui.Bad, ui.TagIcon(ui.Warn, ui.IconTriangleAlert, ui.T("sync.attention_count", "n", len(open)))
	card.Actions = []app.UI{&ui.Button{ID: "attention-export", Label: ui.T("sync.export"), Icon: ui.IconDownload, Small: true, Kind: ui.Quiet,
		OnClick: func(app.Context, app.Event) { p.export(open) }}}
	var groups [][]*syncCase
	place := map[string]int{}
	for _, c := range open {
		at, ok := place[c.reason()]
		if !ok {
			at = len(groups)
			place[c.reason()] = at
			groups = append(groups, nil)
		}
		groups[at] = append(groups[at], c)
	}
	for _, g := range groups {
		card.Body = append(card.Body, &keyed{Key: "group-" + g[0].reason(), Body: func() app.UI { return p.renderGroup(g) }})
	}
	return card
}

// renderGroup are the cases of one reason; what can be done about all of them at once stands above.
func (p *SyncChanges) renderGroup(cases []*syncCase) app.UI {
	name := "group-" + cases[0].reason()
	n := p.shownOf(name, len(cases))
	items := make([]app.UI, 0, n)
	for _, c := range cases[:n] {
		items = append(items, &keyed{Key: c.key, Body: func() app.UI { return p.renderCase(c) }})
	}
	bulk := app.UI(nil)
	if len(cases) > 1 {
		var buttons []app.UI
		for _, a := range together(cases, p.scene()) {
			label := ui.T("sync.act_many."+string(a), "n", len(cases))
			buttons = append(buttons, &ui.Button{ID: name + "-" + string(a), Label: label, Small: true, Disabled: p.barred(), OnClick: func(app.Context, app.Event) { p.choose(cases, a) }})
		}
		if len(buttons) > 0 {
			bulk = app.Div().Class("sync-bulk").Body(app.Span().Text(ui.T("sync.same_reason", "n", len(cases))), ui.Row(buttons...))
		}
	}
	return app.Div().Class("sync-group").Body(slot(bulk), app.Ul().Class("sync-cases").Body(items...), p.more(name, len(cases)))
}

// barred says why nothing can be decided now, "" when it can.
func (p *SyncChanges) barred() string {
	if p.At.Session.Link() == client.LinkDown {
		return ui.T("sync.needs_server")
	}
	return offlineReason(p.At)
}

func (p *SyncChanges) renderCase(c *syncCase) app.UI {
	st, s := p.state(c), p.scene()
	body := []app.UI{
		app.Div().Class("sync-did").Body(app.Strong().Text(p.words.caseTitle(c)), ui.Hint(p.words.caseFacts(c))),
		app.P().Text(p.words.why(c, s)),
		slot(p.renderFields(c, s)),
		slot(formError(st.problem)),
	}
	if going, _ := c.later(p.watch.copy.Log()); (going || st.over && !st.closed) && st.busy == "" {
		return app.Li().Body(append(body, ui.Hint(ui.T("sync.going")))...)
	}
	if st.editing {
		return app.Li().Body(append(body, p.renderForm(c, st))...)
	}
	return app.Li().Body(append(body, slot(p.renderRight(c, s)), p.renderActs(c, st, s))...)
}

func (p *SyncChanges) renderActs(c *syncCase, st *caseState, s syncScene) app.UI {
	var buttons []app.UI
	title := p.words.caseTitle(c)
	for i, a := range c.acts(s) {
		label := ui.T("sync.act." + string(a))
		b := &ui.Button{ID: "case-" + c.key + "-" + string(a), Label: label, Name: label + ": " + title, Small: true, Icon: actIcon(a), Busy: st.busy == a, Disabled: p.barred(),
			OnClick: func(app.Context, app.Event) { p.choose([]*syncCase{c}, a) }}
		if i == 0 {
			b.Kind = ui.Primary
		}
		if a == actDiscard || a == actRemove {
			b.Kind = ui.Secondary
		}
		if a == actOpen {
			there, _ := c.other(s)
			b.Kind, b.Disabled, b.OnClick, b.Href = ui.Secondary, "", nil, p.At.Href(pageNumbers)+"?q="+strings.TrimPrefix(string(there.E164), "+")
		}
		buttons = append(buttons, b)
	}
	return ui.Row(buttons...)
}

// renderRight says who can help where the person may not do what would.
func (p *SyncChanges) renderRight(c *syncCase, s syncScene) app.UI {
	if c.by != "" || c.stood(s) || s.can(rightFor(c.main().op)) {
		return nil
	}
	m, _ := p.At.Member()
	return ui.Hint(ui.T("sync.no_right", "owner", m.OwnerName))
}

func rightFor(o replica.Op) perm.Right {
	switch o {
	case replica.Create:
		return perm.NumbersCreate
	case replica.Set:
		return perm.NumbersUpdate
	}
	return perm.NumbersDelete
}

func actIcon(a syncAct) ui.IconName {
	switch a {
	case actMine, actApply:
		return ui.IconCheck
	case actEdit:
		return ui.IconPencil
	case actAgain:
		return ui.IconRefresh
	case actRestore:
		return ui.IconRestore
	case actRemove:
		return ui.IconTrash
	case actReassign:
		return ui.IconArrowRight
	case actDone:
		return ui.IconCheck
	}
	return ""
}

// renderFields puts what the person saw, what stands now and what they wanted side by side.
func (p *SyncChanges) renderFields(c *syncCase, s syncScene) app.UI {
	list := p.words.fieldsOf(c, s)
	if len(list) == 0 {
		return nil
	}
	rows := make([]app.UI, 0, len(list))
	for _, f := range list {
		values := make([]app.UI, 0, 3)
		for _, v := range []struct{ key, text, hint, class string }{
			{"sync.was", f.was, "", "was"}, {"sync.now", f.now, f.by, "now"}, {"sync.mine", f.mine, "", "mine"}} {
			if v.text == "" {
				continue
			}
			value := []app.UI{app.Span().Text(v.text)}
			if v.hint != "" {
				value = append(value, app.Span().Class("hint").Text(v.hint))
			}
			values = append(values, app.Div().Class(v.class).Body(app.Dt().Text(ui.T(v.key)), app.Dd().Body(value...)))
		}
		rows = append(rows, app.Div().Class("sync-field").Body(app.Div().Class("sync-label").Text(f.label), app.Dl().Class("sync-values").Body(values...)))
	}
	return app.Div().Class("sync-fields").Body(rows...)
}

// caseField is one field of a case in words. What is "" is not known, or of no concern.
type caseField struct{ label, was, now, by, mine string }

// fieldsOf tells a case field by field.
func (w *syncWords) fieldsOf(c *syncCase, s syncScene) (list []caseField) {
	f := c.main()
	if f.op == replica.Remove {
		v, live := s.row(c.number)
		if !live || f.was == nil {
			return nil
		}
		now := f.was.Of(&v.Number)
		for _, field := range speaks(f.was) {
			if was, is := w.value(f.was, field), w.value(now, field); was != is {
				list = append(list, caseField{label: field.label(), was: was, now: is})
			}
		}
		return list
	}
	mine := c.mine()
	stands, live := c.stands(s)
	was := c.was()
	for _, field := range speaks(mine) {
		if f.op == replica.Create && (field == fieldNumber && f.Reason != "" && mine.E164 == f.E164 || unsetField(mine, field)) {
			continue
		}
		x := caseField{label: field.label(), mine: w.value(mine, field)}
		if f.op == replica.Set {
			if x.was = w.value(was, field); x.was == "–" {
				x.was = ""
			}
			if x.now = w.value(stands, field); x.now == "–" {
				x.now = ""
			}
			x.by = c.changedBy(field, stands, live)
		} else if there, ok := c.other(s); ok {
			x.now = w.value(mine.Of(&there.Number), field)
		}
		list = append(list, x)
	}
	return list
}

func unsetField(f *number.Fields, of syncField) bool {
	return of != fieldNumber && of != fieldPurpose && unset(f, of)
}

// changedBy is who made a field what it is, and when, as far as that is known of what stands now.
func (c *syncCase) changedBy(field syncField, stands *number.Fields, live bool) string {
	f := c.faultOf(field)
	if f == nil || f.By == "" || live && !sameIn(field, f.Now, stands) {
		return ""
	}
	return ui.T("sync.by_at", "name", f.By, "when", moment(msTime(f.At)))
}

func (c *syncCase) faultOf(field syncField) *syncFault {
	for i := range c.faults {
		for _, x := range speaks(c.faults[i].mine) {
			if x == field {
				return &c.faults[i]
			}
		}
	}
	return nil
}

func sameIn(field syncField, a, b *number.Fields) bool {
	x, y := a.Over(number.Number{}), b.Over(number.Number{})
	switch field {
	case fieldPurpose:
		return x.CallPurpose == y.CallPurpose
	case fieldName:
		return x.DisplayName == y.DisplayName
	}
	return x.Place == y.Place
}

// caseTitle is which number a case is about, and what was to become of it.
func (w *syncWords) caseTitle(c *syncCase) string {
	f, which := c.main(), ui.T("sync.a_number")
	if v, ok := w.row(c.number); ok {
		which = v.E164.International()
	} else if f.E164 != "" {
		which = f.E164.International()
	} else if f.was != nil && f.was.E164 != "" {
		which = f.was.E164.International()
	}
	return ui.T("sync.wanted."+opWord(f.op), "number", which)
}

// caseFacts are whose edit it was, when it was judged, and what it was part of.
func (w *syncWords) caseFacts(c *syncCase) string {
	facts := moment(msTime(c.at))
	if c.by != "" {
		facts = ui.T("sync.by_at", "name", c.by, "when", facts)
	}
	if c.rows > 1 {
		facts += " · " + ui.T("sync.part_of", "n", c.rows)
	}
	return facts
}

// why says in a sentence why an edit was not applied.
func (w *syncWords) why(c *syncCase, s syncScene) string {
	if len(c.faults) == 0 {
		return ""
	}
	if c.stood(s) {
		return ui.T("sync.why.done." + opWord(c.main().op))
	}
	var list []string
	add := func(text string) {
		for _, x := range list {
			if x == text {
				return
			}
		}
		list = append(list, text)
	}
	for i := range c.faults {
		f := &c.faults[i]
		when := ""
		if f.At > 0 {
			when = momentInText(msTime(f.At))
		}
		switch {
		case f.technical != "":
			add(technicalText(f.technical))
		case f.Reason == number.Conflict && f.Status != "":
			add(ui.T("sync.why.held_" + string(f.Status)))
		case f.Reason == number.Conflict && f.op == replica.Remove && f.By != "":
			add(ui.T("sync.why.edited_by", "name", f.By, "when", when))
		case f.Reason == number.Conflict && f.op == replica.Remove:
			add(ui.T("sync.why.edited"))
		case f.Reason == number.Conflict && f.op == replica.Set:
			for _, field := range speaks(f.mine) {
				value := w.value(f.Now, field)
				if f.By != "" {
					add(ui.T("sync.changed_by."+string(field), "name", f.By, "value", value, "when", when))
				} else {
					add(ui.T("sync.changed."+string(field), "value", value))
				}
			}
		case f.Reason == number.NotFound && f.op == replica.Restore:
			add(ui.T("sync.why.not_restorable"))
		case f.Reason == number.NotFound && (f.What == "business_unit" || f.What == "program"):
			add(ui.T("sync.why.gone_" + f.What))
		case f.Reason == number.NotFound && f.op == replica.Set:
			add(ui.T("sync.why.gone_number"))
		default:
			add(reasonText(f.Reason))
		}
	}
	if there, ok := c.other(s); ok {
		add(ui.T("sync.why.there", "place", w.place(there.Place)))
	}
	return strings.Join(list, " ")
}

// technicalText says what failed that is no fault of the person.
func technicalText(t string) string {
	switch t {
	case "server_bug", "schema_too_old_to_apply":
		return ui.T("sync.why." + t)
	}
	return ui.T("sync.why.unknown", "code", t)
}
