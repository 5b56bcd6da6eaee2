//go:build !js

package pages

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"countersign/app/ui"
	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/contact"
	"countersign/shared/i18n"
	"countersign/shared/perm"

	"github.com/google/go-cmp/cmp"
	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

func contactsOf(t *testing.T, w *backendtest.World, who *backendtest.Persona, query url.Values) (*visitor, *Contacts) {
	t.Helper()
	v := visitAs(t, w, who)
	at := v.seat(pageContacts)
	at.Query = query.Encode()
	c := &Contacts{At: at}
	v.open(c)
	return v, c
}

// edited opens the dialog of a contact.
func edited(v *visitor, c *Contacts, of *backendtest.Persona) *contactDialog {
	v.t.Helper()
	v.do(c.ctx, func() { c.edit(of.Contact) })
	v.wait()
	if !c.dialog.open || c.dialog.card.ID != of.Contact {
		v.t.Fatalf("the dialog of %s is not open", of.Name)
	}
	return &c.dialog
}

func stored(t *testing.T, w *backendtest.World, of *backendtest.Persona) api.Card {
	t.Helper()
	return ask(t, w.As(w.Marie), api.GetContact, api.ContactIn{Org: api.Org{Org: w.Acme}, Contact: of.Contact})
}

// K02, K09: the list says who is there and how contacts go; what the person may not do is not offered.
func TestContacts_list_offers_what_is_permitted(t *testing.T) {
	w := backendtest.New(t)
	v, _ := contactsOf(t, w, w.Marie, nil)
	v.says("+ Contact", "Marie Dubois Owner", "Paul Noir", "4 of 4 contacts", "Contacts can’t be deleted here. Deactivate the contact, or ask the Support team.")
	v, c := contactsOf(t, w, w.Paul, nil)
	v.says("Paul Noir", "View")
	v.saysNot("+ Contact", "Edit")
	edited(v, c, w.Jonas)
	v.says("You can view this. Marie Dubois or another account administrator can change it.")
	v.saysNot("Update")
	if shown := v.wait(); strings.Contains(shown, `id="contact-name"`) || strings.Contains(shown, `id="contact-save"`) {
		t.Error("a reader is offered to change a contact")
	}
}

// The filters stand in the address; a list that they empty says so.
func TestContacts_filters_stand_in_the_address(t *testing.T) {
	w := backendtest.New(t)
	v, c := contactsOf(t, w, w.Marie, url.Values{"q": {"noir"}, "access": {"active"}, "active": {"yes"}})
	if len(c.rows) != 1 || c.rows[0].ID != w.Paul.Contact {
		t.Errorf("found %d", len(c.rows))
	}
	v.saysNot("Jonas Meier")
	v, _ = contactsOf(t, w, w.Marie, url.Values{"type": {"legal"}})
	v.says("No contact matches", "Clear filters")
}

// K08, K06: a contact is changed in several tabs and saved at once, with the count of what changes and the words after it.
func TestContactDialog_saves_all_tabs_at_once(t *testing.T) {
	w := backendtest.New(t)
	v, c := contactsOf(t, w, w.Marie, nil)
	d := edited(v, c, w.Paul)
	v.do(c.ctx, func() {
		d.draft.Type = contact.Webmaster
		d.draft.Phone = "+33 1 99 00 10 50"
	})
	v.says("2 unsaved changes", "Webmasters, web designers and web developers need “Manage subscriptions/services”.")
	if unsent := v.session.Unsent(); len(unsent) == 0 {
		t.Error("leaving would lose what was typed without a word")
	}
	v.do(c.ctx, func() {
		d.setRole(c.ctx, perm.Services, true)
		d.setCell(c.ctx, perm.ProfileUpdate, perm.Allow)
	})
	v.says("5 unsaved changes") // the cell brings its view along
	v.saysNot("need “Manage subscriptions/services”")
	v.do(c.ctx, func() { d.save(c.ctx) })
	v.says("Success: Contact updated.")
	if c.dialog.open || len(v.session.Unsent()) > 0 {
		t.Error("the dialog is still there")
	}
	got := stored(t, w, w.Paul)
	if got.Type != contact.Webmaster || got.Phone != "+33 1 99 00 10 50" || !slices.Equal(got.Roles, []perm.Role{perm.Services, perm.ReadOnly}) ||
		got.Overrides[perm.ProfileUpdate] != perm.Allow || got.Overrides[perm.ProfileView] != perm.Allow {
		t.Errorf("stored is %+v", got.Contact)
	}
}

