package pages

import (
	"countersign/app/ui"
	"countersign/shared/contact"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// galleryContact has a cell of every origin in its open groups.
type galleryContact struct {
	of    contact.Contact
	state permissionsTab
	owner contact.Contact
	told  permissionsTab
}

func newGalleryContact() galleryContact {
	return galleryContact{
		of: contact.Contact{Active: true, Access: true, Roles: []perm.Role{perm.Tickets, perm.Billing}, Overrides: perm.Overrides{
			perm.ProfileView: perm.Allow, perm.ContactsUpdate: perm.Allow, perm.TicketsView: perm.Deny, perm.ServicesView: perm.Deny,
		}},
		state: permissionsTab{open: map[string]bool{"client_profile": true, "support": true}, notes: map[perm.Right]string{
			perm.TicketsView: ui.T("perm.note.denies_line"), perm.SignificantChangesApprove: ui.T("contact.guard.you_lack")}},
		owner: contact.Contact{Active: true, Access: true, Owner: true},
		told:  permissionsTab{open: map[string]bool{"billing": true}},
	}
}

func (g *Gallery) permissions() app.UI {
	c := &g.contact
	edited := permissionMatrix{Contact: &c.of, State: &c.state, OnChange: func(_ app.Context, r perm.Right, cell perm.Cell) {
		c.of.Overrides[r] = cell
		c.state.notes = nil
	}}
	told := permissionMatrix{Contact: &c.owner, State: &c.told, Prefix: "told-", Fixed: ui.T("contact.guard.owner_permissions")}
	return section("permissions", "Permissions", "Autorisations", edited.render(), told.render())
}
