package portal

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"countersign/shared/audit"
	"countersign/shared/event"
	"countersign/shared/id"
	"countersign/shared/live"
)

// What webhooks are told. It comes from the one place where everything is recorded, in the same transaction: whatever is
// recorded of an organization and stands in the table is an event, and nothing else is.

// telling says what an entry of the record becomes.
type telling struct {
	as    event.Type
	about event.About
	safe  []string // of the entry's details, those that leave: never a secret, nor what people wrote to each other
}

// events are the kinds of entries that webhooks are told of. A test demands of every kind that it stands here or among those
// that are kept from them on purpose.
var events = map[audit.Kind]telling{
	audit.ContactCreated:     {as: event.ContactCreated, safe: contactDetails},
	audit.ContactChanged:     {as: event.ContactUpdated, safe: contactDetails},
	audit.ContactPermissions: {as: event.ContactUpdated, safe: contactDetails},
	audit.ContactAccessGiven: {as: event.ContactUpdated, safe: contactDetails},
	audit.ContactAccessTaken: {as: event.ContactUpdated, safe: contactDetails},
	audit.InvitationAccepted: {as: event.ContactUpdated},
	audit.ContactDeactivated: {as: event.ContactDeactivated, safe: contactDetails},
	audit.ContactReactivated: {as: event.ContactReactivated, safe: contactDetails},
	audit.ContactDeleted:     {as: event.ContactDeleted, safe: contactDetails},

	audit.AccessRequested:    {event.ApprovalRequested, event.Access, []string{"minutes"}},
	audit.AccessApproved:     {event.ApprovalDecided, event.Access, []string{"agents", "asked", "minutes", "from", "to"}},
	audit.AccessRejected:     {event.ApprovalDecided, event.Access, []string{"agents"}},
	audit.AccessWithdrawn:    {event.ApprovalDecided, event.Access, []string{"agents", "agent"}},
	audit.AccessLapsed:       {event.ApprovalDecided, event.Access, []string{"agents"}},
	audit.AccessMoreAsked:    {event.ApprovalRequested, event.MoreTime, []string{"minutes"}},
	audit.AccessMoreApproved: {event.ApprovalDecided, event.MoreTime, []string{"agent", "minutes", "asked", "from", "to"}},
	audit.AccessMoreRejected: {event.ApprovalDecided, event.MoreTime, []string{"agent", "asked"}},
	audit.ChangeAsked:        {event.ApprovalRequested, event.Change, changeDetails},
	audit.ChangeApproved:     {event.ApprovalDecided, event.Change, changeDetails},
	audit.ChangeRejected:     {event.ApprovalDecided, event.Change, changeDetails},
	audit.ChangeWithdrawn:    {event.ApprovalDecided, event.Change, changeDetails},
	audit.ChangeLapsed:       {event.ApprovalDecided, event.Change, changeDetails},

	audit.NumberAdded:      {as: event.NumbersChanged, safe: numberDetails},
	audit.NumberChanged:    {as: event.NumbersChanged, safe: numberDetails},
	audit.NumberRemoved:    {as: event.NumbersChanged, safe: numberDetails},
	audit.NumberRestored:   {as: event.NumbersChanged, safe: numberDetails},
	audit.NumbersChanged:   {as: event.NumbersChanged, safe: numberDetails},
	audit.NumbersJobWentOn: {as: event.NumbersChanged, safe: numberDetails},
	audit.NumbersJobEnded:  {as: event.NumbersChanged, safe: numberDetails},
	audit.UnitCreated:      {as: event.NumbersChanged, safe: numberDetails},
	audit.UnitChanged:      {as: event.NumbersChanged, safe: numberDetails},
	audit.UnitDeleted:      {as: event.NumbersChanged, safe: numberDetails},
	audit.ProgramCreated:   {as: event.NumbersChanged, safe: numberDetails},
	audit.ProgramChanged:   {as: event.NumbersChanged, safe: numberDetails},
	audit.ProgramDeleted:   {as: event.NumbersChanged, safe: numberDetails},

	audit.OrganizationCreated:  {as: event.OrganizationCreated, safe: organizationDetails},
	audit.OrganizationChanged:  {as: event.OrganizationUpdated, safe: organizationDetails},
	audit.OrganizationState:    {as: event.OrganizationUpdated, safe: organizationDetails},
	audit.ManagedByChanged:     {as: event.OrganizationUpdated, safe: organizationDetails},
	audit.AccessMaximumChanged: {as: event.OrganizationUpdated, safe: organizationDetails},
	audit.OwnershipTransferred: {as: event.OrganizationUpdated, safe: organizationDetails},

	audit.ServiceCreated:    {as: event.ServiceUpdated, safe: serviceDetails},
	audit.ServiceChanged:    {as: event.ServiceUpdated, safe: serviceDetails},
	audit.ServiceAssigned:   {as: event.ServiceUpdated, safe: serviceDetails},
	audit.ServiceUnassigned: {as: event.ServiceUpdated, safe: serviceDetails},
	audit.CancellationAsked: {event.ApprovalRequested, event.Change, changeDetails},
	audit.CancellationTaken: {event.ApprovalDecided, event.Change, changeDetails},
	audit.InvoiceCreated:    {as: event.InvoiceUpdated, safe: invoiceDetails},
	audit.InvoiceChanged:    {as: event.InvoiceUpdated, safe: invoiceDetails},

	// A note among staff has no event, and neither subject nor text of a ticket leaves.
	audit.TicketOpened:   {as: event.TicketCreated, safe: ticketDetails},
	audit.TicketReplied:  {as: event.TicketReplied, safe: ticketDetails},
	audit.TicketClosed:   {as: event.TicketClosed, safe: ticketDetails},
	audit.TicketReopened: {as: event.TicketReopened, safe: ticketDetails},
	audit.TicketChanged:  {as: event.TicketUpdated, safe: ticketDetails},
	audit.TicketCopies:   {as: event.TicketUpdated, safe: []string{"number"}},
}

