package main_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"syscall"
	"testing"
	"time"

	"countersign/backend/store"
	"countersign/shared/replica"
)

// I15, I21, N13: the portal's data goes back in time, by the restore command or behind its back, even so that its history
// has grown beyond the lost one before a device comes. Each time the history gets one other epoch, devices are told of no third
// one, they bring again what they were told was safe, and everybody ends at the same rows.
func TestSyncSurvivesRestores(t *testing.T) {
	x := newExam(t)
	x.net.rough.Store(true)
	x.resume()
	x.until(40)
	x.h.must("backup", "kept.db") // while people work
	kept, _, _ := x.head()        // or a little before
	x.until(60)
	x.gone()
	x.h.must("restore", "kept.db")
	x.lost(kept, "")
	x.serve("")
	x.signIn()
	x.hand()
	x.until(30)
	before := x.ended()
	if before.renamed != 1 {
		t.Errorf("the restore command renamed the history %d times", before.renamed)
	}

	t.Log("behind its back")
	copied := x.copied()
	x.serve("")
	x.net.rough.Store(true)
	x.resume()
	x.until(60)
	x.beyond(before.head.Seq)
	x.gone()
	x.put(copied, before)
	x.serve("")
	x.until(20)
	after := x.ended()
	if after.renamed != before.renamed+1 || after.head.Epoch == before.head.Epoch {
		t.Errorf("I15: the history was renamed %d times, from %s to %s", after.renamed-before.renamed, before.head.Epoch, after.head.Epoch)
	}

	t.Log("behind its back, and it grows beyond")
	before, copied = after, x.copied()
	x.serve("")
	x.resume()
	x.until(60)
	x.pause()
	x.settle()
	lost, _, _ := x.head()
	x.gone()
	for _, d := range x.devices {
		d.crash()
	}
	x.put(copied, before)
	x.serve("")
	for head := int64(0); head <= lost+5; head, _, _ = x.head() {
		x.online.editOnline(t.Context())
	}
	x.gone()
	for _, d := range x.devices {
		d.start()
	}
	for _, point := range []string{"sync.rotate:1", "sync.rotated:1"} {
		if x.serve(point) {
			x.died()
		}
	}
	x.serve("")
	x.resume()
	x.until(20)
	after = x.ended()
	if after.renamed != before.renamed+1 || after.head.Epoch == before.head.Epoch {
		t.Errorf("I15: the history was renamed %d times, from %s to %s", after.renamed-before.renamed, before.head.Epoch, after.head.Epoch)
	}
}

// until waits until people have been told so many outcomes more.
func (x *exam) until(more int) {
	x.t.Helper()
	want, end := x.book.count()+more, time.After(patience)
	every := time.NewTicker(10 * time.Millisecond)
	defer every.Stop()
	for n := 1; x.book.count() < want; n++ {
		if n%20 == 0 {
			x.nudge()
		}
		select {
		case <-every.C:
		case <-end:
			x.t.Fatalf("%d outcomes are missing\n%s", want-x.book.count(), x.p.log)
		}
	}
}

// beyond waits until the copy on some device is newer than a place in the history: only such a one shows a portal that it
// went back behind it.
func (x *exam) beyond(seq int64) {
	x.t.Helper()
	end := time.After(patience)
	every := time.NewTicker(20 * time.Millisecond)
	defer every.Stop()
	for {
		for _, d := range x.devices {
			if _, base := d.status(); base.Seq > seq {
				return
			}
		}
		x.nudge()
		select {
		case <-every.C:
		case <-end:
			x.t.Fatalf("no device came beyond %d", seq)
		}
	}
}

// died waits for the portal's end at its failpoint, and takes the network from it.
func (x *exam) died() {
	x.t.Helper()
	end := time.After(patience)
	every := time.NewTicker(200 * time.Millisecond)
	defer every.Stop()
	for {
		select {
		case <-x.p.rest:
			x.gone()
			return
		case <-every.C:
			x.nudge()
		case <-end:
			x.t.Fatal("the portal lives on")
		}
	}
}

// ended lets everybody come to rest at the portal that runs, and judges.
func (x *exam) ended() *truth {
	x.t.Helper()
	x.pause()
	x.settle()
	return x.judge()
}

// copied is the database file of a portal that was stopped.
func (x *exam) copied() []byte {
	x.t.Helper()
	b, err := os.ReadFile(x.h.path("data/" + store.FileName))
	if err != nil {
		x.t.Fatal(err)
	}
	return b
}

// put replaces the database by an older copy of its file, of which the truth is known, as somebody does who knows nothing of
// the restore command.
func (x *exam) put(copied []byte, tr *truth) {
	x.t.Helper()
	file := x.h.path("data/" + store.FileName)
	for _, beside := range []string{"-wal", "-shm"} {
		if err := os.Remove(file + beside); err != nil && !errors.Is(err, fs.ErrNotExist) {
			x.t.Fatal(err)
		}
	}
	if err := os.WriteFile(file, copied, 0o600); err != nil {
		x.t.Fatal(err)
	}
	x.lost(tr.head.Seq, tr.head.Epoch)
}

// lost notes that the portal's data is back at a place in the history, in whose epoch devices may meet it. The test is about
// edits of devices that were beyond it.
func (x *exam) lost(seq int64, began replica.Epoch) {
	x.t.Helper()
	n := x.book.restored(seq, began)
	if n == 0 {
		x.t.Error("no edit from a device was lost")
	}
	x.t.Logf("%d edits from devices are lost to the portal", n)
}

// What dies on purpose is in no binary but the one that is built for it: the variable that names the moment is not even
// known to the other.
func TestOrdinaryBinaryHasNoFailpoints(t *testing.T) {
	program, err := mortal()
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]bool{binary: false, program: true} {
		code, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if has := bytes.Contains(code, []byte("COUNTERSIGN_FAILPOINT")); has != want {
			t.Errorf("%s holds failpoints: %v", file, has)
		}
	}
	h := newHome(t)
	h.env = []string{"COUNTERSIGN_FAILPOINT=store.commit:1"}
	if status := h.serve().end(syscall.SIGTERM); status != 0 {
		t.Errorf("exit status %d", status)
	}
}
