package server

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"sync"

	"countersign/backend/login"
	"countersign/backend/portal"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/i18n"
)

// SignIn serves the pages in front of the app: signing in through both doors, the second factor, a new password, and
// accepting an invitation. They are plain forms, rendered here. A GET changes nothing but cookies; a link from a mail
// is used up only by the form behind it.
type SignIn struct {
	svc     *portal.Service
	cookies cookies
	origin  string
	assets  map[string]string
	demo    []DemoLogin
	log     *slog.Logger
	mux     *http.ServeMux
	after   sync.WaitGroup // what is done after its visitor was answered
}

// SignInOptions are what the pages work with.
type SignInOptions struct {
	Service   *portal.Service
	PublicURL string            // the only origin that forms are accepted from
	Assets    map[string]string // web.Assets: addresses of style sheet, typeface and mark by name
	Demo      []DemoLogin       // shown on the sign-in pages; none outside demo mode
	Log       *slog.Logger
}

// DemoLogin is a login whose password everybody may know.
type DemoLogin struct {
	Email    string
	Name     string
	About    string // "owner of Acme Telecom"
	Password string
	Staff    bool // which door it is shown at
}

// NewSignIn puts the pages together. Mount them with Register and call Wait before the store closes.
func NewSignIn(o SignInOptions) *SignIn {
	h := &SignIn{svc: o.Service, cookies: newCookies(o.PublicURL), origin: strings.TrimSuffix(o.PublicURL, "/"), assets: o.Assets, log: o.Log,
		mux: http.NewServeMux()}
	if h.log == nil {
		h.log = slog.Default()
	}
	if o.Service.Settings.Demo {
		h.demo = o.Demo
	}
	h.Register(h.mux)
	return h
}

// Register adds the pages to a mux.
func (h *SignIn) Register(mux *http.ServeMux) {
	for path, door := range doors {
		mux.HandleFunc("GET "+path, h.open(func(w http.ResponseWriter, r *http.Request) { h.showDoor(w, r, door) }))
		mux.HandleFunc("POST "+path, h.form(func(w http.ResponseWriter, r *http.Request) { h.enter(w, r, door) }))
	}
	for path, page := range map[string]struct{ get, post http.HandlerFunc }{
		pathFactor:     {h.showFactor, h.enterFactor},
		pathForgot:     {h.showForgot, h.askReset},
		pathReset:      {h.showReset, h.reset},
		pathInvitation: {h.showInvitation, h.accept},
	} {
		mux.HandleFunc("GET "+path, h.open(page.get))
		mux.HandleFunc("POST "+path, h.form(page.post))
	}
	mux.HandleFunc("POST "+pathSignOut, h.form(h.signOut))
	mux.HandleFunc("GET "+pathSignOut, func(w http.ResponseWriter, r *http.Request) { h.redirect(w, r, pathCustomer) })
}

const (
	pathCustomer   = "/sign-in"
	pathStaff      = "/staff/sign-in"
	pathFactor     = "/sign-in/factor"
	pathForgot     = "/forgot"
	pathReset      = "/reset"
	pathInvitation = "/invitation"
	pathSignOut    = "/sign-out"
)

var doors = map[string]api.As{pathCustomer: api.AsCustomer, pathStaff: api.AsStaff}

// doorPath is the page where a kind of caller signs in.
func doorPath(as api.As) string {
	if as == api.AsStaff {
		return pathStaff
	}
	return pathCustomer
}

// ServeHTTP serves the pages alone.
func (h *SignIn) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.mux.ServeHTTP(w, r) }

// Wait returns when everything that visitors were not kept waiting for is done.
func (h *SignIn) Wait() { h.after.Wait() }

// open is around every GET: it remembers the language that was chosen.
func (h *SignIn) open(page http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if l := r.URL.Query().Get("lang"); l != "" {
			h.cookies.setLocale(w, string(i18n.Parse(l)))
		}
		page(w, r)
	}
}

// visitor is what the request tells of who sends the form.
func (h *SignIn) visitor(r *http.Request) portal.Visitor {
	rq, agent := requestOf(r.Context()), r.UserAgent()
	return portal.Visitor{Address: rq.address, Browser: browserName(agent), Bound: bound(rq.address, agent), Device: h.cookies.device(r),
		Ref: rq.ref}
}

