package server_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/backendtest"
	"countersign/backend/server"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"
)

// answer is what came back for a request.
type reply struct {
	*http.Response
	body []byte
}

func (r reply) problem(t testing.TB) api.Problem {
	t.Helper()
	var p api.Problem
	if err := json.Unmarshal(r.body, &p); err != nil {
		t.Fatalf("%d %s: not a problem: %s", r.StatusCode, r.Header.Get("Content-Type"), r.body)
	}
	if got := r.Header.Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("content type %q", got)
	}
	return p
}

// send gives a request straight to the server.
func send(h http.Handler, r *http.Request) reply {
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, r)
	resp := rec.Result()
	body, _ := io.ReadAll(resp.Body)
	return reply{resp, body}
}

func request(method, path, body string, header http.Header) *http.Request {
	r := httptest.NewRequest(method, backendtest.PublicURL+path, strings.NewReader(body))
	r.RemoteAddr = "192.0.2.7:40000"
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	maps.Copy(r.Header, header)
	return r
}

func signed(a *backendtest.Actor) http.Header {
	h := http.Header{}
	a.Sign(h)
	return h
}

// path of an endpoint with ids in place of its parameters: the organization's, and of nothing otherwise.
func path(s api.Spec, org id.Organization) string {
	p := strings.NewReplacer("{org}", string(org), "{n}", "0", "{chunk}", "0", "{purpose}", "survey").Replace(s.Path)
	p = parameter.ReplaceAllString(p, "01890000-0000-7000-8000-000000000000")
	if strings.HasSuffix(p, "/recipients") {
		p += "?category=technical"
	}
	return p
}

// absentItem is the id of nothing that waits.
const absentItem = "01890000-0000-7000-8000-000000000000"

var parameter = regexp.MustCompile(`\{[a-z]+\}`)