// K02, K04: a new contact comes with an invitation, or with a password that both fields agree on.
func TestContactDialog_creates(t *testing.T) {
	w := backendtest.New(t)
	v, c := contactsOf(t, w, w.Marie, nil)
	v.do(c.ctx, func() { c.dialog.show(c, nil) })
	d := &c.dialog
	v.says("New contact", "Save")
	v.do(c.ctx, func() {
		d.draft.Access = true
		d.save(c.ctx)
	})
	if d.errors["name"] == "" || d.errors["email"] == "" || d.tab != tabDetails {
		t.Errorf("without name and e-mail: %v in tab %s", d.errors, d.tab)
	}
	v.do(c.ctx, func() {
		d.draft.Name, d.draft.Email, d.way = "Jane Poe", "jane@acme.example", api.ByPassword
		d.password.text, d.password.again = newPassword(), "another"
		d.save(c.ctx)
	})
	if d.errors["password_again"] == "" || d.tab != tabAccess {
		t.Errorf("with two passwords: %v in tab %s", d.errors, d.tab)
	}
	v.do(c.ctx, func() {
		d.password.again = d.password.text
		d.save(c.ctx)
	})
	v.says("Success: Contact created.", "Jane Poe")
	for _, r := range c.rows {
		if r.Name == "Jane Poe" && r.State != contact.CanEnter {
			t.Errorf("the access is %q", r.State)
		}
	}
	if c.dialog.password.text != "" {
		t.Error("the password is kept")
	}
}

// What the server refuses lands at its field, in a tab that is opened.
func TestContactDialog_takes_the_person_to_the_wrong_field(t *testing.T) {
	w := backendtest.New(t)
	v, c := contactsOf(t, w, w.Marie, nil)
	d := edited(v, c, w.Paul)
	v.do(c.ctx, func() {
		d.tab, d.draft.Phone = tabCorrespondence, "call me"
		d.save(c.ctx)
	})
	v.says("Enter a phone number, such as")
	if d.tab != tabDetails || d.errors["phone"] == "" || !d.open || d.busy {
		t.Errorf("tab %s, %v", d.tab, d.errors)
	}
}

// What somebody else saved meanwhile is shown, and kept where only the other has changed it.
func TestContactDialog_merges_with_what_others_saved(t *testing.T) {
	w := backendtest.New(t)
	v, c := contactsOf(t, w, w.Marie, nil)
	d := edited(v, c, w.Paul)
	v.do(c.ctx, func() { d.draft.Phone = "+33 1 99 00 10 50" })

	card := stored(t, w, w.Paul)
	in := api.UpdateContactIn{ContactIn: api.ContactIn{Org: api.Org{Org: w.Acme}, Contact: w.Paul.Contact}}
	in.Body.ContactBody = api.ContactBody{Kind: card.Kind, Name: card.Name, Email: card.Email, Locale: card.Locale, Active: true, Access: true,
		Roles: card.Roles, Company: "Noir & Fils"}
	in.Body.Version = card.Version
	ask(t, w.As(w.Jonas), api.UpdateContact, in)

	v.do(c.ctx, func() { d.save(c.ctx) })
	v.says("Jonas Meier changed this", "See change", "Keep mine")
	if d.cannotSave() == "" {
		t.Error("saving again would not ask")
	}
	v.do(c.ctx, func() { d.keep(*d.theirs) })
	v.says("1 unsaved change")
	v.do(c.ctx, func() { d.save(c.ctx) })
	v.says("Success: Contact updated.")
	if got := stored(t, w, w.Paul); got.Company != "Noir & Fils" || got.Phone != "+33 1 99 00 10 50" {
		t.Errorf("stored is %+v", got.Contact)
	}
}

