package portal_test

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"countersign/backend/backendtest"
	"countersign/backend/portal"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/org"
	"countersign/shared/perm"

	"github.com/google/go-cmp/cmp"
)

// K04, TH17: the invitation link is the usual way in. It names who invites, works once, for seven days, is replaced by
// the next and can be cancelled; its state is seen.
func TestContactInvitation(t *testing.T) {
	d := newDesk(t)
	jonas := d.As(d.Jonas)
	made, err := d.create(jonas, func(b *api.ContactBody) {
		b.Name, b.Email, b.Access, b.Roles = "Ivo Invited", "ivo@example.test", true, []perm.Role{perm.Tickets}
	})
	if err != nil || made.State != contact.Invited || made.Invitation == nil || made.Invitation.By != "Jonas Meier" || !made.Invitation.Open ||
		made.Invitation.ExpiresAt.Sub(made.Invitation.SentAt) != 7*24*time.Hour {
		t.Fatalf("%+v %+v, %v", made, made.Invitation, err)
	}
	if got := d.Mails("contact_access"); len(got) != 2 { // that he may come in, and what he may do
		t.Errorf("the owner was told %d things", len(got))
	}
	first, _ := mailed(t, d.World, "invitation", "ivo@example.test")
	if _, err := d.save(d.marie, made.ID, func(b *api.ContactBody) { b.Phone, b.Way = "12345", api.ByInvitation }); err != nil {
		t.Fatal(err)
	}
	if again, _ := mailed(t, d.World, "invitation", "ivo@example.test"); again != first {
		t.Error("saving a phone number invited again")
	}
	backendtest.Must(backendtest.Call(d.marie, api.ResendInvitation, at(d.Acme, made.ID)))
	second, _ := mailed(t, d.World, "invitation", "ivo@example.test")
	if _, err := d.Service.Invitation(t.Context(), first); code(err) != errs.NotFound {
		t.Errorf("the replaced link: %v", err)
	}
	cancelled := backendtest.Must(backendtest.Call(d.marie, api.CancelInvitation, at(d.Acme, made.ID)))
	if cancelled.State != contact.Expired || cancelled.Invitation.Open {
		t.Errorf("after cancelling %+v", cancelled)
	}
	if _, err := d.Service.Invitation(t.Context(), second); code(err) != errs.NotFound {
		t.Errorf("the cancelled link: %v", err)
	}
	_, err = backendtest.Call(d.marie, api.CancelInvitation, at(d.Acme, made.ID))
	says(t, err, errs.Conflict, "contact.error.no_invitation")

	backendtest.Must(backendtest.Call(jonas, api.ResendInvitation, at(d.Acme, made.ID)))
	link, _ := mailed(t, d.World, "invitation", "ivo@example.test")
	if inv, err := d.Service.Invitation(t.Context(), link); err != nil || inv.By != "Jonas Meier" || inv.Organization != "Acme Telecom" || inv.Known {
		t.Errorf("shown %+v, %v", inv, err)
	}
	var right atomic.Int32
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			switch _, err := d.Service.AcceptInvitation(t.Context(), visitor(1), link, "Ivo Invited", otherPassword); code(err) {
			case "":
				right.Add(1)
			case errs.NotFound, errs.Unavailable, errs.Unauthenticated:
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if right.Load() != 1 {
		t.Errorf("%d of 100 uses of one invitation counted", right.Load())
	}
	e, err := d.Service.SignIn(t.Context(), visitor(1), api.AsCustomer, "ivo@example.test", otherPassword)
	if err != nil {
		t.Fatal(err)
	}
	got := backendtest.Must(me(d.World, credential(visitor(1), e))).Organizations
	if len(got) != 1 || !cmp.Equal(got[0].Rights, perm.Tickets.Rights().List()) {
		t.Errorf("came in with %+v", got)
	}
	if now := d.card(made.ID); now.State != contact.CanEnter || now.Sessions != 1 || now.LastSignIn.IsZero() || now.Invitation != nil {
		t.Errorf("shown as %+v", now)
	}
	_, err = backendtest.Call(d.marie, api.ResendInvitation, at(d.Acme, made.ID))
	says(t, err, errs.Conflict, "contact.error.has_access")
	_, err = backendtest.Call(d.marie, api.ResendInvitation, at(d.Acme, backendtest.Must(d.create(d.marie, func(b *api.ContactBody) { b.Name = "Book" })).ID))
	says(t, err, errs.Conflict, "contact.error.no_access")
	d.Verify()
}

// TH17: an invitation by a contact lasts seven days and no longer than the inviter holds what it gives.
func TestInvitationEndsWithTheInvitersRight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		n := 0
		invite := func() (id.Contact, string) {
			n++
			email := fmt.Sprintf("i%d@example.test", n)
			c := backendtest.Must(d.create(d.As(d.Jonas), func(b *api.ContactBody) {
				b.Name, b.Email, b.Access, b.Roles = "Ivo Invited", email, true, []perm.Role{perm.Tickets}
			}))
			link, _ := mailed(t, d.World, "invitation", email)
			return c.ID, link
		}
		works := func(link string) bool {
			_, err := d.Service.Invitation(t.Context(), link)
			_, accepted := d.Service.AcceptInvitation(t.Context(), visitor(1), link, "Ivo Invited", "short")
			if (err == nil) != (code(accepted) == errs.Invalid) {
				t.Errorf("shown: %v, accepted: %v", err, accepted)
			}
			return err == nil
		}
		c, link := invite()
		time.Sleep(7*24*time.Hour - time.Minute)
		if !works(link) {
			t.Error("dead a minute before its end")
		}
		time.Sleep(time.Minute)
		d.marie = d.As(d.Marie)
		if works(link) || d.card(c).State != contact.Expired {
			t.Error("alive after seven days")
		}

		for name, step := range map[string]func(id.Contact){
			"given more than the inviter has": func(c id.Contact) {
				backendtest.Must(d.save(d.marie, c, func(b *api.ContactBody) { b.Roles = append(b.Roles, perm.SupportApprover) }))
			},
			"the inviter may change no contacts": func(id.Contact) {
				backendtest.Must(d.save(d.marie, d.Jonas.Contact, func(b *api.ContactBody) { b.Roles = []perm.Role{perm.Tickets} }))
			},
			"the inviter lacks what it gives": func(id.Contact) {
				backendtest.Must(d.save(d.marie, d.Jonas.Contact, func(b *api.ContactBody) { b.Overrides = perm.Overrides{perm.TicketsView: perm.Deny} }))
			},
			"the inviter is deactivated": func(id.Contact) {
				backendtest.Must(d.save(d.marie, d.Jonas.Contact, func(b *api.ContactBody) { b.Active = false }))
			},
			"the inviter has no access": func(id.Contact) {
				backendtest.Must(d.save(d.marie, d.Jonas.Contact, func(b *api.ContactBody) { b.Access = false }))
			},
		} {
			d.Exec(`UPDATE contact SET roles = '["admin"]', overrides = '{}', active = TRUE, access = TRUE WHERE id = ?`, d.Jonas.Contact)
			c, link := invite()
			if !works(link) {
				t.Errorf("%s: dead before", name)
			}
			step(c)
			if works(link) {
				t.Errorf("%s: alive", name)
			}
		}
	})
}

