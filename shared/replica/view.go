package replica

import (
	"cmp"
	"slices"
	"strings"

	"countersign/shared/id"
	"countersign/shared/number"
)

// View is a number as the person sees it: the server's row with their own edits on top.
type View struct {
	number.Number
	Epoch Epoch // of the history that Ver counts in
	Badge Badge
}

// Badge says how far the person's edits of a number are.
type Badge string

const (
	NoBadge        Badge = ""
	SavedHere      Badge = "saved_here" // safe on this device, not on its way yet
	Sending        Badge = "sending"
	SavedThere     Badge = "saved" // the server has it, and the copy of its rows is about to
	NeedsAttention Badge = "needs_attention"
)

// Row is the view of a number; false when there is none, or the person removed it.
func (e *Engine) Row(k id.Number) (View, bool) {
	n, live := e.m.get(k)
	return e.view(k, n, live)
}

// view is the view of a number that base has so.
func (e *Engine) view(k id.Number, n number.Number, live bool) (View, bool) {
	parts := e.m.touch[k]
	if n, live = e.fold(k, n, live, parts); !live {
		return View{}, false
	}
	return View{Number: n, Epoch: e.m.base.Epoch, Badge: e.badge(k, parts)}, true
}

// Each gives the view of every number, by id, until yield says false.
func (e *Engine) Each(yield func(View) bool) { e.EachAfter("", yield) }

// EachAfter is Each from behind a number, whether it is still there or not: so all are read in portions, between which the
// engine goes on. What changes meanwhile is told as ever.
func (e *Engine) EachAfter(k id.Number, yield func(View) bool) {
	m := e.m
	rows := m.sorted()
	first, there := slices.BinarySearchFunc(rows, k, func(i int32, k id.Number) int { return strings.Compare(string(m.id(i)), string(k)) })
	if there {
		first++
	}
	for _, i := range rows[first:] {
		n, live := m.number(i)
		if v, ok := e.view(m.id(i), n, live); ok && !yield(v) {
			return
		}
	}
}

// Units are all business units by name.
func (e *Engine) Units() []number.Unit {
	out := make([]number.Unit, 0, len(e.m.units))
	for _, u := range e.m.units {
		out = append(out, u)
	}
	slices.SortFunc(out, func(a, b number.Unit) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID)) })
	return out
}

// Programs are all programs by name.
func (e *Engine) Programs() []number.Program {
	out := make([]number.Program, 0, len(e.m.programs))
	for _, p := range e.m.programs {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b number.Program) int {
		return cmp.Or(cmp.Compare(a.DisplayName, b.DisplayName), cmp.Compare(a.ID, b.ID))
	})
	return out
}

// Purposes are all call purposes in the provider's order.
func (e *Engine) Purposes() []number.Purpose {
	out := make([]number.Purpose, 0, len(e.m.purposes))
	for _, p := range e.m.purposes {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b number.Purpose) int {
		return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(a.Key, b.Key))
	})
	return out
}

// Attention is what waits for the person, newest first.
func (e *Engine) Attention() []Attention {
	out := make([]Attention, 0, len(e.m.attention))
	for _, a := range e.m.attention {
		out = append(out, a)
	}
	slices.SortFunc(out, func(a, b Attention) int { return cmp.Or(cmp.Compare(b.At, a.At), cmp.Compare(a.ID, b.ID)) })
	return out
}

// Log are the edits that the device holds, oldest first: what waits to be sent, and what was settled lately.
func (e *Engine) Log() []Entry {
	out := make([]Entry, len(e.m.log))
	for i, en := range e.m.log {
		out[i] = en.Entry
	}
	return out
}

// overlays reports whether an entry is replayed on top of base: while queued, and once applied until base includes it.
// What was rejected, or stood so already, leaves at once.
func overlays(en *Entry, base CursorParts) bool {
	switch {
	case en.Outcome == nil:
		return true
	case en.Outcome.St != Applied && en.Outcome.St != Merged:
		return false
	case Without("overlay"): // the outcome alone takes the entry out of the view, though base does not include it yet
		return false
	}
	return en.Epoch != base.Epoch || en.Outcome.Seq > base.Seq
}

// now is a number as the person sees it.
func (e *Engine) now(k id.Number) (number.Number, bool) {
	n, live := e.m.get(k)
	return e.fold(k, n, live, e.m.touch[k])
}

