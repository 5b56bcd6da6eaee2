package ui

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// DialogSize is how wide a dialog is; below 768 px all but Small fill the screen.
type DialogSize string

// The sizes: 560, 832 and 440 px.
const (
	Medium DialogSize = ""
	Wide   DialogSize = "wide"
	Small  DialogSize = "small"
)

// Dialog is a modal window. It is open while Open is true, which only the page changes: Esc, the cross and the Cancel
// button all end in OnClose, after a question when Dirty. Keep it rendered always, as one of the last children of the
// page; Body, Tabs and Actions are asked only while it is open.
//
// The focus goes to the element with Autofocus, else to the first field, else to the chosen tab, else to the footer;
// on closing it returns to where it was.
type Dialog struct {
	app.Compo

	ID       string // required, unique on the page
	Open     bool
	Title    string
	Lead     string // one line below the title
	Size     DialogSize
	Alert    bool // a warning that wants an answer; the focus is on Cancel
	Dirty    bool // closing asks once whether to discard
	Status   string
	Cancel   string // label of the closing button, "Cancel" when empty
	Tabs     func() app.UI
	Body     func() []app.UI
	Actions  func() []app.UI
	OnClose  func(ctx app.Context)
	OnSubmit func(ctx app.Context) // makes the dialog a form

	asking bool
	opener app.Value
}

// CompoID tells go-app that two dialogs with other ids are not the same.
func (d *Dialog) CompoID() string { return d.ID }

// OnMount opens the window when Open is true from the start.
func (d *Dialog) OnMount(ctx app.Context) { d.sync(ctx) }

// OnUpdate opens or closes the window when Open has changed.
func (d *Dialog) OnUpdate(ctx app.Context) { d.sync(ctx) }

// OnDismount returns the focus when the dialog goes away while open.
func (d *Dialog) OnDismount() { d.returnFocus() }

func (d *Dialog) sync(ctx app.Context) {
	if !d.Open {
		d.asking = false
	}
	ctx.Defer(func(app.Context) {
		el := byID(d.ID)
		if !el.Truthy() {
			return
		}
		open := el.Get("open").Truthy()
		if d.Open && !open {
			d.opener = document().Get("activeElement")
			quiet(func() { el.Call("showModal") })
			focusFirst(el)
		}
		if !d.Open && open {
			el.Call("close")
			d.returnFocus()
		}
	})
}

func focusFirst(dialog app.Value) {
	for _, where := range []string{
		"[data-autofocus]",
		".dialog-body :is(input:not([type=hidden]),select,textarea):not(:disabled)",
		"[role=tab][aria-selected=true]",
		".dialog-foot .btn",
		".btn",
	} {
		if el := dialog.Call("querySelector", where); el.Truthy() {
			el.Call("focus")
			return
		}
	}
}

// returnFocus puts the focus back on what opened the dialog, or on the page's title when that has gone.
func (d *Dialog) returnFocus() {
	if d.opener == nil {
		return
	}
	opener := d.opener
	d.opener = nil
	quiet(func() {
		if opener.Truthy() && opener.Get("isConnected").Truthy() {
			opener.Call("focus")
		}
		if document().Get("activeElement").Equal(document().Get("body")) {
			Focus(PageTitleID)
		}
	})
}

// Render implements app.Composer. The attribute "open" is the browser's; it is never rendered.
func (d *Dialog) Render() app.UI {
	dialog := app.Dialog().ID(d.ID).Class("dialog", string(d.Size))
	dialog.OnKeyDown(On(d.keyDown))
	dialog = OnEvent(dialog, "cancel", d.cancelled)
	dialog = OnEvent(dialog, "close", d.closed)
	if !d.Open {
		return dialog
	}
	dialog.Aria("labelledby", d.ID+"-title")
	if d.Alert {
		dialog.Role("alertdialog").Aria("describedby", d.ID+"-body")
	}
	if d.OnSubmit == nil {
		return dialog.Body(app.Div().Class("dialog-frame").Body(d.parts()...))
	}
	return dialog.Body(app.Form().Class("dialog-frame").Attr("novalidate", true).
		OnSubmit(On(func(ctx app.Context, e app.Event) {
			e.PreventDefault()
			d.OnSubmit(ctx)
		})).Body(d.parts()...))
}

