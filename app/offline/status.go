package offline

import (
	"time"

	"countersign/shared/id"
	"countersign/shared/replica"
)

// Protection is what the browser promises about the storage.
type Protection string

const (
	ProtectionUnknown Protection = ""
	Protected         Protection = "protected"      // it stays until the person clears it
	MayBeCleared      Protection = "may_be_cleared" // when the browser needs room, or after a time without a visit
)

// Others are edits of somebody else who used this browser: they wait for that person's sign-in.
type Others struct {
	Email  string // "" when it is not known
	Unsent int
}

// Status is how the copy is.
type Status struct {
	replica.Status

	Trouble string     // key of a sentence about what does not work in this browser, "" when all does
	Locked  bool       // not synced for LockAfter: nothing is shown or edited before it is
	Listed  bool       // List is complete
	Cleared bool       // the browser cleared the storage while this tab was open; what waited here was saved again
	Kept    Protection // whether the browser may clear the storage
	Others  []Others
}

// LockAfter is how long a device that hears nothing from the server shows its copy.
const LockAfter = 14 * 24 * time.Hour

// WhyLocked is why an edit was not taken while Status.Locked, beside the reasons of replica.Saved.
const WhyLocked = "locked"

// Troubles.
const (
	troubleUnreadable = "offline.trouble.unreadable" // the store can't be read
	troubleNewer      = "offline.trouble.newer"      // a newer version of the app made the store
	troubleFull       = "offline.trouble.full"       // there is no room for what is to be stored
	troubleUnwritten  = "offline.trouble.unwritten"  // the store can't be written to
	troubleBroken     = "offline.trouble.broken"     // this code failed
)

// Change tells what pages have to show otherwise.
type Change struct {
	All    bool // every number may be another one, units, programs and call purposes too
	IDs    []id.Number
	Status bool
}

func (c *Change) none() bool { return !c.All && len(c.IDs) == 0 && !c.Status }

func (c *Change) add(v *replica.Changed) {
	if v.All {
		c.All = true
		return
	}
	c.IDs = append(c.IDs, v.IDs...)
}
