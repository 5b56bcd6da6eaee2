package hub_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"countersign/backend/hub"
	"countersign/shared/id"
	"countersign/shared/live"

	"github.com/google/go-cmp/cmp"
)

// X03: a socket is told what is committed on its stream, and only on its stream.
func TestDelivery(t *testing.T) {
	t.Parallel()

	t.Run("hello_tells_head_and_time", func(t *testing.T) {
		w := newWorld(t)
		w.commit(acme, live.Access, live.Contacts)
		hello := w.dial(t, ana()).want(live.FrameHello)
		if hello.Head != 2 || hello.Now == 0 {
			t.Errorf("got %+v", hello)
		}
	})

	t.Run("events_of_its_own_stream", func(t *testing.T) {
		w := newWorld(t)
		c := w.join(t, ana())
		w.Publish("other", w.commit("other", live.Access))
		w.Publish(acme, w.commit(acme, live.Access, live.Activity))
		got := c.want(live.FramePoke)
		want := live.Frame{T: live.FramePoke, Head: 2, Events: []live.Event{
			{Seq: 1, Kind: live.Access, Org: "acme"}, {Seq: 2, Kind: live.Activity, Org: "acme"}}}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	})

	t.Run("published_out_of_order_arrives_in_order_and_once", func(t *testing.T) {
		w := newWorld(t)
		c := w.join(t, ana())
		first, second, third := w.commit(acme, live.Access), w.commit(acme, live.Access), w.commit(acme, live.Access)
		for _, e := range [][]live.Event{third, first, second, third} {
			w.Publish(acme, e)
		}
		var got []int64
		for len(got) < 3 {
			got = append(got, seqs(c.want(live.FramePoke))...)
		}
		if d := cmp.Diff([]int64{1, 2, 3}, got); d != "" {
			t.Error(d)
		}
		c.say(`{"t":"ping"}`)
		c.want(live.FrameHello)
	})

	t.Run("a_gap_is_filled_from_what_is_committed", func(t *testing.T) {
		w := newWorld(t)
		c := w.join(t, ana())
		w.commit(acme, live.Access, live.Access) // committed, but the word of it got lost
		w.Publish(acme, w.commit(acme, live.Contacts))
		if got := seqs(c.want(live.FramePoke)); !slices.Equal(got, []int64{1, 2, 3}) {
			t.Errorf("got %v", got)
		}
	})

	t.Run("a_gap_that_is_too_wide_is_a_resync", func(t *testing.T) {
		w := newWorld(t, func(o *hub.Options) { o.Limits.Replay = 10 })
		c := w.join(t, ana())
		w.commit(acme, slices.Repeat([]live.Kind{live.Access}, 20)...)
		w.Publish(acme, w.commit(acme, live.Contacts))
		if f := c.want(live.FrameResync); f.Head != 21 {
			t.Errorf("got %+v", f)
		}
		w.Publish(acme, w.commit(acme, live.Contacts))
		if got := seqs(c.want(live.FramePoke)); !slices.Equal(got, []int64{22}) {
			t.Errorf("got %v", got)
		}
	})

	t.Run("more_than_a_batch_comes_in_parts", func(t *testing.T) {
		w := newWorld(t)
		c := w.join(t, ana())
		w.Publish(acme, w.commit(acme, slices.Repeat([]live.Kind{live.Access}, 700)...))
		var got []int64
		for len(got) < 700 {
			f := c.want(live.FramePoke)
			if len(f.Events) > 256 {
				t.Fatalf("%d events in a frame", len(f.Events))
			}
			got = append(got, seqs(f)...)
		}
		for i, seq := range got {
			if seq != int64(i)+1 {
				t.Fatalf("event %d has number %d", i, seq)
			}
		}
	})

	t.Run("own_events_reach_only_their_login", func(t *testing.T) {
		w := newWorld(t)
		a := w.join(t, ana())
		bob := ana()
		bob.Login, bob.Session, bob.Stream = "bob", "bob-1", "other"
		b := w.join(t, bob)

		w.Poke("ana")
		if f := a.want(live.FramePoke); len(f.Events) != 1 || f.Events[0] != (live.Event{Kind: live.Me, Ref: "ana"}) {
			t.Errorf("got %+v", f)
		}
		mine := w.commit(acme, live.Me)
		mine[0].Ref = "bob" // in the stream that ana listens to
		w.Publish(acme, mine)
		w.Publish("other", w.commit("other", live.Access))
		w.Publish(acme, w.commit(acme, live.Access))
		for _, c := range []*client{a, b} {
			if f := c.want(live.FramePoke); len(f.Events) != 1 || f.Events[0].Kind != live.Access {
				t.Errorf("got %+v", f)
			}
		}
	})

	t.Run("unheard_streams_cost_nothing", func(t *testing.T) {
		w := newWorld(t)
		w.Publish(acme, w.commit(acme, live.Access))
		if w.asked != 0 || w.Watchers(acme) != 0 {
			t.Errorf("asked %d times, %d watchers", w.asked, w.Watchers(acme))
		}
		c := w.join(t, ana())
		if w.Watchers(acme) != 1 {
			t.Errorf("%d watchers", w.Watchers(acme))
		}
		w.Publish(acme, w.commit(acme, live.Access))
		if got := seqs(c.want(live.FramePoke)); !slices.Equal(got, []int64{2}) {
			t.Errorf("got %v", got)
		}
	})

	t.Run("one_verdict_for_all_listeners_of_a_batch", func(t *testing.T) {
		w := newWorld(t)
		var all []*client
		for range 20 {
			all = append(all, w.join(t, ana()))
		}
		before := w.asked
		w.Publish(acme, w.commit(acme, live.Access, live.Contacts, live.Activity))
		for _, c := range all {
			c.want(live.FramePoke)
		}
		if n := w.asked - before; n != 1 {
			t.Errorf("asked %d times", n)
		}
	})

	t.Run("waits_and_loses_nothing_while_permission_can_not_be_evaluated", func(t *testing.T) {
		w := newWorld(t)
		c := w.join(t, ana())
		w.change(func() { w.away = true })
		w.Publish(acme, w.commit(acme, live.Access))
		late := w.dial(t, ana())
		w.change(func() { w.away = false })
		w.Publish(acme, w.commit(acme, live.Contacts))
		var got []int64
		for len(got) < 2 {
			got = append(got, seqs(c.want(live.FramePoke))...)
		}
		if !slices.Equal(got, []int64{1, 2}) {
			t.Errorf("got %v", got)
		}
		late.want(live.FrameHello)
	})

	t.Run("a_panic_in_the_verdict_is_no_verdict", func(t *testing.T) {
		broken := true
		w := newWorld(t, func(o *hub.Options) {
			inner := o.Authorize
			o.Authorize = func(ctx context.Context, s live.Stream, k []live.Kind, subs []*hub.Subscription) ([]hub.Verdict, error) {
				if broken {
					broken = false
					panic("broken")
				}
				return inner(ctx, s, k, subs)
			}
		})
		w.join(t, ana())
		if n := w.Stats().Failed; n != 1 {
			t.Errorf("%d failures counted", n)
		}
	})
}

