package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
)

// Code is a holder's Phone/Chat Code as it is stored: sealed, with a tag. Contact "" is the account-wide one.
type Code struct {
	ID         id.Code
	Org        id.Organization
	Contact    id.Contact
	Version    int64
	RootKey    string
	Sealed     string
	Tag        string
	Generated  bool
	SetAt      time.Time
	SetBy      id.Contact
	SetByName  string
	VoidAt     time.Time
	ReleasedAt time.Time // misses before don't lock any more
	MatchedAt  time.Time // misses before don't void any more
	RevealedAt time.Time
	RevealedBy string
	RotateAt   time.Time
	RotateWhy  string
}

// Stands reports whether the code can match at all.
func (c *Code) Stands() bool { return c != nil && c.VoidAt.IsZero() && c.Tag != "" }

const codeColumns = `id, org, contact, version, root_key, sealed, tag, generated, set_at, set_by, set_by_name, void_at, released_at, matched_at,
revealed_at, revealed_by, rotate_at, rotate_why`

func scanCode(row Scanner) (*Code, error) {
	var c Code
	if err := row.Scan(&c.ID, &c.Org, &c.Contact, &c.Version, &c.RootKey, &c.Sealed, &c.Tag, &c.Generated, &c.SetAt, &c.SetBy, &c.SetByName,
		&c.VoidAt, &c.ReleasedAt, &c.MatchedAt, &c.RevealedAt, &c.RevealedBy, &c.RotateAt, &c.RotateWhy); err != nil {
		return nil, err
	}
	return &c, nil
}

// Code is the holder's code, NotFound when none was set or it was removed. A void one is there.
func (tx *Tx) Code(ctx context.Context, oid id.Organization, c id.Contact) (*Code, error) {
	return scanCode(tx.QueryRow(ctx, `SELECT `+codeColumns+` FROM code WHERE org = ? AND contact = ?`, oid, c))
}

// Codes are all codes of an organization.
func (tx *Tx) Codes(ctx context.Context, oid id.Organization) ([]Code, error) {
	return Collect(tx.Query(ctx, `SELECT `+codeColumns+` FROM code WHERE org = ? ORDER BY contact`, oid), func(r *Rows) (Code, error) {
		c, err := scanCode(r)
		if err != nil {
			return Code{}, err
		}
		return *c, nil
	})
}

// PutCode writes a holder's new code in place of the one before.
func (tx *Tx) PutCode(ctx context.Context, c *Code) error {
	if _, err := tx.Exec(ctx, `DELETE FROM code WHERE org = ? AND contact = ?`, c.Org, c.Contact); err != nil {
		return fmt.Errorf("replace a code: %w", err)
	}
	if _, err := tx.Exec(ctx, `INSERT INTO code (`+codeColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		c.ID, c.Org, c.Contact, c.Version, c.RootKey, c.Sealed, c.Tag, c.Generated, c.SetAt, c.SetBy, c.SetByName, c.VoidAt, c.ReleasedAt,
		c.MatchedAt, c.RevealedAt, c.RevealedBy, c.RotateAt, c.RotateWhy); err != nil {
		return fmt.Errorf("write a code: %w", err)
	}
	return nil
}

// SaveCode writes what changes of a code that stays: keys, times and notes.
func (tx *Tx) SaveCode(ctx context.Context, c *Code) error {
	n, err := tx.Exec(ctx, `UPDATE code SET root_key = ?, sealed = ?, tag = ?, void_at = ?, released_at = ?, matched_at = ?, revealed_at = ?,
revealed_by = ?, rotate_at = ?, rotate_why = ? WHERE org = ? AND contact = ? AND id = ?`, c.RootKey, c.Sealed, c.Tag, c.VoidAt, c.ReleasedAt, c.MatchedAt,
		c.RevealedAt, c.RevealedBy, c.RotateAt, c.RotateWhy, c.Org, c.Contact, c.ID)
	if err != nil {
		return fmt.Errorf("save a code: %w", err)
	}
	if n != 1 {
		return gone()
	}
	return nil
}

