package portal_test

import (
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"countersign/backend/backendtest"
	"countersign/backend/login"
	"countersign/backend/portal"
	"countersign/backend/store"
	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/org"
)

func inviteStaff(a *backendtest.Actor, name, email string, rank org.Rank) (api.StaffMember, error) {
	in := api.InviteStaffIn{}
	in.Body.Name, in.Body.Email, in.Body.Role, in.Body.Locale = name, email, rank, "en"
	return backendtest.Call(a, api.InviteStaff, in)
}

func updateStaff(a *backendtest.Actor, s id.Staff, rank org.Rank, active bool) (api.StaffMember, error) {
	in := api.UpdateStaffIn{Staff: s}
	in.Body.Role, in.Body.Active = rank, active
	return backendtest.Call(a, api.UpdateStaff, in)
}

func createOrganization(a *backendtest.Actor, reference, ownerEmail string) (org.Organization, error) {
	in := api.CreateOrganizationIn{}
	b := &in.Body
	b.Name, b.Reference, b.ManagedBy, b.Region, b.Phone = "Delta AG", reference, org.Customer, "CH", "+41 44 668 18 00"
	b.OwnerName, b.OwnerEmail, b.Locale = "Dana Frei", ownerEmail, "en"
	return backendtest.Call(a, api.CreateOrganization, in)
}

