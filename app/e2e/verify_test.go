//go:build !js

package e2e

import (
	"strings"
	"testing"

	"countersign/app/uitest"
	"countersign/backend/backendtest"
	"countersign/shared/api"
)

// C10, C12, C13: a call from its beginning to its end as the agent has it: found again after a reload, changes written
// down, asked for, rejected and withdrawn, and stopped by the customer.
func TestVerify_as_the_agent_has_it(t *testing.T) {
	s := play(t)
	marie := s.As(s.Marie)
	set := api.SetMyCodeIn{Org: api.Org{Org: s.Acme}}
	set.Body.Code = "amber falcon ridge 42"
	backendtest.Must(backendtest.Call(marie, api.SetMyCode, set))

	tab := s.open(s.Sofia)
	visit(tab, "/organizations?q=20418")
	press(tab, "#organization-list", "Acme Telecom")
	says(tab, "#contact-list", "Marie Dubois")
	press(tab, "main", "Verify caller")
	says(tab, "#verify-start", "Account holder")
	press(tab, "#verify-start", "Begin")
	says(tab, "#verify-caller-note", "Choose who the caller says they are.")
	tab.Run(`document.querySelector("#verify-caller-0").click()`)
	tab.Settle()
	press(tab, "#verify-start", "Begin")
	tab.Wait(`document.querySelector("#verify-heard") === document.activeElement`)
	tab.Type("#verify-heard", "wrong words here 11")
	tab.Press("\r")
	says(tab, "#verify-answer", "No match, 4 tries left")
	tab.Wait(`document.querySelector("#verify-heard") === document.activeElement && document.querySelector("#verify-heard").value === ""`)
	tab.Go("/hub/verify") // the call is found again
	says(tab, "#verify-answer", "No match, 4 tries left")
	tab.Type("#verify-heard", "AMBER falcon-ridge 42")
	tab.Press("\r")
	says(tab, "#verify-answer", "Match: Marie Dubois’s own code")
	tab.Type("#minor-text", "Display name of the main line")
	tab.Press("\r")
	says(tab, "#toasts", "Minor change recorded.")
	tab.Type("#change-subject", "Cancel web-01")
	press(tab, "#change", "Ask for approval")
	says(tab, "#call-changes", "Waiting")
	list := backendtest.Must(backendtest.Call(marie, api.ListChanges, api.ChangesIn{Org: api.Org{Org: s.Acme}}))
	in := api.DecideChangeIn{ChangeIn: api.ChangeIn{Org: api.Org{Org: s.Acme}, Change: list.Changes[0].ID}}
	in.Body.Seen, in.Body.Reason = list.Changes[0].Fingerprint(), "Not before January."
	backendtest.Must(backendtest.Call(marie, api.RejectChange, in))
	says(tab, "#call-changes", "Not before January.")
	says(tab, "#toasts", "Marie Dubois rejected: Cancel web-01")
	tab.Type("#change-subject", "Second wish")
	press(tab, "#change", "Ask for approval")
	says(tab, "#call-changes", "Second wish")
	press(tab, "#call-changes", "Withdraw: Second wish")
	press(tab, "#change-withdraw", "Withdraw")
	says(tab, "#call-changes", "Withdrawn")
	tab.Type("#change-subject", "Third wish")
	press(tab, "#change", "Ask for approval")
	says(tab, "#call-changes", "Third wish")
	my := backendtest.Must(backendtest.Call(marie, api.GetMyCode, api.Org{Org: s.Acme}))
	if len(my.Calls) != 1 {
		t.Fatalf("%d calls are shown to the caller", len(my.Calls))
	}
	tab.Type("#change-note", "typed and lost?")
	backendtest.Must(backendtest.Call(marie, api.DenyVerification, api.VerificationIn{Org: api.Org{Org: s.Acme}, Verification: my.Calls[0].ID}))
	says(tab, "#call", "That’s not me")
	tab.Wait(`!document.querySelector("#change-send") && !document.querySelector("#minor-send")`)
	press(tab, "#call", "New call")
	tab.Wait(`document.querySelector("#verify-organization")`)
	says(tab, "#asked-changes", "Third wish")
	says(tab, "#asked-changes", "Marie Dubois, Acme Telecom")
	if path := uitest.Eval[string](tab, `location.pathname + location.search`); path != "/hub/verify" {
		t.Errorf("the address after a new call is %s", path)
	}

	// Whom the address names is chosen; a call is closed by hand.
	visit(tab, "/hub/verify?org="+string(s.Acme)+"&contact="+string(s.Jonas.Contact))
	tab.Wait(`document.querySelector("#verify-caller input:checked")`)
	press(tab, "#verify-start", "Begin")
	tab.Wait(`document.querySelector("#verify-heard")`)
	tab.Type("#verify-heard", "something")
	tab.Press("\r")
	tab.Wait(`document.querySelector("#verify-answer")`)
	press(tab, "#call", "Close the call")
	says(tab, "#toasts", "Call closed.")
	tab.Wait(`document.querySelector("#verify-organization") === document.activeElement`)
	tab.NoProblems()
}

