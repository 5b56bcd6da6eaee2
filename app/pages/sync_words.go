package pages

import (
	"time"

	"countersign/app/ui"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// syncField is a part of a number that an edit speaks of.
type syncField string

const (
	fieldNumber  syncField = "number"
	fieldPurpose syncField = "call_purpose"
	fieldName    syncField = "display_name"
	fieldPlace   syncField = "place"
)

// speaks gives the fields that f has, in the order in which people read them.
func speaks(f *number.Fields) (list []syncField) {
	if f == nil {
		return nil
	}
	for _, x := range []struct {
		of syncField
		is bool
	}{{fieldNumber, f.E164 != ""}, {fieldPurpose, f.CallPurpose != nil}, {fieldName, f.DisplayName != nil}, {fieldPlace, f.Place != nil}} {
		if x.is {
			list = append(list, x.of)
		}
	}
	return list
}

func (f syncField) label() string {
	if f == fieldPlace {
		return ui.T("sync.field_place")
	}
	return ui.T("number.column." + string(f))
}

// syncWords puts edits into words. It knows what the ids in them stand for.
type syncWords struct {
	names numberNames
	row   func(id.Number) (replica.View, bool)
}

func wordsAt(d numberDesk) syncWords { return syncWords{namesAt(d), d.Row} }

// value is what f has in a field, in words; "–" where it does not speak of it.
func (w *syncWords) value(f *number.Fields, of syncField) string {
	switch {
	case f == nil:
	case of == fieldNumber && f.E164 != "":
		return f.E164.International()
	case of == fieldPurpose && f.CallPurpose != nil:
		if label := w.names.purposes[*f.CallPurpose]; label != "" {
			return label
		}
		if *f.CallPurpose == "" {
			return ui.T("sync.no_purpose")
		}
		return *f.CallPurpose
	case of == fieldName && f.DisplayName != nil:
		if *f.DisplayName == "" {
			return ui.T("sync.no_name")
		}
		return *f.DisplayName
	case of == fieldPlace && f.Place != nil:
		return w.place(*f.Place)
	}
	return "–"
}

// place is where a number stands: "Acme France, Winter 2026".
func (w *syncWords) place(p number.Place) string {
	if p.BusinessUnit == "" {
		return ui.T("numbers.no_unit")
	}
	unit := w.names.units[p.BusinessUnit]
	if unit == "" {
		unit = ui.T("numbers.gone_unit")
	}
	if p.Program == "" {
		return unit
	}
	if program := w.names.programs[p.Program]; program != "" {
		return unit + ", " + program
	}
	return unit + ", " + ui.T("sync.gone_program")
}

// number is which number a row of an edit is about.
func (w *syncWords) number(en *replica.Entry, i int) string {
	r := &en.Rows[i]
	if set := en.SetOf(i); set != nil && set.E164 != "" {
		return set.E164.International()
	}
	if v, ok := w.row(r.ID); ok && v.E164 != "" {
		return v.E164.International()
	}
	if r.Was != nil && r.Was.E164 != "" {
		return r.Was.E164.International()
	}
	if o := en.Outcome; o != nil { // it is gone meanwhile
		for k := range o.Faults {
			if f := &o.Faults[k]; f.ID == r.ID && f.E164 != "" {
				return f.E164.International()
			}
		}
	}
	return ui.T("sync.a_number")
}

// syncAction is one thing that the person did: an edit with all its pieces.
type syncAction struct {
	entries []replica.Entry // oldest first
	state   syncState
}

// syncState is how far an edit has come.
type syncState string

const (
	stateHere     syncState = "here"
	stateSending  syncState = "sending"
	stateSaved    syncState = "saved"
	statePart     syncState = "part"
	stateNoop     syncState = "noop"
	stateRejected syncState = "rejected"
)

// actionsOf joins the pieces of actions, oldest first, apart what waits and what was settled. sending is how many of those
// that wait are on their way.
func actionsOf(log []replica.Entry, sending int) (waiting, settled []syncAction) {
	groups := map[string]int{} // place in its list, of groups of both kinds
	for i := range log {
		en := log[i]
		list, key, state := &settled, "s"+en.Group, stateHere
		if en.Outcome == nil {
			list, key = &waiting, "w"+en.Group
			if sending > 0 {
				state = stateSending
				sending--
			}
		} else {
			state = stateOf(en.Outcome)
		}
		if at, ok := groups[key]; ok && en.Group != "" {
			a := &(*list)[at]
			a.entries, a.state = append(a.entries, en), worse(a.state, state)
			continue
		}
		groups[key] = len(*list)
		*list = append(*list, syncAction{[]replica.Entry{en}, state})
	}
	return waiting, settled
}

func stateOf(o *replica.Outcome) syncState {
	switch o.St {
	case replica.Applied:
		return stateSaved
	case replica.Merged:
		return statePart
	case replica.Noop:
		return stateNoop
	}
	return stateRejected
}

// worse is the state of two pieces together. Of one that is sent and one that waits the action is on its way.
func worse(a, b syncState) syncState {
	switch {
	case a == b:
		return a
	case a == stateSending || b == stateSending:
		return stateSending
	case a == stateNoop && b == stateSaved || a == stateSaved && b == stateNoop:
		return stateSaved
	}
	return statePart
}

// stateSign is a state with its sign.
func stateSign(s syncState) sign {
	text := ui.T("sync.state_" + string(s))
	switch s {
	case stateHere:
		return sign{ui.Warn, ui.IconCloudUpload, text}
	case stateSending:
		return sign{ui.Info, ui.IconSend, text}
	case stateSaved:
		return sign{ui.OK, ui.IconCheck, text}
	case statePart:
		return sign{ui.Warn, ui.IconTriangleAlert, text}
	case stateRejected:
		return sign{ui.Bad, ui.IconTriangleAlert, text}
	}
	return sign{ui.Neutral, ui.IconCircleCheck, text}
}

// at is when the person did it, by this computer's clock.
func (a *syncAction) at() time.Time { return time.UnixMilli(a.entries[0].At) }

// rows is how many numbers an action is about.
func (a *syncAction) rows() (n int) {
	for i := range a.entries {
		n += len(a.entries[i].Rows)
	}
	return n
}

// title says what was done to which number: "Removed +33 1 84 88 20 10", "Changed 500 numbers".
func (w *syncWords) title(a *syncAction) string {
	m := &a.entries[0].Mutation
	if n := a.rows(); n != 1 {
		return ui.T("sync.did_many."+opWord(m.Op), "n", n)
	}
	return ui.T("sync.did_one."+opWord(m.Op), "number", w.number(&a.entries[0], 0))
}

func opWord(o replica.Op) string {
	switch o {
	case replica.Create:
		return "add"
	case replica.Remove:
		return "remove"
	case replica.Restore:
		return "restore"
	}
	return "set"
}

// syncChange is one field, before and after.
type syncChange struct{ Label, Was, Now string }

// changes is what an action changed, field by field: of several numbers what they all got, without what each had.
func (w *syncWords) changes(a *syncAction) (list []syncChange) {
	m := &a.entries[0].Mutation
	if m.Op != replica.Set && m.Op != replica.Create {
		return nil
	}
	one := a.rows() == 1
	set := m.Set
	if one {
		set = m.SetOf(0)
	}
	for _, f := range speaks(set) {
		if f == fieldNumber || m.Op == replica.Create && unset(set, f) {
			continue
		}
		c := syncChange{Label: f.label(), Now: w.value(set, f)}
		if one && m.Op == replica.Set {
			c.Was = w.value(m.Rows[0].Was, f)
		}
		list = append(list, c)
	}
	return list
}

func unset(f *number.Fields, of syncField) bool {
	return of == fieldName && *f.DisplayName == "" || of == fieldPlace && *f.Place == number.Place{}
}

// result says more than the state where part of an action was not taken.
func (a *syncAction) result() string {
	if n := a.rows(); n > 1 && (a.state == statePart || a.state == stateRejected) {
		applied, attention := 0, 0
		for i := range a.entries {
			if o := a.entries[i].Outcome; o != nil {
				applied, attention = applied+o.Applied, attention+rowsAtFault(o)
			}
		}
		return ui.T("sync.of_many", "applied", applied, "all", n, "attention", attention)
	}
	return ""
}

func rowsAtFault(o *replica.Outcome) int {
	if o.Technical != "" {
		return o.Rejected
	}
	seen := map[id.Number]bool{}
	for i := range o.Faults {
		seen[o.Faults[i].ID] = true
	}
	return len(seen)
}

// undoable reports whether there may be something to take back.
func (a *syncAction) undoable() bool {
	return a.state == stateHere || a.state == stateSending || a.state == stateSaved || a.state == statePart
}

// offerUndo says that an action of one or several edits is saved and, when asked, takes it back, the last edit first.
func offerUndo(d numberDesk, made []replica.Uid, text string) {
	ui.ShowToast(ui.Toast{Text: text, Action: ui.T("ui.undo"), OnAction: func(app.Context) { takeBack(d, made, nil) }})
}

// takeBack takes edits back and says so.
func takeBack(d numberDesk, made []replica.Uid, done func()) {
	left, failed := len(made), ""
	for i := len(made) - 1; i >= 0; i-- {
		d.Undo(made[i], func(_ replica.Uid, why string) {
			if why != "" && failed == "" {
				failed = why
			}
			if left--; left > 0 {
				return
			}
			if failed == "" {
				ui.Announce(ui.T("numbers.undone"))
			} else {
				ui.ShowToast(ui.Toast{Tone: ui.Bad, Text: notSaved(failed)})
			}
			if done != nil {
				done()
			}
		})
	}
}
