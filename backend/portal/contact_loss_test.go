package portal_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"countersign/backend/backendtest"
	"countersign/backend/hub"
	"countersign/backend/portal"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/perm"
	"countersign/shared/verification"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"
)

// listener is an open socket that notes what it hears until it is closed.
type listener struct{ frames chan live.Frame }

func listen(t *testing.T, a *backendtest.Actor, base string, o id.Organization) *listener {
	t.Helper()
	c, err := a.Socket(base, o)
	if err != nil {
		t.Fatal(err)
	}
	l := &listener{make(chan live.Frame, 1000)}
	t.Cleanup(func() { c.Close() })
	go l.read(c)
	for f := range l.frames { // the hub has admitted it
		if f.T == live.FrameHello {
			return l
		}
	}
	t.Fatal("closed before its hello")
	return nil
}

func (l *listener) read(c *websocket.Conn) {
	defer close(l.frames)
	for {
		_, b, err := c.ReadMessage()
		if err != nil {
			return
		}
		var f live.Frame
		if json.Unmarshal(b, &f) == nil {
			l.frames <- f
		}
	}
}

// ended waits for the close and gives what was heard last.
func (l *listener) ended() (last live.Frame) {
	for f := range l.frames {
		last = f
	}
	return last
}

// hears waits for a poke of a kind.
func (l *listener) hears(k live.Kind) bool {
	for f := range l.frames {
		for _, e := range f.Events {
			if e.Kind == k {
				return true
			}
		}
	}
	return false
}

func (d *desk) update(c id.Contact, change func(*api.ContactBody)) api.Card {
	d.t.Helper()
	return backendtest.Must(d.save(d.marie, c, change))
}

func (d *desk) hasCode(c id.Contact) bool {
	d.t.Helper()
	for _, row := range d.list(api.ContactFilter{Limit: 200}).Contacts {
		if row.ID == c {
			return row.HasCode
		}
	}
	return false
}

// K10, TH13, C14: deactivating ends in one transaction the sign-in, sockets, invitations, reset links, the own code and
// mails, and proposes to change the account-wide code that the contact could see. Ticking Active again restores the
// permissions; a new code is needed.
func TestDeactivationEndsEverythingAtOnce(t *testing.T) {
	d := newDesk(t)
	d.cells(d.Paul, `{"profile.view":"allow"}`)
	base := d.Listen()
	set := api.UpdateProfileIn{Org: api.Org{Org: d.Acme}}
	set.Body.Version, set.Body.Code = 1, &api.CodeBody{Code: "silver otter 5521"}
	backendtest.Must(backendtest.Call(d.marie, api.UpdateProfile, set))
	d.update(d.Paul.Contact, func(b *api.ContactBody) { b.Code = &api.CodeBody{Code: "copper lamp 4277"} })
	if !d.hasCode(d.Paul.Contact) {
		t.Fatal("the own code was not set")
	}
	after, err := d.Service.AskReset(t.Context(), visitor(1), d.Paul.Email)
	if err != nil || after(t.Context()) != nil {
		t.Fatal(err)
	}
	reset, _ := mailed(t, d.World, "password_reset", d.Paul.Email)
	paul, other := d.As(d.Paul), d.As(d.Paul)
	sockets := []*listener{listen(t, paul, base, d.Acme), listen(t, other, base, d.Acme)}
	jonas := listen(t, d.As(d.Jonas), base, d.Acme)
	if c := d.card(d.Paul.Contact); c.Sessions != 2 {
		t.Errorf("the dialog warns of %d sign-ins", c.Sessions)
	}

	shut := d.update(d.Paul.Contact, func(b *api.ContactBody) { b.Active = false })
	if shut.State != contact.NoAccess || shut.Sessions != 0 || shut.Code.Set || !shut.Code.Void || d.hasCode(d.Paul.Contact) {
		t.Errorf("shown as %+v", shut)
	}
	for _, s := range sockets {
		if last := s.ended(); last.T != live.FrameEnd || last.Why != "session.ended.deactivated" {
			t.Errorf("the socket heard last %+v", last)
		}
	}
	if !jonas.hears(live.Contacts) {
		t.Error("others don’t hear of it")
	}
	for _, a := range []*backendtest.Actor{paul, other} {
		_, err := backendtest.Call(a, api.GetHome, api.Org{Org: d.Acme})
		backendtest.Refused(t, err, errs.Unauthenticated)
	}
	if _, err := d.Service.SignIn(t.Context(), visitor(1), api.AsCustomer, d.Paul.Email, backendtest.Password); code(err) != errs.Forbidden {
		t.Errorf("signing in: %v", err)
	}
	if _, err := d.Service.Reset(t.Context(), reset); code(err) != errs.NotFound {
		t.Errorf("the reset link: %v", err)
	}
	if p := backendtest.Must(backendtest.Call(d.marie, api.GetProfile, api.Org{Org: d.Acme})); p.Code.RotateAt.IsZero() || p.Code.RotateWhy != "Paul Noir" {
		t.Errorf("no proposal to change the account-wide code: %+v", p.Code)
	}
	waiting := d.waitingMails(d.Paul.Email)
	if len(waiting) != 0 {
		t.Errorf("mails still wait for them: %v", waiting)
	}
	if e := entries(t, d.World, live.Of(d.Acme), audit.ContactDeactivated); len(e) != 1 || e[0].Detail["name"] != "Paul Noir" {
		t.Errorf("recorded %+v", e)
	}

	back := d.update(d.Paul.Contact, func(b *api.ContactBody) { b.Active = true })
	if back.State != contact.CanEnter || !cmp.Equal(back.Roles, []perm.Role{perm.ReadOnly}) || back.Overrides[perm.ProfileView] != perm.Allow || back.Code.Set {
		t.Errorf("reactivated as %+v", back)
	}
	if _, err := d.Service.SignIn(t.Context(), visitor(1), api.AsCustomer, d.Paul.Email, backendtest.Password); err != nil {
		t.Errorf("signing in again: %v", err)
	}
	_, err = backendtest.Call(paul, api.GetHome, api.Org{Org: d.Acme})
	backendtest.Refused(t, err, errs.Unauthenticated)
	d.Verify()
}

