package portal_test

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	. "countersign/backend/backendtest"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/org"
	"countersign/shared/perm"
	"countersign/shared/significant"
	"countersign/shared/verification"
)

// count gives one number of the database.
func count(t *testing.T, w *World, query string, args ...any) (n int) {
	t.Helper()
	err := w.DB.View(context.Background(), func(tx *store.Tx) error { return tx.QueryRow(context.Background(), query, args...).Scan(&n) })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// agents are more agents than the limit of one would hinder.
func agents(w *World, n int) (all []*Actor) {
	for i := range n {
		p := w.AddContact(w.Gamma, fmt.Sprintf("Agent %c%c", 'A'+i/26, 'A'+i%26))
		w.Exec(`DELETE FROM contact WHERE id = ?`, p.Contact)
		p.Staff, p.Rank = id.Staff("agent-"+string(p.Login)), org.Agent
		w.Exec(`INSERT INTO staff (id, login, name, role, active, accepted_at, created_at) VALUES (?, ?, ?, 'agent', TRUE, 1, 1)`, p.Staff, p.Login, p.Name)
		all = append(all, w.As(p))
	}
	return all
}

// TH2, C11: 200 guesses in many spellings, by many agents, fifty at once, with a restart in the middle: exactly five are
// compared.
func TestGuessingIsLimited(t *testing.T) {
	w := New(t, WithLimits(unlimited))
	setShared(t, w.As(w.Marie), sharedCode)
	Must(setOwn(w.As(w.Marie), ownCode))
	spellings := []string{"timber saddle falcon %d", "TIMBER-SADDLE-FALCON-%d", "t i m b e r saddle falcon %d", "tango india mike bravo %d", "\u200btimber\u00a0saddle falcon %d"}
	all := agents(w, 20)
	const each = 5
	guess := func(agents []*Actor) {
		calls := make([]api.AgentCall, len(agents))
		for i, a := range agents {
			calls[i] = Must(start(a, w.Marie))
		}
		var wg sync.WaitGroup
		for i, a := range agents {
			for r := range each {
				wg.Go(func() {
					for { // a server that has too much to do turns callers away, and counts nothing
						_, err := say(a, calls[i], fmt.Sprintf(spellings[r], 10+i*each+r))
						if !errsIs(err, errs.Unavailable) {
							return
						}
					}
				})
			}
		}
		wg.Wait()
	}
	guess(all[:10])
	guess(all[10:])
	w.Restart(nil)
	guess(all[:10])
	guess(all[10:])
	if n := count(t, w, `SELECT COUNT(*) FROM code_attempt WHERE contact = ? AND outcome IN ('counted', 'no_match', 'match')`, w.Marie.Contact); n != 5 {
		t.Errorf("%d guesses were compared, want 5", n)
	}
	if n := count(t, w, `SELECT COUNT(*) FROM code_attempt`); n != 200 {
		t.Errorf("%d guesses arrived", n)
	}
	if n := count(t, w, `SELECT COUNT(*) FROM audit_entry WHERE kind = 'code.locked' AND object = ?`, w.Marie.Contact); n != 1 {
		t.Errorf("the lock is recorded %d times", n)
	}
	if to := w.Mails("code_locked"); len(to) != 1 || to[0] != w.Marie.Email {
		t.Errorf("the owner is told of the lock in %v", to)
	}
	w.Verify()
}

// TH3: while the code is locked, the right one is answered as a wrong one is, byte for byte.
func TestLockedAnswersAreEqual(t *testing.T) {
	w := New(t, WithLimits(unlimited))
	Must(setOwn(w.As(w.Marie), ownCode))
	all := agents(w, 2)
	call := Must(start(all[0], w.Marie))
	for range 5 {
		Must(say(all[0], call, wrongCode))
	}
	answer := func(heard string) string {
		got := Must(say(all[1], Must(start(all[1], w.Marie)), heard))
		if got.Outcome != verification.Locked || got.Permits != verification.Information || got.Left != 0 {
			t.Errorf("locked, %q gives %+v", heard, got)
		}
		// Each is another call, at another moment.
		got.ID, got.Counter, got.StartedAt, got.ExpiresAt, got.Now = "", "", time.Time{}, time.Time{}, time.Time{}
		text, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if right, wrong := answer(ownCode), answer(wrongCode); right != wrong {
		t.Errorf("the right code\n%s\nthe wrong one\n%s", right, wrong)
	}
}

// TH4, C11: whatever is locked, a phrase verifies and people sign in; and who looks has the code back.
func TestLockStopsOnlyCodes(t *testing.T) {
	w := New(t, WithLimits(unlimited))
	marie := w.As(w.Marie)
	setShared(t, marie, sharedCode)
	for i, p := range []*Persona{w.Marie, w.Jonas, w.Paul} {
		code := fmt.Sprintf("copper lamp river 4%d", i)
		if p != w.Paul {
			Must(setOwn(w.As(p), code))
		}
	}
	all := agents(w, 8)
	for i, p := range []*Persona{w.Marie, w.Jonas, w.Paul} {
		call := Must(start(all[i], p))
		for range 5 {
			if got := Must(say(all[i], call, wrongCode)); got.Outcome != verification.NoMatch {
				t.Fatalf("a wrong code gives %s", got.Outcome)
			}
		}
	}
	// Fifteen misses: no standing code of the organization answers, not even one that nobody tried.
	nadia := Must(start(all[4], w.Nadia))
	if got := Must(say(all[4], nadia, sharedCode)); got.Outcome != verification.Locked {
		t.Errorf("the organization's code gives %s", got.Outcome)
	}
	if to := w.Mails("code_locked"); len(to) != 4 {
		t.Errorf("%d mails of locks, want one for each of three codes and one for all", len(to))
	}
	p := Must(Call(w.As(w.Paul), api.MakePhrase, api.Org{Org: w.Acme}))
	if got := Must(say(all[5], Must(start(all[5], w.Paul)), p.Phrase)); got.Outcome != verification.Match || got.Matched != verification.Phrase {
		t.Errorf("a phrase gives %s", got.Outcome)
	}
	if me := Must(Call(w.As(w.Marie), api.GetMe, api.None{})); me.Name == "" {
		t.Error("nobody is signed in")
	}
	state := Must(Call(marie, api.GetMyCode, api.Org{Org: w.Acme})).Code
	if !state.Locked || state.Misses != 5 || state.LockedTill.Sub(w.Clock.Now()) > 24*time.Hour || !state.LockedTill.After(w.Clock.Now().Add(23*time.Hour)) {
		t.Errorf("the owner sees %+v", state)
	}

	// Only the owner releases, after the password.
	release := func(a *Actor, c id.Contact, account bool) error {
		in := api.CodeReleaseIn{Org: api.Org{Org: w.Acme}}
		in.Body.Contact, in.Body.Account = c, account
		_, err := Call(a, api.ReleaseCode, in)
		return err
	}
	Refused(t, release(w.As(w.Jonas), "", true), errs.Forbidden)
	Refused(t, release(marie, "", false), errs.Invalid)
	if err := release(marie, "", true); err != nil {
		t.Fatal(err)
	}
	if got := Must(say(all[6], Must(start(all[6], w.Nadia)), sharedCode)); got.Outcome != verification.Match {
		t.Errorf("released, the account-wide code gives %s", got.Outcome)
	}
	if got := Must(say(all[7], Must(start(all[7], w.Jonas)), "copper lamp river 41")); got.Outcome != verification.Locked {
		t.Errorf("another code that is still locked gives %s", got.Outcome)
	}
	if err := release(marie, w.Jonas.Contact, false); err != nil {
		t.Fatal(err)
	}
	if got := Must(say(all[7], Must(start(all[7], w.Jonas)), "copper lamp river 41")); got.Outcome != verification.Match {
		t.Errorf("released, it gives %s", got.Outcome)
	}
	// Looking at one's own code releases it as well.
	Must(Call(marie, api.RevealMyCode, api.Org{Org: w.Acme}))
	if got := Must(say(all[7], Must(start(all[7], w.Marie)), "copper lamp river 40")); got.Outcome != verification.Match {
		t.Errorf("looked at, it gives %s", got.Outcome)
	}
	w.Verify()
}

// C11: eight misses of one agent pause them for an hour, wherever they were, and the lead is told.
func TestAgentIsPaused(t *testing.T) {
	w := New(t, WithLimits(unlimited))
	setShared(t, w.As(w.Marie), sharedCode)
	luc := w.As(w.Luc)
	setShared(t, luc, sharedCode)
	sofia := w.As(w.Sofia)
	for i := range 8 {
		p := []*Persona{w.Marie, w.Luc}[i%2]
		Must(say(sofia, Must(start(sofia, p)), wrongCode))
	}
	call := Must(start(sofia, w.Luc))
	if call.Paused.IsZero() {
		t.Fatalf("the agent sees %+v", call)
	}
	_, err := say(sofia, call, sharedCode)
	if p := Refused(t, err, errs.TooMany); p.RetryAfter < 3500 || p.RetryAfter > 3600 {
		t.Errorf("told to wait %d s", p.RetryAfter)
	}
	if got := Must(say(w.As(w.Tom), Must(start(w.As(w.Tom), w.Luc)), sharedCode)); got.Outcome != verification.Match {
		t.Errorf("a colleague's check gives %s", got.Outcome)
	}
	if to := w.Mails("agent_paused"); len(to) != 2 { // the lead and the administrator
		t.Errorf("told to %v", to)
	}
	w.Exec(`UPDATE code_attempt SET at = at - 3600000`)
	if got := Must(say(sofia, call, sharedCode)); got.Outcome != verification.Match {
		t.Errorf("an hour later it gives %s", got.Outcome)
	}
}

// Twenty misses since the last success make a code void, however they are spread over days and releases; a success
// starts the count anew.
func TestCodeIsVoidAfterTwentyMisses(t *testing.T) {
	w := New(t, WithLimits(unlimited))
	marie := w.As(w.Marie)
	Must(setOwn(marie, ownCode))
	w.Exec(`UPDATE code SET set_at = 1`)
	all := agents(w, 8)
	miss := func(n int) {
		t.Helper()
		for i := range n {
			if i%4 == 0 { // the day after, by somebody else
				w.Exec(`UPDATE code_attempt SET at = at - 90000000 WHERE TRUE OR 1 = 1`)
			}
			if got := Must(say(all[i/4%8], Must(start(all[i/4%8], w.Marie)), wrongCode)); got.Outcome != verification.NoMatch {
				t.Fatalf("miss %d gives %s", i+1, got.Outcome)
			}
		}
	}
	seed := func() { // so that the update above has a row to change
		Must(say(all[7], Must(start(all[7], w.Marie)), ownCode))
		w.Exec(`UPDATE code SET matched_at = 1`)
	}
	seed()
	miss(19)
	if got := Must(say(all[6], Must(start(all[6], w.Marie)), ownCode)); got.Outcome != verification.Match {
		t.Fatalf("after nineteen misses the right code gives %s", got.Outcome)
	}
	miss(4)
	w.Exec(`UPDATE code SET matched_at = 1`) // as if it had not been
	w.Exec(`UPDATE code_attempt SET at = at - 90000000`)
	Must(say(all[5], Must(start(all[5], w.Marie)), wrongCode))
	state := Must(Call(marie, api.GetMyCode, api.Org{Org: w.Acme})).Code
	if !state.Void || state.Set {
		t.Fatalf("after twenty misses: %+v", state)
	}
	if got := Must(say(all[4], Must(start(all[4], w.Marie)), ownCode)); got.Outcome != verification.NoCode {
		t.Errorf("the void code gives %s", got.Outcome)
	}
	_, err := Call(marie, api.RevealMyCode, api.Org{Org: w.Acme})
	Refused(t, err, errs.NotFound)
	if n := count(t, w, `SELECT COUNT(*) FROM code WHERE sealed <> '' OR tag <> ''`); n != 0 {
		t.Error("something of the void code is kept")
	}
	if to := w.Mails("code_voided"); len(to) != 1 {
		t.Errorf("told to %v", to)
	}
	_, err = setOwn(marie, ownCode)
	Refused(t, err, errs.Invalid) // the old one doesn't come back
	if mine := Must(setOwn(marie, "harbor cobalt meadow 31")); !mine.Code.Set || mine.Code.Void {
		t.Errorf("after setting it again: %+v", mine.Code)
	}
}

// TH5, C10, C12: only the agent's own, running receipt for this organization opens anything, and only for whoever may
// ask by voice.
func TestReceipts(t *testing.T) {
	w := New(t, WithLimits(unlimited))
	marie, sofia, tom := w.As(w.Marie), w.As(w.Sofia), w.As(w.Tom)
	setShared(t, marie, sharedCode)
	open := func(a *Actor, p *Persona) api.AgentCall {
		t.Helper()
		c := Must(say(a, Must(start(a, p)), sharedCode))
		if c.Outcome != verification.Match {
			t.Fatalf("not verified: %+v", c)
		}
		return c
	}
	refused := func(what string, a *Actor, c api.AgentCall) {
		t.Helper()
		if err := minor(a, c); err == nil || !strings.Contains(err.Error(), "forbidden") && !strings.Contains(err.Error(), "403") {
			t.Errorf("%s: a minor change gives %v", what, err)
		}
		if _, err := ask(a, c, "Cancel everything"); err == nil {
			t.Errorf("%s: a significant change is taken", what)
		}
	}
	good := open(sofia, w.Marie)
	if err := minor(sofia, good); err != nil {
		t.Fatal(err)
	}
	refused("another agent", tom, good)
	elsewhere := good
	elsewhere.Org = w.Beta
	refused("another organization", sofia, elsewhere)
	unknown := good
	unknown.ID = "0198c0de-0000-7000-8000-000000000001"
	refused("an unknown call", sofia, unknown)
	refused("a call that is not verified", tom, Must(start(tom, w.Marie)))
	refused("a caller without authority", tom, open(tom, w.Paul))
	w.Exec(`UPDATE contact SET phone_chat_authority = TRUE WHERE id = ?`, w.Paul.Contact)
	paul := open(tom, w.Paul)
	if err := minor(tom, paul); err != nil {
		t.Errorf("with authority: %v", err)
	}
	w.Exec(`UPDATE contact SET phone_chat_authority = FALSE WHERE id = ?`, w.Paul.Contact)
	refused("authority taken away", tom, paul)
	w.Exec(`UPDATE contact SET phone_chat_authority = TRUE, active = FALSE WHERE id = ?`, w.Paul.Contact)
	refused("a deactivated contact", tom, paul)

	closed := open(sofia, w.Marie) // starting it closed the first
	refused("a call that another has replaced", sofia, good)
	Must(Call(sofia, api.CloseVerification, callIn(closed.ID, w.Acme)))
	refused("a closed call", sofia, closed)
	denied := open(sofia, w.Marie)
	Must(Call(marie, api.DenyVerification, callIn(denied.ID, w.Acme)))
	refused("a denied call", sofia, denied)
	over := open(sofia, w.Marie)
	w.Exec(`UPDATE verification SET receipt_until = 1 WHERE id = ?`, over.ID)
	refused("a receipt that is over", sofia, over)

	// A receipt is no right in the portal: for what must never be asked for by voice there is no endpoint that takes one.
	for _, spec := range api.Specs() {
		if spec.Receipt > verification.Information && (spec.Receipt >= verification.Never || spec.Policy.Staff == "" || !strings.Contains(spec.Path, "{verification}")) {
			t.Errorf("%s takes a receipt of tier %d", spec.Name, spec.Receipt)
		}
		if strings.Contains(spec.Path, "{verification}") && spec.Mutates() && spec.Policy.Staff != "" && !spec.Stops && spec.Name != api.CheckCaller.Name && spec.Receipt == verification.Information {
			t.Errorf("%s acts for a caller without a receipt", spec.Name)
		}
	}
	w.Verify()
}

// A contact that is deactivated, or deleted from the call's view, can't be verified; nor can an agent verify themselves.
func TestWhoCanBeVerified(t *testing.T) {
	w := New(t)
	setShared(t, w.As(w.Marie), sharedCode)
	sofia := w.As(w.Sofia)
	call := Must(start(sofia, w.Paul))
	w.Exec(`UPDATE contact SET active = FALSE WHERE id = ?`, w.Paul.Contact)
	_, err := say(sofia, call, sharedCode)
	Refused(t, err, errs.Conflict)
	_, err = start(sofia, w.Paul)
	Refused(t, err, errs.Conflict)
	w.Exec(`UPDATE contact SET login = ?, active = TRUE WHERE id = ?`, w.Sofia.Login, w.Paul.Contact)
	_, err = start(sofia, w.Paul)
	Refused(t, err, errs.Forbidden)
	stranger := *w.Luc
	stranger.Org = w.Acme
	_, err = start(sofia, &stranger)
	Refused(t, err, errs.NotFound)
	_, err = start(w.As(w.Marie), w.Jonas)
	Refused(t, err, errs.Forbidden)
}

// TH15, C12: of many decisions at once one counts, and the others are told which.
func TestOneDecision(t *testing.T) {
	w := New(t, WithLimits(unlimited))
	marie, sofia := w.As(w.Marie), w.As(w.Sofia)
	approver := w.As(w.AddContact(w.Acme, "Irene Sand", perm.SupportApprover))
	w.Exec(`UPDATE contact SET overrides = '{"significant_changes.approve":"allow","significant_changes.view":"allow"}' WHERE id = ?`, approver.Contact)
	setShared(t, marie, sharedCode)
	call := Must(say(sofia, Must(start(sofia, w.Marie)), sharedCode))
	for round := range 20 {
		c := Must(ask(sofia, call, fmt.Sprintf("Cancel line %d", round)))
		var mu sync.Mutex
		won := map[significant.State]int{}
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() {
				var got significant.Change
				var err error
				switch i % 3 {
				case 0:
					got, err = Call(marie, api.ApproveChange, decision(c))
				case 1:
					got, err = Call(approver, api.RejectChange, decision(c))
				case 2:
					got, err = Call(sofia, api.WithdrawChange, api.ChangeIn{Org: api.Org{Org: w.Acme}, Change: c.ID})
				}
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won[got.State]++
				} else if r, ok := err.(*api.Refusal); !ok || r.Code != string(errs.Conflict) || r.State == string(significant.Pending) {
					t.Errorf("a late decision is told %v", err)
				}
			})
		}
		wg.Wait()
		if len(won) != 1 {
			t.Fatalf("decided as %v", won)
		}
		for state, n := range won {
			if n != 1 || count(t, w, `SELECT COUNT(*) FROM significant_change WHERE id = ? AND state = ?`, c.ID, state) != 1 {
				t.Fatalf("%d decisions %s", n, state)
			}
		}
	}
	if n := count(t, w, `SELECT COUNT(*) FROM audit_entry WHERE kind IN ('change.approved', 'change.rejected', 'change.withdrawn')`); n != 20 {
		t.Errorf("%d decisions are recorded, want 20", n)
	}

	c := Must(ask(sofia, call, "Cancel the trunk"))
	for name, x := range map[string]struct {
		a  *Actor
		is errs.Code
	}{"read_only": {w.As(w.Paul), errs.Forbidden}, "another_organization": {w.As(w.Luc), errs.NotFound}, "the_agent": {sofia, errs.NotFound}} {
		if _, err := Call(x.a, api.ApproveChange, decision(c)); err == nil {
			t.Errorf("%s decides", name)
		} else {
			Refused(t, err, x.is)
		}
	}
	changed := decision(c)
	changed.Body.Seen = "0123456789abcdef"
	_, err := Call(marie, api.ApproveChange, changed)
	Refused(t, err, errs.Conflict)
	w.Verify()
}

