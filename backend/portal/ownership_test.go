package portal_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"countersign/backend/backendtest"
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

func (d *desk) offer(a *backendtest.Actor, to id.Contact) (api.Ownership, error) {
	in := api.OfferOwnershipIn{Org: api.Org{Org: d.Acme}}
	in.Body.Contact = to
	return backendtest.Call(a, api.OfferOwnership, in)
}

func (d *desk) decide(a *backendtest.Actor, ep api.Endpoint[api.TransferIn, api.Ownership], x id.Transfer) (api.Ownership, error) {
	return backendtest.Call(a, ep, api.TransferIn{Org: api.Org{Org: d.Acme}, Transfer: x})
}

// owners are the owners of Acme who are active with access: always one.
func (d *desk) owners() (list []string) {
	d.t.Helper()
	for _, c := range d.list(api.ContactFilter{Limit: 200}).Contacts {
		if c.Owner && c.Active && c.State == contact.CanEnter {
			list = append(list, c.Name)
		}
	}
	return list
}

// K11: ownership moves by an offer that the other side accepts. The owner before stays administrator; what waits for
// the owner's decision waits for the new one.
func TestOwnershipMoves(t *testing.T) {
	d := newDesk(t)
	jonas, paul, sofia := d.As(d.Jonas), d.As(d.Paul), d.As(d.Sofia)
	r := backendtest.Must(sofia.RequestAccess(d.Acme, time.Hour, ""))
	if o := backendtest.Must(backendtest.Call(d.marie, api.GetOwnership, api.Org{Org: d.Acme})); o.Owner != d.Marie.Contact || len(o.Candidates) != 3 || o.Pending != nil {
		t.Fatalf("before: %+v", o)
	}
	_, err := d.offer(jonas, d.Paul.Contact)
	backendtest.Refused(t, err, errs.Forbidden)
	offered, err := d.offer(d.marie, d.Jonas.Contact)
	if err != nil || offered.Pending == nil || offered.Pending.LapsesAt.Sub(offered.Pending.CreatedAt) != 7*24*time.Hour {
		t.Fatalf("%+v, %v", offered, err)
	}
	x := offered.Pending.ID
	_, err = d.offer(d.marie, d.Paul.Contact)
	says(t, err, errs.Conflict, "ownership.error.pending")
	if o := backendtest.Must(backendtest.Call(paul, api.GetOwnership, api.Org{Org: d.Acme})); o.Pending != nil || len(o.Candidates) != 0 || o.OwnerName != "Marie Dubois" {
		t.Errorf("others see %+v", o)
	}
	if h := backendtest.Must(backendtest.Call(jonas, api.GetHome, api.Org{Org: d.Acme})); h.Transfer == nil || h.Transfer.ID != x {
		t.Errorf("home of the other side: %+v", h.Transfer)
	}
	if h := backendtest.Must(backendtest.Call(d.marie, api.GetHome, api.Org{Org: d.Acme})); h.Transfer != nil {
		t.Errorf("home of the owner: %+v", h.Transfer)
	}
	for name, a := range map[string]*backendtest.Actor{"another": paul, "the owner": d.marie, "another owner": d.As(d.Luc)} {
		_, err := d.decide(a, api.AcceptOwnership, x)
		if p := backendtest.Refused(t, err, errs.NotFound); p.Detail == "" {
			t.Error(name)
		}
	}
	// It is not a way for the other side to hold more before: rights follow the acceptance.
	_, err = jonas.Approve(r, time.Hour)
	backendtest.Refused(t, err, errs.Forbidden)

	after, err := d.decide(jonas, api.AcceptOwnership, x)
	if err != nil || after.Owner != d.Jonas.Contact || len(after.Past) != 1 || after.Past[0].State != api.TransferAccepted || len(after.Candidates) != 3 {
		t.Fatalf("%+v, %v", after, err)
	}
	_, err = d.marie.Approve(r, time.Hour)
	backendtest.Refused(t, err, errs.Forbidden)
	if _, err := jonas.Approve(r, time.Hour); err != nil {
		t.Errorf("the new owner approves: %v", err)
	}
	was := d.card(d.Marie.Contact)
	if was.Owner || !cmp.Equal(was.Roles, []perm.Role{perm.Admin}) || len(was.Overrides) != 0 {
		t.Errorf("the owner before is %+v", was.Contact)
	}
	if got := d.owners(); !cmp.Equal(got, []string{"Jonas Meier"}) {
		t.Errorf("owners: %v", got)
	}
	_, err = d.offer(d.marie, d.Paul.Contact)
	backendtest.Refused(t, err, errs.Forbidden)
	if got := d.Mails("ownership_ended"); !cmp.Equal(got, []string{d.Marie.Email}) {
		t.Errorf("told %v", got)
	}
	if e := entries(t, d.World, live.Of(d.Acme), audit.OwnershipTransferred); len(e) != 1 || e[0].Actor.Name != "Jonas Meier" || e[0].Detail["from"] != "Marie Dubois" {
		t.Errorf("recorded %+v", e)
	}
	d.Verify()
}

