package portal_test

import (
	"strings"
	"testing"
	"time"

	. "countersign/backend/backendtest"
	"countersign/backend/server"
	"countersign/shared/api"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/i18n"
	"countersign/shared/id"
	"countersign/shared/perm"
	"countersign/shared/significant"
	"countersign/shared/verification"
)

// Codes of the tests; none of their words is on file.
const (
	ownCode    = "copper lamp river 42"
	sharedCode = "velvet window orchard 77"
	wrongCode  = "timber saddle falcon 18"
)

// unlimited leaves the counting to what is tested.
var unlimited = server.Limits{Steady: server.Bucket{PerSecond: 1e6, Burst: 1e6}, Usual: server.Bucket{PerSecond: 1e6, Burst: 1e6}, Costly: server.Bucket{PerSecond: 1e6, Burst: 1e6},
	Address: server.Bucket{PerSecond: 1e6, Burst: 1e6}}

// setShared sets the account-wide code as the dialog of View Profile does.
func setShared(t *testing.T, a *Actor, code string) {
	t.Helper()
	if err := trySetShared(a, code, false); err != nil {
		t.Fatal(err)
	}
}

func trySetShared(a *Actor, code string, remove bool) error {
	p, err := Call(a, api.GetProfile, api.Org{Org: a.Org})
	if err != nil {
		return err
	}
	in := api.UpdateProfileIn{Org: api.Org{Org: a.Org}}
	in.Body.Phone, in.Body.Address, in.Body.Fields, in.Body.Version = p.Phone, p.Address, p.Fields, p.Version
	in.Body.Code = &api.CodeBody{Code: code, Remove: remove}
	_, err = Call(a, api.UpdateProfile, in)
	return err
}

// setOwn sets the actor's own code.
func setOwn(a *Actor, code string) (api.MyCode, error) {
	in := api.SetMyCodeIn{Org: api.Org{Org: a.Org}}
	in.Body.Code = code
	return Call(a, api.SetMyCode, in)
}

// start begins a call as an agent.
func start(a *Actor, caller *Persona) (api.AgentCall, error) {
	in := api.StartVerificationIn{Org: api.Org{Org: caller.Org}}
	in.Body.Contact, in.Body.Channel, in.Body.Locale = caller.Contact, verification.Phone, "en"
	return Call(a, api.StartVerification, in)
}

func callIn(v id.Verification, o id.Organization) api.VerificationIn {
	return api.VerificationIn{Org: api.Org{Org: o}, Verification: v}
}

// say checks what the caller says.
func say(a *Actor, c api.AgentCall, heard string) (api.AgentCall, error) {
	in := api.CheckCallerIn{VerificationIn: callIn(c.ID, c.Org)}
	in.Body.Heard = heard
	return Call(a, api.CheckCaller, in)
}

// minor asks for a minor change.
func minor(a *Actor, c api.AgentCall) error {
	in := api.MinorChangeIn{VerificationIn: callIn(c.ID, c.Org)}
	in.Body.Subject = "Forward calls to the mobile"
	_, err := Call(a, api.RecordMinorChange, in)
	return err
}

// ask asks for a significant change.
func ask(a *Actor, c api.AgentCall, subject string) (significant.Change, error) {
	in := api.AskChangeIn{VerificationIn: callIn(c.ID, c.Org)}
	in.Body.Kind, in.Body.Subject = significant.Cancellation, subject
	return Call(a, api.AskChange, in)
}

func decision(c significant.Change) api.DecideChangeIn {
	in := api.DecideChangeIn{ChangeIn: api.ChangeIn{Org: api.Org{Org: c.Org}, Change: c.ID}}
	in.Body.Seen = c.Fingerprint()
	return in
}

