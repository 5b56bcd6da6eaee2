package store

import (
	"encoding/json"
	"testing"

	"countersign/shared/number"
	"countersign/shared/replica"
)

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
