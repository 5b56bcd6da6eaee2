package store

import (
	"cmp"
	"fmt"
	"time"

	"countersign/backend/inventory"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/number"
)

const recordColumns = `id, e164, call_purpose, display_name, business_unit, program, status, removed_at, ver, by_login, other_ver,
purpose_ver, name_ver, place_ver`

// recordRead is the number that was read last, whether it lived and where it counts: writing it back then needs no look at
// the index of live numbers nor at the row.
type recordRead struct {
	id      id.Number
	removed time.Time
	tally   tallyKey
}

func readOf(r *inventory.Record) recordRead { return recordRead{r.ID, r.RemovedAt, tallyOf(&r.Number)} }

func (s *numbers) Number(n id.Number) (*inventory.Record, error) {
	r, err := maybe(scanRecord(s.tx.QueryRow(s.ctx, `SELECT `+recordColumns+` FROM number WHERE org = ? AND id = ?`, string(s.org), string(n))))
	if r != nil {
		s.read = readOf(r)
	}
	return r, err
}

func scanRecord(row Scanner) (*inventory.Record, error) {
	var r inventory.Record
	err := row.Scan((*string)(&r.ID), (*string)(&r.E164), &r.CallPurpose, &r.DisplayName, (*string)(&r.BusinessUnit), (*string)(&r.Program),
		(*string)(&r.Status), &r.RemovedAt, &r.Ver, (*string)(&r.By), &r.OtherVer, &r.PurposeVer, &r.NameVer, &r.PlaceVer)
	if err != nil {
		return nil, err
	}
	return &r, nil
}

func (s *numbers) Holder(e number.E164) (oid id.Organization, n id.Number, err error) {
	err = s.tx.QueryRow(s.ctx, `SELECT org, id FROM number WHERE e164 = ? AND removed_at = 0`, string(e)).Scan((*string)(&oid), (*string)(&n))
	if errs.Is(err, errs.NotFound) {
		return "", "", nil
	}
	return oid, n, err
}

func (s *numbers) Live(e number.E164) (*inventory.Record, error) {
	r, err := maybe(scanRecord(s.tx.QueryRow(s.ctx, `SELECT `+recordColumns+` FROM number WHERE e164 = ? AND removed_at = 0 AND org = ?`,
		string(e), string(s.org))))
	if r != nil {
		s.read = readOf(r)
	}
	return r, err
}

func (s *numbers) AddNumber(r *inventory.Record) (clash bool, err error) {
	n, err := s.tx.Exec(s.ctx, `INSERT INTO number (org, id, e164, call_purpose, display_name, name_key, business_unit, program, status,
removed_at, ver, by_login, other_ver, purpose_ver, name_ver, place_ver) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING`,
		string(s.org), string(r.ID), string(r.E164), r.CallPurpose, r.DisplayName, number.SearchKey(r.DisplayName), string(r.BusinessUnit),
		string(r.Program), string(r.Status), r.RemovedAt, r.Ver, string(r.By), r.OtherVer, r.PurposeVer, r.NameVer, r.PlaceVer)
	if n > 0 && r.RemovedAt.IsZero() {
		s.count(tallyOf(&r.Number), 1)
	}
	return n == 0, fault("write a new number", err)
}

func (s *numbers) PutNumber(r *inventory.Record) error {
	const edited = `call_purpose = ?, display_name = ?, name_key = ?, business_unit = ?, program = ?, status = ?, ver = ?, by_login = ?,
other_ver = ?, purpose_ver = ?, name_ver = ?, place_ver = ?`
	before := s.read
	if before.id != r.ID {
		old, err := s.Number(r.ID)
		if err != nil || old == nil {
			return fault("write a number", cmp.Or(err, fmt.Errorf("there is no number %s", r.ID)))
		}
		before = readOf(old)
	}
	args := make([]any, 0, 15)
	args = append(args, r.CallPurpose, r.DisplayName, number.SearchKey(r.DisplayName), string(r.BusinessUnit), string(r.Program), string(r.Status),
		r.Ver, string(r.By), r.OtherVer, r.PurposeVer, r.NameVer, r.PlaceVer)
	query := `UPDATE number SET ` + edited + ` WHERE org = ? AND id = ?`
	if !before.removed.Equal(r.RemovedAt) {
		query, args = `UPDATE number SET `+edited+`, removed_at = ? WHERE org = ? AND id = ?`, append(args, r.RemovedAt)
	}
	n, err := s.tx.Exec(s.ctx, query, append(args, string(s.org), string(r.ID))...)
	if err == nil && n != 1 {
		err = fmt.Errorf("%d rows of number %s", n, r.ID)
	}
	if err != nil {
		return fault("write a number", err)
	}
	if before.removed.IsZero() {
		s.count(before.tally, -1)
	}
	if s.read = readOf(r); r.RemovedAt.IsZero() {
		s.count(s.read.tally, 1)
	}
	return nil
}

// fault names what failed.
func fault(what string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

const liveColumns = `id, e164, call_purpose, display_name, business_unit, program, status, ver`

func scanLive(r *Rows) (n number.Number, err error) {
	err = r.Scan((*string)(&n.ID), (*string)(&n.E164), &n.CallPurpose, &n.DisplayName, (*string)(&n.BusinessUnit), (*string)(&n.Program),
		(*string)(&n.Status), &n.Ver)
	return n, err
}

func (s *numbers) Numbers(after id.Number, limit int) ([]number.Number, error) {
	rows := s.tx.Query(s.ctx, `SELECT `+liveColumns+` FROM number WHERE org = ? AND id > ? AND removed_at = 0 ORDER BY id LIMIT ?`,
		string(s.org), string(after), limit)
	return collectInto(make([]number.Number, 0, limit), rows, scanLive)
}

// collectInto is Collect into a list that has room.
func collectInto[T any](list []T, rows *Rows, scan func(*Rows) (T, error)) ([]T, error) {
	defer rows.Close()
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, rows.Err()
}

// Placed keeps the names as they are now: units and programs may go.
func (s *numbers) Placed(r *inventory.Record, by string) error {
	var unit, program string
	if r.BusinessUnit != "" {
		u, err := s.Unit(r.BusinessUnit)
		if err != nil {
			return err
		}
		if u != nil {
			unit = u.Name
		}
	}
	if r.Program != "" {
		p, err := s.Program(r.Program)
		if err != nil {
			return err
		}
		if p != nil {
			program = p.DisplayName
		}
	}
	_, err := s.tx.Exec(s.ctx, `INSERT INTO number_assignment (org, number, from_at, seq, business_unit, unit_name, program, program_name, by_name, moved)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		string(s.org), string(r.ID), s.tx.now, r.Ver, string(r.BusinessUnit), unit, string(r.Program), program, by, r.PlaceVer == r.Ver)
	return fault("write where a number stands", err)
}
