package pages

import (
	"strings"

	"countersign/app/client"
	"countersign/app/offline"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// restoring is how far the return of a number has come.
type restoring struct {
	uid  replica.Uid // the same however often it is tried
	busy bool
	why  string // it was refused
	over bool   // trying again leads nowhere
	kept bool   // on this device, and not judged yet
}

// act is the button that brings a number back, or what came of it.
func (r *Removed) act(x *api.RemovedNumber) app.UI {
	if !r.mayRestore() {
		return app.Text("")
	}
	if tag := r.isBack(x.ID); tag != nil {
		return tag
	}
	t := r.restore[x.ID]
	b := &ui.Button{ID: "restore-" + string(x.ID), Label: ui.T("place.restore"), Name: ui.T("place.restore_name", "number", x.International), Icon: ui.IconRestore, Small: true,
		Disabled: r.cannotRestore(), OnClick: func(app.Context, app.Event) { r.bringBack(x) }}
	if t == nil {
		return b
	}
	if t.over {
		return app.Div().Class("place-refused").Body(ui.Hint(t.why))
	}
	if b.Busy = t.busy; t.why != "" {
		return app.Div().Class("place-refused").Body(ui.Hint(t.why), b)
	}
	return b
}

// cannotRestore is the reason in the button, "" when it works: without a network it is kept on this device.
func (r *Removed) cannotRestore() string {
	if r.keeps() {
		return ""
	}
	return offlineReason(r.At)
}

// keeps reports whether this browser keeps a copy in which edits can wait for the server.
func (r *Removed) keeps() bool {
	if r.names.copy == nil {
		return false
	}
	s := r.names.copy.Status()
	return s.Ready && !s.Locked && s.Trouble == ""
}

// isBack tells how far the return of a number has come that the copy has again; nil when it has not.
func (r *Removed) isBack(n id.Number) app.UI {
	if r.names.copy == nil {
		return nil
	}
	v, ok := r.names.copy.Row(n)
	if !ok {
		return nil
	}
	if s, ok := badgeSign(v.Badge); ok {
		return ui.TagIcon(s.Tone, s.Icon, s.Text)
	}
	return ui.Tag(ui.OK, ui.T("place.is_back"))
}

// copyChanged tells what the server refused of what was restored on this device.
func (r *Removed) copyChanged(ctx app.Context) {
	holdFocus(ctx, "") // the button of what comes back goes
	for _, t := range r.restore {
		if !t.kept {
			continue
		}
		if o := r.names.copy.Outcome(t.uid); o != nil {
			if t.kept = false; o.St == replica.Rejected {
				t.why, t.over = refusedToRestore(o)
				ui.Announce(t.why)
			}
			r.load(ctx, true)
		}
	}
}

// keep restores a number on this device; it is sent when it can be.
func (r *Removed) keep(x *api.RemovedNumber, t *restoring) {
	was := number.Fields{E164: x.E164, CallPurpose: &x.CallPurpose, DisplayName: &x.DisplayName, Place: &x.Place}
	ctx := r.ctx
	t.uid = r.names.copy.Edit(replica.NewEdit{Op: replica.Restore, Rows: []replica.Edit{{ID: x.ID, Was: &was}}}, func(u replica.Uid, why string) {
		ctx.Dispatch(func(app.Context) {
			t.busy = false
			if why != "" {
				t.why = ui.T("numbers.not_saved." + why)
				ui.Announce(t.why)
				return
			}
			t.kept = true
			offerUndo(r.names.copy, []replica.Uid{u}, ui.T("place.restored", "number", x.International)+" "+ui.T("numbers.saved_here"))
		})
	})
}

// bringBack restores a number. What is refused says why in its row.
func (r *Removed) bringBack(x *api.RemovedNumber) {
	t := r.restore[x.ID]
	if t == nil {
		t = &restoring{uid: newUid()}
		r.restore[x.ID] = t
	}
	if t.busy {
		return
	}
	t.busy, t.why = true, ""
	holdFocus(r.ctx, "")
	if shown := *x; r.keeps() {
		r.keep(&shown, t)
		return
	}
	in := api.EditNumbersIn{Org: r.At.OrgIn()}
	in.Body.Mutations = []api.NumberEdit{{Uid: t.uid, Op: replica.Restore, Rows: []replica.Edit{{ID: x.ID}}}}
	shown := *x
	client.Call(r.ctx, r.At.Session, api.EditNumbers, in, func(ctx app.Context, out api.Edited, err error) {
		t.busy = false
		if err == nil && len(out.Outcomes) == 1 {
			r.judged(ctx, &shown, &out.Outcomes[0])
			return
		}
		if f := client.Explain(err); f.Text != "" {
			t.why = f.Text
			ui.Announce(t.why)
		}
	})
}

// judged tells what became of a number that was to come back.
func (r *Removed) judged(ctx app.Context, x *api.RemovedNumber, o *replica.Outcome) {
	if o.St == replica.Rejected {
		t := r.restore[x.ID]
		t.uid = newUid()
		t.why, t.over = refusedToRestore(o)
		holdFocus(ctx, "")
		ui.Announce(t.why)
		r.load(ctx, true)
		return
	}
	delete(r.restore, x.ID)
	holdFocus(ctx, "")
	var rest []api.RemovedNumber
	for i := range r.rows {
		if r.rows[i].ID != x.ID {
			rest = append(rest, r.rows[i])
		}
	}
	r.rows = rest
	ui.ShowToast(ui.Toast{Tone: ui.OK, Text: ui.T("place.restored", "number", x.International)})
	r.load(ctx, true)
}

// refusedToRestore says why a number can't come back and what to do, and whether that is the end of it.
func refusedToRestore(o *replica.Outcome) (why string, over bool) {
	reason := number.Conflict
	if len(o.Faults) > 0 {
		reason = o.Faults[0].Reason
	}
	switch reason {
	case number.Allocated:
		return ui.T("place.restore_allocated"), false
	case number.AlreadyHere, number.ExistsElsewhere:
		return ui.T("place.restore_here"), true
	case number.NotFound:
		return ui.T("place.restore_late", "days", number.RestorableDays), true
	}
	return reasonText(reason), false
}

// newUid names an intent of the person, so that it happens once however often it is sent.
func newUid() replica.Uid {
	return replica.Uid(strings.ReplaceAll(string(offline.NewNumber()), "-", ""))
}
