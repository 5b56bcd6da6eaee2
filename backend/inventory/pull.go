package inventory

import (
	"fmt"

	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// Pull answers what changed since a cursor, from one committed state. It writes nothing. snap gives a snapshot of the
// same state or an earlier one of the same history; it is asked for only where one is needed. ErrRolledBack where Rotate
// has to run first, errs.Invalid for a client that can be none.
func (c *Core) Pull(s Store, a Actor, in *replica.Pull, snap func() (*replica.Manifest, error)) (*replica.PullAnswer, error) {
	if !aDevice(in.Client) {
		return nil, errs.BadField("client", "error.invalid")
	}
	h, err := s.Head()
	if err != nil {
		return nil, err
	}
	if h == nil {
		return nil, ErrRolledBack
	}
	at, st, err := c.stand(s, h, in.Cursor)
	if err != nil {
		return nil, err
	}
	if st == rolled {
		return nil, ErrRolledBack
	}

	out := &replica.PullAnswer{Client: in.Client, From: in.Cursor, Epoch: h.Epoch, Head: h.Seq, DurableSeq: h.DurableSeq, Now: s.Now().UnixMilli()}
	if out.AttentionVer, err = s.AttentionVer(a.Login); err != nil {
		return nil, err
	}
	switch st {
	case unknown:
		out.Reset = replica.ResetUnknown
	case pruned:
		out.Reset = replica.ResetPruned
	case replaced:
		out.Reset = replica.ResetReplaced
	}
	if err := c.receipts(s, a, in, out); err != nil {
		return nil, err
	}
	if out.Reset != "" {
		out.Snapshot, err = snap()
		return out, err
	}
	return out, c.delta(s, h, at, in, out)
}

// delta adds the changes after at, as many as a page holds.
func (c *Core) delta(s Store, h *Head, at replica.CursorParts, in *replica.Pull, out *replica.PullAnswer) error {
	limit := in.Limit
	if limit <= 0 || limit > replica.MaxPull {
		limit = replica.MaxPull
	}
	end := replica.CursorParts{Epoch: h.Epoch, Seq: at.Seq, Chain: at.Chain}
	if at.Seq < h.Seq {
		list, err := s.Changes(at.Seq, limit)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return fmt.Errorf("changes after %d of %d are missing", at.Seq, h.Seq)
		}
		// Safeguard "page_images": without it a page shows rows as they are today, which no state at its cursor had.
		if replica.Without("page_images") {
			if err := asToday(s, list); err != nil {
				return err
			}
		}
		out.Changes, end.Seq = list, list[len(list)-1].Seq
		chain, ok, err := chainAt(s, h, end.Seq)
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("change %d is missing", end.Seq)
		}
		end.Chain = chain
	}

	out.More = end.Seq < h.Seq
	if out.Cursor = in.Cursor; end != at {
		out.Cursor = c.sign(s.Org(), end)
	}
	if in.WantDigest && !out.More {
		out.Digest = h.Digest()
	}
	return nil
}

// Page is a part of the changes after a cursor.
type Page struct {
	Changes []replica.Change
	Cursor  string // behind them
	More    bool
}

// Since gives who keeps no copy the changes after a cursor. It is nil where no history goes on from there, so that
// everything has to be read again.
func (c *Core) Since(s Store, cursor string) (*Page, error) {
	h, err := s.Head()
	if err != nil || h == nil {
		return nil, err
	}
	at, st, err := c.stand(s, h, cursor)
	if err != nil || st != onIt {
		return nil, err
	}
	var out replica.PullAnswer
	if err := c.delta(s, h, at, &replica.Pull{Cursor: cursor}, &out); err != nil {
		return nil, err
	}
	return &Page{Changes: out.Changes, Cursor: out.Cursor, More: out.More}, nil
}

// asToday puts the rows of today in place of those of the history.
func asToday(s Store, list []replica.Change) error {
	for i := range list {
		if list[i].Kind != replica.KindNumber {
			continue
		}
		r, err := s.Number(id.Number(list[i].ID))
		if err != nil {
			return err
		}
		list[i].Number, list[i].Del = nil, true
		if r != nil && r.Status != number.Removed {
			n := r.Number
			list[i].Number, list[i].Del = &n, false
		}
	}
	return nil
}

// receipts adds what became of the device's mutations: those after what it says it has, or all of them when what it has
// is not what this server gave, or when it starts anew.
func (c *Core) receipts(s Store, a Actor, in *replica.Pull, out *replica.PullAnswer) error {
	d, err := s.Device(in.Client)
	if err != nil {
		return err
	}
	var sum uint64
	if d != nil && d.Login == a.Login {
		out.Lmid = d.Lmid
		if sum, err = sumOf(s, in.Client, in.FirstMid, in.AckMid); err != nil {
			return err
		}
	}

	// Safeguard "receipt_sum": lmid alone does not tell a device that after a restore another one, cloned from it, pushed
	// other mutations under the same mids.
	theirs, ok := replica.ParseSum(in.ReceiptSum)
	out.Verify = (!ok || theirs != sum) && !replica.Without("receipt_sum")
	from := in.AckMid + 1
	if out.Verify || out.Reset != "" {
		from = in.FirstMid
	}
	// Safeguard "outcomes_beside_lmid": without it a device whose push was answered into the void learns that its mutations
	// are settled, but not how.
	if from > out.Lmid || replica.Without("outcomes_beside_lmid") {
		return nil
	}
	list, err := s.Receipts(in.Client, from, out.Lmid)
	if err != nil || len(list) == 0 {
		return err
	}
	out.Outcomes = make([]replica.Outcome, len(list))
	for i := range list {
		out.Outcomes[i] = list[i].Outcome
	}
	return nil
}

// sumOf is the sum of the receipts from..to.
func sumOf(s Store, client id.Device, from, to replica.Mid) (uint64, error) {
	if to < from {
		return 0, nil
	}
	upTo, err := s.SumBelow(client, to+1)
	if err != nil {
		return 0, err
	}
	below, err := s.SumBelow(client, from)
	return upTo - below, err
}

// Digest is the head's.
func (h *Head) Digest() *replica.Digest {
	return &replica.Digest{Rows: h.Rows, Sum: replica.SumText(h.Sum)}
}

// Seen notes what a device says about itself when it pulls: bookkeeping only. What another login's device says is not
// noted.
func (c *Core) Seen(s Store, a Actor, in *replica.Pull) error {
	if !aDevice(in.Client) {
		return errs.BadField("client", "error.invalid")
	}
	d, err := s.Device(in.Client)
	if err != nil || d != nil && d.Login != a.Login {
		return err
	}
	next := Device{Client: in.Client, Login: a.Login}
	if d != nil {
		next = *d
	}
	next.FirstMid, next.AckMid, next.Pending = in.FirstMid, in.AckMid, in.PendingHint
	next.Schema, next.Browser, next.SeenAt = in.Schema, a.Browser, s.Now()
	return s.PutDevice(&next)
}
