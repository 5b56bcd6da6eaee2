package pages

import (
	"strings"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/org"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// pageOrganizations is the staff's list; one organization of it is the page below.
const pageOrganizations = "organizations"

// contactsPage is how many contacts are fetched at once.
const contactsPage = 50

// OrganizationPage is one organization for staff: its data and its contacts, never their codes (C10).
type OrganizationPage struct {
	app.Compo

	At client.Seat

	ctx    app.Context
	stop   []func()
	pause  func()
	of     id.Organization
	org    loaded[api.Found]
	list   loaded[api.Contacts]
	rows   []api.ContactRow // all pages that were fetched
	next   string
	older  bool // the next page is on its way
	filter api.ContactFilter
	delete contactDeletion
	owned  owned
}

// organizationOf is the organization in the address of a staff page.
func organizationOf(at client.Seat) id.Organization {
	if at.Org != "" {
		return at.Org
	}
	return id.Organization(strings.TrimPrefix(at.Page, pageOrganizations+"/"))
}

// CompoID tells go-app that another organization is another page.
func (o *OrganizationPage) CompoID() string {
	return o.At.Key("organization") + "|" + string(organizationOf(o.At))
}

// OnMount loads the page and follows what changes.
func (o *OrganizationPage) OnMount(ctx app.Context) {
	o.ctx, o.of = ctx, organizationOf(o.At)
	o.stop = []func(){
		o.At.Session.Watch(ctx, o.of, func(ctx app.Context) { o.load(ctx, true) }, live.Organization, live.Access, live.Contacts, live.Verify, live.Ownership, live.Services,
			live.Invoices, live.Changes),
		o.At.Session.Keep("organization", o.delete.typed),
		o.At.Session.Observe(func() { ctx.Dispatch(func(app.Context) {}) }),
	}
	o.load(ctx, false)
}

// OnPreRender is OnMount outside a browser.
func (o *OrganizationPage) OnPreRender(ctx app.Context) { o.OnMount(ctx) }

// OnDismount stops following.
func (o *OrganizationPage) OnDismount() {
	for _, stop := range o.stop {
		stop()
	}
	if o.pause != nil {
		o.pause()
	}
}

func (o *OrganizationPage) load(ctx app.Context, background bool) {
	load(ctx, o.At, &o.org, api.GetFound, api.Org{Org: o.of}, background)
	o.loadContacts(ctx, background)
	o.owned.load(ctx, o, background)
}

// loadContacts fetches the first page again, as far as the person has read.
func (o *OrganizationPage) loadContacts(ctx app.Context, background bool) {
	in := api.StaffContactsIn{Org: api.Org{Org: o.of}, ContactFilter: o.filter}
	in.Limit = contactsPage
	if background {
		in.Limit = min(200, max(contactsPage, len(o.rows)))
	}
	load(ctx, o.At, &o.list, api.ListStaffContacts, in, background, func(ctx app.Context) {
		if o.list.err != nil {
			return
		}
		holdFocus(ctx, "contacts")
		o.rows, o.next = o.list.value.Contacts, o.list.value.Next
		if !background && o.filtered() {
			ui.Announce(ui.T("orgdetail.found", "n", o.list.value.Total))
		}
	})
}

// more fetches the page after the last one.
func (o *OrganizationPage) more(app.Context, app.Event) {
	in := api.StaffContactsIn{Org: api.Org{Org: o.of}, ContactFilter: o.filter}
	in.Limit, in.After = contactsPage, o.next
	turn := o.list.turn
	o.older = true
	client.Load(o.ctx, o.At.Session, api.ListStaffContacts, in, false, func(_ app.Context, out api.Contacts, err error) {
		o.older = false
		if err != nil {
			toastFailure(err)
			return
		}
		if turn == o.list.turn {
			o.rows, o.next = append(o.rows, out.Contacts...), out.Next
		}
	})
}

func (o *OrganizationPage) filtered() bool { return o.filter != api.ContactFilter{} }

// narrow asks again when the person has stopped typing or chosen.
func (o *OrganizationPage) narrow() {
	if o.pause != nil {
		o.pause()
	}
	o.pause = ui.After(o.ctx, searchPause, func(ctx app.Context) { o.loadContacts(ctx, false) })
}

// Render implements app.Composer.
func (o *OrganizationPage) Render() app.UI {
	header := &ui.PageHeader{Title: ui.T("orgdetail.title"), Crumbs: []ui.Crumb{{Label: ui.T("nav.organizations"), Href: "/" + pageOrganizations}}}
	if o.org.has() {
		f := &o.org.value
		header.Title, header.Mark = f.Name, organizationState(f.State)
		header.Actions = []app.UI{
			&ui.Button{ID: "organization-tickets", Label: ui.T("nav.tickets"), Icon: ui.IconTicket, Href: "/" + pageQueue + "?org=" + string(f.ID) + "&state=" + anyState},
			&ui.Button{ID: "organization-remote", Label: ui.T("orgpage.remote"), Icon: ui.IconHeadset, Href: "/" + client.PageHub + "?q=" + f.Reference},
			&ui.Button{ID: "organization-verify", Label: ui.T("nav.verify_caller"), Icon: ui.IconShieldCheck, Href: "/" + pageVerify + "?org=" + string(f.ID)},
		}
		if rankAtLeast(o.At, org.Lead) {
			header.Actions = append([]app.UI{&ui.Button{ID: "organization-record", Label: ui.T("orgpage.record"), Icon: ui.IconHistory, Kind: ui.Quiet, Href: "/audit?org=" + string(f.ID)}}, header.Actions...)
		}
	}
	return app.Div().Class("stack", "lg").Body(
		header,
		region(o.At, &o.org, 6, func(ctx app.Context) { o.load(ctx, false) }, o.show),
		o.delete.render(o),
		o.owned.gets.render(),
	)
}

func (o *OrganizationPage) show(f api.Found) []app.UI {
	return append([]app.UI{
		&ui.Card{ID: "data", Title: ui.T("orgdetail.data"), Body: []app.UI{&ui.Description{Terms: organizationTerms(&f)}}},
		&ui.Card{ID: "contacts", Title: ui.T("orgdetail.contacts"), Body: []app.UI{o.filters(),
			region(o.At, &o.list, 5, func(ctx app.Context) { o.loadContacts(ctx, false) }, o.contacts)}},
	}, o.owned.render(o)...)
}

func organizationTerms(f *api.Found) []ui.Term {
	terms := []ui.Term{
		{Label: ui.T("orgpage.reference"), Text: f.Reference},
		{Label: ui.T("orgpage.managed_by"), Text: managedText(f)},
		{Label: ui.T("orgpage.owner"), Text: f.OwnerName},
		{Label: ui.T("orgpage.region"), Text: regionName(f.Region)},
		{Label: "UUID", Body: []app.UI{app.Code().Text(string(f.ID))}},
	}
	if r := f.Request; r != nil && (r.State == access.Active || r.State == access.Pending) {
		terms = append(terms, ui.Term{Label: ui.T("nav.remote_support"), Body: []app.UI{app.Div().Class("hub-state").Body(stateTag(r.State), app.Span().Class("hint").Text(stateDetail(f, r)))}})
	}
	return terms
}

// regionName is a country by its code, in the person's language.
func regionName(code string) string {
	for _, r := range client.Regions(ui.Locale()) {
		if r.Code == code {
			return r.Name
		}
	}
	return code
}

// filters narrow the contacts.
func (o *OrganizationPage) filters() app.UI {
	return contactFilters{Chosen: o.filter,
		OnQuery:  func(_ app.Context, q string) { o.filter.Query = q; o.narrow() },
		OnChoose: func(_ app.Context, f api.ContactFilter) { o.filter = f; o.narrow() },
	}.render()
}

func (o *OrganizationPage) contacts(list api.Contacts) []app.UI {
	if len(o.rows) == 0 {
		if !o.filtered() {
			return []app.UI{&ui.Empty{Icon: ui.IconUsers, Title: ui.T("orgdetail.none")}}
		}
		return []app.UI{&ui.Empty{Icon: ui.IconSearch, Title: ui.T("orgdetail.no_match"), Actions: []app.UI{
			&ui.Button{ID: "contacts-clear", Label: ui.T("orgdetail.clear"), OnClick: func(app.Context, app.Event) {
				o.filter = api.ContactFilter{}
				o.loadContacts(o.ctx, false)
				ui.FocusLater(o.ctx, "contacts-search")
			}}}}}
	}
	lines := make([]ui.Line, 0, len(o.rows))
	for i := range o.rows {
		lines = append(lines, o.line(&o.rows[i]))
	}
	t := &ui.Table{ID: "contact-list", Label: ui.T("orgdetail.contacts"), Lines: lines, Columns: []ui.Column{
		{Title: ui.T("orgpage.name"), Kind: ui.Title}, {Title: ui.T("orgdetail.type")}, {Title: ui.T("staffpage.email")},
		{Title: ui.T("orgdetail.authority")}, {Title: ui.T("orgdetail.code"), Kind: ui.Drop}, {Title: ui.T("orgdetail.access"), Kind: ui.State},
		{Title: ui.T("orgpage.acts"), HideTitle: true, Kind: ui.Act}}}
	foot := []app.UI{ui.Hint(ui.T("orgdetail.shown", "n", len(o.rows), "total", list.Total))}
	if o.next != "" {
		foot = append(foot, &ui.Button{ID: "contacts-more", Label: ui.T("orgdetail.more"), Small: true, Busy: o.older, OnClick: o.more})
	}
	t.Foot = foot
	return []app.UI{t}
}

func (o *OrganizationPage) line(c *api.ContactRow) ui.Line {
	name := []app.UI{app.Span().Text(contactName(c))}
	if c.Owner {
		name = append(name, ui.TagIcon(ui.Info, ui.IconUserCheck, ui.T("verify.is_owner")))
	}
	authority := ui.T("orgdetail.authority_no")
	if c.Owner || c.PhoneChatAuthority {
		authority = ui.T("orgdetail.authority_yes")
	}
	code := ui.T("verify.code_none")
	if c.HasCode {
		code = ui.T("verify.code_set")
	}
	return ui.Line{ID: string(c.ID), Quiet: !c.Active, Cells: []app.UI{
		app.Span().Class("hub-name").Body(name...), app.Text(typeName(c.Type)), emailCell(c.Email), app.Text(authority), app.Text(code),
		contactState(c),
		&keyed{Key: string(c.ID), Body: func() app.UI { return o.acts(c) }},
	}}
}

// contactState is whether somebody is in use here, and how far their portal access has come.
func contactState(c *api.ContactRow) app.UI {
	if !c.Active {
		return ui.TagIcon(ui.Neutral, ui.IconBan, ui.T("orgdetail.deactivated"))
	}
	return accessTag(c.State)
}

func (o *OrganizationPage) acts(c *api.ContactRow) app.UI {
	items := []ui.MenuItem{}
	if c.Active {
		items = append(items, ui.MenuItem{Label: ui.T("nav.verify_caller"), Icon: ui.IconShieldCheck, Href: "/" + pageVerify + "?org=" + string(o.of) + "&contact=" + string(c.ID)})
	}
	if rankAtLeast(o.At, org.Lead) {
		item := ui.MenuItem{Label: ui.T("orgdetail.delete"), Icon: ui.IconTrash, Danger: true, OnSelect: func(app.Context) { o.delete.show(c) }}
		if c.Owner {
			item.Disabled = ui.T("orgdetail.delete_owner")
		}
		items = append(items, item)
	}
	if len(items) == 0 {
		return app.Span().Class("hint").Text("–")
	}
	return &ui.Menu{ID: "acts-" + string(c.ID), Label: ui.T("orgpage.acts"), Name: ui.T("orgpage.acts_for", "name", contactName(c)), Icon: ui.IconEllipsis,
		IconOnly: true, Kind: ui.Quiet, Items: items}
}
