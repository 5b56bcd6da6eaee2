package replica

import (
	"cmp"
	"slices"

	"countersign/shared/id"
)

// Options are what an engine can't make itself.
type Options struct {
	NewID func() id.Device // a new client id
	Rand  func() uint64    // spreads retries

	CompactRows int // CompactRows when 0
}

// Engine is the device's half of the protocol: what happens goes in by Step, what is to be done comes out of it. One
// goroutine at a time may use it. Several engines on one store, one in each tab, are safe, even when all of them do the
// network: guards in the store keep a late one from doing harm.
type Engine struct {
	opt Options
	m   *mirror
	out []Effect

	loaded, loading bool
	reading         line         // not a request: the load of the store
	unreadable      string       // why the last one failed, "" when it did not
	late            []*Committed // told while loading, or after a hole

	txs     map[int]*pending // transactions that the store has not answered
	lastID  int              // of transactions and requests
	editTx  int              // the one transaction with edits that is on its way, 0 for none
	netTx   int              // the one other transaction that is
	refresh refresh

	edits       []Entry        // to be stored, in order
	coming      map[Uid]coming // those that are not in the log yet
	comingBytes int
	undos       []NewUndo // that wait for their edit

	lead      bool
	leader    *Status // of the tab that does the network, as far as it was told
	lossSeen  bool
	online    bool
	reauth    bool
	upgrade   bool
	refused   string // with what the server refuses every push
	signedIn  int    // the last request of before the newest sign-in
	wiping    wiping
	wiped     bool
	flights   map[int]*flight
	inbox     []arrival // answers, taken one after the other between transactions
	pull      line
	push      line
	attention line
	empty     line // not a request: the wipe of the store

	pullFirst bool // the server's history may be another one: no push before a pull told
	coalesce  bool // less than PullGap since the last pull
	more      bool // the next page, at once
	rebuild   bool // base is wrong: ask for a snapshot
	again     bool // the staged snapshot is no more
	digestIn  int  // pulls until a digest is asked for
	unproved  int  // verifications in a row that changed nothing
	badChunks int  // in a row
	rebuilt   int
	fetched   map[int][]byte // chunks of fetchedOf that wait for their turn
	fetchedOf string
	tight     bool // there is no room for new chunks beside the old ones
	own       *own // base, while it is written into new chunks
}

// pending is a transaction on its way.
type pending struct {
	tx      Tx
	kind    txKind
	retried bool
	digest  *Digest // what base must have after it
	more    bool
}

type txKind int

const (
	txEdit txKind = iota
	txSetup
	txPush
	txPull
	txReset
	txStage
	txSwap
	txAttention
	txFork
	txWipe
	txSeen
)

// wiping is how far the way to an empty store is.
type wiping int

const (
	notWiping wiping = iota
	wipeOffer        // what is queued is pushed once more, so that the server can record that it came too late
	wipeStore
)

// flight is a request on its way.
type flight struct {
	req     Request
	cursor  string // of the store when it left
	of      string // chunk: the snapshot
	rebuild bool
}

type arrival struct {
	f *flight
	a *Answer
}

// line is one kind of request: wanted, on its way, or waiting after a failure.
type line struct {
	name    string
	want    bool
	flight  int // request on its way, 0 for none
	fails   int
	waiting bool
	firm    bool // the server said how long to wait
}

// New returns an engine that knows nothing yet: its first Step asks for what is stored.
func New(opt Options) *Engine {
	e := &Engine{opt: opt, m: newMirror(&Stored{}), txs: map[int]*pending{}, coming: map[Uid]coming{}, flights: map[int]*flight{}, digestIn: digestEvery}
	e.pull.name, e.push.name, e.attention.name, e.empty.name = "pull", "push", "attention", "wipe"
	e.reading.name = "load"
	return e
}

// Step takes in what happened and gives what is to be done, in order.
func (e *Engine) Step(ev Event) []Effect {
	switch {
	case ev.Loaded != nil:
		e.load(ev.Loaded)
	case ev.Committed != nil:
		e.committed(ev.Committed)
	case ev.Failed != nil:
		e.failed(ev.Failed)
	case ev.Edit != nil:
		e.edit(ev.Edit)
	case ev.Undo != nil:
		e.undo(ev.Undo)
	case ev.Answer != nil:
		e.answer(ev.Answer)
	case ev.Poke != nil:
		e.poke(ev.Poke)
	case ev.Timer != "":
		e.timer(ev.Timer)
	case ev.Lead != nil:
		e.setLead(*ev.Lead)
	case ev.Nudge:
		e.hurry()
		e.pull.want = true
	case ev.SignedIn:
		e.reauth, e.signedIn = false, e.lastID
		e.hurry()
		e.pull.want = true
	case ev.Leader != nil:
		e.leader = ev.Leader
	case ev.LossSeen:
		e.lossSeen = true
	case ev.Wipe:
		if !e.wiped {
			e.wiping = wipeStore
		}
	}
	e.work()
	return e.flush()
}

// work does whatever the present state calls for.
func (e *Engine) work() {
	if e.wiped {
		return
	}
	if !e.loaded || e.loading {
		e.askLoad()
		return
	}
	e.undoLate()
	e.storeEdits()
	for e.netTx == 0 && len(e.inbox) > 0 {
		next := e.inbox[0]
		e.inbox = e.inbox[1:]
		e.take(next.f, next.a)
	}
	if e.wiping != notWiping {
		e.wipe()
		return
	}
	if e.netTx == 0 && e.m.meta.Client == "" && !e.pull.waiting {
		e.setup()
	}
	if e.netTx == 0 && e.lossSeen {
		e.forgetLoss()
	}
	e.network()
}

// setup gives a fresh store its client id.
func (e *Engine) setup() {
	meta := e.nextMeta()
	meta.Client = e.opt.NewID()
	e.commit(&pending{kind: txSetup, tx: Tx{If: e.guard(), Strict: true, Meta: &meta}})
}

// refresh collects what is shown otherwise after a Step.
type refresh struct {
	all bool
	ids map[id.Number]bool
}

const maxRefresh = 1000 // numbers that a Changed effect names

func (r *refresh) add(k id.Number) {
	if r.all {
		return
	}
	if r.ids == nil {
		r.ids = map[id.Number]bool{}
	}
	if r.ids[k] = true; len(r.ids) > maxRefresh {
		*r = refresh{all: true}
	}
}

func (r *refresh) entry(en *Entry) {
	for i := range en.Rows {
		r.add(en.Rows[i].ID)
	}
}

func (e *Engine) emit(ef Effect) { e.out = append(e.out, ef) }

func (e *Engine) flush() []Effect {
	if e.refresh.all || len(e.refresh.ids) > 0 {
		c := &Changed{All: e.refresh.all}
		for k := range e.refresh.ids {
			c.IDs = append(c.IDs, k)
		}
		slices.SortFunc(c.IDs, func(a, b id.Number) int { return cmp.Compare(a, b) })
		e.emit(Effect{View: c})
		e.refresh = refresh{}
	}
	out := e.out
	e.out = nil
	return out
}

func (e *Engine) newID() int {
	e.lastID++
	return e.lastID
}
