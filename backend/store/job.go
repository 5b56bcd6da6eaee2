package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/id"
	"countersign/shared/number"
)

// Job is bulk work on an organization's numbers, as it is stored.
type Job struct {
	api.Job
	Org     id.Organization
	Region  string // of numbers without a country
	Reading string // JSON of how the person said that the file is to be read
	Layout  string // JSON of how it was understood; "" before it was read
	ListSum string // over the rows in the order of work

	Login    id.Login // whose rights it runs with, "" from the command line
	Session  id.SupportSession
	Grant    id.AccessRequest
	Actor    audit.Actor
	QueuedAt time.Time
}

const jobColumns = `id, org, kind, state, level, business_unit, program, call_purpose, region, file, bytes, reading, layout, list_sum,
login, session, access_grant, actor_kind, actor, name, rows, handled, applied, rejected, reasons, problem, created_at, queued_at, started_at, ended_at`

func scanJob(row Scanner) (*Job, error) {
	var j Job
	var reasons string
	if err := row.Scan(&j.ID, &j.Org, &j.Kind, &j.State, &j.Level, &j.BusinessUnit, &j.Program, &j.CallPurpose, &j.Region, &j.File, &j.Bytes,
		&j.Reading, &j.Layout, &j.ListSum, &j.Login, &j.Session, &j.Grant, &j.Actor.Kind, &j.Actor.ID, &j.Actor.Name, &j.Rows, &j.Handled,
		&j.Applied, &j.Rejected, &reasons, &j.Problem, &j.CreatedAt, &j.QueuedAt, &j.StartedAt, &j.EndedAt); err != nil {
		return nil, err
	}
	if err := json.Unmarshal([]byte(reasons), &j.Reasons); err != nil {
		return nil, fmt.Errorf("read the reasons of job %s: %w", j.ID, err)
	}
	j.By = j.Actor.Name
	return &j, nil
}

// Job is one job of the organization; NotFound when there is none.
func (tx *Tx) Job(ctx context.Context, oid id.Organization, j id.Job) (*Job, error) {
	return scanJob(tx.QueryRow(ctx, `SELECT `+jobColumns+` FROM number_job WHERE org = ? AND id = ?`, oid, j))
}

// Jobs are the organization's, newest first, begun before one of them ("": from the newest).
func (tx *Tx) Jobs(ctx context.Context, oid id.Organization, before id.Job, limit int) ([]Job, error) {
	if before == "" {
		before = "~" // behind every UUID
	}
	return Collect(tx.Query(ctx, `SELECT `+jobColumns+` FROM number_job WHERE org = ? AND id < ? ORDER BY id DESC LIMIT ?`, oid, before, limit),
		jobRow)
}

// OpenJobs counts the organization's jobs that have not ended.
func (tx *Tx) OpenJobs(ctx context.Context, oid id.Organization) (n int, err error) {
	err = tx.QueryRow(ctx, `SELECT COUNT(*) FROM number_job WHERE ended_at = 0 AND org = ?`, oid).Scan(&n)
	return n, err
}

// NextJob is what to work on: what was begun and has not ended, else what has waited longest, of another organization than
// the last one where there is a choice. NotFound when nothing waits.
func (tx *Tx) NextJob(ctx context.Context, last id.Organization) (*Job, error) {
	return scanJob(tx.QueryRow(ctx, `SELECT `+jobColumns+` FROM number_job WHERE ended_at = 0 AND state IN ('waiting', 'running')
ORDER BY state, CASE WHEN org = ? THEN 1 ELSE 0 END, queued_at, id LIMIT 1`, last))
}

