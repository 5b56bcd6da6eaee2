//go:build !js

package e2e

import (
	"strings"
	"testing"

	"countersign/app/uitest"
	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/i18n"
	"countersign/shared/perm"
)

// quoted are the texts that the requirements quote, as they stand there.
var quoted = map[i18n.Locale]map[string]string{
	i18n.EN: {"contact": "+ Contact", "edit": "Edit", "permissions": "Permissions", "fields": "Custom Fields", "profile": "Client Profile", "allow": "Allow",
		"save": "Save", "update": "Update", "updated": "Success: Contact updated.", "saveChanges": "Save Changes",
		"account": "Success: Account information updated.", "code": "Phone/Chat Code", "access": "Access authorisation", "manage": "Manage contacts",
		"services": "Manage subscriptions/services", "user": "User", "associated": "Associated Contacts", "new contact": "New Contact",
		"isolated": "Isolated", "global": "Global", "contact support": "Contact Support", "yes": "Yes", "reset": "Reset", "nobody": "Deactivated",
		"warning": "Only give access to codes to people approved to submit requests to the Support team. Requests may add costs."},
	i18n.FR: {"contact": "+ Contact", "edit": "Modifier", "permissions": "Autorisations", "fields": "Champs personnalisés", "profile": "Profil client",
		"allow": "Autoriser", "save": "Sauvegarder", "update": "Mettre à jour", "code": "Code téléphone/chat", "access": "Autorisation d’accès",
		"manage": "Gérer les contacts"},
}

// says is what the catalogue has for it; where the requirements quote it, that is what they quote.
func say(t *testing.T, l i18n.Locale, quote, key string, args ...any) string {
	t.Helper()
	text := l.T(key, args...)
	if want := quoted[l][quote]; want != "" && text != want {
		t.Errorf("%s: %s reads %q, the requirements quote %q", l, key, text, want)
	}
	return text
}

func inLanguages(t *testing.T, story func(*testing.T, i18n.Locale)) {
	for _, l := range []i18n.Locale{i18n.EN, i18n.FR} {
		t.Run(string(l), func(t *testing.T) { story(t, l) })
	}
}

// tab opens a tab of the contact's dialog.
func dialogTab(tab *uitest.Tab, name string) {
	tab.Click("#contact-tabs-" + name)
	tab.Wait(`document.getElementById("contact-tabs-` + name + `-panel")`)
	tab.Settle()
}

// K02, K03, K04, K05, K06, K08: a contact is created on the quoted path, with the role that its type needs and an
// invitation, accepts it, and is edited by the pencil.
func TestContacts_are_created_invited_and_edited(t *testing.T) {
	inLanguages(t, func(t *testing.T, l i18n.Locale) {
		s, w := play(t), words{lang: string(l)}
		owner := s.openIn(s.Marie, w.lang)
		press(owner, "nav", say(t, l, "manage", "nav.manage_contacts"))
		arrived(owner, "/o/"+string(s.Acme)+"/customer-data/contacts")
		looks(owner, w, "contacts")
		says(owner, "main", l.T("contacts.no_delete"))

		if got := strings.TrimSpace(owner.Text("#contact-create")); got != say(t, l, "contact", "contacts.create") {
			t.Errorf("the button to create a contact reads %q", got)
		}
		owner.Click("#contact-create")
		owner.Wait(`document.querySelector("#contact-dialog[open]")`)
		fill(owner, "#contact-name", "Hugo Petit")
		fill(owner, "#contact-email", "hugo.petit@example.test")
		pick(owner, "contact-type", l.T("contact.type.web_designer"))
		says(owner, "#contact-dialog", l.T("contact.needs_services"))
		owner.Click("#contact-propose")
		looks(owner, w, "new contact")

		dialogTab(owner, "access")
		says(owner, "#contact-dialog", say(t, l, "access", "contact.access"))
		says(owner, "#contact-dialog", l.T("role.admin.text"))
		owner.Wait(`document.getElementById("contact-role-services").checked`)
		owner.Click("#contact-access")
		owner.Wait(`document.querySelector("#contact-way input:checked")`)
		looks(owner, w, "access rights")
		press(owner, "#contact-dialog", say(t, l, "save", "contact.save"))
		says(owner, "main .banner", l.T("contact.created"))
		says(owner, "#contact-list", "Hugo Petit")
		says(owner, "#contact-list", l.T("orgdetail.access.invited"))

		// By the pencil at the left of the row, with the same options (K08).
		find := `[...document.querySelectorAll("#contact-list tbody tr")].find(r => r.innerText.includes("Hugo Petit"))`
		owner.Run(find + `.querySelector("[id^=contact-pencil]").click()`)
		owner.Wait(`document.querySelector("#contact-dialog[open]")`)
		fill(owner, "#contact-phone", "+33 6 39 98 01 55")
		says(owner, "#contact-dialog", l.T("contact.unsaved", "n", 1))
		press(owner, "#contact-dialog", say(t, l, "update", "contact.update"))
		says(owner, "main .banner", say(t, l, "updated", "contact.updated"))
		owner.NoProblems()
	})
}

