//go:build !js

package offline_test

import (
	"testing"
	"time"

	"countersign/app/client"
	"countersign/app/offline"
	"countersign/app/offline/offlinetest"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/replica"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// N13: of two tabs one does the network. What is edited in the other is shown in both, and goes out.
func TestTabsShareTheWork(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		first, second := s.open(), s.open()
		first.List()
		second.List()
		s.asked("")
		k := second.add(firstNumber)
		first.pass(time.Second)
		for _, d := range []*desk{first, second} {
			d.is("settled", settled)
			d.shows(k, "", replica.NoBadge)
		}
		if n := s.asked("push"); n != 1 {
			t.Errorf("pushed %d times", n)
		}
		s.asked("")
		second.Try()
		first.pass(500 * time.Millisecond)
		if n := s.asked("pull"); n != 1 {
			t.Errorf("asked %d times when the person wanted it in the other tab", n)
		}
	})
}

// N13: the tab that does the network crashes. The other one goes on at once.
func TestLeaderCrashes(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		first, second := s.open(), s.open()
		k := first.add(firstNumber)
		first.pass(time.Second)
		s.cut(true)
		first.rename(k, "Reception")
		first.tab.Kill()
		first.pass(time.Second)
		second.waits(k, "Reception")
		s.cut(false)
		second.tab.Online()
		second.pass(time.Second)
		second.is("settled", settled)
		if got := s.server(k); got != "Reception" {
			t.Errorf("at the server it is %q", got)
		}
	})
}

// N13: the tab that does the network is frozen. One that the person sees takes over after ten seconds; thawed, the first
// one stands back, and nothing is done twice.
func TestLeaderFrozen(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		first, second := s.open(), s.open()
		k := first.add(firstNumber)
		first.pass(time.Second)
		first.tab.Show(false)
		first.tab.Freeze()
		second.rename(k, "Reception")
		second.pass(5 * time.Second)
		second.is("waiting", func(s offline.Status) bool { return s.Pending == 1 })
		second.pass(10 * time.Second)
		second.is("settled", settled)

		first.tab.Thaw()
		first.pass(time.Second)
		first.shows(k, "Reception", replica.NoBadge)
		s.asked("")
		u := first.rename(k, "Front desk")
		first.pass(2 * time.Second)
		if n := s.asked("push"); n != 1 {
			t.Errorf("pushed %d times", n)
		}
		for _, d := range []*desk{first, second} {
			d.is("settled", settled)
			if o := d.Outcome(u); o == nil || o.St != replica.Applied {
				t.Errorf("outcome %+v", o)
			}
		}
	})
}

// N13: a tab that nobody sees leaves the network to one that somebody does.
func TestHiddenLeaderStandsBack(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		first, second := s.open(), s.open()
		first.add(firstNumber)
		first.tab.Show(false)
		first.pass(10 * time.Second)
		first.tab.Freeze() // it would be missed for ten seconds
		k := second.add(secondNumber)
		second.pass(time.Second)
		second.is("settled", settled)
		if got := s.server(k); got != "" {
			t.Errorf("at the server it is %q", got)
		}
		first.tab.Thaw()
		first.pass(time.Second)
	})
}

// N13: in a browser without locks every tab does the network, and no harm.
func TestNoLocks(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.browser.Set(func(b *offlinetest.Behavior) { b.NoLocks = true })
		first, second := s.open(), s.open()
		k := first.add(firstNumber)
		second.rename(k, "Reception")
		first.rename(k, "Front desk")
		first.pass(5 * time.Second)
		for _, d := range []*desk{first, second} {
			d.is("settled", settled)
			d.shows(k, "Front desk", replica.NoBadge)
		}
	})
}

// N13: signing in again in one tab is enough for the other.
func TestSignedInInAnotherTab(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		first, second := s.open(), s.open()
		k := first.add(firstNumber)
		first.pass(time.Second)
		end := api.SessionIn{Session: s.net.actor.Session}
		if _, err := api.EndSignIn.Do(t.Context(), s.As(s.Marie).Client, end); err != nil {
			t.Fatal(err)
		}
		second.rename(k, "Reception")
		second.pass(time.Second)
		second.is("waiting for the sign-in", func(s offline.Status) bool { return s.ReauthNeeded })
		s.net.set(func() { s.net.actor = s.As(s.Marie) })
		second.refresh()
		second.pass(time.Second)
		for _, d := range []*desk{first, second} {
			d.is("settled", settled)
		}
	})
}

