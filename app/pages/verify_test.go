package pages

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/contact"
	"countersign/shared/field"
	"countersign/shared/i18n"
	"countersign/shared/id"
	"countersign/shared/org"
	"countersign/shared/significant"
	"countersign/shared/verification"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

const (
	acmeID = id.Organization("01a201e5-a542-77a7-bac3-7565f33956aa")
	callID = id.Verification("01a201e5-a542-77a7-bac3-7565f33956ab")
)

// wire answers calls by the end of their path with what is given, and notes what was sent.
type wire struct {
	answers map[string]any
	sent    []api.Call
}

func (w *wire) Do(_ context.Context, c api.Call) (api.Answer, error) {
	w.sent = append(w.sent, c)
	path, _, _ := strings.Cut(c.Path, "?")
	for end, answer := range w.answers {
		if strings.HasSuffix(path, end) {
			body, err := json.Marshal(answer)
			return api.Answer{Status: 200, Body: body}, err
		}
	}
	return api.Answer{Status: 404, Body: []byte(`{"code":"not_found","detail":"Not there."}`)}, nil
}

func ofAgent(w *wire, rank org.Rank, page, query string) client.Seat {
	s := client.NewSession(api.AsStaff, "", w)
	w.answers["/api/me"] = api.Me{As: api.AsStaff, Name: "Ana", Staff: &org.Member{Name: "Ana", Rank: rank, Active: true}}
	return s.At(client.Place{As: api.AsStaff, Page: page, Query: query})
}

func aCall(change func(*api.AgentCall)) api.AgentCall {
	now := ui.ServerNow()
	c := api.AgentCall{OrgName: "Acme Telecom", Reference: "20418", HasOwn: true, Left: 5, Now: now}
	c.Verification = verification.Verification{ID: callID, Org: acmeID, Channel: verification.Phone, Contact: "01a201e5-a542-77a7-bac3-7565f33956ac",
		ContactName: "Jonas Meier", Counter: "copper lamp river", StartedAt: now, ExpiresAt: now.Add(verification.Life)}
	if change != nil {
		change(&c)
	}
	return c
}

func matched(authority bool) api.AgentCall {
	return aCall(func(c *api.AgentCall) {
		c.MatchNow(verification.OwnCode, ui.ServerNow())
		c.Authority, c.Permits = authority, verification.Permits(verification.Match, authority)
	})
}

func shownPage(t *testing.T, page app.Composer) app.TestEngine {
	t.Helper()
	e := app.NewTestEngine()
	if err := e.Load(page); err != nil {
		t.Fatal(err)
	}
	settle(e)
	return e
}

// settle lets calls be answered, which are made beside the screen.
func settle(e app.TestEngine) {
	for range 4 {
		e.ConsumeAll()
	}
}

// openCall shows the page with this call in it.
func openCall(t *testing.T, call api.AgentCall, more map[string]any) (*Verify, app.TestEngine, *wire) {
	t.Helper()
	w := &wire{answers: map[string]any{"/api/staff/verifications": api.AgentCalls{Calls: []api.AgentCall{call}}, "/verifications/" + string(callID): call}}
	for end, answer := range more {
		w.answers[end] = answer
	}
	v := &Verify{At: ofAgent(w, org.Agent, pageVerify, "")}
	e := shownPage(t, v)
	return v, e, w
}

// C10: what the caller says is sent once and then is nowhere: not in the field, not among unsent texts.
func TestVerify_forgets_what_the_caller_says(t *testing.T) {
	wrong := aCall(func(c *api.AgentCall) { c.Outcome, c.Left = verification.NoMatch, 4 })
	v, e, w := openCall(t, aCall(nil), map[string]any{"/check": wrong})
	const said = "amber falcon ridge 42"
	v.call.heard = said
	for _, u := range v.At.Session.Unsent() {
		if strings.Contains(u.Text, said) {
			t.Error("it would be offered as unsent text")
		}
	}
	v.call.check(v.ctx, v, "")
	if v.call.heard != "" {
		t.Errorf("the field still holds %q while it is checked", v.call.heard)
	}
	settle(e)
	html := app.HTMLString(v)
	if strings.Contains(html, said) || !strings.Contains(html, "No match, 4 tries left") {
		t.Errorf("after the try:\n%s", html)
	}
	n := 0
	for _, c := range w.sent {
		if strings.Contains(string(c.Body)+c.Path, said) {
			n++
		}
	}
	if n != 1 {
		t.Errorf("sent %d times", n)
	}
}