func (d *Dialog) parts() []app.UI {
	parts := []app.UI{
		app.Div().Class("dialog-head").Body(
			app.Div().Class("dialog-title").Body(
				heading(2, d.ID+"-title", d.Title),
				app.If(d.Lead != "", func() app.UI { return app.P().Class("hint").Text(d.Lead) }),
			),
			&Button{Label: T("ui.close"), Icon: IconX, IconOnly: true, Kind: Quiet,
				OnClick: func(ctx app.Context, _ app.Event) { d.requestClose(ctx) }},
		),
	}
	if d.Tabs != nil {
		parts = append(parts, app.Div().Class("dialog-tabs").Body(d.Tabs()))
	}
	if d.Body != nil {
		parts = append(parts, app.Div().ID(d.ID+"-body").Class("dialog-body").Body(children(d.Body())...))
	}
	parts = append(parts,
		d.renderFoot(),
		app.Div().Class("sr-only").Role("status").DataSet("status", "1"),
	)
	return parts
}

func (d *Dialog) renderFoot() app.UI {
	if d.asking {
		return app.Div().Class("dialog-foot", "asking").Body(
			app.Span().Class("dialog-status").Role("alert").Text(T("ui.discard_question")),
			app.Div().Class("dialog-actions").Body(
				&Button{ID: d.ID + "-keep", Label: T("ui.keep_editing"), OnClick: func(ctx app.Context, _ app.Event) { d.asking = false }},
				&Button{Label: T("ui.discard"), Kind: Danger, OnClick: func(ctx app.Context, _ app.Event) { d.close(ctx) }},
			),
		)
	}
	cancel := d.Cancel
	if cancel == "" {
		cancel = T("ui.cancel")
	}
	actions := []app.UI{&Button{ID: d.ID + "-cancel", Label: cancel, Autofocus: d.Alert,
		OnClick: func(ctx app.Context, _ app.Event) { d.requestClose(ctx) }}}
	if d.Actions != nil {
		actions = append(actions, children(d.Actions())...)
	}
	return app.Div().Class("dialog-foot").Body(
		app.Span().Class("dialog-status").Text(d.Status),
		app.Div().Class("dialog-actions").Body(actions...),
	)
}

// keyDown takes Esc before the browser does: Chromium closes a dialog at the second Esc whatever the page says.
func (d *Dialog) keyDown(ctx app.Context, e app.Event) {
	if e.Get("key").String() != "Escape" {
		return
	}
	if document().Call("querySelector", "[popover=auto]:popover-open").Truthy() {
		return // the browser closes the menu inside, not the dialog
	}
	e.PreventDefault()
	d.requestClose(ctx)
}

// cancelled is the browser's wish to close by other means than Esc, such as the back gesture of a phone. Inputs of
// type file send an event of the same name.
func (d *Dialog) cancelled(ctx app.Context, e app.Event) {
	if !e.Get("target").Equal(ctx.JSSrc()) {
		return
	}
	e.PreventDefault()
	d.requestClose(ctx)
}

// closed follows when the browser has closed the window although the page still wants it open.
func (d *Dialog) closed(ctx app.Context, e app.Event) {
	if !d.Open || byID(d.ID).Get("open").Truthy() {
		return
	}
	if d.Dirty {
		d.asking = true
		d.sync(ctx)
		return
	}
	d.close(ctx)
}

func (d *Dialog) requestClose(ctx app.Context) {
	if d.asking {
		d.asking = false
		return
	}
	if d.Dirty {
		d.asking = true
		FocusLater(ctx, d.ID+"-keep")
		return
	}
	d.close(ctx)
}

func (d *Dialog) close(ctx app.Context) {
	d.asking = false
	if d.OnClose != nil {
		d.OnClose(ctx)
	}
}
