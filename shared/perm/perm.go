// Package perm is the one table of who may do what inside an organization. The server refuses by it and the browser
// hides by it; nothing else decides. Rights of the provider's staff on the provider's own things are in package org.
package perm

import "strings"

// Right is one cell of the permission matrix: a line and an action, written "line.action".
type Right string

// The lines are those of the permission matrix that contacts see, in its order.
const (
	ProfileView   Right = "profile.view" // the page; reveal the account-wide code
	ProfileUpdate Right = "profile.update"

	ContactsView        Right = "contacts.view"
	ContactsCreate      Right = "contacts.create"
	ContactsUpdate      Right = "contacts.update"
	ContactsDelete      Right = "contacts.delete"      // staff only: no contact ever holds it
	ContactsPermissions Right = "contacts.permissions" // edit others' permissions, at most one's own

	MyCodeView   Right = "my_code.view"
	MyCodeUpdate Right = "my_code.update"

	TicketsView   Right = "tickets.view"
	TicketsCreate Right = "tickets.create"
	TicketsUpdate Right = "tickets.update"

	RemoteSupportView    Right = "remote_support.view"
	RemoteSupportCreate  Right = "remote_support.create" // invite support
	RemoteSupportApprove Right = "remote_support.approve"

	SignificantChangesView    Right = "significant_changes.view"
	SignificantChangesApprove Right = "significant_changes.approve"

	ServicesView   Right = "services.view"
	ServicesUpdate Right = "services.update"
	DomainsView    Right = "domains.view"
	DomainsUpdate  Right = "domains.update"

	InvoicesView Right = "invoices.view"
	InvoicesPay  Right = "invoices.pay"

	NumbersView   Right = "numbers.view"
	NumbersCreate Right = "numbers.create"
	NumbersUpdate Right = "numbers.update"
	NumbersDelete Right = "numbers.delete"
	NumbersImport Right = "numbers.import"
	NumbersExport Right = "numbers.export"

	BusinessUnitsView   Right = "business_units.view"
	BusinessUnitsCreate Right = "business_units.create"
	BusinessUnitsUpdate Right = "business_units.update"
	BusinessUnitsDelete Right = "business_units.delete"

	ProgramsView   Right = "programs.view"
	ProgramsCreate Right = "programs.create"
	ProgramsUpdate Right = "programs.update"
	ProgramsDelete Right = "programs.delete"

	AuditView   Right = "audit.view"
	AuditExport Right = "audit.export"

	OwnershipTransfer Right = "ownership.transfer"
)

// rights fixes each right's bit. New ones go at the end of their line; the order is not stored anywhere.
var rights = []Right{
	ProfileView, ProfileUpdate,
	ContactsView, ContactsCreate, ContactsUpdate, ContactsDelete, ContactsPermissions,
	MyCodeView, MyCodeUpdate,
	TicketsView, TicketsCreate, TicketsUpdate,
	RemoteSupportView, RemoteSupportCreate, RemoteSupportApprove,
	SignificantChangesView, SignificantChangesApprove,
	ServicesView, ServicesUpdate, DomainsView, DomainsUpdate,
	InvoicesView, InvoicesPay,
	NumbersView, NumbersCreate, NumbersUpdate, NumbersDelete, NumbersImport, NumbersExport,
	BusinessUnitsView, BusinessUnitsCreate, BusinessUnitsUpdate, BusinessUnitsDelete,
	ProgramsView, ProgramsCreate, ProgramsUpdate, ProgramsDelete,
	AuditView, AuditExport,
	OwnershipTransfer,
}

var bit = func() map[Right]Set {
	m := make(map[Right]Set, len(rights))
	for i, r := range rights {
		m[r] = 1 << i
	}
	return m
}()

// All are the rights of the table, line by line.
func All() []Right { return append([]Right(nil), rights...) }

// Known reports whether r is in the table.
func (r Right) Known() bool { return bit[r] != 0 }

// Line is the part before the dot: the row of the matrix.
func (r Right) Line() string { line, _, _ := strings.Cut(string(r), "."); return line }

func (r Right) isView() bool { return strings.HasSuffix(string(r), ".view") }

// Set is a set of rights. The zero value holds none.
type Set uint64

// Of is the set of the given rights; it panics on one that is not in the table.
func Of(rs ...Right) Set {
	var s Set
	for _, r := range rs {
		b, ok := bit[r]
		if !ok {
			panic("perm: unknown right " + string(r))
		}
		s |= b
	}
	return s
}

// Has reports whether r is in s; a right that is not in the table never is.
func (s Set) Has(r Right) bool { return s&bit[r] != 0 }

// Without is s less the rights of o.
func (s Set) Without(o Set) Set { return s &^ o }

// List gives the rights of s in the order of the table.
func (s Set) List() []Right {
	out := make([]Right, 0, len(rights))
	for _, r := range rights {
		if s.Has(r) {
			out = append(out, r)
		}
	}
	return out
}

// Everything is what the owner may do: the whole table, but for what is left to staff.
func Everything() Set {
	return Of(rights...).Without(Of(ContactsDelete))
}
