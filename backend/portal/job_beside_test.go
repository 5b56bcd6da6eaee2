package portal_test

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	. "countersign/backend/backendtest"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// N10, N11, N13: while a file is worked off, a device brings edits of the same numbers. Each number is made once, by the one
// or the other, each row and each edit has one outcome, and the history has no gap.
func TestNumberJobBesideADevice(t *testing.T) {
	w := New(t)
	w.Service.JobBatch = 50
	marie := w.As(w.Marie)
	list := manyFrench(2000)
	j := Must(sendFile(marie, survey, api.FileOptions{}, strings.Join(list, "\n")))
	Must(Call(marie, api.RunJob, jobIn(marie, j)))

	pushed := map[number.E164]replica.State{}
	mid := replica.Mid(0)
	push := func() {
		in := replica.Push{Client: "018f0000-0000-7000-8000-0000000000d1", Schema: replica.Schema, PrevMid: mid}
		for range 10 {
			mid++
			e, purpose := number.E164(list[int(mid)*191%len(list)]), "survey"
			in.Mutations = append(in.Mutations, replica.Mutation{Mid: mid, Uid: replica.Uid(fmt.Sprintf("%032x", mid)), V: replica.Schema, Op: replica.Create,
				Rows: []replica.Edit{{ID: id.Number(fmt.Sprintf("018f0000-0000-7000-9000-%012d", mid)), Set: &number.Fields{E164: e, CallPurpose: &purpose}}}})
		}
		answer := Must(Call(marie, api.SyncPush, api.SyncPushIn{Org: api.Org{Org: w.Acme}, Body: in}))
		for i, o := range answer.Outcomes {
			pushed[in.Mutations[i].Rows[0].Set.E164] = o.St
		}
	}
	push()

	batches := make(chan struct{}, 100)
	w.Service.Live = eavesdropper{w.Hub, func(e live.Event) {
		if e.Kind == live.Jobs {
			select {
			case batches <- struct{}{}:
			default:
			}
		}
	}}
	var wg sync.WaitGroup
	var worked error
	wg.Go(func() {
		worked = w.Service.WorkJobs(context.WithoutCancel(t.Context()))
		close(batches)
	})
	for range batches { // a push between any two batches
		push()
	}
	wg.Wait()
	if worked != nil {
		t.Fatal(worked)
	}
	got, job := outcomesOf(marie, j), Must(Call(marie, api.GetJob, jobIn(marie, j)))
	if job.State != api.JobDone || len(got.applied)+len(got.rejected) != len(list) {
		t.Fatalf("%d and %d outcomes, %+v", len(got.applied), len(got.rejected), job)
	}
	for line, r := range got.rejected {
		if e := number.E164(list[line-1]); r != number.AlreadyHere || pushed[e] != replica.Applied {
			t.Errorf("line %d is %s, the device's edit %s", line, r, pushed[e])
		}
	}
	won := 0
	for e, st := range pushed {
		byFile := slices.Contains(got.applied, e)
		if byFile == (st == replica.Applied) {
			t.Errorf("%s: by file %v, the device's edit %s", e, byFile, st)
		}
		if st == replica.Applied {
			won++
		}
	}
	t.Logf("%d of %d contested numbers were the device's", won, len(pushed))
	if n := len(stored(w, w.Acme)); n != len(list) || won == 0 {
		t.Errorf("%d numbers are stored of %d, %d of %d the device's", n, len(list), won, len(pushed))
	}
	gapless(t, w)
	w.Verify()
}

// gapless fails unless Acme's history counts all its changes and its head all its numbers.
func gapless(t *testing.T, w *World) {
	t.Helper()
	err := w.DB.View(context.Background(), func(tx *store.Tx) error {
		h, err := tx.NumberHead(context.Background(), w.Acme)
		if err != nil {
			return err
		}
		var changes, first, last, live int64
		if err := tx.QueryRow(context.Background(), `SELECT SUM(seq - first_seq + 1), MIN(first_seq), MAX(seq) FROM number_history WHERE org = ?`, w.Acme).Scan(&changes, &first, &last); err != nil {
			return err
		}
		if err := tx.QueryRow(context.Background(), `SELECT COUNT(*) FROM number WHERE org = ? AND removed_at = 0`, w.Acme).Scan(&live); err != nil {
			return err
		}
		if first != 1 || last != h.Seq || changes != h.Seq || int64(h.Rows) != live {
			t.Errorf("%d changes from %d to %d, %d numbers; the head says %d and %d", changes, first, last, live, h.Seq, h.Rows)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// N10: the memory that a file of 100,000 rows takes while it is worked off stays within tens of megabytes, also when its
// cells hold next to nothing but are very many.
func TestNumberJobMemory(t *testing.T) {
	var plain, commas strings.Builder
	for i, e := range manyFrench(100_000) {
		fmt.Fprintf(&plain, "%s,Survey,Number %d,some note that nobody needs\n", e, i)
	}
	for range 300 {
		commas.WriteString("12" + strings.Repeat(",", 40_000) + "\n")
	}
	const most = 96 << 20
	for name, data := range map[string]string{"rows": plain.String(), "cells": commas.String()} {
		w := New(t)
		marie := w.As(w.Marie)
		j := Must(sendFile(marie, survey, api.FileOptions{Delimiter: ","}, data))
		Must(Call(marie, api.RunJob, jobIn(marie, j)))
		var peak uint64
		var before runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		w.Service.Live = eavesdropper{w.Hub, func(e live.Event) {
			if e.Kind == live.Jobs {
				var m runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapAlloc)
			}
		}}
		w.Service.JobBatch = 10_000
		work(w)
		if grown := int64(peak) - int64(before.HeapAlloc); peak == 0 || grown > most {
			t.Errorf("%s: the heap grew by %d MiB", name, grown>>20)
		} else {
			t.Logf("%s: of a file of %d MiB the heap held %d MiB more", name, len(data)>>20, grown>>20)
		}
	}
}

// BenchmarkWriteBesideImport is a small write of another organization while a file of 100,000 rows is worked off: how long
// it waits for its turn, by the size of the batches.
func BenchmarkWriteBesideImport(b *testing.B) {
	data := listed(manyFrench(100_000))
	for _, rows := range []int{1000, 2000, 5000} {
		b.Run(fmt.Sprintf("batches_of_%d", rows), func(b *testing.B) {
			var waits []time.Duration
			for b.Loop() {
				b.StopTimer()
				w := New(b)
				w.Service.JobBatch = rows
				marie, luc := w.As(w.Marie), w.As(w.Luc)
				j := Must(sendFile(marie, survey, api.FileOptions{}, data))
				Must(Call(marie, api.RunJob, jobIn(marie, j)))
				done := make(chan error, 1)
				go func() { done <- w.Service.WorkJobs(context.Background()) }()
				b.StartTimer()
				for running := true; running; {
					started := time.Now()
					if err := w.DB.Update(b.Context(), func(tx *store.Tx) error { return tx.TouchSession(b.Context(), luc.Session) }); err != nil {
						b.Fatal(err)
					}
					waits = append(waits, time.Since(started))
					select {
					case err := <-done:
						if running = false; err != nil {
							b.Fatal(err)
						}
					case <-time.After(10 * time.Millisecond):
					}
				}
			}
			slices.Sort(waits)
			b.ReportMetric(float64(waits[len(waits)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds())/1000, "p99-ms")
			b.ReportMetric(float64(len(waits))/float64(b.N), "writes/op")
		})
	}
}
