package perm

import (
	"testing"

	"pgregory.net/rapid"
)

// Effective follows the rule of the contract: deny wins, then allow, else no (K07).
func TestEffective(t *testing.T) {
	cases := []struct {
		name  string
		roles []Role
		cells Overrides
		yes   []Right
		no    []Right
	}{
		{"nothing_given_is_nothing", nil, nil, nil, All()},
		{"admin_has_no_approvals_nor_ownership", []Role{Admin}, nil,
			[]Right{ContactsPermissions, AuditExport, RemoteSupportCreate, NumbersImport},
			[]Right{RemoteSupportApprove, SignificantChangesApprove, OwnershipTransfer, ContactsDelete}},
		{"admin_with_approval_given_explicitly", []Role{Admin}, Overrides{RemoteSupportApprove: Allow},
			[]Right{RemoteSupportApprove}, []Right{SignificantChangesApprove}},
		{"deny_beats_role", []Role{Admin}, Overrides{NumbersDelete: Deny}, []Right{NumbersView, NumbersUpdate}, []Right{NumbersDelete}},
		{"denied_view_denies_the_line", []Role{Admin}, Overrides{NumbersView: Deny}, nil, []Right{NumbersView, NumbersCreate, NumbersImport}},
		{"an_action_implies_its_view", nil, Overrides{TicketsCreate: Allow}, []Right{TicketsView, TicketsCreate}, []Right{TicketsUpdate}},
		{"approval_implies_seeing_requests", nil, Overrides{RemoteSupportApprove: Allow}, []Right{RemoteSupportView}, []Right{RemoteSupportCreate}},
		{"roles_add", []Role{Tickets, Billing}, nil, []Right{TicketsUpdate, InvoicesPay, MyCodeUpdate}, []Right{ServicesView}},
		{"read_only_sees_no_codes", []Role{ReadOnly}, nil, []Right{NumbersView, AuditView}, []Right{ProfileView, MyCodeView, NumbersUpdate}},
		{"an_override_cannot_give_what_is_left_to_others", nil, Overrides{ContactsDelete: Allow, OwnershipTransfer: Allow},
			nil, []Right{ContactsDelete, OwnershipTransfer}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := Effective(c.roles, c.cells)
			for _, r := range c.yes {
				if !got.Has(r) {
					t.Errorf("%s is not permitted, want permitted", r)
				}
			}
			for _, r := range c.no {
				if got.Has(r) {
					t.Errorf("%s is permitted, want not", r)
				}
			}
		})
	}
}

// No bundle of roles and cells gives a denied right, ownership, or an action whose view is missing (K07, K11).
func TestEffectiveProperties(t *testing.T) {
	cell := rapid.SampledFrom([]Cell{Inherit, Allow, Deny})
	rapid.Check(t, func(t *rapid.T) {
		roles := rapid.SliceOfN(rapid.SampledFrom(Roles()), 0, 4).Draw(t, "roles")
		cells := Overrides{}
		for _, r := range rapid.SliceOfN(rapid.SampledFrom(All()), 0, 12).Draw(t, "cells") {
			cells[r] = cell.Draw(t, string(r))
		}
		got := Effective(roles, cells)
		for _, r := range All() {
			if cells[r] == Deny && got.Has(r) {
				t.Fatalf("%s is denied and yet permitted", r)
			}
			view := Right(r.Line() + ".view")
			if got.Has(r) && view.Known() && !got.Has(view) {
				t.Fatalf("%s is permitted without %s", r, view)
			}
		}
		if got.Has(OwnershipTransfer) || got.Has(ContactsDelete) {
			t.Fatal("ownership or deletion of contacts was given by a role or a cell")
		}
	})
}

// What the contract bars in every support session is not among its rights (R09).
func TestSupportIsBarred(t *testing.T) {
	for _, r := range []Right{RemoteSupportApprove, SignificantChangesApprove, MyCodeView, MyCodeUpdate, OwnershipTransfer,
		ContactsDelete, ContactsPermissions, RemoteSupportCreate} {
		if Support().Has(r) {
			t.Errorf("a support session may %s", r)
		}
	}
	if !Support().Has(NumbersUpdate) || !Support().Has(ProfileView) {
		t.Error("a support session can't do the work it is for")
	}
}

func TestSetListsWhatItHolds(t *testing.T) {
	s := Of(AuditView, NumbersView)
	if got := Of(s.List()...); got != s || s.Has("no.such") {
		t.Fatalf("list of %b gives %b", s, got)
	}
}
