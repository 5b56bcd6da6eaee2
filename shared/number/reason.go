package number

// Reason says why a number or an edit of one was not taken.
type Reason string

// These are all reasons there are.
const (
	NotANumber              Reason = "not_a_number"
	TooShort                Reason = "too_short"
	TooLong                 Reason = "too_long"
	InvalidCountry          Reason = "invalid_country" // no country has this calling code, or the number names none
	NotPossible             Reason = "not_possible"    // of a possible length, but not of a range that its country gives out
	SpreadsheetDamage       Reason = "spreadsheet_damage"
	DuplicateInList         Reason = "duplicate_in_list"
	AlreadyHere             Reason = "already_here"
	ExistsElsewhere         Reason = "exists_elsewhere" // in another place of the same organization
	Allocated               Reason = "allocated"        // to another organization, which is never named
	NotFound                Reason = "not_found"
	UnknownCallPurpose      Reason = "unknown_call_purpose"
	CallPurposeRequired     Reason = "call_purpose_required"
	DoNotOriginateInProgram Reason = "do_not_originate_in_program"
	ProgramEnded            Reason = "program_ended"
	Forbidden               Reason = "forbidden"
	LimitExceeded           Reason = "limit_exceeded"
	Conflict                Reason = "conflict"
	UnclosedQuote           Reason = "unclosed_quote" // in a file: where the row ends can't be told
	InvalidName             Reason = "invalid_name"   // too long, or with what nobody could see or put on one line
)

// Key is the catalogue's entry that tells the reason.
func (r Reason) Key() string { return "number.reason." + string(r) }