// K10: an invitation dies with access and is sent anew with it; who has come in already needs none.
func TestAccessGivenAgain(t *testing.T) {
	d := newDesk(t)
	ivo := backendtest.Must(d.create(d.marie, func(b *api.ContactBody) { b.Name, b.Email, b.Access = "Ivo", "ivo@example.test", true }))
	for name, off := range map[string]func(b *api.ContactBody, on bool){
		"active": func(b *api.ContactBody, on bool) { b.Active = on },
		"access": func(b *api.ContactBody, on bool) { b.Access = on },
	} {
		link, _ := mailed(t, d.World, "invitation", ivo.Email)
		if c := d.update(ivo.ID, func(b *api.ContactBody) { off(b, false) }); c.State != contact.NoAccess || c.Invitation.Open {
			t.Errorf("%s off: %+v", name, c)
		}
		if _, err := d.Service.Invitation(t.Context(), link); code(err) != errs.NotFound {
			t.Errorf("%s off, the link: %v", name, err)
		}
		c := d.update(ivo.ID, func(b *api.ContactBody) { off(b, true) })
		again, _ := mailed(t, d.World, "invitation", ivo.Email)
		if c.State != contact.Invited || again == link {
			t.Errorf("%s on again: %+v", name, c)
		}

		d.update(d.Paul.Contact, func(b *api.ContactBody) { off(b, false) })
		if c := d.update(d.Paul.Contact, func(b *api.ContactBody) { off(b, true) }); c.State != contact.CanEnter || c.Invitation != nil {
			t.Errorf("%s on again for who has a login: %+v", name, c)
		}
	}
	if got := d.Mails("access_given"); !cmp.Equal(got, []string{d.Paul.Email, d.Paul.Email}) {
		t.Errorf("told %v", got)
	}
	d.Verify()
}