// C01, C02, C10, C12, C14: the story. The owner sets a code, a caller says it, the agent learns whose it is and what may
// be asked for, a cancellation waits for the owner's decision, and everything is told and recorded.
func TestCodeVerifiesCaller(t *testing.T) {
	w := New(t)
	marie, sofia := w.As(w.Marie), w.As(w.Sofia)
	setShared(t, marie, sharedCode)
	mine := Must(setOwn(marie, ownCode))
	if !mine.Code.Set || mine.Code.SetBy != "Marie Dubois" || !mine.MaySee || !mine.MaySet {
		t.Fatalf("after setting: %+v", mine)
	}

	call := Must(start(sofia, w.Marie))
	if !call.HasOwn || !call.HasShared || call.HasPhrase || call.Left != 5 || call.Permits != verification.Information || !call.Owner || len(strings.Fields(call.Counter)) != 3 {
		t.Fatalf("the agent sees %+v", call)
	}
	home := Must(Call(marie, api.GetHome, api.Org{Org: w.Acme}))
	if len(home.Calls) != 1 || home.Calls[0].Counter != call.Counter || home.Calls[0].StaffName != "Sofia Keller" {
		t.Fatalf("the owner sees %+v", home.Calls)
	}
	Refused(t, minor(sofia, call), errs.Forbidden)

	call = Must(say(sofia, call, wrongCode))
	if call.Outcome != verification.NoMatch || call.Left != 4 || call.Permits != verification.Information {
		t.Fatalf("after a wrong code: %+v", call)
	}
	call = Must(say(sofia, call, "COPPER - Lamp river, 42"))
	if call.Outcome != verification.NoMatch { // a comma is part of a chosen code's literal form
		t.Fatalf("a code with another sign: %s", call.Outcome)
	}
	call = Must(say(sofia, call, "COPPER-Lamp  river 42"))
	if call.Outcome != verification.Match || call.Matched != verification.OwnCode || call.Permits != verification.Significant || call.Until.Sub(call.MatchedAt) != verification.ReceiptLife {
		t.Fatalf("after the right code: %+v", call)
	}
	if err := minor(sofia, call); err != nil {
		t.Fatal(err)
	}
	change := Must(ask(sofia, call, "Cancel the line in Nantes"))
	if m := Must(Call(marie, api.GetMe, api.None{})).Organizations[0]; m.Changes != 1 {
		t.Errorf("the badge counts %d", m.Changes)
	}
	home = Must(Call(marie, api.GetHome, api.Org{Org: w.Acme}))
	if len(home.Changes) != 1 || home.Changes[0].ID != change.ID {
		t.Fatalf("what waits on Home: %+v", home.Changes)
	}
	approved := Must(Call(marie, api.ApproveChange, decision(home.Changes[0])))
	if approved.State != significant.Approved || approved.DecidedName != "Marie Dubois" {
		t.Fatalf("decided: %+v", approved)
	}
	if calls := Must(Call(sofia, api.ListCalls, api.None{})); len(calls.Changes) != 1 || calls.Changes[0].State != significant.Approved || len(calls.Calls) != 1 {
		t.Errorf("the agent's list: %+v", calls)
	}
	Must(Call(sofia, api.CloseVerification, callIn(call.ID, w.Acme)))
	Refused(t, minor(sofia, call), errs.Forbidden)

	for template, n := range map[string]int{"code_changed": 2, "code_used": 1, "code_missed": 1, "change_asked": 2, "change_decided": 1} {
		if to := w.Mails(template); len(to) != n {
			t.Errorf("%d mails %s, want %d: %v", len(to), template, n, to)
		}
	}
	activity := Must(Call(marie, api.ListCodeActivity, api.ActivityIn{Org: api.Org{Org: w.Acme}, Page: api.Page{Limit: 50}}))
	var kinds []string
	for _, e := range activity.Entries {
		kinds = append(kinds, string(e.Kind))
	}
	want := "verification.closed change.approved change.asked change.minor verification.matched verification.failed verification.failed verification.started code.set code.set"
	if got := strings.Join(kinds, " "); got != want {
		t.Errorf("the record says\n%s\nwant\n%s", got, want)
	}
	w.Verify()
}