// X07: what is wrong with the input is told by field, in the caller's language, with a stable code.
func TestStrictInput(t *testing.T) {
	w := backendtest.New(t)
	marie := signed(w.As(w.Marie))
	approve := path(api.ApproveAccess.Spec, w.Acme)
	const good = `"seen":"0123456789abcdef"`
	for _, c := range []struct {
		name, method, path, body string
		kind                     string // content type, when not JSON
		status                   int
		code                     errs.Code
		field                    string
	}{
		{"missing", "POST", approve, `{` + good + `}`, "", 422, errs.Invalid, "minutes"},
		{"unknown_key", "POST", approve, `{"minutes":60,` + good + `,"role":"owner"}`, "", 422, errs.Invalid, "role"},
		{"other_case", "POST", approve, `{"Minutes":60,` + good + `}`, "", 422, errs.Invalid, "Minutes"},
		{"twice", "POST", approve, `{"minutes":60,"minutes":10080,` + good + `}`, "", 422, errs.Invalid, "minutes"},
		{"twice_in_other_case", "POST", approve, `{"minutes":60,"MINUTES":10080,` + good + `}`, "", 422, errs.Invalid, "MINUTES"},
		{"too_small", "POST", approve, `{"minutes":0,` + good + `}`, "", 422, errs.Invalid, "minutes"},
		{"wrong_kind", "POST", approve, `{"minutes":"60",` + good + `}`, "", 422, errs.Invalid, "minutes"},
		{"fraction", "POST", approve, `{"minutes":60.5,` + good + `}`, "", 422, errs.Invalid, "minutes"},
		{"huge_number", "POST", approve, `{"minutes":1e400,` + good + `}`, "", 0, errs.Invalid, ""},
		{"null", "POST", approve, `{"minutes":null,` + good + `}`, "", 422, errs.Invalid, "minutes"},
		{"not_an_object", "POST", approve, `[1]`, "", 422, errs.Invalid, ""},
		{"not_json", "POST", approve, `minutes=60`, "", 400, errs.Invalid, ""},
		{"cut_off", "POST", approve, `{"minutes":60`, "", 400, errs.Invalid, ""},
		{"two_values", "POST", approve, `{} {}`, "", 400, errs.Invalid, ""},
		{"broken_utf8", "POST", approve, "{\"minutes\":60,\"seen\":\"\xff\"}", "", 400, errs.Invalid, ""},
		{"deep", "POST", approve, strings.Repeat(`{"a":`, 40) + `1` + strings.Repeat(`}`, 40), "", 400, errs.Invalid, ""},
		{"empty", "POST", approve, "", "application/json", 400, errs.Invalid, ""},
		{"too_large", "POST", approve, `{"minutes":60,` + good + `,"x":"` + strings.Repeat("x", 1<<20) + `"}`, "", 413, errs.TooLarge, ""},
		{"a_form", "POST", approve, `minutes=60`, "application/x-www-form-urlencoded", 415, errs.Invalid, ""},
		{"plain_text", "POST", approve, `{}`, "text/plain", 415, errs.Invalid, ""},
		{"other_charset", "POST", approve, `{}`, "application/json; charset=utf-16", 415, errs.Invalid, ""},
		{"body_where_none_is", "POST", path(api.RevokeAccess.Spec, w.Acme), `{}`, "", 400, errs.Invalid, ""},
		{"unknown_query", "GET", path(api.ListAudit.Spec, w.Acme) + "?sort=up", "", "", 422, errs.Invalid, "query.sort"},
		{"query_twice", "GET", path(api.ListAudit.Spec, w.Acme) + "?limit=5&limit=6", "", "", 422, errs.Invalid, "query.limit"},
		{"query_out_of_range", "GET", path(api.ListAudit.Spec, w.Acme) + "?limit=5000", "", "", 422, errs.Invalid, "query.limit"},
		{"query_not_a_number", "GET", path(api.ListAudit.Spec, w.Acme) + "?limit=five", "", "", 422, errs.Invalid, "query.limit"},
		{"broken_query", "GET", path(api.ListAudit.Spec, w.Acme) + "?limit=%zz", "", "", 400, errs.Invalid, ""},
		{"path_not_an_id", "GET", "/api/orgs/acme/home", "", "", 422, errs.Invalid, "path.org"},
		{"no_such_path", "GET", "/api/orgs", "", "", 404, errs.NotFound, ""},
		{"wrong_method", "DELETE", approve, "", "", 405, errs.Invalid, ""},
		{"websocket_of_nobody", "GET", "/api/live", "", "", 422, errs.Invalid, "query.as"},
		{"websocket_unknown_query", "GET", "/api/live?as=staff&x=1", "", "", 422, errs.Invalid, "query.x"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := request(c.method, c.path, c.body, marie)
			if c.kind != "" {
				r.Header.Set("Content-Type", c.kind)
			}
			got := send(w.Server, r)
			p := got.problem(t)
			if c.status != 0 && got.StatusCode != c.status || p.Code != string(c.code) || p.Status != got.StatusCode {
				t.Errorf("got %d %s, want %d %s", got.StatusCode, p.Code, c.status, c.code)
			}
			named := func(f api.ProblemField) bool { return f.Location == c.field && f.Message != "" }
			if c.field != "" && !slices.ContainsFunc(p.Errors, named) {
				t.Errorf("fields %v, want %s", p.Errors, c.field)
			}
			if p.Ref == "" || p.Ref != got.Header.Get("X-Request-Id") {
				t.Errorf("reference %q, header %q", p.Ref, got.Header.Get("X-Request-Id"))
			}
			if strings.Contains(p.Detail, "error.") || strings.Contains(string(got.body), "expected ") {
				t.Errorf("not a text for people: %s", got.body)
			}
		})
	}
	if allow := send(w.Server, request("DELETE", approve, "", marie)).Header.Get("Allow"); allow != "POST" {
		t.Errorf("Allow: %q, want POST", allow)
	}
}

