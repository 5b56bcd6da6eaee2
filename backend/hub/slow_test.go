package hub_test

import (
	"net"
	"slices"
	"testing"
	"time"

	"countersign/backend/hub"
	"countersign/shared/live"
)

// narrow is a listener whose connections hold little, so that a client that does not read is soon seen to be slow.
type narrow struct{ net.Listener }

func (n narrow) Accept() (net.Conn, error) {
	c, err := n.Listener.Accept()
	if err == nil {
		err = c.(*net.TCPConn).SetWriteBuffer(4 << 10)
	}
	return c, err
}

func newNarrowWorld(t *testing.T, adjust ...func(*hub.Options)) *world {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorldOn(t, narrow{l}, adjust...)
	w.dialer.NetDial = func(network, addr string) (net.Conn, error) {
		c, err := net.Dial(network, addr)
		if err == nil {
			err = c.(*net.TCPConn).SetReadBuffer(4 << 10)
		}
		return c, err
	}
	return w
}

// TH23: a client that does not read gets a resync instead of what it missed, and holds up nobody.
func TestSlowClient(t *testing.T) {
	t.Parallel()

	t.Run("gets_a_resync_and_goes_on", func(t *testing.T) {
		w := newNarrowWorld(t, func(o *hub.Options) { o.Limits.Write = time.Hour })
		slow, quick := w.join(t, ana()), w.join(t, ana())
		resyncs := w.Stats().Resyncs
		for n := int64(0); w.Stats().Resyncs == resyncs; n++ {
			w.Publish(acme, w.commit(acme, slices.Repeat([]live.Kind{live.Contacts}, 40)...))
			for head := int64(0); head < (n+1)*40; {
				head = quick.want(live.FramePoke).Head // one frame at a time, so the slow one's queue fills by frames
			}
		}

		var last, covered int64
		told := false
		w.Publish(acme, w.commit(acme, live.Access))
		for {
			f, err := slow.frame()
			if err != nil {
				t.Fatal(err)
			}
			switch f.T {
			case live.FrameResync:
				told = true
				covered = f.Head
				last = f.Head
			case live.FramePoke:
				for _, e := range f.Events {
					if e.Seq != last+1 {
						t.Fatalf("got %d after %d", e.Seq, last)
					}
					last = e.Seq
				}
			}
			if f.T == live.FramePoke && f.Events[len(f.Events)-1].Kind == live.Access {
				break
			}
		}
		if !told {
			t.Error("no resync")
		}
		t.Logf("the resync covered up to %d of %d", covered, last)
	})

	t.Run("is_closed_when_it_takes_nothing", func(t *testing.T) {
		w := newNarrowWorld(t, func(o *hub.Options) { o.Limits.Write = 50 * time.Millisecond })
		w.join(t, ana()) // never reads
		quick := w.join(t, ana())
		for w.Watchers(acme) == 2 {
			events := w.commit(acme, slices.Repeat([]live.Kind{live.Contacts}, 40)...)
			w.Publish(acme, events)
			for head := int64(0); head < events[39].Seq; {
				head = quick.want(live.FramePoke).Head
			}
		}
		if n := w.Stats().Slow; n != 1 {
			t.Errorf("%d counted", n)
		}
	})

	t.Run("a_hundred_of_them_hold_up_nobody", func(t *testing.T) {
		w := newNarrowWorld(t, func(o *hub.Options) { o.Limits.Write = time.Hour })
		for range 100 {
			w.join(t, ana())
		}
		quick := w.join(t, ana())
		for round := range int64(400) {
			w.Publish(acme, w.commit(acme, slices.Repeat([]live.Kind{live.Contacts}, 40)...))
			for head := int64(0); head < (round+1)*40; {
				f := quick.want(live.FramePoke)
				head = f.Head
			}
		}
		if n := w.Stats().Resyncs; n < 100 {
			t.Errorf("%d resyncs: the slow ones were not slow", n)
		}
	})

	t.Run("TH13_a_cut_ends_it_at_once", func(t *testing.T) {
		w := newNarrowWorld(t, func(o *hub.Options) { o.Limits.Write = time.Hour })
		slow, quick := w.join(t, ana()), ana()
		quick.Session = "ana-2"
		q := w.join(t, quick)
		for n := int64(0); w.Stats().Resyncs == 0; n++ {
			w.Publish(acme, w.commit(acme, slices.Repeat([]live.Kind{live.Contacts}, 40)...))
			for head := int64(0); head < (n+1)*40; {
				head = q.want(live.FramePoke).Head
			}
		}
		if n := w.CutSession(why, "ana-1"); n != 1 {
			t.Errorf("%d cut", n)
		}
		if n := w.Watchers(acme); n != 1 {
			t.Errorf("%d watchers when the cut returned", n)
		}
		for { // what the kernel held is thrown away, so the stream breaks off
			if _, err := slow.frame(); err != nil {
				return
			}
		}
	})
}
