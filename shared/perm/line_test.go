package perm

import (
	"testing"

	"pgregory.net/rapid"
)

// K07: the matrix shows every right of the table once, and none besides.
func TestLines_hold_every_right_once(t *testing.T) {
	seen := map[Right]int{}
	for _, l := range Lines() {
		var onLine Set
		for _, r := range append(append([]Right{}, l.Special...), l.View, l.Create, l.Update, l.Delete) {
			if r == "" {
				continue
			}
			if r.Line() != l.Key {
				t.Errorf("%s stands on the line %s", r, l.Key)
			}
			seen[r]++
			onLine |= Of(r)
		}
		if onLine != l.Rights() {
			t.Errorf("line %s shows %v, the table has %v", l.Key, onLine.List(), l.Rights().List())
		}
	}
	for _, r := range All() {
		want := 1
		if r == OwnershipTransfer { // moves by a transfer, is no permission
			want = 0
		}
		if seen[r] != want {
			t.Errorf("%s stands in the matrix %d times, want %d", r, seen[r], want)
		}
	}
}

func anyContact(t *rapid.T) ([]Role, Overrides) {
	roles := rapid.SliceOfDistinct(rapid.SampledFrom(Roles()), func(r Role) Role { return r }).Draw(t, "roles")
	cells := rapid.MapOf(rapid.SampledFrom(All()), rapid.SampledFrom([]Cell{Inherit, Allow, Deny})).Draw(t, "cells")
	return roles, cells
}

// K07: what the tab says of a right is what the server refuses by, and the origin it names is true.
func TestExplain_says_what_is_effective_and_why(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		roles, cells := anyContact(t)
		s := Effective(roles, cells)
		for _, r := range All() {
			e := Explain(roles, cells, r)
			if e.Allowed != s.Has(r) {
				t.Fatalf("%s: explained as %v, effective is %v", r, e.Allowed, s.Has(r))
			}
			switch e.Origin {
			case FromRole:
				if !e.Role.Rights().Has(r) {
					t.Fatalf("%s is said to come from the role %s, which has it not", r, e.Role)
				}
			case Here:
				if cells[r] != Allow {
					t.Fatalf("%s is said to be allowed here, the cell says %q", r, cells[r])
				}
			case DeniedHere:
				if cells[r] != Deny {
					t.Fatalf("%s is said to be denied here, the cell says %q", r, cells[r])
				}
			case DeniedView:
				if cells[r.View()] != Deny {
					t.Fatalf("%s is said to be denied by its view, whose cell says %q", r, cells[r.View()])
				}
			case Implied:
				if r != r.View() || !s.Has(e.Of) || e.Of.Line() != r.Line() {
					t.Fatalf("%s is said to come with %s", r, e.Of)
				}
			case NotGranted:
				if cells[r] == Allow {
					t.Fatalf("%s is said to be granted by nothing, the cell allows it", r)
				}
			case NeverGiven:
				if r.Grantable() {
					t.Fatalf("%s is said to be nobody's", r)
				}
			default:
				t.Fatalf("%s has the origin %q", r, e.Origin)
			}
		}
	})
}

// K07: a denial wins over any number of allowing roles and cells, and nothing can be done that cannot be seen.
func TestEffective_denies_and_implies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		roles, cells := anyContact(t)
		s := Effective(roles, cells)
		for _, r := range s.List() {
			if cells[r] == Deny || cells[r.View()] == Deny {
				t.Fatalf("%s is permitted although denied", r)
			}
			if view := r.View(); view.Known() && !s.Has(view) {
				t.Fatalf("%s is permitted without %s", r, view)
			}
		}
		if more := Effective(append(roles, Admin), cells); s.Without(more) != 0 {
			t.Fatalf("another role took %v away", s.Without(more).List())
		}
	})
}

func TestOverrides_clean_refuses_what_cannot_be_stored(t *testing.T) {
	for _, c := range []struct {
		name string
		in   Overrides
		bad  Right
	}{
		{"an unknown right", Overrides{"servers.reboot": Allow}, "servers.reboot"},
		{"an unknown value", Overrides{ProfileView: "maybe"}, ProfileView},
		{"deletion of contacts", Overrides{ContactsDelete: Allow}, ContactsDelete},
		{"ownership", Overrides{OwnershipTransfer: Allow}, OwnershipTransfer},
	} {
		if out, bad := c.in.Clean(); bad != c.bad || out != nil {
			t.Errorf("%s: got %v and %q, want %q", c.name, out, bad, c.bad)
		}
	}
	out, bad := Overrides{ProfileView: Allow, ProfileUpdate: Inherit, TicketsView: Deny}.Clean()
	if bad != "" || len(out) != 2 || out[ProfileView] != Allow || out[TicketsView] != Deny {
		t.Errorf("good cells became %v (%q)", out, bad)
	}
}

// The hot path of every request: no allocation.
func BenchmarkEffective(b *testing.B) {
	roles, cells := []Role{Admin, Tickets}, Overrides{ProfileUpdate: Deny, RemoteSupportApprove: Allow, NumbersDelete: Deny}
	b.ReportAllocs()
	for b.Loop() {
		if !Effective(roles, cells).Has(ProfileView) {
			b.Fatal("an admin sees the profile")
		}
	}
}