// I20: signing out takes the copies of all organizations out of the browser, in all tabs, also in one that slept; nothing
// comes back.
func TestSignOutI20(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		first, second, asleep := s.open(), s.open(), s.open()
		k := first.add(firstNumber)
		first.pass(time.Second)
		asleep.tab.Freeze()
		s.cut(true)
		second.rename(k, "Reception")
		if n := offline.Unsent(first.session); n != 1 {
			t.Errorf("%d unsent", n)
		}
		late := second.edit(replica.Remove, nil, k) // on its way into the store

		out := 0
		first.tab.In(func() {
			offline.SignOut(s.ctx, first.session, func(app.Context, bool) { out++ })
		})
		first.pass(10 * time.Second)
		if out != 1 {
			t.Errorf("done was told %d times", out)
		}
		if why := second.why(late); why == "" {
			t.Error("an edit on its way was told nothing")
		}
		s.cut(false)
		asleep.tab.Thaw()
		asleep.tab.Online()
		asleep.edit(replica.Remove, nil, k)
		second.edit(replica.Remove, nil, k)
		first.pass(time.Minute)
		for _, d := range []*desk{first, second, asleep} {
			d.is("wiped", func(s offline.Status) bool { return s.Wiped })
			if _, ok := d.Row(k); ok {
				t.Error("something is shown")
			}
		}
		for _, name := range s.browser.Databases() {
			if !s.browser.Disk(name).Empty() {
				t.Errorf("%s holds something", name)
			}
		}
		if again := first.tab.Open(first.session, s.Acme); again != nil {
			t.Error("it was opened again")
		}
	})
}

// N13: somebody else's edits on the same browser are told of, and nothing of them is shown; they go out when that person
// is back. What waits in another organization goes out from wherever the person comes in.
func TestOthersOnThisBrowser(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		marie := s.open()
		k := marie.add(firstNumber)
		marie.pass(time.Second)
		s.cut(true)
		marie.rename(k, "Reception")
		marie.tab.Kill()
		marie.Close()

		s.cut(false)
		s.net.set(func() { s.net.actor = s.As(s.Jonas) })
		jonas := s.open()
		jonas.pass(time.Second)
		jonas.is("of another one's edits", func(st offline.Status) bool {
			return len(st.Others) == 1 && st.Others[0] == offline.Others{Email: s.Marie.Email, Unsent: 1} && st.Pending == 0
		})
		jonas.shows(k, "", replica.NoBadge)
		if got := s.server(k); got != "" {
			t.Errorf("at the server it is %q", got)
		}
		jonas.tab.Kill()
		jonas.Close()

		s.net.set(func() { s.net.actor = s.As(s.Marie) })
		tab := s.browser.Tab()
		session := client.NewSession(api.AsCustomer, "", tab.Over(s.net))
		tab.In(func() {
			session.Refresh(s.ctx, true)
			s.pass(100 * time.Millisecond)
			if c := offline.Open(session, id.Organization(newID())); c != nil {
				t.Error("a copy of an organization that is not hers")
			}
		})
		s.pass(2 * time.Second)
		s.copies = append(s.copies, offline.Copies(session)...)
		if got := s.server(k); got != "Reception" {
			t.Errorf("at the server it is %q", got)
		}
	})
}

// N13: somebody else signs in with the browser beside an open tab. Nothing goes out in the wrong name, and that the other one
// is shut out takes nothing from the first one's copy.
func TestSomebodyElseSignsInBesideATab(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		marie := s.open()
		k := marie.add(firstNumber)
		marie.pass(time.Second)
		s.net.set(func() { s.net.actor = s.As(s.Jonas) })
		u := marie.rename(k, "Reception")
		waits := func(st offline.Status) bool { return st.ReauthNeeded && st.Pending == 1 && !st.Wiped }
		marie.pass(time.Second)
		marie.is("waiting for her sign-in", waits)
		s.expel(s.Jonas)
		marie.tab.Online()
		marie.pass(2 * time.Minute)
		marie.is("waiting for her sign-in still", waits)
		if got := s.server(k); got != "" {
			t.Errorf("at the server it is %q", got)
		}
		s.net.set(func() { s.net.actor = s.As(s.Marie) })
		marie.refresh()
		marie.pass(time.Second)
		marie.is("settled", settled)
		if o := marie.Outcome(u); o == nil || o.St != replica.Applied {
			t.Errorf("outcome %+v", o)
		}
		if got := s.server(k); got != "Reception" {
			t.Errorf("at the server it is %q", got)
		}
	})
}