// RemoveCode forgets a holder's code; its history stays.
func (tx *Tx) RemoveCode(ctx context.Context, oid id.Organization, c id.Contact) error {
	if _, err := tx.Exec(ctx, `DELETE FROM code WHERE org = ? AND contact = ?`, oid, c); err != nil {
		return fmt.Errorf("remove a code: %w", err)
	}
	return nil
}

// PastCode is a code that a holder had, as far as it can be recognised.
type PastCode struct {
	Org     id.Organization
	Contact id.Contact
	Code    id.Code
	Version int64
	RootKey string
	Sealed  string
	Tag     string
	At      time.Time
	ByName  string
}

// keptCodes is how many of a holder's codes can't come back.
const keptCodes = 5

// AddPastCode remembers a code and forgets those that are too old.
func (tx *Tx) AddPastCode(ctx context.Context, p *PastCode) error {
	if _, err := tx.Exec(ctx, `INSERT INTO code_history (org, contact, code, version, root_key, sealed, tag, at, by_name) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		p.Org, p.Contact, p.Code, p.Version, p.RootKey, p.Sealed, p.Tag, p.At, p.ByName); err != nil {
		return fmt.Errorf("remember a code: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM code_history WHERE org = ? AND contact = ? AND code NOT IN (
SELECT code FROM code_history WHERE org = ? AND contact = ? ORDER BY at DESC, code DESC LIMIT ?)`, p.Org, p.Contact, p.Org, p.Contact, keptCodes); err != nil {
		return fmt.Errorf("forget old codes: %w", err)
	}
	return nil
}

const pastColumns = `org, contact, code, version, root_key, sealed, tag, at, by_name`

func scanPast(r *Rows) (p PastCode, err error) {
	err = r.Scan(&p.Org, &p.Contact, &p.Code, &p.Version, &p.RootKey, &p.Sealed, &p.Tag, &p.At, &p.ByName)
	return p, err
}

// PastCodes are a holder's last codes, newest first, the standing one among them.
func (tx *Tx) PastCodes(ctx context.Context, oid id.Organization, c id.Contact) ([]PastCode, error) {
	return Collect(tx.Query(ctx, `SELECT `+pastColumns+` FROM code_history WHERE org = ? AND contact = ? ORDER BY at DESC, code DESC LIMIT ?`, oid, c, keptCodes), scanPast)
}

// AllPastCodes are those of every holder of the organization.
func (tx *Tx) AllPastCodes(ctx context.Context, oid id.Organization) ([]PastCode, error) {
	return Collect(tx.Query(ctx, `SELECT `+pastColumns+` FROM code_history WHERE org = ? ORDER BY contact, code`, oid), scanPast)
}

// SavePastCode writes a past code's new key, seal and tag.
func (tx *Tx) SavePastCode(ctx context.Context, p *PastCode) error {
	if _, err := tx.Exec(ctx, `UPDATE code_history SET root_key = ?, sealed = ?, tag = ? WHERE org = ? AND contact = ? AND code = ?`,
		p.RootKey, p.Sealed, p.Tag, p.Org, p.Contact, p.Code); err != nil {
		return fmt.Errorf("save a past code: %w", err)
	}
	return nil
}

// DropPastCodes forgets a holder's past codes, with the holder.
func (tx *Tx) DropPastCodes(ctx context.Context, oid id.Organization, c id.Contact) error {
	if _, err := tx.Exec(ctx, `DELETE FROM code_history WHERE org = ? AND contact = ?`, oid, c); err != nil {
		return fmt.Errorf("forget past codes: %w", err)
	}
	return nil
}

