//go:build !js

package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"countersign/app/uitest"
	"countersign/backend/backendtest"
	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/errs"
)

// words are what the story has on its screens, in one language.
type words struct {
	lang string

	request, selectDuration, note, submit, withdraw, enter, leave string
	asks, superAdmin, approve, approved, until, reject, revoke    string
	pending, active, rejected, withdrawn, expired                 string
	fourHours, asksToast, review, phrase                          string
	inside, viewingHome, viewingRemote, approvedBy, endsIn        string
	newEntries, entered, granted                                  string
	revokedOut, cutTitle, cutBy, history                          string
	rejectNow, rejectedTold, withdrew, joined                     string
	recognized                                                    [4]string // uuid, name, reference, phone
}

var english = words{
	lang: "en",

	request: "Request Access", selectDuration: "Select Duration", note: "Note for approver", submit: "Submit", withdraw: "Withdraw",
	enter: "Login to support", leave: "Leave",
	asks: "asks to sign in as", superAdmin: "super_admin", approve: "Approve for 1 hour", approved: "Access approved for Sofia Keller and Tom Becker.",
	until: "approved access until ", reject: "Reject", revoke: "Revoke",
	pending: "Pending", active: "Active", rejected: "Rejected", withdrawn: "Withdrawn", expired: "Expired",
	fourHours: "4 hours", asksToast: "Sofia Keller asks to sign in for 4 hours", review: "Review", phrase: "Phrase: ",
	inside: "In your organization now", viewingHome: "Sofia Keller is viewing Home", viewingRemote: "Sofia Keller is viewing Remote Support",
	approvedBy: "You are in Acme Telecom as super_admin. Approved by Marie Dubois.", endsIn: "Ends in 59:",
	newEntries: "new entries", entered: "Sofia Keller signed in as super_admin", granted: "approved by Marie Dubois, asked for 4 hours",
	revokedOut: "Access revoked. Sofia Keller and Tom Becker were signed out.", cutTitle: "Your access has ended",
	cutBy: "Marie Dubois revoked your access at ", history: "asked for 4 hours, granted 1 hour, approved by Marie Dubois",
	rejectNow: "Reject request", rejectedTold: "Acme Telecom rejected the request. “Call me first.”", withdrew: "Sofia Keller withdrew the request at ",
	joined:     "Sofia Keller and Tom Becker ask to sign in as",
	recognized: [4]string{"Recognized as an organization UUID", "Recognized as a name", "Recognized as a customer reference", "Recognized as a phone number"},
}

var french = words{
	lang: "fr",

	request: "Demander l’accès", selectDuration: "Choisir la durée", note: "Note pour l’approbateur", submit: "Envoyer", withdraw: "Retirer",
	enter: "Se connecter pour assistance", leave: "Quitter",
	asks: "demande à se connecter en tant que", superAdmin: "super_admin", approve: "Approuver pour 1 heure",
	approved: "Accès approuvé pour Sofia Keller et Tom Becker.", until: "a approuvé l’accès jusqu’à ", reject: "Refuser", revoke: "Révoquer",
	pending: "En attente", active: "Actif", rejected: "Refusé", withdrawn: "Retiré", expired: "Expiré",
	fourHours: "4 heures", asksToast: "Sofia Keller demande à se connecter pour 4 heures", review: "Examiner", phrase: "Phrase\u00a0: ",
	inside: "Dans votre organisation en ce moment", viewingHome: "Sofia Keller consulte Accueil", viewingRemote: "Sofia Keller consulte Assistance à distance",
	approvedBy: "Vous êtes dans Acme Telecom en tant que super_admin. Approuvé par Marie Dubois.", endsIn: "Fin dans 59:",
	newEntries: "nouvelles entrées", entered: "Sofia Keller s’est connecté en tant que super_admin", granted: "approuvé par Marie Dubois, demandé\u00a0: 4 heures",
	revokedOut: "Accès révoqué. Sessions fermées\u00a0: Sofia Keller et Tom Becker.", cutTitle: "Votre accès est terminé",
	cutBy: "Marie Dubois a révoqué votre accès à ", history: "demandé\u00a0: 4 heures, accordé\u00a0: 1 heure, approuvé par Marie Dubois",
	rejectNow: "Refuser la demande", rejectedTold: "Acme Telecom a refusé la demande. «\u00a0Call me first.\u00a0»", withdrew: "Sofia Keller a retiré la demande à ",
	joined:     "Sofia Keller et Tom Becker demandent à se connecter en tant que",
	recognized: [4]string{"Reconnu comme UUID d’organisation", "Reconnu comme nom", "Reconnu comme référence client", "Reconnu comme numéro de téléphone"},
}