// C06, C09, K07, K13: the quoted path lets a contact see the account-wide code, who sees it appear at once without
// signing in again, reveals it, and loses it at once; the owner sees the reveal.
func TestContacts_permission_to_see_the_code_is_felt_at_once(t *testing.T) {
	inLanguages(t, func(t *testing.T, l i18n.Locale) {
		s, w := play(t), words{lang: string(l)}
		profile := api.UpdateProfileIn{Org: api.Org{Org: s.Acme}}
		profile.Body.Version, profile.Body.Code = 1, &api.CodeBody{Code: "obtuse mongoose bulk 62"}
		backendtest.Must(backendtest.Call(s.As(s.Marie), api.UpdateProfile, profile))
		owner, reader := s.openIn(s.Marie, w.lang), s.openIn(s.Paul, w.lang)
		visit(owner, "/o/"+string(s.Acme)+"/contacts")

		// "Edit" at the right of the row, tab "Permissions", expand "Client Profile" by its arrow, Profile, View, Allow, Update.
		edit := "#contact-edit-" + string(s.Paul.Contact)
		if got := strings.TrimSpace(owner.Text(edit)); got != say(t, l, "edit", "contacts.edit") {
			t.Errorf("the button at the right reads %q", got)
		}
		owner.Click(edit)
		owner.Wait(`document.querySelector("#contact-dialog[open]")`)
		press(owner, "#contact-tabs", say(t, l, "permissions", "contact.tab.permissions"))
		owner.Wait(`document.getElementById("perm-group-client_profile")`)
		says(owner, "#perm-group-client_profile", say(t, l, "profile", "perm.group.client_profile"))
		owner.Click("#perm-group-client_profile")
		says(owner, "#perm-profile-view-result", l.T("perm.origin.not_granted"))
		pick(owner, "perm-profile-view", say(t, l, "allow", "perm.cell.allow"))
		says(owner, "#perm-profile-view-result", l.T("perm.origin.here"))
		looks(owner, w, "permissions")
		press(owner, "#contact-dialog", say(t, l, "update", "contact.update"))
		says(owner, "main .banner", say(t, l, "updated", "contact.updated"))

		// The reader's menu has it now; the code is shown when asked for, and told to the owner.
		press(reader, "nav", l.T("nav.profile"))
		ready(reader)
		if body := reader.Text("main"); strings.Contains(body, "mongoose") {
			t.Error("the code is on the page before it was asked for")
		}
		reader.Click("#account-code-reveal")
		says(reader, "#account-code", "obtuse mongoose bulk 62")
		looks(reader, w, "code revealed")
		visit(owner, "/o/"+string(s.Acme)+"/profile")
		says(owner, "main", l.T("code.revealed_by", "name", s.Paul.Name, "when", "")[:12])
		says(owner, "#code-history", s.Paul.Name)

		// Denied again: felt on the open page, and a new code is proposed to the owner (C14).
		visit(owner, "/o/"+string(s.Acme)+"/contacts")
		owner.Click(edit)
		owner.Wait(`document.querySelector("#contact-dialog[open]")`)
		dialogTab(owner, "permissions")
		owner.Click("#perm-group-client_profile")
		pick(owner, "perm-profile-view", l.T("perm.cell.deny"))
		says(owner, "#perm-profile-view-result", l.T("perm.origin.denied_here"))
		press(owner, "#contact-dialog", say(t, l, "update", "contact.update"))
		says(owner, "main .banner", say(t, l, "updated", "contact.updated"))
		reader.Wait(`!document.querySelector("#account-code") && ![...document.querySelectorAll("nav a")].some(a => a.innerText.trim() === ` + js(l.T("nav.profile")) + `)`)
		visit(owner, "/o/"+string(s.Acme)+"/home")
		says(owner, "main", l.T("code.rotate_today", "name", s.Paul.Name))
		owner.NoProblems()
	})
}