// LastCodeEntry is the newest entry of the record that says what became of a holder's code; NotFound when none does.
func (tx *Tx) LastCodeEntry(ctx context.Context, oid id.Organization, object string) (kind audit.Kind, code id.Code, err error) {
	var detail string
	err = tx.QueryRow(ctx, `SELECT kind, detail FROM audit_entry WHERE stream = ? AND object = ?
AND kind IN ('code.set', 'code.changed', 'code.removed', 'code.voided') ORDER BY seq DESC LIMIT 1`, live.Of(oid), object).Scan(&kind, &detail)
	if err != nil {
		return "", "", err
	}
	var m map[string]string
	if err := json.Unmarshal([]byte(detail), &m); err != nil {
		return "", "", fmt.Errorf("read the detail of an audit entry: %w", err)
	}
	return kind, id.Code(m["id"]), nil
}

// Attempt is one check of something heard.
type Attempt struct {
	ID           string
	Org          id.Organization
	Contact      id.Contact
	Staff        id.Staff
	Verification id.Verification
	At           time.Time
	Outcome      string
}

// Outcomes of an attempt beside those of a verification.
const Counted = "counted" // no answer yet: stands for a miss

// AddAttempt writes an attempt before anything is compared.
func (tx *Tx) AddAttempt(ctx context.Context, a *Attempt) error {
	if _, err := tx.Touch(ctx, `INSERT INTO code_attempt (id, org, contact, staff, verification, at, outcome) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		a.ID, a.Org, a.Contact, a.Staff, a.Verification, a.At, a.Outcome); err != nil {
		return fmt.Errorf("count an attempt: %w", err)
	}
	return nil
}

// SettleAttempt writes the outcome of an attempt that was counted, or of a phrase that was said while the codes were
// locked; a Conflict when it is settled.
func (tx *Tx) SettleAttempt(ctx context.Context, oid id.Organization, attempt string, outcome string) error {
	n, err := tx.Exec(ctx, `UPDATE code_attempt SET outcome = ? WHERE org = ? AND id = ? AND outcome IN ('counted', 'locked')`, outcome, oid, attempt)
	if err != nil {
		return fmt.Errorf("settle an attempt: %w", err)
	}
	if n != 1 {
		return errs.InState("settled", "error.conflict")
	}
	return nil
}

// Miss is an attempt that failed, or one that was begun and has no answer yet.
type Miss struct {
	At   time.Time
	Open bool // no answer yet
}

// Misses are the attempts against a holder's code that failed after a time, oldest first.
func (tx *Tx) Misses(ctx context.Context, oid id.Organization, c id.Contact, after time.Time) ([]Miss, error) {
	return tx.misses(ctx, `org = ? AND contact = ? AND at > ?`, oid, c, after)
}

// MissesOfOrganization are those against any code of the organization.
func (tx *Tx) MissesOfOrganization(ctx context.Context, oid id.Organization, after time.Time) ([]Miss, error) {
	return tx.misses(ctx, `org = ? AND at > ?`, oid, after)
}

// MissesOfAgent are an agent's, in all organizations.
func (tx *Tx) MissesOfAgent(ctx context.Context, s id.Staff, after time.Time) ([]Miss, error) {
	return tx.misses(ctx, `staff = ? AND at > ?`, s, after)
}

func (tx *Tx) misses(ctx context.Context, where string, args ...any) ([]Miss, error) {
	return Collect(tx.Query(ctx, `SELECT at, outcome = 'counted' FROM code_attempt WHERE `+where+` AND outcome IN ('no_match', 'counted') ORDER BY at, id`, args...),
		func(r *Rows) (m Miss, err error) { return m, r.Scan(&m.At, &m.Open) })
}

// Phrase is a one-time phrase as it is stored.
type Phrase struct {
	ID        string
	Org       id.Organization
	Contact   id.Contact
	Tag       string
	RootKey   string
	Locale    string
	CreatedAt time.Time
	ExpiresAt time.Time
	Tries     int
	EndedAt   time.Time
	UsedAt    time.Time
}

// Phrase is the contact's open phrase, also one whose time is over; NotFound when none is open.
func (tx *Tx) Phrase(ctx context.Context, oid id.Organization, c id.Contact) (*Phrase, error) {
	var p Phrase
	if err := tx.QueryRow(ctx, `SELECT id, org, contact, tag, root_key, locale, created_at, expires_at, tries, ended_at, used_at FROM phrase
WHERE org = ? AND contact = ? AND ended_at = 0`, oid, c).Scan(&p.ID, &p.Org, &p.Contact, &p.Tag, &p.RootKey, &p.Locale, &p.CreatedAt, &p.ExpiresAt,
		&p.Tries, &p.EndedAt, &p.UsedAt); err != nil {
		return nil, err
	}
	return &p, nil
}

// AddPhrase writes a new phrase. One that was open must have been ended.
func (tx *Tx) AddPhrase(ctx context.Context, p *Phrase) error {
	if _, err := tx.Exec(ctx, `INSERT INTO phrase (id, org, contact, tag, root_key, locale, created_at, expires_at, tries, ended_at, used_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0)`, p.ID, p.Org, p.Contact, p.Tag, p.RootKey, p.Locale, p.CreatedAt, p.ExpiresAt); err != nil {
		return fmt.Errorf("write a phrase: %w", err)
	}
	return nil
}

// EndPhrase ends the contact's open phrase and reports whether there was one.
func (tx *Tx) EndPhrase(ctx context.Context, oid id.Organization, c id.Contact) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE phrase SET ended_at = ?, tag = '' WHERE org = ? AND contact = ? AND ended_at = 0`, ms(tx.Now()), oid, c)
	if err != nil {
		return false, fmt.Errorf("end a phrase: %w", err)
	}
	return n > 0, nil
}

