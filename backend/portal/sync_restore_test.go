package portal_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"countersign/backend/backendtest"
	"countersign/backend/backendtest/device"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// count gives a number that a query tells of.
func (w *away) count(query string, args ...any) (n int) {
	w.t.Helper()
	err := w.DB.View(context.Background(), func(tx *store.Tx) error { return tx.QueryRow(context.Background(), query, args...).Scan(&n) })
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w *away) replaced() int {
	return w.count(`SELECT COUNT(*) FROM audit_entry WHERE stream = ? AND kind = ?`, live.Of(w.Acme), audit.NumbersReplaced)
}

func (w *away) same(devices ...*device.Device) {
	w.t.Helper()
	want := fmt.Sprint(devices[0].Numbers())
	for _, d := range devices[1:] {
		if got := fmt.Sprint(d.Numbers()); got != want {
			w.t.Errorf("two devices at rest differ:\n%s\n%s", want, got)
		}
	}
	for _, d := range devices {
		if d.Unsent() != 0 {
			w.t.Errorf("%d unsent at rest", d.Unsent())
		}
	}
}

// I15, I21: a backup that somebody copied into place is noticed by the first device that knows more, and devices bring
// back what it lost, whether or not the history has grown beyond them again. One history is replaced once.
func TestUnannouncedRestoreI15(t *testing.T) {
	for name, grow := range map[string]int{"as_it_was": 0, "grown_again": 12} {
		t.Run(name, func(t *testing.T) {
			w := newAway(t)
			nadia := w.AddContact(w.Acme, "Nils Late", "number_manager")
			late := w.As(nadia)
			marie, jonas := w.device(w.Marie), w.device(w.Jonas)
			n := marie.Create(firstNumber, "survey")
			w.sync(marie, jonas)
			backup := w.Backup()
			for i := range 4 {
				marie.Rename(n, fmt.Sprintf("Lost %d", i))
			}
			w.sync(marie, jonas)
			m := jonas.Create(secondNumber, "survey")
			w.sync(jonas, marie)
			epoch := w.epoch()

			w.Rewind(backup)
			if grow > 0 {
				d := w.deviceIn(late, w.Acme)
				other := d.Create("+33184880009", "survey")
				for i := range grow {
					d.Rename(other, fmt.Sprintf("Meanwhile %d", i))
				}
				w.sync(d)
			}
			w.sync(jonas, marie, jonas, marie)
			w.same(marie, jonas)
			w.shows(jonas, n, "Lost 3")
			if _, ok := marie.Number(m); !ok {
				t.Error("the number that Jonas added is gone")
			}
			if got := w.replaced(); got != 1 || w.epoch() == epoch {
				t.Errorf("the history was replaced %d times, epoch %s", got, w.epoch())
			}
			if got := w.Service.SyncStats().Rollbacks; got != 1 {
				t.Errorf("the operator is told of %d rollbacks", got)
			}
			w.Verify()
		})
	}
}

