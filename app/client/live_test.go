package client

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"countersign/shared/live"

	"github.com/google/go-cmp/cmp"
)

// line is the far end of the fake network: it sees each attempt to connect and plays the server.
type line struct {
	mu       sync.Mutex
	sockets  []*fakeSocket
	dialled  []time.Time
	down     bool // attempts fail at once
	answers  bool // pings get a hello
	headWhen func() int64
}

type fakeSocket struct {
	line   *line
	path   string
	in     *Inbox
	sent   []string
	closed bool
}

func (l *line) dial(path string, in *Inbox) (Socket, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dialled = append(l.dialled, time.Now())
	if l.down {
		return nil, errors.New("down")
	}
	s := &fakeSocket{line: l, path: path, in: in}
	l.sockets = append(l.sockets, s)
	return s, nil
}

func (s *fakeSocket) Send(text string) {
	s.line.mu.Lock()
	defer s.line.mu.Unlock()
	s.sent = append(s.sent, text)
	if s.line.answers {
		s.in.Message(fmt.Sprintf(`{"t":"hello","head":%d,"now":%d}`, s.line.headWhen(), time.Now().UnixMilli()))
	}
}

func (s *fakeSocket) Close() {
	s.line.mu.Lock()
	defer s.line.mu.Unlock()
	s.closed = true
}

// newest is the socket of the last attempt.
func (l *line) newest(t *testing.T) *fakeSocket {
	t.Helper()
	synctest.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.sockets) == 0 {
		t.Fatal("nobody has dialled")
	}
	return l.sockets[len(l.sockets)-1]
}

// say sends frames to the client and lets it act.
func (s *fakeSocket) say(frames ...string) {
	for _, f := range frames {
		s.in.Message(f)
	}
	synctest.Wait()
}

func (s *fakeSocket) hangUp(code int, reason string) {
	s.in.Closed(code, reason)
	synctest.Wait()
}

// diary is what the client was told, in order.
type diary struct {
	mu    sync.Mutex
	lines []string
	skew  time.Duration
}

func (d *diary) note(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

func (d *diary) want(t *testing.T, lines ...string) {
	t.Helper()
	synctest.Wait()
	d.mu.Lock()
	defer d.mu.Unlock()
	if diff := cmp.Diff(lines, d.lines); diff != "" {
		t.Errorf("%s", diff)
	}
	d.lines = nil
}

// story starts a client with its fake network in a bubble.
func story(t *testing.T, name string, tell func(t *testing.T, l *Live, net *line, d *diary)) {
	t.Run(name, func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			net, d := &line{headWhen: func() int64 { return 7 }}, &diary{}
			l := &Live{
				Path: "/api/live?as=customer&org=acme", After: -1, Beat: 25 * time.Second, Dial: net.dial,
				OnStatus: func(s LiveStatus) { d.note("%s", strings.TrimSpace(string(s.State)+" "+s.Why)) },
				OnEvents: func(events []live.Event) {
					var b strings.Builder
					for _, e := range events {
						fmt.Fprintf(&b, " %s/%d", e.Kind, e.Seq)
					}
					d.note("events%s", b.String())
				},
				OnReload: func() { d.note("reload") },
				OnTime: func(now time.Time) {
					d.mu.Lock()
					defer d.mu.Unlock()
					d.skew = time.Until(now)
				},
				OnFailed: func() { d.note("failed") },
			}
			l.Start()
			defer l.Stop()
			tell(t, l, net, d)
		})
	})
}

const hello = `{"t":"hello","head":7,"now":946684800000}` // when the bubble's time begins

