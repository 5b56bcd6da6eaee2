package portal_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	. "countersign/backend/backendtest"
	"countersign/backend/login"
	"countersign/backend/portal"
	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/org"
)

// R04, R05, R06, R08, R10: the story. An agent asks for four hours, the owner gives one, the agent enters and leaves a
// trace, the owner revokes, and the agent is out.
func TestRequestApproveEnterRevoke(t *testing.T) {
	w := New(t)
	sofia, marie := w.As(w.Sofia), w.As(w.Marie)
	if b := sofia.Found(w.Acme).Button; b != api.ButtonRequest {
		t.Fatalf("before anything the button is %q", b)
	}

	r := Must(sofia.RequestAccess(w.Acme, 4*time.Hour, "Calls to +33 9 70 01 44 02 fail."))
	if f := sofia.Found(w.Acme); f.Button != api.ButtonWithdraw || f.Request.ID != r.ID {
		t.Fatalf("while it waits the button is %q", f.Button)
	}
	if b := w.As(w.Tom).Found(w.Acme).Button; b != api.ButtonJoin {
		t.Fatalf("a colleague's button is %q", b)
	}
	seen := marie.Remote(w.Acme).Pending
	if len(seen) != 1 || seen[0].Phrase != r.Phrase || seen[0].Requested != 240 || seen[0].Fingerprint() != r.Fingerprint() {
		t.Fatalf("the owner sees %+v", seen)
	}
	if to := w.Mails("access_requested"); len(to) != 2 { // the owner and the approver, each in their language
		t.Fatalf("mails went to %v", to)
	}

	g := Must(marie.Approve(seen[0], time.Hour))
	if g.Granted != 60 || g.Requested != 240 || g.DecidedBy.Name != "Marie Dubois" {
		t.Fatalf("granted %+v", g)
	}
	if f := sofia.Found(w.Acme); f.Button != api.ButtonEnter || !f.Usable {
		t.Fatalf("after approval the button is %q", f.Button)
	}

	inside := Must(sofia.Enter(g))
	view := Must(Call(inside, api.GetSupportView, api.Org{Org: w.Acme}))
	if view.Role != access.SuperAdmin || view.ApprovedBy != "Marie Dubois" || view.Name != "Acme Telecom" {
		t.Fatalf("the banner says %+v", view)
	}
	in := api.ViewingIn{Org: api.Org{Org: w.Acme}}
	in.Body.Page = "manage/audit"
	Must(Call(inside, api.TellViewing, in))
	now := marie.Remote(w.Acme).Active
	if len(now) != 1 || len(now[0].Sessions) != 1 || now[0].Sessions[0].Name != "Sofia Keller" || now[0].Sessions[0].Viewing != "manage/audit" {
		t.Fatalf("the owner sees inside %+v", now)
	}

	Must(marie.Revoke(g))
	_, err := Call(inside, api.GetSupportView, api.Org{Org: w.Acme})
	if p := Refused(t, err, errs.Unauthenticated); p.Detail != "Your access was revoked." {
		t.Fatalf("the agent is told %q", p.Detail)
	}
	_, err = sofia.Enter(g)
	if p := Refused(t, err, errs.Conflict); p.State != string(access.Revoked) {
		t.Fatalf("state %q", p.State)
	}
	if b := sofia.Found(w.Acme).Button; b != api.ButtonRequest {
		t.Fatalf("after the end the button is %q", b)
	}

	feed := Must(Call(marie, api.ListSupportActivity, api.ActivityIn{Org: api.Org{Org: w.Acme}, Page: api.Page{Limit: 50}}))
	want := []audit.Kind{audit.AccessRevoked, audit.SupportViewed, audit.SupportEntered, audit.AccessApproved, audit.AccessRequested}
	for i, k := range want {
		e := feed.Entries[i]
		if e.Kind != k || e.Grant != g.ID {
			t.Errorf("entry %d is %s of grant %s, want %s of %s", i, e.Kind, e.Grant, k, g.ID)
		}
	}
	if e := feed.Entries[1]; e.Actor.Kind != audit.BySupport || e.Actor.Name != "Sofia Keller" || e.Session != inside.Sitting {
		t.Errorf("what was done inside is recorded as %+v", e)
	}
	history := Must(Call(marie, api.ListAccessHistory, api.HistoryIn{Org: api.Org{Org: w.Acme}, Limit: 10}))
	if len(history.Requests) != 1 || history.Requests[0].Granted != 60 || history.Requests[0].Requested != 240 || history.Requests[0].State != access.Revoked {
		t.Errorf("history is %+v", history.Requests)
	}
	w.Verify()
}

