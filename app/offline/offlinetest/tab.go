package offlinetest

import (
	"context"
	"crypto/rand"
	"slices"
	"sync"
	"testing"

	"countersign/app/client"
	"countersign/app/offline"
	"countersign/shared/api"
	"countersign/shared/id"
)

func randomBits(b []byte) { rand.Read(b) }

// Tab is one tab of a browser.
type Tab struct {
	b       *Browser
	ground  *offline.Ground
	threads queue

	mu                 sync.Mutex
	visible            bool
	seen, online, back []*listener
	stops, goesOn      []*listener
	thawed             chan struct{} // while frozen
	answers            chan struct{} // while its calls get no answer
	dead               bool
}

type listener struct{ f func() }

// Use has copies opened from now on stand in this tab, until the test ends.
func (t *Tab) Use(tb testing.TB) { tb.Cleanup(offline.Use(t.ground)) }

// Ground is a copy of what copies in this tab stand on, to be changed.
func (t *Tab) Ground() offline.Ground { return *t.ground }

// Open opens a copy in this tab.
func (t *Tab) Open(s *client.Session, org id.Organization) *offline.Copy {
	defer offline.Use(t.ground)()
	return offline.Open(s, org)
}

// In does f on the thread of the tab's ground: what it opens stands there.
func (t *Tab) In(f func()) {
	defer offline.Use(t.ground)()
	f()
}

// Visible reports whether the person sees the tab.
func (t *Tab) Visible() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.visible
}

// Show brings the tab to the front, or puts it behind.
func (t *Tab) Show(visible bool) {
	t.mu.Lock()
	t.visible = visible
	t.mu.Unlock()
	t.tell(&t.seen)
	if visible {
		t.tell(&t.back)
	}
}

// Online says that the network is back.
func (t *Tab) Online() { t.tell(&t.online) }

func (t *Tab) on(list *[]*listener, f func()) (stop func()) {
	l := &listener{f}
	t.mu.Lock()
	defer t.mu.Unlock()
	*list = append(*list, l)
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		*list = slices.DeleteFunc(*list, func(x *listener) bool { return x == l })
	}
}

func (t *Tab) tell(list *[]*listener) {
	t.mu.Lock()
	now := slices.Clone(*list)
	t.mu.Unlock()
	for _, l := range now {
		t.threads.post(l.f)
	}
}

// Suspend tells the tab that it is about to be stopped, as a browser does with one that nobody sees, and stops it until Thaw.
func (t *Tab) Suspend() {
	t.tell(&t.stops)
	t.threads.post(t.Freeze)
}

// Mute has the tab's calls reach the server and get no answer, or lets the answers come.
func (t *Tab) Mute(mute bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if mute {
		t.answers = make(chan struct{})
		return
	}
	close(t.answers)
	t.answers = nil
}

// Freeze stops the tab without a word until Thaw, as a computer does that goes to sleep. What comes meanwhile waits.
func (t *Tab) Freeze() {
	t.mu.Lock()
	t.thawed = make(chan struct{})
	t.mu.Unlock()
	t.threads.freeze(true)
}

// Thaw lets a frozen tab go on.
func (t *Tab) Thaw() {
	t.mu.Lock()
	close(t.thawed)
	t.thawed = nil
	t.mu.Unlock()
	t.threads.freeze(false)
	t.tell(&t.goesOn)
	t.b.thawed()
}

func (t *Tab) frozen() chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.thawed
}

// waits are what an answer to the tab waits for.
func (t *Tab) waits() (list []chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range []chan struct{}{t.answers, t.thawed} {
		if c != nil {
			list = append(list, c)
		}
	}
	return list
}

// Kill ends the tab at once, as a crash does. What it gave to the store before may be written still.
func (t *Tab) Kill() {
	t.mu.Lock()
	t.dead = true
	t.mu.Unlock()
	t.threads.kill()
	t.b.leave(t)
}

func (t *Tab) gone() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.dead
}

// Over is a transport whose calls are made by this tab: they wait while it is frozen, and get no answer once it is dead.
func (t *Tab) Over(tr api.Transport) api.Transport { return transport{t, tr} }

type transport struct {
	tab *Tab
	api.Transport
}

func (t transport) Do(ctx context.Context, c api.Call) (api.Answer, error) {
	a, err := t.Transport.Do(ctx, c)
	for _, until := range t.tab.waits() {
		select {
		case <-until:
		case <-ctx.Done():
			return api.Answer{}, ctx.Err()
		}
	}
	if t.tab.gone() {
		<-ctx.Done()
		return api.Answer{}, ctx.Err()
	}
	return a, err
}
