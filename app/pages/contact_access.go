package pages

import (
	"cmp"
	"slices"
	"strings"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/contact"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// renderAccess is the tab Access rights: the way in and the roles (K04, K05).
func (d *contactDialog) renderAccess() []app.UI {
	c, fixed := &d.draft, d.accessFixed()
	if d.readOnly() {
		fixed = ui.T("contact.access_hint") // the reason stands above
	}
	return []app.UI{
		ui.Stack(
			&ui.Checkbox{ID: "contact-access", Label: ui.T("contact.access"), Hint: ui.T("contact.access_hint"), Checked: c.Access, Error: d.errors["access"],
				Disabled: fixed, OnChange: func(ctx app.Context, on bool) {
					c.Access = on
					d.changed(ctx)
					ui.BringIntoView(ctx, "contact-stops")
				}},
			slot(d.renderStops(d.before().Access && d.before().Active && !c.Access, false)),
		),
		slot(d.renderWay()),
		d.renderRoles(),
		slot(d.renderViewAs()),
	}
}

// renderViewAs leads the owner to the portal as the stored contact sees it; nil when there is no such way.
func (d *contactDialog) renderViewAs() app.UI {
	if d.isNew || d.card.Owner || !mayViewAs(d.page.At) || d.unsaved() > 0 {
		return nil
	}
	return ui.Row(&ui.Button{ID: "contact-view-as", Label: ui.T("view_as.open"), Icon: ui.IconEye, Href: viewAsHref(d.page.At, d.card.ID)})
}

// accessFixed is why the access authorisation can't be ticked or unticked.
func (d *contactDialog) accessFixed() string {
	if why := d.fixed(); why != "" {
		return why
	}
	a := d.actor()
	if !d.isNew {
		if why := guardText(a.MaySwitch(&d.card.Contact)); why != "" {
			return why
		}
	}
	if !d.before().Access {
		return guardText(a.MayEnable(&d.draft))
	}
	return ""
}

// linked reports whether the contact has a sign-in that stays theirs.
func (d *contactDialog) linked() bool { return d.card.State == contact.CanEnter && !d.moved() }

// choosesWay reports whether saving can give a way in, so that the person chooses which.
func (d *contactDialog) choosesWay() bool {
	return d.draft.Access && d.draft.Active && !d.linked() && d.accessFixed() == "" && guardText(d.actor().MayEnable(&d.draft)) == ""
}

// byPassword reports whether the access is given by a password that is chosen here.
func (d *contactDialog) byPassword() bool { return d.way == api.ByPassword && d.choosesWay() }

// renderWay is the login name and how it comes into the contact's hands; nil without access.
func (d *contactDialog) renderWay() app.UI {
	if !d.draft.Access {
		return nil
	}
	login := &ui.Field{ID: "contact-login", Label: ui.T("contact.login"), Value: d.draft.Email, ReadOnly: true, Hint: ui.T("contact.login_hint")}
	if d.draft.Email == "" {
		login.Hint = ui.T("contact.login_missing")
		if d.errors["email"] != "" { // Save was tried
			login.Error = login.Hint
		}
	}
	parts := []app.UI{login}
	switch {
	case !d.draft.Active:
		parts = append(parts, ui.Hint(ui.T("contact.access_waits")))
	case d.linked():
		text := ui.T("contact.never_signed_in")
		if !d.card.LastSignIn.IsZero() {
			text = ui.T("contact.last_sign_in", "when", momentInText(d.card.LastSignIn))
		}
		parts = append(parts, ui.Hint(text))
	default:
		parts = append(parts, slot(d.renderInvitation()))
		if d.choosesWay() {
			parts = append(parts, &ui.RadioGroup{ID: "contact-way", Label: ui.T("contact.way"), Value: string(d.way), Error: d.errors["way"], Choices: []ui.Choice{
				{Value: string(api.ByInvitation), Label: ui.T("contact.way.invitation"), Hint: ui.T("contact.way.invitation_hint")},
				{Value: string(api.ByPassword), Label: ui.T("contact.way.password"), Hint: ui.T("contact.way.password_hint")},
			}, OnChange: func(ctx app.Context, v string) {
				d.way = api.Way(v)
				delete(d.errors, "way")
				d.changed(ctx)
			}}, slot(d.renderPassword()))
		}
	}
	return ui.Stack(parts...)
}

// renderInvitation says how far the stored contact's invitation has come; nil when there can be none.
func (d *contactDialog) renderInvitation() app.UI {
	if d.isNew || !d.card.Access || !d.card.Active || d.card.State == contact.CanEnter || d.moved() {
		return nil
	}
	text, open := ui.T("contact.invitation_none"), false
	if i := d.card.Invitation; i != nil {
		if open = i.Open; open {
			text = ui.T("contact.invited", "day", date(i.SentAt), "name", i.By, "until", until(i.ExpiresAt))
		} else {
			text = ui.T("contact.invitation_over", "day", date(i.SentAt))
		}
	}
	tone := ui.Warn
	if open {
		tone = ui.Info
	}
	banner := &ui.Banner{Tone: tone, Icon: ui.IconMail, Text: text}
	if d.fixed() == "" {
		a := d.actor()
		why := cmp.Or(guardText(a.MayEnable(&d.card.Contact)), offlineReason(d.page.At))
		banner.Actions = []app.UI{&ui.Button{ID: "invitation-resend", Label: ui.T("contact.resend"), Icon: ui.IconSend, Small: true, Busy: d.act == "resend", Disabled: why,
			OnClick: func(app.Context, app.Event) { d.invitation("resend") }}}
		if open {
			why = offlineReason(d.page.At)
			if a.Support {
				why = ui.T("support.error.barred")
			}
			banner.Actions = append(banner.Actions, &ui.Button{ID: "invitation-cancel", Label: ui.T("contact.cancel_invitation"), Small: true, Busy: d.act == "cancel", Disabled: why,
				OnClick: func(app.Context, app.Event) { d.invitation("cancel") }})
		}
	}
	said := app.UI(nil)
	if d.said != "" {
		said = &ui.Banner{Tone: ui.OK, Text: d.said}
	}
	return app.Div().ID("contact-invitation").Class("stack").Body(banner, slot(said))
}

// invitation sends the stored contact's invitation again, or makes it useless: at once, whatever else is typed.
func (d *contactDialog) invitation(act string) {
	if d.act != "" {
		return
	}
	d.act, d.said = act, ""
	ep, which, page := api.ResendInvitation, d.card.ID, d.page
	text := ui.T("contact.resent", "email", d.card.Email)
	if act == "cancel" {
		ep, text = api.CancelInvitation, ui.T("contact.invitation_cancelled")
	}
	client.Call(page.ctx, page.At.Session, ep, d.in(), func(ctx app.Context, card api.Card, err error) {
		if d.open && d.card.ID == which {
			d.act = ""
		}
		if err != nil {
			toastFailure(err)
			return
		}
		ui.Announce(text)
		if d.open && d.card.ID == which {
			d.take(ctx, card)
			d.said = text
			ui.FocusLater(ctx, "invitation-resend")
		}
		page.load(ctx, true)
	})
}

// givenPassword is a password that is chosen for a contact. It is sent once and kept nowhere.
type givenPassword struct {
	text, again string
	shown       bool
}

func (d *contactDialog) renderPassword() app.UI {
	if !d.byPassword() {
		return nil
	}
	p := &d.password
	field := func(id, path, label, hint string, value *string) app.UI {
		return &ui.Field{ID: id, Label: label, Kind: ui.Password, Value: *value, Hint: hint, Required: true, MaxLength: 512, Autocomplete: "new-password", Error: d.errors[path],
			Shown: p.shown, OnShow: func(_ app.Context, on bool) { p.shown = on },
			OnInput: func(ctx app.Context, v string) {
				*value = v
				delete(d.errors, path)
				d.changed(ctx)
			}}
	}
	return ui.Stack(
		ui.Grid(
			field("contact-password", "password", ui.T("contact.password"), ui.T("signin.new_password_hint"), &p.text),
			field("contact-password-again", "password_again", ui.T("contact.password_again"), "", &p.again),
		),
		ui.Row(&ui.Button{ID: "contact-generate", Label: ui.T("code.generate"), Icon: ui.IconRefresh, Small: true, OnClick: func(ctx app.Context, _ app.Event) {
			text := newPassword()
			*p = givenPassword{text: text, again: text, shown: true}
			delete(d.errors, "password")
			delete(d.errors, "password_again")
			d.changed(ctx)
		}}),
	)
}

// newPassword is 20 random letters and digits in groups of five: 100 bits, and nothing that looks alike.
func newPassword() string {
	const letters = "abcdefghijklmnopqrstuvwxyz234567" // base 32 of RFC 4648: each byte gives five bits
	b := make([]byte, 20)
	randomBytes(b)
	for i := range b {
		b[i] = letters[b[i]%32]
	}
	text := string(b)
	return strings.Join([]string{text[:5], text[5:10], text[10:15], text[15:]}, "-")
}

func roleLabel(r perm.Role) string { return ui.T("role." + string(r)) }

func (d *contactDialog) hasRole(r perm.Role) bool { return slices.Contains(d.draft.Roles, r) }

func (d *contactDialog) setRole(ctx app.Context, r perm.Role, on bool) {
	d.draft.Roles = withRole(d.draft.Roles, r, on)
	delete(d.errors, "roles")
	d.changed(ctx)
}

// renderRoles are ticks that add up, each with what it permits, and with the reason where the person may not tick it.
func (d *contactDialog) renderRoles() app.UI {
	why := d.permissionsFixed()
	ticks := []app.UI{app.Legend().Class("label").Text(ui.T("contact.roles"))}
	note := ui.T("contact.roles_hint")
	if why != "" && !d.readOnly() {
		note = why
	}
	ticks = append(ticks, ui.Hint(note))
	for _, r := range perm.Roles() {
		t := &ui.Checkbox{ID: "contact-role-" + string(r), Label: roleLabel(r), Hint: ui.T("role." + string(r) + ".text"), Checked: d.hasRole(r) || d.draft.Owner,
			OnChange: func(ctx app.Context, on bool) { d.setRole(ctx, r, on) }}
		if why != "" {
			t.Disabled = t.Hint // the reason stands above
		} else {
			after := d.draft
			after.Roles = withRole(after.Roles, r, !d.hasRole(r))
			if reason := d.barred(d.before(), &after); reason != "" {
				t.Disabled = t.Hint + " " + reason
			}
		}
		ticks = append(ticks, t)
	}
	group := app.FieldSet().ID("contact-roles").Class("radio-group", "roles").Body(ticks...)
	if text := d.errors["roles"]; text != "" {
		return ui.Stack(formError(text), group)
	}
	return ui.Stack(slot(nil), group)
}