// K11: an offer can be declined and withdrawn, and lapses after seven days; nothing of it can be accepted then.
func TestOffersThatEndOtherwise(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		jonas := d.As(d.Jonas)
		accept := func(x id.Transfer, state string) {
			t.Helper()
			_, err := d.decide(jonas, api.AcceptOwnership, x)
			if p := backendtest.Refused(t, err, errs.Conflict); p.State != state {
				t.Errorf("accepted when %s: state %s", state, p.State)
			}
		}
		x := backendtest.Must(d.offer(d.marie, d.Jonas.Contact)).Pending.ID
		backendtest.Must(d.decide(jonas, api.DeclineOwnership, x))
		accept(x, "declined")
		time.Sleep(time.Second)
		x = backendtest.Must(d.offer(d.marie, d.Jonas.Contact)).Pending.ID
		_, err := d.decide(jonas, api.WithdrawOwnership, x)
		backendtest.Refused(t, err, errs.Forbidden)
		backendtest.Must(d.decide(d.marie, api.WithdrawOwnership, x))
		accept(x, "withdrawn")
		time.Sleep(time.Second)

		x = backendtest.Must(d.offer(d.marie, d.Jonas.Contact)).Pending.ID
		time.Sleep(7 * 24 * time.Hour)
		d.marie, jonas = d.As(d.Marie), d.As(d.Jonas)
		accept(x, "lapsed") // time counts before anybody wrote it down
		if err := d.Service.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		accept(x, "lapsed")
		past := backendtest.Must(backendtest.Call(d.marie, api.GetOwnership, api.Org{Org: d.Acme})).Past
		if len(past) != 3 || past[0].State != api.TransferLapsed || past[1].State != api.TransferWithdrawn || past[2].State != api.TransferDeclined {
			t.Errorf("past: %+v", past)
		}
		if e := entries(t, d.World, live.Of(d.Acme), audit.OwnershipWithdrawn); len(e) != 1 || e[0].Actor.Name != "Marie Dubois" {
			t.Errorf("recorded %+v", e)
		}
		if e := entries(t, d.World, live.Of(d.Acme), audit.OwnershipLapsed); len(e) != 1 || e[0].Actor.Kind != audit.BySystem {
			t.Errorf("recorded %+v", e)
		}
		if got := d.Mails("ownership_ended"); len(got) != 4 { // declined and withdrawn one each, lapsed both
			t.Errorf("told %v", got)
		}
		d.Verify()
	})
}

// K11: who can't sign in, works for the provider or owns it already can't be offered the ownership, and can't accept it
// when that comes to be meanwhile.
func TestWhoCanBecomeTheOwner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		book := backendtest.Must(d.create(d.marie, func(b *api.ContactBody) { b.Name = "Book" })).ID
		invited := backendtest.Must(d.create(d.marie, func(b *api.ContactBody) { b.Name, b.Email, b.Access = "Ivo", "ivo@example.test", true })).ID
		off := d.AddContact(d.Acme, "Otto Off").Contact
		d.Exec(`UPDATE contact SET active = FALSE WHERE id = ?`, off)
		staff := d.AddContact(d.Acme, "Stan Staff")
		d.Exec(`UPDATE contact SET login = ? WHERE id = ?`, d.Sofia.Login, staff.Contact)
		for name, c := range map[string]id.Contact{"without access": book, "invited": invited, "deactivated": off, "staff": staff.Contact, "herself": d.Marie.Contact} {
			_, err := d.offer(d.marie, c)
			badField(t, err, "contact", "ownership.error.target")
			if o := backendtest.Must(backendtest.Call(d.marie, api.GetOwnership, api.Org{Org: d.Acme})); o.Pending != nil || len(o.Candidates) != 3 {
				t.Errorf("%s: %+v", name, o)
			}
		}

		x := backendtest.Must(d.offer(d.marie, d.Jonas.Contact)).Pending.ID
		backendtest.Must(inviteStaff(d.As(d.Ada), "Jonas Meier", d.Jonas.Email, org.Agent))
		link, _ := mailed(t, d.World, "staff_invitation", d.Jonas.Email)
		v := visitor(1)
		if _, err := d.Service.AcceptSignedIn(t.Context(), v, link, credential(v, signIn(t, d.World, v, d.Jonas))); err != nil {
			t.Fatal(err)
		}
		jonas := d.As(&backendtest.Persona{Name: d.Jonas.Name, Login: d.Jonas.Login})
		_, err := d.decide(jonas, api.AcceptOwnership, x)
		says(t, err, errs.Conflict, "ownership.error.target")
		backendtest.Must(d.decide(d.marie, api.WithdrawOwnership, x))

		x = backendtest.Must(d.offer(d.marie, d.Paul.Contact)).Pending.ID
		d.update(d.Paul.Contact, func(b *api.ContactBody) { b.Active = false })
		if o := backendtest.Must(backendtest.Call(d.marie, api.GetOwnership, api.Org{Org: d.Acme})); o.Pending != nil || o.Past[0].State != api.TransferWithdrawn {
			t.Errorf("the offer to one who was deactivated: %+v", o)
		}
		d.update(d.Paul.Contact, func(b *api.ContactBody) { b.Active = true })
		_, err = d.decide(d.As(d.Paul), api.AcceptOwnership, x)
		backendtest.Refused(t, err, errs.Conflict)

		time.Sleep(6 * time.Minute)
		_, err = d.offer(d.marie, d.Nadia.Contact)
		backendtest.Refused(t, err, errs.StepUp)
		if got := d.owners(); !cmp.Equal(got, []string{"Marie Dubois"}) {
			t.Errorf("owners: %v", got)
		}
	})
}