// R06: other agents can use the grant, each with a personal session; named agents only, when the approver says so.
func TestOtherAgentsUseTheGrant(t *testing.T) {
	w := New(t)
	sofia, tom, marie := w.As(w.Sofia), w.As(w.Tom), w.As(w.Marie)
	g := Must(marie.Approve(Must(sofia.RequestAccess(w.Acme, time.Hour, "")), time.Hour))
	a, b := Must(sofia.Enter(g)), Must(tom.Enter(g))
	if a.Sitting == b.Sitting || a.Support == b.Support {
		t.Fatal("two agents share a session")
	}
	if f := tom.Found(w.Acme); !f.Usable || f.Mine || len(f.Inside) != 2 {
		t.Fatalf("the colleague's row is %+v", f)
	}

	r := Must(sofia.RequestAccess(w.Beta, time.Hour, ""))
	in := api.ApproveIn{RequestIn: api.RequestIn{Org: api.Org{Org: w.Beta}, Request: r.ID}}
	in.Body.Minutes, in.Body.NamedOnly, in.Body.Seen = 60, true, r.Fingerprint()
	named := Must(Call(w.As(w.Luc), api.ApproveAccess, in))
	_, err := tom.Enter(named)
	Refused(t, err, errs.Forbidden)
	if f := tom.Found(w.Beta); f.Button != api.ButtonRequest {
		t.Fatalf("the button of one who is not named is %q", f.Button)
	}
}

// A second entry of the same agent takes the place of the first: one person is in one place.
func TestEnteringAgainEndsTheEarlierSession(t *testing.T) {
	w := New(t)
	sofia := w.As(w.Sofia)
	g := Must(w.As(w.Marie).Approve(Must(sofia.RequestAccess(w.Acme, time.Hour, "")), time.Hour))
	first, second := Must(sofia.Enter(g)), Must(sofia.Enter(g))
	_, err := Call(first, api.GetSupportView, api.Org{Org: w.Acme})
	Refused(t, err, errs.Unauthenticated)
	Must(Call(second, api.GetSupportView, api.Org{Org: w.Acme}))
}

// Joined requests are one card and one decision; a card that changed since it was shown is not decided blindly (TH15).
func TestJoinedRequestIsOneDecision(t *testing.T) {
	w := New(t)
	sofia, tom, marie := w.As(w.Sofia), w.As(w.Tom), w.As(w.Marie)
	shown := Must(sofia.RequestAccess(w.Acme, time.Hour, ""))
	joined := Must(tom.RequestAccess(w.Acme, 8*time.Hour, "me too"))
	if joined.ID != shown.ID || len(joined.Requesters) != 2 {
		t.Fatalf("joined %+v", joined)
	}
	_, err := tom.RequestAccess(w.Acme, time.Hour, "")
	Refused(t, err, errs.Conflict)
	_, err = marie.Approve(shown, time.Hour)
	Refused(t, err, errs.Conflict)

	after := Must(sofia.Withdraw(joined))
	if after.State != access.Pending || len(after.Requesters) != 1 {
		t.Fatalf("after one withdrew: %+v", after)
	}
	if f := sofia.Found(w.Acme); f.Button != api.ButtonJoin {
		t.Fatalf("who withdrew has the button %q", f.Button)
	}
	Must(marie.Approve(after, time.Hour))
	if f := tom.Found(w.Acme); f.Button != api.ButtonEnter {
		t.Fatalf("who stayed has the button %q", f.Button)
	}
}

