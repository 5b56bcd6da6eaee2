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
	"countersign/shared/live"
	"countersign/shared/perm"

	"github.com/google/go-cmp/cmp"
)

// cells gives a contact of Acme cells behind the portal's back.
func (d *desk) cells(p *backendtest.Persona, cells string) {
	d.Exec(`UPDATE contact SET overrides = ? WHERE id = ?`, cells, p.Contact)
}

// K11, TH10: nobody grants what they lack, nobody edits own permissions, the owner is out of reach; by no door. Each
// refusal has its own sentence, is in the record, and leaves the contact as it was.
func TestGuards(t *testing.T) {
	d := newDesk(t)
	uma := d.AddContact(d.Acme, "Uma Clerk")
	d.cells(uma, `{"contacts.view":"allow","contacts.create":"allow","contacts.update":"allow"}`)
	vera := d.AddContact(d.Acme, "Vera Team", perm.Tickets)
	d.cells(vera, `{"contacts.update":"allow","contacts.permissions":"allow"}`)
	off := d.AddContact(d.Acme, "Otto Off", perm.Admin)
	d.Exec(`UPDATE contact SET active = FALSE WHERE id = ?`, off.Contact)
	said := d.AddContact(d.Acme, "Sam Said")
	d.Exec(`UPDATE contact SET phone_chat_authority = TRUE WHERE id = ?`, said.Contact)
	book := backendtest.Must(d.create(d.marie, func(b *api.ContactBody) {
		b.Name, b.Email, b.Roles = "Bea Book", "bea@example.test", []perm.Role{perm.Admin}
	}))
	invited := backendtest.Must(d.create(d.marie, func(b *api.ContactBody) {
		b.Name, b.Email, b.Access, b.Roles = "Ivo Invited", "ivo@example.test", true, []perm.Role{perm.Admin}
	}))
	actors := map[string]*backendtest.Actor{"marie": d.marie, "jonas": d.As(d.Jonas), "paul": d.As(d.Paul), "uma": d.As(uma), "vera": d.As(vera)}
	more := func(name string) []any { return []any{"name", name} }
	roles := func(r ...perm.Role) func(*api.ContactBody) {
		return func(b *api.ContactBody) { b.Roles = r }
	}
	cell := func(r perm.Right, c perm.Cell) func(*api.ContactBody) {
		return func(b *api.ContactBody) { b.Overrides = perm.Overrides{r: c} }
	}
	for _, c := range []struct {
		who, what string
		on        *backendtest.Persona
		change    func(*api.ContactBody)
		key       string
		args      []any
	}{
		{"paul", "a reader makes himself administrator", d.Paul, roles(perm.Admin), "error.forbidden", nil},
		{"paul", "a reader changes somebody", d.Nadia, func(b *api.ContactBody) { b.Phone = "123" }, "error.forbidden", nil},
		{"jonas", "own roles", d.Jonas, roles(perm.Admin, perm.SupportApprover), "contact.guard.own_permissions", nil},
		{"jonas", "own roles away", d.Jonas, roles(), "contact.guard.own_permissions", nil},
		{"jonas", "own cell", d.Jonas, cell(perm.RemoteSupportApprove, perm.Allow), "contact.guard.own_permissions", nil},
		{"jonas", "own authority", d.Jonas, func(b *api.ContactBody) { b.PhoneChatAuthority = true }, "contact.guard.own_permissions", nil},
		{"jonas", "own Active", d.Jonas, func(b *api.ContactBody) { b.Active = false }, "contact.guard.own_active", nil},
		{"jonas", "own access", d.Jonas, func(b *api.ContactBody) { b.Access = false }, "contact.guard.own_active", nil},
		{"jonas", "own e-mail", d.Jonas, func(b *api.ContactBody) { b.Email = "j@example.test" }, "contact.guard.email_own", nil},
		{"jonas", "a role he lacks", d.Paul, roles(perm.ReadOnly, perm.SupportApprover), "contact.guard.you_lack", nil},
		{"jonas", "a cell he lacks", d.Paul, cell(perm.RemoteSupportApprove, perm.Allow), "contact.guard.you_lack", nil},
		{"jonas", "a cell he lacks beside a denied one", d.Paul, func(b *api.ContactBody) {
			b.Overrides = perm.Overrides{perm.SignificantChangesApprove: perm.Allow, perm.AuditView: perm.Deny}
		}, "contact.guard.you_lack", nil},
		{"jonas", "authority that he lacks", d.Paul, func(b *api.ContactBody) { b.PhoneChatAuthority = true }, "contact.guard.authority", nil},
		{"jonas", "e-mail of one who may more", d.Nadia, func(b *api.ContactBody) { b.Email = "mine@example.test" }, "contact.guard.more_than_you", more("Nadia Benali")},
		{"jonas", "code of one who may more", d.Nadia, func(b *api.ContactBody) { b.Code = &api.CodeBody{Code: "copper lamp 4277"} }, "contact.guard.more_than_you", more("Nadia Benali")},
		{"jonas", "code of one whose word counts on the phone", said, func(b *api.ContactBody) { b.Code = &api.CodeBody{Code: "copper lamp 4277"} }, "contact.guard.more_than_you", more("Sam Said")},
		{"jonas", "e-mail of one whose word counts on the phone", said, func(b *api.ContactBody) { b.Email = "mine@example.test" }, "contact.guard.more_than_you", more("Sam Said")},
		{"jonas", "the owner's name", d.Marie, func(b *api.ContactBody) { b.Name = "Marie Nobody" }, "contact.guard.owner", nil},
		{"jonas", "the owner's Active", d.Marie, func(b *api.ContactBody) { b.Active = false }, "contact.guard.owner", nil},
		{"jonas", "the owner's access", d.Marie, func(b *api.ContactBody) { b.Access = false }, "contact.guard.owner", nil},
		{"jonas", "the owner's e-mail", d.Marie, func(b *api.ContactBody) { b.Email = "j@example.test" }, "contact.guard.owner", nil},
		{"jonas", "the owner's code", d.Marie, func(b *api.ContactBody) { b.Code = &api.CodeBody{Code: "copper lamp 4277"} }, "contact.guard.owner", nil},
		{"marie", "the owner deactivates herself", d.Marie, func(b *api.ContactBody) { b.Active = false }, "contact.guard.owner_active", nil},
		{"marie", "the owner takes her own access", d.Marie, func(b *api.ContactBody) { b.Access = false }, "contact.guard.owner_active", nil},
		{"marie", "the owner demotes herself", d.Marie, roles(perm.ReadOnly), "contact.guard.owner_permissions", nil},
		{"marie", "the owner's own e-mail", d.Marie, func(b *api.ContactBody) { b.Email = "m@example.test" }, "contact.guard.email_owner", nil},
		{"uma", "roles without the right to permit", d.Paul, roles(perm.Tickets), "contact.guard.no_permissions", nil},
		{"uma", "fewer roles without the right to permit", d.Jonas, roles(), "contact.guard.no_permissions", nil},
		{"uma", "reactivation of one who may more", off, func(b *api.ContactBody) { b.Active = true }, "contact.guard.more_than_you", more("Otto Off")},
		{"uma", "access for one who would do more", &backendtest.Persona{Contact: book.ID}, func(b *api.ContactBody) { b.Access = true }, "contact.guard.more_than_you", more("Bea Book")},
		{"uma", "access by password for one who would do more", &backendtest.Persona{Contact: book.ID}, func(b *api.ContactBody) {
			b.Access, b.Way, b.Password = true, api.ByPassword, "garnet pillow 77 ocean"
		}, "contact.guard.more_than_you", more("Bea Book")},
		{"uma", "a password for one who was invited", &backendtest.Persona{Contact: invited.ID}, func(b *api.ContactBody) {
			b.Way, b.Password = api.ByPassword, "garnet pillow 77 ocean"
		}, "contact.guard.more_than_you", more("Ivo Invited")},
		{"uma", "e-mail of one who was invited", &backendtest.Persona{Contact: invited.ID}, func(b *api.ContactBody) { b.Email = "uma2@example.test" }, "contact.guard.more_than_you", more("Ivo Invited")},
		{"uma", "e-mail of an administrator", d.Jonas, func(b *api.ContactBody) { b.Email = "uma2@example.test" }, "contact.guard.more_than_you", more("Jonas Meier")},
		{"uma", "code of an administrator", d.Jonas, func(b *api.ContactBody) { b.Code = &api.CodeBody{Code: "copper lamp 4277"} }, "contact.guard.more_than_you", more("Jonas Meier")},
		{"vera", "administration", d.Paul, roles(perm.ReadOnly, perm.Admin), "contact.guard.you_lack", nil},
		{"vera", "what a role would give, by a cell", d.Paul, cell(perm.ProfileView, perm.Allow), "contact.guard.you_lack", nil},
		{"vera", "the denial of a right away", d.Nadia, func(b *api.ContactBody) { b.Roles = append(b.Roles, perm.NumberManager) }, "contact.guard.you_lack", nil},
		{"vera", "authority that she lacks", d.Paul, func(b *api.ContactBody) { b.PhoneChatAuthority = true }, "contact.guard.authority", nil},
	} {
		t.Run(c.who+"/"+c.what, func(t *testing.T) {
			before := d.card(c.on.Contact)
			_, err := d.save(actors[c.who], c.on.Contact, c.change)
			says(t, err, errs.Forbidden, c.key, c.args...)
			if diff := cmp.Diff(d.card(c.on.Contact), before); diff != "" {
				t.Errorf("the refused change is there: %s", diff)
			}
		})
	}
	for what, c := range map[string]struct {
		who    string
		change func(*api.ContactBody)
		key    string
	}{
		"a role that she lacks":   {"uma", roles(perm.Tickets), "contact.guard.no_permissions"},
		"a role that he lacks":    {"jonas", roles(perm.SupportApprover), "contact.guard.you_lack"},
		"authority that he lacks": {"jonas", func(b *api.ContactBody) { b.PhoneChatAuthority = true }, "contact.guard.authority"},
		"no right to create":      {"vera", func(*api.ContactBody) {}, "error.forbidden"},
	} {
		_, err := d.create(actors[c.who], func(b *api.ContactBody) {
			b.Name, b.Email, b.Access = "New Man", "new@example.test", true
			c.change(b)
		})
		t.Run("created with "+what, func(t *testing.T) { says(t, err, errs.Forbidden, c.key) })
	}
	_, err := backendtest.Call(actors["uma"], api.ResendInvitation, at(d.Acme, invited.ID))
	says(t, err, errs.Forbidden, "contact.guard.more_than_you", "name", "Ivo Invited")
	if n := len(entries(t, d.World, live.Of(d.Acme), audit.AccessRefused)); n < 10 {
		t.Errorf("only %d refusals are in the record", n)
	}
	d.Verify()
}

