package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"countersign/shared/audit"
	"countersign/shared/audit/chain"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
)

// Change is what a state change leaves behind beside its own rows: an entry in a stream's audit chain, what is to be
// told over the websocket, and mails. All of it is written in the transaction of the change, or none.
type Change struct {
	Entry audit.Entry   // Stream, Kind, Actor, Object, Detail, …; Record fills At, Seq, Prev and MAC
	More  []audit.Entry // that follow it in the same stream, where one act did several things
	Pokes []Poke
	Mails []Mail
}

// Poke is one event for one stream.
type Poke struct {
	Stream live.Stream
	Kind   live.Kind
	Org    id.Organization
	Ref    string
}

// Mail is one message for the outbox. Key makes it unique: the same key is sent once.
type Mail struct {
	ID        id.Mail
	To        string
	Locale    string
	Template  string
	Args      map[string]string
	Sealed    string // a token that the mail carries, sealed; "" without one
	Thread    string // how the mail stands in a conversation, as JSON; "" when it stands alone
	Key       string
	ExpiresAt time.Time // zero: never
}

// Published is what a committed transaction has to tell, in order.
type Published struct {
	Stream live.Stream
	Event  live.Event
}

// Record writes the change's audit entry, events and mails. It is the only way to make a transaction that changed
// rows commit.
func (tx *Tx) Record(ctx context.Context, auditKey []byte, c Change) error {
	seq, mac, err := tx.takePlaces(ctx, c.Entry.Stream, 1+len(c.More), c.Pokes)
	if err != nil {
		return err
	}
	for i := -1; i < len(c.More); i++ {
		e := &c.Entry
		if i >= 0 {
			e = &c.More[i]
			e.Stream = c.Entry.Stream
		}
		e.At = tx.Now().UnixMilli()
		if e.Outcome == "" {
			e.Outcome = audit.Done
		}
		chain.Seal(e, auditKey, seq, mac)
		if err := tx.writeEntry(ctx, e); err != nil {
			return err
		}
		seq, mac = seq+1, e.MAC
	}
	if _, err := tx.Exec(ctx, `UPDATE stream SET audit_mac = ? WHERE id = ?`, mac, c.Entry.Stream); err != nil {
		return fmt.Errorf("move the head of the audit chain: %w", err)
	}
	for _, m := range c.Mails {
		if err := tx.addMail(ctx, m); err != nil {
			return err
		}
	}
	tx.MarkRecorded()
	return nil
}

// takePlaces moves the heads of all streams that the change touches, one statement each, and writes its events in one.
// It gives the number of the first of its entries, all of which are of stream of, and the code of the entry before it.
func (tx *Tx) takePlaces(ctx context.Context, of live.Stream, entries int, pokes []Poke) (first int64, prev string, err error) {
	events, at := make([]any, 0, 6*len(pokes)), tx.Now().UnixMilli()
	streams, tell := byStream(of, pokes)
	for _, stream := range streams {
		told, written := int64(len(tell[stream])), int64(0)
		if of == stream {
			written = int64(entries)
		}
		var eventSeq, auditSeq int64
		var mac string
		if err := tx.QueryRow(ctx, moveHead, stream, told, written).Scan(&eventSeq, &auditSeq, &mac); err != nil {
			return 0, "", fmt.Errorf("take the next places of a stream: %w", err)
		}
		if written > 0 {
			first, prev = auditSeq-written+1, mac
		}
		eventSeq -= told
		for _, p := range tell[stream] {
			eventSeq++
			events = append(events, p.Stream, eventSeq, p.Kind, p.Org, p.Ref, at)
			tx.published = append(tx.published, Published{p.Stream, live.Event{Seq: eventSeq, Kind: p.Kind, Org: p.Org, Ref: p.Ref}})
		}
	}
	for some := range slices.Chunk(events, 6*eventsTogether) {
		if _, err := tx.Exec(ctx, `INSERT INTO event (stream, seq, kind, org, ref, at) VALUES `+
			strings.Repeat(", (?, ?, ?, ?, ?, ?)", len(some)/6)[2:], some...); err != nil {
			return 0, "", fmt.Errorf("write events: %w", err)
		}
	}
	return first, prev, nil
}

// eventsTogether is how many events one statement writes: there are limits to the length of one.
const eventsTogether = 500

// byStream are the streams of the entries and the pokes, the entries' first, and the pokes of each.
func byStream(of live.Stream, pokes []Poke) ([]live.Stream, map[live.Stream][]Poke) {
	all, tell := append(make([]live.Stream, 0, 1+len(pokes)), of), make(map[live.Stream][]Poke, 1+len(pokes))
	for _, p := range pokes {
		if tell[p.Stream] == nil && p.Stream != of {
			all = append(all, p.Stream)
		}
		tell[p.Stream] = append(tell[p.Stream], p)
	}
	return all, tell
}

const moveHead = `INSERT INTO stream (id, event_seq, audit_seq, audit_mac) VALUES (?, ?, ?, '')
ON CONFLICT (id) DO UPDATE SET event_seq = stream.event_seq + excluded.event_seq, audit_seq = stream.audit_seq + excluded.audit_seq
RETURNING event_seq, audit_seq, audit_mac`

const insertAudit = `INSERT INTO audit_entry (stream, seq, at, kind, actor_kind, actor, actor_name, access_grant, session,
request, address, object, detail, outcome, prev, mac) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

func (tx *Tx) writeEntry(ctx context.Context, e *audit.Entry) error {
	if _, err := tx.Exec(ctx, insertAudit, e.Stream, e.Seq, e.At, e.Kind, e.Actor.Kind, e.Actor.ID, e.Actor.Name, e.Grant,
		e.Session, e.Request, e.Address, e.Object, texts(e.Detail), e.Outcome, e.Prev, e.MAC); err != nil {
		return fmt.Errorf("write audit entry: %w", err)
	}
	return nil
}

// Published are the events that this transaction wrote, to be told after its commit.
func (tx *Tx) Published() []Published { return tx.published }

func (tx *Tx) addMail(ctx context.Context, m Mail) error {
	_, err := tx.Exec(ctx, `INSERT INTO outbox_mail (id, created_at, recipient, locale, template, args, sealed, thread, dedupe_key,
attempts, next_at, leased_until, expires_at, sent_at, dead_at, last_error) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, 0, ?, 0, 0, '')
ON CONFLICT (dedupe_key) DO NOTHING`,
		m.ID, tx.Now().UnixMilli(), m.To, m.Locale, m.Template, texts(m.Args), m.Sealed, m.Thread, m.Key, tx.Now().UnixMilli(), ms(m.ExpiresAt))
	if err != nil {
		return fmt.Errorf("put mail %s into the outbox: %w", m.Template, err)
	}
	return nil
}

// texts writes a map of strings as JSON; keys come out sorted.
func texts(m map[string]string) string {
	if len(m) == 0 {
		return "{}"
	}
	b, err := json.Marshal(m)
	if err != nil {
		panic("store: a map of strings has a JSON form: " + err.Error())
	}
	return string(b)
}

// ms is a time as the store keeps it, 0 for none.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// at is a stored time, zero for 0.
func at(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// gone is the one answer for what is absent and for what is another organization's.
func gone() error { return errs.New(errs.NotFound, "error.not_found") }
