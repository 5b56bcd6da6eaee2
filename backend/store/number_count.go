package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"countersign/shared/id"
	"countersign/shared/number"
)

// CountNumbers is how many numbers match. Where text is looked for, all of the organization's are gone through.
func (tx *Tx) CountNumbers(ctx context.Context, oid id.Organization, q NumberQuery) (n int, err error) {
	if q.Text == nil {
		list, err := tx.tallies(ctx, oid, &q)
		for i := range list {
			n += list[i].N
		}
		return n, err
	}
	c := q.conditions(oid)
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM number WHERE `+c.String(), c.args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count numbers: %w", err)
	}
	return n, nil
}

// NumberCounts are the numbers that match by what they are for, where they stand and how.
type NumberCounts struct {
	Total    int
	Purposes map[string]int
	Units    map[id.BusinessUnit]int
	Statuses map[number.Status]int
}

func (n *NumberCounts) add(purpose string, u id.BusinessUnit, s number.Status, some int) {
	n.Total += some
	n.Purposes[purpose] += some
	n.Units[u] += some
	n.Statuses[s] += some
}

// CountNumbersBy counts the numbers that match by kinds. Where text is looked for, it goes once through what the index
// holds of them, since sorting a million by kind takes longer than counting them here.
func (tx *Tx) CountNumbersBy(ctx context.Context, oid id.Organization, q NumberQuery) (NumberCounts, error) {
	n := NumberCounts{Purposes: map[string]int{}, Units: map[id.BusinessUnit]int{}, Statuses: map[number.Status]int{}}
	if q.Text == nil {
		list, err := tx.tallies(ctx, oid, &q)
		for _, t := range list {
			n.add(t.CallPurpose, t.BusinessUnit, t.Status, t.N)
		}
		return n, err
	}
	c := q.conditions(oid)
	rows := tx.Query(ctx, `SELECT number.call_purpose || ' ' || number.business_unit || ' ' || number.status FROM number WHERE `+c.String(), c.args...)
	defer rows.Close()
	kinds := map[string]int{}
	for rows.Next() {
		var kind string
		if err := rows.Scan(&kind); err != nil {
			return n, fmt.Errorf("count numbers: %w", err)
		}
		kinds[kind]++
	}
	for kind, some := range kinds {
		parts := strings.Split(kind, " ") // keys and identifiers have no blanks
		n.add(parts[0], id.BusinessUnit(parts[1]), number.Status(parts[2]), some)
	}
	return n, rows.Err()
}

// NumbersByProgram counts the organization's live numbers by program.
func (tx *Tx) NumbersByProgram(ctx context.Context, oid id.Organization) (map[id.Program]int, error) {
	list, err := tx.NumberTallies(ctx, oid)
	out := map[id.Program]int{}
	for i := range list {
		out[list[i].Program] += list[i].N
	}
	return out, err
}

// NumbersByUnit counts the organization's live numbers by business unit.
func (tx *Tx) NumbersByUnit(ctx context.Context, oid id.Organization) (map[id.BusinessUnit]int, error) {
	list, err := tx.NumberTallies(ctx, oid)
	out := map[id.BusinessUnit]int{}
	for i := range list {
		out[list[i].BusinessUnit] += list[i].N
	}
	return out, err
}

// RemovedNumber is a tombstone with who made it.
type RemovedNumber struct {
	number.Number
	RemovedAt time.Time
	By        string
}

// RemovedMark is where a page of tombstones ended.
type RemovedMark struct {
	At int64     `json:"t"` // Unix milliseconds
	ID id.Number `json:"i"`
}

// RemovedNumbers are those removed after since, the newest first, beyond after if that is given.
func (tx *Tx) RemovedNumbers(ctx context.Context, oid id.Organization, since time.Time, after *RemovedMark, limit int) ([]RemovedNumber, error) {
	where, args := `number.org = ? AND number.removed_at > ? AND number.removed_at > 0`, []any{oid, since}
	if after != nil {
		where, args = where+` AND (number.removed_at, number.id) < (?, ?)`, append(args, after.At, after.ID)
	}
	rows := tx.Query(ctx, `SELECT `+numberColumns+`, number.removed_at, COALESCE(number_history.name, '') FROM number
LEFT JOIN number_history ON number_history.org = number.org AND number_history.first_seq <= number.ver AND number_history.seq =
(SELECT MIN(seq) FROM number_history AS h WHERE h.org = number.org AND h.seq >= number.ver)
WHERE `+where+` ORDER BY number.removed_at DESC, number.id DESC LIMIT ?`, append(args, limit)...)
	return Collect(rows, func(r *Rows) (row RemovedNumber, err error) {
		n := &row.Number
		return row, r.Scan(&n.ID, &n.E164, &n.CallPurpose, &n.DisplayName, &n.BusinessUnit, &n.Program, &n.Status, &n.Ver, &row.RemovedAt, &row.By)
	})
}

// Assignment is where a number stood from a time on.
type Assignment struct {
	number.Place
	UnitName, ProgramName string
	From                  time.Time
	Moved                 bool // the number, and not added or brought back there
	Seq                   int64
	By                    string
}

// Assignments are the places of a number, the newest first.
func (tx *Tx) Assignments(ctx context.Context, oid id.Organization, n id.Number, limit int) ([]Assignment, error) {
	return Collect(tx.Query(ctx, `SELECT from_at, seq, business_unit, unit_name, program, program_name, by_name, moved FROM number_assignment
WHERE org = ? AND number = ? ORDER BY seq DESC LIMIT ?`, oid, n, limit), func(r *Rows) (a Assignment, err error) {
		return a, r.Scan(&a.From, &a.Seq, &a.BusinessUnit, &a.UnitName, &a.Program, &a.ProgramName, &a.By, &a.Moved)
	})
}

// HasNumber reports whether a number is a live one of the organization.
func (tx *Tx) HasNumber(ctx context.Context, oid id.Organization, e number.E164) (bool, error) {
	var n int
	err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM number WHERE e164 = ? AND removed_at = 0 AND org = ?`, e, oid).Scan(&n)
	return n > 0, err
}

