package pages

import (
	"cmp"
	"maps"

	"countersign/app/ui"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// renderPermissions is the tab Permissions: groups that unfold into lines of cells, each cell with the effective result
// and where it comes from (K07).
func (d *contactDialog) renderPermissions() []app.UI {
	fixed := d.permissionsFixed()
	body := []app.UI{slot(nil)}
	switch {
	case d.fixed() != "": // said above
	case fixed != "":
		body[0] = slot(&ui.Banner{Tone: ui.Info, Text: fixed})
	default:
		body[0] = slot(ui.Hint(ui.T("perm.lead")))
	}
	m := permissionMatrix{Contact: &d.draft, State: &d.permissions, Fixed: fixed, OnChange: d.setCell}
	return append(body, m.render(), slot(d.renderTicketScope()))
}

func seesAllTickets(c *contact.Contact) bool { return c.TicketScope != contact.AssignedTickets }

// renderTicketScope is which tickets a contact reads who may read tickets at all; nil for the others, and for the owner, who
// reads all.
func (d *contactDialog) renderTicketScope() app.UI {
	c := &d.draft
	if c.Owner || !c.Granted().Has(perm.TicketsView) {
		return nil
	}
	value := contact.AllTickets
	if !seesAllTickets(c) {
		value = contact.AssignedTickets
	}
	choices := make([]ui.Choice, 0, 2)
	for _, s := range []contact.TicketScope{contact.AllTickets, contact.AssignedTickets} {
		other := *c
		other.TicketScope = s
		choices = append(choices, ui.Choice{Value: string(s), Label: ui.T("contact.tickets." + string(s)), Disabled: cmp.Or(d.permissionsFixed(), d.barred(d.before(), &other))})
	}
	return &ui.RadioGroup{ID: "contact-tickets", Label: ui.T("contact.tickets"), Value: string(value), Choices: choices, Error: d.errors["ticket_scope"],
		OnChange: func(ctx app.Context, v string) {
			c.TicketScope = contact.TicketScope(v)
			delete(d.errors, "ticket_scope")
			d.changed(ctx)
		}}
}

// permissionsFixed is why nothing of the matrix can be changed, "" when the person may.
func (d *contactDialog) permissionsFixed() string {
	if why := d.fixed(); why != "" {
		return why
	}
	return guardText(d.actor().MayPermit(&d.card.Contact, &d.card.Contact))
}

// guardText is a guard's sentence, "" without one.
func guardText(err error) string {
	if e, ok := err.(*errs.Error); ok {
		return ui.T(e.Key, e.Args...)
	}
	return ""
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
