package number

import (
	"time"

	"countersign/shared/id"
)

// Ground is what an edit is judged by besides the number itself. Absent things are nil.
type Ground interface {
	Purpose(key string) *Purpose
	Unit(id.BusinessUnit) *Unit
	Program(id.Program) *Program
	Now() time.Time
}

// Refusal is a part of an edit that is not taken, and why.
type Refusal struct {
	Reason Reason
	What   string  // NotFound: "business_unit" or "program"; InvalidName: "display_name"
	Status Status  // Conflict: the status that forbids it
	Fields *Fields // what was wanted, nil where all of it is refused
}

// Merge is n with what can be taken of an edit: set is what the person wants, was what they saw in those fields. Each
// field is taken or refused by itself. One that stands as wanted needs nothing; one that stands as the person saw it takes
// the new value, if the rules allow; one that stands otherwise was changed meanwhile and keeps what it has.
func Merge(n *Number, was, set *Fields, g Ground) (Number, []Refusal) {
	out := *n
	if set == nil {
		return out, nil
	}
	if was == nil {
		was = &Fields{}
	}
	var refused []Refusal

	if set.E164 != "" && set.E164 != n.E164 {
		refused = append(refused, Refusal{Reason: Conflict, Fields: &Fields{E164: set.E164}})
	}
	held := Status("")
	if n.Status.Held() {
		held = n.Status
	}
	if v := set.CallPurpose; v != nil {
		if r := take(&out.CallPurpose, was.CallPurpose, *v, held, func() (Reason, string) { return checkPurpose(*v, g), "" }); r.Reason != "" {
			r.Fields = &Fields{CallPurpose: v}
			refused = append(refused, r)
		}
	}
	if v := set.DisplayName; v != nil {
		if r := take(&out.DisplayName, was.DisplayName, *v, "", func() (Reason, string) { return checkDisplayName(*v) }); r.Reason != "" {
			r.Fields = &Fields{DisplayName: v}
			refused = append(refused, r)
		}
	}
	if v := set.Place; v != nil {
		if r := take(&out.Place, was.Place, *v, held, func() (Reason, string) { return checkPlace(*v, g) }); r.Reason != "" {
			r.Fields = &Fields{Place: v}
			refused = append(refused, r)
		}
	}

	if f := together(n, &out, g); f != nil {
		refused = append(refused, Refusal{Reason: DoNotOriginateInProgram, Fields: f})
	}
	return out, refused
}

// take puts what is wanted in place of what stands, if the person saw that, no status holds it and the rules allow.
// Otherwise it tells why not.
func take[T comparable](stands, saw *T, wanted T, held Status, check func() (Reason, string)) (r Refusal) {
	switch {
	case *stands == wanted:
		return Refusal{}
	case held != "":
		return Refusal{Reason: Conflict, Status: held}
	case saw == nil || *saw != *stands:
		return Refusal{Reason: Conflict}
	}
	if r.Reason, r.What = check(); r.Reason == "" {
		*stands = wanted
	}
	return r
}

// together takes out of out what, beside what stands in n, would put a number that never places calls into a program. It
// gives those fields, nil when the row is in order.
func together(n, out *Number, g Ground) *Fields {
	if out.Program == "" || out.CallPurpose == n.CallPurpose && out.Place == n.Place {
		return nil
	}
	if p := g.Purpose(out.CallPurpose); p == nil || !p.NeverPlaces {
		return nil
	}

	f := &Fields{}
	if out.CallPurpose != n.CallPurpose {
		v := out.CallPurpose
		f.CallPurpose, out.CallPurpose = &v, n.CallPurpose
	}
	if out.Place != n.Place {
		v := out.Place
		f.Place, out.Place = &v, n.Place
	}
	return f
}

// Admit judges a number that is to be made by everything but its digits (Check) and who else has it. It gives the first
// thing against it, nil when there is none.
func Admit(n *Number, g Ground) *Refusal {
	if r := checkPurpose(n.CallPurpose, g); r != "" {
		return &Refusal{Reason: r}
	}
	if r, what := checkPlace(n.Place, g); r != "" {
		return &Refusal{Reason: r, What: what}
	}
	if n.Program != "" && g.Purpose(n.CallPurpose).NeverPlaces {
		return &Refusal{Reason: DoNotOriginateInProgram}
	}
	if r, what := checkDisplayName(n.DisplayName); r != "" {
		return &Refusal{Reason: r, What: what}
	}
	return nil
}

// checkPurpose judges a call purpose that is chosen anew; "" when it can be.
func checkPurpose(key string, g Ground) Reason {
	if key == "" {
		return CallPurposeRequired
	}
	if p := g.Purpose(key); p == nil || p.Retired {
		return UnknownCallPurpose
	}
	return ""
}

// checkPlace judges a place that is chosen anew, and tells what of it is not there.
func checkPlace(p Place, g Ground) (r Reason, what string) {
	if p.BusinessUnit != "" && g.Unit(p.BusinessUnit) == nil {
		return NotFound, "business_unit"
	}
	if p.Program == "" {
		return "", ""
	}
	pr := g.Program(p.Program)
	if pr == nil || pr.BusinessUnit != p.BusinessUnit {
		return NotFound, "program"
	}
	if pr.Ended(g.Now()) {
		return ProgramEnded, ""
	}
	return "", ""
}

// Remaining is what is left of n's place: its unit and program as far as they exist, and no program for a number that
// never places calls.
func Remaining(n *Number, g Ground) Place {
	if n.BusinessUnit == "" || g.Unit(n.BusinessUnit) == nil {
		return Place{}
	}
	pr := g.Program(n.Program)
	if p := g.Purpose(n.CallPurpose); pr == nil || pr.BusinessUnit != n.BusinessUnit || p != nil && p.NeverPlaces {
		return Place{BusinessUnit: n.BusinessUnit}
	}
	return n.Place
}

// Held reports whether the status keeps the number's call purpose and place as they are.
func (s Status) Held() bool { return s == Suspended || s == Rejected }

// Can reports whether a number of this status can come to another one. What is suspended can't be removed: it could be
// made anew and so be active again.
func (s Status) Can(to Status) bool {
	switch s {
	case "", Draft, Removed:
		return to == Pending || to == Active
	case Pending:
		return to == Active || to == Rejected || to == Removed
	case Active:
		return to == Suspended || to == Removed
	case Rejected:
		return to == Pending || to == Active || to == Removed
	case Suspended:
		return to == Active
	default:
		return false
	}
}