// TryPhrase counts a try before it is compared; the last one ends the phrase unless it succeeds.
func (tx *Tx) TryPhrase(ctx context.Context, oid id.Organization, phrase string) error {
	if _, err := tx.Touch(ctx, `UPDATE phrase SET tries = tries + 1 WHERE org = ? AND id = ? AND ended_at = 0`, oid, phrase); err != nil {
		return fmt.Errorf("count a try: %w", err)
	}
	return nil
}

// UsePhrase ends a phrase as used and reports whether it was this call that did.
func (tx *Tx) UsePhrase(ctx context.Context, oid id.Organization, phrase string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE phrase SET used_at = ?, ended_at = ?, tag = '' WHERE org = ? AND id = ? AND ended_at = 0 AND expires_at > ?`,
		ms(tx.Now()), ms(tx.Now()), oid, phrase, ms(tx.Now()))
	if err != nil {
		return false, fmt.Errorf("use a phrase: %w", err)
	}
	return n == 1, nil
}

// PhrasesMade counts the phrases that a contact asked for after a time, and tells when the first of them was.
func (tx *Tx) PhrasesMade(ctx context.Context, oid id.Organization, c id.Contact, after time.Time) (n int, first time.Time, err error) {
	err = tx.QueryRow(ctx, `SELECT COUNT(*), COALESCE(MIN(created_at), 0) FROM phrase WHERE org = ? AND contact = ? AND created_at > ?`, oid, c, after).Scan(&n, &first)
	return n, first, err
}

// OnFile is what a contact, or with ID "" the organization, has on file that no code may hold.
type OnFile struct {
	ID                                                       id.Contact
	Name, Company, Email, Phone, Postcode, Street, Reference string
}

// OnFile is everything on file in an organization, itself first.
func (tx *Tx) OnFile(ctx context.Context, oid id.Organization) ([]OnFile, error) {
	return Collect(tx.Query(ctx, `SELECT '', '', name, '', phone, postcode, street, reference, 0 FROM organization WHERE id = ?
UNION ALL SELECT id, name, company, email, phone, postcode, street, '', 1 FROM contact WHERE org = ? ORDER BY 9, 1`, oid, oid), func(r *Rows) (f OnFile, err error) {
		var place int
		return f, r.Scan(&f.ID, &f.Name, &f.Company, &f.Email, &f.Phone, &f.Postcode, &f.Street, &f.Reference, &place)
	})
}
