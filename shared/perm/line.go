package perm

// Line is a row of the permission matrix as contacts see it. An empty cell is a right that doesn't exist.
type Line struct {
	Key     string // "contacts"; its label is the catalogue entry "perm.line." + Key
	Group   string // "client_profile"; its label is "perm.group." + Group
	View    Right
	Create  Right
	Update  Right
	Delete  Right
	Special []Right // on lines of their own: approve, export, pay
}

// Columns are the line's rights in the order of the columns View, Create, Update, Delete; "" where none exists.
func (l *Line) Columns() [4]Right { return [4]Right{l.View, l.Create, l.Update, l.Delete} }

// Rights are all rights of the line.
func (l *Line) Rights() Set { return lineOf[l.Key] }

// Lines is the permission matrix from top to bottom, lines of a group together. Ownership is not in it: it moves by a
// transfer and is no permission that could be given.
func Lines() []Line {
	return []Line{
		{Key: "profile", Group: "client_profile", View: ProfileView, Update: ProfileUpdate},
		{Key: "contacts", Group: "client_profile", View: ContactsView, Create: ContactsCreate, Update: ContactsUpdate, Delete: ContactsDelete,
			Special: []Right{ContactsPermissions}},
		{Key: "my_code", Group: "client_profile", View: MyCodeView, Update: MyCodeUpdate},
		{Key: "tickets", Group: "support", View: TicketsView, Create: TicketsCreate, Update: TicketsUpdate},
		{Key: "remote_support", Group: "support", View: RemoteSupportView, Create: RemoteSupportCreate, Special: []Right{RemoteSupportApprove}},
		{Key: "significant_changes", Group: "support", View: SignificantChangesView, Special: []Right{SignificantChangesApprove}},
		{Key: "services", Group: "services", View: ServicesView, Update: ServicesUpdate},
		{Key: "domains", Group: "services", View: DomainsView, Update: DomainsUpdate},
		{Key: "invoices", Group: "billing", View: InvoicesView, Special: []Right{InvoicesPay}},
		{Key: "numbers", Group: "phone_numbers", View: NumbersView, Create: NumbersCreate, Update: NumbersUpdate, Delete: NumbersDelete,
			Special: []Right{NumbersImport, NumbersExport}},
		{Key: "business_units", Group: "phone_numbers", View: BusinessUnitsView, Create: BusinessUnitsCreate, Update: BusinessUnitsUpdate, Delete: BusinessUnitsDelete},
		{Key: "programs", Group: "phone_numbers", View: ProgramsView, Create: ProgramsCreate, Update: ProgramsUpdate, Delete: ProgramsDelete},
		{Key: "audit", Group: "account", View: AuditView, Special: []Right{AuditExport}},
	}
}

// Grantable reports whether a contact can be given the right at all: deletion of contacts stays with staff, ownership
// moves by a transfer.
func (r Right) Grantable() bool { return r.Known() && !neverGiven.Has(r) }

var neverGiven = Of(ContactsDelete, OwnershipTransfer)

// View is the right to see the line that r is on; r itself when it is that right.
func (r Right) View() Right { return Right(r.Line() + ".view") }

// Origin says where an effective result comes from.
type Origin string

const (
	FromRole    Origin = "role"        // allowed by a role
	Here        Origin = "here"        // allowed by the contact's own cell
	Implied     Origin = "implied"     // view: allowed, because another action of the line is
	DeniedHere  Origin = "denied_here" // denied by the contact's own cell
	DeniedView  Origin = "denied_view" // denied, because the view of the line is
	NotGranted  Origin = "not_granted" // by no role and no cell
	NeverGiven  Origin = "never_given" // left to staff, or to the owner alone
	FromOwner   Origin = "owner"       // the owner may everything
	Deactivated Origin = "deactivated" // the contact may nothing at all
)

// Reason is the effective result of one right with its origin.
type Reason struct {
	Allowed bool
	Origin  Origin
	Role    Role  // FromRole: the first of the roles that allows it; Implied: the role, if one does
	Of      Right // Implied: the right that brings the view along
}

// Explain says what Effective makes of one right, and why.
func Explain(roles []Role, cells Overrides, r Right) Reason {
	if !r.Grantable() {
		return Reason{Origin: NeverGiven}
	}
	switch {
	case cells[r] == Deny:
		return Reason{Origin: DeniedHere}
	case cells[r.View()] == Deny:
		return Reason{Origin: DeniedView}
	case !Effective(roles, cells).Has(r):
		return Reason{Origin: NotGranted}
	case cells[r] == Allow:
		return Reason{Allowed: true, Origin: Here}
	}
	for _, role := range roles {
		if roleRights[role].Has(r) {
			return Reason{Allowed: true, Origin: FromRole, Role: role}
		}
	}
	// What is left is a view that another action of its line brings along.
	reason := Reason{Allowed: true, Origin: Implied}
	for _, other := range (lineOf[r.Line()] & Effective(roles, cells)).List() {
		if other != r {
			reason.Of = other
			break
		}
	}
	return reason
}

// Rights are what the role permits by itself.
func (r Role) Rights() Set { return roleRights[r] }

// Clean keeps of cells what can be stored: known rights that can be given, with Allow or Deny. It reports the first
// that can't, "" when all can.
func (o Overrides) Clean() (Overrides, Right) {
	out := make(Overrides, len(o))
	for _, r := range rights { // in order, so that the same wrong input names the same right
		switch c, ok := o[r]; {
		case !ok || c == Inherit:
		case !r.Grantable() || c != Allow && c != Deny:
			return nil, r
		default:
			out[r] = c
		}
	}
	for r := range o {
		if !r.Known() {
			return nil, r
		}
	}
	return out, ""
}
