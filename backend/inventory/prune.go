package inventory

import (
	"math"
	"time"

	"countersign/shared/id"
	"countersign/shared/replica"
)

// PruneHistory forgets the changes of the history that are older than before and in a backup, up to limit of them, and
// tells how many: where that is limit, there may be more. A device that stands at the last of them goes on from there; one
// from before it gets a snapshot.
func PruneHistory(s Store, before time.Time, limit int) (int, error) {
	h, err := s.Head()
	if err != nil || h == nil {
		return 0, err
	}
	upTo, err := s.SeqBefore(before, h.MinSeq, min(h.DurableSeq, h.MinSeq+int64(limit)))
	if err != nil || upTo <= h.MinSeq {
		return 0, err
	}
	if err := s.DropChanges(upTo); err != nil {
		return 0, err
	}
	next := *h
	next.MinSeq = upTo
	return int(upTo - h.MinSeq), s.SetHead(&next)
}

// PruneReceipts forgets receipts that are older than before, that the device has confirmed and holds no more, and whose
// attention item, if there is one, was resolved. It forgets up to limit of them and tells how many: where that is limit,
// there may be more. Of each device the newest of those that could be forgotten stays: sums go on from it.
func PruneReceipts(s Store, before time.Time, limit int) (int, error) {
	devices, err := s.Devices()
	if err != nil {
		return 0, err
	}
	p := pruning{s: s, before: before, left: limit, open: map[id.Attention]bool{}}
	for i := range devices {
		d := &devices[i]
		if err := p.device(d.Client, min(d.FirstMid, d.AckMid+1)); err != nil {
			return 0, err
		}
	}
	err = p.device(Online, math.MaxInt64) // nobody asks for the outcome of an online edit after so long
	return limit - p.left, err
}

// pruning forgets receipts, as many as are left to it.
type pruning struct {
	s      Store
	before time.Time
	left   int
	open   map[id.Attention]bool // as far as it was asked
}

// device forgets what can be of a device's receipts below a mid.
func (p *pruning) device(c id.Device, below replica.Mid) error {
	for from := replica.Mid(0); p.left > 0; {
		asked := p.left
		list, err := p.s.OldReceipts(c, from, below, p.before, asked)
		if err != nil || len(list) == 0 {
			return err
		}
		for len(list) > 0 {
			n, err := p.run(list)
			if err != nil {
				return err
			}
			if n > 0 {
				if err := p.s.DropReceipts(c, list[0].Outcome.Mid, list[n-1].Outcome.Mid); err != nil {
					return err
				}
			}
			p.left -= n
			n = min(n+1, len(list)) // and the one that stays
			from = list[n-1].Outcome.Mid + 1
			list = list[n:]
			asked -= n
		}
		if asked > 0 {
			return nil
		}
	}
	return nil
}

// run is how many of the first receipts nobody waits for.
func (p *pruning) run(list []Receipt) (int, error) {
	for i := range list {
		item := list[i].Outcome.Attention
		// Safeguard "receipts_wait": without it an intent whose item still waits for the person is new to everybody when an
		// image of the device brings it again.
		if item == "" || replica.Without("receipts_wait") {
			continue
		}
		waits, known := p.open[item]
		if !known {
			a, err := p.s.Attention(item)
			if err != nil {
				return 0, err
			}
			waits = a != nil
			p.open[item] = waits
		}
		if waits {
			return i, nil
		}
	}
	return len(list), nil
}
