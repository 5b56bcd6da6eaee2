package portal

import (
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/routing"
	"countersign/shared/service"
)

// Services and domains with the contacts assigned to them (S01, S04).

// ListServices is a page of the organization's services.
func (s *Service) ListServices(tx *Tx, in *api.ServicesIn) (api.Services, error) {
	return tx.servicePage(in.Org.Org, service.Service, &in.ServiceFilter)
}

// ListDomains is a page of the organization's domains.
func (s *Service) ListDomains(tx *Tx, in *api.ServicesIn) (api.Services, error) {
	return tx.servicePage(in.Org.Org, service.Domain, &in.ServiceFilter)
}

// ListStaffServices is a page of services, domains or both for staff.
func (s *Service) ListStaffServices(tx *Tx, in *api.StaffServicesIn) (api.Services, error) {
	if in.Kind != "" && in.Kind != service.Service && in.Kind != service.Domain {
		return api.Services{}, errs.BadField("query.kind", "error.invalid")
	}
	if _, err := tx.Organization(tx, in.Org.Org); err != nil {
		return api.Services{}, err
	}
	return tx.servicePage(in.Org.Org, in.Kind, &in.ServiceFilter)
}

func (tx *Tx) servicePage(oid id.Organization, k service.Kind, f *api.ServiceFilter) (api.Services, error) {
	q := store.ServiceQuery{Kind: k, Text: f.Query, State: f.State, Contact: f.Contact, After: id.Service(f.After), Limit: f.Limit + 1} // one more tells whether there is more
	switch {
	case f.State != "" && !f.State.Known():
		return api.Services{}, errs.BadField("query.state", "error.invalid")
	case f.After != "" && !id.Valid(q.After):
		return api.Services{}, errs.BadField("query.after", "error.invalid")
	}
	rows, total, err := tx.Tx.ListServices(tx, oid, q)
	if err != nil {
		return api.Services{}, err
	}
	out := api.Services{Total: total}
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		out.Next = string(rows[f.Limit-1].ID)
	}
	out.Services, err = tx.serviceRows(oid, rows)
	return out, err
}

// serviceRows adds to services who is assigned to them, and whether mail reaches those.
func (tx *Tx) serviceRows(oid id.Organization, rows []store.ServiceRow) ([]api.ServiceRow, error) {
	var ids []id.Contact
	for i := range rows {
		for _, c := range []id.Contact{rows[i].Support, rows[i].Billing} {
			if c != "" {
				ids = append(ids, c)
			}
		}
	}
	contacts, err := tx.ContactsByID(tx, oid, ids...)
	if err != nil {
		return nil, err
	}
	by := map[id.Contact]*contact.Contact{}
	for i := range contacts {
		by[contacts[i].ID] = &contacts[i]
	}
	assigned := func(o *service.Owned, r service.Role) *api.AssignedContact {
		c := by[o.Assigned(r)]
		if c == nil {
			return nil
		}
		return &api.AssignedContact{Contact: c.ID, Name: c.Name, Active: c.Active, Mail: routing.Reaches(r.Category(), c)}
	}
	out := make([]api.ServiceRow, 0, len(rows))
	for i := range rows {
		o := &rows[i].Owned
		row := api.ServiceRow{Owned: *o, Support: assigned(o, service.Support), Billing: assigned(o, service.Billing)}
		if w := rows[i].Waiting; w != nil {
			row.Cancellation = &api.WaitingCancellation{Change: w.Change, By: w.ByName, Mine: tx.Contact != nil && tx.Contact.ID == w.By, LapsesAt: w.LapsesAt}
		}
		out = append(out, row)
	}
	return out, nil
}

// serviceRow is one service as lists show it.
func (tx *Tx) serviceRow(o *service.Owned) (api.ServiceRow, error) {
	row, err := tx.Tx.ServiceRow(tx, o.Org, o.ID)
	if err != nil {
		return api.ServiceRow{}, err
	}
	rows, err := tx.serviceRows(o.Org, []store.ServiceRow{row})
	if err != nil {
		return api.ServiceRow{}, err
	}
	return rows[0], nil
}

