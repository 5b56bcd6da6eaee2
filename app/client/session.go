package client

import (
	"reflect"
	"strconv"
	"sync"
	"time"

	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/i18n"
	"countersign/shared/id"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Session is one kind of caller in this browser: a customer, staff, or an agent inside one organization. There is one
// for each, and none ever calls as another.
type Session struct {
	As  api.As
	Org id.Organization // of a support session, and of the owner looking as somebody else

	// eyes is the contact as whom the owner looks; nothing can be changed then, and nothing is kept in the browser.
	eyes id.Contact

	transport api.Transport
	serial    int

	mu       sync.Mutex
	me       *api.Me
	meAt     time.Time
	version  int  // counts changes of who the caller is and what they may do
	kept     bool // me is what an earlier visit knew
	problem  error
	loading  bool
	ended    string
	endedAt  time.Time
	link     Link
	heardAt  time.Time
	lastMove time.Time // of the person: what keeps the sign-in alive on the server
	observed []*observer
	watchers []*watcher
	hearers  []*hearer
	steps    []step
	keepers  map[string]func() []Unsent
	again    bool // a reload of me was asked for while one was under way
	leaving  bool // the person is on the way out
}

var sessions struct {
	sync.Mutex
	all    map[string]*Session
	serial int
}

// Open gives the session of a place's kind of caller, the same one each time.
func Open(p Place) *Session {
	key := string(p.As)
	org := id.Organization("")
	if p.As == api.AsSupport {
		org = p.Org
		key += "/" + string(org)
	}
	if p.Eyes != "" {
		org = p.Org
		key += "/" + string(org) + "/" + string(p.Eyes)
	}
	sessions.Lock()
	defer sessions.Unlock()
	if s := sessions.all[key]; s != nil && !(p.As == api.AsSupport && s.Ended() != "") {
		return s // an ended stay is not taken up again: the next one is another session
	}
	if sessions.all == nil {
		sessions.all = map[string]*Session{}
	}
	sessions.serial++
	s := newSession(p.As, org, browserTransport(), sessions.serial)
	if p.Eyes != "" {
		s.eyes, s.me, s.kept = p.Eyes, nil, false
	}
	sessions.all[key] = s
	return s
}

// Renew forgets what was known of an earlier stay: an agent enters the organization anew.
func (s *Session) Renew() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.me, s.meAt, s.problem, s.ended, s.leaving = nil, time.Time{}, nil, "", false
	s.version++
}

// NewSession makes a session that calls over the given transport: for tests and for windows that bring their own.
func NewSession(as api.As, org id.Organization, t api.Transport) *Session {
	sessions.Lock()
	sessions.serial++
	serial := sessions.serial
	sessions.Unlock()
	return newSession(as, org, t, serial)
}

func newSession(as api.As, org id.Organization, t api.Transport, serial int) *Session {
	s := &Session{As: as, Org: org, transport: t, serial: serial, keepers: map[string]func() []Unsent{}, lastMove: time.Now()}
	s.me = recall(as)
	s.kept = s.me != nil
	return s
}

// Me is who is signed in; nil before the first answer. It may be what an earlier visit knew when there is no connection.
// It must not be changed.
func (s *Session) Me() *api.Me {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.me
}

// Fresh reports whether Me comes from the server in this visit, and when it did.
func (s *Session) Fresh() (time.Time, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.meAt, s.me != nil && !s.kept
}

// Problem is why Me could not be loaded, nil when it was or is being.
func (s *Session) Problem() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.problem
}

// Refresh loads Me. A background refresh does not keep the sign-in alive.
func (s *Session) Refresh(ctx app.Context, background bool) {
	s.mu.Lock()
	if s.loading {
		s.again = true
		s.mu.Unlock()
		return
	}
	s.loading = true
	s.mu.Unlock()

	sent := time.Now()
	s.loadMe(ctx, background, func(ctx app.Context, me api.Me, err error) {
		s.mu.Lock()
		again := s.again
		s.loading, s.again, s.problem = false, false, err
		changed := err == nil && s.take(&me, sent)
		s.mu.Unlock()
		if err == nil && s.eyes == "" {
			remember(s.As, &me)
		}
		if changed {
			app.Window().Get("location").Call("reload") // another person signed in: nothing of the first may stay
			return
		}
		s.notify()
		if again {
			s.Refresh(ctx, true)
		}
	})
}

