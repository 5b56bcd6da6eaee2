package main_test

import (
	"fmt"

	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"

	"github.com/anishathalye/porcupine"
)

// What one call did to or saw of one number, as the model judges it. Exactly one of the forms is set.
type asked struct {
	of    id.Number
	e164  number.E164
	by    id.Login
	m     *replica.Mutation // of one row
	get   bool
	since int64 // pull: everything up to it was known
	pull  bool
}

// heard is the answer: the outcome of a mutation, or the row that was seen.
type heard struct {
	o    replica.Outcome
	row  *number.Number // live
	gone bool           // a tombstone
	seq  int64          // pull: of the change that told it, 0 when the page held none
}

// standing of a number in the model.
type standing struct {
	there, removed bool
	purpose, name  string
	place          number.Place
	ver, other     int64 // last change, and the last one before by somebody else
	by             id.Login
}

func (s standing) live() bool { return s.there && !s.removed }

// numberModel is one number as the design tells it: what each operation does to it, and which answer it gives.
var numberModel = porcupine.Model{
	Init: func() any { return standing{} },
	Step: func(state, input, output any) (bool, any) {
		s, in, out := state.(standing), input.(asked), output.(heard)
		switch {
		case in.get:
			return s.shows(&out, s.ver), s
		case in.pull && out.seq == 0:
			return s.ver <= in.since, s
		case in.pull:
			return s.ver == out.seq && s.shows(&out, out.seq), s
		}
		if out.o.Seq < s.ver { // it tells of the head when it made no change
			return false, s
		}
		switch in.m.Op {
		case replica.Create:
			return s.create(&in, &out.o)
		case replica.Set:
			return s.set(&in, &out.o)
		case replica.Remove:
			return s.remove(&in, &out.o)
		default:
			return s.restore(&in, &out.o)
		}
	},
	DescribeOperation: func(in, out any) string { return fmt.Sprintf("%s → %s", text(described(in)), text(described(out))) },
}

// described are the fields of an input or output, for a report.
func described(v any) any {
	switch v := v.(type) {
	case asked:
		return []any{v.of, v.e164, v.by, v.m, v.get, v.pull, v.since}
	case heard:
		return []any{v.o, v.row, v.gone, v.seq}
	}
	return v
}

func (s standing) shows(out *heard, ver int64) bool {
	if out.row == nil {
		return out.gone == s.removed && !s.live()
	}
	n := out.row
	return s.live() && n.CallPurpose == s.purpose && n.DisplayName == s.name && n.Place == s.place && n.Ver == ver
}

// changed is the state after a change by somebody.
func (s standing) changed(by id.Login, o *replica.Outcome) (bool, standing) {
	ok := o.Seq > s.ver && o.Applied == 1 && o.Rejected == 0
	if s.there && s.by != by {
		s.other = s.ver
	}
	s.there, s.by, s.ver = true, by, o.Seq
	return ok, s
}

// nothing reports whether there was nothing to do.
func nothing(o *replica.Outcome) bool {
	return o.St == replica.Noop && o.Applied == 0 && o.Rejected == 0 && len(o.Faults) == 0
}

// refused reports whether nothing was done, for one reason.
func refused(o *replica.Outcome, why number.Reason) bool {
	return o.St == replica.Rejected && o.Applied == 0 && o.Rejected == 1 && len(o.Faults) == 1 && o.Faults[0].Reason == why
}

// taken reports whether the number was refused because it lives already, as other.
func taken(o *replica.Outcome, other id.Number) bool {
	return (refused(o, number.AlreadyHere) || refused(o, number.ExistsElsewhere)) && o.Faults[0].Other == other
}

func (s standing) create(in *asked, o *replica.Outcome) (bool, any) {
	set := in.m.Set
	switch {
	case o.St == replica.Applied:
		ok, next := s.changed(in.by, o)
		next.removed, next.purpose, next.name, next.place = false, *set.CallPurpose, *set.DisplayName, number.Place{}
		if set.Place != nil {
			next.place = *set.Place
		}
		return ok && !s.there, next
	case refused(o, number.Conflict): // the number is free, the row is not
		return s.removed && o.Faults[0].Other == in.of, s
	case taken(o, in.of):
		elsewhere := set.Place != nil && *set.Place != (number.Place{}) && *set.Place != s.place
		return s.live() && *o.Faults[0].Place == s.place && elsewhere == (o.Faults[0].Reason == number.ExistsElsewhere), s
	case len(o.Faults) == 1 && taken(o, o.Faults[0].Other): // by another row: the other model judges that
		return !s.live(), s
	}
	return false, s
}

