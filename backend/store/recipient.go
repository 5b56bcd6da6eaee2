package store

import (
	"context"

	"countersign/shared/id"
)

// Recipient is where and in which language to write to somebody.
type Recipient struct {
	Email  string
	Locale string
}

func scanRecipient(row Scanner) (r Recipient, err error) {
	err = row.Scan(&r.Email, &r.Locale)
	return r, err
}

// StaffMail is where to write to a member of staff, NotFound for one who was deactivated.
func (tx *Tx) StaffMail(ctx context.Context, s id.Staff) (Recipient, error) {
	return scanRecipient(tx.QueryRow(ctx, `SELECT login.email, login.locale FROM staff JOIN login ON login.id = staff.login WHERE staff.id = ? AND staff.active`, s))
}

// LeadMails is where to write to the active leads and administrators who accepted their invitation.
func (tx *Tx) LeadMails(ctx context.Context) ([]Recipient, error) {
	return Collect(tx.Query(ctx, `SELECT login.email, login.locale FROM staff JOIN login ON login.id = staff.login
WHERE staff.active AND staff.accepted_at > 0 AND staff.role IN ('lead', 'administrator') ORDER BY staff.id`), func(rows *Rows) (Recipient, error) { return scanRecipient(rows) })
}
