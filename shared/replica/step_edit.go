package replica

import (
	"encoding/json"
	"strconv"

	"countersign/shared/id"
	"countersign/shared/number"
)

// Limits of the log. Edits are refused once they are reached, and the last one may go beyond; nothing is ever dropped to
// make room.
const (
	MaxLog      = 20_000
	MaxLogBytes = 20 << 20
)

const (
	pushEnvelope = 1 << 10 // bytes of a push besides its mutations
	mostBytes    = MaxPushBytes - pushEnvelope
)

func sizeOf(v any) int {
	b, err := json.Marshal(v)
	if err != nil { // neither a Mutation nor an Edit has anything that can't be written
		return MaxPushBytes
	}
	return len(b)
}

// edit takes the person's edit in. Saved tells when it is safe.
func (e *Engine) edit(in *NewEdit) {
	mu := Mutation{Uid: in.Uid, Op: in.Op, Rows: in.Rows, Set: in.Set, WasEpoch: in.WasEpoch, Group: in.Group, At: in.At}
	if Without("was_epoch") && mu.WasEpoch != "" { // a version of before history was replaced counts in the one after it
		mu.WasEpoch = e.m.base.Epoch
	}
	why := e.refusal(in.Uid)
	if why == "" && !sound(&mu) {
		why = WhyInvalid
	}
	if why != "" {
		e.tell(in.Uid, why)
		return
	}
	e.add(in.Uid, mu.clone())
}

// refusal is why no edit is taken now, "" when one is.
func (e *Engine) refusal(u Uid) string {
	switch {
	case e.wiped || e.wiping != notWiping:
		return WhyWiped
	case !e.loaded:
		return WhyNotReady
	case !u.valid():
		return WhyInvalid
	}
	return e.unreadable
}

// valid reports whether u is written as 32 lower-case hexadecimal digits.
func (u Uid) valid() bool {
	for i := range len(u) {
		if nibble(u[i]) > 15 {
			return false
		}
	}
	return len(u) == 32
}

// sound reports whether the server can read a mutation, and knows what its versions are of. One that it can't read would
// keep all that come after it waiting.
func sound(mu *Mutation) bool {
	if len(mu.Rows) == 0 || len(mu.Rows) > MaxRows {
		return false
	}
	seen := make(map[id.Number]bool, len(mu.Rows))
	for i := range mu.Rows {
		k := mu.Rows[i].ID
		if seen[k] || !id.Valid(k) || mu.Rows[i].WasVer != 0 && mu.WasEpoch == "" {
			return false
		}
		seen[k] = true
	}
	switch mu.Op {
	case Create, Set, Remove, Restore:
		return true
	}
	return false
}

// clone is a mutation that shares nothing with m: who gave it may write on.
func (m *Mutation) clone() Mutation {
	out := *m
	out.Set = cloned(m.Set)
	out.Rows = append([]Edit(nil), m.Rows...)
	for i := range out.Rows {
		out.Rows[i].Was, out.Rows[i].Set = cloned(m.Rows[i].Was), cloned(m.Rows[i].Set)
	}
	return out
}

func cloned(f *number.Fields) *number.Fields {
	n := f.Over(number.Number{})
	return f.Of(&n)
}

func (e *Engine) tell(u Uid, why string) { e.emit(Effect{Saved: &Saved{Uid: u, Why: why}}) }

// add takes in an action: what does not fit into one push is cut into pieces of one Group, all of which are stored
// together.
func (e *Engine) add(u Uid, action ...Mutation) {
	switch {
	case e.m.byUid[u] != nil:
		e.tell(u, "")
		return
	case e.coming[u].bytes != 0:
		return // its Saved is still to come
	case e.full():
		e.tell(u, WhyLogFull)
		return
	}
	var list []Mutation
	for _, mu := range action {
		mu.Uid, mu.Mid, mu.V = u, 0, Schema
		e.seen(&mu)
		pieces := mu.split(len(action) > 1)
		if pieces == nil {
			e.tell(u, WhyTooLarge)
			return
		}
		list = append(list, pieces...)
	}
	for i := range list {
		list[i].Uid = u.piece(i)
		c := coming{bytes: sizeOf(&list[i]), piece: i > 0}
		e.edits = append(e.edits, Entry{Mutation: list[i]})
		e.coming[list[i].Uid] = c
		e.comingBytes += c.bytes
	}
}

