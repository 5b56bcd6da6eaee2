package replica_test

import (
	"fmt"
	"strings"
	"testing"

	"countersign/shared/id"
	"countersign/shared/number"
	. "countersign/shared/replica"
)

// TestMalformedEditIsNotTaken: I16. The server refuses a push with such an edit, and all that comes after it would wait
// for ever.
func TestMalformedEditIsNotTaken(t *testing.T) {
	t.Parallel()
	name := "Reception"
	set := &number.Fields{DisplayName: &name}
	for what, in := range map[string]NewEdit{
		"no uid":                   {Op: Set, Rows: []Edit{{ID: key(1)}}, Set: set},
		"a short uid":              {Uid: "abc", Op: Set, Rows: []Edit{{ID: key(1)}}, Set: set},
		"a uid in capitals":        {Uid: Uid(strings.Repeat("AB", 16)), Op: Set, Rows: []Edit{{ID: key(1)}}, Set: set},
		"a uid of other letters":   {Uid: Uid(strings.Repeat("xy", 16)), Op: Set, Rows: []Edit{{ID: key(1)}}, Set: set},
		"a row without an id":      {Uid: uid(1), Op: Set, Rows: []Edit{{}}, Set: set},
		"a row whose id is none":   {Uid: uid(1), Op: Set, Rows: []Edit{{ID: key(1)}, {ID: "n2"}}, Set: set},
		"a row twice":              {Uid: uid(1), Op: Set, Rows: []Edit{{ID: key(1)}, {ID: key(2)}, {ID: key(1)}}, Set: set},
		"no rows":                  {Uid: uid(1), Op: Set, Set: set},
		"an unknown operation":     {Uid: uid(1), Op: "number.paint", Rows: []Edit{{ID: key(1)}}, Set: set},
		"more rows than there are": {Uid: uid(1), Op: Remove, Rows: make([]Edit, MaxRows+1)},
		"a version of no history":  {Uid: uid(1), Op: Remove, Rows: []Edit{{ID: key(1), WasVer: 7}}},
	} {
		d, tb := synced(t)
		tb.step(Event{Edit: &in})
		tb.wantSaved(in.Uid, WhyInvalid)
		if len(d.Log()) > 0 || tb.asks("push") {
			t.Errorf("%s: it is in the log", what)
		}
	}
	d, tb := synced(t)
	tb.step(rename(uid(1), 1, "n1", name))
	tb.step(Event{Undo: &NewUndo{Of: uid(1), Uid: "abc"}})
	tb.wantSaved("abc", WhyInvalid)
	if len(d.Log()) != 1 {
		t.Error("an undo without a proper uid is in the log")
	}
}

// TestPushRefusedForGood: I16, N13. What the server will never take is told, and kept; when it is taken nothing is told
// any more.
func TestPushRefusedForGood(t *testing.T) {
	t.Parallel()
	_, tb := synced(t)
	tb.step(rename(uid(1), 1, "n1", "Reception"))
	for _, c := range []struct{ refused, told string }{{RefusedSlow, ""}, {"invalid", "invalid"}, {"unavailable", "invalid"}, {"too_large", "too_large"}} {
		tb.step(Event{Answer: &Answer{ID: tb.request("push").ID, Refused: c.refused}})
		if s := tb.e.Status(); s.Refused != c.told || s.Pending != 1 {
			t.Errorf("after %q the status is %+v, want %q", c.refused, s, c.told)
		}
		tb.fires("retry_push")
	}
	tb.step(rename(uid(2), 2, "n2", "Desk"))
	tb.pushes(PushAnswer{Lmid: 1, Head: 11, Outcomes: []Outcome{{Mid: 1, Uid: uid(1), St: Applied, Seq: 11, Applied: 1}}})
	if s := tb.e.Status(); s.Refused != "" || s.Pending != 1 {
		t.Errorf("it was taken, and the status is %+v", s)
	}
}

// TestEditIsTheEngines: I1. What the form does with its fields after it gave the edit changes nothing of it.
func TestEditIsTheEngines(t *testing.T) {
	t.Parallel()
	_, tb := synced(t)
	name, was, purpose, own := "first", "n1", "support", number.Place{BusinessUnit: "north"}
	rows := []Edit{{ID: key(1), Was: &number.Fields{DisplayName: &was}}, {ID: key(2), Set: &number.Fields{CallPurpose: &purpose, Place: &own}}}
	set := &number.Fields{DisplayName: &name}
	tb.step(Event{Edit: &NewEdit{Uid: uid(1), Op: Set, Rows: rows, Set: set}})
	name, was, purpose, own.BusinessUnit = "typed on", "typed on", "typed on", "typed on"
	rows[0].ID, rows[1].ID, set.CallPurpose = key(3), key(3), &name
	tb.wantName(1, "first", Sending)
	tb.wantName(3, "n3", NoBadge)
	m := tb.request("push").Push.Mutations[0]
	if *m.Set.DisplayName != "first" || m.Set.CallPurpose != nil || *m.Rows[0].Was.DisplayName != "n1" ||
		*m.Rows[1].Set.CallPurpose != "support" || m.Rows[1].Set.Place.BusinessUnit != "north" {
		t.Errorf("pushed %+v", m)
	}
}

