package portal_test

import (
	"testing"
	"time"

	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/errs"
)

// TH14: nobody, and no agent in a support session, changes or runs what was announced in another person's name.
func TestJobIsItsPersonsOwnTH14(t *testing.T) {
	w := newAway(t)
	j := backendtest.Must(sendFile(w.marie, survey, api.FileOptions{}, french(1)))
	r := backendtest.Must(w.As(w.Sofia).RequestAccess(w.Acme, time.Hour, "Calls fail."))
	r = backendtest.Must(w.marie.Approve(r, time.Hour))
	agent := backendtest.Must(w.As(w.Sofia).Enter(r))
	agent.Persona = &backendtest.Persona{Org: w.Acme}
	for _, other := range []*backendtest.Actor{agent, w.As(w.Jonas)} {
		part := api.JobPartIn{JobIn: jobIn(other, j)}
		part.Body.Data = []byte(french(2))
		_, err := backendtest.Call(other, api.PutJobPart, part)
		backendtest.Refused(t, err, errs.Forbidden)
		_, err = backendtest.Call(other, api.RunJob, jobIn(other, j))
		backendtest.Refused(t, err, errs.Forbidden)
	}
	backendtest.Must(backendtest.Call(w.As(w.Marie), api.RunJob, jobIn(w.marie, j))) // also after signing in again
	theirs := backendtest.Must(sendFile(agent, survey, api.FileOptions{}, french(3)))
	_, err := backendtest.Call(w.marie, api.RunJob, jobIn(w.marie, theirs))
	backendtest.Refused(t, err, errs.Forbidden)
	backendtest.Must(backendtest.Call(w.marie, api.CancelJob, jobIn(w.marie, theirs)))
}

// TH23: files can be announced and given up for ever, but not fast enough to fill the disk with what is kept of them.
func TestFilesAreBudgetedTH23(t *testing.T) {
	w := newRush(t)
	in := api.AddFileIn{Org: api.Org{Org: w.Acme}}
	in.Body.AddOptions, in.Body.FileOptions = survey, api.FileOptions{File: "a.csv", Bytes: api.JobBytes}
	var err error
	n := 0
	for ; n < 100 && err == nil; n++ {
		var up api.JobUpload
		if up, err = backendtest.Call(w.marie, api.AddNumberFile, in); err == nil {
			backendtest.Must(backendtest.Call(w.marie, api.CancelJob, jobIn(w.marie, up.Job.ID)))
		}
	}
	if p := backendtest.Refused(t, err, errs.TooMany); n < 40 || p.RetryAfter == 0 {
		t.Errorf("after %d files: %+v", n, p)
	}
}
