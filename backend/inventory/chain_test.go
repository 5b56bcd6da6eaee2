package inventory

import (
	"encoding/hex"
	"testing"
	"time"

	"countersign/shared/number"
	"countersign/shared/replica"
)

// TestLinkStaysTheSame: chains are stored, and devices hold cursors with them for weeks, so another version of the
// server must link as this one does (I15). It also differs with every part of a change.
func TestLinkStaysTheSame(t *testing.T) {
	starts := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	n := number.Number{ID: "n", E164: "+33184882010", CallPurpose: "survey", DisplayName: "Desk", Place: number.Place{BusinessUnit: "u", Program: "p"}, Status: number.Active, Ver: 7}
	changes := []replica.Change{
		{Seq: 7, Kind: replica.KindNumber, ID: "n", Number: &n},
		{Seq: 7, Kind: replica.KindNumber, ID: "n", Del: true},
		{Seq: 7, Kind: replica.KindUnit, ID: "u", Unit: &number.Unit{ID: "u", Name: "North", Ver: 7}},
		{Seq: 7, Kind: replica.KindProgram, ID: "p", Program: &number.Program{ID: "p", BusinessUnit: "u", DisplayName: "Spring", CallPurpose: "survey", Starts: starts, Ver: 7}},
		{Seq: 7, Kind: replica.KindPurpose, ID: "survey", Purpose: &number.Purpose{Key: "survey", Labels: map[string]string{"fr": "Sondage", "en": "Survey"}, NeverPlaces: true, Position: 3}},
	}
	want := []string{"ba42cb9bdb91679e", "45d0d51ef17ab641", "cdc4ca7de79060ca", "e95f3d53e2da5f56", "bb7da10e901d0ada"}
	before := [8]byte{1, 2, 3}
	for i, ch := range changes {
		chain := Link(before, &Past{Change: ch, Uid: "0123456789abcdef0123456789abcdef", By: "me", At: starts})
		if got := hex.EncodeToString(chain[:]); got != want[i] {
			t.Errorf("%s: %s, want %s", ch.Kind, got, want[i])
		}
	}

	seen := map[[8]byte]bool{Link(before, &Past{Change: changes[0], Uid: "u"}): true}
	for name, edit := range map[string]func(*Past, *number.Number, *[8]byte){
		"before":  func(_ *Past, _ *number.Number, b *[8]byte) { b[7]++ },
		"seq":     func(p *Past, _ *number.Number, _ *[8]byte) { p.Seq++ },
		"id":      func(p *Past, _ *number.Number, _ *[8]byte) { p.ID = "m" },
		"uid":     func(p *Past, _ *number.Number, _ *[8]byte) { p.Uid = "v" },
		"e164":    func(_ *Past, n *number.Number, _ *[8]byte) { n.E164 += "0" },
		"purpose": func(_ *Past, n *number.Number, _ *[8]byte) { n.CallPurpose = "sales" },
		"name":    func(_ *Past, n *number.Number, _ *[8]byte) { n.DisplayName = "" },
		"unit":    func(_ *Past, n *number.Number, _ *[8]byte) { n.BusinessUnit = "up" },
		"shift":   func(_ *Past, n *number.Number, _ *[8]byte) { n.BusinessUnit, n.Program = "", "up" },
		"status":  func(_ *Past, n *number.Number, _ *[8]byte) { n.Status = number.Suspended },
		"version": func(_ *Past, n *number.Number, _ *[8]byte) { n.Ver++ },
	} {
		row, b := n, before
		p := &Past{Change: changes[0], Uid: "u"}
		p.Number = &row
		edit(p, &row, &b)
		chain := Link(b, p)
		if seen[chain] {
			t.Errorf("another %s makes no difference", name)
		}
		seen[chain] = true
	}
}
