package portal_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	. "countersign/backend/backendtest"
	"countersign/backend/hub"
	"countersign/backend/login"
	"countersign/backend/portal"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/live"
	"countersign/shared/org"
)

// X03: who was away hears just what was missed; who was away too long is told to reload.
func TestReplay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(t)
		stream := live.Of(w.Acme)
		_, start, _, err := w.Service.Replay(t.Context(), stream, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		r := Must(w.As(w.Sofia).RequestAccess(w.Acme, time.Hour, ""))
		Must(w.As(w.Sofia).Withdraw(r))
		events, head, ok, err := w.Service.Replay(t.Context(), stream, start, 100)
		if err != nil || !ok || int64(len(events)) != head-start || len(events) < 4 {
			t.Fatalf("%d events up to %d, %v, %v", len(events), head, ok, err)
		}
		for i, e := range events {
			if e.Seq != start+int64(i)+1 || e.Org != w.Acme {
				t.Fatalf("event %d is %+v", i, e)
			}
		}
		if _, _, ok, _ := w.Service.Replay(t.Context(), stream, head+5, 100); ok {
			t.Error("a number that was never given out can be resumed from")
		}

		time.Sleep(8 * 24 * time.Hour)
		if err := w.Service.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, _, ok, _ := w.Service.Replay(t.Context(), stream, start, 100); ok {
			t.Error("events of last week are replayed in part")
		}
		if _, now, ok, _ := w.Service.Replay(t.Context(), stream, head, 100); now < head || !ok && now == head {
			t.Errorf("the newest number %d became %d", head, now)
		}
	})
}

// TH11, K13: what may be told is judged at each delivery, from the rows of that moment.
func TestAuthorizeFollowsTheRows(t *testing.T) {
	w := New(t)
	kinds := []live.Kind{live.Access, live.Activity, live.Organization, live.Staff}
	judge := func(stream live.Stream, sub *hub.Subscription) hub.Verdict {
		t.Helper()
		v, err := w.Service.Authorize(context.Background(), stream, kinds, []*hub.Subscription{sub})
		if err != nil {
			t.Fatal(err)
		}
		return v[0]
	}
	hears := func(v hub.Verdict) (list []live.Kind) {
		for i, k := range kinds {
			if v.Kinds.Has(i) {
				list = append(list, k)
			}
		}
		return list
	}

	paul := w.As(w.Paul)
	sub := &hub.Subscription{Stream: live.Of(w.Acme), Session: paul.Session, Login: w.Paul.Login}
	if got := hears(judge(live.Of(w.Acme), sub)); len(got) != 3 {
		t.Fatalf("a reader hears %v", got)
	}
	w.Exec(`UPDATE contact SET overrides = '{"remote_support.view":"deny","audit.view":"deny"}' WHERE id = ?`, w.Paul.Contact)
	if got := hears(judge(live.Of(w.Acme), sub)); len(got) != 1 || got[0] != live.Organization {
		t.Fatalf("without the rights a reader hears %v", got)
	}
	w.Exec(`UPDATE contact SET active = FALSE WHERE id = ?`, w.Paul.Contact)
	if v := judge(live.Of(w.Acme), sub); v.End == "" || v.Kinds != 0 {
		t.Fatalf("a deactivated contact: %+v", v)
	}

	tom := w.As(w.Tom)
	staff := &hub.Subscription{Stream: live.Provider, Session: tom.Session, Login: w.Tom.Login}
	if got := hears(judge(live.Provider, staff)); len(got) != 3 {
		t.Fatalf("an agent hears %v", got)
	}
	g := Must(w.As(w.Marie).Approve(Must(w.As(w.Sofia).RequestAccess(w.Acme, time.Hour, "")), time.Hour))
	inside := Must(tom.Enter(g))
	in := &hub.Subscription{Stream: live.Of(w.Acme), Session: tom.Session, Support: inside.Sitting}
	if v := judge(live.Of(w.Acme), in); v.End != "" || len(hears(v)) == 0 {
		t.Fatalf("inside: %+v", v)
	}
	if v := judge(live.Of(w.Beta), in); len(hears(v)) != 0 {
		t.Fatalf("inside Acme one hears of Bêta: %v", hears(v))
	}
	off := api.UpdateStaffIn{Staff: w.Tom.Staff}
	off.Body.Role = org.Agent
	Must(Call(w.As(w.Ada), api.UpdateStaff, off))
	for name, v := range map[string]hub.Verdict{"staff": judge(live.Provider, staff), "inside": judge(live.Of(w.Acme), in)} {
		if v.End == "" {
			t.Errorf("%s: a deactivated agent goes on listening", name)
		}
	}
}

// K13, TH11: a password alone tells a member of staff nothing, on the socket no more than by a call; what is about
// themselves they hear, or they could not set the factor on two pages at once.
func TestStaffWithoutASecondFactorHearNothingOfCustomers(t *testing.T) {
	w := New(t, WithSettings(portal.Settings{Brand: "Countersign", PublicURL: PublicURL}))
	sofia := w.As(w.Sofia)
	kinds := []live.Kind{live.Access, live.Activity, live.Organization, live.Staff, live.Me}
	sub := &hub.Subscription{Stream: live.Provider, Session: sofia.Session, Login: w.Sofia.Login}
	hears := func() (list []live.Kind) {
		t.Helper()
		v, err := w.Service.Authorize(t.Context(), live.Provider, kinds, []*hub.Subscription{sub})
		if err != nil || v[0].End != "" {
			t.Fatalf("got %+v, %v", v, err)
		}
		for i, k := range kinds {
			if v[0].Kinds.Has(i) {
				list = append(list, k)
			}
		}
		return list
	}
	if got := hears(); len(got) != 1 || got[0] != live.Me {
		t.Errorf("without a second factor one hears of %v", got)
	}
	w.Exec(`UPDATE login SET totp_sealed = 'x' WHERE id = ?`, w.Sofia.Login)
	if got := hears(); len(got) != 4 {
		t.Errorf("with one, an agent hears of %v", got)
	}
}

// A stolen token that is tried on the socket first ends the sign-in as it does on a call.
func TestASocketFromElsewhereEndsTheSignIn(t *testing.T) {
	w := New(t)
	sofia := w.As(w.Sofia)
	thief := portal.Credential{As: api.AsStaff, Session: login.HashToken(sofia.Token), Bound: "198.51.100.0/24 Firefox", Address: "198.51.100.9"}
	if _, err := w.Service.Subscribe(t.Context(), thief, api.LiveIn{As: api.AsStaff}); !errs.Is(err, errs.Unauthenticated) {
		t.Fatalf("the thief got %v", err)
	}
	_, err := Call(sofia, api.GetMe, api.None{})
	Refused(t, err, errs.Unauthenticated)
}
