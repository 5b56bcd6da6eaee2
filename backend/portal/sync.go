package portal

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"countersign/backend/failpoint"
	"countersign/backend/inventory"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/replica"
)

// syncing is what the portal keeps beside the store for devices that keep a copy of an organization's numbers.
type syncing struct {
	snapshots snapshots
	budgets   budgets
	rollbacks atomic.Int64 // histories that turned out to have gone back
	marked    time.Time    // the mark of a backup that was read last; only Sweep's goroutine
	housed    time.Time    // when what nobody needs was last forgotten; only Sweep's goroutine
}

// SyncPush applies what a device brings. Who may no longer see the numbers has it recorded once more, as refused, before
// the device is told to drop its copy.
func (s *Service) SyncPush(ctx context.Context, cred Credential, in *api.SyncPushIn) (replica.PushAnswer, error) {
	rolledBack := false
	out, err := Run(ctx, s, api.SyncPush, cred, in, func(tx *Tx, in *api.SyncPushIn) (replica.PushAnswer, error) {
		if err := checkSchema(in.Body.Schema); err != nil {
			return replica.PushAnswer{}, err
		}
		failpoint.Hit("sync.push")
		b, err := tx.bring(&in.Body)
		if err != nil {
			return replica.PushAnswer{}, err
		}
		if err := tx.afford(b.bytes); err != nil {
			return replica.PushAnswer{}, err
		}
		out, acts, err := s.core.Push(b.store, tx.numbersActor(cred), b.push)
		if err != nil {
			return replica.PushAnswer{}, err
		}
		if out.Outcomes, err = tellable(out.Outcomes); err != nil {
			return replica.PushAnswer{}, err
		}
		rolledBack = isRollback(acts)
		if err := tx.refuseSome(api.SyncPush.Spec, out.Outcomes); err != nil {
			return replica.PushAnswer{}, err
		}
		err = tx.recordActs(tx.Org, acts)
		failpoint.Hit("sync.push.done")
		return *out, err
	})
	failpoint.Hit("sync.push.answered")
	if err == nil && rolledBack {
		s.tellRollback(in.Org.Org)
	}
	if errs.Is(err, errs.Wipe) {
		if lost := s.pushLost(ctx, cred, in); lost != nil {
			return replica.PushAnswer{}, lost
		}
	}
	return out, err
}

// pushLost keeps what a device brings whose person has lost the numbers: every edit becomes an outcome that tells those
// who stay that it was not applied. Its error is one that goes away by itself; what can't be kept at all is let go.
func (s *Service) pushLost(ctx context.Context, cred Credential, in *api.SyncPushIn) error {
	rolledBack := false
	err := s.DB.Update(ctx, func(st *store.Tx) error {
		tx := &Tx{Tx: st, Context: context.WithoutCancel(ctx), Org: in.Org.Org, svc: s}
		switch err := tx.enter(api.SyncPush.Spec, cred); {
		case err == nil: // let in again meanwhile: the next push is an ordinary one
			return &errs.Error{Code: errs.Unavailable, Key: "error.unavailable", RetryAfter: 1}
		case !errs.Is(err, errs.Wipe):
			return err
		}
		actor := tx.numbersActor(cred)
		actor.Lost, actor.Rights = true, 0
		if n, err := tx.WaitingAttention(tx, tx.Org, actor.Login); err != nil || n >= replica.MaxLog {
			return err // more than a device may hold: whoever sends that makes it up
		}
		b, err := tx.bringLost(&in.Body)
		if err != nil {
			return err
		}
		if s.sync.budgets.take(budgetKey{org: in.Org.Org, login: actor.Login, lost: true}, b.bytes, tx.Now()) > 0 {
			return errOverBudget
		}
		_, acts, err := s.core.Push(b.store, actor, b.push)
		if err != nil {
			return err
		}
		if err := tx.recordActs(tx.Org, acts); err != nil {
			return err
		}
		rolledBack = isRollback(acts)
		s.publish(st)
		return nil
	})
	switch {
	case err == nil && rolledBack:
		s.tellRollback(in.Org.Org)
	case errs.Is(err, errs.Invalid) || errs.Is(err, errs.TooLarge):
		s.Log.Error("edits of somebody whose access ended were not recorded", "org", in.Org.Org, "error", err)
	case err != nil && !errors.Is(err, errOverBudget):
		return err
	}
	return nil
}

// isRollback reports whether a history was found to have gone back.
func isRollback(acts []inventory.Act) bool {
	return slices.ContainsFunc(acts, func(a inventory.Act) bool { return a.Kind == audit.NumbersReplaced })
}

// tellRollback tells the operator of it.
func (s *Service) tellRollback(oid id.Organization) {
	s.sync.rollbacks.Add(1)
	s.Log.Error("a device proves that the history of an organization's numbers went back, as after a restore by other means than "+
		"the restore command; it has a new epoch, and devices bring what was lost", "org", oid)
}

