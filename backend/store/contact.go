package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/perm"
)

const contactColumns = `contact.id, contact.org, COALESCE(contact.login, ''), contact.kind, contact.type, contact.name, contact.company,
contact.email, contact.phone, contact.street, contact.postcode, contact.city, contact.country, contact.locale, contact.active,
contact.owner, contact.access, contact.roles, contact.overrides, contact.ticket_scope, contact.phone_chat_authority, contact.assistance,
contact.assistance_isolated, contact.assistance_global, contact.financial, contact.financial_isolated, contact.financial_global,
contact.fields, contact.version, contact.changed_at, contact.changed_by`

func scanContact(row Scanner, more ...any) (*contact.Contact, error) {
	var c contact.Contact
	var roles, overrides, fields string
	var changed int64
	a, f := &c.Correspondence.Assistance, &c.Correspondence.Financial
	if err := row.Scan(append([]any{&c.ID, &c.Org, &c.Login, &c.Kind, &c.Type, &c.Name, &c.Company, &c.Email, &c.Phone, &c.Address.Street,
		&c.Address.Postcode, &c.Address.City, &c.Address.Country, &c.Locale, &c.Active, &c.Owner, &c.Access, &roles, &overrides,
		&c.TicketScope, &c.PhoneChatAuthority, &a.On, &a.Isolated, &a.Global, &f.On, &f.Isolated, &f.Global, &fields, &c.Version, &changed,
		&c.ChangedBy}, more...)...); err != nil {
		return nil, err
	}
	for _, x := range []struct {
		what string
		from string
		into any
	}{{"roles", roles, &c.Roles}, {"permissions", overrides, &c.Overrides}, {"custom fields", fields, &c.Fields}} {
		if x.from == "[]" || x.from == "{}" {
			continue
		}
		if err := json.Unmarshal([]byte(x.from), x.into); err != nil {
			return nil, fmt.Errorf("%s of contact %s: %w", x.what, c.ID, err)
		}
	}
	c.ChangedAt = at(changed)
	return &c, nil
}

// ContactByID is one contact of the organization.
func (tx *Tx) ContactByID(ctx context.Context, oid id.Organization, c id.Contact) (*contact.Contact, error) {
	return scanContact(tx.QueryRow(ctx, `SELECT `+contactColumns+` FROM contact WHERE org = ? AND id = ?`, oid, c))
}

// ContactOfLogin is the contact through which a login is in the organization.
func (tx *Tx) ContactOfLogin(ctx context.Context, oid id.Organization, l id.Login) (*contact.Contact, error) {
	return scanContact(tx.QueryRow(ctx, `SELECT `+contactColumns+` FROM contact WHERE login = ? AND org = ?`, l, oid))
}

// Owner is the organization's owner.
func (tx *Tx) Owner(ctx context.Context, oid id.Organization) (*contact.Contact, error) {
	return scanContact(tx.QueryRow(ctx, `SELECT `+contactColumns+` FROM contact WHERE org = ? AND owner`, oid))
}

// OrganizationContacts are the active contacts who can sign in.
func (tx *Tx) OrganizationContacts(ctx context.Context, oid id.Organization) ([]contact.Contact, error) {
	return tx.contacts(ctx, `WHERE org = ? AND active AND access AND login IS NOT NULL ORDER BY id`, oid)
}

// ContactsOfLogin are the active contacts with access, one an organization, of one person.
func (tx *Tx) ContactsOfLogin(ctx context.Context, l id.Login) ([]contact.Contact, error) {
	return tx.contacts(ctx, `WHERE login = ? AND active AND access ORDER BY id`, l)
}

func (tx *Tx) contacts(ctx context.Context, where string, args ...any) ([]contact.Contact, error) {
	rows := tx.Query(ctx, `SELECT `+contactColumns+` FROM contact `+where, args...)
	defer rows.Close()
	var out []contact.Contact
	for rows.Next() {
		c, err := scanContact(rows)
		if err != nil {
			return nil, fmt.Errorf("read contact: %w", err)
		}
		out = append(out, *c)
	}
	return out, rows.Err()
}

