package portal_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	. "countersign/backend/backendtest"
	"countersign/backend/store"
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
