package main_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"countersign/backend/inventory"
	"countersign/backend/store"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/replica"
	"countersign/shared/replica/replicatest"

	"countersign/shared/audit"
)

// truth is what the portal's database says of an organization's numbers, held against itself.
type truth struct {
	head     *inventory.Head
	rows     map[replicatest.Key]string // as JSON
	changes  map[replica.Uid]int        // steps of the history
	newest   map[replica.Uid]int64      // the last of them
	receipts map[replica.Uid]replica.Outcome
	items    map[replica.Uid][]id.Attention
	renamed  int      // how often the history got another epoch
	online   id.Login // who edits without a device
}

// judged reads the database of a portal that does not run, and reports whatever is not as the protocol promises.
func (h *home) judged(org id.Organization) *truth {
	h.t.Helper()
	tr := &truth{rows: map[replicatest.Key]string{}, changes: map[replica.Uid]int{}, newest: map[replica.Uid]int64{},
		receipts: map[replica.Uid]replica.Outcome{}, items: map[replica.Uid][]id.Attention{}}
	h.read(func(ctx context.Context, tx *store.Tx) error {
		var err error
		if tr.head, err = tx.NumberHead(ctx, org); err != nil || tr.head == nil {
			return errors.Join(err, errors.New("no history"))
		}
		inv := tx.Inventory(ctx, org, nil)
		return errors.Join(h.judgeTables(tr, inv), h.judgeHistory(tr, inv), h.judgeReceipts(ctx, tx, tr, org), h.judgeUniqueness(ctx, tx),
			h.readItems(ctx, tx, tr, org), readRenamed(ctx, tx, tr, org),
			tx.QueryRow(ctx, `SELECT id FROM login WHERE email = ?`, "jonas@demo.example").Scan((*string)(&tr.online)))
	})
	return tr
}

