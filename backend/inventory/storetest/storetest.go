// Package storetest holds what every store of numbers (inventory.Store) must do, told through the Core that works on it:
// the store in memory and the database's pass the same tests.
package storetest

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"countersign/backend/inventory"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/perm"
	"countersign/shared/replica"
)

// Installation is a store under test, with the rows that Core only reads. Its methods fail the test where they can't do.
type Installation interface {
	Organization() id.Organization // a new one
	Update(id.Organization, func(inventory.Store) error) error
	View(id.Organization, func(inventory.Store) error) error

	PutUnit(id.Organization, *number.Unit) // new or changed
	DropUnit(id.Organization, id.BusinessUnit)
	PutProgram(id.Organization, *number.Program)
	DropProgram(id.Organization, id.Program)
	PutPurpose(*number.Purpose) // new

	Advance(time.Duration) // the clock
}

// Run holds a store to what Core needs of it. open gives an installation without numbers; it is called once for each test.
func Run(t *testing.T, open func(t *testing.T) Installation) {
	for _, c := range []struct {
		name string
		test func(*world)
	}{
		{"store/a_part_is_undone_alone", partIsUndoneAlone},
		{"store/an_error_leaves_no_trace", errorLeavesNoTrace},
		{"store/numbers_clash_over_all_organizations_I12", numbersClash},
		{"store/organizations_are_apart_I14", organizationsApart},
		{"store/receipts_sum_up", receiptsSumUp},
		{"store/lists_are_in_order", listsAreInOrder},
		{"store/attention", attentionIsKept},
		{"rules/section_10_N13_I11", section10},
		{"rules/new_numbers_N06_N11", newNumbers},
		{"rules/rights_are_judged_at_apply_I13", rightsAtApply},
		{"rules/ended_access_is_recorded", endedAccess},
		{"rules/restore_puts_back_what_still_exists_N11", restorePlace},
		{"rules/conflicts_tell_who_and_when", conflictsTellWho},
		{"rules/clocks_decide_nothing_I19", clocksDecideNothing},
		{"push/again_is_the_same_I3_I17", pushAgain},
		{"push/a_clone_is_forked", cloneIsForked},
		{"push/what_was_left_out_is_forked", leftOutIsForked},
		{"push/another_login_is_forked_I14", otherLoginIsForked},
		{"push/a_gap_is_told", gapIsTold},
		{"push/another_client_id_copies_I3", renumberedIsCopied},
		{"push/unreadable_mutations_block_nothing_I16", unreadableBlocksNothing},
		{"push/a_panic_is_given_up_after_three_I16", panicIsGivenUp},
		{"push/failing_edits_of_a_number_are_one_item_I2", oneItem},
		{"push/an_item_tells_all_that_is_wrong_N13", itemKeepsFaults},
		{"push/unreadable_mutations_join_no_item_I2", unreadableJoinsNothing},
		{"push/many_rows_N13", manyRows},
		{"pull/pages_follow_the_history_I5_I8", pagesFollow},
		{"pull/cursors_prove_rollbacks_I15", cursorsProve},
		{"pull/pruned_and_foreign_cursors", prunedCursors},
		{"pull/receipts_are_verified", receiptsVerified},
		{"pull/other_logins_see_no_outcomes_I14", otherLoginSeesNothing},
		{"pull/snapshot_is_the_head", snapshotIsHead},
		{"prune/history_as_far_as_it_is_in_a_backup", historyPruned},
		{"prune/receipts_that_nobody_needs_I18", receiptsPruned},
		{"edit/online_is_idempotent", onlineIsIdempotent},
		{"history/replay_digest_chain_I7_I8", historyHolds},
		{"history/tells_of_units_programs_and_purposes", otherRows},
		{"batch/equals_edits_one_by_one", batchEqualsEdits},
		{"batch/tells_of_every_row_N10", batchTells},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(newWorld(t, open(t))) })
	}
}

// world is an organization with two people in it, units and programs.
type world struct {
	*testing.T
	in      Installation
	core    *inventory.Core
	org     id.Organization
	me      inventory.Actor
	dana    inventory.Actor
	made    int
	bug     bool // Check panics
	unit    [2]id.BusinessUnit
	program [3]id.Program // 0 and 1 of unit 0, 2 of unit 1
}

var start = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

func newWorld(t *testing.T, in Installation) *world {
	t.Helper()
	w := &world{T: t, in: in}
	w.core = &inventory.Core{
		Key: []byte("0123456789abcdef0123456789abcdef"), NewID: w.uuid,
		NewEpoch: func() replica.Epoch { return replica.Epoch(w.uuid()) },
		Check: func(e number.E164) number.Reason {
			if w.bug {
				panic("a bug in the rules")
			}
			if len(e) < 4 || e[0] != '+' {
				return number.NotANumber
			}
			return ""
		},
	}
	rights := perm.Of(perm.NumbersView, perm.NumbersCreate, perm.NumbersUpdate, perm.NumbersDelete)
	w.me = inventory.Actor{Login: id.Login(w.uuid()), Name: "Me", Rights: rights, Browser: "Firefox"}
	w.dana = inventory.Actor{Login: id.Login(w.uuid()), Name: "Dana", Rights: rights, Browser: "Chrome"}
	w.org = in.Organization()
	for _, p := range []*number.Purpose{
		{Key: "st_support", Labels: map[string]string{"en": "Support"}, Position: 100},
		{Key: "st_sales", Labels: map[string]string{"en": "Sales"}, Position: 101},
		{Key: "st_silent", Labels: map[string]string{"en": "Silent"}, NeverPlaces: true, Position: 102},
		{Key: "st_old", Labels: map[string]string{"en": "Old"}, Retired: true, Position: 103},
	} {
		in.PutPurpose(p)
	}
	w.newPlaces()
	return w
}

