// Package replica keeps a copy of an organization's phone numbers on a device that may be without a network, and brings
// what was edited there to the server, where nothing is lost and nothing silently overwritten.
//
// The device holds, never mixed, base (the server's exact state at one cursor), log (the person's mutations) and, in
// memory, view = base + the log's entries that base does not reflect yet. The server is the only authority. Intent
// travels up, not rows: the changed fields and the values that the person saw. Every mutation ends in one outcome, which
// the server keeps as a receipt; what was not applied becomes an attention item on the server, because the device may
// never come back. State moves only through two idempotent calls, push and pull; lost or late pokes do no harm. No clock
// of a device decides anything.
//
// This file is what travels, protocol version 1. The engine (Step) does no I/O and has no goroutine, clock or randomness
// of its own; the server's half is backend/inventory.
package replica

import (
	"countersign/shared/id"
	"countersign/shared/number"
)

// Schema is the version of the protocol and of mutations that this code speaks. MinSchema is the oldest that the server
// takes.
const (
	Schema    = 1
	MinSchema = 1
)

// Limits of one message.
const (
	MaxPush      = 200       // mutations
	MaxPushBytes = 256 << 10 // of their JSON
	MaxRows      = 500       // rows of one mutation; a larger action is cut into several with one Group
	MaxPull      = 1000      // changes of one page
	ChunkRows    = 1000      // rows of one snapshot chunk
)

type (
	Mid   int64  // place of a mutation in a device's log: increasing, gaps are harmless
	Uid   string // identity of an intent, 32 hexadecimal digits made on the device; survives renumbering
	Epoch string // of an organization's history: another one when history was replaced
)

// Op is what a mutation does.
type Op string

const (
	Create  Op = "number.create"
	Set     Op = "number.set"     // call purpose, display name, place
	Remove  Op = "number.remove"  // from the business; below it a removal is a Set of the place
	Restore Op = "number.restore" // takes a removal back
)

// Mutation is one intent of a person on one row or up to MaxRows. All of it is judged row by row, and its one outcome
// tells of all.
type Mutation struct {
	Mid  Mid            `json:"mid"`
	Uid  Uid            `json:"uid"`
	V    int            `json:"v"` // Schema of when it was made; the server up-casts old ones
	Op   Op             `json:"op"`
	Rows []Edit         `json:"rows"`
	Set  *number.Fields `json:"set,omitempty"` // of all rows that have no Set of their own

	WasEpoch Epoch  `json:"was_epoch,omitempty"` // remove, and what undoes one: of the WasVer of its rows
	Group    string `json:"group,omitempty"`     // the same for the pieces of one action
	At       int64  `json:"at,omitempty"`        // Unix ms by the device's clock, for display only
}

// Edit is a mutation's part for one row.
type Edit struct {
	ID     id.Number      `json:"id"`
	Was    *number.Fields `json:"was,omitempty"`     // what the person saw in the fields that are set
	Set    *number.Fields `json:"set,omitempty"`     // in place of the mutation's
	WasVer int64          `json:"was_ver,omitempty"` // remove, and what undoes one: version of the row that the person saw
}

// SetOf is what the mutation sets in its i-th row.
func (m *Mutation) SetOf(i int) *number.Fields {
	if m.Rows[i].Set != nil {
		return m.Rows[i].Set
	}
	return m.Set
}

// State is how a mutation ended.
type State string

const (
	Applied  State = "applied"  // all of it
	Merged   State = "merged"   // part of it; the rest is in its faults, and in an attention item
	Noop     State = "noop"     // it stood so already
	Rejected State = "rejected" // none of it
)

// Weight is about how many bytes it takes to keep a mutation with what became of it: all rows are told of one by one,
// with what is set in them.
func (m *Mutation) Weight() int {
	n := 256 + len(m.Op) + len(m.WasEpoch) + len(m.Group) + m.Set.Size()
	for i := range m.Rows {
		r := &m.Rows[i]
		n += 128 + len(r.ID) + r.Was.Size() + r.Set.Size()
		if r.Set == nil {
			n += min(m.Set.Size(), 1<<10)
		}
	}
	return n
}

