package portal_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	. "countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/perm"
	"countersign/shared/routing"
	"countersign/shared/service"
	"countersign/shared/significant"
	"countersign/shared/ticket"
)

func services(a *Actor, o id.Organization, f api.ServiceFilter) api.Services {
	if f.Limit == 0 {
		f.Limit = 50
	}
	return Must(Call(a, api.ListServices, api.ServicesIn{Org: api.Org{Org: o}, ServiceFilter: f}))
}

func assign(a *Actor, o id.Organization, s api.ServiceRow, r service.Role, c id.Contact) (api.ServiceRow, error) {
	in := api.AssignIn{ServiceIn: api.ServiceIn{Org: api.Org{Org: o}, Service: s.ID}}
	in.Body.Role, in.Body.Contact, in.Body.Version = r, c, s.Version
	return Call(a, api.AssignServiceContact, in)
}

// S01: services and domains with their state, each kind by its own right, page by page.
func TestServicesAndDomainsAreListedS01(t *testing.T) {
	w := New(t)
	for i := range 12 {
		w.AddService(w.Acme, service.Service, fmt.Sprintf("web-%02d.acme.example", i))
	}
	w.AddService(w.Acme, service.Domain, "acme.example")
	w.AddService(w.Beta, service.Service, "beta.example")
	marie := w.As(w.Marie)
	seen := map[string]bool{}
	for after := ""; ; {
		p := services(marie, w.Acme, api.ServiceFilter{Limit: 5, After: after})
		if p.Total != 12 {
			t.Fatalf("%d in all", p.Total)
		}
		for _, s := range p.Services {
			if seen[s.Name] || s.Kind != service.Service || s.State != service.Active {
				t.Errorf("%+v", s)
			}
			seen[s.Name] = true
		}
		if after = p.Next; after == "" {
			break
		}
	}
	if len(seen) != 12 {
		t.Errorf("%d of 12", len(seen))
	}
	if p := services(marie, w.Acme, api.ServiceFilter{Query: "WEB-07"}); p.Total != 1 || p.Services[0].Name != "web-07.acme.example" {
		t.Errorf("found %+v", p)
	}
	domains := Must(Call(marie, api.ListDomains, api.ServicesIn{Org: api.Org{Org: w.Acme}, ServiceFilter: api.ServiceFilter{Limit: 50}}))
	if len(domains.Services) != 1 || domains.Services[0].Name != "acme.example" {
		t.Errorf("domains: %+v", domains)
	}
}

// S04: assigned, changed and reset, over what was shown, with what follows for the mail; all in the record.
func TestSupportContactIsAssignedS04(t *testing.T) {
	w := New(t)
	w.AddService(w.Acme, service.Service, "web-01")
	foreign := w.Luc.Contact
	marie, manager := w.As(w.Marie), w.As(w.AddContact(w.Acme, "Sam Serv", perm.Services))
	row := services(manager, w.Acme, api.ServiceFilter{}).Services[0]
	if row.Support != nil || row.Billing != nil {
		t.Fatalf("not deactivated: %+v", row)
	}
	first, err := assign(manager, w.Acme, row, service.Support, w.Jonas.Contact)
	if err != nil || first.Support == nil || first.Support.Name != "Jonas Meier" || first.Support.Mail != routing.Off || first.Billing != nil {
		t.Fatalf("%v, %+v", err, first.Support)
	}
	w.Exec(`UPDATE contact SET assistance = TRUE WHERE id = ?`, w.Jonas.Contact)
	if now := services(marie, w.Acme, api.ServiceFilter{}).Services[0]; now.Support.Mail != routing.IsAssigned {
		t.Errorf("with Assistance on, mail is %s", now.Support.Mail)
	}
	_, err = assign(marie, w.Acme, row, service.Support, w.Paul.Contact) // as it was shown before
	Refused(t, err, errs.Conflict)
	_, err = assign(marie, w.Acme, first, service.Support, foreign)
	badTicketField(t, err, "contact")
	second := Must(assign(marie, w.Acme, first, service.Support, w.Paul.Contact))
	billed := Must(assign(marie, w.Acme, second, service.Billing, w.Jonas.Contact))
	if billed.Support.Name != "Paul Noir" || billed.Billing.Name != "Jonas Meier" {
		t.Errorf("%+v %+v", billed.Support, billed.Billing)
	}
	w.Exec(`UPDATE contact SET active = FALSE WHERE id = ?`, w.Paul.Contact)
	if now := services(marie, w.Acme, api.ServiceFilter{}).Services[0]; now.Support.Active || now.Support.Mail != routing.Inactive {
		t.Errorf("a deactivated contact is not flagged: %+v", now.Support)
	}
	reset := Must(assign(marie, w.Acme, billed, service.Support, ""))
	if reset.Support != nil || reset.Billing == nil {
		t.Errorf("reset: %+v", reset)
	}
	entries := Must(Call(marie, api.ListAudit, api.AuditIn{Org: api.Org{Org: w.Acme}, Page: api.Page{Limit: 20}, AuditFilter: api.AuditFilter{Kind: "service."}})).Entries
	if len(entries) != 4 || entries[0].Kind != audit.ServiceUnassigned || entries[0].Detail["from"] != "Paul Noir" || entries[3].Detail["to"] != "Jonas Meier" {
		t.Errorf("the record: %+v", entries)
	}
	w.Verify()
}