// Who may decide (C12, K13, R05): the owner and who was given the right, judged from the rows of that moment.
func TestWhoMayDecide(t *testing.T) {
	w := New(t)
	r := Must(w.As(w.Sofia).RequestAccess(w.Acme, time.Hour, ""))
	for _, p := range []*Persona{w.Jonas, w.Paul} { // an administrator of the account is not an approver
		_, err := w.As(p).Approve(r, time.Hour)
		Refused(t, err, errs.Forbidden)
		_, err = w.As(p).Reject(r, "")
		Refused(t, err, errs.Forbidden)
	}
	for _, p := range []*Persona{w.Luc, w.Gina} { // of another organization: it doesn't exist
		_, err := w.As(p).Approve(r, time.Hour)
		Refused(t, err, errs.NotFound)
	}
	_, err := w.As(w.Tom).Approve(r, time.Hour)
	Refused(t, err, errs.NotFound)
	_, err = w.As(w.Nobody).Approve(r, time.Hour)
	Refused(t, err, errs.Unauthenticated)

	// A contact who also works for the provider decides nothing, however they got the right.
	w.Exec(`UPDATE staff SET login = ? WHERE id = ?`, w.Nadia.Login, w.Tom.Staff)
	_, err = w.As(&Persona{Name: "Nadia", Login: w.Nadia.Login}).Approve(r, time.Hour)
	Refused(t, err, errs.Forbidden)

	// The right is judged at the decision: a page opened before it was taken away does not help.
	marie := w.As(w.Marie)
	w.Exec(`UPDATE contact SET owner = FALSE WHERE id = ?`, w.Marie.Contact)
	_, err = marie.Approve(r, time.Hour)
	Refused(t, err, errs.Forbidden)
}

// Wrong input names its field; wrong states tell the state; an unknown and a foreign organization answer alike.
func TestWhatBadInputGets(t *testing.T) {
	w := New(t)
	sofia, marie := w.As(w.Sofia), w.As(w.Marie)
	ask := func(minutes int) (access.Request, error) {
		in := api.AskIn{Org: api.Org{Org: w.Beta}}
		in.Body.Minutes = minutes
		return Call(sofia, api.RequestAccess, in)
	}
	for _, minutes := range []int{0, 5, 24*60 + 1, 20_000} {
		_, err := ask(minutes)
		p := Refused(t, err, errs.Invalid)
		if len(p.Errors) != 1 || p.Errors[0].Location != "minutes" && p.Errors[0].Location != "body.minutes" || p.Status != 422 {
			t.Errorf("%d minutes: %d %+v", minutes, p.Status, p.Errors)
		}
	}
	Must(ask(24 * 60))
	r := Must(sofia.RequestAccess(w.Acme, time.Hour, ""))
	Must(sofia.Withdraw(r))
	_, err := marie.Approve(r, time.Hour)
	if p := Refused(t, err, errs.Conflict); p.State != "withdrawn" || p.Status != 409 {
		t.Errorf("approving a withdrawn one: %+v", p)
	}
	_, absent := marie.Approve(access.Request{Org: "018f0000-0000-7000-8000-000000000000", ID: r.ID}, time.Hour)
	_, foreign := marie.Approve(access.Request{Org: w.Beta, ID: r.ID}, time.Hour)
	a, b := Refused(t, absent, errs.NotFound), Refused(t, foreign, errs.NotFound)
	a.Ref, b.Ref = "", ""
	if fmt.Sprint(a) != fmt.Sprint(b) || a.Status != 404 {
		t.Errorf("absent gives %+v, foreign %+v", a, b)
	}
	_, err = w.As(w.Luc).Revoke(access.Request{Org: w.Beta, ID: r.ID}) // another organization's request under one's own
	Refused(t, err, errs.NotFound)
}

