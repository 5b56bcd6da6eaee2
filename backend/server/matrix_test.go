package server_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	. "countersign/backend/backendtest"
	"countersign/backend/server"
	"countersign/backend/webhook"
	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/perm"
	"countersign/shared/significant"
)

var update = flag.Bool("update", false, "write the golden files anew; read them before committing")

// absent is an organization that nobody has.
const absent = id.Organization("018f0000-0000-7000-8000-000000000000")

const matrixHead = `# What each caller gets from each endpoint: in an organization of their own, in a foreign one, in an absent one.
# Endpoints without an organization have one column. "token" is another system of the provider's; "other token" has every
# scope but the one that the endpoint needs, and those that imply it. "inside" is an agent's support session: under a running grant, a
# revoked one, one the agent left, and an unasked entry where the provider manages. Every call is well formed. 200: done.
# 409 and 422: past the gate, refused by the state of things. 404 in the last two columns must be the same.
`

// K13, R09, TH9, X07: the authorization matrix. Every declared endpoint is called by every kind of caller, with input
// made from the OpenAPI document, so that an endpoint declared tomorrow is in the matrix tomorrow. The golden file is
// read by people.
func TestAuthorizationMatrix(t *testing.T) {
	golden(t, "testdata/matrix.golden", authorizationMatrix(t))
}

// The whole matrix: how long it takes to ask everything as everybody.
func BenchmarkAuthorizationMatrix(b *testing.B) {
	for b.Loop() {
		if lines := strings.Count(authorizationMatrix(b), "\n"); lines < len(api.Specs())*len(callers) {
			b.Fatalf("the matrix has %d lines", lines)
		}
	}
}

func authorizationMatrix(t testing.TB) string {
	t.Helper()
	m := &matrix{t: t}
	m.enter(callers[0])
	ops := m.operations()
	if want := len(api.Specs()) - 1; len(ops) != want { // all but the websocket
		t.Fatalf("the document has %d operations, %d endpoints are declared", len(ops), want)
	}
	rows := map[string][]string{}
	for _, c := range slices.Concat(callers, otherStates) {
		m.enter(c)
		for _, op := range ops {
			if m.need = op.policy(); m.need != "" && strings.Contains(c.name, "other token") {
				m.enter(c)
			}
			if slices.ContainsFunc(otherStates, func(o caller) bool { return o.name == c.name }) && !strings.Contains(op.path, "{request}") {
				continue
			}
			rows[op.id] = append(rows[op.id], fmt.Sprintf("  %-18s %s", c.name, strings.Join(m.row(op, c), " ")))
		}
	}
	var b strings.Builder
	b.WriteString(matrixHead)
	for _, op := range ops {
		fmt.Fprintf(&b, "\n%s %s\n%s\n", op.method, op.path, strings.Join(rows[op.id], "\n"))
	}
	return b.String()
}

func golden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) == got {
		return
	}
	old, now := strings.Split(string(want), "\n"), strings.Split(got, "\n")
	for i := range min(len(old), len(now)) {
		if old[i] != now[i] {
			t.Fatalf("%s differs at line %d:\n want %s\n got  %s\nRun the test with -update and read the difference.", path, i+1, old[i], now[i])
		}
	}
	t.Fatalf("%s has %d lines, got %d", path, len(old), len(now))
}

// caller is who calls. In their own organization a grant of Sofia's runs, which request stands for.
type caller struct {
	name string
	open func(m *matrix) *Actor
}

