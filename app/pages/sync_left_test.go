//go:build !js

package pages

import (
	"testing"
	"time"

	"countersign/backend/backendtest/device"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// N13: what somebody's device still held when their access ended is taken over or discarded by who may change numbers. What
// concerns several numbers is closed once each of them was seen to, and what is discarded can be taken back for a moment.
func TestSyncChanges_what_somebody_left_is_seen_to(t *testing.T) {
	editing(t, marie, func(e *editor) {
		t, w := e.t, e.w
		a, b := madeNumber(t, w, "+33184882010", "Reception", number.Place{}), madeNumber(t, w, "+33184882011", "Desk", number.Place{})
		c := madeNumber(t, w, "+33184882012", "Hall", number.Place{})
		e.copy.Try()
		e.pass(2 * time.Second)
		jonas := device.New(w.As(w.Jonas).Client, w.Acme, 7)
		jonas.Sync(t.Context())
		jonas.Edit(replica.Set, name("Left behind"), replica.Edit{ID: a}, replica.Edit{ID: b}, replica.Edit{ID: c})
		org := api.Org{Org: w.Acme}
		in := api.DeleteContactIn{ContactIn: api.ContactIn{Org: org, Contact: w.Jonas.Contact}}
		in.Body.Reason = "Asked by the customer."
		ask(t, w.As(w.Anna), api.DeleteContact, in)
		jonas.Sync(t.Context())
		left := func() int { return len(ask(t, w.As(w.Marie), api.ListAttention, org).Others) }
		if left() != 1 {
			t.Fatalf("%d items are left", left())
		}

		p := e.changes()
		e.says("Changes of people whose access ended", "3 numbers", "Jonas Meier")
		of := func(k id.Number) *syncCase {
			t.Helper()
			for _, x := range p.openLeft() {
				if x.number == k {
					return x
				}
			}
			t.Fatalf("%s is not shown", k)
			return nil
		}
		e.do(p.ctx, func() { p.drop(of(b), actDiscard) })
		e.says("2 numbers")
		e.gone()
		if left() != 1 {
			t.Error("what was left of three numbers was closed over one of them")
		}
		e.do(p.ctx, func() { p.take(of(c), actMine) })
		e.pass(3 * time.Second)
		e.says("Stands there now")
		e.do(p.ctx, func() { p.drop(of(c), actDone) })
		e.pass(2 * time.Second)
		if left() != 1 {
			t.Error("it was closed over two of three numbers")
		}
		called := func(k id.Number) string {
			return ask(t, w.As(w.Marie), api.GetNumber, api.NumberIn{Org: org, Number: k}).DisplayName
		}
		if got := [2]string{called(b), called(c)}; got != [2]string{"Desk", "Left behind"} {
			t.Errorf("they are called %q", got)
		}

		e.do(p.ctx, func() { p.drop(of(a), actDiscard) })
		if len(p.openLeft()) != 0 {
			t.Error("what was discarded is still shown")
		}
		e.gone()
		if left() != 0 {
			t.Errorf("%d items are left", left())
		}
		e.saysNot("Changes of people whose access ended")
		w.Verify()
	})
}
