package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"countersign/shared/id"
	"countersign/shared/number"
)

// NumberTally is how many live numbers an organization has that agree in what they are for, where they stand and how.
type NumberTally struct {
	CallPurpose string
	number.Place
	Status number.Status
	N      int
}

// NumberTallies are all that are not 0; the sum of them is the head's live numbers. One table of few rows tells them,
// however many numbers there are.
func (tx *Tx) NumberTallies(ctx context.Context, oid id.Organization) ([]NumberTally, error) {
	return Collect(tx.Query(ctx, `SELECT call_purpose, business_unit, program, status, n FROM number_tally WHERE org = ? AND n <> 0`, oid),
		func(r *Rows) (t NumberTally, err error) {
			return t, r.Scan(&t.CallPurpose, (*string)(&t.BusinessUnit), (*string)(&t.Program), (*string)(&t.Status), &t.N)
		})
}

// takes reports whether the numbers of a tally match all of the query but its text.
func (q *NumberQuery) takes(t *NumberTally) bool {
	return (q.Purpose == "" || q.Purpose == t.CallPurpose) && (q.Unit == nil || *q.Unit == t.BusinessUnit) &&
		(q.Program == nil || *q.Program == t.Program) && (q.Status == "" || q.Status == t.Status)
}

// tallies are those of the query, which looks for no text.
func (tx *Tx) tallies(ctx context.Context, oid id.Organization, q *NumberQuery) ([]NumberTally, error) {
	list, err := tx.NumberTallies(ctx, oid)
	if err != nil {
		return nil, fmt.Errorf("count numbers: %w", err)
	}
	return slices.DeleteFunc(list, func(t NumberTally) bool { return !q.takes(&t) }), nil
}

// tallyKey is what a NumberTally counts.
type tallyKey struct {
	purpose string
	place   number.Place
	status  number.Status
}

func tallyOf(n *number.Number) tallyKey { return tallyKey{n.CallPurpose, n.Place, n.Status} }

func (s *numbers) count(k tallyKey, by int) {
	if s.moved == nil {
		s.moved = map[tallyKey]int{}
	}
	s.moved[k] += by
}

// writeTally writes what moved since it was written last, in an order of its own: the same work leaves the same file.
func (s *numbers) writeTally() error {
	keys := slices.SortedFunc(maps.Keys(s.moved), func(a, b tallyKey) int {
		return cmp.Or(cmp.Compare(a.purpose, b.purpose), cmp.Compare(a.place.BusinessUnit, b.place.BusinessUnit),
			cmp.Compare(a.place.Program, b.place.Program), cmp.Compare(a.status, b.status))
	})
	for _, k := range keys {
		by := s.moved[k]
		if by == 0 {
			continue
		}
		row := []any{string(s.org), k.purpose, string(k.place.BusinessUnit), string(k.place.Program), string(k.status)}
		_, err := s.tx.Touch(s.ctx, `INSERT INTO number_tally (org, call_purpose, business_unit, program, status, n) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (org, call_purpose, business_unit, program, status) DO UPDATE SET n = number_tally.n + excluded.n`, append(row, by)...)
		if err == nil && by < 0 {
			_, err = s.tx.Touch(s.ctx, `DELETE FROM number_tally WHERE org = ? AND call_purpose = ? AND business_unit = ? AND program = ?
AND status = ? AND n = 0`, row...)
		}
		if err != nil {
			return fmt.Errorf("count numbers: %w", err)
		}
	}
	clear(s.moved)
	return nil
}