// K04: with a password the person is in at once; the mail says that access was given, never with what.
func TestAccessByPassword(t *testing.T) {
	d := newDesk(t)
	jonas := d.As(d.Jonas)
	_, err := d.create(jonas, func(b *api.ContactBody) {
		b.Name, b.Email, b.Access, b.Way, b.Password = "Pia Pass", "pia@example.test", true, api.ByPassword, "short"
	})
	if p := backendtest.Refused(t, err, errs.Invalid); len(p.Errors) != 1 || p.Errors[0].Location != "password" {
		t.Errorf("a weak password: %+v", p)
	}
	made, err := d.create(jonas, func(b *api.ContactBody) {
		b.Name, b.Email, b.Access, b.Way, b.Password = "Pia Pass", "pia@example.test", true, api.ByPassword, otherPassword
	})
	if err != nil || made.State != contact.CanEnter || made.Invitation != nil {
		t.Fatalf("%+v, %v", made, err)
	}
	if len(d.Mails("invitation")) != 0 || !cmp.Equal(d.Mails("access_given"), []string{"pia@example.test"}) || !cmp.Equal(d.Mails("contact_access"), []string{d.Marie.Email}) {
		t.Errorf("told %v %v", d.Mails("access_given"), d.Mails("contact_access"))
	}
	if _, err := d.Service.SignIn(t.Context(), visitor(1), api.AsCustomer, "pia@example.test", otherPassword); err != nil {
		t.Errorf("with the password: %v", err)
	}
	if e := entries(t, d.World, live.Of(d.Acme), audit.ContactAccessGiven); len(e) != 1 || e[0].Object != string(made.ID) {
		t.Errorf("recorded %+v", e)
	}
	_, err = d.save(jonas, made.ID, func(b *api.ContactBody) { b.Way, b.Password = api.ByPassword, "another harbor 42 walnut" })
	badField(t, err, "way", "contact.error.has_sign_in")
	if _, err := d.Service.SignIn(t.Context(), visitor(1), api.AsCustomer, "pia@example.test", otherPassword); err != nil {
		t.Errorf("the password was changed by somebody else: %v", err)
	}
	// An invited contact can be given a password instead: the link dies.
	invited := backendtest.Must(d.create(jonas, func(b *api.ContactBody) { b.Name, b.Email, b.Access = "Ivo", "ivo@example.test", true }))
	link, _ := mailed(t, d.World, "invitation", "ivo@example.test")
	if c, err := d.save(jonas, invited.ID, func(b *api.ContactBody) { b.Way, b.Password = api.ByPassword, otherPassword }); err != nil || c.State != contact.CanEnter {
		t.Errorf("%+v, %v", c.State, err)
	}
	if _, err := d.Service.Invitation(t.Context(), link); code(err) != errs.NotFound {
		t.Errorf("the link beside the password: %v", err)
	}
	d.Verify()
}

