package portal

import (
	"strings"

	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/sheet"
)

// AddNumberList adds a short list at once: one transaction, and the answer tells of each row.
func (s *Service) AddNumberList(tx *Tx, in *api.AddListIn) (api.JobResults, error) {
	j, err := tx.newJob(api.JobAdd, nil)
	if err == nil {
		err = tx.addInto(j, in.Body.AddOptions)
	}
	if err != nil {
		return api.JobResults{}, err
	}
	return tx.atOnce(j, in.Body.Job, in.Body.Numbers)
}

// DeleteNumberList removes a short list at once.
func (s *Service) DeleteNumberList(tx *Tx, in *api.DeleteListIn) (api.JobResults, error) {
	j, err := tx.newJob(api.JobDelete, nil)
	if err == nil {
		err = tx.deleteFrom(j, in.Body.DeleteOptions)
	}
	if err != nil {
		return api.JobResults{}, err
	}
	return tx.atOnce(j, in.Body.Job, in.Body.Numbers)
}

// rowWeight is about what a row of a list leaves behind besides its text.
const rowWeight = 256

// atOnce works a list off as a job of its own, or gives the results of the caller's own one of that name, which it was
// worked off as already. It is read as a file of one column without a name, a line for each number.
func (tx *Tx) atOnce(j *store.Job, name id.Job, numbers []string) (api.JobResults, error) {
	oneLine := strings.NewReplacer("\n", " ", "\r", " ", `"`, "'")
	lines, weight := make([]string, len(numbers)), 0
	for i, n := range numbers {
		weight += rowWeight + len(n)
		lines[i] = oneLine.Replace(n)
		if strings.TrimSpace(lines[i]) == "" {
			lines[i] = "-" // every row has an outcome, also one with nothing in it
		}
	}
	if err := tx.afford(weight); err != nil {
		return api.JobResults{}, err
	}
	j.Reading = jobReading{sheet.None, &sheet.Mapping{Number: 1}}.text()
	list, err := readJob(j, func(yield func([]byte, error) bool) { yield([]byte("\ufeff"+strings.Join(lines, "\n")), nil) })
	if err != nil {
		return api.JobResults{}, err
	}
	if name != "" {
		before, err := tx.listOf(j, name, list.sum)
		if err != nil {
			return api.JobResults{}, err
		}
		if before != nil {
			return tx.results(before, "", api.JobListRows, "")
		}
		j.ID = name
	}
	if err := tx.workAtOnce(j, list); err != nil {
		return api.JobResults{}, err
	}
	return tx.results(j, "", api.JobListRows, "")
}

// workAtOnce begins a job, works all of it off and ends it, in this transaction.
func (tx *Tx) workAtOnce(j *store.Job, list *jobList) error {
	j.State, j.QueuedAt, j.StartedAt = api.JobRunning, tx.Now(), tx.Now()
	if err := tx.AddJob(tx, j); err != nil {
		return err
	}
	if err := tx.record(tx.jobStarted(j)); err != nil {
		return err
	}
	for j.Handled < len(list.rows) {
		if err := tx.handle(j, list, len(list.rows)); err != nil {
			return err
		}
	}
	c, err := tx.endJob(j, api.JobDone, "")
	if err != nil {
		return err
	}
	return tx.recordNumbers(j.Org, c)
}

// listOf is the job of a name that did what j is to do; nil when there is none.
func (tx *Tx) listOf(j *store.Job, name id.Job, sum string) (*store.Job, error) {
	if !id.Valid(name) {
		return nil, errs.BadField("job", "error.invalid")
	}
	before, err := tx.Job(tx, j.Org, name)
	if errs.Is(err, errs.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	type wish struct {
		login        id.Login
		session      id.SupportSession
		kind         api.JobKind
		level        api.Level
		unit         id.BusinessUnit
		program      id.Program
		purpose, sum string
	}
	of := func(j *store.Job, sum string) wish {
		return wish{j.Login, j.Session, j.Kind, j.Level, j.BusinessUnit, j.Program, j.CallPurpose, sum}
	}
	if of(before, before.ListSum) != of(j, sum) {
		return nil, errs.InState("taken", "job.error.name")
	}
	return before, nil
}
