package backendtest

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"countersign/backend/login"
	"countersign/backend/portal"
	"countersign/backend/store"
	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"

	"github.com/gorilla/websocket"
)

func mkdir(dir string) error { return os.MkdirAll(dir, 0o700) }

func newID[T ~string](tx *store.Tx) T { return id.New[T](tx.Now(), rand.Reader) }

// email is what a persona signs in with.
func email(name string) string {
	return strings.ReplaceAll(strings.ToLower(strings.NewReplacer("é", "e", "ê", "e").Replace(name)), " ", ".") + "@example.test"
}

// Actor is a persona with an open sign-in, and perhaps inside an organization: what acts over HTTP.
type Actor struct {
	*Persona
	W       *World
	Kind    api.As
	Session id.Session
	Token   string // of the sign-in
	Support string // token of the support session
	Inside  id.Organization
	Sitting id.SupportSession
	API     id.APIToken // of another system of the provider's, whose token Token is
	Client  *api.Client
}

// As opens a sign-in for a persona: as staff for staff, else as a customer. The password counts as just entered.
func (w *World) As(p *Persona) *Actor {
	w.TB.Helper()
	a := &Actor{Persona: p, W: w, Kind: api.AsCustomer}
	if p.Staff != "" {
		a.Kind = api.AsStaff
	}
	if p.Login != "" {
		token, hash := login.NewToken(rand.Reader)
		a.Token = token.Reveal()
		w.seed(func(tx *store.Tx) error {
			most := portal.CustomerMost
			if a.Kind == api.AsStaff {
				most = portal.StaffMost
			}
			a.Session = newID[id.Session](tx)
			now := tx.Now()
			return tx.AddSignIn(context.Background(), &store.SignIn{ID: a.Session, Kind: a.Kind, Login: p.Login, CreatedAt: now, SeenAt: now, EndsAt: now.Add(most),
				SteppedAt: now, Address: "192.0.2.7", Browser: "Go", Bound: "192.0.2.0/24 Go"}, hash)
		})
	}
	a.Client = &api.Client{Transport: a, As: a.Kind, Locale: "en"}
	return a
}

// System is another system of the provider's, with a token of Ada's that has these scopes.
func (w *World) System(scopes ...api.Scope) *Actor {
	w.TB.Helper()
	token, hash := login.NewAPIToken(rand.Reader)
	a := &Actor{Persona: &Persona{Name: "Billing system"}, W: w, Kind: api.AsToken, Token: token.Reveal()}
	w.seed(func(tx *store.Tx) error {
		a.API = newID[id.APIToken](tx)
		return tx.AddAPIToken(context.Background(), &store.APIToken{ID: a.API, Name: a.Name, Scopes: scopes, MadeBy: w.Ada.Staff, MadeByName: w.Ada.Name,
			CreatedAt: tx.Now()}, hash)
	})
	a.Client = &api.Client{Transport: a, Locale: "en"}
	return a
}

// Do sends a call straight to the router, as api.Transport.
func (a *Actor) Do(ctx context.Context, c api.Call) (api.Answer, error) {
	r := a.Request(ctx, c)
	rec := httptest.NewRecorder()
	a.W.Server.ServeHTTP(rec, r)
	return api.Answer{Status: rec.Code, Body: rec.Body.Bytes()}, nil
}

// Request is a call of the actor as it arrives at the server.
func (a *Actor) Request(ctx context.Context, c api.Call) *http.Request {
	r := httptest.NewRequestWithContext(ctx, c.Method, PublicURL+c.Path, bytes.NewReader(c.Body))
	r.RemoteAddr = "192.0.2.7:40000"
	a.Sign(r.Header)
	for k, v := range c.Header {
		r.Header.Set(k, v)
	}
	return r
}

// Sign adds what the actor is known by.
func (a *Actor) Sign(h http.Header) {
	h.Set("User-Agent", "Go-http-client/1.1")
	h.Set("X-Forwarded-For", "192.0.2.7") // staff sign-ins are bound to a network
	if a.Kind != api.AsToken {            // which is known by itself
		h.Set(api.HeaderAs, string(a.Kind))
	}
	if a.Token != "" {
		h.Set("Authorization", "Bearer "+a.Token)
	}
	if a.Support != "" {
		h.Set("X-Countersign-Support", a.Support)
		h.Set("X-Countersign-Org", string(a.Inside))
	}
}

