package portal_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	. "countersign/backend/backendtest"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/live"
)

func makeToken(ada *Actor, expires time.Time, scopes ...api.Scope) (api.MadeAPIToken, error) {
	in := api.CreateAPITokenIn{}
	in.Body.Name, in.Body.Scopes, in.Body.ExpiresAt = "Billing system", scopes, expires
	return Call(ada, api.CreateAPIToken, in)
}

// holding is a system that holds a token which was made.
func holding(w *World, made api.MadeAPIToken) *Actor {
	a := w.System()
	a.API, a.Token = made.ID, made.Token
	return a
}

func known(a *Actor) error {
	_, err := Call(a, api.GetProviderOrganization, api.Referred{Reference: "20418"})
	return err
}

// TH13: a token opens what its scopes say from the moment it is made until it is revoked, expires, or its maker is no
// administrator any more; each from the very next call.
func TestTokenEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(t)
		ada := w.As(w.Ada)
		made := Must(makeToken(ada, time.Time{}, api.OrganizationsWrite, api.OrganizationsWrite, api.OrganizationsRead))
		if len(made.Scopes) != 2 || made.Scopes[0] != api.OrganizationsRead || !made.Usable || made.MadeBy != w.Ada.Name ||
			!strings.HasPrefix(made.Token, api.TokenPrefix) || len(made.Token) != 47 {
			t.Errorf("made %+v", made.APIToken)
		}
		system := holding(w, made)
		if err := known(system); err != nil {
			t.Fatal(err)
		}
		for what, change := range map[string][2]string{
			"a deactivated maker": {`UPDATE staff SET active = FALSE WHERE id = ?`, `UPDATE staff SET active = TRUE WHERE id = ?`},
			"a demoted maker":     {`UPDATE staff SET role = 'lead' WHERE id = ?`, `UPDATE staff SET role = 'administrator' WHERE id = ?`},
		} {
			w.Exec(change[0], w.Ada.Staff)
			if p := Refused(t, known(system), errs.Unauthenticated); p.Status != 401 || p.Detail == "" {
				t.Errorf("%s: %+v", what, p)
			}
			w.Exec(change[1], w.Ada.Staff)
			if err := known(system); err != nil {
				t.Errorf("after %s was one again: %v", what, err)
			}
		}
		revoked := Must(Call(ada, api.RevokeAPIToken, api.APITokenIn{Token: made.ID}))
		if revoked.Usable || revoked.RevokedAt.IsZero() {
			t.Errorf("revoked %+v", revoked)
		}
		Refused(t, known(system), errs.Unauthenticated)
		if again := Must(Call(ada, api.RevokeAPIToken, api.APITokenIn{Token: made.ID})); again.RevokedAt != revoked.RevokedAt {
			t.Errorf("revoked again %+v", again)
		}

		short := holding(w, Must(makeToken(ada, time.Now().Add(time.Hour), api.OrganizationsRead)))
		if err := known(short); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		Refused(t, known(short), errs.Unauthenticated)
		w.Verify()
	})
}

// What is written of a token's use is at most one line a minute, and it is not in the record.
func TestTokenUseIsNotedOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(t)
		ada := w.As(w.Ada)
		system := w.System(api.OrganizationsRead)
		used := func() time.Time {
			for _, tok := range Must(Call(ada, api.ListAPITokens, api.None{})).Tokens {
				if tok.ID == system.API {
					return tok.UsedAt
				}
			}
			t.Fatal("not listed")
			return time.Time{}
		}
		if !used().IsZero() {
			t.Error("used before its first use")
		}
		for _, c := range []struct {
			wait time.Duration
			note bool
		}{{0, true}, {59 * time.Second, false}, {time.Second, true}, {time.Second, false}} {
			time.Sleep(c.wait)
			before := used()
			if err := known(system); err != nil {
				t.Fatal(err)
			}
			if noted := used() != before; noted != c.note {
				t.Errorf("after %v: noted %v", c.wait, noted)
			}
		}
	})
}

