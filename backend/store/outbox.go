package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"countersign/shared/id"
)

// DueMail is a mail that it is time to send. The lease it came with keeps it from being handed out a second time.
type DueMail struct {
	Mail
	CreatedAt time.Time
	Attempts  int // this one included
}

// Outcome is how an attempt to send a mail ended.
type Outcome string

const (
	MailSent  Outcome = "sent"  // its sealed token is forgotten: nothing needs it any more
	MailLater Outcome = "later" // the next attempt may come after a time
	MailDead  Outcome = "dead"  // it will never be sent; its sealed token is forgotten
)

// MailOutcome is what became of a mail that was handed out.
type MailOutcome struct {
	ID      id.Mail
	Outcome Outcome
	After   time.Duration // until the next attempt
	Why     string        // the error
}

// Mails that came together are taken in the order in which they were written, which is the index's.
const dueMails = `SELECT id, created_at, recipient, locale, template, args, sealed, thread, dedupe_key, attempts, expires_at FROM outbox_mail
WHERE sent_at = 0 AND dead_at = 0 AND next_at <= ? AND leased_until <= ? ORDER BY next_at LIMIT ?`

// TurnMails writes down what became of mails that were handed out, then hands out up to n that are due and counts an
// attempt of each: all of it, or nothing. They are not handed out again before the lease is over, unless their outcome
// says so.
func (db *DB) TurnMails(ctx context.Context, done []MailOutcome, n int, lease time.Duration) ([]DueMail, error) {
	var mails []DueMail
	err := db.Update(ctx, func(tx *Tx) (err error) {
		for _, o := range done {
			if err := tx.settleMail(ctx, o); err != nil {
				return fmt.Errorf("write what became of mail %s: %w", o.ID, err)
			}
		}
		if n == 0 {
			return nil
		}
		now := ms(tx.Now())
		if mails, err = Collect(tx.Query(ctx, dueMails, now, now, n), scanDueMail); err != nil {
			return fmt.Errorf("find the mails that are due: %w", err)
		}
		for _, m := range mails {
			if _, err := tx.Touch(ctx, `UPDATE outbox_mail SET leased_until = ?, attempts = ? WHERE id = ?`,
				now+lease.Milliseconds(), m.Attempts, m.ID); err != nil {
				return fmt.Errorf("lease mail %s: %w", m.ID, err)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return mails, nil
}

func (tx *Tx) settleMail(ctx context.Context, o MailOutcome) (err error) {
	const waits = ` WHERE id = ? AND sent_at = 0 AND dead_at = 0`
	switch o.Outcome {
	case MailSent:
		_, err = tx.Touch(ctx, `UPDATE outbox_mail SET sent_at = ?, leased_until = 0, last_error = '', sealed = ''`+waits, ms(tx.Now()), o.ID)
	case MailLater:
		_, err = tx.Touch(ctx, `UPDATE outbox_mail SET next_at = ?, leased_until = 0, last_error = ?`+waits, ms(tx.Now().Add(o.After)), o.Why, o.ID)
	case MailDead:
		_, err = tx.Touch(ctx, `UPDATE outbox_mail SET dead_at = ?, leased_until = 0, last_error = ?, sealed = ''`+waits, ms(tx.Now()), o.Why, o.ID)
	default:
		err = fmt.Errorf("there is no outcome %q", o.Outcome)
	}
	return err
}

func scanDueMail(row *Rows) (m DueMail, err error) {
	var created, expires int64
	var args string
	if err := row.Scan(&m.ID, &created, &m.To, &m.Locale, &m.Template, &args, &m.Sealed, &m.Thread, &m.Key, &m.Attempts, &expires); err != nil {
		return m, err
	}
	m.Attempts++
	m.CreatedAt, m.ExpiresAt = at(created), at(expires)
	// A row that can't be read is one mail that can't be written, and must not hold up all others.
	if json.Unmarshal([]byte(args), &m.Args) != nil {
		m.Args = nil
	}
	return m, nil
}

// DropMails gives up the mails to an address that wait and lead into an organization or to an invitation as its contact:
// whoever they are for has nothing there any more.
func (tx *Tx) DropMails(ctx context.Context, to string, oid id.Organization, c id.Contact) error {
	if _, err := tx.Touch(ctx, `UPDATE outbox_mail SET dead_at = ?, last_error = 'the contact was shut out', sealed = ''
WHERE recipient = ? AND sent_at = 0 AND dead_at = 0 AND (args LIKE ? OR
dedupe_key IN (SELECT 'invitation:' || token.id || '::' || ? FROM token WHERE token.contact = ? AND token.org = ?))`,
		ms(tx.Now()), to, `%"link":"/o/`+string(oid)+`%`, to, c, oid); err != nil {
		return fmt.Errorf("drop mails: %w", err)
	}
	return nil
}

// ReclaimMails ends the leases of an earlier process. The one process that has the store open calls it once, before it
// leases any.
func (db *DB) ReclaimMails(ctx context.Context) error {
	return db.Update(ctx, func(tx *Tx) error {
		if _, err := tx.Touch(ctx, `UPDATE outbox_mail SET leased_until = 0 WHERE sent_at = 0 AND dead_at = 0 AND leased_until > 0`); err != nil {
			return fmt.Errorf("take back the leases of mails: %w", err)
		}
		return nil
	})
}

// PruneMails forgets mails that were sent or given up longer ago than age, some thousands at a time, and tells how many.
func (db *DB) PruneMails(ctx context.Context, age time.Duration) (n int64, err error) {
	err = db.Update(ctx, func(tx *Tx) error {
		before := ms(tx.Now().Add(-age))
		n, err = tx.Touch(ctx, `DELETE FROM outbox_mail WHERE id IN (SELECT id FROM outbox_mail
WHERE (sent_at > 0 AND sent_at < ?) OR (dead_at > 0 AND dead_at < ?) LIMIT 2000)`, before, before)
		if err != nil {
			return fmt.Errorf("forget old mails: %w", err)
		}
		return nil
	})
	return n, err
}

const nextMailAt = `SELECT COALESCE(MIN(CASE WHEN leased_until > next_at THEN leased_until ELSE next_at END), 0)
FROM outbox_mail WHERE sent_at = 0 AND dead_at = 0`

// NextMailAt is when the next mail can be leased, the zero time when none waits.
func (db *DB) NextMailAt(ctx context.Context) (next time.Time, err error) {
	err = db.View(ctx, func(tx *Tx) error {
		var t int64
		if err := tx.QueryRow(ctx, nextMailAt).Scan(&t); err != nil {
			return fmt.Errorf("find when the next mail is due: %w", err)
		}
		next = at(t)
		return nil
	})
	return next, err
}

// OutboxState is how the outbox stands.
type OutboxState struct {
	Waiting int       // mails neither sent nor given up
	Dead    int       // mails given up
	DueAt   time.Time // since when the one that is due longest has waited, zero when none is due
}

// Outbox tells how the outbox stands, for readiness and metrics.
func (db *DB) Outbox(ctx context.Context) (s OutboxState, err error) {
	err = db.View(ctx, func(tx *Tx) error {
		var due int64
		now := ms(tx.Now())
		if err := tx.QueryRow(ctx, `SELECT COUNT(*), COALESCE(MIN(CASE WHEN next_at <= ? AND leased_until <= ? THEN next_at END), 0)
FROM outbox_mail WHERE sent_at = 0 AND dead_at = 0`, now, now).Scan(&s.Waiting, &due); err != nil {
			return fmt.Errorf("look at the outbox: %w", err)
		}
		s.DueAt = at(due)
		if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM outbox_mail WHERE dead_at > 0`).Scan(&s.Dead); err != nil {
			return fmt.Errorf("count dead mails: %w", err)
		}
		return nil
	})
	return s, err
}
