package demo

import (
	"crypto/rand"
	"fmt"
	"time"

	"countersign/backend/portal"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/i18n"
	"countersign/shared/id"
	"countersign/shared/invoice"
	"countersign/shared/live"
	"countersign/shared/org"
	"countersign/shared/routing"
	"countersign/shared/service"
	"countersign/shared/ticket"
)

// has is a service or domain of an organization.
type has struct {
	reference, name, product string
	kind                     service.Kind
	state                    service.State
	renews, ends             int // days from today, 0 for none
}

var owned = []has{
	{"20418", "web-01.acme.example", "Managed hosting L", service.Service, service.Active, 120, 0},
	{"20418", "web-02.acme.example", "Managed hosting M", service.Service, service.Active, 120, 0},
	{"20418", "mail.acme.example", "Hosted mail, 40 mailboxes", service.Service, service.Active, 45, 0},
	{"20418", "SIP trunk Nantes", "30 channels", service.Service, service.Active, 210, 0},
	{"20418", "SIP trunk Lille", "10 channels", service.Service, service.Suspended, 210, 0},
	{"20418", "backup.acme.example", "Backup 2 TB", service.Service, service.Pending, 0, 0},
	{"20418", "old-shop.acme.example", "Managed hosting S", service.Service, service.Ended, 0, -40},
	{"20418", "acme.example", "Domain", service.Domain, service.Active, 300, 0},
	{"20418", "acme-telecom.example", "Domain", service.Domain, service.Active, 18, 0},
	{"20418", "acme-winter.example", "Domain", service.Domain, service.Ending, 0, 30},
	{"20533", "vitrine.beta.example", "Hébergement infogéré M", service.Service, service.Active, 90, 0},
	{"20533", "beta.example", "Domaine", service.Domain, service.Active, 60, 0},
	{"20611", "Front desk", "Hosted PBX, 12 seats", service.Service, service.Active, 150, 0},
}

// owned is what the organizations have and owe, as the provider's billing system brought it.
func (m *making) owned() error {
	m.at(5, 40)
	day := func(n int) string { return m.today.AddDate(0, 0, n).Format(time.DateOnly) }
	return m.db.Update(m.ctx, func(tx *store.Tx) error {
		record := func(oid id.Organization, kind audit.Kind, object string, detail map[string]string) error {
			return tx.Record(m.ctx, m.key, store.Change{Entry: audit.Entry{Stream: live.Of(oid), Kind: kind, Object: object, Detail: detail,
				Actor: audit.Actor{Kind: audit.BySystem}}})
		}
		for _, h := range owned {
			o := &service.Owned{ID: newID[id.Service](tx), Org: m.orgs[h.reference], Kind: h.kind, Name: h.name, Product: h.product, State: h.state, Key: h.name}
			if h.renews != 0 {
				o.RenewsOn = day(h.renews)
			}
			if h.ends != 0 {
				o.EndsOn = day(h.ends)
			}
			if err := tx.AddService(m.ctx, o); err != nil {
				return fmt.Errorf("service %s: %w", h.name, err)
			}
			if err := record(o.Org, audit.ServiceCreated, string(o.ID), map[string]string{"name": o.Name, "owned": string(o.Kind), "key": o.Key}); err != nil {
				return err
			}
		}
		for i, v := range []invoice.Invoice{
			{IssuedOn: day(-130), DueOn: day(-100), Amount: 118_800, State: invoice.Paid, PaidOn: day(-104)},
			{IssuedOn: day(-100), DueOn: day(-70), Amount: 118_800, State: invoice.Paid, PaidOn: day(-71)},
			{IssuedOn: day(-70), DueOn: day(-40), Amount: 121_050, State: invoice.Void},
			{IssuedOn: day(-68), DueOn: day(-38), Amount: 118_800, State: invoice.Open},
			{IssuedOn: day(-40), DueOn: day(-10), Amount: 118_800, State: invoice.Paid, PaidOn: day(-12)},
			{IssuedOn: day(-9), DueOn: day(21), Amount: 132_480, State: invoice.Open},
			{IssuedOn: day(-6), DueOn: day(24), Amount: -4_500, State: invoice.Open},
		} {
			v.ID, v.Org, v.Number, v.Currency = newID[id.Invoice](tx), m.orgs["20418"], fmt.Sprintf("R-%d", 20260+i), "EUR"
			v.PaymentURL = "https://pay.northwind.example/" + v.Number
			v.Lines = []invoice.Line{{Text: "Managed hosting", Amount: v.Amount - v.Amount/4}, {Text: "SIP trunks", Amount: v.Amount / 4}}
			if err := tx.AddInvoice(m.ctx, &v); err != nil {
				return fmt.Errorf("invoice %s: %w", v.Number, err)
			}
			if err := record(v.Org, audit.InvoiceCreated, string(v.ID), map[string]string{"name": v.Number, "amount": invoice.Money(i18n.EN, v.Amount, v.Currency)}); err != nil {
				return err
			}
		}
		return nil
	})
}

