package hub_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"countersign/backend/hub"
	"countersign/shared/live"
)

// X03: a client that comes back gets exactly what it missed.
func TestResume(t *testing.T) {
	t.Parallel()
	after := func(n int64) hub.Subscription {
		sub := ana()
		sub.After = n
		return sub
	}

	t.Run("what_was_missed_comes_before_the_hello", func(t *testing.T) {
		w := newWorld(t)
		w.commit(acme, live.Access, live.Contacts, live.Activity)
		c := w.dial(t, after(1))
		if f := c.want(live.FramePoke); !slices.Equal(seqs(f), []int64{2, 3}) || f.Head != 3 {
			t.Errorf("got %+v", f)
		}
		if f := c.want(live.FrameHello); f.Head != 3 {
			t.Errorf("got %+v", f)
		}
	})

	t.Run("up_to_date_needs_nothing", func(t *testing.T) {
		w := newWorld(t)
		w.commit(acme, live.Access)
		if f := w.dial(t, after(1)).want(live.FrameHello); f.Head != 1 {
			t.Errorf("got %+v", f)
		}
	})

	t.Run("only_what_is_allowed_now", func(t *testing.T) {
		w := newWorld(t)
		w.commit(acme, live.Access, live.Contacts, live.Access)
		w.change(func() { w.barred["ana"] = []live.Kind{live.Contacts} })
		c := w.dial(t, after(0))
		if f := c.want(live.FramePoke); !slices.Equal(seqs(f), []int64{1, 3}) {
			t.Errorf("got %+v", f)
		}
	})

	for name, story := range map[string]struct {
		after, head int64
		prepare     func(*world)
	}{
		"pruned_is_a_resync": {after: 1, head: 5, prepare: func(w *world) {
			w.commit(acme, slices.Repeat([]live.Kind{live.Access}, 5)...)
			w.pruned[acme] = 3
		}},
		"too_far_behind_is_a_resync": {after: 0, head: 1200, prepare: func(w *world) {
			w.commit(acme, slices.Repeat([]live.Kind{live.Access}, 1200)...)
		}},
		"ahead_of_a_restored_database_is_a_resync": {after: 99, head: 2, prepare: func(w *world) {
			w.commit(acme, live.Access, live.Access)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			story.prepare(w)
			c := w.dial(t, after(story.after))
			if f := c.want(live.FrameResync); f.Head != story.head {
				t.Errorf("got %+v", f)
			}
			if f := c.want(live.FrameHello); f.Head != story.head {
				t.Errorf("got %+v", f)
			}
			w.Publish(acme, w.commit(acme, live.Access))
			if got := seqs(c.want(live.FramePoke)); !slices.Equal(got, []int64{story.head + 1}) {
				t.Errorf("got %v", got)
			}
		})
	}

	t.Run("again_on_an_open_socket", func(t *testing.T) {
		w := newWorld(t)
		w.commit(acme, live.Access, live.Access)
		c := w.join(t, ana())
		c.say(`{"t":"after","seq":1}`)
		if got := seqs(c.want(live.FramePoke)); !slices.Equal(got, []int64{2}) {
			t.Errorf("got %v", got)
		}
		c.want(live.FrameHello)
	})

	t.Run("many_who_come_back_together_share_the_reads", func(t *testing.T) {
		w := newWorld(t)
		w.commit(acme, slices.Repeat([]live.Kind{live.Access}, 10)...)
		w.change(func() { w.away = true })
		var all []*client
		for range 40 {
			all = append(all, w.dial(t, after(4)))
		}
		w.change(func() { w.away = false })
		before := w.Stats()
		for _, c := range all {
			c.want(live.FramePoke)
			c.want(live.FrameHello)
		}
		if n := w.Stats().Replays - before.Replays; n > 10 {
			t.Errorf("%d reads for 40 sockets", n)
		}
	})
}

// X03, N13: clients come and go at random while events are committed and published, from several places and so not in
// order. Put together, each client has seen every number once and in order.
func TestResume_exact_under_concurrent_publishes(t *testing.T) {
	t.Parallel()
	const streams, clients = 4, 6
	events := int64(3000)
	if testing.Short() {
		events = 500
	}
	w := newWorld(t, func(o *hub.Options) { o.Limits.Replay = 1 << 20; o.Limits.Queue = 1 << 20 })
	var all sync.WaitGroup
	var reconnects atomic.Int64
	for n := range streams {
		stream := live.Stream(fmt.Sprint("org-", n))
		for range 3 {
			all.Go(func() {
				for range events / 3 {
					w.Publish(stream, w.commit(stream, live.Access))
				}
			})
		}
		for i := range clients {
			all.Go(func() {
				r := rand.New(rand.NewPCG(uint64(n), uint64(i)))
				sub := ana()
				sub.Stream, sub.After = stream, 0
				for sub.After < events {
					c := w.dial(t, sub)
					for stay := r.IntN(3); stay >= 0 && sub.After < events; stay-- {
						f, err := c.frame()
						if err != nil || f.T == live.FrameResync {
							t.Errorf("after %d: got %+v, %v", sub.After, f, err)
							return
						}
						for _, e := range f.Events {
							if e.Seq != sub.After+1 {
								t.Errorf("got %d after %d", e.Seq, sub.After)
								return
							}
							sub.After = e.Seq
						}
					}
					_ = c.Close()
					reconnects.Add(1)
				}
			})
		}
	}
	all.Wait()
	t.Logf("%d connections, %d reads of past events", reconnects.Load(), w.Stats().Replays)
}
