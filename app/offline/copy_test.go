//go:build !js

package offline_test

import (
	"testing"
	"time"

	"countersign/app/offline"
	"countersign/shared/api"
	"countersign/shared/number"
	"countersign/shared/replica"
)

const (
	firstNumber  number.E164 = "+33184880001"
	secondNumber number.E164 = "+33184880002"
)

// N13: a first visit brings the copy; without a network the person goes on, closes everything, comes back, and all is
// there; with the network it reaches the server. I9: what was saved is shown all the while.
func TestOfflineStoryN13(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		d := s.open()
		d.is("ready and online", online)
		k := d.add(firstNumber)
		d.List()
		d.pass(time.Second)
		d.is("settled and listed", func(s offline.Status) bool { return settled(s) && s.Listed })
		d.shows(k, "", replica.NoBadge)
		if got := s.server(k); got != "" {
			t.Errorf("at the server it is %q", got)
		}

		again := s.sit()
		s.cut(true)
		u := d.rename(k, "Reception")
		d.waits(k, "Reception")
		d.pass(2 * time.Minute)
		d.waits(k, "Reception")
		d.is("offline with one change", func(s offline.Status) bool { return !s.Online && s.Pending == 1 })
		d.tab.Kill()
		d.Close()

		again.look(s.Acme)
		again.List()
		again.pass(time.Second)
		again.is("loaded", func(s offline.Status) bool { return s.Loaded && s.Ready && s.Listed && s.Pending == 1 })
		again.waits(k, "Reception")

		s.cut(false)
		again.tab.Online()
		again.pass(time.Second)
		again.is("settled", settled)
		again.shows(k, "Reception", replica.NoBadge)
		if o := again.Outcome(u); o == nil || o.St != replica.Applied {
			t.Errorf("outcome %+v", o)
		}
		if got := s.server(k); got != "Reception" {
			t.Errorf("at the server it is %q", got)
		}
		if n := s.asked("pull by hand") + s.asked("push by hand"); n > 0 {
			t.Errorf("%d calls keep the sign-in alive", n)
		}
	})
}

// N13: an edit is undone by another one.
func TestUndo(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		d := s.open()
		k := d.add(firstNumber)
		u := d.rename(k, "Reception")
		back := d.Undo(u, d.hear)
		d.saved(back)
		if v, _ := d.Row(k); v.DisplayName != "" {
			t.Errorf("undone it is called %q", v.DisplayName)
		}
		d.pass(time.Second)
		d.is("settled", settled)
		d.shows(k, "", replica.NoBadge)
		if got := s.server(k); got != "" {
			t.Errorf("at the server it is %q", got)
		}
	})
}

// N13: the sign-in ends without a network in between. Editing goes on; the shell hears of it; signing in again, in any
// tab, sends what waits.
func TestSignInExpires(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		d := s.open()
		k := d.add(firstNumber)
		d.pass(time.Second)
		end := api.SessionIn{Session: s.net.actor.Session}
		if _, err := api.EndSignIn.Do(t.Context(), s.As(s.Marie).Client, end); err != nil {
			t.Fatal(err)
		}
		d.rename(k, "Reception")
		d.pass(time.Second)
		d.is("waiting for the sign-in", func(s offline.Status) bool { return s.ReauthNeeded && s.Pending == 1 })
		if d.session.Ended() == "" {
			t.Error("the shell was not told")
		}
		d.rename(k, "Front desk")
		d.is("taking edits", func(s offline.Status) bool { return s.Pending == 2 })

		s.net.set(func() { s.net.actor = s.As(s.Marie) })
		d.refresh()
		d.pass(time.Second)
		d.is("settled", settled)
		if got := s.server(k); got != "Front desk" {
			t.Errorf("at the server it is %q", got)
		}
	})
}

// N13: errors of the server are waited for, longer each time, and nothing is lost.
func TestServerErrors(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		d := s.open()
		k := d.add(firstNumber)
		d.pass(time.Second)
		s.net.set(func() {
			s.net.answer = func(api.Call) *api.Answer { return &api.Answer{Status: 502, Body: []byte("<html>")} }
		})
		d.rename(k, "Reception")
		s.asked("")
		d.pass(10 * time.Minute)
		if n := s.asked("push"); n < 8 || n > 120 {
			t.Errorf("%d pushes in ten minutes", n)
		}
		d.is("waiting", func(s offline.Status) bool { return s.Pending == 1 })
		s.net.set(func() { s.net.answer = nil })
		d.pass(2 * time.Minute)
		d.is("settled", settled)
	})
}