// An empty try is none: nothing is sent, so that it counts as no miss.
func TestVerify_sends_no_empty_try(t *testing.T) {
	v, e, w := openCall(t, aCall(nil), nil)
	before := len(w.sent)
	v.call.check(v.ctx, v, "")
	settle(e)
	if len(w.sent) != before || v.call.wrong == "" {
		t.Errorf("%d calls were sent, the field says %q", len(w.sent)-before, v.call.wrong)
	}
}

// C10, C13: a call that is open is found again after a reload, with the phrase to read out.
func TestVerify_finds_the_open_call_again(t *testing.T) {
	v, _, _ := openCall(t, aCall(nil), nil)
	html := app.HTMLString(v)
	for _, want := range []string{"copper lamp river", "Read to the caller", "Jonas Meier", "Acme Telecom", `autocomplete="off"`} {
		if !strings.Contains(html, want) {
			t.Errorf("%q is missing", want)
		}
	}
}

// C12, S06: what the call permits has its form, and what it does not has none; nothing is ever offered for the last tier.
func TestVerify_offers_what_the_match_permits(t *testing.T) {
	for _, c := range []struct {
		name          string
		call          api.AgentCall
		minor, change bool
		says          string
	}{
		{"nothing was checked", aCall(nil), false, false, "Never by voice."},
		{"match with authority", matched(true), true, true, "significant changes with approval"},
		{"match without authority", matched(false), false, false, "By ticket only; the account holder must call."},
		{"no match", aCall(func(c *api.AgentCall) { c.Outcome, c.Left = verification.NoMatch, 3 }), false, false, "No match, 3 tries left"},
		{"locked", aCall(func(c *api.AgentCall) { c.Outcome = verification.Locked }), false, false, "Locked, a one-time phrase still works"},
		{"no code", aCall(func(c *api.AgentCall) { c.Outcome = verification.NoCode }), false, false, "No code set"},
	} {
		v, _, _ := openCall(t, c.call, nil)
		html := app.HTMLString(v)
		if strings.Contains(html, `id="minor-text"`) != c.minor || strings.Contains(html, `id="change-send"`) != c.change {
			t.Errorf("%s: minor change %v, significant change %v are not as wanted", c.name, c.minor, c.change)
		}
		if !strings.Contains(html, c.says) || !strings.Contains(html, "Credentials, codes, ownership") {
			t.Errorf("%s: %q is not said", c.name, c.says)
		}
	}
}

// C13: the customer's "That's not me" ends everything at once, and so do the end of the call, of the match and of the time.
func TestVerify_stops_when_the_call_is_over(t *testing.T) {
	past := ui.ServerNow().Add(-time.Minute)
	for says, call := range map[string]api.AgentCall{
		"That’s not me":            func() api.AgentCall { c := matched(true); c.DeniedAt = past; return c }(),
		"This call is closed.":     func() api.AgentCall { c := matched(true); c.ClosedAt = past; return c }(),
		"The match has run out.":   func() api.AgentCall { c := matched(true); c.Until = past; return c }(),
		"The time to verify is ov": aCall(func(c *api.AgentCall) { c.ExpiresAt = past }),
	} {
		w := &wire{answers: map[string]any{"/api/staff/verifications": api.AgentCalls{}, "/verifications/" + string(callID): call}}
		v := &Verify{At: ofAgent(w, org.Agent, pageVerify, "org="+string(acmeID)+"&call="+string(callID))}
		shownPage(t, v)
		html := app.HTMLString(v)
		if !strings.Contains(html, says) {
			t.Errorf("%q is not said", says)
		}
		for _, form := range []string{"verify-heard", "minor-text", "change-send", "verify-close", "copper lamp river"} {
			if strings.Contains(html, form) {
				t.Errorf("%s: %s is still there", says, form)
			}
		}
	}
}

// C11: a paused agent is told until when, and nothing is sent.
func TestVerify_paused_agents_check_nothing(t *testing.T) {
	v, e, w := openCall(t, aCall(func(c *api.AgentCall) { c.Paused = ui.ServerNow().Add(time.Hour) }), nil)
	if html := app.HTMLString(v); !strings.Contains(html, "You can check nothing until") {
		t.Error("the pause is not told")
	}
	before := len(w.sent)
	v.call.heard = "x"
	v.call.check(v.ctx, v, "paused")
	settle(e)
	if len(w.sent) != before {
		t.Error("a try was sent")
	}
}

