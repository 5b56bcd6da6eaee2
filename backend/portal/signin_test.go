package portal_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/netip"
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
	"countersign/backend/vault"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"

	"github.com/pquerna/otp/totp"
)

// visitor is somebody at a browser in a network; each number is a network of its own.
func visitor(network int) portal.Visitor {
	addr := netip.AddrFrom4([4]byte{10, byte(network >> 8), byte(network), 7})
	return portal.Visitor{Address: addr, Browser: "Firefox, Linux", Bound: login.Prefix(addr).String() + " Firefox", Ref: "test"}
}

// credential is how the visitor calls with the sign-in that an entry opened.
func credential(v portal.Visitor, e portal.Entry) portal.Credential {
	return portal.Credential{As: e.Kind, Session: login.HashToken(e.Token.Reveal()), Bound: v.Bound, Address: v.Address.String(), Browser: v.Browser, Ref: "test"}
}

func signIn(t *testing.T, w *backendtest.World, v portal.Visitor, p *backendtest.Persona) portal.Entry {
	t.Helper()
	e, err := w.Service.SignIn(t.Context(), v, api.AsCustomer, p.Email, backendtest.Password)
	if err != nil {
		t.Fatalf("sign in as %s: %v", p.Name, err)
	}
	return e
}

// me calls as whoever holds the credential.
func me(w *backendtest.World, c portal.Credential) (api.Me, error) {
	return portal.Run(context.Background(), w.Service, api.GetMe, c, &api.None{}, w.Service.GetMe)
}

func code(err error) errs.Code { return errs.CodeOf(err) }

