//go:build !js

package e2e

import (
	"strings"
	"testing"
	"time"

	"countersign/app/uitest"
	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/perm"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func remotePath(o organization) string { return "/o/" + string(o) + "/manage/remote-support" }

// R06: a colleague can use a running grant, unless it is only for those who asked.
func TestRemote_grants_are_open_to_colleagues_or_named_agents_only(t *testing.T) {
	s := play(t)
	owner, colleague := s.open(s.Marie), s.open(s.Tom)
	visit(owner, remotePath(s.Acme))
	visit(colleague, "/hub/remote-support?q=20418")

	r := backendtest.Must(s.As(s.Sofia).RequestAccess(s.Acme, time.Hour, ""))
	says(colleague, "#hub-table", "Sofia Keller asked at ")
	says(colleague, "#hub-table", "Join the request")
	press(owner, "#pending", "Approve for 1 hour")
	says(colleague, "#hub-table", "Approved for Sofia Keller, you can use it until ")
	says(colleague, "#hub-table", "Login to support")
	backendtest.Must(s.As(s.Marie).Revoke(r))
	says(colleague, "#hub-table", "Request Access")

	r = backendtest.Must(s.As(s.Sofia).RequestAccess(s.Acme, time.Hour, ""))
	owner.Click("#named-" + string(r.ID))
	owner.Wait(`document.getElementById(` + js("named-"+string(r.ID)) + `).checked`)
	press(owner, "#pending", "Approve for 1 hour")
	says(owner, "#inside", "only for Sofia Keller")
	backendtest.Must(s.As(s.Sofia).Enter(s.grant(s.Acme)))
	says(owner, "#inside", "Sofia Keller is viewing")
	says(colleague, "#hub-table", "Request Access")
	if row := colleague.Text("#hub-table"); strings.Contains(row, "Login to support") {
		t.Errorf("a colleague is offered %q", row)
	}
	owner.NoProblems()
	colleague.NoProblems()
}

// R05, R07: the end is moved, more time is asked for and decided, and at the end everything is cut.
func TestRemote_time_is_changed_asked_for_and_over(t *testing.T) {
	s := play(t)
	r := backendtest.Must(s.As(s.Sofia).RequestAccess(s.Acme, time.Hour, ""))
	backendtest.Must(s.As(s.Marie).Approve(r, time.Hour))
	owner, agent := s.open(s.Marie), s.open(s.Sofia)
	visit(owner, remotePath(s.Acme))
	press(agent, "#hub-table", "Login to support: Acme Telecom")
	says(agent, "#support-banner", "Ends in ")

	press(owner, "#inside", "Change end: Sofia Keller")
	pick(owner, "end-duration", "Another duration…")
	if got := owner.Focused(); got != "end-duration" {
		t.Errorf("choosing a duration of one's own moved the focus to %q", got)
	}
	replace(owner, "end-duration-hours", "0")
	press(owner, "#change-end", "Change end")
	says(owner, "#change-end", "Choose an end in the future.")
	owner.Wait(`document.activeElement.id === "end-duration-hours"`)
	owner.NoViolations("wrong end", "#change-end")
	replace(owner, "end-duration-minutes", "4")
	press(owner, "#change-end", "Change end")
	says(owner, "#toasts", "Access now ends at ")
	owner.Wait(`document.activeElement.id === ` + js("change-end-"+string(r.ID)))

	says(agent, "#toasts", "The customer changed the end: access lasts until ")
	askMore := func() {
		press(agent, "#support-banner", "Ask for more time")
		says(agent, "#more-time", "The customer decides.")
		press(agent, "#more-time", "Submit")
		says(agent, "#support-banner", "You asked for more time: the customer decides.")
		says(owner, "#inside", "Sofia Keller asks for 1 hour more.")
	}
	askMore()
	owner.NoViolations("more time asked for")
	press(owner, "#inside", "Reject")
	says(agent, "#toasts", "You get no more time: access lasts until ")
	askMore()
	press(owner, "#inside", "Approve for 1 hour")
	says(agent, "#toasts", "You have more time: access lasts until ")
	says(agent, "#support-banner", "Ends in 1\u00a0h")

	// One agent is in one place: entering elsewhere ends the stay here, and coming back begins another.
	backendtest.Must(s.As(s.Sofia).Enter(r))
	says(agent, "main .banner", "You entered this organization again in another window.")
	press(agent, "main", "Back to the Support Hub")
	press(agent, "#hub-table", "Login to support: Acme Telecom")
	says(agent, "#support-banner", "Ends in 1\u00a0h")
	says(agent, "h1", "Home")

	in := api.ChangeEndIn{RequestIn: api.RequestIn{Org: api.Org{Org: s.Acme}, Request: r.ID}}
	in.Body.EndsAt = s.Clock.Now().Add(2 * time.Second)
	backendtest.Must(backendtest.Call(s.As(s.Marie), api.ChangeAccessEnd, in))
	says(agent, "main .banner", "Your access ended at ")
	says(agent, "main .banner", "its time was over.")
	says(owner, "#inside", "Nobody from support has access.")
	says(owner, "#history", "Expired")
	owner.NoProblems()
}

// R01, R03, R12: support is invited; the owner hands the organization over with consent; an agent enters with a reason,
// is seen, and leaves; the owner takes it back.
func TestRemote_is_invited_handed_over_and_taken_back(t *testing.T) {
	s := play(t)
	owner, agent := s.open(s.Marie), s.open(s.Sofia)
	visit(owner, remotePath(s.Acme))
	visit(agent, "/hub/remote-support?q=acme")

	press(owner, "main", "Invite support")
	owner.Type("#invite-note", "Please look at the Paris numbers.")
	owner.NoViolations("invitation", "#invite")
	press(owner, "#invite", "Invite for 1 hour")
	says(owner, "#inside", "Any agent of the Support team may enter")
	says(agent, "#hub-table", "The customer invited support until ")

	// The limit of the organization holds for what is offered.
	pick(owner, "maximum", "4 hours")
	says(owner, "#toasts", "Longest access is now 4 hours.")
	press(owner, "main", "Invite support")
	owner.Wait(`[...document.getElementById("invite-duration").options].map(o => o.text).join() === "1 hour,4 hours,Another duration…"`)
	press(owner, "#invite", "Cancel")
	press(owner, "#toasts", "Undo")
	says(owner, "#toasts", "Longest access is now 24 hours.")
	dismiss(owner)

	// The provider proposes; nothing changes until the owner agrees.
	backendtest.Must(backendtest.Call(s.As(s.Ada), api.ProposeManagedBy, api.Org{Org: s.Acme}))
	says(owner, "main .banner", "Ada Stone of the service provider proposed")
	says(agent, "#hub-table", "proposal waits")
	press(owner, "main .banner", "Review")
	press(owner, "#managed-dialog", "Let the provider manage it")
	says(owner, "#managed-dialog", "Tick that you agree")
	owner.Wait(`document.activeElement.id === "consent"`)
	owner.NoViolations("consent", "#managed-dialog")
	owner.Click("#consent")
	press(owner, "#managed-dialog", "Let the provider manage it")
	says(owner, "#toasts", "The service provider manages your organization.")
	owner.Wait(`document.getElementById("managed-1").checked && !document.getElementById("maximum")`)
	says(owner, "#history", "who manages the organization was changed")
	if f := s.As(s.Ada).Found(s.Acme); !f.Cooling {
		t.Error("whoever proposed it may enter at once")
	}

	// R03: no request, but a reason, and the customer sees it.
	says(agent, "#hub-table", "Service Provider")
	press(agent, "#hub-table", "Login to support: Acme Telecom")
	press(agent, "#enter-managed", "Login to support")
	says(agent, "#enter-managed", "Say why you enter.")
	agent.Wait(`document.activeElement.id === "enter-reason"`)
	agent.NoViolations("reason", "#enter-managed")
	agent.Type("#enter-reason", "Ticket 4831: the Paris numbers are not reachable.")
	press(agent, "#enter-managed", "Login to support")
	says(agent, "#support-banner", "You are in Acme Telecom as owner.")
	says(owner, "#inside", "Sofia Keller is viewing Home")
	says(owner, "#inside blockquote", "Ticket 4831")
	agent.Run(`setTimeout(() => [...document.querySelectorAll("#support-banner .btn")].find(b => b.innerText === "Leave").click())`)
	across(t, agent, `location.pathname === "/hub/remote-support" && document.querySelector("#hub-table")`)
	says(owner, "#inside", "Nobody from support has access.")

	owner.Click("#managed-0")
	press(owner, "#managed-dialog", "Manage it ourselves")
	owner.Wait(`document.getElementById("managed-0").checked`)
	says(agent, "#hub-table", "Request Access")
	owner.NoProblems()
	agent.NoProblems()
}

// R05: who may see and not decide sees no buttons, and who decides; who may not see is told so.
func TestRemote_shows_only_what_one_may_do(t *testing.T) {
	s := play(t)
	backendtest.Must(s.As(s.Sofia).RequestAccess(s.Acme, time.Hour, "Calls fail."))
	reader := s.open(s.Paul)
	visit(reader, remotePath(s.Acme))
	says(reader, "#pending", "Marie Dubois or another approver decides.")
	if n := uitest.Eval[int](reader, `document.querySelectorAll("#pending button, #invite-support, #managed, #maximum").length`); n != 0 {
		t.Errorf("a reader is offered %d acts", n)
	}
	reader.NoViolations("reader")

	stranger := s.open(s.AddContact(s.Acme, "Bea Lang", perm.Billing))
	if nav := stranger.Text("#nav"); strings.Contains(nav, "Remote Support") {
		t.Errorf("the menu offers %q", nav)
	}
	visit(stranger, remotePath(s.Acme))
	says(stranger, "main", "Marie Dubois")
	if main := stranger.Text("main"); strings.Contains(main, "Sofia Keller") {
		t.Errorf("who may not see it sees %q", main)
	}
	stranger.NoViolations("no right")
	reader.NoProblems()
	stranger.NoProblems()
}

// R04: the link of a mail leads through the sign-in to the card.
func TestRemote_link_of_a_mail_leads_to_the_card(t *testing.T) {
	s := play(t)
	backendtest.Must(s.As(s.Sofia).RequestAccess(s.Acme, time.Hour, "Calls fail."))
	tab := uitest.Open(t, s.URL)
	tab.Do(chromedp.Navigate(s.URL + remotePath(s.Acme)))
	across(t, tab, `location.pathname === "/sign-in" && document.querySelector("input[type=password]")`)
	s.enter(tab, s.Marie)
	arrived(tab, remotePath(s.Acme))
	says(tab, "#pending", "Sofia Keller asks to sign in as super_admin")
}

// R11: the history is read in pages, and what comes meanwhile is in it once.
func TestRemote_history_has_pages(t *testing.T) {
	s := play(t)
	past := func(by *backendtest.Actor) {
		backendtest.Must(by.Withdraw(backendtest.Must(by.RequestAccess(s.Acme, time.Hour, ""))))
	}
	for _, p := range []*backendtest.Persona{s.Sofia, s.Tom, s.Anna} { // one alone would soon be asked to slow down
		by := s.As(p)
		for range 4 {
			past(by)
		}
	}
	tab := s.open(s.Marie)
	visit(tab, remotePath(s.Acme))
	const rows = `new Set([...document.querySelectorAll("#history tbody tr")].map(r => r.id)).size`
	tab.Wait(rows + ` === 10`)
	tab.Run(`document.getElementById("history-more").focus()`)
	tab.Press(kb.Enter)
	tab.Wait(rows + ` === 12 && !document.getElementById("history-more")`)
	if got := tab.Focused(); got != "history-title" {
		t.Errorf("after the last page the focus is on %q", got)
	}
	past(s.As(s.Ada))
	tab.Wait(rows + ` === 13 && document.querySelectorAll("#history tbody tr").length === 13`)
	tab.NoProblems()
}

// X06: the story can be played without a pointer.
func TestRemote_works_by_keyboard_alone(t *testing.T) {
	s := play(t)
	owner, agent := s.open(s.Marie), s.open(s.Sofia)
	visit(agent, "/hub/remote-support?q=20418")

	tabTo(agent, "#act-"+string(s.Acme))
	agent.Press(kb.Enter)
	agent.Wait(`document.activeElement.id === "request-duration"`)
	agent.Press(kb.ArrowDown)
	tabTo(agent, "#request-note")
	agent.Press("Calls fail.")
	tabTo(agent, "#request-send")
	agent.Press(kb.Enter)
	agent.Wait(`document.activeElement.id === ` + js("act-"+string(s.Acme)) + ` && document.activeElement.innerText === "Withdraw"`)

	owner.Press("gr")
	arrived(owner, remotePath(s.Acme))
	owner.Wait(`document.activeElement.id === "page-title" && document.querySelector("#pending .request")`)
	tabTo(owner, "#pending [id^=approve-]")
	owner.Press(" ")
	owner.Wait(`document.activeElement.id === "inside-title"`)

	agent.Wait(`document.activeElement.id === ` + js("act-"+string(s.Acme)) + ` && document.activeElement.innerText === "Login to support"`)
	agent.Press(kb.Enter)
	agent.Wait(`document.activeElement.id === "page-title" && document.getElementById("support-banner")`)
	owner.Wait(`document.querySelector("#inside .avatar.live")`)
	tabTo(owner, "#inside [id^=revoke-]")
	owner.Press(kb.Enter)
	owner.Wait(`document.activeElement.id === "inside-title"`)
	agent.Wait(`document.activeElement.id === "page-title" && document.getElementById("over-again")`)
	tabTo(agent, "#over-again")
	agent.Press(kb.Enter)
	agent.Wait(`document.activeElement.id === "request-duration"`)
	agent.Press(kb.Escape)
	agent.Wait(`!document.querySelector("dialog[open]")`)
}

// tabTo presses Tab until the element has the focus, and fails when it never does.
func tabTo(tab *uitest.Tab, css string) {
	for range 60 {
		tab.Do(chromedp.KeyEvent(kb.Tab))
		if uitest.Eval[bool](tab, `document.activeElement.matches(`+js(css)+`)`) {
			return
		}
	}
	tab.Wait(`document.activeElement.matches(` + js(css) + `)`) // says what it waits for
}

// The card of a request that another approver decides while a reason is being typed hands the focus on, and no act is
// offered without a connection.
func TestRemote_card_that_goes_and_connection_that_is_lost(t *testing.T) {
	s := play(t)
	r := backendtest.Must(s.As(s.Sofia).RequestAccess(s.Acme, time.Hour, ""))
	tab := s.open(s.Marie)
	visit(tab, remotePath(s.Acme))

	offline(tab, true)
	tab.Wait(`document.querySelector("#approve-` + string(r.ID) + `[aria-disabled]")`)
	says(tab, "#pending", "You are offline. This can be done once the portal answers again.")
	tab.NoViolations("offline")
	offline(tab, false)
	tab.Wait(`!document.querySelector("#approve-` + string(r.ID) + `[aria-disabled]")`)
	tab.ForgetProblems() // requests that failed are what this was about

	press(tab, "#pending", "Reject")
	tab.Type("#reason-"+string(r.ID), "Not now")
	backendtest.Must(s.As(s.Nadia).Approve(r, time.Hour))
	says(tab, "#pending .banner", "Nadia Benali approved the request of Sofia Keller at ")
	tab.Wait(`document.activeElement.id === "pending-title"`)
	tab.Click(`#nav a[href$="/home"]`) // nothing that was typed is left to be kept
	arrived(tab, "/o/"+string(s.Acme)+"/home")
	tab.NoProblems()
}
