package service_test

import (
	"testing"

	"countersign/shared/errs"
	"countersign/shared/routing"
	"countersign/shared/service"
)

// S01, S04: at most one contact in each role; nobody can be assigned to what has ended, but everybody can be taken out.
func TestAssign(t *testing.T) {
	o := service.Owned{Kind: service.Service, Name: "web-01", State: service.Active}
	for _, r := range []service.Role{service.Support, service.Billing, service.Support} {
		if err := o.Assign(r, "x"); err != nil {
			t.Fatal(err)
		}
	}
	if o.AssignedFor(routing.Technical) != "x" || o.AssignedFor(routing.Commercial) != "x" || o.AssignedFor(routing.Financial) != "x" {
		t.Errorf("%+v", o)
	}
	o.State = service.Ended
	if err := o.Assign(service.Support, "y"); !errs.Is(err, errs.Conflict) {
		t.Errorf("assigned to what has ended: %v", err)
	}
	if err := o.Assign(service.Support, ""); err != nil || o.Support != "" || o.Billing != "x" {
		t.Errorf("%v, %+v", err, o)
	}
}

// C12: a cancellation is asked for once, and approved it makes the service end.
func TestCancellation(t *testing.T) {
	for state, may := range map[service.State]bool{service.Pending: true, service.Active: true, service.Suspended: true, service.Ending: false, service.Ended: false} {
		o := service.Owned{State: state}
		if err := o.CancellationApproved(); (err == nil) != may || may && o.State != service.Ending || !may && o.State != state {
			t.Errorf("%s: %v, now %s", state, err, o.State)
		}
	}
}

func TestServiceIsRefused(t *testing.T) {
	good := service.Owned{Kind: service.Domain, Name: " acme.example ", State: service.Active, RenewsOn: "2027-01-01"}
	if err := good.Check(); err != nil || good.Name != "acme.example" {
		t.Fatalf("%v %q", err, good.Name)
	}
	for path, change := range map[string]func(*service.Owned){
		"kind":      func(o *service.Owned) { o.Kind = "car" },
		"name":      func(o *service.Owned) { o.Name = " " },
		"state":     func(o *service.Owned) { o.State = "" },
		"renews_on": func(o *service.Owned) { o.RenewsOn = "tomorrow" },
		"ends_on":   func(o *service.Owned) { o.EndsOn = "2026-13-01" },
		"key":       func(o *service.Owned) { o.Key = "clé" },
	} {
		o := good
		change(&o)
		e, ok := o.Check().(*errs.Error)
		if !ok || len(e.Fields) != 1 || e.Fields[0].Path != path {
			t.Errorf("%s: %v", path, e)
		}
	}
}
