package pages

import (
	"countersign/app/client"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/routing"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// showStaff opens the dialog of an organization for staff.
func (d *recipientsDialog) showStaff(ctx app.Context, at client.Seat, of id.Organization) {
	*d = recipientsDialog{ctx: ctx, at: at, org: of, open: true, category: routing.Technical, answers: api.GetStaffRecipients}
	load(ctx, at, &d.services, api.ListStaffServices, api.StaffServicesIn{Org: api.Org{Org: of}, ServiceFilter: api.ServiceFilter{Limit: 200}}, false)
	d.ask()
}
