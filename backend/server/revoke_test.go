package server_test

import (
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	. "countersign/backend/backendtest"
	"countersign/backend/server"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/live"

	"github.com/gorilla/websocket"
)

// R07, TH13: revoke ends every session of the grant on the server. A thousand open sockets of it are cut, each is told
// why as the last thing it hears, what was being written when the revocation committed is refused, and nothing done
// through the grant stands after it in the record.
func TestRevokeCutsAThousandSockets(t *testing.T) {
	const sockets = 1000
	many := server.Bucket{PerSecond: 1e6, Burst: 1e6}
	w := New(t, WithLimits(server.Limits{Usual: many, Costly: many, Address: many}))
	base := w.Listen()
	marie, sofia := w.As(w.Marie), w.As(w.Sofia)
	g := Must(marie.Approve(Must(sofia.RequestAccess(w.Acme, time.Hour, "")), time.Hour))
	inside := Must(sofia.Enter(g))

	var heard atomic.Int64
	last := make(chan live.Frame, sockets)
	var open sync.WaitGroup
	for range sockets {
		c, err := inside.Socket(base, w.Acme)
		if err != nil {
			t.Fatal(err)
		}
		open.Go(func() {
			defer c.Close()
			var f live.Frame
			for {
				_, b, err := c.ReadMessage()
				if err != nil {
					last <- f
					return
				}
				if f.T == live.FrameEnd {
					t.Errorf("after its end a socket heard %s", b)
				}
				if err := json.Unmarshal(b, &f); err != nil {
					t.Errorf("a frame that is none: %s", b)
				}
				heard.Add(1)
			}
		})
	}
	if n := w.Hub.Watchers(live.Of(w.Acme)); n != sockets {
		t.Fatalf("%d sockets listen", n)
	}

	// The agent works, page after page, while the owner revokes.
	var work sync.WaitGroup
	begun := make(chan struct{}, 1)
	var refused error
	for i := range 4 {
		work.Go(func() {
			for n := 0; ; n++ {
				in := api.ViewingIn{Org: api.Org{Org: w.Acme}}
				in.Body.Page = []string{"home", "manage/audit"}[(n+i)%2]
				if _, err := Call(inside, api.TellViewing, in); err != nil {
					if i == 0 {
						refused = err
					}
					return
				}
				select {
				case begun <- struct{}{}:
				default:
				}
			}
		})
	}
	<-begun
	Must(marie.Revoke(g))
	work.Wait()
	open.Wait()
	Refused(t, refused, errs.Unauthenticated)

	close(last)
	for f := range last {
		if f.T == live.FrameEnd && f.Why != "support.ended.revoked" {
			t.Fatalf("a socket was told %q", f.Why)
		}
	}
	if n := w.Hub.Watchers(live.Of(w.Acme)); n != 0 || heard.Load() == 0 {
		t.Fatalf("%d sockets listen still; %d frames were heard", n, heard.Load())
	}
	if _, err := inside.Socket(base, w.Acme); err == nil {
		t.Fatal("a revoked session opened a socket")
	}

	feed := Must(Call(marie, api.ListSupportActivity, api.ActivityIn{Org: api.Org{Org: w.Acme}, Page: api.Page{Limit: 200}}))
	for _, e := range feed.Entries {
		if e.Kind == audit.AccessRevoked {
			break // newest first: what follows came before
		}
		t.Errorf("after the revocation stands %s by %s", e.Kind, e.Actor.Name)
	}
	w.Verify()
}

// K13, TH11: a socket is for those who may listen, and each kind of event for those who may see what it is about.
func TestLiveIsForThoseWhoMayListen(t *testing.T) {
	w := New(t)
	base := w.Listen()
	for _, p := range []*Persona{w.Nobody, w.Luc, w.Sofia} {
		a := w.As(p)
		a.Kind = api.AsCustomer
		if c, err := a.Socket(base, w.Acme); err == nil {
			c.Close()
			t.Errorf("%s listens to an organization of others", p.Name)
		}
	}
	number := w.As(w.AddContact(w.Acme, "Nils Holm"))
	sockets := map[string]*websocket.Conn{}
	for name, a := range map[string]*Actor{"owner": w.As(w.Marie), "no rights": number, "agent": w.As(w.Tom), "foreign owner": w.As(w.Luc)} {
		o := w.Acme
		if name == "foreign owner" {
			o = w.Beta
		}
		c, err := a.Socket(base, o)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		defer c.Close()
		sockets[name] = c
	}
	Must(w.As(w.Sofia).RequestAccess(w.Acme, time.Hour, ""))
	Must(w.As(w.Sofia).RequestAccess(w.Beta, time.Hour, ""))
	for name, want := range map[string]map[live.Kind]bool{
		"owner": {live.Access: true, live.Activity: true}, "no rights": {}, "agent": {live.Access: true}, "foreign owner": {live.Access: true, live.Activity: true},
	} {
		got := map[live.Kind]bool{}
		for _, e := range hear(t, sockets[name]) {
			got[e.Kind] = true
			if foreign := w.Beta; name == "owner" && e.Org == foreign || name == "foreign owner" && e.Org == w.Acme {
				t.Errorf("%s hears of %s", name, e.Org)
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s hears %v, want %v", name, got, want)
		}
	}
}

// hear reads what comes within a moment.
func hear(t *testing.T, c *websocket.Conn) (events []live.Event) {
	c.SetReadDeadline(time.Now().Add(500 * time.Millisecond))
	for {
		_, b, err := c.ReadMessage()
		if err != nil {
			var timeout interface{ Timeout() bool }
			if !errors.As(err, &timeout) {
				t.Fatal(err)
			}
			return events
		}
		var f live.Frame
		if err := json.Unmarshal(b, &f); err != nil {
			t.Fatal(err)
		}
		events = append(events, f.Events...)
	}
}
