package portal_test

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"countersign/backend/backendtest"
	"countersign/backend/login"
	"countersign/backend/portal"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/live"
)

func stepUp(t *testing.T, w *backendtest.World, c portal.Credential, password string) error {
	in := &api.StepUpIn{}
	in.Body.Password = password
	_, err := w.Service.StepUp(t.Context(), c, in)
	return err
}

func changePassword(t *testing.T, w *backendtest.World, c portal.Credential, from, to string) error {
	in := &api.PasswordIn{}
	in.Body.Current, in.Body.New = from, to
	_, err := w.Service.ChangePassword(t.Context(), c, in)
	return err
}

const otherPassword = "copper meadow 17 violin"

func TestStepUpTakesThePasswordAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := backendtest.New(t)
		v := visitor(1)
		c := credential(v, signIn(t, w, v, w.Marie))
		time.Sleep(6 * time.Minute)
		start := func() error {
			_, err := portal.Run(t.Context(), w.Service, api.StartFactor, c, &api.None{}, w.Service.StartFactor)
			return err
		}
		if err := start(); code(err) != errs.StepUp {
			t.Fatalf("six minutes after the password: %v", err)
		}
		if err := stepUp(t, w, c, "wrong"); code(err) != errs.Invalid {
			t.Errorf("a wrong password: %v", err)
		}
		if err := start(); code(err) != errs.StepUp {
			t.Errorf("after a wrong password: %v", err)
		}
		// Others who guess at the door can't keep her from entering it again.
		for i := range 20 {
			w.Service.SignIn(t.Context(), visitor(50+i), api.AsCustomer, w.Marie.Email, "guess")
		}
		if err := stepUp(t, w, c, backendtest.Password); err != nil {
			t.Fatal(err)
		}
		if err := start(); err != nil {
			t.Errorf("after the password: %v", err)
		}
		kinds := entries(t, w, live.Of(w.Acme), audit.SteppedUp)
		if len(kinds) != 2 || kinds[0].Outcome != audit.Refused || kinds[1].Outcome != audit.Done {
			t.Errorf("recorded %+v", kinds)
		}

		tries := 0
		for range 30 {
			if code(stepUp(t, w, c, "wrong")) == errs.Invalid {
				tries++
			}
		}
		if tries > 10 {
			t.Errorf("%d passwords compared for a stolen sign-in", tries)
		}
	})
}