// C12: what nobody decides lapses after three days, told to the agent; a call that is over is closed.
func TestTimeEndsCallsAndChanges(t *testing.T) {
	w := New(t)
	setShared(t, w.As(w.Marie), sharedCode)
	sofia := w.As(w.Sofia)
	call := Must(say(sofia, Must(start(sofia, w.Marie)), sharedCode))
	c := Must(ask(sofia, call, "Cancel the trunk"))
	w.Exec(`UPDATE significant_change SET lapses_at = 5`)
	if home := Must(Call(w.As(w.Marie), api.GetHome, api.Org{Org: w.Acme})); len(home.Changes) != 0 {
		t.Error("what is past its time still waits on Home")
	}
	_, err := Call(w.As(w.Marie), api.ApproveChange, decision(c))
	if p := Refused(t, err, errs.Conflict); p.State != string(significant.Lapsed) {
		t.Errorf("state %q", p.State)
	}
	w.Exec(`UPDATE verification SET expires_at = 5, receipt_until = 5`)
	if err := w.Service.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	list := Must(Call(w.As(w.Marie), api.ListChanges, api.ChangesIn{Org: api.Org{Org: w.Acme}, Limit: 10})).Changes
	if len(list) != 1 || list[0].State != significant.Lapsed {
		t.Errorf("the list says %+v", list)
	}
	if to := w.Mails("change_decided"); len(to) != 1 || to[0] != w.Sofia.Email {
		t.Errorf("told to %v", to)
	}
	if n := count(t, w, `SELECT COUNT(*) FROM verification WHERE closed_at > 0`); n != 1 {
		t.Error("a call that is over is still open")
	}
	if err := w.Service.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := count(t, w, `SELECT COUNT(*) FROM audit_entry WHERE kind IN ('change.lapsed', 'verification.closed')`); n != 2 {
		t.Errorf("%d entries of what ended, want 2", n)
	}
	w.Verify()
}