// TH17: an invitation makes somebody staff once, and only by being accepted.
func TestStaffInvitation(t *testing.T) {
	w := backendtest.New(t)
	ada := w.As(w.Ada)
	m, err := inviteStaff(ada, "Vera New", "Vera.New@example.test", org.Agent)
	if err != nil || !m.Invited || !m.Active || m.Email != "vera.new@example.test" {
		t.Fatalf("invited %+v, %v", m, err)
	}
	first, _ := mailed(t, w, "staff_invitation", m.Email)
	if _, err := backendtest.Call(ada, api.ResendStaffInvitation, api.StaffIn{Staff: m.ID}); err != nil {
		t.Fatal(err)
	}
	link, _ := mailed(t, w, "staff_invitation", m.Email)
	if _, err := w.Service.Invitation(t.Context(), first); first == link || code(err) != errs.NotFound {
		t.Errorf("the replaced invitation: %v", err)
	}
	for range 3 { // looking uses nothing up
		inv, err := w.Service.Invitation(t.Context(), link)
		if err != nil || inv.Name != "Vera New" || inv.By != "Ada Stone" || inv.Known || inv.Kind != api.AsStaff || inv.Organization != "" {
			t.Fatalf("shown %+v, %v", inv, err)
		}
	}
	if _, err := w.Service.AcceptInvitation(t.Context(), visitor(1), link, "", "too short"); code(err) != errs.Invalid {
		t.Errorf("a weak password: %v", err)
	}

	var right atomic.Int32
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			switch _, err := w.Service.AcceptInvitation(t.Context(), visitor(1), link, "Marie Dubois", otherPassword); code(err) {
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
	e, err := w.Service.SignIn(t.Context(), visitor(1), api.AsStaff, m.Email, otherPassword)
	if err != nil || e.Kind != api.AsStaff {
		t.Fatalf("signed in: %+v, %v", e, err)
	}
	if got := backendtest.Must(me(w, credential(visitor(1), e))); got.Staff == nil || got.Staff.Name != "Vera New" {
		t.Errorf("staff choose no name of their own: %+v", got.Staff)
	}
	_, err = backendtest.Call(ada, api.ResendStaffInvitation, api.StaffIn{Staff: m.ID})
	backendtest.Refused(t, err, errs.Conflict)
	_, err = inviteStaff(ada, "Vera Again", m.Email, org.Lead)
	backendtest.Refused(t, err, errs.Invalid)
	w.Verify()
}

// Nobody is staff before accepting, though they know a password: that of their own portal access.
func TestStaffInvitationOfAKnownLogin(t *testing.T) {
	w := backendtest.New(t)
	ada := w.As(w.Ada)
	m := backendtest.Must(inviteStaff(ada, "Paul Noir", w.Paul.Email, org.Administrator))
	v := visitor(1)
	e, err := w.Service.SignIn(t.Context(), v, api.AsStaff, w.Paul.Email, backendtest.Password)
	if err != nil || e.Kind != api.AsCustomer {
		t.Fatalf("before accepting: %+v, %v", e, err)
	}
	link, _ := mailed(t, w, "staff_invitation", w.Paul.Email)
	if _, err := w.Service.AcceptInvitation(t.Context(), v, link, "", otherPassword); code(err) != errs.Unauthenticated {
		t.Errorf("accepted with a password of the link's holder: %v", err)
	}
	marie := credential(v, signIn(t, w, v, w.Marie))
	if _, err := w.Service.AcceptSignedIn(t.Context(), v, link, marie); code(err) != errs.Forbidden {
		t.Errorf("accepted by somebody else: %v", err)
	}
	if _, err := w.Service.AcceptSignedIn(t.Context(), v, link, portal.Credential{As: api.AsCustomer}); code(err) != errs.Unauthenticated {
		t.Errorf("accepted by nobody: %v", err)
	}
	if inv, err := w.Service.AcceptSignedIn(t.Context(), v, link, credential(v, e)); err != nil || inv.Kind != api.AsStaff {
		t.Fatalf("accepted: %+v, %v", inv, err)
	}
	if e, err := w.Service.SignIn(t.Context(), v, api.AsStaff, w.Paul.Email, backendtest.Password); err != nil || e.Kind != api.AsStaff {
		t.Errorf("after accepting: %+v, %v", e, err)
	}
	list := backendtest.Must(backendtest.Call(ada, api.ListStaff, api.None{}))
	i := slices.IndexFunc(list.Members, func(x api.StaffMember) bool { return x.ID == m.ID })
	if i < 0 || list.Members[i].Invited || list.Members[i].LastSignIn.IsZero() || len(list.Members) != 5 {
		t.Errorf("listed %+v", list.Members)
	}
}

// TH17: an invitation lasts seven days and no longer than the inviter's own right.
func TestInvitationEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := backendtest.New(t)
		second := backendtest.Must(inviteStaff(w.As(w.Ada), "Ben Second", "ben@example.test", org.Administrator))
		link, _ := mailed(t, w, "staff_invitation", second.Email)
		if _, err := w.Service.AcceptInvitation(t.Context(), visitor(1), link, "", otherPassword); err != nil {
			t.Fatal(err)
		}
		backendtest.Must(inviteStaff(w.As(w.Ada), "Cleo Third", "cleo@example.test", org.Agent))
		old, _ := mailed(t, w, "staff_invitation", "cleo@example.test")
		time.Sleep(7*24*time.Hour - time.Minute)
		if _, err := w.Service.Invitation(t.Context(), old); err != nil {
			t.Errorf("a minute before its end: %v", err)
		}
		time.Sleep(time.Minute)
		if _, err := w.Service.AcceptInvitation(t.Context(), visitor(1), old, "", otherPassword); code(err) != errs.NotFound {
			t.Errorf("after seven days: %v", err)
		}

		o := backendtest.Must(createOrganization(w.As(w.Ada), "30001", "dana@example.test"))
		owner, _ := mailed(t, w, "invitation", "dana@example.test")
		ben := backendtest.Persona{Name: "Ben", Login: loginOf(t, w, "ben@example.test"), Staff: second.ID}
		backendtest.Must(updateStaff(w.As(&ben), w.Ada.Staff, org.Lead, true))
		if _, err := w.Service.Invitation(t.Context(), owner); code(err) != errs.NotFound {
			t.Errorf("of an administrator who is none any more (%s): %v", o.Name, err)
		}
	})
}

