package store

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"countersign/shared/errs"
	"countersign/shared/id"
)

// SearchTickets is one page of the tickets in which all words occur in one message (or the first one and the subject),
// each word as the beginning of one: those first in which they were said last. It is the one place that knows how this
// engine searches in texts.
func (tx *Tx) SearchTickets(ctx context.Context, q TicketQuery) (rows []TicketRow, next string, err error) {
	match := matchOf(&q)
	if match == "" {
		return []TicketRow{}, "", nil
	}
	before := int64(1) << 62
	if q.After != "" {
		if _, err := fmt.Sscanf(q.After, "s%d", &before); err != nil {
			return nil, "", errs.BadField("query.after", "error.invalid")
		}
	}
	where, args := q.where()
	// The index is walked from its newest row back, and left as soon as the page is full. CROSS JOIN keeps the engine from
	// beginning with another table.
	list := tx.Query(ctx, ticketRow+`, ticket_message.search, ticket_message.body FROM ticket_search
CROSS JOIN ticket_message ON ticket_message.search = ticket_search.rowid CROSS JOIN ticket ON ticket.id = ticket_message.ticket
JOIN organization ON organization.id = ticket.org LEFT JOIN service ON service.org = ticket.org AND service.id = ticket.service
WHERE ticket_search MATCH ? AND ticket_search.rowid < ? AND `+where+` ORDER BY ticket_search.rowid DESC`, append([]any{match, before}, args...)...)
	defer list.Close()
	rows = []TicketRow{}
	seen := map[id.Ticket]bool{}
	var last int64
	for list.Next() {
		var row TicketRow
		var at int64
		var body string
		if row.Ticket, err = scanTicket(list, &row.ServiceName, &row.OrgName, &row.Reference, &at, &body); err != nil {
			return nil, "", fmt.Errorf("read what was found: %w", err)
		}
		if seen[row.ID] {
			last = at
			continue
		}
		if len(rows) == q.Limit {
			return rows, fmt.Sprintf("s%d", last), nil
		}
		if q.After != "" {
			// A ticket that a page before had by a newer message is not told again.
			newer, err := tx.foundAfter(ctx, match, row.ID, before)
			if err != nil {
				return nil, "", err
			}
			if newer {
				seen[row.ID], last = true, at
				continue
			}
		}
		seen[row.ID], last = true, at
		row.Found = around(body, q.Words)
		rows = append(rows, row)
	}
	return rows, "", list.Err()
}

// foundAfter reports whether a ticket has a message among the found at or after a row of the index.
func (tx *Tx) foundAfter(ctx context.Context, match string, t id.Ticket, row int64) (found bool, err error) {
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM ticket_message CROSS JOIN ticket_search ON ticket_search.rowid = ticket_message.search
WHERE ticket_message.ticket = ? AND ticket_message.search >= ? AND ticket_search MATCH ?)`, t, row, match).Scan(&found)
	return found, err
}

// mostWords bounds what one search asks for.
const mostWords = 10

// matchOf writes the query in the engine's language: every word quoted, so that nothing typed is an operator.
func matchOf(q *TicketQuery) string {
	words := wordsOf(q.Words)
	if len(words) == 0 {
		return ""
	}
	parts := make([]string, 0, len(words)+1)
	switch {
	case q.Org != "" && q.Notes:
		parts = append(parts, `scope : ("`+scopeWord(q.Org, false)+`" OR "`+scopeWord(q.Org, true)+`")`)
	case q.Org != "":
		parts = append(parts, `scope : "`+scopeWord(q.Org, false)+`"`)
	}
	for _, w := range words {
		parts = append(parts, `words : "`+w+`"*`)
	}
	return strings.Join(parts, " AND ")
}

// wordsOf are the words of what was typed, as the index has them: letters and digits.
func wordsOf(s string) []string {
	words := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	if len(words) > mostWords {
		words = words[:mostWords]
	}
	return words
}

// aroundFound is how much of a text is shown before and after what was found, in code points.
const aroundFound = 60

// around is the part of a text where one of the words begins, "" when none does (the subject had it, or it is written with
// other marks).
func around(body, typed string) string {
	lower := strings.ToLower(body)
	at := -1
	for _, w := range wordsOf(typed) {
		if i := strings.Index(lower, w); i >= 0 && len(lower) == len(body) && (at < 0 || i < at) {
			at = i
		}
	}
	if at < 0 {
		return ""
	}
	before, after := []rune(body[:at]), []rune(body[at:])
	text := ""
	if len(before) > aroundFound {
		before, text = before[len(before)-aroundFound:], "…"
	}
	text += string(before)
	if len(after) > 2*aroundFound {
		return strings.Join(strings.Fields(text+string(after[:2*aroundFound])), " ") + "…"
	}
	return strings.Join(strings.Fields(text+string(after)), " ")
}
