package client

import (
	"countersign/app/ui"
	"countersign/shared/api"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// What is noted of a sign-out until the server has heard of it: whether the browser still keeps something of other people,
// which the server would otherwise have it clear along with everything else.
const (
	outAlone  = "1"
	outOthers = "others"
)

// SignOut forgets what this browser keeps of the caller, ends the sign-in on the server, then leaves for the sign-in
// page. others says that something of other people stays in this browser. Without a connection done hears the error; the
// server's part is made up for at the next start.
func (s *Session) SignOut(ctx app.Context, others bool, done func(app.Context, error)) {
	of := s.caller()
	forget(s.As)
	note := outAlone
	if others {
		note = outOthers
	}
	ui.Store(storageKey(s.As, "sign_out"), note)
	ui.Store(storageKey(s.As, "sign_out_of"), string(of))
	wipeFiles()
	s.mu.Lock()
	s.me, s.keepers = nil, map[string]func() []Unsent{}
	s.mu.Unlock()

	s.finishSignOut(ctx, func(ctx app.Context, err error) {
		if err != nil {
			s.end(ui.T("shell.signed_out_here"))
			done(ctx, err)
			return
		}
		Leave(SignInPath(s.As, ""))
	})
}

// SignOutPending reports whether a sign-out without connection is still to be told to the server.
func (s *Session) SignOutPending() bool {
	return s.As != api.AsSupport && ui.Stored(storageKey(s.As, "sign_out")) != ""
}

// FinishSignOuts tells the server of sign-outs that it has not heard of, for the kinds of caller that are not at the
// window.
func FinishSignOuts(ctx app.Context, present api.As) {
	for _, as := range []api.As{api.AsCustomer, api.AsStaff} {
		if s := Open(Place{As: as}); as != present && s.SignOutPending() {
			s.finishSignOut(ctx, func(app.Context, error) {})
		}
	}
}

// FinishSignOut tells it, and leaves for the sign-in page.
func (s *Session) FinishSignOut(ctx app.Context) {
	s.finishSignOut(ctx, func(_ app.Context, err error) {
		if err == nil {
			Leave(SignInPath(s.As, ""))
			return
		}
		s.end(ui.T("shell.signed_out_here"))
	})
}

func (s *Session) finishSignOut(ctx app.Context, done func(app.Context, error)) {
	call(ctx, s, api.SignOut, api.None{}, false, func(ctx app.Context, _ api.None, err error) {
		if IsOffline(err) {
			done(ctx, err)
			return
		}
		ui.Store(storageKey(s.As, "sign_out"), "") // ended now, or ended before, or somebody else is signed in
		ui.Store(storageKey(s.As, "sign_out_of"), "")
		done(ctx, nil)
	})
}

func forget(as api.As) {
	for _, key := range StoredKeys(storageKey(as, "")) {
		ui.Store(key, "")
	}
	ui.Store(storageLast, "")
}

// Leave opens an address outside the app, such as the sign-in page.
func Leave(path string) { app.Window().Get("location").Set("href", path) }

// Replace is Leave without a step to come back to.
func Replace(path string) { app.Window().Get("location").Call("replace", path) }
