// Package org holds the organization, who manages it, and the provider's staff with what their roles allow.
package org

import (
	"time"

	"countersign/shared/id"
)

// ManagedBy says whether support has to ask before it enters (R01).
type ManagedBy string

const (
	ServiceProvider ManagedBy = "service_provider"
	Customer        ManagedBy = "customer"
)

// State of an organization. Only in an active one can anybody act.
type State string

const (
	Active    State = "active"
	Suspended State = "suspended"
	Closed    State = "closed"
)

// Organization is a customer of the provider.
type Organization struct {
	ID        id.Organization `json:"id"`
	Name      string          `json:"name"`
	Reference string          `json:"reference"` // the provider's customer reference
	ManagedBy ManagedBy       `json:"managed_by"`
	State     State           `json:"state"`
	Region    string          `json:"region"` // ISO 3166-1 alpha-2, for reading numbers written without a country

	// Who last changed ManagedBy and when: that agent may not enter unasked for a while (CoolingOff).
	ManagedByStaff id.Staff  `json:"-"`
	ManagedByAt    time.Time `json:"-"`

	// MaximumGrant bounds every grant of remote access, from its start.
	MaximumGrant time.Duration `json:"-"`

	// ProposedBy is the administrator who proposed that the provider manages the organization; "" when none waits.
	ProposedBy     id.Staff  `json:"-"`
	ProposedByName string    `json:"-"`
	ProposedAt     time.Time `json:"-"`
}

// CoolingOff is how long whoever changed managed by is kept from entering unasked.
const CoolingOff = 30 * 24 * time.Hour

// MayEnterUnasked reports whether the agent can use a provider-managed entry now.
func (o *Organization) MayEnterUnasked(agent id.Staff, now time.Time) bool {
	return o.ManagedBy == ServiceProvider && o.State == Active &&
		(o.ManagedByStaff != agent || now.Sub(o.ManagedByAt) >= CoolingOff)
}

// Rank is a staff role; a higher one may do all that a lower one may.
type Rank string

const (
	Agent         Rank = "agent"
	Lead          Rank = "lead"
	Administrator Rank = "administrator"
)

// Ranks are the staff roles from the lowest to the highest.
func Ranks() []Rank { return []Rank{Agent, Lead, Administrator} }

func (r Rank) level() int {
	for i, x := range Ranks() {
		if x == r {
			return i + 1
		}
	}
	return 0
}

// AtLeast reports whether r may do what needs min.
func (r Rank) AtLeast(min Rank) bool { return r.level() > 0 && r.level() >= min.level() }

// Member is a provider employee.
type Member struct {
	ID     id.Staff `json:"id"`
	Login  id.Login `json:"-"`
	Name   string   `json:"name"`
	Rank   Rank     `json:"role"`
	Active bool     `json:"active"`
}
