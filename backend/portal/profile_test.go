package portal_test

import (
	"testing"
	"testing/synctest"
	"time"

	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/field"
	"countersign/shared/live"
	"countersign/shared/perm"

	"github.com/google/go-cmp/cmp"
)

func (d *desk) profile() api.Profile {
	d.t.Helper()
	return backendtest.Must(backendtest.Call(d.marie, api.GetProfile, api.Org{Org: d.Acme}))
}

func (d *desk) saveProfile(a *backendtest.Actor, change func(*api.UpdateProfileIn)) (api.Profile, error) {
	d.t.Helper()
	p := d.profile()
	in := api.UpdateProfileIn{Org: api.Org{Org: d.Acme}}
	in.Body.Phone, in.Body.Address, in.Body.Fields, in.Body.Version = p.Phone, p.Address, p.Fields, p.Version
	change(&in)
	return backendtest.Call(a, api.UpdateProfile, in)
}

// define makes a custom field as the provider's administrator.
func (d *desk) define(kind field.Kind, label string, change func(*api.DefineFieldIn)) (field.Field, error) {
	in := api.DefineFieldIn{}
	in.Body.Kind, in.Body.LabelEN, in.Body.LabelFR, in.Body.OnContact, in.Body.OnOrganization, in.Body.Active = kind, label, label+" (fr)", true, true, true
	change(&in)
	return backendtest.Call(d.As(d.Ada), api.DefineField, in)
}

// C03: account data and the account-wide code are changed in one dialog, each only by who may; support changes no code.
func TestProfile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		jonas, sofia := d.As(d.Jonas), d.As(d.Sofia)
		inside := backendtest.Must(sofia.Enter(backendtest.Must(d.marie.Approve(backendtest.Must(sofia.RequestAccess(d.Acme, time.Hour, "")), time.Hour))))
		after, err := d.saveProfile(jonas, func(in *api.UpdateProfileIn) {
			in.Body.Phone, in.Body.Address = "+33 (0)1 84 88 20 11", contact.Address{Street: " 12 rue du Port ", Postcode: "13002", City: "Marseille", Country: "fr"}
			in.Body.Code = &api.CodeBody{Code: "copper lamp 4277"}
		})
		if err != nil || after.Phone != "+33 1 84 88 20 11" || after.Address.Street != "12 rue du Port" || after.Address.Country != "FR" || !after.Code.Set ||
			after.Version != 2 || after.ChangedBy != "Jonas Meier" || after.Owner != "Marie Dubois" || len(after.SeenBy) != 2 {
			t.Fatalf("%+v, %v", after, err)
		}
		e := entries(t, d.World, live.Of(d.Acme), audit.OrganizationChanged)
		if len(e) != 1 || e[0].Detail["what"] != "phone, address" {
			t.Errorf("recorded %+v", e)
		}
		for path, change := range map[string]func(*api.UpdateProfileIn){
			"phone":           func(in *api.UpdateProfileIn) { in.Body.Phone = "none" },
			"address.country": func(in *api.UpdateProfileIn) { in.Body.Address.Country = "F1" },
			"fields.shoe":     func(in *api.UpdateProfileIn) { in.Body.Fields = map[string]string{"shoe": "44"} },
		} {
			_, err := d.saveProfile(jonas, change)
			if p := backendtest.Refused(t, err, errs.Invalid); len(p.Errors) != 1 || p.Errors[0].Location != path {
				t.Errorf("%s: %+v", path, p.Errors)
			}
		}
		_, err = d.saveProfile(jonas, func(in *api.UpdateProfileIn) { in.Body.Version = 1 })
		says(t, err, errs.Conflict, "contact.error.changed_by", "name", "Jonas Meier")
		_, err = d.saveProfile(d.As(d.Paul), func(*api.UpdateProfileIn) {})
		backendtest.Refused(t, err, errs.Forbidden)
		for _, code := range []*api.CodeBody{{Code: "silver otter 5521"}, {Remove: true}} {
			_, err = d.saveProfile(inside, func(in *api.UpdateProfileIn) { in.Body.Code = code })
			says(t, err, errs.Forbidden, "support.error.barred")
		}
		if _, err := d.saveProfile(inside, func(in *api.UpdateProfileIn) { in.Body.Phone = "01 84 88 20 12" }); err != nil {
			t.Errorf("support changes the phone number: %v", err)
		}
		time.Sleep(6 * time.Minute)
		_, err = d.saveProfile(jonas, func(in *api.UpdateProfileIn) { in.Body.Code = &api.CodeBody{Code: "silver otter 5521"} })
		backendtest.Refused(t, err, errs.StepUp)
		if p, err := d.saveProfile(jonas, func(in *api.UpdateProfileIn) { in.Body.Phone = "" }); err != nil || p.Phone != "" || !p.Code.Set {
			t.Errorf("without a code no password is asked: %+v, %v", p, err)
		}
		d.Verify()
	})
}

