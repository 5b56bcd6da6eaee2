package portal_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	. "countersign/backend/backendtest"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/errs"
)

// N10: while the disk fills up no file and no list is taken, and it is said why; what came before is kept and worked off.
func TestNumberFilesOnADiskThatFillsUp(t *testing.T) {
	w := New(t)
	marie := w.As(w.Marie)
	data := strings.Join(manyFrench(45_000), "\n")
	whole := Must(sendFile(marie, survey, api.FileOptions{}, french(1)))
	in := api.AddFileIn{Org: api.Org{Org: w.Acme}}
	in.Body.AddOptions, in.Body.FileOptions = survey, api.FileOptions{File: "numbers.csv", Bytes: int64(len(data))}
	half := Must(Call(marie, api.AddNumberFile, in)).Job.ID
	parts := []api.JobPartIn{{JobIn: jobIn(marie, half), N: 0}, {JobIn: jobIn(marie, half), N: 1}}
	parts[0].Body.Data, parts[1].Body.Data = []byte(data[:api.JobPart]), []byte(data[api.JobPart:])
	Must(Call(marie, api.PutJobPart, parts[0]))

	w.RestartOn(RoomForChanges)
	gone := api.DeleteFileIn{Org: api.Org{Org: w.Acme}}
	gone.Body.DeleteOptions, gone.Body.FileOptions = api.DeleteOptions{Level: api.LevelBusiness}, api.FileOptions{File: "gone.csv", Bytes: 1}
	_, part := Call(marie, api.PutJobPart, parts[1])
	_, file := Call(marie, api.AddNumberFile, in)
	_, deleted := Call(marie, api.DeleteNumberFile, gone)
	_, list := addList(marie, survey, french(2))
	_, listed := deleteList(marie, api.DeleteOptions{Level: api.LevelBusiness}, french(2))
	for what, err := range map[string]error{"a part": part, "a file": file, "a file to delete": deleted, "a list": list, "a list to delete": listed} {
		if p := Refused(t, err, errs.ReadOnly); !strings.Contains(p.Detail, "disk is filling up") {
			t.Errorf("of %s it says %q", what, p.Detail)
		}
	}
	if got := Must(Call(marie, api.GetJobUpload, jobIn(marie, half))); !slices.Equal(got.Have, []int{0}) {
		t.Errorf("of the file that was coming there are %v", got.Have)
	}
	Must(Call(marie, api.RunJob, jobIn(marie, whole)))
	work(w)
	if job := Must(Call(marie, api.GetJob, jobIn(marie, whole))); job.State != api.JobDone || job.Applied != 1 {
		t.Errorf("the file that had come: %+v", job)
	}

	w.RestartOn(RoomForAll)
	Must(Call(marie, api.PutJobPart, parts[1]))
	Must(Call(marie, api.RunJob, jobIn(marie, half)))
	work(w)
	if job := Must(Call(marie, api.GetJob, jobIn(marie, half))); job.State != api.JobDone || job.Handled != 45_000 {
		t.Errorf("once there was room: %+v", job)
	}
	w.Verify()
}

// N10: a job that meets a full disk stands still, whether the disk is seen to be full or SQLite finds no page, and goes on
// when there is room: each row once, none given up.
func TestNumberJobWaitsForRoom(t *testing.T) {
	pages := func(w *World, most int) {
		err := w.DB.Update(context.Background(), func(tx *store.Tx) error {
			tx.MarkRecorded()
			return tx.QueryRow(context.Background(), `PRAGMA max_page_count = `+itoa(most)).Scan(&most)
		})
		if err != nil {
			w.TB.Fatal(err)
		}
	}
	for name, disk := range map[string]struct{ fill, clear func(*World) }{
		"seen": {func(w *World) { w.RestartOn(NoRoom) }, func(w *World) { w.RestartOn(RoomForAll) }},
		"met":  {func(w *World) { pages(w, 1) }, func(w *World) { pages(w, 1<<30) }},
	} {
		t.Run(name, func(t *testing.T) {
			w := New(t)
			marie := w.As(w.Marie)
			list := manyFrench(9000)
			w.Service.JobBatch = 1000
			j := Must(sendFile(marie, survey, api.FileOptions{}, strings.Join(list, "\n")))
			Must(Call(marie, api.RunJob, jobIn(marie, j)))
			interrupt(w, 2)

			disk.fill(w)
			w.Service.JobBatch = 5000
			if err := w.Service.WorkJobs(t.Context()); !errs.Is(err, errs.ReadOnly) {
				t.Errorf("the work ended with %v", err)
			}
			if job := Must(Call(marie, api.GetJob, jobIn(marie, j))); job.State != api.JobRunning || job.Handled != 2000 || job.Problem != "" {
				t.Errorf("on the full disk: %+v", job)
			}

			disk.clear(w)
			work(w)
			slices.Sort(list)
			got := outcomesOf(marie, j)
			if len(got.applied) != len(list) || len(got.rejected) != 0 || len(stored(w, w.Acme)) != len(list) {
				t.Errorf("%d applied, %d rejected, %d stored of %d", len(got.applied), len(got.rejected), len(stored(w, w.Acme)), len(list))
			}
			w.Verify()
		})
	}
}
