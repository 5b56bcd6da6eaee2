package portal_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	. "countersign/backend/backendtest"
	"countersign/backend/portal"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/number"
	"countersign/shared/perm"
	"countersign/shared/sheet"
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

var survey = api.AddOptions{CallPurpose: "survey"}

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

func reasons(list []api.RejectedRow) (out []string) {
	for _, r := range list {
		out = append(out, fmt.Sprintf("%d %s", r.Line, r.Reason))
	}
	return out
}

// N07, N08, N09, N11: a short list is answered at once, with the total and a reason for each number that was not taken;
// the others are taken all the same.
func TestNumberListAtOnce(t *testing.T) {
	w := New(t)
	marie, luc := w.As(w.Marie), w.As(w.Luc)
	Must(addList(luc, survey, "+33184889999"))

	got := Must(addList(marie, survey, "01 84 88 00 02", french(1), "+33 1 84 88 00 01", "12", "four", "", "+33184889999", "4,47E+11"))
	if want := []number.E164{"+33184880001", "+33184880002"}; !slices.Equal(got.Applied, want) {
		t.Errorf("added %v, want %v", got.Applied, want)
	}
	want := []string{"3 duplicate_in_list", "4 too_short", "5 not_a_number", "6 not_a_number", "7 allocated", "8 spreadsheet_damage"}
	if list := reasons(got.Rejected); !slices.Equal(list, want) {
		t.Errorf("rejected %v, want %v", list, want)
	}
	if j := got.Job; j.State != api.JobDone || j.Rows != 8 || j.Applied != 2 || j.Rejected != 6 || j.Reasons[number.Allocated] != 1 || j.By != "Marie Dubois" {
		t.Errorf("%+v", j)
	}
	if got.Rejected[0].First != 2 || got.Rejected[4].Other != "" || got.Rejected[4].Place != nil {
		t.Errorf("the duplicate's first line is %d; of another organization's number was told %+v", got.Rejected[0].First, got.Rejected[4])
	}

	got = Must(deleteList(marie, api.DeleteOptions{Level: api.LevelBusiness}, french(2), french(3), "+33184889999", "x", french(2)))
	if want := []string{"2 not_found", "3 not_found", "4 not_a_number", "5 duplicate_in_list"}; !slices.Equal(reasons(got.Rejected), want) || !slices.Equal(got.Applied, []number.E164{"+33184880002"}) {
		t.Errorf("removed %v, rejected %v, want %v", got.Applied, reasons(got.Rejected), want)
	}
	if list := stored(w, w.Acme); !slices.Equal(list, []number.E164{"+33184880001"}) {
		t.Errorf("stored are %v", list)
	}
	if again := Must(Call(marie, api.GetJobResults, api.JobResultsIn{JobIn: jobIn(marie, got.Job.ID)})); len(again.Rejected) != 4 || len(again.Applied) != 1 {
		t.Errorf("read later: %+v", again)
	}
	page := Must(Call(marie, api.ListAudit, api.AuditIn{Org: api.Org{Org: w.Acme}}))
	var kinds []audit.Kind
	for _, e := range page.Entries {
		kinds = append(kinds, e.Kind)
	}
	if want := []audit.Kind{audit.NumbersJobEnded, audit.NumbersJobStarted, audit.NumbersJobEnded, audit.NumbersJobStarted}; !slices.Equal(kinds, want) {
		t.Errorf("the record has %v, want %v", kinds, want)
	}
	if d := page.Entries[0].Detail; d["name"] != "Marie Dubois" || d["applied"] != "1" || d["rejected"] != "4" {
		t.Errorf("the record says %v", d)
	}
	w.Verify()
}

// N08: an outcome for each row of a list of as many as are taken.
func TestNumberListLimit(t *testing.T) {
	w := New(t)
	marie := w.As(w.Marie)
	got := Must(addList(marie, survey, manyFrench(api.JobListRows)...))
	if len(got.Applied) != api.JobListRows {
		t.Errorf("%d added", len(got.Applied))
	}
	_, err := addList(marie, survey, manyFrench(api.JobListRows+1)...)
	Refused(t, err, errs.Invalid)
}

