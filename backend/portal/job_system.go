package portal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/i18n"
	"countersign/shared/number"
	"countersign/shared/org"
	"countersign/shared/replica"
)

// Bulk work from the command line of the server's machine: the same jobs, worked off by the command itself.

// Import is a file of numbers for an organization. Words are as people write them.
type Import struct {
	Organization string // reference or UUID
	Kind         api.JobKind
	File         string
	Bytes        int64

	CallPurpose, BusinessUnit, Program string
}

// Imported is what became of it.
type Imported struct {
	api.Job
	Organization org.Organization
}

// ImportAsSystem takes the file from r and works it off, after what waits already. When ctx ends, it stops between two
// batches, and whoever works jobs off next goes on with it. A file that was not taken in as a whole changes nothing, and
// out has no job of it. progress is told of each batch.
func (s *Service) ImportAsSystem(ctx context.Context, in Import, r io.Reader, progress func(api.Job)) (out Imported, err error) {
	if err := s.endLeft(ctx); err != nil {
		return out, err
	}
	var j *store.Job
	err = s.asCommand(ctx, in.Organization, func(tx *Tx, o *org.Organization) (err error) {
		out.Organization = *o
		if j, err = tx.newImport(in); err != nil {
			return err
		}
		if err := tx.AddJob(tx, j); err != nil {
			return err
		}
		return tx.record(tx.jobStarted(j))
	})
	if err != nil {
		return out, err
	}
	if err := s.takeIn(ctx, j, r); err != nil { // nobody else could bring the rest
		return out, errors.Join(err, s.failJob(context.WithoutCancel(ctx), j, "job.problem.stale"))
	}
	out.Job = j.Job
	told := func(now *store.Job) {
		if now.ID == j.ID {
			out.Job = now.Job
			progress(now.Job)
		}
	}
	for ctx.Err() == nil {
		next, err := s.nextJob(ctx, "")
		if errs.Is(err, errs.NotFound) {
			return s.imported(ctx, out, j)
		}
		if err == nil {
			err = s.workJob(ctx, next, told)
		}
		if err != nil {
			return out, err
		}
	}
	return out, ctx.Err()
}

// endLeft ends what a command that was killed left behind: commands run one at a time and without a portal beside them, so
// nobody brings the file any more.
func (s *Service) endLeft(ctx context.Context) error {
	var coming []store.Job
	err := s.DB.View(ctx, func(st *store.Tx) (err error) {
		coming, err = st.StaleJobs(ctx, st.Now().Add(time.Millisecond), math.MaxInt) // also of this one
		return err
	})
	for i := range coming {
		if coming[i].Actor.Kind == audit.BySystem {
			err = errors.Join(err, s.failJob(ctx, &coming[i], "job.problem.stale"))
		}
	}
	return err
}

// takeIn brings the file of a job up and lets the job wait its turn.
func (s *Service) takeIn(ctx context.Context, j *store.Job, r io.Reader) error {
	buf := make([]byte, api.JobPart)
	for n := range partsOf(j) {
		part := buf[:partSize(j, n)]
		if _, err := io.ReadFull(r, part); err != nil {
			return fmt.Errorf("read the file: %w", err)
		}
		if err := s.asCommand(ctx, string(j.Org), func(tx *Tx, _ *org.Organization) error { return tx.takePart(j, n, part) }); err != nil {
			return err
		}
	}
	return s.asCommand(ctx, string(j.Org), func(tx *Tx, _ *org.Organization) error {
		if err := tx.queueJob(j); err != nil {
			return err
		}
		return tx.Continue(tx, jobPokes(j))
	})
}

// imported reads how a job ended.
func (s *Service) imported(ctx context.Context, out Imported, j *store.Job) (Imported, error) {
	err := s.DB.View(ctx, func(st *store.Tx) error {
		now, err := st.Job(ctx, j.Org, j.ID)
		if err == nil {
			out.Job = now.Job
		}
		return err
	})
	return out, err
}

// errDryRun undoes a transaction that was only tried.
var errDryRun = errors.New("a dry run leaves nothing behind")

