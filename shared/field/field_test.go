package field

import (
	"strings"
	"testing"

	"countersign/shared/errs"

	"github.com/google/go-cmp/cmp"
)

var defined = []Field{
	{Key: CodeKey, Kind: Code, OnContact: true, OnOrganization: true, Active: true},
	{Key: "vat", Kind: Text, OnOrganization: true, Active: true},
	{Key: "plan", Kind: Choice, Choices: []string{"Basic", "Plus"}, OnContact: true, OnOrganization: true, Active: true},
	{Key: "since", Kind: Date, OnContact: true, Active: true},
	{Key: "old", Kind: Text, OnOrganization: true},
}

// K03, C03: a wrong value names its field, and the code is never among the values.
func TestMerge_names_the_wrong_field(t *testing.T) {
	for _, c := range []struct {
		onContact bool
		given     map[string]string
		path      string
	}{
		{false, map[string]string{"plan": "Gold"}, "fields.plan"},
		{true, map[string]string{"since": "31/12/2025"}, "fields.since"},
		{true, map[string]string{"since": "2025-02-30"}, "fields.since"},
		{false, map[string]string{"vat": "a\x00b"}, "fields.vat"},
		{false, map[string]string{"vat": strings.Repeat("é", MaxText+1)}, "fields.vat"},
		{true, map[string]string{"vat": "FR 40"}, "fields.vat"},
		{false, map[string]string{"old": "back"}, "fields.old"},
		{false, map[string]string{"unheard": "of"}, "fields.unheard"},
		{false, map[string]string{CodeKey: "copper lamp river 42"}, "fields." + CodeKey},
	} {
		_, err := Merge(defined, c.onContact, nil, c.given)
		e, ok := err.(*errs.Error)
		if !ok || len(e.Fields) != 1 || e.Fields[0].Path != c.path {
			t.Errorf("%v: %v, want a bad %s", c.given, err, c.path)
		}
	}
}

// Nothing is lost: values of fields that are not in use stay, and so does a choice that was taken out.
func TestMerge_keeps_what_is_not_in_use(t *testing.T) {
	got, err := Merge(defined, false, map[string]string{"old": "kept", "plan": "Retired", "vat": "1"},
		map[string]string{"plan": "Retired", "vat": " 2 "})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(map[string]string{"old": "kept", "plan": "Retired", "vat": "2"}, got); d != "" {
		t.Error(d)
	}
	if got, err = Merge(defined, false, got, map[string]string{}); err != nil || len(got) != 1 || got["old"] != "kept" {
		t.Errorf("emptied to %v, %v", got, err)
	}
}