// C06: allowing Profile › View lets somebody see the account-wide code; taking it away proposes to change the code (C14).
func TestProfileViewAllowsTheAccountCode(t *testing.T) {
	d := newDesk(t)
	backendtest.Must(d.saveProfile(d.marie, func(in *api.UpdateProfileIn) { in.Body.Code = &api.CodeBody{Code: "copper lamp 4277"} }))
	paul := d.As(d.Paul)
	_, err := backendtest.Call(paul, api.RevealAccountCode, api.Org{Org: d.Acme})
	backendtest.Refused(t, err, errs.Forbidden)
	d.update(d.Paul.Contact, func(b *api.ContactBody) { b.Overrides = perm.Overrides{perm.ProfileView: perm.Allow} })
	if shown, err := backendtest.Call(paul, api.RevealAccountCode, api.Org{Org: d.Acme}); err != nil || shown.Code != "copper lamp 4277" {
		t.Errorf("revealed %q, %v", shown.Code, err)
	}
	if p := d.profile(); !p.Code.RotateAt.IsZero() {
		t.Errorf("proposed too early: %+v", p.Code)
	}
	d.update(d.Paul.Contact, func(b *api.ContactBody) { b.Overrides = nil })
	if p := d.profile(); p.Code.RotateAt.IsZero() || p.Code.RotateWhy != "Paul Noir" || len(p.SeenBy) != 2 {
		t.Errorf("not proposed: %+v, seen by %v", p.Code, p.SeenBy)
	}
	_, err = backendtest.Call(paul, api.RevealAccountCode, api.Org{Org: d.Acme})
	backendtest.Refused(t, err, errs.Forbidden)
}

// C07, C08, C09: an own code is set in the contact's dialog; its holder sees it by "My code" or by Manage Contacts, and
// whoever set it never reads it back.
func TestOwnCodeOfAContact(t *testing.T) {
	d := newDesk(t)
	jonas, paul := d.As(d.Jonas), d.As(d.Paul)
	after, err := d.save(jonas, d.Paul.Contact, func(b *api.ContactBody) { b.Code = &api.CodeBody{Code: "copper lamp 4277"} })
	if err != nil || !after.Code.Set || after.Code.SetBy != "Jonas Meier" || !d.hasCode(d.Paul.Contact) {
		t.Fatalf("%+v, %v", after.Code, err)
	}
	_, err = d.save(jonas, d.Paul.Contact, func(b *api.ContactBody) { b.Code = &api.CodeBody{Code: "12345678"} })
	if p := backendtest.Refused(t, err, errs.Invalid); len(p.Errors) == 0 || p.Errors[0].Location != "code.code" {
		t.Errorf("a weak code: %+v", p)
	}
	_, err = backendtest.Call(jonas, api.RevealContactCode, at(d.Acme, d.Paul.Contact))
	backendtest.Refused(t, err, errs.Forbidden)
	_, err = backendtest.Call(paul, api.RevealMyCode, api.Org{Org: d.Acme})
	backendtest.Refused(t, err, errs.Forbidden)
	for name, cells := range map[string]perm.Overrides{"my code": {perm.MyCodeView: perm.Allow}, "manage contacts": {perm.ContactsUpdate: perm.Allow}} {
		d.update(d.Paul.Contact, func(b *api.ContactBody) { b.Overrides = cells })
		if shown, err := backendtest.Call(paul, api.RevealMyCode, api.Org{Org: d.Acme}); err != nil || shown.Code != "copper lamp 4277" {
			t.Errorf("by %s: %q, %v", name, shown.Code, err)
		}
	}
	// In one save with a new contact, which exists only then.
	made, err := d.create(d.marie, func(b *api.ContactBody) { b.Name, b.Code = "Caller", &api.CodeBody{Code: "violet engine 5813"} })
	if err != nil || !made.Code.Set || !d.hasCode(made.ID) || d.profile().Code.Set {
		t.Errorf("%+v, %v", made.Code, err)
	}
	gone := d.update(made.ID, func(b *api.ContactBody) { b.Code = &api.CodeBody{Remove: true} })
	if gone.Code.Set || d.hasCode(made.ID) {
		t.Errorf("removed: %+v", gone.Code)
	}
	d.Verify()
}

