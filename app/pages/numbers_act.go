package pages

import (
	"countersign/app/offline"
	"countersign/app/ui"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// numberDesk is where a screen of numbers reads what it shows of one, and where edits go.
type numberDesk interface {
	Row(id.Number) (replica.View, bool)
	Units() []number.Unit
	Programs() []number.Program
	Purposes() []number.Purpose
	Edit(e replica.NewEdit, done func(replica.Uid, string)) replica.Uid
	Undo(of replica.Uid, done func(replica.Uid, string)) replica.Uid
}

// notSaved says why an edit was not taken, in words. What was typed stays where it is.
func notSaved(why string) string {
	if r, ok := judgedReason(why); ok {
		return reasonText(r)
	}
	return ui.T("numbers.not_saved." + why)
}

// act makes an edit of any number of rows, tells done why it was not saved ("" when it was), and offers to take it back.
func (p *Numbers) act(e replica.NewEdit, text string, done func(why string)) {
	rows := e.Rows
	if len(rows) > replica.MaxRows {
		e.Group = string(offline.NewNumber())
	}
	var made []replica.Uid
	left, saved, failed := (len(rows)+replica.MaxRows-1)/replica.MaxRows, 0, ""
	all, size := len(rows), map[replica.Uid]int{}
	answered := func(u replica.Uid, why string) {
		if why == "" {
			made = append(made, u)
			saved += size[u]
		} else if failed == "" {
			failed = why
		}
		if left--; left > 0 {
			return
		}
		p.ctx.Dispatch(func(app.Context) {
			switch {
			case failed == "":
				done("")
				p.told(made, text)
			case len(made) == 0:
				done(notSaved(failed))
			default: // some of many: what is saved is no longer in the form's hands
				done("")
				p.told(made, ui.T("numbers.some_saved", "n", saved, "all", all)+" "+notSaved(failed))
			}
		})
	}
	for len(rows) > 0 {
		n := min(len(rows), replica.MaxRows)
		e.Rows, rows = rows[:n], rows[n:]
		size[p.desk.Edit(e, answered)] = n
	}
}

// told says what was done and, where a copy is kept, offers to take it back.
func (p *Numbers) told(made []replica.Uid, text string) {
	if p.copy == nil {
		ui.ShowToast(ui.Toast{Text: text})
		return
	}
	offerUndo(p.copy, made, text+" "+ui.T("numbers.saved_here"))
}