// TH11, K13: 20 organizations, 50,000 events, permissions that flip all the time: each client gets exactly the events
// that its login may be told of, none more and none less.
func TestDelivery_TH11_follows_permissions_as_they_are(t *testing.T) {
	t.Parallel()
	const organizations, phases = 20, 25
	perPhase := 100
	if testing.Short() {
		perPhase = 20
	}
	all := []live.Kind{live.Access, live.Activity, live.Contacts, live.Organization}
	fence := live.Staff // always allowed: it shows that all before it has been told

	w := newWorld(t)
	var wg sync.WaitGroup
	for o := range organizations {
		stream := live.Stream(fmt.Sprint("org-", o))
		var clients []*client
		var logins []id.Login
		for l := range 3 {
			sub := ana()
			sub.Stream, sub.Login = stream, id.Login(fmt.Sprint(stream, "/", l))
			clients = append(clients, w.join(t, sub))
			logins = append(logins, sub.Login)
		}
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(o), 11))
			for range phases {
				want := make([][]int64, len(clients))
				barred := make([][]live.Kind, len(clients))
				w.change(func() {
					for i, login := range logins {
						for _, k := range all {
							if r.IntN(2) == 0 {
								barred[i] = append(barred[i], k)
							}
						}
						w.barred[login] = barred[i]
					}
				})
				for range perPhase {
					events := w.commit(stream, all[r.IntN(len(all))])
					for i := range clients {
						if !slices.Contains(barred[i], events[0].Kind) {
							want[i] = append(want[i], events[0].Seq)
						}
					}
					w.Publish(stream, events)
				}
				end := w.commit(stream, fence)
				w.Publish(stream, end)
				for i, c := range clients {
					var got []int64
					for !slices.Contains(got, end[0].Seq) {
						f, err := c.frame()
						if err != nil || f.T != live.FramePoke {
							t.Errorf("%s: got %+v, %v", logins[i], f, err)
							return
						}
						got = append(got, seqs(f)...)
					}
					if d := cmp.Diff(append(want[i], end[0].Seq), got); d != "" {
						t.Errorf("%s: %s", logins[i], d)
						return
					}
				}
			}
		})
	}
	wg.Wait()
	t.Logf("%d events, %d deliveries with something left out", organizations*phases*perPhase, w.Stats().Denied)
}

// TH11: while events stream, the right is taken away for good. Nothing committed after that arrives.
func TestDelivery_TH11_nothing_after_a_right_is_gone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.join(t, ana())
	var last int64
	for i := range 2000 {
		if i == 1000 {
			w.change(func() {
				w.barred["ana"] = []live.Kind{live.Contacts}
				last = int64(len(w.events[acme]))
			})
		}
		w.Publish(acme, w.commit(acme, live.Contacts))
	}
	end := w.commit(acme, live.Access)
	w.Publish(acme, end)
	for {
		f := c.want(live.FramePoke)
		for _, e := range f.Events {
			if e.Kind == live.Contacts && e.Seq > last {
				t.Fatalf("event %d arrived, the right ended at %d", e.Seq, last)
			}
			if e.Seq == end[0].Seq {
				return
			}
		}
	}
}

// The verdict itself can end a socket, so that a revocation whose word got lost still ends it at the next event.
func TestDelivery_a_verdict_can_end_the_socket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.join(t, ana())
	w.change(func() { w.ended["ana-1"] = "live.end.expired" })
	w.Publish(acme, w.commit(acme, live.Access))
	frames := c.wantClose(hub.CloseEnded)
	if len(frames) != 1 || frames[0].T != live.FrameEnd || frames[0].Why != "live.end.expired" {
		t.Errorf("got %+v", frames)
	}

	t.Run("also_when_it_opens", func(t *testing.T) {
		frames := w.dial(t, ana()).wantClose(hub.CloseEnded)
		if len(frames) != 1 || frames[0].T != live.FrameEnd {
			t.Errorf("got %+v", frames)
		}
	})
}
