package client

import (
	"net/url"
	"sync"
	"time"

	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

const (
	liveBeat        = 25 * time.Second
	liveSupportBeat = 4 * time.Second // inside an organization the screen must know that it is still allowed there
)

// Follow keeps the session told of what changes in the organization (for staff: at the provider), until stop is called:
// pages that watch load again, the pill shows the connection, the clock follows the server's, and an end says why. The
// shell follows one stream at a time.
func (s *Session) Follow(ctx app.Context, org id.Organization) (stop func()) {
	return s.follow(ctx, org, browserDial)
}

func (s *Session) follow(ctx app.Context, org id.Organization, dial Dial) (stop func()) {
	if s.As != api.AsStaff && org == "" {
		return func() {}
	}
	f := &following{session: s, ctx: ctx, dial: dial, path: livePath(s.As, org)}
	f.match()
	stops := []func(){
		s.Observe(f.match),
		OnReturn(f.nudge),
		OnNetwork(f.network),
	}
	return func() {
		for _, stop := range stops {
			stop()
		}
		f.stop()
	}
}

func livePath(as api.As, org id.Organization) string {
	query := url.Values{"as": {string(as)}}
	if org != "" {
		query.Set("org", string(org))
	}
	return api.Live.Path + "?" + query.Encode()
}

// outOfOrganization is the end of listening to one organization: the person may go on in others.
const outOfOrganization = "session.ended.removed"

// following is a live connection for as long as the session has not ended. Signing in again brings it back.
type following struct {
	session *Session
	ctx     app.Context
	dial    Dial
	path    string

	mu      sync.Mutex
	live    *Live // nil while the session has ended
	stopped bool
}

// match starts or stops the connection as the session needs it.
func (f *following) match() {
	ended := f.session.Ended() != "" || f.session.isLeaving()
	f.mu.Lock()
	over := ended && f.live != nil
	switch {
	case f.stopped:
	case over:
		f.live.Stop()
		f.live = nil
	case !ended && f.live == nil:
		f.live = f.connection()
		f.live.Start()
	}
	f.mu.Unlock()
	if over {
		f.session.lostLive()
	}
}

func (f *following) connection() *Live {
	s := f.session
	l := &Live{
		Path: f.path, After: -1, Beat: liveBeat, Dial: f.dial,
		OnEvents: s.poked,
		OnReload: s.pokeAll,
		OnTime: func(now time.Time) {
			ui.SetServerTime(now)
			s.answered()
			s.setLink(LinkLive)
		},
		OnStatus: func(status LiveStatus) {
			switch status.State {
			case LiveOpen:
				s.answered()
				s.setLink(LinkLive)
			case LiveReconnecting:
				s.lostLive()
			case LiveOffline:
				s.setLink(LinkDown)
			case LiveEnded:
				if status.Why == outOfOrganization {
					s.Refresh(f.ctx, true) // the sign-in may go on elsewhere
					return
				}
				s.end(ui.T(status.Why))
			}
		},
		OnFailed: func() { s.Refresh(f.ctx, true) }, // the browser hides why; an ordinary call tells, also a 401
	}
	if s.As == api.AsSupport {
		l.Beat = liveSupportBeat
	}
	return l
}

func (f *following) nudge() { f.each((*Live).Nudge) }

func (f *following) network(online bool) { f.each(func(l *Live) { l.Network(online) }) }

func (f *following) each(do func(*Live)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.live != nil {
		do(f.live)
	}
}

func (f *following) stop() {
	f.mu.Lock()
	f.stopped = true
	if f.live != nil {
		f.live.Stop()
		f.live = nil
	}
	f.mu.Unlock()
	f.session.lostLive()
}

// lostLive notes that changes are not told at the moment. Whether the server answers is another question.
func (s *Session) lostLive() {
	s.mu.Lock()
	live := s.link == LinkLive
	s.mu.Unlock()
	if live {
		s.setLink(LinkSilent)
	}
}

// OnReturn calls f when the person comes back to the window, until stop is called.
func OnReturn(f func()) (stop func()) {
	handler := app.FuncOf(func(app.Value, []app.Value) any {
		defer ui.Recover()
		if app.Window().Get("document").Get("visibilityState").String() == "visible" {
			f()
		}
		return nil
	})
	window, document := app.Window(), app.Window().Get("document")
	window.Call("addEventListener", "focus", handler)
	window.Call("addEventListener", "pageshow", handler)
	document.Call("addEventListener", "visibilitychange", handler)
	return func() {
		window.Call("removeEventListener", "focus", handler)
		window.Call("removeEventListener", "pageshow", handler)
		document.Call("removeEventListener", "visibilitychange", handler)
		handler.Release()
	}
}

// OnHide calls f when the page is left, perhaps only to be come back to, until stop is called.
func OnHide(f func()) (stop func()) {
	handler := app.FuncOf(func(app.Value, []app.Value) any {
		defer ui.Recover()
		f()
		return nil
	})
	app.Window().Call("addEventListener", "pagehide", handler)
	return func() {
		app.Window().Call("removeEventListener", "pagehide", handler)
		handler.Release()
	}
}