func (w *away) epoch() (e replica.Epoch) {
	w.t.Helper()
	err := w.DB.View(context.Background(), func(tx *store.Tx) error {
		h, err := tx.NumberHead(context.Background(), w.Acme)
		e = h.Epoch
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return e
}

// I15, I21: the restore command names every history anew, so that no device has to prove anything.
func TestAnnouncedRestoreI15(t *testing.T) {
	w := newAway(t)
	marie := w.device(w.Marie)
	n := marie.Create(firstNumber, "survey")
	w.sync(marie)
	backup, epoch := w.Backup(), w.epoch()
	marie.Rename(n, "After the backup")
	w.sync(marie)
	w.Rewind(backup)
	if _, err := w.Service.Restored(t.Context(), "backup.db"); err != nil {
		t.Fatal(err)
	}
	if w.epoch() == epoch || w.replaced() != 1 {
		t.Errorf("epoch %s, replaced %d times", w.epoch(), w.replaced())
	}
	marie.Sync(t.Context())
	if !marie.Status().ReauthNeeded {
		t.Errorf("sign-ins of the backup count: %+v", marie.Status())
	}
	marie.SignedIn(w.As(w.Marie).Client)
	w.sync(marie)
	w.shows(marie, n, "After the backup")
	if got := w.Service.SyncStats().Rollbacks; got != 0 || w.replaced() != 1 {
		t.Errorf("a restore that was announced counts as a rollback: %d", got)
	}
	w.Verify()
}

func (w *away) head() (h struct{ seq, min, durable int }) {
	h.seq = w.count(`SELECT seq FROM number_head WHERE org = ?`, w.Acme)
	h.min = w.count(`SELECT min_seq FROM number_head WHERE org = ?`, w.Acme)
	h.durable = w.count(`SELECT durable_seq FROM number_head WHERE org = ?`, w.Acme)
	return h
}

func (w *away) sweep() {
	w.t.Helper()
	if err := w.Service.Sweep(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// N13: what the backup command leaves beside the data tells devices how far they need not keep their edits; a mark of
// another history tells nothing.
func TestBackupsAreToldToDevicesN13(t *testing.T) {
	w := newAway(t)
	d := w.device(w.Marie)
	n := d.Create(firstNumber, "survey")
	d.Rename(n, "In the backup")
	w.sync(d)
	if got := w.head(); got.seq != 2 || got.durable != 0 {
		t.Fatalf("head %+v", got)
	}
	mark := func(backup string) {
		t.Helper()
		if err := store.MarkBackup(t.Context(), backup, filepath.Join(w.Dir, "data")); err != nil {
			t.Fatal(err)
		}
		w.sweep()
	}
	first := w.Backup()
	d.Rename(n, "After it")
	w.sync(d)
	mark(first)
	if got := w.head(); got.durable != 2 {
		t.Errorf("after a backup of two changes: %+v", got)
	}
	w.sync(d)
	if got := d.Meta().DurableSeq; got != 2 {
		t.Errorf("the device was told %d", got)
	}
	if got := len(d.Log()); got != 1 {
		t.Errorf("%d edits are on the device, want the one that is in no backup", got)
	}

	w.Exec(`UPDATE number_head SET epoch = 'another' WHERE org = ?`, w.Acme)
	mark(w.Backup())
	if got := w.head(); got.durable != 3 {
		t.Errorf("after a backup of all: %+v", got)
	}
	w.Exec(`UPDATE number_head SET epoch = 'yet another', durable_seq = 0 WHERE org = ?`, w.Acme)
	w.Restart(nil)
	w.sweep()
	if got := w.head(); got.durable != 0 {
		t.Errorf("a mark of another history was believed: %+v", got)
	}
}

// N13: only what is old and in a backup is forgotten. A device from before it gets a snapshot and keeps its edits; one
// that has been away for as long is still known.
func TestOldHistoryIsForgottenN13(t *testing.T) {
	w := newAway(t)
	marie, jonas := w.device(w.Marie), w.device(w.Jonas)
	n := marie.Create(firstNumber, "survey")
	w.sync(marie, jonas)
	for i := range 9 {
		marie.Rename(n, fmt.Sprintf("Name %d", i))
		w.sync(marie)
	}
	backup := w.Backup()
	marie.Rename(n, "Not in the backup")
	w.sync(marie)
	mine := jonas.Create(secondNumber, "survey")
	if err := store.MarkBackup(t.Context(), backup, filepath.Join(w.Dir, "data")); err != nil {
		t.Fatal(err)
	}
	const days = 24 * 60 * 60 * 1000
	w.Exec(`UPDATE number_history SET at = at - ?`, 89*days)
	w.sweep()
	if got := w.head(); got.seq != 11 || got.durable != 10 || got.min != 0 {
		t.Fatalf("after 89 days: %+v", got)
	}
	w.sync(marie) // the device forgets what is in a backup, and says so
	w.sync(marie)
	w.Exec(`UPDATE number_history SET at = at - ?`, 2*days)
	w.Exec(`UPDATE sync_receipt SET at = at - ?`, 91*days)
	w.Restart(nil)
	w.sweep()
	if got := w.head(); got.min != 10 {
		t.Errorf("after 91 days: %+v", got)
	}
	if left := w.count(`SELECT COUNT(*) FROM sync_receipt WHERE client = ?`, marie.Meta().Client); left != 2 {
		t.Errorf("%d receipts of Marie's device are left, want that of the edit on it and the one below it", left)
	}
	if got := w.count(`SELECT COUNT(*) FROM sync_device`); got != 2 {
		t.Errorf("%d devices are known", got)
	}

	w.sync(marie)
	w.sync(jonas)
	w.sync(marie)
	w.same(marie, jonas)
	w.shows(jonas, n, "Not in the backup")
	if _, ok := marie.Number(mine); !ok {
		t.Error("the edit of a device that was away for long is gone")
	}
	w.Verify()
}

// N13: what was decided about is kept for 90 days, what waits for good.
func TestResolvedAttentionIsForgottenN13(t *testing.T) {
	w := newAway(t)
	marie, jonas := w.device(w.Marie), w.device(w.Jonas)
	n := marie.Create(firstNumber, "survey")
	m := marie.Create(secondNumber, "survey")
	w.sync(marie, jonas)
	for _, x := range []id.Number{n, m} {
		marie.Rename(x, "Marie's")
		jonas.Rename(x, "Jonas's")
	}
	w.sync(marie, jonas)
	items := jonas.Attention()
	if len(items) != 2 {
		t.Fatalf("what waits: %+v", items)
	}
	in := api.ResolveAttentionIn{Org: api.Org{Org: w.Acme}, Attention: items[0].ID}
	in.Body.How = "discard"
	backendtest.Must(backendtest.Call(w.As(w.Jonas), api.ResolveAttention, in))
	const days = 24 * 60 * 60 * 1000
	for _, c := range []struct{ age, left int }{{89, 2}, {91, 1}} {
		w.Exec(`UPDATE sync_attention SET created_at = created_at - ?, resolved_at = CASE resolved_at WHEN 0 THEN 0 ELSE ? END`, c.age*days,
			w.Clock.Now().UnixMilli()-int64(c.age*days))
		w.Restart(nil)
		w.sweep()
		if got := w.count(`SELECT COUNT(*) FROM sync_attention`); got != c.left {
			t.Errorf("after %d days %d items are left, want %d", c.age, got, c.left)
		}
	}
}

// X07: a push is one entry in the record for each edit, chained, and one event that tells how far the history is.
func TestPushIsRecordedX07(t *testing.T) {
	w := newAway(t)
	d := w.device(w.Marie)
	events := w.count(`SELECT COUNT(*) FROM event WHERE stream = ? AND kind = 'numbers'`, live.Of(w.Acme))
	entries := w.count(`SELECT COUNT(*) FROM audit_entry WHERE stream = ?`, live.Of(w.Acme))
	for i := range 5 {
		d.Create(number.E164(fmt.Sprintf("+3318488000%d", i)), "survey")
	}
	w.sync(d)
	if d.Requests["push"] == 0 || d.Requests["push"] > 2 { // the first edit leaves at once
		t.Fatalf("%d pushes", d.Requests["push"])
	}
	if got := w.count(`SELECT COUNT(*) FROM audit_entry WHERE stream = ?`, live.Of(w.Acme)) - entries; got != 5 {
		t.Errorf("%d entries", got)
	}
	if got := w.count(`SELECT COUNT(*) FROM event WHERE stream = ? AND kind = 'numbers'`, live.Of(w.Acme)) - events; got != d.Requests["push"] {
		t.Errorf("%d events for %d pushes", got, d.Requests["push"])
	}
	if got := w.count(`SELECT COUNT(*) FROM event WHERE stream = ? AND kind = 'numbers' AND ref = ?`, live.Of(w.Acme), string(w.epoch())+":5"); got != 1 {
		t.Error("the event does not tell the head")
	}
	w.Verify()
}