// K05, K07, K11: what the guards let through: less for others, and what one holds oneself.
func TestGuardsLetThrough(t *testing.T) {
	d := newDesk(t)
	jonas := d.As(d.Jonas)
	after, err := d.save(jonas, d.Paul.Contact, func(b *api.ContactBody) {
		b.Roles = []perm.Role{perm.Billing, perm.Tickets, perm.Tickets}
		b.Overrides = perm.Overrides{perm.ProfileView: perm.Allow, perm.InvoicesPay: perm.Deny, perm.AuditView: perm.Inherit}
	})
	if err != nil || !cmp.Equal(after.Roles, []perm.Role{perm.Tickets, perm.Billing}) ||
		!cmp.Equal(after.Overrides, perm.Overrides{perm.ProfileView: perm.Allow, perm.InvoicesPay: perm.Deny}) {
		t.Fatalf("%+v, %v", after.Contact, err)
	}
	e := entries(t, d.World, live.Of(d.Acme), audit.ContactPermissions)
	if len(e) != 1 || e[0].Detail["roles"] != "read_only → tickets, billing" || e[0].Detail["cells"] != " → invoices.pay: deny, profile.view: allow" {
		t.Errorf("recorded %+v", e)
	}
	if got := d.Mails("contact_access"); len(got) != 1 || got[0] != d.Marie.Email {
		t.Errorf("the owner was told %v", got)
	}
	// One who approves loses it by somebody who doesn't: taking away needs no right of one's own.
	if _, err := d.save(jonas, d.Nadia.Contact, func(b *api.ContactBody) { b.Roles = nil }); err != nil {
		t.Error(err)
	}
	if _, err := d.save(jonas, d.Jonas.Contact, func(b *api.ContactBody) { b.Phone = "+41 44 668 18 00" }); err != nil {
		t.Errorf("own details: %v", err)
	}
	if _, err := d.save(d.marie, d.Marie.Contact, func(b *api.ContactBody) { b.Name = "Marie Martin" }); err != nil {
		t.Errorf("the owner's own details: %v", err)
	}
	if _, err := d.save(d.marie, d.Paul.Contact, func(b *api.ContactBody) { b.Roles = append(b.Roles, perm.SupportApprover) }); err != nil {
		t.Errorf("the owner gives approvals: %v", err)
	}
}