// Every form of refusal, word for word, in both languages.
func TestProblemsGolden(t *testing.T) {
	w := backendtest.New(t, backendtest.WithLimits(server.Limits{Costly: server.Bucket{PerSecond: 1e-3, Burst: 1}}))
	sofia, marie, paul, nobody := w.As(w.Sofia), w.As(w.Marie), w.As(w.Paul), w.As(w.Nobody)
	asked := backendtest.Must(sofia.RequestAccess(w.Acme, time.Hour, ""))
	seen := `"seen":"` + asked.Fingerprint() + `"`
	approve := "/api/orgs/" + string(w.Acme) + "/remote-support/requests/" + string(asked.ID) + "/approve"
	send(w.Server, request("POST", approve, `{"minutes":60,`+seen+`}`, signed(marie)))
	send(w.Server, request("GET", path(api.VerifyAudit.Spec, w.Acme), "", signed(marie)))

	cases := []struct {
		name string
		r    func() *http.Request
	}{
		{"unauthenticated", func() *http.Request { return request("GET", "/api/me", "", signed(nobody)) }},
		{"forbidden", func() *http.Request { return request("POST", approve, `{"minutes":60,`+seen+`}`, signed(paul)) }},
		{"not found", func() *http.Request { return request("GET", path(api.GetHome.Spec, w.Beta), "", signed(marie)) }},
		{"conflict", func() *http.Request { return request("POST", approve, `{"minutes":60,`+seen+`}`, signed(marie)) }},
		{"too many", func() *http.Request { return request("GET", path(api.VerifyAudit.Spec, w.Acme), "", signed(marie)) }},
		{"cross-site", func() *http.Request {
			r := request("POST", approve, `{}`, signed(marie))
			r.Header.Set("Origin", "https://evil.example")
			return r
		}},
		{"fields", func() *http.Request {
			return request("POST", approve, `{"minutes":99999,"seen":"short","x":1}`, signed(marie))
		}},
		{"enum", func() *http.Request {
			return request("PUT", path(api.SetManagedBy.Spec, w.Acme), `{"managed_by":"nobody"}`, signed(marie))
		}},
		{"pattern", func() *http.Request {
			return request("POST", path(api.TellViewing.Spec, w.Acme), `{"page":"<script>"}`, signed(marie))
		}},
		{"email and texts", func() *http.Request {
			return request("POST", "/api/staff/members", `{"name":"","email":"nobody","role":"boss","locale":"en"}`, signed(w.As(w.Ada)))
		}},
		{"time", func() *http.Request {
			return request("PUT", path(api.ChangeAccessEnd.Spec, w.Acme), `{"ends_at":"soon"}`, signed(marie))
		}},
		{"boolean and text", func() *http.Request {
			return request("POST", approve, `{"minutes":60,"named_only":"yes","seen":5}`, signed(marie))
		}},
		{"duplicate", func() *http.Request { return request("POST", approve, `{"minutes":60,"minutes":61}`, signed(marie)) }},
		{"malformed", func() *http.Request { return request("POST", approve, `{`, signed(marie)) }},
		{"too large", func() *http.Request { return request("POST", approve, strings.Repeat(" ", 1<<20+1), signed(marie)) }},
		{"media type", func() *http.Request {
			r := request("POST", approve, `{}`, signed(marie))
			r.Header.Set("Content-Type", "text/plain")
			return r
		}},
		{"no endpoint", func() *http.Request { return request("GET", "/api/nothing", "", nil) }},
		{"method", func() *http.Request { return request("PUT", approve, `{}`, signed(marie)) }},
	}
	for _, lang := range []string{"en", "fr"} {
		t.Run(lang, func(t *testing.T) {
			var got bytes.Buffer
			for _, c := range cases {
				r := c.r()
				r.Header.Set("Accept-Language", lang)
				re := send(w.Server, r)
				p := re.problem(t)
				if p.Ref == "" {
					t.Errorf("%s: no reference", c.name)
				}
				p.Ref = "–"
				got.WriteString("# " + c.name + "\n")
				if ra := re.Header.Get("Retry-After"); ra != "" {
					got.WriteString("Retry-After: given\n")
					p.Detail = digits.ReplaceAllString(p.Detail, "N")
					p.RetryAfter = -1
				}
				enc := json.NewEncoder(&got)
				enc.SetEscapeHTML(false)
				enc.SetIndent("", "  ")
				if err := enc.Encode(p); err != nil {
					t.Fatal(err)
				}
			}
			golden(t, "testdata/problems."+lang+".golden", got.String())
		})
	}
}

var digits = regexp.MustCompile(`[0-9][0-9\x{202f},]*`)

// Text of internal errors stays inside: the caller gets a reference, the log gets the rest.
func TestInternalErrorsAreNotTold(t *testing.T) {
	w := backendtest.New(t)
	marie := w.As(w.Marie)
	w.Exec(`UPDATE contact SET roles = 'secret-detail' WHERE org = ?`, w.Acme)
	got := send(w.Server, request("GET", path(api.GetHome.Spec, w.Acme), "", signed(marie)))
	p := got.problem(t)
	if got.StatusCode != 500 || p.Code != string(errs.Internal) || !strings.Contains(p.Detail, p.Ref) {
		t.Errorf("got %d %+v", got.StatusCode, p)
	}
	for _, word := range []string{"secret-detail", "contact", "JSON", "invalid character"} {
		if strings.Contains(string(got.body), word) {
			t.Errorf("the answer tells %q: %s", word, got.body)
		}
	}
}