// waitingMails are the templates of mails to an address that lead into Acme and were not sent yet.
func (d *desk) waitingMails(to string) []string {
	d.t.Helper()
	var list []string
	err := d.DB.View(context.Background(), func(tx *store.Tx) error {
		rows, err := store.Collect(tx.Query(context.Background(), `SELECT template FROM outbox_mail WHERE recipient = ? AND sent_at = 0 AND dead_at = 0 AND args LIKE ?`,
			to, "%/o/"+string(d.Acme)+"%"), func(r *store.Rows) (s string, err error) { return s, r.Scan(&s) })
		list = rows
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return list
}

// K12, TH13: who is deactivated in one organization goes on in another: only what is open in the first is cut.
func TestDeactivatedInOneOfTwoOrganizations(t *testing.T) {
	for name, lose := range map[string]func(*api.ContactBody){
		"deactivated":  func(b *api.ContactBody) { b.Active = false },
		"access taken": func(b *api.ContactBody) { b.Access = false },
		"other e-mail": func(b *api.ContactBody) { b.Email = "paul.other@example.test" },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			base := d.Listen()
			in := api.CreateContactIn{Org: api.Org{Org: d.Beta}, Body: api.ContactBody{Kind: contact.Individual, Name: "Paul Noir", Email: d.Paul.Email,
				Locale: "en", Active: true, Access: true, Roles: []perm.Role{perm.Admin}}}
			luc := d.As(d.Luc)
			second := backendtest.Must(backendtest.Call(luc, api.CreateContact, in))
			link, _ := mailed(t, d.World, "invitation", d.Paul.Email)
			v := visitor(1)
			e := signIn(t, d.World, v, d.Paul)
			if inv, err := d.Service.AcceptSignedIn(t.Context(), v, link, credential(v, e)); err != nil || inv.Organization != "Bêta SA" {
				t.Fatalf("accepted %+v, %v", inv, err)
			}
			paul := d.As(d.Paul)
			if m := backendtest.Must(backendtest.Call(paul, api.GetMe, api.None{})); len(m.Organizations) != 2 {
				t.Fatalf("switches between %+v", m.Organizations)
			}
			here, there := listen(t, paul, base, d.Acme), listen(t, paul, base, d.Beta)

			d.update(d.Paul.Contact, lose)
			if last := here.ended(); last.T != live.FrameEnd || last.Why != "session.ended.removed" {
				t.Errorf("the socket heard last %+v", last)
			}
			_, err := backendtest.Call(paul, api.GetHome, api.Org{Org: d.Acme})
			backendtest.Refused(t, err, errs.NotFound)
			if _, err := paul.Socket(base, d.Acme); err == nil {
				t.Error("a new socket opens")
			}
			if _, err := backendtest.Call(paul, api.GetHome, api.Org{Org: d.Beta}); err != nil {
				t.Errorf("in the other organization: %v", err)
			}
			if m := backendtest.Must(backendtest.Call(paul, api.GetMe, api.None{})); len(m.Organizations) != 1 || m.Organizations[0].Org != d.Beta {
				t.Errorf("switches between %+v", m.Organizations)
			}
			shown := backendtest.Must(backendtest.Call(luc, api.GetContact, at(d.Beta, second.ID)))
			up := api.UpdateContactIn{ContactIn: at(d.Beta, second.ID)}
			up.Body.ContactBody, up.Body.Version = bodyOf(&shown), shown.Version
			up.Body.Phone = "12345"
			backendtest.Must(backendtest.Call(luc, api.UpdateContact, up))
			if !there.hears(live.Contacts) {
				t.Error("the socket in the other organization is closed")
			}
			d.Verify()
		})
	}
}