func loginOf(t *testing.T, w *backendtest.World, email string) (l id.Login) {
	t.Helper()
	err := w.DB.View(t.Context(), func(tx *store.Tx) error {
		row, err := tx.LoginByEmail(t.Context(), email)
		if err == nil {
			l = row.ID
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestUpdateStaffGuards(t *testing.T) {
	w := backendtest.New(t)
	ada, sofia := w.As(w.Ada), w.As(w.Sofia)
	_, err := updateStaff(ada, w.Ada.Staff, org.Agent, true)
	backendtest.Refused(t, err, errs.Forbidden)
	_, err = updateStaff(ada, w.Ada.Staff, org.Administrator, false)
	backendtest.Refused(t, err, errs.Forbidden)
	_, err = updateStaff(sofia, w.Tom.Staff, org.Agent, false)
	backendtest.Refused(t, err, errs.Forbidden)
	_, err = inviteStaff(sofia, "Friend", "friend@example.test", org.Administrator)
	backendtest.Refused(t, err, errs.Forbidden)
	_, err = updateStaff(ada, "0198c0de-0000-7000-8000-00000000ffff", org.Agent, true)
	backendtest.Refused(t, err, errs.NotFound)

	// Two administrators who deactivate each other at once: one stays.
	other := backendtest.Must(updateStaff(ada, w.Tom.Staff, org.Administrator, true))
	tom := w.As(w.Tom)
	var all sync.WaitGroup
	all.Go(func() { updateStaff(ada, other.ID, org.Administrator, false) })
	all.Go(func() { updateStaff(tom, w.Ada.Staff, org.Administrator, false) })
	all.Wait()
	if n := administrators(t, w); n != 1 {
		t.Errorf("%d administrators are left", n)
	}
	w.Verify()
}

func administrators(t *testing.T, w *backendtest.World) (n int) {
	t.Helper()
	err := w.DB.View(t.Context(), func(tx *store.Tx) (err error) {
		n, err = tx.OtherAdministrators(t.Context(), "")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TH13: deactivating an agent ends everything they have open, and nobody else's.
func TestDeactivatedAgentIsOutAtOnce(t *testing.T) {
	w := backendtest.New(t)
	cuts := watch(w)
	ada, sofia, tom, marie := w.As(w.Ada), w.As(w.Sofia), w.As(w.Tom), w.As(w.Marie)

	backendtest.Must(sofia.RequestAccess(w.Acme, time.Hour, ""))
	joined := backendtest.Must(tom.RequestAccess(w.Acme, time.Hour, ""))
	shared := backendtest.Must(marie.Approve(joined, time.Hour))
	inside, colleague := backendtest.Must(sofia.Enter(shared)), backendtest.Must(tom.Enter(shared))
	managed := backendtest.Must(sofia.EnterManaged(w.Gamma, "They called."))
	waits := backendtest.Must(sofia.RequestAccess(w.Beta, time.Hour, ""))

	if m := backendtest.Must(updateStaff(ada, w.Sofia.Staff, org.Agent, false)); m.Active {
		t.Errorf("still active: %+v", m)
	}
	for name, a := range map[string]*backendtest.Actor{"as staff": sofia, "inside": inside, "inside unasked": managed} {
		_, err := backendtest.Call(a, api.GetMe, api.None{})
		if p := backendtest.Refused(t, err, errs.Unauthenticated); p.Status != 401 {
			t.Errorf("%s: %+v", name, p)
		}
	}
	if _, err := backendtest.Call(colleague, api.GetHome, api.Org{Org: w.Acme}); err != nil {
		t.Errorf("the colleague inside: %v", err)
	}
	if _, err := w.Service.SignIn(t.Context(), visitor(1), api.AsStaff, w.Sofia.Email, backendtest.Password); code(err) != errs.Forbidden {
		t.Errorf("signing in again: %v", err)
	}
	want := []string{"session.ended.deactivated", "support.ended.deactivated", "support.ended.deactivated"}
	if got := cuts.whys(); !slices.Equal(got, want) {
		t.Errorf("cut %v, want %v", got, want)
	}
	if got := w.As(w.Luc).Remote(w.Beta); len(got.Pending) != 0 {
		t.Errorf("their request %s still waits", waits.ID)
	}
	if got := marie.Remote(w.Acme); len(got.Active) != 1 || len(got.Active[0].Sessions) != 1 {
		t.Errorf("the shared grant: %+v", got.Active)
	}
	if got := w.As(w.Gina).Remote(w.Gamma); len(got.Active) != 0 {
		t.Errorf("the unasked entry goes on: %+v", got.Active)
	}
	if got := w.Mails("access_withdrawn"); !slices.Equal(got, []string{w.Luc.Email}) {
		t.Errorf("told that the request is gone: %v", got)
	}

	backendtest.Must(updateStaff(ada, w.Sofia.Staff, org.Lead, true))
	if e, err := w.Service.SignIn(t.Context(), visitor(1), api.AsStaff, w.Sofia.Email, backendtest.Password); err != nil || e.Kind != api.AsStaff {
		t.Errorf("reactivated: %+v, %v", e, err)
	}
	for _, k := range []audit.Kind{audit.StaffDeactivated, audit.StaffReactivated, audit.StaffChanged} {
		if n := len(entries(t, w, live.Provider, k)); n != 1 {
			t.Errorf("%s is recorded %d times", k, n)
		}
	}
	w.Verify()
}

func TestCreateOrganization(t *testing.T) {
	w := backendtest.New(t)
	ada := w.As(w.Ada)
	o, err := createOrganization(ada, "30001", "Dana@example.test")
	if err != nil || o.State != org.Active || o.Name != "Delta AG" {
		t.Fatalf("%+v, %v", o, err)
	}
	_, err = createOrganization(ada, "30001", "dana@example.test")
	if p := backendtest.Refused(t, err, errs.Invalid); p.Errors[0].Location != "body.reference" && p.Errors[0].Location != "reference" {
		t.Errorf("a reference that is taken: %+v", p)
	}
	_, err = createOrganization(ada, "30002", w.Tom.Email)
	backendtest.Refused(t, err, errs.Invalid)
	_, err = createOrganization(w.As(w.Anna), "30003", "dana@example.test")
	backendtest.Refused(t, err, errs.Forbidden)

	link, ok := mailed(t, w, "invitation", "dana@example.test")
	if !ok {
		t.Fatal("the owner was not invited")
	}
	if inv, err := w.Service.Invitation(t.Context(), link); err != nil || inv.Organization != "Delta AG" || inv.Kind != api.AsCustomer || inv.Name != "Dana Frei" {
		t.Fatalf("shown %+v, %v", inv, err)
	}
	if _, err := w.Service.AcceptInvitation(t.Context(), visitor(1), link, "Dana  Frei-Huber", otherPassword); err != nil {
		t.Fatal(err)
	}
	e, err := w.Service.SignIn(t.Context(), visitor(1), api.AsCustomer, "dana@example.test", otherPassword)
	if err != nil {
		t.Fatal(err)
	}
	got := backendtest.Must(me(w, credential(visitor(1), e)))
	if len(got.Organizations) != 1 || !got.Organizations[0].Owner || got.Organizations[0].OwnerName != "Dana Frei-Huber" {
		t.Errorf("the owner is %+v", got)
	}
	if f := w.As(w.Sofia).Found(o.ID); f.Button != api.ButtonRequest || f.OwnerName != "Dana Frei-Huber" {
		t.Errorf("found as %+v", f)
	}
	w.Verify()
}

// K12: a person with access elsewhere becomes owner of a second organization by signing in and accepting.
func TestSecondOrganizationOfAPerson(t *testing.T) {
	w := backendtest.New(t)
	backendtest.Must(createOrganization(w.As(w.Ada), "30001", w.Marie.Email))
	v := visitor(1)
	marie := credential(v, signIn(t, w, v, w.Marie))
	if got := backendtest.Must(me(w, marie)); len(got.Organizations) != 1 {
		t.Errorf("in %d organizations before accepting", len(got.Organizations))
	}
	link, _ := mailed(t, w, "invitation", w.Marie.Email)
	if inv, err := w.Service.Invitation(t.Context(), link); err != nil || !inv.Known {
		t.Errorf("shown %+v, %v", inv, err)
	}
	if _, err := w.Service.AcceptSignedIn(t.Context(), v, link, marie); err != nil {
		t.Fatal(err)
	}
	if got := backendtest.Must(me(w, marie)); len(got.Organizations) != 2 {
		t.Errorf("in %d organizations after accepting", len(got.Organizations))
	}
	if _, err := w.Service.AcceptSignedIn(t.Context(), v, link, marie); code(err) != errs.NotFound {
		t.Errorf("accepted twice: %v", err)
	}
}

func TestOrganizationStateEndsAccess(t *testing.T) {
	w := backendtest.New(t)
	cuts := watch(w)
	ada, sofia, marie := w.As(w.Ada), w.As(w.Sofia), w.As(w.Marie)
	set := func(s org.State, why string) error {
		in := api.OrganizationStateIn{Org: api.Org{Org: w.Acme}}
		in.Body.State, in.Body.Reason = s, why
		_, err := backendtest.Call(ada, api.SetOrganizationState, in)
		return err
	}
	r := backendtest.Must(marie.Approve(backendtest.Must(sofia.RequestAccess(w.Acme, time.Hour, "")), time.Hour))
	inside := backendtest.Must(sofia.Enter(r))
	backendtest.Refused(t, set(org.Active, "Nothing"), errs.Conflict)
	backendtest.Refused(t, set(org.Suspended, "  "), errs.Invalid)
	if err := set(org.Suspended, "Unpaid since May"); err != nil {
		t.Fatal(err)
	}
	_, err := backendtest.Call(inside, api.GetHome, api.Org{Org: w.Acme})
	backendtest.Refused(t, err, errs.Unauthenticated)
	if got := cuts.whys(); !slices.Equal(got, []string{"support.ended.ended"}) {
		t.Errorf("cut %v", got)
	}
	_, err = sofia.RequestAccess(w.Acme, time.Hour, "")
	backendtest.Refused(t, err, errs.Conflict)
	if got := marie.Remote(w.Acme); len(got.Active) != 0 {
		t.Errorf("%+v runs", got.Active)
	}
	if err := set(org.Active, "Paid"); err != nil {
		t.Fatal(err)
	}
	backendtest.Must(sofia.RequestAccess(w.Acme, time.Hour, ""))
	if list := entries(t, w, live.Of(w.Acme), audit.OrganizationState); len(list) != 2 || list[0].Detail["reason"] != "Unpaid since May" {
		t.Errorf("recorded for the customer: %+v", list)
	}
	w.Verify()
}

// From the command line, before anybody is there.
func TestFirstStart(t *testing.T) {
	w := backendtest.New(t)
	link, err := w.Service.CreateAdministrator(t.Context(), "Root Admin", "root@example.test", "fr")
	if err != nil {
		t.Fatal(err)
	}
	token, _ := mailed(t, w, "staff_invitation", "root@example.test")
	if want := backendtest.PublicURL + "/invitation?token=" + token; link != want {
		t.Errorf("link %q, want %q", link, want)
	}
	if _, err := w.Service.AcceptInvitation(t.Context(), visitor(1), token, "", otherPassword); err != nil {
		t.Fatal(err)
	}
	in := &api.CreateOrganizationIn{}
	b := &in.Body
	b.Name, b.Reference, b.ManagedBy, b.Region, b.OwnerName, b.OwnerEmail, b.Locale = "Echo", "40001", org.ServiceProvider, "FR", "Eve", "eve@example.test", "fr"
	o, link, err := w.Service.CreateOrganizationAsSystem(t.Context(), in)
	if err != nil || o.MaximumGrant != access.DefaultMaximum || login.HashToken(link[len(link)-43:]) == "" {
		t.Errorf("%+v, %q, %v", o, link, err)
	}
	if _, err := w.Service.CreateAdministrator(t.Context(), "Root Again", "root@example.test", "en"); code(err) != errs.Invalid {
		t.Errorf("the same administrator twice: %v", err)
	}
}

// TH6: whatever staff do, in any order, no customer's password, second factor, recovery codes or sign-in e-mail change.
func TestStaffNeverTouchHowCustomersSignIn(t *testing.T) {
	w := backendtest.New(t)
	v := visitor(1)
	enrol(t, w, credential(v, signIn(t, w, v, w.Marie)))
	customers := []*backendtest.Persona{w.Marie, w.Jonas, w.Nadia, w.Paul, w.Luc, w.Gina}
	before := secrets(t, w, customers)

	ada, anna := w.As(w.Ada), w.As(w.Anna)
	staff := []id.Staff{w.Sofia.Staff, w.Tom.Staff, w.Anna.Staff}
	rnd := rand.New(rand.NewPCG(7, 7))
	const steps = 600
	for range steps {
		who := customers[rnd.IntN(len(customers))]
		by := []*backendtest.Actor{ada, anna}[rnd.IntN(2)]
		// Over HTTP the rate limit would stop this; the gate is what is tried.
		c := portal.Credential{As: api.AsStaff, Session: login.HashToken(by.Token), Bound: "192.0.2.0/24 Go", Address: "192.0.2.7"}
		switch rnd.IntN(7) {
		case 0:
			in := &api.InviteStaffIn{}
			in.Body.Name, in.Body.Email, in.Body.Role, in.Body.Locale = who.Name, who.Email, org.Ranks()[rnd.IntN(3)], "en"
			portal.Run(t.Context(), w.Service, api.InviteStaff, c, in, w.Service.InviteStaff)
		case 1:
			in := &api.UpdateStaffIn{Staff: staff[rnd.IntN(len(staff))]}
			in.Body.Role, in.Body.Active = org.Ranks()[rnd.IntN(3)], rnd.IntN(2) == 0
			portal.Run(t.Context(), w.Service, api.UpdateStaff, c, in, w.Service.UpdateStaff)
		case 2:
			in := &api.CreateOrganizationIn{}
			b := &in.Body
			b.Name, b.Reference, b.ManagedBy, b.Region, b.OwnerName, b.OwnerEmail, b.Locale = "X", string(rune('a'+rnd.IntN(26)))+"9", org.Customer, "FR", who.Name, who.Email, "fr"
			portal.Run(t.Context(), w.Service, api.CreateOrganization, c, in, w.Service.CreateOrganization)
		case 3:
			in := &api.OrganizationStateIn{Org: api.Org{Org: who.Org}}
			in.Body.State, in.Body.Reason = []org.State{org.Active, org.Suspended, org.Closed}[rnd.IntN(3)], "test"
			portal.Run(t.Context(), w.Service, api.SetOrganizationState, c, in, w.Service.SetOrganizationState)
		case 4: // asking for a link to somebody's mailbox is all that they can start
			if after, err := w.Service.AskReset(t.Context(), visitor(rnd.IntN(1000)), who.Email); err == nil {
				after(t.Context())
			}
		case 5:
			in := &api.SettingsIn{}
			in.Body.Locale = "fr"
			portal.Run(t.Context(), w.Service, api.UpdateSettings, c, in, w.Service.UpdateSettings)
		case 6:
			c.As = api.AsCustomer
			in := &api.SettingsIn{}
			in.Body.Locale = "fr"
			portal.Run(t.Context(), w.Service, api.UpdateSettings, c, in, w.Service.UpdateSettings)
			w.Service.SignIn(t.Context(), visitor(rnd.IntN(1000)), api.AsCustomer, who.Email, "guess")
		}
	}
	if after := secrets(t, w, customers); !slices.Equal(before, after) {
		t.Errorf("in %d steps of staff the customers' logins changed:\n%v\n%v", steps, before, after)
	}
	w.Verify()
}

// secrets is how customers sign in, as one text for each.
func secrets(t *testing.T, w *backendtest.World, who []*backendtest.Persona) (list []string) {
	t.Helper()
	err := w.DB.View(t.Context(), func(tx *store.Tx) error {
		for _, p := range who {
			l, err := tx.Login(t.Context(), p.Login)
			if err != nil {
				return err
			}
			var codes int
			if err := tx.QueryRow(t.Context(), `SELECT COUNT(*) FROM recovery_code WHERE login = ? AND used_at = 0`, p.Login).Scan(&codes); err != nil {
				return err
			}
			list = append(list, l.Email+" "+l.PasswordHash+" "+l.FactorSealed+" "+string(rune('0'+codes)))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}