var callers = []caller{
	{"nobody", func(m *matrix) *Actor { return m.w.As(m.w.Nobody) }},
	{"owner", func(m *matrix) *Actor { return m.w.As(m.w.Marie) }},
	contactWith("admin", perm.Admin),
	contactWith("tickets", perm.Tickets),
	contactWith("services", perm.Services),
	contactWith("billing", perm.Billing),
	contactWith("number_manager", perm.NumberManager),
	contactWith("support_approver", perm.SupportApprover),
	contactWith("read_only", perm.ReadOnly),
	contactWith("no_role"),
	{"deactivated", func(m *matrix) *Actor {
		p := m.w.AddContact(m.w.Acme, "Former Contact", perm.Admin)
		a := m.w.As(p)
		m.w.Exec(`UPDATE contact SET active = FALSE WHERE id = ?`, p.Contact)
		return a
	}},
	{"agent", func(m *matrix) *Actor { return m.w.As(m.w.Tom) }},
	{"lead", func(m *matrix) *Actor { return m.w.As(m.w.Anna) }},
	{"administrator", func(m *matrix) *Actor { return m.w.As(m.w.Ada) }},
	{"former agent", func(m *matrix) *Actor {
		a := m.w.As(m.w.Tom)
		m.w.Exec(`UPDATE staff SET active = FALSE WHERE id = ?`, m.w.Tom.Staff)
		return a
	}},
	systemWith("token", func(api.Scope, api.Scope) bool { return true }),
	systemWith("other token", func(s, need api.Scope) bool { return need != "" && !s.Covers(need) }),
	{"revoked token", func(m *matrix) *Actor {
		a := m.w.System(api.Scopes()...)
		m.w.Exec(`UPDATE api_token SET revoked_at = 1 WHERE id = ?`, a.API)
		return a
	}},
	{"inside running", func(m *matrix) *Actor { return Must(m.w.As(m.w.Tom).Enter(m.grant)) }},
	{"inside revoked", func(m *matrix) *Actor {
		a := Must(m.w.As(m.w.Tom).Enter(m.grant))
		Must(m.w.As(m.w.Marie).Revoke(m.grant))
		return a
	}},
	{"inside left", func(m *matrix) *Actor {
		a := Must(m.w.As(m.w.Tom).Enter(m.grant))
		Must(Call(a, api.LeaveSupport, api.Org{Org: m.w.Acme}))
		return a
	}},
	{"inside managed", func(m *matrix) *Actor {
		m.own = m.w.Gamma
		a := Must(m.w.As(m.w.Tom).EnterManaged(m.w.Gamma, "Ticket 4821"))
		m.grant.ID = Must(Call(a, api.GetSupportView, api.Org{Org: m.w.Gamma})).Request
		return a
	}},
}

// The same people while the request stands elsewhere: it waits, it was revoked, it names another agent.
var otherStates = []caller{
	{"owner, waiting", func(m *matrix) *Actor { m.wait(); return m.w.As(m.w.Marie) }},
	{"agent, waiting", func(m *matrix) *Actor { m.wait(); return m.w.As(m.w.Tom) }},
	{"lead, waiting", func(m *matrix) *Actor { m.wait(); return m.w.As(m.w.Anna) }},
	{"owner, revoked", func(m *matrix) *Actor { m.revoke(); return m.w.As(m.w.Marie) }},
	{"agent, revoked", func(m *matrix) *Actor { m.revoke(); return m.w.As(m.w.Tom) }},
	{"agent, not named", func(m *matrix) *Actor {
		m.revoke()
		r := Must(m.w.As(m.w.Sofia).RequestAccess(m.w.Acme, time.Hour, ""))
		in := api.ApproveIn{RequestIn: api.RequestIn{Org: api.Org{Org: m.w.Acme}, Request: r.ID}}
		in.Body.Minutes, in.Body.NamedOnly, in.Body.Seen = 60, true, r.Fingerprint()
		m.grant = Must(Call(m.w.As(m.w.Marie), api.ApproveAccess, in))
		return m.w.As(m.w.Tom)
	}},
}

func (m *matrix) revoke() { Must(m.w.As(m.w.Marie).Revoke(m.grant)) }

// wait makes Tom's request the one that waits.
func (m *matrix) wait() {
	m.revoke()
	m.grant = Must(m.w.As(m.w.Tom).RequestAccess(m.w.Acme, time.Hour, ""))
}