// searchKey is what the search for contacts looks in.
func searchKey(name, company, email string) string {
	return strings.ToLower(strings.Join([]string{name, company, email}, " "))
}

// contactValues are the columns that a change may write, in the order of contactSet.
func contactValues(c *contact.Contact) ([]any, error) {
	roles, overrides, fields := c.Roles, c.Overrides, c.Fields
	if roles == nil {
		roles = []perm.Role{}
	}
	if overrides == nil {
		overrides = perm.Overrides{}
	}
	if fields == nil {
		fields = map[string]string{}
	}
	var text [3]string
	for i, v := range []any{roles, overrides, fields} {
		b, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("write contact: %w", err)
		}
		text[i] = string(b)
	}
	kind := c.Kind
	if kind == "" {
		kind = contact.Individual
	}
	scope := c.TicketScope
	if scope == "" {
		scope = contact.AllTickets
	}
	a, f := c.Correspondence.Assistance, c.Correspondence.Financial
	return []any{kind, c.Type, c.Name, c.Company, c.Email, c.Phone, Digits(c.Phone), c.Address.Street, c.Address.Postcode, c.Address.City,
		c.Address.Country, c.Locale, c.Active, c.Owner, c.Access, text[0], text[1], scope, c.PhoneChatAuthority, a.On, a.Isolated, a.Global,
		f.On, f.Isolated, f.Global, text[2], c.ChangedBy, searchKey(c.Name, c.Company, c.Email)}, nil
}

var contactSet = []string{"kind", "type", "name", "company", "email", "phone", "phone_digits", "street", "postcode", "city", "country", "locale",
	"active", "owner", "access", "roles", "overrides", "ticket_scope", "phone_chat_authority", "assistance", "assistance_isolated", "assistance_global",
	"financial", "financial_isolated", "financial_global", "fields", "changed_by", "search_key"}

// AddContact writes a new contact.
func (tx *Tx) AddContact(ctx context.Context, c *contact.Contact) error {
	values, err := contactValues(c)
	if err != nil {
		return err
	}
	var l any
	if c.Login != "" {
		l = c.Login
	}
	now := ms(tx.Now())
	_, err = tx.Exec(ctx, `INSERT INTO contact (id, org, login, created_at, changed_at, `+strings.Join(contactSet, ", ")+`) VALUES (?, ?, ?, ?, ?`+
		strings.Repeat(", ?", len(contactSet))+`)`, append([]any{c.ID, c.Org, l, now, now}, values...)...)
	if IsUnique(err) {
		return errs.BadField("email", "contact.error.already_contact")
	}
	if err != nil {
		return fmt.Errorf("write contact: %w", err)
	}
	c.Version = 1
	return nil
}

// SaveContact writes a changed contact over the version that it was loaded as; a Conflict when somebody was quicker.
func (tx *Tx) SaveContact(ctx context.Context, c *contact.Contact) error {
	values, err := contactValues(c)
	if err != nil {
		return err
	}
	var l any
	if c.Login != "" {
		l = c.Login
	}
	n, err := tx.Exec(ctx, `UPDATE contact SET login = ?, changed_at = ?, version = version + 1, `+strings.Join(contactSet, " = ?, ")+
		` = ? WHERE org = ? AND id = ? AND version = ?`, append(append([]any{l, ms(tx.Now())}, values...), c.Org, c.ID, c.Version)...)
	if IsUnique(err) {
		return errs.BadField("email", "contact.error.already_contact")
	}
	if err != nil {
		return fmt.Errorf("save contact: %w", err)
	}
	if n != 1 {
		return errs.InState("changed", "contact.error.changed")
	}
	c.Version++
	if c.Owner {
		return tx.ownerMoved(ctx, c.Org)
	}
	return nil
}
