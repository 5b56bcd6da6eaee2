package pages

import (
	"slices"
	"strings"
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/ticket"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// composer writes an answer: text and files, kept in this browser at each pause, sent once whatever the network does.
type composer struct {
	ctx  app.Context
	at   client.Seat
	side side
	box  ticketBox
	post func(ctx app.Context, w sendable, done func(app.Context, error))
	tell func() // that the person is writing

	subject string // of the ticket, for a sign-out to name what was not sent
	draft   ticketDraft
	ups     []*upload
	over    bool // a file is held above it
	wrong   string
	pause   func() // before the draft is kept
	saved   bool   // what is typed is kept
	told    time.Time
	sending bool
}

// upload is a file on its way to the server.
type upload struct {
	name    string
	size    int64
	problem string
}

func (c *composer) open(ctx app.Context, at client.Seat, org id.Organization, which string, s side) {
	c.ctx, c.at, c.side = ctx, at, s
	c.box = openBox(at, org, which)
	c.draft = c.box.kept.Draft
	c.saved = !c.draft.empty()
	c.sending = false
}

func (c *composer) close() {
	if c.pause != nil {
		c.keep()
	}
}

// unsent is what would be lost by leaving: nothing, where it is kept.
func (c *composer) unsent() []client.Unsent {
	if c.box.key != "" {
		return nil
	}
	return []client.Unsent{{Label: ui.T("ticket.text"), Text: c.draft.Text}}
}

// keepPause is how long somebody rests before what they typed is kept.
const keepPause = 400 * time.Millisecond

func (c *composer) changed() {
	c.saved = false
	if c.pause != nil {
		c.pause()
	}
	c.pause = ui.After(c.ctx, keepPause, func(app.Context) { c.keep() })
}

func (c *composer) keep() {
	if c.pause != nil {
		c.pause()
		c.pause = nil
	}
	c.box.change(func(k *keptTicket) { k.Draft, k.Subject = c.draft, c.subject })
	c.saved = c.box.key != "" && !c.draft.empty()
}

// tellEvery is how often others are told that somebody is writing.
const tellEvery = 4 * time.Second

func (c *composer) typed(text string) {
	c.draft.Text, c.wrong = text, ""
	c.changed()
	if now := ui.ServerNow(); c.tell != nil && text != "" && now.Sub(c.told) > tellEvery && !c.draft.Note {
		c.told = now
		c.tell()
	}
}

// clear forgets the draft, which was sent.
func (c *composer) clear() {
	if c.pause != nil {
		c.pause()
		c.pause = nil
	}
	c.draft, c.ups, c.wrong, c.saved = ticketDraft{Note: c.draft.Note}, nil, "", false
}

// busy reports whether a file is still on its way.
func (c *composer) busy() bool {
	return slices.ContainsFunc(c.ups, func(u *upload) bool { return u.problem == "" })
}

// check says why the draft can't be sent as it is.
func (c *composer) check() bool {
	if _, err := ticket.CheckText(c.draft.Text, len(c.draft.Files)); err != nil {
		if e, ok := err.(*errs.Error); ok {
			c.wrong = ui.T(e.Fields[0].Key, e.Fields[0].Args...)
		}
		return false
	}
	return !c.busy()
}

// send puts the draft among what waits, and sends that.
func (c *composer) send(ctx app.Context, state ticket.State) {
	if !c.check() {
		ui.FocusInvalid(ctx)
		return
	}
	w := sendable{ID: id.New[id.Message](ui.ServerNow(), random{}), Text: strings.TrimSpace(c.draft.Text), Files: c.draft.Files, Note: c.draft.Note, State: state, At: ui.ServerNow()}
	c.clear()
	c.box.change(func(k *keptTicket) { k.Draft, k.Subject, k.Waiting = ticketDraft{}, c.subject, append(k.Waiting, w) })
	ui.FocusLater(ctx, "answer-text")
	c.flush()
}

// flush sends what waits, in its order: the next one once the one before has arrived.
func (c *composer) flush() {
	if c.post == nil || c.sending {
		return
	}
	w := c.box.next()
	if w == nil {
		return
	}
	c.sending = true
	c.post(c.ctx, *w, func(_ app.Context, err error) {
		c.sending = false
		switch f := client.Explain(err); {
		case err == nil:
			c.box.drop(w.ID)
			c.flush()
		case f.Offline || f.Code == errs.Unauthenticated: // the session says when it is worth trying again
		case comesAgain(err):
			ui.After(c.ctx, sendPause, func(app.Context) { c.flush() })
		default:
			c.box.refuse(w.ID, f.Text)
			ui.Announce(f.Text)
			c.flush()
		}
	})
}

// sendPause is how long an answer rests that the server had no time for.
const sendPause = 15 * time.Second

// sent takes out what turns out to have arrived.
func (c *composer) sent(which id.Message) {
	if slices.ContainsFunc(c.box.kept.Waiting, func(w sendable) bool { return w.ID == which }) {
		c.box.drop(which)
	}
}

// again takes an answer that was refused back into the composer.
func (c *composer) again(w sendable) {
	if c.draft.empty() {
		c.draft.Text, c.draft.Files = w.Text, w.Files
	} else {
		c.draft.Text += "\n\n" + w.Text
	}
	c.draft.Note = w.Note
	c.keep()
	c.box.drop(w.ID)
	ui.FocusLater(c.ctx, "answer-text")
}

// add uploads files that were chosen or dropped.
func (c *composer) add(list app.Value) {
	if !list.Truthy() {
		return
	}
	for i := range list.Get("length").Int() {
		c.upload(browserFile{list.Index(i)})
	}
}

func (c *composer) upload(f chosenFile) {
	u := &upload{name: f.name(), size: f.bytes()}
	c.ups = append(c.ups, u)
	total := f.bytes()
	for _, x := range c.draft.Files {
		total += x.Size
	}
	switch {
	case offlineReason(c.at) != "":
		u.problem = ui.T("ticket.file_offline")
	case len(c.draft.Files)+len(c.ups) > ticket.MaxFiles:
		u.problem = ui.T("ticket.file_many", "max", ticket.MaxFiles)
	case f.bytes() > ticket.MaxFile:
		u.problem = ui.T("ticket.file_big", "size", sizeText(ticket.MaxFile))
	case total > ticket.MaxFiled:
		u.problem = ui.T("ticket.files_big", "size", sizeText(ticket.MaxFiled))
	case f.bytes() == 0:
		u.problem = ui.T("ticket.file_empty")
	}
	if u.problem != "" {
		ui.Announce(u.name + ": " + u.problem)
		return
	}
	f.read(0, f.bytes(), func(data []byte, err error) {
		c.ctx.Dispatch(func(ctx app.Context) {
			defer ui.Recover()
			if err != nil {
				u.problem = ui.T("ticket.file_unreadable")
				return
			}
			c.put(ctx, u, data)
		})
	})
}

func (c *composer) put(ctx app.Context, u *upload, data []byte) {
	c.side.upload(ctx, u.name, data, func(_ app.Context, f ticket.File, err error) {
		if err != nil {
			e := client.Explain(err)
			if u.problem = e.Text; u.problem == "" {
				u.problem = ui.T("ticket.file_stopped")
			}
			for _, text := range e.Fields {
				u.problem = text
			}
			ui.Announce(u.name + ": " + u.problem)
			return
		}
		c.ups = slices.DeleteFunc(c.ups, func(x *upload) bool { return x == u })
		c.draft.Files, c.wrong = append(c.draft.Files, f), ""
		ui.Announce(ui.T("ticket.file_added", "name", f.Name))
		c.keep()
	})
}

// remove takes a file out again; the server forgets it.
func (c *composer) remove(f ticket.File) {
	c.draft.Files = slices.DeleteFunc(c.draft.Files, func(x ticket.File) bool { return x.ID == f.ID })
	c.keep()
	c.side.drop(c.ctx, f.ID)
	ui.FocusLater(c.ctx, "answer-attach")
}

// renderText is where one writes; files can be dropped on it.
func (c *composer) renderText(label string, send func(app.Context)) app.UI {
	class := "composer-text"
	if c.over {
		class += " over"
	}
	zone := app.Div().Class(class)
	hold := func(over bool) app.EventHandler {
		return func(ctx app.Context, e app.Event) {
			e.PreventDefault()
			if c.over == over {
				ctx.PreventUpdate()
			}
			c.over = over
		}
	}
	zone = ui.OnEvent(zone, "dragover", hold(true))
	zone = ui.OnEvent(zone, "dragleave", hold(false))
	zone = ui.OnEvent(zone, "drop", func(_ app.Context, e app.Event) {
		e.PreventDefault()
		c.over = false
		c.add(e.Get("dataTransfer").Get("files"))
	})
	zone = ui.OnEvent(zone, "keydown", func(ctx app.Context, e app.Event) {
		if e.Get("key").String() == "Enter" && (e.Get("ctrlKey").Bool() || e.Get("metaKey").Bool()) {
			e.PreventDefault()
			send(ctx)
			return
		}
		ctx.PreventUpdate()
	})
	return zone.Body(&ui.Field{ID: "answer-text", Label: label, Kind: ui.Area, Rows: 5, Value: c.draft.Text, MaxLength: ticket.MaxText, Error: c.wrong,
		OnInput: func(_ app.Context, v string) { c.typed(v) }})
}

// renderFiles are the files of the draft, and those that are on their way or were refused.
func (c *composer) renderFiles() app.UI {
	var items []app.UI
	for _, f := range c.draft.Files {
		items = append(items, &keyed{Key: string(f.ID), Body: func() app.UI {
			parts := []app.UI{ui.Icon(ui.IconFileText), app.Span().Class("wrap").Text(f.Name + " · " + sizeText(f.Size)),
				&ui.Button{ID: "file-remove-" + string(f.ID), Label: ui.T("ticket.file_remove", "name", f.Name), Icon: ui.IconX, IconOnly: true, Small: true, Kind: ui.Quiet,
					OnClick: func(app.Context, app.Event) { c.remove(f) }}}
			if f.Stripped > 0 {
				parts = append(parts, ui.Hint(ui.T("ticket.stripped", "n", f.Stripped)))
			}
			return app.Li().Class("file").Body(parts...)
		}})
	}
	for i, u := range c.ups {
		state := app.UI(ui.TagIcon(ui.Info, ui.IconUpload, ui.T("ticket.uploading")))
		if u.problem != "" {
			state = app.Span().Class("list-reason").Text(u.problem)
		}
		items = append(items, app.Li().Class("file").Body(ui.Icon(ui.IconFileText), app.Span().Class("wrap").Text(u.name), state,
			&ui.Button{ID: "upload-remove-" + ui.Locale().Number(int64(i)), Label: ui.T("ticket.file_remove", "name", u.name), Icon: ui.IconX, IconOnly: true, Small: true, Kind: ui.Quiet,
				Disabled: map[bool]string{true: "", false: ui.T("ticket.uploading")}[u.problem != ""], OnClick: func(app.Context, app.Event) {
					c.ups = slices.DeleteFunc(c.ups, func(x *upload) bool { return x == u })
				}}))
	}
	if items == nil {
		return slot(nil)
	}
	return slot(app.Ul().Class("files").Body(items...))
}

// attach is the button that chooses files.
func (c *composer) attach() app.UI {
	return app.Div().Body(
		app.Input().Type("file").Multiple(true).ID("answer-files").Class("sr-only").TabIndex(-1).Aria("label", ui.T("ticket.attach")).
			OnChange(ui.On(func(_ app.Context, e app.Event) {
				c.add(e.Get("target").Get("files"))
				ui.SetProperty("answer-files", "value", "")
			})),
		&ui.Button{ID: "answer-attach", Label: ui.T("ticket.attach"), Icon: ui.IconUpload, Disabled: offlineReason(c.at),
			OnClick: func(app.Context, app.Event) { app.Window().GetElementByID("answer-files").Call("click") }},
	)
}

// state says that the draft is safe.
func (c *composer) state() app.UI {
	if c.saved && !c.draft.empty() {
		return app.Span().Class("hint").ID("draft-saved").Text(ui.T("ticket.draft_saved"))
	}
	return app.Span().Class("hint").ID("draft-saved")
}