// Outcome is what became of one mutation. Once given it never changes.
type Outcome struct {
	Mid Mid   `json:"mid"`
	Uid Uid   `json:"uid"`
	St  State `json:"st"`
	Seq int64 `json:"seq"` // the last change that it made; the head at that moment when it made none

	Applied  int     `json:"applied,omitempty"`  // rows changed, wholly or partly
	Rejected int     `json:"rejected,omitempty"` // rows of which nothing was applied
	Faults   []Fault `json:"faults,omitempty"`   // what was not applied and why; a row may have several

	Technical string       `json:"technical,omitempty"` // "schema_too_old_to_apply", "server_bug": no fault of the person
	Attention id.Attention `json:"attention,omitempty"` // where the person finds it
}

// Fault is what of one row was not applied.
type Fault struct {
	ID     id.Number      `json:"id"`
	E164   number.E164    `json:"e164,omitempty"`
	Reason number.Reason  `json:"reason"`
	What   string         `json:"what,omitempty"` // not_found: "number", "business_unit" or "program"
	Mine   *number.Fields `json:"mine,omitempty"` // the fields that were not applied, as they were wanted; nil: the whole row
	Now    *number.Fields `json:"now,omitempty"`  // what stands in them
	By     string         `json:"by,omitempty"`   // conflict: who changed it last
	At     int64          `json:"at,omitempty"`   // and when, Unix ms by the server

	Status number.Status `json:"status,omitempty"`     // conflict: the status that forbids the edit
	Other  id.Number     `json:"other,omitempty"`      // already_here, exists_elsewhere: the number that is there
	Place  *number.Place `json:"assignment,omitempty"` // and where it stands
}

// Push brings mutations up, oldest first.
type Push struct {
	Client    id.Device  `json:"client"`
	Schema    int        `json:"schema"`
	PrevMid   Mid        `json:"prev_mid"` // the log's entry before the first one, 0 for none: shows what is missing
	Epoch     Epoch      `json:"epoch,omitempty"`
	Cursor    string     `json:"cursor,omitempty"` // of the base that the person sees: proves a history that went back
	Mutations []Mutation `json:"mutations"`
}

// Kinds of answers.
const (
	KindOK     = "ok"
	KindGap    = "gap"    // something between is missing: push again from ExpectMid
	KindForked = "forked" // this log is not what the server knows under the client: take a new client id
)

// PushAnswer tells what became of a push.
type PushAnswer struct {
	Kind      string    `json:"kind"`
	Epoch     Epoch     `json:"epoch,omitempty"`
	Lmid      Mid       `json:"lmid,omitempty"` // newest mutation of the client that has an outcome
	Head      int64     `json:"head,omitempty"`
	ExpectMid Mid       `json:"expect_mid,omitempty"` // gap
	Outcomes  []Outcome `json:"outcomes,omitempty"`   // of the mutations of this push, in order
	Now       int64     `json:"now,omitempty"`        // the server's time, Unix ms
}

// Pull asks for what changed since a cursor, and says what the device holds.
type Pull struct {
	Client      id.Device `json:"client"`
	Schema      int       `json:"schema"`
	Cursor      string    `json:"cursor,omitempty"` // "" has no base yet
	FirstMid    Mid       `json:"first_mid"`        // oldest entry of the log, or the next mid when it is empty
	AckMid      Mid       `json:"ack_mid"`          // end of the first run of settled entries; FirstMid-1 when there is none
	ReceiptSum  string    `json:"receipt_sum"`      // SumText over the outcomes of that run
	PendingHint int       `json:"pending_hint"`     // entries without an outcome
	Limit       int       `json:"limit,omitempty"`  // changes at most; MaxPull when 0
	WantDigest  bool      `json:"want_digest,omitempty"`
}

// Why a base must be replaced by a snapshot.
const (
	ResetReplaced = "history_replaced"
	ResetPruned   = "history_pruned"
	ResetUnknown  = "cursor_unknown"
)

