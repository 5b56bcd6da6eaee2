package offline

import (
	"countersign/app/client"
	"countersign/shared/id"
)

// Copies are the caller's copies that are open: of the organization at hand, and of those that have something to send.
func Copies(s *client.Session) []*Copy { return copiesOf(s) }

// Leave closes the copy of an organization that the person went away from, unless something in it is still to be sent.
func Leave(s *client.Session, org id.Organization) {
	for _, c := range copiesOf(s) {
		if c.org == org && c.unsent() == 0 {
			c.Close()
		}
	}
}