// systemWith is a system whose token has those scopes that are meant for an endpoint that needs one.
func systemWith(name string, has func(s, need api.Scope) bool) caller {
	return caller{name, func(m *matrix) *Actor {
		return m.w.System(slices.DeleteFunc(api.Scopes(), func(s api.Scope) bool { return !has(s, m.need) })...)
	}}
}

func contactWith(name string, roles ...perm.Role) caller {
	return caller{name, func(m *matrix) *Actor { return m.w.As(m.w.AddContact(m.w.Acme, "Contact "+name, roles...)) }}
}

// matrix is the world in which one caller calls everything. What changes it makes it be built anew.
type matrix struct {
	t     testing.TB
	w     *World
	actor *Actor
	own   id.Organization
	grant access.Request
	asked significant.Change
	token id.APIToken // one to revoke
	need  api.Scope   // of the endpoint that is called next
}

func (m *matrix) enter(c caller) {
	many := server.Bucket{PerSecond: 1e6, Burst: 1e6}
	m.w = New(m.t, WithLimits(server.Limits{Usual: many, Costly: many, Address: many, Steady: many}))
	m.own = m.w.Acme
	m.grant = Must(m.w.As(m.w.Marie).Approve(Must(m.w.As(m.w.Sofia).RequestAccess(m.w.Acme, time.Hour, "")), time.Hour))
	m.actor = c.open(m)
	m.asked = seed(m.w, m.own, m.w.Jonas)
	m.token = m.w.System(api.ServicesRead).API
}

// The things that paths name, the same in each world.
const (
	verified  = "018f0000-0000-7000-8000-000000000001" // Tom's call with Jonas, matched
	asked     = "018f0000-0000-7000-8000-000000000002" // the change that Tom wrote down in it
	offered   = "018f0000-0000-7000-8000-000000000003" // the ownership, to Jonas
	vatNumber = "018f0000-0000-7000-8000-000000000004" // a custom field
	waits     = "018f0000-0000-7000-8000-000000000006" // an edit of the first caller that was not applied
	tablet    = "018f0000-0000-4000-8000-000000000007" // a device of the first caller's
	emptyHead = "0123456789abcdef-0-0000000000000000"  // the snapshot of an organization without numbers
	unit      = "018f0000-0000-7000-8000-000000000008" // a business unit
	program   = "018f0000-0000-7000-8000-000000000009" // its program
	inventory = "018f0000-0000-7000-8000-00000000000a" // the number in that
	hook      = "018f0000-0000-7000-8000-00000000000b" // a webhook
	delivery  = "018f0000-0000-7000-8000-00000000000c" // what it was told
	bulkWork  = "018f0000-0000-7000-8000-000000000005" // a job on numbers whose file of one byte is still to come
	hosting   = "018f0000-0000-7000-8000-00000000000b" // a service
	domain    = "018f0000-0000-7000-8000-00000000000c" // a domain
	question  = "018f0000-0000-7000-8000-00000000000d" // a ticket of the owner's
	told      = "018f0000-0000-7000-8000-00000000000e" // its message
	picture   = "018f0000-0000-7000-8000-00000000000f" // a file of that
	bill      = "018f0000-0000-7000-8000-000000000010" // an open invoice
	canned    = "018f0000-0000-7000-8000-000000000011" // a canned answer
	fresh     = "018f0000-0000-7000-8000-000000000012" // an id that nothing has yet
)

