// Package ui is the design system of Countersign: components, signs and browser helpers over go-app, which hide
// go-app's traps from the pages. It knows no organization, no API and no page; texts come in ready, only the few
// words of its own (Close, Cancel, Show …) are read from the catalogue under "ui.".
//
// # One idiom
//
// A component is a struct. Write it as a literal with field names; the zero value of every field is the usual choice:
//
//	&ui.Card{Title: "Requests waiting for you", Body: []app.UI{
//		&ui.Field{ID: "note", Label: "Note", Value: p.note, OnInput: func(ctx app.Context, v string) { p.note = v }},
//		&ui.Button{Label: "Send", Kind: ui.Primary, Busy: p.sending, OnClick: p.send},
//	}}
//
// Fields carry data in, On… functions carry events out. The page owns every value: a field shows Value, a dialog is
// open while Open is true, a tab is chosen because Selected says so. Components keep only what no page cares for
// (is the password shown, which line of a menu has the focus).
//
// Mere signs without events are functions: Icon, Tag, Badge, Avatar, Skeleton, Quote, Stack, Row, Columns.
//
// # Rules for pages
//
//   - Attach own handlers with On (or OnEvent for events without a method): `app.Button().OnClick(ui.On(p.save))`.
//     It recovers from panics and never goes stale. go-app compares handlers by code address, so a plain closure
//     in a row keeps the values of its first render.
//   - Work that outlives the event (fetching, timers) uses the page's own context, kept from OnMount. The context of
//     an event belongs to the element: when that goes, its Dispatch does nothing. Start goroutines with Go.
//   - Give every Field, Select, Dialog, Menu, Tabs an ID that is unique on the page and stays the same: it is the
//     identity by which go-app tells two components apart, since its diff goes by position.
//   - Keep dialogs as the last children of the page and always rendered (Open false): what comes and goes in the
//     middle shifts its siblings. Dialog.Body and Dialog.Actions are functions and run only while it is open.
//   - Never use Style() (the CSP refuses it), app.Raw, Value("") or a boolean attribute with false.
//   - Measure and focus in ctx.Defer: the DOM is one frame behind the handler. FocusLater does that.
package ui