// K07: allowing an action allows its view and says so; denying the view denies the line; what one lacks can't be granted.
func TestContacts_matrix_says_what_follows(t *testing.T) {
	s := play(t)
	admin := s.open(s.Jonas)
	visit(admin, "/o/"+string(s.Acme)+"/contacts")
	admin.Click("#contact-edit-" + string(s.Paul.Contact))
	admin.Wait(`document.querySelector("#contact-dialog[open]")`)
	dialogTab(admin, "permissions")
	admin.Click("#perm-group-services")
	pick(admin, "perm-services-update", "Allow")
	says(admin, "#contact-dialog", "View is allowed with it.")
	says(admin, "#perm-services-view-result", "Allowed here")
	pick(admin, "perm-services-view", "Deny")
	says(admin, "#perm-services-update-result", "Denied with View")
	admin.Click("#perm-group-support")
	pick(admin, "perm-remote_support-approve", "Allow")
	says(admin, "#contact-dialog", "You can’t allow what you may not do yourself.")
	says(admin, "#perm-remote_support-approve-result", "Not granted")
	admin.NoProblems()
}

// K10, K11: deactivating says what it stops and throws the person out at once; the owner can't be deactivated.
func TestContacts_deactivation_stops_everything_at_once(t *testing.T) {
	inLanguages(t, func(t *testing.T, l i18n.Locale) {
		s, w := play(t), words{lang: string(l)}
		owner, reader := s.openIn(s.Marie, w.lang), s.openIn(s.Paul, w.lang)
		visit(owner, "/o/"+string(s.Acme)+"/contacts")
		owner.Click("#contact-edit-" + string(s.Paul.Contact))
		owner.Wait(`document.querySelector("#contact-dialog[open]")`)
		owner.Click("#contact-active")
		says(owner, "#contact-stops", l.T("contact.stops"))
		owner.Wait(`(r => r.bottom <= document.querySelector("#contact-dialog .dialog-foot").getBoundingClientRect().top + 1)(document.getElementById("contact-stops").getBoundingClientRect())`)
		looks(owner, w, "deactivation")
		press(owner, "#contact-dialog", say(t, l, "update", "contact.update"))
		says(owner, "main .banner", say(t, l, "updated", "contact.updated"))
		across(t, reader, `location.pathname === "/sign-in" || document.body.innerText.includes(`+js(l.T("session.ended.deactivated"))+`)`)

		owner.Click("#contact-edit-" + string(s.Marie.Contact))
		owner.Wait(`document.querySelector("#contact-dialog[open]")`)
		owner.Wait(`document.getElementById("contact-active").disabled`)
		says(owner, "#contact-dialog", l.T("contact.guard.owner_active"))
		owner.NoProblems()
	})
}