// K04, K10: another e-mail is another person's way in: the one before is out, the new one is invited, roles stay.
func TestAnotherEmailIsAnotherPerson(t *testing.T) {
	d := newDesk(t)
	d.cells(d.Paul, `{"profile.view":"allow"}`)
	d.update(d.Paul.Contact, func(b *api.ContactBody) { b.Code = &api.CodeBody{Code: "copper lamp 4277"} })
	paul := d.As(d.Paul)
	moved := d.update(d.Paul.Contact, func(b *api.ContactBody) { b.Email = "pauline@example.test" })
	if moved.State != contact.Invited || moved.Code.Set || !cmp.Equal(moved.Roles, []perm.Role{perm.ReadOnly}) {
		t.Errorf("shown as %+v", moved)
	}
	_, err := backendtest.Call(paul, api.GetMe, api.None{})
	backendtest.Refused(t, err, errs.Unauthenticated)
	link, found := mailed(t, d.World, "invitation", "pauline@example.test")
	if !found || len(d.Mails("invitation")) != 1 {
		t.Fatalf("invited %v", d.Mails("invitation"))
	}
	again := d.update(d.Paul.Contact, func(b *api.ContactBody) { b.Email = "paula@example.test" })
	if _, err := d.Service.Invitation(t.Context(), link); code(err) != errs.NotFound || again.State != contact.Invited {
		t.Errorf("the invitation of the address before: %v", err)
	}
	link, _ = mailed(t, d.World, "invitation", "paula@example.test")
	if _, err := d.Service.AcceptInvitation(t.Context(), visitor(1), link, "Paula Blanc", otherPassword); err != nil {
		t.Fatal(err)
	}
	if got := d.card(d.Paul.Contact); got.State != contact.CanEnter || got.Name != "Paula Blanc" {
		t.Errorf("accepted as %+v", got.Contact)
	}
	d.Verify()
}

