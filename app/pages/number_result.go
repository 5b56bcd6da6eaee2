package pages

import (
	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// listResult is what became of a list (N08).
type listResult struct {
	open     bool
	kind     api.JobKind
	level    api.Level
	want     number.Place // where added numbers were to go
	applied  []number.E164
	rejected []api.RejectedRow
	moved    map[id.Number]bool // reassigned from the result
	moving   bool

	byDevice  bool
	sent      []sentEdit
	attention []id.Attention // what of it waits on the page Changes, too
	trouble   string         // why some of it could not be saved on this device
	unsaved   []string       // and what that was

	appliedShown, rejectedShown int
}

// sentEdit is an edit of the copy whose outcome is awaited.
type sentEdit struct {
	uid  replica.Uid
	rows []sentRow
	done bool
}

type sentRow struct {
	line int
	text string
	e164 number.E164
	edit replica.Edit
}

// settle takes over the outcomes that have come, and reports whether there were any.
func (r *listResult) settle(desk listDesk) (came bool) {
	for i := range r.sent {
		if s := &r.sent[i]; !s.done {
			if o := desk.Outcome(s.uid); o != nil {
				s.done, came = true, true
				r.take(s, o)
			}
		}
	}
	return came
}

func (r *listResult) take(s *sentEdit, o *replica.Outcome) {
	if o.Attention != "" && o.Technical == "" {
		r.attention = append(r.attention, o.Attention)
	}
	faults := make(map[id.Number]*replica.Fault, len(o.Faults))
	for i := range o.Faults {
		faults[o.Faults[i].ID] = &o.Faults[i]
	}
	for i := range s.rows {
		row := &s.rows[i]
		f := faults[row.edit.ID]
		switch {
		case f != nil:
			r.rejected = append(r.rejected, api.RejectedRow{Line: row.line, Text: row.text, E164: row.e164, Reason: f.Reason, What: f.What, Other: f.Other, Place: f.Place})
		case o.St == replica.Rejected: // no fault of the person
			r.rejected = append(r.rejected, api.RejectedRow{Line: row.line, Text: row.text, E164: row.e164})
		default:
			r.applied = append(r.applied, row.e164)
		}
	}
}

// waiting are numbers that are safe on this device and not judged yet.
func (r *listResult) waiting() (n int) {
	for i := range r.sent {
		if !r.sent[i].done {
			n += len(r.sent[i].rows)
		}
	}
	return n
}

// word is a sentence that is another one for adding than for deleting.
func resultWord(kind api.JobKind, key string, args ...any) string {
	return ui.T("numlist."+string(kind)+"."+key, args...)
}

// summary is what is spoken when the result is there.
func (r *listResult) summary() string {
	if n := r.waiting(); n > 0 {
		return ui.T("numlist.waiting", "n", n)
	}
	text := resultWord(r.kind, "applied", "n", len(r.applied))
	if len(r.rejected) > 0 {
		text += " " + ui.T("numlist.rejected_n", "n", len(r.rejected))
	}
	return text
}

// resultPage is how many numbers of a result are drawn at first, and how many more each time.
const resultPage = 100

// firstApplied are fewer, so that what was rejected is not far below.
const firstApplied = 40

// dialog shows the result of a list.
func (r *listResult) dialog(p *NumberList) app.UI {
	d := &ui.Dialog{ID: "list-result", Open: r.open, Size: ui.Wide, Cancel: ui.T("numlist.ok"), OnClose: p.done}
	if !r.open {
		return d
	}
	d.Title = resultWord(r.kind, "result")
	d.Body = func() []app.UI {
		v := resultView{At: p.At, Kind: r.kind, Applied: r.applied, AppliedTotal: len(r.applied), Rejected: r.rejected, RejectedTotal: len(r.rejected), Reasons: countReasons(r.rejected),
			Words: &p.words, Moved: r.moved, Level: 3, AppliedShown: r.appliedShown, RejectedShown: r.rejectedShown,
			OnMoreApplied: func(app.Context) { r.appliedShown += resultPage }, OnMoreRejected: func(app.Context) { r.rejectedShown += resultPage }}
		if r.want != (number.Place{}) && p.mayChange() {
			v.Moving, v.OnReassign = r.moving, func(rows []api.RejectedRow) { r.reassign(p, rows) }
		}
		if len(r.applied)+len(r.rejected) == 0 && r.waiting() > 0 {
			return []app.UI{slot(r.deviceNote())} // nothing is known yet
		}
		return append([]app.UI{slot(r.deviceNote())}, v.render()...)
	}
	d.Actions = func() []app.UI {
		if len(r.rejected) == 0 && len(r.unsaved) == 0 {
			return nil
		}
		return []app.UI{
			&ui.Button{ID: "result-download", Label: ui.T("numlist.download"), Icon: ui.IconDownload, OnClick: func(app.Context, app.Event) { r.download() }},
			&ui.Button{ID: "result-again", Label: ui.T("numlist.again"), Icon: ui.IconPencil, OnClick: p.again},
		}
	}
	return d
}

// deviceNote says how much is safe on this device and has not been judged.
func (r *listResult) deviceNote() app.UI {
	switch n := r.waiting(); {
	case r.trouble != "":
		return &ui.Banner{Tone: ui.Bad, Text: ui.T("numlist.some_unsaved", "n", len(r.unsaved)) + " " + ui.T("numbers.not_saved."+r.trouble)}
	case n > 0:
		return &ui.Banner{Tone: ui.Info, Icon: ui.IconCloudUpload, Title: ui.T("numlist.saved_here"), Text: ui.T("numlist.waiting", "n", n)}
	}
	return nil
}

// reassign moves what stands elsewhere to where the list was to go.
func (r *listResult) reassign(p *NumberList, rows []api.RejectedRow) {
	if r.moving {
		return
	}
	r.moving = true
	p.reassign(p.ctx, rows, func(err error) {
		r.moving = false
		if err != nil {
			toastFailure(err)
			return
		}
		if r.moved == nil {
			r.moved = map[id.Number]bool{}
		}
		for i := range rows {
			r.moved[rows[i].Other] = true
		}
		ui.Announce(ui.T("numlist.reassigned_n", "n", len(rows)))
	})
}

// reassignThere has the server move numbers, as many in a call as one may have.
func reassignThere(ctx app.Context, at client.Seat, rows []api.RejectedRow, to number.Place, done func(error)) {
	in := api.EditNumbersIn{Org: at.OrgIn()}
	for len(rows) > 0 {
		e := api.NumberEdit{Uid: newUid(), Op: replica.Set}
		piece := rows[:min(len(rows), replica.MaxRows)]
		rows = rows[len(piece):]
		for i := range piece {
			e.Rows = append(e.Rows, reassignment(&piece[i], to))
		}
		in.Body.Mutations = append(in.Body.Mutations, e)
	}
	client.Call(ctx, at.Session, api.EditNumbers, in, func(_ app.Context, out api.Edited, err error) {
		for i := range out.Outcomes {
			if o := &out.Outcomes[i]; err == nil && len(o.Faults) > 0 {
				ui.ShowToast(ui.Toast{Tone: ui.Bad, Text: reasonText(o.Faults[0].Reason)})
				err = client.ErrCancelled
			}
		}
		done(err)
	})
}

// download saves the rejected rows as a file that can be mended and sent.
func (r *listResult) download() {
	client.Save("rejected-"+ui.ServerNow().Format("2006-01-02")+".csv", "text/csv;charset=utf-8", rejectedCSV(r.rejected, r.unsaved))
}

func countReasons(rows []api.RejectedRow) map[number.Reason]int {
	m := map[number.Reason]int{}
	for i := range rows {
		m[rows[i].Reason]++
	}
	return m
}
