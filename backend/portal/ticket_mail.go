package portal

import (
	"countersign/backend/store"
	"countersign/shared/contact"
	"countersign/shared/org"
	"countersign/shared/service"
	"countersign/shared/significant"
	"countersign/shared/ticket"
)

func (tx *Tx) ticketMails(*org.Organization, *ticket.Ticket, *ticket.Message) ([]store.Mail, error) {
	return nil, nil
}
func (tx *Tx) assignedMail(*org.Organization, *ticket.Ticket) ([]store.Mail, error) { return nil, nil }
func (tx *Tx) assignmentMails(*service.Owned, service.Role, *contact.Contact, *contact.Contact) ([]store.Mail, error) {
	return nil, nil
}
func (tx *Tx) cancellationAsked(*org.Organization, *significant.Change) ([]store.Mail, error) {
	return nil, nil
}
func (tx *Tx) cancellationDecided(*org.Organization, *significant.Change, *contact.Contact) ([]store.Mail, error) {
	return nil, nil
}
