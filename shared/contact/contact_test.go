package contact

import (
	"testing"

	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/perm"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func key(err error) string {
	if e, ok := err.(*errs.Error); ok {
		return e.Key
	}
	return ""
}

// K11: each guard has its own answer, and the same one in the browser and on the server.
func TestGuards_name_their_reason(t *testing.T) {
	admin := Actor{Contact: "jonas", Rights: perm.Admin.Rights()}
	owner := Actor{Contact: "marie", Owner: true, Rights: perm.Everything()}
	support := Actor{Support: true, Rights: perm.Support()}
	marie := &Contact{ID: "marie", Name: "Marie", Owner: true, Active: true, Access: true}
	jonas := &Contact{ID: "jonas", Name: "Jonas", Active: true, Access: true, Roles: []perm.Role{perm.Admin}}
	nadia := &Contact{ID: "nadia", Name: "Nadia", Active: true, Access: true, Roles: []perm.Role{perm.SupportApprover}}
	paul := &Contact{ID: "paul", Name: "Paul", Active: true, Access: true, Roles: []perm.Role{perm.ReadOnly}}
	with := func(c *Contact, change func(*Contact)) *Contact {
		x := *c
		change(&x)
		return &x
	}
	approver := with(paul, func(c *Contact) { c.Roles = []perm.Role{perm.SupportApprover} })
	speaker := with(paul, func(c *Contact) { c.PhoneChatAuthority = true })

	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"an admin changes another's data", admin.MayChange(paul), ""},
		{"the owner is out of others' reach", admin.MayChange(marie), "contact.guard.owner"},
		{"support does not change the owner", support.MayChange(marie), "contact.guard.owner"},
		{"the owner changes their own data", owner.MayChange(marie), ""},
		{"without the right nothing changes", Actor{Contact: "paul", Rights: perm.ReadOnly.Rights()}.MayChange(jonas), "error.forbidden"},
		{"nobody deactivates the owner", admin.MaySwitch(marie), "contact.guard.owner_active"},
		{"not even the owner", owner.MaySwitch(marie), "contact.guard.owner_active"},
		{"nobody deactivates themselves", admin.MaySwitch(jonas), "contact.guard.own_active"},
		{"an admin deactivates another", admin.MaySwitch(nadia), ""},
		{"nobody edits their own permissions", admin.MayPermit(jonas, with(jonas, func(c *Contact) { c.Roles = nil })), "contact.guard.own_permissions"},
		{"the owner's permissions are not edited", owner.MayPermit(marie, marie), "contact.guard.owner_permissions"},
		{"nobody grants what they lack", admin.MayPermit(paul, approver), "contact.guard.you_lack"},
		{"the owner grants it", owner.MayPermit(paul, approver), ""},
		{"taking away is no grant", admin.MayPermit(nadia, with(nadia, func(c *Contact) { c.Roles = nil })), ""},
		{"without the right to permit", Actor{Contact: "x", Rights: perm.Of(perm.ContactsView, perm.ContactsUpdate)}.MayPermit(paul, paul), "contact.guard.no_permissions"},
		{"support permits nothing", support.MayPermit(paul, paul), "support.error.barred"},
		{"authority is given by who has it", admin.MayPermit(paul, speaker), "contact.guard.authority"},
		{"and by the owner", owner.MayPermit(paul, speaker), ""},
		{"an admin lets a reader in", admin.MayEnable(paul), ""},
		{"a way in for more than one has is a grant", admin.MayEnable(nadia), "contact.guard.more_than_you"},
		{"who may not call hands out no code of one who may", admin.MayEnable(speaker), "contact.guard.more_than_you"},
		{"the owner lets who may call in", owner.MayEnable(speaker), ""},
		{"nobody opens the owner's way in", admin.MayEnable(marie), "contact.guard.owner"},
		{"the owner lets anybody in", owner.MayEnable(nadia), ""},
		{"support lets nobody in", support.MayEnable(paul), "support.error.barred"},
	} {
		if got := key(c.err); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// K11: however often actors other than the owner edit each other, nobody comes to hold a right that none of them held.
func TestGuards_never_make_a_new_right(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		roles := rapid.SliceOfNDistinct(rapid.SampledFrom(perm.Roles()), 0, 3, func(r perm.Role) perm.Role { return r })
		cells := rapid.MapOfN(rapid.SampledFrom(perm.All()), rapid.SampledFrom([]perm.Cell{perm.Allow, perm.Deny}), 0, 4)
		people := make([]*Contact, 4)
		var held perm.Set
		for i := range people {
			people[i] = &Contact{ID: id.Contact("abcd"[i : i+1]), Active: true, Access: true, Roles: roles.Draw(t, "roles"), Overrides: cells.Draw(t, "cells")}
			held |= people[i].Rights()
		}
		for range 30 {
			by, of := rapid.SampledFrom(people).Draw(t, "by"), rapid.IntRange(0, 3).Draw(t, "of")
			after := *people[of]
			after.Roles, after.Overrides = roles.Draw(t, "new roles"), cells.Draw(t, "new cells")
			a := Actor{Contact: by.ID, Rights: by.Rights()}
			if a.MayChange(people[of]) == nil && a.MayPermit(people[of], &after) == nil {
				people[of] = &after
			}
			for _, p := range people {
				if more := p.Rights().Without(held); more != 0 {
					t.Fatalf("somebody came to hold %v", more.List())
				}
			}
		}
	})
}