// credential is the sign-in that the browser holds as a kind of caller.
func (h *SignIn) credential(r *http.Request, as api.As) portal.Credential {
	rq, agent := requestOf(r.Context()), r.UserAgent()
	return portal.Credential{As: as, Session: login.HashToken(h.cookies.token(r, as, "")), Bound: bound(rq.address, agent),
		Address: rq.address.String(), Browser: browserName(agent), Locale: string(h.locale(r)), Ref: rq.ref}
}

// later runs what the visitor doesn't wait for.
func (h *SignIn) later(r *http.Request, fn func(context.Context) error) {
	ctx, ref := context.WithoutCancel(r.Context()), requestOf(r.Context()).ref
	h.after.Go(func() {
		defer func() {
			if p := recover(); p != nil {
				h.log.Error("panic after an answer", "ref", ref, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			}
		}()
		if err := fn(ctx); err != nil {
			h.log.Error("left undone after an answer", "ref", ref, "error", err)
		}
	})
}

// Reasons and results that a sign-in page can be opened with, as the parameters why and done.
var (
	whys  = []string{"expired", "signed_out", "revoked", "password_changed", "factor_changed", "deactivated", "too_many", "moved", "removed"}
	dones = []string{"reset", "accepted", "signed_out"}
)

// showDoor is the page with e-mail and password.
func (h *SignIn) showDoor(w http.ResponseWriter, r *http.Request, door api.As) {
	q := r.URL.Query()
	p := h.doorPage(r, door, q.Get("email"), q.Get("next"))
	for _, why := range whys {
		if q.Get("why") == why {
			p.Note = p.T("session.ended." + why)
		}
	}
	for _, done := range dones {
		if q.Get("done") == done {
			p.Notice = p.T("signin.done." + done)
		}
	}
	if email, err := h.svc.Recognize(r.Context(), h.credential(r, door)); err == nil && p.Note == "" {
		p.Note = p.T("signin.already", "email", email)
		p.Links = append([]pageLink{{h.destination(door, q.Get("next")), p.T("signin.go_on")}}, p.Links...)
	}
	p.write(w, r)
}

func (h *SignIn) doorPage(r *http.Request, door api.As, email, next string) *formPage {
	title, other, otherText := "signin.title", pathStaff, "signin.staff_door"
	if door == api.AsStaff {
		title, other, otherText = "signin.staff_title", pathCustomer, "signin.customer_door"
	}
	p := h.newPage(r, title)
	next = localPath(next)
	if next != "" {
		p.Hidden = []hiddenField{{"next", next}}
	}
	email = atMost(email, mostEmail)
	password := ""
	for _, d := range h.demo {
		if d.Email == email {
			password = d.Password
		}
		if d.Staff == (door == api.AsStaff) {
			href := url.Values{"email": {d.Email}}
			if next != "" {
				href.Set("next", next)
			}
			p.Demo = append(p.Demo, demoRow{Href: p.Action + "?" + href.Encode(), Email: d.Email, Name: d.Name, About: d.About, Password: d.Password})
		}
	}
	p.Fields = []formField{
		{ID: "email", Type: "email", Label: p.T("signin.email"), Autocomplete: "username", Value: email, Most: mostEmail},
		{ID: "password", Type: "password", Label: p.T("signin.password"), Autocomplete: "current-password", Value: password, Most: mostPassword},
	}
	p.focus()
	p.Submit = p.T("signin.submit")
	p.Links = []pageLink{{pathForgot, p.T("signin.forgot")}, {other, p.T(otherText)}}
	return p
}

const (
	mostEmail    = 254
	mostPassword = 512
)

// enter takes e-mail and password.
func (h *SignIn) enter(w http.ResponseWriter, r *http.Request, door api.As) {
	email, password, next := r.PostForm.Get("email"), r.PostForm.Get("password"), r.PostForm.Get("next")
	entry, err := portal.Entry{}, error(nil)
	switch {
	case strings.TrimSpace(email) == "":
		err = errs.BadField("email", "signin.error.email_missing")
	case password == "":
		err = errs.BadField("password", "signin.error.password_missing")
	case len(email) > mostEmail || len(password) > mostPassword:
		err = errs.New(errs.Unauthenticated, "signin.error.wrong") // nobody has such
	default:
		entry, err = h.svc.SignIn(r.Context(), h.visitor(r), door, email, password)
	}
	if err != nil {
		p := h.doorPage(r, door, email, next)
		p.Demo = nil
		p.Fields[1].Value = ""
		p.fail(w, r, err)
		return
	}
	if !entry.Ticket.Empty() {
		h.cookies.setTicket(w, entry.Ticket.Reveal(), entry.EndsAt.Sub(entry.Now))
		h.redirect(w, r, withQuery(pathFactor, "next", localPath(next)))
		return
	}
	h.welcome(w, r, entry, next)
}

// welcome gives the browser its sign-in and sends the person on.
func (h *SignIn) welcome(w http.ResponseWriter, r *http.Request, e portal.Entry, next string) {
	h.cookies.set(w, e.Kind, "", e.Token.Reveal(), e.Now, e.EndsAt)
	h.cookies.setLogin(w, e.Kind, e.Login)
	h.cookies.setDevice(w, e.Device)
	h.redirect(w, r, h.destination(e.Kind, next))
}

// destination is where somebody goes after signing in: where they wanted to, as far as it is for their kind.
func (h *SignIn) destination(as api.As, next string) string {
	next = localPath(next)
	home := "/"
	if as == api.AsStaff {
		home = "/hub/remote-support"
	}
	forStaff := hasAnyPrefix(next, "/hub", "/organizations", "/staff", "/audit", "/support/")
	forCustomer := next == "/" || hasAnyPrefix(next, "/o/")
	if next == "" || as == api.AsStaff && forCustomer || as == api.AsCustomer && forStaff {
		return home
	}
	return next
}

func hasAnyPrefix(s string, prefixes ...string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

func withQuery(path, name, value string) string {
	if value == "" {
		return path
	}
	return path + "?" + url.Values{name: {value}}.Encode()
}

// atMost is s, or nothing when it is longer than any right value.
func atMost(s string, n int) string {
	if len(s) > n {
		return ""
	}
	return s
}

func (h *SignIn) redirect(w http.ResponseWriter, r *http.Request, to string) {
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// showFactor asks for the second factor of a sign-in half way.
func (h *SignIn) showFactor(w http.ResponseWriter, r *http.Request) {
	if h.cookies.ticket(r) == "" {
		h.redirect(w, r, withQuery(pathCustomer, "next", localPath(r.URL.Query().Get("next"))))
		return
	}
	h.factorPage(r, r.URL.Query().Get("next")).write(w, r)
}

func (h *SignIn) factorPage(r *http.Request, next string) *formPage {
	p := h.newPage(r, "signin.factor_title")
	p.Lead = []string{p.T("signin.factor_lead")}
	if next = localPath(next); next != "" {
		p.Hidden = []hiddenField{{"next", next}}
	}
	p.Fields = []formField{{ID: "code", Type: "text", Label: p.T("signin.code"), Autocomplete: "one-time-code", Hint: p.T("signin.code_hint"), Most: 32, Mono: true}}
	p.focus()
	p.Submit = p.T("signin.submit")
	p.Links = []pageLink{{pathCustomer, p.T("signin.start_again")}}
	return p
}

// enterFactor takes the code.
func (h *SignIn) enterFactor(w http.ResponseWriter, r *http.Request) {
	next := r.PostForm.Get("next")
	entry, err := h.svc.SignInFactor(r.Context(), h.visitor(r), h.cookies.ticket(r), atMost(r.PostForm.Get("code"), 64))
	switch {
	case errs.Is(err, errs.Unauthenticated):
		h.cookies.setTicket(w, "", 0)
		p := h.doorPage(r, api.AsCustomer, "", next)
		p.Action = pathCustomer
		p.fail(w, r, err)
	case err != nil:
		h.factorPage(r, next).fail(w, r, err)
	default:
		h.cookies.setTicket(w, "", 0)
		h.welcome(w, r, entry, next)
	}
}

// signOut ends the browser's sign-in of one kind.
func (h *SignIn) signOut(w http.ResponseWriter, r *http.Request) {
	as := api.AsCustomer
	if r.PostForm.Get("as") == string(api.AsStaff) {
		as = api.AsStaff
	}
	_, err := portal.Run(r.Context(), h.svc, api.SignOut, h.credential(r, as), &api.None{}, h.svc.SignOut)
	if err != nil && !errs.Is(err, errs.Unauthenticated) {
		p := h.newPage(r, "signin.title_refused")
		p.Languages = nil
		p.fail(w, r, err)
		return
	}
	h.cookies.clear(w, as, "")
	h.cookies.setLogin(w, as, "")
	other := api.AsStaff
	if as == api.AsStaff {
		other = api.AsCustomer
		for _, org := range h.cookies.insides(r) {
			h.cookies.clear(w, api.AsSupport, org)
		}
	}
	if h.cookies.token(r, other, "") == "" {
		w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	}
	h.redirect(w, r, withQuery(doorPath(as), "done", "signed_out"))
}
