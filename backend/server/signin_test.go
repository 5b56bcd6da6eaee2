package server_test

import (
	"encoding/base64"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/backendtest"
	"countersign/backend/server"
	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/shared/api"
	"countersign/shared/org"

	"github.com/google/go-cmp/cmp"
	"github.com/pquerna/otp/totp"
)

// front is a world with the sign-in pages in front, on a listener of its own.
type front struct {
	*backendtest.World
	t     *testing.T
	pages *server.SignIn
	url   string
}

func openFront(t *testing.T) *front {
	w := backendtest.New(t)
	f := &front{World: w, t: t}
	quiet := slog.New(slog.DiscardHandler)
	f.pages = server.NewSignIn(server.SignInOptions{Service: w.Service, PublicURL: backendtest.PublicURL, Log: quiet,
		Assets: map[string]string{"portal.css": "/web/portal.0123456789ab.css"},
		Demo:   []server.DemoLogin{{Email: w.Marie.Email, Name: w.Marie.Name, About: "owner", Password: backendtest.Password}}})
	s, err := server.New(server.Options{Service: w.Service, Hub: w.Hub, Static: http.NotFoundHandler(), Pages: f.pages, PublicURL: backendtest.PublicURL, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	ts := httptest.NewServer(s)
	t.Cleanup(func() { ts.Close(); f.pages.Wait() })
	f.url = ts.URL
	return f
}

// browser keeps cookies and follows nothing by itself.
type browser struct {
	*front
	client *http.Client
}

func (f *front) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		f.t.Fatal(err)
	}
	return &browser{front: f, client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// shownPage is an answer with its page as people read it.
type shownPage struct {
	*http.Response
	body string
}

func (b *browser) do(r *http.Request) shownPage {
	b.t.Helper()
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	res, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return shownPage{res, html.UnescapeString(string(body))}
}

func (b *browser) get(path string) shownPage {
	b.t.Helper()
	r, err := http.NewRequest("GET", b.url+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.do(r)
}

// send sends a form as a browser does from our own page.
func (b *browser) send(path string, fields ...string) shownPage {
	b.t.Helper()
	r := b.form(path, fields...)
	r.Header.Set("Origin", b.url)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.do(r)
}

func (b *browser) form(path string, fields ...string) *http.Request {
	v := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		v.Set(fields[i], fields[i+1])
	}
	r, err := http.NewRequest("POST", b.url+path, strings.NewReader(v.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

// me is who the portal takes the browser for.
func (b *browser) me(as api.As) (status int) {
	b.t.Helper()
	r, err := http.NewRequest("GET", b.url+"/api/me", nil)
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set(api.HeaderAs, string(as))
	return b.do(r).StatusCode
}

func (r shownPage) wants(t *testing.T, status int, texts ...string) {
	t.Helper()
	if r.StatusCode != status {
		t.Errorf("answered %d, want %d", r.StatusCode, status)
	}
	for _, s := range texts {
		if !strings.Contains(r.body, s) {
			t.Errorf("the page lacks %q:\n%s", s, r.body)
		}
	}
}

func (r shownPage) leads(t *testing.T, to string) {
	t.Helper()
	if got := r.Header.Get("Location"); r.StatusCode != 303 || got != to {
		t.Errorf("answered %d to %q, want 303 to %q\n%s", r.StatusCode, got, to, r.body)
	}
}

func (f *front) token(template, to string) (token string) {
	f.t.Helper()
	f.pages.Wait()
	err := f.DB.View(f.t.Context(), func(tx *store.Tx) error {
		var mid, sealed string
		if err := tx.QueryRow(f.t.Context(), `SELECT id, sealed FROM outbox_mail WHERE template = ? AND recipient = ? ORDER BY rowid DESC LIMIT 1`,
			template, to).Scan(&mid, &sealed); err != nil {
			return err
		}
		raw, err := base64.RawStdEncoding.DecodeString(sealed)
		if err != nil {
			return err
		}
		plain, err := f.Keys.Unseal(vault.Mail, raw, "outbox_mail", "sealed", mid)
		token = string(plain)
		return err
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return token
}

func TestSignInPage(t *testing.T) {
	f := openFront(t)
	b := f.browser()
	page := b.get("/sign-in?next=/o/x")
	page.wants(t, 200, `<html lang="en">`, `<h1>Sign in</h1>`, `<label class="label" for="email">`, `<label class="label" for="password">`,
		`type="email"`, `autocomplete="username"`, `autocomplete="current-password"`, `name="next" value="/o/x"`, `href="/web/portal.0123456789ab.css"`,
		`autofocus`, f.Marie.Email)
	for name, want := range map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff"} {
		if got := page.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if strings.Contains(page.body, "<script") || strings.Contains(page.body, "style=") {
		t.Error("the page would not pass its content policy")
	}

	wrong := b.send("/sign-in", "email", f.Marie.Email, "password", "not hers at all", "next", "/o/x")
	wrong.wants(t, 422, `role="alert"`, "E-mail or password is not right.", `value="`+f.Marie.Email+`"`, `name="next" value="/o/x"`)
	if strings.Contains(wrong.body, "not hers") || len(wrong.Cookies()) != 0 {
		t.Errorf("a wrong password came back or gave a cookie: %v", wrong.Cookies())
	}
	b.send("/sign-in", "email", "", "password", "x").wants(t, 422, "Enter your e-mail.", `aria-invalid="true"`, `href="#email"`)

	right := b.send("/sign-in", "email", f.Marie.Email, "password", backendtest.Password, "next", "/o/x?y=1")
	right.leads(t, "/o/x?y=1")
	var got []string
	for _, c := range right.Cookies() {
		got = append(got, fmt.Sprintf("%s path=%s httponly=%v samesite=%v", c.Name, c.Path, c.HttpOnly, c.SameSite))
		if c.Name == api.LoginCookie(api.AsCustomer) && c.Value != string(f.Marie.Login) {
			t.Errorf("the program is told that %s signed in", c.Value)
		}
	}
	slices.Sort(got)
	want := []string{"cs_customer path=/ httponly=true samesite=2", "cs_customer_login path=/ httponly=false samesite=3", "cs_device path=/ httponly=true samesite=2"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("cookies:\n%s", d)
	}
	if s := b.me(api.AsCustomer); s != 200 {
		t.Errorf("signed in, me answers %d", s)
	}
	if s := b.me(api.AsStaff); s != 401 {
		t.Errorf("as staff, me answers %d", s)
	}
	b.get("/sign-in").wants(t, 200, "You are signed in as "+f.Marie.Email)

	staff := f.browser().send("/sign-in", "email", f.Sofia.Email, "password", backendtest.Password, "next", "/o/x")
	staff.leads(t, "/hub/remote-support")
	if c := staff.Cookies()[0]; c.Name != "cs_staff" || c.SameSite != http.SameSiteStrictMode {
		t.Errorf("cookie of staff: %+v", c)
	}
}

// Over https the cookies belong to this host and to https alone.
func TestSignInCookiesOverHTTPS(t *testing.T) {
	f := openFront(t)
	const origin = "https://portal.example"
	pages := server.NewSignIn(server.SignInOptions{Service: f.Service, PublicURL: origin})
	r := f.browser().form("/sign-in", "email", f.Marie.Email, "password", backendtest.Password)
	r.Header.Set("Origin", origin)
	rec := httptest.NewRecorder()
	pages.ServeHTTP(rec, r)
	cookies := rec.Result().Cookies()
	if len(cookies) != 3 {
		t.Fatalf("cookies %v", cookies)
	}
	for _, c := range cookies {
		if !strings.HasPrefix(c.Name, "__Host-cs_") || !c.Secure || !c.HttpOnly && c.Name != "__Host-"+api.LoginCookie(api.AsCustomer) || c.Path != "/" || c.Domain != "" {
			t.Errorf("cookie %+v", c)
		}
	}
}

// TH12: a form counts only when a page of ours sent it.
func TestFormsOfOtherSites(t *testing.T) {
	f := openFront(t)
	origins := map[string]string{"same": f.url, "public": backendtest.PublicURL, "absent": "", "null": "null",
		"sub-domain": strings.Replace(f.url, "127.0.0.1", "a.127.0.0.1", 1), "look-alike": strings.Replace(f.url, "127.0.0.1", "127.0.0.1.evil.example", 1),
		"https": strings.Replace(f.url, "http:", "https:", 1), "port": "http://127.0.0.1:1", "wails": "wails://wails", "other": "https://evil.example"}
	sites := []string{"", "same-origin", "none", "same-site", "cross-site"}
	passes := map[string]bool{}
	for _, o := range []string{"same", "public", "absent", "null"} {
		passes[o+" same-origin"], passes[o+" none"] = true, true
	}
	passes["same "] = true // without Sec-Fetch-Site only the address that it was sent to counts

	for origin, value := range origins {
		for _, site := range sites {
			b := f.browser()
			r := b.form("/sign-in", "email", f.Marie.Email, "password", backendtest.Password)
			if value != "" {
				r.Header.Set("Origin", value)
			}
			if site != "" {
				r.Header.Set("Sec-Fetch-Site", site)
			}
			got := b.do(r)
			if want := passes[origin+" "+site]; want != (got.StatusCode == 303) || !want && (got.StatusCode != 403 || len(got.Cookies()) > 0) {
				t.Errorf("origin %s, Sec-Fetch-Site %q: answered %d with %d cookies", origin, site, got.StatusCode, len(got.Cookies()))
			}
		}
	}
}

func TestFormsInOtherShapes(t *testing.T) {
	f := openFront(t)
	b := f.browser()
	for kind, want := range map[string]int{"application/json": 422, "multipart/form-data; boundary=x": 422, "text/plain": 422, "": 422} {
		r := b.form("/sign-in", "email", f.Marie.Email, "password", backendtest.Password)
		r.Header.Set("Origin", f.url)
		r.Header["Content-Type"] = []string{kind}
		if got := b.do(r); got.StatusCode != want {
			t.Errorf("%q: answered %d", kind, got.StatusCode)
		}
	}
	b.send("/sign-in", "email", f.Marie.Email, "password", strings.Repeat("x", 40_000)).wants(t, 413)
	b.send("/sign-in", "email", f.Marie.Email, "password", strings.Repeat("x", 600)).wants(t, 422, "E-mail or password is not right.")
	b.send("/sign-in", "email", `"><script>alert(1)</script>`, "password", "x", "next", `/"><script>`).wants(t, 422)
	r, _ := http.NewRequest("GET", f.url+"/sign-in?email="+url.QueryEscape(`"><script>alert(1)</script>`), nil)
	res, err := b.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := io.ReadAll(res.Body)
	res.Body.Close()
	if strings.Contains(string(raw), "<script") {
		t.Error("what came in the address became a script")
	}
}

// A form leads only to pages of the portal, and to those of the kind that signed in.
func TestNextStaysInThePortal(t *testing.T) {
	f := openFront(t)
	for next, want := range map[string]string{
		"":                            "/",
		"/o/abc/home?x=1":             "/o/abc/home?x=1",
		"/account":                    "/account",
		"/hub/remote-support":         "/",
		"//evil.example":              "/",
		"/\\evil.example":             "/",
		"https://evil.example":        "/",
		"javascript:alert(1)":         "/",
		"/\t/evil.example":            "/",
		"/%2f/evil.example":           "/",
		"/%5cevil.example":            "/",
		"/x\r\nSet-Cookie: a=b":       "/",
		"/api/me":                     "/",
		"/invitation?token=abc":       "/invitation?token=abc",
		strings.Repeat("/aaaaa", 300): "/",
	} {
		f.browser().send("/sign-in", "email", f.Marie.Email, "password", backendtest.Password, "next", next).leads(t, want)
		f.Exec(`UPDATE session SET ended_at = 1 WHERE ended_at = 0`)
	}
}

func TestThrottledFormTellsTheSeconds(t *testing.T) {
	f := openFront(t)
	b := f.browser()
	var last shownPage
	for range 8 {
		last = b.send("/sign-in", "email", f.Marie.Email, "password", "wrong")
	}
	last.wants(t, 429, f.Marie.Email)
	told := regexp.MustCompile(`Try again in (\d+) seconds`).FindStringSubmatch(last.body)
	if told == nil || last.Header.Get("Retry-After") != told[1] {
		t.Errorf("told %v, Retry-After %q", told, last.Header.Get("Retry-After"))
	}
}

func TestSecondFactorForm(t *testing.T) {
	f := openFront(t)
	b := f.browser()
	b.send("/sign-in", "email", f.Marie.Email, "password", backendtest.Password).leads(t, "/")
	secret := enrolOverHTTP(t, f)

	b.get("/sign-in/factor").leads(t, "/sign-in")
	b.send("/sign-in", "email", f.Marie.Email, "password", backendtest.Password, "next", "/o/x").leads(t, "/sign-in/factor?next=%2Fo%2Fx")
	b.get("/sign-in/factor?next=%2Fo%2Fx").wants(t, 200, `autocomplete="one-time-code"`, `name="next" value="/o/x"`)
	b.send("/sign-in/factor", "code", "12 34", "next", "/o/x").wants(t, 422, `aria-invalid="true"`, `name="next" value="/o/x"`)
	code, err := totp.GenerateCode(secret, f.Clock.Now().Add(30*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	b.send("/sign-in/factor", "code", code, "next", "/o/x").leads(t, "/o/x")
	if s := b.me(api.AsCustomer); s != 200 {
		t.Errorf("signed in, me answers %d", s)
	}
	b.send("/sign-in/factor", "code", code).wants(t, 422, "Enter it again.")
}

func enrolOverHTTP(t *testing.T, f *front) string {
	t.Helper()
	a := f.As(f.Marie)
	e := backendtest.Must(backendtest.Call(a, api.StartFactor, api.None{}))
	if !strings.HasPrefix(e.QR, "data:image/") {
		t.Errorf("QR code %.40q", e.QR)
	}
	in := api.FactorCodeIn{}
	code, err := totp.GenerateCode(e.Secret, f.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	in.Body.Code = code
	backendtest.Must(backendtest.Call(a, api.ConfirmFactor, in))
	return e.Secret
}

// TH18: asking for a link answers a known and an unknown e-mail with the same bytes.
func TestForgottenPasswordAnswersAlike(t *testing.T) {
	f := openFront(t)
	ask := func(email string) shownPage { return f.browser().send("/forgot", "email", email) }
	known, unknown := ask(f.Marie.Email), ask("nobody@example.test")
	known.wants(t, 200, "If this e-mail has a sign-in here")
	if d := cmp.Diff(known.body, unknown.body); d != "" || known.StatusCode != unknown.StatusCode {
		t.Errorf("known and unknown differ:\n%s", d)
	}
	for _, h := range []http.Header{known.Header, unknown.Header} {
		h.Del("X-Request-Id")
		h.Del("Date")
	}
	if d := cmp.Diff(known.Header, unknown.Header); d != "" {
		t.Errorf("headers differ:\n%s", d)
	}
	f.pages.Wait()
	if got := f.Mails("password_reset"); !slices.Equal(got, []string{f.Marie.Email}) {
		t.Errorf("mailed %v", got)
	}
}

// TH17: following the mailed link, however often, changes nothing; the form does, once. Where the link leads to comes
// from the configuration and not from who asked.
func TestResetForm(t *testing.T) {
	f := openFront(t)
	b := f.browser()
	r := b.form("/forgot", "email", f.Marie.Email)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Host = "evil.example"
	b.do(r).wants(t, 200)
	link := "/reset?token=" + f.token("password_reset", f.Marie.Email)

	for range 3 {
		b.get(link).wants(t, 200, f.Marie.Email, `autocomplete="new-password"`, `name="username"`)
	}
	head, _ := http.NewRequest("HEAD", f.url+link, nil)
	b.do(head).wants(t, 200)
	token := strings.TrimPrefix(link, "/reset?token=")
	const fresh = "copper meadow 17 violin"
	b.send("/reset", "token", token, "password", fresh, "again", "another").wants(t, 422, "The two passwords are not the same")
	b.send("/reset", "token", token, "password", "short", "again", "short").wants(t, 422, "Use at least 15 characters", `href="#password"`)
	b.send("/reset", "token", token, "password", fresh, "again", fresh).leads(t, "/sign-in?done=reset&email="+url.QueryEscape(f.Marie.Email))
	b.get("/sign-in?done=reset").wants(t, 200, `role="status"`, "Your new password is saved")
	b.send("/reset", "token", token, "password", fresh, "again", fresh).wants(t, 404, "This link no longer works")
	b.get(link).wants(t, 404, "Send a new link")
	b.get("/reset").wants(t, 404)
	b.send("/sign-in", "email", f.Marie.Email, "password", fresh).leads(t, "/")
}

func TestInvitationForms(t *testing.T) {
	f := openFront(t)
	in := api.CreateOrganizationIn{}
	c := &in.Body
	c.Name, c.Reference, c.ManagedBy, c.Region, c.OwnerName, c.OwnerEmail, c.Locale = "Delta & Co", "30001", org.Customer, "FR", "Dana Frei", "dana@example.test", "fr"
	backendtest.Must(backendtest.Call(f.As(f.Ada), api.CreateOrganization, in))
	token := f.token("invitation", "dana@example.test")

	// Somebody new chooses a password, then signs in.
	b := f.browser()
	b.get("/invitation?token="+token).wants(t, 200, "Ada Stone invites you to the portal of Delta & Co.", `value="Dana Frei"`, "dana@example.test")
	const fresh = "copper meadow 17 violin"
	b.send("/invitation", "token", token, "name", "", "password", fresh, "again", fresh).wants(t, 422, "Enter a name")
	b.send("/invitation", "token", token, "name", "Dana Frei", "password", fresh, "again", fresh).leads(t, "/sign-in?done=accepted&email=dana%40example.test")
	b.send("/sign-in", "email", "dana@example.test", "password", fresh).leads(t, "/")
	b.get("/invitation?token="+token).wants(t, 404, "This invitation no longer works")

	// Somebody with a password signs in and accepts with one click.
	invite := api.InviteStaffIn{}
	invite.Body.Name, invite.Body.Email, invite.Body.Role, invite.Body.Locale = "Paul Noir", f.Paul.Email, org.Agent, "en"
	backendtest.Must(backendtest.Call(f.As(f.Ada), api.InviteStaff, invite))
	token = f.token("staff_invitation", f.Paul.Email)
	page := b.get("/invitation?token=" + token) // Dana is signed in here
	page.wants(t, 200, "You are signed in as dana@example.test, but the invitation is for "+f.Paul.Email)
	if strings.Contains(page.body, "<form") {
		t.Error("somebody else is offered to accept")
	}
	b.send("/invitation", "token", token).wants(t, 403, "This invitation is for")
	paul := f.browser()
	next := "/invitation?token=" + token
	paul.get(next).wants(t, 200, "sign in as "+f.Paul.Email, url.QueryEscape(next))
	paul.send("/sign-in", "email", f.Paul.Email, "password", backendtest.Password, "next", next).leads(t, next)
	paul.get(next).wants(t, 200, "<form", "Accept the invitation")
	paul.send("/invitation", "token", token).leads(t, "/staff/sign-in?done=accepted&email="+url.QueryEscape(f.Paul.Email))
	paul.send("/staff/sign-in", "email", f.Paul.Email, "password", backendtest.Password).leads(t, "/hub/remote-support")
}

func TestSignOutForm(t *testing.T) {
	f := openFront(t)
	b := f.browser()
	b.send("/sign-in", "email", f.Marie.Email, "password", backendtest.Password).leads(t, "/")
	b.send("/staff/sign-in", "email", f.Sofia.Email, "password", backendtest.Password).leads(t, "/hub/remote-support")
	before := b.client.Jar.Cookies(mustParse(t, f.url))

	out := b.send("/sign-out", "as", "staff")
	out.leads(t, "/staff/sign-in?done=signed_out")
	if out.Header.Get("Clear-Site-Data") != "" {
		t.Error("the customer's own data was cleared with the staff sign-in")
	}
	if s := b.me(api.AsCustomer); s != 200 {
		t.Errorf("the customer's sign-in answers %d", s)
	}
	last := b.send("/sign-out")
	last.leads(t, "/sign-in?done=signed_out")
	if last.Header.Get("Clear-Site-Data") == "" {
		t.Error("nothing was cleared with the last sign-in")
	}
	b.client.Jar.SetCookies(mustParse(t, f.url), before) // a thief kept the cookies
	for _, as := range []api.As{api.AsCustomer, api.AsStaff} {
		if s := b.me(as); s != 401 {
			t.Errorf("an ended sign-in as %s answers %d", as, s)
		}
	}
	b.get("/sign-out").leads(t, "/sign-in") // a link changes nothing
}

func mustParse(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// X02: every page in both languages; the choice is remembered and keeps the address's other parameters.
func TestSignInPagesInBothLanguages(t *testing.T) {
	f := openFront(t)
	b := f.browser()
	b.get("/sign-in?next=/o/x").wants(t, 200, `href="/sign-in?lang=fr&next=%2Fo%2Fx" lang="fr"`)
	b.get("/sign-in?lang=fr&next=/o/x").wants(t, 200, `<html lang="fr">`, "Se connecter", `name="next" value="/o/x"`, `aria-current="true">Français`)
	b.get("/forgot").wants(t, 200, `<html lang="fr">`, "Mot de passe oublié")
	b.send("/sign-in", "email", f.Marie.Email, "password", "wrong").wants(t, 422, "L’adresse e-mail ou le mot de passe n’est pas exact.")
	r, _ := http.NewRequest("GET", f.url+"/staff/sign-in", nil)
	r.Header.Set("Accept-Language", "fr-CH, fr;q=0.9, en;q=0.8")
	f.browser().do(r).wants(t, 200, "Connexion du personnel")
}

// Why a sign-in ended is told where the next one begins, in words of ours only.
func TestSignInPageTellsWhy(t *testing.T) {
	f := openFront(t)
	f.browser().get("/sign-in?why=password_changed").wants(t, 200, "Your password was changed")
	page := f.browser().get("/sign-in?why=" + url.QueryEscape("Call 555-1234") + "&done=nothing")
	if strings.Contains(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(page.body, ""), "555") || strings.Contains(page.body, `role="status"`) {
		t.Error("anybody's words are shown")
	}
}
