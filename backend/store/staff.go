package store

import (
	"context"
	"fmt"
	"time"

	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/org"
)

// StaffRow is a member of staff as lists show them.
type StaffRow struct {
	org.Member
	Email      string
	Locale     string
	Factor     bool
	AcceptedAt time.Time // zero until the invitation was accepted
	LastSignIn time.Time // as staff
}

const staffRows = `SELECT staff.id, staff.login, staff.name, staff.role, staff.active, staff.accepted_at, login.email, login.locale,
login.totp_sealed <> '', COALESCE((SELECT MAX(session.created_at) FROM session WHERE session.login = staff.login AND session.kind = 'staff'), 0)
FROM staff JOIN login ON login.id = staff.login `

func scanStaff(row Scanner) (*StaffRow, error) {
	var s StaffRow
	var accepted, last int64
	if err := row.Scan(&s.ID, &s.Login, &s.Name, &s.Rank, &s.Active, &accepted, &s.Email, &s.Locale, &s.Factor, &last); err != nil {
		return nil, err
	}
	s.AcceptedAt, s.LastSignIn = at(accepted), at(last)
	return &s, nil
}

// Works reports whether the member may act: active, and the invitation accepted.
func (s *StaffRow) Works() bool { return s.Active && !s.AcceptedAt.IsZero() }

// Staff is one member of staff.
func (tx *Tx) Staff(ctx context.Context, s id.Staff) (*StaffRow, error) {
	return scanStaff(tx.QueryRow(ctx, staffRows+`WHERE staff.id = ?`, s))
}

// StaffOfLogin is the member of staff that a login is.
func (tx *Tx) StaffOfLogin(ctx context.Context, l id.Login) (*StaffRow, error) {
	return scanStaff(tx.QueryRow(ctx, staffRows+`WHERE staff.login = ?`, l))
}

// AllStaff lists all members, active ones first, by name.
func (tx *Tx) AllStaff(ctx context.Context) ([]StaffRow, error) {
	return Collect(tx.Query(ctx, staffRows+`ORDER BY staff.active DESC, LOWER(staff.name), staff.id`), func(r *Rows) (StaffRow, error) {
		s, err := scanStaff(r)
		if err != nil {
			return StaffRow{}, err
		}
		return *s, nil
	})
}

// AddStaff writes a new member; accepted is zero for one who is invited. A login that is staff already is a bad field.
func (tx *Tx) AddStaff(ctx context.Context, m *org.Member, accepted time.Time) error {
	_, err := tx.Exec(ctx, `INSERT INTO staff (id, login, name, role, active, accepted_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		m.ID, m.Login, m.Name, m.Rank, m.Active, ms(accepted), ms(tx.Now()))
	if IsUnique(err) {
		return errs.BadField("email", "staff.error.already")
	}
	if err != nil {
		return fmt.Errorf("write member of staff: %w", err)
	}
	return nil
}

// SaveStaff writes role and active.
func (tx *Tx) SaveStaff(ctx context.Context, m *org.Member) error {
	if _, err := tx.Exec(ctx, `UPDATE staff SET role = ?, active = ? WHERE id = ?`, m.Rank, m.Active, m.ID); err != nil {
		return fmt.Errorf("save member of staff: %w", err)
	}
	return nil
}

// AcceptStaff notes that the person accepted the invitation; false when there is none to accept.
func (tx *Tx) AcceptStaff(ctx context.Context, l id.Login) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE staff SET accepted_at = ? WHERE login = ? AND active AND accepted_at = 0`, ms(tx.Now()), l)
	if err != nil {
		return false, fmt.Errorf("accept staff invitation: %w", err)
	}
	return n == 1, nil
}

// OtherAdministrators counts those who could go on when one member is gone.
func (tx *Tx) OtherAdministrators(ctx context.Context, but id.Staff) (int, error) {
	var n int
	err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM staff WHERE role = ? AND active AND accepted_at > 0 AND id <> ?`, org.Administrator, but).Scan(&n)
	return n, err
}