var (
	contactDetails = []string{"name", "what", "kind", "type", "renamed", "company", "email", "phone", "locale", "roles", "cells", "ticket_scope", "authority"}
	changeDetails  = []string{"kind", "caller", "agent", "verification", "ticket"}
	numberDetails  = []string{"number", "what", "name", "business_unit", "from", "to", "from.call_purpose", "to.call_purpose", "from.display_name",
		"to.display_name", "from.assignment", "to.assignment", "state"}
	serviceDetails      = []string{"name", "owned", "key", "role", "what", "from", "to", "from.state", "to.state"}
	invoiceDetails      = []string{"name", "amount", "what", "from.state", "to.state"}
	ticketDetails       = []string{"number", "via", "files", "what", "from", "to"}
	organizationDetails = []string{"name", "reference", "managed_by", "what", "from", "to"}
)

// tellWebhooks writes for each active webhook that wants it what a record is to others: an event for each type among its
// entries. Where there are no webhooks that costs a look into an empty table, and nothing at all for what no webhook is told.
func (tx *Tx) tellWebhooks(first *audit.Entry, more []audit.Entry) error {
	if first.Stream == live.Provider || first.Outcome == audit.Refused {
		return nil // the provider's copy of what is in an organization's record; what did not take place
	}
	var some []*audit.Entry
	for i := -1; i < len(more); i++ {
		e := first
		if i >= 0 {
			e = &more[i]
		}
		if _, ok := events[e.Kind]; ok {
			some = append(some, e)
		}
	}
	for len(some) > 0 {
		t := events[some[0].Kind].as
		same := func(e *audit.Entry) bool { return events[e.Kind].as == t }
		hooks, err := tx.Listening(tx, t)
		if err != nil {
			return fmt.Errorf("find the webhooks: %w", err)
		}
		if len(hooks) > 0 {
			var of []*audit.Entry
			for _, e := range some {
				if same(e) {
					of = append(of, e)
				}
			}
			if err := tx.tellOf(t, of, hooks); err != nil {
				return err
			}
		}
		some = slices.DeleteFunc(some, same)
	}
	return nil
}

// tellOf writes one event for entries of one type.
func (tx *Tx) tellOf(t event.Type, entries []*audit.Entry, hooks []id.Webhook) error {
	e := entries[0]
	o, err := tx.Organization(tx, id.Organization(e.Stream))
	if err != nil {
		return err
	}
	d := event.Data{Organization: &event.Organization{ID: o.ID, Reference: o.Reference, Name: o.Name}, Kind: e.Kind}
	if len(entries) == 1 {
		d.ID, d.About = e.Object, events[e.Kind].about
		for _, name := range events[e.Kind].safe {
			if text, ok := e.Detail[name]; ok {
				if d.Detail == nil {
					d.Detail = map[string]string{}
				}
				d.Detail[name] = text
			}
		}
	}
	if slices.ContainsFunc(entries, func(x *audit.Entry) bool { return x.Kind != e.Kind }) {
		d.Kind = audit.NumbersChanged
	}
	if t == event.NumbersChanged {
		d.Counts = countsOf(entries)
	}
	return tx.post(t, d, e.Actor, hooks)
}

// countsOf adds up what entries about numbers tell.
func countsOf(entries []*audit.Entry) *event.Counts {
	var c event.Counts
	for _, e := range entries {
		text, several := e.Detail["applied"]
		if !several {
			c.Applied++
			continue
		}
		applied, _ := strconv.Atoi(text)
		rejected, _ := strconv.Atoi(e.Detail["rejected"])
		c.Applied, c.Rejected = c.Applied+applied, c.Rejected+rejected
	}
	return &c
}

// post writes an event for webhooks and has it sent after the commit.
func (tx *Tx) post(t event.Type, d event.Data, by audit.Actor, hooks []id.Webhook) error {
	now := tx.Now().UTC()
	d.At, d.By = now, event.By{Kind: by.Kind, Name: by.Name}
	payload, err := json.Marshal(event.Event{Type: t, Timestamp: now, Data: d})
	if err != nil {
		return fmt.Errorf("write an event: %w", err)
	}
	ids := make([]id.Delivery, len(hooks))
	for i := range ids {
		ids[i] = newID[id.Delivery](tx)
	}
	if err := tx.TellWebhooks(tx, newID[id.WebhookEvent](tx), t, payload, hooks, ids); err != nil {
		return err
	}
	tx.AfterCommit(tx.svc.Told)
	return nil
}