// coming is an edit on its way into the log.
type coming struct {
	bytes int
	piece bool // Saved is told of the first one
}

// piece is the identity of the n-th piece of an edit that was cut: the first one's is the edit's.
func (u Uid) piece(n int) Uid {
	if n == 0 {
		return u
	}
	return Uid(sha256Hex([]byte(string(u) + " " + strconv.Itoa(n)))[:len(u)])
}

// split cuts a mutation so that each piece fits into a push; nil when one of its rows alone does not.
func (m *Mutation) split(grouped bool) (pieces []Mutation) {
	large := sizeOf(m) > mostBytes
	if (large || grouped) && m.Group == "" {
		m.Group = string(m.Uid)
	}
	if !large {
		return []Mutation{*m}
	}
	bare := *m
	bare.Rows = nil
	least := sizeOf(&bare)
	size, first := least, 0
	cut := func(end int) {
		piece := bare
		piece.Rows = m.Rows[first:end]
		pieces = append(pieces, piece)
		size, first = least, end
	}
	for i := range m.Rows {
		n := sizeOf(&m.Rows[i]) + 1
		if least+n > mostBytes {
			return nil
		}
		if size+n > mostBytes {
			cut(i)
		}
		size += n
	}
	cut(len(m.Rows))
	return pieces
}

// seen completes the rows with what the view shows, where the caller doesn't say what the person saw.
func (e *Engine) seen(mu *Mutation) {
	rows := mu.Rows
	if mu.Op == Remove && mu.WasEpoch == "" {
		mu.WasEpoch = e.m.base.Epoch
	}
	for i := range rows {
		if rows[i].Was != nil || mu.Op != Set && mu.Op != Remove {
			continue
		}
		n, live := e.now(rows[i].ID)
		if !live {
			continue
		}
		if mu.Op == Set {
			rows[i].Was = mu.SetOf(i).Of(&n)
			continue
		}
		// A removal remembers the whole row, so that taking it back can show it again.
		rows[i].Was = whole(&n)
		if rows[i].WasVer == 0 {
			rows[i].WasVer = n.Ver
		}
	}
}

// whole is all of a number that an edit can speak of.
func whole(n *number.Number) *number.Fields {
	return &number.Fields{E164: n.E164, CallPurpose: &n.CallPurpose, DisplayName: &n.DisplayName, Place: &n.Place}
}

// fuller reports whether the log, with what is on its way into it, is used to that percentage.
func (e *Engine) fuller(percent int) bool {
	return (len(e.m.log)+len(e.coming))*100 >= MaxLog*percent || (e.m.bytes+e.comingBytes)*100 >= MaxLogBytes*percent
}

// full reports whether edits are refused.
func (e *Engine) full() bool { return e.fuller(100) }

// storeEdits sends what was edited to the store, one transaction at a time so that the order of edits stays theirs even
// when one has to be tried again.
func (e *Engine) storeEdits() {
	if e.editTx != 0 || len(e.edits) == 0 {
		return
	}
	list := e.edits
	e.edits = nil
	tx := Tx{If: Guard{Generation: e.m.meta.Generation}, Strict: true, Append: list}
	if Without("strict") { // an edit told as saved is lost when the power goes
		tx.Strict = false
	}
	e.commit(&pending{kind: txEdit, tx: tx})
}

// came tells what became of edits on their way into the store.
func (e *Engine) came(list []Entry, why string) {
	for i := range list {
		u := list[i].Uid
		c := e.coming[u]
		e.comingBytes -= c.bytes
		delete(e.coming, u)
		if !c.piece {
			e.tell(u, why)
		}
	}
}
