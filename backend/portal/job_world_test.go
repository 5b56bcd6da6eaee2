package portal_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	. "countersign/backend/backendtest"
	"countersign/backend/portal"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/number"
)

// french is the n-th valid number of a range in France.
func french(n int) string { return fmt.Sprintf("+3318488%04d", n) }

// manyFrench are as many distinct numbers as wanted, in no order.
func manyFrench(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("+3361%07d", (i*7919)%10_000_000)
	}
	return out
}

var survey = api.AddOptions{CallPurpose: "survey"}

func addList(a *Actor, o api.AddOptions, numbers ...string) (api.JobResults, error) {
	in := api.AddListIn{Org: api.Org{Org: a.Org}}
	in.Body.AddOptions, in.Body.Numbers = o, numbers
	return Call(a, api.AddNumberList, in)
}

func deleteList(a *Actor, o api.DeleteOptions, numbers ...string) (api.JobResults, error) {
	in := api.DeleteListIn{Org: api.Org{Org: a.Org}}
	in.Body.DeleteOptions, in.Body.Numbers = o, numbers
	return Call(a, api.DeleteNumberList, in)
}

// sendFile brings a file up, ready to run.
func sendFile(a *Actor, o api.AddOptions, f api.FileOptions, data string) (id.Job, error) {
	in := api.AddFileIn{Org: api.Org{Org: a.Org}}
	f.Bytes = int64(len(data))
	if f.File == "" {
		f.File = "numbers.csv"
	}
	in.Body.AddOptions, in.Body.FileOptions = o, f
	up, err := Call(a, api.AddNumberFile, in)
	if err != nil {
		return "", err
	}
	return up.Job.ID, sendParts(a, up.Job.ID, data)
}

func sendParts(a *Actor, j id.Job, data string) error {
	for n := 0; n*api.JobPart < len(data); n++ {
		part := api.JobPartIn{JobIn: jobIn(a, j), N: n}
		part.Body.Data = []byte(data[n*api.JobPart : min(len(data), (n+1)*api.JobPart)])
		if _, err := Call(a, api.PutJobPart, part); err != nil {
			return err
		}
	}
	return nil
}

func jobIn(a *Actor, j id.Job) api.JobIn { return api.JobIn{Org: api.Org{Org: a.Org}, Job: j} }

// runFile has a file worked off to its end.
func runFile(a *Actor, o api.AddOptions, f api.FileOptions, data string) api.Job {
	a.W.TB.Helper()
	j := Must(sendFile(a, o, f, data))
	Must(Call(a, api.RunJob, jobIn(a, j)))
	work(a.W)
	return Must(Call(a, api.GetJob, jobIn(a, j)))
}

// work works off what waits.
func work(w *World) {
	w.TB.Helper()
	if err := w.Service.WorkJobs(w.TB.Context()); err != nil {
		w.TB.Fatal(err)
	}
}

// outcomes are what became of each row of a job: "applied", or a reason, by line; applied ones by number.
type outcomes struct {
	applied  []number.E164
	rejected map[int]number.Reason
}

func outcomesOf(a *Actor, j id.Job) outcomes {
	a.W.TB.Helper()
	out := outcomes{rejected: map[int]number.Reason{}}
	in := api.JobResultsIn{JobIn: jobIn(a, j), Limit: 700}
	for {
		page := Must(Call(a, api.GetJobResults, in))
		if len(page.Applied)+len(page.Rejected) > 700 {
			a.W.TB.Fatalf("a page of %d and %d rows", len(page.Applied), len(page.Rejected))
		}
		out.applied = append(out.applied, page.Applied...)
		for _, r := range page.Rejected {
			if _, twice := out.rejected[r.Line]; twice {
				a.W.TB.Fatalf("line %d has two outcomes", r.Line)
			}
			out.rejected[r.Line] = r.Reason
		}
		if in.After = page.Next; in.After == "" {
			slices.Sort(out.applied)
			return out
		}
	}
}

func (o outcomes) equal(p outcomes) bool {
	return slices.Equal(o.applied, p.applied) && maps.Equal(o.rejected, p.rejected)
}

func reasons(list []api.RejectedRow) (out []string) {
	for _, r := range list {
		out = append(out, fmt.Sprintf("%d %s", r.Line, r.Reason))
	}
	return out
}

// stored are the organization's live numbers.
func stored(w *World, o id.Organization) (list []number.E164) {
	w.TB.Helper()
	err := w.DB.View(context.Background(), func(tx *store.Tx) (err error) {
		list, err = store.Collect(tx.Query(context.Background(), `SELECT e164 FROM number WHERE org = ? AND removed_at = 0 ORDER BY e164`, o),
			func(r *store.Rows) (e number.E164, err error) { return e, r.Scan(&e) })
		return err
	})
	if err != nil {
		w.TB.Fatal(err)
	}
	return list
}

const (
	unitFrance = id.BusinessUnit("018f0000-0000-7000-8000-0000000000a1")
	unitSpain  = id.BusinessUnit("018f0000-0000-7000-8000-0000000000a2")
	winter     = id.Program("018f0000-0000-7000-8000-0000000000b1")
)

// places gives Acme two units and a program in one of them.
func places(w *World) {
	for u, name := range map[id.BusinessUnit]string{unitFrance: "Acme France", unitSpain: "Acme Spain"} {
		w.Exec(`INSERT INTO business_unit (id, org, name, name_key, ver, created_at) VALUES (?, ?, ?, ?, 0, 0)`, u, w.Acme, name, strings.ToLower(name))
	}
	w.Exec(`INSERT INTO program (id, org, business_unit, display_name, name_key, call_purpose, starts, ends, ver, created_at)
VALUES (?, ?, ?, 'Winter 2026', 'winter 2026', 'survey', 0, 0, 0, 0)`, winter, w.Acme, unitFrance)
}

func row(w *World, e string) (s string) {
	w.TB.Helper()
	if err := w.DB.View(context.Background(), func(tx *store.Tx) error {
		return tx.QueryRow(context.Background(), `SELECT call_purpose || '|' || display_name || '|' || business_unit || '|' || program FROM number
WHERE e164 = ? AND removed_at = 0`, e).Scan(&s)
	}); err != nil {
		return err.Error()
	}
	return s
}

func jobOf(w *World, e live.Event) (j api.Job, err error) {
	err = w.DB.View(context.Background(), func(tx *store.Tx) error {
		s, err := tx.Job(context.Background(), e.Org, id.Job(e.Ref))
		if err == nil {
			j = s.Job
		}
		return err
	})
	return j, err
}

// eavesdropper notes what is told, and can act upon it.
type eavesdropper struct {
	portal.Live
	told func(live.Event)
}

func (l eavesdropper) Publish(s live.Stream, events []live.Event) {
	l.Live.Publish(s, events)
	for _, e := range events {
		l.told(e)
	}
}

// interrupt ends the work on jobs after so many batches.
func interrupt(w *World, batches int) {
	w.TB.Helper()
	ctx, stop := context.WithCancel(w.TB.Context())
	defer stop()
	n := 0
	w.Service.Live = eavesdropper{w.Hub, func(e live.Event) {
		if e.Kind == live.Numbers {
			if n++; n == batches {
				stop()
			}
		}
	}}
	if err := w.Service.WorkJobs(ctx); err == nil {
		w.TB.Fatal("the work was not interrupted")
	}
	w.Service.Live = w.Hub
}
