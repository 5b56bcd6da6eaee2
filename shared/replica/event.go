package replica

import (
	"countersign/shared/id"
	"countersign/shared/number"
)

// Meta is what a device keeps about its copy, one record.
type Meta struct {
	Client       id.Device `json:"client"`
	Generation   int64     `json:"generation"`      // raised by a wipe, so that no late writer brings anything back
	Tx           int64     `json:"tx"`              // how many transactions this store has committed; the store counts
	Rev          int64     `json:"rev"`             // how many of them wrote Meta; the engine counts
	Cursor       string    `json:"cursor"`          // "" without a base
	Floor        Mid       `json:"floor,omitempty"` // newest entry that retention dropped under this client
	AttentionVer int64     `json:"attention_ver"`
	DurableSeq   int64     `json:"durable_seq"`
	ServerNow    int64     `json:"server_now"` // of the newest answer, Unix ms: retention goes by the server's time
	Stage        *Manifest `json:"stage,omitempty"`
	Staged       int       `json:"staged,omitempty"` // chunks of Stage that are stored
	Loose        Loss      `json:"loose,omitzero"`   // what retention dropped before a backup had it
	Lost         Loss      `json:"lost,omitzero"`    // of that, what went with a history that was replaced, until the person saw it
}

// Entry is one mutation in the log.
type Entry struct {
	Mutation
	Outcome *Outcome `json:"outcome,omitempty"` // nil while queued
	Epoch   Epoch    `json:"epoch,omitempty"`   // history that Outcome.Seq counts in
	Settled int64    `json:"settled,omitempty"` // when, by the server's time, Unix ms
}

// Tx is one atomic transaction of the device's store. The store first holds If against Meta and refuses all of it when
// it differs; it gives appended entries the next mids of the log, which never repeat, and raises Meta.Tx.
type Tx struct {
	If     Guard `json:"if"`
	Strict bool  `json:"strict,omitempty"` // survives a power loss once Stored is told

	Meta     *Meta   `json:"meta,omitempty"` // whole, but for Tx
	Append   []Entry `json:"append,omitempty"`
	PutLog   []Entry `json:"put_log,omitempty"`
	DelLog   []Mid   `json:"del_log,omitempty"`
	Renumber bool    `json:"renumber,omitempty"` // the log's entries, in order, take the next mids and are queued; before Append

	PutAttention []Attention    `json:"put_attention,omitempty"`
	DelAttention []id.Attention `json:"del_attention,omitempty"`

	Rows  []Change `json:"rows,omitempty"`  // on top of the chunks
	Stage *Staged  `json:"stage,omitempty"` // a chunk of Meta.Stage
	Swap  bool     `json:"swap,omitempty"`  // the chunks of the store's Meta.Stage become base, rows on top and old chunks go
	Wipe  bool     `json:"wipe,omitempty"`  // everything goes but a higher Generation
}

// Guard is what must still be so in the store. An empty Client holds for any.
type Guard struct {
	Generation int64     `json:"generation"`
	Client     id.Device `json:"client,omitempty"`
	Cursor     *string   `json:"cursor,omitempty"` // nil: any
	Rev        *int64    `json:"rev,omitempty"`    // of Meta; nil: any
}

// Holds reports whether a store with this Meta may commit what is guarded.
func (g *Guard) Holds(m *Meta) bool {
	return g.Generation == m.Generation && (g.Client == "" || g.Client == m.Client) &&
		(g.Cursor == nil || *g.Cursor == m.Cursor) && (g.Rev == nil || *g.Rev == m.Rev)
}

// Staged is a downloaded chunk.
type Staged struct {
	N    int    `json:"n"`
	Data []byte `json:"data"`
}

// Stored is everything in a device's store.
type Stored struct {
	Meta      Meta
	NextMid   Mid // that the log gives next
	Log       []Entry
	Attention []Attention
	Chunks    [][]byte
	Rows      []Change // on top of the chunks
	Base      *Base    // in place of both, where they were read already
}