// TH15: however many decide at once, one decision stands.
func TestRacingDecisionsHaveOneWinner(t *testing.T) {
	w := New(t)
	marie, sofia := w.As(w.Marie), w.As(w.Sofia)
	for round := range 5 {
		r := Must(sofia.RequestAccess(w.Acme, time.Hour, ""))
		var wg sync.WaitGroup
		results := make(chan error, 8)
		for i := range 8 {
			wg.Go(func() {
				var err error
				switch i % 4 {
				case 0, 1:
					_, err = marie.Approve(r, time.Duration(i+1)*time.Hour)
				case 2:
					_, err = marie.Reject(r, "no")
				case 3:
					_, err = sofia.Withdraw(r)
				}
				results <- err
			})
		}
		wg.Wait()
		won := 0
		for range 8 {
			if err := <-results; err == nil {
				won++
			} else {
				Refused(t, err, errs.Conflict)
			}
		}
		if won != 1 {
			t.Fatalf("round %d: %d decisions were accepted", round, won)
		}
		if s := marie.Remote(w.Acme); len(s.Active) == 1 {
			Must(marie.Revoke(s.Active[0].Request))
		}
	}
	w.Verify()
}

// R07, R11: time ends things by itself: requests lapse, grants expire, sessions with them, whoever looks or not.
func TestTimeEndsAccess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(t)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go w.Service.Run(ctx)
		marie, sofia := w.As(w.Marie), w.As(w.Sofia)
		r := Must(sofia.RequestAccess(w.Acme, time.Hour, ""))

		g := Must(marie.Approve(r, time.Hour))
		inside := Must(sofia.Enter(g))
		for range 5 {
			time.Sleep(10 * time.Minute)
			Must(Call(inside, api.GetSupportView, api.Org{Org: w.Acme})) // its requests keep the agent's sign-in alive
			Must(Call(marie, api.GetMe, api.None{}))
		}
		time.Sleep(10*time.Minute - time.Second)
		Must(Call(inside, api.GetSupportView, api.Org{Org: w.Acme}))
		time.Sleep(time.Second)
		_, err := Call(inside, api.GetSupportView, api.Org{Org: w.Acme})
		if p := Refused(t, err, errs.Unauthenticated); p.Detail != "Your access ended: its time was over." {
			t.Fatalf("the agent is told %q", p.Detail)
		}
		time.Sleep(time.Second)
		history := Must(Call(marie, api.ListAccessHistory, api.HistoryIn{Org: api.Org{Org: w.Acme}, Limit: 10}))
		if len(history.Requests) != 1 || history.Requests[0].State != access.Expired || !history.Requests[0].EndedAt.Equal(g.EndsAt) {
			t.Fatalf("history is %+v", history.Requests)
		}

		second := Must(sofia.RequestAccess(w.Acme, time.Hour, ""))
		time.Sleep(access.PendingFor)
		_, err = w.As(w.Marie).Approve(second, time.Hour)
		if p := Refused(t, err, errs.Conflict); p.State != string(access.Lapsed) {
			t.Fatalf("a request of three days ago is %q", p.State)
		}
		time.Sleep(time.Minute)
		if to := w.Mails("access_lapsed"); len(to) != 3 { // the agent, the owner, the approver
			t.Fatalf("mails went to %v", to)
		}
		w.Verify()
	})
}

// A new request where an old one is past its time but not yet written down as lapsed starts afresh.
func TestRequestAfterALapsedOneThatNobodySwept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(t)
		Must(w.As(w.Sofia).RequestAccess(w.Acme, time.Hour, "old"))
		time.Sleep(access.PendingFor + time.Hour)
		r := Must(w.As(w.Tom).RequestAccess(w.Acme, time.Hour, "new"))
		if r.Note != "new" || len(r.Requesters) != 1 {
			t.Fatalf("got %+v", r)
		}
	})
}