// K11: what a guard would refuse is not offered, with the guard's reason beside it.
func TestContactDialog_says_what_a_guard_refuses(t *testing.T) {
	w := backendtest.New(t)
	v, c := contactsOf(t, w, w.Jonas, nil)
	edited(v, c, w.Marie)
	v.says("Only the owner can change the owner’s own data.")
	if c.dialog.fixed() == "" || strings.Contains(v.wait(), `id="contact-save"`) {
		t.Error("the owner's contact can be saved")
	}
	d := edited(v, c, w.Jonas)
	v.do(c.ctx, func() { d.tab = tabAccess })
	v.says("You can’t deactivate yourself or take away your own access.", "You can’t change your own permissions.")
	d = edited(v, c, w.Paul)
	v.do(c.ctx, func() { d.tab = tabAccess })
	v.says("Support approver Approves remote support and significant changes, and may invite support. You can’t allow what you may not do yourself.")
	d = edited(v, c, w.Nadia)
	v.do(c.ctx, func() { d.tab = tabFields })
	v.says("Nadia Benali may do more than you.")
}

// K10: before a contact is deactivated, the dialog says what ends and what comes back.
func TestContactDialog_says_what_a_deactivation_stops(t *testing.T) {
	w := backendtest.New(t)
	w.As(w.Paul) // signs in
	v, c := contactsOf(t, w, w.Marie, nil)
	d := edited(v, c, w.Paul)
	v.saysNot("this stops at once")
	v.do(c.ctx, func() { d.draft.Active = false })
	v.says("When you save, this stops at once:", "1 open sign-in.", "Mails to this contact.", "Ticking it again restores the permissions; a new code is needed.")
}

// C07, C05, C10: a code for a contact comes with the warning and the reminder, proposes the authority, and is handed to
// nobody as unsent text; closing forgets it.
func TestContactDialog_sets_a_code(t *testing.T) {
	w := backendtest.New(t)
	v, c := contactsOf(t, w, w.Marie, nil)
	d := edited(v, c, w.Paul)
	v.do(c.ctx, func() { d.tab, d.code.value = tabFields, ownCode })
	v.says("Let Paul know the code.", "Only give access to codes to people approved", "Paul needs phone/chat authority")
	for _, u := range v.session.Unsent() {
		if strings.Contains(u.Text, ownCode) {
			t.Error("the code would be offered as unsent text")
		}
	}
	v.do(c.ctx, func() {
		d.draft.PhoneChatAuthority = true
		d.save(c.ctx)
	})
	v.says("Success: Contact updated.")
	if c.dialog.code.value != "" {
		t.Error("the code is kept")
	}
	got := stored(t, w, w.Paul)
	if !got.Code.Set || !got.PhoneChatAuthority {
		t.Errorf("stored: code %v, authority %v", got.Code.Set, got.PhoneChatAuthority)
	}
	v, c = contactsOf(t, w, w.Jonas, nil)
	d = edited(v, c, w.Paul)
	v.do(c.ctx, func() { d.tab = tabFields })
	v.says("Hidden")
	v.saysNot("Reveal", ownCode)
}

// An invitation is sent again and made useless at once, without saving.
func TestContactDialog_renews_an_invitation(t *testing.T) {
	w := backendtest.New(t)
	in := api.CreateContactIn{Org: api.Org{Org: w.Acme}}
	in.Body.Kind, in.Body.Name, in.Body.Email, in.Body.Locale, in.Body.Active, in.Body.Access = contact.Individual, "Wanda Fischer", "wanda@acme.example", "en", true, true
	wanda := ask(t, w.As(w.Marie), api.CreateContact, in)
	v, c := contactsOf(t, w, w.Marie, nil)
	d := edited(v, c, &backendtest.Persona{Name: wanda.Name, Contact: wanda.ID})
	v.do(c.ctx, func() { d.tab = tabAccess })
	v.says("by Marie Dubois. The link works", "Resend", "Cancel invitation")
	v.do(c.ctx, func() { d.invitation("cancel") })
	v.says("works no more")
	if d.card.State != contact.Expired {
		t.Errorf("the access is %q", d.card.State)
	}
	v.do(c.ctx, func() { d.invitation("resend") })
	v.says("The link works")
	if d.card.State != contact.Invited || d.unsaved() != 0 {
		t.Errorf("the access is %q, %d unsaved", d.card.State, d.unsaved())
	}
}