// set is compare-and-set, field by field.
func (s standing) set(in *asked, o *replica.Outcome) (bool, any) {
	if !s.live() {
		return refused(o, number.NotFound), s
	}
	set, was := in.m.Set, in.m.Rows[0].Was
	next, did, conflicts := s, false, map[string]bool{}
	if v := set.CallPurpose; v != nil && *v != s.purpose {
		if *was.CallPurpose == s.purpose {
			next.purpose, did = *v, true
		} else {
			conflicts["call_purpose"] = true
		}
	}
	if v := set.DisplayName; v != nil && *v != s.name {
		if *was.DisplayName == s.name {
			next.name, did = *v, true
		} else {
			conflicts["display_name"] = true
		}
	}
	if v := set.Place; v != nil && *v != s.place {
		if *was.Place == s.place {
			next.place, did = *v, true
		} else {
			conflicts["assignment"] = true
		}
	}

	if len(o.Faults) != len(conflicts) {
		return false, s
	}
	for i := range o.Faults {
		f := &o.Faults[i]
		field, right := "", false
		switch {
		case f.Mine == nil || f.Now == nil:
		case f.Mine.CallPurpose != nil:
			field, right = "call_purpose", *f.Now.CallPurpose == s.purpose
		case f.Mine.DisplayName != nil:
			field, right = "display_name", *f.Now.DisplayName == s.name
		case f.Mine.Place != nil:
			field, right = "assignment", *f.Now.Place == s.place
		}
		if f.Reason != number.Conflict || !conflicts[field] || !right {
			return false, s
		}
		delete(conflicts, field)
	}
	switch {
	case !did && len(o.Faults) == 0:
		return nothing(o), s
	case !did:
		return o.St == replica.Rejected && o.Applied == 0 && o.Rejected == 1, s
	}
	ok, after := next.changed(in.by, o)
	return ok && (o.St == replica.Applied) == (len(o.Faults) == 0) && (o.St == replica.Merged) == (len(o.Faults) > 0), after
}

// remove holds what the person saw against the last change by somebody else.
func (s standing) remove(in *asked, o *replica.Outcome) (bool, any) {
	if !s.live() {
		if s.removed {
			return nothing(o), s
		}
		return refused(o, number.NotFound), s
	}
	ver := s.ver
	if s.by == in.by {
		ver = s.other
	}
	if ver > in.m.Rows[0].WasVer {
		return refused(o, number.Conflict), s
	}
	ok, next := s.changed(in.by, o)
	next.removed = true
	return ok && o.St == replica.Applied, next
}

func (s standing) restore(in *asked, o *replica.Outcome) (bool, any) {
	switch {
	case !s.there:
		return refused(o, number.NotFound), s
	case s.live():
		return nothing(o), s
	case o.St == replica.Applied:
		ok, next := s.changed(in.by, o)
		next.removed = false
		return ok, next
	}
	return len(o.Faults) == 1 && o.Faults[0].Other != in.of && taken(o, o.Faults[0].Other), s
}

// holderModel is who has a phone number (I12): at most one row at a time.
var holderModel = porcupine.Model{
	Init: func() any { return id.Number("") },
	Step: func(state, input, output any) (bool, any) {
		holder, in, out := state.(id.Number), input.(asked), output.(heard)
		o := &out.o
		if in.get || in.pull && out.seq > 0 {
			return (out.row != nil) == (holder == in.of), holder
		}
		if in.pull {
			return true, holder
		}
		other := id.Number("")
		if len(o.Faults) == 1 {
			other = o.Faults[0].Other
		}
		switch {
		case in.m.Op == replica.Create && o.St == replica.Applied, in.m.Op == replica.Restore && o.St == replica.Applied:
			return holder == "", in.of
		case in.m.Op == replica.Create && refused(o, number.Conflict):
			return holder == "", holder
		case in.m.Op == replica.Create || in.m.Op == replica.Restore && taken(o, other):
			return taken(o, other) && other != "" && holder == other, holder
		case in.m.Op == replica.Restore && o.St == replica.Noop:
			return holder == in.of, holder
		case in.m.Op == replica.Remove && o.St == replica.Applied:
			return holder == in.of, id.Number("")
		case in.m.Op == replica.Remove && refused(o, number.Conflict), in.m.Op == replica.Set && !refused(o, number.NotFound):
			return holder == in.of, holder
		}
		return holder != in.of, holder // there is nothing to edit, remove or restore
	},
	DescribeOperation: numberModel.DescribeOperation,
}

// byNumber and byE164 part a history.
func byNumber(h []porcupine.Operation) [][]porcupine.Operation {
	return parted(h, func(a *asked) string { return string(a.of) })
}

func byE164(h []porcupine.Operation) [][]porcupine.Operation {
	return parted(h, func(a *asked) string { return string(a.e164) })
}

func parted(h []porcupine.Operation, key func(*asked) string) [][]porcupine.Operation {
	parts := map[string][]porcupine.Operation{}
	for _, op := range h {
		in := op.Input.(asked)
		parts[key(&in)] = append(parts[key(&in)], op)
	}
	var out [][]porcupine.Operation
	for _, p := range parts {
		out = append(out, p)
	}
	return out
}
