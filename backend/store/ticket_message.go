package store

import (
	"context"
	"fmt"
	"strings"

	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/ticket"
)

const messageColumns = `id, seq, kind, author_kind, author, author_name, via, body, mail_id, trimmed, at`

func scanMessage(row Scanner) (m ticket.Message, err error) {
	return m, row.Scan(&m.ID, &m.Seq, &m.Kind, &m.Author.Side, &m.Author.ID, &m.Author.Name, &m.Via, &m.Text, &m.MailID, &m.Trimmed, &m.At)
}

// TicketMessage is one message of a ticket.
func (tx *Tx) TicketMessage(ctx context.Context, oid id.Organization, t id.Ticket, m id.Message) (*ticket.Message, error) {
	out, err := scanMessage(tx.QueryRow(ctx, `SELECT `+messageColumns+` FROM ticket_message WHERE org = ? AND ticket = ? AND id = ?`, oid, t, m))
	if err != nil {
		return nil, err
	}
	return &out, nil
}

// AddTicketMessage writes a message as the next one of its ticket, whose row the caller saves, and makes its words
// findable. A Violation (IsUnique) when there is one with that id, or one of that author that came with the same mail.
func (tx *Tx) AddTicketMessage(ctx context.Context, t *ticket.Ticket, m *ticket.Message) error {
	row, err := tx.next(ctx, searchRows, 1)
	if err != nil {
		return err
	}
	t.Messages++
	m.Seq = t.Messages
	if _, err := tx.Exec(ctx, `INSERT INTO ticket_message (id, ticket, org, seq, kind, author_kind, author, author_name, via, body, mail_id, trimmed, search, at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, m.ID, t.ID, t.Org, m.Seq, m.Kind, m.Author.Side, m.Author.ID, m.Author.Name, m.Via, m.Text,
		m.MailID, m.Trimmed, row, m.At); err != nil {
		return fmt.Errorf("write message: %w", err)
	}
	return tx.index(ctx, t, m, row)
}

// TicketMessages are the newest messages of a ticket before one of them (or all), oldest first, and whether there are
// earlier ones. Notes are left out unless they are asked for.
func (tx *Tx) TicketMessages(ctx context.Context, oid id.Organization, t id.Ticket, before id.Message, notes bool, limit int) (list []ticket.Message, earlier bool, err error) {
	where, args := `org = ? AND ticket = ?`, []any{oid, t}
	if before != "" {
		m, err := tx.TicketMessage(ctx, oid, t, before)
		if errs.Is(err, errs.NotFound) || err == nil && m.Kind == ticket.Note && !notes {
			return nil, false, errs.BadField("query.before", "error.invalid")
		}
		if err != nil {
			return nil, false, err
		}
		where, args = where+` AND seq < ?`, append(args, m.Seq)
	}
	if !notes {
		where += ` AND kind <> 'note'`
	}
	list, err = Collect(tx.Query(ctx, `SELECT `+messageColumns+` FROM ticket_message WHERE `+where+` ORDER BY seq DESC LIMIT ?`, append(args, limit+1)...),
		func(r *Rows) (ticket.Message, error) { return scanMessage(r) })
	if err != nil {
		return nil, false, fmt.Errorf("list messages: %w", err)
	}
	if earlier = len(list) > limit; earlier {
		list = list[:limit]
	}
	for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
		list[i], list[j] = list[j], list[i]
	}
	return list, earlier, tx.addFiles(ctx, oid, t, list)
}

// addFiles puts the files of messages to them.
func (tx *Tx) addFiles(ctx context.Context, oid id.Organization, t id.Ticket, list []ticket.Message) error {
	if len(list) == 0 {
		return nil
	}
	ids := make([]id.Message, len(list))
	at := make(map[id.Message]int, len(list))
	for i := range list {
		ids[i], at[list[i].ID] = list[i].ID, i
	}
	in, args := among(ids)
	rows := tx.Query(ctx, `SELECT message, `+fileColumns+` FROM attachment WHERE org = ? AND ticket = ? AND message IN (`+in+`) ORDER BY id`,
		append([]any{oid, t}, args...)...)
	defer rows.Close()
	for rows.Next() {
		var m id.Message
		var f ticket.File
		if err := rows.Scan(&m, &f.ID, &f.Name, &f.Type, &f.Size, &f.Stripped); err != nil {
			return fmt.Errorf("read attachment: %w", err)
		}
		list[at[m]].Files = append(list[at[m]].Files, f)
	}
	return rows.Err()
}

// ThreadIDs are the messages of a ticket that went out or came in as mail, newest first: what a mail client may have of
// the conversation.
func (tx *Tx) ThreadIDs(ctx context.Context, oid id.Organization, t id.Ticket, limit int) ([]ticket.Message, error) {
	return Collect(tx.Query(ctx, `SELECT `+messageColumns+` FROM ticket_message WHERE org = ? AND ticket = ? AND (kind = 'reply' OR kind = 'event' AND body = 'closed')
ORDER BY seq DESC LIMIT ?`, oid, t, limit), func(r *Rows) (ticket.Message, error) { return scanMessage(r) })
}

// index makes the words of a message findable; those of the subject with the ticket's first one.
func (tx *Tx) index(ctx context.Context, t *ticket.Ticket, m *ticket.Message, row int64) error {
	if m.Kind == ticket.Event {
		return nil
	}
	words := m.Text
	if m.Seq == 1 {
		words = t.Subject + "\n" + words
	}
	if _, err := tx.Exec(ctx, `INSERT INTO ticket_search (rowid, scope, words) VALUES (?, ?, ?)`, row, scopeWord(t.Org, m.Kind == ticket.Note), words); err != nil {
		return fmt.Errorf("make a message findable: %w", err)
	}
	return nil
}

// scopeWord is the one word by which a search keeps to an organization, and to what its contacts may read.
func scopeWord(oid id.Organization, note bool) string {
	word := strings.ReplaceAll(string(oid), "-", "")
	if note {
		return "n" + word
	}
	return "o" + word
}