// Call is one call of an endpoint by an actor.
func Call[In, Out any](a *Actor, ep api.Endpoint[In, Out], in In) (Out, error) {
	return ep.Do(context.Background(), a.Client, in)
}

// Must gives the value of a call that has to succeed.
func Must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Refused fails the test unless err is a refusal with the code, and gives it.
func Refused(tb testing.TB, err error, code errs.Code) api.Problem {
	tb.Helper()
	r, ok := err.(*api.Refusal)
	if !ok || r.Code != string(code) {
		tb.Fatalf("got %v, want a refusal %q", err, code)
	}
	return r.Problem
}

// The steps of the story of remote access, short.

// RequestAccess asks as an agent.
func (a *Actor) RequestAccess(o id.Organization, d time.Duration, note string) (access.Request, error) {
	in := api.AskIn{Org: api.Org{Org: o}}
	in.Body.Minutes, in.Body.Note = int(d/time.Minute), note
	return Call(a, api.RequestAccess, in)
}

// Approve decides as a customer, on the card as r has it.
func (a *Actor) Approve(r access.Request, d time.Duration) (access.Request, error) {
	in := api.ApproveIn{RequestIn: of(r)}
	in.Body.Minutes, in.Body.Seen = int(d/time.Minute), r.Fingerprint()
	return Call(a, api.ApproveAccess, in)
}

// Reject decides as a customer.
func (a *Actor) Reject(r access.Request, reason string) (access.Request, error) {
	in := api.RejectIn{RequestIn: of(r)}
	in.Body.Reason, in.Body.Seen = reason, r.Fingerprint()
	return Call(a, api.RejectAccess, in)
}

// Revoke ends a grant as a customer.
func (a *Actor) Revoke(r access.Request) (access.Request, error) {
	return Call(a, api.RevokeAccess, of(r))
}

// Withdraw takes a request back as an agent.
func (a *Actor) Withdraw(r access.Request) (access.Request, error) {
	return Call(a, api.WithdrawAccess, of(r))
}

// Enter opens a support session and gives the actor who is inside.
func (a *Actor) Enter(r access.Request) (*Actor, error) {
	return a.inside(Call(a, api.EnterSupport, of(r)))
}

// EnterManaged enters an organization of the service provider.
func (a *Actor) EnterManaged(o id.Organization, reason string) (*Actor, error) {
	in := api.EnterManagedIn{Org: api.Org{Org: o}}
	in.Body.Reason = reason
	return a.inside(Call(a, api.EnterManaged, in))
}

func (a *Actor) inside(e api.Entered, err error) (*Actor, error) {
	if err != nil {
		return nil, err
	}
	in := *a
	in.Kind, in.Support, in.Inside, in.Sitting = api.AsSupport, e.Token, e.Org, e.Session
	in.Client = &api.Client{Transport: &in, As: api.AsSupport, Locale: "en"}
	return &in, nil
}

func of(r access.Request) api.RequestIn {
	return api.RequestIn{Org: api.Org{Org: r.Org}, Request: r.ID}
}

// Found is the organization's row in the Support Hub as the agent sees it.
func (a *Actor) Found(o id.Organization) api.Found {
	a.W.TB.Helper()
	f, err := Call(a, api.GetFound, api.Org{Org: o})
	check(a.W.TB, err)
	return f
}

// Remote is the organization's Remote Support tab as the actor sees it.
func (a *Actor) Remote(o id.Organization) api.RemoteSupport {
	a.W.TB.Helper()
	s, err := Call(a, api.GetRemoteSupport, api.Org{Org: o})
	check(a.W.TB, err)
	return s
}

// Socket opens the actor's live socket at the address that Listen gave, from the newest event on.
func (a *Actor) Socket(base string, o id.Organization) (*websocket.Conn, error) {
	h := http.Header{}
	a.Sign(h)
	h.Del(api.HeaderAs)
	c, res, err := websocket.DefaultDialer.Dial("ws"+strings.TrimPrefix(base, "http")+"/api/live?as="+string(a.Kind)+"&org="+string(o), h)
	if err != nil && res != nil {
		body, _ := io.ReadAll(res.Body)
		return nil, fmt.Errorf("%w: %d %s", err, res.StatusCode, body)
	}
	return c, err
}
