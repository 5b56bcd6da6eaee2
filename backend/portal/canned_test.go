package portal_test

import (
	"testing"

	. "countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/errs"
)

// Canned answers are kept by leads and used by agents; two titles that people can't tell apart are one.
func TestCannedAnswers(t *testing.T) {
	w := New(t)
	anna, sofia := w.As(w.Anna), w.As(w.Sofia)
	in := api.CreateCannedIn{Body: api.CannedBody{Title: "  We look \n at it ", BodyEN: "Thank you, {name}. We look at it.", BodyFR: "Merci, {name}. Nous regardons."}}
	a := Must(Call(anna, api.CreateCanned, in))
	if a.Title != "We look at it" || a.ChangedBy != "Anna Roth" {
		t.Errorf("%+v", a)
	}
	in.Body.Title = "we LOOK at it"
	_, err := Call(anna, api.CreateCanned, in)
	badTicketField(t, err, "title")
	_, err = Call(sofia, api.CreateCanned, in)
	Refused(t, err, errs.Forbidden)
	up := api.UpdateCannedIn{CannedIn: api.CannedIn{Answer: a.ID}}
	up.Body.CannedBody, up.Body.Version = api.CannedBody{Title: "Looking", BodyEN: "Soon.", BodyFR: "Bientôt."}, a.Version
	b := Must(Call(anna, api.UpdateCanned, up))
	_, err = Call(anna, api.UpdateCanned, up)
	Refused(t, err, errs.Conflict)
	up.Body.Version, up.Body.BodyFR = b.Version, " \u202e"
	_, err = Call(anna, api.UpdateCanned, up)
	badTicketField(t, err, "body_fr")
	if list := Must(Call(sofia, api.ListCanned, api.None{})).Answers; len(list) != 1 || list[0].BodyEN != "Soon." {
		t.Errorf("%+v", list)
	}
	Must(Call(anna, api.DeleteCanned, api.CannedIn{Answer: a.ID}))
	if list := Must(Call(sofia, api.ListCanned, api.None{})).Answers; len(list) != 0 {
		t.Errorf("%+v", list)
	}
	w.Verify()
}
