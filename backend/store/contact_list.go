package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/perm"
)

// ContactQuery picks contacts of an organization. Empty fields do not filter.
type ContactQuery struct {
	Text   string // part of name, company, e-mail or phone number
	Type   contact.Type
	State  contact.AccessState
	Active *bool
	Phone  string     // digits that a contact may have instead of the text
	After  id.Contact // of the page before
	Limit  int
}

// ContactRow is a contact as lists show it.
type ContactRow struct {
	contact.Contact
	State   contact.AccessState
	HasCode bool // an own code that counts stands
}

// An invitation of the contact that can still be accepted.
const openInvitation = `EXISTS (SELECT 1 FROM token WHERE token.contact = contact.id AND token.org = contact.org
AND token.kind = 'invitation' AND token.used_at = 0 AND token.expires_at > ?)`

// ListContacts is one page of the contacts that match, by name, and how many match in all.
func (tx *Tx) ListContacts(ctx context.Context, oid id.Organization, q ContactQuery) (rows []ContactRow, total int, err error) {
	where, args := []string{`contact.org = ?`}, []any{oid}
	and := func(cond string, values ...any) {
		where, args = append(where, cond), append(args, values...)
	}
	if text := strings.ToLower(strings.Join(strings.Fields(q.Text), " ")); text != "" {
		cond, values := `search_key LIKE ? ESCAPE '\'`, []any{"%" + likeEscape(text) + "%"}
		// "06 12" finds what was written as "+33 6 12".
		if digits := strings.TrimLeft(Digits(text), "0"); len(digits) >= 3 && strings.Trim(text, "+0123456789 ()-./") == "" {
			cond, values = `(`+cond+` OR phone_digits LIKE ?)`, append(values, "%"+digits+"%")
		}
		if q.Phone != "" {
			cond, values = `(`+cond+` OR phone_digits = ?)`, append(values, q.Phone)
		}
		and(cond, values...)
	}
	if q.Type != "" {
		and(`contact.type = ?`, q.Type)
	}
	if q.Active != nil {
		and(`contact.active = ?`, *q.Active)
	}
	now := ms(tx.Now())
	switch q.State {
	case contact.NoAccess:
		and(`NOT (contact.access AND contact.active)`)
	case contact.CanEnter:
		and(`contact.access AND contact.active AND contact.login IS NOT NULL`)
	case contact.Invited:
		and(`contact.access AND contact.active AND contact.login IS NULL AND `+openInvitation, now)
	case contact.Expired:
		and(`contact.access AND contact.active AND contact.login IS NULL AND NOT `+openInvitation, now)
	}
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM contact WHERE `+strings.Join(where, " AND "), args...).Scan(&total); err != nil {
		return nil, 0, fmt.Errorf("count contacts: %w", err)
	}
	if q.After != "" {
		var key string
		err := tx.QueryRow(ctx, `SELECT search_key FROM contact WHERE org = ? AND id = ?`, oid, q.After).Scan(&key)
		if errs.Is(err, errs.NotFound) {
			return nil, 0, errs.BadField("query.after", "error.invalid")
		}
		if err != nil {
			return nil, 0, err
		}
		and(`(search_key, contact.id) > (?, ?)`, key, q.After)
	}
	list := tx.Query(ctx, `SELECT `+contactColumns+`, contact.login IS NULL AND `+openInvitation+`,
EXISTS (SELECT 1 FROM code WHERE code.org = contact.org AND code.contact = contact.id AND code.void_at = 0)
FROM contact WHERE `+strings.Join(where, " AND ")+` ORDER BY search_key, contact.id LIMIT ?`, append(append([]any{now}, args...), q.Limit)...)
	rows, err = Collect(list, func(r *Rows) (ContactRow, error) {
		var row ContactRow
		var invited bool
		c, err := scanContact(r, &invited, &row.HasCode)
		if err != nil {
			return row, fmt.Errorf("read contact: %w", err)
		}
		row.Contact, row.State = *c, c.State(invited)
		return row, nil
	})
	return rows, total, err
}

// ContactsWith are the active contacts who can sign in and hold a right now, the owner among them, by name.
func (tx *Tx) ContactsWith(ctx context.Context, oid id.Organization, right perm.Right) ([]contact.Contact, error) {
	// Roles and cells that don't speak of the right's line can't give it: most rows needn't be read.
	speak, args := []string{`owner`, `overrides LIKE ?`}, []any{oid, `%"` + right.Line() + `.%`}
	for _, r := range perm.Roles() {
		if r.Rights().Has(right) {
			speak, args = append(speak, `roles LIKE ?`), append(args, `%"`+string(r)+`"%`)
		}
	}
	list, err := tx.contacts(ctx, `WHERE org = ? AND active AND access AND login IS NOT NULL AND (`+strings.Join(speak, " OR ")+`) ORDER BY search_key, id`, args...)
	return slices.DeleteFunc(list, func(c contact.Contact) bool { return !c.Rights().Has(right) }), err
}

// ContactWithEmail is another active contact of the organization with access under the same e-mail; NotFound when there is none.
func (tx *Tx) ContactWithEmail(ctx context.Context, oid id.Organization, email string, but id.Contact) (*contact.Contact, error) {
	return scanContact(tx.QueryRow(ctx, `SELECT `+contactColumns+` FROM contact WHERE org = ? AND email = ? AND active AND access AND id <> ? LIMIT 1`, oid, email, but))
}

// DeleteContact removes the contact's row for good.
func (tx *Tx) DeleteContact(ctx context.Context, oid id.Organization, c id.Contact) error {
	n, err := tx.Exec(ctx, `DELETE FROM contact WHERE org = ? AND id = ? AND NOT owner`, oid, c)
	if err != nil {
		return fmt.Errorf("delete contact: %w", err)
	}
	if n != 1 {
		return gone()
	}
	return nil
}

// Usage is how a login is used by its person.
type Usage struct {
	LastSignIn int64 // Unix milliseconds, 0 for never
	Open       int   // sign-ins that were not ended and whose end has not come
}

// UsageOfLogin is how a login is used as a customer.
func (tx *Tx) UsageOfLogin(ctx context.Context, l id.Login) (u Usage, err error) {
	err = tx.QueryRow(ctx, `SELECT COALESCE(MAX(created_at), 0), COALESCE(SUM(CASE WHEN ended_at = 0 AND ends_at > ? THEN 1 ELSE 0 END), 0)
FROM session WHERE login = ? AND kind = 'customer'`, ms(tx.Now()), l).Scan(&u.LastSignIn, &u.Open)
	return u, err
}
