package portal

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/i18n"
	"countersign/shared/number"
	"countersign/shared/sheet"
)

// GetJobResults pages through what became of a job's rows, also while it runs.
func (s *Service) GetJobResults(tx *Tx, in *api.JobResultsIn) (api.JobResults, error) {
	j, err := tx.Job(tx, in.Org.Org, in.Job)
	if err != nil {
		return api.JobResults{}, err
	}
	return tx.results(j, in.After, in.Limit, in.Only)
}

// results is a page: whole batches as far as they fit, and parts of them. Its cursor is the batch and the row in it.
func (tx *Tx) results(j *store.Job, after string, limit int, only string) (api.JobResults, error) {
	out := api.JobResults{Job: tx.shownJob(j), Applied: []number.E164{}, Rejected: []api.RejectedRow{}}
	n, skip, err := cursorOf(after)
	if err != nil {
		return out, err
	}
	for {
		b, err := tx.JobBatchFrom(tx, j.ID, n)
		if errs.Is(err, errs.NotFound) {
			return out, nil
		}
		if err != nil {
			return out, err
		}
		if b.N != n {
			skip = 0
		}
		if only == "rejected" {
			b.Applied = nil
		}
		if only == "applied" {
			b.Rejected = nil
		}
		slices.SortFunc(b.Rejected, func(a, b store.Rejected) int { return a.Line - b.Line })
		for i := skip; i < len(b.Applied)+len(b.Rejected); i++ {
			if limit == 0 {
				out.Next = strconv.Itoa(b.N) + "." + strconv.Itoa(i)
				return out, nil
			}
			limit--
			if i < len(b.Applied) {
				out.Applied = append(out.Applied, b.Applied[i])
				continue
			}
			out.Rejected = append(out.Rejected, b.Rejected[i-len(b.Applied)].RejectedRow)
		}
		n, skip = b.N+1, 0
	}
}

// cursorOf reads a place among the results.
func cursorOf(s string) (n, skip int, err error) {
	if s == "" {
		return 0, 0, nil
	}
	a, b, _ := strings.Cut(s, ".")
	n, err1 := strconv.Atoi(a)
	skip, err2 := strconv.Atoi(b)
	if err1 != nil || err2 != nil || n < 0 || skip < 0 {
		return 0, 0, errs.BadField("query.after", "error.invalid")
	}
	return n, skip, nil
}

// csvPiece is how much of a file of rejected rows is given at a time.
const csvPiece = 512 << 10

// GetRejectedFile gives the rejected rows as they were, with the reason of each, in a form that can be mended and sent
// again, in the language that the caller reads now.
func (s *Service) GetRejectedFile(tx *Tx, in *api.RejectedFileIn) (api.RejectedFile, error) {
	j, err := tx.Job(tx, in.Org.Org, in.Job)
	if err != nil {
		return api.RejectedFile{}, err
	}
	return tx.rejectedFile(j, in.After, locale(tx.Caller.Locale))
}

func (tx *Tx) rejectedFile(j *store.Job, after string, l i18n.Locale) (api.RejectedFile, error) {
	out := api.RejectedFile{Name: "rejected-" + strings.TrimSuffix(j.File, ".csv") + ".csv"}
	if j.File == "" {
		out.Name = "rejected-" + j.CreatedAt.Format("2006-01-02") + ".csv"
	}
	if j.Layout == "" {
		return out, errs.InState(string(j.State), "job.error.unread")
	}
	var layout jobLayout
	if err := json.Unmarshal([]byte(j.Layout), &layout); err != nil {
		return out, err
	}
	var b strings.Builder
	w, err := sheet.NewRejected(&b, delimiterOf(l), rejectedLabels(l), &sheet.Preview{Mapping: layout.Mapping, Header: layout.Header, Columns: layout.Columns})
	if err != nil {
		return out, err
	}
	if err := w.Flush(); err != nil {
		return out, err
	}
	n, _, err := cursorOf(after)
	if err != nil {
		return out, err
	}
	if after != "" { // the header was in the first piece
		b.Reset()
	}
	for {
		batch, err := tx.RejectedBatchFrom(tx, j.ID, n)
		if errs.Is(err, errs.NotFound) {
			break
		}
		if err != nil {
			return out, err
		}
		if b.Len() > csvPiece {
			out.Next = strconv.Itoa(batch.N) + ".0"
			break
		}
		slices.SortFunc(batch.Rejected, func(a, b store.Rejected) int { return a.Line - b.Line })
		for _, r := range batch.Rejected {
			if err := w.Write(r.Line, r.Reason, l.T("number.reason."+string(r.Reason)), r.Fields); err != nil {
				return out, err
			}
		}
		if err := w.Flush(); err != nil {
			return out, err
		}
		n = batch.N + 1
	}
	out.CSV = b.String()
	return out, nil
}

// delimiterOf is what the spreadsheets of a language expect.
func delimiterOf(l i18n.Locale) sheet.Delimiter {
	if l == i18n.FR {
		return sheet.Semicolon
	}
	return sheet.Comma
}

func rejectedLabels(l i18n.Locale) sheet.RejectedLabels {
	var ours [][3]string
	for _, l := range i18n.Locales() {
		ours = append(ours, [3]string{l.T("number.column.line"), l.T("number.column.reason"), l.T("number.column.sentence")})
	}
	return sheet.RejectedLabels{
		Ours: ours,
		Labels: sheet.Labels{Number: l.T("number.column.number"), CallPurpose: l.T("number.column.call_purpose"),
			BusinessUnit: l.T("number.column.business_unit"), Program: l.T("number.column.program"), DisplayName: l.T("number.column.display_name")},
		Line: l.T("number.column.line"), Reason: l.T("number.column.reason"), Sentence: l.T("number.column.sentence"), Column: l.T("number.column.column"),
	}
}
