//go:build !js

package pages

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"countersign/app/client"
	"countersign/app/offline"
	"countersign/app/offline/offlinetest"
	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// cable is a way to the server that can be cut.
type cable struct {
	api.Transport
	cut atomic.Bool
}

func (w *cable) Do(ctx context.Context, c api.Call) (api.Answer, error) {
	if w.cut.Load() {
		return api.Answer{}, errors.New("no route")
	}
	return w.Transport.Do(ctx, c)
}

// reader is a visitor whose browser keeps a copy.
type reader struct {
	*visitor
	cable *cable
	copy  *offline.Copy
}

// pass lets time pass. A browser has one thread: what the page has read is over before the copy goes on, which the lock of
// any call of the copy tells the race detector.
func (r *reader) pass(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(25 * time.Millisecond) {
		synctest.Wait()
		r.engine.ConsumeAll()
		if r.copy != nil {
			r.copy.Status()
		}
	}
}

// read shows Marie a page in a browser that keeps a copy of Acme's numbers.
func read(t *testing.T, w *backendtest.World, page app.Composer, seat func(client.Seat)) *reader {
	t.Helper()
	t.Cleanup(func() { time.Sleep(time.Minute) }) // what the page has said goes with the time of this test
	tab := offlinetest.New().Tab()
	tab.Use(t)
	r := &reader{cable: &cable{Transport: w.As(w.Marie)}}
	r.visitor = &visitor{t: t, w: w, actor: w.As(w.Marie), engine: app.NewTestEngine(), session: client.NewSession(api.AsCustomer, "", r.cable)}
	root := &blank{}
	if err := r.engine.Load(root); err != nil {
		t.Fatal(err)
	}
	r.engine.ConsumeAll()
	r.session.Refresh(root.ctx, true)
	r.pass(time.Second)
	if r.copy = offline.Open(r.session, w.Acme); r.copy == nil {
		t.Fatal("no copy")
	}
	t.Cleanup(r.copy.Close)
	r.pass(3 * time.Second)
	if s := r.copy.Status(); !s.Ready {
		t.Fatalf("the copy is not ready: %+v", s)
	}
	seat(r.seat(pageUnits))
	r.open(page)
	r.pass(time.Second)
	return r
}

// N02, N13: units and programs with their counts are there without a network, and count what the person does on this
// device; what needs the server says so.
func TestPlaces_are_there_without_a_network(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := backendtest.New(t)
		france := madeUnit(t, w, "Acme France")
		winter := madeProgram(t, w, france.ID, "Winter", time.Time{}, time.Time{})
		at := number.Place{BusinessUnit: france.ID, Program: winter.ID}
		madeNumber(t, w, "+33184882010", "", at)
		u := &Units{}
		r := read(t, w, u, func(s client.Seat) { u.At = s })
		if !u.places.copies {
			t.Fatal("the page does not read the copy")
		}
		r.says("Acme France 1 program 1 phone number", "Winter 1 phone number")

		// Another person's unit comes by itself.
		madeUnit(t, w, "Acme Suisse")
		r.copy.Try()
		r.pass(time.Second)
		r.says("Acme Suisse 0 programs 0 phone numbers")

		p := &u.places
		r.cable.cut.Store(true)
		r.copy.Try()
		purpose := "survey"
		r.copy.Edit(replica.NewEdit{Op: replica.Create, Rows: []replica.Edit{{ID: id.Number(newTestID()), Set: &number.Fields{E164: "+33184882011", CallPurpose: &purpose, Place: &at}}}}, nil)
		r.pass(time.Second)
		r.says("Acme France 1 program 2 phone numbers", "Winter 2 phone numbers")
		r.do(p.ctx, func() {
			p.unit.show(p.shown.value.unit(france.ID))
			p.unit.name = "Gallia"
			p.unit.submit(p.ctx, p)
		})
		r.pass(time.Second)
		if !p.unit.open || p.unit.name != "Gallia" {
			t.Error("what was typed without a network is gone")
		}
		if p.unit.cannotSave(p) == "" {
			t.Error("nothing says that a new name needs the server")
		}
	})
}

// N02, N13: a number comes back without a network, waits on this device, and is at the server afterwards; what the server
// refuses says why in its row.
func TestRemoved_numbers_come_back_without_a_network(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := backendtest.New(t)
		france := madeUnit(t, w, "Acme France")
		n := madeNumber(t, w, "+33184882010", "Reception", number.Place{BusinessUnit: france.ID})
		taken := madeNumber(t, w, "+33184882011", "", number.Place{})
		gone(t, w, n)
		gone(t, w, taken)
		page := &Removed{}
		r := read(t, w, page, func(s client.Seat) { page.At = s })
		r.says("+33 1 84 88 20 10 Reception Acme France", "+33 1 84 88 20 11")
		r.cable.cut.Store(true)
		madeNumber(t, w, "+33184882011", "", number.Place{})
		for i := range page.rows {
			x := page.rows[i]
			r.do(page.ctx, func() { page.bringBack(&x) })
		}
		r.pass(time.Second)
		if shown := flat(r.wait()); strings.Count(shown, "Saved on this device") != 2 {
			t.Errorf("it says %s", shown)
		}
		if c := card(t, w, n); c.Status != number.Removed {
			t.Fatalf("the server has %+v", c.NumberRow)
		}

		r.cable.cut.Store(false)
		r.copy.Try()
		r.pass(5 * time.Second)
		if c := card(t, w, n); c.Status != number.Active || c.BusinessUnit != france.ID || c.DisplayName != "Reception" {
			t.Errorf("the server has %+v", c.NumberRow)
		}
		r.says("+33 1 84 88 20 11", "You have this number already: it was added again after it was removed.")
		r.saysNot("+33 1 84 88 20 10")
	})
}