// TH9: an organization that is another's and one that does not exist give the same bytes, at every endpoint, whoever
// asks; so do a request of another organization and one that does not exist.
func TestForeignAndAbsentAreTheSame(t *testing.T) {
	w := backendtest.New(t, backendtest.WithLimits(unlimited))
	sofia := w.As(w.Sofia)
	waits := backendtest.Must(sofia.RequestAccess(w.Beta, time.Hour, ""))
	seed(w, w.Beta, w.Luc)
	theirs := strings.NewReplacer("{attention}", absentItem, "{snapshot}", emptyHead, "{chunk}", "0", "{request}", string(waits.ID), "{contact}", string(w.Luc.Contact), "{verification}", verified, "{change}", asked, "{transfer}", offered,
		"{job}", bulkWork, "{n}", "0", "{unit}", unit, "{program}", program, "{number}", inventory, "/domains/{service}", "/domains/"+domain,
		"{service}", hosting, "{ticket}", question, "{file}", picture, "{invoice}", bill)
	inside := backendtest.Must(sofia.EnterManaged(w.Gamma, "Ticket 1"))
	bodies := inputs(t)
	tried := 0
	for _, spec := range api.Specs() {
		if !strings.Contains(spec.Path, "{org}") || spec.Policy.Staff != "" {
			continue
		}
		for name, who := range map[string]*backendtest.Actor{"owner": w.As(w.Marie), "admin": w.As(w.Jonas), "reader": w.As(w.Paul), "support": inside, "nobody": w.As(w.Nobody)} {
			ask := func(p string) (int, string) {
				r := send(w.Server, request(spec.Method, p, bodies[spec.Name], signed(who)))
				return r.StatusCode, strings.ReplaceAll(string(r.body), r.Header.Get("X-Request-Id"), "–")
			}
			foreign, ftext := ask(path(spec, w.Beta))
			gone, gtext := ask(path(spec, absent))
			if foreign != gone || ftext != gtext || foreign < 400 {
				t.Errorf("%s as %s: foreign %d %s, absent %d %s", spec.Name, name, foreign, ftext, gone, gtext)
			}
			tried++
			if own := strings.ReplaceAll(spec.Path, "{org}", string(w.Acme)); name == "owner" && strings.Contains(own, "{") {
				if status, text := ask(theirs.Replace(own)); status != 404 {
					t.Errorf("%s with what is another organization's: %d %s", spec.Name, status, text)
				} else if _, none := ask(path(spec, w.Acme)); text != none {
					t.Errorf("%s: what is foreign gives %s, what is absent %s", spec.Name, text, none)
				}
				tried++
			}
		}
	}
	t.Logf("%d pairs of answers are the same", tried)
}

