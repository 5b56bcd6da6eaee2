package portal_test

import (
	"testing"
	"time"

	. "countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/org"
)

// Whoever left the provider hears nothing more of its customers.
func TestADeactivatedAgentGetsNoMail(t *testing.T) {
	w := New(t)
	marie, sofia := w.As(w.Marie), w.As(w.Sofia)
	g := Must(marie.Approve(Must(sofia.RequestAccess(w.Acme, time.Hour, "")), time.Hour))
	off := api.UpdateStaffIn{Staff: w.Sofia.Staff}
	off.Body.Role = org.Agent
	Must(Call(w.As(w.Ada), api.UpdateStaff, off))
	Must(marie.Revoke(g))
	for _, to := range w.Mails("access_ended") {
		if to == w.Sofia.Email {
			t.Error("a deactivated agent was told by mail how the customer's access ended")
		}
	}
}
