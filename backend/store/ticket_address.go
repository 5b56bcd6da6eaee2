package store

import (
	"context"
	"fmt"
	"time"

	"countersign/shared/id"
)

// TicketAddress is what an address for replies stands for.
type TicketAddress struct {
	Org     id.Organization
	Ticket  id.Ticket
	Contact id.Contact
}

// AddTicketAddress remembers what an address stands for, by its hash; a second time it changes nothing.
func (tx *Tx) AddTicketAddress(ctx context.Context, hash string, a TicketAddress) error {
	if _, err := tx.Touch(ctx, `INSERT INTO ticket_address (hash, org, ticket, contact, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (hash) DO NOTHING`,
		hash, a.Org, a.Ticket, a.Contact, tx.Now()); err != nil {
		return fmt.Errorf("remember an address for replies: %w", err)
	}
	return nil
}

// TicketAddressOf is what an address stands for; NotFound for one that was never given out.
func (tx *Tx) TicketAddressOf(ctx context.Context, hash string) (a TicketAddress, err error) {
	err = tx.QueryRow(ctx, `SELECT org, ticket, contact FROM ticket_address WHERE hash = ?`, hash).Scan(&a.Org, &a.Ticket, &a.Contact)
	return a, err
}

// CameByMail reports whether a message of the author came into the ticket with this mail already.
func (tx *Tx) CameByMail(ctx context.Context, t id.Ticket, author id.Contact, mailID string) (came bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM ticket_message WHERE ticket = ? AND author = ? AND mail_id = ? AND mail_id <> '')`, t, author, mailID).Scan(&came)
	return came, err
}

// CountByMail counts the messages that came from an author by mail since a time.
func (tx *Tx) CountByMail(ctx context.Context, oid id.Organization, author id.Contact, since time.Time) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM ticket_message WHERE org = ? AND author = ? AND via = 'mail' AND at > ?`, oid, author, since).Scan(&n)
	return n, err
}