// TH3: whatever is found out, the answer comes after the same time.
func TestAnswersTakeTheSameTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(t, WithLimits(unlimited))
		const least = 900 * time.Millisecond
		w.Service.CheckTime = least
		Must(setOwn(w.As(w.Marie), ownCode))
		sofia := w.As(w.Sofia)
		took := func(what string, p *Persona, heard string, want verification.Outcome) {
			t.Helper()
			call := Must(start(sofia, p))
			began := time.Now()
			got := Must(say(sofia, call, heard))
			if d := time.Since(began); d != least || got.Outcome != want {
				t.Errorf("%s: %s after %v, want %s after %v", what, got.Outcome, d, want, least)
			}
		}
		took("no code", w.Paul, wrongCode, verification.NoCode)
		took("right", w.Marie, ownCode, verification.Match)
		for range 5 {
			took("wrong", w.Marie, wrongCode, verification.NoMatch)
		}
		took("locked and right", w.Marie, ownCode, verification.Locked)
		took("locked and wrong", w.Marie, wrongCode, verification.Locked)
		p := Must(Call(w.As(w.Marie), api.MakePhrase, api.Org{Org: w.Acme}))
		took("locked, a phrase", w.Marie, p.Phrase, verification.Match)
		took("too long", w.Luc, strings.Repeat("copper ", 100), verification.NoCode)
		call := Must(start(sofia, w.Marie))
		Must(Call(sofia, api.CloseVerification, callIn(call.ID, w.Acme)))
		began := time.Now()
		_, err := say(sofia, call, ownCode)
		if Refused(t, err, errs.Conflict); time.Since(began) != least {
			t.Errorf("a closed call answers after %v", time.Since(began))
		}
	})
}

