package pages

import (
	"strings"

	"countersign/app/ui"
	"countersign/shared/contact"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// permissionMatrix is the tree of rights of one contact: groups that unfold into lines of cells, each cell with the
// effective result and where it comes from (K07).
type permissionMatrix struct {
	Contact  *contact.Contact
	State    *permissionsTab
	Fixed    string // why nothing can be changed: the cells then only tell
	Prefix   string // of the ids, where two stand on a page
	OnChange func(ctx app.Context, r perm.Right, c perm.Cell)
}

// permissionsTab is what the matrix keeps beside the contact.
type permissionsTab struct {
	open  map[string]bool       // groups that are unfolded
	notes map[perm.Right]string // below the cell that was changed last: what else it did, or why it could not be done
}

func (t *permissionsTab) unfold(group string) {
	if t.open == nil {
		t.open = map[string]bool{}
	}
	t.open[group] = !t.open[group]
}

// The columns of the matrix, each with its label.
var permissionColumns = [4]string{"perm.column.view", "perm.column.create", "perm.column.update", "perm.column.delete"}

func (m *permissionMatrix) render() app.UI {
	var groups []app.UI
	lines := perm.Lines()
	for i := 0; i < len(lines); {
		j := i
		for j < len(lines) && lines[j].Group == lines[i].Group {
			j++
		}
		groups = append(groups, m.renderGroup(lines[i:j]))
		i = j
	}
	return app.Div().Class("permissions").Body(groups...)
}

func (m *permissionMatrix) renderGroup(lines []perm.Line) app.UI {
	group := lines[0].Group
	id, open := m.Prefix+"perm-group-"+group, m.State.open[group]
	allowed, all := 0, 0
	for i := range lines {
		for _, r := range lines[i].Rights().List() {
			if r.Grantable() {
				all++
				if m.Contact.Explain(r).Allowed {
					allowed++
				}
			}
		}
	}
	count := ui.T("perm.count", "n", allowed, "all", all)
	if allowed == 0 {
		count = ui.T("perm.count_none")
	}
	button := app.Button().Type("button").ID(id).Class("perm-group-head").Aria("expanded", open).
		OnClick(ui.On(func(app.Context, app.Event) { m.State.unfold(group) })).Body(
		ui.Icon(ui.IconChevronRight), app.Span().Class("perm-group-name").Text(ui.T("perm.group."+group)), app.Span().Class("tag", "neutral").Text(count))
	var rows []app.UI
	if open {
		button.Aria("controls", id+"-lines")
		rows = append(rows, app.Div().Class("perm-columns").Aria("hidden", "true").Body(permissionHead()...))
		for i := range lines {
			rows = append(rows, m.renderLine(&lines[i]))
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

func (m *permissionMatrix) renderLine(l *perm.Line) app.UI {
	name := ui.T("perm.line." + l.Key)
	cells := []app.UI{app.Div().Class("perm-name").Body(
		app.Span().Class("perm-line-name").Text(name),
		app.Span().Class("note").Text(ui.T("perm.line."+l.Key+".text")),
	)}
	for i, r := range l.Columns() {
		column := ui.T(permissionColumns[i])
		switch {
		case r == "":
			cells = append(cells, app.Div().Class("perm-cell", "absent").Body(
				app.Span().Class("perm-column").Text(column), app.Span().Aria("hidden", "true").Text("–"), app.Span().Class("sr-only").Text(ui.T("perm.no_right"))))
		case !r.Grantable():
			cells = append(cells, app.Div().Class("perm-cell", "absent").Body(
				app.Span().Class("perm-column").Text(column), app.Span().Class("note").Text(ui.T("perm.staff_only"))))
		default:
			cells = append(cells, m.renderCell(r, ui.T("perm.cell_label", "line", name, "column", column), column))
		}
	}
	parts := []app.UI{app.Div().Class("perm-row").Body(cells...)}
	for _, r := range l.Special {
		label := ui.T("perm.special." + strings.ReplaceAll(string(r), ".", "_"))
		parts = append(parts, app.Div().Class("perm-row", "special").Body(
			app.Div().Class("perm-name").Body(app.Span().Class("perm-special-name").Text(label)),
			m.renderCell(r, label, ""),
		))
	}
	return app.Div().Class("perm-line").Body(parts...)
}

// renderCell is one right: the choice, what is effective, and what the last choice brought about.
func (m *permissionMatrix) renderCell(r perm.Right, label, column string) app.UI {
	why := m.Contact.Explain(r)
	parts := []app.UI{}
	if column != "" {
		parts = append(parts, app.Span().Class("perm-column").Aria("hidden", "true").Text(column))
	}
	if m.Fixed == "" {
		parts = append(parts, &ui.Select{ID: m.Prefix + permissionID(r), Label: label, HideLabel: true, Value: string(m.Contact.Overrides[r]),
			Options: []ui.Option{
				{Value: string(perm.Inherit), Label: ui.T("perm.cell.inherit")},
				{Value: string(perm.Allow), Label: ui.T("perm.cell.allow")},
				{Value: string(perm.Deny), Label: ui.T("perm.cell.deny")},
			},
			OnChange: func(ctx app.Context, v string) { m.OnChange(ctx, r, perm.Cell(v)) }})
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
	parts = append(parts, app.Span().ID(m.Prefix+permissionID(r)+"-result").Class("perm-result", class).Body(ui.Icon(icon), app.Span().Text(originText(why))))
	if note := m.State.notes[r]; note != "" {
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
