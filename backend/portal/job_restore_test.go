package portal_test

import (
	"strings"
	"testing"
	"time"

	. "countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/number"
)

// N10, X05: jobs that were open in a backup go on where it left them, and each row has one outcome. Rights are judged anew:
// nothing is done any more for an agent, whose session ended with the restore, nor for who lost the right since.
func TestOpenJobsOfARestoredBackup(t *testing.T) {
	w := New(t)
	w.Service.JobBatch = 100
	jonas, marie := w.As(w.Jonas), w.As(w.Marie)
	grant := Must(marie.Approve(Must(w.As(w.Sofia).RequestAccess(w.Acme, time.Hour, "")), time.Hour))
	inside := Must(w.As(w.Sofia).Enter(grant))
	inside.Persona = &Persona{Org: w.Acme}

	list := manyFrench(1500)
	send := func(a *Actor, numbers []string) api.Job {
		j := Must(sendFile(a, survey, api.FileOptions{}, strings.Join(numbers, "\n")))
		return Must(Call(a, api.RunJob, jobIn(a, j)))
	}
	byMarie, byJonas, bySofia := send(marie, list[:500]), send(jonas, list[500:1000]), send(inside, list[1000:])
	interrupt(w, 2)
	backup := w.Backup()
	work(w)
	if n := len(stored(w, w.Acme)); n != 1500 {
		t.Fatalf("%d numbers stored before the restore", n)
	}

	w.Rewind(backup)
	Must(w.Service.Restored(t.Context(), "backup.db"))
	marie = w.As(w.Marie)
	if job := Must(Call(marie, api.GetJob, jobIn(marie, byMarie.ID))); job.State != api.JobRunning || job.Handled != 200 || len(stored(w, w.Acme)) != 200 {
		t.Errorf("in the backup: %+v, %d stored", job, len(stored(w, w.Acme)))
	}
	w.Exec(`UPDATE contact SET active = FALSE WHERE id = ?`, w.Jonas.Contact)
	work(w)
	for who, c := range map[string]struct {
		j                  api.Job
		applied, forbidden int
	}{"the owner": {byMarie, 500, 0}, "who was deactivated": {byJonas, 0, 500}, "the agent": {bySofia, 0, 500}} {
		job, got := Must(Call(marie, api.GetJob, jobIn(marie, c.j.ID))), outcomesOf(marie, c.j.ID)
		if job.State != api.JobDone || len(got.applied) != c.applied || job.Reasons[number.Forbidden] != c.forbidden || len(got.rejected) != c.forbidden {
			t.Errorf("the job of %s: %+v", who, job)
		}
	}
	if n := len(stored(w, w.Acme)); n != 500 {
		t.Errorf("%d numbers stored", n)
	}
	w.Verify()
}
