package portal

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"countersign/backend/inventory"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/org"
	"countersign/shared/perm"
	"countersign/shared/replica"
)

// Rows of a job that are handled in one transaction: few enough that nobody waits long for the writer, and no more text
// than fits a row of the results.
const (
	batchRows  = 4000
	batchBytes = 1 << 20
)

// handle works the next rows of a job off, writes what became of them and moves the job on.
func (tx *Tx) handle(j *store.Job, l *jobList, most int) error {
	rows := l.next(j.Handled, most)
	var layout jobLayout
	if err := json.Unmarshal([]byte(l.layout), &layout); err != nil {
		return err
	}
	faults, err := tx.apply(j, rows)
	if err != nil {
		return err
	}
	b := store.JobBatch{N: j.Handled}
	reasons := maps.Clone(j.Reasons)
	if reasons == nil {
		reasons = map[number.Reason]int{}
	}
	for i := range rows {
		r, f := &rows[i], faults[i]
		if f == nil {
			b.Applied = append(b.Applied, r.e164)
			continue
		}
		reasons[f.Reason]++
		fields := unpack(r.fields)
		b.Rejected = append(b.Rejected, store.Rejected{Fields: fields, RejectedRow: api.RejectedRow{Line: r.line, First: r.first, E164: r.e164,
			Text: textOf(&layout.Mapping, fields), Reason: f.Reason, What: f.What, Other: f.Other, Place: f.Place}})
	}
	if err := tx.AddJobBatch(tx, j.ID, &b); err != nil {
		return err
	}
	j.Layout, j.ListSum, j.Rows, j.Reasons = l.layout, l.sum, len(l.rows), reasons
	j.Handled, j.Applied, j.Rejected = j.Handled+len(rows), j.Applied+len(b.Applied), j.Rejected+len(b.Rejected)
	return nil
}

// next are the rows of one transaction.
func (l *jobList) next(from, most int) []jobRow {
	bytes, to := 0, from
	for to < len(l.rows) && to-from < most && bytes < batchBytes {
		bytes += len(l.rows[to].fields)
		to++
	}
	return l.rows[from:to]
}

// apply adds or removes the numbers of rows, and says why not of each that it leaves.
func (tx *Tx) apply(j *store.Job, rows []jobRow) ([]*replica.Fault, error) {
	faults := make([]*replica.Fault, len(rows))
	var at []int // rows that are left to be decided
	may, actor, err := tx.jobActor(j)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		switch {
		case rows[i].reason != "":
			faults[i] = &replica.Fault{Reason: rows[i].reason}
		case !may:
			faults[i] = &replica.Fault{Reason: number.Forbidden}
		default:
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return faults, nil
	}
	s := tx.inventoryOf(j.Org)
	var results []inventory.Result
	if j.Kind == api.JobAdd {
		results, at, err = tx.addRows(s, actor, j, rows, at, faults)
	} else {
		results, at, err = tx.deleteRows(s, actor, j, rows, at, faults)
	}
	if err != nil {
		return nil, err
	}
	if len(results) != len(at) {
		return nil, fmt.Errorf("%d results of %d rows", len(results), len(at))
	}
	for k, r := range results {
		switch {
		case r.Fault != nil:
			faults[at[k]] = r.Fault
		case r.Seq == 0: // it stands in no such place
			faults[at[k]] = &replica.Fault{Reason: number.NotFound, What: replica.KindNumber}
		}
	}
	return faults, nil
}

// rowUid names what a job does to a number: the same when it is done again after a crash.
func rowUid(j id.Job, e number.E164) replica.Uid {
	sum := sha256.Sum256([]byte(string(j) + string(e)))
	return replica.Uid(hex.EncodeToString(sum[:16]))
}

// jobActor is who a job acts for, as the rows of this transaction say, and whether they may still do so.
func (tx *Tx) jobActor(j *store.Job) (may bool, a inventory.Actor, err error) {
	a = inventory.Actor{Login: j.Login, Name: j.Actor.Name}
	o, err := tx.Organization(tx, j.Org)
	if err != nil {
		return false, a, err
	}
	switch {
	case j.Actor.Kind == audit.BySystem, j.Actor.Kind == audit.ByToken:
		a.Rights = perm.Of(perm.NumbersView, perm.NumbersCreate, perm.NumbersUpdate, perm.NumbersDelete, perm.NumbersImport)
	case j.Session != "":
		in, err := tx.InsideByID(tx, j.Session)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return false, a, err
		}
		if err == nil && in.Session.Org == j.Org && whyClosed(in, tx.Now()) == "" {
			a.Rights = perm.Support()
		}
	default:
		c, err := tx.ContactOfLogin(tx, j.Org, j.Login)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return false, a, err
		}
		if err == nil && c.Active && c.Access {
			a.Rights = c.Rights()
		}
	}
	return o.State == org.Active && jobRights(j).Without(a.Rights) == 0, a, nil
}

// addRows makes numbers of those rows whose words mean something.
func (tx *Tx) addRows(s inventory.Store, a inventory.Actor, j *store.Job, rows []jobRow, at []int, faults []*replica.Fault) ([]inventory.Result, []int, error) {
	words, err := tx.jobWords(j, rows, at)
	if err != nil {
		return nil, nil, err
	}
	list, left := make([]number.Number, 0, len(at)), at[:0]
	ids := make([]id.Number, len(at))
	for i := range ids {
		ids[i] = newID[id.Number](tx)
	}
	slices.Sort(ids) // what is written side by side is written fastest
	for _, i := range at {
		r := &rows[i]
		n := number.Number{E164: r.e164, DisplayName: r.name, Status: number.Active}
		if faults[i] = words.put(&n, r); faults[i] != nil {
			continue
		}
		n.ID = ids[len(list)]
		list, left = append(list, n), append(left, i)
	}
	if len(list) == 0 {
		return nil, left, nil
	}
	results, err := tx.svc.core.Add(s, a, list, func(i int) replica.Uid { return rowUid(j.ID, list[i].E164) })
	return results, left, err
}

// deleteRows takes numbers out of the job's level. A unit or program that the job names must be where they stand.
func (tx *Tx) deleteRows(s inventory.Store, a inventory.Actor, j *store.Job, rows []jobRow, at []int, faults []*replica.Fault) ([]inventory.Result, []int, error) {
	list, left := make([]number.E164, 0, len(at)), at[:0]
	for _, i := range at {
		if j.BusinessUnit != "" {
			r, err := s.Live(rows[i].e164)
			if err != nil {
				return nil, nil, err
			}
			if r == nil || r.BusinessUnit != j.BusinessUnit || j.Program != "" && r.Program != j.Program {
				faults[i] = &replica.Fault{Reason: number.NotFound, What: replica.KindNumber}
				continue
			}
		}
		list, left = append(list, rows[i].e164), append(left, i)
	}
	if len(list) == 0 {
		return nil, left, nil
	}
	results, err := tx.svc.core.Delete(s, a, inventory.Level(j.Level), list, func(i int) replica.Uid { return rowUid(j.ID, list[i]) })
	return results, left, err
}