// PullAnswer is a function of one committed state.
type PullAnswer struct {
	Client id.Device `json:"client"`
	From   string    `json:"from"`             // the cursor that was asked for; applied only where it still stands
	Cursor string    `json:"cursor,omitempty"` // after Changes
	Epoch  Epoch     `json:"epoch"`
	More   bool      `json:"more,omitempty"` // ask again at once
	Head   int64     `json:"head"`

	Lmid       Mid       `json:"lmid"`
	DurableSeq int64     `json:"durable_seq"`        // in a backup; settled entries up to it need not be kept
	Verify     bool      `json:"verify,omitempty"`   // the receipts differ: Outcomes are all from FirstMid, settle by them anew
	Outcomes   []Outcome `json:"outcomes,omitempty"` // beyond AckMid; all from FirstMid with Verify or Reset

	Changes []Change `json:"changes,omitempty"`
	Digest  *Digest  `json:"digest,omitempty"` // of the state at Cursor, when that is the head

	Reset    string    `json:"reset,omitempty"` // base is no state of this history: replace it by Snapshot, keep the log
	Snapshot *Manifest `json:"snapshot,omitempty"`

	AttentionVer int64 `json:"attention_ver"` // rises when the login's attention items change
	Now          int64 `json:"now"`           // the server's time, Unix ms
}

// Kinds of rows.
const (
	KindNumber  = "number"
	KindUnit    = "business_unit"
	KindProgram = "program"
	KindPurpose = "call_purpose"
)

// Change is one step of an organization's history: a row after it, or that it is gone. Exactly one of the rows is set,
// none when Del.
type Change struct {
	Seq  int64  `json:"seq"`
	Kind string `json:"kind"`
	ID   string `json:"id"`
	Del  bool   `json:"del,omitempty"`

	Number  *number.Number  `json:"number,omitempty"`
	Unit    *number.Unit    `json:"business_unit,omitempty"`
	Program *number.Program `json:"program,omitempty"`
	Purpose *number.Purpose `json:"call_purpose,omitempty"`
}

// Manifest describes a snapshot: base at one seq, in immutable chunks.
type Manifest struct {
	ID     string  `json:"id"`
	Cursor string  `json:"cursor"` // of the state in it
	Rows   int     `json:"rows"`
	Chunks []Chunk `json:"chunks"` // at least one
	Digest Digest  `json:"digest"`
}

// Chunk is one frame of a snapshot (see AppendFrame) before compression.
type Chunk struct {
	Rows   int    `json:"rows"`
	Bytes  int    `json:"bytes"`
	SHA256 string `json:"sha256"` // hexadecimal
}

// Digest tells two states apart whatever the order of their rows: how many numbers live, and the sum of the hashes of
// their id and version modulo 2^64, in hexadecimal. Units, programs and call purposes are not in it: they are few, travel
// whole in every snapshot, and the chain in the cursor covers each of their changes.
type Digest struct {
	Rows int    `json:"rows"`
	Sum  string `json:"sum"`
}

// Attention is what of a person's edits was not applied and waits for them: on any of their devices, until resolved.
type Attention struct {
	ID        id.Attention `json:"id"`
	Login     id.Login     `json:"login"`
	By        string       `json:"by"` // whose edits
	Device    string       `json:"device,omitempty"`
	At        int64        `json:"at"`        // Unix ms by the server
	Mutations []Mutation   `json:"mutations"` // as they were pushed, several when they are about one number
	Faults    []Fault      `json:"faults"`    // the newest of each field of a row
	Technical string       `json:"technical,omitempty"`
}

// Refusals of a call, by the code of its problem: what the engine does then.
const (
	RefusedReauth  = "unauthenticated"  // sign in again; editing goes on
	RefusedWipe    = "wipe"             // access ended: drop the copy
	RefusedUpgrade = "upgrade_required" // this code is too old: keep the log, load the new one
	RefusedSlow    = "too_many"         // or "unavailable": later
	RefusedGone    = "not_found"        // of a chunk: this snapshot is no more, pull again
)

// forGood reports whether a push that is refused like this will be refused again, however often it is sent.
func forGood(refused string) bool {
	switch refused {
	case "invalid", "too_large", "forbidden", "conflict", "not_found":
		return true
	}
	return false
}