// entries are the audit entries of a kind in a stream, oldest first.
func entries(t *testing.T, w *backendtest.World, stream live.Stream, kind audit.Kind) []audit.Entry {
	t.Helper()
	var list []audit.Entry
	err := w.DB.View(t.Context(), func(tx *store.Tx) error {
		all, err := tx.AuditAfter(t.Context(), stream, 0, 10_000)
		for _, e := range all {
			if e.Kind == kind {
				list = append(list, e)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// mailed is the newest mail of a template to somebody, with the token it carries. Ids of one millisecond are in no order, rows are.
func mailed(t *testing.T, w *backendtest.World, template, to string) (token string, found bool) {
	t.Helper()
	err := w.DB.View(t.Context(), func(tx *store.Tx) error {
		var mid, sealed string
		err := tx.QueryRow(t.Context(), `SELECT id, sealed FROM outbox_mail WHERE template = ? AND recipient = ? ORDER BY rowid DESC LIMIT 1`, template, to).Scan(&mid, &sealed)
		if errs.Is(err, errs.NotFound) {
			return nil
		}
		if err != nil || sealed == "" {
			found = err == nil
			return err
		}
		raw, err := base64.RawStdEncoding.DecodeString(sealed)
		if err != nil {
			return err
		}
		plain, err := w.Keys.Unseal(vault.Mail, raw, "outbox_mail", "sealed", mid)
		token, found = string(plain), true
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return token, found
}

// enrol sets a second factor and gives its secret and recovery codes.
func enrol(t *testing.T, w *backendtest.World, c portal.Credential) (secret string, codes []string) {
	t.Helper()
	e, err := portal.Run(t.Context(), w.Service, api.StartFactor, c, &api.None{}, w.Service.StartFactor)
	if err != nil {
		t.Fatal(err)
	}
	in := &api.FactorCodeIn{}
	in.Body.Code = codeAt(t, e.Secret, w.Clock.Now())
	out, err := w.Service.ConfirmFactor(t.Context(), c, in)
	if err != nil {
		t.Fatal(err)
	}
	return e.Secret, out.Codes
}

func codeAt(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	c, err := totp.GenerateCode(secret, at)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// next waits, in a bubble, until the authenticator shows another code.
func next() { time.Sleep(60 * time.Second) }

func TestSignInThroughBothDoors(t *testing.T) {
	w := backendtest.New(t)
	both := w.AddContact(w.Acme, "Bo Both")
	w.Exec(`INSERT INTO staff (id, login, name, role, active, accepted_at, created_at) VALUES ('0198c0de-0000-7000-8000-00000000b0b0', ?, 'Bo Both', 'agent', TRUE, 1, 1)`, both.Login)
	for name, c := range map[string]struct {
		who  *backendtest.Persona
		door api.As
		want api.As
	}{
		"customer at the customers' door": {w.Marie, api.AsCustomer, api.AsCustomer},
		"customer at the staff door":      {w.Marie, api.AsStaff, api.AsCustomer},
		"staff at the staff door":         {w.Sofia, api.AsStaff, api.AsStaff},
		"staff at the customers' door":    {w.Sofia, api.AsCustomer, api.AsStaff},
		"both at the customers' door":     {both, api.AsCustomer, api.AsCustomer},
		"both at the staff door":          {both, api.AsStaff, api.AsStaff},
	} {
		t.Run(name, func(t *testing.T) {
			v := visitor(1)
			e, err := w.Service.SignIn(t.Context(), v, c.door, strings.ToUpper(c.who.Email)+" ", backendtest.Password)
			if err != nil || e.Kind != c.want {
				t.Fatalf("came in as %q, %v; want %q", e.Kind, err, c.want)
			}
			got, err := me(w, credential(v, e))
			if err != nil || got.Email != c.who.Email || got.As != c.want {
				t.Errorf("me is %+v, %v", got, err)
			}
		})
	}
	w.Verify()
}

// A sign-in is one kind of caller and never counts as the other.
func TestSignInIsNotTakenForAnotherKind(t *testing.T) {
	w := backendtest.New(t)
	v := visitor(1)
	c := credential(v, signIn(t, w, v, w.Marie))
	c.As = api.AsStaff
	if _, err := me(w, c); code(err) != errs.Unauthenticated {
		t.Errorf("a customer's sign-in as staff: %v", err)
	}
}

// TH18: unknown e-mail, wrong password and a login without a password are told alike, and only a real person's
// organizations see the failure.
func TestWrongSignInTellsNothing(t *testing.T) {
	w := backendtest.New(t)
	w.Exec(`INSERT INTO login (id, email, name, locale, password_hash, password_alone, totp_sealed, totp_pending, totp_step, created_at)
VALUES ('0198c0de-0000-7000-8000-00000000aaaa', 'invited@example.test', 'Invited', 'en', '', FALSE, '', '', 0, 1)`)
	var told []string
	for i, email := range []string{w.Marie.Email, "nobody@example.test", "invited@example.test", "", "not an e-mail"} {
		_, err := w.Service.SignIn(t.Context(), visitor(i), api.AsCustomer, email, "a wrong password 1")
		if code(err) != errs.Unauthenticated {
			t.Errorf("%q: %v", email, err)
		}
		told = append(told, fmt.Sprintf("%#v", err))
	}
	if len(slices.Compact(told)) != 1 {
		t.Errorf("the answers differ:\n%s", strings.Join(told, "\n"))
	}
	failed := entries(t, w, live.Of(w.Acme), audit.SignInFailed)
	if len(failed) != 1 || failed[0].Outcome != audit.Refused || failed[0].Actor.Kind != audit.ByLogin || failed[0].Address != "10.0.0.7" {
		t.Errorf("recorded %+v", failed)
	}
	// Whoever belongs nowhere yet is written down with the provider; who does not exist nowhere.
	if n := len(entries(t, w, live.Provider, audit.SignInFailed)); n != 1 {
		t.Errorf("%d failures in the provider's record", n)
	}
}

// R: somebody else's tries, however many and from wherever, never keep a person out of the device they used before.
func TestThrottleCannotLockOutARealUser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := backendtest.New(t)
		home := visitor(1)
		home.Device = signIn(t, w, home, w.Marie).Device

		refused := 0
		for i := range 300 { // an attacker with many networks
			_, err := w.Service.SignIn(t.Context(), visitor(100+i), api.AsCustomer, w.Marie.Email, "guess "+fmt.Sprint(i))
			switch code(err) {
			case errs.TooMany:
				refused++
			case errs.Unauthenticated:
			default:
				t.Fatal(err)
			}
		}
		if refused < 290 {
			t.Errorf("only %d of 300 guesses were refused", refused)
		}
		stranger := visitor(900)
		_, err := w.Service.SignIn(t.Context(), stranger, api.AsCustomer, w.Marie.Email, backendtest.Password)
		if e, ok := err.(*errs.Error); !ok || e.Code != errs.TooMany || e.RetryAfter < 1 {
			t.Errorf("from a new device: %v, want the seconds to wait", err)
		}
		signIn(t, w, home, w.Marie)
		// Nor is another login from anywhere touched, and time alone opens the rest.
		signIn(t, w, visitor(901), w.Jonas)
		time.Sleep(16 * time.Minute)
		signIn(t, w, stranger, w.Marie)
		if n := len(entries(t, w, live.Of(w.Acme), audit.SignInFailed)); n > 10 {
			t.Errorf("%d tries were compared in 15 minutes", n)
		}
	})
}

// A device's cookie counts for the login that it was given to and for nobody else.
func TestDeviceOfAnotherLogin(t *testing.T) {
	w := backendtest.New(t)
	v := visitor(1)
	v.Device = signIn(t, w, v, w.Jonas).Device
	for range 20 {
		w.Service.SignIn(t.Context(), v, api.AsCustomer, w.Marie.Email, "wrong")
	}
	_, err := w.Service.SignIn(t.Context(), visitor(2), api.AsCustomer, w.Marie.Email, backendtest.Password)
	if code(err) != errs.TooMany {
		t.Errorf("guesses with Jonas' device were counted apart: %v", err)
	}
}

func TestNewDeviceIsToldByMail(t *testing.T) {
	w := backendtest.New(t)
	v := visitor(1)
	first := signIn(t, w, v, w.Marie)
	if got := w.Mails("new_sign_in"); len(got) != 0 {
		t.Errorf("the very first sign-in was told to %v", got)
	}
	v.Device = first.Device
	second := signIn(t, w, v, w.Marie)
	if got := w.Mails("new_sign_in"); len(got) != 0 {
		t.Errorf("the same device was told to %v", got)
	}
	v.Device = second.Device
	v.Device = signIn(t, w, v, w.Jonas).Device // a second login in the same browser
	signIn(t, w, v, w.Marie)
	if got := w.Mails("new_sign_in"); len(got) != 0 {
		t.Errorf("the device forgot Marie: told to %v", got)
	}
	signIn(t, w, visitor(2), w.Marie)
	if got := w.Mails("new_sign_in"); !slices.Equal(got, []string{w.Marie.Email}) {
		t.Errorf("a new device was told to %v", got)
	}
}

func TestOldestSignInEndsForTheNewest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := backendtest.New(t)
		cuts := watch(w)
		v := visitor(1)
		var all []portal.Credential
		for range 11 {
			time.Sleep(time.Second)
			e := signIn(t, w, v, w.Marie)
			v.Device = e.Device
			all = append(all, credential(v, e))
		}
		if _, err := me(w, all[0]); code(err) != errs.Unauthenticated {
			t.Errorf("the oldest of 11 sign-ins: %v", err)
		}
		for i, c := range all[1:] {
			if _, err := me(w, c); err != nil {
				t.Errorf("sign-in %d: %v", i+1, err)
			}
		}
		if got := cuts.whys(); !slices.Equal(got, []string{"session.ended.too_many"}) {
			t.Errorf("cut %v", got)
		}
		list := backendtest.Must(portal.Run(t.Context(), w.Service, api.ListSignIns, all[10], &api.None{}, w.Service.ListSignIns))
		if len(list.SignIns) != 10 || !list.SignIns[0].Current || list.SignIns[1].Current {
			t.Errorf("listed %+v", list.SignIns)
		}
	})
}

func TestSignInEndsIdleAndAfterItsTime(t *testing.T) {
	for name, c := range map[string]struct {
		staff      bool
		idle, most time.Duration
	}{
		"customer": {false, portal.CustomerIdle, portal.CustomerMost},
		"staff":    {true, portal.StaffIdle, portal.StaffMost},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := backendtest.New(t)
				who, v := w.Marie, visitor(1)
				if c.staff {
					who = w.Sofia
				}
				idle := credential(v, signIn(t, w, v, who))
				time.Sleep(c.idle - time.Second)
				if _, err := me(w, idle); err != nil {
					t.Errorf("a second before it is idle: %v", err)
				}
				background := idle
				background.Background = true
				time.Sleep(c.idle - 2*time.Minute)
				if _, err := me(w, background); err != nil {
					t.Errorf("the page's own call before the end: %v", err)
				}
				time.Sleep(2 * time.Minute)
				if _, err := me(w, idle); code(err) != errs.Unauthenticated {
					t.Errorf("idle, though the page itself kept calling: %v", err)
				}

				started := time.Now()
				used := credential(v, signIn(t, w, v, who))
				for time.Since(started) < c.most-10*time.Minute {
					time.Sleep(10 * time.Minute)
					if _, err := me(w, used); err != nil {
						t.Fatalf("in use after %v: %v", time.Since(started), err)
					}
				}
				time.Sleep(10 * time.Minute)
				if _, err := me(w, used); code(err) != errs.Unauthenticated {
					t.Errorf("in use after %v: %v", time.Since(started), err)
				}
			})
		})
	}
}

