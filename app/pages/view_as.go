package pages

import (
	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/id"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// "View as this contact": the owner sees the portal with a contact's eyes. The server answers with that contact's rights
// and changes nothing; the pages show what such a person would see.

// viewAsHref is where the owner sees the portal as a contact would.
func viewAsHref(at client.Seat, c id.Contact) string {
	at.Eyes = c
	return at.Href(client.PageHome)
}

// viewAsSlot is the banner over every page while the owner looks with somebody else's eyes.
func viewAsSlot(at client.Seat) app.UI {
	if at.Eyes == "" {
		return slot(nil)
	}
	name := ui.T("view_as.this_contact")
	if m, ok := at.Member(); ok && m.Person != "" {
		name = m.Person
	}
	own := at.Place
	own.Eyes = ""
	return slot(&ui.Banner{Tone: ui.Info, Icon: ui.IconEye, Title: ui.T("view_as.title", "name", name), Text: ui.T("view_as.text"),
		Actions: []app.UI{&ui.Button{ID: "view-as-stop", Label: ui.T("view_as.stop"), Icon: ui.IconX, Href: own.Href("contacts")}}})
}