// assigned: Acme has said who gets mail about what.
func (m *making) assigned() error {
	m.at(5, 50)
	marie, err := m.signIn(api.AsCustomer, "marie"+domain)
	if err != nil {
		return err
	}
	acme := api.Org{Org: m.orgs["20418"]}
	list, err := act(m, api.ListServices, marie, api.ServicesIn{Org: acme, ServiceFilter: api.ServiceFilter{Limit: 50}}, m.svc.ListServices)
	if err != nil {
		return err
	}
	people, err := act(m, api.ListCandidates, marie, api.CandidatesIn{Org: acme, Limit: 50}, m.svc.ListCandidates)
	if err != nil {
		return err
	}
	for _, a := range []struct {
		service string
		role    service.Role
		name    string
	}{
		{"web-01.acme.example", service.Support, "Camille Roy"}, {"web-02.acme.example", service.Support, "Camille Roy"},
		{"web-01.acme.example", service.Billing, "Elena Rossi"}, {"SIP trunk Nantes", service.Support, jonas}, {"mail.acme.example", service.Support, "Hugo Petit"},
	} {
		for i := range list.Services {
			s := &list.Services[i]
			if s.Name != a.service {
				continue
			}
			in := api.AssignIn{ServiceIn: api.ServiceIn{Org: acme, Service: s.ID}}
			in.Body.Role, in.Body.Version = a.role, s.Version
			for _, c := range people.Contacts {
				if c.Name == a.name {
					in.Body.Contact = c.ID
				}
			}
			row, err := act(m, api.AssignServiceContact, marie, in, m.svc.AssignServiceContact)
			if err != nil {
				return err
			}
			*s = row
		}
	}
	m.services = map[string]id.Service{}
	for _, s := range list.Services {
		m.services[s.Name] = s.ID
	}
	return nil
}

// canned are the provider's texts for answers.
func (m *making) canned() error {
	m.at(5, 60)
	anna, err := m.signIn(api.AsStaff, agents[2].email)
	if err != nil {
		return err
	}
	for _, b := range []api.CannedBody{
		{Title: "We look into it", BodyEN: "Hello {name},\n\nthank you for writing. We look into it and come back to you here.\n\n{agent}",
			BodyFR: "Bonjour {name},\n\nmerci pour votre message. Nous examinons la question et revenons vers vous ici.\n\n{agent}"},
		{Title: "Please confirm that it works", BodyEN: "Hello {name},\n\nit should work again. Please try, and tell us here if it does not.\n\n{agent}",
			BodyFR: "Bonjour {name},\n\ncela devrait fonctionner à nouveau. Essayez et dites-nous ici si ce n’est pas le cas.\n\n{agent}"},
		{Title: "Only the account holder can ask for this", BodyEN: "Hello {name},\n\nthis has to be asked for by the account holder of {organization}, in the portal.\n\n{agent}",
			BodyFR: "Bonjour {name},\n\ncela doit être demandé par le titulaire du compte de {organization}, dans le portail.\n\n{agent}"},
	} {
		if _, err := act(m, api.CreateCanned, anna, api.CreateCannedIn{Body: b}, m.svc.CreateCanned); err != nil {
			return err
		}
	}
	return nil
}

// says is one message of a demo ticket: minutes after the one before, by whom.
type says struct {
	after time.Duration
	by    string // e-mail
	text  string
	note  bool
}

