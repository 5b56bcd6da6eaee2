package inventory

import (
	"errors"

	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

var errUnwritten = errors.New("inventory: unwritten")

// Push applies what a device brings, in one transaction. An error undoes all of it: errs.Invalid for what is no push of
// this protocol, errs.Unavailable or another one for what may go well the next time.
func (c *Core) Push(s Store, a Actor, in *replica.Push) (*replica.PushAnswer, []Act, error) {
	return nil, nil, errUnwritten
}

// Pull answers what changed since a cursor, from one committed state. It writes nothing. snap gives a snapshot of the
// same state or an earlier one of the same history.
func (c *Core) Pull(s Store, a Actor, in *replica.Pull, snap func() (*replica.Manifest, error)) (*replica.PullAnswer, error) {
	return nil, errUnwritten
}

// Seen notes what a device says about itself when it pulls: bookkeeping only.
func (c *Core) Seen(s Store, a Actor, in *replica.Pull) error { return errUnwritten }

// Rotate gives the organization a new epoch when cursor proves that its history went back; without a cursor, always.
func (c *Core) Rotate(s Store, cursor string) ([]Act, error) { return nil, errUnwritten }

// Snapshot is the state at the head.
func (c *Core) Snapshot(s Store) (*Snapshot, error) { return nil, errUnwritten }

// Edit applies a mutation that comes without a device; m.Mid is ignored. It is idempotent by uid, and leaves no attention
// item: the person sees the outcome.
func (c *Core) Edit(s Store, a Actor, m *replica.Mutation) (*replica.Outcome, []Act, error) {
	return nil, nil, errUnwritten
}

// Put adds to the history that a unit, program or call purpose was made, changed or deleted. It returns the change's seq,
// which it also put into the history's image as Ver (but of a purpose, which belongs to no organization); the caller
// writes the row with it.
func (c *Core) Put(s Store, a Actor, ch replica.Change) (int64, error) { return 0, errUnwritten }

// Add makes new numbers, sorted by E164; uid names the intent of each. It is the same as a mutation for each of them, but
// for receipts: repeating it is up to the caller. Rights are judged, import's is not.
func (c *Core) Add(s Store, a Actor, list []number.Number, uid func(i int) replica.Uid) ([]Result, error) {
	return nil, errUnwritten
}

// Delete removes numbers, sorted, as far as level says, whatever has become of them; else it is like Add.
func (c *Core) Delete(s Store, a Actor, level Level, list []number.E164, uid func(i int) replica.Uid) ([]Result, error) {
	return nil, errUnwritten
}

// Attention is all that waits for the actor.
func (c *Core) Attention(s Store, a Actor) (*replica.AttentionAnswer, error) {
	return nil, errUnwritten
}

// Resolve ends an attention item of the actor's: how is "discard", "use_mine" or "edited". errs.NotFound when it is none
// or was resolved already.
func (c *Core) Resolve(s Store, a Actor, item id.Attention, how string) ([]Act, error) {
	return nil, errUnwritten
}