var errOverBudget = errors.New("more than a device can have held")

// SyncPull answers what changed since the device's cursor, from one snapshot of the store; it notes afterwards what the
// device says about itself. A cursor that proves that this server's history went back, as after a restore that nobody
// announced, gives the history a new name first.
func (s *Service) SyncPull(ctx context.Context, cred Credential, in *api.SyncPullIn) (replica.PullAnswer, error) {
	var seen sighting
	paid := false
	for range pullTries {
		out, err := Run(ctx, s, api.SyncPull, cred, in, func(tx *Tx, in *api.SyncPullIn) (replica.PullAnswer, error) {
			if err := checkSchema(in.Body.Schema); err != nil {
				return replica.PullAnswer{}, err
			}
			st := tx.inventory()
			seen = sighting{org: tx.Org, actor: tx.numbersActor(cred), pull: &in.Body}
			if err := seen.weigh(st); err != nil {
				return replica.PullAnswer{}, err
			}
			if seen.fresh && !paid {
				if err := tx.afford(newDevice); err != nil {
					return replica.PullAnswer{}, err
				}
				paid = true
			}
			out, err := s.core.Pull(tx.answering(st), seen.actor, &in.Body, func() (*replica.Manifest, error) { return s.sync.snapshots.usable(st) })
			if err != nil {
				return replica.PullAnswer{}, err
			}
			return *out, nil
		})
		switch {
		case errors.Is(err, inventory.ErrRolledBack):
			err = s.beginHistory(ctx, in.Org.Org, in.Body.Cursor)
		case errors.Is(err, errNoSnapshot):
			err = s.buildSnapshot(ctx, in.Org.Org)
		case err == nil:
			failpoint.Hit("sync.pull")
			return out, s.saw(ctx, &seen)
		}
		if err != nil {
			return replica.PullAnswer{}, err
		}
	}
	return replica.PullAnswer{}, &errs.Error{Code: errs.Unavailable, Key: "error.unavailable", RetryAfter: 1}
}

// pullTries are enough for a history that has to be begun or named anew and then needs a snapshot, twice.
const pullTries = 5

// beginHistory begins the history of an organization that has none, or names it anew when the cursor proves that it is
// not the one that it was.
func (s *Service) beginHistory(ctx context.Context, oid id.Organization, cursor string) error {
	rolledBack := false
	err := s.DB.Update(ctx, func(st *store.Tx) error {
		tx := &Tx{Tx: st, Context: context.WithoutCancel(ctx), Caller: &Caller{Actor: audit.Actor{Kind: audit.BySystem}}, Org: oid, svc: s}
		h, err := st.NumberHead(tx, oid)
		if err != nil {
			return err
		}
		if h == nil {
			_, err := tx.inventory().Head()
			return err
		}
		if cursor == "" {
			return nil
		}
		acts, err := s.core.Rotate(tx.inventory(), cursor)
		if err != nil {
			return err
		}
		rolledBack = isRollback(acts)
		failpoint.Hit("sync.rotate")
		if err := tx.recordActs(oid, acts); err != nil {
			return err
		}
		s.publish(st)
		return nil
	})
	if err == nil && rolledBack {
		failpoint.Hit("sync.rotated")
		s.tellRollback(oid)
	}
	return err
}

// sighting is what a device says about itself with a pull, and whether it is worth a write.
type sighting struct {
	org   id.Organization
	actor inventory.Actor
	pull  *replica.Pull

	fresh bool // a device that nobody knows yet
	worth bool
}

const seenAgain = time.Minute

func (v *sighting) weigh(st inventory.Store) error {
	d, err := st.Device(v.pull.Client)
	if err != nil {
		return err
	}
	p := v.pull
	v.fresh = d == nil
	v.worth = v.fresh || d.Login == v.actor.Login && (d.FirstMid != p.FirstMid || d.AckMid != p.AckMid || d.Pending != p.PendingHint ||
		d.Schema != p.Schema || d.Browser != v.actor.Browser || st.Now().Sub(d.SeenAt) >= seenAgain)
	return nil
}

// saw notes a device. One that was not known must be, before it is given anything: else it could never be told to wipe.
func (s *Service) saw(ctx context.Context, v *sighting) error {
	if !v.worth {
		return nil
	}
	err := s.DB.Update(ctx, func(st *store.Tx) error {
		failpoint.Hit("sync.seen")
		return s.core.Seen(st.Inventory(context.WithoutCancel(ctx), v.org, s.core.NewEpoch), v.actor, v.pull)
	})
	if err != nil && !v.fresh {
		s.Log.Warn("device not noted", "org", v.org, "client", v.pull.Client, "error", err)
		return nil
	}
	return err
}
