package pages

import (
	"maps"
	"strings"

	"countersign/app/ui"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// permissionsTab is what the tab Permissions keeps beside the contact that it edits.
type permissionsTab struct {
	open  map[string]bool       // groups that are unfolded
	notes map[perm.Right]string // below the cell that was changed last: what else it did, or why it could not be done
}

// The columns of the matrix, each with its label.
var permissionColumns = [4]string{"perm.column.view", "perm.column.create", "perm.column.update", "perm.column.delete"}

// renderPermissions is the tab Permissions: groups that unfold into lines of cells, each cell with the effective result
// and where it comes from (K07).
func (d *contactDialog) renderPermissions() []app.UI {
	fixed := d.permissionsFixed()
	body := []app.UI{slot(nil)}
	if fixed != "" {
		body[0] = slot(&ui.Banner{Tone: ui.Info, Text: fixed})
	} else {
		body[0] = slot(ui.Hint(ui.T("perm.lead")))
	}
	var groups []app.UI
	lines := perm.Lines()
	for i := 0; i < len(lines); {
		j := i
		for j < len(lines) && lines[j].Group == lines[i].Group {
			j++
		}
		groups = append(groups, d.renderPermissionGroup(lines[i:j], fixed))
		i = j
	}
	return append(body, app.Div().Class("permissions").Body(groups...))
}

// permissionsFixed is why nothing of the matrix can be changed, "" when the person may.
func (d *contactDialog) permissionsFixed() string {
	return guardText(d.actor().MayPermit(&d.card.Contact, &d.card.Contact))
}

// guardText is a guard's sentence, "" without one.
func guardText(err error) string {
	if e, ok := err.(*errs.Error); ok {
		return ui.T(e.Key, e.Args...)
	}
	return ""
}

func (d *contactDialog) renderPermissionGroup(lines []perm.Line, fixed string) app.UI {
	group := lines[0].Group
	id, open := "perm-group-"+group, d.permissions.open[group]
	allowed, all := 0, 0
	for i := range lines {
		for _, r := range lines[i].Rights().List() {
			if r.Grantable() {
				all++
				if d.draft.Explain(r).Allowed {
					allowed++
				}
			}
		}
	}
	count := ui.T("perm.count", "allowed", allowed, "all", all)
	if allowed == 0 {
		count = ui.T("perm.count_none")
	}
	button := app.Button().Type("button").ID(id).Class("perm-group-head").Aria("expanded", open).
		OnClick(ui.On(func(ctx app.Context, _ app.Event) { d.unfold(ctx, group) })).Body(
		ui.Icon(ui.IconChevronRight), app.Span().Class("perm-group-name").Text(ui.T("perm.group."+group)), app.Span().Class("tag").Text(count))
	var rows []app.UI
	if open {
		button.Aria("controls", id+"-lines")
		rows = append(rows, app.Div().Class("perm-columns").Aria("hidden", "true").Body(permissionHead()...))
		for i := range lines {
			rows = append(rows, d.renderPermissionLine(&lines[i], fixed))
		}
	}
	return app.Div().Class("perm-group").Body(
		app.Elem("h3").Class("perm-group-title").Body(button),
		app.Div().ID(id+"-lines").Class("perm-lines").Body(rows...),
	)
}

func permissionHead() []app.UI {
	head := []app.UI{app.Span().Text(ui.T("perm.column.area"))}
	for _, c := range permissionColumns {
		head = append(head, app.Span().Text(ui.T(c)))
	}
	return head
}

func (d *contactDialog) unfold(_ app.Context, group string) {
	if d.permissions.open == nil {
		d.permissions.open = map[string]bool{}
	}
	d.permissions.open[group] = !d.permissions.open[group]
}

func (d *contactDialog) renderPermissionLine(l *perm.Line, fixed string) app.UI {
	name := ui.T("perm.line." + l.Key)
	cells := []app.UI{app.Div().Class("perm-name").Body(
		app.Span().Class("perm-line-name").Text(name),
		app.Span().Class("note").Text(ui.T("perm.line."+l.Key+".text")),
	)}
	for i, r := range l.Columns() {
		column := ui.T(permissionColumns[i])
		switch {
		case r == "":
			cells = append(cells, app.Div().Class("perm-cell", "none").Body(
				app.Span().Class("perm-column").Text(column), app.Span().Aria("hidden", "true").Text("–"), app.Span().Class("sr-only").Text(ui.T("perm.no_right"))))
		case !r.Grantable():
			cells = append(cells, app.Div().Class("perm-cell", "none").Body(
				app.Span().Class("perm-column").Text(column), app.Span().Class("note").Text(ui.T("perm.staff_only"))))
		default:
			cells = append(cells, d.renderPermissionCell(r, ui.T("perm.cell_label", "line", name, "column", column), column, fixed))
		}
	}
	parts := []app.UI{app.Div().Class("perm-row").Body(cells...)}
	for _, r := range l.Special {
		label := ui.T("perm.special." + strings.ReplaceAll(string(r), ".", "_"))
		parts = append(parts, app.Div().Class("perm-row", "special").Body(
			app.Div().Class("perm-name").Body(app.Span().Class("perm-special-name").Text(label)),
			d.renderPermissionCell(r, label, "", fixed),
		))
	}
	return app.Div().Class("perm-line").Body(parts...)
}

// renderPermissionCell is one right: the choice, what is effective, and what the last choice brought about.
func (d *contactDialog) renderPermissionCell(r perm.Right, label, column, fixed string) app.UI {
	why := d.draft.Explain(r)
	parts := []app.UI{}
	if column != "" {
		parts = append(parts, app.Span().Class("perm-column").Aria("hidden", "true").Text(column))
	}
	if fixed == "" {
		parts = append(parts, &ui.Select{ID: permissionID(r), Label: label, HideLabel: true, Value: string(d.draft.Overrides[r]),
			Options: []ui.Option{
				{Value: string(perm.Inherit), Label: ui.T("perm.cell.inherit")},
				{Value: string(perm.Allow), Label: ui.T("perm.cell.allow")},
				{Value: string(perm.Deny), Label: ui.T("perm.cell.deny")},
			},
			OnChange: func(ctx app.Context, v string) { d.setCell(ctx, r, perm.Cell(v)) }})
	} else {
		parts = append(parts, app.Span().Class("sr-only").Text(label))
	}
	icon, class := ui.IconX, "no"
	switch {
	case why.Allowed:
		icon, class = ui.IconCheck, "yes"
	case why.Origin == perm.NotGranted:
		icon, class = ui.IconMinus, "none"
	}
	parts = append(parts, app.Span().ID(permissionID(r)+"-result").Class("perm-result", class).Body(ui.Icon(icon), app.Span().Text(originText(why))))
	if note := d.permissions.notes[r]; note != "" {
		parts = append(parts, app.Span().Class("note").Role("status").Text(note))
	}
	return app.Div().Class("perm-cell", class).Body(parts...)
}

func permissionID(r perm.Right) string { return "perm-" + strings.ReplaceAll(string(r), ".", "-") }

// originText says what is effective and where it comes from: "Allowed by role Manage tickets", "Denied here".
func originText(why perm.Reason) string {
	switch why.Origin {
	case perm.FromRole:
		return ui.T("perm.origin.role", "role", ui.T("role."+string(why.Role)))
	case perm.Implied:
		return ui.T("perm.origin.implied", "right", columnOf(why.Of))
	}
	return ui.T("perm.origin." + string(why.Origin))
}

// columnOf is the short name of a right within its line: "Update", or "Approve" for a right on a line of its own.
func columnOf(r perm.Right) string {
	for _, l := range perm.Lines() {
		for i, c := range l.Columns() {
			if c == r {
				return ui.T(permissionColumns[i])
			}
		}
	}
	return ui.T("perm.special." + strings.ReplaceAll(string(r), ".", "_"))
}

// setCell changes one cell. Allowing an action allows its view with it; what the person may not grant stays as it was,
// with the reason beside it.
func (d *contactDialog) setCell(ctx app.Context, r perm.Right, c perm.Cell) {
	after := d.draft
	after.Overrides = maps.Clone(d.draft.Overrides)
	if after.Overrides == nil {
		after.Overrides = perm.Overrides{}
	}
	put := func(r perm.Right, c perm.Cell) {
		if c == perm.Inherit {
			delete(after.Overrides, r)
		} else {
			after.Overrides[r] = c
		}
	}
	put(r, c)
	view, note := r.View(), ""
	switch {
	case c == perm.Allow && r != view && after.Overrides[view] != perm.Allow:
		put(view, perm.Allow)
		note = ui.T("perm.note.view_too")
	case c == perm.Deny && r == view:
		note = ui.T("perm.note.denies_line")
	}
	if err := d.actor().MayPermit(&d.card.Contact, &after); err != nil {
		d.permissions.notes = map[perm.Right]string{r: guardText(err)}
		ui.Announce(guardText(err))
		return
	}
	d.permissions.notes = map[perm.Right]string{r: note}
	d.draft = after
	d.changed(ctx)
}

// permissionChanges counts the cells that differ from what is stored, for the footer.
func permissionChanges(before, after *contact.Contact) int {
	n := 0
	for _, r := range perm.All() {
		if before.Overrides[r] != after.Overrides[r] {
			n++
		}
	}
	return n
}
