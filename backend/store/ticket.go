package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/ticket"
)

const ticketColumns = `ticket.id, ticket.org, ticket.number, ticket.service, ticket.category, ticket.subject, ticket.state, ticket.waiting_since,
ticket.opener, ticket.opener_name, ticket.assignee, ticket.assignee_name, ticket.copies, ticket.messages, ticket.version, ticket.created_at,
ticket.changed_at, ticket.closed_at`

func scanTicket(row Scanner, more ...any) (t ticket.Ticket, err error) {
	var copies string
	if err := row.Scan(append([]any{&t.ID, &t.Org, &t.Number, &t.Service, &t.Category, &t.Subject, &t.State, &t.WaitingSince, &t.Opener, &t.OpenerName,
		&t.Assignee, &t.AssigneeName, &copies, &t.Messages, &t.Version, &t.CreatedAt, &t.ChangedAt, &t.ClosedAt}, more...)...); err != nil {
		return t, err
	}
	if copies != "[]" {
		if err := json.Unmarshal([]byte(copies), &t.Copies); err != nil {
			return t, fmt.Errorf("copies of ticket %s: %w", t.ID, err)
		}
	}
	return t, nil
}

// Ticket is one ticket of the organization, as far as the sight reaches.
func (tx *Tx) Ticket(ctx context.Context, oid id.Organization, t id.Ticket, s Sight) (*ticket.Ticket, error) {
	where, args := `ticket.org = ? AND ticket.id = ?`, []any{oid, t}
	if cond, values := s.condition(); cond != "" {
		where, args = where+` AND `+cond, append(args, values...)
	}
	out, err := scanTicket(tx.QueryRow(ctx, `SELECT `+ticketColumns+` FROM ticket WHERE `+where, args...))
	if err != nil {
		return nil, err
	}
	return &out, nil
}

