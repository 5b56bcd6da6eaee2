package pages

import (
	"strconv"

	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/dashboard"
	"countersign/shared/number"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

const (
	listFieldID = "list-number"
	listPage    = 100 // entries that are drawn at first
)

func entryID(i int) string { return "list-entry-" + strconv.Itoa(i+1) }

// renderManual is the tab where numbers are typed.
func (p *NumberList) renderManual() []app.UI {
	field := ui.OnEvent(app.Div().Class("list-field"), "paste", p.pasted).Body(
		p.renderField(),
		&ui.Button{ID: "list-take", Label: p.word("take"), Icon: ui.IconPlus, OnClick: func(ctx app.Context, _ app.Event) { p.take(ctx) }},
	)
	form := []app.UI{
		&ui.Card{ID: "list-form", Title: ui.T("numlist.numbers_title"), Body: []app.UI{field, ui.Hint(ui.T("numlist.paste_hint"))}},
		&ui.Card{ID: "list-options", Title: p.word("options"), Body: []app.UI{slot(p.wordsTrouble()), p.renderOptions(false)}},
	}
	return []app.UI{app.Div().Class("list-page").Body(app.Div().Class("stack", "lg").Body(form...), p.renderList())}
}

// wordsTrouble says that call purposes, units and programs could not be loaded.
func (p *NumberList) wordsTrouble() app.UI {
	if p.words.has || p.words.err == nil {
		return nil
	}
	return failed(p.words.err, false, func(ctx app.Context) { p.loadWords(ctx, false) })
}

// renderField shows the green check mark as soon as the number is well formed.
func (p *NumberList) renderField() app.UI {
	f := &ui.Field{ID: listFieldID, Label: ui.T("numlist.number"), Kind: ui.Tel, Value: p.typed, Autocomplete: "off", Placeholder: "+33 1 84 88 20 10",
		OnInput: p.write, OnBlur: p.check, OnEnter: p.take, Error: p.wrong}
	if p.wrong != "" {
		return f
	}
	switch texts := cutNumbers(p.typed); {
	case len(texts) > 1:
		f.Hint = ui.T("numlist.several", "n", len(texts))
	case len(texts) == 1:
		e, reason := readTyped(texts[0], p.region())
		if reason == "" && p.list.line(e) == 0 {
			f.Confirmation = e.International()
			if soon := p.foresee(e, p.known()); soon != "" {
				f.Confirmation += " · " + shortReason(soon, 0)
			}
		}
	}
	return f
}

// renderList is what would be sent, the newest at the top.
func (p *NumberList) renderList() app.UI {
	known := p.known()
	total, good := len(p.list), p.good(known)
	card := &ui.Card{ID: "list", Title: p.word("list", "n", total)}
	if total == 0 {
		card.Body = []app.UI{&ui.Empty{Icon: ui.IconPhone, Title: p.word("empty"), Text: ui.T("numlist.empty_text")}}
		return card
	}
	card.Actions = []app.UI{&ui.Button{ID: "list-clear", Label: ui.T("numlist.clear"), Small: true, Kind: ui.Quiet, OnClick: func(app.Context, app.Event) { p.clear() }}}
	items := make([]app.UI, 0, min(total, p.shown))
	for i := total - 1; i >= 0 && len(items) < p.shown; i-- {
		items = append(items, p.renderEntry(i, known))
	}
	card.Flush = true
	card.Body = []app.UI{
		slot(formError(p.problem)),
		app.Ol().Class("list-entries").Aria("label", card.Title).Body(items...),
		slot(when(total > len(items), func() app.UI {
			return &ui.Button{ID: "list-more", Label: ui.T("numlist.more", "n", total-len(items)), Small: true, OnClick: func(app.Context, app.Event) { p.shown = total }}
		})),
	}
	kind, label := ui.Create, p.word("act")
	if p.kind() == api.JobDelete {
		kind = ui.Danger
	}
	act := &ui.Button{ID: "list-send", Label: label, Kind: kind, Busy: p.sending, Disabled: p.mayNot(), OnClick: func(ctx app.Context, _ app.Event) { p.ask(ctx) }}
	note := ui.T("numlist.all_good", "n", good)
	if bad := total - good; bad > 0 {
		note = ui.T("numlist.some_bad", "n", bad)
	}
	card.Footer = []app.UI{app.Span().Class("list-note").Text(note), act}
	return card
}

// willFail is why an entry would be rejected, as far as the list and the numbers in this browser tell.
func (p *NumberList) willFail(e *listEntry, known *dashboard.List) number.Reason {
	if e.reason != "" {
		return e.reason
	}
	return p.foresee(e.e164, known)
}

// good are how many entries would be taken, as far as that can be told here.
func (p *NumberList) good(known *dashboard.List) (n int) {
	for i := range p.list {
		if p.willFail(&p.list[i], known) == "" {
			n++
		}
	}
	return n
}

func (p *NumberList) renderEntry(i int, known *dashboard.List) app.UI {
	e := &p.list[i]
	id := entryID(i)
	shown, below := e.text, ""
	if e.e164 != "" {
		shown = e.e164.International()
	}
	class := "list-entry"
	sign := ui.Icon(ui.IconCircleCheck)
	if why := p.willFail(e, known); why != "" {
		class, sign = "list-entry bad", ui.Icon(ui.IconCircleAlert)
		below = shortReason(why, e.first)
	}
	return app.Li().ID(id).Class(class).Body(
		app.Span().Class("list-line").Aria("hidden", "true").Text(strconv.Itoa(i+1)),
		sign,
		app.Span().Class("list-number").Body(app.Span().Text(shown), slotText(below)),
		// Plain buttons: there may be a thousand of them.
		slotSpan(when(e.reason != "", func() app.UI {
			return app.Button().Type("button").ID(id+"-mend").Class("btn", "quiet", "small", "icon-only").Aria("label", ui.T("numlist.mend_one", "number", e.text)).
				Title(ui.T("numlist.mend_title")).OnClick(ui.On(func(app.Context, app.Event) { p.mend(i) })).Body(ui.Icon(ui.IconPencil))
		})),
		app.Button().Type("button").ID(id+"-x").Class("btn", "quiet", "small", "icon-only").Aria("label", ui.T("numlist.drop_one", "number", shown)).
			Title(ui.T("numlist.drop_title")).OnClick(ui.On(func(app.Context, app.Event) { p.drop(i) })).Body(ui.Icon(ui.IconX)),
	)
}

func slotText(text string) app.UI {
	if text == "" {
		return app.Span().Hidden(true)
	}
	return app.Span().Class("list-reason").Text(text)
}

func slotSpan(content app.UI) app.UI {
	if content == nil {
		return app.Span().Hidden(true)
	}
	return app.Span().Body(content)
}

// askCount is from how many numbers on the person types the count before they are deleted.
const askCount = 100

// ask checks what would be refused as a whole, and before numbers are taken away asks whether it is meant.
func (p *NumberList) ask(ctx app.Context) {
	if p.sending || p.mayNot() != "" {
		return
	}
	if p.typed != "" { // what still stands in the field is meant too
		before := len(p.list)
		if p.take(ctx); p.wrong != "" || len(p.list) == before {
			return
		}
	}
	if p.faults = p.options.refused(&p.words, p.kind(), false); len(p.faults) > 0 {
		ui.FocusInvalid(p.ctx)
		return
	}
	if p.list.valid() == 0 {
		p.problem = ui.T("numlist.none_valid")
		return
	}
	if p.kind() == api.JobDelete && p.good(p.known()) > 0 {
		p.asking = true
		return
	}
	p.send()
}

func (p *NumberList) renderAsk() app.UI {
	n := p.good(p.known())
	c := &ui.Confirm{ID: "list-ask", Open: p.asking, Busy: p.sending, OnClose: func(app.Context) { p.asking = false }, OnConfirm: func(app.Context) {
		if !p.sending {
			p.send()
		}
	}}
	if !p.asking {
		return c
	}
	c.Title = ui.T("numlist.ask_title."+string(p.options.level()), "n", n)
	c.Text = p.effect(n)
	c.Action = ui.T("numlist.ask_act." + string(p.options.level()))
	if n > askCount {
		c.Match = strconv.Itoa(n)
		c.MatchHint = ui.T("numlist.type_count", "n", c.Match)
	}
	c.Body = func() []app.UI {
		bad := len(p.list) - n
		return []app.UI{slot(formError(p.problem)), slot(when(bad > 0, func() app.UI { return ui.Hint(ui.T("numlist.ask_bad", "n", bad)) }))}
	}
	return c
}