// inputs are bodies that pass the schema of each endpoint.
func inputs(t testing.TB) map[string]string {
	t.Helper()
	seen := `"seen":"0123456789abcdef"`
	const aMessage, aCanned = `"id":"` + string(absent) + `","text":"x"`, `{"title":"T","body_en":"E","body_fr":"F"`
	const aProgram = `{"display_name":"P","call_purpose":"survey",`
	m := map[string]string{
		"update-settings": `{"locale":"en"}`, "step-up": `{"password":"x"}`, "change-password": `{"current":"x","new":"y"}`,
		"confirm-factor": `{"code":"123456"}`, "approve-access": `{"minutes":60,` + seen + `}`, "reject-access": `{` + seen + `}`,
		"change-access-end": `{"ends_at":"2026-11-22T10:00:00Z"}`, "approve-more-time": `{"minutes":60}`,
		"invite-support": `{"minutes":60}`, "set-managed-by": `{"managed_by":"customer"}`, "set-access-maximum": `{"minutes":60}`,
		"tell-viewing": `{"page":"home"}`, "ask-more-time": `{"minutes":60}`, "request-access": `{"minutes":60}`,
		"enter-managed": `{"reason":"x"}`, "create-organization": `{"name":"N","reference":"1","managed_by":"customer","region":"FR","owner_name":"O","owner_email":"o@example.test","locale":"en"}`,
		"set-organization-state": `{"state":"active","reason":"x"}`, "invite-staff": `{"name":"N","email":"n@example.test","role":"agent","locale":"en"}`,
		"update-staff": `{"role":"agent","active":true}`,
		"release-code": `{"account":true}`, "generate-code": `{"locale":"en"}`, "set-my-code": `{"remove":true}`,
		"create-contact": `{"kind":"individual","name":"N","locale":"en","active":true}`,
		"update-contact": `{"kind":"individual","name":"N","locale":"en","active":true,"version":1}`, "delete-contact": `{"reason":"x"}`,
		"offer-ownership": `{"contact":"` + string(absent) + `"}`, "update-profile": `{"version":1}`,
		"define-field": `{"label_en":"E","label_fr":"F","kind":"text"}`, "update-field": `{"label_en":"E","label_fr":"F"}`, "move-field": `{"place":0}`,
		"start-verification": `{"contact":"` + string(absent) + `","channel":"phone","locale":"en"}`, "check-caller": `{"heard":"x"}`,
		"record-minor-change": `{"subject":"x"}`, "ask-change": `{"kind":"change","subject":"x"}`,
		"edit-numbers":         `{"mutations":[{"uid":"` + strings.Repeat("0a", 16) + `","op":"number.remove","rows":[{"id":"` + string(absent) + `"}]}]}`,
		"export-numbers":       `{}`,
		"create-business-unit": `{"name":"N"}`, "rename-business-unit": `{"name":"N","ver":1}`,
		"create-staff-business-unit": `{"name":"N"}`, "rename-staff-business-unit": `{"name":"N","ver":1}`,
		"create-program": aProgram + `"business_unit":"` + string(absent) + `"}`, "update-program": aProgram + `"ver":1}`,
		"create-staff-program": aProgram + `"business_unit":"` + string(absent) + `"}`, "update-staff-program": aProgram + `"ver":1}`,
		"create-call-purpose": `{"label_en":"E","label_fr":"F"}`, "update-call-purpose": `{"label_en":"E","label_fr":"F"}`, "move-call-purpose": `{"place":0}`,
		"add-number-list": `{"call_purpose":"survey","numbers":["+33184880001"]}`, "delete-number-list": `{"level":"business","numbers":["+33184880001"]}`,
		"add-number-file": `{"file":"numbers.csv","bytes":1}`, "delete-number-file": `{"level":"business","file":"numbers.csv","bytes":1}`,
		"put-number-job-part": `{"data":"MA=="}`,
		"sync-push":           `{"client":"` + string(absent) + `","schema":1,"prev_mid":0,"mutations":[]}`,
		"sync-pull":           `{"client":"` + string(absent) + `","schema":1,"first_mid":1,"ack_mid":0,"receipt_sum":"0000000000000000","pending_hint":0}`,
		"resolve-attention":   `{"how":"discard"}`,
		"approve-change":      `{` + seen + `}`, "reject-change": `{` + seen + `}`,
		"assign-service-contact": `{"role":"support","version":1}`, "assign-domain-contact": `{"role":"support","version":1}`,
		"cancel-service": `{}`, "cancel-domain": `{}`,
		"open-ticket":  `{` + aMessage + `,"ticket":"` + string(absent) + `","category":"technical","subject":"S"}`,
		"reply-ticket": `{` + aMessage + `}`, "set-ticket-copies": `{"copies":[]}`, "upload-file": `{"name":"N","data":"MA=="}`,
		"reply-staff-ticket": `{` + aMessage + `}`, "note-ticket": `{` + aMessage + `}`, "set-ticket": `{"version":1}`, "upload-staff-file": `{"name":"N","data":"MA=="}`,
		"create-canned-answer": aCanned + `}`, "update-canned-answer": aCanned + `,"version":1}`,
		"create-webhook": `{"url":"https://crm.example.test/","types":[]}`, "update-webhook": `{"url":"https://crm.example.test/","types":[],"active":true,"version":1}`,
		"create-api-token":          `{"name":"N","scopes":["services:read"]}`,
		"put-provider-organization": `{"name":"N","region":"FR"}`,
		"put-provider-service":      `{"name":"N","state":"active"}`, "put-provider-domain": `{"name":"N","state":"active"}`,
		"put-provider-invoice": `{"issued_on":"2026-03-01","due_on":"2026-03-31","currency":"EUR","amount":1,"state":"open"}`,
		"put-provider-program": `{"call_purpose":"survey"}`, "apply-provider-numbers": `{"rows":[{"op":"remove","number":"+33184880001"}]}`,
	}
	return m
}

