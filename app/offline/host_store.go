package offline

import (
	"errors"
	"time"

	"countersign/shared/number"
	"countersign/shared/replica"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// portion is how long the only thread is kept at a time.
const portion = 8 * time.Millisecond

// load reads the store. Base is put together in portions, so that the screen can be drawn between them.
func (h *host) load() {
	life := h.life
	h.store.Load(func(s *replica.Stored, err error) {
		h.within(life, func() {
			switch {
			case err != nil:
				h.fault(unread(err), err)
				h.queue = append(h.queue, replica.Event{Failed: &replica.StoreFailed{Why: replica.FailedIO}})
			case h.shrunk(s):
				h.salvage(s)
			default:
				h.read(s)
			}
		})
	})
}

// read puts base together, and then tells the engine.
func (h *host) read(s *replica.Stored) {
	if s.Base != nil {
		h.queue = append(h.queue, replica.Event{Loaded: s})
		return
	}
	s.Base = replica.NewBase(replica.ChunkRows * len(s.Chunks))
	h.readOn(h.life, s)
}

const rowsAtOnce = 250

func (h *host) readOn(life int, s *replica.Stored) {
	for began := time.Now(); len(s.Chunks)+len(s.Rows) > 0; {
		if len(s.Chunks) > 0 {
			s.Base.AddFrame(s.Chunks[0])
			s.Chunks = s.Chunks[1:]
		} else {
			n := min(rowsAtOnce, len(s.Rows))
			s.Base.AddRows(s.Rows[:n])
			s.Rows = s.Rows[n:]
		}
		if time.Since(began) >= portion {
			h.ground.Soon(func() { h.within(life, func() { h.readOn(life, s) }) })
			return
		}
	}
	s.Chunks, s.Rows = nil, nil
	h.queue = append(h.queue, replica.Event{Loaded: s})
}

// loaded follows what the engine has read.
func (h *host) loaded(s *replica.Stored) {
	if !h.last.Loaded {
		h.age(s)
	}
	h.tx, h.client = s.Meta.Tx, s.Meta.Client
	if h.trouble == troubleUnreadable || h.trouble == troubleNewer || h.trouble == troubleBroken && h.failing == 1 {
		h.trouble = ""
	}
	h.giveAll()
}

// commit writes a transaction, and tells the other tabs of it.
func (h *host) commit(st *replica.Store) {
	life, tx := h.life, &st.Tx
	h.store.Commit(tx, func(c Committed, why string) {
		h.do(func() {
			if why == "" {
				h.tabs.committed(&replica.Committed{No: c.No, Tx: *tx, Mids: c.Mids})
			}
			if h.life != life {
				return
			}
			failed := replica.Event{Failed: &replica.StoreFailed{ID: st.ID, Why: why}}
			switch {
			case why == replica.FailedStale && len(tx.Append) > 0:
				h.inspect(func() { h.queue = append(h.queue, failed) })
			case why != "":
				h.refused(why)
				h.queue = append(h.queue, failed)
			default:
				if h.trouble == troubleFull || h.trouble == troubleUnwritten {
					h.trouble = ""
				}
				h.wiping = h.wiping || tx.Wipe
				h.tx = max(h.tx, c.No)
				if tx.Meta != nil {
					h.client = tx.Meta.Client
				}
				h.queue = append(h.queue, replica.Event{Committed: &replica.Committed{ID: st.ID, No: c.No, Tx: *tx, Mids: c.Mids}})
			}
		})
	})
}

// heardCommit takes in a transaction of another tab.
func (h *host) heardCommit(c *replica.Committed) {
	h.tx = max(h.tx, c.No)
	if m := c.Tx.Meta; m != nil {
		h.client = m.Client
	}
	h.queue = append(h.queue, replica.Event{Committed: c})
	if h.lost != nil {
		h.outbox = append(h.outbox, func() { h.do(h.giveAll) })
	}
}

// inspect looks whether the storage was cleared, and begins anew if it was; else it goes on with what is to be done then.
func (h *host) inspect(otherwise func()) {
	life := h.life
	h.store.Load(func(s *replica.Stored, err error) {
		h.within(life, func() {
			if err == nil && h.shrunk(s) {
				h.salvage(s)
			} else {
				otherwise()
			}
		})
	})
}

// shrunk reports whether a store is another one than it was: transactions are counted through wipes, too, and its client
// is given up for another one but never for none.
func (h *host) shrunk(s *replica.Stored) bool {
	return s.Meta.Tx < h.tx || s.Meta.Client == "" && h.client != "" && s.Meta.Generation == 0
}

// salvage begins anew on storage that was cleared under an open tab: what waited to be sent is known here still, and is
// saved once more under the same identities. Where the person has signed out meanwhile the copy is gone for good.
func (h *host) salvage(s *replica.Stored) {
	if out := h.ground.Note(h.outNote); out != "" && out != h.out {
		h.gone()
		return
	}
	h.cleared = true
	h.tx, h.client = s.Meta.Tx, s.Meta.Client
	h.lost, h.patient = map[replica.Uid]bool{}, time.Now().Add(deadAfter)
	known := map[replica.Uid]bool{}
	for _, d := range h.doing {
		known[d.uid()] = true
		if d.edit != nil {
			complete(h.engine, d.edit)
		}
	}
	var lost []*doing
	for _, en := range h.engine.Log() {
		if en.Outcome != nil || known[en.Uid] {
			continue
		}
		mu := en.Mutation
		h.lost[mu.Uid] = true
		lost = append(lost, &doing{edit: &replica.NewEdit{Uid: mu.Uid, Op: mu.Op, Rows: mu.Rows, Set: mu.Set, Group: mu.Group, At: mu.At, WasEpoch: mu.WasEpoch}})
	}
	h.doing = append(lost, h.doing...)
	for _, d := range h.doing {
		d.given = false
	}
	h.revive()
	h.tabs.cleared()
	life := h.life
	h.ground.After(deadAfter, func() { h.within(life, h.giveAll) })
}

// complete says in an edit what the person saw, as an engine does that takes it in: the next one has no base at first.
func complete(e *replica.Engine, in *replica.NewEdit) {
	in.Rows = append([]replica.Edit(nil), in.Rows...)
	for i := range in.Rows {
		row := &in.Rows[i]
		v, ok := e.Row(row.ID)
		if !ok || row.Was != nil {
			continue
		}
		n := &v.Number
		switch in.Op {
		case replica.Set:
			set := in.Set
			if row.Set != nil {
				set = row.Set
			}
			row.Was = set.Of(n)
		case replica.Remove:
			row.Was = &number.Fields{E164: n.E164, CallPurpose: &n.CallPurpose, DisplayName: &n.DisplayName, Place: &n.Place}
			if row.WasVer == 0 && (in.WasEpoch == "" || in.WasEpoch == v.Epoch) {
				row.WasVer, in.WasEpoch = n.Ver, v.Epoch
			}
		}
	}
}

// refused notes why the store did not take something.
func (h *host) refused(why string) {
	switch why {
	case replica.FailedQuota:
		h.fault(troubleFull, nil)
	case replica.FailedIO:
		h.fault(troubleUnwritten, nil)
	}
}

func unread(err error) string {
	if errors.Is(err, ErrNewer) {
		return troubleNewer
	}
	return troubleUnreadable
}

func (h *host) fault(key string, err error) {
	if err != nil && h.trouble != key {
		app.Log("the copy of the numbers:", err)
	}
	if h.trouble != troubleBroken {
		h.trouble = key
	}
}

// wiped ends the copy. Who emptied the store deletes the database; the others only let go of it.
func (h *host) wiped() {
	h.news.All = true
	h.list.empty()
	h.end(replica.WhyWiped)
	h.ground.SetNote(h.name, "")
	h.emptied = true
	if !h.wiping {
		h.store.Close()
		return
	}
	h.store.Drop(func(err error) {
		if err != nil {
			app.Log("the copy of the numbers was not deleted:", err)
		}
	})
}
