//go:build !js

package client

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"countersign/backend/backendtest"
	"countersign/backend/portal"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// screen is a page without a picture: it lends its context.
type screen struct {
	app.Compo
	ctx app.Context
}

func (s *screen) OnPreRender(ctx app.Context) { s.ctx = ctx }
func (s *screen) Render() app.UI              { return app.Div() }

// shown is a screen in go-app's test engine.
func shown(t *testing.T) (app.TestEngine, app.Context) {
	t.Helper()
	e, s := app.NewTestEngine(), &screen{}
	if err := e.Load(s); err != nil {
		t.Fatal(err)
	}
	e.ConsumeAll()
	return e, s.ctx
}

func TestParsePlace(t *testing.T) {
	const org = "0198d5a0-0000-7000-8000-000000000000"
	for _, c := range []struct {
		address string
		want    Place
		known   bool
	}{
		{"/", Place{}, true},
		{"/o/" + org, Place{As: api.AsCustomer, Org: org, Page: PageHome}, true},
		{"/o/" + org + "/manage/audit?kind=access", Place{As: api.AsCustomer, Org: org, Page: "manage/audit", Query: "kind=access"}, true},
		{"/o/acme/home", Place{As: api.AsCustomer, Org: "acme", Page: PageHome}, false},
		{"/support/" + org + "/manage/remote-support", Place{As: api.AsSupport, Org: org, Page: "manage/remote-support"}, true},
		{"/view-as/" + org + "/" + org, Place{As: api.AsCustomer, Org: org, Eyes: org, Page: PageHome}, true},
		{"/view-as/" + org + "/" + org + "/contacts?q=a", Place{As: api.AsCustomer, Org: org, Eyes: org, Page: "contacts", Query: "q=a"}, true},
		{"/view-as/" + org + "/paul/home", Place{As: api.AsCustomer, Org: org, Eyes: "paul", Page: PageHome}, false},
		{"/hub", Place{As: api.AsStaff, Page: PageHub}, true},
		{"/hub/remote-support?q=20418", Place{As: api.AsStaff, Page: PageHub, Query: "q=20418"}, true},
		{"/staff", Place{As: api.AsStaff, Page: "staff"}, true},
		{"/account", Place{As: api.AsCustomer, Page: PageAccount}, true},
		{"/account?as=staff", Place{As: api.AsStaff, Page: PageAccount, Query: "as=staff"}, true},
		{"/account?as=support", Place{As: api.AsCustomer, Page: PageAccount, Query: "as=support"}, true},
		{"/nowhere", Place{As: api.AsCustomer}, false},
	} {
		u, err := url.Parse(c.address)
		if err != nil {
			t.Fatal(err)
		}
		got, known := ParsePlace(u, api.AsCustomer)
		if got != c.want || known != c.known {
			t.Errorf("%s is %+v, %v, want %+v, %v", c.address, got, known, c.want, c.known)
		}
	}
}

