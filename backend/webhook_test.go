package main_test

import (
	"fmt"
	"slices"
	"sync"
	"syscall"
	"testing"

	"countersign/backend/webhook/webhooktest"
	"countersign/shared/api"
	"countersign/shared/event"
)

// The program tells webhooks of everything that it acknowledged, also when it was killed while a receiver had the event in
// its hands, and ends in time when it is told to.
func TestWebhooksSurviveKills(t *testing.T) {
	h := newHome(t)
	p := h.serve("--demo")
	var mu sync.Mutex
	kill := func() {} // what the receiver does when it gets the event of that name
	deadly := ""
	r := webhooktest.Start(t, webhooktest.Options{Fault: func(_ int, d webhooktest.Delivery) webhooktest.Fault {
		mu.Lock()
		defer mu.Unlock()
		if name := d.Event.Data.Detail["name"]; name == deadly {
			deadly = ""
			kill()
		}
		return webhooktest.Works
	}})
	ada, marie := p.signIn(api.AsStaff, "ada@demo.example"), p.signIn(api.AsCustomer, "marie@demo.example")
	acme := ada.organization("20418")
	in := api.CreateWebhookIn{}
	in.Body.URL, in.Body.Types = r.URL, []event.Type{event.NumbersChanged}
	w := try(ada, api.CreateWebhook, in)
	r.Knows(w.Secret)

	var made []string
	unit := func() error {
		create := api.CreateUnitIn{Org: api.Org{Org: acme}}
		create.Body.Name = fmt.Sprint("Unit ", len(made))
		made = append(made, create.Body.Name)
		_, err := call(t.Context(), marie, api.CreateUnit, create)
		return err
	}
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		for range 3 {
			must(unit())
		}
		dead := make(chan struct{})
		mu.Lock()
		deadly = fmt.Sprint("Unit ", len(made))
		kill = func() {
			p.cmd.Process.Signal(syscall.SIGKILL)
			close(dead)
		}
		mu.Unlock()
		_ = unit() // it is committed once it is told, but the answer may be lost
		<-dead
		p.end(syscall.SIGKILL)
		p = h.serve("--demo")
		ada, marie = ada.at(p), marie.at(p)
	}
	must(unit())
	told := func() (names []string) {
		for _, d := range r.Taken() {
			names = append(names, d.Event.Data.Detail["name"])
		}
		return slices.Compact(names)
	}
	for n := 1; len(told()) < len(made); n++ {
		r.Wait(n)
	}
	if got := told(); !slices.Equal(got, made) {
		t.Errorf("told of %v, made %v", got, made)
	}
	if n := r.Seen() - len(made); n < 3 || n > 6 {
		t.Errorf("%d second copies of 3 kills", n)
	}
	if status := p.end(syscall.SIGTERM); status != 0 {
		t.Errorf("exit status %d\n%s", status, p.log)
	}
	h.must("audit", "verify")
}
