//go:build !js

package client

import (
	"slices"
	"testing"
	"time"

	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/live"
)

// N13: who keeps a copy hears each event with what it refers to, and that some may have been missed; its calls do not keep
// the sign-in alive, and tell the session how the connection is.
func TestSession_hears_for_a_copy(t *testing.T) {
	w := backendtest.New(t)
	calls := &listener{Transport: w.As(w.Marie)}
	s := NewSession(api.AsCustomer, "", calls)
	var heard []string
	stop := s.Hear(func(events []live.Event) {
		if len(events) == 0 {
			heard = append(heard, "missed")
		}
		for _, e := range events {
			heard = append(heard, e.Ref)
		}
	})
	s.poked([]live.Event{{Kind: live.Numbers, Org: w.Acme, Ref: "e1:7"}, {Kind: live.Jobs, Org: w.Acme, Ref: "j"}})
	s.pokeAll()
	stop()
	s.pokeAll()
	if want := []string{"e1:7", "j", "missed"}; !slices.Equal(heard, want) {
		t.Errorf("heard %v, want %v", heard, want)
	}

	moved := s.IdleEnd()
	var list api.SyncAttention
	if err := s.Background(t.Context(), api.ListAttention.Spec, api.Org{Org: w.Acme}, &list); err != nil {
		t.Fatal(err)
	}
	if calls.calls[0].Header[headerBackground] != "1" || s.IdleEnd() != moved || s.Heard().IsZero() {
		t.Error("the call counts as the person's, or not for the connection")
	}
	if s.Borrowed() || !NewSession(api.AsSupport, w.Acme, calls).Borrowed() {
		t.Error("whose eyes they are is not known")
	}
}

// N13: after a start without a network it is somebody else who is signed in: nothing of the first may stay.
func TestSession_notices_another_person(t *testing.T) {
	for name, c := range map[string]struct {
		kept  bool
		login string
		other bool
	}{
		"the same":         {true, "l1", false},
		"another":          {true, "l2", true},
		"another meantime": {false, "l2", true},
	} {
		s := NewSession(api.AsCustomer, "", silent{})
		s.me, s.kept = &api.Me{Login: "l1", Email: "a@example.test"}, c.kept
		me := &api.Me{Login: "l1", Email: "a@example.test"}
		if c.login == "l2" {
			me = &api.Me{Login: "l2", Email: "b@example.test"}
		}
		if got := s.take(me, time.Now()); got != c.other {
			t.Errorf("%s: %v, want %v", name, got, c.other)
		}
	}
}