// AddJob writes a new job.
func (tx *Tx) AddJob(ctx context.Context, j *Job) error {
	if _, err := tx.Exec(ctx, `INSERT INTO number_job (`+jobColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		j.ID, j.Org, j.Kind, j.State, j.Level, j.BusinessUnit, j.Program, j.CallPurpose, j.Region, j.File, j.Bytes, j.Reading, j.Layout, j.ListSum,
		j.Login, j.Session, j.Grant, j.Actor.Kind, j.Actor.ID, j.Actor.Name, j.Rows, j.Handled, j.Applied, j.Rejected, counts(j.Reasons), j.Problem,
		j.CreatedAt, j.QueuedAt, j.StartedAt, j.EndedAt); err != nil {
		return fmt.Errorf("write job: %w", err)
	}
	return nil
}

// SaveJob writes state and progress of a job.
func (tx *Tx) SaveJob(ctx context.Context, j *Job) error {
	n, err := tx.Exec(ctx, `UPDATE number_job SET state = ?, layout = ?, list_sum = ?, rows = ?, handled = ?, applied = ?, rejected = ?, reasons = ?,
problem = ?, queued_at = ?, started_at = ?, ended_at = ? WHERE org = ? AND id = ?`, j.State, j.Layout, j.ListSum, j.Rows, j.Handled, j.Applied, j.Rejected,
		counts(j.Reasons), j.Problem, j.QueuedAt, j.StartedAt, j.EndedAt, j.Org, j.ID)
	if err == nil && n != 1 {
		return gone()
	}
	if err != nil {
		return fmt.Errorf("save job: %w", err)
	}
	return nil
}

// AllOpenJobs are those of all organizations that have not ended.
func (tx *Tx) AllOpenJobs(ctx context.Context, limit int) ([]Job, error) {
	return Collect(tx.Query(ctx, `SELECT `+jobColumns+` FROM number_job WHERE ended_at = 0 ORDER BY org, created_at LIMIT ?`, limit), jobRow)
}

// StaleJobs are jobs that wait for parts of their file since before a time.
func (tx *Tx) StaleJobs(ctx context.Context, before time.Time, limit int) ([]Job, error) {
	return Collect(tx.Query(ctx, `SELECT `+jobColumns+` FROM number_job WHERE ended_at = 0 AND state = 'receiving' AND created_at < ? ORDER BY created_at LIMIT ?`, before, limit),
		jobRow)
}

// EndedJobs are jobs that ended before a time.
func (tx *Tx) EndedJobs(ctx context.Context, before time.Time, limit int) ([]id.Job, error) {
	return Collect(tx.Query(ctx, `SELECT id FROM number_job WHERE ended_at > 0 AND ended_at < ? ORDER BY ended_at LIMIT ?`, before, limit),
		func(r *Rows) (j id.Job, err error) { return j, r.Scan(&j) })
}

// ForgetJob removes a job that has ended with its results. The audit record keeps that it was.
func (tx *Tx) ForgetJob(ctx context.Context, j id.Job) error {
	for _, q := range []string{`DELETE FROM number_job_batch WHERE job = ?`, `DELETE FROM number_job_part WHERE job = ?`,
		`DELETE FROM number_job WHERE id = ? AND ended_at > 0`} {
		if _, err := tx.Touch(ctx, q, j); err != nil {
			return fmt.Errorf("forget job: %w", err)
		}
	}
	return nil
}

// counts writes the reasons as JSON; keys come out sorted.
func counts(m map[number.Reason]int) string {
	if len(m) == 0 {
		return "{}"
	}
	b, err := json.Marshal(m)
	if err != nil {
		panic("store: a map of counts has a JSON form: " + err.Error())
	}
	return string(b)
}

// Continue writes the events of a piece of work that goes from one state to the next by itself: that it began and what it
// does is recorded, that it waits or runs is not.
func (tx *Tx) Continue(ctx context.Context, pokes []Poke) error {
	if len(pokes) > 0 {
		if _, _, err := tx.takePlaces(ctx, pokes[0].Stream, 0, pokes); err != nil {
			return err
		}
	}
	tx.MarkRecorded()
	return nil
}

func jobRow(r *Rows) (Job, error) {
	j, err := scanJob(r)
	if err != nil {
		return Job{}, err
	}
	return *j, nil
}
