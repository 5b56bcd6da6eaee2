package portal

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// What the rules refuse is recorded, too.

// recordRefusal writes down what the rules refused to somebody known, in a transaction of its own since the refused
// one was undone. The same refusal again and again counts once in a while: nobody fills a record that others read.
func (s *Service) recordRefusal(ctx context.Context, spec api.Spec, refused *Tx, cause error) {
	if refused == nil || refused.Caller == nil || refused.Viewing != "" || !errs.Is(cause, errs.Forbidden) && !tells(cause) {
		return
	}
	k := refusal{stream: live.Provider, actor: refused.Actor, act: spec.Name}
	if refused.member {
		k.stream = live.Of(refused.Org)
	}
	if refused.Inside != nil {
		k.session = refused.Inside.Session.ID
	}
	if e, ok := errors.AsType[*errs.Error](cause); ok {
		k.why = e.Key
		if tells(cause) {
			k.why = e.Fields[0].Key
		}
	}
	if !s.refusals.note(k, s.DB.Clock().Now()) {
		return
	}
	err := s.DB.Update(ctx, func(st *store.Tx) error {
		tx := &Tx{Tx: st, Context: context.WithoutCancel(ctx), Caller: refused.Caller, Org: refused.Org, svc: s}
		err := tx.record(change{stream: k.stream, kind: audit.AccessRefused, outcome: audit.Refused,
			detail: map[string]string{"act": k.act, "why": k.why}})
		if err != nil {
			return err
		}
		s.publish(st)
		return nil
	})
	if err != nil {
		s.refusals.forget(k)
		s.Log.Error("refusal not recorded", "endpoint", spec.Name, "error", err)
	}
}

// refuseSome writes down, within the change that it is a part of, that some of what somebody asked for was more than they
// may: of several edits, those that are forbidden do not undo the others.
func (tx *Tx) refuseSome(spec api.Spec, outcomes []replica.Outcome) error {
	forbidden := func(f replica.Fault) bool { return f.Reason == number.Forbidden }
	if !slices.ContainsFunc(outcomes, func(o replica.Outcome) bool { return slices.ContainsFunc(o.Faults, forbidden) }) {
		return nil
	}
	k := refusal{stream: live.Of(tx.Org), actor: tx.Actor, act: spec.Name, why: "number.reason." + string(number.Forbidden)}
	if tx.Inside != nil {
		k.session = tx.Inside.Session.ID
	}
	if !tx.svc.refusals.note(k, tx.Now()) {
		return nil
	}
	return tx.record(change{stream: k.stream, kind: audit.AccessRefused, outcome: audit.Refused, detail: map[string]string{"act": k.act, "why": k.why}})
}

// tells reports whether a refusal of wrong input lets out something about others: whoever asks for it often is seen.
func tells(cause error) bool {
	e, ok := errors.AsType[*errs.Error](cause)
	return ok && len(e.Fields) > 0 && e.Fields[0].Key == hasSignIn
}

// refusal is what makes two refusals the same one.
type refusal struct {
	stream   live.Stream
	actor    audit.Actor
	session  id.SupportSession
	act, why string
}

const (
	refusedAgain = time.Minute
	mostRefusals = 4096 // kept at once; beyond, all are forgotten, and so recorded anew
)

// refusals remember when each was last recorded. The zero value is ready.
type refusals struct {
	mu   sync.Mutex
	last map[refusal]time.Time
}

// note reports whether the refusal is to be recorded at now, and remembers that it is.
func (r *refusals) note(k refusal, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if at, ok := r.last[k]; ok && now.Sub(at) < refusedAgain {
		return false
	}
	if len(r.last) >= mostRefusals {
		maps.DeleteFunc(r.last, func(_ refusal, at time.Time) bool { return now.Sub(at) >= refusedAgain })
		if len(r.last) >= mostRefusals {
			clear(r.last)
		}
	}
	if r.last == nil {
		r.last = map[refusal]time.Time{}
	}
	r.last[k] = now
	return true
}

func (r *refusals) forget(k refusal) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.last, k)
}