// More time is a wish of the agent and a decision of the customer; the grant stays within the organization's maximum.
func TestMoreTime(t *testing.T) {
	w := New(t)
	marie, sofia := w.As(w.Marie), w.As(w.Sofia)
	g := Must(marie.Approve(Must(sofia.RequestAccess(w.Acme, time.Hour, "")), time.Hour))
	inside := Must(sofia.Enter(g))
	ask := api.MoreTimeIn{Org: api.Org{Org: w.Acme}}
	ask.Body.Minutes = 60
	Must(Call(inside, api.AskMoreTime, ask))
	_, err := Call(inside, api.AskMoreTime, ask)
	Refused(t, err, errs.Conflict)
	if x := marie.Remote(w.Acme).Active[0].Extension; x == nil || x.Asked != 60 || x.By.Name != "Sofia Keller" {
		t.Fatalf("the owner sees %+v", x)
	}
	if me := Must(Call(marie, api.GetMe, api.None{})); me.Organizations[0].Waiting != 1 {
		t.Fatalf("%d decisions wait", me.Organizations[0].Waiting)
	}
	yes := api.MinutesIn{RequestIn: api.RequestIn{Org: api.Org{Org: w.Acme}, Request: g.ID}}
	yes.Body.Minutes = 30
	longer := Must(Call(marie, api.ApproveMoreTime, yes))
	if !longer.EndsAt.Equal(g.EndsAt.Add(30 * time.Minute)) {
		t.Fatalf("ends %v, was %v", longer.EndsAt, g.EndsAt)
	}
	if v := Must(Call(inside, api.GetSupportView, api.Org{Org: w.Acme})); !v.EndsAt.Equal(longer.EndsAt) || v.MoreAsked {
		t.Fatalf("the banner says %+v", v)
	}
	shorter := api.ChangeEndIn{RequestIn: yes.RequestIn}
	shorter.Body.EndsAt = time.Now().Add(20 * time.Minute)
	Must(Call(marie, api.ChangeAccessEnd, shorter))
	if v := Must(Call(inside, api.GetSupportView, api.Org{Org: w.Acme})); v.EndsAt.After(shorter.Body.EndsAt) {
		t.Fatalf("shortened to %v, the session ends %v", shorter.Body.EndsAt, v.EndsAt)
	}
	far := shorter
	far.Body.EndsAt = time.Now().Add(25 * time.Hour)
	_, err = Call(marie, api.ChangeAccessEnd, far)
	Refused(t, err, errs.Invalid)
}

// R12: the owner invites, any agent enters, leads hear of it.
func TestInvite(t *testing.T) {
	w := New(t)
	in := api.InviteIn{Org: api.Org{Org: w.Acme}}
	in.Body.Minutes, in.Body.Note = 60, "Look at the numbers"
	_, err := Call(w.As(w.Paul), api.InviteSupport, in)
	Refused(t, err, errs.Forbidden)
	g := Must(Call(w.As(w.Marie), api.InviteSupport, in))
	Must(w.As(w.Tom).Enter(g))
	if to := w.Mails("access_invited"); len(to) != 2 {
		t.Fatalf("mails went to %v", to)
	}
}

// R09: inside a support session nothing can be approved, invited, handed over or entered again, and every refusal is
// recorded.
func TestBarredInsideASupportSession(t *testing.T) {
	w := New(t)
	marie, sofia := w.As(w.Marie), w.As(w.Sofia)
	g := Must(marie.Approve(Must(sofia.RequestAccess(w.Acme, time.Hour, "")), time.Hour))
	inside := Must(sofia.Enter(g))
	invite := api.InviteIn{Org: api.Org{Org: w.Acme}}
	invite.Body.Minutes = 60
	_, err := Call(inside, api.InviteSupport, invite)
	Refused(t, err, errs.Forbidden)
	_, err = inside.Revoke(g)
	Refused(t, err, errs.Forbidden)
	set := api.ManagedByIn{Org: api.Org{Org: w.Acme}}
	set.Body.ManagedBy, set.Body.Consent = org.ServiceProvider, true
	_, err = Call(inside, api.SetManagedBy, set)
	Refused(t, err, errs.Forbidden)
	_, err = inside.Enter(g)
	Refused(t, err, errs.Forbidden)
	_, err = Call(inside, api.GetRemoteSupport, api.Org{Org: w.Beta}) // nor any other organization
	Refused(t, err, errs.NotFound)

	feed := Must(Call(marie, api.ListSupportActivity, api.ActivityIn{Org: api.Org{Org: w.Acme}, Page: api.Page{Limit: 50}}))
	refused := 0
	for _, e := range feed.Entries {
		if e.Kind == audit.AccessRefused && e.Outcome == audit.Refused && e.Grant == g.ID && e.Actor.Name == "Sofia Keller" {
			refused++
		}
	}
	if refused != 4 {
		t.Errorf("%d refusals inside the organization are recorded, want 4", refused)
	}
}

