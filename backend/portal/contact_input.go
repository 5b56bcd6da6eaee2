package portal

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"countersign/shared/api"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/field"
	"countersign/shared/perm"
)

// What was typed into the dialog of a contact, checked; every refusal names its field.

// typed gives the contact that a body makes of before, with everything in the form in which it is stored.
func (tx *Tx) typed(before *contact.Contact, b *api.ContactBody) (*contact.Contact, error) {
	c := *before
	c.Kind, c.Type, c.Locale, c.Active, c.Access = b.Kind, b.Type, b.Locale, b.Active, b.Access
	c.PhoneChatAuthority, c.Correspondence, c.TicketScope = b.PhoneChatAuthority, b.Correspondence, cmp.Or(b.TicketScope, contact.AllTickets)
	switch {
	case c.TicketScope != contact.AllTickets && c.TicketScope != contact.AssignedTickets:
		return nil, errs.BadField("ticket_scope", "error.invalid")
	case c.Kind != contact.Individual && c.Kind != contact.LegalEntity:
		return nil, errs.BadField("kind", "error.invalid")
	case c.Type != "" && !knownType(c.Type):
		return nil, errs.BadField("type", "contact.error.type")
	case c.Locale != string(locale(c.Locale)):
		return nil, errs.BadField("locale", "error.invalid")
	case b.Way != "" && b.Way != api.ByInvitation && b.Way != api.ByPassword:
		return nil, errs.BadField("way", "error.invalid")
	}
	if err := nameContact(&c, b); err != nil {
		return nil, err
	}
	var err error
	switch {
	case strings.TrimSpace(b.Email) != "":
		if c.Email, err = cleanEmail("email", b.Email); err != nil {
			return nil, err
		}
	case c.Access:
		return nil, errs.BadField("email", "contact.error.email_needed")
	default:
		c.Email = ""
	}
	o, err := tx.Organization(tx, tx.Org)
	if err != nil {
		return nil, err
	}
	if c.Phone, err = cleanPhone(b.Phone, before.Phone, o.Region); err != nil {
		return nil, err
	}
	if c.Address, err = cleanAddress(b.Address); err != nil {
		return nil, err
	}
	if c.Roles, err = cleanRoles(b.Roles); err != nil {
		return nil, err
	}
	cells, bad := b.Overrides.Clean()
	if bad != "" {
		return nil, errs.BadField("overrides."+string(bad), "contact.error.cell")
	}
	c.Overrides = cells
	defined, err := tx.Fields(tx)
	if err != nil {
		return nil, err
	}
	c.Fields, err = field.Merge(defined, true, before.Fields, b.Fields)
	return &c, err
}

func knownType(t contact.Type) bool { return slices.Contains(contact.Types(), t) }

// nameContact takes the names: a person has one, a firm has its own and perhaps somebody to ask for.
func nameContact(c *contact.Contact, b *api.ContactBody) (err error) {
	c.Company = ""
	if c.Kind == contact.LegalEntity || strings.TrimSpace(b.Company) != "" {
		if c.Company, err = cleanName("company", b.Company); err != nil {
			return err
		}
	}
	if c.Kind == contact.LegalEntity && strings.TrimSpace(b.Name) == "" {
		c.Name = c.Company
		return nil
	}
	c.Name, err = cleanName("name", b.Name)
	return err
}

func cleanAddress(a contact.Address) (contact.Address, error) {
	for _, x := range []struct {
		path string
		text *string
		most int
	}{{"street", &a.Street, 200}, {"postcode", &a.Postcode, 20}, {"city", &a.City, 120}} {
		*x.text = strings.TrimSpace(*x.text)
		odd := func(r rune) bool {
			return unicode.IsControl(r) && (r != '\n' || x.path != "street") || unicode.Is(unicode.Bidi_Control, r)
		}
		if len([]rune(*x.text)) > x.most || strings.ContainsFunc(*x.text, odd) {
			return a, errs.BadField("address."+x.path, "contact.error.address")
		}
	}
	a.Country = strings.ToUpper(strings.TrimSpace(a.Country))
	if a.Country != "" && (len(a.Country) != 2 || strings.Trim(a.Country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "") {
		return a, errs.BadField("address.country", "organization.error.region")
	}
	return a, nil
}

// cleanRoles gives the roles in the order of the table, each once.
func cleanRoles(given []perm.Role) ([]perm.Role, error) {
	for _, r := range given {
		if !r.Known() {
			return nil, errs.BadField("roles", "contact.error.role")
		}
	}
	all := perm.Roles()
	list := slices.Clone(given)
	slices.SortFunc(list, func(a, b perm.Role) int { return cmp.Compare(slices.Index(all, a), slices.Index(all, b)) })
	return slices.Compact(list), nil
}
