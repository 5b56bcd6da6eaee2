package store

import (
	"context"
	"fmt"
	"time"

	"countersign/shared/errs"
	"countersign/shared/id"
)

// Login is one person's way in, with its secrets as they are stored: hashed or sealed.
type Login struct {
	ID            id.Login
	Email         string // lower case
	Name          string
	Locale        string
	PasswordHash  string          // "" until the person accepted an invitation
	PasswordAlone bool            // the password is strong enough to be the only factor
	PasswordBy    id.Organization // whose contact chose the first password; "" once the person chose one by a mailed link
	FactorSealed  string          // secret of the second factor, "" without one
	FactorPending string          // secret of one that awaits its first code
	FactorStep    int64           // last accepted step
	CreatedAt     time.Time
}

const loginColumns = `id, email, name, locale, password_hash, password_alone, password_by, totp_sealed, totp_pending, totp_step, created_at`

func scanLogin(row Scanner) (*Login, error) {
	var l Login
	var created int64
	if err := row.Scan(&l.ID, &l.Email, &l.Name, &l.Locale, &l.PasswordHash, &l.PasswordAlone, &l.PasswordBy, &l.FactorSealed, &l.FactorPending,
		&l.FactorStep, &created); err != nil {
		return nil, err
	}
	l.CreatedAt = at(created)
	return &l, nil
}

// Login is one login.
func (tx *Tx) Login(ctx context.Context, l id.Login) (*Login, error) {
	return scanLogin(tx.QueryRow(ctx, `SELECT `+loginColumns+` FROM login WHERE id = ?`, l))
}

// LoginByEmail finds a login by its e-mail in lower case.
func (tx *Tx) LoginByEmail(ctx context.Context, email string) (*Login, error) {
	return scanLogin(tx.QueryRow(ctx, `SELECT `+loginColumns+` FROM login WHERE email = ?`, email))
}

// AddLogin writes a new login.
func (tx *Tx) AddLogin(ctx context.Context, l *Login) error {
	if _, err := tx.Exec(ctx, `INSERT INTO login (`+loginColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		l.ID, l.Email, l.Name, l.Locale, l.PasswordHash, l.PasswordAlone, l.PasswordBy, l.FactorSealed, l.FactorPending, l.FactorStep, ms(tx.Now())); err != nil {
		return fmt.Errorf("write login: %w", err)
	}
	return nil
}

// SetPassword replaces the password's hash by that of one which the person chose: by a mailed link, or by entering the one
// before, which whoever chose that one could do, too.
func (tx *Tx) SetPassword(ctx context.Context, l id.Login, hash string, alone, mailed bool) error {
	if _, err := tx.Exec(ctx, `UPDATE login SET password_hash = ?, password_alone = ?, password_by = CASE WHEN ? THEN '' ELSE password_by END WHERE id = ?`,
		hash, alone, mailed, l); err != nil {
		return fmt.Errorf("save password: %w", err)
	}
	return nil
}

// Rehash replaces the hash of the same password by one of today's cost. It is bookkeeping: the password stays.
func (tx *Tx) Rehash(ctx context.Context, l id.Login, from, to string) error {
	if _, err := tx.Touch(ctx, `UPDATE login SET password_hash = ? WHERE id = ? AND password_hash = ?`, to, l, from); err != nil {
		return fmt.Errorf("save password at today's cost: %w", err)
	}
	return nil
}

// SetFirstPassword gives a login its name and the first password that the person chooses; false when it has one already.
func (tx *Tx) SetFirstPassword(ctx context.Context, l id.Login, name, hash string, alone bool) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE login SET name = ?, password_hash = ?, password_alone = ?, password_by = ''
WHERE id = ? AND (password_hash = '' OR password_by <> '')`, name, hash, alone, l)
	if err != nil {
		return false, fmt.Errorf("save first password: %w", err)
	}
	return n == 1, nil
}

// GivePassword is SetFirstPassword for a password that somebody of the organization chose for the person.
func (tx *Tx) GivePassword(ctx context.Context, l id.Login, by id.Organization, hash string, alone bool) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE login SET password_hash = ?, password_alone = ?, password_by = ? WHERE id = ? AND password_hash = ''`,
		hash, alone, by, l)
	if err != nil {
		return false, fmt.Errorf("give a password: %w", err)
	}
	return n == 1, nil
}

// SetLocale changes the language of a person, also in the organizations they belong to.
func (tx *Tx) SetLocale(ctx context.Context, l id.Login, locale string) error {
	if _, err := tx.Exec(ctx, `UPDATE login SET locale = ? WHERE id = ?`, locale, l); err != nil {
		return fmt.Errorf("save language: %w", err)
	}
	if _, err := tx.Exec(ctx, `UPDATE contact SET locale = ? WHERE login = ?`, locale, l); err != nil {
		return fmt.Errorf("save language of contacts: %w", err)
	}
	return nil
}

