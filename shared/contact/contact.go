// Package contact holds the people (and firms) that an organization names, and what they may do in it.
package contact

import (
	"countersign/shared/id"
	"countersign/shared/perm"
)

// Contact is a person or firm of one organization; with a login it is also a way in.
type Contact struct {
	ID        id.Contact
	Org       id.Organization
	Login     id.Login // "" without portal access
	Name      string
	Email     string
	Phone     string
	Locale    string
	Active    bool
	Owner     bool
	Roles     []perm.Role
	Overrides perm.Overrides
}

// Rights are what the contact may do now: nothing when deactivated, everything for the owner.
func (c *Contact) Rights() perm.Set {
	switch {
	case !c.Active:
		return 0
	case c.Owner:
		return perm.Everything()
	}
	return perm.Effective(c.Roles, c.Overrides)
}
