package pages

import (
	"maps"
	"slices"
	"strings"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/contact"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// The tabs of the dialog, by their ids.
const (
	tabDetails        = "details"
	tabAccess         = "access"
	tabPermissions    = "permissions"
	tabFields         = "fields"
	tabCorrespondence = "correspondence"
)

// contactDialog shows one contact in five tabs and saves what was changed in all of them at once.
type contactDialog struct {
	page   *Contacts
	open   bool
	isNew  bool
	card   api.Card        // as the server gave it; for a new contact the zero card
	blank  contact.Contact // what a new contact starts from
	draft  contact.Contact // what the tabs edit; its Overrides, Roles and Fields are never shared with card's
	theirs *api.Card       // as somebody else has saved it meanwhile, until the person has chosen
	fields *api.Fields
	tab    string

	permissions permissionsTab
	countries   []ui.Option
	way         api.Way
	password    givenPassword
	code        codeInput
	shown       shownCode

	busy    bool
	act     string // one that takes effect at once: "resend", "cancel"
	said    string // what the last of them came to
	errors  map[string]string
	problem string
}

// show opens the dialog with a contact, or for a new one when card is nil.
func (d *contactDialog) show(page *Contacts, card *api.Card) {
	d.close()
	*d = contactDialog{page: page, open: true, fields: &page.fields.value, tab: tabDetails, way: api.ByInvitation, countries: countries()}
	if card != nil {
		d.card = *card
	} else {
		d.isNew = true
		d.blank = contact.Contact{Kind: contact.Individual, Locale: string(ui.Locale()), Active: true}
	}
	d.draft = cloneContact(d.before())
}

// close forgets all that was typed or revealed.
func (d *contactDialog) close() {
	d.shown.hide()
	*d = contactDialog{}
}

// before is what the draft is compared with.
func (d *contactDialog) before() *contact.Contact {
	if d.isNew {
		return &d.blank
	}
	return &d.card.Contact
}

func cloneContact(c *contact.Contact) contact.Contact {
	out := *c
	out.Roles, out.Overrides, out.Fields = slices.Clone(c.Roles), maps.Clone(c.Overrides), maps.Clone(c.Fields)
	if out.Fields == nil {
		out.Fields = map[string]string{}
	}
	if out.Overrides == nil {
		out.Overrides = perm.Overrides{}
	}
	return out
}

// actor is the person at the screen, as the guards see them.
func (d *contactDialog) actor() contact.Actor {
	m, _ := d.page.At.Member()
	a := contact.Actor{Contact: m.Contact, Owner: m.Owner, Support: d.page.At.As == api.AsSupport, Authority: m.Authority}
	for _, r := range m.Rights {
		if r.Known() { // a newer server may know more
			a.Rights |= perm.Of(r)
		}
	}
	return a
}

// fixed is why nothing can be saved, "" when something can.
func (d *contactDialog) fixed() string {
	need := perm.ContactsUpdate
	if d.isNew {
		need = perm.ContactsCreate
	}
	switch m, _ := d.page.At.Member(); {
	case d.page.At.Eyes != "":
		return ui.T("view_as.error.read_only")
	case !d.page.At.Can(need):
		return ui.T("profile.lead_view", "owner", m.OwnerName)
	case d.isNew:
		return ""
	}
	return guardText(d.actor().MayChange(&d.card.Contact))
}

// barred is why the permissions may not become those of after, "" when they may.
func (d *contactDialog) barred(before, after *contact.Contact) string {
	if why := d.fixed(); why != "" {
		return why
	}
	return guardText(d.actor().MayPermit(before, after))
}

// changed is to be called after each change of the draft: what the server said of it holds no more.
func (d *contactDialog) changed(app.Context) { d.problem = "" }

// readOnly reports whether the dialog only shows. What was typed before the right was lost stays in its fields.
func (d *contactDialog) readOnly() bool { return d.fixed() != "" && d.unsaved() == 0 }

// cannotSave is the reason in the button, "" when it works.
func (d *contactDialog) cannotSave() string {
	switch {
	case d.fixed() != "":
		return ui.T("profile.right_gone")
	case d.theirs != nil:
		return ui.T("profile.choose_first")
	}
	return offlineReason(d.page.At)
}

// name is how the contact is called in the head of the dialog.
func (d *contactDialog) name() string {
	row := api.ContactRow{Name: d.card.Name, Company: d.card.Company, Email: d.card.Email}
	return contactName(&row)
}

// firstName is how a sentence speaks of the contact.
func (d *contactDialog) firstName() string {
	name := strings.TrimSpace(d.draft.Name)
	if first, _, ok := strings.Cut(name, " "); ok && d.draft.Kind == contact.Individual {
		return first
	}
	if name == "" {
		return ui.T("contact.this_person")
	}
	return name
}

func (d *contactDialog) render(page *Contacts) app.UI {
	w := &ui.Dialog{ID: "contact-dialog", Open: d.open, Size: ui.Wide}
	if !d.open {
		return w
	}
	d.page = page
	readOnly, n := d.readOnly(), d.unsaved()
	w.Title, w.Dirty = ui.T("contact.edit_name", "name", d.name()), n > 0
	switch {
	case d.isNew:
		w.Title = ui.T("contact.new")
	case readOnly:
		w.Title, w.Cancel = ui.T("contact.view_name", "name", d.name()), ui.T("ui.close")
	}
	if d.card.Type != "" {
		w.Lead = typeName(d.card.Type)
	}
	if n > 0 {
		w.Status = ui.T("contact.unsaved", "n", n)
	}
	w.OnClose = func(app.Context) { d.close() }
	w.OnSubmit = d.save
	w.Tabs, w.Body = d.renderTabs, d.renderBody
	w.Actions = func() []app.UI { return d.renderActions(readOnly) }
	return w
}

func (d *contactDialog) renderActions(readOnly bool) []app.UI {
	if readOnly {
		return nil
	}
	label := ui.T("contact.update")
	if d.isNew {
		label = ui.T("contact.save")
	}
	return []app.UI{&ui.Button{ID: "contact-save", Label: label, Kind: ui.Primary, Submit: true, Busy: d.busy, Disabled: d.cannotSave()}}
}

func (d *contactDialog) renderTabs() app.UI {
	var tabs []ui.Tab
	for _, t := range []string{tabDetails, tabAccess, tabPermissions, tabFields, tabCorrespondence} {
		tabs = append(tabs, ui.Tab{ID: t, Label: ui.T("contact.tab." + t)})
	}
	return &ui.Tabs{ID: "contact-tabs", Label: ui.T("contact.tabs"), Tabs: tabs, Selected: d.tab, OnSelect: func(ctx app.Context, t string) {
		d.tab, d.said = t, ""
		ctx.Defer(func(app.Context) { ui.SetProperty("contact-dialog-body", "scrollTop", 0) })
	}}
}

func (d *contactDialog) renderBody() []app.UI {
	fixed := app.UI(nil)
	if why := d.fixed(); why != "" {
		fixed = &ui.Banner{Tone: ui.Info, Icon: ui.IconLock, Text: why}
	}
	return []app.UI{
		d.renderTheirs(),
		slot(formError(d.problem)),
		slot(fixed),
		ui.TabPanel("contact-tabs", d.tab, ui.Stack(d.renderTab()...)),
	}
}

func (d *contactDialog) renderTab() []app.UI {
	switch d.tab {
	case tabAccess:
		return d.renderAccess()
	case tabPermissions:
		return d.renderPermissions()
	case tabFields:
		return d.renderFields()
	case tabCorrespondence:
		return d.renderCorrespondence()
	}
	return d.renderDetails()
}

// mayViewAs reports whether the person may see the portal with the eyes of others: the owner may.
func mayViewAs(at client.Seat) bool {
	return at.As == api.AsCustomer && at.Eyes == "" && at.Can(perm.OwnershipTransfer)
}