// seed puts into an organization what paths name; the caller of the verified call is one of its contacts. Rows, not
// calls: the endpoints are what is tested.
func seed(w *World, o id.Organization, caller *Persona) significant.Change {
	now := w.DB.Clock().Now()
	at, later := now.UnixMilli(), now.Add(time.Hour).UnixMilli()
	c := significant.Change{ID: asked, Org: o, Verification: verified, Staff: w.Tom.Staff, Caller: caller.Contact, Kind: significant.Cancellation, Subject: "Cancel web-01"}
	w.Exec(`INSERT INTO verification (id, org, staff, staff_name, channel, ticket, contact, contact_name, counter, started_at, expires_at,
outcome, matched, matched_at, receipt_until, closed_at, denied_at) VALUES (?, ?, ?, 'Tom Becker', 'phone', '', ?, ?, 'copper lamp river', ?, ?,
'match', 'own', ?, ?, 0, 0)`, verified, o, w.Tom.Staff, caller.Contact, caller.Name, at, later, at, later)
	w.Exec(`UPDATE contact SET phone_chat_authority = TRUE WHERE id = ?`, caller.Contact)
	w.Exec(`INSERT INTO significant_change (id, org, verification, staff, staff_login, staff_name, caller, caller_name, kind, service, subject, note, ticket,
state, created_at, lapses_at, decided_at, decided_by, decided_by_name, reason) VALUES (?, ?, ?, ?, ?, 'Tom Becker', ?, ?, ?, '', ?, '', '',
'pending', ?, ?, 0, '', '', '')`, asked, o, verified, w.Tom.Staff, w.Tom.Login, c.Caller, caller.Name, c.Kind, c.Subject, at, later)
	w.Exec(`INSERT INTO ownership_transfer (id, org, from_id, from_name, to_id, to_name, state, created_at, lapses_at, ended_at)
VALUES (?, ?, ?, 'Marie Dubois', ?, ?, 'pending', ?, ?, 0)`, offered, o, w.Marie.Contact, caller.Contact, caller.Name, at, later)
	w.Exec(`INSERT INTO custom_field (id, key, label_en, label_fr, kind, choices, on_organization, on_contact, place, active, created_at)
VALUES (?, 'vat_number', 'VAT number', 'Numéro de TVA', 'text', '[]', TRUE, FALSE, 9, TRUE, 0)`, vatNumber)
	w.Exec(`INSERT INTO number_head (org, epoch, seq, chain, min_seq, durable_seq, live, digest, online_mid)
VALUES (?, '0123456789abcdef', 0, '0000000000000000', 0, 0, 0, '0000000000000000', 0)`, o)
	w.Exec(`INSERT INTO sync_attention (id, org, login, number, device, item, created_at, resolved_at, resolution, resolved_by)
VALUES (?, ?, ?, '', 'Go', ?, ?, 0, '', '')`, waits, o, caller.Login, `{"id":"`+waits+`","login":"`+string(caller.Login)+`","by":"","at":0,"mutations":[],"faults":[]}`, at)
	w.Exec(`INSERT INTO number_job (id, org, kind, state, level, business_unit, program, call_purpose, region, file, bytes, reading, layout,
list_sum, login, session, access_grant, actor_kind, actor, name, rows, handled, applied, rejected, reasons, problem, created_at, queued_at,
started_at, ended_at) VALUES (?, ?, 'add', 'receiving', '', '', '', '', 'FR', 'numbers.csv', 1, '{}', '{"mapping":{},"columns":1}', '', ?, '', '',
'contact', ?, ?, 0, 0, 0, 0, '{}', '', ?, 0, 0, 0)`, bulkWork, o, caller.Login, caller.Contact, caller.Name, at)
	w.Exec(`INSERT INTO business_unit (id, org, name, name_key, ver, created_at) VALUES (?, ?, 'France', 'france', 1, 0)`, unit, o)
	w.Exec(`INSERT INTO program (id, org, business_unit, display_name, name_key, call_purpose, starts, ends, ver, created_at)
VALUES (?, ?, ?, 'Winter', 'winter', 'survey', 0, 0, 1, 0)`, program, o, unit)
	w.Exec(`INSERT INTO number (org, id, e164, call_purpose, display_name, name_key, business_unit, program, status, removed_at, ver, by_login,
other_ver, purpose_ver, name_ver, place_ver) VALUES (?, ?, '+33184880009', 'survey', '', '', ?, ?, 'active', 0, 3, '', 0, 0, 0, 0)`, o, inventory, unit, program)
	w.Exec(`INSERT INTO number_tally (org, call_purpose, business_unit, program, status, n) VALUES (?, 'survey', ?, ?, 'active', 1)`, o, unit, program)
	seedServices(w, o, caller, at)
	sealed := webhook.Seal(w.Keys, hook, webhook.PlaceSecret, webhook.NewSecret())
	w.Exec(`INSERT INTO webhook (id, url, types, sealed, former, former_until, active, why, failing, version, created_at, created_by)
VALUES (?, 'https://hooks.example.test/', '[]', ?, '', 0, TRUE, '', 0, 1, 0, 'Ada Stone')`, hook, sealed)
	w.Exec(`INSERT INTO webhook_delivery (id, webhook, event, seq, type, payload, created_at, attempts, next_at, leased_until, delivered_at, dead_at,
status, last_error) VALUES (?, ?, 'event', 0, 'contact.created', '{}', ?, 1, ?, 0, ?, 0, 200, '')`, delivery, hook, at, at, at)
	return c
}

