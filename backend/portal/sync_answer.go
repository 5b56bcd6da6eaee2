package portal

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"countersign/backend/inventory"
	"countersign/shared/id"
	"countersign/shared/replica"
)

// How many bytes of JSON the parts of one answer have at most, whatever is kept for the caller; a part is larger only
// where its first row is, which has to be told some time. An outcome, an item or a chunk is of few rows, and each of them
// of few words. What does not fit is not lost, and no device need know of the bounds:
//
//   - changes: the page ends there, and its device asks for the next one;
//   - outcomes: edits without one count as not sent. Their device pushes them again, as after an answer that was lost, and
//     is told what became of them then. All that a device keeps of edits that were applied fits into one answer;
//   - items that wait: the oldest are told, and the next ones when those are closed.
const (
	changesBytes  = 1 << 20
	outcomesBytes = 4 << 20
	ownBytes      = 4 << 20 // of items that wait for the caller
	leftBytes     = 1 << 20 // of those that people left whose access ended
)

// answering is the store of an organization's numbers as one call is answered from it: no list that goes into the answer
// is read further than the answer takes it.
type answering struct {
	inventory.Store
	tx *Tx

	online map[replica.Uid]bool // keys of outcomes that edits of a push were given online
	more   int                  // items that wait and were not read
}

func (tx *Tx) answering(st inventory.Store) *answering { return &answering{Store: st, tx: tx} }

func (s *answering) Changes(after int64, limit int) ([]replica.Change, error) {
	list, err := s.Store.Changes(after, limit)
	n := 0
	for i := range list {
		if n += weightOfChange(&list[i]); n > changesBytes && i > 0 {
			return list[:i], err
		}
	}
	return list, err
}

// weightOfChange is about how many bytes a change has in an answer.
func weightOfChange(c *replica.Change) int {
	n := 128 + len(c.ID)
	switch {
	case c.Number != nil:
		n += 160 + len(c.Number.ID) + len(c.Number.E164) + len(c.Number.CallPurpose) + len(c.Number.DisplayName) + len(c.Number.BusinessUnit) + len(c.Number.Program)
	case c.Unit != nil:
		n += 64 + len(c.Unit.ID) + len(c.Unit.Name)
	case c.Program != nil:
		n += 160 + len(c.Program.ID) + len(c.Program.BusinessUnit) + len(c.Program.DisplayName) + len(c.Program.CallPurpose)
	case c.Purpose != nil:
		n += 128 + len(c.Purpose.Key)
		for lang, label := range c.Purpose.Labels {
			n += 8 + len(lang) + len(label)
		}
	}
	return n
}

func (s *answering) Receipts(c id.Device, from, to replica.Mid) ([]inventory.Receipt, error) {
	to, err := s.tx.ReceiptsWithin(s.tx, s.Org(), c, from, to, outcomesBytes)
	if err != nil {
		return nil, err
	}
	return s.Store.Receipts(c, from, to)
}

// ReceiptOf finds what the caller's edit was given online, too: the device that brings it need not know that it arrived.
func (s *answering) ReceiptOf(u replica.Uid) (*inventory.Receipt, error) {
	r, err := s.Store.ReceiptOf(u)
	if err != nil || r != nil {
		return r, err
	}
	key := onlineKey(s.tx.SignIn.Login, u)
	if !s.online[key] {
		return nil, nil
	}
	if r, err = s.Store.ReceiptOf(key); r == nil || err != nil {
		return nil, err
	}
	as := *r
	as.Outcome.Uid = u
	return &as, nil
}

func (s *answering) Attentions(l id.Login) (list []replica.Attention, err error) {
	list, s.more, err = s.tx.AttentionPage(s.tx, s.Org(), []id.Login{l}, ownBytes)
	return list, err
}

// onlineKey names what a person wants online, for which there is one outcome: theirs. Another person's edit of the same
// uid is another one.
func onlineKey(l id.Login, u replica.Uid) replica.Uid {
	sum := sha256.Sum256([]byte("online " + string(l) + " " + string(u)))
	return replica.Uid(hex.EncodeToString(sum[:16]))
}

