package portal_test

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	. "countersign/backend/backendtest"
	"countersign/backend/portal"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
)

// command imports a file for Acme as the command line does.
func command(w *World, ctx context.Context, r io.Reader, bytes int, progress func(api.Job)) (portal.Imported, error) {
	in := portal.Import{Organization: string(w.Acme), Kind: api.JobAdd, File: "numbers.csv", Bytes: int64(bytes), CallPurpose: "Survey"}
	return w.Service.ImportAsSystem(ctx, in, r, progress)
}

func quiet(api.Job) {}

// jobs are Acme's.
func jobs(a *Actor) []api.Job {
	return Must(Call(a, api.ListJobs, api.JobsIn{Org: api.Org{Org: a.Org}, Limit: 50})).Jobs
}

// jobStates are those of Acme's jobs, sorted: jobs made within a millisecond are listed in any order.
func jobStates(a *Actor) (list []api.JobState) {
	for _, j := range jobs(a) {
		list = append(list, j.State)
	}
	slices.Sort(list)
	return list
}

// N10: a file that the command could not take in changes nothing and is given up at once, whether it can't be read, the
// command is stopped or it is killed: nobody else could bring the rest of it.
func TestCommandWhoseFileIsNotTakenIn(t *testing.T) {
	w := New(t)
	marie := w.As(w.Marie)
	data := french(1) + "\n"
	_, err := command(w, t.Context(), iotest.ErrReader(io.ErrUnexpectedEOF), len(data), quiet)
	if err == nil {
		t.Error("a file that can't be read was taken in")
	}
	ctx, stop := context.WithCancel(t.Context())
	out, err := command(w, ctx, readerFunc(func(p []byte) (int, error) {
		stop()
		return copy(p, data), nil
	}), len(data), quiet)
	if states := jobStates(marie); err == nil || out.ID != "" || !slices.Equal(states, []api.JobState{api.JobFailed, api.JobFailed}) {
		t.Errorf("stopped: %+v, %v, %v", out.Job, err, states)
	}
	func() {
		defer func() { recover() }()
		command(w, t.Context(), readerFunc(func([]byte) (int, error) { panic("killed") }), len(data), quiet)
	}()
	if states := jobStates(marie); !slices.Equal(states, []api.JobState{api.JobFailed, api.JobFailed, api.JobReceiving}) {
		t.Fatal(states)
	}
	out, err = command(w, t.Context(), strings.NewReader(data), len(data), quiet)
	if err != nil || out.State != api.JobDone || out.Applied != 1 {
		t.Errorf("%+v, %v", out.Job, err)
	}
	for _, j := range jobs(marie) {
		if j.ID != out.ID && (j.State != api.JobFailed || j.Problem != "job.problem.stale") {
			t.Errorf("%+v", j)
		}
	}
	w.Verify()
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// N10: the next import goes on with what an interrupted one left, and with what waits since the portal stopped. Files that
// people are bringing up don't stand in its way.
func TestCommandGoesOnWithWhatWaits(t *testing.T) {
	w := New(t)
	marie := w.As(w.Marie)
	w.Service.JobBatch = 10
	var coming id.Job
	var waiting []api.Job
	for i := range 5 { // as many as there may be
		j := Must(sendFile(marie, survey, api.FileOptions{}, french(1000+i)+"\n"))
		if i == 0 {
			coming = j
		} else {
			Must(Call(marie, api.RunJob, jobIn(marie, j)))
			waiting = append(waiting, Must(Call(marie, api.GetJob, jobIn(marie, j))))
		}
	}
	first := strings.Join(manyFrench(100), "\n")
	ctx, stop := context.WithCancel(t.Context())
	out, err := command(w, ctx, strings.NewReader(first), len(first), func(j api.Job) {
		if j.Handled >= 20 {
			stop()
		}
	})
	if err == nil || out.Handled != 20 || out.State != api.JobRunning {
		t.Fatalf("%+v, %v", out.Job, err)
	}
	for _, j := range waiting { // they were there before
		if now := Must(Call(marie, api.GetJob, jobIn(marie, j.ID))); now.State != api.JobDone {
			t.Errorf("%+v", now)
		}
	}
	second := french(1) + "\n"
	if done, err := command(w, t.Context(), strings.NewReader(second), len(second), quiet); err != nil || done.State != api.JobDone || done.Applied != 1 {
		t.Errorf("%+v, %v", done.Job, err)
	}
	if now := Must(Call(marie, api.GetJob, jobIn(marie, out.ID))); now.State != api.JobDone || now.Applied != 100 {
		t.Errorf("%+v", now)
	}
	if now := Must(Call(marie, api.GetJob, jobIn(marie, coming))); now.State != api.JobReceiving {
		t.Errorf("the file that is coming: %+v", now)
	}
	w.Verify()
}

// N10, X02: the record names the kind of work and the file apart.
func TestRecord_of_bulk_work(t *testing.T) {
	w := New(t)
	marie := w.As(w.Marie)
	data := french(1) + "\n"
	if _, err := command(w, t.Context(), strings.NewReader(data), len(data), quiet); err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, e := range Must(Call(marie, api.ListAudit, api.AuditIn{Org: api.Org{Org: w.Acme}})).Entries {
		if e.Kind != audit.NumbersJobStarted && e.Kind != audit.NumbersJobEnded {
			continue
		}
		found++
		if d := e.Detail; d["what"] != "add" || d["file"] != "numbers.csv" || e.Actor.Name != audit.CommandLine {
			t.Errorf("%+v", e)
		}
	}
	if found != 2 {
		t.Errorf("%d entries", found)
	}
}

// N03: a call purpose that there is not is refused with those that there are, and so is one that was retired.
func TestCommandWithAnUnknownPurpose(t *testing.T) {
	w := New(t)
	w.Exec(`UPDATE call_purpose SET retired = 1 WHERE key = 'survey'`)
	for _, purpose := range []string{"Piano", "Survey"} {
		in := portal.Import{Organization: string(w.Acme), Kind: api.JobAdd, File: "numbers.csv", Bytes: 1, CallPurpose: purpose}
		_, err := w.Service.ImportAsSystem(t.Context(), in, strings.NewReader("1"), quiet)
		e, ok := err.(*errs.Error)
		if !ok || e.Code != errs.Invalid || len(e.Fields) != 1 || e.Fields[0].Path != "call_purpose" {
			t.Fatalf("%v", err)
		}
		said := e.Fields[0].Args[slices.Index(e.Fields[0].Args, any("labels"))+1].(string)
		if labels := strings.Split(said, ", "); !slices.Contains(labels, "Customer Service") || slices.Contains(labels, "Survey") {
			t.Errorf("%s: these exist: %s", purpose, said)
		}
	}
}
