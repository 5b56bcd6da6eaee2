package portal

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"

	"countersign/backend/inventory"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// Numbers of an organization as lists show them.

// ListNumbers is a page of the organization's numbers.
func (s *Service) ListNumbers(tx *Tx, in *api.NumbersIn) (api.Numbers, error) {
	return tx.numberPage(in.Org.Org, &in.NumberPage)
}

// ListStaffNumbers is ListNumbers for staff.
func (s *Service) ListStaffNumbers(tx *Tx, in *api.NumbersIn) (api.Numbers, error) {
	return tx.numberPage(in.Org.Org, &in.NumberPage)
}

// allPage is how many numbers a page of all has.
const allPage = 500

// ListAllNumbers is a page of all of the organization's numbers.
func (s *Service) ListAllNumbers(tx *Tx, in *api.AllNumbersIn) (api.AllNumbers, error) {
	out := api.AllNumbers{Numbers: []number.Number{}}
	st := tx.inventory()
	h, err := st.Head()
	if err != nil || h == nil {
		return out, err
	}
	list, err := st.Numbers(in.After, allPage+1)
	if err != nil {
		return out, err
	}
	if len(list) > allPage {
		list = list[:allPage]
		out.Next = list[allPage-1].ID
	}
	out.Numbers = append(out.Numbers, list...)
	out.Total, out.Epoch, out.Cursor = h.Rows, h.Epoch, s.core.Cursor(tx.Org, h)
	return out, nil
}

// ListNumberChanges is what became of the organization's numbers since all were listed.
func (s *Service) ListNumberChanges(tx *Tx, in *api.NumberChangesIn) (api.NumberChanges, error) {
	out := api.NumberChanges{Numbers: []number.Number{}, Removed: []id.Number{}}
	h, err := tx.NumberHead(tx, tx.Org)
	if err != nil {
		return out, err
	}
	page, err := s.core.Since(tx.answering(tx.inventory()), in.After)
	if err != nil || page == nil {
		out.Whole = true
		return out, err
	}
	out.Epoch, out.Cursor, out.More = h.Epoch, page.Cursor, page.More
	told := map[string]bool{}
	for _, c := range slices.Backward(page.Changes) {
		switch {
		case c.Kind != replica.KindNumber:
			out.Places = true
		case told[c.ID]: // by a later change
		case c.Del:
			out.Removed = append(out.Removed, id.Number(c.ID))
		default:
			out.Numbers = append(out.Numbers, *c.Number)
		}
		told[c.ID] = true
	}
	return out, nil
}

func (tx *Tx) numberPage(oid id.Organization, p *api.NumberPage) (api.Numbers, error) {
	q, err := tx.numberQuery(oid, p.NumberFilter, p.Sort)
	if err != nil {
		return api.Numbers{}, err
	}
	q.Limit = p.Limit + 1 // one more tells whether there is more
	if p.After != "" {
		q.After = new(store.NumberMark)
		if err := readMark(p.After, q.After); err != nil {
			return api.Numbers{}, err
		}
	}
	rows, err := tx.Tx.ListNumbers(tx, oid, q)
	if err != nil {
		return api.Numbers{}, err
	}
	out := api.Numbers{Numbers: make([]api.NumberRow, 0, len(rows))}
	if len(rows) > p.Limit {
		rows = rows[:p.Limit]
		out.Next = markText(rows[p.Limit-1].Mark())
	}
	names, err := tx.placeNames(oid, rows)
	if err != nil {
		return api.Numbers{}, err
	}
	for i := range rows {
		out.Numbers = append(out.Numbers, names.row(rows[i].Number))
	}
	h, err := tx.NumberHead(tx, oid)
	if err != nil {
		return api.Numbers{}, err
	}
	if h != nil {
		out.Epoch = h.Epoch
	}
	if p.After == "" && out.Next == "" && p.Counts != "yes" { // it is all on one page
		out.Total = len(rows)
		return out, nil
	}
	return out, tx.countNumbers(oid, h, q, p, &out)
}

// numberQuery reads filters and order.
func (tx *Tx) numberQuery(oid id.Organization, f api.NumberFilter, sort string) (q store.NumberQuery, err error) {
	o, err := tx.Organization(tx, oid)
	if err != nil {
		return q, err
	}
	q.Purpose, q.Status = f.CallPurpose, f.Status
	switch {
	case f.Unit == api.Nowhere:
		q.Unit = new(id.BusinessUnit)
	case f.Unit != "" && !id.Valid(f.Unit):
		return q, errs.BadField("query.business_unit", "error.invalid")
	case f.Unit != "":
		q.Unit = &f.Unit
	}
	switch {
	case f.Program == api.Nowhere:
		q.Program = new(id.Program)
	case f.Program != "" && !id.Valid(f.Program):
		return q, errs.BadField("query.program", "error.invalid")
	case f.Program != "":
		q.Program = &f.Program
	}
	switch f.Status {
	case "", number.Pending, number.Active, number.Rejected, number.Suspended:
	default:
		return q, errs.BadField("query.status", "error.invalid")
	}
	by, desc := strings.CutPrefix(sort, "-")
	q.Sort, q.Desc = store.NumberSort(by), desc
	switch q.Sort {
	case store.SortNumber, store.SortName, store.SortUnit, store.SortProgram, store.SortStatus:
	case store.SortPurpose:
		list, err := tx.Purposes(tx)
		if err != nil {
			return q, err
		}
		for i := range list {
			q.Order = append(q.Order, list[i].Key)
		}
	case "":
		q.Sort = store.SortNumber
	default:
		return q, errs.BadField("query.sort", "error.invalid")
	}
	q.Text, err = tx.numberText(oid, f.Query, o.Region)
	return q, err
}

