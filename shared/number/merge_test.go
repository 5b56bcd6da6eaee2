package number

import (
	"strings"
	"testing"
	"time"

	"countersign/shared/id"

	"pgregory.net/rapid"
)

// land is a Ground of a few rows.
type land struct{}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func (land) Now() time.Time { return noon }

func (land) Purpose(key string) *Purpose {
	switch key {
	case "support", "sales":
		return &Purpose{Key: key}
	case "silent":
		return &Purpose{Key: key, NeverPlaces: true}
	case "old":
		return &Purpose{Key: key, Retired: true}
	}
	return nil
}

func (land) Unit(u id.BusinessUnit) *Unit {
	if u == "north" || u == "south" {
		return &Unit{ID: u}
	}
	return nil
}

func (land) Program(p id.Program) *Program {
	switch p {
	case "spring":
		return &Program{ID: p, BusinessUnit: "north", Ends: noon.Add(time.Second)}
	case "winter":
		return &Program{ID: p, BusinessUnit: "north", Ends: noon}
	case "tour":
		return &Program{ID: p, BusinessUnit: "south"}
	}
	return nil
}

var (
	names    = []string{"", "Desk", "Lobby", strings.Repeat("n", MaxDisplayName), strings.Repeat("n", MaxDisplayName+1), "a\tb"}
	purposes = []string{"support", "sales", "silent", "old", "none", ""}
	places   = []Place{{}, {"north", ""}, {"north", "spring"}, {"north", "winter"}, {"south", "tour"}, {"south", "spring"}, {"gone", ""}, {"", "tour"}}
	statuses = []Status{Pending, Active, Rejected, Suspended}
)

// drawNumber is a row that the rules could have brought about; its purpose may have been retired and its program have ended.
func drawNumber(t *rapid.T) Number {
	n := Number{
		ID: "n", E164: "+331", DisplayName: rapid.SampledFrom(names[:4]).Draw(t, "name"),
		CallPurpose: rapid.SampledFrom(purposes[:4]).Draw(t, "purpose"), Place: rapid.SampledFrom(places[:5]).Draw(t, "place"),
		Status: rapid.SampledFrom(statuses).Draw(t, "status"),
	}
	if n.CallPurpose == "silent" {
		n.Program = ""
	}
	return n
}

func drawFields(t *rapid.T, label string) *Fields {
	f := &Fields{}
	if rapid.Bool().Draw(t, label+" name") {
		f.DisplayName = &names[rapid.IntRange(0, len(names)-1).Draw(t, label+" display name")]
	}
	if rapid.Bool().Draw(t, label+" purpose") {
		f.CallPurpose = &purposes[rapid.IntRange(0, len(purposes)-1).Draw(t, label+" call purpose")]
	}
	if rapid.Bool().Draw(t, label+" place") {
		f.Place = &places[rapid.IntRange(0, len(places)-1).Draw(t, label+" where")]
	}
	return f
}

// drawWas is what a person may have seen: often what stands there.
func drawWas(t *rapid.T, n *Number, set *Fields) *Fields {
	if rapid.IntRange(0, 2).Draw(t, "saw") > 0 {
		return set.Of(n)
	}
	return drawFields(t, "was")
}

