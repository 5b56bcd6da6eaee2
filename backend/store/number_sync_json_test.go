package store

import (
	"encoding/json"
	"testing"

	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// What is written by hand reads back as it was, by hand and by encoding/json, whatever people type.
func FuzzNumberJSON(f *testing.F) {
	f.Add("018f0000-0000-7000-8000-000000000001", "+33184880001", "survey", "Reception", "", "", "active", int64(9117))
	f.Add("", "", "", `"quoted" \ back`, "u", "p", "removed", int64(-1))
	f.Add("i", "+1", "p", "Réception <b>\u2028\x00\t", "u\"", "", "", int64(0))
	f.Fuzz(func(t *testing.T, n, e164, purpose, name, unit, program, status string, ver int64) {
		want := number.Number{ID: id.Number(n), E164: number.E164(e164), CallPurpose: purpose, DisplayName: name,
			Place: number.Place{BusinessUnit: id.BusinessUnit(unit), Program: id.Program(program)}, Status: number.Status(status), Ver: ver}
		// encoding/json writes what is no UTF-8 as U+FFFD, and so does the hand.
		standard, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		want = number.Number{}
		if err := json.Unmarshal(standard, &want); err != nil {
			t.Fatal(err)
		}
		var byJSON number.Number
		text := numberJSON(&want)
		if err := json.Unmarshal([]byte(text), &byJSON); err != nil || byJSON != want {
			t.Errorf("%s reads as %+v, want %+v (%v)", text, byJSON, want, err)
		}
		for _, s := range []string{text, string(standard)} {
			if got, err := readNumberJSON(s); err != nil || *got != want {
				t.Errorf("%s reads as %+v, want %+v (%v)", s, got, want, err)
			}
		}
	})
}

// An outcome by hand is the same JSON.
func TestOutcomeJSON(t *testing.T) {
	for _, o := range []replica.Outcome{
		{Mid: 4, Uid: "5f", St: replica.Applied, Seq: 9, Applied: 1},
		{Mid: 4, Uid: `"`, St: replica.Noop, Seq: -9},
		{Mid: 4, Uid: "5f", St: replica.Merged, Seq: 9, Applied: 1, Rejected: 2, Faults: []replica.Fault{{ID: "n", Reason: number.Conflict}}},
		{Mid: 4, Uid: "5f", St: replica.Rejected, Technical: "server_bug", Attention: "a"},
	} {
		want, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := outcomeJSON(&o); err != nil || got != string(want) {
			t.Errorf("%s, want %s (%v)", got, want, err)
		}
	}
}

// What is not the hand's own form is read by encoding/json, or refused.
func TestReadNumberJSONOfOtherForms(t *testing.T) {
	for s, ok := range map[string]bool{
		`{"ver":3,"id":"n","e164":"+1"}`:      true,
		` {"id":"n","e164":"+1","ver":3} `:    true,
		`{"id":"n","e164":"+1","ver":3`:       false,
		`{"id":"n","e164":"+1","ver":"3"}`:    false,
		`{"id":"n","e164":"+1","ver":3,"x":}`: false,
		``:                                    false,
	} {
		n, err := readNumberJSON(s)
		if ok && (err != nil || n.ID != "n" || n.E164 != "+1" || n.Ver != 3) || !ok && err == nil {
			t.Errorf("%s: %+v, %v", s, n, err)
		}
	}
}
