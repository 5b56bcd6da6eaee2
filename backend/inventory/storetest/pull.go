package storetest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"countersign/backend/inventory"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"

	"github.com/google/go-cmp/cmp"
)

// base is a device's copy: what changes add up to.
type base map[string]replica.Change

func (b base) apply(list []replica.Change) {
	for _, ch := range list {
		key := ch.Kind + " " + ch.ID
		if ch.Del {
			delete(b, key)
			continue
		}
		ch.Seq = 0
		b[key] = ch
	}
}

func (b base) digest() replica.Digest {
	var d replica.Digest
	var sum uint64
	for _, ch := range b {
		if ch.Number != nil {
			d.Rows++
			sum += replica.RowHash(ch.Number.ID, ch.Number.Ver)
		}
	}
	d.Sum = replica.SumText(sum)
	return d
}

// present is the copy that the tables hold.
func (w *world) present() base {
	b := base{}
	w.view(func(s inventory.Store) error {
		for after := id.Number(""); ; {
			list, err := s.Numbers(after, 1000)
			must(w, err)
			for i := range list {
				b.apply([]replica.Change{{Kind: replica.KindNumber, ID: string(list[i].ID), Number: &list[i]}})
				after = list[i].ID
			}
			if len(list) < 1000 {
				return nil
			}
		}
	})
	return b
}

func pagesFollow(w *world) {
	head := w.head()
	origin := w.core.Cursor(w.org, &inventory.Head{Epoch: head.Epoch})
	states := []base{{}}
	var ids []id.Number
	for i := range 7 {
		ids = append(ids, w.add(w.me, number.E164(fmt.Sprint("+3600", i)), "st_support", "Desk", number.Place{}))
		states = append(states, w.present())
	}
	w.rename(w.dana, ids[1], "Lobby")
	states = append(states, w.present())
	w.edit(w.me, w.removal(ids[0], 1<<40))
	states = append(states, w.present())

	for _, limit := range []int{1, 2, 4, 0} {
		b, cursor, seq := base{}, origin, 0
		for pages := 0; ; pages++ {
			ans := w.pull(w.me, replica.Pull{Cursor: cursor, Limit: limit, WantDigest: true})
			if ans.From != cursor || ans.Reset != "" || limit > 0 && len(ans.Changes) > limit {
				w.Fatalf("limit %d, page %d: %+v", limit, pages, ans)
			}
			for i, ch := range ans.Changes {
				if ch.Seq != int64(seq+i+1) {
					w.Fatalf("limit %d: change %d stands at %d", limit, seq+i+1, ch.Seq)
				}
			}
			b.apply(ans.Changes)
			seq += len(ans.Changes)
			if diff := cmp.Diff(states[seq], b); diff != "" {
				w.Fatalf("limit %d: the copy at %d differs:\n%s", limit, seq, diff)
			}
			cursor = ans.Cursor
			if ans.More != (seq < len(states)-1) || ans.More == (ans.Digest != nil) {
				w.Errorf("limit %d at %d: more %v, digest %v", limit, seq, ans.More, ans.Digest)
			}
			if !ans.More {
				if *ans.Digest != b.digest() {
					w.Errorf("digest %+v, the copy's %+v", ans.Digest, b.digest())
				}
				break
			}
		}
		if ans := w.pull(w.me, replica.Pull{Cursor: cursor}); len(ans.Changes) != 0 || ans.Cursor != cursor || ans.More {
			w.Errorf("nothing new: %+v", ans)
		}
	}
}