// K11, TH15: however accepting, withdrawing, declining and deactivating race, the offer ends once and there is one owner
// who can act.
func TestTransferRaces(t *testing.T) {
	for round := range 20 {
		d := newDesk(t)
		jonas, paul := d.As(d.Jonas), d.As(d.Paul)
		d.Exec(`UPDATE contact SET roles = '["admin"]' WHERE id = ?`, d.Paul.Contact)
		x := backendtest.Must(d.offer(d.marie, d.Jonas.Contact)).Pending.ID
		shown := d.card(d.Jonas.Contact)
		off := api.UpdateContactIn{ContactIn: at(d.Acme, d.Jonas.Contact)}
		off.Body.ContactBody, off.Body.Version = bodyOf(&shown), shown.Version
		off.Body.Active = false
		acts := []func() error{
			func() error { _, err := d.decide(jonas, api.AcceptOwnership, x); return err },
			func() error { _, err := d.decide(jonas, api.DeclineOwnership, x); return err },
			func() error { _, err := d.decide(d.marie, api.WithdrawOwnership, x); return err },
			func() error { _, err := backendtest.Call(paul, api.UpdateContact, off); return err },
			func() error { _, err := d.decide(jonas, api.AcceptOwnership, x); return err },
		}
		var all sync.WaitGroup
		start := make(chan struct{})
		for i := range acts {
			act := acts[(i+round)%len(acts)]
			all.Go(func() {
				<-start
				act()
			})
		}
		close(start)
		all.Wait()
		o := backendtest.Must(backendtest.Call(d.marie, api.GetOwnership, api.Org{Org: d.Acme}))
		if len(o.Past) != 1 || o.Pending != nil {
			t.Errorf("round %d: %+v", round, o)
		}
		if got := d.owners(); len(got) != 1 {
			t.Errorf("round %d: owners %v", round, got)
		}
		d.Verify()
	}
}

// K11, TH6: whoever chose a contact's password could accept the ownership in their place, so it isn't offered until the
// person has chosen one by a mailed link.
func TestOwnershipNeedsOnesOwnPassword(t *testing.T) {
	d := newDesk(t)
	pia := backendtest.Must(d.create(d.As(d.Jonas), func(b *api.ContactBody) {
		b.Name, b.Email, b.Access, b.Way, b.Password = "Pia Pass", "pia@example.test", true, api.ByPassword, otherPassword
	}))
	refused := func(why string) {
		t.Helper()
		_, err := d.offer(d.marie, pia.ID)
		backendtest.Refused(t, err, errs.Invalid)
		if o := backendtest.Must(backendtest.Call(d.marie, api.GetOwnership, api.Org{Org: d.Acme})); len(o.Candidates) != 3 {
			t.Errorf("%s: candidates %+v", why, o.Candidates)
		}
	}
	refused("with the password that Jonas knows")
	in, err := d.Service.SignIn(t.Context(), visitor(1), api.AsCustomer, "pia@example.test", otherPassword)
	if err != nil {
		t.Fatal(err)
	}
	change := api.PasswordIn{}
	change.Body.Current, change.Body.New = otherPassword, "amber violin 36 glacier"
	if _, err := d.Service.ChangePassword(t.Context(), credential(visitor(1), in), &change); err != nil {
		t.Fatal(err)
	}
	refused("with one that Jonas could have chosen as well")

	send, err := d.Service.AskReset(t.Context(), visitor(2), "pia@example.test")
	if err == nil {
		err = send(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	link, _ := mailed(t, d.World, "password_reset", "pia@example.test")
	if err := d.Service.ResetPassword(t.Context(), visitor(2), link, "violet engine 58 marble"); err != nil {
		t.Fatal(err)
	}
	if o, err := d.offer(d.marie, pia.ID); err != nil || o.Pending == nil {
		t.Errorf("with her own: %+v, %v", o, err)
	}
	d.Verify()
}
