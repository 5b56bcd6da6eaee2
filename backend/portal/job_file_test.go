package portal_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	. "countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/number"
)

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
	want := map[int]number.Reason{5: number.UnknownCallPurpose, 6: number.NotFound, 7: number.NotFound, 8: number.DoNotOriginateInProgram, 9: number.InvalidName, 10: number.NotFound}
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
