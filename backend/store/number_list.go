package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/number"
)

// NumberQuery picks live numbers of an organization. Empty fields do not filter.
type NumberQuery struct {
	Text    *NumberText
	Purpose string
	Unit    *id.BusinessUnit // "": those in none
	Program *id.Program      // "": those in none
	Status  number.Status

	Sort  NumberSort // by number when empty
	Desc  bool
	Order []string // of call purposes, for SortPurpose
	After *NumberMark
	Limit int

	oneGroup bool // all have the same key: only the number sorts them
	named    bool // all have a key, for which some have none
}

// NumberText is what somebody looks for: a number that has one of these.
type NumberText struct {
	Exact    number.E164
	Begins   string // digits that the number begins with
	Digits   string // digits somewhere in it
	Name     string // SearchKey of a part of its display name
	Programs []id.Program
}

// NumberSort is what the list is sorted by; where that is the same, the number decides.
type NumberSort string

const (
	SortNumber  NumberSort = "number"
	SortName    NumberSort = "name"
	SortPurpose NumberSort = "call_purpose" // as Order says
	SortUnit    NumberSort = "business_unit"
	SortProgram NumberSort = "program"
	SortStatus  NumberSort = "status"
)

// NumberMark is where a page ended. It holds what the row was sorted by, so that the next page goes on there although
// the row was changed or removed meanwhile.
type NumberMark struct {
	Key  string      `json:"k,omitempty"`
	E164 number.E164 `json:"n"`
}

// NumberRow is a number with what it was sorted by.
type NumberRow struct {
	number.Number
	Key string
}

// Mark is the mark of a page that ends with the row.
func (r *NumberRow) Mark() NumberMark { return NumberMark{Key: r.Key, E164: r.E164} }

const numberColumns = `number.id, number.e164, number.call_purpose, number.display_name, number.business_unit, number.program, number.status, number.ver`

func scanNumberRow(r *Rows) (row NumberRow, err error) {
	n := &row.Number
	err = r.Scan((*string)(&n.ID), (*string)(&n.E164), &n.CallPurpose, &n.DisplayName, (*string)(&n.BusinessUnit), (*string)(&n.Program),
		(*string)(&n.Status), &n.Ver, &row.Key)
	return row, err
}

// conditions are the filters of a query as SQL, on the organization's live numbers.
type conditions struct {
	where []string
	args  []any
}

func (c *conditions) and(cond string, args ...any) {
	c.where, c.args = append(c.where, cond), append(c.args, args...)
}

func (c *conditions) String() string { return strings.Join(c.where, " AND ") }

func (q *NumberQuery) conditions(oid id.Organization) conditions {
	var c conditions
	c.and(`number.org = ? AND number.removed_at = 0`, oid)
	if t := q.Text; t != nil {
		t.add(&c)
	}
	if q.Purpose != "" {
		c.and(`number.call_purpose = ?`, q.Purpose)
	}
	if q.Unit != nil {
		c.and(`number.business_unit = ?`, *q.Unit)
	}
	if q.Program != nil {
		c.and(`number.program = ?`, *q.Program)
	}
	if q.Status != "" {
		c.and(`number.status = ?`, q.Status)
	}
	return c
}

func (t *NumberText) add(c *conditions) {
	var either conditions
	if t.Exact != "" {
		either.and(`number.e164 = ?`, t.Exact)
	}
	if t.Begins != "" { // a range, which the index answers
		either.and(`number.e164 >= ? AND number.e164 < ?`, "+"+t.Begins, "+"+t.Begins+":")
	}
	if t.Digits != "" {
		either.and(`number.e164 LIKE ?`, "%"+t.Digits+"%")
	}
	if t.Name != "" {
		either.and(`number.name_key LIKE ? ESCAPE '\'`, "%"+likeEscape(t.Name)+"%")
	}
	if len(t.Programs) > 0 {
		either.where = append(either.where, `number.program IN (?`+strings.Repeat(", ?", len(t.Programs)-1)+`)`)
		for _, p := range t.Programs {
			either.args = append(either.args, p)
		}
	}
	if len(either.where) == 0 { // nothing can have what is looked for
		c.and(`1 = 0`)
		return
	}
	c.and(`(`+strings.Join(either.where, " OR ")+`)`, either.args...)
}

// ListNumbers is one page of the numbers that match.
func (tx *Tx) ListNumbers(ctx context.Context, oid id.Organization, q NumberQuery) ([]NumberRow, error) {
	switch {
	case q.Sort == SortName:
		return tx.numbersByName(ctx, oid, q)
	case q.Text == nil && q.Limit > 0 && (q.ranked() || q.Sort == SortUnit || q.Sort == SortProgram):
		return tx.numbersByGroup(ctx, oid, q)
	}
	return tx.numberPage(ctx, oid, q, q.conditions(oid))
}

// numbersByName takes those with a name from their own index, then those without by number: whoever sorts by name looks for
// names, whichever way round.
func (tx *Tx) numbersByName(ctx context.Context, oid id.Organization, q NumberQuery) ([]NumberRow, error) {
	var out []NumberRow
	if q.After == nil || q.After.Key != "" {
		named := q
		named.named = true
		c := named.conditions(oid)
		c.and(`number.name_key <> ''`)
		rows, err := tx.numberPage(ctx, oid, named, c)
		if err != nil || len(rows) >= q.Limit {
			return rows, err
		}
		out, q.After = rows, nil
	}
	q.Sort, q.Limit = SortNumber, q.Limit-len(out)
	c := q.conditions(oid)
	c.and(`number.name_key = ''`)
	rows, err := tx.numberPage(ctx, oid, q, c)
	return append(out, rows...), err
}

