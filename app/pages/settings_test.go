package pages

import (
	"strings"
	"testing"

	"countersign/shared/api"
	"countersign/shared/field"
	"countersign/shared/org"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// C03: of the built-in field only the labels can be changed, others can't be defined without saying where they belong.
func TestFieldForm_keeps_the_built_in_field(t *testing.T) {
	var f fieldForm
	f.show(&field.Field{ID: "x", Key: field.CodeKey, Kind: field.Code, LabelEN: "Phone/Chat Code", LabelFR: "Code téléphone/chat", OnContact: true, OnOrganization: true, Active: true})
	html := app.HTMLString(app.Div().Body(f.fields()...))
	if !strings.Contains(html, "field-label_en") || strings.Contains(html, "field-kind") || strings.Contains(html, "field-on_contact") {
		t.Errorf("the form of the code:\n%s", html)
	}
	f.body.LabelEN = "Security Code"
	if f.check(); len(f.wrong) > 0 || !f.body.OnContact || !f.body.OnOrganization || !f.body.Active || !f.dirty() {
		t.Errorf("%+v, wrong %v", f.body, f.wrong)
	}

	f.show(nil)
	f.kind, f.choices, f.body.OnContact = field.Choice, "\n  \n", false
	f.check()
	for _, name := range []string{"label_en", "label_fr", "choices", "on_contact"} {
		if f.wrong[name] == "" {
			t.Errorf("%s is not asked for", name)
		}
	}
	f.choices, f.body.OnContact, f.body.LabelEN, f.body.LabelFR = " Basic \n\nPlus\n", true, "Plan", "Contrat"
	if f.check(); len(f.wrong) > 0 || strings.Join(f.body.Choices, "|") != "Basic|Plus" {
		t.Errorf("choices %q, wrong %v", f.body.Choices, f.wrong)
	}
}

// C03: administrators change fields, the others read them; the built-in one can't be retired.
func TestStaffSettings_are_for_administrators(t *testing.T) {
	fields := api.Fields{Fields: []field.Field{
		{ID: "01a201e5-a542-77a7-bac3-7565f3395611", Key: field.CodeKey, Kind: field.Code, LabelEN: "Phone/Chat Code", LabelFR: "Code téléphone/chat", Active: true},
		{ID: "01a201e5-a542-77a7-bac3-7565f3395612", Key: "vat", Kind: field.Text, LabelEN: "VAT number", LabelFR: "Numéro de TVA", Active: true},
		{ID: "01a201e5-a542-77a7-bac3-7565f3395613", Key: "fax", Kind: field.Text, LabelEN: "Fax", LabelFR: "Télécopie"}}}
	for rank, may := range map[org.Rank]bool{org.Lead: false, org.Administrator: true} {
		w := &wire{answers: map[string]any{"/fields": fields}}
		s := &StaffSettings{At: signedIn(t, ofAgent(w, rank, "settings", ""))}
		shownPage(t, s)
		html := app.HTMLString(s)
		if !strings.Contains(html, "VAT number") || !strings.Contains(html, "Télécopie") {
			t.Errorf("%s: fields are missing", rank)
		}
		if strings.Contains(html, "field-define") != may || strings.Contains(html, "Move up") != may {
			t.Errorf("%s: acts are not as wanted", rank)
		}
		if may && (strings.Count(html, ">Retire<") != 1 || strings.Count(html, ">Bring back<") != 1) {
			t.Errorf("%s: %d can be retired, %d brought back", rank, strings.Count(html, ">Retire<"), strings.Count(html, ">Bring back<"))
		}
	}
}
