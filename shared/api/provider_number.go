package api

import (
	"time"

	"countersign/shared/number"
)

// Business units, programs and phone numbers for the provider's systems. Units and programs are known by their names,
// whose case and blanks tell none apart; numbers by themselves.

// ProviderUnit is a business unit with how much stands in it.
type ProviderUnit struct {
	Name     string `json:"name"`
	Programs int    `json:"programs"`
	Numbers  int    `json:"numbers"`
}

// PutUnitAnswer is a business unit, and whether this call made it.
type PutUnitAnswer struct {
	ProviderUnit
	Created bool `json:"created"`
}

// ProviderUnits are the business units by name.
type ProviderUnits struct {
	Units []ProviderUnit `json:"business_units"`
}

type ProviderUnitIn struct {
	Referred
	Unit string `path:"unit" minLength:"1" maxLength:"120" doc:"Name of the business unit"`
}

// ProviderProgram is a program with how many numbers stand in it.
type ProviderProgram struct {
	BusinessUnit string    `json:"business_unit"`
	DisplayName  string    `json:"display_name"`
	CallPurpose  string    `json:"call_purpose"`
	Starts       time.Time `json:"starts,omitzero"`
	Ends         time.Time `json:"ends,omitzero"`
	Numbers      int       `json:"numbers"`
}

// PutProgramAnswer is a program, and whether this call made it.
type PutProgramAnswer struct {
	ProviderProgram
	Created bool `json:"created"`
}

// ProviderPrograms are the programs of a business unit by name.
type ProviderPrograms struct {
	Programs []ProviderProgram `json:"programs"`
}

type ProviderProgramIn struct {
	ProviderUnitIn
	Program string `path:"program" minLength:"1" maxLength:"120" doc:"Display name of the program"`
}

type PutProgramIn struct {
	ProviderProgramIn
	Body struct {
		CallPurpose string    `json:"call_purpose" minLength:"1" maxLength:"60" doc:"Key of a call purpose"`
		Starts      time.Time `json:"starts,omitzero" doc:"Absent: it has begun"`
		Ends        time.Time `json:"ends,omitzero" doc:"Absent: without an end"`
	}
}

// NumberWish is a number to add, or to remove wherever it stands.
type NumberWish struct {
	Op           string `json:"op" enum:"add,remove"`
	Number       string `json:"number" minLength:"1" maxLength:"120" doc:"In any usual form; without a country, of the organization's region"`
	CallPurpose  string `json:"call_purpose,omitempty" maxLength:"60" doc:"Key or label; needed to add"`
	BusinessUnit string `json:"business_unit,omitempty" maxLength:"120" doc:"By name"`
	Program      string `json:"program,omitempty" maxLength:"120" doc:"By display name; with its business unit where several units have one of that name"`
	DisplayName  string `json:"display_name,omitempty" maxLength:"120"`
}

type ApplyNumbersIn struct {
	Referred
	Key  string `header:"Idempotency-Key" required:"true" minLength:"1" maxLength:"100" pattern:"^[!-~]+$" doc:"Made by the caller for this list: the same list with it again is answered as the first time, for 24 hours"`
	Body struct {
		Rows []NumberWish `json:"rows" minItems:"1" maxItems:"1000"`
	}
}

// NumberOutcome is what became of a row. Nothing of a rejected one was applied.
type NumberOutcome struct {
	Number  string        `json:"number"` // as it was sent
	E164    number.E164   `json:"e164,omitempty"`
	Applied bool          `json:"applied"`
	Reason  number.Reason `json:"reason,omitempty"`
	What    string        `json:"what,omitempty"`  // not_found: "number", "business_unit" or "program"
	First   int           `json:"first,omitempty"` // duplicate_in_list: the row that has the number first, from 1
}

// AppliedNumbers has an outcome for every row, in the order in which they were sent.
type AppliedNumbers struct {
	Outcomes []NumberOutcome `json:"outcomes"`
	Applied  int             `json:"applied"`
	Rejected int             `json:"rejected"`
}

const (
	providerUnits    = providerOrg + "/business-units"
	providerPrograms = providerUnits + "/{unit}/programs"
)

var (
	ListProviderUnits = Endpoint[Referred, ProviderUnits]{byToken("list-provider-business-units", get, providerUnits, NumbersRead,
		"Business units with counts")}
	PutProviderUnit = Endpoint[ProviderUnitIn, PutUnitAnswer]{byToken("put-provider-business-unit", put, providerUnits+"/{unit}", NumbersWrite,
		"See to it that a business unit is there, written this way")}
	DeleteProviderUnit = Endpoint[ProviderUnitIn, None]{byToken("delete-provider-business-unit", del, providerUnits+"/{unit}", NumbersWrite,
		"See to it that there is no such business unit; refused while something stands in it")}
	ListProviderPrograms = Endpoint[ProviderUnitIn, ProviderPrograms]{byToken("list-provider-programs", get, providerPrograms, NumbersRead,
		"Programs of a business unit with counts")}
	PutProviderProgram = Endpoint[PutProgramIn, PutProgramAnswer]{byToken("put-provider-program", put, providerPrograms+"/{program}", NumbersWrite,
		"Create a program or say how it is to be")}
	DeleteProviderProgram = Endpoint[ProviderProgramIn, None]{byToken("delete-provider-program", del, providerPrograms+"/{program}", NumbersWrite,
		"See to it that there is no such program; refused while numbers stand in it")}
	ApplyProviderNumbers = Endpoint[ApplyNumbersIn, AppliedNumbers]{byToken("apply-provider-numbers", post, providerOrg+"/numbers", NumbersWrite,
		"Add and remove numbers; answers with what became of each")}
)
