//go:build !js

package e2e

import (
	"strings"
	"testing"

	"countersign/app/uitest"
	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/i18n"
)

// C03, C04, C05, C14: the account-wide code is set on the quoted path, its rules are checked while typing and name their
// reason, and the record tells it without the code.
func TestCode_for_the_whole_organization(t *testing.T) {
	inLanguages(t, func(t *testing.T, l i18n.Locale) {
		s, w := play(t), words{lang: string(l)}
		owner := s.openIn(s.Marie, w.lang)
		press(owner, "nav", l.T("nav.profile"))
		ready(owner)
		says(owner, "#custom-fields", say(t, l, "fields", "profile.fields"))
		says(owner, "#custom-fields", say(t, l, "warning", "code.warning"))
		looks(owner, w, "profile")
		if got := strings.TrimSpace(owner.Text("#edit-fields")); got != say(t, l, "edit", "profile.edit") {
			t.Errorf("the button of the section reads %q", got)
		}
		owner.Click("#edit-fields")
		owner.Wait(`document.querySelector("#fields-dialog[open]")`)
		says(owner, "#fields-dialog label", say(t, l, "code", "code.label"))
		says(owner, "#fields-dialog", say(t, l, "warning", "code.warning"))

		fill(owner, "#profile-code", "marie 12")
		says(owner, "#fields-dialog", l.T("code.fault.too_short"))
		says(owner, "#fields-dialog", l.T("code.fault.name_yours"))
		looks(owner, w, "code refused")
		press(owner, "#fields-dialog", say(t, l, "saveChanges", "profile.save"))
		owner.Wait(`document.activeElement.id === "profile-code"`)
		fill(owner, "#profile-code", "12.03.1985")
		says(owner, "#fields-dialog", l.T("code.fault.date"))
		owner.Click("#profile-code-generate")
		owner.Wait(`document.getElementById("profile-code").value.split(" ").length === 4`)
		code := uitest.Eval[string](owner, `document.getElementById("profile-code").value`)
		looks(owner, w, "code generated")
		press(owner, "#fields-dialog", l.T("profile.save"))
		says(owner, "main .banner", say(t, l, "account", "profile.saved"))
		owner.Wait(`!document.querySelector("#fields-dialog[open]")`)
		if strings.Contains(owner.Text("body"), code) {
			t.Error("the code stands on the page")
		}
		owner.Click("#account-code-reveal")
		says(owner, "#account-code", code)
		owner.Click("#account-code-large")
		owner.Wait(`document.querySelector("#account-code-dialog[open]")`)
		looks(owner, w, "code in large type")
		press(owner, "#account-code-dialog", l.T("ui.close"))
		visit(owner, "/o/"+string(s.Acme)+"/manage/audit")
		if strings.Contains(owner.Text("body"), code) {
			t.Error("the record tells the code")
		}
		owner.NoProblems()
	})
}

// C02, C07, C08: a contact's own code is set in their dialog, with the reminder to let them know; they see it under My
// code.
func TestCode_of_a_contact(t *testing.T) {
	inLanguages(t, func(t *testing.T, l i18n.Locale) {
		s, w := play(t), words{lang: string(l)}
		owner := s.openIn(s.Marie, w.lang)
		visit(owner, "/o/"+string(s.Acme)+"/contacts")
		owner.Click("#contact-edit-" + string(s.Jonas.Contact))
		owner.Wait(`document.querySelector("#contact-dialog[open]")`)
		press(owner, "#contact-tabs", say(t, l, "fields", "contact.tab.fields"))
		owner.Wait(`document.getElementById("contact-code")`)
		says(owner, "#contact-dialog", say(t, l, "warning", "code.warning"))
		fill(owner, "#contact-code", "obtuse mongoose bulk 62")
		says(owner, "#contact-dialog", l.T("contact.let_know", "name", "Jonas"))
		owner.Click("#contact-authority-propose")
		looks(owner, w, "contact's code")
		press(owner, "#contact-dialog", say(t, l, "update", "contact.update"))
		says(owner, "main .banner", say(t, l, "updated", "contact.updated"))

		holder := s.openIn(s.Jonas, w.lang)
		visit(holder, "/o/"+string(s.Acme)+"/my-code")
		looks(holder, w, "my code")
		holder.Click("#my-code-reveal")
		says(holder, "#my-code", "obtuse mongoose bulk 62")
		holder.NoProblems()
		owner.NoProblems()
	})
}

