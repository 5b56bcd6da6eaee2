package server_test

import (
	"net/http"
	"testing"

	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/errs"
)

// A call that says whose it is counts only with the sign-in of that login, whatever its kind.
func TestCallsOfAnotherLogin(t *testing.T) {
	w := backendtest.New(t)
	for _, c := range []struct {
		name  string
		who   *backendtest.Actor
		login string
		want  int
	}{
		{"nobody_in_particular", w.As(w.Marie), "", 200},
		{"their_own", w.As(w.Marie), string(w.Marie.Login), 200},
		{"another_ones", w.As(w.Jonas), string(w.Marie.Login), 401},
		{"no_login", w.As(w.Marie), "x", 401},
		{"staff", w.As(w.Sofia), string(w.Sofia.Login), 200},
		{"another_of_staff", w.As(w.Sofia), string(w.Marie.Login), 401},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, h := range []http.Header{signed(c.who), browserOf(c.who)} {
				h.Set(api.HeaderLogin, c.login)
				r := send(w.Server, request("GET", api.GetMe.Path, "", h))
				if r.StatusCode != c.want {
					t.Errorf("status %d, want %d: %s", r.StatusCode, c.want, r.body)
				}
				if c.want == 401 && r.problem(t).Code != string(errs.Unauthenticated) {
					t.Errorf("refused with %s", r.body)
				}
			}
		})
	}
}