// K13, C06: a change of rights is felt on open sockets and by the next request, without signing in again.
func TestRightsFollowAtOnce(t *testing.T) {
	d := newDesk(t)
	base := d.Listen()
	paul := d.As(d.Paul)
	socket := listen(t, paul, base, d.Acme)
	_, err := backendtest.Call(paul, api.GetProfile, api.Org{Org: d.Acme})
	backendtest.Refused(t, err, errs.Forbidden)
	d.update(d.Paul.Contact, func(b *api.ContactBody) { b.Overrides = perm.Overrides{perm.ProfileView: perm.Allow} })
	if !socket.hears(live.Me) {
		t.Error("the open page is not told")
	}
	p := backendtest.Must(backendtest.Call(paul, api.GetProfile, api.Org{Org: d.Acme}))
	var names []string
	for _, v := range p.SeenBy {
		names = append(names, v.Name)
	}
	if !cmp.Equal(names, []string{"Jonas Meier", "Marie Dubois", "Paul Noir"}) {
		t.Errorf("the account-wide code is seen by %v", names)
	}
	d.update(d.Paul.Contact, func(b *api.ContactBody) { b.Overrides = perm.Overrides{perm.ContactsView: perm.Deny} })
	_, err = backendtest.Call(paul, api.GetProfile, api.Org{Org: d.Acme})
	backendtest.Refused(t, err, errs.Forbidden)
	_, err = backendtest.Call(paul, api.ListContacts, api.ContactsIn{Org: api.Org{Org: d.Acme}, ContactFilter: api.ContactFilter{Limit: 10}})
	backendtest.Refused(t, err, errs.Forbidden)
}

// K09: staff with the right delete a contact, with a reason; the owner is told, the record keeps the name. Customers
// can't, and nobody deletes the owner.
func TestDeletingAContact(t *testing.T) {
	d := newDesk(t)
	d.update(d.Jonas.Contact, func(b *api.ContactBody) { b.Code = &api.CodeBody{Code: "copper lamp 4277"} })
	jonas, anna := d.As(d.Jonas), d.As(d.Anna)
	in := api.DeleteContactIn{ContactIn: at(d.Acme, d.Jonas.Contact)}
	in.Body.Reason = "Asked by the customer."
	for name, a := range map[string]*backendtest.Actor{"owner": d.marie, "agent": d.As(d.Sofia)} {
		_, err := backendtest.Call(a, api.DeleteContact, in)
		if r, ok := err.(*api.Refusal); !ok || r.Status/100 != 4 {
			t.Errorf("%s: %v", name, err)
		}
	}
	blank := in
	blank.Body.Reason = "  "
	_, err := backendtest.Call(anna, api.DeleteContact, blank)
	badField(t, err, "reason", "organization.error.reason_needed")
	owner := in
	owner.Contact = d.Marie.Contact
	_, err = backendtest.Call(anna, api.DeleteContact, owner)
	says(t, err, errs.Forbidden, "contact.error.delete_owner")

	d.update(d.Paul.Contact, func(b *api.ContactBody) { b.Code = &api.CodeBody{Code: "violet engine 5813"} })
	var calls []api.AgentCall
	for _, c := range []id.Contact{d.Jonas.Contact, d.Paul.Contact} {
		call := api.StartVerificationIn{Org: api.Org{Org: d.Acme}}
		call.Body.Contact, call.Body.Channel, call.Body.Locale = c, verification.Phone, "en"
		calls = append(calls, backendtest.Must(backendtest.Call(d.As(d.Sofia), api.StartVerification, call)))
	}
	if _, err := backendtest.Call(anna, api.DeleteContact, in); err != nil {
		t.Fatal(err)
	}
	d.update(d.Paul.Contact, func(b *api.ContactBody) { b.Active = false })
	for _, c := range calls {
		check := api.CheckCallerIn{VerificationIn: api.VerificationIn{Org: api.Org{Org: d.Acme}, Verification: c.ID}}
		check.Body.Heard = "copper lamp 4277"
		_, err := backendtest.Call(d.As(d.Sofia), api.CheckCaller, check)
		backendtest.Refused(t, err, errs.Conflict)
	}
	_, err = backendtest.Call(d.marie, api.GetContact, at(d.Acme, d.Jonas.Contact))
	backendtest.Refused(t, err, errs.NotFound)
	_, err = backendtest.Call(jonas, api.GetMe, api.None{})
	backendtest.Refused(t, err, errs.Unauthenticated)
	_, err = backendtest.Call(anna, api.DeleteContact, in)
	backendtest.Refused(t, err, errs.NotFound)
	for _, stream := range []live.Stream{live.Of(d.Acme), live.Provider} {
		if e := entries(t, d.World, stream, audit.ContactDeleted); len(e) != 1 || e[0].Detail["name"] != "Jonas Meier" || e[0].Detail["reason"] != "Asked by the customer." || e[0].Actor.Name != "Anna Roth" {
			t.Errorf("%s has recorded %+v", stream, e)
		}
	}
	if got := d.Mails("contact_deleted"); !cmp.Equal(got, []string{d.Marie.Email}) {
		t.Errorf("told %v", got)
	}
	if n := d.list(api.ContactFilter{}).Total; n != 3 {
		t.Errorf("%d contacts are left", n)
	}
	d.Verify()
}

