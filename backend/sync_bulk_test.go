package main_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/shared/api"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// N10, N11, I3: a file of numbers is worked off by a portal that is killed before and after the commits of its batches. At
// the end each of its rows was added once, and the devices have them all.
func TestBulkSurvivesKills(t *testing.T) {
	const rows = 9000 // three batches
	x := newExam(t)
	before := try(x.marie, api.ListNumbers, api.NumbersIn{Org: api.Org{Org: x.org}, NumberPage: api.NumberPage{Limit: 1}}).Total
	var file strings.Builder
	file.WriteString("number\n")
	list := make([]number.E164, rows)
	for i := range list {
		list[i] = number.E164(fmt.Sprintf("+33184%06d", 100_000+i))
		fmt.Fprintln(&file, list[i])
	}
	in := api.AddFileIn{Org: api.Org{Org: x.org}}
	in.Body.CallPurpose, in.Body.File, in.Body.Bytes = "survey", "numbers.csv", int64(file.Len())
	job := api.JobIn{Org: api.Org{Org: x.org}, Job: try(x.marie, api.AddNumberFile, in).Job.ID}
	part := api.JobPartIn{JobIn: job}
	part.Body.Data = []byte(file.String())
	try(x.marie, api.PutJobPart, part)

	kills := 0
	x.gone()
	for _, point := range []string{"job.batch:1", "job.batch.done:1", "job.batch:2", "job.batch:1", "store.committed:9"} {
		if x.serve(point) {
			if kills == 0 {
				call(t.Context(), x.marie.at(x.p), api.RunJob, job) // it may die of this before it answers
			}
			x.died()
		}
		kills++
	}
	x.serve("")
	done := x.jobEnds(job)
	if done.State != api.JobDone || done.Applied != rows || done.Rejected != 0 {
		t.Errorf("the job is %s with %d added and %d rejected: %v", done.State, done.Applied, done.Rejected, done.Reasons)
	}
	x.settle()
	tr := x.judge()
	for _, e := range list {
		sum := sha256.Sum256([]byte(string(job.Job) + string(e)))
		if n := tr.changes[replica.Uid(hex.EncodeToString(sum[:16]))]; n != 1 {
			t.Errorf("I3: %s was added %d times", e, n)
		}
	}
	if tr.head.Rows != before+rows {
		t.Errorf("%d numbers, want %d more than %d", tr.head.Rows, rows, before)
	}
	t.Logf("%d rows, %d kills", rows, kills)
}

// jobEnds waits for the end of a job.
func (x *exam) jobEnds(job api.JobIn) api.Job {
	x.t.Helper()
	ctx, cancel := context.WithTimeout(x.t.Context(), patience)
	defer cancel()
	every := time.NewTicker(100 * time.Millisecond)
	defer every.Stop()
	for {
		j, err := insist(ctx, x.online, api.GetJob, job)
		if err != nil {
			x.t.Fatal("the job does not end: ", err)
		}
		if j.State.Ended() {
			return j
		}
		<-every.C
	}
}