func text(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// image is the row of a change, without what tells of the change.
func image(c *replica.Change) string {
	return text([]any{c.Number, c.Unit, c.Program, c.Purpose})
}

// judgeTables reads the rows and holds the digest against them.
func (h *home) judgeTables(tr *truth, inv inventory.Store) error {
	live, sum := 0, uint64(0)
	for after := id.Number(""); ; {
		list, err := inv.Numbers(after, 1000)
		if err != nil {
			return err
		}
		for i := range list {
			n := &list[i]
			tr.rows[replicatest.Key{Kind: replica.KindNumber, ID: string(n.ID)}] = image(&replica.Change{Number: n})
			live, sum, after = live+1, sum+replica.RowHash(n.ID, n.Ver), n.ID
		}
		if len(list) < 1000 {
			break
		}
	}
	if live != tr.head.Rows || sum != tr.head.Sum {
		h.t.Errorf("the head tells %d rows with the sum %x, there are %d with %x", tr.head.Rows, tr.head.Sum, live, sum)
	}
	units, err := inv.Units()
	programs, err2 := inv.Programs()
	purposes, err3 := inv.Purposes()
	for i := range units {
		tr.rows[replicatest.Key{Kind: replica.KindUnit, ID: string(units[i].ID)}] = image(&replica.Change{Unit: &units[i]})
	}
	for i := range programs {
		tr.rows[replicatest.Key{Kind: replica.KindProgram, ID: string(programs[i].ID)}] = image(&replica.Change{Program: &programs[i]})
	}
	for i := range purposes {
		tr.rows[replicatest.Key{Kind: replica.KindPurpose, ID: purposes[i].Key}] = image(&replica.Change{Purpose: &purposes[i]})
	}
	return errors.Join(err, err2, err3)
}

// judgeHistory: I7, the changes are exactly 1..head, each linked to the one before (I15); I3, at most one for an intent
// and a row; replayed, they give the tables.
func (h *home) judgeHistory(tr *truth, inv inventory.Store) error {
	type step struct {
		uid replica.Uid
		row string
	}
	once := map[step]int64{}
	fold := map[replicatest.Key]string{}
	var chain [8]byte
	for seq := int64(1); seq <= tr.head.Seq; seq++ {
		p, err := inv.Change(seq)
		if err != nil {
			return err
		}
		if p == nil {
			h.t.Errorf("I7: change %d of %d is missing", seq, tr.head.Seq)
			continue
		}
		if chain = inventory.Link(chain, p); chain != p.Chain {
			h.t.Errorf("I15: the chain does not recompute at change %d", seq)
			chain = p.Chain
		}
		if p.Uid != "" {
			if at := once[step{p.Uid, p.Change.ID}]; at != 0 {
				h.t.Errorf("I3: %s changed %s by %d and again by %d", p.Uid, p.Change.ID, at, seq)
			}
			once[step{p.Uid, p.Change.ID}] = seq
			tr.changes[p.Uid]++
			tr.newest[p.Uid] = seq
		}
		k := replicatest.Key{Kind: p.Kind, ID: p.Change.ID}
		if delete(fold, k); !p.Del {
			fold[k] = image(&p.Change)
		}
	}
	if chain != tr.head.Chain {
		h.t.Error("I15: the head's chain is not that of its newest change")
	}
	if p, err := inv.Change(tr.head.Seq + 1); p != nil || err != nil {
		h.t.Errorf("I7: there is a change beyond the head: %v", err)
	}
	for k, row := range tr.rows {
		if k.Kind != replica.KindPurpose && fold[k] != row {
			h.t.Errorf("%s %s is %s, and by its history %s", k.Kind, k.ID, row, fold[k])
		}
		delete(fold, k)
	}
	for k, row := range fold {
		h.t.Errorf("%s %s is not there, and by its history is %s", k.Kind, k.ID, row)
	}
	return nil
}

// judgeReceipts: every intent has one outcome, its copies under other clients are the same, and the history shows what it
// tells (I2, I2b).
func (h *home) judgeReceipts(ctx context.Context, tx *store.Tx, tr *truth, org id.Organization) error {
	type receipt struct {
		primary bool
		outcome string
	}
	list, err := store.Collect(tx.Query(ctx, `SELECT is_primary, outcome FROM sync_receipt WHERE org = ? ORDER BY is_primary DESC`, string(org)),
		func(r *store.Rows) (x receipt, err error) { return x, r.Scan(&x.primary, &x.outcome) })
	if err != nil {
		return err
	}
	for _, r := range list {
		var o replica.Outcome
		if err := json.Unmarshal([]byte(r.outcome), &o); err != nil {
			return err
		}
		first, known := tr.receipts[o.Uid]
		switch {
		case r.primary && known:
			h.t.Errorf("%s has two outcomes", o.Uid)
		case !r.primary && !known:
			h.t.Errorf("%s has only the copy of an outcome", o.Uid)
		case !r.primary && !sameOutcome(&first, &o):
			h.t.Errorf("the copy of the outcome of %s differs", o.Uid)
		}
		if !r.primary {
			continue
		}
		tr.receipts[o.Uid] = o
		if tr.changes[o.Uid] != o.Applied || o.Applied > 0 && tr.newest[o.Uid] != o.Seq {
			h.t.Errorf("%s was %s with %d rows, the last by %d; the history has %d, the last is %d", o.Uid, o.St, o.Applied, o.Seq,
				tr.changes[o.Uid], tr.newest[o.Uid])
		}
		if done := o.St == replica.Applied || o.St == replica.Merged; done != (o.Applied > 0) {
			h.t.Errorf("%s was %s with %d rows", o.Uid, o.St, o.Applied)
		}
	}
	return nil
}

// judgeUniqueness: I12, at most one live row for a number in the whole installation.
func (h *home) judgeUniqueness(ctx context.Context, tx *store.Tx) error {
	twice, err := store.Collect(tx.Query(ctx, `SELECT e164 FROM number WHERE removed_at = 0 GROUP BY e164 HAVING COUNT(*) > 1`),
		func(r *store.Rows) (s string, err error) { return s, r.Scan(&s) })
	if len(twice) > 0 {
		h.t.Errorf("I12: there more than once: %v", twice)
	}
	return err
}

func (h *home) readItems(ctx context.Context, tx *store.Tx, tr *truth, org id.Organization) error {
	list, err := store.Collect(tx.Query(ctx, `SELECT item FROM sync_attention WHERE org = ?`, string(org)),
		func(r *store.Rows) (s string, err error) { return s, r.Scan(&s) })
	for _, s := range list {
		var a replica.Attention
		if err := json.Unmarshal([]byte(s), &a); err != nil {
			return err
		}
		for i := range a.Mutations {
			tr.items[a.Mutations[i].Uid] = append(tr.items[a.Mutations[i].Uid], a.ID)
		}
	}
	return err
}

func readRenamed(ctx context.Context, tx *store.Tx, tr *truth, org id.Organization) error {
	for seq := int64(0); ; {
		list, err := tx.AuditAfter(ctx, live.Of(org), seq, 1000)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, e := range list {
			if e.Kind == audit.NumbersReplaced {
				tr.renamed++
			}
		}
		seq = list[len(list)-1].Seq
	}
}

// judgePromises: nothing that people were told is otherwise (I1, I2): every edit that was safe on a device has its one
// outcome, it is the one that was told, and what was not applied is in exactly one attention item. Who may only read has
// changed nothing. Devices were told no epoch but the history's and the one in which the data's life began (I15).
func (h *home) judgePromises(tr *truth, book *ledger) {
	h.t.Helper()
	book.mu.Lock()
	defer book.mu.Unlock()
	for _, lie := range book.lies {
		h.t.Error(lie)
	}
	book.lies = nil
	for e := range book.epochs {
		if e != tr.head.Epoch && e != book.began {
			h.t.Errorf("I15: devices were told the epoch %s, and the history has %s", e, tr.head.Epoch)
		}
	}
	if !book.epochs[tr.head.Epoch] {
		h.t.Errorf("I15: the history has the epoch %s, and no device was told", tr.head.Epoch)
	}
	lost, ends := 0, map[string]int{}
	for uid, where := range book.safe {
		o, there := tr.receipts[uid]
		if !there {
			lost++
			h.t.Errorf("%s was saved on %s and has no outcome", uid, where)
			continue
		}
		if strings.HasPrefix(where, "paul") && (o.Applied > 0 || o.St == replica.Merged) {
			h.t.Errorf("%s may only read, and %s was %s with %d rows", where, uid, o.St, o.Applied)
		}
		items := slices.Compact(slices.Sorted(slices.Values(tr.items[uid])))
		if needs := len(o.Faults) > 0 || o.Technical != ""; needs && (len(items) != 1 || items[0] != o.Attention) || !needs && len(items) > 0 {
			h.t.Errorf("%s was %s with %d faults and is in the items %v", uid, o.St, len(o.Faults), items)
		}
	}
	for uid, o := range book.outcomes {
		if book.online[uid] {
			o.Uid = onlineUid(tr.online, uid)
		}
		now, there := tr.receipts[o.Uid]
		if !there || !sameOutcome(&now, &o) {
			lost++
			h.t.Errorf("%s was told as %s and is %s", uid, text(o), text(now))
		}
		end := string(now.St)
		for _, f := range now.Faults {
			end = string(now.St) + " " + string(f.Reason)
		}
		ends[end]++
	}
	if n := book.refusals["internal"]; n > 0 {
		h.t.Errorf("the portal failed %d times by itself", n)
	}
	h.t.Logf("%d edits saved on devices, %d outcomes told, %d lost; %d changes, epoch %s; ended: %v; refused: %v", len(book.safe), book.all, lost,
		tr.head.Seq, tr.head.Epoch, ends, book.refusals)
}

// judgeDevice: at rest a device waits for nothing, its base is the portal's rows (I8, I10), and its log tells what the
// portal knows.
func (h *home) judgeDevice(tr *truth, d *app) {
	h.t.Helper()
	runs := d.do(func() {
		at, _, _ := replica.ReadCursor(d.store.Meta().Cursor)
		if st := d.e.Status(); st.Pending > 0 || at.Seq != tr.head.Seq || at.Epoch != tr.head.Epoch || at.Chain != tr.head.Chain {
			h.t.Errorf("%s has %d unsent edits and stands at %d of %s, not at %d of %s", d.name, st.Pending, at.Seq, at.Epoch, tr.head.Seq, tr.head.Epoch)
		}
		base, err := d.store.Base()
		if err != nil {
			h.t.Error(err)
		}
		sum, numbers := uint64(0), 0
		for k, c := range base {
			if tr.rows[k] != image(&c) {
				h.t.Errorf("%s: %s %s is %s and was %s", d.name, k.Kind, k.ID, image(&c), tr.rows[k])
			}
			if c.Number != nil {
				numbers++
				sum += replica.RowHash(c.Number.ID, c.Number.Ver)
			}
		}
		if len(base) != len(tr.rows) || numbers != tr.head.Rows || sum != tr.head.Sum {
			h.t.Errorf("%s: %d rows, %d of them numbers, of %d and %d", d.name, len(base), numbers, len(tr.rows), tr.head.Rows)
		}
		for _, en := range d.store.Log() {
			if o := tr.receipts[en.Uid]; en.Outcome == nil || !sameOutcome(&o, en.Outcome) {
				h.t.Errorf("%s: the log tells %s of %s, which was %s", d.name, text(en.Outcome), en.Uid, text(o))
			}
		}
	})
	if !runs {
		h.t.Errorf("%s does not run", d.name)
	}
}