// TH13: of writes that race with a deactivation none commits after it.
func TestNothingIsWrittenAfterADeactivation(t *testing.T) {
	d := newDesk(t)
	jonas := d.As(d.Jonas)
	done := make(chan int)
	for range 20 {
		go func() {
			n := 0
			for {
				if _, err := d.create(jonas, func(b *api.ContactBody) { b.Name = "Racer" }); err != nil {
					done <- n
					return
				}
				n++
			}
		}()
	}
	d.update(d.Jonas.Contact, func(b *api.ContactBody) { b.Active = false })
	for range 20 {
		<-done
	}
	var off int64
	for _, e := range entries(t, d.World, live.Of(d.Acme), audit.ContactDeactivated) {
		off = e.Seq
	}
	for _, e := range entries(t, d.World, live.Of(d.Acme), audit.ContactCreated) {
		if e.Seq > off && e.Actor.ID == string(d.Jonas.Contact) {
			t.Errorf("entry %d was written after the deactivation %d", e.Seq, off)
		}
	}
}

// K13, TH11, TH13: without access authorisation nothing is told, nothing opens and no reset link is sent, whoever took it
// away: even if the word to the hub never came.
func TestWithoutAccessNothingIsTold(t *testing.T) {
	d := newDesk(t)
	paul := d.As(d.Paul)
	d.Exec(`UPDATE contact SET access = FALSE WHERE id = ?`, d.Paul.Contact)
	sub := &hub.Subscription{Stream: live.Of(d.Acme), Session: paul.Session, Login: d.Paul.Login}
	v, err := d.Service.Authorize(t.Context(), live.Of(d.Acme), []live.Kind{live.Organization, live.Contacts}, []*hub.Subscription{sub})
	if err != nil || v[0].End != "session.ended.removed" || v[0].Kinds != 0 {
		t.Errorf("verdict %+v, %v", v, err)
	}
	if _, err := d.Service.Subscribe(t.Context(), portal.Credential{As: api.AsCustomer, Session: hashed(paul.Token)}, api.LiveIn{As: api.AsCustomer, Org: d.Acme}); code(err) != errs.NotFound {
		t.Errorf("a socket: %v", err)
	}
	_, err = backendtest.Call(paul, api.GetHome, api.Org{Org: d.Acme})
	backendtest.Refused(t, err, errs.NotFound)
	if m := backendtest.Must(backendtest.Call(paul, api.GetMe, api.None{})); len(m.Organizations) != 0 {
		t.Errorf("switches between %+v", m.Organizations)
	}
	if _, err := d.Service.SignIn(t.Context(), visitor(1), api.AsCustomer, d.Paul.Email, backendtest.Password); code(err) != errs.Forbidden {
		t.Errorf("signing in: %v", err)
	}
	after, err := d.Service.AskReset(t.Context(), visitor(1), d.Paul.Email)
	if err != nil || after(t.Context()) != nil || len(d.Mails("password_reset")) != 0 {
		t.Errorf("a reset link was sent: %v", err)
	}
	// Mails to those who decide leave out who can't enter.
	d.Exec(`UPDATE contact SET access = FALSE WHERE id = ?`, d.Nadia.Contact)
	backendtest.Must(d.As(d.Sofia).RequestAccess(d.Acme, time.Hour, ""))
	if got := d.Mails("access_requested"); !cmp.Equal(got, []string{d.Marie.Email}) {
		t.Errorf("asked %v", got)
	}
}
