package portal_test

import (
	"strings"
	"testing"

	. "countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/id"
)

// N10, X05: jobs that were open in a backup have ended once it is in place: they may have been cancelled since, or be of
// somebody who may not do that any more. What they did stays, and it is said why they ended.
func TestOpenJobsOfARestoredBackup(t *testing.T) {
	w := New(t)
	w.Service.JobBatch = 100
	marie := w.As(w.Marie)
	list := manyFrench(800)
	running := Must(sendFile(marie, survey, api.FileOptions{}, strings.Join(list[:500], "\n")))
	Must(Call(marie, api.RunJob, jobIn(marie, running)))
	waiting := Must(sendFile(w.As(w.Jonas), survey, api.FileOptions{}, strings.Join(list[500:], "\n")))
	Must(Call(w.As(w.Jonas), api.RunJob, jobIn(w.As(w.Jonas), waiting)))
	in := api.AddFileIn{Org: api.Org{Org: w.Acme}}
	in.Body.AddOptions, in.Body.FileOptions = survey, api.FileOptions{File: "half.csv", Bytes: 10}
	coming := Must(Call(marie, api.AddNumberFile, in)).Job.ID
	interrupt(w, 2)
	backup := w.Backup()
	work(w)
	if n := len(stored(w, w.Acme)); n != 800 {
		t.Fatalf("%d numbers stored before the restore", n)
	}

	w.Rewind(backup)
	Must(w.Service.Restored(t.Context(), "backup.db"))
	work(w)
	marie = w.As(w.Marie)
	for _, j := range []id.Job{running, waiting, coming} {
		job := Must(Call(marie, api.GetJob, jobIn(marie, j)))
		if job.State != api.JobFailed || job.Problem != "job.problem.restored" || job.EndedAt.IsZero() {
			t.Errorf("%+v", job)
		}
		if j == running && (job.Applied != 200 || len(outcomesOf(marie, j).applied) != 200) {
			t.Errorf("what the running one did: %+v", job)
		}
	}
	if n := len(stored(w, w.Acme)); n != 200 {
		t.Errorf("%d numbers stored", n)
	}
	w.Verify()
}