// What a backup brings back of calls and phrases is dead; codes that stood match.
func TestRestoredCallsAreOver(t *testing.T) {
	w := New(t, WithLimits(unlimited))
	setShared(t, w.As(w.Marie), sharedCode)
	call := Must(verify(w.As(w.Sofia), w.Marie, sharedCode))
	p := Must(Call(w.As(w.Marie), api.MakePhrase, api.Org{Org: w.Acme}))
	if _, err := w.Service.Restored(t.Context(), "test"); err != nil {
		t.Fatal(err)
	}
	Refused(t, minor(w.As(w.Sofia), call), errs.Forbidden)
	if got := Must(verify(w.As(w.Tom), w.Marie, p.Phrase)); got.Outcome != verification.NoMatch {
		t.Errorf("a phrase of the backup gives %s", got.Outcome)
	}
	if got := Must(verify(w.As(w.Tom), w.Marie, sharedCode)); got.Outcome != verification.Match {
		t.Errorf("a code of the backup gives %s", got.Outcome)
	}
}

// K10, K09: whoever is deactivated or deleted can be verified by nothing they had, and the account-wide code that they
// could see should be changed.
func TestDroppedHolder(t *testing.T) {
	w := New(t, WithLimits(unlimited))
	marie, jonas := w.As(w.Marie), w.As(w.Jonas)
	setShared(t, marie, sharedCode)
	Must(setOwn(jonas, ownCode))
	Must(Call(jonas, api.MakePhrase, api.Org{Org: w.Acme}))
	w.Exec(`UPDATE contact SET phone_chat_authority = TRUE WHERE id = ?`, w.Jonas.Contact)
	call := Must(verify(w.As(w.Sofia), w.Jonas, ownCode))
	in := api.DeleteContactIn{ContactIn: api.ContactIn{Org: api.Org{Org: w.Acme}, Contact: w.Jonas.Contact}}
	in.Body.Reason = "Left the company"
	Must(Call(w.As(w.Anna), api.DeleteContact, in))
	Refused(t, minor(w.As(w.Sofia), call), errs.Forbidden)
	for _, table := range []string{"code", "code_history"} {
		if n := count(t, w, `SELECT COUNT(*) FROM `+table+` WHERE contact = ?`, w.Jonas.Contact); n != 0 {
			t.Errorf("%d rows of the deleted contact are left in %s", n, table)
		}
	}
	if n := count(t, w, `SELECT COUNT(*) FROM phrase WHERE ended_at = 0`); n != 0 {
		t.Error("the phrase of the deleted contact is open")
	}
	if r := Must(Call(marie, api.GetHome, api.Org{Org: w.Acme})).Rotate; r == nil || r.RotateWhy != "Jonas Meier" {
		t.Errorf("Home proposes %+v", r)
	}
	if c := Must(Call(w.As(w.Sofia), api.ListCalls, api.None{})).Calls; len(c) != 0 {
		t.Errorf("the agent still has %+v", c)
	}
	w.Verify()
}

