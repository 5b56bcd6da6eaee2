package portal_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	. "countersign/backend/backendtest"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
)

// lookAfter has the worker run for a while, in the time of a bubble.
func lookAfter(w *World) {
	ctx, stop := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { w.Service.RunJobs(ctx) })
	time.Sleep(time.Second)
	stop()
	wg.Wait()
}

// keptOf counts what is stored of a job in a table.
func keptOf(w *World, table string, j id.Job) (n int) {
	w.TB.Helper()
	if err := w.DB.View(context.Background(), func(tx *store.Tx) error {
		return tx.QueryRow(context.Background(), `SELECT COUNT(*) FROM `+table+` WHERE job = ?`, j).Scan(&n)
	}); err != nil {
		w.TB.Fatal(err)
	}
	return n
}

// N10: a file that has not come in 24 hours is given up, with what there was of it, and it says so. One that was to run is
// worked off, however long it waited.
func TestFileThatNeverCameIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(t)
		marie := w.As(w.Marie)
		in := api.AddFileIn{Org: api.Org{Org: w.Acme}}
		in.Body.AddOptions, in.Body.FileOptions = survey, api.FileOptions{File: "half.csv", Bytes: 2 * api.JobPart}
		half := Must(Call(marie, api.AddNumberFile, in)).Job.ID
		part := api.JobPartIn{JobIn: jobIn(marie, half)}
		part.Body.Data = []byte(strings.Repeat("x", api.JobPart))
		Must(Call(marie, api.PutJobPart, part))
		asked := Must(sendFile(marie, survey, api.FileOptions{}, french(1)))
		Must(Call(marie, api.RunJob, jobIn(marie, asked)))

		time.Sleep(24*time.Hour - time.Minute)
		later := Must(sendFile(w.As(w.Marie), survey, api.FileOptions{}, french(2)))
		lookAfter(w)
		marie = w.As(w.Marie)
		if job := Must(Call(marie, api.GetJob, jobIn(marie, half))); job.State != api.JobReceiving || keptOf(w, "number_job_part", half) != 1 {
			t.Errorf("a minute before: %+v, %d parts", job, keptOf(w, "number_job_part", half))
		}
		if job := Must(Call(marie, api.GetJob, jobIn(marie, asked))); job.State != api.JobDone || job.Applied != 1 {
			t.Errorf("the one that had waited all day: %+v", job)
		}

		time.Sleep(2 * time.Minute)
		lookAfter(w)
		job := Must(Call(marie, api.GetJob, jobIn(marie, half)))
		if job.State != api.JobFailed || job.Problem != "job.problem.stale" || job.EndedAt.IsZero() || keptOf(w, "number_job_part", half) != 0 {
			t.Errorf("after a day: %+v, %d parts", job, keptOf(w, "number_job_part", half))
		}
		part.N = 1
		_, err := Call(marie, api.PutJobPart, part)
		Refused(t, err, errs.Conflict)
		if job := Must(Call(marie, api.GetJob, jobIn(marie, later))); job.State != api.JobReceiving {
			t.Errorf("one that was announced later: %+v", job)
		}
		entry := Must(Call(marie, api.ListAudit, api.AuditIn{Org: api.Org{Org: w.Acme}})).Entries[0]
		if entry.Kind != audit.NumbersJobEnded || entry.Detail["what"] != "add" || entry.Detail["file"] != "half.csv" || entry.Detail["state"] != string(api.JobFailed) {
			t.Errorf("the record says %+v", entry)
		}
		w.Verify()
	})
}

// N08: the results of a job are there for the 30 days that it says, and then gone; its numbers stay, and the record knows of it.
func TestResultsAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(t)
		marie := w.As(w.Marie)
		j := runFile(marie, survey, api.FileOptions{}, french(1)+"\nfour\n")
		if days := j.KeptUntil.Sub(j.EndedAt).Hours() / 24; days != api.JobKeptDays {
			t.Errorf("kept for %v days", days)
		}
		time.Sleep(24 * time.Hour)
		younger := runFile(w.As(w.Marie), survey, api.FileOptions{}, french(2))

		time.Sleep(time.Until(j.KeptUntil) - time.Minute)
		lookAfter(w)
		marie = w.As(w.Marie)
		if got := outcomesOf(marie, j.ID); len(got.applied) != 1 || len(got.rejected) != 1 {
			t.Errorf("a minute before: %+v", got)
		}

		time.Sleep(2 * time.Minute)
		lookAfter(w)
		_, err := Call(marie, api.GetJob, jobIn(marie, j.ID))
		Refused(t, err, errs.NotFound)
		_, err = Call(marie, api.GetJobResults, api.JobResultsIn{JobIn: jobIn(marie, j.ID)})
		Refused(t, err, errs.NotFound)
		if n := keptOf(w, "number_job_batch", j.ID); n != 0 {
			t.Errorf("%d batches of results are left", n)
		}
		if list := Must(Call(marie, api.ListJobs, api.JobsIn{Org: api.Org{Org: w.Acme}, Limit: 10})).Jobs; len(list) != 1 || list[0].ID != younger.ID {
			t.Errorf("listed are %+v", list)
		}
		if got := outcomesOf(marie, younger.ID); len(got.applied) != 1 {
			t.Errorf("of a younger one: %+v", got)
		}
		if n := len(stored(w, w.Acme)); n != 2 {
			t.Errorf("%d numbers stored", n)
		}
		entries := Must(Call(marie, api.ListAudit, api.AuditIn{Org: api.Org{Org: w.Acme}})).Entries
		if !slices.ContainsFunc(entries, func(e audit.Entry) bool { return e.Kind == audit.NumbersJobEnded && e.Object == string(j.ID) }) {
			t.Error("the record does not know of it any more")
		}
		w.Verify()
	})
}