// SetPendingFactor keeps the sealed secret of a second factor until its first code was entered. It is bookkeeping:
// nothing counts yet.
func (tx *Tx) SetPendingFactor(ctx context.Context, l id.Login, sealed string) error {
	if _, err := tx.Touch(ctx, `UPDATE login SET totp_pending = ? WHERE id = ?`, sealed, l); err != nil {
		return fmt.Errorf("keep second factor: %w", err)
	}
	return nil
}

// SetFactor sets the second factor, with the step of the code that confirmed it. An empty secret removes the factor
// with its recovery codes.
func (tx *Tx) SetFactor(ctx context.Context, l id.Login, sealed string, step int64) error {
	if _, err := tx.Exec(ctx, `UPDATE login SET totp_sealed = ?, totp_pending = '', totp_step = ? WHERE id = ?`, sealed, step, l); err != nil {
		return fmt.Errorf("save second factor: %w", err)
	}
	if sealed != "" {
		return nil
	}
	return tx.SetRecoveryCodes(ctx, l, nil)
}

// UseFactorStep accepts a step once: false when it, or a later one, was accepted already.
func (tx *Tx) UseFactorStep(ctx context.Context, l id.Login, step int64) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE login SET totp_step = ? WHERE id = ? AND totp_sealed <> '' AND totp_step < ?`, step, l, step)
	if err != nil {
		return false, fmt.Errorf("use code of second factor: %w", err)
	}
	return n == 1, nil
}

// SetRecoveryCodes replaces the hashes of a login's recovery codes.
func (tx *Tx) SetRecoveryCodes(ctx context.Context, l id.Login, hashes []string) error {
	if _, err := tx.Exec(ctx, `DELETE FROM recovery_code WHERE login = ?`, l); err != nil {
		return fmt.Errorf("remove recovery codes: %w", err)
	}
	for _, h := range hashes {
		if _, err := tx.Exec(ctx, `INSERT INTO recovery_code (login, hash, used_at) VALUES (?, ?, 0)`, l, h); err != nil {
			return fmt.Errorf("write recovery code: %w", err)
		}
	}
	return nil
}

// UseRecoveryCode uses one up: false when the login has none with this hash left.
func (tx *Tx) UseRecoveryCode(ctx context.Context, l id.Login, hash string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE recovery_code SET used_at = ? WHERE login = ? AND hash = ? AND used_at = 0`, ms(tx.Now()), l, hash)
	if err != nil {
		return false, fmt.Errorf("use recovery code: %w", err)
	}
	return n == 1, nil
}

// LinkContact gives a contact its login, once the person accepted; false when the contact is not there, not active or
// has one already. A Violation (IsUnique) when the person is in the organization as another contact.
func (tx *Tx) LinkContact(ctx context.Context, oid id.Organization, c id.Contact, l id.Login, name string) (bool, error) {
	var company, email string
	err := tx.QueryRow(ctx, `SELECT company, email FROM contact WHERE org = ? AND id = ?`, oid, c).Scan(&company, &email)
	if errs.Is(err, errs.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	n, err := tx.Exec(ctx, `UPDATE contact SET login = ?, name = ?, search_key = ?, version = version + 1
WHERE org = ? AND id = ? AND active AND access AND login IS NULL`, l, name, searchKey(name, company, email), oid, c)
	if err != nil {
		return false, fmt.Errorf("link contact to login: %w", err)
	}
	if n != 1 {
		return false, nil
	}
	return true, tx.ownerMoved(ctx, oid) // who may have been the owner
}

// InvitedContact is the contact that an invitation is for, with or without a login; active says that it may have one.
func (tx *Tx) InvitedContact(ctx context.Context, oid id.Organization, c id.Contact) (name string, linked, active bool, err error) {
	err = tx.QueryRow(ctx, `SELECT name, login IS NOT NULL, active AND access FROM contact WHERE org = ? AND id = ?`, oid, c).Scan(&name, &linked, &active)
	return name, linked, active, err
}

// OrganizationsOfLogin are the organizations that a person is an active contact of, with their owners' names.
func (tx *Tx) OrganizationsOfLogin(ctx context.Context, l id.Login) ([]OrganizationRow, error) {
	return tx.organizationRows(ctx, `WHERE organization.id IN (SELECT org FROM contact WHERE login = ? AND active AND access) ORDER BY name_key`, l)
}
