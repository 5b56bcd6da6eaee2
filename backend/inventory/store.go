// Package inventory is the server's half of the protocol that keeps phone numbers in step with devices (shared/replica is
// the other one), and the one way in which a number changes: what a device pushes, what a person edits online and what
// a file brings all go through Core. It decides and writes; it does no I/O of its own, so that the simulator runs the very
// code that serves, on a store in memory as well as on SQLite.
package inventory

import (
	"time"

	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// Head is where an organization's history stands, one row.
type Head struct {
	Epoch      replica.Epoch
	Seq        int64 // of the newest change: changes are exactly 1..Seq
	Chain      [8]byte
	MinSeq     int64 // changes before it were forgotten; a cursor below it needs a snapshot, one at it does not
	DurableSeq int64 // in a backup
	Rows       int   // live numbers
	Sum        uint64
	OnlineMid  replica.Mid // places of mutations that came without a device
}

// Record is a number as it is stored, tombstones included.
type Record struct {
	number.Number
	RemovedAt time.Time // zero while it lives

	// Who changed it last, and the last change before that by somebody else: their own changes are no surprise to anybody.
	By       id.Login
	OtherVer int64

	PurposeVer, NameVer, PlaceVer int64 // last change of each field, 0: of none since it was made
}

// Past is one change of the history with who made it.
type Past struct {
	replica.Change
	Uid   replica.Uid
	By    id.Login
	Name  string // of By, at that time
	At    time.Time
	Chain [8]byte
}

// Device is what the server knows of one.
type Device struct {
	Client   id.Device
	Login    id.Login
	Lmid     replica.Mid // newest mutation that has an outcome
	FirstMid replica.Mid // oldest that the device still holds
	AckMid   replica.Mid // what it said it has the outcomes of
	Schema   int
	Browser  string
	SeenAt   time.Time
	Pending  int // edits it said it holds unsent
}

// Receipt is an outcome as it is kept. Sum is the sum of it and of all receipts of the device before it; of those that came
// without a device nobody asks for one, and it is that of the receipt alone.
type Receipt struct {
	Client  id.Device
	Outcome replica.Outcome
	Primary bool // where the mutation was executed; a copy otherwise
	Sum     uint64
	At      time.Time
}

// Store is one transaction on one organization's numbers. Absent things are nil without an error. Whoever gives one
// runs it alone: nothing else writes until it ends, and an error ends it without a trace. What a Store gives or was given
// is not modified afterwards by either side, so that it need not be copied.
type Store interface {
	Org() id.Organization
	Now() time.Time

	Head() (*Head, error) // made, with an epoch, when the organization has none and the transaction may write
	SetHead(*Head) error

	Number(id.Number) (*Record, error)
	Holder(number.E164) (id.Organization, id.Number, error)      // the live number, of whatever organization; "" when none
	Live(number.E164) (*Record, error)                           // the organization's own live number
	AddNumber(*Record) (clash bool, err error)                   // a new row; nothing is written when its id exists here or its number lives anywhere
	PutNumber(*Record) error                                     // a row that exists
	Numbers(after id.Number, limit int) ([]number.Number, error) // live ones by id
	Unit(id.BusinessUnit) (*number.Unit, error)
	Units() ([]number.Unit, error)
	Program(id.Program) (*number.Program, error)
	Programs() ([]number.Program, error)
	Purpose(key string) (*number.Purpose, error)
	Purposes() ([]number.Purpose, error)
	Placed(r *Record, by string) error // the history of assignments: somebody of this name put the number at r.Place

	AddChange(*Past) error // it stands for good once SetHead counts it
	Change(seq int64) (*Past, error)
	Changes(after int64, limit int) ([]replica.Change, error) // in order, gapless
	SeqBefore(at time.Time, after, upTo int64) (int64, error) // the last of after+1..upTo up to which all are older than at; after when none is
	DropChanges(below int64) error                            // a store may keep some of them

	Devices() ([]Device, error) // all, by client
	Device(id.Device) (*Device, error)
	PutDevice(*Device) error
	ReceiptOf(replica.Uid) (*Receipt, error) // the primary one
	Receipts(c id.Device, from, to replica.Mid) ([]Receipt, error)
	SumBelow(c id.Device, mid replica.Mid) (uint64, error) // Sum of the newest receipt below mid, 0 without one
	AddReceipt(*Receipt) error
	OldReceipts(c id.Device, from, below replica.Mid, at time.Time, limit int) ([]Receipt, error) // from..below-1 but the newest of them, up to the first that is not older than at
	DropReceipts(c id.Device, from, to replica.Mid) error

	Attention(id.Attention) (*replica.Attention, error)          // open; nil when it was resolved
	Attentions(id.Login) ([]replica.Attention, error)            // open ones, oldest first
	AttentionOn(id.Login, id.Number) (*replica.Attention, error) // the newest open one about this number alone
	PutAttention(*replica.Attention) error                       // new, or with more mutations
	EndAttention(item id.Attention, how string, by id.Login) error
	AttentionVer(id.Login) (int64, error)
	RaiseAttention(id.Login) error // to Now in ms or at least one more, so that after a restore no version comes back that stood for other items

	// Part runs fn so that an error of it undoes what fn did and nothing else.
	Part(fn func() error) error
}
