package portal

import (
	"context"
	"errors"
	"strings"
	"time"

	"countersign/backend/mail"
	"countersign/backend/mailin"
	"countersign/backend/store"
	"countersign/shared/audit"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/org"
	"countersign/shared/text"
	"countersign/shared/ticket"
)

// Inbox is where answers to mails of tickets arrive. An answer is known by the address that it comes to, which stands for
// one contact in one ticket, and has to come from that contact's own address. Its methods are mailin.Inbox.
type Inbox struct{ svc *Service }

// Inbox takes answers by mail.
func (s *Service) Inbox() *Inbox { return &Inbox{s} }

// Refusals tell the sender, through their own mail server, what to do. None tells anything about a ticket or a person that
// the sender does not know.
var (
	unknownAddress = &mailin.Refusal{Code: 550, Enhanced: [3]int{5, 1, 1}, Text: "Nobody reads this address; answer to a mail about a ticket, or write in the portal."}
	otherSender    = &mailin.Refusal{Code: 550, Enhanced: [3]int{5, 7, 1}, Text: "This address takes answers only from the mail address that it was sent to; write from that one, or in the portal."}
	shutOut        = &mailin.Refusal{Code: 550, Enhanced: [3]int{5, 7, 1}, Text: "You can't answer in this ticket any more; the account owner can tell why."}
	closedLong     = &mailin.Refusal{Code: 550, Enhanced: [3]int{5, 7, 1}, Text: "This ticket was closed too long ago; open a new one in the portal."}
	saysNothing    = &mailin.Refusal{Code: 554, Enhanced: [3]int{5, 6, 0}, Text: "There is no answer in this mail; write above the line that says so, or in the portal."}
	tooLong        = &mailin.Refusal{Code: 554, Enhanced: [3]int{5, 6, 0}, Text: "This answer is too long for a message; send its text as a file with it."}
)

// errTooOften is no refusal: the sender's server tries again later.
var errTooOften = errors.New("too many mails of one contact in an hour")

const mostByMail = 60 // messages of one contact in an hour

// Check says at the door whether an address is one of ours and still counts.
func (in *Inbox) Check(ctx context.Context, to string) error {
	return in.svc.DB.View(ctx, func(st *store.Tx) error {
		_, err := in.open(ctx, st, to)
		return err
	})
}

// inTicket is what an address stands for at this moment.
type inTicket struct {
	ticket  *ticket.Ticket
	contact *contact.Contact
	org     *org.Organization
}

// open finds what an address stands for, from the rows of this moment.
func (in *Inbox) open(ctx context.Context, st *store.Tx, to string) (*inTicket, error) {
	token, ok := in.svc.Replies.Token(to)
	if !ok {
		return nil, unknownAddress
	}
	of, err := st.TicketAddressOf(ctx, mail.Hash(token))
	if errs.Is(err, errs.NotFound) {
		return nil, unknownAddress
	}
	if err != nil {
		return nil, err
	}
	a := &inTicket{}
	if a.contact, err = st.ContactByID(ctx, of.Org, of.Contact); errs.Is(err, errs.NotFound) || err == nil && !a.contact.Active {
		return nil, shutOut
	}
	if err != nil {
		return nil, err
	}
	if a.org, err = st.Organization(ctx, of.Org); err != nil {
		return nil, err
	}
	if a.org.State != org.Active {
		return nil, shutOut
	}
	if a.ticket, err = st.Ticket(ctx, of.Org, of.Ticket, store.Sight{}); err != nil {
		return nil, err
	}
	if a.ticket.State == ticket.Closed && !a.ticket.MayReopen(st.Now()) {
		return nil, closedLong
	}
	return a, nil
}

// Take puts an answer into its ticket, once, with its files. What no person wrote is dropped: an answer to it could go on
// for ever.
func (in *Inbox) Take(ctx context.Context, to string, m *mailin.Message) error {
	if m.Auto != mailin.Person {
		in.svc.Log.Info("a mail that no person wrote was dropped", "auto", m.Auto)
		return nil
	}
	return in.svc.DB.Update(ctx, func(st *store.Tx) error {
		a, err := in.open(ctx, st, to)
		if err != nil {
			return err
		}
		if !strings.EqualFold(strings.TrimSpace(m.From.Address), a.contact.Email) {
			return otherSender
		}
		came, err := st.CameByMail(ctx, a.ticket.ID, a.contact.ID, m.ID)
		if came || err != nil {
			return err
		}
		n, err := st.CountByMail(ctx, a.org.ID, a.contact.ID, st.Now().Add(-time.Hour))
		if err != nil {
			return err
		}
		if n >= mostByMail {
			return errTooOften
		}
		tx := &Tx{Tx: st, Context: context.WithoutCancel(ctx), Org: a.org.ID, svc: in.svc,
			Caller: &Caller{Actor: audit.Actor{Kind: audit.ByContact, ID: string(a.contact.ID), Name: a.contact.Name}, Contact: a.contact, Rights: a.contact.Rights()}}
		if err := tx.answerByMail(a, m); err != nil {
			return refusedMail(err)
		}
		in.svc.publish(st)
		return nil
	})
}

// answerByMail says what a mail says.
func (tx *Tx) answerByMail(a *inTicket, m *mailin.Message) error {
	by := store.Uploader{Side: ticket.ByContact, ID: string(a.contact.ID)}
	var files []id.Attachment
	left, total := append([]string(nil), m.Dropped...), 0
	for _, f := range m.Attachments {
		total += len(f.Data)
		if len(files) >= ticket.MaxFiles || len(f.Data) == 0 || len(f.Data) > ticket.MaxFile || total > ticket.MaxFiled || tx.svc.DB.Disk().Low {
			left = append(left, f.Name)
			total -= len(f.Data)
			continue
		}
		kept, err := tx.keepFile(a.org.ID, by, f.Name, f.Data)
		if errs.Is(err, errs.Conflict) { // as many wait as may
			left = append(left, f.Name)
			continue
		}
		if err != nil {
			return err
		}
		files = append(files, kept.ID)
	}
	words := &words{id: newID[id.Message](tx), text: m.Text, files: files, via: ticket.ViaMail, by: tx.contactAuthor(), mailID: m.ID, trimmed: m.Trimmed}
	if len(left) > 0 {
		note := locale(a.contact.Locale).T("ticket.mail.left_out", "files", text.Line(strings.Join(left, ", ")))
		words.text = strings.TrimSpace(words.text + "\n\n[" + note + "]")
	}
	return tx.say(a.org, a.ticket, words)
}

// refusedMail turns what the rules refuse into what the sender can act on.
func refusedMail(err error) error {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok {
		return err
	}
	for _, f := range e.Fields {
		if f.Key == "ticket.error.text" {
			return saysNothing
		}
		if f.Key == "ticket.error.text_long" {
			return tooLong
		}
	}
	if e.Code == errs.Conflict {
		return closedLong
	}
	return err
}
