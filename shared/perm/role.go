package perm

// Role is a named bundle of rights that a contact holds in addition to others; roles only add.
type Role string

const (
	Admin           Role = "admin"            // "Manage Account (Admin)"
	Tickets         Role = "tickets"          // "Manage tickets"
	Services        Role = "services"         // "Manage subscriptions/services"
	Billing         Role = "billing"          // "Billing administrator"
	NumberManager   Role = "number_manager"   //
	SupportApprover Role = "support_approver" //
	ReadOnly        Role = "read_only"        // sees everything but codes
)

// Roles are all roles in the order in which people see them.
func Roles() []Role {
	return []Role{Admin, Tickets, Services, Billing, NumberManager, SupportApprover, ReadOnly}
}

// Known reports whether r is a role of the table.
func (r Role) Known() bool { return roleRights[r] != 0 }

var approvals = Of(RemoteSupportApprove, SignificantChangesApprove)

var myCode = Of(MyCodeView, MyCodeUpdate)

var roleRights = map[Role]Set{
	Admin:    Everything().Without(approvals | Of(OwnershipTransfer)),
	Tickets:  Of(TicketsView, TicketsCreate, TicketsUpdate) | myCode,
	Services: Of(ServicesView, ServicesUpdate, DomainsView, DomainsUpdate) | myCode,
	Billing:  Of(InvoicesView, InvoicesPay) | myCode,
	NumberManager: Of(NumbersView, NumbersCreate, NumbersUpdate, NumbersDelete, NumbersImport, NumbersExport,
		BusinessUnitsView, BusinessUnitsCreate, BusinessUnitsUpdate, BusinessUnitsDelete,
		ProgramsView, ProgramsCreate, ProgramsUpdate, ProgramsDelete),
	SupportApprover: approvals | Of(RemoteSupportView, RemoteSupportCreate, SignificantChangesView),
	ReadOnly: Of(ContactsView, TicketsView, RemoteSupportView, SignificantChangesView, ServicesView, DomainsView,
		InvoicesView, NumbersView, BusinessUnitsView, ProgramsView, AuditView),
}

// Cell is what a contact's own permission tab says of one right. The zero value inherits from the roles.
type Cell string

const (
	Inherit Cell = ""
	Allow   Cell = "allow"
	Deny    Cell = "deny"
)

// Overrides are the cells of a contact that do not inherit.
type Overrides map[Right]Cell

// Effective is what roles and overrides together permit: any deny → no, else any allow → yes, else no. Every action
// of a line implies its view, and a denied view denies the line. The owner's rights are Everything, not this.
func Effective(roles []Role, cells Overrides) Set {
	var s, denied Set
	for _, r := range roles {
		s |= roleRights[r]
	}
	for r, c := range cells {
		switch c {
		case Allow:
			s |= bit[r]
		case Deny:
			denied |= bit[r]
		}
	}
	s = s.Without(denied | neverGiven)

	for _, l := range viewed {
		switch {
		case denied&l.view != 0:
			s = s.Without(l.line)
		case s&l.line != 0:
			s |= l.view
		}
	}
	return s
}

var lineOf = func() map[string]Set {
	m := map[string]Set{}
	for _, r := range rights {
		m[r.Line()] |= bit[r]
	}
	return m
}()

// viewed are the lines that have a view, with its bit: looked up at each request, so not by name.
var viewed = func() (list []struct{ view, line Set }) {
	for _, r := range rights {
		if r.isView() {
			list = append(list, struct{ view, line Set }{bit[r], lineOf[r.Line()]})
		}
	}
	return list
}()

// barred is what no support session may do, whatever its role: approvals, codes, ownership, deletion of contacts, the
// permissions of others (they would outlast the session) and inviting support.
var barred = approvals | myCode | Of(OwnershipTransfer, ContactsDelete, ContactsPermissions, RemoteSupportCreate)

// Support is what an agent may do inside an organization, in either role of a support session.
func Support() Set { return Everything().Without(barred) }
