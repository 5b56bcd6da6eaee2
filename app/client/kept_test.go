//go:build !js

package client

import (
	"testing"

	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/id"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Who signed in last is read from the cookie of the kind of caller, over https only from the one that is bound to the host.
func TestLoginInCookies(t *testing.T) {
	for _, c := range []struct {
		cookies string
		secure  bool
		as      api.As
		want    id.Login
	}{
		{"", false, api.AsCustomer, ""},
		{"a=b; cs_customer_login=marie; c=d", false, api.AsCustomer, "marie"},
		{"a=b; cs_customer_login=marie; c=d", false, api.AsStaff, ""},
		{"cs_customer_login=marie; cs_staff_login=sofia", false, api.AsStaff, "sofia"},
		{"x_cs_customer_login=marie", false, api.AsCustomer, ""},
		{"cs_customer_login=eve; __Host-cs_customer_login=marie", true, api.AsCustomer, "marie"},
		{"cs_customer_login=eve", true, api.AsCustomer, ""},
	} {
		if got := loginIn(c.cookies, c.secure, c.as); got != c.want {
			t.Errorf("%q, secure %v, %s: %q, want %q", c.cookies, c.secure, c.as, got, c.want)
		}
	}
}

// N13: somebody else signs in with the browser beside an open page. What the page asks for in the first one's name is refused
// as without a sign-in; only who is there it may ask.
func TestSession_calls_in_nobody_elses_name(t *testing.T) {
	w := backendtest.New(t)
	e, ctx := shown(t)
	to := &listener{Transport: w.As(w.Marie)}
	s := NewSession(api.AsCustomer, "", to)
	load := func() (err error) {
		Load(ctx, s, api.ListContacts, api.ContactsIn{Org: api.Org{Org: w.Acme}}, false, func(_ app.Context, _ api.Contacts, e error) { err = e })
		e.ConsumeAll()
		return err
	}
	s.Refresh(ctx, false)
	e.ConsumeAll()
	if err := load(); err != nil {
		t.Fatal(err)
	}
	to.Transport = w.As(w.Jonas)
	if err := load(); CodeOf(err) != errs.Unauthenticated || s.Ended() == "" {
		t.Errorf("another one's sign-in: %v, ended %q", err, s.Ended())
	}
	s.Refresh(ctx, false)
	e.ConsumeAll()
	if me := s.Me(); me == nil || me.Login != w.Jonas.Login {
		t.Errorf("there is %+v", me)
	}
	if err := load(); err != nil {
		t.Error(err)
	}
}
