//go:build !js

package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/app/uitest"
	"countersign/backend/backendtest"
)

// X04: customers read who did what, find it by filters that stand in the address, and see all of one entry.
func TestAudit_is_read_and_filtered(t *testing.T) {
	s := play(t)
	r := backendtest.Must(s.As(s.Sofia).RequestAccess(s.Acme, 4*time.Hour, ""))
	backendtest.Must(s.As(s.Marie).Approve(r, time.Hour))
	tab := s.open(s.Marie)
	path := "/o/" + string(s.Acme) + "/manage/audit"
	visit(tab, path)
	says(tab, "#audit-list", "Marie Dubois approved access for Sofia Keller: 1 hour (asked for 4 hours)")
	says(tab, "#audit-list", "Marie Dubois signed in")

	choose(tab, "audit-kind", "access")
	arrived(tab, path+"?kind=access")
	tab.Wait(`!document.getElementById("audit-list").innerText.includes("signed in with")`)
	fill(tab, "#audit-text", "Sofia\r")
	arrived(tab, path+"?kind=access&text=Sofia")
	visit(tab, at(tab))
	says(tab, "#audit-list", "Sofia Keller asked for access (4 hours)")
	if got := uitest.Eval[string](tab, `document.getElementById("audit-text").value`); got != "Sofia" {
		t.Errorf("after loading again the search says %q", got)
	}

	tab.Click("#audit-list li button")
	tab.Wait(`document.querySelector("#entry[open]")`)
	says(tab, "#entry", "access.approved")
	tab.NoViolations("entry", "#entry")
	tab.Screenshot("audit-entry", false)
	press(tab, "#entry", "Only Marie Dubois")
	arrived(tab, path+"?actor="+string(s.Marie.Contact)+"&kind=access&text=Sofia")

	tab.Run(`const d = document.getElementById("audit-to"); d.value = "2020-01-01"; d.dispatchEvent(new Event("change", {bubbles: true}))`)
	says(tab, "main", "No entries match. 4 filters are on.")
	tab.Screenshot("audit-none", false)
	press(tab, "main", "Clear filters")
	arrived(tab, path)
	says(tab, "#audit-list", "Marie Dubois signed in")
	tab.NoProblems()
}

// X03: entries that come while somebody reads are counted, and shown when they want to.
func TestAudit_counts_what_comes_in(t *testing.T) {
	s := play(t)
	tab := s.open(s.Marie)
	visit(tab, "/o/"+string(s.Acme)+"/manage/audit")
	r := backendtest.Must(s.As(s.Sofia).RequestAccess(s.Acme, time.Hour, ""))
	says(tab, "#audit-new", "1 new entry")
	backendtest.Must(s.As(s.Sofia).Withdraw(r))
	says(tab, "#audit-new", "2 new entries")
	if list := tab.Text("#audit-list"); strings.Contains(list, "withdrew") {
		t.Error("an entry was pushed into the list")
	}
	tab.Click("#audit-new")
	says(tab, "#audit-list li:first-child", "Sofia Keller withdrew the request")
	tab.Wait(`!document.getElementById("audit-new")`)
	tab.NoProblems()
}

// X04: a customer has the record checked; a changed entry is found.
func TestAudit_is_checked(t *testing.T) {
	s := play(t)
	tab := s.open(s.Marie)
	visit(tab, "/o/"+string(s.Acme)+"/manage/audit")
	press(tab, "main", "Check the record")
	says(tab, "main .banner", "The record is intact: 1 entry.")
	s.Exec(`UPDATE audit_entry SET actor_name = 'Somebody else' WHERE stream = ?`, string(s.Acme))
	press(tab, "main", "Check the record")
	says(tab, "main .banner", "The record is not intact.")
	tab.Screenshot("audit-broken", false)
	tab.NoProblems()
}

// X04: the export asks for the password when that is long ago, and saves a file.
func TestAudit_is_exported_after_the_password(t *testing.T) {
	s := play(t)
	tab := s.open(s.Marie)
	visit(tab, "/o/"+string(s.Acme)+"/manage/audit")
	s.Exec(`UPDATE session SET stepped_at = 0 WHERE login = ?`, s.Marie.Login)
	dir := t.TempDir()
	saveInto(tab, dir)

	tab.Click("#audit-export")
	tab.Wait(`document.querySelector("#step-up[open]")`)
	if got := tab.Focused(); got != "step-up-password" {
		t.Errorf("the focus is on %q", got)
	}
	tab.NoViolations("password again", "#step-up")
	tab.Screenshot("step-up", false)
	fill(tab, "#step-up-password", "wrong\r")
	tab.Wait(`document.querySelector("#step-up-password[aria-invalid]") || document.querySelector("#step-up .banner.bad")`)
	fill(tab, "#step-up-password", backendtest.Password+"\r")
	says(tab, "#toasts", "Saved as")
	tab.Wait(`!document.querySelector("#step-up[open]")`)

	var saved []string
	for deadline := time.Now().Add(10 * time.Second); len(saved) == 0 && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		saved, _ = filepath.Glob(filepath.Join(dir, "*.csv"))
	}
	if len(saved) != 1 {
		t.Fatalf("saved files: %v", saved)
	}
	content, err := os.ReadFile(saved[0])
	if err != nil || !strings.Contains(string(content), "login.signed_in") {
		t.Errorf("the file says %q (%v)", content, err)
	}

	// Giving up leaves everything as it was.
	s.Exec(`UPDATE session SET stepped_at = 0 WHERE login = ?`, s.Marie.Login)
	tab.Click("#audit-export")
	tab.Wait(`document.querySelector("#step-up[open]")`)
	press(tab, "#step-up", "Cancel")
	tab.Wait(`!document.querySelector("#step-up[open]") && !document.querySelector("#audit-export[aria-busy]")`)
}