// numberText is what somebody looks for. A whole number, in whatever format, that the organization has is meant alone;
// else the digits are looked for in numbers, from their beginning where the text names a country. What is no part of a
// number, and what could be one within a name, is looked for in display names and in names of programs.
func (tx *Tx) numberText(oid id.Organization, text, region string) (*store.NumberText, error) {
	name := number.SearchKey(text)
	if name == "" {
		return nil, nil
	}
	if e, reason := number.Parse(text, region); reason == "" {
		if has, err := tx.HasNumber(tx, oid, e); err != nil || has {
			return &store.NumberText{Exact: e}, err
		}
	}
	t := &store.NumberText{}
	digits, begins := number.TypedDigits(text)
	if begins {
		t.Begins = digits
		return t, nil
	}
	t.Digits, t.Name = digits, name
	programs, err := tx.Tx.Programs(tx, oid)
	for i := range programs {
		if strings.Contains(number.SearchKey(programs[i].DisplayName), name) {
			t.Programs = append(t.Programs, programs[i].ID)
		}
	}
	return t, err
}

// countNumbers tells how many match: in all with each page, by kinds where that is asked for.
func (tx *Tx) countNumbers(oid id.Organization, h *inventory.Head, q store.NumberQuery, p *api.NumberPage, out *api.Numbers) error {
	q.After = nil
	if h == nil { // no history, no numbers
		if p.Counts == "yes" {
			out.Counts = &api.NumberCounts{Purposes: map[string]int{}, Units: map[id.BusinessUnit]int{}, Statuses: map[number.Status]int{}}
		}
		return nil
	}
	if p.NumberFilter == (api.NumberFilter{}) && p.Counts != "yes" {
		out.Total = h.Rows
		return nil
	}
	key := countKey{oid, h.Epoch, h.Seq, p.NumberFilter, p.Counts == "yes"}
	n, err := tx.svc.counts.get(key, func() (store.NumberCounts, error) {
		if key.kinds {
			return tx.CountNumbersBy(tx, oid, q)
		}
		total, err := tx.CountNumbers(tx, oid, q)
		return store.NumberCounts{Total: total}, err
	})
	if err != nil {
		return err
	}
	if out.Total = n.Total; key.kinds {
		out.Counts = &api.NumberCounts{Purposes: maps.Clone(n.Purposes), Units: maps.Clone(n.Units), Statuses: maps.Clone(n.Statuses)}
	}
	return nil
}

// countKey is what a count follows from: the state of an organization's numbers, and what is asked.
type countKey struct {
	org    id.Organization
	epoch  replica.Epoch
	seq    int64
	filter api.NumberFilter
	kinds  bool
}

const keptCounts = 512

// counts keep what was counted, so that paging through a list that nobody changes counts once. The zero value is ready.
type counts struct {
	mu   sync.Mutex
	kept map[countKey]store.NumberCounts
}

func (c *counts) get(k countKey, count func() (store.NumberCounts, error)) (store.NumberCounts, error) {
	c.mu.Lock()
	n, ok := c.kept[k]
	c.mu.Unlock()
	if ok {
		return n, nil
	}
	n, err := count()
	if err != nil {
		return n, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil || len(c.kept) >= keptCounts {
		c.kept = map[countKey]store.NumberCounts{}
	}
	c.kept[k] = n
	return n, nil
}

// placeNames are the names of what some numbers stand in.
type placeNames struct {
	units    map[id.BusinessUnit]string
	programs map[id.Program]number.Program
}

func (tx *Tx) placeNames(oid id.Organization, rows []store.NumberRow) (n placeNames, err error) {
	n = placeNames{map[id.BusinessUnit]string{}, map[id.Program]number.Program{}}
	for i := range rows {
		if err := tx.addNames(&n, oid, rows[i].Place); err != nil {
			return n, err
		}
	}
	return n, nil
}

// addNames looks up what of a place is not known yet. What has gone has no name.
func (tx *Tx) addNames(n *placeNames, oid id.Organization, at number.Place) error {
	if _, known := n.units[at.BusinessUnit]; at.BusinessUnit != "" && !known {
		u, err := tx.BusinessUnit(tx, oid, at.BusinessUnit)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return err
		}
		if u != nil {
			n.units[u.ID] = u.Name
		}
	}
	if _, known := n.programs[at.Program]; at.Program != "" && !known {
		p, err := tx.Program(tx, oid, at.Program)
		if err != nil && !errs.Is(err, errs.NotFound) {
			return err
		}
		if p != nil {
			n.programs[p.ID] = *p
		}
	}
	return nil
}

