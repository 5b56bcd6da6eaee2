package inventory

import (
	"crypto/hmac"
	"crypto/sha256"
	"strconv"
	"time"

	"countersign/shared/id"
	"countersign/shared/replica"
)

// sign is the text of a cursor of an organization. Its signature lets a cursor from beyond the head prove that this
// server's history went back; without it any client could force that.
func (c *Core) sign(org id.Organization, p replica.CursorParts) string { return p.Text(c.mac(org, p)) }

// mac covers the organization, which the cursor does not tell: a place in another one's history proves nothing here.
func (c *Core) mac(org id.Organization, p replica.CursorParts) []byte {
	h := hmac.New(sha256.New, c.Key)
	h.Write(appendText(nil, string(org)))
	h.Write(p.Bytes())
	return h.Sum(nil)[:replica.MACBytes]
}

// read takes a cursor apart; ok is false when this installation gave none such for the organization.
func (c *Core) read(org id.Organization, text string) (p replica.CursorParts, ok bool) {
	p, mac, ok := replica.ReadCursor(text)
	return p, ok && hmac.Equal(mac, c.mac(org, p))
}

// Cursor is the place of the head of an organization.
func (c *Core) Cursor(org id.Organization, h *Head) string {
	return c.sign(org, replica.CursorParts{Epoch: h.Epoch, Seq: h.Seq, Chain: h.Chain})
}

// standing is what a cursor says about the history it is held against.
type standing int

const (
	onIt     standing = iota // a state of this history
	unknown                  // no cursor that this installation gave for the organization
	pruned                   // what followed it was forgotten
	replaced                 // of a history that is no more, and this one has another name already
	rolled                   // of a name that this history is yet to have, or of its own, which it contradicts: the server went back unannounced
)

// stand compares a cursor with the history.
func (c *Core) stand(s Store, h *Head, text string) (replica.CursorParts, standing, error) {
	p, ok := c.read(s.Org(), text)
	if !ok {
		return p, unknown, nil
	}
	// Safeguard "epoch_order": without it a server that goes back to before it last got a new epoch has the older one again,
	// under which what was lost was seen too.
	if p.Epoch.Given() > h.Epoch.Given() && !replica.Without("epoch_order") {
		return p, rolled, nil
	}
	// Safeguard "prune_floor": without it a device gets what is left of the changes, as if nothing were missing.
	if p.Seq < h.MinSeq && !replica.Without("prune_floor") {
		return p, pruned, nil
	}

	same := p.Seq <= h.Seq
	// Safeguard "chain": without it a history that grew again beyond the cursor after a restore passes for the same.
	if same && !replica.Without("chain") {
		chain, ok, err := chainAt(s, h, p.Seq)
		if err != nil {
			return p, 0, err
		}
		if !ok {
			return p, pruned, nil
		}
		same = chain == p.Chain
	}
	switch {
	case same:
		return p, onIt, nil
	case p.Epoch != h.Epoch:
		return p, replaced, nil
	default:
		return p, rolled, nil
	}
}

// epochAfter is a new name for a history, later than those that are known and, as far as clocks can be trusted, than any.
// A server that goes back to an earlier one is told by a cursor of a later one, even where both histories agree as far as
// that.
func (c *Core) epochAfter(now time.Time, known ...replica.Epoch) replica.Epoch {
	at := now.UnixMilli()
	for _, e := range known {
		at = max(at, e.Given()+1)
	}
	return replica.Epoch(strconv.FormatInt(at, 10) + "." + string(c.NewEpoch()))
}

// chainAt is the chain at seq ≤ h.Seq; ok is false when that change was forgotten.
func chainAt(s Store, h *Head, seq int64) (chain [8]byte, ok bool, err error) {
	switch seq {
	case h.Seq:
		return h.Chain, true, nil
	case 0:
		return chain, true, nil
	}
	p, err := s.Change(seq)
	if p == nil || err != nil {
		return chain, false, err
	}
	return p.Chain, true, nil
}
