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

// inviteDialog lets support in unasked (R12).
type inviteDialog struct {
	open    bool
	maximum int
	length  length
	note    string
	busy    bool
	problem string
	wrong   string // about the note
}

func (d *inviteDialog) show(maximum int) {
	d.open, d.maximum, d.problem, d.wrong = true, maximum, "", ""
	d.length.set(min(int(access.Durations()[0]/time.Minute), maximum))
}

func (d *inviteDialog) render(p *remotePage) app.UI {
	return &ui.Dialog{ID: "invite", Open: d.open, Title: ui.T("remote.invite_title"), Lead: ui.T("remote.invite_lead"), Dirty: d.note != "",
		OnClose:  func(app.Context) { d.open, d.note = false, "" },
		OnSubmit: func(ctx app.Context) { d.send(ctx, p) },
		Body: func() []app.UI {
			body := []app.UI{
				slot(formError(d.problem)),
				d.length.render(lengthField{ID: "invite-duration", Label: ui.T("remote.select_duration"), Maximum: d.maximum}),
				&ui.Field{ID: "invite-note", Label: ui.T("remote.invite_note"), Kind: ui.Area, Rows: 3, Optional: true, MaxLength: access.NoteAtMost,
					Value: d.note, Error: d.wrong, OnInput: func(_ app.Context, v string) { d.note, d.wrong = v, "" }},
			}
			if d.length.minutes > 0 {
				body = append(body, ui.Hint(ui.T("remote.will_end", "when", momentInText(ui.ServerNow().Add(minutes(d.length.minutes))))+" "+ui.T("remote.revocable")))
			}
			return body
		},
		Actions: func() []app.UI {
			return []app.UI{&ui.Button{ID: "invite-send", Label: ui.T("remote.invite_for", "time", d.length.text()), Kind: ui.Primary, Submit: true, Busy: d.busy,
				Disabled: p.cannot()}}
		}}
}

func (d *inviteDialog) send(ctx app.Context, p *remotePage) {
	if d.busy || p.cannot() != "" {
		return
	}
	if !d.length.valid(d.maximum) {
		ui.FocusInvalid(ctx)
		return
	}
	d.busy, d.problem = true, ""
	in := api.InviteIn{Org: p.At.OrgIn()}
	in.Body.Minutes, in.Body.Note = d.length.minutes, strings.TrimSpace(d.note)
	client.Call(p.ctx, p.At.Session, api.InviteSupport, in, func(ctx app.Context, out access.Request, err error) {
		d.busy = false
		if err != nil {
			fields, general := formFailure(err, "minutes", "note")
			d.length.problem, d.wrong, d.problem = fields["minutes"], fields["note"], general
			ui.FocusInvalid(ctx)
			return
		}
		d.open, d.note = false, ""
		ui.ShowToast(ui.Toast{Text: ui.T("remote.invited", "until", until(out.EndsAt))})
		p.acted(ctx, "inside")
	})
}
