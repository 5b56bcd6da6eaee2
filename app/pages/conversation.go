package pages

import (
	"slices"
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/ticket"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// conversation is the part of a ticket that customers and staff have alike: what was said, who is writing, what waits to be
// sent, and the composer.
type conversation struct {
	ctx    app.Context
	at     client.Seat
	side   side
	reload func(app.Context) // the page loads the ticket again

	messages []ticket.Message // oldest first
	earlier  string           // where those before them begin, "" at the start
	older    bool             // they are being fetched
	writing  []string
	silent   func()     // forgets who was writing
	still    func()     // stops following the scrolling
	fresh    id.Message // the first that came while the person looked elsewhere, "" for none
	saving   id.Attachment

	composer composer
}

// open begins with a ticket.
func (c *conversation) open(ctx app.Context, at client.Seat, of api.TicketIn, reload func(app.Context)) {
	*c = conversation{ctx: ctx, at: at, side: program.side(at, of), reload: reload}
	c.composer.open(ctx, at, of.Org.Org, string(of.Ticket), c.side)
	c.composer.post = func(ctx app.Context, w sendable, done func(app.Context, error)) {
		c.side.send(ctx, w, func(ctx app.Context, err error) {
			done(ctx, err)
			reload(ctx)
		})
	}
	c.composer.tell = func() { c.side.writing(c.ctx) }
	c.still = client.OnScroll(func() {
		if c.fresh != "" && nearEnd() { // the offer goes once what is new is in view
			ctx.Dispatch(func(app.Context) { c.fresh = "" })
		}
	})
}

// seat follows the person's rights.
func (c *conversation) seat(at client.Seat) { c.at, c.composer.at = at, at }

func (c *conversation) close() {
	if c.still != nil {
		c.still()
	}
	if c.silent != nil {
		c.silent()
	}
	c.composer.close()
}

// writingShown is how long somebody counts as writing after they were last heard of.
const writingShown = 8 * time.Second

// take shows the newest messages; first is set when the page has just opened.
func (c *conversation) take(ctx app.Context, list []ticket.Message, earlier string, writing []string, first bool) {
	known := len(c.messages)
	var last id.Message
	if known > 0 {
		last = c.messages[known-1].ID
	}
	if at := c.index(list); at >= 0 {
		list = append(slices.Clone(c.messages[:at]), list...) // what was fetched before stays above
	} else {
		c.earlier = earlier
	}
	c.messages = list
	if c.writing = writing; c.silent != nil {
		c.silent()
		c.silent = nil
	}
	if len(writing) > 0 {
		c.silent = ui.After(c.ctx, writingShown, func(app.Context) { c.writing, c.silent = nil, nil })
	}
	for _, m := range list {
		c.composer.sent(m.ID) // by another tab, or by an earlier try whose answer was lost
	}
	switch {
	case first:
		if len(list) > 2 {
			ui.BringIntoView(ctx, "message-"+string(list[len(list)-1].ID))
		}
	case known > 0 && last != "":
		c.news(ctx, last)
	}
}

// index is where the first of a page stands among what is shown, -1 when it does not.
func (c *conversation) index(list []ticket.Message) int {
	if len(list) == 0 {
		return -1
	}
	return slices.IndexFunc(c.messages, func(m ticket.Message) bool { return m.ID == list[0].ID })
}

// news tells of messages that came after last: they are brought into view for whoever is at the end, and offered to others.
func (c *conversation) news(ctx app.Context, last id.Message) {
	at := slices.IndexFunc(c.messages, func(m ticket.Message) bool { return m.ID == last })
	if at < 0 || at+1 >= len(c.messages) {
		return
	}
	next := c.messages[at+1:]
	for _, m := range next {
		if m.Kind != ticket.Event && !c.mine(&m) {
			ui.Announce(ui.T("ticket.message_of", "name", m.Author.Name) + " " + m.Text)
		}
	}
	if nearEnd() {
		c.fresh = ""
		ui.BringIntoView(ctx, "message-"+string(next[len(next)-1].ID))
		return
	}
	if c.fresh == "" {
		c.fresh = next[0].ID
	}
}

// nearEnd reports whether the end of the messages is in view, or nearly.
func nearEnd() bool {
	end := app.Window().GetElementByID(talkEnd)
	if !end.Truthy() {
		return true
	}
	return end.Call("getBoundingClientRect").Get("top").Float() < app.Window().Get("innerHeight").Float()+160
}

// talkEnd is the element after the last message.
const talkEnd = "ticket-writing"

// mine reports whether the person wrote a message.
func (c *conversation) mine(m *ticket.Message) bool {
	if c.at.As == api.AsStaff {
		me := c.at.Session.Me()
		return m.Author.Side == ticket.ByStaff && me != nil && me.Staff != nil && m.Author.ID == string(me.Staff.ID)
	}
	member, _ := c.at.Member()
	return m.Author.Side == ticket.ByContact && m.Author.ID == string(member.Contact)
}

func (c *conversation) loadEarlier() {
	if c.older || c.earlier == "" {
		return
	}
	c.older = true
	c.side.earlier(c.ctx, id.Message(c.earlier), func(ctx app.Context, list []ticket.Message, earlier string, err error) {
		c.older = false
		if err != nil {
			toastFailure(err)
			return
		}
		keepScroll(ctx)
		c.messages, c.earlier = append(list, c.messages...), earlier
	})
}

const conversationPage = 50

// keepScroll keeps what is looked at in its place when more is put above it.
func keepScroll(ctx app.Context) {
	root := app.Window().Get("document").Get("documentElement")
	if !root.Truthy() {
		return
	}
	below := root.Get("scrollHeight").Float() - root.Get("scrollTop").Float()
	ctx.Defer(func(app.Context) { root.Set("scrollTop", root.Get("scrollHeight").Float()-below) })
}

// save hands an attachment to the person.
func (c *conversation) save(f ticket.File) {
	if c.saving != "" {
		return
	}
	c.saving = f.ID
	c.side.file(c.ctx, f.ID, func(_ app.Context, data []byte, err error) {
		c.saving = ""
		if err != nil {
			toastFailure(err)
			return
		}
		client.SaveBytes(f.Name, data)
	})
}

// render are the messages, oldest first, and who is writing.
func (c *conversation) render() app.UI {
	var rows []app.UI
	for i := range c.messages {
		m := &c.messages[i]
		rows = append(rows, &keyed{Key: "message-" + string(m.ID), Body: func() app.UI { return c.message(m) }})
	}
	for _, w := range c.composer.box.kept.Waiting {
		rows = append(rows, &keyed{Key: "waiting-" + string(w.ID), Body: func() app.UI { return c.waiting(w) }})
	}
	more := app.UI(nil)
	if c.earlier != "" {
		more = ui.Row(&ui.Button{ID: "ticket-earlier", Label: ui.T("ticket.earlier"), Icon: ui.IconChevronUp, Small: true, Busy: c.older, OnClick: func(app.Context, app.Event) { c.loadEarlier() }})
	}
	fresh := app.Div().Hidden(true) // no slot around it: what sticks to the edge of the view does so within its parent
	if which := c.fresh; which != "" {
		fresh = app.Div().Class("talk-fresh").Body(&ui.Button{ID: "ticket-fresh", Label: ui.T("ticket.new_message"), Icon: ui.IconArrowDown, Kind: ui.Primary, Small: true,
			OnClick: func(ctx app.Context, _ app.Event) {
				c.fresh = ""
				// The first of the new ones, and below it as much of the others as there is room for.
				ui.BringIntoView(c.ctx, "message-"+string(c.messages[len(c.messages)-1].ID))
				ui.BringIntoView(c.ctx, "message-"+string(which))
			}})
	}
	writing := ""
	if len(c.writing) > 0 {
		writing = ui.T("ticket.writing", "n", len(c.writing), "names", listed(c.writing))
	}
	return app.Div().Class("stack").Body(slot(more), app.Ol().Class("talk").Aria("label", ui.T("ticket.conversation")).Body(rows...),
		app.P().ID(talkEnd).Class("talk-writing").Text(writing), fresh)
}

func (c *conversation) message(m *ticket.Message) app.UI {
	if m.Kind == ticket.Event {
		return app.Li().ID("message-"+string(m.ID)).Class("talk-event").Body(app.Text(ui.T("ticket.event."+m.Text, "name", m.Author.Name)+" · "), timeTag(m.At))
	}
	class := "message"
	switch {
	case m.Kind == ticket.Note:
		class += " internal"
	case m.Author.Side == ticket.ByStaff:
		class += " staff"
	}
	head := []app.UI{ui.Avatar(m.Author.Name, ui.Neutral), app.Strong().Text(m.Author.Name)}
	switch {
	case m.Kind == ticket.Note:
		head = append(head, ui.TagIcon(ui.Warn, ui.IconLock, ui.T("ticket.note")))
	case m.Author.Side == ticket.ByStaff:
		head = append(head, ui.TagIcon(ui.Info, ui.IconHeadset, ui.T("ticket.support_team")))
	case c.mine(m):
		head = append(head, app.Span().Class("hint").Text(ui.T("ticket.you")))
	}
	head = append(head, app.Span().Class("message-when").Body(timeTag(m.At)))
	if m.Via == ticket.ViaMail {
		head = append(head, app.Span().Class("hint", "message-via").Body(ui.Icon(ui.IconMail), app.Text(ui.T("ticket.by_mail"))))
	}
	body := []app.UI{app.Div().Class("message-head").Body(head...)}
	if m.Text != "" {
		body = append(body, app.Div().Class("message-text").Body(ui.Written(m.Text)...))
	}
	if m.Trimmed {
		body = append(body, ui.Hint(ui.T("ticket.trimmed")))
	}
	if len(m.Files) > 0 {
		body = append(body, app.Ul().Class("files").Body(c.files(m.Files)...))
	}
	return app.Li().ID("message-" + string(m.ID)).Class(class).Body(body...)
}

func (c *conversation) files(list []ticket.File) (items []app.UI) {
	for _, f := range list {
		parts := []app.UI{&ui.Button{ID: "file-" + string(f.ID), Label: f.Name + " · " + sizeText(f.Size), Name: ui.T("ticket.save_file", "file", f.Name+" · "+sizeText(f.Size)), Icon: ui.IconDownload,
			Small: true, Busy: c.saving == f.ID, OnClick: func(app.Context, app.Event) { c.save(f) }}}
		if f.Stripped > 0 {
			parts = append(parts, ui.Hint(ui.T("ticket.stripped", "n", f.Stripped)))
		}
		items = append(items, app.Li().Class("file").Body(parts...))
	}
	return items
}

// waiting is an answer that was not taken yet.
func (c *conversation) waiting(w sendable) app.UI {
	name := ""
	if me := c.at.Session.Me(); me != nil {
		name = me.Name
	}
	class, tag := "message waiting", ui.TagIcon(ui.Info, ui.IconCloudUpload, ui.T("ticket.sending"))
	switch {
	case w.Problem != "":
		class, tag = "message refused", ui.TagIcon(ui.Bad, ui.IconCircleX, ui.T("ticket.refused"))
	case c.at.Session.Link() == client.LinkDown:
		tag = ui.TagIcon(ui.Warn, ui.IconCloudOff, ui.T("ticket.waits"))
	}
	body := []app.UI{app.Div().Class("message-head").Body(ui.Avatar(name, ui.Neutral), app.Strong().Text(name), tag)}
	if w.Text != "" {
		body = append(body, app.Div().Class("message-text").Body(ui.Written(w.Text)...))
	}
	for _, f := range w.Files {
		body = append(body, ui.Hint(f.Name+" · "+sizeText(f.Size)))
	}
	if w.Problem != "" {
		body = append(body, formError(w.Problem), ui.Row(
			&ui.Button{ID: "waiting-edit", Label: ui.T("ticket.edit"), Icon: ui.IconPencil, Small: true, OnClick: func(ctx app.Context, _ app.Event) { c.composer.again(w) }},
			&ui.Button{ID: "waiting-drop", Label: ui.T("ui.discard"), Small: true, OnClick: func(app.Context, app.Event) { c.composer.box.drop(w.ID) }}))
	}
	return app.Li().ID("waiting-" + string(w.ID)).Class(class).Body(body...)
}

// renderComposer is where an answer is written; above stands what belongs before the text, such as for whom it is.
func (c *conversation) renderComposer(label string, above app.UI, send func(app.Context), more ...app.UI) app.UI {
	reason := ""
	if c.composer.busy() {
		reason = ui.T("ticket.uploading")
	}
	button := ui.T("ticket.send")
	if c.composer.draft.Note {
		button = ui.T("ticket.send_note")
	}
	class := "composer"
	if c.composer.draft.Note {
		class += " internal"
	}
	acts := append([]app.UI{c.composer.attach(), c.composer.state()}, more...)
	acts = append(acts, &ui.Button{ID: "answer-send", Label: button, Kind: ui.Primary, Icon: ui.IconSend, Disabled: reason,
		OnClick: func(ctx app.Context, _ app.Event) { send(ctx) }})
	return app.Section().ID("composer").Class(class).Aria("label", label).Body(slot(above), c.composer.renderText(label, send), c.composer.renderFiles(),
		app.Div().Class("composer-foot").Body(acts...))
}
