package portal_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// begin is the answer to a device without a copy.
func (w *away) begin(a *backendtest.Actor) (replica.PullAnswer, error) {
	return backendtest.Call(a, api.SyncPull, api.SyncPullIn{Org: api.Org{Org: w.Acme},
		Body: replica.Pull{Client: "018f0000-0000-4000-8000-00000000000b", Schema: 1, FirstMid: 1, ReceiptSum: replica.SumText(0)}})
}

func (w *away) chunk(a *backendtest.Actor, snapshot string, n int) (api.Blob, error) {
	return backendtest.Call(a, api.SyncChunk, api.SyncChunkIn{Org: api.Org{Org: w.Acme}, Snapshot: snapshot, Chunk: n})
}

// N13: many devices that begin at once are given one snapshot; it can be fetched while there is a newer one; after a
// restart it is there as long as its state is the head, and not found afterwards, and a device in the middle of it begins
// another one.
func TestSnapshotsAreSharedN13(t *testing.T) {
	w := newAway(t)
	d := w.device(w.Marie)
	n := d.Create(firstNumber, "survey")
	w.sync(d)

	var wg sync.WaitGroup
	ids := make([]string, 8)
	for i := range ids {
		a := w.As(w.Paul)
		wg.Go(func() {
			out, err := w.begin(a)
			if err != nil || out.Snapshot == nil {
				t.Errorf("%+v, %v", out, err)
				return
			}
			ids[i] = out.Snapshot.ID
		})
	}
	wg.Wait()
	if first := ids[0]; slices.ContainsFunc(ids, func(s string) bool { return s != first }) {
		t.Fatalf("snapshots: %q", ids)
	}
	one := backendtest.Must(w.chunk(w.marie, ids[0], 0))
	d.Rename(n, "Later")
	w.sync(d)
	if got := backendtest.Must(w.chunk(w.marie, ids[0], 0)); !bytes.Equal(got.Data, one.Data) {
		t.Error("a chunk changed")
	}
	fresh := w.device(w.Jonas)
	w.shows(fresh, n, "Later") // by the old snapshot and what followed it

	w.Restart(nil)
	_, err := w.chunk(w.marie, ids[0], 0)
	backendtest.Refused(t, err, errs.NotFound)
	head := backendtest.Must(w.begin(w.marie)).Snapshot.ID
	w.Restart(nil)
	backendtest.Must(w.chunk(w.marie, head, 0))
	for _, name := range []string{"", "x", head + "0"} {
		if name != "" {
			_, err := w.chunk(w.marie, name, 0)
			backendtest.Refused(t, err, errs.NotFound)
		}
	}
}

// A device whose snapshot is no more while it fetches it begins another one, and ends up with the same rows.
func TestSnapshotGoneWhileFetchedN13(t *testing.T) {
	w := newAway(t)
	d := w.device(w.Marie)
	var rows []replica.Edit
	for i := range 1200 {
		n := d.Create(number.E164(fmt.Sprintf("+331848%05d", 80000+i)), "survey")
		rows = append(rows, replica.Edit{ID: n})
	}
	w.sync(d)
	if got := len(d.Numbers()); got != len(rows) || d.Unsent() != 0 {
		t.Fatalf("%d numbers, %d unsent, %d wait", got, d.Unsent(), len(d.Attention()))
	}
	w.Restart(nil)
	lost := 0
	late := w.empty(w.Jonas)
	late.Lose = func(r *replica.Request) bool {
		if r.Chunk != nil && lost == 0 { // the server restarts on other numbers meanwhile
			lost++
			d.Rename(rows[0].ID, "Meanwhile")
			w.sync(d)
			w.Restart(nil)
			return true
		}
		return false
	}
	for range 3 {
		late.Sync(t.Context())
	}
	if lost != 1 {
		t.Fatal("no chunk was fetched")
	}
	w.same(d, late)
}

// A chunk is the same bytes compressed, and no cache may keep it: it would outlive a wipe.
func TestChunkIsCompressed(t *testing.T) {
	w := newAway(t)
	w.device(w.Marie).Create(firstNumber, "survey")
	name := backendtest.Must(w.begin(w.marie)).Snapshot.ID
	plain := backendtest.Must(w.chunk(w.marie, name, 0)).Data
	for accept, zipped := range map[string]bool{"gzip": true, "br, gzip;q=0.5": true, "gzip;q=0": false, "br": false, "": false} {
		call, err := api.SyncChunk.Encode(api.SyncChunkIn{Org: api.Org{Org: w.Acme}, Snapshot: name})
		if err != nil {
			t.Fatal(err)
		}
		r := w.marie.Request(t.Context(), call)
		r.Header.Set("Accept-Encoding", accept)
		rec := httptest.NewRecorder()
		w.Server.ServeHTTP(rec, r)
		h := rec.Header()
		if h.Get("Cache-Control") != "no-store" || h.Get("Content-Type") != "application/octet-stream" || h.Get("Vary") != "Accept-Encoding" {
			t.Errorf("headers %v", h)
		}
		body := rec.Body.Bytes()
		if got := h.Get("Content-Encoding") == "gzip"; got != zipped {
			t.Errorf("%q: compressed %v", accept, got)
		}
		if zipped {
			z, err := gzip.NewReader(rec.Body)
			if err != nil {
				t.Fatal(err)
			}
			if body, err = io.ReadAll(z); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(body, plain) {
			t.Errorf("%q: %d bytes, want %d", accept, len(body), len(plain))
		}
	}
}
