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
			"what": spokenOf(m), "applied": strconv.Itoa(o.Applied), "rejected": strconv.Itoa(o.Rejected),
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

// spokenOf is what a mutation of many rows is about: the fields that it sets, or its operation.
func spokenOf(m *replica.Mutation) string {
	if m.Op != replica.Set {
		return string(m.Op)
	}
	var purpose, name, place bool
	for i := range m.Rows {
		if set := m.SetOf(i); set != nil {
			purpose, name, place = purpose || set.CallPurpose != nil, name || set.DisplayName != nil, place || set.Place != nil
		}
	}
	var what []string
	if purpose {
		what = append(what, "call_purpose")
	}
	if name {
		what = append(what, "display_name")
	}
	if place {
		what = append(what, "assignment")
	}
	return strings.Join(what, ", ")
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
		TellPurpose(d, "from.call_purpose", w.Purpose(old.CallPurpose))
		TellPurpose(d, "to.call_purpose", w.Purpose(rec.CallPurpose))
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

// TellPurpose adds to a field of the record that holds a call purpose's key what people call it at this time, by language:
// later it may be called something else.
func TellPurpose(d map[string]string, field string, p *number.Purpose) {
	if p == nil {
		return
	}
	for lang, label := range p.Labels {
		d[field+"."+lang] = label
	}
}
