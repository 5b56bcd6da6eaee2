package portal_test

import (
	"maps"
	"testing"

	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/live"
	"countersign/shared/number"
)

// N03, N04, X02: the record keeps what a call purpose was called, in each language, when a number or a program was given
// another one: it stays so when the label changes.
func TestRecord_keeps_the_labels_of_call_purposes(t *testing.T) {
	d := newDesk(t)
	p := d.program(d.unit("France").ID, "Winter")
	edit := api.UpdateProgramIn{ProgramIn: api.ProgramIn{Org: api.Org{Org: d.Acme}, Program: p.ID}}
	edit.Body.ProgramBody = api.ProgramBody{DisplayName: p.DisplayName, CallPurpose: "customer_service", Starts: p.Starts, Ends: p.Ends}
	edit.Body.Ver = p.Ver
	backendtest.Must(backendtest.Call(d.marie, api.UpdateProgram, edit))
	d.set(d.marie, d.add("+33184882010", "survey", "", number.Place{}), number.Fields{CallPurpose: ptr("customer_service")})
	d.Exec(`UPDATE call_purpose SET labels = '{"en":"Other","fr":"Autre"}'`)

	want := map[string]string{"from.call_purpose": "survey", "from.call_purpose.en": "Survey", "from.call_purpose.fr": "Sondage",
		"to.call_purpose": "customer_service", "to.call_purpose.en": "Customer Service", "to.call_purpose.fr": "Service client"}
	for _, kind := range []audit.Kind{audit.ProgramChanged, audit.NumberChanged} {
		e := audited(d, live.Of(d.Acme), kind)
		if len(e) != 1 {
			t.Fatalf("%s: %+v", kind, e)
		}
		got := e[0].Detail
		maps.DeleteFunc(got, func(k, _ string) bool { return k == "what" || k == "name" || k == "number" })
		if !maps.Equal(got, want) {
			t.Errorf("%s: %v, want %v", kind, got, want)
		}
	}
	d.Verify()
}
