package portal

import (
	"strconv"
	"strings"
	"time"

	"countersign/backend/mail"
	"countersign/backend/store"
	"countersign/shared/access"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/org"
	"countersign/shared/perm"
)

// Who hears by mail of what happens to remote access. Each person gets one mail in their own language; its link leads
// to the page, where they sign in: no mail decides anything.

// letter is a mail on its way to several people. Once makes it unique beside its template and object: a mail with the
// same key, template and reader is sent once.
type letter struct {
	template mail.Template
	object   string
	once     string
	args     mail.Args
}

func (tx *Tx) send(l letter, to, locale, link string) (store.Mail, error) {
	args := mail.Args{"link": link}
	for k, v := range l.args {
		if v != "" {
			args[k] = v
		}
	}
	if err := mail.Check(l.template, args); err != nil {
		return store.Mail{}, err
	}
	return store.Mail{ID: newID[id.Mail](tx), To: to, Locale: locale, Template: string(l.template), Args: args,
		Key: strings.Join([]string{string(l.template), l.object, l.once, to}, ":")}, nil
}

// toApprovers writes to the owner and to whoever else may decide about remote access.
func (tx *Tx) toApprovers(o *org.Organization, l letter) ([]store.Mail, error) {
	contacts, err := tx.ContactsWith(tx, o.ID, perm.RemoteSupportApprove)
	if err != nil {
		return nil, err
	}
	var mails []store.Mail
	for _, c := range contacts {
		if c.Email == "" {
			continue
		}
		m, err := tx.send(l, c.Email, c.Locale, customerLink(o))
		if err != nil {
			return nil, err
		}
		mails = append(mails, m)
	}
	return mails, nil
}

// toOwner writes to the owner alone.
func (tx *Tx) toOwner(o *org.Organization, l letter) ([]store.Mail, error) {
	return tx.toOwnerAt(o, l, customerLink(o))
}

// toOwnerAt is toOwner about another page.
func (tx *Tx) toOwnerAt(o *org.Organization, l letter, link string) ([]store.Mail, error) {
	owner, err := tx.owner(o.ID)
	if err != nil || owner == nil || owner.Email == "" {
		return nil, err
	}
	m, err := tx.send(l, owner.Email, owner.Locale, link)
	return []store.Mail{m}, err
}

// toAgents writes to everybody who asked.
func (tx *Tx) toAgents(r *access.Request, o *org.Organization, l letter) ([]store.Mail, error) {
	var mails []store.Mail
	for _, q := range r.Requesters {
		to, err := tx.StaffMail(tx, q.Staff)
		if errs.Is(err, errs.NotFound) { // has left the provider
			continue
		}
		if err != nil {
			return nil, err
		}
		m, err := tx.send(l, to.Email, to.Locale, hubLink(o))
		if err != nil {
			return nil, err
		}
		mails = append(mails, m)
	}
	return mails, nil
}

// toLeads writes to the leads and administrators of the provider.
func (tx *Tx) toLeads(o *org.Organization, l letter) ([]store.Mail, error) {
	leads, err := tx.LeadMails(tx)
	if err != nil {
		return nil, err
	}
	var mails []store.Mail
	for _, to := range leads {
		m, err := tx.send(l, to.Email, to.Locale, hubLink(o))
		if err != nil {
			return nil, err
		}
		mails = append(mails, m)
	}
	return mails, nil
}

func customerLink(o *org.Organization) string { return "/o/" + string(o.ID) + "/manage/remote-support" }
func hubLink(o *org.Organization) string      { return "/hub/remote-support?q=" + string(o.ID) }

// requested tells the approvers that an agent asks, or joins.
func (tx *Tx) requested(r *access.Request, o *org.Organization) ([]store.Mail, error) {
	return tx.toApprovers(o, letter{mail.AccessRequested, string(r.ID), "", mail.Args{"agent": tx.Member.Name, "organization": o.Name,
		"duration": span(r.Requested), "lapses": mail.At(r.LapsesAt), "note": r.Note}})
}

func (tx *Tx) joined(r *access.Request, o *org.Organization) ([]store.Mail, error) {
	return tx.toApprovers(o, letter{mail.AccessJoined, string(r.ID), string(tx.Member.ID), mail.Args{"agent": tx.Member.Name,
		"organization": o.Name, "lapses": mail.At(r.LapsesAt)}})
}

// started tells the agents that they may enter, and the approvers that a grant runs.
func (tx *Tx) started(r *access.Request, o *org.Organization) ([]store.Mail, error) {
	mails, err := tx.toAgents(r, o, letter{mail.AccessApproved, string(r.ID), "", mail.Args{"organization": o.Name, "by": r.DecidedBy.Name,
		"duration": span(r.Granted), "ends": mail.At(r.EndsAt)}})
	if err != nil {
		return nil, err
	}
	own, err := tx.toApprovers(o, letter{mail.AccessStarted, string(r.ID), "", mail.Args{"source": string(r.Source), "organization": o.Name,
		"by": r.DecidedBy.Name, "agent": names(r), "duration": span(r.Granted), "ends": mail.At(r.EndsAt)}})
	return append(mails, own...), err
}

// ended tells the agents and the approvers that a grant is over; why is a variant of the template.
func (tx *Tx) ended(r *access.Request, o *org.Organization, why string) ([]store.Mail, error) {
	l := letter{mail.AccessEnded, string(r.ID), "", mail.Args{"why": why, "organization": o.Name, "by": r.EndedBy.Name, "at": mail.At(r.EndedAt)}}
	mails, err := tx.toAgents(r, o, l)
	if err != nil {
		return nil, err
	}
	own, err := tx.toApprovers(o, l)
	return append(mails, own...), err
}

// lapsed tells both sides that a request waited too long.
func (tx *Tx) lapsed(r *access.Request, o *org.Organization) ([]store.Mail, error) {
	l := letter{mail.AccessLapsed, string(r.ID), "", mail.Args{"organization": o.Name, "at": mail.At(r.EndedAt)}}
	mails, err := tx.toAgents(r, o, l)
	if err != nil {
		return nil, err
	}
	own, err := tx.toApprovers(o, l)
	return append(mails, own...), err
}

// endChanged tells the agents and the approvers when a grant ends now.
func (tx *Tx) endChanged(r *access.Request, o *org.Organization, by string) ([]store.Mail, error) {
	l := letter{mail.AccessEndChanged, string(r.ID), stamp(tx.Now()), mail.Args{"organization": o.Name, "by": by, "ends": mail.At(r.EndsAt)}}
	mails, err := tx.toAgents(r, o, l)
	if err != nil {
		return nil, err
	}
	own, err := tx.toApprovers(o, l)
	return append(mails, own...), err
}

func span(minutes int) string { return mail.For(time.Duration(minutes) * time.Minute) }

// stamp is a time in an audit detail.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

func itoa(n int) string { return strconv.Itoa(n) }

// names are the agents of a request, for one sentence.
func names(r *access.Request) string {
	var all []string
	for _, q := range r.Requesters {
		all = append(all, q.Name)
	}
	return strings.Join(all, ", ")
}