// TH16: a staff sign-in that is used from another network or browser is refused, and over for its owner too.
func TestStaffSignInFromElsewhere(t *testing.T) {
	w := backendtest.New(t)
	for name, move := range map[string]func(*portal.Credential){
		"network": func(c *portal.Credential) { c.Bound = strings.Replace(c.Bound, "10.0.1.0", "10.0.2.0", 1) },
		"browser": func(c *portal.Credential) { c.Bound = strings.Replace(c.Bound, "Firefox", "Chrome", 1) },
	} {
		t.Run(name, func(t *testing.T) {
			cuts := watch(w)
			v := visitor(1)
			own := credential(v, signIn(t, w, v, w.Sofia))
			stolen := own
			move(&stolen)
			if _, err := me(w, stolen); code(err) != errs.Unauthenticated {
				t.Errorf("from elsewhere: %v", err)
			}
			if _, err := me(w, own); code(err) != errs.Unauthenticated {
				t.Errorf("at home afterwards: %v", err)
			}
			if got := cuts.whys(); !slices.Equal(got, []string{"session.ended.moved"}) {
				t.Errorf("cut %v", got)
			}
		})
	}
	v := visitor(1)
	own := credential(v, signIn(t, w, v, w.Marie))
	own.Bound = visitor(2).Bound
	if _, err := me(w, own); err != nil {
		t.Errorf("a customer on the move: %v", err)
	}
	w.Verify()
}

