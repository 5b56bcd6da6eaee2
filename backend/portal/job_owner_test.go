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
