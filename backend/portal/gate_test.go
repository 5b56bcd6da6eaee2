package portal_test

import (
	"testing"
	"testing/synctest"
	"time"

	. "countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
)

// Refusals are in the record whichever the method, and cannot be used to fill it: the same one counts once a minute.
func TestRefusalsAreRecordedOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(t)
		w.Exec(`UPDATE contact SET overrides = '{"audit.view":"deny"}' WHERE id = ?`, w.Paul.Contact)
		marie, paul, sofia := w.As(w.Marie), w.As(w.Paul), w.As(w.Sofia)
		refusals := func() (acts []string) {
			t.Helper()
			in := api.AuditIn{Org: api.Org{Org: w.Acme}, Page: api.Page{Limit: 100}, AuditFilter: api.AuditFilter{Kind: string(audit.AccessRefused)}}
			for _, e := range Must(Call(marie, api.ListAudit, in)).Entries {
				acts = append(acts, e.Actor.Name+" "+e.Detail["act"])
			}
			return acts
		}
		read := func() {
			t.Helper()
			_, err := Call(paul, api.ListAudit, api.AuditIn{Org: api.Org{Org: w.Acme}, Page: api.Page{Limit: 10}})
			Refused(t, err, errs.Forbidden)
		}
		for range 5 {
			read()
		}
		if got := refusals(); len(got) != 1 || got[0] != "Paul Noir list-audit" {
			t.Fatalf("after five refused readings the record has %q", got)
		}
		time.Sleep(time.Minute + time.Second)
		read()
		if got := refusals(); len(got) != 2 {
			t.Fatalf("a minute later the record has %q", got)
		}

		g := Must(marie.Approve(Must(sofia.RequestAccess(w.Acme, time.Hour, "")), time.Hour))
		inside := Must(sofia.Enter(g))
		for range 3 {
			_, err := Call(inside, api.VerifyAudit, api.Org{Org: w.Acme})
			Refused(t, err, errs.Forbidden)
			_, err = inside.Revoke(g)
			Refused(t, err, errs.Forbidden)
		}
		if got := refusals(); len(got) != 4 {
			t.Errorf("with two acts barred inside, the record has %q", got)
		}
		w.Verify()
	})
}

// What writes to others by mail is not had by the hundred: neither side can flood the other's mailboxes.
func TestWhatMailsOthersIsCostly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(t)
		marie, sofia := w.As(w.Marie), w.As(w.Sofia)
		for name, again := range map[string]func() error{
			"asking for access": func() error {
				r, err := sofia.RequestAccess(w.Beta, time.Hour, "")
				if err == nil {
					Must(sofia.Withdraw(r))
				}
				return err
			},
			"inviting support": func() error {
				in := api.InviteIn{Org: api.Org{Org: w.Acme}}
				in.Body.Minutes = 15
				_, err := Call(marie, api.InviteSupport, in)
				return err
			},
		} {
			var err error
			n := 0
			for ; err == nil && n < 50; n++ {
				err = again()
			}
			if n != 11 {
				t.Errorf("%s was refused at the call %d", name, n)
			}
			Refused(t, err, errs.TooMany)
		}
	})
}
