package client

import (
	"context"
	"slices"

	"countersign/shared/api"
	"countersign/shared/live"
)

// hearer is told each event of the live stream: it needs more of it than that a page is to be loaded again.
type hearer struct{ heard func([]live.Event) }

// Hear calls heard, from any goroutine, with the events of the live stream as they come, and with none of them when some
// may have been missed or the server answers again, until stop is called.
func (s *Session) Hear(heard func([]live.Event)) (stop func()) {
	h := &hearer{heard}
	s.mu.Lock()
	s.hearers = append(s.hearers, h)
	s.mu.Unlock()
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.hearers = without(s.hearers, h)
	}
}

func (s *Session) tellHearers(events []live.Event) {
	s.mu.Lock()
	list := slices.Clone(s.hearers)
	s.mu.Unlock()
	for _, h := range list {
		h.heard(events)
	}
}

// Background makes a call that no page made: it does not keep the sign-in alive, and what its answer says of the
// connection and of the sign-in counts for the session. It waits for the answer, so it is not for the UI goroutine.
func (s *Session) Background(ctx context.Context, spec api.Spec, in, out any) error {
	err := s.client(true).Call(ctx, spec, in, out)
	s.heard(err)
	return err
}

// Borrowed reports whether the caller looks with other eyes than their own: staff in a support session, or the owner as
// somebody else sees it. Nothing of what is seen then may be kept in the browser.
func (s *Session) Borrowed() bool { return s.As != api.AsCustomer || s.eyes != "" }
