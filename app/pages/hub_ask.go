package pages

import (
	"strings"
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/access"
	"countersign/shared/api"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// askDialog is "Request Access": Select Duration, Note for approver, Submit (R04).
type askDialog struct {
	open    bool
	found   *api.Found
	length  length
	note    string
	wrong   string // about the note
	busy    bool
	problem string
}

func (d *askDialog) show(f *api.Found) {
	d.open, d.found, d.problem, d.wrong = true, f, "", ""
	d.length.set(min(int(access.Durations()[0]/time.Minute), f.MaximumMinutes))
}

func (d *askDialog) render(p *hubPage) app.UI {
	lead := ""
	if d.found != nil {
		lead = ui.T("hub.request_lead", "organization", d.found.Name, "owner", d.found.OwnerName)
	}
	return &ui.Dialog{ID: "request-access", Open: d.open, Title: ui.T("hub.request"), Lead: lead, Dirty: d.note != "",
		OnClose:  func(app.Context) { d.open, d.note = false, "" },
		OnSubmit: func(ctx app.Context) { d.send(ctx, p) },
		Body: func() []app.UI {
			return []app.UI{
				slot(formError(d.problem)),
				d.length.render(lengthField{ID: "request-duration", Label: ui.T("remote.select_duration"), Maximum: d.found.MaximumMinutes,
					Hint: ui.T("hub.maximum", "time", span(minutes(d.found.MaximumMinutes)))}),
				&ui.Field{ID: "request-note", Label: ui.T("hub.note"), Kind: ui.Area, Rows: 3, Optional: true, MaxLength: access.NoteAtMost, Value: d.note,
					Hint: ui.T("hub.note_hint"), Error: d.wrong, OnInput: func(_ app.Context, v string) { d.note, d.wrong = v, "" }},
			}
		},
		Actions: func() []app.UI {
			return []app.UI{&ui.Button{ID: "request-send", Label: ui.T("hub.submit"), Kind: ui.Primary, Submit: true, Busy: d.busy, Disabled: offlineReason(p.At)}}
		}}
}

func (d *askDialog) send(ctx app.Context, p *hubPage) {
	if d.busy || offlineReason(p.At) != "" {
		return
	}
	if !d.length.valid(d.found.MaximumMinutes) {
		ui.FocusInvalid(ctx)
		return
	}
	d.busy, d.problem = true, ""
	in := api.AskIn{Org: api.Org{Org: d.found.ID}}
	in.Body.Minutes, in.Body.Note = d.length.minutes, strings.TrimSpace(d.note)
	client.Call(p.ctx, p.At.Session, api.RequestAccess, in, func(ctx app.Context, r access.Request, err error) {
		d.busy = false
		if err != nil {
			fields, general := formFailure(err, "minutes", "note")
			d.length.problem, d.wrong, d.problem = fields["minutes"], fields["note"], general
			ui.FocusInvalid(ctx)
			p.load(ctx, true)
			return
		}
		d.open, d.note = false, ""
		ui.ShowToast(ui.Toast{Text: ui.T("hub.requested", "organization", d.found.Name, "phrase", r.Phrase)})
		p.load(ctx, true)
	})
}

// reasonDialog is the entry into an organization that the provider manages: no request, but a reason (R03).
type reasonDialog struct {
	open    bool
	found   *api.Found
	reason  string
	wrong   string // about the reason
	busy    bool
	problem string
}

func (d *reasonDialog) show(f *api.Found) { d.open, d.found, d.problem, d.wrong = true, f, "", "" }

func (d *reasonDialog) render(p *hubPage) app.UI {
	lead := ""
	if d.found != nil {
		lead = ui.T("hub.enter_lead", "organization", d.found.Name)
	}
	return &ui.Dialog{ID: "enter-managed", Open: d.open, Title: ui.T("hub.enter"), Lead: lead, Dirty: d.reason != "",
		OnClose:  func(app.Context) { d.open, d.reason = false, "" },
		OnSubmit: func(ctx app.Context) { d.send(ctx, p) },
		Body: func() []app.UI {
			return []app.UI{slot(formError(d.problem)),
				&ui.Field{ID: "enter-reason", Label: ui.T("hub.reason"), Hint: ui.T("hub.reason_hint"), Kind: ui.Area, Rows: 3, Required: true,
					MaxLength: access.NoteAtMost, Value: d.reason, Error: d.wrong, OnInput: func(_ app.Context, v string) { d.reason, d.wrong = v, "" }}}
		},
		Actions: func() []app.UI {
			return []app.UI{&ui.Button{ID: "enter-send", Label: ui.T("hub.enter"), Icon: ui.IconLogIn, Kind: ui.Primary, Submit: true, Busy: d.busy, Disabled: offlineReason(p.At)}}
		}}
}

func (d *reasonDialog) send(ctx app.Context, p *hubPage) {
	if d.busy || offlineReason(p.At) != "" {
		return
	}
	if strings.TrimSpace(d.reason) == "" {
		d.wrong = ui.T("access.error.reason_needed")
		ui.FocusInvalid(ctx)
		return
	}
	d.busy, d.problem = true, ""
	in := api.EnterManagedIn{Org: api.Org{Org: d.found.ID}}
	in.Body.Reason = strings.TrimSpace(d.reason)
	client.Call(p.ctx, p.At.Session, api.EnterManaged, in, func(ctx app.Context, out api.Entered, err error) {
		d.busy = false
		if err != nil {
			fields, general := formFailure(err, "reason")
			d.wrong, d.problem = fields["reason"], general
			ui.FocusInvalid(ctx)
			p.load(ctx, true)
			return
		}
		d.open, d.reason = false, ""
		entered(ctx, out)
	})
}