// TH19: of one code, however it is written and through however many doors at once, one use counts.
func TestSecondFactorCountsOnce(t *testing.T) {
	w := backendtest.New(t)
	v := visitor(1)
	first := signIn(t, w, v, w.Marie)
	v.Device = first.Device
	secret, _ := enrol(t, w, credential(v, first))

	// Enrolling used the code of this step, so the next one is tried: it is accepted a step early.
	digits := codeAt(t, secret, w.Clock.Now().Add(30*time.Second))
	var tickets []portal.Entry
	for range 20 {
		e := signIn(t, w, v, w.Marie)
		if e.Ticket.Empty() || !e.Token.Empty() {
			t.Fatalf("the password alone led to %+v", e)
		}
		tickets = append(tickets, e)
	}
	forms := []string{digits, digits[:3] + " " + digits[3:], " " + digits, digits + "\n", fullWidth(digits)}
	var right atomic.Int32
	var all sync.WaitGroup
	for i, e := range tickets {
		all.Go(func() {
			got, err := w.Service.SignInFactor(context.Background(), v, e.Ticket.Reveal(), forms[i%len(forms)*(i%2)])
			if err == nil && !got.Token.Empty() {
				right.Add(1)
			}
		})
	}
	all.Wait()
	if right.Load() != 1 {
		t.Errorf("%d of 20 uses of one code counted", right.Load())
	}
	w.Verify()
}

func fullWidth(s string) string {
	return strings.Map(func(r rune) rune { return r - '0' + '０' }, s)
}

