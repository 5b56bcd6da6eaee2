package portal_test

import (
	"testing"

	. "countersign/backend/backendtest"
	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/org"
)

// R03: an unasked entry is one stay. However it ends, nothing of it is left running, and entering again and again
// leaves one grant, not many.
func TestAnUnaskedEntryEndsWithItsStay(t *testing.T) {
	for name, end := range map[string]func(w *World, sofia, inside *Actor){
		"left":       func(_ *World, _, inside *Actor) { Must(Call(inside, api.LeaveSupport, api.Org{Org: inside.Inside})) },
		"signed out": func(_ *World, sofia, _ *Actor) { Must(Call(sofia, api.SignOut, api.None{})) },
		"deactivated": func(w *World, _, _ *Actor) {
			off := api.UpdateStaffIn{Staff: w.Sofia.Staff}
			off.Body.Role = org.Agent
			Must(Call(w.As(w.Ada), api.UpdateStaff, off))
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := New(t)
			gina, sofia := w.As(w.Gina), w.As(w.Sofia)
			Must(sofia.EnterManaged(w.Gamma, "first"))
			inside := Must(sofia.EnterManaged(w.Gamma, "second"))
			if s := gina.Remote(w.Gamma); len(s.Active) != 1 || s.Active[0].Note != "second" {
				t.Errorf("after two entries %d grants run", len(s.Active))
			}
			end(w, sofia, inside)
			if s := gina.Remote(w.Gamma); len(s.Active) != 0 {
				t.Errorf("a grant runs on although nobody can use it: %+v", s.Active)
			}
			h := Must(Call(gina, api.ListAccessHistory, api.HistoryIn{Org: api.Org{Org: w.Gamma}, Limit: 10}))
			if len(h.Requests) != 2 || h.Requests[0].State != access.Ended || h.Requests[1].State != access.Ended {
				t.Errorf("history is %+v", h.Requests)
			}
			w.Verify()
		})
	}
}
