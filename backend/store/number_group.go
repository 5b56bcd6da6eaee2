package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"countersign/shared/id"
)

// A list sorted by unit, program, purpose or status is that of one group after the other, each by number. How many there
// are in a group the tally tells, so a page is read from the index of numbers, no further than it is full, instead of
// sorting all that match.

// numberGroup are the numbers that are sorted by the same.
type numberGroup struct {
	key    string // as in NumberMark
	rank   int
	values []any // of the column
	n      int
}

// numbersByGroup is ListNumbers for a query without text that is sorted by a column of the tally.
func (tx *Tx) numbersByGroup(ctx context.Context, oid id.Organization, q NumberQuery) ([]NumberRow, error) {
	groups, err := tx.numberGroups(ctx, oid, &q)
	if err != nil {
		return nil, err
	}
	var out []NumberRow
	for len(groups) > 0 && len(out) < q.Limit {
		next := q
		next.Limit = q.Limit - len(out)
		within := q.After != nil && groups[0].key == q.After.Key
		if !within {
			next.After = nil
		}
		// Small groups, no more than a page of numbers, are read together and sorted; a large one, or what is left of one, in
		// the order of the index.
		some, n := 1, groups[0].n
		for !within && n < next.Limit && some < len(groups) && n+groups[some].n <= next.Limit {
			n += groups[some].n
			some++
		}
		next.oneGroup = some == 1
		var values []any
		for _, g := range groups[:some] {
			values = append(values, g.values...)
		}
		c := next.conditions(oid)
		c.and(q.column()+` IN (?`+strings.Repeat(", ?", len(values)-1)+`)`, values...)
		rows, err := tx.numberPage(ctx, oid, next, c)
		if err != nil {
			return nil, err
		}
		out, groups = append(out, rows...), groups[some:]
	}
	return out, nil
}

// numberGroups are the groups of a query, from that of its mark on, in order.
func (tx *Tx) numberGroups(ctx context.Context, oid id.Organization, q *NumberQuery) ([]numberGroup, error) {
	list, err := tx.tallies(ctx, oid, q)
	if err != nil {
		return nil, err
	}
	keys, err := tx.groupKeys(ctx, oid, q)
	if err != nil {
		return nil, err
	}
	from := numberGroup{}
	if q.After != nil {
		from.key = q.After.Key
		if q.ranked() {
			if _, err := q.markKey(); err != nil {
				return nil, err
			}
			from.rank, _ = strconv.Atoi(from.key)
		}
	}
	order := func(a, b numberGroup) int {
		c := cmp.Compare(a.rank, b.rank)
		if !q.ranked() {
			if a.key == "" || b.key == "" { // those in none come last, whichever way round
				return cmp.Compare(min(1, len(b.key)), min(1, len(a.key)))
			}
			c = strings.Compare(a.key, b.key)
		}
		if q.Desc {
			return -c
		}
		return c
	}
	var groups []numberGroup
	at, known := map[string]int{}, map[string]bool{}
	for i := range list {
		value := q.valueOf(&list[i])
		g := numberGroup{key: keys[value]}
		if q.ranked() {
			if g.rank = slices.Index(q.ranks(), value); g.rank < 0 {
				g.rank = len(q.ranks())
			}
			g.key = strconv.Itoa(g.rank)
		}
		if q.After != nil && order(g, from) < 0 {
			continue
		}
		n, ok := at[g.key]
		if !ok {
			n = len(groups)
			at[g.key], groups = n, append(groups, g)
		}
		groups[n].n += list[i].N
		if !known[value] {
			known[value] = true
			groups[n].values = append(groups[n].values, value)
		}
	}
	slices.SortFunc(groups, order)
	return groups, nil
}

// groupKeys are the names that units or programs are sorted by.
func (tx *Tx) groupKeys(ctx context.Context, oid id.Organization, q *NumberQuery) (map[string]string, error) {
	table := ""
	switch q.Sort {
	case SortUnit:
		table = `business_unit`
	case SortProgram:
		table = `program`
	default:
		return nil, nil
	}
	keys := map[string]string{}
	rows := tx.Query(ctx, `SELECT id, name_key FROM `+table+` WHERE org = ?`, oid)
	defer rows.Close()
	for rows.Next() {
		var place, key string
		if err := rows.Scan(&place, &key); err != nil {
			return nil, fmt.Errorf("sort numbers: %w", err)
		}
		keys[place] = key
	}
	return keys, rows.Err()
}

// column is what the groups differ in.
func (q *NumberQuery) column() string { return `number.` + string(q.Sort) }

func (q *NumberQuery) valueOf(t *NumberTally) string {
	switch q.Sort {
	case SortUnit:
		return string(t.BusinessUnit)
	case SortProgram:
		return string(t.Program)
	case SortPurpose:
		return t.CallPurpose
	default:
		return string(t.Status)
	}
}