func cursorsProve(w *world) {
	for i := range 5 {
		w.add(w.me, number.E164(fmt.Sprint("+3610", i)), "st_support", "Desk", number.Place{})
	}
	head := w.head()
	first := w.org
	cursor := func(h inventory.Head) string { return w.core.Cursor(w.org, &h) }
	ahead, other, here := head, head, head
	ahead.Seq += 3
	other.Chain[0]++
	var third *inventory.Past
	w.view(func(s inventory.Store) (err error) {
		third, err = s.Change(3)
		return err
	})
	middle := cursor(inventory.Head{Epoch: head.Epoch, Seq: 3, Chain: third.Chain})
	wrongMiddle := cursor(inventory.Head{Epoch: head.Epoch, Seq: 3, Chain: other.Chain})

	for name, c := range map[string]string{"beyond the head": cursor(ahead), "another chain": cursor(other), "another chain before": wrongMiddle} {
		if _, err := w.tryPull(w.me, replica.Pull{Cursor: c}); !errors.Is(err, inventory.ErrRolledBack) {
			w.Errorf("%s: %v", name, err)
		}
	}
	rotate := func(c string) (n int) {
		w.update(func(s inventory.Store) error {
			acts, err := w.core.Rotate(s, c)
			n = len(acts)
			return err
		})
		return n
	}
	for name, c := range map[string]string{"forged": cursor(ahead)[1:], "a state of this history": cursor(here), "before it": middle} {
		if rotate(c) != 0 || w.head().Epoch != head.Epoch {
			w.Errorf("%s: the history was given another name", name)
		}
	}
	if rotate(cursor(ahead)) != 1 || w.head().Epoch == head.Epoch {
		w.Fatal("a proven rollback changed nothing")
	}
	rotated := w.head()
	if rotate(cursor(ahead)) != 0 || rotate(cursor(other)) != 0 || w.head() != rotated {
		w.Error("one replaced history was given two names")
	}

	for name, c := range map[string]string{"beyond the head": cursor(ahead), "another chain": cursor(other), "another chain before": wrongMiddle} {
		ans := w.pull(w.me, replica.Pull{Cursor: c})
		if ans.Reset != replica.ResetReplaced || ans.Snapshot == nil || ans.Epoch != rotated.Epoch || len(ans.Changes) != 0 {
			w.Errorf("%s, afterwards: %+v", name, ans)
		}
	}
	ans := w.pull(w.me, replica.Pull{Cursor: middle})
	if ans.Reset != "" || len(ans.Changes) != 2 || ans.Cursor != cursor(rotated) {
		w.Errorf("a state that both histories had: %+v", ans)
	}
	if ans := w.pull(w.me, replica.Pull{Cursor: cursor(here)}); ans.Reset != "" || ans.Cursor != cursor(rotated) {
		w.Errorf("the head that both histories had: %+v", ans)
	}
	if rotate("") != 1 || w.head().Epoch == rotated.Epoch {
		w.Error("the restore command changed nothing")
	}

	// A cursor that is true of another organization, whose history got its name later, proves nothing about this one (I14).
	last := w.head()
	mine := cursor(last)
	w.org = w.in.Organization()
	w.in.Advance(time.Hour)
	rotate("")
	theirs := w.head()
	if ans := w.pull(w.me, replica.Pull{Cursor: mine}); ans.Reset != replica.ResetUnknown {
		w.Errorf("a cursor of another organization: %+v", ans)
	}
	foreign := cursor(theirs)
	w.org = first
	if ans := w.pull(w.me, replica.Pull{Cursor: foreign}); ans.Reset != replica.ResetUnknown {
		w.Errorf("a later cursor of another organization: %+v", ans)
	}
	push := replica.Push{Client: w.client(), Schema: replica.Schema, Cursor: foreign}
	w.update(func(s inventory.Store) error {
		_, acts, err := w.core.Push(s, w.me, &push)
		if len(acts) != 0 {
			w.Errorf("a push with it: %+v", acts)
		}
		return err
	})
	if rotate(foreign) != 0 || w.head() != last {
		w.Error("a cursor of another organization gave this one's history another name")
	}
}

func prunedCursors(w *world) {
	head := w.head()
	cursors := []string{w.core.Cursor(w.org, &head)}
	for i := range 5 {
		w.add(w.me, number.E164(fmt.Sprint("+3620", i)), "st_support", "Desk", number.Place{})
	}
	for i := 1; i < 6; i++ {
		cursors = append(cursors, w.pull(w.me, replica.Pull{Cursor: cursors[i-1], Limit: 1}).Cursor)
	}
	w.backedUp(3)
	w.in.Advance(time.Hour)
	w.prune(start.Add(time.Hour), 9, 3)
	head = w.head()
	for i, c := range cursors {
		ans := w.pull(w.me, replica.Pull{Cursor: c})
		if (ans.Reset == replica.ResetPruned) != (i < 3) || (ans.Reset != "") != (ans.Snapshot != nil) || ans.Reset == "" && len(ans.Changes) != 5-i {
			w.Errorf("the cursor at %d with 3 forgotten: %q, %d changes", i, ans.Reset, len(ans.Changes))
		}
	}

	foreign := &inventory.Core{Key: []byte("another installation's key 01234")}
	for name, c := range map[string]string{
		"none": "", "nonsense": "nonsense", "cut": cursors[5][:10], "another key": foreign.Cursor(w.org, &head),
		"forged epoch": strings.ToUpper(cursors[5][:4]) + cursors[5][4:],
	} {
		if ans := w.pull(w.me, replica.Pull{Cursor: c}); ans.Reset != replica.ResetUnknown || ans.Snapshot == nil {
			w.Errorf("%s: %+v", name, ans)
		}
	}
}