func TestPlace_addresses(t *testing.T) {
	p := Place{As: api.AsSupport, Org: "o1", Page: "manage/audit", Query: "kind=access&text=a+b"}
	for got, want := range map[string]string{
		p.Href("home"):                       "/support/o1/home",
		p.With("kind", "", "actor", "x"):     "/support/o1/manage/audit?actor=x&text=a+b",
		p.With("kind", "", "text", ""):       "/support/o1/manage/audit",
		Place{As: api.AsStaff}.Href("hub/x"): "/hub/x",
		Place{As: api.AsCustomer, Org: "o1", Eyes: "c1", Page: "home", Query: "q=1"}.With("q", "2"): "/view-as/o1/c1/home?q=2",
		Place{As: api.AsStaff}.Href(PageAccount):                                                    "/account?as=staff",
		SignInPath(api.AsStaff, "/hub?q=1&x"):                                                       "/staff/sign-in?next=%2Fhub%3Fq%3D1%26x",
		SignInPath(api.AsCustomer, ""):                                                              "/sign-in",
		p.Param("text") + "|" + p.Param("nothing"):                                                  "a b|",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// listener notes what each call carried.
type listener struct {
	api.Transport
	mu    sync.Mutex
	calls []api.Call
}

func (l *listener) Do(ctx context.Context, c api.Call) (api.Answer, error) {
	l.mu.Lock()
	l.calls = append(l.calls, c)
	l.mu.Unlock()
	return l.Transport.Do(ctx, c)
}

// A session calls as its own kind, names its organization when it is a stay in one, and says what the page asks by
// itself.
func TestSession_says_who_calls(t *testing.T) {
	w := backendtest.New(t)
	e, ctx := shown(t)
	to := &listener{Transport: w.As(w.Sofia)}
	s := NewSession(api.AsSupport, w.Acme, to)
	Load(ctx, s, api.GetMe, api.None{}, true, func(app.Context, api.Me, error) {})
	Load(ctx, s, api.GetMe, api.None{}, false, func(app.Context, api.Me, error) {})
	e.ConsumeAll()
	background := 0
	for _, c := range to.calls {
		if c.Header[api.HeaderAs] != "support" || c.Header[headerOrg] != string(w.Acme) {
			t.Errorf("the call carries %v", c.Header)
		}
		if c.Header[headerBackground] == "1" {
			background++
		}
	}
	if len(to.calls) != 2 || background != 1 {
		t.Errorf("%d calls, %d of the page itself", len(to.calls), background)
	}
}

// K13: with a contact's eyes the owner reads what that contact may read, and changes nothing; the owner's own sign-in is
// still the owner's.
func TestSession_looks_with_a_contacts_eyes(t *testing.T) {
	w := backendtest.New(t)
	e, ctx := shown(t)
	s := NewSession(api.AsCustomer, w.Acme, w.As(w.Marie))
	s.eyes = w.Paul.Contact
	s.Refresh(ctx, false)
	e.ConsumeAll()
	me := s.Me()
	if me == nil || len(me.Organizations) != 1 || me.Email != w.Marie.Email {
		t.Fatalf("the owner sees %+v, %v", me, s.Problem())
	}
	if m := me.Organizations[0]; m.Person != w.Paul.Name || !slices.Equal(m.Rights, perm.ReadOnly.Rights().List()) {
		t.Errorf("the organization is shown as %+v", m)
	}
	in := api.Org{Org: w.Acme}
	var heard []errs.Code
	Load(ctx, s, api.ListContacts, api.ContactsIn{Org: in}, false, func(_ app.Context, _ api.Contacts, err error) { heard = append(heard, CodeOf(err)) })
	e.ConsumeAll()
	Load(ctx, s, api.GetProfile, in, false, func(_ app.Context, _ api.Profile, err error) { heard = append(heard, CodeOf(err)) })
	e.ConsumeAll()
	Call(ctx, s, api.RevealAccountCode, in, func(_ app.Context, _ api.CodeShown, err error) { heard = append(heard, CodeOf(err)) })
	e.ConsumeAll()
	Call(ctx, s, api.UpdateSettings, api.SettingsIn{Body: struct {
		Locale string `json:"locale" enum:"en,fr"`
	}{"fr"}}, func(_ app.Context, _ api.None, err error) { heard = append(heard, CodeOf(err)) })
	e.ConsumeAll()
	if want := []errs.Code{"", errs.Forbidden, errs.Forbidden, ""}; !slices.Equal(heard, want) {
		t.Errorf("contacts, profile, code and own language were answered with %q, want %q", heard, want)
	}
	if recall(api.AsCustomer) != nil {
		t.Error("what somebody else may do was kept in the browser")
	}
}

// An act that needs the password again is repeated once it was entered, and answered once.
func TestCall_is_repeated_after_the_password(t *testing.T) {
	w := backendtest.New(t)
	marie := w.As(w.Marie)
	w.Exec(`UPDATE session SET stepped_at = 0 WHERE id = ?`, marie.Session)
	e, ctx := shown(t)
	s := NewSession(api.AsCustomer, "", marie)

	var answers []error
	act := func() {
		Call(ctx, s, api.ExportAudit, api.Org{Org: w.Acme}, func(_ app.Context, _ api.AuditExport, err error) { answers = append(answers, err) })
	}
	act()
	act()
	e.ConsumeAll()
	if !s.StepUpAsked() || len(answers) != 0 {
		t.Fatalf("asked: %v, answers %v", s.StepUpAsked(), answers)
	}

	var wrong error
	s.StepUp(ctx, "not the password", "", func(_ app.Context, err error) { wrong = err })
	e.ConsumeAll()
	if wrong == nil || !s.StepUpAsked() || len(answers) != 0 {
		t.Fatalf("a wrong password: %v, asked %v, answers %v", wrong, s.StepUpAsked(), answers)
	}
	s.StepUp(ctx, backendtest.Password, "", func(_ app.Context, err error) { wrong = err })
	e.ConsumeAll()
	if wrong != nil || s.StepUpAsked() || len(answers) != 2 || answers[0] != nil || answers[1] != nil {
		t.Fatalf("the password: %v, asked %v, answers %v", wrong, s.StepUpAsked(), answers)
	}

	w.Exec(`UPDATE session SET stepped_at = 0 WHERE id = ?`, marie.Session)
	act()
	e.ConsumeAll()
	s.CancelStepUp()
	e.ConsumeAll()
	if s.StepUpAsked() || len(answers) != 3 || !errors.Is(answers[2], ErrCancelled) {
		t.Fatalf("given up: asked %v, answers %v", s.StepUpAsked(), answers)
	}
}

// The end of a sign-in is noticed at the next call, with the server's words, and by whoever observes the session.
func TestSession_notices_its_end(t *testing.T) {
	w := backendtest.New(t)
	marie := w.As(w.Marie)
	e, ctx := shown(t)
	s := NewSession(api.AsCustomer, "", marie)
	s.Refresh(ctx, false)
	e.ConsumeAll()
	if me := s.Me(); me == nil || me.Name != "Marie Dubois" || s.Ended() != "" {
		t.Fatalf("me %+v, ended %q", me, s.Ended())
	}
	told := 0
	defer s.Observe(func() { told++ })()
	s.Keep("note", func() []Unsent { return []Unsent{{"Note", "half a sentence"}, {"Empty", " "}} })

	backendtest.Must(backendtest.Call(w.As(w.Marie), api.EndSignIn, api.SessionIn{Session: marie.Session}))
	s.Refresh(ctx, true)
	e.ConsumeAll()
	if s.Ended() == "" || told == 0 || s.Me() == nil {
		t.Errorf("ended %q, told %d times, me %v", s.Ended(), told, s.Me())
	}
	if got := s.Unsent(); !slices.Equal(got, []Unsent{{"Note", "half a sentence"}}) {
		t.Errorf("unsent %v", got)
	}
}

// slow has something happen while the answer is on its way.
type slow struct {
	api.Transport
	meanwhile func()
}

func (t slow) Do(ctx context.Context, c api.Call) (api.Answer, error) {
	a, err := t.Transport.Do(ctx, c)
	t.meanwhile()
	return a, err
}

// An answer that was asked for before the end, and comes after it, does not bring the session back. A later one does:
// somebody has signed in again.
func TestSession_stays_ended_when_an_older_answer_comes(t *testing.T) {
	w := backendtest.New(t)
	e, ctx := shown(t)
	s := NewSession(api.AsCustomer, "", slow{w.As(w.Marie), func() {}})
	s.Refresh(ctx, false)
	e.ConsumeAll()
	s.transport = slow{w.As(w.Marie), func() { s.end("The access is over.") }}
	s.Refresh(ctx, true)
	e.ConsumeAll()
	if s.Ended() != "The access is over." || s.Me() == nil {
		t.Errorf("ended %q, me %v", s.Ended(), s.Me())
	}
	s.transport = w.As(w.Marie)
	s.Refresh(ctx, true)
	e.ConsumeAll()
	if s.Ended() != "" {
		t.Errorf("signed in again, it is still ended: %q", s.Ended())
	}
}

type silent struct{}

func (silent) Do(context.Context, api.Call) (api.Answer, error) {
	return api.Answer{}, errors.New("no route")
}

// A call without an answer takes the connection for gone; the first answer brings it back and has pages load again.
func TestSession_notices_a_lost_connection(t *testing.T) {
	w := backendtest.New(t)
	e, ctx := shown(t)
	s := NewSession(api.AsCustomer, "", silent{})
	var failure Failure
	Load(ctx, s, api.GetMe, api.None{}, false, func(_ app.Context, _ api.Me, err error) { failure = Explain(err) })
	e.ConsumeAll()
	if s.Link() != LinkDown || !failure.Offline || failure.Text == "" {
		t.Fatalf("link %q, failure %+v", s.Link(), failure)
	}
	s.transport = w.As(w.Marie)
	reloads := make(chan bool, 1)
	defer s.Watch(ctx, "", func(app.Context) { reloads <- true }, live.Access)()
	s.Refresh(ctx, true)
	e.ConsumeAll()
	if s.Link() == LinkDown {
		t.Errorf("link %q", s.Link())
	}
	e.ConsumeNext()
	<-reloads
}

// The warnings are given by the times after which the server ends an unused sign-in.
func TestIdle_is_the_servers(t *testing.T) {
	if customerIdle != portal.CustomerIdle || staffIdle != portal.StaffIdle {
		t.Errorf("customers %v and %v, staff %v and %v", customerIdle, portal.CustomerIdle, staffIdle, portal.StaffIdle)
	}
}

// What a refusal says is shared out: the sentence, the fields, the state.
func TestExplain(t *testing.T) {
	w := backendtest.New(t)
	_, err := backendtest.Call(w.As(w.Sofia), api.RequestAccess, api.AskIn{Org: api.Org{Org: w.Acme}})
	f := Explain(err)
	if f.Code != errs.Invalid || f.Text == "" || f.Fields["minutes"] == "" || f.Reference == "" {
		t.Errorf("%+v", f)
	}
	if f := Explain(ErrCancelled); f.Text != "" {
		t.Errorf("giving up is explained: %+v", f)
	}
	if f := Explain(errors.New("a broken answer")); f.Code != errs.Internal || f.Reference == "" {
		t.Errorf("%+v", f)
	}
}

// Pokes that come together are one reload; those of other kinds and other organizations are none; after stop there is
// none.
func TestWatch_gathers_pokes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, ctx := shown(t)
		s := NewSession(api.AsCustomer, "", silent{})
		reloads := 0
		acme, beta := id.Organization("acme"), id.Organization("beta")
		stop := s.Watch(ctx, acme, func(app.Context) { reloads++ }, live.Access, live.Activity)
		settle := func() {
			time.Sleep(2 * gather)
			synctest.Wait()
			e.ConsumeAll()
		}
		s.poked([]live.Event{{Kind: live.Access, Org: acme}, {Kind: live.Activity, Org: acme}})
		s.poked([]live.Event{{Kind: live.Access, Org: acme}})
		settle()
		if reloads != 1 {
			t.Errorf("%d reloads for pokes that came together", reloads)
		}
		s.poked([]live.Event{{Kind: live.Access, Org: beta}, {Kind: live.Staff}})
		settle()
		if reloads != 1 {
			t.Errorf("%d reloads after pokes for others", reloads)
		}
		s.pokeAll()
		settle()
		if reloads != 2 {
			t.Errorf("%d reloads after an interruption", reloads)
		}
		s.pokeAll()
		stop()
		settle()
		if reloads != 2 {
			t.Errorf("%d reloads after the page has gone", reloads)
		}
	})
}

// Whoever is on the way out asks for nothing more; whoever stays after all is told everything again.
func TestSession_asks_for_nothing_while_leaving(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, ctx := shown(t)
		s := NewSession(api.AsSupport, "", nil)
		loads := 0
		stop := s.Watch(ctx, "", func(app.Context) { loads++ }, live.Access)
		defer stop()
		happens := func() {
			s.poked([]live.Event{{Kind: live.Access}})
			time.Sleep(2 * gather)
			e.ConsumeAll()
		}
		happens()
		s.Leaving(true)
		happens()
		if loads != 1 {
			t.Errorf("loaded %d times, want once, before leaving", loads)
		}
		s.Leaving(false)
		time.Sleep(2 * gather)
		e.ConsumeAll()
		if loads != 2 {
			t.Errorf("loaded %d times, want once more after staying", loads)
		}
	})
}
