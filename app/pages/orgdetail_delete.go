package pages

import (
	"strings"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// deletionReason bounds the reason, which the record keeps.
const deletionReason = 500

// contactDeletion asks for the reason and says what stops before a contact is deleted for good (K09).
type contactDeletion struct {
	of     *api.ContactRow
	reason string
	wrong  string
	err    string
	busy   bool
}

func (d *contactDeletion) show(c *api.ContactRow) { *d = contactDeletion{of: c} }

func (d *contactDeletion) typed() []client.Unsent {
	return []client.Unsent{{Label: ui.T("orgpage.reason"), Text: d.reason}}
}

func (d *contactDeletion) render(o *OrganizationPage) app.UI {
	dialog := &ui.Dialog{ID: "contact-delete", Open: d.of != nil, Alert: true, Dirty: d.reason != "", OnClose: func(app.Context) { *d = contactDeletion{} }}
	if d.of == nil {
		return dialog
	}
	dialog.Title = ui.T("orgdetail.delete_title", "name", d.of.Name)
	dialog.Body = func() []app.UI {
		return []app.UI{ui.Stack(
			slot(formError(d.err)),
			app.P().Text(ui.T("orgdetail.delete_text", "name", d.of.Name)),
			ui.Hint(ui.T("orgdetail.delete_keeps")),
			&ui.Field{ID: "delete-reason", Label: ui.T("orgpage.reason"), Hint: ui.T("orgpage.reason_hint"), Kind: ui.Area, Rows: 3, Required: true,
				MaxLength: deletionReason, Value: d.reason, Error: d.wrong, OnInput: func(_ app.Context, v string) { d.reason, d.wrong = v, "" }},
		)}
	}
	dialog.Actions = func() []app.UI {
		return []app.UI{&ui.Button{ID: "delete-send", Label: ui.T("orgdetail.delete_act"), Icon: ui.IconTrash, Kind: ui.Danger, Submit: true, Busy: d.busy,
			Disabled: offlineReason(o.At)}}
	}
	dialog.OnSubmit = func(ctx app.Context) { d.send(ctx, o) }
	return dialog
}

func (d *contactDeletion) send(ctx app.Context, o *OrganizationPage) {
	if d.busy || offlineReason(o.At) != "" {
		return
	}
	d.wrong, d.err = "", ""
	in := api.DeleteContactIn{ContactIn: api.ContactIn{Org: api.Org{Org: o.of}, Contact: d.of.ID}}
	if in.Body.Reason = strings.TrimSpace(d.reason); in.Body.Reason == "" {
		d.wrong = ui.T("orgpage.reason_needed")
		ui.FocusInvalid(ctx)
		return
	}
	d.busy = true
	client.Call(o.ctx, o.At.Session, api.DeleteContact, in, func(ctx app.Context, _ api.None, err error) {
		d.busy = false
		if err != nil {
			fields, general := formFailure(err, "reason")
			d.wrong, d.err = fields["reason"], general
			ui.FocusInvalid(ctx)
			return
		}
		ui.ShowToast(ui.Toast{Text: ui.T("orgdetail.deleted", "name", d.of.Name)})
		*d = contactDeletion{}
		o.load(ctx, true)
	})
}
