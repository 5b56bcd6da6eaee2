package portal

import (
	"countersign/backend/mail"
	"countersign/backend/store"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/org"
	"countersign/shared/perm"
	"countersign/shared/significant"
)

// Who hears by mail of what happens to codes and of what is asked for by voice. No mail holds a code, a phrase or
// anything that was said.

// unique makes a letter of its own of each act.
func unique(tx *Tx) string { return string(newID[id.Mail](tx)) }

func profileLink(o *org.Organization) string { return "/o/" + string(o.ID) + "/profile" }
func myCodeLink(o *org.Organization) string  { return "/o/" + string(o.ID) + "/my-code" }
func changesLink(o *org.Organization) string { return "/o/" + string(o.ID) + "/manage/changes" }

// toContacts writes one mail each to those who are there, active and can be reached, without writing to one twice.
func (tx *Tx) toContacts(l letter, link string, to ...*contact.Contact) ([]store.Mail, error) {
	var mails []store.Mail
	told := map[id.Contact]bool{}
	for _, c := range to {
		if c == nil || !c.Active || c.Email == "" || told[c.ID] {
			continue
		}
		told[c.ID] = true
		m, err := tx.send(l, c.Email, c.Locale, link)
		if err != nil {
			return nil, err
		}
		mails = append(mails, m)
	}
	return mails, nil
}

// toldOfCode writes to the owner of what was done about a code, and to its holder when it was somebody else. Who looks
// at a code is not told that they did.
func (tx *Tx) toldOfCode(o *org.Organization, holder id.Contact, l letter) ([]store.Mail, error) {
	owner, err := tx.Owner(tx, o.ID)
	if err != nil {
		return nil, err
	}
	by := id.Contact("")
	if tx.Contact != nil {
		by = tx.Contact.ID
	}
	if l.template == mail.CodeRevealed && owner.ID == by {
		owner = nil
	}
	link := profileLink(o)
	var who *contact.Contact
	if holder != account {
		link = myCodeLink(o)
		if holder != by {
			if who, err = tx.ContactByID(tx, o.ID, holder); err != nil {
				return nil, err
			}
			if who.Login == "" { // has no portal to look at
				link = profileLink(o)
			}
		}
	}
	return tx.toContacts(l, link, owner, who)
}

// toCodeOwner writes to the owner alone.
func (tx *Tx) toCodeOwner(o *org.Organization, l letter) ([]store.Mail, error) {
	owner, err := tx.Owner(tx, o.ID)
	if err != nil {
		return nil, err
	}
	return tx.toContacts(l, profileLink(o), owner)
}

// toHolderToo writes to the owner and to the person whom a caller said to be.
func (tx *Tx) toHolderToo(o *org.Organization, c id.Contact, l letter) ([]store.Mail, error) {
	owner, err := tx.Owner(tx, o.ID)
	if err != nil {
		return nil, err
	}
	who, err := tx.ContactByID(tx, o.ID, c)
	if err != nil && !errs.Is(err, errs.NotFound) {
		return nil, err
	}
	return tx.toContacts(l, profileLink(o), owner, who)
}

// toDeciders writes to whoever may decide about significant changes.
func (tx *Tx) toDeciders(o *org.Organization, l letter) ([]store.Mail, error) {
	contacts, err := tx.ContactsWith(tx, o.ID, perm.SignificantChangesApprove)
	if err != nil {
		return nil, err
	}
	var to []*contact.Contact
	for i := range contacts {
		to = append(to, &contacts[i])
	}
	return tx.toContacts(l, changesLink(o), to...)
}

// toChangeAgent writes to the agent who asked for a change.
func (tx *Tx) toChangeAgent(o *org.Organization, c *significant.Change, state string) ([]store.Mail, error) {
	to, err := tx.StaffMail(tx, c.Staff)
	if errs.Is(err, errs.NotFound) { // has left the provider
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	by := c.DecidedName
	if by == "" {
		by = o.Name
	}
	m, err := tx.send(letter{mail.ChangeDecided, string(c.ID), state, mail.Args{"state": state, "organization": o.Name, "by": by, "subject": c.Subject,
		"caller": c.CallerName, "note": c.Reason}}, to.Email, to.Locale, "/hub/verify")
	return []store.Mail{m}, err
}

// toLeadsOfCalls writes to leads and administrators about what happens in calls.
func (tx *Tx) toLeadsOfCalls(l letter) ([]store.Mail, error) {
	leads, err := tx.LeadMails(tx)
	if err != nil {
		return nil, err
	}
	var mails []store.Mail
	for _, to := range leads {
		m, err := tx.send(l, to.Email, to.Locale, "/hub/verify")
		if err != nil {
			return nil, err
		}
		mails = append(mails, m)
	}
	return mails, nil
}
