package store

import (
	"context"
	"fmt"
	"time"

	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/significant"
)

const changeColumns = `id, org, verification, staff, staff_login, staff_name, caller, caller_name, kind, service, subject, note, ticket, state,
created_at, lapses_at, decided_at, decided_by, decided_by_name, reason`

// shownChange are the columns with how the caller was verified, which stands with the call.
const shownChange = changeColumns + `,
(SELECT v.channel FROM verification v WHERE v.id = significant_change.verification), (SELECT v.matched FROM verification v WHERE v.id = significant_change.verification)`

func scanChange(row Scanner) (*significant.Change, error) {
	var c significant.Change
	if err := row.Scan(&c.ID, &c.Org, &c.Verification, &c.Staff, &c.StaffLogin, &c.StaffName, &c.Caller, &c.CallerName, &c.Kind, &c.Service, &c.Subject, &c.Note,
		&c.Ticket, &c.State, &c.CreatedAt, &c.LapsesAt, &c.DecidedAt, &c.DecidedBy, &c.DecidedName, &c.Reason,
		&c.Channel, &c.Matched); err != nil {
		return nil, err
	}
	return &c, nil
}

// SignificantChange is one of the organization.
func (tx *Tx) SignificantChange(ctx context.Context, oid id.Organization, c id.Change) (*significant.Change, error) {
	return scanChange(tx.QueryRow(ctx, `SELECT `+shownChange+` FROM significant_change WHERE org = ? AND id = ?`, oid, c))
}

// AddSignificantChange writes a new one. A second cancellation of a service while one waits is a Conflict.
func (tx *Tx) AddSignificantChange(ctx context.Context, c *significant.Change) error {
	_, err := tx.Exec(ctx, `INSERT INTO significant_change (`+changeColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.ID, c.Org, c.Verification, Null(c.Staff), c.StaffLogin, c.StaffName, c.Caller, c.CallerName, c.Kind, c.Service, c.Subject, c.Note,
		c.Ticket, c.State, c.CreatedAt, c.LapsesAt, c.DecidedAt, c.DecidedBy, c.DecidedName, c.Reason)
	if c.Service != "" && IsUnique(err) {
		return errs.InState(string(significant.Pending), "service.error.cancellation_waits")
	}
	if err != nil {
		return fmt.Errorf("write a significant change: %w", err)
	}
	return nil
}

// SaveSignificantChange writes the decision over a change that waits; racing decisions meet here, and one wins. The
// other is a Conflict with the state that it left.
func (tx *Tx) SaveSignificantChange(ctx context.Context, c *significant.Change) error {
	n, err := tx.Exec(ctx, `UPDATE significant_change SET state = ?, decided_at = ?, decided_by = ?, decided_by_name = ?, reason = ?
WHERE org = ? AND id = ? AND state = 'pending'`, c.State, c.DecidedAt, c.DecidedBy, c.DecidedName, c.Reason, c.Org, c.ID)
	if err != nil {
		return fmt.Errorf("save a significant change: %w", err)
	}
	if n != 1 {
		now, err := tx.SignificantChange(ctx, c.Org, c.ID)
		if err != nil {
			return err
		}
		return errs.InState(string(now.State), "change.error.state."+string(now.State))
	}
	return nil
}

// PendingChanges are the organization's changes that wait, oldest first.
func (tx *Tx) PendingChanges(ctx context.Context, oid id.Organization) ([]significant.Change, error) {
	return tx.changes(ctx, `WHERE org = ? AND state = 'pending' ORDER BY id`, oid)
}

// DecidedChanges are those that wait no more, newest first, asked for before one of them (or all).
func (tx *Tx) DecidedChanges(ctx context.Context, oid id.Organization, before id.Change, limit int) ([]significant.Change, error) {
	if before == "" {
		before = "g" // sorts after every UUID
	}
	return tx.changes(ctx, `WHERE org = ? AND id < ? AND state <> 'pending' ORDER BY id DESC LIMIT ?`, oid, before, limit)
}

// ChangesOfCall are those asked for in one verification, newest first.
func (tx *Tx) ChangesOfCall(ctx context.Context, oid id.Organization, v id.Verification) ([]significant.Change, error) {
	return tx.changes(ctx, `WHERE org = ? AND verification = ? ORDER BY id DESC`, oid, v)
}

// ChangesOfAgent are the agent's that wait or were decided after a time, newest first.
func (tx *Tx) ChangesOfAgent(ctx context.Context, s id.Staff, after time.Time) ([]significant.Change, error) {
	return tx.changes(ctx, `WHERE staff = ? AND (state = 'pending' OR decided_at > ?) ORDER BY id DESC LIMIT 100`, s, after)
}

// DueChanges are those of all organizations that waited too long.
func (tx *Tx) DueChanges(ctx context.Context, now time.Time) ([]significant.Change, error) {
	return tx.changes(ctx, `WHERE state = 'pending' AND lapses_at <= ? ORDER BY lapses_at LIMIT 500`, now)
}

// NextChangeEnd is when the next change that waits lapses; zero when none waits.
func (tx *Tx) NextChangeEnd(ctx context.Context) (t time.Time, err error) {
	err = tx.QueryRow(ctx, `SELECT COALESCE(MIN(lapses_at), 0) FROM significant_change WHERE state = 'pending'`).Scan(&t)
	return t, err
}

func (tx *Tx) changes(ctx context.Context, where string, args ...any) ([]significant.Change, error) {
	list, err := Collect(tx.Query(ctx, `SELECT `+shownChange+` FROM significant_change `+where, args...), func(r *Rows) (significant.Change, error) {
		c, err := scanChange(r)
		if err != nil {
			return significant.Change{}, fmt.Errorf("read significant change: %w", err)
		}
		return *c, nil
	})
	if list == nil {
		list = []significant.Change{}
	}
	return list, err
}