// R02, R04, R05, R06, R07, R08, R09, R10, R11, X02, X03, X06: the whole story of remote support, an agent in one browser and
// the owner in the other, each step seen on the other side without loading a page again.
func TestStory_in_English(t *testing.T) { tellStory(t, english) }

func TestStory_in_French(t *testing.T) { tellStory(t, french) }

func tellStory(t *testing.T, w words) {
	s := play(t)
	org := string(s.Acme)
	agent, owner := s.openIn(s.Sofia, w.lang), s.openIn(s.Marie, w.lang)
	visit(owner, "/o/"+org+"/manage/audit")

	// R02: found by whatever the caller says.
	for i, q := range []string{org, "acme", "20418", "01 84 88 20 10"} {
		search(agent, q)
		says(agent, "#hub-search-note", w.recognized[i])
		says(agent, "#hub-table tbody tr:only-child", "Acme Telecom")
	}
	search(agent, "+33 (0)1-84.88.20.10")
	says(agent, "#hub-table tbody tr:only-child", w.request)
	looks(agent, w, "found")

	// R04: Request Access, Select Duration, Note for approver, Submit.
	press(agent, "#hub-table", w.request+": Acme Telecom")
	agent.Wait(`document.querySelector("#request-access[open]")`)
	if got := agent.Focused(); got != "request-duration" {
		t.Errorf("the dialog focuses %q", got)
	}
	says(agent, "#request-access label", w.selectDuration)
	says(agent, "#request-access label", w.note)
	offered := uitest.Eval[[]string](agent, `[...document.getElementById("request-duration").options].map(o => o.text)`)
	if len(offered) != 5 || offered[1] != w.fourHours {
		t.Errorf("offered are %q, none may be longer than the organization allows", offered)
	}
	pick(agent, "request-duration", w.fourHours)
	agent.Type("#request-note", "Calls to +33 9 70 01 44 02 fail. I need to look at the program assignment with you.")
	looks(agent, w, "request")
	press(agent, "#request-access", w.submit)
	says(agent, "#hub-table", w.pending)
	says(agent, "#hub-table", w.withdraw) // R08
	agent.Wait(`!document.querySelector("#request-access[open]")`)
	if got := agent.Focused(); got != "act-"+org {
		t.Errorf("after the dialog the focus is on %q", got)
	}

	// Live on the owner's present page, with a way to the card; the mails wait in the outbox.
	says(owner, "#toasts", w.asksToast)
	says(owner, "#nav .badge", "1")
	if got := uitest.Eval[string](owner, "document.title"); !strings.HasPrefix(got, "(1) ") {
		t.Errorf("the title is %q", got)
	}
	if got := s.Mails("access_requested"); strings.Join(got, " ") != "marie.dubois@example.test nadia.benali@example.test" {
		t.Errorf("mails went to %v", got)
	}
	press(owner, "#toasts", w.review)
	arrived(owner, "/o/"+org+"/manage/remote-support")
	says(owner, "#pending", "Sofia Keller "+w.asks+" "+w.superAdmin)
	says(owner, "#pending blockquote", "Calls to +33 9 70 01 44 02 fail.")
	phrase := uitest.Eval[string](owner, `document.querySelector("#pending .phrase").innerText`)
	says(owner, "#pending", w.phrase+phrase)
	says(agent, "#hub-table", phrase)

	// A colleague joins: one card, two names, one decision.
	tom := s.As(s.Tom)
	backendtest.Must(tom.RequestAccess(s.Acme, time.Hour, ""))
	says(owner, "#pending", w.joined)
	looks(owner, w, "pending")
	dismiss(owner)

	// R05: approved for less than was asked; the clock starts now (R07).
	press(owner, "#pending", w.approve)
	says(owner, "#inside", w.granted)
	says(owner, "#toasts", w.approved)
	owner.Wait(`!document.querySelector("#pending .request") && !document.querySelector("#nav .badge")`)
	if got := owner.Focused(); got != "inside-title" {
		t.Errorf("after the card has gone the focus is on %q", got)
	}
	dismiss(owner)
	looks(owner, w, "granted")

	// R06, R08: the agent's button has changed.
	says(agent, "#toasts", "Acme Telecom "+w.until)
	says(agent, "#hub-table", w.active)
	looks(agent, w, "approved")
	press(agent, "#hub-table", w.enter+": Acme Telecom")
	arrived(agent, "/support/"+org+"/home")

	// R09: the banner says where, as what, by whom and until when, and lets out.
	says(agent, "#support-banner", w.approvedBy)
	says(agent, "#support-banner .countdown", w.endsIn)
	says(agent, "#support-banner", w.leave)
	if got := uitest.Eval[string](agent, "document.title"); !strings.HasPrefix(got, "[Acme Telecom] ") {
		t.Errorf("the title is %q", got)
	}
	agent.Wait(`document.activeElement.id === "page-title"`)
	dismiss(agent)

	// R10: the owner sees who is in, on which page, and what is done.
	says(owner, "#inside .grant", w.viewingHome)
	agent.Click(`#nav a[href$="/manage/remote-support"]`)
	says(owner, "#inside .grant", w.viewingRemote)
	ready(agent)
	if n := uitest.Eval[int](agent, `document.querySelectorAll("main :is(#invite-support, [id^=revoke-], [id^=change-end-], [id^=approve-], #managed)").length`); n != 0 {
		t.Errorf("inside, an agent is offered %d acts that are barred", n)
	}
	looks(agent, w, "inside")
	inside := backendtest.Must(tom.Enter(s.grant(s.Acme)))
	owner.Wait(`document.querySelectorAll("#inside .avatar.live").length === 2`)
	says(owner, ".feed-new", w.newEntries)
	owner.Click(".feed-new")
	says(owner, "#activity", w.entered)
	if got := owner.Focused(); got != "activity-title" {
		t.Errorf("after the new entries the focus is on %q", got)
	}
	looks(owner, w, "two inside")

	// R07: revoked, and cut at once, with who did it and when.
	press(owner, "#inside", w.revoke+": Sofia Keller"+map[string]string{"en": " and ", "fr": " et "}[w.lang]+"Tom Becker")
	says(owner, "#toasts", w.revokedOut)
	says(agent, "h1", w.cutTitle)
	says(agent, "main .banner", w.cutBy)
	agent.Wait(`!document.getElementById("support-banner") && !document.querySelector("#nav a")`)
	if got := refusal(agent, "/api/orgs/"+org+"/home", s.Acme); got != 401 {
		t.Errorf("the next request of the session got %d", got)
	}
	_, err := backendtest.Call(inside, api.GetHome, api.Org{Org: s.Acme})
	backendtest.Refused(t, err, errs.Unauthenticated)
	looks(agent, w, "cut")
	says(owner, "#history", w.history)

	// Asked again from there, and rejected with a reason, which the agent reads.
	press(agent, "main", w.request)
	agent.Wait(`document.querySelector("#request-access[open]")`)
	press(agent, "#request-access", w.submit)
	press(owner, "#pending", w.reject)
	owner.Wait(`document.activeElement.id.startsWith("reason-")`)
	owner.Type(`#pending textarea`, "Call me first.")
	looks(owner, w, "reject")
	press(owner, "#pending", w.rejectNow)
	says(agent, "#toasts", w.rejectedTold)
	says(agent, "#hub-table", w.rejected)
	owner.Wait(`document.activeElement.id === "pending-title"`)

	// Asked a third time and taken back: the card says what became of it.
	press(agent, "#hub-table", w.request+": Acme Telecom")
	press(agent, "#request-access", w.submit)
	says(owner, "#pending", w.asks)
	press(agent, "#hub-table", w.withdraw+": Acme Telecom")
	says(owner, "#pending .banner", w.withdrew)
	says(agent, "#hub-table", w.withdrawn)

	// R11: nothing is lost.
	for i, want := range []string{w.withdrawn, w.rejected, w.revoke[:5]} {
		says(owner, fmt.Sprintf("#history tbody tr:nth-child(%d)", i+1), want)
	}
	dismiss(owner)
	looks(owner, w, "history")
	agent.NoProblems()
	owner.NoProblems()
	s.Verify()
}

// grant is the running grant of an organization.
func (s *stage) grant(o organization) access.Request {
	s.t.Helper()
	active := s.As(s.Marie).Remote(o).Active
	if len(active) != 1 {
		s.t.Fatalf("%d grants run", len(active))
	}
	return active[0].Request
}

// refusal is the status that a request of the tab's support session gets; the browser complains about it.
func refusal(tab *uitest.Tab, path string, o organization) int {
	status := uitest.Eval[int](tab, `fetch(`+js(path)+`, {headers: {"X-Countersign-As": "support", "X-Countersign-Org": `+js(string(o))+`}}).then(r => r.status)`)
	for deadline := time.Now().Add(10 * time.Second); status >= 400 && len(tab.Problems()) == 0 && time.Now().Before(deadline); {
		tab.Settle()
	}
	tab.ForgetProblems()
	return status
}
