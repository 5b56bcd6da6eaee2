package pages

import (
	"slices"
	"strings"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/contact"
	"countersign/shared/errs"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// body is the draft as an update says it.
func (d *contactDialog) body() api.ContactBody {
	c := &d.draft
	b := api.ContactBody{Kind: c.Kind, Type: c.Type, Name: c.Name, Company: c.Company, Email: c.Email, Phone: c.Phone, Address: c.Address, Locale: c.Locale,
		Active: c.Active, Access: c.Access, Roles: c.Roles, Overrides: c.Overrides, PhoneChatAuthority: c.PhoneChatAuthority, TicketScope: c.TicketScope,
		Correspondence: c.Correspondence, Fields: c.Fields, Code: d.code.body()}
	if d.byPassword() {
		b.Way, b.Password = api.ByPassword, d.password.text
	}
	return b
}

// save sends all tabs at once.
func (d *contactDialog) save(ctx app.Context) {
	if d.busy || d.readOnly() || d.cannotSave() != "" {
		return
	}
	d.problem = ""
	if d.errors = d.missing(); len(d.errors) > 0 {
		d.openWrong(ctx)
		return
	}
	if !d.code.valid(d.codeField()) {
		d.tab = tabFields
		ui.FocusInvalid(ctx)
		return
	}
	d.busy = true
	page, which := d.page, d.card.ID
	done := func(ctx app.Context, err error) {
		if !d.open || d.card.ID != which {
			return
		}
		d.busy = false
		if err != nil {
			d.refused(ctx, err)
			return
		}
		text := ui.T("contact.updated")
		if d.isNew {
			text = ui.T("contact.created")
		}
		d.close()
		page.saved.say(ctx, text)
		page.load(ctx, true)
	}
	if d.isNew {
		client.Call(page.ctx, page.At.Session, api.CreateContact, api.CreateContactIn{Org: page.At.OrgIn(), Body: d.body()},
			func(ctx app.Context, _ api.Card, err error) { done(ctx, err) })
		return
	}
	in := api.UpdateContactIn{ContactIn: d.in()}
	in.Body.ContactBody, in.Body.Version = d.body(), d.card.Version
	client.Call(page.ctx, page.At.Session, api.UpdateContact, in, func(ctx app.Context, _ api.Card, err error) { done(ctx, err) })
}

func (d *contactDialog) in() api.ContactIn {
	return api.ContactIn{Org: d.page.At.OrgIn(), Contact: d.card.ID}
}

// missing is what can be said before the server is asked.
func (d *contactDialog) missing() map[string]string {
	wrong := map[string]string{}
	need := func(field, value string) {
		if strings.TrimSpace(value) == "" {
			wrong[field] = ui.T("shell.needed")
		}
	}
	if d.draft.Kind == contact.LegalEntity {
		need("company", d.draft.Company)
	} else {
		need("name", d.draft.Name)
	}
	if d.draft.Access && strings.TrimSpace(d.draft.Email) == "" {
		wrong["email"] = ui.T("contact.error.email_needed")
	}
	if d.byPassword() {
		need("password", d.password.text)
		if wrong["password"] == "" && d.password.text != d.password.again {
			wrong["password_again"] = ui.T("contact.password_differs")
		}
	}
	return wrong
}

// tabOf is the tab where a field of an update stands, "" for one that stands in none.
func tabOf(field string) string {
	first, _, _ := strings.Cut(field, ".")
	switch first {
	case "kind", "type", "name", "company", "email", "phone", "address", "locale", "active":
		return tabDetails
	case "access", "way", "password", "password_again", "roles":
		return tabAccess
	case "overrides", "ticket_scope":
		return tabPermissions
	case "fields", "code", "phone_chat_authority":
		return tabFields
	case "correspondence":
		return tabCorrespondence
	}
	return ""
}

// refused puts what the server said where it belongs, and takes the person there.
func (d *contactDialog) refused(ctx app.Context, err error) {
	f := client.Explain(err)
	if f.Code == errs.Conflict && f.State == "changed" {
		d.problem = f.Text
		d.refresh()
		return
	}
	d.errors = map[string]string{}
	for field, text := range f.Fields {
		if tabOf(field) != "" {
			d.errors[field] = text
		}
	}
	if text := d.errors["overrides"]; text != "" || len(d.errors) < len(f.Fields) || len(f.Fields) == 0 {
		d.problem = f.Text
	}
	for field, text := range d.errors {
		if strings.HasPrefix(field, "overrides") {
			d.problem = text // a cell has no place for a sentence of the server
		}
	}
	d.code.refused(ctx, d.errors, "code.code")
	if len(d.errors) > 0 {
		d.openWrong(ctx)
	}
}

// openWrong opens the first tab with something wrong, unless the one in view has it, and goes to the field.
func (d *contactDialog) openWrong(ctx app.Context) {
	var wrong []string
	for field := range d.errors {
		wrong = append(wrong, tabOf(field))
	}
	if !slices.Contains(wrong, d.tab) {
		for _, t := range []string{tabDetails, tabAccess, tabPermissions, tabFields, tabCorrespondence} {
			if slices.Contains(wrong, t) {
				d.tab = t
				break
			}
		}
	}
	ui.FocusInvalid(ctx)
}

// refresh asks what is stored now, after a poke or a conflict.
func (d *contactDialog) refresh() {
	if !d.open || d.isNew || d.busy {
		return
	}
	page, which := d.page, d.card.ID
	client.Load(page.ctx, page.At.Session, api.GetContact, d.in(), true, func(ctx app.Context, card api.Card, err error) {
		switch {
		case !d.open || d.isNew || d.card.ID != which:
		case client.CodeOf(err) == errs.NotFound:
			d.problem = ui.T("contact.gone")
		case err == nil:
			d.take(ctx, card)
		}
	})
}

// take shows what is stored now. Another version waits for the person's choice when something was changed here.
func (d *contactDialog) take(_ app.Context, card api.Card) {
	switch {
	case card.Version == d.card.Version: // the invitation, sign-ins or the code may be others
		d.card = card
	case d.unsaved() == 0:
		d.see(card)
	default:
		d.theirs, d.problem = &card, ""
	}
}

// see drops what was changed here.
func (d *contactDialog) see(card api.Card) {
	d.theirs, d.card, d.problem, d.errors = nil, card, "", nil
	d.draft = cloneContact(&card.Contact)
	d.code.clear()
	d.password = givenPassword{}
	d.way = api.ByInvitation
}

// keep puts what was changed here onto what is stored now.
func (d *contactDialog) keep(card api.Card) {
	d.draft = rebase(&d.card.Contact, &d.draft, &card.Contact)
	d.card, d.theirs = card, nil
}

func (d *contactDialog) renderTheirs() app.UI {
	if d.theirs == nil {
		return slot(nil)
	}
	card := *d.theirs
	text := ui.T("contact.error.changed")
	if card.ChangedBy != "" {
		text = ui.T("profile.theirs", "name", card.ChangedBy, "when", momentInText(card.ChangedAt))
	}
	return app.Div().Class("dialog-notice").Body(&ui.Banner{Tone: ui.Warn, Text: text, Alert: true, Actions: []app.UI{
		&ui.Button{ID: "see-theirs", Label: ui.T("profile.see_theirs"), Small: true, OnClick: func(ctx app.Context, _ app.Event) {
			d.see(card)
			ui.FocusLater(ctx, "contact-tabs-"+d.tab)
		}},
		&ui.Button{ID: "keep-mine", Label: ui.T("profile.keep_mine"), Small: true, OnClick: func(ctx app.Context, _ app.Event) {
			d.keep(card)
			ui.FocusLater(ctx, "contact-save")
		}},
	}})
}