func receiptsVerified(w *world) {
	n := w.add(w.me, "+36300", "st_support", "Desk", number.Place{})
	c := w.client()
	all := w.push(w.me, c, 0, w.renames(n, "Desk", "A", "B", "C", "D", "E")...).Outcomes
	cursor := w.core.Cursor(w.org, ptr(w.head()))
	sum := func(list []replica.Outcome) string {
		var s uint64
		for i := range list {
			s += replica.ReceiptHash(&list[i])
		}
		return replica.SumText(s)
	}
	for _, t := range []struct {
		name       string
		first, ack replica.Mid
		sum        string
		verify     bool
		want       []replica.Outcome
	}{
		{"knows none", 1, 0, sum(nil), false, all},
		{"knows three", 1, 3, sum(all[:3]), false, all[3:]},
		{"knows all", 1, 5, sum(all), false, nil},
		{"dropped two and knows three", 3, 5, sum(all[2:]), false, nil},
		{"dropped all", 6, 5, sum(nil), false, nil},
		{"knows others", 2, 4, sum(all[:3]), true, all[1:]},
		{"knows more than there is", 1, 6, sum(all), false, nil},
		{"knows some and says nothing", 1, 3, "x", true, all},
	} {
		ans := w.pull(w.me, replica.Pull{Client: c, Cursor: cursor, FirstMid: t.first, AckMid: t.ack, ReceiptSum: t.sum})
		if diff := cmp.Diff(t.want, ans.Outcomes); diff != "" || ans.Verify != t.verify || ans.Lmid != 5 {
			w.Errorf("%s: verify %v, lmid %d, outcomes:\n%s", t.name, ans.Verify, ans.Lmid, diff)
		}
	}
	// A server that went back to before the device knows nothing of its receipts.
	ans := w.pull(w.me, replica.Pull{Client: w.client(), Cursor: cursor, FirstMid: 1, AckMid: 3, ReceiptSum: sum(all[:3])})
	if !ans.Verify || ans.Lmid != 0 || len(ans.Outcomes) != 0 {
		w.Errorf("an unknown device that knows receipts: %+v", ans)
	}
	reset := w.pull(w.me, replica.Pull{Client: c, FirstMid: 2, AckMid: 3, ReceiptSum: sum(all[1:3])})
	if diff := cmp.Diff(all[1:], reset.Outcomes); diff != "" {
		w.Errorf("with a reset come all from the first:\n%s", diff)
	}
}

func ptr[T any](v T) *T { return &v }

func otherLoginSeesNothing(w *world) {
	n := w.add(w.me, "+36400", "st_support", "Desk", number.Place{})
	if _, err := w.tryPull(w.me, replica.Pull{Client: inventory.Online, FirstMid: 1}); !errs.Is(err, errs.Invalid) {
		w.Errorf("the server's own edits were pulled: %v", err)
	}
	c := w.client()
	w.push(w.me, c, 0, w.renames(n, "Desk", "A", "B")...)
	w.update(func(s inventory.Store) error {
		return w.core.Seen(s, w.dana, &replica.Pull{Client: c, FirstMid: 9, AckMid: 8})
	})
	ans := w.pull(w.dana, replica.Pull{Client: c, FirstMid: 1})
	if ans.Lmid != 0 || len(ans.Outcomes) != 0 {
		w.Errorf("another login got %+v", ans)
	}
	w.update(func(s inventory.Store) error {
		return w.core.Seen(s, w.me, &replica.Pull{Client: c, Schema: 1, FirstMid: 2, AckMid: 2, PendingHint: 4})
	})
	w.view(func(s inventory.Store) error {
		d, err := s.Device(c)
		must(w, err)
		if d.Login != w.me.Login || d.Lmid != 2 || d.FirstMid != 2 || d.AckMid != 2 || d.Pending != 4 || d.Browser != "Firefox" || !d.SeenAt.Equal(s.Now()) {
			w.Errorf("the device is %+v", d)
		}
		return nil
	})
}

func snapshotIsHead(w *world) {
	var list []number.Number
	for i := range 2100 {
		list = append(list, number.Number{E164: number.E164(fmt.Sprintf("+37%05d", i)), CallPurpose: "st_support", DisplayName: fmt.Sprint("N", i)})
	}
	w.update(func(s inventory.Store) error {
		_, err := w.core.Add(s, w.me, list, func(int) replica.Uid { return w.uid() })
		return err
	})
	var sn *inventory.Snapshot
	w.view(func(s inventory.Store) (err error) {
		sn, err = w.core.Snapshot(s)
		return err
	})
	b, rows := base{}, 0
	for i, f := range sn.Frames {
		changes, err := replica.ReadFrame(f)
		must(w, err)
		if c := sn.Manifest.Chunks[i]; c.Rows != len(changes) || c.Bytes != len(f) || c.Rows > replica.ChunkRows {
			w.Errorf("chunk %d is told as %+v, holds %d rows in %d bytes", i, c, len(changes), len(f))
		}
		rows += len(changes)
		b.apply(changes)
	}
	units := 0
	for key, ch := range b {
		if ch.Number == nil {
			units++
			delete(b, key)
		}
	}
	if diff := cmp.Diff(w.present(), b); diff != "" || rows != sn.Manifest.Rows || units < 9 {
		w.Errorf("%d rows, %d of them small, told %d; the numbers:\n%s", rows, units, sn.Manifest.Rows, diff)
	}
	if sn.Manifest.Digest != b.digest() || sn.Manifest.Digest != *ptr(w.head()).Digest() {
		w.Errorf("digest %+v, of the rows %+v", sn.Manifest.Digest, b.digest())
	}
	n := w.add(w.me, "+38000", "st_support", "", number.Place{})
	ans := w.pull(w.me, replica.Pull{Cursor: sn.Manifest.Cursor})
	if len(ans.Changes) != 1 || ans.Changes[0].ID != string(n) {
		w.Errorf("from the snapshot on: %+v", ans)
	}
}