// TH13: whatever the agent's access hangs on, its end is the access's end.
func TestAccessEndsWithWhatItHangsOn(t *testing.T) {
	cases := map[string]func(w *World, marie, sofia, inside *Actor, g access.Request){
		"sign_out": func(w *World, _, sofia, _ *Actor, _ access.Request) {
			Must(Call(sofia, api.SignOut, api.None{}))
		},
		"agent_deactivated": func(w *World, _, _, _ *Actor, _ access.Request) {
			in := api.UpdateStaffIn{Staff: w.Sofia.Staff}
			in.Body.Role = org.Agent
			Must(Call(w.As(w.Ada), api.UpdateStaff, in))
		},
		"grant_finished_by_a_requester": func(w *World, _, sofia, _ *Actor, g access.Request) {
			Must(Call(sofia, api.FinishAccess, api.RequestIn{Org: api.Org{Org: w.Acme}, Request: g.ID}))
		},
		"revoked_by_a_lead": func(w *World, _, _, _ *Actor, g access.Request) {
			Must(Call(w.As(w.Anna), api.LeadRevokeAccess, api.RequestIn{Org: api.Org{Org: w.Acme}, Request: g.ID}))
		},
		"organization_suspended": func(w *World, _, _, _ *Actor, _ access.Request) {
			in := api.OrganizationStateIn{Org: api.Org{Org: w.Acme}}
			in.Body.State, in.Body.Reason = org.Suspended, "unpaid"
			Must(Call(w.As(w.Ada), api.SetOrganizationState, in))
		},
		"managed_by_changed": func(w *World, marie, _, _ *Actor, _ access.Request) {
			in := api.ManagedByIn{Org: api.Org{Org: w.Acme}}
			in.Body.ManagedBy, in.Body.Consent = org.ServiceProvider, true
			Must(Call(marie, api.SetManagedBy, in))
		},
	}
	for name, end := range cases {
		t.Run(name, func(t *testing.T) {
			w := New(t)
			marie, sofia := w.As(w.Marie), w.As(w.Sofia)
			g := Must(marie.Approve(Must(sofia.RequestAccess(w.Acme, time.Hour, "")), time.Hour))
			inside := Must(sofia.Enter(g))
			Must(Call(inside, api.GetSupportView, api.Org{Org: w.Acme}))
			end(w, marie, sofia, inside, g)
			_, err := Call(inside, api.GetSupportView, api.Org{Org: w.Acme})
			Refused(t, err, errs.Unauthenticated)
			if to := w.Mails("access_ended"); strings.HasPrefix(name, "organization") && len(to) != 3 { // the agent, the owner, the approver
				t.Errorf("mails went to %v", to)
			}
			w.Verify()
		})
	}
}

// Approving and entering want the password again once it was entered more than five minutes ago.
func TestStepUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(t)
		marie, sofia := w.As(w.Marie), w.As(w.Sofia)
		r := Must(sofia.RequestAccess(w.Acme, time.Hour, ""))
		time.Sleep(6 * time.Minute)
		_, err := marie.Approve(r, time.Hour)
		Refused(t, err, errs.StepUp)
		in := api.StepUpIn{}
		in.Body.Password = "not it at all, sorry"
		_, err = Call(marie, api.StepUp, in)
		if err == nil {
			t.Fatal("a wrong password was taken")
		}
		in.Body.Password = Password
		Must(Call(marie, api.StepUp, in))
		Must(marie.Approve(r, time.Hour))
	})
}