// seedServices is the part of seed about what an organization has, asks and owes.
func seedServices(w *World, o id.Organization, opener *Persona, at int64) {
	for service, kind := range map[string]string{hosting: "service", domain: "domain"} { // by the key of row, too
		w.Exec(`INSERT INTO service (id, org, kind, name, name_key, product, state, support_contact, billing_contact, renews_on, ends_on, external_key,
version, created_at, changed_at) VALUES (?, ?, ?, 'web-01', 'web-01', '', 'active', '', '', '', '', 'web-1', 1, ?, ?)`, service, o, kind, at, at)
	}
	w.Exec(`INSERT INTO ticket (id, org, number, service, category, subject, state, waiting_since, opener, opener_name, assignee, assignee_name, copies, messages,
version, created_at, changed_at, closed_at) VALUES (?, ?, 1042, ?, 'technical', 'Calls fail', 'open', ?, ?, ?, '', '', '[]', 1, 1, ?, ?, 0)`,
		question, o, hosting, at, opener.Contact, opener.Name, at, at)
	w.Exec(`INSERT INTO ticket_message (id, ticket, org, seq, kind, author_kind, author, author_name, via, body, mail_id, trimmed, search, at)
VALUES (?, ?, ?, 1, 'reply', 'contact', ?, ?, 'portal', 'Since noon.', '', FALSE, 1000000, ?)`, told, question, o, opener.Contact, opener.Name, at)
	w.Exec(`INSERT INTO attachment (id, org, ticket, message, by_kind, by_id, name, type, size, stripped, created_at)
VALUES (?, ?, ?, ?, 'contact', ?, 'picture.png', 'image/png', 0, 0, ?)`, picture, o, question, told, opener.Contact, at)
	w.Exec(`INSERT INTO invoice (id, org, number, issued_on, due_on, currency, amount, state, paid_on, payment_url, document_url, lines, service, version, created_at,
changed_at) VALUES (?, ?, '2026-1', '2026-01-01', '2026-02-01', 'EUR', 1200, 'open', '', 'https://pay.example/1', '', '[]', '', 1, ?, ?)`, bill, o, at, at)
	w.Exec(`INSERT INTO canned_answer (id, title, title_key, body_en, body_fr, version, changed_at, changed_by) VALUES (?, 'Thanks', 'thanks', 'Thanks.', 'Merci.', 1, ?, '')`, canned, at)
}

// row gives what the endpoint answers for each organization.
func (m *matrix) row(op operation, c caller) []string {
	if strings.Contains(op.path, "{reference}") {
		return []string{m.call(op, c, m.own), " - ", m.call(op, c, absent)}
	}
	if !strings.Contains(op.path, "{org}") {
		return []string{m.call(op, c, "")}
	}
	foreign := m.w.Beta
	if m.actor.Kind == api.AsStaff {
		foreign = "" // to staff no organization is foreign
	}
	cells := []string{m.call(op, c, m.own)}
	if foreign != "" {
		cells = append(cells, m.call(op, c, m.w.Beta))
	} else {
		cells = append(cells, " - ")
	}
	return append(cells, m.call(op, c, absent))
}