// C10, C11, C12, C13, C14: a caller is verified by what they say; each side sees the other live; a cancellation is asked
// for and approved; tries run out without locking anybody out of the portal.
func TestCode_verifies_a_caller(t *testing.T) {
	inLanguages(t, func(t *testing.T, l i18n.Locale) {
		s, w := play(t), words{lang: string(l)}
		own := api.SetMyCodeIn{Org: api.Org{Org: s.Acme}, Body: api.CodeBody{Code: "obtuse mongoose bulk 62", Generated: true}}
		backendtest.Must(backendtest.Call(s.As(s.Jonas), api.SetMyCode, own))
		s.Exec(`UPDATE contact SET phone_chat_authority = TRUE WHERE id = ?`, s.Jonas.Contact)
		agent, caller, owner := s.openIn(s.Tom, w.lang), s.openIn(s.Jonas, w.lang), s.openIn(s.Marie, w.lang)

		visit(agent, "/hub/verify")
		says(agent, "#hub-tabs", l.T("nav.verify_caller"))
		fill(agent, "#verify-organization", "20418")
		press(agent, "#new-call", l.T("verify.choose")+": Acme Telecom")
		agent.Wait(`document.querySelector("#verify-caller input")`)
		looks(agent, w, "verify caller")
		agent.Run(`[...document.querySelectorAll("#verify-caller label")].find(l => l.innerText.includes("Jonas Meier")).click()`)
		agent.Settle()
		agent.Click("#verify-begin")
		agent.Wait(`document.getElementById("verify-heard")`)
		counter := strings.TrimSpace(agent.Text(".spoken"))
		if len(strings.Fields(counter)) != 3 {
			t.Errorf("the counter-phrase is %q", counter)
		}

		// C13: the caller sees on any page who verifies them, and the words they will hear.
		says(caller, "main", counter)
		says(caller, "main", l.T("call.verifying_you", "agent", s.Tom.Name, "provider", "Countersign"))
		looks(caller, w, "being verified")

		hear := func(text string) {
			fill(agent, "#verify-heard", text)
			agent.Click("#verify-send")
			agent.Wait(`document.getElementById("verify-heard")?.value !== ` + js(text))
		}
		hear("obtuse mongoose bulk sixty-three")
		says(agent, "#call", l.T("verify.no_match", "n", 4))
		looks(agent, w, "no match")
		hear("Obtuse, MONGOOSE - bulk sixty-two")
		says(agent, "#call", l.T("verify.match.own", "name", "Jonas Meier"))
		says(agent, "main", l.T("verify.may.t2"))
		says(agent, "main", l.T("verify.tier.never"))
		if strings.Contains(strings.ToLower(agent.Text("body")), "mongoose") {
			t.Error("what was typed stays on the agent's screen")
		}
		looks(agent, w, "match")

		// C12: a cancellation needs the owner, who decides in the inbox of access requests; the agent sees it at once.
		agent.Run(`[...document.querySelectorAll("#change-kind label")].find(l => l.innerText.includes(` + js(l.T("verify.kind.cancellation")) + `)).click()`)
		fill(agent, "#change-subject", "Cancel web-01.acme.example")
		agent.Click("#change-send")
		says(agent, "main", l.T("verify.state.pending"))
		visit(owner, "/o/"+string(s.Acme)+"/home")
		says(owner, "main", "Cancel web-01.acme.example")
		looks(owner, w, "a change waits")
		owner.Click("main [id^=approve-]")
		says(agent, "main", l.T("verify.state.approved"))
		visit(owner, "/o/"+string(s.Acme)+"/manage/changes")
		says(owner, "#history", l.T("changes.state.approved"))
		looks(owner, w, "changes")

		// C11, C13: a locked code leaves the sign-in and the one-time phrase alone.
		agent.Click("#verify-close")
		s.Exec(`UPDATE code SET matched_at = 0`)
		visit(agent, "/hub/verify?org="+string(s.Acme)+"&contact="+string(s.Jonas.Contact))
		agent.Click("#verify-begin")
		agent.Wait(`document.getElementById("verify-heard")`)
		for range 5 {
			hear("copper kettle nowhere 11")
		}
		hear("obtuse mongoose bulk 62")
		says(agent, "#call", l.T("verify.locked"))
		looks(agent, w, "locked")
		visit(caller, "/o/"+string(s.Acme)+"/my-code")
		says(caller, "main", l.T("code.locked_text"))
		caller.Click("#get-phrase")
		caller.Wait(`document.getElementById("phrase-words")`)
		phrase := strings.TrimSpace(caller.Text("#phrase-words"))
		looks(caller, w, "one-time phrase")
		hear(phrase)
		says(agent, "#call", l.T("verify.match.phrase", "name", "Jonas Meier"))
		says(caller, "#phrase", l.T("phrase.used"))
		agent.NoProblems()
		owner.NoProblems()
	})
}

// C13: "That's not me" ends the verification at once on the agent's screen.
func TestCode_thats_not_me(t *testing.T) {
	s := play(t)
	agent, caller := s.open(s.Tom), s.open(s.Jonas)
	in := api.StartVerificationIn{Org: api.Org{Org: s.Acme}}
	in.Body.Contact, in.Body.Channel, in.Body.Locale = s.Jonas.Contact, "phone", "en"
	call := backendtest.Must(backendtest.Call(s.As(s.Tom), api.StartVerification, in))
	visit(agent, "/hub/verify?org="+string(s.Acme)+"&call="+string(call.ID))
	says(agent, "#call", call.Counter)
	says(caller, "main", call.Counter)
	caller.Click("#deny-" + string(call.ID))
	says(caller, "#denied", "The verification was ended.")
	says(agent, "#call", "Jonas Meier says: “That’s not me.”")
	looks(caller, words{lang: "en"}, "denied")
	looks(agent, words{lang: "en"}, "denied, agent")
	caller.NoProblems()
}