// The password is asked again only where a save gives or takes what matters.
func TestStepUpWhereItMatters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		jonas := d.As(d.Jonas)
		time.Sleep(5*time.Minute + time.Second)
		for name, change := range map[string]func(*api.ContactBody){
			"roles":     func(b *api.ContactBody) { b.Roles = nil },
			"cells":     func(b *api.ContactBody) { b.Overrides = perm.Overrides{perm.TicketsView: perm.Allow} },
			"access":    func(b *api.ContactBody) { b.Access = false },
			"e-mail":    func(b *api.ContactBody) { b.Email = "new@example.test" },
			"code":      func(b *api.ContactBody) { b.Code = &api.CodeBody{Code: "copper lamp 4277"} },
			"all of it": func(b *api.ContactBody) { b.Name, b.Roles = "X", []perm.Role{perm.Billing} },
		} {
			_, err := d.save(jonas, d.Paul.Contact, change)
			if p := backendtest.Refused(t, err, errs.StepUp); p.Detail == "" {
				t.Errorf("%s: %+v", name, p)
			}
		}
		_, err := d.create(jonas, func(b *api.ContactBody) { b.Name, b.Email, b.Access = "New", "new@example.test", true })
		backendtest.Refused(t, err, errs.StepUp)
		if _, err := d.create(jonas, func(b *api.ContactBody) { b.Name = "Address Book" }); err != nil {
			t.Errorf("a contact without access: %v", err)
		}
		if _, err := d.save(jonas, d.Paul.Contact, func(b *api.ContactBody) { b.Phone = "12345" }); err != nil {
			t.Errorf("a phone number: %v", err)
		}
		if _, err := d.save(jonas, d.Paul.Contact, func(b *api.ContactBody) { b.Active = false }); err != nil {
			t.Errorf("deactivating must not wait for a password: %v", err)
		}
		_, err = d.save(jonas, d.Paul.Contact, func(b *api.ContactBody) { b.Active = true })
		backendtest.Refused(t, err, errs.StepUp)
	})
}