func (tx *Tx) numberPage(ctx context.Context, oid id.Organization, q NumberQuery, c conditions) ([]NumberRow, error) {
	query, args, err := q.page(c)
	if err != nil {
		return nil, err
	}
	list, err := Collect(tx.Query(ctx, query, args...), scanNumberRow)
	if err != nil {
		return nil, fmt.Errorf("list numbers of %s: %w", oid, err)
	}
	return list, nil
}

// EachNumber gives all numbers that match to fn, sorted as q says; Limit and After do not count.
func (tx *Tx) EachNumber(ctx context.Context, oid id.Organization, q NumberQuery, fn func(*NumberRow) error) error {
	q.After, q.Limit = nil, 0
	query, args, err := q.page(q.conditions(oid))
	if err != nil {
		return err
	}
	rows := tx.Query(ctx, query, args...)
	defer rows.Close()
	for rows.Next() {
		row, err := scanNumberRow(rows)
		if err != nil {
			return fmt.Errorf("read number: %w", err)
		}
		if err := fn(&row); err != nil {
			return err
		}
	}
	return rows.Err()
}

// page is the statement of a page.
func (q *NumberQuery) page(c conditions) (string, []any, error) {
	key, join, keyArgs := q.key()
	direction, beyond := "", ">"
	if q.Desc {
		direction, beyond = " DESC", "<"
	}
	args := append([]any{}, keyArgs...)
	last := !q.named && !q.oneGroup && !q.ranked() && key != `''` // those without a key come last
	if q.After != nil {
		switch {
		case key == `''` || q.oneGroup:
			c.and(`number.e164 `+beyond+` ?`, q.After.E164)
		case last && q.After.Key == "":
			c.and(key+` = '' AND number.e164 `+beyond+` ?`, q.After.E164)
		default:
			k, err := q.markKey()
			if err != nil {
				return "", nil, err
			}
			after := `(` + key + `, number.e164) ` + beyond + ` (?, ?)`
			if last {
				after = `(` + key + ` = '' OR ` + after + `)`
			}
			c.and(after, append(append([]any{}, keyArgs...), k, q.After.E164)...)
		}
	}
	args = append(args, c.args...)
	order := `number.e164` + direction
	switch {
	case q.Sort == SortName:
		order = `number.name_key` + direction + `, ` + order
	case key != `''` && !q.oneGroup:
		order = `9` + direction + `, ` + order // the key's column
	}
	if last {
		order = key + ` = '', ` + order
	}
	query := `SELECT ` + numberColumns + `, CAST(` + key + ` AS TEXT) FROM number` + join + ` WHERE ` + c.String() + ` ORDER BY ` + order
	if q.ranked() && !q.oneGroup { // by the number itself, not by how it is written
		query = strings.Replace(query, `ORDER BY 9`, `ORDER BY `+key, 1)
		args = append(args, keyArgs...)
	}
	if q.Limit > 0 {
		query, args = query+` LIMIT ?`, append(args, q.Limit)
	}
	return query, args, nil
}

func (q *NumberQuery) ranked() bool { return q.Sort == SortPurpose || q.Sort == SortStatus }

// key is what the list is sorted by before the number, as an expression with its joins and arguments; two quotes for nothing.
func (q *NumberQuery) key() (expr, join string, args []any) {
	switch q.Sort {
	case SortName:
		return `number.name_key`, ``, nil
	case SortUnit:
		return `COALESCE(business_unit.name_key, '')`,
			` LEFT JOIN business_unit ON business_unit.org = number.org AND business_unit.id = number.business_unit`, nil
	case SortProgram:
		return `COALESCE(program.name_key, '')`, ` LEFT JOIN program ON program.org = number.org AND program.id = number.program`, nil
	case SortPurpose:
		return rank(`number.call_purpose`, q.Order)
	case SortStatus:
		return rank(`number.status`, q.ranks())
	}
	return `''`, ``, nil
}

// ranks are purposes or statuses in their order.
func (q *NumberQuery) ranks() []string {
	if q.Sort == SortPurpose {
		return q.Order
	}
	return []string{string(number.Pending), string(number.Active), string(number.Suspended), string(number.Rejected)}
}

// rank is the place of a column's value in a list, its length for what is not in it.
func rank(column string, list []string) (expr, join string, args []any) {
	var b strings.Builder
	b.WriteString(`CASE ` + column)
	for i, v := range list {
		b.WriteString(` WHEN ? THEN ` + strconv.Itoa(i))
		args = append(args, v)
	}
	b.WriteString(` ELSE ` + strconv.Itoa(len(list)) + ` END`)
	return b.String(), ``, args
}

func (q *NumberQuery) markKey() (any, error) {
	if !q.ranked() {
		return q.After.Key, nil
	}
	n, err := strconv.Atoi(q.After.Key)
	if err != nil {
		return nil, errs.BadField("query.after", "error.invalid")
	}
	return n, nil
}
