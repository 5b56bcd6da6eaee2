//go:build !js

package pages

import (
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/i18n"
	"countersign/shared/id"
	"countersign/shared/significant"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// C13: whoever is verified sees by whom, with the words that they will hear, on every page; "That's not me" ends it at
// once and says what has happened.
func TestCalls_are_seen_and_ended(t *testing.T) {
	w := backendtest.New(t)
	sofia := w.As(w.Sofia)
	v := visitAs(t, w, w.Jonas)
	bar := &callBar{At: v.seat(pageProfile)}
	v.open(bar)
	if got := flat(v.wait()); got != "" {
		t.Errorf("without a call the bar says %q", got)
	}
	c := call(t, w, sofia, w.Jonas.Contact)
	bar.load(bar.ctx)
	v.says("Sofia Keller of Countersign is verifying you.", "Sofia will say:", c.Counter, "That’s not me")

	page := &MyCode{At: v.seat(pageMyCode)}
	v.open(page)
	v.says("Sofia Keller of Countersign is verifying you.", c.Counter, "Nothing checked yet", "it isn’t us")
	page.calls.deny(callView{At: page.At, Ctx: page.ctx, Reload: func(ctx app.Context) { page.load(ctx, true) }}, &page.state.value.Calls[0])
	v.says("The verification was ended.", "Sofia Keller can do nothing with it", "Marie Dubois and the lead of the Support team were told.")
	v.saysNot(c.Counter)
	said := api.CheckCallerIn{VerificationIn: api.VerificationIn{Org: v.seat("").OrgIn(), Verification: c.ID}}
	said.Body.Heard = "anything"
	if _, err := backendtest.Call(sofia, api.CheckCaller, said); err == nil {
		t.Error("the agent can go on")
	}
}

// C13: the owner sees calls about anybody, others only their own.
func TestCalls_of_others_are_the_owners_to_see(t *testing.T) {
	w := backendtest.New(t)
	c := call(t, w, w.As(w.Sofia), w.Jonas.Contact)
	marie := visitAs(t, w, w.Marie)
	marie.open(&Home{At: marie.seat(client.PageHome)})
	marie.says("Sofia Keller of Countersign is verifying a caller who says to be Jonas Meier.", c.Counter, "End the verification")
	paul := visitAs(t, w, w.Paul)
	paul.open(&Home{At: paul.seat(client.PageHome)})
	paul.saysNot(c.Counter, "verifying")
}

// C12: a significant change waits on Home and on its page; whoever may approve decides it there.
func TestChanges_are_decided(t *testing.T) {
	w := backendtest.New(t)
	withCode(t, w)
	first := asked(t, w, "Cancel web-01 at the end of the month")
	second := asked(t, w, "Cancel web-02 at once")
	v := visitAs(t, w, w.Marie)
	if m, _ := v.seat("").Member(); m.Changes != 2 || m.Waiting != 0 {
		t.Errorf("%d changes and %d decisions about remote access wait", m.Changes, m.Waiting)
	}
	h := &Home{At: v.seat(client.PageHome)}
	v.open(h)
	v.says("2 waiting", "Marie Dubois asks for a cancellation", "Verified on the phone by Sofia Keller", "with the account-wide code", "ticket 4821", first.Subject, "The old server is empty.", "Approve")

	p := &Changes{At: v.seat(pageChanges)}
	v.open(p)
	v.says("2 pending", first.Subject, second.Subject, "Nothing has been decided yet.")
	p.cards.of(first.ID).approve(p.view(), &first)
	v.wait()
	p.cards.of(second.ID).reason = "Not before spring."
	if u := v.session.Unsent(); len(u) != 1 {
		t.Errorf("unsent: %+v", u)
	}
	p.cards.of(second.ID).reject(p.view(), &second)
	v.says("Nothing waits for a decision", "Approved", "Rejected", "Not before spring.", "Marie Dubois, through Sofia Keller")
	for _, c := range ask(t, w.As(w.Sofia), api.ListCalls, api.None{}).Changes {
		if want := map[id.Change]significant.State{first.ID: significant.Approved, second.ID: significant.Rejected}[c.ID]; c.State != want {
			t.Errorf("%s is %s for the agent, want %s", c.Subject, c.State, want)
		}
	}
}

// A change that goes away under the approver's eyes is not decided unseen: the page says what became of it.
func TestChanges_gone_meanwhile(t *testing.T) {
	w := backendtest.New(t)
	withCode(t, w)
	c := asked(t, w, "Cancel web-01")
	v := visitAs(t, w, w.Marie)
	p := &Changes{At: v.seat(pageChanges)}
	v.open(p)
	ask(t, w.As(w.Sofia), api.WithdrawChange, api.ChangeIn{Org: v.seat("").OrgIn(), Change: c.ID})
	p.load(p.ctx, true)
	v.says("Sofia Keller withdrew this", "Cancel web-01", "Withdrawn")
	v.saysNot("Reject")
}

// C12: who may only look has no buttons, and is told who decides.
func TestChanges_to_look_at_only(t *testing.T) {
	w := backendtest.New(t)
	withCode(t, w)
	asked(t, w, "Cancel web-01")
	v := visitAs(t, w, w.Jonas)
	v.open(&Changes{At: v.seat(pageChanges)})
	v.says("Cancel web-01", "Marie Dubois")
	v.saysNot("Approve", "Reject")
}

// Pages of the history that were loaded stay when the first one is loaded again, and nothing is there twice.
func TestChanges_keep_what_was_loaded(t *testing.T) {
	decided := func(list ...id.Change) (out []significant.Change) {
		for _, c := range list {
			out = append(out, significant.Change{ID: c, State: significant.Approved})
		}
		return out
	}
	p := &Changes{past: decided("5", "4", "3", "2", "1")}
	p.take(api.Changes{Changes: append([]significant.Change{{ID: "9", State: significant.Pending}}, decided("7", "6", "5")...), Next: "5"})
	if got, want := ids(p.past), []id.Change{"7", "6", "5", "4", "3", "2", "1"}; !slices.Equal(got, want) || p.next != "" {
		t.Errorf("got %v, next %q, want %v", got, p.next, want)
	}
	p.take(api.Changes{Changes: decided("99", "98", "97"), Next: "97"}) // more came than a page holds
	if got := len(p.past); got != 3 || p.next != "97" {
		t.Errorf("%d entries, next %q: there would be a gap", got, p.next)
	}
}

// K11: the ownership is offered, shown to both sides and to nobody else, and moves when it is accepted.
func TestOwnership_moves_when_accepted(t *testing.T) {
	w := backendtest.New(t)
	marie := visitAs(t, w, w.Marie)
	p := &Ownership{At: marie.seat(pageOwnership)}
	marie.open(p)
	marie.says("Marie Dubois (you)", "Transfer the ownership", "Jonas Meier", "The ownership has never been offered.")
	in := api.OfferOwnershipIn{Org: marie.seat("").OrgIn()}
	in.Body.Contact = w.Jonas.Contact
	ask(t, marie.actor, api.OfferOwnership, in)
	p.load(p.ctx, true)
	marie.says("You offered the ownership to Jonas Meier", "Withdraw the offer")
	marie.saysNot("Transfer the ownership")

	paul := visitAs(t, w, w.Paul)
	paul.open(&Ownership{At: paul.seat(pageOwnership)})
	paul.says("Marie Dubois")
	paul.saysNot("offered the ownership to Jonas", "Accept", "Transfer the ownership")

	jonas := visitAs(t, w, w.Jonas)
	if m, _ := jonas.seat("").Member(); !m.Offer {
		t.Error("the menu does not say that something waits")
	}
	home := &Home{At: jonas.seat(client.PageHome)}
	jonas.open(home)
	jonas.says("Marie Dubois offers you the ownership of the organization", "Accept the ownership", "Decline")
	mine := &Ownership{At: jonas.seat(pageOwnership)}
	jonas.open(mine)
	jonas.says("The ownership is offered to you", "can’t take the ownership back without you")
	now := ask(t, jonas.actor, api.AcceptOwnership, api.TransferIn{Org: jonas.seat("").OrgIn(), Transfer: mine.state.value.Pending.ID})
	jonas.do(mine.ctx, func() { mine.done(mine.ctx, now, ui.T("owner.accepted")) })
	jonas.says("You own the organization now.", "Jonas Meier (you)", "Marie Dubois → Jonas Meier", "Accepted")
}

// C14, K15: what is recorded of codes, callers, changes, contacts and ownership reads as a sentence in both languages,
// with everything filled in.
func TestSentences_of_codes_and_contacts(t *testing.T) {
	defer ui.SetLocale(i18n.EN)
	caller := map[string]string{"caller": "Jonas Meier", "agent": "Sofia Keller", "channel": "phone", "ticket": "4821", "matched": "own", "left": "3"}
	change := map[string]string{"subject": "Cancel web-01", "caller": "Jonas Meier", "agent": "Sofia Keller", "kind": "cancellation", "verification": "v"}
	holder := map[string]string{"holder": "Acme Telecom", "name": "Jonas Meier", "which": "one", "until": "2026-11-22T14:00:00Z", "why": "misses"}
	person := map[string]string{"name": "Jonas Meier", "email": "j@example.test", "what": "phone, address", "reason": "Left the firm."}
	for _, l := range i18n.Locales() {
		ui.SetLocale(l)
		for kind, detail := range map[audit.Kind]map[string]string{
			audit.CodeSet: holder, audit.CodeChanged: holder, audit.CodeRemoved: holder, audit.CodeRevealed: holder, audit.CodeLocked: holder,
			audit.CodeUnlocked: holder, audit.CodeVoided: holder, audit.CodeKept: holder, audit.CodeRotationProposed: holder, audit.PhraseMade: nil,
			audit.VerificationStarted: caller, audit.VerificationMatched: caller, audit.VerificationFailed: caller, audit.VerificationLocked: caller,
			audit.VerificationNoCode: caller, audit.VerificationClosed: caller, audit.VerificationDenied: caller,
			audit.AgentPaused:      {"agent": "Sofia Keller", "until": "2026-11-22T14:00:00Z"},
			audit.MinorChangeAsked: {"subject": "Add a number", "caller": "Jonas Meier", "agent": "Sofia Keller", "channel": "chat"},
			audit.ChangeAsked:      change, audit.ChangeApproved: change, audit.ChangeRejected: change, audit.ChangeWithdrawn: change, audit.ChangeLapsed: change,
			audit.OrganizationChanged: {"what": "phone, address, fields"}, audit.OwnershipOffered: {"to": "Jonas Meier"},
			audit.OwnershipWithdrawn: {"from": "Marie", "to": "Jonas", "state": "withdrawn"}, audit.OwnershipLapsed: {"from": "Marie", "to": "Jonas", "state": "lapsed"},
			audit.OwnershipDeclined:    {"from": "Marie", "to": "Jonas", "state": "declined"},
			audit.OwnershipTransferred: {"from": "Marie", "to": "Jonas"},
			audit.ContactCreated:       person, audit.ContactChanged: person, audit.ContactPermissions: person, audit.ContactAccessGiven: person,
			audit.ContactAccessTaken: person, audit.ContactDeactivated: person, audit.ContactReactivated: person, audit.ContactDeleted: person,
			audit.InvitationCancelled: person, audit.FieldDefined: person, audit.FieldChanged: person, audit.FieldRetired: person,
		} {
			e := audit.Entry{Kind: kind, Detail: detail, At: time.Now().UnixMilli(), Actor: audit.Actor{Kind: audit.ByContact, Name: "Marie Dubois"}}
			if got := text(sentence(e)); strings.ContainsAny(got, "{}") || strings.Contains(got, "audit.") || got == "" {
				t.Errorf("%s, %s: %q", l, kind, got)
			}
		}
	}
}