// brought is a push as the core is given it: as much of it as one answer tells of. The rest is as if the device had not
// sent it yet.
type brought struct {
	store *answering
	push  *replica.Push
	bytes int // that it takes to keep it
}

// bring makes a push ready for the core.
func (tx *Tx) bring(p *replica.Push) (*brought, error) {
	b := &brought{store: tx.answering(tx.inventory()), push: p}
	if len(p.Mutations) > replica.MaxPush {
		return b, nil // for the core to refuse
	}
	d, err := b.store.Device(p.Client)
	if err != nil {
		return nil, err
	}
	var known replica.Mid
	if d == nil {
		b.bytes = newDevice
	} else if d.Login == tx.SignIn.Login {
		known = d.Lmid
	}
	keep := len(p.Mutations)
	if keep == 0 {
		return b, nil
	}
	if to := min(known, p.Mutations[keep-1].Mid); p.PrevMid < to {
		last, err := tx.ReceiptsWithin(tx, tx.Org, p.Client, p.PrevMid+1, to, outcomesBytes)
		if err != nil {
			return nil, err
		}
		for last < to && keep > 1 && p.Mutations[keep-1].Mid > last {
			keep--
		}
	}
	copies, err := tx.copies(b.store, p.Mutations[:keep])
	if err != nil {
		return nil, err
	}
	told := 0
	for i := range keep {
		m := &p.Mutations[i]
		n := 0
		if m.Mid > known {
			n = copies[m.Uid]
		}
		if told += n; told > outcomesBytes && i > 0 {
			keep = i
			break
		}
		b.bytes += m.Weight() + n
	}
	if keep < len(p.Mutations) {
		part := *p
		part.Mutations = p.Mutations[:keep]
		b.push = &part
	}
	return b, nil
}

// bringLost is bring for a device that is told nothing but to drop its copy: what has its outcome is left out, all the
// rest comes.
func (tx *Tx) bringLost(p *replica.Push) (*brought, error) {
	b := &brought{store: tx.answering(tx.inventory()), push: p, bytes: lostPush}
	if len(p.Mutations) > replica.MaxPush {
		return b, nil
	}
	d, err := b.store.Device(p.Client)
	if err != nil {
		return nil, err
	}
	if d != nil && d.Login == tx.SignIn.Login && p.PrevMid < d.Lmid {
		fresh := *p
		for len(fresh.Mutations) > 0 && fresh.Mutations[0].Mid <= d.Lmid {
			fresh.Mutations = fresh.Mutations[1:]
		}
		fresh.PrevMid, b.push = d.Lmid, &fresh
	}
	copies, err := tx.copies(b.store, b.push.Mutations)
	if err != nil {
		return nil, err
	}
	b.bytes += weightOf(b.push)
	for _, n := range copies {
		b.bytes += n
	}
	return b, nil
}

// copies tells how large the outcomes are of those edits that have one under another name of the device: a copy of it is
// kept for each, however little of the edit is sent again.
func (tx *Tx) copies(st *answering, list []replica.Mutation) (map[replica.Uid]int, error) {
	uids := make([]replica.Uid, 0, 2*len(list))
	for i := range list {
		uids = append(uids, list[i].Uid, onlineKey(tx.SignIn.Login, list[i].Uid))
	}
	sizes, err := tx.OutcomeBytes(tx, tx.Org, uids)
	if err != nil {
		return nil, err
	}
	out := map[replica.Uid]int{}
	st.online = map[replica.Uid]bool{}
	for i := 0; i < len(uids); i += 2 {
		u, key := uids[i], uids[i+1]
		n, ok := sizes[u]
		if online, there := sizes[key]; there && !ok {
			n, st.online[key] = online, true
		}
		out[u] = n
	}
	return out, nil
}

// tellable is as much of the outcomes as an answer takes.
func tellable(list []replica.Outcome) ([]replica.Outcome, error) {
	bytes := 0
	for i := range list {
		n := 128
		if len(list[i].Faults) > 0 {
			b, err := json.Marshal(&list[i])
			if err != nil {
				return nil, err
			}
			n = len(b)
		}
		if bytes += n; bytes > outcomesBytes && i > 0 {
			return list[:i], nil
		}
	}
	return list, nil
}