// K09: a lead deletes a contact with a reason, and a colleague who looks at the list sees it go.
func TestVerify_staff_sees_and_deletes_contacts(t *testing.T) {
	s := play(t)
	tab := s.open(s.Sofia)
	visit(tab, "/organizations/"+string(s.Acme))
	lead := s.open(s.Anna)
	visit(lead, "/organizations/"+string(s.Acme))
	says(tab, "#contact-list", "Paul")
	press(lead, "#contact-list", "More for "+s.Paul.Name)
	press(lead, "#contact-list", "Delete contact…")
	lead.Type("#delete-reason", "Left the company.")
	press(lead, "#contact-delete", "Delete contact")
	says(lead, "#toasts", "was deleted")
	tab.Wait(`!document.querySelector("#contact-list").innerText.includes("Paul")`)
	fill(tab, "#contacts-search", "marie")
	tab.Wait(`document.querySelectorAll("#contact-list tbody tr").length === 1`)
	tab.Run(`const s = document.getElementById("contacts-type"); s.selectedIndex = [...s.options].findIndex(o => o.text === "Legal"); s.dispatchEvent(new Event("change", {bubbles: true}))`)
	says(tab, "#contacts", "No contact matches")
	press(tab, "#contacts", "Clear filters")
	tab.Wait(`document.querySelectorAll("#contact-list tbody tr").length > 1`)
	tab.NoProblems()
	lead.NoProblems()
}

// K03: an administrator defines custom fields, orders, retires and names them; an agent only reads.
func TestSettings_custom_fields(t *testing.T) {
	s := play(t)
	tab := s.open(s.Sofia)
	ada := s.open(s.Ada)
	visit(ada, "/settings")
	visit(tab, "/settings")
	press(ada, "main", "New field")
	ada.Type("#field-label_en", "VAT number")
	ada.Type("#field-label_fr", "Numéro de TVA")
	press(ada, "#field-edit", "Define")
	says(tab, "#field-list", "VAT number")
	press(ada, "#field-list", "Move up: VAT number")
	tab.Wait(`document.querySelector("#field-list tbody tr").innerText.includes("VAT")`)
	ada.Settle()
	press(ada, "#field-list", "More for VAT number")
	press(ada, "#field-list", "Retire")
	says(tab, "#field-list", "Retired")
	press(ada, "#toasts", "Undo")
	tab.Wait(`!document.querySelector("#field-list").innerText.includes("Retired")`)
	press(ada, "#field-list", "More for Phone/Chat Code")
	press(ada, "#field-list", "Edit")
	fill(ada, "#field-label_en", "Security Code")
	press(ada, "#field-edit", "Save")
	says(tab, "#field-list", "Security Code")
	if strings.Contains(tab.Text("main"), "New field") {
		t.Error("an agent is offered to define a field")
	}
	ada.NoProblems()
	tab.NoProblems()
}

// C13: a call that begins or is gone on with is seen from its heading on, with the keyboard where the caller's words go.
func TestVerify_shows_a_call_from_its_heading_on(t *testing.T) {
	s := play(t)
	tab := s.open(s.Sofia)
	tab.Size(1000, 420) // the button is far down
	visit(tab, "/hub/verify?org="+string(s.Acme))
	says(tab, "#verify-start", "Account holder")
	tab.Run(`document.querySelector("#verify-caller-0").click()`)
	tab.Settle()
	press(tab, "#verify-start", "Begin")
	tab.Wait(`document.querySelector("#verify-heard") === document.activeElement && scrollY === 0`)
	visit(tab, "/hub/verify?org="+string(s.Acme)+"&contact="+string(s.Jonas.Contact))
	says(tab, "#verify-start", "Account holder")
	tab.Wait(`document.querySelector("#open-calls button")`)
	tab.Run(`scrollTo(0, 400)`)
	tab.Run(`document.querySelector("#open-calls button").click()`)
	tab.Wait(`document.querySelector("#verify-heard") === document.activeElement && scrollY === 0`)
}