func TestChangePassword(t *testing.T) {
	w := world{backendtest.New(t)}
	cuts := watch(w.World)
	v := visitor(1)
	own := credential(v, signIn(t, w.World, v, w.Marie))
	other := credential(v, signIn(t, w.World, v, w.Marie))
	if err := w.askReset(t, w.Marie.Email); err != nil {
		t.Fatal(err)
	}
	link, _ := mailed(t, w.World, "password_reset", w.Marie.Email)

	for name, c := range map[string]struct{ from, to, field string }{
		"wrong current one":        {"wrong", otherPassword, "current"},
		"too short":                {backendtest.Password, "short 1", "new"},
		"made of what others know": {backendtest.Password, "marie.dubois@example.test", "new"},
	} {
		err := changePassword(t, w.World, own, c.from, c.to)
		if e, ok := err.(*errs.Error); !ok || e.Code != errs.Invalid || len(e.Fields) != 1 || e.Fields[0].Path != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := changePassword(t, w.World, own, backendtest.Password, otherPassword); err != nil {
		t.Fatal(err)
	}
	if _, err := me(w.World, own); err != nil {
		t.Errorf("the sign-in that changed it: %v", err)
	}
	if _, err := me(w.World, other); code(err) != errs.Unauthenticated {
		t.Errorf("the other sign-in: %v", err)
	}
	if got := cuts.whys(); !slices.Equal(got, []string{"session.ended.password_changed"}) {
		t.Errorf("cut %v", got)
	}
	if _, err := w.Service.Reset(t.Context(), link); code(err) != errs.NotFound {
		t.Errorf("an older reset link: %v", err)
	}
	if got := w.Mails("password_changed"); !slices.Equal(got, []string{w.Marie.Email}) {
		t.Errorf("told to %v", got)
	}
	if _, err := w.Service.SignIn(t.Context(), v, api.AsCustomer, w.Marie.Email, backendtest.Password); code(err) != errs.Unauthenticated {
		t.Errorf("the old password: %v", err)
	}
	if _, err := w.Service.SignIn(t.Context(), v, api.AsCustomer, w.Marie.Email, otherPassword); err != nil {
		t.Errorf("the new password: %v", err)
	}
}

// A short password that was fine beside a second factor keeps that factor from being removed.
func TestShortPasswordKeepsItsFactor(t *testing.T) {
	w := backendtest.New(t)
	v := visitor(1)
	c := credential(v, signIn(t, w, v, w.Marie))
	enrol(t, w, c)
	if err := changePassword(t, w, c, backendtest.Password, "kvz7!quadrupel"); err != nil {
		t.Fatal(err)
	}
	if _, err := portal.Run(t.Context(), w.Service, api.RemoveFactor, c, &api.None{}, w.Service.RemoveFactor); code(err) != errs.Conflict {
		t.Errorf("removed: %v", err)
	}
}

func TestOwnSignIns(t *testing.T) {
	w := backendtest.New(t)
	cuts := watch(w)
	v := visitor(1)
	own := credential(v, signIn(t, w, v, w.Marie))
	other := credential(visitor(2), signIn(t, w, visitor(2), w.Marie))
	foreign := credential(visitor(3), signIn(t, w, visitor(3), w.Jonas))
	end := func(of portal.Credential) error {
		got, err := me(w, of)
		if err != nil {
			return err
		}
		_, err = portal.Run(t.Context(), w.Service, api.EndSignIn, own, &api.SessionIn{Session: got.Session}, w.Service.EndSignIn)
		return err
	}
	if err := end(foreign); code(err) != errs.NotFound {
		t.Errorf("somebody else's sign-in: %v", err)
	}
	if err := end(other); err != nil {
		t.Fatal(err)
	}
	if _, err := me(w, other); code(err) != errs.Unauthenticated {
		t.Errorf("ended: %v", err)
	}
	if _, err := portal.Run(t.Context(), w.Service, api.SignOut, own, &api.None{}, w.Service.SignOut); err != nil {
		t.Fatal(err)
	}
	if _, err := me(w, own); code(err) != errs.Unauthenticated {
		t.Errorf("signed out: %v", err)
	}
	if got := cuts.whys(); !slices.Equal(got, []string{"session.ended.revoked", "session.ended.signed_out"}) {
		t.Errorf("cut %v", got)
	}
	w.Verify()
}

// TH13: an agent who signs out leaves every organization at once.
func TestSigningOutEndsSupportSessions(t *testing.T) {
	w := backendtest.New(t)
	cuts := watch(w)
	sofia := w.As(w.Sofia)
	r := backendtest.Must(sofia.RequestAccess(w.Acme, time.Hour, ""))
	backendtest.Must(w.As(w.Marie).Approve(r, time.Hour))
	inside := backendtest.Must(sofia.Enter(r))
	if _, err := backendtest.Call(inside, api.GetHome, api.Org{Org: w.Acme}); err != nil {
		t.Fatal(err)
	}
	backendtest.Must(backendtest.Call(sofia, api.SignOut, api.None{}))
	_, err := backendtest.Call(inside, api.GetHome, api.Org{Org: w.Acme})
	backendtest.Refused(t, err, errs.Unauthenticated)
	if got := cuts.whys(); !slices.Equal(got, []string{"session.ended.signed_out", "support.ended.signed_out"}) {
		t.Errorf("cut %v", got)
	}
	if n := len(entries(t, w, live.Of(w.Acme), audit.SupportLeft)); n != 1 {
		t.Errorf("recorded %d times for the customer", n)
	}
}

func TestLanguageReachesMailsOfTheOrganization(t *testing.T) {
	w := backendtest.New(t)
	marie := w.As(w.Marie)
	in := api.SettingsIn{}
	in.Body.Locale = "fr"
	backendtest.Must(backendtest.Call(marie, api.UpdateSettings, in))
	if got := backendtest.Must(backendtest.Call(marie, api.GetMe, api.None{})); got.Locale != "fr" {
		t.Errorf("language is %q", got.Locale)
	}
	backendtest.Must(w.As(w.Sofia).RequestAccess(w.Acme, time.Hour, ""))
	w.Exec(`UPDATE outbox_mail SET last_error = 'seen' WHERE recipient = ? AND locale = 'fr' AND template = 'access_requested'`, w.Marie.Email)
}

func TestMe(t *testing.T) {
	w := backendtest.New(t)
	marie, sofia := w.As(w.Marie), w.As(w.Sofia)
	get := func(a *backendtest.Actor) api.Me { return backendtest.Must(backendtest.Call(a, api.GetMe, api.None{})) }

	m := get(marie)
	if len(m.Organizations) != 1 || m.Organizations[0].Name != "Acme Telecom" || !m.Organizations[0].Owner || m.Organizations[0].Waiting != 0 ||
		m.Organizations[0].OwnerName != "Marie Dubois" || m.Staff != nil || m.NeedsFactor {
		t.Errorf("Marie is %+v", m)
	}
	r := backendtest.Must(sofia.RequestAccess(w.Acme, time.Hour, ""))
	if got := get(marie).Organizations[0].Waiting; got != 1 {
		t.Errorf("%d decisions wait for the owner", got)
	}
	if got := get(w.As(w.Jonas)).Organizations[0].Waiting; got != 0 {
		t.Errorf("%d decisions wait for who can't decide", got)
	}
	backendtest.Must(marie.Approve(r, time.Hour))
	inside := backendtest.Must(sofia.Enter(r))
	in := api.MoreTimeIn{Org: api.Org{Org: w.Acme}}
	in.Body.Minutes = 60
	backendtest.Must(backendtest.Call(inside, api.AskMoreTime, in))
	if got := get(marie).Organizations[0].Waiting; got != 1 {
		t.Errorf("%d decisions wait with more time asked", got)
	}
	s := get(inside)
	if s.As != api.AsSupport || s.Support == nil || s.Support.Org != w.Acme || !s.Support.MoreAsked || len(s.Organizations) != 1 ||
		s.Organizations[0].Owner || slices.Contains(s.Organizations[0].Rights, "remote_support.approve") || s.Name != "Sofia Keller" {
		t.Errorf("inside is %+v", s)
	}
	if got := get(sofia); got.Staff == nil || len(got.Organizations) != 0 || !got.Demo {
		t.Errorf("Sofia is %+v", got)
	}
}

// world adds the steps of a forgotten password.
type world struct{ *backendtest.World }

func (w world) askReset(t *testing.T, email string) error {
	after, err := w.Service.AskReset(t.Context(), visitor(7), email)
	if err != nil {
		return err
	}
	return after(t.Context())
}

// TH17: a reset link works once, however many use it at the same time.
func TestResetPassword(t *testing.T) {
	w := world{backendtest.New(t)}
	cuts := watch(w.World)
	v := visitor(1)
	open := credential(v, signIn(t, w.World, v, w.Jonas))
	if err := w.askReset(t, " "+strings.ToUpper(w.Jonas.Email)); err != nil {
		t.Fatal(err)
	}
	link, ok := mailed(t, w.World, "password_reset", w.Jonas.Email)
	if !ok || link == "" {
		t.Fatal("no link was mailed")
	}
	for range 3 { // looking uses nothing up
		if email, err := w.Service.Reset(t.Context(), link); err != nil || email != w.Jonas.Email {
			t.Fatalf("looked at: %q, %v", email, err)
		}
	}
	if err := w.Service.ResetPassword(t.Context(), v, link, "short"); code(err) != errs.Invalid {
		t.Errorf("a password against the policy: %v", err)
	}
	var right atomic.Int32
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			switch err := w.Service.ResetPassword(t.Context(), v, link, otherPassword); code(err) {
			case "":
				right.Add(1)
			case errs.NotFound, errs.Unavailable: // used already, or too many hash at once
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	if right.Load() != 1 {
		t.Errorf("%d of 100 uses of one link counted", right.Load())
	}
	if _, err := me(w.World, open); code(err) != errs.Unauthenticated {
		t.Errorf("a sign-in from before: %v", err)
	}
	if got := cuts.whys(); !slices.Equal(got, []string{"session.ended.password_changed"}) {
		t.Errorf("cut %v", got)
	}
	if got := w.Mails("password_changed"); !slices.Equal(got, []string{w.Jonas.Email}) {
		t.Errorf("the person is told: %v", got)
	}
	if got := w.Mails("contact_password_reset"); !slices.Equal(got, []string{w.Marie.Email}) {
		t.Errorf("the owner is told: %v", got)
	}
	if _, err := w.Service.SignIn(t.Context(), v, api.AsCustomer, w.Jonas.Email, otherPassword); err != nil {
		t.Errorf("the new password: %v", err)
	}
	w.Verify()
}

// Who knows the mailbox still lacks the second factor.
func TestResetLeavesTheSecondFactor(t *testing.T) {
	w := world{backendtest.New(t)}
	v := visitor(1)
	enrol(t, w.World, credential(v, signIn(t, w.World, v, w.Marie)))
	if err := w.askReset(t, w.Marie.Email); err != nil {
		t.Fatal(err)
	}
	link, _ := mailed(t, w.World, "password_reset", w.Marie.Email)
	if err := w.Service.ResetPassword(t.Context(), v, link, otherPassword); err != nil {
		t.Fatal(err)
	}
	e, err := w.Service.SignIn(t.Context(), v, api.AsCustomer, w.Marie.Email, otherPassword)
	if err != nil || e.Ticket.Empty() || !e.Token.Empty() {
		t.Errorf("after a reset: %+v, %v", e, err)
	}
}

func TestResetLinkEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := world{backendtest.New(t)}
		if err := w.askReset(t, w.Marie.Email); err != nil {
			t.Fatal(err)
		}
		link, _ := mailed(t, w.World, "password_reset", w.Marie.Email)
		time.Sleep(31 * time.Minute)
		if err := w.Service.ResetPassword(t.Context(), visitor(1), link, otherPassword); code(err) != errs.NotFound {
			t.Errorf("after 31 minutes: %v", err)
		}
	})
}