// N13: code that is too old keeps what it has, and says so.
func TestUpgradeRequired(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		d := s.open()
		k := d.add(firstNumber)
		d.pass(time.Second)
		s.net.set(func() {
			s.net.answer = func(api.Call) *api.Answer {
				return &api.Answer{Status: 426, Body: []byte(`{"status":426,"code":"upgrade_required"}`)}
			}
		})
		d.rename(k, "Reception")
		d.pass(time.Minute)
		d.is("waiting for new code", func(s offline.Status) bool { return s.UpgradeNeeded && s.Pending == 1 })
		if n := offline.Unsent(d.session); n != 1 {
			t.Errorf("%d unsent", n)
		}
		d.waits(k, "Reception")
	})
}

// I20: who lost the right has the copy dropped, in every tab, and the page is told.
func TestAccessEnds(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.net.actor = s.As(s.Jonas)
		d, other := s.open(), s.open()
		d.List()
		k := d.add(firstNumber)
		d.pass(time.Second)
		s.cut(true)
		d.rename(k, "Reception")
		s.expel(s.Jonas)
		s.cut(false)
		d.tab.Online()
		d.pass(5 * time.Second)
		for _, x := range []*desk{d, other} {
			x.is("wiped", func(s offline.Status) bool { return s.Wiped })
			if _, ok := x.Row(k); ok || len(x.Log()) > 0 || len(x.Units()) > 0 {
				t.Error("something is shown")
			}
			u := x.edit(replica.Remove, nil, k)
			x.pass(time.Second)
			if why := x.why(u); why != replica.WhyWiped {
				t.Errorf("an edit afterwards: %q", why)
			}
		}
		if l := d.List(); l != nil {
			t.Errorf("%d rows are listed", l.Len())
		}
		d.pass(2 * time.Minute)
		if left := append(s.browser.Databases(), s.browser.Notes()...); len(left) > 0 {
			t.Errorf("left are %v", left)
		}
	})
}

// N13: a device that hears nothing for 14 days shows nothing until it does. What waits is kept.
func TestLockedAfterFourteenDays(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		d := s.open()
		k := d.add(firstNumber)
		d.List()
		d.pass(time.Second)
		s.cut(true)
		d.rename(k, "Reception")
		d.Close()
		time.Sleep(offline.LockAfter - 10*time.Minute)
		d.look(s.Acme)
		d.List()
		d.pass(time.Minute)
		d.waits(k, "Reception")
		d.pass(10 * time.Minute)
		d.is("locked", func(s offline.Status) bool { return s.Locked && s.Pending == 1 })
		if _, ok := d.Row(k); ok || d.List() != nil || len(d.Purposes()) > 0 || len(d.Log()) > 0 {
			t.Error("something is shown")
		}
		u := d.edit(replica.Remove, nil, k)
		d.pass(time.Second)
		if why := d.why(u); why != offline.WhyLocked {
			t.Errorf("an edit: %q", why)
		}

		s.cut(false)
		s.net.set(func() { s.net.actor = s.As(s.Marie) })
		d.tab.Online()
		d.pass(time.Second)
		d.is("open and settled", func(s offline.Status) bool { return !s.Locked && settled(s) && s.Listed })
		d.shows(k, "Reception", replica.NoBadge)
	})
}

// N13: this code fails. What is stored is read anew, edits on their way are saved, and the person is told.
func TestPanic(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		d := s.open()
		k := d.add(firstNumber)
		d.List()
		d.pass(time.Second)
		d.Break()
		u := d.edit(replica.Remove, nil, k)
		d.is("in trouble", func(s offline.Status) bool { return s.Trouble == "offline.trouble.broken" })
		d.pass(5 * time.Second)
		d.is("well again", func(s offline.Status) bool { return s.Trouble == "" && settled(s) && s.Listed })
		if why := d.why(u); why != "saved" {
			t.Errorf("the edit is %q", why)
		}
		if _, ok := d.Row(k); ok {
			t.Error("it is not removed")
		}
		if got := s.server(k); got != "-" {
			t.Errorf("at the server it is %q", got)
		}

		d.Observe(func(offline.Change) { panic("a page fails") })
		k = d.add(secondNumber)
		d.pass(time.Second)
		d.is("going on", settled)
		if got := s.server(k); got != "" {
			t.Errorf("at the server it is %q", got)
		}
	})
}
