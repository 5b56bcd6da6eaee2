package pages

import (
	"slices"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/contact"
	"countersign/shared/perm"
)

// unsaved counts what an update would change.
func (d *contactDialog) unsaved() int {
	if !d.open {
		return 0
	}
	n := contactChanges(d.before(), &d.draft)
	if d.code.dirty() {
		n++
	}
	if d.byPassword() && (d.password.text != "" || d.password.again != "") {
		n++
	}
	return n
}

// contactChanges counts the single things in which two versions of a contact differ.
func contactChanges(a, b *contact.Contact) int {
	n := permissionChanges(a, b)
	for _, same := range []bool{
		a.Kind == b.Kind, a.Type == b.Type, a.Name == b.Name, a.Company == b.Company, a.Email == b.Email, a.Phone == b.Phone,
		a.Address.Street == b.Address.Street, a.Address.Postcode == b.Address.Postcode, a.Address.City == b.Address.City, a.Address.Country == b.Address.Country,
		a.Locale == b.Locale, a.Active == b.Active, a.Access == b.Access, a.PhoneChatAuthority == b.PhoneChatAuthority,
		seesAllTickets(a) == seesAllTickets(b),
		a.Correspondence.Assistance == b.Correspondence.Assistance, a.Correspondence.Financial == b.Correspondence.Financial,
	} {
		if !same {
			n++
		}
	}
	for _, r := range perm.Roles() {
		if slices.Contains(a.Roles, r) != slices.Contains(b.Roles, r) {
			n++
		}
	}
	for key := range mergedKeys(a.Fields, b.Fields) {
		if a.Fields[key] != b.Fields[key] {
			n++
		}
	}
	return n
}

func mergedKeys(a, b map[string]string) map[string]bool {
	keys := map[string]bool{}
	for k := range a {
		keys[k] = true
	}
	for k := range b {
		keys[k] = true
	}
	return keys
}

// rebase puts what mine changed of base onto theirs, thing by thing.
func rebase(base, mine, theirs *contact.Contact) contact.Contact {
	out := cloneContact(theirs)
	pick := func(base, mine string, out *string) {
		if mine != base {
			*out = mine
		}
	}
	tick := func(base, mine bool, out *bool) {
		if mine != base {
			*out = mine
		}
	}
	if mine.Kind != base.Kind {
		out.Kind = mine.Kind
	}
	if mine.Type != base.Type {
		out.Type = mine.Type
	}
	pick(base.Name, mine.Name, &out.Name)
	pick(base.Company, mine.Company, &out.Company)
	pick(base.Email, mine.Email, &out.Email)
	pick(base.Phone, mine.Phone, &out.Phone)
	pick(base.Locale, mine.Locale, &out.Locale)
	pick(base.Address.Street, mine.Address.Street, &out.Address.Street)
	pick(base.Address.Postcode, mine.Address.Postcode, &out.Address.Postcode)
	pick(base.Address.City, mine.Address.City, &out.Address.City)
	pick(base.Address.Country, mine.Address.Country, &out.Address.Country)
	tick(base.Active, mine.Active, &out.Active)
	tick(base.Access, mine.Access, &out.Access)
	if seesAllTickets(mine) != seesAllTickets(base) {
		out.TicketScope = mine.TicketScope
	}
	tick(base.PhoneChatAuthority, mine.PhoneChatAuthority, &out.PhoneChatAuthority)
	if mine.Correspondence.Assistance != base.Correspondence.Assistance {
		out.Correspondence.Assistance = mine.Correspondence.Assistance
	}
	if mine.Correspondence.Financial != base.Correspondence.Financial {
		out.Correspondence.Financial = mine.Correspondence.Financial
	}
	for _, r := range perm.Roles() {
		if want := slices.Contains(mine.Roles, r); want != slices.Contains(base.Roles, r) {
			out.Roles = withRole(out.Roles, r, want)
		}
	}
	for _, r := range perm.All() {
		switch cell := mine.Overrides[r]; {
		case cell == base.Overrides[r]:
		case cell == perm.Inherit:
			delete(out.Overrides, r)
		default:
			out.Overrides[r] = cell
		}
	}
	for key := range mergedKeys(base.Fields, mine.Fields) {
		if mine.Fields[key] != base.Fields[key] {
			out.Fields[key] = mine.Fields[key]
		}
	}
	return out
}

// withRole is a new list of roles, in the order in which people see them, with or without one.
func withRole(roles []perm.Role, r perm.Role, on bool) []perm.Role {
	var list []perm.Role
	for _, x := range perm.Roles() {
		if x == r && on || x != r && slices.Contains(roles, x) {
			list = append(list, x)
		}
	}
	return list
}

// typed is what would be lost by leaving; passwords and codes are handed to nobody.
func (d *contactDialog) typed() []client.Unsent {
	n := d.unsaved()
	if n == 0 {
		return nil
	}
	a, b := d.before(), &d.draft
	list := []client.Unsent{{Label: ui.T("contact.edit"), Text: ui.T("contact.unsaved", "n", n)}}
	add := func(label, was, is string) {
		if was != is {
			list = append(list, client.Unsent{Label: label, Text: is})
		}
	}
	add(ui.T("contact.name"), a.Name, b.Name)
	add(ui.T("contact.company"), a.Company, b.Company)
	add(ui.T("contact.email"), a.Email, b.Email)
	add(ui.T("profile.phone"), a.Phone, b.Phone)
	add(ui.T("profile.street"), a.Address.Street, b.Address.Street)
	add(ui.T("profile.postcode"), a.Address.Postcode, b.Address.Postcode)
	add(ui.T("profile.city"), a.Address.City, b.Address.City)
	for _, f := range inUse(d.fields.Fields, true) {
		add(f.Label(ui.Locale()), a.Fields[f.Key], b.Fields[f.Key])
	}
	return append(list, d.code.typed(codeLabel(d.fields.Fields))...)
}
