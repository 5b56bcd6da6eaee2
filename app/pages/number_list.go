package pages

import (
	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// The pages behind "Manage Phone Numbers".
const (
	pageNumbersAdd    = "numbers/add"
	pageNumbersDelete = "numbers/delete"
	pageNumbersJobs   = "numbers/jobs"
)

// listScreen is a page behind "Manage Phone Numbers"; they stand in no menu.
func listScreen(p client.Place) (screen, bool) {
	list := func(at client.Seat) app.UI { return &NumberList{At: at} }
	switch {
	case p.Org == "":
	case p.Page == pageNumbersAdd:
		return screen{page: p.Page, title: "numlist.add.title", right: perm.NumbersCreate, make: list}, true
	case p.Page == pageNumbersDelete:
		return screen{page: p.Page, title: "numlist.delete.title", right: perm.NumbersDelete, make: list}, true
	case p.Page == pageNumbersJobs:
		return screen{page: p.Page, title: "numlist.jobs.title", right: perm.NumbersView, make: func(at client.Seat) app.UI { return &NumberJobs{At: at} }}, true
	}
	return screen{}, false
}

// The tabs of a page of lists.
const (
	tabManual = "manual"
	tabUpload = "upload"
)

// NumberList adds or deletes many numbers at once: typed by hand, or in a file (N07, N09, N10).
type NumberList struct {
	app.Compo

	At client.Seat

	ctx     app.Context
	stop    []func()
	desk    listDesk
	words   listWords
	options listOptions
	faults  map[string]string // by option, once the person has tried

	typed    string
	wrong    string // what is wrong with it, once the person has left the field
	list     typedList
	shown    int // entries of the list that are drawn
	asking   bool
	sending  bool
	sendID   id.Job // of this list: the same when it is sent again after an answer was lost
	problem  string
	result   listResult
	upload   fileUpload
	finished success
}

// CompoID tells go-app that adding and deleting, and other organizations, are other pages.
func (p *NumberList) CompoID() string { return p.At.Key(p.At.Page) }

// kind is what the page does with its numbers.
func (p *NumberList) kind() api.JobKind {
	if p.At.Page == pageNumbersAdd {
		return api.JobAdd
	}
	return api.JobDelete
}

// word is a sentence of the page that is another one for adding than for deleting.
func (p *NumberList) word(key string, args ...any) string {
	return ui.T("numlist."+string(p.kind())+"."+key, args...)
}

// OnMount takes up what was typed before.
func (p *NumberList) OnMount(ctx app.Context) {
	p.ctx = ctx
	p.shown = listPage
	p.desk = openListDesk(p.At)
	kept := recallList(p.At, p.kind())
	p.options, p.typed = kept.Options, kept.Typed
	p.list.add(kept.Numbers, p.region())
	p.stop = []func(){
		p.upload.resume(p, kept.Upload),
		p.At.Session.Watch(ctx, p.At.Org, func(ctx app.Context) { p.loadWords(ctx, true) }, live.Numbers),
		p.At.Session.Keep("number-list", p.unsent),
		p.At.Session.Observe(func() { ctx.Dispatch(func(app.Context) {}) }),
	}
	if p.desk != nil {
		p.desk.all() // begins to read them
		p.stop = append(p.stop, p.desk.observe(func() { ctx.Dispatch(func(app.Context) { p.moved() }) }))
	}
	p.loadWords(ctx, false)
}

// OnPreRender is OnMount outside a browser.
func (p *NumberList) OnPreRender(ctx app.Context) { p.OnMount(ctx) }

// OnDismount stops following. What was typed stays in the browser.
func (p *NumberList) OnDismount() {
	for _, stop := range p.stop {
		stop()
	}
	p.stop = nil
}

// region is where numbers are read that name no country.
func (p *NumberList) region() string {
	m, _ := p.At.Member()
	return m.Region
}

// unsent is what leaving would throw away: nothing where the list is kept in the browser.
func (p *NumberList) unsent() []client.Unsent {
	if listKey(p.At, p.kind()) != "" {
		return nil
	}
	text := p.typed
	for _, e := range p.list {
		text += "\n" + e.text
	}
	return []client.Unsent{{Label: p.word("title"), Text: text}}
}

// keep stores what stands on the page.
func (p *NumberList) keep() {
	keepList(p.At, p.kind(), keptList{Numbers: p.list.texts(), Typed: p.typed, Options: p.options, Upload: p.upload.kept()})
}

// changed is called when what would be sent is something else now.
func (p *NumberList) changed() {
	p.sendID, p.problem = "", ""
	p.keep()
}

func (p *NumberList) write(_ app.Context, text string) {
	p.typed, p.wrong = text, ""
	p.keep()
}

// check marks what is wrong once the person has left the field.
func (p *NumberList) check(app.Context) {
	p.wrong = ""
	texts := cutNumbers(p.typed)
	if len(texts) != 1 {
		return
	}
	e, reason := readTyped(texts[0], p.region())
	if line := p.list.line(e); reason == "" && line > 0 {
		p.wrong = ui.T("numlist.twice", "line", line)
	} else if reason != "" {
		p.wrong = reasonText(reason)
	}
}

// take puts what stands in the field into the list. One wrong number stays in the field, to be mended there; several are
// all taken, each with what is wrong with it.
func (p *NumberList) take(ctx app.Context) {
	texts := cutNumbers(p.typed)
	if len(texts) == 0 {
		p.wrong = ui.T("numlist.type_first")
		ui.FocusLater(p.ctx, listFieldID)
		return
	}
	if p.check(ctx); p.wrong != "" {
		ui.FocusLater(p.ctx, listFieldID)
		return
	}
	p.typed = ""
	p.put(texts)
}

// pasted takes a text of several numbers as a list; a single one goes into the field as ever.
func (p *NumberList) pasted(ctx app.Context, e app.Event) {
	data := e.Get("clipboardData")
	if !data.Truthy() {
		return
	}
	texts := cutNumbers(data.Call("getData", "text").String())
	if len(texts) < 2 {
		ctx.PreventUpdate()
		return
	}
	e.PreventDefault()
	p.put(texts)
}

// put adds numbers to the list and says what came of it.
func (p *NumberList) put(texts []string) {
	before := len(p.list)
	left := p.list.add(texts, p.region())
	p.wrong = ""
	if len(left) > 0 { // what there is no room for stays with the person
		p.typed = joinTexts(left)
		p.wrong = ui.T("numlist.full", "n", api.JobListRows)
	}
	bad := 0
	for _, e := range p.list[before:] {
		if e.reason != "" {
			bad++
		}
	}
	text := ui.T("numlist.taken", "n", len(p.list)-before)
	if len(p.list) == before+1 && bad == 0 {
		text = p.list[before].e164.International()
	}
	if bad > 0 {
		text += " " + ui.T("numlist.taken_bad", "n", bad)
	}
	ui.Announce(text)
	p.changed()
	ui.FocusLater(p.ctx, listFieldID)
}

func joinTexts(texts []string) (out string) {
	for i, t := range texts {
		if i > 0 {
			out += ", "
		}
		out += t
	}
	return out
}

// drop takes an entry out; the focus goes to the one that takes its place.
func (p *NumberList) drop(i int) {
	if i >= len(p.list) {
		return
	}
	gone := p.list[i].text
	p.list = append(p.list[:i:i], p.list[i+1:]...)
	p.list.judge()
	p.changed()
	ui.Announce(ui.T("numlist.dropped", "number", gone))
	next := listFieldID
	if len(p.list) > 0 {
		next = entryID(min(i, len(p.list)-1)) + "-x"
	}
	ui.FocusLater(p.ctx, next)
}

// mend takes an entry back into the field.
func (p *NumberList) mend(i int) {
	if i >= len(p.list) {
		return
	}
	p.typed = p.list[i].text
	p.list = append(p.list[:i:i], p.list[i+1:]...)
	p.list.judge()
	p.changed()
	ui.FocusLater(p.ctx, listFieldID)
}

// clear empties the list, which can be taken back.
func (p *NumberList) clear() {
	gone := p.list
	p.list = nil
	p.changed()
	ui.FocusLater(p.ctx, listFieldID)
	ui.ShowToast(ui.Toast{Text: ui.T("numlist.cleared", "n", len(gone)), Action: ui.T("ui.undo"), OnAction: func(app.Context) {
		p.ctx.Dispatch(func(app.Context) {
			p.list = append(gone, p.list...)
			p.list.judge()
			p.changed()
		})
	}})
}

// selected is the tab in the address.
func (p *NumberList) selected() string {
	if p.At.Param("tab") == tabUpload {
		return tabUpload
	}
	return tabManual
}

// Render implements app.Composer.
func (p *NumberList) Render() app.UI {
	if p.upload.desk == nil {
		return app.Div()
	}
	const tabs = "number-list-tabs"
	header := &ui.PageHeader{Title: p.word("title"), Lead: p.word("lead"), Crumbs: []ui.Crumb{{Label: ui.T("numlist.numbers"), Href: p.At.Href("numbers")}},
		Actions: []app.UI{&ui.Button{ID: "list-jobs", Label: ui.T("numlist.jobs.title"), Icon: ui.IconHistory, Href: p.At.Href(pageNumbersJobs)}}}
	body := p.renderManual
	if p.selected() == tabUpload {
		body = p.renderUpload
	}
	return app.Div().Class("stack", "lg").Body(
		header,
		p.finished.render(),
		&ui.Tabs{ID: tabs, Label: p.word("title"), Selected: p.selected(), Tabs: []ui.Tab{{ID: tabManual, Label: ui.T("numlist.manual")}, {ID: tabUpload, Label: ui.T("numlist.upload")}},
			OnSelect: func(ctx app.Context, tab string) {
				if tab == tabManual {
					tab = ""
				}
				ctx.Navigate(p.At.With("tab", tab))
			}},
		ui.TabPanel(tabs, p.selected(), body()...),
		p.renderAsk(),
		p.result.dialog(p),
	)
}

// mayNot is why nothing can be sent now, "" when it can. With a copy in this browser it can always.
func (p *NumberList) mayNot() string {
	if p.desk != nil && p.At.Eyes == "" {
		return ""
	}
	return offlineReason(p.At)
}

// mayChange reports whether the person may take numbers out of programs and units, which is a change of them.
func (p *NumberList) mayChange() bool { return p.At.Can(perm.NumbersUpdate) }
