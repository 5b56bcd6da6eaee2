package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"countersign/shared/api"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/perm"
)

// Transfer is a transfer of ownership with the organization that it is about.
type Transfer struct {
	api.Transfer
	Org id.Organization
}

const transferColumns = `id, org, from_id, from_name, to_id, to_name, state, created_at, lapses_at, ended_at`

func scanTransfer(row Scanner) (*Transfer, error) {
	var t Transfer
	var created, lapses, ended int64
	if err := row.Scan(&t.ID, &t.Org, &t.From, &t.FromName, &t.To, &t.ToName, &t.State, &created, &lapses, &ended); err != nil {
		return nil, err
	}
	t.CreatedAt, t.LapsesAt, t.EndedAt = at(created), at(lapses), at(ended)
	return &t, nil
}

// AddTransfer writes a new transfer. A Violation (IsUnique) when one waits in the organization already.
func (tx *Tx) AddTransfer(ctx context.Context, t *Transfer) error {
	_, err := tx.Exec(ctx, `INSERT INTO ownership_transfer (`+transferColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)`,
		t.ID, t.Org, t.From, t.FromName, t.To, t.ToName, t.State, ms(t.CreatedAt), ms(t.LapsesAt))
	if err != nil {
		return fmt.Errorf("write transfer of ownership: %w", err)
	}
	return nil
}

// Transfer is one transfer of the organization.
func (tx *Tx) Transfer(ctx context.Context, oid id.Organization, t id.Transfer) (*Transfer, error) {
	return scanTransfer(tx.QueryRow(ctx, `SELECT `+transferColumns+` FROM ownership_transfer WHERE org = ? AND id = ?`, oid, t))
}

// PendingTransfer is the transfer that waits in the organization; NotFound when there is none.
func (tx *Tx) PendingTransfer(ctx context.Context, oid id.Organization) (*Transfer, error) {
	return scanTransfer(tx.QueryRow(ctx, `SELECT `+transferColumns+` FROM ownership_transfer WHERE org = ? AND state = 'pending'`, oid))
}

// PastTransfers are the organization's transfers that are over, newest first.
func (tx *Tx) PastTransfers(ctx context.Context, oid id.Organization, limit int) ([]api.Transfer, error) {
	return Collect(tx.Query(ctx, `SELECT `+transferColumns+` FROM ownership_transfer WHERE org = ? AND state <> 'pending'
ORDER BY created_at DESC, id DESC LIMIT ?`, oid, limit), func(r *Rows) (api.Transfer, error) {
		t, err := scanTransfer(r)
		if err != nil {
			return api.Transfer{}, err
		}
		return t.Transfer, nil
	})
}

// EndTransfer ends a transfer that waits; a Conflict that names the state when it waits no longer.
func (tx *Tx) EndTransfer(ctx context.Context, t *Transfer, to api.TransferState) error {
	n, err := tx.Exec(ctx, `UPDATE ownership_transfer SET state = ?, ended_at = ? WHERE org = ? AND id = ? AND state = 'pending'`,
		to, ms(tx.Now()), t.Org, t.ID)
	if err != nil {
		return fmt.Errorf("end transfer of ownership: %w", err)
	}
	if n != 1 {
		return errs.InState(string(t.State), "ownership.error.over")
	}
	t.State, t.EndedAt = to, tx.Now()
	return nil
}

// DueTransfers are the transfers of all organizations that lapse at or before a time.
func (tx *Tx) DueTransfers(ctx context.Context, now time.Time) ([]Transfer, error) {
	return Collect(tx.Query(ctx, `SELECT `+transferColumns+` FROM ownership_transfer WHERE state = 'pending' AND lapses_at <= ? ORDER BY id`, ms(now)),
		func(r *Rows) (Transfer, error) {
			t, err := scanTransfer(r)
			if err != nil {
				return Transfer{}, err
			}
			return *t, nil
		})
}

// NextTransferLapse is when the next transfer lapses; zero when none waits.
func (tx *Tx) NextTransferLapse(ctx context.Context) (time.Time, error) {
	var next int64
	if err := tx.QueryRow(ctx, `SELECT COALESCE(MIN(lapses_at), 0) FROM ownership_transfer WHERE state = 'pending'`).Scan(&next); err != nil {
		return time.Time{}, fmt.Errorf("read the next lapse of a transfer: %w", err)
	}
	return at(next), nil
}

// MoveOwnership makes another contact the owner; the one before holds the given roles. The rows move
// together, so that there is one owner at each moment.
func (tx *Tx) MoveOwnership(ctx context.Context, oid id.Organization, from, to id.Contact, roles []perm.Role) error {
	left, err := json.Marshal(roles)
	if err != nil {
		return fmt.Errorf("write roles: %w", err)
	}
	n, err := tx.Exec(ctx, `UPDATE contact SET owner = FALSE, roles = ?, overrides = '{}', version = version + 1 WHERE org = ? AND id = ? AND owner`, string(left), oid, from)
	if err != nil {
		return fmt.Errorf("take the ownership from the owner: %w", err)
	}
	m, err := tx.Exec(ctx, `UPDATE contact SET owner = TRUE, version = version + 1 WHERE org = ? AND id = ? AND active AND access AND login IS NOT NULL AND NOT owner`, oid, to)
	if err != nil {
		return fmt.Errorf("give the ownership to a contact: %w", err)
	}
	if n != 1 || m != 1 {
		return errs.InState("changed", "ownership.error.target")
	}
	return tx.ownerMoved(ctx, oid)
}

// OwnershipCandidates are the contacts who could become the owner: they can sign in with a password that nobody else chose,
// and don't work for the provider.
func (tx *Tx) OwnershipCandidates(ctx context.Context, oid id.Organization) ([]contact.Contact, error) {
	return tx.contacts(ctx, `WHERE org = ? AND active AND access AND login IS NOT NULL AND NOT owner AND
NOT EXISTS (SELECT 1 FROM login WHERE login.id = contact.login AND login.password_by <> '') AND
NOT EXISTS (SELECT 1 FROM staff WHERE staff.login = contact.login AND staff.active) ORDER BY search_key, id`, oid)
}