// TH6, TH18: nobody chooses the password of a person who has a sign-in, works for the provider or is invited elsewhere.
// Inviting tells nothing of it; who asks by password is told, since they would wait for it to work, and each time is in
// the record.
func TestWhoExistsIsNotTold(t *testing.T) {
	d := newDesk(t)
	jonas := d.As(d.Jonas)
	invite := func(email string) api.Card {
		c := backendtest.Must(d.create(jonas, func(b *api.ContactBody) { b.Name, b.Email, b.Access = "Some Body", email, true }))
		c.ID, c.Email, c.ChangedAt, c.Invitation.SentAt, c.Invitation.ExpiresAt = "", "", time.Time{}, time.Time{}, time.Time{}
		return c
	}
	if diff := cmp.Diff(invite(d.Luc.Email), invite("nobody@example.test")); diff != "" {
		t.Errorf("inviting tells who has a sign-in: %s", diff)
	}
	backendtest.Must(createOrganization(d.As(d.Ada), "30001", "dana@example.test"))
	backendtest.Must(inviteStaff(d.As(d.Ada), "Vera New", "vera@example.test", org.Agent))
	for _, email := range []string{d.Gina.Email, d.Sofia.Email, "dana@example.test", "vera@example.test"} {
		_, err := d.create(jonas, func(b *api.ContactBody) {
			b.Name, b.Email, b.Access, b.Way, b.Password = "Some Body", email, true, api.ByPassword, otherPassword
		})
		badField(t, err, "way", "contact.error.has_sign_in")
		if _, err := d.Service.SignIn(t.Context(), visitor(1), api.AsCustomer, email, otherPassword); err == nil {
			t.Errorf("%s has the password that somebody else chose", email)
		}
	}
	if e := entries(t, d.World, live.Of(d.Acme), audit.AccessRefused); len(e) != 1 || e[0].Detail["why"] != "contact.error.has_sign_in" || e[0].Actor.Name != "Jonas Meier" {
		t.Errorf("asking is recorded as %+v", e)
	}
	d.Verify()
}

// TH6, K12: a password that a contact of one organization chose doesn't open another one: whoever accepts there chooses
// their own, and what was open with the other one ends.
func TestAGivenPasswordStaysInItsOrganization(t *testing.T) {
	d := newDesk(t)
	backendtest.Must(d.create(d.As(d.Jonas), func(b *api.ContactBody) {
		b.Name, b.Email, b.Access, b.Way, b.Password = "Pia Pass", "pia@example.test", true, api.ByPassword, otherPassword
	}))
	thief, err := d.Service.SignIn(t.Context(), visitor(1), api.AsCustomer, "pia@example.test", otherPassword)
	if err != nil {
		t.Fatal(err)
	}
	change := api.PasswordIn{}
	change.Body.Current, change.Body.New = otherPassword, "amber violin 36 glacier"
	if _, err := d.Service.ChangePassword(t.Context(), credential(visitor(1), thief), &change); err != nil { // is no proof of the e-mail
		t.Fatal(err)
	}
	in := api.CreateContactIn{Org: api.Org{Org: d.Beta}, Body: api.ContactBody{Kind: contact.Individual, Name: "Pia Pass", Email: "pia@example.test", Locale: "en", Active: true, Access: true}}
	backendtest.Must(backendtest.Call(d.As(d.Luc), api.CreateContact, in))
	link, _ := mailed(t, d.World, "invitation", "pia@example.test")
	if inv, err := d.Service.Invitation(t.Context(), link); err != nil || inv.Known {
		t.Errorf("shown %+v, %v", inv, err)
	}
	if _, err := d.Service.AcceptSignedIn(t.Context(), visitor(1), link, credential(visitor(1), thief)); code(err) != errs.Forbidden {
		t.Errorf("accepted with the password of another: %v", err)
	}
	if _, err := d.Service.AcceptInvitation(t.Context(), visitor(2), link, "Pia Pass", "violet engine 58 marble"); err != nil {
		t.Fatal(err)
	}
	if _, err := me(d.World, credential(visitor(1), thief)); code(err) != errs.Unauthenticated {
		t.Errorf("what was open with the other password: %v", err)
	}
	if _, err := d.Service.SignIn(t.Context(), visitor(1), api.AsCustomer, "pia@example.test", change.Body.New); code(err) != errs.Unauthenticated {
		t.Errorf("the other password: %v", err)
	}
	own, err := d.Service.SignIn(t.Context(), visitor(2), api.AsCustomer, "pia@example.test", "violet engine 58 marble")
	if err != nil {
		t.Fatal(err)
	}
	if got := backendtest.Must(me(d.World, credential(visitor(2), own))); len(got.Organizations) != 2 {
		t.Errorf("is in %+v", got.Organizations)
	}
	d.Verify()
}

