package client

import (
	"context"
	"errors"
	"strings"
	"time"

	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// callTime is how long an answer may take before the call counts as lost.
const callTime = 30 * time.Second

// Headers of calls besides api.HeaderAs: made by the page itself, the organization whose support session it is, the contact
// as whom the owner looks; and of a sign-out, that the browser keeps something of other people.
const (
	headerBackground = "X-Countersign-Background"
	headerOrg        = "X-Countersign-Org"
	headerViewAs     = "X-Countersign-View-As"
	headerOthers     = "X-Countersign-Others"
)

// ErrCancelled is the error of a call whose person did not enter the password it needs.
var ErrCancelled = errors.New("cancelled")

// Call runs an act beside the screen and gives the result to done on the UI goroutine. When the server wants the
// password again, the shell asks for it and the call is repeated; done hears ErrCancelled when that is refused.
// ctx must be the page's own, kept from OnMount; when the page has gone, done is not called.
func Call[In, Out any](ctx app.Context, s *Session, ep api.Endpoint[In, Out], in In, done func(app.Context, Out, error)) {
	s.moved()
	call(ctx, s, ep, in, false, done)
}

// Load is Call for reading. background says that the page asks by itself, after a poke or a lost connection.
func Load[In, Out any](ctx app.Context, s *Session, ep api.Endpoint[In, Out], in In, background bool, done func(app.Context, Out, error)) {
	if !background {
		s.moved()
	}
	call(ctx, s, ep, in, background, done)
}

func call[In, Out any](ctx app.Context, s *Session, ep api.Endpoint[In, Out], in In, background bool, done func(app.Context, Out, error)) {
	out := new(Out)
	s.run(ctx, ep.Spec, in, out, background, func(ctx app.Context, err error) { done(ctx, *out, err) })
}

// run is call without types, so that it is in the app once and not once for each endpoint.
func (s *Session) run(ctx app.Context, spec api.Spec, in, out any, background bool, done func(app.Context, error)) {
	ctx.Async(func() {
		defer ui.Recover()
		within, stop := context.WithTimeout(context.Background(), callTime)
		defer stop()
		err := s.client(background).Call(within, spec, in, out)
		s.heard(err)

		ctx.Dispatch(func(ctx app.Context) {
			defer ui.Recover()
			if CodeOf(err) == errs.StepUp && spec.Name != api.StepUp.Name {
				s.ask(step{
					again:  func() { s.run(ctx, spec, in, out, false, done) },
					cancel: func() { ctx.Dispatch(func(ctx app.Context) { done(ctx, ErrCancelled) }) },
				})
				return
			}
			done(ctx, err)
			if code := CodeOf(err); (code == errs.Forbidden || code == errs.NotFound) && spec.Name != api.GetMe.Name {
				s.Refresh(ctx, true) // a right may have been taken away meanwhile: the screen follows
			}
		})
	})
}

// heading adds what every call of a session carries.
type heading struct {
	api.Transport
	background bool
	org        id.Organization
	eyes       id.Contact
	login      id.Login // for whom the call is; "" while that is not known
}

func (h heading) Do(ctx context.Context, c api.Call) (api.Answer, error) {
	if h.background {
		c.Header[headerBackground] = "1"
	}
	if h.org != "" {
		c.Header[headerOrg] = string(h.org)
	}
	if h.login != "" && c.Path != api.GetMe.Path { // which tells who there is
		c.Header[api.HeaderLogin] = string(h.login)
	}
	// What the owner asks for themselves, such as who they are, stays theirs.
	if h.eyes != "" && strings.HasPrefix(c.Path, "/api/orgs/") && !strings.HasSuffix(c.Path, "/view-as") {
		c.Header[headerViewAs] = string(h.eyes)
	}
	if c.Path == api.SignOut.Path && ui.Stored(storageKey(api.As(c.Header[api.HeaderAs]), "sign_out")) == outOthers {
		c.Header[headerOthers] = "1"
	}
	return h.Transport.Do(ctx, c)
}

// heard draws from an answer what concerns the whole session.
func (s *Session) heard(err error) {
	if offline, ok := errors.AsType[*api.Offline](err); ok {
		app.Log("no answer:", offline.Cause)
		s.setLink(LinkDown)
		return
	}
	s.answered()
	if refusal, ok := errors.AsType[*api.Refusal](err); ok && refusal.Code == string(errs.Unauthenticated) {
		s.end(refusal.Detail)
		if s.replaced() {
			app.Window().Get("location").Call("reload") // nothing of the first may stay
		}
	}
}

// CodeOf is the code of a refusal, "" for success, for no answer, and for what the server never said.
func CodeOf(err error) errs.Code {
	if r, ok := errors.AsType[*api.Refusal](err); ok {
		return errs.Code(r.Code)
	}
	return ""
}

// IsOffline reports whether no answer came.
func IsOffline(err error) bool {
	_, ok := errors.AsType[*api.Offline](err)
	return ok
}

// Failure is an error in words for people.
type Failure struct {
	Code      errs.Code
	Text      string            // a sentence in the person's language
	Reference string            // what support can find it by
	State     string            // of a conflict: the state the thing is in
	Fields    map[string]string // sentence of each wrong field, by its name in the body
	Offline   bool
}

// Explain puts an error into words. The zero Failure is that of nil and of ErrCancelled: nothing is to be said.
func Explain(err error) Failure {
	if err == nil || errors.Is(err, ErrCancelled) {
		return Failure{}
	}
	if IsOffline(err) {
		return Failure{Offline: true, Text: ui.T("shell.no_answer")}
	}
	r, ok := errors.AsType[*api.Refusal](err)
	if !ok {
		ref := ui.NewReference()
		app.Log("failure", ref+":", err)
		return Failure{Code: errs.Internal, Text: ui.T("error.internal", "ref", ref), Reference: ref}
	}
	f := Failure{Code: errs.Code(r.Code), Text: r.Detail, Reference: r.Ref, State: r.State}
	if f.Text == "" {
		f.Text = ui.T("shell.failed_status", "status", r.Status)
	}
	for _, e := range r.Errors {
		if f.Fields == nil {
			f.Fields = map[string]string{}
		}
		f.Fields[trimBody(e.Location)] = e.Message
	}
	return f
}

func trimBody(location string) string {
	const body = "body."
	if len(location) > len(body) && location[:len(body)] == body {
		return location[len(body):]
	}
	return location
}
