package portal

import (
	"context"
	"sync"
	"time"

	"countersign/backend/store"
	"countersign/shared/access"
	"countersign/shared/audit"
	"countersign/shared/id"
	"countersign/shared/ticket"
)

// ticker knows when the next open request, grant or session ends. A transaction that opens something tells it.
type ticker struct {
	mu   sync.Mutex
	next time.Time
	wake chan struct{} // of one: a wake-up that waits is enough

	dropped time.Time // when old events were last forgotten; only Sweep's goroutine
}

func newTicker() *ticker { return &ticker{wake: make(chan struct{}, 1)} }

// at tells, once the transaction is committed, that something ends at a time.
func (k *ticker) at(tx *Tx, end time.Time) {
	tx.AfterCommit(func() { k.bring(end) })
}

func (k *ticker) bring(end time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.next.IsZero() || end.Before(k.next) {
		k.next = end
		select {
		case k.wake <- struct{}{}:
		default:
		}
	}
}

// sweepAtLeast is how often the server looks even when it knows of nothing: a clock that jumps must not keep access
// open.
const sweepAtLeast = 20 * time.Second

// Run lets time act on open access until ctx ends: requests lapse, grants and sessions expire. Every request checks
// the time for itself; Run writes it down and tells people.
func (s *Service) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			if err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
				s.Log.Error("open access not swept", "error", err)
			}
		case <-s.ticker.wake:
		}
		s.ticker.mu.Lock()
		wait := sweepAtLeast
		if next := s.ticker.next; !next.IsZero() {
			// A timer may fire a moment before the store's clock says so.
			wait = min(wait, max(next.Sub(s.DB.Clock().Now())+time.Millisecond, 0))
		}
		s.ticker.mu.Unlock()
		timer.Reset(wait)
	}
}

// Sweep writes down what time has ended. Serving starts only after one, so that nothing that ended while the server was
// down is open for a moment.
func (s *Service) Sweep(ctx context.Context) error {
	s.ticker.mu.Lock()
	s.ticker.next = time.Time{} // before the look: what is opened during it is told after it
	s.ticker.mu.Unlock()
	due := false
	err := s.DB.View(ctx, func(st *store.Tx) error {
		requests, err := st.DueAccess(ctx, st.Now())
		if err != nil {
			return err
		}
		sessions, err := st.DueSessions(ctx, st.Now())
		if err != nil {
			return err
		}
		transfers, err := st.DueTransfers(ctx, st.Now())
		if err != nil {
			return err
		}
		calls, err := endOfCalls(ctx, st)
		due = len(requests)+len(sessions)+len(transfers) > 0 || !calls.IsZero() && !calls.After(st.Now())
		return err
	})
	if err != nil {
		return err
	}
	if due {
		err := s.system(ctx, func(tx *Tx) error {
			if err := tx.sweep(""); err != nil {
				return err
			}
			if err := tx.lapseTransfers(); err != nil {
				return err
			}
			return tx.sweepCalls()
		})
		if err != nil {
			return err
		}
	}
	if err := s.bringNext(ctx); err != nil {
		return err
	}
	if err := s.dropOldEvents(ctx); err != nil {
		return err
	}
	// No reason not to serve.
	if err := s.noteBackup(ctx); err != nil && ctx.Err() == nil {
		s.Log.Error("what the last backup holds is not known", "error", err)
	}
	if err := s.houseNumbers(ctx); err != nil && ctx.Err() == nil {
		s.Log.Error("what no device needs any more was not forgotten", "error", err)
	}
	return nil
}

// bringNext tells the ticker what ends next of that which is left.
func (s *Service) bringNext(ctx context.Context) error {
	var next time.Time
	err := s.DB.View(ctx, func(st *store.Tx) (err error) {
		if next, err = st.NextAccessEnd(ctx); err != nil {
			return err
		}
		lapse, err := st.NextTransferLapse(ctx)
		if err != nil {
			return err
		}
		calls, err := endOfCalls(ctx, st)
		next = sooner(sooner(next, lapse), calls)
		return err
	})
	if err == nil && !next.IsZero() {
		if soon := s.DB.Clock().Now().Add(time.Second); next.Before(soon) { // never sweep without a pause
			next = soon
		}
		s.ticker.bring(next)
	}
	return err
}

// endOfCalls is when the next call is over or the next significant change lapses, zero when none is open.
func endOfCalls(ctx context.Context, st *store.Tx) (time.Time, error) {
	call, err := st.NextVerificationEnd(ctx)
	if err != nil {
		return time.Time{}, err
	}
	change, err := st.NextChangeEnd(ctx)
	return sooner(call, change), err
}

// sooner is the earlier of two times, of which a zero one is none.
func sooner(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// dropOldEvents forgets, once an hour, what no client will ask for any more: events, and answers that were kept.
func (s *Service) dropOldEvents(ctx context.Context) error {
	now := s.DB.Clock().Now()
	if now.Sub(s.ticker.dropped) < time.Hour {
		return nil
	}
	s.ticker.dropped = now
	err := s.DB.Update(ctx, func(st *store.Tx) error {
		if err := st.DropAnswers(ctx, now.Add(-keepAnswers)); err != nil {
			return err
		}
		return st.DropEvents(ctx, now.Add(-keepEvents).UnixMilli())
	})
	if err != nil {
		return err
	}
	return s.dropWaitingFiles(ctx, now.Add(-ticket.FilesWaitHours*time.Hour))
}

// dropWaitingFiles forgets files that were uploaded before a time and never sent.
func (s *Service) dropWaitingFiles(ctx context.Context, before time.Time) error {
	for n := 1; n > 0; {
		err := s.DB.Update(ctx, func(st *store.Tx) (err error) {
			n, err = st.DropWaitingFiles(ctx, before)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// sweep ends what is past its time, in one organization or ("") in all. It is time's doing, whoever is calling.
func (tx *Tx) sweep(only id.Organization) error {
	asSystem := *tx
	asSystem.Caller = &Caller{Actor: audit.Actor{Kind: audit.BySystem}, Ref: tx.Ref}
	tx = &asSystem
	requests, err := tx.DueAccess(tx, tx.Now())
	if err != nil {
		return err
	}
	for i := range requests {
		r := &requests[i]
		loaded := r.State
		if only != "" && r.Org != only || !r.Tick(tx.Now()) {
			continue
		}
		if err := tx.saveEnded(r, loaded); err != nil {
			return err
		}
	}
	sessions, err := tx.DueSessions(tx, tx.Now())
	if err != nil {
		return err
	}
	for i := range sessions {
		if only != "" && sessions[i].Org != only {
			continue
		}
		if err := tx.endSession(&sessions[i], access.WhyExpired); err != nil {
			return err
		}
	}
	return nil
}

// saveEnded writes that time ended a request, with mails to those who waited for it.
func (tx *Tx) saveEnded(r *access.Request, loaded access.State) error {
	o, err := tx.Organization(tx, r.Org)
	if err != nil {
		return err
	}
	var mails []store.Mail
	if r.State == access.Lapsed {
		mails, err = tx.lapsed(r, o)
	} else {
		mails, err = tx.ended(r, o, "expired")
	}
	if err != nil {
		return err
	}
	return tx.save(r, loaded, change{kind: kindOf(r.State), detail: map[string]string{"agents": names(r)}, mails: mails})
}
