package pages

import (
	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// placeRemoval asks before a business unit or a program is deleted. The server refuses one in which something stands.
type placeRemoval struct {
	unit    id.BusinessUnit
	program id.Program
	name    string // "" when nothing is asked
	busy    bool
	problem string
}

// unitInUse says why a business unit can't be deleted and what to do, "" when it can.
func unitInUse(u *api.Unit) string {
	if u.Programs == 0 && u.Numbers == 0 {
		return ""
	}
	return ui.T("place.unit_in_use", "programs", ui.T("place.programs_n", "n", u.Programs), "numbers", ui.T("place.numbers_n", "n", u.Numbers))
}

// programInUse says why a program can't be deleted and what to do, "" when it can.
func programInUse(p *api.Program) string {
	if p.Numbers == 0 {
		return ""
	}
	return ui.T("place.program_in_use", "numbers", ui.T("place.numbers_n", "n", p.Numbers))
}

func (r *placeRemoval) render(p *placeBook) app.UI {
	c := &ui.Confirm{ID: "place-delete", Open: r.name != "", Busy: r.busy, OnClose: func(app.Context) { *r = placeRemoval{} }, OnConfirm: func(app.Context) { r.send(p) }}
	if r.name == "" {
		return c
	}
	c.Title, c.Text = ui.T("place.delete_title", "name", r.name), ui.T("place.delete_unit_text")
	if r.program != "" {
		c.Text = ui.T("place.delete_program_text")
	}
	c.Action = ui.T("place.delete")
	c.Body = func() []app.UI { return []app.UI{slot(formError(r.problem))} }
	return c
}

func (r *placeRemoval) send(p *placeBook) {
	if r.busy {
		return
	}
	if r.problem = offlineReason(p.at); r.problem != "" {
		return
	}
	r.busy = true
	done := func(ctx app.Context, _ api.None, err error) {
		r.busy = false
		if err != nil {
			_, r.problem = formFailure(err)
			p.load(ctx, true)
			return
		}
		ui.ShowToast(ui.Toast{Tone: ui.OK, Text: ui.T("place.deleted", "name", r.name)})
		gone := string(r.unit) + string(r.program)
		*r = placeRemoval{}
		p.note(ctx, ownChange{gone: gone})
	}
	if r.program != "" {
		client.Call(p.ctx, p.at.Session, api.DeleteProgram, api.ProgramIn{Org: p.at.OrgIn(), Program: r.program}, done)
		return
	}
	client.Call(p.ctx, p.at.Session, api.DeleteUnit, api.UnitIn{Org: p.at.OrgIn(), Unit: r.unit}, done)
}