// The list above is complete: every endpoint accepts its body as far as the schema goes.
func TestInputsPassTheSchema(t *testing.T) {
	w := backendtest.New(t, backendtest.WithLimits(unlimited))
	for _, spec := range api.Specs() {
		if !spec.Mutates() {
			continue
		}
		h := signed(w.As(w.Nobody))
		h.Set("Idempotency-Key", "a-list")
		r := send(w.Server, request(spec.Method, path(spec, w.Acme), inputs(t)[spec.Name], h))
		if r.StatusCode != 401 {
			t.Errorf("%s: %d %s, want 401: its input was to be well-formed", spec.Name, r.StatusCode, r.body)
		}
	}
}

// A browser gets the support session's token as a cookie only; who holds tokens itself gets it in the answer only.
func TestEnteringGivesCookieOrToken(t *testing.T) {
	w := backendtest.New(t)
	sofia := w.As(w.Sofia)
	body, enter := `{"reason":"Ticket 1"}`, path(api.EnterManaged.Spec, w.Gamma)

	held := send(w.Server, request("POST", enter, body, signed(sofia)))
	var e api.Entered
	if json.Unmarshal(held.body, &e); e.Token == "" || held.Header.Get("Set-Cookie") != "" {
		t.Errorf("with a bearer token: token given %v, cookie %q", e.Token != "", held.Header.Get("Set-Cookie"))
	}

	browser := browserOf(sofia)
	got := send(w.Server, request("POST", enter, body, browser))
	e = api.Entered{}
	if err := json.Unmarshal(got.body, &e); err != nil || got.StatusCode != 200 {
		t.Fatalf("%d %s", got.StatusCode, got.body)
	}
	cookies := got.Cookies()
	if e.Token != "" || len(cookies) != 1 {
		t.Fatalf("to a browser: token in the answer %v, cookies %v", e.Token != "", cookies)
	}
	c := cookies[0]
	if c.Name != "cs_support_"+string(w.Gamma) || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.MaxAge != 0 {
		t.Errorf("cookie %+v", c)
	}

	inside := browser.Clone()
	inside.Set(api.HeaderAs, "support")
	inside.Add("Cookie", c.Name+"="+c.Value)
	if r := send(w.Server, request("GET", path(api.GetSupportView.Spec, w.Gamma), "", inside)); r.StatusCode != 200 {
		t.Errorf("the cookie lets nobody in: %d %s", r.StatusCode, r.body)
	}
	r := send(w.Server, request("POST", path(api.LeaveSupport.Spec, w.Gamma), "", inside))
	if r.StatusCode != 204 || len(r.Cookies()) != 1 || r.Cookies()[0].Name != c.Name || r.Cookies()[0].MaxAge != -1 {
		t.Errorf("leaving: %d, cookies %v", r.StatusCode, r.Cookies())
	}
}

// browserOf is an actor as a browser of theirs sends: by cookie, from our own page.
func browserOf(a *backendtest.Actor) http.Header {
	return http.Header{
		http.CanonicalHeaderKey(api.HeaderAs): {string(a.Kind)}, "User-Agent": {"Go-http-client/1.1"},
		"Cookie": {"cs_" + string(a.Kind) + "=" + a.Token}, "Sec-Fetch-Site": {"same-origin"},
	}
}

