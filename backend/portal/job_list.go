package portal

import (
	"strings"

	"countersign/backend/store"
	"countersign/shared/api"
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
	return tx.atOnce(j, in.Body.Numbers)
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
	return tx.atOnce(j, in.Body.Numbers)
}

// rowWeight is about what a row of a list leaves behind besides its text.
const rowWeight = 256

// atOnce works a list off as a job of its own. It is read as a file of one column without a name, a line for each number.
func (tx *Tx) atOnce(j *store.Job, numbers []string) (api.JobResults, error) {
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
	j.State, j.QueuedAt, j.StartedAt = api.JobRunning, tx.Now(), tx.Now()
	if err := tx.AddJob(tx, j); err != nil {
		return api.JobResults{}, err
	}
	if err := tx.record(tx.jobStarted(j)); err != nil {
		return api.JobResults{}, err
	}
	for j.Handled < len(list.rows) {
		if err := tx.handle(j, list, len(list.rows)); err != nil {
			return api.JobResults{}, err
		}
	}
	c, err := tx.endJob(j, api.JobDone, "")
	if err != nil {
		return api.JobResults{}, err
	}
	if err := tx.recordNumbers(j.Org, c); err != nil {
		return api.JobResults{}, err
	}
	return tx.results(j, "", api.JobListRows, "")
}