// K10, K12: who is deactivated in one organization is shut out of that one at once, and goes on in the other without
// signing in again.
func TestContacts_deactivated_in_one_organization_go_on_in_the_other(t *testing.T) {
	s := play(t)
	s.Exec(`UPDATE contact SET login = ? WHERE id = ?`, s.Paul.Login, s.Luc.Contact)
	owner, reader := s.open(s.Marie), s.open(s.Paul)
	visit(reader, "/o/"+string(s.Acme)+"/contacts")
	says(reader, "#contact-list", "Marie Dubois")
	visit(owner, "/o/"+string(s.Acme)+"/contacts")
	owner.Click("#contact-edit-" + string(s.Paul.Contact))
	owner.Wait(`document.querySelector("#contact-dialog[open]")`)
	owner.Click("#contact-active")
	press(owner, "#contact-dialog", "Update")
	says(owner, "main .banner", "Success: Contact updated.")

	reader.Wait(`!document.getElementById("contact-list") && !document.body.innerText.includes("Marie Dubois")`)
	visit(reader, "/o/"+string(s.Beta)+"/home")
	says(reader, "#organization", "Bêta SA")
	if places := uitest.Eval[bool](reader, `!!document.getElementById("places")`); places {
		t.Error("the organization that was lost is still there to switch to")
	}
	owner.NoProblems()
}

// K11: the ownership moves only when the other side accepts; both see it live, and the old owner stays as an administrator.
func TestOwnership_moves_when_the_other_side_accepts(t *testing.T) {
	inLanguages(t, func(t *testing.T, l i18n.Locale) {
		s, w := play(t), words{lang: string(l)}
		owner, heir := s.openIn(s.Marie, w.lang), s.openIn(s.Jonas, w.lang)
		page := "/o/" + string(s.Acme) + "/manage/ownership"
		visit(owner, page)
		visit(heir, page)
		looks(owner, w, "ownership")
		pick(owner, "offer-to", s.Jonas.Name)
		owner.Click("#offer-ownership")
		owner.Wait(`document.querySelector("#offer-confirm[open]")`)
		press(owner, "#offer-confirm", l.T("owner.offer"))
		says(owner, "main", l.T("owner.waiting", "name", s.Jonas.Name))
		says(heir, "main", l.T("owner.offers", "name", s.Marie.Name))
		looks(heir, w, "ownership offered")
		heir.Click("#accept")
		heir.Wait(`document.querySelector("#accept-ownership[open]")`)
		press(heir, "#accept-ownership", l.T("owner.accept"))
		says(heir, "#toasts, main", l.T("owner.accepted"))
		says(owner, "#owner", s.Jonas.Name)
		if c := backendtest.Must(backendtest.Call(s.As(s.Jonas), api.GetContact, api.ContactIn{Org: api.Org{Org: s.Acme}, Contact: s.Marie.Contact})); c.Owner || len(c.Roles) == 0 || c.Roles[0] != perm.Admin {
			t.Errorf("the former owner is %+v", c.Contact)
		}
		owner.NoProblems()
	})
}

// K13: with a contact's eyes the owner sees what that contact sees, changes nothing, and comes back.
func TestContacts_are_looked_at_with_their_eyes(t *testing.T) {
	s := play(t)
	owner := s.open(s.Marie)
	visit(owner, "/view-as/"+string(s.Acme)+"/"+string(s.Paul.Contact)+"/contacts")
	says(owner, "main", "You see the portal as Paul Noir would.")
	if nav := owner.Text("nav"); strings.Contains(nav, "View Profile") || !strings.Contains(nav, "View Contacts") {
		t.Errorf("the menu is %q", nav)
	}
	owner.Wait(`!document.getElementById("contact-create")`)
	looks(owner, words{lang: "en"}, "as a contact")
	owner.Click("#view-as-stop")
	arrived(owner, "/o/"+string(s.Acme)+"/contacts")
	owner.Wait(`document.getElementById("contact-create")`)
	owner.NoProblems()
}

// Clearing the filters takes its own button away: the keyboard goes on in the search.
func TestContacts_clearing_the_filters_leads_to_the_search(t *testing.T) {
	s := play(t)
	for _, c := range []struct {
		who  *backendtest.Persona
		path string
	}{{s.Marie, "/o/" + string(s.Acme) + "/contacts"}, {s.Sofia, "/organizations/" + string(s.Acme)}} {
		tab := s.open(c.who)
		visit(tab, c.path)
		tab.Type("#contacts-search", "nobody at all")
		press(tab, "main", "Clear filters")
		says(tab, "#contact-list", "Jonas Meier")
		tab.Settle()
		if got := tab.Focused(); got != "contacts-search" {
			t.Errorf("%s: the focus is on %q", c.path, got)
		}
	}
}