func newID() string { return string(offline.NewNumber()) }

// N13: the browser clears the storage under open tabs. What waited there is saved again under the same identity, once.
func TestStorageCleared(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		first, second := s.open(), s.open()
		k := first.add(firstNumber)
		first.pass(time.Second)
		s.cut(true)
		a := first.rename(k, "Reception")
		b := second.rename(k, "Front desk")
		s.browser.Clear()
		c := second.edit(replica.Remove, nil, k)
		first.pass(2 * time.Minute)
		if why := second.why(c); why != "saved" {
			t.Fatalf("the edit that met the cleared storage is %q", why)
		}
		for _, d := range []*desk{first, second} {
			d.is("telling", func(s offline.Status) bool { return s.Cleared && s.Pending == 3 })
		}
		s.cut(false)
		first.tab.Online()
		second.tab.Online()
		first.pass(5 * time.Second)
		for _, u := range []replica.Uid{a, b, c} {
			if o := first.Outcome(u); o == nil || o.St != replica.Applied {
				t.Errorf("outcome of %v: %+v", u, o)
			}
		}
		if got := s.server(k); got != "-" {
			t.Errorf("at the server it is %q", got)
		}
		first.LossSeen()
		first.pass(time.Second)
		first.is("quiet again", func(s offline.Status) bool { return !s.Cleared })
	})
}

// N13: a store that is full, or refuses, is told of; what was typed goes back; afterwards it goes on.
func TestStoreRefuses(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		d := s.open()
		k := d.add(firstNumber)
		d.pass(time.Second)
		s.browser.Set(func(b *offlinetest.Behavior) {
			b.Refuse = func(*replica.Tx) string { return replica.FailedQuota }
		})
		u := d.edit(replica.Remove, nil, k)
		d.pass(time.Second)
		if why := d.why(u); why != replica.FailedQuota {
			t.Errorf("the edit is %q", why)
		}
		d.is("in trouble", func(s offline.Status) bool { return s.Trouble == "offline.trouble.full" })
		s.browser.Set(func(b *offlinetest.Behavior) { b.Refuse = nil })
		d.rename(k, "Reception")
		d.pass(time.Second)
		d.is("out of trouble", func(s offline.Status) bool { return s.Trouble == "" && settled(s) })
	})
}

// N13: a store that can't be read is told of, and read as soon as it can be.
func TestStoreUnreadable(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.browser.Set(func(b *offlinetest.Behavior) { b.Unreadable = true })
		d := s.open()
		u := d.edit(replica.Remove, nil, offline.NewNumber())
		d.pass(time.Second)
		if why := d.why(u); why != replica.WhyNotReady && why != replica.FailedIO {
			t.Errorf("the edit is %q", why)
		}
		d.is("in trouble", func(s offline.Status) bool { return s.Trouble == "offline.trouble.unreadable" })
		s.browser.Set(func(b *offlinetest.Behavior) { b.Unreadable = false })
		d.pass(2 * time.Minute)
		d.is("ready", func(s offline.Status) bool { return s.Trouble == "" && online(s) })
	})
}

// The browser is asked to keep the storage with the first edit without a network, once.
func TestProtection(t *testing.T) {
	play(t, func(t *testing.T, s *scene) {
		s.browser.Set(func(b *offlinetest.Behavior) { b.Protects = true })
		d := s.open()
		d.is("unprotected", func(s offline.Status) bool { return s.Kept == offline.MayBeCleared })
		k := d.add(firstNumber)
		s.cut(true)
		d.pass(2 * time.Minute)
		d.rename(k, "Reception")
		d.rename(k, "Front desk")
		d.is("protected", func(s offline.Status) bool { return s.Kept == offline.Protected })
		if n := s.browser.Asked(); n != 1 {
			t.Errorf("asked %d times", n)
		}
	})
}
