// Package number holds the rules of phone numbers: how they are read and shown in every region, where they stand
// (Business → Business Unit → Program), what they are for, and what becomes of an edit of a row that may have changed
// meanwhile. It is pure, so the browser judges by the same rules as the server, which judges again.
package number

import (
	"time"

	"countersign/shared/id"
)

// E164 is a phone number as ITU-T E.164 writes it, with "+": "+33184882010". Parse gives valid ones only; of one that came
// from elsewhere Check tells whether it is.
type E164 string

// Status of a number in its organization.
type Status string

const (
	Draft     Status = "draft" // made on a device and not yet judged by the server; never stored there
	Pending   Status = "pending"
	Active    Status = "active"
	Rejected  Status = "rejected"
	Suspended Status = "suspended"
	Removed   Status = "removed" // a tombstone: restorable for RestorableDays
)

// RestorableDays is how long a removed number can be brought back.
const RestorableDays = 30

// Limits of what people type, in code points.
const (
	MaxDisplayName = 120
	MaxUnitName    = 120
)

// Place is where a number stands below its organization, "" where it stands at no unit or program. A program belongs to
// one unit, so a Place with a program always names its unit; the two are one field and never mix.
type Place struct {
	BusinessUnit id.BusinessUnit `json:"business_unit,omitempty"`
	Program      id.Program      `json:"program,omitempty"`
}

// Number is one phone number of an organization.
type Number struct {
	ID          id.Number `json:"id"`
	E164        E164      `json:"e164"`
	CallPurpose string    `json:"call_purpose"` // key of a Purpose
	DisplayName string    `json:"display_name,omitempty"`
	Place
	Status Status `json:"status"`
	Ver    int64  `json:"ver"` // sequence number of its last change in the organization's history
}

// Unit is a business unit.
type Unit struct {
	ID   id.BusinessUnit `json:"id"`
	Name string          `json:"name"`
	Ver  int64           `json:"ver"`
}

// Program is part of a unit's work that numbers are assigned to.
type Program struct {
	ID           id.Program      `json:"id"`
	BusinessUnit id.BusinessUnit `json:"business_unit"`
	DisplayName  string          `json:"display_name"`
	CallPurpose  string          `json:"call_purpose"`
	Starts       time.Time       `json:"starts,omitzero"` // zero: has begun
	Ends         time.Time       `json:"ends,omitzero"`   // zero: without an end
	Ver          int64           `json:"ver"`
}

// Ended reports whether the program is over.
func (p *Program) Ended(now time.Time) bool { return !p.Ends.IsZero() && !now.Before(p.Ends) }

// Purpose is one of the provider's call purposes.
type Purpose struct {
	Key         string            `json:"key"`
	Labels      map[string]string `json:"labels"`                 // by language
	NeverPlaces bool              `json:"never_places,omitempty"` // Do Not Originate: no calls are placed, so no program takes it
	Retired     bool              `json:"retired,omitempty"`      // stays where it is; can't be chosen anew
	Position    int               `json:"position"`               // in lists, from 0
	Ver         int64             `json:"ver,omitempty"`
}
