package sheet

import (
	"slices"
	"strings"
	"unicode"
)

// Mapping says which column holds what. Columns are counted from 1 as spreadsheets do; 0 is none. Without a Number the
// first column is taken for it.
type Mapping struct {
	Header       bool `json:"header"` // the first row names the columns
	Number       int  `json:"number"`
	CallPurpose  int  `json:"call_purpose,omitempty"`
	BusinessUnit int  `json:"business_unit,omitempty"`
	Program      int  `json:"program,omitempty"`
	DisplayName  int  `json:"display_name,omitempty"`
}

// guessRows is how many rows are looked at before columns are mapped.
const guessRows = 50

// guess maps the columns of a file by its first rows. A first row is a header when it names a column we know and holds
// no phone number, or when it holds none although a column below does.
//
// A name alone doesn't make a column the number's: "N°" is often a customer's, and a file may have an empty "Mobile"
// beside a full "Phone". Of the columns whose names speak of phone numbers it is the one that looks most like them; where
// no name does, of all columns. When none looks like them, the name decides.
func guess(rows []Row, valid func(text string) bool) Mapping {
	var m Mapping
	if len(rows) == 0 || rows[0].Reason != "" {
		return Mapping{Number: numberColumn(columnsOf(rows, nil, valid))}
	}
	names := rows[0].Fields
	named := false
	for i, name := range names {
		switch k := known(name); k {
		case isNumber, maybeNumber:
			named = true
		case isPurpose, isUnit, isProgram, isDisplayName:
			named = true
			if at := m.at(k); *at == 0 {
				*at = i + 1
			}
		}
	}
	below := columnsOf(rows[1:], names, valid)
	at := numberColumn(below)
	anyNumber := slices.ContainsFunc(names, func(s string) bool { return likeness(s) > 0 })
	looks := at <= len(below) && 4*below[at-1].numbers >= len(rows)-1
	m.Header = !anyNumber && (named || len(rows) > 1 && looks && letters(names, at))
	if !m.Header {
		return Mapping{Number: numberColumn(columnsOf(rows, nil, valid))}
	}
	m.Number = at
	m.leave(at)
	return m
}

// letters reports whether the row has words, and nothing like a number, in a column.
func letters(fields []string, column int) bool {
	if column > len(fields) {
		return false
	}
	s := fields[column-1]
	return strings.ContainsFunc(s, unicode.IsLetter) && !strings.ContainsFunc(s, unicode.IsDigit)
}

// column is what speaks for one being the number's.
type column struct {
	kind    kind
	left    bool // out by the person's own choice
	other   bool // by its name
	numbers int  // cells that look like phone numbers
	score   int  // how much they do, altogether
}

func columnsOf(rows []Row, names []string, valid func(text string) bool) []column {
	columns := make([]column, len(names))
	for i, name := range names {
		columns[i] = column{kind: known(name), left: bracketed(name), other: other(name)}
	}
	for _, r := range rows {
		if r.Reason != "" {
			continue
		}
		for i, s := range r.Fields {
			if i == len(columns) {
				columns = append(columns, column{})
			}
			if like := likeness(s); like > 0 {
				columns[i].numbers++
				columns[i].score += like
				if valid(s) {
					columns[i].score++
				}
			}
		}
	}
	return columns
}

// numberColumn chooses among columns and counts from 1.
func numberColumn(columns []column) int {
	sure := slices.ContainsFunc(columns, func(c column) bool { return c.kind == isNumber })
	best, most := 0, [4]int{}
	for i, c := range columns {
		rank := 0
		switch c.kind {
		case isNumber:
			rank = 3
		case maybeNumber:
			rank = 2
		case isUnknown:
			rank = 1
		}
		// What comes first counts most: may be it, holds numbers, how much it looks like it, its name.
		weight := [4]int{0, 0, c.score, rank}
		if !c.left && (!sure || rank > 1) {
			weight[0] = 1
		}
		if c.score > 0 && !c.other {
			weight[1] = 1
		}
		if slices.Compare(weight[:], most[:]) > 0 {
			best, most = i, weight
		}
	}
	return best + 1
}

// at is the place of a column's kind, nil when it has none.
func (m *Mapping) at(k kind) *int {
	switch k {
	case isPurpose:
		return &m.CallPurpose
	case isUnit:
		return &m.BusinessUnit
	case isProgram:
		return &m.Program
	case isDisplayName:
		return &m.DisplayName
	}
	return nil
}

// leave takes other meanings off the column that the number needs.
func (m *Mapping) leave(column int) {
	for k := isPurpose; k <= isDisplayName; k++ {
		if at := m.at(k); *at == column {
			*at = 0
		}
	}
}
