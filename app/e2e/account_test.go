//go:build !js

package e2e

import (
	"strings"
	"testing"
	"time"

	"countersign/app/uitest"
	"countersign/backend/backendtest"
	"countersign/backend/portal"
	"countersign/shared/api"

	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"
)

// Setting a second factor shows its key and, once a code of it was entered, recovery codes; afterwards the portal knows
// that it is set.
func TestAccount_sets_a_second_factor(t *testing.T) {
	s := play(t)
	tab := s.open(s.Marie)
	visit(tab, "/account?as=customer")
	press(tab, "#factor", "Set up a second factor")
	tab.Wait(`document.querySelector("#factor-dialog[open] img")?.complete`)
	tab.NoViolations("enrolment", "#factor-dialog")
	tab.Screenshot("factor-enrol", false)

	fill(tab, "#factor-code", "000000\r")
	says(tab, "#factor-dialog", "This code is not the one")
	if got := tab.Focused(); got != "factor-code" {
		t.Errorf("the focus is on %q, not on the wrong field", got)
	}

	secret := strings.ReplaceAll(tab.Text("#factor-dialog .copyable code"), " ", "")
	code, err := totp.GenerateCode(secret, s.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	fill(tab, "#factor-code", code+"\r")
	tab.Wait(`document.querySelectorAll("#factor-dialog[open] .recovery-codes li").length === 10`)
	tab.NoViolations("recovery codes", "#factor-dialog")
	tab.Screenshot("factor-codes", false)
	press(tab, "#factor-dialog", "I have kept them")
	says(tab, "#factor", "At each sign-in a code of your authenticator is asked")
	if !backendtest.Must(backendtest.Call(s.As(s.Marie), api.GetMe, api.None{})).Factor {
		t.Error("the server knows of no second factor")
	}
}

// A password is changed with the present one; all other sign-ins end.
func TestAccount_changes_the_password(t *testing.T) {
	s := play(t)
	other := s.As(s.Marie)
	tab := s.open(s.Marie)
	visit(tab, "/account?as=customer")

	fill(tab, "#password-now", "not my password")
	fill(tab, "#password-next", "short\r")
	says(tab, "#password", "Use at least")
	fill(tab, "#password-next", "a sentence of seven plain words here\r")
	tab.Wait(`document.querySelector("#password-now[aria-invalid]")`)
	tab.Screenshot("password-wrong", false)
	tab.NoViolations("wrong password", "#password")

	fill(tab, "#password-now", backendtest.Password+"\r")
	says(tab, "#toasts", "Password changed. All other sign-ins were ended.")
	if got := uitest.Eval[string](tab, `document.getElementById("password-next").value`); got != "" {
		t.Errorf("the new password is still in the field")
	}
	if _, err := backendtest.Call(other, api.GetMe, api.None{}); err == nil {
		t.Error("another sign-in goes on")
	}
	tab.Wait(`document.querySelectorAll("#sign-in-list tbody tr").length === 1`)
}

// A sign-in that is ended elsewhere ends here with the reason, and what was typed stays; signing in again takes it up.
func TestAccount_sign_ins_end_and_what_was_typed_stays(t *testing.T) {
	s := play(t)
	first, second := s.open(s.Marie), s.open(s.Marie)
	visit(first, "/account?as=customer")
	visit(second, "/account?as=customer")
	fill(first, "#password-next", "a sentence that is not sent yet")

	second.Wait(`document.querySelectorAll("#sign-in-list tbody tr").length === 2`)
	press(second, "#sign-in-list", "End: "+uitest.Eval[string](second, `document.querySelector("#sign-in-list tbody tr th").innerText`))
	says(first, "main .banner", "What you typed is still here.")
	if got := uitest.Eval[string](first, `document.getElementById("password-next").value`); got != "a sentence that is not sent yet" {
		t.Errorf("the field holds %q", got)
	}
	first.Screenshot("sign-in-ended", false)
	first.NoViolations("ended sign-in")

	// In another window of the same browser the person signs in again, then comes back.
	again := s.As(s.Marie)
	first.Run(`document.cookie = "cs_customer=; Max-Age=0"`)
	setCookie(first, s.URL, "cs_customer", again.Token)
	first.Run(`window.dispatchEvent(new Event("focus"))`)
	first.Wait(`!document.querySelector("main .banner") && document.querySelector(".pill.ok")`)
	if got := uitest.Eval[string](first, `document.getElementById("password-next").value`); got != "a sentence that is not sent yet" {
		t.Errorf("the field holds %q after signing in again", got)
	}
}

// Signing out leaves nothing of the person in the browser, and the sign-in is over on the server.
func TestAccount_signs_out_and_leaves_nothing(t *testing.T) {
	s := play(t)
	tab := s.open(s.Marie)
	tab.Wait(`localStorage.getItem("countersign.customer.me")`)
	tab.Click("#account-button")
	tab.Run(`setTimeout(() => [...document.querySelectorAll("#account button")].find(b => b.innerText === "Sign out").click())`)
	across(t, tab, `location.pathname === "/sign-in" && document.readyState === "complete"`)
	if left := uitest.Eval[[]string](tab, `Object.keys(localStorage).filter(k => k.includes("customer") || k.endsWith(".kind"))`); len(left) > 0 {
		t.Errorf("the browser keeps %v", left)
	}
	if left := uitest.Eval[[]string](tab, `caches.keys()`); len(left) > 0 {
		t.Errorf("the worker keeps %v", left)
	}
	tab.Do(chromedp.Navigate(s.URL + "/o/" + string(s.Acme) + "/home"))
	across(t, tab, `location.pathname === "/sign-in"`)
}

// What was typed is not thrown away by a link without asking.
func TestShell_asks_before_typed_text_is_lost(t *testing.T) {
	s := play(t)
	tab := s.open(s.Marie)
	visit(tab, "/account?as=customer")
	fill(tab, "#password-next", "something")
	press(tab, "#nav", "Home")
	tab.Wait(`document.querySelector("#leave[open]")`)
	tab.NoViolations("leaving", "#leave")
	press(tab, "#leave", "Cancel")
	if got := at(tab); got != "/account?as=customer" {
		t.Errorf("at %s", got)
	}
	press(tab, "#nav", "Home")
	press(tab, "#leave", "Discard")
	arrived(tab, "/o/"+string(s.Acme)+"/home")
}

// X02: the language changes everywhere at once, is kept, and is told to the server for mails.
func TestAccount_changes_the_language(t *testing.T) {
	s := play(t)
	tab := s.open(s.Marie)
	visit(tab, "/account?as=customer")
	tab.Run(`const s = document.getElementById("language"); s.selectedIndex = 1; s.dispatchEvent(new Event("change", {bubbles: true}))`)
	says(tab, "main", "Sessions ouvertes")
	says(tab, "#nav", "Journal d’audit")
	if got := uitest.Eval[string](tab, "document.documentElement.lang"); got != "fr" {
		t.Errorf("the document speaks %s", got)
	}
	visit(tab, "/o/"+string(s.Acme)+"/home")
	says(tab, "main", "Requiert votre attention")
	deadline := time.Now().Add(10 * time.Second)
	for backendtest.Must(backendtest.Call(s.As(s.Marie), api.GetMe, api.None{})).Locale != "fr" {
		if time.Now().After(deadline) {
			t.Fatal("the server was not told")
		}
	}
	tab.NoProblems()
}

// A network that is gone is said; what was loaded stays; its return is noticed without reloading.
func TestShell_says_when_it_is_offline(t *testing.T) {
	s := play(t)
	tab := s.open(s.Marie)
	offline(tab, true)
	says(tab, "main .banner", "You are offline.")
	says(tab, "main", "Nothing needs your attention")
	tab.Screenshot("offline", false)
	tab.NoViolations("offline")
	backendtest.Must(s.As(s.Sofia).RequestAccess(s.Acme, time.Hour, ""))
	tab.ForgetProblems() // requests that fail are what this is about
	offline(tab, false)
	says(tab, "#attention", "Sofia Keller asks to sign in for 1 hour")
	tab.Wait(`!document.querySelector("main .banner")`)
}

// Both kinds of caller live side by side in one browser, each with its own sign-in.
func TestShell_keeps_staff_and_customer_apart(t *testing.T) {
	s := play(t)
	tab := s.open(s.Marie)
	s.signIn(tab, s.Anna)
	if got := at(tab); got != "/hub/remote-support" {
		t.Errorf("staff begin at %s", got)
	}
	visit(tab, "/o/"+string(s.Acme)+"/home")
	tab.Click("#account-button")
	says(tab, "#account", "Marie Dubois")
	visit(tab, "/audit")
	tab.Click("#account-button")
	says(tab, "#account", "Anna Roth")
	tab.NoProblems()
}

// An address that needs a sign-in leads there and back.
func TestShell_leads_through_the_sign_in_and_back(t *testing.T) {
	s := play(t)
	tab := uitest.Open(t, s.URL)
	wanted := "/o/" + string(s.Acme) + "/manage/audit?kind=login"
	tab.Do(chromedp.Navigate(s.URL + wanted))
	across(t, tab, `location.pathname === "/sign-in" && document.querySelector("input[type=password]")`)
	s.enter(tab, s.Marie)
	arrived(tab, wanted)
	says(tab, "#audit-list", "Marie Dubois signed in")

	visit(tab, "/") // from now on the first page is known
	arrived(tab, "/o/"+string(s.Acme)+"/home")
}

// Whoever leaves a sign-in unused is asked in time whether they are still there, and stays by saying so.
func TestShell_warns_before_an_unused_sign_in_ends(t *testing.T) {
	s := play(t)
	tab := s.open(s.Sofia)
	// A quarter of an hour less a minute, as the app sees it: Go takes the time that has passed from performance.now.
	tab.Run(`const real = performance.now.bind(performance); performance.now = () => real() + 14 * 60e3; window.dispatchEvent(new Event("resize"))`)
	tab.Wait(`document.querySelector("#idle[open]")`)
	says(tab, "#idle", "You will be signed out in")
	tab.NoViolations("about to be signed out", "#idle")
	tab.Screenshot("idle", false)
	press(tab, "#idle", "Stay signed in")
	tab.Wait(`!document.querySelector("#idle[open]")`)
	tab.Settle()
	if open := uitest.Eval[bool](tab, `!!document.querySelector("#idle[open]")`); open {
		t.Error("it asks again at once")
	}
}

// Signing out without network forgets everything here at once, and the server is told as soon as there is one.
func TestAccount_signs_out_without_network(t *testing.T) {
	s := play(t)
	tab := s.open(s.Marie)
	offline(tab, true)
	tab.Click("#account-button")
	press(tab, "#account", "Sign out")
	says(tab, "main", "You are signed out on this device.")
	if main := tab.Text("main"); strings.Contains(main, "Acme") {
		t.Errorf("the page still says %q", main)
	}
	tab.Screenshot("signed-out-offline", false)
	offline(tab, false)
	across(t, tab, `location.pathname === "/sign-in" && !localStorage.getItem("countersign.customer.sign_out")`)
	tab.Do(chromedp.Navigate(s.URL + "/o/" + string(s.Acme) + "/home"))
	across(t, tab, `location.pathname === "/sign-in"`)
}

// A sign-out that the server has not heard of is told by whoever opens the portal next in this browser.
func TestAccount_sign_out_is_made_up_for(t *testing.T) {
	s := play(t)
	tab := s.open(s.Marie)
	tab.Run(`localStorage.setItem("countersign.customer.sign_out", "1")`)
	s.signIn(tab, s.Anna)
	across(t, tab, `!localStorage.getItem("countersign.customer.sign_out")`)
	tab.Do(chromedp.Navigate(s.URL + "/o/" + string(s.Acme) + "/home"))
	across(t, tab, `location.pathname === "/sign-in"`)
}

// Outside demo mode staff set a second factor before anything else opens.
func TestAccount_staff_begin_with_a_second_factor(t *testing.T) {
	s := playWith(t, portal.Settings{Brand: "Countersign"})
	tab := uitest.Open(t, s.URL)
	tab.Do(chromedp.Navigate(s.URL + "/staff/sign-in"))
	tab.Type("input[type=email]", s.Tom.Email)
	tab.Type("input[type=password]", backendtest.Password)
	tab.Run(`setTimeout(() => document.querySelector("form:has([type=password])").requestSubmit())`)
	across(t, tab, `location.pathname === "/account" && document.querySelector("main .banner")`)
	says(tab, "main .banner", "Set a second factor to go on.")
	if nav := tab.Text("#nav"); strings.Contains(nav, "Remote Support") {
		t.Errorf("the menu says %q", nav)
	}
	tab.Screenshot("factor-needed", false)
	tab.NoViolations("second factor needed")
	tab.Go("/organizations")
	arrived(tab, "/account?as=staff")

	press(tab, "main .banner", "Set up a second factor")
	tab.Wait(`document.querySelector("#factor-dialog[open] .copyable code")`)
	secret := strings.ReplaceAll(tab.Text("#factor-dialog .copyable code"), " ", "")
	code, err := totp.GenerateCode(secret, s.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	fill(tab, "#factor-code", code+"\r")
	press(tab, "#factor-dialog", "I have kept them")
	says(tab, "#nav", "Organizations")
	tab.NoProblems()
}
