package pages

import (
	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/contact"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Two entries of the menu lead to the one list of contacts.
const (
	pageContacts       = "contacts"
	pageManageContacts = "customer-data/contacts"
)

// Contacts is the list of an organization's contacts: find, create, look at, edit. The filters stand in the address.
type Contacts struct {
	app.Compo

	At client.Seat

	ctx     app.Context
	stop    []func()
	pause   func()
	query   string // as it is typed
	shown   api.ContactFilter
	list    loaded[api.Contacts]
	rows    []api.ContactRow // all pages that were fetched
	next    string
	older   bool
	opening id.Contact // whose dialog is being fetched
	fields  loaded[api.Fields]
	saved   success
	dialog  contactDialog
	gets    recipientsDialog
}

// CompoID tells go-app that the contacts of another organization are another page.
func (c *Contacts) CompoID() string { return c.At.Key(pageContacts) }

// OnMount loads the page and follows what changes.
func (c *Contacts) OnMount(ctx app.Context) {
	c.ctx = ctx
	c.stop = []func(){
		c.At.Session.Watch(ctx, c.At.Org, c.follow, live.Contacts, live.Fields, live.Codes, live.Ownership),
		c.At.Session.Keep("contacts", c.dialog.typed),
		c.At.Session.Observe(func() { ctx.Dispatch(func(app.Context) {}) }), // without a connection nothing can be changed
	}
	c.query = c.At.Param("q")
	load(ctx, c.At, &c.fields, api.ListFields, c.At.OrgIn(), false)
	c.load(ctx, false)
}

// OnPreRender is OnMount outside a browser.
func (c *Contacts) OnPreRender(ctx app.Context) { c.OnMount(ctx) }

// OnUpdate loads again when the filters in the address have changed.
func (c *Contacts) OnUpdate(ctx app.Context) {
	if now := c.filter(); now != c.shown {
		if c.pause == nil {
			c.query = now.Query
		}
		c.load(ctx, false)
	}
}

// OnDismount stops following and forgets what was revealed or typed.
func (c *Contacts) OnDismount() {
	for _, stop := range c.stop {
		stop()
	}
	c.stop = nil
	c.rest()
	c.dialog.close()
}

func (c *Contacts) rest() {
	if c.pause != nil {
		c.pause()
		c.pause = nil
	}
}

// follow takes over what others have changed.
func (c *Contacts) follow(ctx app.Context) {
	load(ctx, c.At, &c.fields, api.ListFields, c.At.OrgIn(), true)
	c.load(ctx, true)
	c.dialog.refresh()
}

// filter is what the address asks for.
func (c *Contacts) filter() api.ContactFilter {
	return api.ContactFilter{Query: c.At.Param("q"), Type: contact.Type(c.At.Param("type")), State: contact.AccessState(c.At.Param("access")), Active: c.At.Param("active")}
}

func (c *Contacts) load(ctx app.Context, background bool) {
	c.shown = c.filter()
	in := api.ContactsIn{Org: c.At.OrgIn(), ContactFilter: c.shown}
	if in.Limit = contactsPage; background {
		in.Limit = min(200, max(contactsPage, len(c.rows)))
	}
	load(ctx, c.At, &c.list, api.ListContacts, in, background, func(ctx app.Context) {
		if c.list.err != nil {
			return
		}
		if !c.dialog.open {
			holdFocus(ctx, "")
		}
		c.rows, c.next = c.list.value.Contacts, c.list.value.Next
		if !background && c.shown != (api.ContactFilter{}) {
			ui.Announce(ui.T("orgdetail.found", "n", c.list.value.Total))
		}
	})
}

// more fetches the page after the last one.
func (c *Contacts) more(app.Context, app.Event) {
	in := api.ContactsIn{Org: c.At.OrgIn(), ContactFilter: c.shown}
	in.Limit, in.After = contactsPage, c.next
	turn := c.list.turn
	c.older = true
	client.Load(c.ctx, c.At.Session, api.ListContacts, in, false, func(_ app.Context, out api.Contacts, err error) {
		c.older = false
		if err != nil {
			toastFailure(err)
			return
		}
		if turn == c.list.turn {
			c.rows, c.next = append(c.rows, out.Contacts...), out.Next
		}
	})
}

// search waits for a pause in typing; the search then stands in the address.
func (c *Contacts) search(_ app.Context, text string) {
	c.query = text
	c.rest()
	c.pause = ui.After(c.ctx, searchPause, func(ctx app.Context) {
		c.pause = nil
		ctx.Navigate(c.At.With("q", c.query))
	})
}

// edit fetches a contact and opens its dialog.
func (c *Contacts) edit(which id.Contact) {
	if c.opening != "" {
		return
	}
	c.opening = which
	client.Load(c.ctx, c.At.Session, api.GetContact, api.ContactIn{Org: c.At.OrgIn(), Contact: which}, false, func(ctx app.Context, card api.Card, err error) {
		c.opening = ""
		if err != nil {
			toastFailure(err)
			return
		}
		c.dialog.show(c, &card)
	})
}

// Render implements app.Composer.
func (c *Contacts) Render() app.UI {
	title := ui.T("nav.contacts")
	if c.At.Page == pageManageContacts {
		title = ui.T("nav.manage_contacts")
	}
	header := &ui.PageHeader{Title: title, Lead: ui.T("contacts.lead")}
	if c.At.Can(perm.ContactsCreate) {
		header.Actions = []app.UI{&ui.Button{ID: "contact-create", Label: ui.T("contacts.create"), Kind: ui.Create, Disabled: offlineReason(c.At),
			OnClick: func(app.Context, app.Event) { c.dialog.show(c, nil) }}}
	}
	return app.Div().Class("stack", "lg").Body(
		header,
		c.saved.render(),
		c.renderFilters(),
		region(c.At, &c.list, 6, func(ctx app.Context) { c.load(ctx, false) }, c.renderList),
		c.dialog.render(c),
		c.dialog.renderLarge(),
		c.gets.render(),
	)
}
