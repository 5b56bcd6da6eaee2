//go:build !js

package offline_test

import (
	"testing"
	"time"

	"countersign/app/offline"
	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/replica"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// N13: the browser says that it freezes the tab that does the network. Another one has its work at once, also one that nobody
// sees; afterwards the first one is one of several, and takes over when it is the last.
func TestLeaderIsFrozen(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		first, second := s.open(), s.open()
		k := first.add(firstNumber)
		first.pass(time.Second)
		first.tab.Show(false)
		second.tab.Show(false)
		first.tab.Suspend()
		first.pass(time.Second)
		second.rename(k, "Reception")
		second.pass(time.Second)
		second.is("settled", settled)

		s.asked("")
		first.tab.Thaw()
		first.pass(time.Second)
		first.shows(k, "Reception", replica.NoBadge)
		u := first.rename(k, "Front desk")
		first.pass(time.Second)
		if n := s.asked("push"); n != 1 {
			t.Errorf("pushed %d times", n)
		}
		first.tab.Show(true)
		first.pass(5 * time.Second)
		for _, d := range []*desk{first, second} {
			d.is("settled", settled)
			if o := d.Outcome(u); o == nil || o.St != replica.Applied {
				t.Errorf("outcome %+v", o)
			}
		}
		second.tab.Kill()
		first.pass(time.Second)
		first.rename(k, "Lobby")
		first.pass(time.Second)
		first.is("settled", settled)
		if got := s.server(k); got != "Lobby" {
			t.Errorf("at the server it is %q", got)
		}
	})
}

// N13, I3: the tab is frozen while its edit is on the way. Another one sends it, and it is done once; the answer that comes
// when the first one goes on does no harm.
func TestLeaderIsFrozenAmidstAPush(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		first, second := s.open(), s.open()
		k := first.add(firstNumber)
		first.pass(time.Second)
		before := s.ver(k)
		first.tab.Mute(true)
		u := first.rename(k, "Reception")
		first.pass(time.Second)
		first.is("sending", func(s offline.Status) bool { return s.Sending == 1 })
		first.tab.Suspend()
		second.pass(time.Second)
		second.is("settled", settled)
		if o := second.Outcome(u); o == nil || o.St != replica.Applied {
			t.Errorf("outcome %+v", o)
		}
		later := second.rename(k, "Front desk")
		second.pass(time.Second)

		first.tab.Mute(false)
		first.tab.Thaw()
		first.pass(5 * time.Second)
		for _, d := range []*desk{first, second} {
			d.is("settled", settled)
			d.shows(k, "Front desk", replica.NoBadge)
			if o := d.Outcome(later); o == nil || o.St != replica.Applied {
				t.Errorf("outcome %+v", o)
			}
		}
		if after := s.ver(k); after != before+2 {
			t.Errorf("two edits took the history from %d to %d", before, after)
		}
	})
}

// N13: all tabs are frozen, with edits to be sent. The first one that goes on sends them.
func TestAllTabsAreFrozen(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		first, second := s.open(), s.open()
		k := first.add(firstNumber)
		first.pass(time.Second)
		s.cut(true)
		second.rename(k, "Reception")
		first.tab.Suspend()
		second.tab.Suspend()
		first.pass(15 * time.Minute)
		s.cut(false)
		second.tab.Thaw()
		second.pass(time.Second)
		second.is("settled", settled)
		if got := s.server(k); got != "Reception" {
			t.Errorf("at the server it is %q", got)
		}
		first.tab.Thaw()
		first.pass(time.Second)
		first.shows(k, "Reception", replica.NoBadge)
	})
}

// N13: the tab that does the network gets no answer, and nobody sees it. One that somebody sees asks in its place after ten
// seconds.
func TestLeaderGetsNoAnswer(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		first, second := s.open(), s.open()
		k := first.add(firstNumber)
		first.pass(time.Second)
		first.tab.Show(false)
		first.tab.Mute(true)
		second.rename(k, "Reception") // before it is heard that nobody sees the other one
		second.pass(5 * time.Second)
		second.is("waiting", func(s offline.Status) bool { return s.Pending == 1 && s.Sending == 1 })
		second.pass(10 * time.Second)
		second.is("settled", settled)
		first.tab.Mute(false)
		first.pass(time.Second)
		first.is("settled", settled)
	})
}

// N13: two windows side by side, and a network so slow that each answer takes long: neither takes the work from the other.
func TestSlowNetworkInTwoWindows(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		first, second := s.open(), s.open()
		k := first.add(firstNumber)
		first.pass(time.Second)
		s.net.set(func() {
			s.net.answer = func(api.Call) *api.Answer {
				time.Sleep(25 * time.Second)
				return nil
			}
		})
		s.asked("")
		second.rename(k, "Reception")
		second.pass(time.Minute)
		second.is("settled", settled)
		if n := s.asked("push"); n != 1 {
			t.Errorf("pushed %d times", n)
		}
	})
}

// I20: the person signs out while a tab is frozen. The database is gone at once, since that tab has let go of it, and nothing
// comes back with the tab.
func TestSignOutWhileATabIsFrozen(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		first, asleep := s.open(), s.open()
		k := first.add(firstNumber)
		first.pass(time.Second)
		asleep.tab.Suspend()
		first.pass(time.Second)
		first.tab.In(func() { offline.SignOut(s.ctx, first.session, func(app.Context, bool) {}) })
		first.pass(time.Second)
		if left := s.browser.Databases(); len(left) > 0 {
			t.Errorf("left are %v", left)
		}
		asleep.tab.Thaw()
		asleep.edit(replica.Remove, nil, k)
		asleep.pass(time.Minute)
		asleep.is("wiped", func(s offline.Status) bool { return s.Wiped })
		for _, name := range s.browser.Databases() {
			if !s.browser.Disk(name).Empty() {
				t.Errorf("%s holds something", name)
			}
		}
	})
}

// ver is the version of a number at the server: where its last change stands in the history.
func (s *scene) ver(k id.Number) int64 {
	s.t.Helper()
	return backendtest.Must(backendtest.Call(s.As(s.Marie), api.GetNumber, api.NumberIn{Org: api.Org{Org: s.Acme}, Number: k})).Ver
}
