package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/number"
)

// PutJobPart writes a part of a job's file, also over the same part. That the job was begun is what is recorded.
func (tx *Tx) PutJobPart(ctx context.Context, j id.Job, n int, data []byte) error {
	_, err := tx.Touch(ctx, `INSERT INTO number_job_part (job, n, size, data) VALUES (?, ?, ?, ?)
ON CONFLICT (job, n) DO UPDATE SET size = excluded.size, data = excluded.data`, j, n, len(data), base64.StdEncoding.EncodeToString(data))
	if err != nil {
		return fmt.Errorf("write part of a job: %w", err)
	}
	return nil
}

// JobParts are the numbers of the parts that are there, in order.
func (tx *Tx) JobParts(ctx context.Context, j id.Job) ([]int, error) {
	return Collect(tx.Query(ctx, `SELECT n FROM number_job_part WHERE job = ? ORDER BY n`, j),
		func(r *Rows) (n int, err error) { return n, r.Scan(&n) })
}

// JobPart is one part of a job's file; NotFound when it is not there.
func (tx *Tx) JobPart(ctx context.Context, j id.Job, n int) ([]byte, error) {
	var text string
	if err := tx.QueryRow(ctx, `SELECT data FROM number_job_part WHERE job = ? AND n = ?`, j, n).Scan(&text); err != nil {
		return nil, err
	}
	data, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, fmt.Errorf("read part %d of job %s: %w", n, j, err)
	}
	return data, nil
}

// DropJobParts forgets the file of a job that has ended.
func (tx *Tx) DropJobParts(ctx context.Context, j id.Job) error {
	if _, err := tx.Touch(ctx, `DELETE FROM number_job_part WHERE job = ?`, j); err != nil {
		return fmt.Errorf("drop the parts of a job: %w", err)
	}
	return nil
}

// Rejected is a rejected row with all its fields, to be written out again.
type Rejected struct {
	api.RejectedRow
	Fields []string `json:"fields,omitempty"`
}

// JobBatch is what became of some rows of a job. N is how many rows were handled before it.
type JobBatch struct {
	N        int
	Applied  []number.E164
	Rejected []Rejected
}

// AddJobBatch writes what became of rows.
func (tx *Tx) AddJobBatch(ctx context.Context, j id.Job, b *JobBatch) error {
	var applied strings.Builder
	for i, e := range b.Applied {
		if i > 0 {
			applied.WriteByte('\n')
		}
		applied.WriteString(string(e))
	}
	rejected := []byte("[]")
	if len(b.Rejected) > 0 {
		var err error
		if rejected, err = json.Marshal(b.Rejected); err != nil {
			return fmt.Errorf("write rejected rows: %w", err)
		}
	}
	if _, err := tx.Exec(ctx, `INSERT INTO number_job_batch (job, n, applied_rows, rejected_rows, applied, rejected) VALUES (?, ?, ?, ?, ?, ?)`,
		j, b.N, len(b.Applied), len(b.Rejected), applied.String(), string(rejected)); err != nil {
		return fmt.Errorf("write what became of rows: %w", err)
	}
	return nil
}

// JobBatchFrom is the first batch of the job with N of at least n; NotFound behind the last.
func (tx *Tx) JobBatchFrom(ctx context.Context, j id.Job, n int) (*JobBatch, error) {
	return scanBatch(tx.QueryRow(ctx, `SELECT n, applied, rejected FROM number_job_batch WHERE job = ? AND n >= ? ORDER BY n LIMIT 1`, j, n))
}

// RejectedBatchFrom is JobBatchFrom among those with rejected rows.
func (tx *Tx) RejectedBatchFrom(ctx context.Context, j id.Job, n int) (*JobBatch, error) {
	return scanBatch(tx.QueryRow(ctx, `SELECT n, '', rejected FROM number_job_batch WHERE job = ? AND n >= ? AND rejected_rows > 0 ORDER BY n LIMIT 1`, j, n))
}

func scanBatch(row Row) (*JobBatch, error) {
	var b JobBatch
	var applied, rejected string
	if err := row.Scan(&b.N, &applied, &rejected); err != nil {
		return nil, err
	}
	for e := range strings.SplitSeq(applied, "\n") {
		if e != "" {
			b.Applied = append(b.Applied, number.E164(e))
		}
	}
	if err := json.Unmarshal([]byte(rejected), &b.Rejected); err != nil {
		return nil, fmt.Errorf("read rejected rows: %w", err)
	}
	return &b, nil
}
