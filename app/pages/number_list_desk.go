package pages

import (
	"countersign/app/client"
	"countersign/app/offline"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/dashboard"
	"countersign/shared/number"
	"countersign/shared/replica"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// listDesk is the copy of the numbers in this browser, as far as lists need it.
type listDesk interface {
	Units() []number.Unit
	Programs() []number.Program
	Purposes() []number.Purpose
	Edit(e replica.NewEdit, done func(replica.Uid, string)) replica.Uid
	Outcome(replica.Uid) *replica.Outcome
	Resolved()
	// all are the numbers with the person's own edits on them; nil while they are not all there.
	all() *dashboard.List
	observe(func()) (stop func())
}

type copyDesk struct{ *offline.Copy }

// openListDesk gives the copy, nil where none is kept.
func openListDesk(at client.Seat) listDesk {
	if c := offline.Open(at.Session, at.Org); c != nil && at.Eyes == "" {
		return copyDesk{c}
	}
	return nil
}

func (d copyDesk) all() *dashboard.List {
	if l := d.List(); l != nil && d.Status().Listed {
		return l
	}
	return nil
}

func (d copyDesk) observe(f func()) (stop func()) { return d.Observe(func(offline.Change) { f() }) }

// moved takes over what the copy has learned.
func (p *NumberList) moved() {
	p.wordsHere()
	if p.result.open && p.result.settle(p.desk) {
		p.leave()
		ui.Announce(p.result.summary())
	}
}

// resolve closes what waits for the person on the page Changes: they have seen it here.
func (p *NumberList) resolve(how string) {
	for _, item := range p.result.attention {
		in := api.ResolveAttentionIn{Org: p.At.OrgIn(), Attention: item}
		in.Body.How = how
		desk := p.desk
		client.Call(p.ctx, p.At.Session, api.ResolveAttention, in, func(_ app.Context, _ api.None, err error) {
			if err == nil {
				desk.Resolved()
			}
		})
	}
	p.result.attention = nil
}

// known are the numbers in this browser; nil without a copy and while they are not all there.
func (p *NumberList) known() *dashboard.List {
	if p.desk == nil {
		return nil
	}
	return p.desk.all()
}

// foresee is why the device would reject a well formed number: "" when it would not, or does not know.
func (p *NumberList) foresee(e number.E164, known *dashboard.List) number.Reason {
	if known == nil {
		return ""
	}
	v, _ := known.Of(e)
	if p.kind() == api.JobAdd {
		return p.addable(&v)
	}
	return p.deletable(&v)
}

// sendHere judges what the device can judge and edits the copy by the rest. It reports false while the copy does not know
// enough: the server does it then, and without a connection numbers can be added all the same.
func (p *NumberList) sendHere() bool {
	known := p.known()
	if known == nil && (p.kind() == api.JobDelete || p.At.Session.Link() != client.LinkDown) {
		return false
	}
	r := &listResult{open: true, kind: p.kind(), want: p.options.place(), level: p.options.level(), byDevice: true}
	var rows []sentRow
	e := replica.NewEdit{Op: replica.Create}
	for i := range p.list {
		entry := &p.list[i]
		reject := api.RejectedRow{Line: i + 1, Text: entry.text, E164: entry.e164, Reason: entry.reason, First: entry.first}
		row := sentRow{line: i + 1, text: entry.text, e164: entry.e164}
		if reject.Reason == "" {
			v := replica.View{}
			if known != nil {
				v, _ = known.Of(entry.e164)
			}
			if p.kind() == api.JobAdd {
				row.edit = p.adding(entry.e164, &v, &reject)
			} else {
				row.edit, e.Op = p.deleting(&v, &reject)
			}
		}
		if reject.Reason != "" {
			r.rejected = append(r.rejected, reject)
			continue
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		p.show(*r)
		return true
	}
	if p.kind() == api.JobDelete {
		e.Op = opOf(p.options.level())
	}
	p.edit(e, rows, r)
	return true
}

func opOf(l api.Level) replica.Op {
	if l == api.LevelBusiness {
		return replica.Remove
	}
	return replica.Set
}

// addable is why a number can't be added: it is there.
func (p *NumberList) addable(v *replica.View) number.Reason {
	want := p.options.place()
	switch {
	case v.ID == "":
		return ""
	case want != (number.Place{}) && want != v.Place:
		return number.ExistsElsewhere
	}
	return number.AlreadyHere
}

// adding is the edit that makes a number, unless it is there.
func (p *NumberList) adding(e number.E164, v *replica.View, reject *api.RejectedRow) replica.Edit {
	if reject.Reason = p.addable(v); reject.Reason != "" {
		reject.Other, reject.Place = v.ID, &v.Place
		return replica.Edit{}
	}
	want := p.options.place()
	return replica.Edit{ID: offline.NewNumber(), Set: &number.Fields{E164: e, CallPurpose: &p.options.CallPurpose, Place: &want}}
}

// deletable is why a number can't be taken out of the level: it does not stand there.
func (p *NumberList) deletable(v *replica.View) number.Reason {
	from := p.options.from()
	stands := v.ID != ""
	switch from.Level {
	case api.LevelProgram:
		stands = stands && v.Program != ""
	case api.LevelUnit:
		stands = stands && v.BusinessUnit != ""
	}
	if !stands || from.BusinessUnit != "" && from.BusinessUnit != v.BusinessUnit || from.Program != "" && from.Program != v.Program {
		return number.NotFound
	}
	return ""
}

// deleting is the edit that takes a number out of the level, unless it does not stand there.
func (p *NumberList) deleting(v *replica.View, reject *api.RejectedRow) (replica.Edit, replica.Op) {
	level := p.options.from().Level
	if reject.Reason = p.deletable(v); reject.Reason != "" {
		reject.What = replica.KindNumber
		return replica.Edit{}, opOf(level)
	}
	if level == api.LevelBusiness {
		return replica.Edit{ID: v.ID}, replica.Remove
	}
	place, to := v.Place, number.Place{}
	if level == api.LevelProgram {
		to.BusinessUnit = v.BusinessUnit
	}
	return replica.Edit{ID: v.ID, Was: &number.Fields{Place: &place}, Set: &number.Fields{Place: &to}}, replica.Set
}

// edit makes the edits, as many rows in each as one may have, and shows the result once all are safe on this device.
func (p *NumberList) edit(e replica.NewEdit, rows []sentRow, r *listResult) {
	p.sending = true
	if len(rows) > replica.MaxRows {
		e.Group = string(newUid())
	}
	left, failed, ctx := (len(rows)+replica.MaxRows-1)/replica.MaxRows, "", p.ctx
	for len(rows) > 0 {
		piece := rows[:min(len(rows), replica.MaxRows)]
		rows = rows[len(piece):]
		e.Rows = make([]replica.Edit, len(piece))
		for i := range piece {
			e.Rows[i] = piece[i].edit
		}
		p.desk.Edit(e, func(u replica.Uid, why string) {
			ctx.Dispatch(func(app.Context) {
				if why != "" {
					failed = why
					for i := range piece { // nothing of it was kept, so it stays with the person
						r.unsaved = append(r.unsaved, piece[i].text)
					}
				} else {
					r.sent = append(r.sent, sentEdit{uid: u, rows: piece})
				}
				if left--; left > 0 {
					return
				}
				if len(r.sent) == 0 {
					p.failed(ui.T("numbers.not_saved." + failed))
					return
				}
				r.trouble = failed
				r.settle(p.desk)
				p.show(*r)
			})
		})
	}
}

// reassign moves numbers that stand elsewhere to where the list was to go.
func (p *NumberList) reassign(ctx app.Context, rows []api.RejectedRow, done func(error)) {
	if !p.result.byDevice {
		reassignThere(ctx, p.At, rows, p.result.want, done)
		return
	}
	e := replica.NewEdit{Op: replica.Set}
	for i := range rows {
		e.Rows = append(e.Rows, reassignment(&rows[i], p.result.want))
	}
	p.desk.Edit(e, func(_ replica.Uid, why string) {
		ctx.Dispatch(func(app.Context) {
			if why != "" {
				ui.ShowToast(ui.Toast{Tone: ui.Bad, Text: ui.T("numbers.not_saved." + why)})
				done(client.ErrCancelled)
				return
			}
			done(nil)
		})
	})
}

func reassignment(r *api.RejectedRow, to number.Place) replica.Edit {
	e := replica.Edit{ID: r.Other, Set: &number.Fields{Place: &to}}
	if r.Place != nil {
		was := *r.Place
		e.Was = &number.Fields{Place: &was}
	}
	return e
}
