package number

import (
	"time"
	"unicode"
	"unicode/utf8"

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
	What   string  // NotFound: "business_unit" or "program"
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
	if v := set.CallPurpose; v != nil && *v != n.CallPurpose {
		r := Refusal{Fields: &Fields{CallPurpose: v}}
		switch {
		case n.Status.Held():
			r.Reason, r.Status = Conflict, n.Status
		case was.CallPurpose == nil || *was.CallPurpose != n.CallPurpose:
			r.Reason = Conflict
		default:
			r.Reason = CheckPurpose(*v, g)
		}
		if r.Reason == "" {
			out.CallPurpose = *v
		} else {
			refused = append(refused, r)
		}
	}
	if v := set.DisplayName; v != nil && *v != n.DisplayName {
		r := Refusal{Fields: &Fields{DisplayName: v}}
		if was.DisplayName == nil || *was.DisplayName != n.DisplayName {
			r.Reason = Conflict
		} else {
			r.Reason = CheckName(*v, MaxDisplayName)
		}
		if r.Reason == "" {
			out.DisplayName = *v
		} else {
			refused = append(refused, r)
		}
	}
	if v := set.Place; v != nil && *v != n.Place {
		r := Refusal{Fields: &Fields{Place: v}}
		switch {
		case n.Status.Held():
			r.Reason, r.Status = Conflict, n.Status
		case was.Place == nil || *was.Place != n.Place:
			r.Reason = Conflict
		default:
			r.Reason, r.What = CheckPlace(*v, g)
		}
		if r.Reason == "" {
			out.Place = *v
		} else {
			refused = append(refused, r)
		}
	}

	if f := together(n, &out, g); f != nil {
		refused = append(refused, Refusal{Reason: DoNotOriginateInProgram, Fields: f})
	}
	return out, refused
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
	if r := CheckPurpose(n.CallPurpose, g); r != "" {
		return &Refusal{Reason: r}
	}
	if r, what := CheckPlace(n.Place, g); r != "" {
		return &Refusal{Reason: r, What: what}
	}
	if n.Program != "" && g.Purpose(n.CallPurpose).NeverPlaces {
		return &Refusal{Reason: DoNotOriginateInProgram}
	}
	if r := CheckName(n.DisplayName, MaxDisplayName); r != "" {
		return &Refusal{Reason: r}
	}
	return nil
}

// CheckPurpose judges a call purpose that is chosen anew; "" when it can be.
func CheckPurpose(key string, g Ground) Reason {
	if key == "" {
		return CallPurposeRequired
	}
	if p := g.Purpose(key); p == nil || p.Retired {
		return UnknownCallPurpose
	}
	return ""
}

// CheckPlace judges a place that is chosen anew, and tells what of it is not there.
func CheckPlace(p Place, g Ground) (r Reason, what string) {
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

// CheckName judges what a person types as a name: code points up to most, none of them a control character or one that
// turns the direction of what stands around it.
func CheckName(s string, most int) Reason {
	if len(s) > most && utf8.RuneCountInString(s) > most {
		return LimitExceeded
	}
	for _, r := range s {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return LimitExceeded
		}
	}
	return ""
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