// A token is made by an administrator who entered the password lately, with scopes that there are and a time to come.
func TestMakingATokenIsGuarded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(t)
		ada := w.As(w.Ada)
		for field, in := range map[string]func() error{
			"scopes":     func() error { _, err := makeToken(ada, time.Time{}, "numbers:erase"); return err },
			"expires_at": func() error { _, err := makeToken(ada, time.Now(), api.NumbersRead); return err },
			"name": func() error {
				in := api.CreateAPITokenIn{}
				in.Body.Name, in.Body.Scopes = "a\u202eb", []api.Scope{api.NumbersRead}
				_, err := Call(ada, api.CreateAPIToken, in)
				return err
			},
		} {
			if p := Refused(t, in(), errs.Invalid); len(p.Errors) != 1 || p.Errors[0].Location != field {
				t.Errorf("%s: %+v", field, p.Errors)
			}
		}
		_, err := makeToken(w.As(w.Anna), time.Time{}, api.NumbersRead)
		Refused(t, err, errs.Forbidden)
		made := Must(makeToken(ada, time.Time{}, api.NumbersRead))
		time.Sleep(6 * time.Minute)
		_, err = makeToken(ada, time.Time{}, api.NumbersRead)
		Refused(t, err, errs.StepUp)
		_, err = Call(ada, api.RevokeAPIToken, api.APITokenIn{Token: made.ID})
		Refused(t, err, errs.StepUp)
	})
}

// TH7: the secret is in the one answer that gives it, and nowhere else: not in the files, the log, the record, events or
// refusals; what a token lacks is recorded by its name.
func TestTokenIsNowhereElse(t *testing.T) {
	var log bytes.Buffer
	w := New(t, WithLog(&log), WithLimits(unlimited))
	ada := w.As(w.Ada)
	made := Must(makeToken(ada, time.Time{}, api.ServicesRead))
	system := holding(w, made)
	var answers strings.Builder
	for _, spec := range api.Specs() {
		if spec.Name == api.Live.Name {
			continue
		}
		path := strings.NewReplacer("{reference}", "20418", "{key}", made.Token, "{number}", made.Token, "{unit}", made.Token, "{program}", made.Token,
			"{org}", string(w.Acme), "{token}", made.Token).Replace(spec.Path)
		for _, a := range []*Actor{system, ada, w.As(w.Marie)} {
			call := api.Call{Method: spec.Method, Path: path, Header: map[string]string{"Idempotency-Key": "k"}}
			if spec.Method != "GET" {
				call.Body, call.Header["Content-Type"] = []byte("{}"), "application/json"
			}
			got, err := a.Do(t.Context(), call)
			if err != nil {
				t.Fatal(err)
			}
			answers.Write(got.Body)
		}
	}
	Refused(t, known(system), errs.Forbidden)
	listed, err := json.Marshal(Must(Call(w.As(w.Ada), api.ListAPITokens, api.None{})))
	if err != nil {
		t.Fatal(err)
	}
	secret := strings.TrimPrefix(made.Token, api.TokenPrefix)
	for where, text := range map[string]string{"answers": answers.String(), "the list": string(listed), "the log": log.String(), "the files": readAll(t, w.Dir)} {
		if strings.Contains(text, secret) {
			t.Errorf("the token is in %s", where)
		}
	}
	var refusals []string
	check := func(tx *store.Tx) error {
		list, err := store.Collect(tx.Query(context.Background(), `SELECT actor_kind || ' ' || actor_name || ' ' || detail FROM audit_entry WHERE stream = ? AND kind = ?`,
			live.Provider, audit.AccessRefused), func(r *store.Rows) (s string, err error) { return s, r.Scan(&s) })
		refusals = list
		return err
	}
	if err := w.DB.View(t.Context(), check); err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(refusals, "\n"); !strings.Contains(text, "token Billing system") || !strings.Contains(text, "get-provider-organization") {
		t.Errorf("the record has %s", text)
	}
	w.Verify()
}

// A backup that is put back knows tokens that were revoked since, so none of it opens anything.
func TestRestoringRevokesTokens(t *testing.T) {
	w := New(t)
	system := w.System(api.OrganizationsRead)
	out, err := w.Service.Restored(t.Context(), "backup.db")
	if err != nil || out.Tokens != 1 {
		t.Fatalf("%+v %v", out, err)
	}
	Refused(t, known(system), errs.Unauthenticated)
}

// One system at full speed takes nothing from another one's calls, nor from its administrator's.
func TestTokensHaveBucketsOfTheirOwn(t *testing.T) {
	w := New(t)
	busy, other := w.System(api.OrganizationsRead), w.System(api.OrganizationsRead)
	var err error
	for n := 0; err == nil && n < 1000; n++ {
		err = known(busy)
	}
	Refused(t, err, errs.TooMany)
	// All of one network count together, so the other ones call from elsewhere.
	for _, a := range []*Actor{other, w.As(w.Ada)} {
		path := "/api/provider/organizations/20418"
		if a.Kind == api.AsStaff {
			path = "/api/staff/tokens"
		}
		if got, err := a.Do(t.Context(), api.Call{Method: "GET", Path: path, Header: map[string]string{}}); err != nil || got.Status != 200 {
			t.Errorf("%s: %d %v %s", a.Name, got.Status, err, got.Body)
		}
	}
}
