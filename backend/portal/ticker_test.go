package portal_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	. "countersign/backend/backendtest"
	"countersign/backend/store"
	"countersign/shared/access"
)

// R07: what ends shortly after something else ended is written down on time, too.
func TestTimeEndsOneGrantAfterAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(t)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go w.Service.Run(ctx)
		marie, luc, sofia := w.As(w.Marie), w.As(w.Luc), w.As(w.Sofia)
		first := Must(marie.Approve(Must(sofia.RequestAccess(w.Acme, time.Hour, "")), 15*time.Minute))
		time.Sleep(3 * time.Second)
		Must(luc.Approve(Must(sofia.RequestAccess(w.Beta, time.Hour, "")), 15*time.Minute))
		time.Sleep(time.Until(first.EndsAt) + 4*time.Second)
		var open int
		if err := w.DB.View(t.Context(), func(tx *store.Tx) error {
			return tx.QueryRow(t.Context(), `SELECT COUNT(*) FROM access_request WHERE state = 'active'`).Scan(&open)
		}); err != nil || open != 0 {
			t.Errorf("a second after the last end %d grants are open in the rows, %v", open, err)
		}
	})
}

// R07: who was inside asks at the very moment when the time is over, and is told so although nobody has written it down yet.
func TestTimeIsOverBeforeItIsWrittenDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(t)
		marie, sofia := w.As(w.Marie), w.As(w.Sofia)
		earlier := Must(marie.Approve(Must(sofia.RequestAccess(w.Acme, time.Hour, "")), 15*time.Minute))
		Must(marie.Revoke(earlier))
		time.Sleep(time.Second)
		r := Must(marie.Approve(Must(sofia.RequestAccess(w.Acme, time.Hour, "")), 15*time.Minute))
		time.Sleep(10 * time.Minute) // a sign-in that nobody uses ends after 15
		sofia.Found(w.Acme)
		w.As(w.Tom).Found(w.Acme)
		time.Sleep(time.Until(r.EndsAt) - time.Second)
		if got := sofia.Found(w.Acme).Request; got.ID != r.ID || got.State != access.Active {
			t.Errorf("a second before its end it is %+v", got)
		}
		time.Sleep(time.Second)
		got := sofia.Found(w.Acme)
		if x := got.Request; x == nil || x.ID != r.ID || x.State != access.Expired || !x.EndedAt.Equal(r.EndsAt) || !got.Mine {
			t.Errorf("at its end it is %+v", x)
		}
		if x := w.As(w.Tom).Found(w.Acme); x.Request == nil || x.Request.ID != r.ID || x.Mine {
			t.Errorf("another agent sees %+v", x)
		}
	})
}

// However much is open at once, it can be listed, and so ended: nobody keeps access open by being given more of it than
// one statement takes arguments.
func TestMoreOpenAccessThanAStatementTakesArguments(t *testing.T) {
	w := New(t)
	const n = 33_000
	w.Exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO access_request (id, org, state, source, role, note, phrase, requested, granted, named_only, created_at, lapses_at, decided_at,
decided_by, decided_by_name, starts_at, ends_at, ended_at, ended_by, ended_by_name, reason)
SELECT 'r' || i, ?, 'active', 'invite', 'super_admin', '', '', 0, 60, FALSE, 1, 1, 1, '', '', 1, 2, 0, '', '', '' FROM n`, n, w.Acme)
	err := w.DB.View(t.Context(), func(tx *store.Tx) error {
		for name, read := range map[string]func() ([]access.Request, error){
			"open": func() ([]access.Request, error) { return tx.OpenAccess(t.Context(), w.Acme) },
			"due":  func() ([]access.Request, error) { return tx.DueAccess(t.Context(), tx.Now()) },
		} {
			list, err := read()
			if err != nil {
				return err
			}
			if len(list) != n || list[n-1].Requesters == nil {
				t.Errorf("%s: %d requests", name, len(list))
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