// Custom fields: defined by administrators, asked of organizations and contacts, checked by kind; retired ones keep what
// was stored; of the built-in one only the label is the provider's.
func TestCustomFields(t *testing.T) {
	d := newDesk(t)
	keep := func(*api.DefineFieldIn) {}
	vat := backendtest.Must(d.define(field.Text, "VAT number", keep))
	tier := backendtest.Must(d.define(field.Choice, "Tier", func(in *api.DefineFieldIn) { in.Body.Choices = []string{"gold", "silver"} }))
	since := backendtest.Must(d.define(field.Date, "VAT number", func(in *api.DefineFieldIn) { in.Body.OnOrganization = false }))
	if vat.Key != "vat_number" || tier.Key != "tier" || since.Key != "vat_number_2" {
		t.Errorf("keys %s, %s, %s", vat.Key, tier.Key, since.Key)
	}
	for path, c := range map[string]struct {
		kind   field.Kind
		change func(*api.DefineFieldIn)
	}{
		"choices":    {field.Choice, keep},
		"choices[1]": {field.Choice, func(in *api.DefineFieldIn) { in.Body.Choices = []string{"a", " a "} }},
		"label_fr":   {field.Text, func(in *api.DefineFieldIn) { in.Body.LabelFR = " " }},
		"on_contact": {field.Text, func(in *api.DefineFieldIn) { in.Body.OnContact, in.Body.OnOrganization = false, false }},
	} {
		_, err := d.define(c.kind, "Wrong", c.change)
		if p := backendtest.Refused(t, err, errs.Invalid); len(p.Errors) != 1 || p.Errors[0].Location != path {
			t.Errorf("%s: %+v", path, p.Errors)
		}
	}
	_, err := backendtest.Call(d.As(d.Anna), api.DefineField, api.DefineFieldIn{})
	if r, ok := err.(*api.Refusal); !ok || r.Status/100 != 4 {
		t.Errorf("a lead defines: %v", err)
	}

	c := d.update(d.Paul.Contact, func(b *api.ContactBody) {
		b.Fields = map[string]string{"vat_number": " FR 12 ", "tier": "gold", "vat_number_2": "2026-03-09"}
	})
	if !cmp.Equal(c.Fields, map[string]string{"vat_number": "FR 12", "tier": "gold", "vat_number_2": "2026-03-09"}) {
		t.Errorf("stored %v", c.Fields)
	}
	for path, bad := range map[string]map[string]string{"fields.tier": {"tier": "lead"}, "fields.vat_number_2": {"vat_number_2": "9 March"}} {
		_, err := d.save(d.marie, d.Paul.Contact, func(b *api.ContactBody) { b.Fields = bad })
		if p := backendtest.Refused(t, err, errs.Invalid); len(p.Errors) != 1 || p.Errors[0].Location != path {
			t.Errorf("%s: %+v", path, p.Errors)
		}
	}
	if _, err := d.saveProfile(d.marie, func(in *api.UpdateProfileIn) { in.Body.Fields = map[string]string{"tier": "silver"} }); err != nil {
		t.Error(err)
	}

	off := api.UpdateFieldIn{FieldIn: api.FieldIn{Field: tier.ID}, Body: api.FieldBody{LabelEN: "Tier", LabelFR: "Niveau", Choices: []string{"gold"}, OnContact: true}}
	backendtest.Must(backendtest.Call(d.As(d.Ada), api.UpdateField, off))
	list := backendtest.Must(backendtest.Call(d.As(d.Paul), api.ListFields, api.Org{Org: d.Acme})).Fields
	if len(list) != 3 || list[0].Key != field.CodeKey {
		t.Errorf("in use: %+v", list)
	}
	if c := d.update(d.Paul.Contact, func(b *api.ContactBody) { b.Fields = nil }); !cmp.Equal(c.Fields, map[string]string{"tier": "gold"}) {
		t.Errorf("a retired field keeps %v", c.Fields)
	}
	moved := backendtest.Must(backendtest.Call(d.As(d.Ada), api.MoveField, move(since, 0))).Fields
	if len(moved) != 4 || moved[0].ID != since.ID || moved[3].ID != tier.ID {
		t.Errorf("moved: %+v", moved)
	}
	if all := backendtest.Must(backendtest.Call(d.As(d.Sofia), api.ListStaffFields, api.None{})).Fields; !cmp.Equal(all, moved) {
		t.Errorf("listed %+v", all)
	}

	label := api.UpdateFieldIn{FieldIn: api.FieldIn{Field: list[0].ID}, Body: api.FieldBody{LabelEN: "Support PIN", LabelFR: "Code d’assistance", OnContact: true, OnOrganization: true, Active: true}}
	if f := backendtest.Must(backendtest.Call(d.As(d.Ada), api.UpdateField, label)); f.LabelEN != "Support PIN" || f.Key != field.CodeKey || f.Kind != field.Code {
		t.Errorf("the built-in field: %+v", f)
	}
	label.Body.Active = false
	_, err = backendtest.Call(d.As(d.Ada), api.UpdateField, label)
	badField(t, err, "active", "field.error.built_in")
	if e := entries(t, d.World, live.Provider, audit.FieldRetired); len(e) != 1 || e[0].Object != string(tier.ID) {
		t.Errorf("recorded %+v", e)
	}
	d.Verify()
}

func move(f field.Field, place int) api.MoveFieldIn {
	in := api.MoveFieldIn{FieldIn: api.FieldIn{Field: f.ID}}
	in.Body.Place = place
	return in
}
