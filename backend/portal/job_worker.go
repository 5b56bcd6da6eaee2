package portal

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"countersign/backend/failpoint"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/sheet"
)

// jobs are what the worker needs beside the table.
type jobs struct {
	wake chan struct{} // of one: a wake-up that nobody has seen yet stands for all
}

func newJobs() *jobs { return &jobs{wake: make(chan struct{}, 1)} }

// awake tells the worker that a job waits.
func (w *jobs) awake() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

const (
	jobsLook    = time.Minute         // when nothing wakes the worker
	jobsTrouble = 5 * time.Second     // the store could not be read or written
	jobTries    = 3                   // of what fails for a reason that does not pass by itself
	jobStale    = 24 * time.Hour      // how long a file may take to come
	jobsForget  = 24 * 30 * time.Hour // api.JobKeptDays
)

// RunJobs works off what waits, in order, until ctx ends. What a process left half done goes on where it was: each batch
// is one transaction with what became of its rows.
func (s *Service) RunJobs(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-s.jobs.wake:
		}
		wait := jobsLook
		if err := errors.Join(s.WorkJobs(ctx), s.forgetJobs(ctx)); err != nil && ctx.Err() == nil {
			s.Log.Error("bulk work is in trouble and tries again", "error", err)
			wait = jobsTrouble
		}
		timer.Reset(wait)
	}
}

// WorkJobs works off what waits now. One job runs at a time, and organizations take turns.
func (s *Service) WorkJobs(ctx context.Context) error {
	var last id.Organization
	for ctx.Err() == nil {
		j, err := s.nextJob(ctx, last)
		if errs.Is(err, errs.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.workJob(ctx, j, nil); err != nil {
			return err
		}
		last = j.Org
	}
	return ctx.Err()
}

func (s *Service) nextJob(ctx context.Context, last id.Organization) (j *store.Job, err error) {
	err = s.DB.View(ctx, func(st *store.Tx) error {
		j, err = st.NextJob(ctx, last)
		return err
	})
	return j, err
}

// workJob works one job to its end. A fault that does not pass by itself ends the job as failed, so that those behind it
// get their turn. progress, when not nil, is told of every step.
func (s *Service) workJob(ctx context.Context, j *store.Job, progress func(*store.Job)) (err error) {
	for try := 1; ; try++ {
		err = guardJob(func() error { return s.tryJob(ctx, j, progress) })
		if err == nil || ctx.Err() != nil || errs.Is(err, errs.Unavailable) || errs.Is(err, errs.ReadOnly) {
			return err
		}
		problem := problemOf(err)
		if problem == "" && try < jobTries {
			continue
		}
		if problem == "" {
			s.Log.Error("a bulk job failed", "org", j.Org, "job", j.ID, "error", err)
			problem = "job.problem.internal"
		}
		return s.failJob(ctx, j, problem)
	}
}

// guardJob turns a panic into an error: one list must not end the work on all.
func guardJob(fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
	}()
	return fn()
}

// problemOf is what people are told of a list that is refused as a whole, "" when the fault is ours.
func problemOf(err error) string {
	for _, known := range []error{errNoRows, errTooManyRows, sheet.ErrWorkbook, errOtherRows} {
		if errors.Is(err, known) {
			return known.(*errs.Error).Key
		}
	}
	return ""
}

// errOtherRows: the rules of numbers changed between the two halves of a job, as by an update of the program.
var errOtherRows = errs.New(errs.Conflict, "job.problem.changed")

func (s *Service) tryJob(ctx context.Context, j *store.Job, progress func(*store.Job)) error {
	running, err := s.beginJob(ctx, j)
	if err != nil || !running {
		return err
	}
	list, err := readJob(j, s.jobFile(ctx, j))
	if err != nil {
		return err
	}
	if j.ListSum != "" && j.ListSum != list.sum {
		return errOtherRows
	}
	for running && ctx.Err() == nil {
		if running, err = s.batch(ctx, j, list); err != nil {
			return err
		}
		failpoint.Hit("job.batch.done")
		if progress != nil {
			progress(j)
		}
	}
	return ctx.Err()
}

