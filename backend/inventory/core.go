package inventory

import (
	"errors"
	"sync"

	"countersign/shared/audit"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/perm"
	"countersign/shared/replica"
)

// Core holds the installation's part. It is safe for concurrent use; a process has one.
type Core struct {
	Key         []byte // HMAC-SHA256 of cursors
	NewEpoch    func() replica.Epoch
	NewID       func() string // UUID, for attention items
	RestoreDays int           // number.RestorableDays when 0

	Check func(number.E164) number.Reason            // whether a new number is one; number.Check when nil
	Bug   func(uid replica.Uid, what any, at []byte) // told of every panic in a mutation, with its stack; may be nil

	mu   sync.Mutex
	bugs map[replica.Uid]int // panics so far
}

// Online is the client of mutations that came without a device.
const Online id.Device = "online"

// Technical outcomes: no fault of the person.
const (
	TooOld    = "schema_too_old_to_apply" // of a form that this server can't read
	ServerBug = "server_bug"
)

// ErrRolledBack tells that a cursor proves a history that is no more: run Rotate in a writing transaction, and pull again.
// An organization that has no history yet is told of by it too, because only a writing transaction may begin one.
var ErrRolledBack = errors.New("inventory: the history went back")

// Actor is who acts, as the rows of this transaction say.
type Actor struct {
	Login   id.Login
	Name    string
	Rights  perm.Set
	Lost    bool   // had access once: pushes are recorded as forbidden, and the device drops its copy
	Browser string // of the device, for people
}

// Act is something that was done, for the audit record: what, to which number or thing, and its details.
type Act struct {
	Kind   audit.Kind
	Object string
	Detail map[string]string
}

// Level is how far a removal reaches.
type Level string

const (
	FromBusiness Level = "business"      // removes the number
	FromUnit     Level = "business_unit" // takes it out of its unit, and with it out of its program
	FromProgram  Level = "program"       // takes it out of its program
)

// Result is what became of one row of a batch. Neither Seq nor Fault: it stood so already.
type Result struct {
	ID    id.Number      // "" where no number was found
	Seq   int64          // of the change, 0 when none was made
	Fault *replica.Fault // why nothing was done
}

// Snapshot is the state at the head in chunks.
type Snapshot struct {
	Manifest replica.Manifest
	Frames   [][]byte // one for each of Manifest.Chunks
}
