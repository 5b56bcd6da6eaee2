package pages

import (
	"strings"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/perm"
	"countersign/shared/service"
	"countersign/shared/significant"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// cancelDialog asks for the cancellation of a service, which the organization decides as a significant change.
type cancelDialog struct {
	open    bool
	of      api.ServiceRow
	note    string
	problem string
	wrong   string
	busy    bool
}

func (d *cancelDialog) show(of api.ServiceRow) { *d = cancelDialog{open: true, of: of} }

func (d *cancelDialog) typed() []client.Unsent {
	if !d.open {
		return nil
	}
	return []client.Unsent{{Label: ui.T("services.cancel_note"), Text: d.note}}
}

func (d *cancelDialog) render(s *Services) app.UI {
	w := &ui.Dialog{ID: "service-cancel", Open: d.open, Dirty: d.note != "", OnClose: func(app.Context) { *d = cancelDialog{} }}
	if !d.open {
		return w
	}
	w.Title = ui.T("services.cancel_title", "name", d.of.Name)
	w.Body = func() []app.UI {
		text := ui.T("services.cancel_text")
		if s.At.Can(perm.SignificantChangesApprove) {
			text = ui.T("services.cancel_text_own")
		}
		return []app.UI{ui.Stack(slot(formError(d.problem)), app.P().Text(text),
			&ui.Banner{Tone: ui.Warn, Text: ui.T("services.cancel_effect")},
			&ui.Field{ID: "service-cancel-note", Label: ui.T("services.cancel_note"), Hint: ui.T("services.cancel_note_hint"), Kind: ui.Area, Optional: true,
				MaxLength: significant.MaxNote, Value: d.note, Error: d.wrong, OnInput: func(_ app.Context, v string) { d.note, d.wrong = v, "" }})}
	}
	w.Actions = func() []app.UI {
		return []app.UI{&ui.Button{ID: "service-cancel-send", Label: ui.T("services.cancel_send"), Kind: ui.Danger, Submit: true, Busy: d.busy, Disabled: offlineReason(s.At)}}
	}
	w.OnSubmit = func(app.Context) { d.send(s) }
	return w
}

func (d *cancelDialog) send(s *Services) {
	if d.busy || offlineReason(s.At) != "" {
		return
	}
	d.busy, d.problem, d.wrong = true, "", ""
	ep := api.CancelService
	if s.Kind == service.Domain {
		ep = api.CancelDomain
	}
	in := api.CancelServiceIn{ServiceIn: api.ServiceIn{Org: s.At.OrgIn(), Service: d.of.ID}}
	in.Body.Note = strings.TrimSpace(d.note)
	name := d.of.Name
	client.Call(s.ctx, s.At.Session, ep, in, func(ctx app.Context, _ significant.Change, err error) {
		d.busy = false
		s.load(ctx, true)
		if err != nil {
			wrong, problem := formFailure(err, "note")
			d.wrong, d.problem = wrong["note"], problem
			ui.FocusInvalid(ctx)
			return
		}
		*d = cancelDialog{}
		t := ui.Toast{Text: ui.T("services.cancel_asked", "name", name)}
		if s.At.Can(perm.SignificantChangesApprove) {
			href := s.At.Href(pageChanges)
			t.Sticky, t.Action, t.OnAction = true, ui.T("shell.review"), func(app.Context) { s.ctx.Navigate(href) }
		}
		ui.ShowToast(t)
	})
}