func (m *matrix) call(op operation, c caller, o id.Organization) string {
	names := strings.NewReplacer()
	if op.policy() != "" {
		references := map[id.Organization]string{m.w.Acme: "20418", m.w.Gamma: "20611", absent: "0"}
		names = strings.NewReplacer("{reference}", references[o], "{key}", "web-1", "{number}", "2026-1", "{unit}", "France", "{program}", "Winter")
	}
	path := strings.NewReplacer("{org}", string(o), "{token}", string(m.token), "{request}", string(m.grant.ID), "{staff}", string(m.w.Sofia.Staff),
		"{session}", string(m.actor.Session), "{contact}", string(m.w.Paul.Contact), "{verification}", verified, "{change}", asked,
		"{transfer}", offered, "{field}", vatNumber, "{attention}", waits,
		"{snapshot}", emptyHead, "{chunk}", "0", "{job}", bulkWork, "{n}", "0",
		"{webhook}", hook, "{delivery}", delivery,
		"{unit}", unit, "{program}", program, "{number}", inventory, "{purpose}", "survey",
		"/domains/{service}", "/domains/"+domain, "{service}", hosting, "{ticket}", question, "{file}", picture, "{invoice}", bill, "{answer}", canned).Replace(names.Replace(op.path))
	if strings.Contains(path, "{session}") || strings.HasSuffix(path, "/") {
		path = strings.Replace(op.path, "{session}", string(absent), 1)
	}
	if strings.HasSuffix(path, "/recipients") {
		path += "?category=technical"
	}
	call := api.Call{Method: op.method, Path: path, Header: map[string]string{}}
	if op.body != nil {
		if op.body["seen"] != nil {
			op.body["seen"] = m.grant.Fingerprint()
			if strings.Contains(op.path, "{change}") {
				op.body["seen"] = m.asked.Fingerprint()
			}
		}
		switch op.id {
		case api.SyncPush.Name:
			op.body["client"], op.body["schema"], op.body["mutations"] = tablet, 1, []any{}
		case api.SyncPull.Name:
			op.body["client"], op.body["schema"] = tablet, 1
		case api.CreateContact.Name, api.UpdateContact.Name:
			op.body["name"] = "New Person"
		case api.OfferOwnership.Name, api.StartVerification.Name:
			op.body["contact"] = m.w.Paul.Contact
		case api.CreateProgram.Name, api.CreateStaffProgram.Name:
			op.body["business_unit"], op.body["call_purpose"] = unit, "survey"
		case api.UpdateProgram.Name, api.UpdateStaffProgram.Name:
			op.body["call_purpose"] = "survey"
		case api.EditNumbers.Name:
			op.body["mutations"] = []any{map[string]any{"uid": strings.Repeat("0a", 16), "op": "number.set", "set": map[string]any{"display_name": "Reception"},
				"rows": []any{map[string]any{"id": inventory, "was": map[string]any{"display_name": ""}}}}}
		case api.AddNumberList.Name, api.DeleteNumberList.Name:
			op.body["numbers"] = []string{"+33184880001"}
		case api.CreateWebhook.Name, api.UpdateWebhook.Name:
			op.body["url"], op.body["types"] = "https://crm.example.test/", []string{"contact.created"}
		case api.PutJobPart.Name:
			op.body["data"] = "MA=="
		case api.OpenTicket.Name, api.ReplyTicket.Name, api.ReplyStaffTicket.Name, api.NoteTicket.Name:
			op.body["text"] = "Since noon."
		case api.SetTicketCopies.Name:
			op.body["copies"] = []any{}
		case api.UploadFile.Name, api.UploadStaffFile.Name:
			op.body["data"] = "MA=="
		case api.SetTicket.Name:
			op.body["state"] = "on_hold"
		case api.CreateAPIToken.Name:
			op.body["scopes"] = []string{string(api.ServicesRead)}
		case api.PutProviderInvoice.Name:
			op.body["issued_on"], op.body["due_on"], op.body["currency"], op.body["amount"] = "2026-03-01", "2026-03-31", "EUR", 1
		case api.PutProviderProgram.Name:
			op.body["call_purpose"] = "survey"
		case api.ApplyProviderNumbers.Name:
			op.body["rows"] = []any{map[string]any{"op": "add", "number": "+33184880001", "call_purpose": "survey"}}
			call.Header["Idempotency-Key"] = "a-list"
		case api.PreviewNumberFile.Name:
			op.body["data"] = "KzMzMTg0ODgwMDAx"
		}
		call.Body, _ = json.Marshal(op.body)
		call.Header["Content-Type"] = "application/json"
	}
	rec := httptest.NewRecorder()
	m.w.Server.ServeHTTP(rec, m.actor.Request(m.t.Context(), call))
	if rec.Code >= 500 {
		m.t.Errorf("%s %s by %s: %d %s", op.method, path, c.name, rec.Code, rec.Body)
	}
	if rec.Code < 300 && op.method != http.MethodGet {
		m.w.Verify()
		m.enter(c)
	}
	return fmt.Sprint(rec.Code)
}

