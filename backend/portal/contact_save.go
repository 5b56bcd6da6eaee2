package portal

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"countersign/backend/mail"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/org"
	"countersign/shared/perm"
)

// saveContact writes an edit with all that follows from it: who is shut out, who is invited, what is recorded and told.
func (tx *Tx) saveContact(e *edit, made ready) error {
	o, err := tx.Organization(tx, e.after.Org)
	if err != nil {
		return err
	}
	if e.moved {
		e.after.Login = ""
	}
	if e.password {
		if e.after.Login, err = tx.givePassword(e.after, made); err != nil {
			return err
		}
	}
	e.after.ChangedBy, e.after.ChangedAt = tx.Actor.Name, tx.Now()
	if e.created {
		e.after.ID = newID[id.Contact](tx)
		err = tx.AddContact(tx, e.after)
	} else {
		err = tx.SaveContact(tx, e.after)
	}
	if err != nil {
		return err
	}
	if e.closes {
		if err := tx.shutOutContact(e.before, closedBy(e)); err != nil {
			return err
		}
	}
	if err := tx.recordEdit(e, o); err != nil {
		return err
	}
	if e.opens && e.after.Login == "" {
		if err := tx.inviteContact(e.after, o); err != nil {
			return err
		}
	}
	if made.code != nil {
		made.code.holds(e.after.ID)
		if err := tx.applyCode(made.code); err != nil {
			return err
		}
	}
	if e.lost() {
		if err := tx.proposeRotation(o.ID, e.before.Name); err != nil {
			return err
		}
	}
	for _, l := range []id.Login{e.before.Login, e.after.Login} {
		if l != "" {
			tx.pokeLogin(l)
		}
	}
	return nil
}

// closedBy says for the record why what a contact had is over.
func closedBy(e *edit) string {
	switch {
	case !e.after.Active:
		return "deactivated"
	case !e.after.Access:
		return "access_taken"
	}
	return "moved"
}

// givePassword makes the login of a contact with a password that the caller chose.
func (tx *Tx) givePassword(c *contact.Contact, made ready) (id.Login, error) {
	l, err := tx.loginFor(c.Email, c.Name, c.Locale)
	if err != nil {
		return "", err
	}
	if ok, err := tx.GivePassword(tx, l.ID, c.Org, made.hash, made.alone); err != nil || !ok {
		if err == nil {
			err = changedMeanwhile("")
		}
		return "", err
	}
	if c.ID != "" {
		_, err = tx.VoidContactInvitations(tx, c.Org, c.ID)
	}
	return l.ID, err
}

// inviteContact mails an invitation; an earlier one stops working.
func (tx *Tx) inviteContact(c *contact.Contact, o *org.Organization) error {
	if _, err := tx.VoidContactInvitations(tx, c.Org, c.ID); err != nil {
		return err
	}
	l, err := tx.loginFor(c.Email, c.Name, c.Locale)
	if err != nil {
		return err
	}
	_, letter, err := tx.invite(l, tx.inviter(), o, c.ID)
	if err != nil {
		return err
	}
	return tx.record(change{stream: live.Of(o.ID), kind: audit.ContactInvited, object: string(c.ID), pokes: both(live.Contacts, o.ID, string(c.ID)),
		detail: map[string]string{"name": c.Name, "email": c.Email}, mails: []store.Mail{letter}})
}

// recordEdit writes an entry for each thing that the edit is, tells open pages, and writes to those who have to know.
func (tx *Tx) recordEdit(e *edit, o *org.Organization) error {
	var list []change
	add := func(kind audit.Kind, detail map[string]string, mails ...store.Mail) {
		if detail == nil {
			detail = map[string]string{}
		}
		detail["name"] = e.after.Name
		list = append(list, change{stream: live.Of(o.ID), kind: kind, object: string(e.after.ID), detail: detail, mails: mails})
	}
	if e.created {
		add(audit.ContactCreated, map[string]string{"email": e.after.Email})
	} else if len(e.details) > 0 {
		add(audit.ContactChanged, detailOf(e))
	}
	if e.permissions {
		mails, err := tx.aboutContact(e, o, "permissions")
		if err != nil {
			return err
		}
		add(audit.ContactPermissions, permissionsOf(e), mails...)
	}
	switch {
	case e.before.Active && !e.after.Active:
		add(audit.ContactDeactivated, nil)
	case !e.created && !e.before.Active && e.after.Active:
		add(audit.ContactReactivated, nil)
	}
	if !e.created && e.before.Access && !e.after.Access {
		add(audit.ContactAccessTaken, nil)
	}
	if e.opens {
		mails, err := tx.aboutContact(e, o, "given")
		if err != nil {
			return err
		}
		if e.after.Login != "" {
			own, err := tx.send(letter{mail.AccessGiven, string(e.after.ID), itoa(int(e.after.Version)), mail.Args{"organization": o.Name, "by": tx.Actor.Name}},
				e.after.Email, e.after.Locale, organizationLink(o))
			if err != nil {
				return err
			}
			mails = append(mails, own)
		}
		switch n := len(list); {
		case e.after.Login != "" && (e.password || !e.before.Access):
			add(audit.ContactAccessGiven, nil, mails...)
		case n > 0: // an invitation has an entry of its own
			list[n-1].mails = append(list[n-1].mails, mails...)
		default:
			add(audit.ContactChanged, map[string]string{"what": "access"}, mails...)
		}
	} else if len(list) == 0 && e.before.Access != e.after.Access { // authorised while deactivated
		add(audit.ContactChanged, map[string]string{"what": "access"})
	}
	for i, c := range list {
		if i == 0 {
			c.pokes = both(live.Contacts, o.ID, string(e.after.ID))
			if e.approval() {
				c.pokes = append(c.pokes, store.Poke{Stream: live.Of(o.ID), Kind: live.Access, Org: o.ID})
			}
		}
		if err := tx.record(c); err != nil {
			return err
		}
	}
	return nil
}