// many is a device with as many numbers as one edit speaks of, all of that name, and their ids.
func many(t *testing.T, name string) (d *disk, tb *tab, rows []Edit) {
	t.Helper()
	d = newDisk()
	tb = d.open(t)
	var list []Change
	for n := range MaxRows {
		c := put(n, name, int64(n+1))
		c.Number.Place = number.Place{BusinessUnit: id.BusinessUnit(key(1000)), Program: id.Program(key(1001))}
		list = append(list, c)
		rows = append(rows, Edit{ID: key(n)})
	}
	tb.pulls(PullAnswer{Cursor: cursor("e1", MaxRows), Head: MaxRows, Changes: list})
	return d, tb, rows
}

// TestBulkThatNoPushHolds: N11, I22. With what the person saw in each row an edit of 500 rows may be larger than a push:
// it is cut into pieces of one group, stored and told as one, and undone as one.
func TestBulkThatNoPushHolds(t *testing.T) {
	t.Parallel()
	other := strings.Repeat("漢", number.MaxDisplayName)
	for _, name := range []string{strings.Repeat("n", number.MaxDisplayName), other, strings.Repeat("<", number.MaxDisplayName)} {
		for what, in := range map[string]NewEdit{"remove": {Op: Remove}, "rename": {Op: Set, Set: &number.Fields{DisplayName: &other}}} {
			d, tb, rows := many(t, name)
			tb.lead(false)
			shown := func() (names map[string]int) {
				names = map[string]int{}
				tb.e.Each(func(v View) bool { names[v.DisplayName]++; return true })
				return names
			}
			want := map[string]string{"remove": "map[]", "rename": fmt.Sprint(map[string]int{other: MaxRows})}[what]
			before := fmt.Sprint(shown())

			in.Uid, in.Rows = uid(1), rows
			n := len(d.txs)
			tb.step(Event{Edit: &in})
			tb.wantSaved(uid(1), "")
			if got := fmt.Sprint(shown()); got != want || len(tb.saved) != 1 || len(d.txs) != n+1 {
				t.Errorf("%s of %.6s: shown are %s; told %v; %d transactions", what, name, got, tb.saved, len(d.txs)-n)
			}
			delete(tb.saved, uid(1))
			tb.step(Event{Edit: &in}) // once more
			tb.wantSaved(uid(1), "")
			edit := len(d.Log())

			tb.step(Event{Undo: &NewUndo{Of: uid(1), Uid: uid(2)}})
			tb.wantSaved(uid(2), "")
			if got := fmt.Sprint(shown()); got != before || len(tb.saved) != 2 {
				t.Errorf("undo of %s of %.6s: shown are %s; told %v", what, name, got, tb.saved)
			}
			undo := len(d.Log())
			tb.step(Event{Undo: &NewUndo{Of: uid(2), Uid: uid(3)}})
			tb.wantSaved(uid(3), "")
			if got := fmt.Sprint(shown()); got != want {
				t.Errorf("undo of the undo of %s of %.6s: shown are %s", what, name, got)
			}
			checkPieces(t, d.Log()[:edit], d.Log()[edit:undo], d.Log()[undo:])
		}
	}
}

// checkPieces holds that each of the log's entries fits into a push, is told from all others, and that actions of several
// are groups.
func checkPieces(t *testing.T, actions ...[]Entry) {
	t.Helper()
	uids, rows := map[Uid]bool{}, 0
	for _, list := range actions {
		for _, en := range list {
			if uids[en.Uid] || len(en.Uid) != 32 || len(list) > 1 && en.Group == "" {
				t.Errorf("%s of %d rows is in group %q", en.Uid, len(en.Rows), en.Group)
			}
			uids[en.Uid] = true
			rows += len(en.Rows)
			if size := jsonSize(en.Mutation); size > MaxPushBytes-1000 {
				t.Errorf("%d bytes are one mutation", size)
			}
		}
	}
	if rows != 3*MaxRows {
		t.Errorf("the edit, its undo and the undo of that are %d rows", rows)
	}
}

// TestUndoBeforeTheEditIsStored: I22. The undo waits until the edit it takes back is in the log; where the edit could not
// be stored there is nothing to take back.
func TestUndoBeforeTheEditIsStored(t *testing.T) {
	t.Parallel()
	for _, fails := range []bool{false, true} {
		d, tb := synced(t)
		d.busy = true
		tb.step(rename(uid(1), 1, "n1", "Reception"))
		tb.step(Event{Undo: &NewUndo{Of: uid(1), Uid: uid(2)}})
		tb.step(Event{Undo: &NewUndo{Of: uid(1), Uid: uid(2)}}) // told twice
		tb.step(Event{Undo: &NewUndo{Of: uid(2), Uid: uid(3)}})
		d.busy = false
		if fails {
			d.refuse = []string{FailedQuota, FailedQuota}
		}
		tb.step(Event{Timer: "go"})
		if fails {
			tb.wantName(1, "n1", NoBadge)
			tb.wantSaved(uid(1), FailedQuota)
			tb.wantSaved(uid(2), WhyGone)
			tb.wantSaved(uid(3), WhyGone)
			tb.wantLog()
			continue
		}
		tb.wantSaved(uid(1), "")
		tb.wantName(1, "Reception", Sending)
		tb.wantSaved(uid(2), "")
		tb.wantSaved(uid(3), "")
		tb.wantLog("1 u1 queued", "2 u2 queued", "3 u3 queued")
	}
	d, tb := synced(t)
	d.busy = true
	tb.step(rename(uid(1), 1, "n1", "Reception"))
	tb.step(Event{Undo: &NewUndo{Of: uid(1), Uid: uid(2)}})
	tb.step(Event{Wipe: true})
	d.busy = false
	tb.step(Event{Timer: "go"})
	tb.wantSaved(uid(2), WhyWiped)
}