// S04: whoever may assign gets names to choose from, with whether mail would reach them, without the right to see contacts.
func TestCandidatesS04(t *testing.T) {
	w := New(t)
	w.Exec(`UPDATE contact SET assistance = TRUE, financial = TRUE, financial_global = TRUE, phone_chat_authority = TRUE WHERE id = ?`, w.Nadia.Contact)
	manager := w.As(w.AddContact(w.Acme, "Sam Serv", perm.Services))
	list := Must(Call(manager, api.ListCandidates, api.CandidatesIn{Org: api.Org{Org: w.Acme}, Query: "nadia", Limit: 50})).Contacts
	if len(list) != 1 || list[0].Support != routing.IsAssigned || list[0].Billing != routing.IsGlobal || !list[0].Authority {
		t.Errorf("%+v", list)
	}
	_, err := Call(w.As(w.AddContact(w.Acme, "Tina Tick", perm.Tickets)), api.ListCandidates, api.CandidatesIn{Org: api.Org{Org: w.Acme}, Limit: 50})
	Refused(t, err, errs.Forbidden)
}

// A deleted contact is assigned to nothing.
func TestDeletedContactIsUnassigned(t *testing.T) {
	w := New(t)
	w.AddService(w.Acme, service.Service, "web-01")
	marie := w.As(w.Marie)
	row := Must(assign(marie, w.Acme, services(marie, w.Acme, api.ServiceFilter{}).Services[0], service.Support, w.Paul.Contact))
	in := api.DeleteContactIn{ContactIn: api.ContactIn{Org: api.Org{Org: w.Acme}, Contact: w.Paul.Contact}}
	in.Body.Reason = "Left."
	Must(Call(w.As(w.Anna), api.DeleteContact, in))
	if now := services(marie, w.Acme, api.ServiceFilter{}).Services[0]; now.Support != nil || now.Owned.Support != "" || now.Version == row.Version {
		t.Errorf("%+v", now)
	}
}

// C12, S01: a cancellation asked for in the portal waits for the organization, is decided once, and becomes a ticket for the
// Support team; taken back, rejected and lapsed ones change nothing.
func TestCancellationIsDecided(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := New(t)
		web := w.AddService(w.Acme, service.Service, "web-01")
		manager, marie, nadia := w.As(w.AddContact(w.Acme, "Sam Serv", perm.Services)), w.As(w.Marie), w.As(w.Nadia)
		ask := func(a *Actor) (significant.Change, error) {
			in := api.CancelServiceIn{ServiceIn: api.ServiceIn{Org: api.Org{Org: w.Acme}, Service: web}}
			in.Body.Note = "We moved away."
			return Call(a, api.CancelService, in)
		}
		decide := func(a *Actor, ep api.Endpoint[api.DecideChangeIn, significant.Change], c significant.Change) (significant.Change, error) {
			in := api.DecideChangeIn{ChangeIn: api.ChangeIn{Org: api.Org{Org: w.Acme}, Change: c.ID}}
			in.Body.Seen = c.Fingerprint()
			return Call(a, ep, in)
		}
		state := func() api.ServiceRow { return services(marie, w.Acme, api.ServiceFilter{}).Services[0] }

		first := Must(ask(manager))
		_, err := ask(marie)
		Refused(t, err, errs.Conflict)
		if s := state(); s.Cancellation == nil || s.Cancellation.Mine || s.Cancellation.By != "Sam Serv" || s.State != service.Active {
			t.Errorf("while it waits: %+v", s)
		}
		_, err = Call(marie, api.TakeBackChange, api.ChangeIn{Org: api.Org{Org: w.Acme}, Change: first.ID})
		Refused(t, err, errs.Forbidden) // somebody else's
		Must(Call(manager, api.TakeBackChange, api.ChangeIn{Org: api.Org{Org: w.Acme}, Change: first.ID}))
		second := Must(ask(manager))
		_, err = decide(manager, api.ApproveChange, second)
		Refused(t, err, errs.Forbidden)
		Must(decide(nadia, api.RejectChange, second))
		third := Must(ask(manager))
		_, err = Call(w.As(w.Anna), api.WithdrawChange, api.ChangeIn{Org: api.Org{Org: w.Acme}, Change: third.ID})
		Refused(t, err, errs.Forbidden) // no lead's business
		time.Sleep(significant.LapsesAfter + time.Minute)
		if err := w.Service.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		marie, nadia = w.As(w.Marie), w.As(w.Nadia)
		sofia := w.As(w.Sofia)
		if s := state(); s.Cancellation != nil || s.State != service.Active {
			t.Errorf("after it lapsed: %+v", s)
		}
		fourth := Must(ask(marie)) // who may decide decides their own, after saying so twice
		if done := Must(decide(marie, api.ApproveChange, fourth)); done.State != significant.Approved {
			t.Errorf("%+v", done)
		}
		_, err = decide(nadia, api.RejectChange, fourth)
		Refused(t, err, errs.Conflict)
		if s := state(); s.State != service.Ending || s.Cancellation != nil {
			t.Errorf("approved: %+v", s)
		}
		_, err = ask(marie)
		Refused(t, err, errs.Conflict)
		queue := Must(Call(sofia, api.ListStaffTickets, api.StaffTicketsIn{TicketFilter: api.TicketFilter{Limit: 30}})).Tickets
		if len(queue) != 1 || queue[0].Subject != "Cancellation of web-01" || queue[0].Service != web || queue[0].Category != routing.Commercial || queue[0].State != ticket.Open {
			t.Fatalf("the Support team has %+v", queue)
		}
		if got := said(Must(marie.Ticket(w.Acme, queue[0].ID)).Messages); got != "Marie Dubois: Marie Dubois asked to cancel web-01, and Marie Dubois approved it.\n\nWe moved away." {
			t.Errorf("the ticket says %q", got)
		}
		w.Verify()
	})
}