// TH14: an agent inside changes details of contacts and leaves nothing that lasts.
func TestSupportChangesDetailsOnly(t *testing.T) {
	d := newDesk(t)
	sofia := d.As(d.Sofia)
	inside := backendtest.Must(sofia.Enter(backendtest.Must(d.marie.Approve(backendtest.Must(sofia.RequestAccess(d.Acme, time.Hour, "")), time.Hour))))
	before := d.card(d.Paul.Contact)
	for name, change := range map[string]func(*api.ContactBody){
		"roles":      func(b *api.ContactBody) { b.Roles = nil },
		"cells":      func(b *api.ContactBody) { b.Overrides = perm.Overrides{perm.TicketsView: perm.Deny} },
		"authority":  func(b *api.ContactBody) { b.PhoneChatAuthority = true },
		"deactivate": func(b *api.ContactBody) { b.Active = false },
		"access":     func(b *api.ContactBody) { b.Access = false },
		"e-mail":     func(b *api.ContactBody) { b.Email = "sofia2@example.test" },
		"code":       func(b *api.ContactBody) { b.Code = &api.CodeBody{Code: "copper lamp 4277"} },
		"mail": func(b *api.ContactBody) {
			b.Correspondence.Financial = contact.Subscription{On: true, Global: true}
		},
		"the code": func(b *api.ContactBody) { b.Code = &api.CodeBody{Remove: true} },
	} {
		_, err := d.save(inside, d.Paul.Contact, change)
		if p := backendtest.Refused(t, err, errs.Forbidden); p.Detail == "" {
			t.Errorf("%s: %+v", name, p)
		}
		_, err = d.create(inside, func(b *api.ContactBody) {
			b.Name, b.Email = "Sofia’s Friend", "friend@example.test"
			b.Access = name == "access"
			if name != "deactivate" && name != "access" && name != "e-mail" && name != "roles" {
				change(b)
			} else {
				b.Access = true
			}
		})
		says(t, err, errs.Forbidden, "support.error.barred")
	}
	for name, ep := range map[string]func() error{
		"resend": func() error {
			_, err := backendtest.Call(inside, api.ResendInvitation, at(d.Acme, d.Paul.Contact))
			return err
		},
		"cancel": func() error {
			_, err := backendtest.Call(inside, api.CancelInvitation, at(d.Acme, d.Paul.Contact))
			return err
		},
		"ownership": func() error {
			in := api.OfferOwnershipIn{Org: api.Org{Org: d.Acme}}
			in.Body.Contact = d.Jonas.Contact
			_, err := backendtest.Call(inside, api.OfferOwnership, in)
			return err
		},
	} {
		if p := backendtest.Refused(t, ep(), errs.Forbidden); p.Detail == "" {
			t.Error(name)
		}
	}
	copied := backendtest.Must(d.create(d.marie, func(b *api.ContactBody) {
		b.Name, b.Email, b.Correspondence.Assistance.On = "Bookkeeper", "books@example.test", true
	}))
	_, err := d.save(inside, copied.ID, func(b *api.ContactBody) { b.Email = "sofia2@example.test" })
	says(t, err, errs.Forbidden, "support.error.barred")
	if diff := cmp.Diff(d.card(d.Paul.Contact), before); diff != "" {
		t.Errorf("changed: %s", diff)
	}
	if _, err := d.save(inside, d.Paul.Contact, func(b *api.ContactBody) { b.Phone = "+33 1 02 03 04 05" }); err != nil {
		t.Errorf("details: %v", err)
	}
	if _, err := d.create(inside, func(b *api.ContactBody) { b.Name = "Address Book" }); err != nil {
		t.Errorf("a contact without access: %v", err)
	}
	_, err = d.save(inside, d.Marie.Contact, func(b *api.ContactBody) { b.Name = "X" })
	says(t, err, errs.Forbidden, "contact.guard.owner")
	e := entries(t, d.World, live.Of(d.Acme), audit.ContactChanged)
	if len(e) != 1 || e[0].Actor.Kind != audit.BySupport || e[0].Session == "" || e[0].Grant == "" {
		t.Errorf("recorded %+v", e)
	}
}