// TH23: whoever may not check what a caller says takes no place among those that hash, and is told so at once.
func TestCheckHashesForItsAgentOnly(t *testing.T) {
	w := New(t, WithLimits(unlimited))
	sofia := w.As(w.Sofia)
	call := Must(start(sofia, w.Marie))
	for range runtime.NumCPU() {
		turn, err := w.Hasher.Turn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer turn.End()
	}
	for _, x := range []struct {
		who  *Persona
		want errs.Code
	}{{w.Nobody, errs.Unauthenticated}, {w.Marie, errs.Forbidden}, {w.Tom, errs.NotFound}} {
		_, err := say(w.As(x.who), call, wrongCode)
		Refused(t, err, x.want)
	}
	Must(Call(sofia, api.CloseVerification, callIn(call.ID, call.Org)))
	_, err := say(sofia, call, wrongCode)
	Refused(t, err, errs.Conflict)
}

// TH5: nothing is checked or asked for an organization that was suspended during the call.
func TestCallOfSuspendedOrganization(t *testing.T) {
	w := New(t, WithLimits(unlimited))
	sofia, marie := w.As(w.Sofia), w.As(w.Marie)
	if _, err := setOwn(marie, ownCode); err != nil {
		t.Fatal(err)
	}
	call := Must(say(sofia, Must(start(sofia, w.Marie)), ownCode))
	open := Must(start(w.As(w.Tom), w.Marie))
	w.Exec(`UPDATE organization SET state = 'suspended' WHERE id = ?`, w.Acme)
	Refused(t, minor(sofia, call), errs.Conflict)
	_, err := ask(sofia, call, "Cancel the contract")
	Refused(t, err, errs.Conflict)
	_, err = say(w.As(w.Tom), open, ownCode)
	Refused(t, err, errs.Conflict)
}

// TH23: a proposal is held against everything on file, which takes as long as hashing when ten thousand people are: any
// member may ask for some at once, not for many.
func TestProposalsAreCostly(t *testing.T) {
	w := New(t)
	paul := w.As(w.Paul)
	in := api.GenerateCodeIn{Org: api.Org{Org: w.Acme}}
	in.Body.Locale = "en"
	for range 10 {
		Must(Call(paul, api.GenerateCode, in))
	}
	_, err := Call(paul, api.GenerateCode, in)
	Refused(t, err, errs.TooMany)
}