// C03, C04, C06, C08, C09: who sees which code.
func TestWhoSeesWhichCode(t *testing.T) {
	w := New(t)
	marie := w.As(w.Marie)
	setShared(t, marie, sharedCode)
	seer := w.AddContact(w.Acme, "Irene Sand", perm.Billing) // holds My code
	Must(setOwn(w.As(seer), ownCode))
	here := api.Org{Org: w.Acme}

	if got := Must(Call(marie, api.RevealAccountCode, here)).Code; got != sharedCode {
		t.Errorf("the owner sees %q", got)
	}
	if got := Must(Call(w.As(seer), api.RevealMyCode, here)).Code; got != ownCode {
		t.Errorf("the holder sees %q", got)
	}
	if got := Must(Call(marie, api.RevealContactCode, api.ContactIn{Org: here, Contact: seer.Contact})).Code; got != ownCode {
		t.Errorf("the owner sees of the contact %q", got)
	}
	if to := w.Mails("code_revealed"); strings.Join(to, " ") != seer.Email+" "+w.Marie.Email {
		t.Errorf("who looked is told to %v", to)
	}
	for _, p := range []*Persona{seer, w.Nadia} {
		_, err := Call(w.As(p), api.RevealAccountCode, here)
		Refused(t, err, errs.Forbidden)
	}
	for _, p := range []*Persona{w.Jonas, w.Nadia, seer} {
		_, err := Call(w.As(p), api.RevealContactCode, api.ContactIn{Org: here, Contact: seer.Contact})
		Refused(t, err, errs.Forbidden)
	}
	_, err := Call(w.As(w.Nadia), api.RevealMyCode, here)
	Refused(t, err, errs.Forbidden)
	_, err = Call(w.As(w.Luc), api.RevealAccountCode, here)
	Refused(t, err, errs.NotFound)
	for _, p := range []*Persona{w.Sofia, w.Ada} {
		_, err := Call(w.As(p), api.RevealAccountCode, here)
		Refused(t, err, errs.NotFound)
	}
	// Jonas has all rights of an administrator; once he works for the provider as well, codes are closed to him.
	if got := Must(Call(w.As(w.Jonas), api.RevealAccountCode, here)).Code; got != sharedCode {
		t.Errorf("the administrator of the account sees %q", got)
	}
	w.Exec(`INSERT INTO staff (id, login, name, role, active, accepted_at, created_at) VALUES ('s1', ?, 'Jonas Meier', 'agent', TRUE, 1, 1)`, w.Jonas.Login)
	_, err = Call(w.As(w.Jonas), api.RevealAccountCode, here)
	Refused(t, err, errs.Forbidden)

	w.Exec(`UPDATE session SET stepped_at = 0 WHERE login = ?`, w.Marie.Login)
	_, err = Call(marie, api.RevealAccountCode, here)
	Refused(t, err, errs.StepUp)
}

// C04: what the server refuses names the field and the reason, and never the text.
func TestCodeIsRefused(t *testing.T) {
	w := New(t, WithLimits(unlimited))
	marie := w.As(w.Marie)
	Must(setOwn(marie, ownCode))
	for name, c := range map[string]string{
		"short":            "ab12cd",
		"a_common_one":     "password1",
		"a_sequence":       "abcdefgh",
		"a_ssn":            "219-09-9999",
		"a_birthday":       "17.04.1986",
		"the_own_name":     "marie77xx",
		"another_name":     "benali2xx9",
		"the_reference":    "acc20418zz",
		"the_phone":        "ok184882010",
		"the_password":     Password,
		"the_last_one":     "Copper  lamp RIVER 42",
		"a_control":        "copper\x07lamp",
		"too_long":         strings.Repeat("copper lamp ", 20),
		"nothing":          "",
		"of_the_company":   "acmetelecom1",
		"invisible_spaces": "\u200b\u200b\u200b\u200b\u200b\u200b\u200b\u200b",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := setOwn(marie, c)
			p := Refused(t, err, errs.Invalid)
			if len(p.Errors) == 0 || p.Errors[0].Location != "code" || len(p.Errors[0].Message) < 10 {
				t.Fatalf("told %+v", p)
			}
			if plain := strings.TrimSpace(c); plain != "" && strings.Contains(strings.ToLower(p.Errors[0].Message+p.Detail), strings.ToLower(plain)) {
				t.Errorf("the refusal repeats the text: %+v", p)
			}
		})
	}
	if mine := Must(Call(marie, api.GetMyCode, api.Org{Org: w.Acme})); !mine.Code.Set {
		t.Error("a refused code took the place of the one before")
	}
	for range 20 {
		in := api.GenerateCodeIn{Org: api.Org{Org: w.Acme}}
		in.Body.Locale = "fr"
		c := Must(Call(marie, api.GenerateCode, in)).Code
		Must(setOwn(marie, c))
	}
	_, err := setOwn(marie, ownCode) // six codes ago
	if err != nil {
		t.Errorf("a code of long ago: %v", err)
	}
}