// TH18: whoever asks for a link learns nothing, and nobody is mailed who has no password to forget.
func TestResetOfNobody(t *testing.T) {
	w := world{backendtest.New(t)}
	w.Exec(`UPDATE contact SET active = FALSE WHERE id = ?`, w.Paul.Contact)
	for _, email := range []string{"nobody@example.test", "", "not an e-mail", w.Paul.Email} {
		if err := w.askReset(t, email); err != nil {
			t.Errorf("%q: %v", email, err)
		}
	}
	if got := w.Mails("password_reset"); len(got) != 0 {
		t.Errorf("mailed %v", got)
	}
	asked := 0
	for range 40 {
		if w.askReset(t, w.Marie.Email) == nil {
			asked++
		}
	}
	if asked > 10 || len(w.Mails("password_reset")) != asked {
		t.Errorf("%d links in a row, %d mails", asked, len(w.Mails("password_reset")))
	}
}

// A contact who was deactivated has no way in, and is told so only with the right password.
func TestDeactivatedContactCannotSignIn(t *testing.T) {
	w := backendtest.New(t)
	w.Exec(`UPDATE contact SET active = FALSE WHERE id = ?`, w.Paul.Contact)
	if _, err := w.Service.SignIn(t.Context(), visitor(1), api.AsCustomer, w.Paul.Email, backendtest.Password); code(err) != errs.Forbidden {
		t.Errorf("right password: %v", err)
	}
	if _, err := w.Service.SignIn(t.Context(), visitor(1), api.AsCustomer, w.Paul.Email, "wrong"); code(err) != errs.Unauthenticated {
		t.Errorf("wrong password: %v", err)
	}
}