// Event is what happens to an engine: exactly one of its fields is set.
type Event struct {
	Loaded    *Stored      // answers Load
	Committed *Committed   // a transaction of this engine or of another tab's on the same store
	Failed    *StoreFailed // a transaction of this engine was not committed, or Load could not be answered
	Edit      *NewEdit     // the person edits
	Undo      *NewUndo     // the person takes an edit back
	Answer    *Answer      // to a Request
	Poke      *Poke        // the server has something new
	Timer     string       // one that a Timer effect set
	Lead      *bool        // this tab does the network for the store, or no more
	Nudge     bool         // the network or the person came back: what waits, waits no longer
	SignedIn  bool         // after ReauthNeeded
	Leader    *Status      // of the tab that does the network, to those that don't, whenever it becomes another one
	LossSeen  bool         // the person was told of Status.Lost
	Wipe      bool         // the person signs out and gives up what was not sent: nothing more goes to the server
}

// Committed tells of a transaction of the store, in the order of its Tx numbers, at least once.
type Committed struct {
	ID   int   // of the Store effect; 0 when it was another tab's
	No   int64 // Meta.Tx after it
	Tx   Tx
	Mids []Mid // of Append, and before them of the renumbered entries
}

// StoreFailed says why a transaction was refused, or why the store could not be read.
type StoreFailed struct {
	ID  int // of the Store effect; 0 of Load
	Why string
}

// Why a transaction was not committed.
const (
	FailedStale = "stale" // Guard did not hold: load again
	FailedQuota = "quota"
	FailedIO    = "io"
)

// NewEdit is an edit as the screen gives it. Uid and, for new numbers, the ids of the rows were made by the caller. An edit
// whose rows don't fit into one push becomes several mutations: the first has its Uid, all have its Group, and it is saved
// and undone as one.
type NewEdit struct {
	Uid   Uid
	Op    Op
	Rows  []Edit // Was and WasVer as the person saw them
	Set   *number.Fields
	Group string
	At    int64

	WasEpoch Epoch // of the View that any WasVer is from: history may have been replaced since
}

// NewUndo takes the edit Of back by an edit that can't clobber a later one.
type NewUndo struct {
	Of  Uid
	Uid Uid
	At  int64
}

// Answer is what came of a Request: one of the answers, or Refused with the code of a problem ("" when none came).
type Answer struct {
	ID         int
	Push       *PushAnswer
	Pull       *PullAnswer
	Chunk      []byte
	Attention  *AttentionAnswer
	Failed     bool
	Refused    string
	RetryAfter int // ms
}

// AttentionAnswer is all that waits for the login.
type AttentionAnswer struct {
	Ver   int64       `json:"ver"`
	Items []Attention `json:"items"`
}

// Poke says how far the server's history is.
type Poke struct {
	Epoch Epoch
	Head  int64
}

// Effect is what an engine wants done: exactly one of its fields is set.
type Effect struct {
	Load    bool     // give Loaded, or Failed
	Store   *Store   // commit, and tell Committed or Failed
	Request *Request // ask the server, and tell Answer
	Timer   *Timer   // tell Timer; a new one of a name replaces the old one
	View    *Changed // what is shown of these rows may have changed
	Saved   *Saved   // an edit is safe on this device, or is not
	Wiped   bool     // the store is empty: drop database and caches
}

// Store is a transaction to commit. Those of one engine are committed in order.
type Store struct {
	ID int
	Tx Tx
}

// Request is one call to the server: exactly one of the messages is set.
type Request struct {
	ID        int
	Push      *Push
	Pull      *Pull
	Chunk     *ChunkRequest
	Attention bool
}

// ChunkRequest asks for the n-th chunk of a snapshot.
type ChunkRequest struct {
	Snapshot string
	N        int
}

// Timer is set for After milliseconds from now.
type Timer struct {
	Name  string
	After int64
}

// Changed are the numbers whose view may be another one; All when they are too many to tell.
type Changed struct {
	All bool
	IDs []id.Number
}

// Saved tells what became of an edit's way into the store. Why is "" when it is safe on this device; else nothing of it
// was kept, and the text belongs back into the form: FailedQuota, FailedIO or one of the following.
type Saved struct {
	Uid Uid
	Why string
}

// Why an edit was not taken.
const (
	WhyNotReady = "not_ready" // the store is not read yet
	WhyWiped    = "wiped"     // access ended or the person signed out
	WhyLogFull  = "log_full"  // too much waits to be sent
	WhyInvalid  = "invalid"   // a malformed Uid or row id, no rows, more than MaxRows or one twice, a WasVer of no epoch, or an operation that there is not
	WhyTooLarge = "too_large" // a row that fits into no push
	WhyGone     = "gone"      // undo: the edit is not on this device any more
	WhyNothing  = "nothing"   // undo: nothing of the edit was applied
)
