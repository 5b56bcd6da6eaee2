package portal

import (
	"strings"
	"time"

	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/perm"
)

// Contacts of an organization as lists and the dialog show them.

// ListContacts is a page of the organization's contacts, by name.
func (s *Service) ListContacts(tx *Tx, in *api.ContactsIn) (api.Contacts, error) {
	return tx.contactPage(in.Org.Org, in.ContactFilter)
}

// ListStaffContacts is ListContacts for staff, who see no codes and no permissions.
func (s *Service) ListStaffContacts(tx *Tx, in *api.StaffContactsIn) (api.Contacts, error) {
	if _, err := tx.Organization(tx, in.Org.Org); err != nil {
		return api.Contacts{}, err
	}
	return tx.contactPage(in.Org.Org, in.ContactFilter)
}

func (tx *Tx) contactPage(oid id.Organization, f api.ContactFilter) (api.Contacts, error) {
	q := store.ContactQuery{Text: f.Query, Type: f.Type, State: f.State, After: id.Contact(f.After), Limit: f.Limit + 1} // one more tells whether there is more
	switch {
	case f.Type != "" && !knownType(f.Type):
		return api.Contacts{}, errs.BadField("query.type", "error.invalid")
	case f.State != "" && f.State != contact.NoAccess && f.State != contact.Invited && f.State != contact.Expired && f.State != contact.CanEnter:
		return api.Contacts{}, errs.BadField("query.state", "error.invalid")
	case f.Active != "" && f.Active != "yes" && f.Active != "no":
		return api.Contacts{}, errs.BadField("query.active", "error.invalid")
	case f.After != "" && !id.Valid(q.After):
		return api.Contacts{}, errs.BadField("query.after", "error.invalid")
	}
	if f.Active != "" {
		yes := f.Active == "yes"
		q.Active = &yes
	}
	var err error
	if q.Phone, err = tx.homeDigits(oid, strings.TrimSpace(f.Query)); err != nil {
		return api.Contacts{}, err
	}
	rows, total, err := tx.ListContacts(tx, oid, q)
	if err != nil {
		return api.Contacts{}, err
	}
	out := api.Contacts{Contacts: make([]api.ContactRow, 0, len(rows)), Total: total}
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		out.Next = string(rows[f.Limit-1].ID)
	}
	for i := range rows {
		r := &rows[i]
		out.Contacts = append(out.Contacts, api.ContactRow{ID: r.ID, Name: r.Name, Company: r.Company, Kind: r.Kind, Email: r.Email,
			Phone: r.Phone, Type: r.Type, State: r.State, Active: r.Active, Owner: r.Owner, PhoneChatAuthority: r.PhoneChatAuthority, HasCode: r.HasCode})
	}
	return out, nil
}

// GetContact is one contact as the dialog shows it.
func (s *Service) GetContact(tx *Tx, in *api.ContactIn) (api.Card, error) {
	c, err := tx.ContactByID(tx, in.Org.Org, in.Contact)
	if err != nil {
		return api.Card{}, err
	}
	return tx.card(c)
}

// card adds to a contact what the dialog tells besides. Of a code it tells only that there is one.
func (tx *Tx) card(c *contact.Contact) (api.Card, error) {
	out := api.Card{Contact: *c}
	if out.Roles == nil {
		out.Roles = []perm.Role{}
	}
	if out.Overrides == nil {
		out.Overrides = perm.Overrides{}
	}
	var err error
	if out.Code, err = tx.codeState(c.Org, c.ID); err != nil {
		return out, err
	}
	if c.Login != "" {
		used, err := tx.UsageOfLogin(tx, c.Login)
		if err != nil {
			return out, err
		}
		out.Sessions = used.Open
		if used.LastSignIn > 0 {
			out.LastSignIn = time.UnixMilli(used.LastSignIn).UTC()
		}
	} else if t, err := tx.LastInvitation(tx, c.Org, c.ID); err == nil {
		out.Invitation = &api.Invitation{SentAt: t.CreatedAt, ExpiresAt: t.ExpiresAt, By: t.Inviter.Name, Open: t.Open(tx.Now())}
	} else if !errs.Is(err, errs.NotFound) {
		return out, err
	}
	out.State = c.State(out.Invitation != nil && out.Invitation.Open)
	return out, nil
}