// C13: a phrase is said once, within ten minutes and three tries, and replaces none of the counts.
func TestPhrase(t *testing.T) {
	w := New(t)
	paul, sofia := w.As(w.Paul), w.As(w.Sofia)
	w.Exec(`UPDATE contact SET phone_chat_authority = TRUE WHERE id = ?`, w.Paul.Contact)
	here := api.Org{Org: w.Acme}
	p := Must(Call(paul, api.MakePhrase, here))
	if len(strings.Fields(p.Phrase)) != 3 {
		t.Fatalf("the phrase is %q", p.Phrase)
	}
	call := Must(start(sofia, w.Paul))
	if !call.HasPhrase || call.HasOwn || call.HasShared {
		t.Fatalf("the agent sees %+v", call)
	}
	if call = Must(say(sofia, call, p.Phrase)); call.Matched != verification.Phrase || call.Permits != verification.Significant {
		t.Fatalf("the phrase gives %+v", call)
	}
	again := Must(start(sofia, w.Paul))
	if again.HasPhrase || Must(say(sofia, again, p.Phrase)).Outcome != verification.NoCode {
		t.Error("a phrase is used twice")
	}

	p = Must(Call(paul, api.MakePhrase, here))
	for range 3 {
		if got := Must(say(sofia, again, wrongCode)); got.Outcome != verification.NoMatch {
			t.Fatalf("a wrong phrase gives %s", got.Outcome)
		}
	}
	if got := Must(say(sofia, again, p.Phrase)); got.Outcome != verification.NoCode {
		t.Errorf("after three tries the phrase gives %s", got.Outcome)
	}
	p = Must(Call(paul, api.MakePhrase, here))
	next := Must(Call(paul, api.MakePhrase, here))
	if got := Must(say(sofia, again, p.Phrase)); got.Outcome != verification.NoMatch {
		t.Errorf("a phrase that was replaced gives %s", got.Outcome)
	}
	w.Exec(`UPDATE phrase SET expires_at = 1 WHERE ended_at = 0`)
	if got := Must(say(sofia, again, next.Phrase)); got.Outcome != verification.NoCode {
		t.Errorf("a phrase after its time gives %s", got.Outcome)
	}
	for range 2 {
		Must(Call(paul, api.MakePhrase, here))
	}
	_, err := Call(paul, api.MakePhrase, here)
	if got := Refused(t, err, errs.TooMany); got.RetryAfter < 1 || got.RetryAfter > 3600 {
		t.Errorf("told to wait %d s", got.RetryAfter)
	}
}

// C13: "That's not me" ends the call, its receipt, the phrase and what was asked for, and tells owner and leads.
func TestNotMe(t *testing.T) {
	w := New(t)
	paul, sofia, marie := w.As(w.Paul), w.As(w.Sofia), w.As(w.Marie)
	w.Exec(`UPDATE contact SET phone_chat_authority = TRUE WHERE id = ?`, w.Paul.Contact)
	setShared(t, marie, sharedCode)
	call := Must(start(sofia, w.Paul))
	if mine := Must(Call(paul, api.GetMyCode, api.Org{Org: w.Acme})); len(mine.Calls) != 1 || mine.Calls[0].Counter != call.Counter {
		t.Fatalf("the person sees %+v", mine.Calls)
	}
	if seen := Must(Call(w.As(w.Jonas), api.GetHome, api.Org{Org: w.Acme})).Calls; len(seen) != 0 {
		t.Errorf("a colleague sees the call %+v", seen)
	}
	call = Must(say(sofia, call, sharedCode))
	if call.Matched != verification.AccountCode {
		t.Fatalf("matched %q", call.Matched)
	}
	change := Must(ask(sofia, call, "Cancel all lines"))
	Must(Call(paul, api.MakePhrase, api.Org{Org: w.Acme}))

	for _, p := range []*Persona{w.Jonas, w.Luc} {
		_, err := Call(w.As(p), api.DenyVerification, callIn(call.ID, w.Acme))
		Refused(t, err, errs.NotFound)
	}
	Must(Call(paul, api.DenyVerification, callIn(call.ID, w.Acme)))
	Refused(t, minor(sofia, call), errs.Forbidden)
	_, err := say(sofia, call, sharedCode)
	if p := Refused(t, err, errs.Conflict); p.State != "denied" {
		t.Errorf("the agent is told %q", p.State)
	}
	_, err = Call(marie, api.ApproveChange, decision(change))
	if p := Refused(t, err, errs.Conflict); p.State != string(significant.Withdrawn) {
		t.Errorf("the change is %q", p.State)
	}
	if mine := Must(Call(paul, api.GetMyCode, api.Org{Org: w.Acme})); mine.Phrase != nil || len(mine.Calls) != 0 {
		t.Errorf("after the denial: %+v", mine)
	}
	if to := w.Mails("verification_denied"); len(to) != 3 { // owner, lead, administrator
		t.Errorf("told to %v", to)
	}
	_, err = Call(paul, api.DenyVerification, callIn(call.ID, w.Acme))
	Refused(t, err, errs.Conflict)
	w.Verify()
}