// TestMergeKeepsWhatWasNotSeen holds every merge to N13: a field changes only from what the person saw to what they wanted
// (I11), every field that was wanted is there, taken or refused, and none in two of these ways.
func TestMergeKeepsWhatWasNotSeen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := drawNumber(t)
		set := drawFields(t, "set")
		was := drawWas(t, &n, set)
		out, refused := Merge(&n, was, set, land{})

		no := &Fields{}
		for _, r := range refused {
			if r.Reason == "" || r.Fields.Empty() {
				t.Fatalf("a refusal of nothing, or for nothing: %+v", r)
			}
			if r.Fields.DisplayName != nil && no.DisplayName != nil || r.Fields.CallPurpose != nil && no.CallPurpose != nil || r.Fields.Place != nil && no.Place != nil {
				t.Fatalf("a field is refused twice: %+v", refused)
			}
			no = &Fields{DisplayName: or(no.DisplayName, r.Fields.DisplayName), CallPurpose: or(no.CallPurpose, r.Fields.CallPurpose), Place: or(no.Place, r.Fields.Place)}
		}
		held(t, "name", set.DisplayName, was.DisplayName, no.DisplayName, n.DisplayName, out.DisplayName)
		held(t, "purpose", set.CallPurpose, was.CallPurpose, no.CallPurpose, n.CallPurpose, out.CallPurpose)
		held(t, "place", set.Place, was.Place, no.Place, n.Place, out.Place)

		if n.Status.Held() && (out.CallPurpose != n.CallPurpose || out.Place != n.Place) {
			t.Fatalf("a %s number was changed to %+v", n.Status, out)
		}
		if out.ID != n.ID || out.E164 != n.E164 || out.Status != n.Status || out.Ver != n.Ver {
			t.Fatalf("an edit touched what no edit touches: %+v", out)
		}
		if out.CallPurpose == "silent" && out.Program != "" {
			t.Fatalf("a number that never places calls is in a program: %+v", out)
		}
		if again, _ := Merge(&out, was, set, land{}); again != out {
			t.Fatalf("merged twice it is %+v, once %+v", again, out)
		}
	})
}

func or[T any](a, b *T) *T {
	if a != nil {
		return a
	}
	return b
}

// held checks one field of a merge.
func held[T comparable](t *rapid.T, field string, set, was, refused *T, before, after T) {
	switch {
	case set == nil:
		if after != before || refused != nil {
			t.Fatalf("%s: nobody spoke of it", field)
		}
	case before == *set:
		if after != before || refused != nil {
			t.Fatalf("%s: it stood so already, and is %v", field, after)
		}
	case refused != nil:
		if after != before || *refused != *set {
			t.Fatalf("%s: refused, and is %v", field, after)
		}
	default:
		if after != *set || was == nil || *was != before {
			t.Fatalf("%s: %v became %v; the person saw %v and wanted %v", field, before, after, was, *set)
		}
	}
}

// TestEditsOfDifferentFieldsCommute: who comes first makes no difference unless a rule of the row speaks.
func TestEditsOfDifferentFieldsCommute(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := drawNumber(t)
		a, b := drawFields(t, "a"), drawFields(t, "b")
		b = b.Without(a)
		wasA, wasB := a.Of(&n), b.Of(&n)
		ab, no1 := Merge(&n, wasA, a, land{})
		ab, no2 := Merge(&ab, wasB, b, land{})
		ba, no3 := Merge(&n, wasB, b, land{})
		ba, no4 := Merge(&ba, wasA, a, land{})
		for _, r := range append(append(append(no1, no2...), no3...), no4...) {
			if r.Reason == Conflict && r.Status == "" {
				t.Fatalf("edits of different fields conflict: %+v", r)
			}
			if r.Reason == DoNotOriginateInProgram {
				return
			}
		}
		if ab != ba {
			t.Fatalf("a before b gives %+v, b before a %+v", ab, ba)
		}
	})
}