// X03: the browser's side of the live connection.
func TestLive(t *testing.T) {
	story(t, "first_hello_reloads_what_was_loaded_before", func(t *testing.T, l *Live, net *line, d *diary) {
		s := net.newest(t)
		if s.path != "/api/live?as=customer&org=acme&after=-1" {
			t.Errorf("got %s", s.path)
		}
		d.want(t, "connecting")
		s.say(hello)
		d.want(t, "live", "reload")
		if l.Status() != (LiveStatus{State: LiveOpen}) {
			t.Errorf("got %+v", l.Status())
		}
	})

	story(t, "events_arrive_once", func(t *testing.T, _ *Live, net *line, d *diary) {
		s := net.newest(t)
		s.say(hello)
		d.want(t, "connecting", "live", "reload")
		s.say(`{"t":"poke","events":[{"seq":7,"kind":"access"},{"seq":8,"kind":"access"},{"seq":9,"kind":"contacts"}],"head":12}`)
		d.want(t, "events access/8 contacts/9")
		s.say(`{"t":"poke","events":[{"seq":9,"kind":"contacts"}],"head":12}`, `{"t":"poke","events":[{"seq":0,"kind":"me"}],"head":12}`)
		d.want(t, "events me/0")
	})

	story(t, "comes_back_where_it_was", func(t *testing.T, _ *Live, net *line, d *diary) {
		s := net.newest(t)
		s.say(hello, `{"t":"poke","events":[{"seq":8,"kind":"access"}],"head":12}`)
		s.hangUp(1006, "")
		d.want(t, "connecting", "live", "reload", "events access/8", "reconnecting")
		time.Sleep(time.Second)
		back := net.newest(t)
		if back == s || !strings.HasSuffix(back.path, "&after=12") {
			t.Fatalf("got %s", back.path)
		}
		back.say(`{"t":"poke","events":[{"seq":13,"kind":"access"}],"head":13}`, `{"t":"hello","head":13}`)
		d.want(t, "events access/13", "live", "events me/0")
	})

	story(t, "resync_reloads", func(t *testing.T, _ *Live, net *line, d *diary) {
		s := net.newest(t)
		s.say(hello, `{"t":"resync","head":99}`, `{"t":"poke","events":[{"seq":98,"kind":"access"},{"seq":100,"kind":"access"}],"head":100}`)
		d.want(t, "connecting", "live", "reload", "reload", "events access/100")
		s.say(`{"t":"resync","head":3}`, `{"t":"poke","events":[{"seq":4,"kind":"access"}],"head":4}`) // a restored database
		d.want(t, "reload", "events access/4")
	})

	story(t, "R07_an_end_is_final_and_says_why", func(t *testing.T, l *Live, net *line, d *diary) {
		s := net.newest(t)
		s.say(hello, `{"t":"end","why":"live.end.support_expired"}`)
		d.want(t, "connecting", "live", "reload", "ended live.end.support_expired")
		l.Nudge()
		l.Network(true)
		time.Sleep(time.Hour)
		if net.newest(t) != s || !s.closed {
			t.Error("it went on")
		}
	})

	story(t, "R07_the_close_says_why_too", func(t *testing.T, _ *Live, net *line, d *diary) {
		s := net.newest(t)
		s.say(hello)
		s.hangUp(4001, "live.end.expired")
		d.want(t, "connecting", "live", "reload", "ended live.end.expired")
	})

	story(t, "returns_when_the_server_asks_and_not_before", func(t *testing.T, l *Live, net *line, d *diary) {
		s := net.newest(t)
		s.say(hello, `{"t":"retry","wait":8000}`)
		s.hangUp(1012, "restarting")
		d.want(t, "connecting", "live", "reload", "reconnecting")
		l.Nudge()
		time.Sleep(8*time.Second - time.Millisecond)
		if net.newest(t) != s {
			t.Error("too soon")
		}
		time.Sleep(2 * time.Millisecond)
		if net.newest(t) == s {
			t.Error("not yet back")
		}
	})

	story(t, "waits_longer_each_time_and_by_chance", func(t *testing.T, _ *Live, net *line, d *diary) {
		net.newest(t).hangUp(1006, "")
		net.mu.Lock()
		net.down = true
		net.mu.Unlock()
		time.Sleep(20 * time.Minute)
		synctest.Wait()
		net.mu.Lock()
		defer net.mu.Unlock()
		most, different := time.Second, map[time.Duration]bool{}
		for i := 1; i < len(net.dialled); i++ {
			wait := net.dialled[i].Sub(net.dialled[i-1])
			if wait > most {
				t.Errorf("wait %d was %v, more than %v", i, wait, most)
			}
			different[wait] = true
			most = min(2*most, time.Minute)
		}
		if n := len(net.dialled); n < 25 || n > 150 || len(different) < n/2 {
			t.Errorf("%d attempts, %d different waits", n, len(different))
		}
	})

	story(t, "a_server_that_drops_at_once_is_not_hammered", func(t *testing.T, _ *Live, net *line, _ *diary) {
		stop := time.Now().Add(10 * time.Minute)
		for n := -1; time.Now().Before(stop); time.Sleep(20 * time.Millisecond) {
			synctest.Wait()
			net.mu.Lock()
			fresh := len(net.sockets) > n
			n = len(net.sockets)
			net.mu.Unlock()
			if fresh && n > 0 {
				s := net.newest(t)
				s.say(hello)
				s.hangUp(1011, "")
				n++
			}
		}
		if n := len(net.dialled); n > 80 {
			t.Errorf("%d attempts in ten minutes", n)
		}
	})

	story(t, "the_network_or_the_person_coming_back_ends_a_wait", func(t *testing.T, l *Live, net *line, d *diary) {
		first := net.newest(t)
		net.mu.Lock()
		net.down = true
		net.mu.Unlock()
		first.hangUp(1006, "")
		time.Sleep(10 * time.Minute)
		l.Network(false)
		synctest.Wait()
		if l.Status().State != LiveOffline {
			t.Errorf("got %+v", l.Status())
		}
		net.mu.Lock()
		net.down = false
		before := len(net.dialled)
		net.mu.Unlock()
		l.Network(true)
		synctest.Wait()
		time.Sleep(time.Second)
		synctest.Wait()
		net.mu.Lock()
		after := len(net.dialled)
		net.mu.Unlock()
		if after != before+1 || l.Status().State != LiveReconnecting {
			t.Errorf("%d attempts, %+v", after-before, l.Status())
		}
		for range 100 { // a person who plays with the window does not hammer the server
			l.Nudge()
			synctest.Wait()
		}
		net.newest(t).say(hello)
		if l.Status().State != LiveOpen {
			t.Errorf("got %+v", l.Status())
		}
	})

	story(t, "notices_a_dead_connection", func(t *testing.T, _ *Live, net *line, d *diary) {
		s := net.newest(t)
		s.say(hello)
		d.want(t, "connecting", "live", "reload")
		time.Sleep(25*time.Second + time.Millisecond)
		synctest.Wait()
		if diff := cmp.Diff([]string{`{"t":"ping"}`}, s.sent); diff != "" {
			t.Error(diff)
		}
		time.Sleep(10 * time.Second)
		d.want(t, "reconnecting")
		if !s.closed {
			t.Error("left open")
		}
	})

	story(t, "keeps_a_quiet_connection", func(t *testing.T, _ *Live, net *line, d *diary) {
		s := net.newest(t)
		s.say(hello)
		net.mu.Lock()
		net.answers = true
		net.mu.Unlock()
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := len(s.sent); n < 140 || n > 144 {
			t.Errorf("%d pings in an hour", n)
		}
		d.want(t, "connecting", "live", "reload")
	})

	story(t, "doubts_a_connection_that_may_have_died_asleep", func(t *testing.T, l *Live, net *line, d *diary) {
		net.newest(t).say(hello)
		l.Nudge()
		time.Sleep(5*time.Second + time.Millisecond)
		d.want(t, "connecting", "live", "reload", "reconnecting")
	})

	story(t, "believes_the_socket_rather_than_the_browser", func(t *testing.T, l *Live, net *line, d *diary) {
		s := net.newest(t)
		s.say(hello)
		net.mu.Lock()
		net.answers = true
		net.mu.Unlock()
		l.Network(false) // the server is on the same computer
		time.Sleep(time.Minute)
		d.want(t, "connecting", "live", "reload")
		s.hangUp(1006, "")
		d.want(t, "offline")
	})

	story(t, "gives_up_on_a_server_that_does_not_greet", func(t *testing.T, _ *Live, net *line, d *diary) {
		s := net.newest(t)
		time.Sleep(10*time.Second + time.Millisecond)
		d.want(t, "connecting", "reconnecting", "failed")
		if !s.closed {
			t.Error("left open")
		}
	})

	story(t, "nonsense_is_a_broken_connection", func(t *testing.T, _ *Live, net *line, d *diary) {
		net.newest(t).say(hello, `{"t":`)
		d.want(t, "connecting", "live", "reload", "reconnecting")
	})

	story(t, "unknown_frames_of_a_newer_server_are_skipped", func(t *testing.T, _ *Live, net *line, d *diary) {
		net.newest(t).say(hello, `{"t":"weather","events":[{"seq":8,"kind":"access"}]}`, `{"t":"poke","events":[{"seq":8,"kind":"tides"}],"head":8}`)
		d.want(t, "connecting", "live", "reload", "events tides/8")
	})

	story(t, "a_panic_of_a_page_ends_nothing", func(t *testing.T, l *Live, net *line, d *diary) {
		l.OnReload = func() { panic("page") }
		net.newest(t).say(hello, `{"t":"poke","events":[{"seq":8,"kind":"access"}],"head":8}`)
		d.want(t, "connecting", "live", "events access/8")
	})

	story(t, "learns_the_servers_time", func(t *testing.T, _ *Live, net *line, d *diary) {
		s := net.newest(t)
		s.say(fmt.Sprintf(`{"t":"hello","head":1,"now":%d}`, time.Now().Add(time.Hour).UnixMilli()))
		if d.skew != time.Hour {
			t.Errorf("got %v", d.skew)
		}
		time.Sleep(25*time.Second + 200*time.Millisecond) // the ping leaves at 25 s; the answer takes 200 ms there and back
		s.say(fmt.Sprintf(`{"t":"hello","head":1,"now":%d}`, time.Now().Add(time.Hour-100*time.Millisecond).UnixMilli()))
		if d.skew != time.Hour {
			t.Errorf("got %v", d.skew)
		}
		time.Sleep(25*time.Second + 5*time.Second) // an answer that was late tells nothing
		s.say(`{"t":"hello","head":1,"now":1}`)
		if d.skew != time.Hour {
			t.Errorf("got %v", d.skew)
		}
	})

	story(t, "nothing_comes_after_stop", func(t *testing.T, l *Live, net *line, d *diary) {
		s := net.newest(t)
		s.say(hello)
		d.want(t, "connecting", "live", "reload")
		l.Stop()
		synctest.Wait()
		s.say(`{"t":"poke","events":[{"seq":8,"kind":"access"}],"head":8}`)
		time.Sleep(time.Hour)
		d.want(t)
		if !s.closed || net.newest(t) != s {
			t.Error("it went on")
		}
	})
}
