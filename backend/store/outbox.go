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

const dueMails = `SELECT id, created_at, recipient, locale, template, args, sealed, dedupe_key, attempts, expires_at FROM outbox_mail
WHERE sent_at = 0 AND dead_at = 0 AND next_at <= ? AND leased_until <= ? ORDER BY next_at, id LIMIT ?`

// LeaseMails hands out up to n mails that are due and counts an attempt of each. They are not handed out again before
// the lease is over, unless RetryMail says so.
func (db *DB) LeaseMails(ctx context.Context, n int, lease time.Duration) ([]DueMail, error) {
	var mails []DueMail
	err := db.Update(ctx, func(tx *Tx) (err error) {
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

func scanDueMail(row *Rows) (m DueMail, err error) {
	var created, expires int64
	var args string
	if err := row.Scan(&m.ID, &created, &m.To, &m.Locale, &m.Template, &args, &m.Sealed, &m.Key, &m.Attempts, &expires); err != nil {
		return m, err
	}
	m.Attempts++
	m.CreatedAt, m.ExpiresAt = at(created), at(expires)
	if err := json.Unmarshal([]byte(args), &m.Args); err != nil {
		return m, fmt.Errorf("read the arguments of mail %s: %w", m.ID, err)
	}
	return m, nil
}

// MailSent says that a mail is delivered. Its sealed token is forgotten: nothing needs it any more.
func (db *DB) MailSent(ctx context.Context, m DueMail) error {
	return db.touchMail(ctx, m, func(tx *Tx) (int64, error) {
		return tx.Touch(ctx, `UPDATE outbox_mail SET sent_at = ?, leased_until = 0, last_error = '', sealed = ''
WHERE id = ? AND sent_at = 0 AND dead_at = 0`, ms(tx.Now()), m.ID)
	})
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

// RetryMail says why an attempt failed and after which time the next one may come.
func (db *DB) RetryMail(ctx context.Context, m DueMail, after time.Duration, why string) error {
	return db.touchMail(ctx, m, func(tx *Tx) (int64, error) {
		return tx.Touch(ctx, `UPDATE outbox_mail SET next_at = ?, leased_until = 0, last_error = ?
WHERE id = ? AND sent_at = 0 AND dead_at = 0`, ms(tx.Now().Add(after)), why, m.ID)
	})
}

// MailDead says that a mail will never be sent, and why. Its sealed token is forgotten.
func (db *DB) MailDead(ctx context.Context, m DueMail, why string) error {
	return db.touchMail(ctx, m, func(tx *Tx) (int64, error) {
		return tx.Touch(ctx, `UPDATE outbox_mail SET dead_at = ?, leased_until = 0, last_error = ?, sealed = ''
WHERE id = ? AND sent_at = 0 AND dead_at = 0`, ms(tx.Now()), why, m.ID)
	})
}

func (db *DB) touchMail(ctx context.Context, m DueMail, fn func(*Tx) (int64, error)) error {
	err := db.Update(ctx, func(tx *Tx) error {
		_, err := fn(tx)
		return err
	})
	if err != nil {
		return fmt.Errorf("write what became of mail %s: %w", m.ID, err)
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