// N09, N10: columns say purpose, place and name row by row, in words of either language; what they don't say the person
// said for all.
func TestNumberFileColumns(t *testing.T) {
	w := New(t)
	places(w)
	marie := w.As(w.Marie)
	job := runFile(marie, api.AddOptions{CallPurpose: "survey", BusinessUnit: unitFrance}, api.FileOptions{}, "\ufeffTéléphone;Motif d’appel;Unité;Programme;Nom affiché\r\n"+
		"01 84 88 00 01;DÉMARCHAGE téléphonique;;Winter  2026;Sales\r\n"+
		"+33184880002;n'émet jamais d'appel;Acme SPAIN;;\r\n"+
		"+33184880003;customer_service;;;\r\n"+
		"+33184880004;Piano;;;\r\n"+
		"+33184880005;;Acme Mars;;\r\n"+
		"+33184880006;;;Summer 2026;\r\n"+
		"+33184880007;Do Not Originate;Acme France;Winter 2026;\r\n"+
		"+33184880008;;;;"+strings.Repeat("x", 121)+"\r\n"+
		"+33184880009;;Acme Spain;Winter 2026;\r\n")
	got := outcomesOf(marie, job.ID)
	want := map[int]number.Reason{5: number.UnknownCallPurpose, 6: number.NotFound, 7: number.NotFound, 8: number.DoNotOriginateInProgram, 9: number.LimitExceeded, 10: number.NotFound}
	if !maps.Equal(got.rejected, want) {
		t.Errorf("rejected %v, want %v", got.rejected, want)
	}
	for e, want := range map[string]string{
		french(1): "telemarketing|Sales|" + string(unitFrance) + "|" + string(winter), french(2): "do_not_originate||" + string(unitSpain) + "|",
		french(3): "customer_service||" + string(unitFrance) + "|",
	} {
		if got := row(w, e); got != want {
			t.Errorf("%s is %s, want %s", e, got, want)
		}
	}
	page := Must(Call(marie, api.GetJobResults, api.JobResultsIn{JobIn: jobIn(marie, job.ID), Only: "rejected"}))
	if len(page.Applied) != 0 || len(page.Rejected) != 6 || page.Rejected[1].What != "business_unit" || page.Rejected[2].What != "program" {
		t.Errorf("%+v", page)
	}
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

// N02, N07, N11: deleting at a level takes out of that level only, and finds only what stands there; adding what stands
// elsewhere tells where, so that it can be reassigned.
func TestNumberListLevels(t *testing.T) {
	w := New(t)
	places(w)
	marie := w.As(w.Marie)
	Must(addList(marie, api.AddOptions{CallPurpose: "survey", Program: winter}, french(1), french(2)))
	Must(addList(marie, survey, french(3)))

	got := Must(deleteList(marie, api.DeleteOptions{Level: api.LevelProgram, Program: winter}, french(1), french(3)))
	if !slices.Equal(got.Applied, []number.E164{number.E164(french(1))}) || !slices.Equal(reasons(got.Rejected), []string{"2 not_found"}) {
		t.Errorf("%+v", got)
	}
	if got, want := row(w, french(1)), "survey||"+string(unitFrance)+"|"; got != want {
		t.Errorf("out of the program it is %s, want %s", got, want)
	}
	got = Must(deleteList(marie, api.DeleteOptions{Level: api.LevelUnit}, french(1), french(2), french(3)))
	if len(got.Applied) != 2 || !slices.Equal(reasons(got.Rejected), []string{"3 not_found"}) || row(w, french(2)) != "survey|||" {
		t.Errorf("%+v, %s", got, row(w, french(2)))
	}
	got = Must(addList(marie, api.AddOptions{CallPurpose: "survey", BusinessUnit: unitSpain}, french(1), french(4)))
	if !slices.Equal(reasons(got.Rejected), []string{"1 exists_elsewhere"}) || got.Rejected[0].Other == "" || got.Rejected[0].Place == nil {
		t.Errorf("%+v", got)
	}
	got = Must(addList(marie, api.AddOptions{CallPurpose: "survey", BusinessUnit: unitSpain}, french(4)))
	if !slices.Equal(reasons(got.Rejected), []string{"1 already_here"}) {
		t.Errorf("%+v", got)
	}
	for _, o := range []api.AddOptions{{CallPurpose: "piano"}, {Program: "018f0000-0000-7000-8000-0000000000bb"}, {BusinessUnit: unitSpain, Program: winter},
		{BusinessUnit: "x"}, {CallPurpose: "do_not_originate", Program: winter}} {
		_, err := addList(marie, o, french(5))
		Refused(t, err, errs.Invalid)
	}
}

// N09, N11, K13: who may add by list, by file and delete; nobody sees or touches another organization's jobs.
func TestNumberJobRights(t *testing.T) {
	w := New(t)
	creator := w.As(w.AddContact(w.Acme, "Clara Creator", perm.ReadOnly))
	w.Exec(`UPDATE contact SET overrides = '{"numbers.create":"allow"}' WHERE id = ?`, creator.Contact)
	reader := w.As(w.Paul)

	Must(addList(creator, survey, french(1)))
	_, err := sendFile(creator, survey, api.FileOptions{}, french(2))
	Refused(t, err, errs.Forbidden)
	_, err = deleteList(creator, api.DeleteOptions{Level: api.LevelBusiness}, french(1))
	Refused(t, err, errs.Forbidden)
	_, err = addList(reader, survey, french(2))
	Refused(t, err, errs.Forbidden)

	marie, luc := w.As(w.Marie), w.As(w.Luc)
	j := Must(sendFile(marie, survey, api.FileOptions{}, french(2)))
	Must(Call(reader, api.GetJob, jobIn(reader, j)))
	_, err = Call(reader, api.CancelJob, jobIn(reader, j))
	Refused(t, err, errs.Forbidden)
	_, err = Call(reader, api.RunJob, jobIn(reader, j))
	Refused(t, err, errs.Forbidden)
	_, err = Call(luc, api.GetJob, jobIn(luc, j))
	Refused(t, err, errs.NotFound)
	_, err = Call(luc, api.CancelJob, jobIn(luc, j))
	Refused(t, err, errs.NotFound)
	_, err = Call(luc, api.GetJobResults, api.JobResultsIn{JobIn: jobIn(luc, j)})
	Refused(t, err, errs.NotFound)

	tom := Must(w.As(w.Tom).EnterManaged(w.Gamma, "Ticket 4821"))
	in := api.AddListIn{Org: api.Org{Org: w.Gamma}}
	in.Body.AddOptions, in.Body.Numbers = survey, []string{french(7)}
	Must(Call(tom, api.AddNumberList, in))
	entry := Must(Call(w.As(w.Gina), api.ListAudit, api.AuditIn{Org: api.Org{Org: w.Gamma}})).Entries[0]
	if entry.Kind != audit.NumbersJobEnded || entry.Actor.Kind != audit.BySupport || entry.Session == "" || entry.Grant == "" {
		t.Errorf("in a support session the record says %+v", entry)
	}
}

// A file comes in parts, in any order and again; the answer tells which are there, also after a restart.
func TestNumberFileParts(t *testing.T) {
	w := New(t)
	marie := w.As(w.Marie)
	list := manyFrench(45_000)
	data := strings.Join(list, "\n")
	in := api.AddFileIn{Org: api.Org{Org: w.Acme}}
	in.Body.AddOptions, in.Body.FileOptions = survey, api.FileOptions{File: `C:\lists\numbers.csv`, Bytes: int64(len(data))}
	up := Must(Call(marie, api.AddNumberFile, in))
	if up.Parts != 2 || up.PartBytes != api.JobPart || len(up.Have) != 0 || up.Job.File != "numbers.csv" {
		t.Fatalf("%+v", up)
	}
	put := func(n int, s string) (api.JobUpload, error) {
		p := api.JobPartIn{JobIn: jobIn(marie, up.Job.ID), N: n}
		p.Body.Data = []byte(s)
		return Call(marie, api.PutJobPart, p)
	}
	_, err := Call(marie, api.RunJob, jobIn(marie, up.Job.ID))
	Refused(t, err, errs.Conflict)
	if got := Must(put(1, data[api.JobPart:])); !slices.Equal(got.Have, []int{1}) {
		t.Errorf("there are %v", got.Have)
	}
	w.Restart(nil)
	for _, bad := range []struct {
		n int
		s string
	}{{0, data[:10]}, {2, "x"}, {1, data[api.JobPart:] + "x"}} {
		_, err := put(bad.n, bad.s)
		Refused(t, err, errs.Invalid)
	}
	if got := Must(Call(marie, api.GetJobUpload, jobIn(marie, up.Job.ID))); !slices.Equal(got.Have, []int{1}) {
		t.Errorf("after a restart there are %v", got.Have)
	}
	Must(put(0, strings.Repeat("x", api.JobPart)))
	if got := Must(put(0, data[:api.JobPart])); !slices.Equal(got.Have, []int{0, 1}) {
		t.Errorf("there are %v", got.Have)
	}
	Must(Call(marie, api.RunJob, jobIn(marie, up.Job.ID)))
	Must(Call(marie, api.RunJob, jobIn(marie, up.Job.ID)))
	_, err = put(0, data[:api.JobPart])
	Refused(t, err, errs.Conflict)
	work(w)
	job := Must(Call(marie, api.GetJob, jobIn(marie, up.Job.ID)))
	if job.State != api.JobDone || job.Applied != len(list) || job.Rows != len(list) {
		t.Errorf("%+v", job)
	}
	if got := Must(Call(marie, api.GetJobUpload, jobIn(marie, up.Job.ID))); len(got.Have) != 0 {
		t.Errorf("of a file that was worked off there are %v", got.Have)
	}
	w.Verify()
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

// X05: rights are judged at each batch: what is left when they are taken away, or when the organization is suspended, is
// forbidden.
func TestNumberJobLosesItsRights(t *testing.T) {
	for name, lose := range map[string]func(*World, *Actor){
		"permission": func(w *World, a *Actor) {
			w.Exec(`UPDATE contact SET overrides = '{"numbers.import":"deny"}' WHERE id = ?`, a.Contact)
		},
		"contact":      func(w *World, a *Actor) { w.Exec(`UPDATE contact SET active = FALSE WHERE id = ?`, a.Contact) },
		"organization": func(w *World, a *Actor) { w.Exec(`UPDATE organization SET state = 'suspended' WHERE id = ?`, w.Acme) },
	} {
		t.Run(name, func(t *testing.T) {
			w := New(t)
			w.Service.JobBatch = 100
			jonas, marie := w.As(w.Jonas), w.As(w.Marie)
			j := Must(sendFile(jonas, survey, api.FileOptions{}, strings.Join(manyFrench(500), "\n")))
			Must(Call(jonas, api.RunJob, jobIn(jonas, j)))
			interrupt(w, 2)
			lose(w, jonas)
			work(w)
			job := Must(Call(marie, api.GetJob, jobIn(marie, j)))
			if job.State != api.JobDone || job.Applied != 200 || job.Reasons[number.Forbidden] != 300 || len(stored(w, w.Acme)) != 200 {
				t.Errorf("%+v", job)
			}
			w.Verify()
		})
	}

	t.Run("support_session", func(t *testing.T) {
		w := New(t)
		w.Service.JobBatch = 100
		marie := w.As(w.Marie)
		grant := Must(marie.Approve(Must(w.As(w.Sofia).RequestAccess(w.Acme, time.Hour, "")), time.Hour))
		inside := Must(w.As(w.Sofia).Enter(grant))
		inside.Persona = &Persona{Org: w.Acme}
		j := Must(sendFile(inside, survey, api.FileOptions{}, strings.Join(manyFrench(500), "\n")))
		Must(Call(inside, api.RunJob, jobIn(inside, j)))
		interrupt(w, 2)
		Must(marie.Revoke(grant))
		work(w)
		if job := Must(Call(marie, api.GetJob, jobIn(marie, j))); job.Applied != 200 || job.Reasons[number.Forbidden] != 300 || job.By != "Sofia Keller" {
			t.Errorf("%+v", job)
		}
	})
}

// N10: limits are told by name, and a file over one changes nothing.
func TestNumberFileLimits(t *testing.T) {
	w := New(t)
	marie := w.As(w.Marie)
	in := api.AddFileIn{Org: api.Org{Org: w.Acme}}
	in.Body.AddOptions, in.Body.FileOptions = survey, api.FileOptions{File: "numbers.csv", Bytes: api.JobBytes + 1}
	_, err := Call(marie, api.AddNumberFile, in)
	if p := Refused(t, err, errs.TooLarge); !strings.Contains(p.Detail, "25 MiB") {
		t.Errorf("it says %q", p.Detail)
	}
	for problem, data := range map[string]string{
		"job.problem.rows":     strings.Join(manyFrench(api.JobRows+1), "\n"),
		"job.problem.empty":    "\n \n\n",
		"number.file.workbook": "PK\x03\x04 and so on",
	} {
		if job := runFile(marie, survey, api.FileOptions{}, data); job.State != api.JobFailed || job.Problem != problem || job.Handled != 0 {
			t.Errorf("%s: %+v", problem, job)
		}
	}
	if n := len(stored(w, w.Acme)); n != 0 {
		t.Errorf("%d numbers stored", n)
	}
	for range 5 {
		Must(sendFile(marie, survey, api.FileOptions{}, "x"))
	}
	_, err = sendFile(marie, survey, api.FileOptions{}, "x")
	Refused(t, err, errs.Conflict)
	Must(sendFile(w.As(w.Luc), survey, api.FileOptions{}, "x")) // of another organization
	if list := Must(Call(marie, api.ListJobs, api.JobsIn{Org: api.Org{Org: w.Acme}, Limit: 6})); len(list.Jobs) != 6 || list.Next == "" {
		t.Errorf("%d jobs, next %q", len(list.Jobs), list.Next)
	} else if rest := Must(Call(marie, api.ListJobs, api.JobsIn{Org: api.Org{Org: w.Acme}, Limit: 6, Before: id.Job(list.Next)})); len(rest.Jobs) != 2 || rest.Next != "" {
		t.Errorf("%d more, next %q", len(rest.Jobs), rest.Next)
	}
}

// N08, N10: rejected rows come back as they were, safe for a spreadsheet; mended and sent again they are taken.
func TestRejectedRowsAreMendedAndSentAgain(t *testing.T) {
	for _, persona := range []string{"en", "fr"} {
		w := New(t)
		a := w.As(w.Marie)
		w.Exec(`UPDATE login SET locale = ? WHERE id = ?`, persona, w.Marie.Login)
		w.Service.JobBatch = 50
		job := runFile(a, survey, api.FileOptions{}, "Tel,Usage,Nom,Notes\n+33184880001,Survey,One,n\n+3318488000x,Survey,\"=1+1, \"\"two\"\"\",\"a\nb\"\n+33184880003,Piano,Trois;3,\n")
		if job.Applied != 1 || job.Rejected != 2 {
			t.Fatalf("%+v", job)
		}
		file := Must(Call(a, api.GetRejectedFile, api.RejectedFileIn{JobIn: jobIn(a, job.ID)}))
		if file.Next != "" || !strings.HasPrefix(file.CSV, "\ufeff") || !strings.Contains(file.CSV, "not_a_number") || strings.Contains(file.CSV, ",=1") || strings.Contains(file.CSV, ";=1") || strings.Contains(file.CSV, `"=1`) {
			t.Errorf("%s: %+v", persona, file)
		}
		if persona == "fr" && !strings.Contains(file.CSV, "Numéro de téléphone;") {
			t.Errorf("in French: %s", file.CSV)
		}
		mended := strings.NewReplacer("+3318488000x", "+33184880002", "Piano", "Survey").Replace(file.CSV)
		again := runFile(a, survey, api.FileOptions{}, mended)
		if again.Applied != 2 || again.Rejected != 0 {
			t.Errorf("%s: sent again %+v\n%s", persona, again, mended)
		}
		if got := row(w, french(2)); got != `survey|=1+1, "two"||` {
			t.Errorf("%s: the name became %s", persona, got)
		}
	}
}

// N08: a long file of rejected rows comes in pieces that fit together, each row once.
func TestRejectedFileInPieces(t *testing.T) {
	w := New(t)
	marie := w.As(w.Marie)
	const n = 9000
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "bad %d,%s\n", i, strings.Repeat("y", 150))
	}
	job := runFile(marie, survey, api.FileOptions{Delimiter: sheet.Comma, Mapping: &sheet.Mapping{Number: 1}}, b.String())
	if job.Rejected != n {
		t.Fatalf("%+v", job)
	}
	var all strings.Builder
	in, pieces := api.RejectedFileIn{JobIn: jobIn(marie, job.ID)}, 0
	for {
		piece := Must(Call(marie, api.GetRejectedFile, in))
		all.WriteString(piece.CSV)
		pieces++
		if in.After = piece.Next; in.After == "" {
			break
		}
	}
	rows := 0
	r := sheet.NewReader(sheet.Comma, func(r sheet.Row) error {
		if rows > 0 && (r.Fields[0] != itoa(rows) || r.Fields[3] != fmt.Sprintf("bad %d", rows-1)) {
			return fmt.Errorf("row %d is %v", rows, r.Fields[:4])
		}
		rows++
		return nil
	})
	if _, err := r.Write([]byte(all.String())); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil || rows != n+1 || pieces < 3 {
		t.Errorf("%d rows in %d pieces, %v", rows, pieces, err)
	}
}

func itoa(n int) string { return fmt.Sprint(n) }

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
		w.Clock.Now()
	}
	work(w)
	if want := []string{"a1", "b1", "a2", "b2", "a3"}; !slices.Equal(order, want) {
		t.Errorf("they ended in the order %v, want %v", order, want)
	}
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