// asJob runs a step of a job on the writer, behind the requests that wait.
func (s *Service) asJob(ctx context.Context, j *store.Job, fn func(*Tx, *store.Job) error) error {
	var now *store.Job
	err := s.DB.Update(ctx, func(st *store.Tx) (err error) {
		tx := &Tx{Tx: st, Context: context.WithoutCancel(ctx), Caller: &Caller{Actor: j.Actor}, Org: j.Org, svc: s}
		if now, err = tx.Job(tx, j.Org, j.ID); err != nil {
			return err
		}
		if err := fn(tx, now); err != nil {
			return err
		}
		s.publish(st)
		return nil
	})
	if err == nil {
		*j = *now
	}
	return err
}

// beginJob notes that a job runs; it is told off when the job was cancelled meanwhile.
func (s *Service) beginJob(ctx context.Context, j *store.Job) (running bool, err error) {
	err = s.asJob(ctx, j, func(tx *Tx, j *store.Job) error {
		running = j.State == api.JobRunning
		if j.State != api.JobWaiting {
			return nil
		}
		running = true
		j.State, j.StartedAt = api.JobRunning, tx.Now()
		if err := tx.SaveJob(tx, j); err != nil {
			return err
		}
		return tx.Continue(tx, jobPokes(j))
	})
	return running, err
}

// batch works the next rows off. It is not running any more when that were the last ones, or when it was cancelled.
func (s *Service) batch(ctx context.Context, j *store.Job, l *jobList) (running bool, err error) {
	err = s.asJob(ctx, j, func(tx *Tx, j *store.Job) error {
		running = false
		if j.State != api.JobRunning {
			return nil
		}
		if err := tx.handle(j, l, s.batchRows()); err != nil {
			return err
		}
		failpoint.Hit("job.batch")
		if j.Handled == j.Rows {
			c, err := tx.endJob(j, api.JobDone, "")
			if err != nil {
				return err
			}
			return tx.recordNumbers(j.Org, c)
		}
		running = true
		if err := tx.SaveJob(tx, j); err != nil {
			return err
		}
		return tx.recordNumbers(j.Org, tx.jobWentOn(j))
	})
	return running, err
}

// jobWentOn tells of a batch that is not the last.
func (tx *Tx) jobWentOn(j *store.Job) change {
	d := jobDetail(j)
	d["name"], d["applied"], d["rejected"] = j.Actor.Name, itoa(j.Applied), itoa(j.Rejected)
	return change{stream: live.Of(j.Org), kind: audit.NumbersJobWentOn, object: string(j.ID), grant: j.Grant, session: j.Session, detail: d,
		pokes: jobPokes(j)}
}

// recordNumbers records a change and tells devices how far the history of numbers is.
func (tx *Tx) recordNumbers(oid id.Organization, c change) error {
	poke, err := tx.numbersPoke(oid)
	if err != nil {
		return err
	}
	c.pokes = append(c.pokes, poke)
	return tx.record(c)
}

func (s *Service) batchRows() int {
	if s.JobBatch > 0 {
		return s.JobBatch
	}
	return batchRows
}

func (s *Service) failJob(ctx context.Context, j *store.Job, problem string) error {
	return s.asJob(ctx, j, func(tx *Tx, j *store.Job) error {
		if j.State.Ended() {
			return nil
		}
		c, err := tx.endJob(j, api.JobFailed, problem)
		if err != nil {
			return err
		}
		return tx.record(c)
	})
}

// jobFile reads the parts of a file one after another.
func (s *Service) jobFile(ctx context.Context, j *store.Job) func(yield func([]byte, error) bool) {
	return func(yield func([]byte, error) bool) {
		for n := range partsOf(j) {
			var part []byte
			err := s.DB.View(ctx, func(st *store.Tx) (err error) {
				part, err = st.JobPart(ctx, j.ID, n)
				return err
			})
			if !yield(part, err) || err != nil {
				return
			}
		}
	}
}

// forgetJobs gives up files that never came, and drops results that are past their time.
func (s *Service) forgetJobs(ctx context.Context) error {
	var stale []store.Job
	var old []id.Job
	err := s.DB.View(ctx, func(st *store.Tx) (err error) {
		if stale, err = st.StaleJobs(ctx, st.Now().Add(-jobStale), 20); err != nil {
			return err
		}
		old, err = st.EndedJobs(ctx, st.Now().Add(-jobsForget), 20)
		return err
	})
	if err != nil {
		return err
	}
	for i := range stale {
		if err := s.failJob(ctx, &stale[i], "job.problem.stale"); err != nil {
			return err
		}
	}
	for _, j := range old {
		if err := s.DB.Update(ctx, func(st *store.Tx) error { return st.ForgetJob(ctx, j) }); err != nil {
			return err
		}
	}
	return nil
}