// operation is an endpoint as the document tells it, with a well-formed body.
type operation struct {
	id, method, path string
	body             map[string]any
	says             string // who may call it
}

// policy is the scope that an endpoint needs, "" for none.
func (o operation) policy() api.Scope {
	scope, _ := strings.CutPrefix(o.says, "scope ")
	if scope == o.says {
		return ""
	}
	return api.Scope(scope)
}

// operations are those of the OpenAPI document, in the order of declaration.
func (m *matrix) operations() []operation {
	rec := httptest.NewRecorder()
	m.w.Server.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, PublicURL+"/api/openapi.json", nil))
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string
			Policy      string `json:"x-policy"`
			RequestBody struct {
				Content map[string]struct{ Schema schema }
			}
		}
		Components struct{ Schemas map[string]schema }
	}
	if err := json.Unmarshal(rec.Body.Bytes(), &doc); err != nil {
		m.t.Fatalf("the OpenAPI document: %v", err)
	}
	var ops []operation
	for path, methods := range doc.Paths {
		for method, op := range methods {
			o := operation{id: op.OperationID, method: strings.ToUpper(method), path: path, says: op.Policy}
			if body, ok := op.RequestBody.Content["application/json"]; ok {
				o.body, _ = sample("", body.Schema, doc.Components.Schemas).(map[string]any)
				if o.body == nil {
					m.t.Fatalf("no body could be made for %s", o.id)
				}
			}
			if o.id != api.Live.Name {
				ops = append(ops, o)
			}
		}
	}
	place := map[string]int{}
	for i, s := range api.Specs() {
		place[s.Name] = i
	}
	slices.SortFunc(ops, func(a, b operation) int { return place[a.id] - place[b.id] })
	return ops
}

// schema is as much of JSON Schema as our documents use.
type schema struct {
	Ref        string `json:"$ref"`
	Type       any
	Format     string
	Pattern    string
	Enum       []any
	Minimum    *float64
	MinLength  int
	Required   []string
	Properties map[string]schema
}

// sample makes a value that the schema admits.
func sample(name string, s schema, named map[string]schema) any {
	if s.Ref != "" {
		s = named[s.Ref[strings.LastIndexByte(s.Ref, '/')+1:]]
	}
	switch {
	case len(s.Enum) > 0:
		return s.Enum[0]
	case name == "minutes":
		return 60
	case s.Format == "uuid":
		return fresh
	case s.Format == "email":
		return "new.person@example.test"
	case s.Format == "date-time":
		return time.Now().Add(30 * time.Minute).UTC().Format(time.RFC3339)
	case s.Pattern == "^[A-Z]{2}$":
		return "FR"
	}
	switch s.Type {
	case "object":
		o := map[string]any{}
		for _, p := range s.Required {
			o[p] = sample(p, s.Properties[p], named)
		}
		return o
	case "integer", "number":
		if s.Minimum != nil {
			return *s.Minimum
		}
		return 1
	case "boolean":
		return true
	}
	return strings.Repeat("a", max(s.MinLength, 6))
}