// viewing is the owner's client while she looks at the portal as a contact.
type viewing struct {
	*backendtest.Actor
	as id.Contact
}

func (v viewing) header() http.Header {
	return http.Header{"X-Countersign-View-As": {string(v.as)}}
}

// K07, K13: the owner sees the portal as a contact would, reading only; nobody else can.
func TestViewAs(t *testing.T) {
	d := newDesk(t)
	look := func(a *backendtest.Actor, as id.Contact, c api.Call) int {
		t.Helper()
		r := a.Request(t.Context(), c)
		for k, v := range (viewing{a, as}).header() {
			r.Header[k] = v
		}
		return serve(d.World, r)
	}
	call := func(c api.Call, err error) api.Call { return backendtest.Must(c, err) }
	list := call(api.ListContacts.Encode(api.ContactsIn{Org: api.Org{Org: d.Acme}, ContactFilter: api.ContactFilter{Limit: 10}}))
	profile := call(api.GetProfile.Encode(api.Org{Org: d.Acme}))
	most := api.MaximumIn{Org: api.Org{Org: d.Acme}}
	most.Body.Minutes = 60
	home := call(api.GetHome.Encode(api.Org{Org: d.Acme}))
	for name, c := range map[string]struct {
		who  *backendtest.Actor
		as   id.Contact
		call api.Call
		want int
	}{
		"what the contact sees":       {d.marie, d.Paul.Contact, list, 200},
		"what the contact doesn’t":    {d.marie, d.Paul.Contact, profile, 403},
		"home":                        {d.marie, d.Paul.Contact, home, 200},
		"of another organization":     {d.marie, d.Luc.Contact, home, 404},
		"by an administrator":         {d.As(d.Jonas), d.Paul.Contact, home, 403},
		"by the contact":              {d.As(d.Paul), d.Marie.Contact, profile, 403},
		"by another owner":            {d.As(d.Luc), d.Paul.Contact, home, 404},
		"staff":                       {d.As(d.Ada), d.Paul.Contact, call(api.ListStaff.Encode(api.None{})), 403},
		"changing as an approver":     {d.marie, d.Nadia.Contact, call(api.SetMaximum.Encode(most)), 403},
		"revealing the account’s":     {d.marie, d.Jonas.Contact, call(api.RevealAccountCode.Encode(api.Org{Org: d.Acme})), 403},
		"signing out":                 {d.marie, d.Jonas.Contact, call(api.SignOut.Encode(api.None{})), 403},
		"the owner as administrator":  {d.marie, d.Jonas.Contact, profile, 200},
		"the owner’s own eyes (none)": {d.marie, "018f0000-0000-7000-8000-000000000000", home, 404},
	} {
		if got := look(c.who, c.as, c.call); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
	m := backendtest.Must(backendtest.Call(d.marie, api.GetViewAs, at(d.Acme, d.Paul.Contact)))
	if m.Contact != d.Paul.Contact || m.Owner || !cmp.Equal(m.Rights, perm.ReadOnly.Rights().List()) {
		t.Errorf("shown %+v", m)
	}
	backendtest.Must(d.save(d.marie, d.Paul.Contact, func(b *api.ContactBody) { b.Active = false }))
	if got := look(d.marie, d.Paul.Contact, list); got != 200 {
		t.Errorf("as one who is deactivated: %d", got)
	}
	_, err := backendtest.Call(d.As(d.Jonas), api.GetViewAs, at(d.Acme, d.Paul.Contact))
	backendtest.Refused(t, err, errs.Forbidden)
	for _, e := range entries(t, d.World, live.Of(d.Acme), audit.AccessRefused) {
		if e.Actor.ID == string(d.Marie.Contact) && e.Detail["act"] == "get-profile" {
			t.Error("what the other may not see is recorded as refused to the owner")
		}
	}
	if _, err := portal.Run(t.Context(), d.Service, api.GetMe, portal.Credential{As: api.AsCustomer, ViewAs: d.Paul.Contact}, &api.None{}, d.Service.GetMe); code(err) != errs.Unauthenticated {
		t.Errorf("without a sign-in: %v", err)
	}
}
