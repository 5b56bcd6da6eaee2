//go:build !js

package client

import (
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/live"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// X03, R07: what the live connection tells reaches the session: the pill, the pages that watch, the clock, the end.
func TestFollow(t *testing.T) {
	const acme, other = id.Organization("acme"), id.Organization("other")
	synctest.Test(t, func(t *testing.T) {
		net := &line{headWhen: func() int64 { return 7 }}
		s := NewSession(api.AsSupport, acme, nowhere{})
		var mu sync.Mutex
		loads := map[string]int{}
		watch := func(name string, org id.Organization, kinds ...live.Kind) {
			w := &watcher{kinds: kinds, org: org, run: func() {
				mu.Lock()
				defer mu.Unlock()
				loads[name]++
			}}
			s.watchers = append(s.watchers, w)
		}
		watch("access", acme, live.Access)
		watch("contacts", acme, live.Contacts)
		watch("elsewhere", other, live.Access)
		loaded := func(access, contacts, elsewhere int) {
			t.Helper()
			time.Sleep(gather + time.Millisecond)
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			if loads["access"] != access || loads["contacts"] != contacts || loads["elsewhere"] != elsewhere {
				t.Errorf("got %v, want %d, %d, %d", loads, access, contacts, elsewhere)
			}
			clear(loads)
		}

		stop := s.follow(app.Context{}, acme, net.dial)
		first := net.newest(t)
		if !strings.HasPrefix(first.path, "/api/live?as=support&org=acme&after=-1") {
			t.Errorf("got %s", first.path)
		}
		if s.Link() != LinkSilent {
			t.Errorf("link is %q before the hello", s.Link())
		}
		first.say(`{"t":"hello","head":1,"now":946688400000}`)
		if skew := time.Until(ui.ServerNow()); s.Link() != LinkLive || s.Heard().IsZero() || skew != time.Hour {
			t.Errorf("link is %q, heard %v, skew %v", s.Link(), s.Heard(), skew)
		}
		loaded(1, 1, 1)

		first.say(`{"t":"poke","events":[{"seq":2,"kind":"access","org":"acme"},{"seq":3,"kind":"access","org":"acme"}],"head":3}`)
		loaded(1, 0, 0)

		time.Sleep(liveSupportBeat)
		synctest.Wait()
		if len(first.sent) != 1 {
			t.Errorf("%d pings after %v inside an organization", len(first.sent), liveSupportBeat)
		}

		first.hangUp(1006, "")
		if s.Link() != LinkSilent {
			t.Errorf("link is %q", s.Link())
		}
		time.Sleep(time.Second)
		second := net.newest(t)
		second.say(`{"t":"hello","head":3}`, `{"t":"end","why":"live.end.support_expired"}`)
		if s.Ended() != ui.T("live.end.support_expired") || s.Link() != LinkSilent || !second.closed {
			t.Errorf("ended %q, link %q", s.Ended(), s.Link())
		}
		time.Sleep(time.Hour)
		if net.newest(t) != second {
			t.Error("it went on")
		}

		s.mu.Lock()
		s.take(&api.Me{}, time.Now()) // signed in again
		s.mu.Unlock()
		s.notify()
		third := net.newest(t)
		if third == second {
			t.Fatal("it did not come back")
		}
		stop()
		synctest.Wait()
		s.notify()
		if net.newest(t) != third || !third.closed {
			t.Error("it went on after stop")
		}
	})

	t.Run("nothing_to_follow_outside_an_organization", func(t *testing.T) {
		s := NewSession(api.AsCustomer, "", nowhere{})
		s.follow(app.Context{}, "", func(string, *Inbox) (Socket, error) {
			t.Error("dialled")
			return nil, nil
		})()
	})
}