// TestMergeRules names the reason of every refusal (N06).
func TestMergeRules(t *testing.T) {
	base := Number{ID: "n", E164: "+331", CallPurpose: "support", DisplayName: "Desk", Place: Place{"north", "spring"}, Status: Active}
	for name, c := range map[string]struct {
		of     Number
		set    Fields
		reason Reason
		what   string
		status Status
	}{
		"no purpose":                    {base, Fields{CallPurpose: &purposes[5]}, CallPurposeRequired, "", ""},
		"no such purpose":               {base, Fields{CallPurpose: &purposes[4]}, UnknownCallPurpose, "", ""},
		"a retired purpose":             {base, Fields{CallPurpose: &purposes[3]}, UnknownCallPurpose, "", ""},
		"never places, in a program":    {base, Fields{CallPurpose: &purposes[2]}, DoNotOriginateInProgram, "", ""},
		"into a program that is over":   {base, Fields{Place: &places[3]}, ProgramEnded, "", ""},
		"a program of another unit":     {base, Fields{Place: &places[5]}, NotFound, "program", ""},
		"a program without its unit":    {base, Fields{Place: &places[7]}, NotFound, "program", ""},
		"a unit that is gone":           {base, Fields{Place: &places[6]}, NotFound, "business_unit", ""},
		"a long name":                   {base, Fields{DisplayName: &names[4]}, InvalidName, "display_name", ""},
		"a control character in a name": {base, Fields{DisplayName: &names[5]}, InvalidName, "display_name", ""},
		"suspended":                     {with(base, Suspended), Fields{CallPurpose: &purposes[1]}, Conflict, "", Suspended},
		"rejected":                      {with(base, Rejected), Fields{Place: &places[0]}, Conflict, "", Rejected},
		"another number":                {base, Fields{E164: "+332"}, Conflict, "", ""},
	} {
		out, refused := Merge(&c.of, c.set.Of(&c.of), &c.set, land{})
		if len(refused) != 1 || refused[0].Reason != c.reason || refused[0].What != c.what || refused[0].Status != c.status || out != c.of {
			t.Errorf("%s: %+v, refused %+v", name, out, refused)
		}
	}
	if out, refused := Merge(&base, nil, nil, land{}); out != base || refused != nil {
		t.Errorf("no edit at all: %+v, %+v", out, refused)
	}
}

func with(n Number, s Status) Number {
	n.Status = s
	return n
}

// TestAdmitAgreesWithMerge: what a new number may be is what an empty one could be edited to.
func TestAdmitAgreesWithMerge(t *testing.T) {
	for _, p := range purposes {
		for _, at := range places {
			for _, name := range names {
				n := Number{CallPurpose: p, Place: at, DisplayName: name}
				refused := Admit(&n, land{})
				empty := Number{CallPurpose: "?", DisplayName: "?", Place: Place{BusinessUnit: "?"}, Status: Active}
				set := &Fields{CallPurpose: &p, DisplayName: &name, Place: &at}
				out, why := Merge(&empty, set.Of(&empty), set, land{})
				if (refused == nil) != (len(why) == 0) {
					t.Errorf("%+v is refused by %+v as new, by %+v as an edit", n, refused, why)
				}
				if refused == nil && (out.CallPurpose != p || out.Place != at) {
					t.Errorf("%+v became %+v", n, out)
				}
			}
		}
	}
}

// TestStatusMachine: nothing comes to a status but as the table says; what is suspended can't be made active again by
// removing it (N11).
func TestStatusMachine(t *testing.T) {
	want := map[Status][]Status{
		"": {Pending, Active}, Draft: {Pending, Active}, Removed: {Pending, Active},
		Pending: {Active, Rejected, Removed}, Active: {Suspended, Removed},
		Rejected: {Pending, Active, Removed}, Suspended: {Active},
	}
	all := []Status{"", Draft, Pending, Active, Rejected, Suspended, Removed, "unheard of"}
	for _, from := range all {
		for _, to := range all {
			may := false
			for _, s := range want[from] {
				may = may || s == to
			}
			if from.Can(to) != may {
				t.Errorf("%q to %q: %v", from, to, from.Can(to))
			}
		}
	}
}

// TestRemaining leaves of a place what exists (N11).
func TestRemaining(t *testing.T) {
	for _, c := range []struct {
		purpose  string
		at, want Place
	}{
		{"support", Place{}, Place{}},
		{"support", Place{"north", "spring"}, Place{"north", "spring"}},
		{"support", Place{"north", "winter"}, Place{"north", "winter"}},
		{"support", Place{"north", "gone"}, Place{"north", ""}},
		{"support", Place{"gone", "spring"}, Place{}},
		{"support", Place{"south", "spring"}, Place{"south", ""}},
		{"silent", Place{"north", "spring"}, Place{"north", ""}},
	} {
		if got := Remaining(&Number{CallPurpose: c.purpose, Place: c.at}, land{}); got != c.want {
			t.Errorf("%s at %+v: %+v, want %+v", c.purpose, c.at, got, c.want)
		}
	}
}