// TryImport does all that ImportAsSystem does, in one transaction that is undone: the outcomes are the same, and nothing
// stays. Rejected rows are written to rejected, when it is not nil.
func (s *Service) TryImport(ctx context.Context, in Import, r io.Reader, rejected io.Writer) (out Imported, err error) {
	data, err := io.ReadAll(io.LimitReader(r, api.JobBytes+1))
	if err != nil {
		return out, err
	}
	in.Bytes = int64(len(data))
	err = s.asCommand(ctx, in.Organization, func(tx *Tx, o *org.Organization) error {
		out.Organization = *o
		j, err := tx.newImport(in)
		if err != nil {
			return err
		}
		j.State, j.StartedAt = api.JobRunning, tx.Now()
		if err := tx.AddJob(tx, j); err != nil {
			return err
		}
		list, err := readJob(j, func(yield func([]byte, error) bool) { yield(data, nil) })
		if err != nil {
			return err
		}
		for j.Handled < len(list.rows) {
			if err := tx.handle(j, list, s.batchRows()); err != nil {
				return err
			}
		}
		j.State = api.JobDone
		out.Job = j.Job
		if rejected != nil && j.Rejected > 0 {
			if err := tx.writeRejected(j, rejected); err != nil {
				return err
			}
		}
		return errDryRun
	})
	if errors.Is(err, errDryRun) {
		err = nil
	}
	return out, err
}

// RejectedAsSystem writes a job's rejected rows as CSV.
func (s *Service) RejectedAsSystem(ctx context.Context, done Imported, w io.Writer) error {
	return s.DB.View(ctx, func(st *store.Tx) error {
		tx := &Tx{Tx: st, Context: ctx, svc: s}
		j, err := tx.Job(tx, done.Organization.ID, done.ID)
		if err != nil {
			return err
		}
		return tx.writeRejected(j, w)
	})
}

func (tx *Tx) writeRejected(j *store.Job, w io.Writer) error {
	for after := ""; ; {
		piece, err := tx.rejectedFile(j, after, i18n.EN)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, piece.CSV); err != nil {
			return err
		}
		if after = piece.Next; after == "" {
			return nil
		}
	}
}

// asCommand runs a transaction of the command line's on an organization, by reference or UUID.
func (s *Service) asCommand(ctx context.Context, which string, fn func(*Tx, *org.Organization) error) error {
	return s.DB.Update(ctx, func(st *store.Tx) error {
		tx := &Tx{Tx: st, Context: context.WithoutCancel(ctx), Caller: &Caller{Actor: audit.Actor{Kind: audit.BySystem, Name: audit.CommandLine}}, svc: s}
		found, err := tx.FindOrganizations(tx, strings.ToLower(strings.TrimSpace(which)), 2)
		if err != nil {
			return err
		}
		if len(found) != 1 {
			return errs.BadField("organization", "job.error.organization")
		}
		tx.Org = found[0].ID
		return fn(tx, &found[0].Organization)
	})
}

// newImport makes the job of an import.
func (tx *Tx) newImport(in Import) (*store.Job, error) {
	j, err := tx.newJob(in.Kind, &api.FileOptions{File: in.File, Bytes: in.Bytes})
	if err != nil {
		return nil, err
	}
	row := jobRow{purpose: in.CallPurpose, unit: in.BusinessUnit, program: in.Program}
	words, err := tx.jobWords(j, []jobRow{row}, []int{0})
	if err != nil {
		return nil, err
	}
	var n number.Number
	if f := words.put(&n, &row); f != nil {
		switch f.What {
		case replica.KindUnit:
			return nil, errs.BadField("unit", "job.error.business_unit")
		case replica.KindProgram:
			return nil, errs.BadField("program", "job.error.program")
		}
		return nil, tx.unknownPurpose()
	}
	if in.Kind == api.JobAdd {
		if p, err := tx.Purpose(tx, n.CallPurpose); err == nil && p.Retired {
			return nil, tx.unknownPurpose()
		}
		return j, tx.addInto(j, api.AddOptions{CallPurpose: n.CallPurpose, BusinessUnit: n.BusinessUnit, Program: n.Program})
	}
	o := api.DeleteOptions{Level: api.LevelBusiness, BusinessUnit: n.BusinessUnit, Program: n.Program}
	switch {
	case n.Program != "":
		o.Level = api.LevelProgram
	case n.BusinessUnit != "":
		o.Level = api.LevelUnit
	}
	return j, tx.deleteFrom(j, o)
}

// unknownPurpose refuses a call purpose with those that there are: the command line has no list to choose from.
func (tx *Tx) unknownPurpose() error {
	list, err := tx.Purposes(tx)
	if err != nil {
		return err
	}
	var labels []string
	for i := range list {
		if !list[i].Retired {
			labels = append(labels, purposeLabel(&list[i], i18n.EN))
		}
	}
	return errs.BadField("call_purpose", "job.error.call_purpose", "labels", strings.Join(labels, ", "))
}