// Signing out takes the sign-in's cookies away and those that hang on it. What the browser keeps of the portal is asked
// back only when nobody else is signed in with it.
func TestSignOutCookies(t *testing.T) {
	for _, c := range []struct {
		name    string
		staff   bool
		also    string
		others  string
		cleared []string
		wipes   bool
	}{
		{"customer_alone", false, "", "", []string{"cs_customer", "cs_customer_login"}, true},
		{"customer_beside_staff", false, "cs_staff=x", "", []string{"cs_customer", "cs_customer_login"}, false},
		{"staff_inside_two", true, "cs_support_a=x; cs_support_b=y", "", []string{"cs_staff", "cs_staff_login", "cs_support_a", "cs_support_b"}, true},
		{"staff_beside_customer", true, "cs_customer=x", "", []string{"cs_staff", "cs_staff_login"}, false},
		{"customer_where_others_left_edits", false, "", "1", []string{"cs_customer", "cs_customer_login"}, false},
		{"staff_where_others_left_edits", true, "", "1", []string{"cs_staff", "cs_staff_login"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := backendtest.New(t)
			who := w.As(w.Marie)
			if c.staff {
				who = w.As(w.Sofia)
			}
			h := browserOf(who)
			if c.also != "" {
				h.Add("Cookie", c.also)
			}
			if c.others != "" {
				h.Set("X-Countersign-Others", c.others)
			}
			r := send(w.Server, request("POST", api.SignOut.Path, "", h))
			var cleared []string
			for _, ck := range r.Cookies() {
				if ck.MaxAge == -1 && ck.Value == "" {
					cleared = append(cleared, ck.Name)
				}
			}
			slices.Sort(cleared)
			if r.StatusCode != 204 || !slices.Equal(cleared, c.cleared) || (r.Header.Get("Clear-Site-Data") != "") != c.wipes {
				t.Errorf("%d, cleared %v, Clear-Site-Data %q", r.StatusCode, cleared, r.Header.Get("Clear-Site-Data"))
			}
		})
	}
}

// X07: the document describes every declared endpoint, with its policy, and refers to nothing that is not in it.
func TestOpenAPI(t *testing.T) {
	w := backendtest.New(t)
	r := send(w.Server, request("GET", "/api/openapi.json", "", nil))
	var doc map[string]any
	if err := json.Unmarshal(r.body, &doc); err != nil || doc["openapi"] != "3.1.0" {
		t.Fatalf("%v, version %v", err, doc["openapi"])
	}
	at := func(v any, keys ...string) any {
		for _, k := range keys {
			m, _ := v.(map[string]any)
			v = m[k]
		}
		return v
	}
	operations := 0
	for _, spec := range api.Specs() {
		op, _ := at(doc, "paths", spec.Path, strings.ToLower(spec.Method)).(map[string]any)
		if op == nil || op["operationId"] != spec.Name || op["summary"] != spec.Summary || op["x-policy"] == "" {
			t.Errorf("%s is described as %v", spec.Name, op)
			continue
		}
		operations++
		if got, want := op["x-step-up-minutes"] != nil, spec.StepUp; got != want {
			t.Errorf("%s: step-up described %v, is %v", spec.Name, got, want)
		}
		for _, s := range op["security"].([]any) {
			for scheme := range s.(map[string]any) {
				if at(doc, "components", "securitySchemes", scheme) == nil {
					t.Errorf("%s: no security scheme %s", spec.Name, scheme)
				}
			}
		}
		declared := map[string]bool{}
		parameters, _ := op["parameters"].([]any)
		for _, p := range parameters {
			if at(p, "in") == "path" {
				declared["{"+at(p, "name").(string)+"}"] = true
			}
		}
		for _, name := range parameter.FindAllString(spec.Path, -1) {
			if !declared[name] {
				t.Errorf("%s: parameter %s is not described", spec.Name, name)
			}
		}
		responses := op["responses"].(map[string]any)
		good := 0
		for status, resp := range responses {
			if status[0] == '2' || status == "101" {
				good++
				continue
			}
			if at(resp, "content", "application/problem+json", "schema", "$ref") != "#/components/schemas/Problem" {
				t.Errorf("%s: answer %s is no problem", spec.Name, status)
			}
		}
		if good != 1 {
			t.Errorf("%s: %d ways to succeed", spec.Name, good)
		}
	}
	count := 0
	for p, methods := range doc["paths"].(map[string]any) {
		if !strings.HasPrefix(p, "/api/") {
			t.Errorf("describes %s", p)
		}
		count += len(methods.(map[string]any))
	}
	if count != operations {
		t.Errorf("%d operations described, %d declared", count, operations)
	}
	refs := 0
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["$ref"].(string); ok {
				refs++
				if at(doc, strings.Split(strings.TrimPrefix(ref, "#/"), "/")...) == nil {
					t.Errorf("nothing at %s", ref)
				}
			}
			for _, x := range v {
				walk(x)
			}
		case []any:
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(doc)
	for name := range at(doc, "components", "schemas").(map[string]any) {
		if strings.HasPrefix(name, "Huma") {
			t.Errorf("describes %s", name)
		}
	}
	t.Logf("%d operations, %d references", operations, refs)
}