// AddTicket writes a new ticket and gives it its number.
func (tx *Tx) AddTicket(ctx context.Context, t *ticket.Ticket) (err error) {
	if t.Number, err = tx.next(ctx, ticketNumbers, firstTicket); err != nil {
		return err
	}
	t.Version = 1
	if _, err := tx.Exec(ctx, `INSERT INTO ticket (id, org, number, service, category, subject, state, waiting_since, opener, opener_name, assignee,
assignee_name, copies, messages, version, created_at, changed_at, closed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		t.ID, t.Org, t.Number, t.Service, t.Category, t.Subject, t.State, t.WaitingSince, t.Opener, t.OpenerName, t.Assignee, t.AssigneeName,
		copiesText(t), t.Messages, t.Version, t.CreatedAt, t.ChangedAt, t.ClosedAt); err != nil {
		return fmt.Errorf("write ticket: %w", err)
	}
	return nil
}

// SaveTicket writes a changed ticket over the version that it was loaded as; a Conflict when somebody was quicker.
func (tx *Tx) SaveTicket(ctx context.Context, t *ticket.Ticket) error {
	n, err := tx.Exec(ctx, `UPDATE ticket SET service = ?, category = ?, state = ?, waiting_since = ?, assignee = ?, assignee_name = ?, copies = ?, messages = ?,
version = version + 1, changed_at = ?, closed_at = ? WHERE org = ? AND id = ? AND version = ?`,
		t.Service, t.Category, t.State, t.WaitingSince, t.Assignee, t.AssigneeName, copiesText(t), t.Messages, t.ChangedAt, t.ClosedAt, t.Org, t.ID, t.Version)
	if err != nil {
		return fmt.Errorf("save ticket: %w", err)
	}
	if n != 1 {
		return errs.InState("changed", "error.conflict")
	}
	t.Version++
	return nil
}

func copiesText(t *ticket.Ticket) string {
	if len(t.Copies) == 0 {
		return "[]"
	}
	b, err := json.Marshal(t.Copies)
	if err != nil {
		panic("store: a list of ids has a JSON form: " + err.Error())
	}
	return string(b)
}

// Sight is what of an organization's tickets a contact sees; the zero value is all of them.
type Sight struct{ Only id.Contact }

// condition is the part of a WHERE that keeps to the sight.
func (s Sight) condition() (string, []any) {
	if s.Only == "" {
		return "", nil
	}
	return `(ticket.opener = ? OR ticket.copies LIKE ? OR ticket.service <> '' AND EXISTS (SELECT 1 FROM service WHERE service.org = ticket.org
AND service.id = ticket.service AND (service.support_contact = ? OR service.billing_contact = ?)))`, []any{s.Only, `%"` + string(s.Only) + `"%`, s.Only, s.Only}
}

// TicketQuery picks tickets. Empty fields do not filter.
type TicketQuery struct {
	Org       id.Organization // "": of all organizations, for staff
	Sight     Sight
	Words     string // in the subject or in messages; see SearchTickets
	Number    int64
	States    []ticket.State
	Category  string
	Service   id.Service
	Assignee  id.Staff
	Nobody    bool // assigned to nobody
	ByWaiting bool // longest waiting first; otherwise those with news first
	Notes     bool // search in notes, too
	After     string
	Limit     int
}

// TicketRow is a ticket with the names that lists show.
type TicketRow struct {
	ticket.Ticket
	ServiceName string
	OrgName     string
	Reference   string
	Found       string // where a search found it
}

// where are the conditions of all filters but the words and the page.
func (q *TicketQuery) where() (string, []any) {
	var where []string
	var args []any
	and := func(cond string, values ...any) { where, args = append(where, cond), append(args, values...) }
	if q.Org != "" {
		and(`ticket.org = ?`, q.Org)
	}
	if cond, values := q.Sight.condition(); cond != "" {
		and(cond, values...)
	}
	if q.Number != 0 {
		and(`ticket.number = ?`, q.Number)
	}
	if len(q.States) > 0 {
		in, values := among(q.States)
		and(`ticket.state IN (`+in+`)`, values...)
	}
	if q.Category != "" {
		and(`ticket.category = ?`, q.Category)
	}
	if q.Service != "" {
		and(`ticket.service = ?`, q.Service)
	}
	if q.Assignee != "" {
		and(`ticket.assignee = ?`, q.Assignee)
	}
	if q.Nobody {
		and(`ticket.assignee = ''`)
	}
	if len(where) == 0 {
		return "TRUE", nil
	}
	return strings.Join(where, " AND "), args
}

const ticketRow = `SELECT ` + ticketColumns + `, COALESCE(service.name, ''), organization.name, organization.reference`
const ticketFrom = ` FROM ticket JOIN organization ON organization.id = ticket.org LEFT JOIN service ON service.org = ticket.org AND service.id = ticket.service `

func scanTicketRow(r *Rows) (row TicketRow, err error) {
	row.Ticket, err = scanTicket(r, &row.ServiceName, &row.OrgName, &row.Reference)
	return row, err
}

// ListTickets is one page of the tickets that match, and what to give as After for the next, "" at the end. With words
// it is SearchTickets.
func (tx *Tx) ListTickets(ctx context.Context, q TicketQuery) (rows []TicketRow, next string, err error) {
	if q.Words != "" {
		return tx.SearchTickets(ctx, q)
	}
	where, args := q.where()
	column, than, order := `ticket.changed_at`, `<`, ` DESC`
	if q.ByWaiting {
		column, than, order = `ticket.waiting_since`, `>`, ``
	}
	if q.After != "" {
		at, t, err := splitPlace(q.After)
		if err != nil {
			return nil, "", err
		}
		where, args = where+` AND (`+column+`, ticket.id) `+than+` (?, ?)`, append(args, at, t)
	}
	rows, err = Collect(tx.Query(ctx, ticketRow+ticketFrom+`WHERE `+where+` ORDER BY `+column+order+`, ticket.id`+order+` LIMIT ?`, append(args, q.Limit+1)...), scanTicketRow)
	if err != nil {
		return nil, "", fmt.Errorf("list tickets: %w", err)
	}
	if len(rows) > q.Limit {
		rows = rows[:q.Limit]
		last := &rows[q.Limit-1]
		at := last.ChangedAt
		if q.ByWaiting {
			at = last.WaitingSince
		}
		next = fmt.Sprintf("%d.%s", at.UnixMilli(), last.ID)
	}
	return rows, next, nil
}

// TicketRow is a ticket with the names that lists show.
func (tx *Tx) TicketRow(ctx context.Context, t *ticket.Ticket) (*TicketRow, error) {
	row := TicketRow{Ticket: *t}
	err := tx.QueryRow(ctx, `SELECT organization.name, organization.reference, COALESCE(service.name, '') FROM organization
LEFT JOIN service ON service.org = organization.id AND service.id = ? WHERE organization.id = ?`, t.Service, t.Org).Scan(&row.OrgName, &row.Reference, &row.ServiceName)
	if err != nil {
		return nil, err
	}
	return &row, nil
}

// ServiceName is a service or domain that a ticket can be about.
type ServiceName struct {
	ID   id.Service
	Name string
}

// OpenServices are the services and domains that run, by name: all, or those assigned to whom the sight is kept to.
func (tx *Tx) OpenServices(ctx context.Context, oid id.Organization, s Sight) ([]ServiceName, error) {
	where, args := `org = ? AND state <> 'ended'`, []any{oid}
	if s.Only != "" {
		where, args = where+` AND (support_contact = ? OR billing_contact = ?)`, append(args, s.Only, s.Only)
	}
	return Collect(tx.Query(ctx, `SELECT id, name FROM service WHERE `+where+` ORDER BY name_key, id LIMIT 2000`, args...), func(r *Rows) (n ServiceName, err error) {
		return n, r.Scan(&n.ID, &n.Name)
	})
}

// splitPlace reads the place of a row in a list: its time and its id.
func splitPlace(s string) (at int64, t id.Ticket, err error) {
	ms, rest, _ := strings.Cut(s, ".")
	if _, err := fmt.Sscanf(ms, "%d", &at); err != nil || !id.Valid(id.Ticket(rest)) {
		return 0, "", errs.BadField("query.after", "error.invalid")
	}
	return at, id.Ticket(rest), nil
}

// QueueCounts are how many tickets wait for the Support team.
type QueueCounts struct{ Open, Mine, Nobodys int }

// CountQueue counts the tickets that wait for the Support team.
func (tx *Tx) CountQueue(ctx context.Context, me id.Staff) (c QueueCounts, err error) {
	err = tx.QueryRow(ctx, `SELECT COUNT(*), COALESCE(SUM(CASE WHEN assignee = ? THEN 1 ELSE 0 END), 0), COALESCE(SUM(CASE WHEN assignee = '' THEN 1 ELSE 0 END), 0)
FROM ticket WHERE state = 'open'`, me).Scan(&c.Open, &c.Mine, &c.Nobodys)
	return c, err
}

// CountWaiting counts the tickets that wait for the customer, as far as a contact sees them, and since when the one that
// waits longest does.
func (tx *Tx) CountWaiting(ctx context.Context, oid id.Organization, s Sight) (n int, since time.Time, err error) {
	where, args := `ticket.org = ? AND ticket.state = 'pending'`, []any{oid}
	if cond, values := s.condition(); cond != "" {
		where, args = where+` AND `+cond, append(args, values...)
	}
	err = tx.QueryRow(ctx, `SELECT COUNT(*), COALESCE(MIN(ticket.waiting_since), 0) FROM ticket WHERE `+where, args...).Scan(&n, &since)
	return n, since, err
}