// Mine goes onto theirs where I changed something, and nowhere else.
func TestRebase(t *testing.T) {
	base := contact.Contact{Name: "Paul", Email: "paul@x.example", Roles: []perm.Role{perm.Tickets, perm.ReadOnly}, Active: true,
		Overrides: perm.Overrides{perm.AuditView: perm.Deny, perm.InvoicesView: perm.Allow}, Fields: map[string]string{"room": "1", "plan": "Basic"}}
	mine, theirs := cloneContact(&base), cloneContact(&base)
	mine.Name, mine.Roles, mine.Fields["room"] = "Paul Noir", []perm.Role{perm.Tickets}, "2"
	delete(mine.Overrides, perm.AuditView)
	theirs.Email, theirs.Roles, theirs.Fields["plan"], theirs.Active = "paul@y.example", []perm.Role{perm.Tickets, perm.Billing, perm.ReadOnly}, "Plus", false
	theirs.Overrides[perm.InvoicesView] = perm.Deny
	got := rebase(&base, &mine, &theirs)
	want := contact.Contact{Name: "Paul Noir", Email: "paul@y.example", Roles: []perm.Role{perm.Tickets, perm.Billing},
		Overrides: perm.Overrides{perm.InvoicesView: perm.Deny}, Fields: map[string]string{"room": "2", "plan": "Plus"}}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if n := contactChanges(&theirs, &got); n != 4 {
		t.Errorf("%d changes are left, want 4", n)
	}
}

// K04: a generated password passes the policy by its length and is another each time.
func TestNewPassword(t *testing.T) {
	a, b := newPassword(), newPassword()
	if len(a) < 20 || a == b || strings.Trim(a, "abcdefghijklmnopqrstuvwxyz234567-") != "" {
		t.Errorf("%q and %q", a, b)
	}
}

// Two entries of the menu lead to the list, and only the one that was taken is marked.
func TestContacts_menu_marks_one_entry(t *testing.T) {
	w := backendtest.New(t)
	v := visitAs(t, w, w.Marie)
	for _, page := range []string{pageContacts, pageManageContacts} {
		var marked []string
		for _, g := range menu(v.seat(page), page, 0) {
			for _, i := range g.Items {
				if i.Current {
					marked = append(marked, i.Href)
				}
			}
		}
		if want := []string{v.seat(page).Href(page)}; !slices.Equal(marked, want) {
			t.Errorf("%s: marked are %v", page, marked)
		}
		if s, ok := findScreen(v.seat(page).Place); !ok || ui.T(s.title) == "" {
			t.Errorf("%s is no page", page)
		}
	}
}

// K04: that the login name needs an e-mail is advice until the person has tried to save without one.
func TestContactDialog_asks_for_an_email_before_it_complains(t *testing.T) {
	w := backendtest.New(t)
	v, c := contactsOf(t, w, w.Marie, nil)
	v.do(c.ctx, func() { c.dialog.show(c, nil) })
	d := &c.dialog
	v.do(c.ctx, func() { d.draft.Name, d.draft.Access, d.tab = "Jane Poe", true, tabAccess })
	v.says("Enter an e-mail in the tab Details")
	if strings.Contains(v.wait(), "aria-invalid") {
		t.Error("a field is wrong before anything was tried")
	}
	v.do(c.ctx, func() {
		d.save(c.ctx)
		d.tab = tabAccess
	})
	v.says("Enter an e-mail in the tab Details")
	if !strings.Contains(v.wait(), "aria-invalid") {
		t.Error("after the try nothing is marked")
	}
}

// K07: the count of a group agrees with how many rights are allowed.
func TestPermissionMatrix_counts_in_words_that_agree(t *testing.T) {
	one := contact.Contact{Active: true, Access: true, Overrides: perm.Overrides{perm.ProfileView: perm.Allow}}
	two := contact.Contact{Active: true, Access: true, Overrides: perm.Overrides{perm.ProfileView: perm.Allow, perm.ProfileUpdate: perm.Allow}}
	inLanguage(t, i18n.FR)
	for _, c := range []struct {
		of   contact.Contact
		says string
	}{{one, `>1 sur \d+ autorisé<`}, {two, `>2 sur \d+ autorisés<`}} {
		m := permissionMatrix{Contact: &c.of, State: &permissionsTab{}}
		if html := app.HTMLString(m.render()); !regexp.MustCompile(c.says).MatchString(html) {
			t.Errorf("no %s in:\n%s", c.says, html)
		}
	}
}