// ListCandidates are the contacts who can be assigned, with whether mail would reach them. Who may assign needs their names
// even without the right to see the contacts themselves.
func (s *Service) ListCandidates(tx *Tx, in *api.CandidatesIn) (api.Candidates, error) {
	if !tx.Rights.Has(service.Service.Update()) && !tx.Rights.Has(service.Domain.Update()) {
		return api.Candidates{}, forbidden()
	}
	if in.After != "" && !id.Valid(id.Contact(in.After)) {
		return api.Candidates{}, errs.BadField("query.after", "error.invalid")
	}
	rows, _, err := tx.Tx.ListContacts(tx, in.Org.Org, store.ContactQuery{Text: in.Query, After: id.Contact(in.After), Limit: in.Limit + 1})
	if err != nil {
		return api.Candidates{}, err
	}
	out := api.Candidates{Contacts: make([]api.Candidate, 0, len(rows))}
	if len(rows) > in.Limit {
		rows = rows[:in.Limit]
		out.Next = string(rows[in.Limit-1].ID)
	}
	for i := range rows {
		c := &rows[i].Contact
		out.Contacts = append(out.Contacts, api.Candidate{ID: c.ID, Name: c.Name, Company: c.Company, Type: c.Type, Active: c.Active,
			Authority: c.Owner || c.PhoneChatAuthority, Support: routing.Reaches(routing.Technical, c), Billing: routing.Reaches(routing.Financial, c)})
	}
	return out, nil
}

// AssignServiceContact puts a contact into a role of a service, or nobody.
func (s *Service) AssignServiceContact(tx *Tx, in *api.AssignIn) (api.ServiceRow, error) {
	return tx.assign(service.Service, in)
}

// AssignDomainContact is AssignServiceContact for domains.
func (s *Service) AssignDomainContact(tx *Tx, in *api.AssignIn) (api.ServiceRow, error) {
	return tx.assign(service.Domain, in)
}

// owned is the service or domain that a path names.
func (tx *Tx) owned(k service.Kind, in *api.ServiceIn) (*service.Owned, error) {
	o, err := tx.Tx.Service(tx, in.Org.Org, in.Service)
	if err == nil && o.Kind != k {
		return nil, notFound()
	}
	return o, err
}

func (tx *Tx) assign(k service.Kind, in *api.AssignIn) (api.ServiceRow, error) {
	o, err := tx.owned(k, &in.ServiceIn)
	if err != nil {
		return api.ServiceRow{}, err
	}
	role := in.Body.Role
	before := o.Assigned(role)
	if before == in.Body.Contact {
		return tx.serviceRow(o)
	}
	if o.Version != in.Body.Version {
		return api.ServiceRow{}, changedElsewhere()
	}
	var c *contact.Contact
	if in.Body.Contact != "" {
		if c, err = tx.ContactByID(tx, o.Org, in.Body.Contact); err != nil {
			return api.ServiceRow{}, notThere(err, "contact")
		}
	}
	if err := o.Assign(role, in.Body.Contact); err != nil {
		return api.ServiceRow{}, err
	}
	if err := tx.SaveService(tx, o); err != nil {
		return api.ServiceRow{}, err
	}
	if err := tx.recordAssignment(o, role, before, c); err != nil {
		return api.ServiceRow{}, err
	}
	return tx.serviceRow(o)
}

// recordAssignment writes down who is assigned now and who was, and tells both of them and the owner.
func (tx *Tx) recordAssignment(o *service.Owned, r service.Role, before id.Contact, now *contact.Contact) error {
	detail := map[string]string{"name": o.Name, "role": string(r)}
	was, err := tx.ContactByID(tx, o.Org, before)
	switch {
	case errs.Is(err, errs.NotFound):
		was = nil
	case err != nil:
		return err
	default:
		detail["from"] = was.Name
	}
	kind := audit.ServiceUnassigned
	if now != nil {
		kind, detail["to"] = audit.ServiceAssigned, now.Name
	}
	mails, err := tx.assignmentMails(o, r, was, now)
	if err != nil {
		return err
	}
	return tx.record(change{stream: live.Of(o.Org), kind: kind, object: string(o.ID), detail: detail, mails: mails,
		pokes: both(live.Services, o.Org, string(o.ID))})
}
