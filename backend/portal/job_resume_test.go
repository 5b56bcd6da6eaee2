package portal_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	. "countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
)

// hostile is a file with something of everything.
func hostile(n int) string {
	var b strings.Builder
	b.WriteString("\ufeffPhone number,Call purpose,Display name,Notes\n")
	for i, e := range manyFrench(n) {
		switch i % 11 {
		case 3:
			fmt.Fprintf(&b, "%s,,Again,\n", manyFrench(n)[i/2])
		case 5:
			fmt.Fprintf(&b, "12%d,Survey,\"=HYPERLINK(\"\"x\"\")\",'+1\n", i)
		case 7:
			fmt.Fprintf(&b, "%s,Piano,Mr. %d,\"two\nlines\"\n", e, i)
		default:
			fmt.Fprintf(&b, "%s,Survey,No. %d,\n", e, i)
		}
	}
	return b.String()
}

// N10: work that was cut short goes on where it was, and comes to the same end as without: row by row, and once each.
func TestNumberJobGoesOnAfterARestart(t *testing.T) {
	data := hostile(2000)
	w := New(t)
	whole := outcomesOf(w.As(w.Marie), runFile(w.As(w.Marie), survey, api.FileOptions{}, data).ID)

	v := New(t)
	marie := v.As(v.Marie)
	v.Service.JobBatch = 100
	j := Must(sendFile(marie, survey, api.FileOptions{}, data))
	Must(Call(marie, api.RunJob, jobIn(marie, j)))
	for _, batches := range []int{1, 3, 2} {
		interrupt(v, batches)
		v.Restart(nil)
		v.Service.JobBatch = 100
	}
	if job := Must(Call(marie, api.GetJob, jobIn(marie, j))); job.State != api.JobRunning || job.Handled != 600 || job.Rows < 2000 || job.RestSeconds < 0 {
		t.Errorf("between: %+v", job)
	}
	work(v)
	if got := outcomesOf(marie, j); !got.equal(whole) {
		t.Errorf("cut short %d applied and %d rejected, in one go %d and %d", len(got.applied), len(got.rejected), len(whole.applied), len(whole.rejected))
	}
	if got := stored(v, v.Acme); !slices.Equal(got, whole.applied) {
		t.Errorf("%d numbers stored, %d applied", len(got), len(whole.applied))
	}
	v.Verify()
}

// N10: a job can be cancelled while it comes, waits and runs: what was applied stays, the rest is told as not handled.
func TestNumberJobCancel(t *testing.T) {
	w := New(t)
	marie := w.As(w.Marie)
	cancel := func(j id.Job) api.Job { return Must(Call(marie, api.CancelJob, jobIn(marie, j))) }
	w.Service.JobBatch = 100
	j := Must(sendFile(marie, survey, api.FileOptions{}, strings.Join(manyFrench(1000), "\n")))
	Must(Call(marie, api.RunJob, jobIn(marie, j)))
	interrupt(w, 3)
	job := cancel(j)
	if job.State != api.JobCancelled || job.Rows != 1000 || job.Handled != 300 || job.Applied != 300 || job.EndedAt.IsZero() {
		t.Errorf("%+v", job)
	}
	work(w)
	if got := outcomesOf(marie, j); len(got.applied) != 300 || len(stored(w, w.Acme)) != 300 {
		t.Errorf("%d applied, %d stored", len(got.applied), len(stored(w, w.Acme)))
	}
	if again := cancel(j); again.Handled != 300 {
		t.Errorf("cancelled again: %+v", again)
	}

	for _, run := range []bool{false, true} {
		k := Must(sendFile(marie, survey, api.FileOptions{}, "+33184880001"))
		if run {
			Must(Call(marie, api.RunJob, jobIn(marie, k)))
		}
		cancel(k)
		work(w)
		if job := Must(Call(marie, api.GetJob, jobIn(marie, k))); job.State != api.JobCancelled || job.Handled != 0 {
			t.Errorf("%+v", job)
		}
		_, err := Call(marie, api.RunJob, jobIn(marie, k))
		Refused(t, err, errs.Conflict)
	}
	done := Must(addList(marie, survey, "+33184880001"))
	_, err := Call(marie, api.CancelJob, jobIn(marie, done.Job.ID))
	Refused(t, err, errs.Conflict)
	w.Verify()
}

// Organizations take turns, and the jobs of one run in the order in which they were asked for.
func TestNumberJobsTakeTurns(t *testing.T) {
	w := New(t)
	var order []string
	w.Service.Live = eavesdropper{w.Hub, func(e live.Event) {
		if e.Kind == live.Jobs {
			j, _ := jobOf(w, e)
			if s := string(j.State); s == "done" {
				order = append(order, j.File)
			}
		}
	}}
	marie, luc := w.As(w.Marie), w.As(w.Luc)
	for i, f := range []struct {
		a *Actor
		n string
	}{{marie, "a1"}, {marie, "a2"}, {luc, "b1"}, {marie, "a3"}, {luc, "b2"}} {
		j := Must(sendFile(f.a, survey, api.FileOptions{File: f.n}, french(i+1)))
		Must(Call(f.a, api.RunJob, jobIn(f.a, j)))
		w.After(w.Clock.Now())
	}
	work(w)
	if want := []string{"a1", "b1", "a2", "b2", "a3"}; !slices.Equal(order, want) {
		t.Errorf("they ended in the order %v, want %v", order, want)
	}
}

// N10: each batch of a file is recorded with the changes that it makes, so that the record tells what was done also while
// the rest waits.
func TestEveryBatchOfAJobIsRecorded(t *testing.T) {
	w := New(t)
	w.Service.JobBatch = 100
	marie := w.As(w.Marie)
	j := Must(sendFile(marie, survey, api.FileOptions{}, strings.Join(manyFrench(300), "\n")))
	Must(Call(marie, api.RunJob, jobIn(marie, j)))
	work(w)
	var got []string
	for _, e := range Must(Call(marie, api.ListAudit, api.AuditIn{Org: api.Org{Org: w.Acme}})).Entries {
		if e.Object == string(j) {
			got = append(got, string(e.Kind)+" "+e.Detail["applied"]+" by "+e.Actor.Name)
		}
	}
	want := []string{"numbers.job_ended 300 by Marie Dubois", "numbers.job_went_on 200 by Marie Dubois", "numbers.job_went_on 100 by Marie Dubois",
		"numbers.job_started  by Marie Dubois"}
	if !slices.Equal(got, want) {
		t.Errorf("recorded %q, want %q", got, want)
	}
	w.Verify()
}
