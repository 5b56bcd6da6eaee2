package portal_test

import (
	"testing"
	"time"

	. "countersign/backend/backendtest"
	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/org"
)

// R01, R03: managed by the provider, entry needs no request but a reason, is told to the customer, and changes hands
// only by the owner's consent.
func TestManagedByTheProvider(t *testing.T) {
	w := New(t)
	gina, sofia := w.As(w.Gina), w.As(w.Sofia)
	if f := sofia.Found(w.Gamma); f.Button != api.ButtonEnter || f.Cooling {
		t.Fatalf("the row is %+v", f)
	}
	_, err := sofia.RequestAccess(w.Gamma, time.Hour, "")
	Refused(t, err, errs.Conflict)
	_, err = sofia.EnterManaged(w.Acme, "because")
	Refused(t, err, errs.Conflict)

	inside := Must(sofia.EnterManaged(w.Gamma, "Ticket 4821"))
	if v := Must(Call(inside, api.GetSupportView, api.Org{Org: w.Gamma})); v.Role != access.Owner {
		t.Fatalf("entered as %s", v.Role)
	}
	now := gina.Remote(w.Gamma)
	if len(now.Active) != 1 || now.Active[0].Note != "Ticket 4821" || len(now.Active[0].Sessions) != 1 {
		t.Fatalf("the owner sees %+v", now.Active)
	}
	if to := w.Mails("access_entered"); len(to) != 1 || to[0] != w.Gina.Email {
		t.Fatalf("mails went to %v", to)
	}
	set := api.ManagedByIn{Org: api.Org{Org: w.Gamma}}
	set.Body.ManagedBy = org.Customer
	Must(Call(gina, api.SetManagedBy, set))
	_, err = Call(inside, api.GetSupportView, api.Org{Org: w.Gamma})
	Refused(t, err, errs.Unauthenticated)

	ada := w.As(w.Ada)
	_, err = Call(sofia, api.ProposeManagedBy, api.Org{Org: w.Gamma})
	Refused(t, err, errs.Forbidden)
	Must(Call(ada, api.ProposeManagedBy, api.Org{Org: w.Gamma}))
	if p := gina.Remote(w.Gamma).Proposal; p == nil || p.By != "Ada Stone" {
		t.Fatalf("the owner sees the proposal %+v", p)
	}
	set.Body.ManagedBy = org.ServiceProvider
	_, err = Call(gina, api.SetManagedBy, set)
	if p := Refused(t, err, errs.Invalid); p.Errors[0].Location != "consent" && p.Errors[0].Location != "body.consent" {
		t.Fatalf("without consent: %+v", p.Errors)
	}
	set.Body.Consent = true
	Must(Call(gina, api.SetManagedBy, set))
	_, err = ada.EnterManaged(w.Gamma, "now I can") // who brought it about can't, for 30 days
	Refused(t, err, errs.Forbidden)
	if !ada.Found(w.Gamma).Cooling {
		t.Error("the row doesn't say so")
	}
	Must(w.As(w.Tom).EnterManaged(w.Gamma, "Ticket 4822"))
	w.Verify()
}

// Leaving an unasked entry ends it: the next one needs a new reason.
func TestLeavingAManagedOrganizationEndsTheGrant(t *testing.T) {
	w := New(t)
	inside := Must(w.As(w.Sofia).EnterManaged(w.Gamma, "Ticket 4821"))
	Must(Call(inside, api.LeaveSupport, api.Org{Org: w.Gamma}))
	if now := w.As(w.Gina).Remote(w.Gamma); len(now.Active) != 0 {
		t.Fatalf("still open: %+v", now.Active)
	}
	_, err := Call(inside, api.GetMe, api.None{})
	Refused(t, err, errs.Unauthenticated)
}