// newPlaces gives the organization units and programs.
func (w *world) newPlaces() {
	for i := range w.unit {
		w.unit[i] = id.BusinessUnit(w.uuid())
		w.in.PutUnit(w.org, &number.Unit{ID: w.unit[i], Name: fmt.Sprint("Unit ", i)})
	}
	for i := range w.program {
		w.program[i] = id.Program(w.uuid())
		w.in.PutProgram(w.org, &number.Program{ID: w.program[i], BusinessUnit: w.unit[i/2], DisplayName: fmt.Sprint("Program ", i), CallPurpose: "st_support"})
	}
}

func (w *world) uuid() string {
	w.made++
	return fmt.Sprintf("%08x-0000-4000-8000-000000000000", w.made)
}

func (w *world) uid() replica.Uid {
	w.made++
	return replica.Uid(fmt.Sprintf("%032x", w.made))
}

func (w *world) numberID() id.Number { return id.Number(w.uuid()) }
func (w *world) client() id.Device   { return id.Device(w.uuid()) }

func (w *world) at(unit, program int) number.Place {
	var p number.Place
	if unit >= 0 {
		p.BusinessUnit = w.unit[unit]
	}
	if program >= 0 {
		p.Program = w.program[program]
	}
	return p
}

func (w *world) update(fn func(inventory.Store) error) {
	w.Helper()
	if err := w.in.Update(w.org, fn); err != nil {
		w.Fatal(err)
	}
}

func (w *world) view(fn func(inventory.Store) error) {
	w.Helper()
	if err := w.in.View(w.org, fn); err != nil {
		w.Fatal(err)
	}
}

func (w *world) head() (h inventory.Head) {
	w.Helper()
	w.update(func(s inventory.Store) error {
		v, err := s.Head()
		if err == nil {
			h = *v
		}
		return err
	})
	return h
}

func (w *world) record(n id.Number) (r *inventory.Record) {
	w.Helper()
	w.view(func(s inventory.Store) (err error) {
		r, err = s.Number(n)
		return err
	})
	return r
}

// mutation is one of a single row, with a new uid.
func (w *world) mutation(op replica.Op, n id.Number, was, set *number.Fields) *replica.Mutation {
	return &replica.Mutation{Uid: w.uid(), V: replica.Schema, Op: op, Rows: []replica.Edit{{ID: n, Was: was}}, Set: set}
}

func (w *world) edit(a inventory.Actor, m *replica.Mutation) replica.Outcome {
	w.Helper()
	var out *replica.Outcome
	w.update(func(s inventory.Store) (err error) {
		out, _, err = w.core.Edit(s, a, m)
		return err
	})
	return *out
}

// add makes a number online and gives its id.
func (w *world) add(a inventory.Actor, e number.E164, purpose, name string, at number.Place) id.Number {
	w.Helper()
	n := w.numberID()
	o := w.edit(a, w.mutation(replica.Create, n, nil, &number.Fields{E164: e, CallPurpose: &purpose, DisplayName: &name, Place: &at}))
	if o.St != replica.Applied {
		w.Fatalf("adding %s: %+v", e, o)
	}
	return n
}

// rename sets the display name online, from what stands there.
func (w *world) rename(a inventory.Actor, n id.Number, name string) {
	w.Helper()
	was := w.record(n).DisplayName
	if o := w.edit(a, w.mutation(replica.Set, n, &number.Fields{DisplayName: &was}, &number.Fields{DisplayName: &name})); o.St != replica.Applied {
		w.Fatalf("renaming %s: %+v", n, o)
	}
}

// push brings mutations with consecutive mids after prev.
func (w *world) push(a inventory.Actor, c id.Device, prev replica.Mid, ms ...*replica.Mutation) *replica.PushAnswer {
	w.Helper()
	ans, _, err := w.tryPush(a, c, prev, ms...)
	if err != nil {
		w.Fatal(err)
	}
	return ans
}

func (w *world) tryPush(a inventory.Actor, c id.Device, prev replica.Mid, ms ...*replica.Mutation) (ans *replica.PushAnswer, acts []inventory.Act, err error) {
	in := &replica.Push{Client: c, Schema: replica.Schema, PrevMid: prev}
	for i, m := range ms {
		v := *m
		v.Mid = prev + replica.Mid(i) + 1
		in.Mutations = append(in.Mutations, v)
	}
	err = w.in.Update(w.org, func(s inventory.Store) (err error) {
		ans, acts, err = w.core.Push(s, a, in)
		return err
	})
	return ans, acts, err
}

func (w *world) tryPull(a inventory.Actor, in replica.Pull) (ans *replica.PullAnswer, err error) {
	if in.Client == "" {
		in.Client = "00000000-0000-4000-8000-00000000ffff"
	}
	if in.ReceiptSum == "" {
		in.ReceiptSum = replica.SumText(0)
	}
	if in.FirstMid == 0 {
		in.FirstMid = in.AckMid + 1
	}
	in.Schema = replica.Schema
	err = w.in.View(w.org, func(s inventory.Store) (err error) {
		ans, err = w.core.Pull(s, a, &in, func() (*replica.Manifest, error) {
			sn, err := w.core.Snapshot(s)
			if err != nil {
				return nil, err
			}
			return &sn.Manifest, nil
		})
		return err
	})
	return ans, err
}

func (w *world) pull(a inventory.Actor, in replica.Pull) *replica.PullAnswer {
	w.Helper()
	ans, err := w.tryPull(a, in)
	if err != nil {
		w.Fatal(err)
	}
	return ans
}

func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 7)) }

func text(s string) *string { return &s }