// C10, C12: every outcome and every state of a change has words in both languages.
func TestVerify_has_words_for_everything(t *testing.T) {
	defer ui.SetLocale(i18n.EN)
	for _, l := range i18n.Locales() {
		ui.SetLocale(l)
		var said []string
		for _, m := range []verification.Matched{verification.OwnCode, verification.AccountCode, verification.Phrase} {
			c := matched(true)
			c.Matched = m
			said = append(said, outcome(&c), mayAskFor(&c))
		}
		for _, o := range []verification.Outcome{verification.NoMatch, verification.Locked, verification.NoCode} {
			for left := range 3 {
				c := aCall(func(c *api.AgentCall) { c.Outcome, c.Left = o, left })
				said = append(said, outcome(&c), mayAskFor(&c))
			}
		}
		for _, s := range []significant.State{significant.Pending, significant.Approved, significant.Rejected, significant.Withdrawn, significant.Lapsed} {
			x := significant.Change{State: s, DecidedName: "Marie", CreatedAt: ui.ServerNow(), DecidedAt: ui.ServerNow()}
			said = append(said, text([]app.UI{askedState(s)}), askedDetail(&x))
		}
		for _, k := range contact.Types() {
			said = append(said, typeName(k))
		}
		for _, s := range said {
			if s == "" || strings.Contains(s, "verify.") || strings.Contains(s, "contact.type") || strings.ContainsAny(s, "{}") {
				t.Errorf("%s: %q", l, s)
			}
		}
	}
}

// The account holder stands first, whatever their name, and the others stay as they were.
func TestOwnerFirst(t *testing.T) {
	got := ownerFirst([]api.ContactRow{{Name: "A"}, {Name: "B"}, {Name: "M", Owner: true}, {Name: "Z"}})
	if got[0].Name+got[1].Name+got[2].Name+got[3].Name != "MABZ" {
		t.Errorf("got %v", got)
	}
}

// K09: leads delete contacts, agents do not, and nobody deletes the owner; no code is ever on the page.
func TestOrganizationPage_offers_deletion_to_leads(t *testing.T) {
	rows := api.Contacts{Total: 2, Contacts: []api.ContactRow{
		{ID: "01a201e5-a542-77a7-bac3-7565f3395601", Name: "Jonas Meier", Active: true, State: contact.CanEnter, HasCode: true},
		{ID: "01a201e5-a542-77a7-bac3-7565f3395602", Name: "Marie Dubois", Active: true, State: contact.CanEnter, Owner: true}}}
	acme := api.Found{OwnerName: "Marie Dubois"}
	acme.ID, acme.Name, acme.State = acmeID, "Acme Telecom", org.Active
	for rank, want := range map[org.Rank]int{org.Agent: 0, org.Lead: 2} {
		w := &wire{answers: map[string]any{"/contacts": rows, "/orgs/" + string(acmeID): acme}}
		o := &OrganizationPage{At: signedIn(t, ofAgent(w, rank, pageOrganizations+"/"+string(acmeID), ""))}
		shownPage(t, o)
		html := app.HTMLString(o)
		if got := strings.Count(html, "Delete contact…"); got != want {
			t.Errorf("%s: deletion is offered %d times, want %d", rank, got, want)
		}
		if want > 0 && !strings.Contains(html, ui.T("orgdetail.delete_owner")) {
			t.Errorf("%s: the owner's deletion has no reason against it", rank)
		}
		for _, name := range []string{"Jonas Meier", "Marie Dubois", "Acme Telecom"} {
			if !strings.Contains(html, name) {
				t.Errorf("%s: %s is missing", rank, name)
			}
		}
	}
}

// signedIn makes the session know who is signed in, as the shell does before it shows a page.
func signedIn(t *testing.T, at client.Seat) client.Seat {
	t.Helper()
	l := &lender{}
	e := shownPage(t, l)
	at.Session.Refresh(l.ctx, false)
	settle(e)
	if at.Session.Me() == nil {
		t.Fatal("nobody is signed in")
	}
	return at
}

// lender is a page without a picture: it lends its context.
type lender struct {
	app.Compo
	ctx app.Context
}

func (l *lender) OnPreRender(ctx app.Context) { l.ctx = ctx }
func (l *lender) Render() app.UI              { return app.Div() }

