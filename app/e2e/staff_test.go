//go:build !js

package e2e

import (
	"strings"
	"testing"
	"time"

	"countersign/app/uitest"
	"countersign/backend/backendtest"
)

// An administrator creates an organization; its owner is invited. What is missing or wrong is said at its field.
func TestOrganizations_are_created_with_an_invitation(t *testing.T) {
	s := play(t)
	tab := s.open(s.Ada)
	visit(tab, "/organizations")
	press(tab, "main", "New organization")
	tab.Wait(`document.querySelector("#organization-new[open]")`)
	tab.NoViolations("new organization", "#organization-new")
	tab.Screenshot("organization-new", false)
	press(tab, "#organization-new", "Create and invite the owner")
	tab.Wait(`document.querySelectorAll("#organization-new [aria-invalid]").length === 4`)

	for id, text := range map[string]string{"new-name": "Delta Freight", "new-reference": "20418", "new-owner_name": "Dana Ortiz", "new-owner_email": "dana@delta.example"} {
		fill(tab, "#"+id, text)
	}
	choose(tab, "new-region", "US")
	press(tab, "#organization-new", "Create and invite the owner")
	tab.Wait(`document.querySelector("#new-reference[aria-invalid]")`) // Acme's
	fill(tab, "#new-reference", "20702")
	press(tab, "#organization-new", "Create and invite the owner")
	says(tab, "#toasts", "Delta Freight was created. dana@delta.example has been invited.")
	says(tab, "#organization-list", "Delta Freight")
	if to := s.Mails("invitation"); len(to) != 1 || to[0] != "dana@delta.example" {
		t.Errorf("invited: %v", to)
	}
}

// Suspending asks for the reason and is seen at once by a colleague who looks at the list.
func TestOrganizations_are_suspended_with_a_reason(t *testing.T) {
	s := play(t)
	tab, colleague := s.open(s.Ada), s.open(s.Sofia)
	visit(tab, "/organizations?q=20418")
	visit(colleague, "/organizations?q=20418")
	if main := colleague.Text("main"); strings.Contains(main, "New organization") {
		t.Error("an agent is offered to create organizations")
	}

	press(tab, "#organization-list", "More for Acme Telecom")
	press(tab, "#organization-list", "Suspend…")
	tab.Wait(`document.querySelector("#organization-state[open]")`)
	press(tab, "#organization-state", "Suspend")
	says(tab, "#organization-state", "Say why.")
	tab.NoViolations("suspending", "#organization-state")
	fill(tab, "#state-reason", "Unpaid since May.")
	press(tab, "#organization-state", "Suspend")
	says(tab, "#toasts", "Acme Telecom was suspended.")
	says(tab, "#organization-list", "Suspended")
	says(colleague, "#organization-list", "Suspended")
	tab.NoProblems()
	colleague.NoProblems()
}

// An administrator invites a colleague, changes a role, and deactivates: whoever is deactivated is out at once.
func TestStaff_are_invited_promoted_and_deactivated(t *testing.T) {
	s := play(t)
	tab, sofia := s.open(s.Ada), s.open(s.Sofia)
	visit(tab, "/staff")

	press(tab, "main", "Invite a colleague")
	fill(tab, "#invite-name", "Ben Ito")
	fill(tab, "#invite-email", "ben@provider.example")
	tab.NoViolations("invitation", "#staff-new")
	tab.Screenshot("staff-invite", false)
	press(tab, "#staff-new", "Send the invitation")
	says(tab, "#staff-list", "Invited")
	if to := s.Mails("staff_invitation"); len(to) != 1 || to[0] != "ben@provider.example" {
		t.Errorf("invited: %v", to)
	}
	press(tab, "#staff-list", "More for Ben Ito")
	press(tab, "#staff-list", "Send the invitation again")
	says(tab, "#toasts", "The earlier link no longer works.")

	press(tab, "#staff-list", "More for Sofia Keller")
	press(tab, "#staff-list", "Change role…")
	tab.Wait(`document.querySelector("#staff-change[open]")`)
	tab.Click("#change-role-1")
	press(tab, "#staff-change", "Change role")
	says(tab, "#toasts", "Sofia Keller is now: Lead.")
	says(sofia, "#nav", "Audit") // her menu grows while she looks at it

	r := backendtest.Must(s.As(s.Sofia).RequestAccess(s.Acme, time.Hour, ""))
	press(tab, "#staff-list", "More for Sofia Keller")
	press(tab, "#staff-list", "Deactivate…")
	says(tab, "#staff-change", "At once Sofia Keller is signed out everywhere")
	tab.NoViolations("deactivating", "#staff-change")
	tab.Screenshot("staff-deactivate", false)
	press(tab, "#staff-change", "Deactivate")
	says(tab, "#staff-list", "Deactivated")
	says(sofia, "main .banner", "deactivated")
	sofia.Screenshot("staff-deactivated", false)
	for _, p := range s.As(s.Marie).Remote(s.Acme).Pending {
		if p.ID == r.ID {
			t.Error("her request still waits")
		}
	}
	tab.NoProblems()
}

// Nobody changes their own role or deactivates themselves, and agents change nobody.
func TestStaff_change_not_themselves(t *testing.T) {
	s := play(t)
	tab := s.open(s.Ada)
	visit(tab, "/staff")
	press(tab, "#staff-list", "More for Ada Stone")
	says(tab, "#staff-list", "Nobody changes their own role or access.")
	agent := s.open(s.Tom)
	visit(agent, "/staff")
	if n := uitest.Eval[int](agent, `document.querySelectorAll("#staff-list button").length`); n != 0 {
		t.Errorf("an agent is offered %d acts", n)
	}
	if nav := agent.Text("#nav"); strings.Contains(nav, "Audit") {
		t.Error("an agent's menu has the record")
	}
	visit(agent, "/staff")
	agent.Go("/audit")
	says(agent, "main", "Only leads or administrators see this page.")
	agent.NoProblems()
}

// Leads read the provider's record and any organization's.
func TestStaffAudit_reads_the_provider_and_organizations(t *testing.T) {
	s := play(t)
	backendtest.Must(s.As(s.Sofia).RequestAccess(s.Acme, time.Hour, ""))
	tab := s.open(s.Anna)
	visit(tab, "/audit")
	says(tab, "#audit-list", "Anna Roth signed in")
	visit(tab, "/organizations?q=20418")
	press(tab, "#organization-list", "More for Acme Telecom")
	press(tab, "#organization-list", "Record")
	arrived(tab, "/audit?org="+string(s.Acme))
	says(tab, "main", "The record of Acme Telecom, 20418.")
	says(tab, "#audit-list", "Sofia Keller asked for access (1 hour)")
	press(tab, "main", "Back to the provider’s record")
	arrived(tab, "/audit")
	says(tab, "#audit-list", "Anna Roth signed in")
	tab.NoProblems()
}