// fold is a number that base has so with the entries replayed that base does not reflect yet.
func (e *Engine) fold(k id.Number, n number.Number, live bool, parts []part) (number.Number, bool) {
	for _, p := range parts {
		if !overlays(&p.en.Entry, e.m.base) {
			continue
		}
		set, ok := effective(&p.en.Entry, p.i)
		if !ok {
			continue
		}
		row := &p.en.Rows[p.i]
		switch {
		case p.en.Op == Create && !live:
			n, live = set.Over(number.Number{ID: k, Status: number.Draft}), true
		case p.en.Op == Set && live:
			n = set.Over(n)
		case p.en.Op == Remove:
			live = false
		case p.en.Op == Restore && !live && n.ID != "":
			live = true
		case p.en.Op == Restore && !live && row.Was != nil && row.Was.E164 != "":
			n, live = row.Was.Over(number.Number{ID: k, Status: number.Draft}), true
			if p.en.WasEpoch == e.m.base.Epoch {
				n.Ver = row.WasVer
			}
		}
	}
	return n, live
}

// effective is what of a mutation's i-th row is, or may still be, applied; false when nothing.
func effective(en *Entry, i int) (*number.Fields, bool) {
	set := en.SetOf(i)
	if en.Outcome == nil || en.Outcome.St == Applied {
		return set, true
	}
	if en.Outcome.St != Merged {
		return nil, false
	}
	for f := range en.Outcome.Faults {
		fault := &en.Outcome.Faults[f]
		if fault.ID != en.Rows[i].ID {
			continue
		}
		if fault.Mine == nil || en.Op != Set { // only an edit of fields is taken in part
			return nil, false
		}
		set = set.Without(fault.Mine)
	}
	return set, en.Op != Set || !set.Empty()
}

func (e *Engine) badge(k id.Number, parts []part) Badge {
	if e.m.needy[k] > 0 {
		return NeedsAttention
	}
	b := NoBadge
	for _, p := range parts {
		switch {
		case p.en.Outcome == nil && e.isSending(p.en.Mid):
			return Sending
		case p.en.Outcome == nil:
			b = SavedHere
		case b == NoBadge && overlays(&p.en.Entry, e.m.base):
			b = SavedThere
		}
	}
	return b
}

// Status is what the words in the header say. Of the network a tab that does not do it knows what it was told of by Leader:
// before that it is offline.
type Status struct {
	Loaded        bool   // the store was read
	Ready         bool   // base is complete: work without a network is possible
	Preparing     int    // percent of the first, or a new, copy that is downloaded; 0 when none is
	Pending       int    // edits on this device that the server has not judged
	Sending       int    // of them, on their way now
	Attention     int    // items that need the person
	Online        bool   // the last call came through
	LastSync      int64  // server's time of the newest state that was taken, Unix ms; 0: never
	ReauthNeeded  bool   // nothing is sent before the person signs in again
	UpgradeNeeded bool   // nothing is sent before this code is replaced
	Refused       string // code with which the server refuses what is pending for good: it stays here, and somebody has to look
	Wiped         bool
	LogNearlyFull bool // 80 %
	LogFull       bool // edits are refused
	Lost          Loss // edits of before a replaced history that the device could not offer again; zero: none
	Rebuilt       int  // how often base was found wrong and replaced
}

// Status of the engine.
func (e *Engine) Status() Status {
	s := Status{
		Loaded: e.loaded, Ready: e.m.meta.Cursor != "" && !e.m.broken, Pending: e.m.queued, Attention: len(e.m.attention), Online: e.online,
		LastSync: e.m.meta.ServerNow, ReauthNeeded: e.reauth, UpgradeNeeded: e.upgrade, Wiped: e.wiped, Rebuilt: e.rebuilt, Lost: e.m.meta.Lost,
		LogNearlyFull: e.fuller(80), LogFull: e.full(),
	}
	if st := e.m.meta.Stage; st != nil && !st.local() {
		s.Preparing = max(1, 100*e.m.meta.Staged/len(st.Chunks))
	}
	if s.Pending > 0 {
		s.Refused = e.refused
	}
	for _, en := range e.m.log {
		if s.Pending > 0 && en.Outcome == nil && e.isSending(en.Mid) {
			s.Sending++
		}
	}
	if l := e.leader; l != nil && !e.lead {
		s.Online, s.ReauthNeeded, s.UpgradeNeeded = l.Online, l.ReauthNeeded, l.UpgradeNeeded
		s.Sending, s.Refused = min(l.Sending, s.Pending), l.Refused
	}
	return s
}