// K09: a deletion needs its reason before anything is sent.
func TestContactDeletion_needs_a_reason(t *testing.T) {
	w := &wire{answers: map[string]any{"/delete": api.None{}}}
	o := &OrganizationPage{At: ofAgent(w, org.Lead, pageOrganizations+"/"+string(acmeID), "")}
	e := shownPage(t, o)
	o.delete.show(&api.ContactRow{ID: "01a201e5-a542-77a7-bac3-7565f3395601", Name: "Jonas Meier"})
	before := len(w.sent)
	o.delete.reason = "  "
	o.delete.send(o.ctx, o)
	settle(e)
	if len(w.sent) != before || o.delete.wrong == "" {
		t.Errorf("%d calls were sent, the field says %q", len(w.sent)-before, o.delete.wrong)
	}
	o.delete.reason = "Left the company; asked for by ticket."
	o.delete.send(o.ctx, o)
	settle(e)
	if last := w.sent[before]; !strings.Contains(string(last.Body), "Left the company") || o.delete.of != nil {
		t.Errorf("sent %s, dialog still about %v", last.Body, o.delete.of)
	}
}

// C03: of the built-in field only the labels can be changed, others can't be defined without saying where they belong.
func TestFieldForm_keeps_the_built_in_field(t *testing.T) {
	var f fieldForm
	f.show(&field.Field{ID: "x", Key: field.CodeKey, Kind: field.Code, LabelEN: "Phone/Chat Code", LabelFR: "Code téléphone/chat", OnContact: true, OnOrganization: true, Active: true})
	html := app.HTMLString(app.Div().Body(f.fields()...))
	if !strings.Contains(html, "field-label_en") || strings.Contains(html, "field-kind") || strings.Contains(html, "field-on_contact") {
		t.Errorf("the form of the code:\n%s", html)
	}
	f.body.LabelEN = "Security Code"
	if f.check(); len(f.wrong) > 0 || !f.body.OnContact || !f.body.OnOrganization || !f.body.Active || !f.dirty() {
		t.Errorf("%+v, wrong %v", f.body, f.wrong)
	}

	f.show(nil)
	f.kind, f.choices, f.body.OnContact = field.Choice, "\n  \n", false
	f.check()
	for _, name := range []string{"label_en", "label_fr", "choices", "on_contact"} {
		if f.wrong[name] == "" {
			t.Errorf("%s is not asked for", name)
		}
	}
	f.choices, f.body.OnContact, f.body.LabelEN, f.body.LabelFR = " Basic \n\nPlus\n", true, "Plan", "Contrat"
	if f.check(); len(f.wrong) > 0 || strings.Join(f.body.Choices, "|") != "Basic|Plus" {
		t.Errorf("choices %q, wrong %v", f.body.Choices, f.wrong)
	}
}

// C03: administrators change fields, the others read them; the built-in one can't be retired.
func TestStaffSettings_are_for_administrators(t *testing.T) {
	fields := api.Fields{Fields: []field.Field{
		{ID: "01a201e5-a542-77a7-bac3-7565f3395611", Key: field.CodeKey, Kind: field.Code, LabelEN: "Phone/Chat Code", LabelFR: "Code téléphone/chat", Active: true},
		{ID: "01a201e5-a542-77a7-bac3-7565f3395612", Key: "vat", Kind: field.Text, LabelEN: "VAT number", LabelFR: "Numéro de TVA", Active: true},
		{ID: "01a201e5-a542-77a7-bac3-7565f3395613", Key: "fax", Kind: field.Text, LabelEN: "Fax", LabelFR: "Télécopie"}}}
	for rank, may := range map[org.Rank]bool{org.Lead: false, org.Administrator: true} {
		w := &wire{answers: map[string]any{"/fields": fields}}
		s := &StaffSettings{At: signedIn(t, ofAgent(w, rank, "settings", ""))}
		shownPage(t, s)
		html := app.HTMLString(s)
		if !strings.Contains(html, "VAT number") || !strings.Contains(html, "Télécopie") {
			t.Errorf("%s: fields are missing", rank)
		}
		if strings.Contains(html, "field-define") != may || strings.Contains(html, "Move up") != may {
			t.Errorf("%s: acts are not as wanted", rank)
		}
		if may && (strings.Count(html, ">Retire<") != 1 || strings.Count(html, ">Bring back<") != 1) {
			t.Errorf("%s: %d can be retired, %d brought back", rank, strings.Count(html, ">Retire<"), strings.Count(html, ">Bring back<"))
		}
	}
}
