package offline

import (
	"reflect"
	"testing"

	"countersign/shared/number"
	"countersign/shared/replica"
)

// N13: a transaction arrives in another tab as it was committed; what is no transaction is left alone.
func TestCommittedTravels(t *testing.T) {
	cursor := "at 1"
	c := &replica.Committed{ID: 7, No: 3, Mids: []replica.Mid{4}, Tx: replica.Tx{
		If: replica.Guard{Generation: 1, Cursor: &cursor}, Strict: true,
		Meta:   &replica.Meta{Client: "c1", Cursor: "at 2", Tx: 2},
		Append: []replica.Entry{{Mutation: replica.Mutation{Uid: "u", Op: replica.Remove, Rows: []replica.Edit{{ID: "n"}}}}},
		Rows: []replica.Change{
			{Seq: 5, Kind: replica.KindNumber, ID: "00000000-0000-4000-8000-000000000001", Number: &number.Number{ID: "00000000-0000-4000-8000-000000000001", E164: "+33184880001", Ver: 5}},
			{Seq: 6, Kind: replica.KindPurpose, ID: "sales", Del: true},
		},
		Stage: &replica.Staged{N: 2, Data: []byte{0, 1, 2}},
	}}
	b, err := writeCommitted(c)
	if err != nil {
		t.Fatal(err)
	}
	got, err := readCommitted(b)
	if err != nil {
		t.Fatal(err)
	}
	want := *c
	want.ID = 0 // it is another tab's
	if !reflect.DeepEqual(got, &want) {
		t.Errorf("arrived as %+v, want %+v", got, &want)
	}
	if c.Tx.Rows == nil || c.Tx.Stage.Data == nil {
		t.Error("what was sent has changed")
	}
	for n := range b {
		if _, err := readCommitted(b[:n]); err == nil {
			t.Fatalf("the first %d bytes are taken for a transaction", n)
		}
	}
}

// N13: what the live stream says of the numbers is understood, and what it can't be understood means only that there is
// something new.
func TestPokes(t *testing.T) {
	for ref, want := range map[string]replica.Poke{"e1:12": {Epoch: "e1", Head: 12}, "a:b:3": {Epoch: "a:b", Head: 3}, "": {}, "e1:": {}, "e1:x": {}} {
		if got := readPoke(ref); got != want {
			t.Errorf("%q is %+v, want %+v", ref, got, want)
		}
		if again := readPoke(writePoke(&want)); again != want {
			t.Errorf("passed on, %q is %+v", ref, again)
		}
	}
}