// tickets are conversations in all states, the newest today.
func (m *making) tickets() error {
	m.at(0, 0)
	for _, k := range []struct {
		reference, service, subject string
		category                    routing.Category
		close                       bool
		hold                        bool
		says                        []says
	}{
		{reference: "20418", service: "web-02.acme.example", subject: "Certificate runs out on Friday", category: routing.Technical, close: true, says: []says{
			{1, "jonas" + domain, "The certificate of web-02 runs out on Friday. Is it renewed by itself?", false},
			{6, "tom" + domain, "It is: the new one was put in place just now and runs for ninety days.", false},
			{3, "jonas" + domain, "Seen it. Thank you!", false},
		}},
		{reference: "20533", service: "", subject: "Facture 2291", category: routing.Financial, says: []says{
			{2, "luc" + domain, "Le montant de la facture 2291 ne correspond pas au contrat. Pouvez-vous vérifier ?", false},
			{9, "sofia" + domain, "Bonjour Luc, vous avez raison : une remise manquait. Un avoir suit. Le montant exact vous convient-il ?", false},
		}},
		{reference: "20418", service: "SIP trunk Nantes", subject: "Calls to +33 9 70 01 44 02 fail", category: routing.Technical, says: []says{
			{2, "marie" + domain, "Since noon, calls to +33 9 70 01 44 02 end after two rings. Outgoing calls work.", false},
			{4, "sofia" + domain, "Thank you, Marie. Does it happen from mobiles, too?", false},
			{5, "tom" + domain, "Looks like the carrier’s route again, see last month.", true},
			{3, "marie" + domain, "Yes, from everywhere. The front desk is not amused.", false},
		}},
		{reference: "20418", service: "mail.acme.example", subject: "Ten more mailboxes", category: routing.Commercial, hold: true, says: []says{
			{2, "jonas" + domain, "We need ten more mailboxes from next month. What would that cost?", false},
			{5, "sofia" + domain, "I have asked our sales team for an offer and come back to you.", false},
		}},
		{reference: "20611", service: "", subject: "Holiday greeting on the front desk line", category: routing.Technical, says: []says{
			{2, "gina" + domain, "How do we put a holiday greeting on the front desk line?", false},
		}},
	} {
		if err := m.converse(k.reference, k.service, k.subject, k.category, k.says, k.close, k.hold); err != nil {
			return fmt.Errorf("ticket %q: %w", k.subject, err)
		}
	}
	return nil
}

func (m *making) converse(reference, about, subject string, c routing.Category, list []says, closes, holds bool) error {
	o := api.Org{Org: m.orgs[reference]}
	var t id.Ticket
	for i, s := range list {
		m.now = m.now.Add(s.after * time.Minute)
		who, staff, err := m.speaker(s.by)
		if err != nil {
			return err
		}
		message := api.MessageBody{ID: id.New[id.Message](m.now, rand.Reader), Text: s.text}
		in := api.TicketIn{Org: o, Ticket: t}
		switch {
		case i == 0:
			open := api.OpenTicketIn{Org: o}
			open.Body.MessageBody, open.Body.Ticket, open.Body.Category, open.Body.Subject = message, id.New[id.Ticket](m.now, rand.Reader), c, subject
			open.Body.Service = m.services[about]
			t = open.Body.Ticket
			_, err = act(m, api.OpenTicket, who, open, m.svc.OpenTicket)
		case s.note:
			_, err = act(m, api.NoteTicket, who, api.NoteIn{TicketIn: in, Body: message}, m.svc.NoteTicket)
		case staff:
			answer := api.StaffReplyIn{TicketIn: in}
			answer.Body.MessageBody = message
			if holds && i == len(list)-1 {
				answer.Body.State = ticket.OnHold
			}
			_, err = act(m, api.ReplyStaffTicket, who, answer, m.svc.ReplyStaffTicket)
		default:
			_, err = act(m, api.ReplyTicket, who, api.ReplyIn{TicketIn: in, Body: message}, m.svc.ReplyTicket)
		}
		if err != nil {
			return err
		}
		if closes && i == len(list)-1 {
			if _, err := act(m, api.CloseTicket, who, in, m.svc.CloseTicket); err != nil {
				return err
			}
		}
	}
	return nil
}

// speaker signs somebody in who says something, and reports whether they are staff.
func (m *making) speaker(email string) (portal.Credential, bool, error) {
	for _, a := range agents {
		if a.email == email && a.rank.AtLeast(org.Agent) {
			cred, err := m.signIn(api.AsStaff, email)
			return cred, true, err
		}
	}
	cred, err := m.signIn(api.AsCustomer, email)
	return cred, false, err
}