func (n *placeNames) row(row number.Number) api.NumberRow {
	return api.NumberRow{Number: row, International: row.E164.International(), UnitName: n.units[row.BusinessUnit],
		ProgramName: n.programs[row.Program].DisplayName}
}

// ListRemovedNumbers is a page of what was removed in the last days, the newest first. Restoring is an edit.
func (s *Service) ListRemovedNumbers(tx *Tx, in *api.RemovedIn) (api.RemovedNumbers, error) {
	var after *store.RemovedMark
	if in.After != "" {
		after = new(store.RemovedMark)
		if err := readMark(in.After, after); err != nil {
			return api.RemovedNumbers{}, err
		}
	}
	since := tx.Now().AddDate(0, 0, -number.RestorableDays)
	rows, err := tx.RemovedNumbers(tx, in.Org.Org, since, after, in.Limit+1)
	if err != nil {
		return api.RemovedNumbers{}, err
	}
	out := api.RemovedNumbers{Numbers: make([]api.RemovedNumber, 0, len(rows))}
	if len(rows) > in.Limit {
		rows = rows[:in.Limit]
		last := &rows[in.Limit-1]
		out.Next = markText(store.RemovedMark{At: last.RemovedAt.UnixMilli(), ID: last.ID})
	}
	for _, r := range rows {
		out.Numbers = append(out.Numbers, api.RemovedNumber{Number: r.Number, International: r.E164.International(), RemovedAt: r.RemovedAt,
			RemovedBy: r.By, Until: r.RemovedAt.AddDate(0, 0, number.RestorableDays)})
	}
	return out, nil
}

// markText writes where a page ended, for the one who asks for the next.
func markText(mark any) string {
	b, err := json.Marshal(mark)
	if err != nil {
		panic("portal: a mark has a JSON form: " + err.Error())
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func readMark(text string, mark any) error {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(b, mark)
	}
	if err != nil {
		return errs.BadField("query.after", "error.invalid").Because(err)
	}
	return nil
}

// GetNumber is what "View Assignments" shows.
func (s *Service) GetNumber(tx *Tx, in *api.NumberIn) (api.NumberCard, error) {
	o, err := tx.Organization(tx, in.Org.Org)
	if err != nil {
		return api.NumberCard{}, err
	}
	inv := tx.inventory()
	r, err := inv.Number(in.Number)
	if err != nil {
		return api.NumberCard{}, err
	}
	if r == nil || !r.RemovedAt.IsZero() && !tx.Now().Before(r.RemovedAt.AddDate(0, 0, number.RestorableDays)) {
		return api.NumberCard{}, notFound()
	}
	var names placeNames
	if names, err = tx.placeNames(o.ID, []store.NumberRow{{Number: r.Number}}); err != nil {
		return api.NumberCard{}, err
	}
	p := names.programs[r.Program]
	card := api.NumberCard{NumberRow: names.row(r.Number), Business: o.Name, ProgramStarts: p.Starts, ProgramEnds: p.Ends, RemovedAt: r.RemovedAt,
		Assignments: []api.Assignment{}, Changes: []api.NumberChange{}}
	stood, err := tx.Assignments(tx, o.ID, r.ID, keptAssignments)
	if err != nil {
		return card, err
	}
	steps := []int64{r.Ver, r.OtherVer, r.PurposeVer, r.NameVer, r.PlaceVer}
	moved := map[int64]bool{r.PlaceVer: true}
	for _, a := range stood {
		card.Assignments = append(card.Assignments, api.Assignment{Place: a.Place, UnitName: a.UnitName, ProgramName: a.ProgramName, From: a.From, By: a.By})
		steps = append(steps, a.Seq)
		moved[a.Seq] = moved[a.Seq] || a.Moved
	}
	slices.Sort(steps)
	for _, seq := range slices.Backward(slices.Compact(steps)) {
		past, err := inv.Change(seq)
		if err != nil {
			return card, err
		}
		if past == nil || past.Kind != replica.KindNumber || past.Change.ID != string(r.ID) { // forgotten, or of a history that is no more
			continue
		}
		ch := api.NumberChange{Seq: seq, At: past.At, By: past.Name, After: past.Number}
		for _, f := range []struct {
			name string
			is   bool
		}{{"call_purpose", seq == r.PurposeVer}, {"display_name", seq == r.NameVer}, {"assignment", moved[seq] && past.Number != nil}} {
			if f.is {
				ch.What = append(ch.What, f.name)
			}
		}
		card.Changes = append(card.Changes, ch)
	}
	return card, nil
}

// keptAssignments is how many places of a number are shown.
const keptAssignments = 50