// aboutContact tells the owner that somebody else gave access, or changed what a contact may do.
func (tx *Tx) aboutContact(e *edit, o *org.Organization, what string) ([]store.Mail, error) {
	if tx.Contact != nil && tx.Contact.Owner {
		return nil, nil
	}
	return tx.toOwnerAt(o, letter{mail.ContactAccess, string(e.after.ID), what + "-" + itoa(int(e.after.Version)), mail.Args{"what": what, "contact": e.after.Name,
		"organization": o.Name, "by": tx.Actor.Name, "at": mail.At(tx.Now())}}, contactsLink(o))
}

func organizationLink(o *org.Organization) string { return "/o/" + string(o.ID) }
func contactsLink(o *org.Organization) string     { return "/o/" + string(o.ID) + "/contacts" }

// detailOf is what the record tells of changed details: which, and of single lines the old and the new.
func detailOf(e *edit) map[string]string {
	a, b := e.before, e.after
	d := map[string]string{"what": strings.Join(e.details, ", ")}
	for _, x := range []struct{ name, old, new string }{
		{"kind", string(a.Kind), string(b.Kind)}, {"type", string(a.Type), string(b.Type)}, {"renamed", a.Name, b.Name},
		{"company", a.Company, b.Company}, {"email", a.Email, b.Email}, {"phone", a.Phone, b.Phone}, {"locale", a.Locale, b.Locale},
	} {
		if x.old != x.new {
			d[x.name] = x.old + " → " + x.new
		}
	}
	return d
}

// permissionsOf is what the record tells of changed permissions: the old and the new.
func permissionsOf(e *edit) map[string]string {
	d := map[string]string{}
	note := func(name, old, new string) {
		if old != new {
			d[name] = old + " → " + new
		}
	}
	note("roles", roleList(e.before.Roles), roleList(e.after.Roles))
	note("cells", cellList(e.before.Overrides), cellList(e.after.Overrides))
	note("ticket_scope", string(e.before.TicketScope), string(e.after.TicketScope))
	note("authority", yes(e.before.PhoneChatAuthority), yes(e.after.PhoneChatAuthority))
	return d
}

func roleList(roles []perm.Role) string {
	var words []string
	for _, r := range roles {
		words = append(words, string(r))
	}
	return strings.Join(words, ", ")
}

func cellList(cells perm.Overrides) string {
	var words []string
	for _, r := range slices.Sorted(maps.Keys(cells)) {
		words = append(words, fmt.Sprintf("%s: %s", r, cells[r]))
	}
	return strings.Join(words, ", ")
}

// ResendInvitation mails a new invitation; the old link stops working.
func (s *Service) ResendInvitation(tx *Tx, in *api.ContactIn) (api.Card, error) {
	c, o, err := tx.invitable(in)
	if err != nil {
		return api.Card{}, err
	}
	if err := tx.editor().MayEnable(c); err != nil {
		return api.Card{}, err
	}
	if err := tx.inviteContact(c, o); err != nil {
		return api.Card{}, err
	}
	return tx.card(c)
}

// CancelInvitation makes an open invitation useless.
func (s *Service) CancelInvitation(tx *Tx, in *api.ContactIn) (api.Card, error) {
	c, o, err := tx.invitable(in)
	if err != nil {
		return api.Card{}, err
	}
	open, err := tx.VoidContactInvitations(tx, c.Org, c.ID)
	if err != nil {
		return api.Card{}, err
	}
	if !open {
		return api.Card{}, errs.InState("none", "contact.error.no_invitation")
	}
	err = tx.record(change{stream: live.Of(o.ID), kind: audit.InvitationCancelled, object: string(c.ID), pokes: both(live.Contacts, o.ID, string(c.ID)),
		detail: map[string]string{"name": c.Name, "email": c.Email}})
	if err != nil {
		return api.Card{}, err
	}
	return tx.card(c)
}

// invitable is a contact who waits for an invitation to be accepted, or could.
func (tx *Tx) invitable(in *api.ContactIn) (*contact.Contact, *org.Organization, error) {
	c, err := tx.ContactByID(tx, in.Org.Org, in.Contact)
	if err != nil {
		return nil, nil, err
	}
	if err := tx.editor().MayChange(c); err != nil {
		return nil, nil, err
	}
	switch {
	case c.Login != "":
		return nil, nil, errs.InState("accepted", "contact.error.has_access")
	case !c.Active || !c.Access:
		return nil, nil, errs.InState("none", "contact.error.no_access")
	}
	o, err := tx.Organization(tx, c.Org)
	return c, o, err
}
