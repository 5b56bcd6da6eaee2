package pages

import (
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/code"
	"countersign/shared/contact"
	"countersign/shared/field"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

const contactCodeID = "contact-code"

// renderFields is the tab Custom Fields: the contact's own Phone/Chat Code, whether they may ask for work by phone and
// chat, and what else the provider asks of contacts (C07).
func (d *contactDialog) renderFields() []app.UI {
	parts := []app.UI{d.renderCode(), d.renderAuthority()}
	if d.readOnly() {
		if terms := fieldTerms(d.fields.Fields, true, d.card.Fields); len(terms) > 0 {
			parts = append(parts, &ui.Description{Terms: terms})
		}
		return parts
	}
	return append(parts, fieldInputs{Prefix: "contact-field-", Defined: d.fields.Fields, OnContact: true, Values: d.draft.Fields, Errors: d.errors,
		OnChange: func(key, v string) {
			d.draft.Fields[key] = v
			if v == "" && d.before().Fields[key] == "" {
				delete(d.draft.Fields, key)
			}
			delete(d.errors, "fields."+key)
			d.problem = ""
		}}.render()...)
}

// hasCode reports whether the provider has contacts carry codes at all.
func (d *contactDialog) hasCode() bool {
	for _, f := range d.fields.Fields {
		if f.Key == field.CodeKey {
			return f.Active && f.OnContact
		}
	}
	return true
}

func (d *contactDialog) codeField() codeField {
	c := &d.draft
	f := codeField{ID: contactCodeID, Label: codeLabel(d.fields.Fields), At: d.page.At, Ctx: d.page.ctx, Contact: c.ID, Set: d.card.Code.Set, Fixed: d.codeFixed(),
		About: aboutHere(d.page.At, code.Subject{ID: string(c.ID), Names: []string{c.Name}, Companies: []string{c.Company}, Emails: []string{c.Email},
			Phones: []string{c.Phone}, Postcode: c.Address.Postcode, Street: c.Address.Street})}
	return f
}

// codeFixed is why the code can't be set, "" when it can.
func (d *contactDialog) codeFixed() string {
	a := d.actor()
	switch why := d.fixed(); {
	case a.Support:
		return ui.T("code.never_support")
	case why != "":
		return why
	case !d.draft.Active:
		return ui.T("contact.error.code_inactive")
	case !a.Rights.Has(perm.ContactsUpdate):
		return ui.T("error.forbidden")
	case d.draft.ID != "" && d.draft.ID == a.Contact && contact.SetsOwnCode(a.Rights):
		return ""
	}
	return guardText(a.MayEnable(&d.draft))
}

func (d *contactDialog) codeShow() codeShow {
	c := codeShow{ID: "contact-code-shown", Label: codeLabel(d.fields.Fields), At: d.page.At, Ctx: d.page.ctx}
	if mayViewAs(d.page.At) { // the owner: nobody else reads another's code
		c.Fetch = fetchCode(d.page.ctx, d.page.At, api.RevealContactCode, d.in())
	}
	return c
}

// renderLarge is the dialog of the revealed code in large type.
func (d *contactDialog) renderLarge() app.UI {
	if !d.open {
		return &ui.Dialog{ID: "contact-code-shown-dialog"}
	}
	return d.shown.renderLarge(d.codeShow())
}

// renderCode is the state of the code and its input; the code itself is seen by the owner alone, for a minute.
func (d *contactDialog) renderCode() app.UI {
	if !d.hasCode() {
		return slot(nil)
	}
	state := d.card.Code
	parts := []app.UI{slot(nil), slot(codeTrouble(state)), slot(nil), slot(nil), slot(nil)}
	if state.Set {
		parts[0] = slot(d.shown.render(d.codeShow()))
		parts[2] = slot(ui.Hint(codeFacts(state)))
	}
	if !d.readOnly() {
		parts[3] = slot(d.code.render(d.codeField()))
	} else if !state.Set && !state.Void {
		parts[3] = slot(ui.Hint(ui.T("code.none_view")))
	}
	if d.code.value != "" {
		parts[4] = app.Div().ID("contact-let-know").Body(&ui.Banner{Tone: ui.Info, Text: ui.T("contact.let_know", "name", d.firstName())})
	}
	return app.Div().Class("code-part").Body(parts...)
}

// renderAuthority is the tick that lets a verified contact ask for work; a code that is given proposes it.
func (d *contactDialog) renderAuthority() app.UI {
	after := d.draft
	after.PhoneChatAuthority = !after.PhoneChatAuthority
	why := d.permissionsFixed()
	if why == "" {
		why = d.barred(d.before(), &after)
	}
	set := func(ctx app.Context, on bool) {
		d.draft.PhoneChatAuthority = on
		d.changed(ctx)
	}
	if d.readOnly() {
		why = ui.T("contact.authority_hint") // the reason stands above
	}
	proposal := app.UI(nil)
	if d.code.value != "" && !d.draft.PhoneChatAuthority && !d.draft.Owner && why == "" {
		proposal = &ui.Banner{Tone: ui.Info, Text: ui.T("contact.authority_proposed", "name", d.firstName()), Actions: []app.UI{
			&ui.Button{ID: "contact-authority-propose", Label: ui.T("contact.authority_tick"), Small: true, OnClick: func(ctx app.Context, _ app.Event) {
				set(ctx, true)
				ui.FocusLater(ctx, "contact-authority")
			}}}}
	}
	return ui.Stack(
		&ui.Checkbox{ID: "contact-authority", Label: ui.T("contact.authority"), Hint: ui.T("contact.authority_hint"), Checked: d.draft.PhoneChatAuthority || d.draft.Owner,
			Error: d.errors["phone_chat_authority"], Disabled: why, OnChange: set},
		slot(proposal),
	)
}
