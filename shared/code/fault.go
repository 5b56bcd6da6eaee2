package code

// Fault is one reason why a text may not be a code. It never holds the text nor anybody's data.
type Fault struct {
	Code string // stable: "too_short", "postcode_yours", …
	Args []any  // placeholders of the catalogue's entry as name, value pairs
}

// Key is the catalogue's entry that tells the reason.
func (f Fault) Key() string { return "code.fault." + f.Code }

// Group is the line of a checklist that a fault crosses out.
type Group uint8

const (
	Length    Group = iota // "At least eight characters"
	Personal               // "No personal data"
	Guessable              // "Nothing that others would try first"
)

// Faults that have no owner; those that have one are made of a thing and a whose.
const (
	TooShort    = "too_short"
	TooLong     = "too_long"
	Character   = "character"
	FewDistinct = "few_distinct"
	Run         = "run"
	Repeated    = "repeated"
	Common      = "common"
	Brand       = "brand"
	SSN         = "ssn"
	Date        = "date"
	Card        = "card"
	IBAN        = "iban"
	SomeoneElse = "someone_else" // on file of another contact; neither of whom nor what is told
	Password    = "password"     // the password just typed; found by the caller
	Reused      = "reused"       // one of the last codes; found by the caller
)

// Group tells which line of the checklist the fault belongs to.
func (f Fault) Group() Group {
	switch f.Code {
	case TooShort, TooLong, Character:
		return Length
	case FewDistinct, Run, Repeated, Common, Brand, Password, Reused:
		return Guessable
	}
	return Personal
}

// What is on file. The order is that in which faults are told.
type thing uint8

const (
	name thing = iota
	email
	phone
	number // of the organization's inventory
	postcode
	reference
	things
)

func (t thing) String() string {
	return [things]string{"name", "email", "phone", "number", "postcode", "reference"}[t]
}

// whose thing it is, from the point of view of the person who sets the code. The nearest is told.
type whose uint8

const (
	yours        whose = iota
	theirs             // of the contact whose code is set by somebody else
	organization       // of the organization
	other              // of any other contact
)

func (w whose) String() string { return [...]string{"yours", "theirs", "organization", "other"}[w] }

func onFile(t thing, w whose) Fault {
	if w == other {
		return Fault{Code: SomeoneElse}
	}
	return Fault{Code: t.String() + "_" + w.String()}
}