// R02: the search takes a UUID, a part of the name, the reference, and a phone number however it is written.
func TestSearch(t *testing.T) {
	w := New(t)
	sofia := w.As(w.Sofia)
	for q, want := range map[string]string{
		string(w.Acme): "uuid", "acme": "name", "20418": "reference", "+33 1 84 88 20 10": "phone", "01 84 88 20 10": "phone",
		"0033184882010": "phone", "+33 (0)1-84-88-20-10": "phone",
	} {
		got := Must(Call(sofia, api.SearchOrganizations, api.SearchIn{Query: q}))
		if len(got.Organizations) != 1 || got.Organizations[0].ID != w.Acme || got.Organizations[0].Matched != want || got.Organizations[0].OwnerName != "Marie Dubois" {
			t.Errorf("%q finds %+v, want Acme by %s", q, got.Organizations, want)
		}
	}
	for _, q := range []string{"%", "_", "no such", "99 99 99 99 99"} {
		if got := Must(Call(sofia, api.SearchOrganizations, api.SearchIn{Query: q})); len(got.Organizations) != 0 {
			t.Errorf("%q finds %d", q, len(got.Organizations))
		}
	}
	if got := Must(Call(sofia, api.SearchOrganizations, api.SearchIn{Query: "BÊTA"})); len(got.Organizations) != 1 {
		t.Errorf("a name in capitals with an accent finds %d", len(got.Organizations))
	}
	if got := Must(Call(sofia, api.SearchOrganizations, api.SearchIn{})); len(got.Organizations) != 0 {
		t.Errorf("with nothing open the hub lists %d", len(got.Organizations))
	}
	Must(sofia.RequestAccess(w.Acme, time.Hour, ""))
	if got := Must(Call(w.As(w.Tom), api.SearchOrganizations, api.SearchIn{})); len(got.Organizations) != 1 || got.Organizations[0].Button != api.ButtonJoin {
		t.Errorf("with a request open the hub lists %+v", got.Organizations)
	}
}

// TH13: a record is exported beside the writer, which revocations wait for.
func TestAuditExportLeavesTheWriterFree(t *testing.T) {
	w := New(t)
	marie := w.As(w.Marie)
	g := Must(marie.Approve(Must(w.As(w.Sofia).RequestAccess(w.Acme, time.Hour, "")), time.Hour))
	asked := 0
	inTheMiddle := func() bool { asked++; return asked > 5 } // statements ask before they run
	ctx := &meanwhile{Context: t.Context(), ready: inTheMiddle, do: func() { Must(marie.Revoke(g)) }}
	out, err := w.Service.ExportAudit(ctx, portal.Credential{As: api.AsCustomer, Session: login.HashToken(marie.Token)}, &api.Org{Org: w.Acme})
	if err != nil || !ctx.done || out.CSV == "" {
		t.Fatalf("got %d bytes, %v", len(out.CSV), err)
	}
	w.Verify()
}

// X04: the export holds the whole record, and no cell that a spreadsheet would run.
func TestAuditExportIsSafeToOpen(t *testing.T) {
	w := New(t)
	Must(w.As(w.Sofia).RequestAccess(w.Acme, time.Hour, "note"))
	w.Exec(`UPDATE contact SET name = '=HYPERLINK("http://x")' WHERE id = ?`, w.Marie.Contact)
	marie := w.As(w.Marie)
	Must(Call(marie, api.ExportAudit, api.Org{Org: w.Acme}))
	out := Must(Call(marie, api.ExportAudit, api.Org{Org: w.Acme}))
	if n := len(splitLines(out.CSV)); n != 3 { // head, request, first export
		t.Fatalf("%d lines:\n%s", n, out.CSV)
	}
	for _, line := range splitLines(out.CSV)[1:] {
		for _, cell := range splitCells(line) {
			if cell != "" && (cell[0] == '=' || cell[0] == '+' || cell[0] == '@') {
				t.Errorf("a formula: %q", cell)
			}
		}
	}
	head := Must(Call(marie, api.VerifyAudit, api.Org{Org: w.Acme}))
	if !head.Verified || head.Seq != 3 {
		t.Fatalf("head is %+v", head)
	}
}
