package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"countersign/shared/audit"
	"countersign/shared/live"
)

// AuditQuery picks entries of one stream, newest first.
type AuditQuery struct {
	Stream   live.Stream
	Before   int64 // 0: from the newest
	Kind     string
	Actor    string
	From, To int64 // Unix milliseconds; 0: open
	Text     string
	Support  bool // only what was done through or about remote access
	Codes    bool // only what happened to Phone/Chat Codes and what they were used for
	Limit    int
}

const auditColumns = `stream, seq, at, kind, actor_kind, actor, actor_name, access_grant, session, request, address, object, detail,
outcome, prev, mac`

// AuditEntries lists entries; more reports whether others follow.
func (tx *Tx) AuditEntries(ctx context.Context, q AuditQuery) (entries []audit.Entry, more bool, err error) {
	where, args := []string{"stream = ?"}, []any{q.Stream}
	add := func(cond string, a ...any) { where, args = append(where, cond), append(args, a...) }
	if q.Before > 0 {
		add("seq < ?", q.Before)
	}
	if q.Kind != "" {
		add(`kind LIKE ? ESCAPE '\'`, likeEscape(q.Kind)+"%")
	}
	if q.Actor != "" {
		add("actor = ?", q.Actor)
	}
	if q.From > 0 {
		add("at >= ?", q.From)
	}
	if q.To > 0 {
		add("at < ?", q.To)
	}
	if q.Text != "" {
		t := "%" + likeEscape(strings.ToLower(q.Text)) + "%"
		add(`(LOWER(actor_name) LIKE ? ESCAPE '\' OR LOWER(detail) LIKE ? ESCAPE '\')`, t, t)
	}
	if q.Support {
		add(`(access_grant <> '' OR kind LIKE 'access.%' OR kind LIKE 'support.%' OR kind LIKE 'organization.managed%')`)
	}
	if q.Codes {
		add(`(kind LIKE 'code.%' OR kind LIKE 'verification.%' OR kind LIKE 'change.%')`)
	}
	args = append(args, q.Limit+1)
	entries, err = tx.auditRows(ctx, `SELECT `+auditColumns+` FROM audit_entry WHERE `+strings.Join(where, " AND ")+
		` ORDER BY seq DESC LIMIT ?`, args...)
	if err != nil {
		return nil, false, err
	}
	if len(entries) > q.Limit {
		return entries[:q.Limit], true, nil
	}
	return entries, false, nil
}

// likeEscape takes the meaning from LIKE's wildcards.
func likeEscape(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}

// AuditAfter lists entries of a stream in chain order, for walking the whole chain in parts.
func (tx *Tx) AuditAfter(ctx context.Context, stream live.Stream, seq int64, limit int) ([]audit.Entry, error) {
	return tx.auditRows(ctx, `SELECT `+auditColumns+` FROM audit_entry WHERE stream = ? AND seq > ? ORDER BY seq LIMIT ?`,
		stream, seq, limit)
}

func (tx *Tx) auditRows(ctx context.Context, query string, args ...any) ([]audit.Entry, error) {
	rows := tx.Query(ctx, query, args...)
	defer rows.Close()
	var out []audit.Entry
	for rows.Next() {
		var e audit.Entry
		var detail string
		if err := rows.Scan(&e.Stream, &e.Seq, &e.At, &e.Kind, &e.Actor.Kind, &e.Actor.ID, &e.Actor.Name, &e.Grant, &e.Session,
			&e.Request, &e.Address, &e.Object, &detail, &e.Outcome, &e.Prev, &e.MAC); err != nil {
			return nil, fmt.Errorf("read audit entry: %w", err)
		}
		// A detail that can't be read leaves the map empty: the chain's MAC then does not fit, which is what the walk
		// is to find.
		if json.Unmarshal([]byte(detail), &e.Detail) == nil && len(e.Detail) == 0 {
			e.Detail = nil
		}
		out = append(out, e)
	}
	return out, rows.Err()
}

// AuditHeads are the heads of all chains.
func (tx *Tx) AuditHeads(ctx context.Context) ([]audit.Head, error) {
	rows := tx.Query(ctx, `SELECT id, audit_seq, audit_mac FROM stream WHERE audit_seq > 0 ORDER BY id`)
	defer rows.Close()
	var out []audit.Head
	for rows.Next() {
		var h audit.Head
		if err := rows.Scan(&h.Stream, &h.Seq, &h.MAC); err != nil {
			return nil, fmt.Errorf("read audit head: %w", err)
		}
		out = append(out, h)
	}
	return out, rows.Err()
}

// Events lists what a stream told after seq, oldest first, and where its head is. When events between are no longer
// kept, ok is false: the client has to reload.
func (tx *Tx) Events(ctx context.Context, stream live.Stream, seq int64, limit int) (events []live.Event, head int64, ok bool, err error) {
	if head, err = tx.EventHead(ctx, stream); err != nil || seq > head {
		return nil, head, false, err
	}
	rows := tx.Query(ctx, `SELECT seq, kind, org, ref FROM event WHERE stream = ? AND seq > ? ORDER BY seq LIMIT ?`, stream, seq, limit)
	defer rows.Close()
	for rows.Next() {
		var e live.Event
		if err := rows.Scan(&e.Seq, &e.Kind, &e.Org, &e.Ref); err != nil {
			return nil, 0, false, fmt.Errorf("read event: %w", err)
		}
		events = append(events, e)
	}
	kept := len(events) > 0 && events[0].Seq == seq+1 || len(events) == 0 && seq == head
	return events, head, kept, rows.Err()
}

// EventHead is the newest event number of a stream, 0 when it has told nothing yet.
func (tx *Tx) EventHead(ctx context.Context, stream live.Stream) (int64, error) {
	var head int64
	err := tx.QueryRow(ctx, `SELECT COALESCE(MAX(event_seq), 0) FROM stream WHERE id = ?`, stream).Scan(&head)
	if err != nil {
		return 0, fmt.Errorf("read the head of the events: %w", err)
	}
	return head, nil
}

// DropEvents forgets events older than a time; a client that needs them is told to reload.
func (tx *Tx) DropEvents(ctx context.Context, before int64) error {
	_, err := tx.Touch(ctx, `DELETE FROM event WHERE at < ?`, before)
	return err
}
