package inventory

import (
	"strconv"
	"strings"

	"countersign/shared/audit"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// kindOf is how the audit record calls an operation on one number.
func kindOf(op replica.Op) audit.Kind {
	switch op {
	case replica.Create:
		return audit.NumberAdded
	case replica.Set:
		return audit.NumberChanged
	case replica.Remove:
		return audit.NumberRemoved
	default:
		return audit.NumberRestored
	}
}

// tell adds to the record what a mutation changed.
func (w *work) tell(m *replica.Mutation, o *replica.Outcome) {
	if len(m.Rows) > 1 {
		w.acts = append(w.acts, Act{Kind: audit.NumbersChanged, Detail: map[string]string{
			"what": string(m.Op), "applied": strconv.Itoa(o.Applied), "rejected": strconv.Itoa(o.Rejected),
		}})
		return
	}
	rec := w.last.rec
	d := map[string]string{"number": string(rec.E164)}
	if m.Op == replica.Set {
		w.compare(d, &w.last.old.Number, &rec.Number)
	}
	w.acts = append(w.acts, Act{Kind: kindOf(m.Op), Object: string(rec.ID), Detail: d})
}

// compare adds which fields differ, and what stood and stands in them.
func (w *work) compare(d map[string]string, old, rec *number.Number) {
	var what []string
	field := func(name, from, to string) {
		what = append(what, name)
		d["from."+name], d["to."+name] = from, to
	}
	if old.CallPurpose != rec.CallPurpose {
		field("call_purpose", old.CallPurpose, rec.CallPurpose)
	}
	if old.DisplayName != rec.DisplayName {
		field("display_name", old.DisplayName, rec.DisplayName)
	}
	if old.Place != rec.Place {
		field("assignment", w.named(old.Place), w.named(rec.Place))
	}
	d["what"] = strings.Join(what, ", ")
}

// named is a place in words.
func (w *work) named(p number.Place) string {
	var s string
	if u := w.Unit(p.BusinessUnit); u != nil {
		s = u.Name
	}
	if pr := w.Program(p.Program); pr != nil {
		s += " / " + pr.DisplayName
	}
	return s
}