func TestSecondFactor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := backendtest.New(t)
		v := visitor(1)
		first := signIn(t, w, v, w.Marie)
		v.Device = first.Device
		other := credential(v, signIn(t, w, v, w.Marie))
		own := credential(v, first)
		secret, codes := enrol(t, w, own)
		if len(codes) != 10 {
			t.Fatalf("recovery codes: %v", codes)
		}
		if _, err := me(w, other); code(err) != errs.Unauthenticated {
			t.Errorf("another sign-in after the factor changed: %v", err)
		}
		if _, err := me(w, own); err != nil {
			t.Errorf("the own one: %v", err)
		}
		if got := w.Mails("factor_changed"); !slices.Equal(got, []string{w.Marie.Email}) {
			t.Errorf("told to %v", got)
		}

		// Wrong codes are few, and the right one waits its turn.
		{
			e := signIn(t, w, v, w.Marie)
			wrong, refused := 0, 0
			for range 12 {
				_, err := w.Service.SignInFactor(t.Context(), v, e.Ticket.Reveal(), "000000")
				switch code(err) {
				case errs.Invalid:
					wrong++
				case errs.TooMany:
					refused++
				default:
					t.Fatal(err)
				}
			}
			if wrong > 5 || refused < 7 {
				t.Errorf("%d compared, %d refused", wrong, refused)
			}
			time.Sleep(16 * time.Minute)
			if _, err := w.Service.SignInFactor(t.Context(), v, e.Ticket.Reveal(), codeAt(t, secret, time.Now())); code(err) != errs.Unauthenticated {
				t.Errorf("a ticket after 16 minutes: %v", err)
			}
		}
		// A recovery code works once.
		{
			e := signIn(t, w, v, w.Marie)
			typed := strings.ToLower(strings.ReplaceAll(codes[3], "-", " "))
			if _, err := w.Service.SignInFactor(t.Context(), v, e.Ticket.Reveal(), typed); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Service.SignInFactor(t.Context(), v, e.Ticket.Reveal(), codes[4]); code(err) != errs.Unauthenticated {
				t.Errorf("a used ticket: %v", err)
			}
			e = signIn(t, w, v, w.Marie)
			if _, err := w.Service.SignInFactor(t.Context(), v, e.Ticket.Reveal(), codes[3]); code(err) != errs.Invalid {
				t.Errorf("a used recovery code: %v", err)
			}
			if n := len(entries(t, w, live.Of(w.Acme), audit.RecoveryCodeUsed)); n != 1 {
				t.Errorf("recorded %d times", n)
			}
		}
		// Step-up needs both.
		{
			next()
			in := &api.StepUpIn{}
			in.Body.Password = backendtest.Password
			if _, err := w.Service.StepUp(t.Context(), own, in); code(err) != errs.Invalid {
				t.Errorf("without a code: %v", err)
			}
			in.Body.Code = codeAt(t, secret, time.Now())
			if _, err := w.Service.StepUp(t.Context(), own, in); err != nil {
				t.Errorf("with a code: %v", err)
			}
			if got := backendtest.Must(me(w, own)); time.Since(got.SteppedUp) > time.Second {
				t.Errorf("stepped up at %v", got.SteppedUp)
			}
		}
		// New recovery codes replace the old ones.
		{
			made, err := portal.Run(t.Context(), w.Service, api.NewRecoveryCodes, own, &api.None{}, w.Service.NewRecoveryCodes)
			if err != nil || len(made.Codes) != 10 || slices.Contains(made.Codes, codes[0]) {
				t.Fatalf("%v, %v", made, err)
			}
			e := signIn(t, w, v, w.Marie)
			if _, err := w.Service.SignInFactor(t.Context(), v, e.Ticket.Reveal(), codes[0]); code(err) != errs.Invalid {
				t.Errorf("an old code: %v", err)
			}
		}
		// Removed by a customer.
		{
			if _, err := portal.Run(t.Context(), w.Service, api.RemoveFactor, own, &api.None{}, w.Service.RemoveFactor); err != nil {
				t.Fatal(err)
			}
			if e := signIn(t, w, v, w.Marie); e.Token.Empty() {
				t.Error("the second factor is still asked")
			}
		}
		w.Verify()
	})
}

// Staff outside demo mode can do nothing but set a second factor until they have one, and never remove it.
func TestStaffNeedASecondFactor(t *testing.T) {
	w := backendtest.New(t, backendtest.WithSettings(portal.Settings{Brand: "Countersign", PublicURL: backendtest.PublicURL}))
	v := visitor(1)
	c := credential(v, signIn(t, w, v, w.Ada))
	got := backendtest.Must(me(w, c))
	if !got.NeedsFactor || got.Staff == nil {
		t.Errorf("me is %+v", got)
	}
	list := func() error {
		_, err := portal.Run(t.Context(), w.Service, api.ListStaff, c, &api.None{}, w.Service.ListStaff)
		return err
	}
	if err := list(); code(err) != errs.Forbidden {
		t.Errorf("without a factor: %v", err)
	}
	enrol(t, w, c)
	if err := list(); err != nil {
		t.Errorf("with a factor: %v", err)
	}
	if _, err := portal.Run(t.Context(), w.Service, api.RemoveFactor, c, &api.None{}, w.Service.RemoveFactor); code(err) != errs.Forbidden {
		t.Errorf("removing it: %v", err)
	}
	if got := backendtest.Must(me(w, c)); got.NeedsFactor || !got.Factor {
		t.Errorf("me is %+v", got)
	}
}

// cuts notes what the hub is told to cut; everything goes on to the real one.
type cuts struct {
	portal.Live
	mu      sync.Mutex
	why     []string
	session []id.Session
	support []id.SupportSession
}

func watch(w *backendtest.World) *cuts {
	c := &cuts{Live: w.Hub}
	w.Service.Live = c
	return c
}

func (c *cuts) CutSession(why string, ids ...id.Session) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	for range ids {
		c.why = append(c.why, why)
	}
	c.session = append(c.session, ids...)
	return c.Live.CutSession(why, ids...)
}

func (c *cuts) CutSupport(why string, ids ...id.SupportSession) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	for range ids {
		c.why = append(c.why, why)
	}
	c.support = append(c.support, ids...)
	return c.Live.CutSupport(why, ids...)
}

func (c *cuts) whys() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Sorted(slices.Values(c.why))
}