// loadMe asks who the caller is. Looking as somebody else, it is the owner with that contact's place in the organization.
func (s *Session) loadMe(ctx app.Context, background bool, done func(app.Context, api.Me, error)) {
	call(ctx, s, api.GetMe, api.None{}, background, func(ctx app.Context, me api.Me, err error) {
		if err != nil || s.eyes == "" {
			done(ctx, me, err)
			return
		}
		in := api.ContactIn{Org: api.Org{Org: s.Org}, Contact: s.eyes}
		call(ctx, s, api.GetViewAs, in, background, func(ctx app.Context, m api.Membership, err error) {
			me.Organizations = []api.Membership{m}
			if CodeOf(err) == errs.NotFound || CodeOf(err) == errs.Forbidden { // there is nothing to see for this person
				me.Organizations, err = nil, nil
			}
			done(ctx, me, err)
		})
	})
}

// take makes me the truth; the lock is held. It reports whether another person has signed in meanwhile. What was asked
// before the session ended says nothing of afterwards.
func (s *Session) take(me *api.Me, sent time.Time) bool {
	now := time.Now()
	ui.SetServerTime(me.Now.Add(now.Sub(sent) / 2))
	if s.ended != "" && sent.Before(s.endedAt) {
		return false
	}
	other := s.me != nil && (s.me.Login != me.Login && s.me.Login != "" || !s.kept && s.me.Email != me.Email)
	if s.me == nil || !sameRights(s.me, me) {
		s.version++
	}
	s.me, s.meAt, s.kept, s.ended = me, now, false, ""
	return other
}

// sameRights reports whether two answers differ only in what pages need not be drawn again for.
func sameRights(a, b *api.Me) bool {
	x, y := *a, *b
	x.Now, x.SteppedUp = y.Now, y.SteppedUp
	return reflect.DeepEqual(x, y)
}

// Ended is why the sign-in or the support session is over, as a sentence; "" while it is not.
func (s *Session) Ended() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ended
}

// end notes that the server knows the caller no more. What pages hold stays on screen.
func (s *Session) end(why string) {
	s.mu.Lock()
	first := s.ended == ""
	if first {
		s.ended, s.endedAt = why, time.Now()
	}
	cancel := s.steps
	s.steps = nil
	s.mu.Unlock()
	for _, w := range cancel {
		w.cancel()
	}
	if first {
		s.notify()
	}
}

// client is the endpoint client for one call.
func (s *Session) client(background bool) *api.Client {
	h := heading{Transport: s.transport, background: background, eyes: s.eyes}
	if s.As == api.AsSupport {
		h.org = s.Org
	} else {
		h.login = s.caller()
	}
	return &api.Client{Transport: h, As: s.As, Locale: string(ui.Locale())}
}

// observer is told when anything about the session changes: the shell.
type observer struct{ changed func() }

// Observe calls changed, from any goroutine, whenever the session has changed, until stop is called.
func (s *Session) Observe(changed func()) (stop func()) {
	o := &observer{changed}
	s.mu.Lock()
	s.observed = append(s.observed, o)
	s.mu.Unlock()
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.observed = without(s.observed, o)
	}
}

func (s *Session) notify() {
	s.mu.Lock()
	list := append([]*observer(nil), s.observed...)
	s.mu.Unlock()
	for _, o := range list {
		o.changed()
	}
}

func without[T comparable](list []T, gone T) []T {
	kept := make([]T, 0, len(list))
	for _, x := range list {
		if x != gone {
			kept = append(kept, x)
		}
	}
	return kept
}

// Seat is who looks and from where: the one thing that the shell gives to each page. A change of the caller's rights or
// of the language makes another Seat, so that the page is drawn again.
type Seat struct {
	Session *Session
	Place
	Rights int // counts the changes of rights
	Locale i18n.Locale
}

// At is the seat of the session at a place, now.
func (s *Session) At(p Place) Seat {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Seat{Session: s, Place: p, Rights: s.version, Locale: ui.Locale()}
}

// Key names the page for go-app: another organization, another kind of caller, another page are other components. The
// parameters of the address are not part of it.
func (s Seat) Key(page string) string {
	return page + "|" + strconv.Itoa(s.Session.serial) + "|" + string(s.Org)
}

// Member is the person's membership of the seat's organization. It reports false for staff, and for an organization
// that the person is no contact of.
func (s Seat) Member() (api.Membership, bool) {
	if me := s.Session.Me(); me != nil && s.Org != "" {
		for _, m := range me.Organizations {
			if m.Org == s.Org {
				return m, true
			}
		}
	}
	return api.Membership{}, false
}

// Can reports whether the person holds the right in the seat's organization. The server decides; this only hides what
// it would refuse.
func (s Seat) Can(r perm.Right) bool {
	m, ok := s.Member()
	if !ok {
		return false
	}
	for _, have := range m.Rights {
		if have == r {
			return true
		}
	}
	return false
}

// OrgIn is the input of endpoints that need only the organization.
func (s Seat) OrgIn() api.Org { return api.Org{Org: s.Org} }
