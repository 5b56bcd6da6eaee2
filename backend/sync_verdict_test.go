package main_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"countersign/backend/inventory"
	"countersign/backend/store"
	"countersign/shared/number"
	"countersign/shared/replica"

	"github.com/anishathalye/porcupine"
)

// check looks for an order that explains the history.
func (h *history) check(name string, model porcupine.Model, part func([]porcupine.Operation) [][]porcupine.Operation) {
	model.Partition = part
	switch porcupine.CheckOperationsTimeout(model, h.ops, checkerLimit) {
	case porcupine.Illegal:
		h.t.Errorf("%s: no order of the calls explains the answers:", name)
		for i, p := range part(h.ops) {
			if porcupine.CheckOperations(model, p) {
				continue
			}
			slices.SortFunc(p, func(a, b porcupine.Operation) int { return int(a.Call - b.Call) })
			for _, op := range p {
				h.t.Logf("part %d, %d–%d: %s", i, op.Call, op.Return, model.DescribeOperation(op.Input, op.Output))
			}
		}
	case porcupine.Unknown:
		h.t.Errorf("%s: not decided within %s", name, checkerLimit)
	}
}

// judgePages: I5, I7: every page is exactly the changes between two places of the one history.
func (h *history) judgePages() {
	err := h.w.DB.ViewWithin(h.t.Context(), time.Minute, func(tx *store.Tx) error {
		inv := tx.Inventory(context.Background(), h.w.Acme, nil)
		head, err := inv.Head()
		if err != nil {
			return err
		}
		var all []replica.Change
		for int64(len(all)) < head.Seq {
			list, err := inv.Changes(int64(len(all)), 1000)
			if err != nil || len(list) == 0 {
				return errors.Join(err, fmt.Errorf("I7: no changes after %d of %d", len(all), head.Seq))
			}
			all = append(all, list...)
		}
		for _, p := range h.pages {
			if int64(len(p.list)) != p.to-p.from || p.to > p.head || text(p.list) != text(all[p.from:p.to]) && len(p.list) > 0 {
				h.t.Errorf("I5: the page from %d to %d of %d is not the history's", p.from, p.to, p.head)
			}
		}
		return h.judgeOnce(inv, head)
	})
	if err != nil {
		h.t.Error(err)
	}
}

// judgeOnce: I3, I7: the history holds each applied mutation once, and nothing that was not applied.
func (h *history) judgeOnce(inv inventory.Store, head *inventory.Head) error {
	steps := map[replica.Uid]int{}
	for seq := int64(1); seq <= head.Seq; seq++ {
		p, err := inv.Change(seq)
		if err != nil || p == nil {
			return errors.Join(err, fmt.Errorf("I7: change %d of %d", seq, head.Seq))
		}
		if p.Kind == replica.KindNumber {
			steps[p.Uid]++
		}
	}
	for uid, o := range h.outcomes {
		if steps[uid] != o.Applied {
			h.t.Errorf("I3: %s was %s with %d rows and is %d times in the history", uid, o.St, o.Applied, steps[uid])
		}
		delete(steps, uid)
	}
	for uid, n := range steps {
		h.t.Errorf("I3: %s is %d times in the history, and nobody was told", uid, n)
	}
	return nil
}

// corrupted proves that the checker can say no: each kind of lie that is put into the history is found. One or the other
// may happen to be explained by calls that went on at the same time, so it gets some tries.
func (h *history) corrupted() {
	lie := func(name string, model porcupine.Model, part func([]porcupine.Operation) [][]porcupine.Operation, fits func(*asked, *heard) bool, tell func(*heard)) {
		model.Partition = part
		tries := 0
		for i, op := range h.ops {
			in, out := op.Input.(asked), op.Output.(heard)
			if !fits(&in, &out) {
				continue
			}
			tell(&out)
			ops := slices.Clone(h.ops)
			ops[i].Output = out
			if porcupine.CheckOperationsTimeout(model, ops, checkerLimit) == porcupine.Illegal {
				return
			}
			if tries++; tries == 20 {
				break
			}
		}
		h.t.Errorf("%s: told %d times, and the checker believes all", name, tries)
	}
	lie("a read shows another name", numberModel, byNumber, func(in *asked, out *heard) bool { return in.get && out.row != nil },
		func(out *heard) {
			row := *out.row
			row.DisplayName += "!"
			out.row = &row
		})
	lie("a pull leaves a change out", numberModel, byNumber, func(in *asked, out *heard) bool { return in.pull && out.seq > 0 },
		func(out *heard) { *out = heard{} })
	lie("a conflict overwrites", numberModel, byNumber,
		func(in *asked, out *heard) bool {
			return in.m != nil && in.m.Op == replica.Set && out.o.St == replica.Rejected && out.o.Faults[0].Reason == number.Conflict
		},
		func(out *heard) { out.o = replica.Outcome{St: replica.Applied, Applied: 1, Seq: out.o.Seq} })
	lie("an edit is applied and told as nothing", numberModel, byNumber,
		func(in *asked, out *heard) bool {
			return in.m != nil && in.m.Op == replica.Set && out.o.St == replica.Applied
		},
		func(out *heard) { out.o = replica.Outcome{St: replica.Noop, Seq: out.o.Seq} })
	lie("a number is there twice", holderModel, byE164,
		func(in *asked, out *heard) bool {
			return in.m != nil && in.m.Op == replica.Create && len(out.o.Faults) > 0 && out.o.Faults[0].Other != in.of && out.o.Faults[0].Reason != number.Conflict
		},
		func(out *heard) { out.o = replica.Outcome{St: replica.Applied, Applied: 1, Seq: out.o.Seq} })
}
