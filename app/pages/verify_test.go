package pages

import (
	"strings"
	"testing"
	"time"

	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/contact"
	"countersign/shared/i18n"
	"countersign/shared/org"
	"countersign/shared/significant"
	"countersign/shared/verification"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

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

// A call of a colleague, or one that is no more, is told at the beginning, and the page goes on from there.
func TestVerify_goes_back_when_a_call_is_not_there(t *testing.T) {
	w := &wire{answers: map[string]any{"/api/staff/verifications": api.AgentCalls{}}}
	v := &Verify{At: ofAgent(w, org.Agent, pageVerify, "org="+string(acmeID)+"&call="+string(callID))}
	shownPage(t, v)
	if html := app.HTMLString(v); !strings.Contains(html, "Not there.") || !strings.Contains(html, "verify-organization") {
		t.Errorf("the page is stuck:\n%s", html)
	}
}

// Enter takes the only organization and the only contact that were found, and then begins.
func TestVerify_begins_by_keyboard(t *testing.T) {
	acme := api.Found{OwnerName: "Marie Dubois"}
	acme.ID, acme.Name, acme.State = acmeID, "Acme Telecom", org.Active
	jonas := api.ContactRow{ID: "01a201e5-a542-77a7-bac3-7565f33956ac", Name: "Jonas Meier", Active: true}
	w := &wire{answers: map[string]any{"/api/staff/orgs": api.FoundList{Organizations: []api.Found{acme}}, "/contacts": api.Contacts{Contacts: []api.ContactRow{jonas}, Total: 1},
		"/orgs/" + string(acmeID) + "/verifications": aCall(nil), "/api/staff/verifications": api.AgentCalls{}}}
	v := &Verify{At: ofAgent(w, org.Agent, pageVerify, "")}
	e := shownPage(t, v)
	v.start.query = "acme"
	load(v.ctx, v.At, &v.start.found, api.SearchOrganizations, api.SearchIn{Query: "acme"}, false)
	settle(e)
	for step, reached := range []func() bool{
		func() bool { return v.start.org != nil && v.start.contacts.has() },
		func() bool { return v.start.caller == jonas.ID },
		func() bool { return v.call.id == callID },
	} {
		v.start.submit(v.ctx, v)
		settle(e)
		if !reached() {
			t.Fatalf("Enter number %d did nothing", step+1)
		}
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