// StandingInUnit is how many programs and live numbers stand in a business unit.
func (tx *Tx) StandingInUnit(ctx context.Context, oid id.Organization, u id.BusinessUnit) (programs, numbers int, err error) {
	if err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM program WHERE org = ? AND business_unit = ?`, oid, u).Scan(&programs); err != nil {
		return 0, 0, fmt.Errorf("count programs: %w", err)
	}
	numbers, err = tx.CountNumbers(ctx, oid, NumberQuery{Unit: &u})
	return programs, numbers, err
}

// StandingInProgram is how many live numbers stand in a program.
func (tx *Tx) StandingInProgram(ctx context.Context, oid id.Organization, p id.Program) (int, error) {
	return tx.CountNumbers(ctx, oid, NumberQuery{Program: &p})
}

// CountPrograms is how many programs an organization has.
func (tx *Tx) CountPrograms(ctx context.Context, oid id.Organization) (n int, err error) {
	return n, tx.QueryRow(ctx, `SELECT COUNT(*) FROM program WHERE org = ?`, oid).Scan(&n)
}

// NumbersEnding are the organization's live numbers that end with one of some texts of seven digits. Without any nothing is
// looked at, else the organization's index is walked once.
func (tx *Tx) NumbersEnding(ctx context.Context, oid id.Organization, ends []string) ([]string, error) {
	if len(ends) == 0 {
		return nil, nil
	}
	args := []any{oid}
	for _, e := range ends {
		args = append(args, e)
	}
	return Collect(tx.Query(ctx, `SELECT number.e164 FROM number WHERE number.org = ? AND number.removed_at = 0 AND
SUBSTR(number.e164, LENGTH(number.e164) - 6) IN (?`+strings.Repeat(", ?", len(ends)-1)+`)`, args...), func(r *Rows) (e string, err error) {
		return e, r.Scan(&e)
	})
}