// K10, K04: a contact without access, or a deactivated one, may nothing, whatever its roles.
func TestRights_need_access_and_activity(t *testing.T) {
	c := Contact{Active: true, Access: true, Roles: []perm.Role{perm.Admin}}
	if c.Rights() == 0 {
		t.Error("an admin may nothing")
	}
	for name, off := range map[string]Contact{
		"deactivated":        {Access: true, Roles: c.Roles},
		"without access":     {Active: true, Roles: c.Roles},
		"owner, deactivated": {Access: true, Owner: true},
	} {
		if off.Rights() != 0 {
			t.Errorf("%s: may %v", name, off.Rights().List())
		}
	}
	if got := (&Contact{Roles: c.Roles}).Granted(); got != c.Rights() {
		t.Errorf("ticked again it would hold %v", got.List())
	}
}

// K06: webmasters, web designers and web developers are proposed the role that they need.
func TestType_proposes_a_role(t *testing.T) {
	got := map[Type]perm.Role{}
	for _, x := range Types() {
		if r := x.Proposes(); r != "" {
			got[x] = r
		}
	}
	want := map[Type]perm.Role{WebDesigner: perm.Services, WebDeveloper: perm.Services, Webmaster: perm.Services,
		Accounting: perm.Billing, Technical: perm.Tickets}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// C06, C08: who may see which code follows from the lines of the matrix.
func TestCodes_are_seen_by_their_lines(t *testing.T) {
	for _, c := range []struct {
		name              string
		rights            perm.Set
		account, own, set bool
	}{
		{"nobody by default", 0, false, false, false},
		{"profile, view", perm.Of(perm.ProfileView), true, false, false},
		{"manage contacts, view alone", perm.Of(perm.ContactsView), false, false, false},
		{"manage contacts, view and update", perm.Of(perm.ContactsView, perm.ContactsUpdate), false, true, true},
		{"my code, view", perm.Of(perm.MyCodeView), false, true, false},
		{"my code, view and update", perm.Of(perm.MyCodeView, perm.MyCodeUpdate), false, true, true},
		{"read-only", perm.ReadOnly.Rights(), false, false, false},
	} {
		if a, o, s := SeesAccountCode(c.rights), SeesOwnCode(c.rights), SetsOwnCode(c.rights); a != c.account || o != c.own || s != c.set {
			t.Errorf("%s: account %v, own %v, sets %v", c.name, a, o, s)
		}
	}
}
