package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mrand "math/rand/v2"
	"testing"
	"time"

	"countersign/backend/inventory"
	"countersign/shared/id"
	"countersign/shared/number"
)

// Whatever is added, changed, removed and brought back, in parts that are undone as well, the tally is what counting all
// live numbers gives.
func TestTallyEqualsCount(t *testing.T) {
	in := newInstallation(t)
	orgs := []id.Organization{in.Organization(), in.Organization()}
	rng := mrand.New(mrand.NewPCG(1, 2))
	pick := func(list ...string) string { return list[rng.IntN(len(list))] }
	type made struct {
		org id.Organization
		id  id.Number
	}
	var all []made
	undone := errors.New("undone")
	for step := range 60 {
		oid := orgs[rng.IntN(2)]
		in.must(in.change(func(ctx context.Context, tx *Tx) error {
			s := tx.Inventory(ctx, oid, testEpoch)
			h, err := s.Head()
			if err != nil {
				return err
			}
			var own []id.Number
			for _, m := range all {
				if m.org == oid {
					own = append(own, m.id)
				}
			}
			edit := func() error {
				if len(own) == 0 || rng.IntN(3) == 0 {
					r := &inventory.Record{Number: number.Number{ID: id.New[id.Number](time.Now(), rand.Reader), CallPurpose: pick("survey", "charity"), Status: number.Active,
						E164: number.E164(fmt.Sprintf("+3318488%04d", rng.IntN(40)))}} // some are taken
					clash, err := s.AddNumber(r)
					if !clash {
						own = append(own, r.ID)
					}
					return err
				}
				r, err := s.Number(own[rng.IntN(len(own))])
				if err != nil {
					return err
				}
				if rng.IntN(2) == 0 { // another was looked at meanwhile
					if _, err := s.Number(own[rng.IntN(len(own))]); err != nil {
						return err
					}
				}
				next := *r
				next.CallPurpose, next.Place = pick("survey", "charity"), number.Place{BusinessUnit: id.BusinessUnit(pick("", "u"))}
				next.Status = number.Status(pick("active", "suspended"))
				if next.RemovedAt = (time.Time{}); rng.IntN(3) == 0 {
					next.Status, next.RemovedAt = number.Removed, s.Now()
				} else if _, holder, err := s.Holder(next.E164); err != nil || holder != "" && holder != next.ID { // it can't come back
					return err
				}
				return s.PutNumber(&next)
			}
			for range 1 + rng.IntN(8) {
				before := own
				fails := rng.IntN(3) == 0
				err := s.Part(func() error {
					for range 1 + rng.IntN(3) {
						if err := edit(); err != nil {
							return err
						}
					}
					if fails && rng.IntN(2) == 0 {
						if err := s.SetHead(h); err != nil {
							return err
						}
					}
					if fails {
						return undone
					}
					return nil
				})
				if errors.Is(err, undone) {
					own, err = before, nil
				}
				if err != nil {
					return err
				}
			}
			others := all[:0:0]
			for _, m := range all {
				if m.org != oid {
					others = append(others, m)
				}
			}
			for _, n := range own {
				others = append(others, made{oid, n})
			}
			all = others
			return s.SetHead(h)
		}))
		in.must(in.db.View(t.Context(), func(tx *Tx) error {
			for _, oid := range orgs {
				got := map[tallyKey]int{}
				list, err := tx.NumberTallies(t.Context(), oid)
				if err != nil {
					return err
				}
				for _, c := range list {
					got[tallyKey{c.CallPurpose, c.Place, c.Status}] = c.N
				}
				live, err := tx.Inventory(t.Context(), oid, testEpoch).Numbers("", 1000)
				if err != nil {
					return err
				}
				for i := range live {
					got[tallyOf(&live[i])]--
				}
				for k, n := range got {
					if n != 0 {
						t.Fatalf("step %d: the tally of %+v is wrong by %d", step, k, n)
					}
				}
			}
			return nil
		}))
	}
	if len(all) < 10 {
		t.Fatalf("only %d numbers were made", len(all))
	}
}