// A short password is enough beside a second factor, as the person has one when the password is set and not only when
// it was checked.
func TestAPasswordIsCheckedAgainstTheFactorOfTheMoment(t *testing.T) {
	w := backendtest.New(t)
	marie := w.As(w.Marie)
	w.Exec(`UPDATE login SET totp_sealed = 'x' WHERE id = ?`, w.Marie.Login)
	count := func(query string, args ...any) (n int) {
		t.Helper()
		if err := w.DB.View(t.Context(), func(tx *store.Tx) error { return tx.QueryRow(t.Context(), query, args...).Scan(&n) }); err != nil {
			t.Fatal(err)
		}
		return n
	}
	ctx := &meanwhile{Context: t.Context(),
		ready: func() bool { return count(`SELECT COUNT(*) FROM attempt WHERE bucket LIKE 'step-up:%'`) > 0 },
		do:    func() { w.Exec(`UPDATE login SET totp_sealed = '' WHERE id = ?`, w.Marie.Login) }}
	in := api.PasswordIn{}
	in.Body.Current, in.Body.New = backendtest.Password, "quay-lamp-7"
	_, err := w.Service.ChangePassword(ctx, portal.Credential{As: api.AsCustomer, Session: login.HashToken(marie.Token)}, &in)
	if !ctx.done {
		t.Fatal("nothing happened in between")
	}
	if !errs.Is(err, errs.Conflict) {
		t.Errorf("a short password was set for a login without a second factor: %v", err)
	}
	if count(`SELECT COUNT(*) FROM login WHERE id = ? AND NOT password_alone`, w.Marie.Login) != 0 {
		t.Error("the login has a password that is too short to stand alone, and no second factor")
	}
}