// C14: the proposal to change the account-wide code is put aside, or ends with a new code.
func TestProposalToChange(t *testing.T) {
	w := New(t)
	marie := w.As(w.Marie)
	setShared(t, marie, sharedCode)
	propose := func() {
		w.Exec(`UPDATE code SET rotate_at = 5, rotate_why = 'Jonas Meier' WHERE contact = ''`)
		home := Must(Call(marie, api.GetHome, api.Org{Org: w.Acme}))
		if home.Rotate == nil || home.Rotate.RotateWhy != "Jonas Meier" {
			t.Fatalf("Home says %+v", home.Rotate)
		}
		if r := Must(Call(w.As(w.Nadia), api.GetHome, api.Org{Org: w.Acme})).Rotate; r != nil {
			t.Errorf("one who can't change it is told %+v", r)
		}
	}
	propose()
	Must(Call(marie, api.KeepAccountCode, api.Org{Org: w.Acme}))
	if r := Must(Call(marie, api.GetHome, api.Org{Org: w.Acme})).Rotate; r != nil {
		t.Errorf("kept, and still proposed: %+v", r)
	}
	_, err := Call(marie, api.KeepAccountCode, api.Org{Org: w.Acme})
	Refused(t, err, errs.Conflict)
	propose()
	setShared(t, marie, "harbor cobalt meadow 31")
	if r := Must(Call(marie, api.GetHome, api.Org{Org: w.Acme})).Rotate; r != nil {
		t.Errorf("changed, and still proposed: %+v", r)
	}
}

// A support session sees Home while an ownership waits to be accepted, and nothing of codes or calls.
func TestHomeInsideSupport(t *testing.T) {
	w := New(t)
	marie, sofia := w.As(w.Marie), w.As(w.Sofia)
	setShared(t, marie, sharedCode)
	w.Exec(`UPDATE code SET rotate_at = 5, rotate_why = 'Jonas Meier'`)
	Must(start(sofia, w.Marie))
	offer := api.OfferOwnershipIn{Org: api.Org{Org: w.Acme}}
	offer.Body.Contact = w.Jonas.Contact
	Must(Call(marie, api.OfferOwnership, offer))
	r := Must(w.As(w.Tom).RequestAccess(w.Acme, time.Hour, ""))
	inside := Must(w.As(w.Tom).Enter(Must(marie.Approve(r, time.Hour))))
	home := Must(Call(inside, api.GetHome, api.Org{Org: w.Acme}))
	if home.Transfer != nil || home.Rotate != nil || len(home.Calls) != 0 || len(home.Changes) != 0 {
		t.Errorf("support sees %+v", home)
	}
}

// C04, C07: a code given with a new contact, or with a changed name, is held against what will be on file.
func TestCodeOfContactIsHeldAgainstWhatWillBeOnFile(t *testing.T) {
	w := New(t, WithLimits(unlimited))
	marie := w.As(w.Marie)
	in := api.CreateContactIn{Org: api.Org{Org: w.Acme}}
	in.Body = api.ContactBody{Kind: contact.Individual, Name: "Odile Karsenty", Email: "odile@example.test", Locale: "en", Active: true,
		Code: &api.CodeBody{Code: "karsenty lamp 42x"}}
	_, err := Call(marie, api.CreateContact, in)
	p := Refused(t, err, errs.Invalid)
	if len(p.Errors) != 1 || p.Errors[0].Location != "code.code" || p.Errors[0].Message != i18n.EN.T("code.fault.name_theirs") {
		t.Fatalf("told %+v", p.Errors)
	}
	in.Body.Code.Code = ownCode
	card := Must(Call(marie, api.CreateContact, in))
	if !card.Code.Set || card.Code.SetBy != "Marie Dubois" {
		t.Fatalf("the new contact's code: %+v", card.Code)
	}
	if got := Must(verify(w.As(w.Sofia), &Persona{Org: w.Acme, Contact: card.ID}, ownCode)); got.Matched != verification.OwnCode {
		t.Errorf("it gives %s", got.Outcome)
	}
	if to := w.Mails("code_changed"); len(to) != 2 { // the holder and the owner
		t.Errorf("told to %v", to)
	}
}
