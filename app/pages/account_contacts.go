package pages

import (
	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/contact"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// associatedContacts are an organization's contacts at the bottom of the person's own page: User, Associated Contacts, New
// Contact (S02). They open and are created in the same dialog as everywhere.
type associatedContacts struct {
	app.Compo

	At client.Seat

	list Contacts
}

// CompoID tells go-app that the contacts of another organization are others.
func (c *associatedContacts) CompoID() string { return c.At.Key("associated-contacts") }

// OnMount loads the contacts and follows them.
func (c *associatedContacts) OnMount(ctx app.Context) {
	c.list.At = c.At
	c.list.OnMount(ctx)
}

// OnUpdate takes over the seat.
func (c *associatedContacts) OnUpdate(ctx app.Context) {
	c.list.At = c.At
	c.list.OnUpdate(ctx)
}

// OnDismount stops following.
func (c *associatedContacts) OnDismount() { c.list.OnDismount() }

// Render implements app.Composer.
func (c *associatedContacts) Render() app.UI {
	c.list.At = c.At
	m, _ := c.At.Member()
	card := &ui.Card{ID: "associated-contacts", Title: ui.T("associated.title"), Mark: app.Span().Class("hint").Text(m.Name)}
	if c.At.Can(perm.ContactsCreate) {
		create := func(k contact.Kind) func(app.Context) {
			return func(app.Context) {
				c.list.dialog.show(&c.list, nil)
				c.list.dialog.blank.Kind, c.list.dialog.draft.Kind = k, k
			}
		}
		offline := offlineReason(c.At)
		card.Actions = []app.UI{&ui.Menu{ID: "associated-new", Label: ui.T("associated.new"), Icon: ui.IconUserPlus, Kind: ui.Create, Small: true, Items: []ui.MenuItem{
			{Label: ui.T("contact.kind." + string(contact.Individual)), Icon: ui.IconUser, Disabled: offline, OnSelect: create(contact.Individual)},
			{Label: ui.T("contact.kind." + string(contact.LegalEntity)), Icon: ui.IconBuilding, Disabled: offline, OnSelect: create(contact.LegalEntity)},
		}}}
	}
	card.Body = []app.UI{region(c.At, &c.list.list, 4, func(ctx app.Context) { c.list.load(ctx, false) }, func(list api.Contacts) []app.UI { return c.list.renderList(list) })}
	return app.Div().Class("stack").Body(c.list.saved.render(), card, c.list.dialog.render(&c.list), c.list.dialog.renderLarge(), c.list.gets.render())
}
