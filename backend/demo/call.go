package demo

import (
	"fmt"
	"time"

	"countersign/backend/portal"
	"countersign/shared/api"
	"countersign/shared/contact"
	"countersign/shared/id"
	"countersign/shared/perm"
	"countersign/shared/significant"
	"countersign/shared/verification"
)

const jonas = "Jonas Meier"

// others are contacts of Acme that nobody signs in as: a firm, an address for invoices, somebody invited, somebody who
// left.
func (m *making) others() error {
	m.at(5, 5)
	marie, err := m.signIn(api.AsCustomer, "marie"+domain)
	if err != nil {
		return err
	}
	for _, b := range []api.ContactBody{
		{Kind: contact.LegalEntity, Type: contact.WebDesigner, Company: "Studio Nord SARL", Name: "Camille Roy", Email: "studio" + domain,
			Phone: "+33 1 99 00 30 11", Address: contact.Address{Street: "8 rue des Tanneurs", Postcode: "59000", City: "Lille", Country: "FR"},
			Locale: "fr", Active: true, Correspondence: contact.Correspondence{Assistance: contact.Subscription{On: true, Isolated: true}}},
		{Kind: contact.Individual, Type: contact.Accounting, Name: "Elena Rossi", Email: "elena" + domain, Locale: "en", Active: true,
			Correspondence: contact.Correspondence{Financial: contact.Subscription{On: true, Global: true}}},
		{Kind: contact.Individual, Type: contact.Webmaster, Name: "Hugo Petit", Email: "hugo" + domain, Locale: "fr", Active: true, Access: true,
			Roles: []perm.Role{perm.Services}},
	} {
		in := api.CreateContactIn{Org: api.Org{Org: m.orgs["20418"]}, Body: b}
		if _, err := m.svc.CreateContact(m.ctx, marie, &in); err != nil {
			return fmt.Errorf("contact %s: %w", b.Name, err)
		}
		m.now = m.now.Add(time.Minute)
	}
	return nil
}

// codes sets the account-wide code of Acme and the one of Jonas.
func (m *making) codes() error {
	m.at(14, 0)
	acme := api.Org{Org: m.orgs["20418"]}
	marie, err := m.signIn(api.AsCustomer, "marie"+domain)
	if err != nil {
		return err
	}
	profile := api.UpdateProfileIn{Org: acme}
	profile.Body.Phone = companies[0].phone
	profile.Body.Address = contact.Address{Street: "14 quai de la Fosse", Postcode: "44000", City: "Nantes", Country: "FR"}
	profile.Body.Code, profile.Body.Version = &api.CodeBody{Code: AccountCode, Generated: true}, 1
	if _, err := m.svc.UpdateProfile(m.ctx, marie, &profile); err != nil {
		return fmt.Errorf("account-wide code: %w", err)
	}
	m.at(13, 30)
	caller, err := m.signIn(api.AsCustomer, "jonas"+domain)
	if err != nil {
		return err
	}
	own := api.SetMyCodeIn{Org: acme, Body: api.CodeBody{Code: JonasCode, Generated: true}}
	if _, err := m.svc.SetMyCode(m.ctx, caller, &own); err != nil {
		return fmt.Errorf("own code: %w", err)
	}
	return nil
}

// called: Jonas rang, said his code at the second try, and asked for a cancellation, which Marie approved.
func (m *making) called() error {
	m.at(2, 0)
	acme := api.Org{Org: m.orgs["20418"]}
	tom, err := m.signIn(api.AsStaff, agents[1].email)
	if err != nil {
		return err
	}
	who, err := m.contactID(tom, acme, jonas)
	if err != nil {
		return err
	}
	start := api.StartVerificationIn{Org: acme}
	start.Body.Contact, start.Body.Channel, start.Body.Ticket, start.Body.Locale = who, verification.Phone, "4802", "en"
	call, err := act(m, api.StartVerification, tom, start, m.svc.StartVerification)
	if err != nil {
		return err
	}
	in := api.VerificationIn{Org: acme, Verification: call.ID}
	for _, heard := range []string{"mongoose footage metric 42", "mongoose footage matrix forty-two"} {
		m.now = m.now.Add(40 * time.Second)
		check := api.CheckCallerIn{VerificationIn: in}
		check.Body.Heard = heard
		if call, err = m.svc.CheckCaller(m.ctx, tom, &check); err != nil {
			return fmt.Errorf("check the caller: %w", err)
		}
	}
	ask := api.AskChangeIn{VerificationIn: in}
	ask.Body.Kind, ask.Body.Subject, ask.Body.Note = significant.Cancellation, "Cancel the second office line", "Office in Rennes closes at the end of the month."
	asked, err := act(m, api.AskChange, tom, ask, m.svc.AskChange)
	if err != nil {
		return err
	}
	m.at(2, 4)
	marie, err := m.signIn(api.AsCustomer, "marie"+domain)
	if err != nil {
		return err
	}
	decide := api.DecideChangeIn{ChangeIn: api.ChangeIn{Org: acme, Change: asked.ID}}
	decide.Body.Seen = asked.Fingerprint()
	if _, err := act(m, api.ApproveChange, marie, decide, m.svc.ApproveChange); err != nil {
		return err
	}
	m.at(2, 6)
	if tom, err = m.signIn(api.AsStaff, agents[1].email); err != nil {
		return err
	}
	_, err = act(m, api.CloseVerification, tom, in, m.svc.CloseVerification)
	return err
}

// contactID finds a contact by name, as an agent does.
func (m *making) contactID(agent portal.Credential, o api.Org, name string) (id.Contact, error) {
	list, err := act(m, api.ListStaffContacts, agent, api.StaffContactsIn{Org: o, ContactFilter: api.ContactFilter{Query: name, Limit: 1}}, m.svc.ListStaffContacts)
	if err != nil {
		return "", err
	}
	if len(list.Contacts) != 1 {
		return "", fmt.Errorf("there is no contact %s", name)
	}
	return list.Contacts[0].ID, nil
}
