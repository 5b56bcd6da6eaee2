package pages

import (
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/contact"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// renderFilters narrow the list; what is chosen stands in the address.
func (c *Contacts) renderFilters() app.UI {
	f := api.ContactFilter{Query: c.query, Type: contact.Type(c.At.Param("type")), State: contact.AccessState(c.At.Param("access")), Active: c.At.Param("active")}
	return contactFilters{Chosen: f, OnQuery: c.search, OnChoose: func(ctx app.Context, f api.ContactFilter) {
		ctx.Navigate(c.At.With("q", c.query, "type", string(f.Type), "access", string(f.State), "active", f.Active))
	}}.render()
}

func (c *Contacts) renderList(list api.Contacts) []app.UI {
	if len(c.rows) == 0 {
		if c.shown == (api.ContactFilter{}) {
			return []app.UI{&ui.Empty{Icon: ui.IconUsers, Title: ui.T("orgdetail.none"), Text: ui.T("contacts.none_text")}}
		}
		return []app.UI{&ui.Empty{Icon: ui.IconSearch, Title: ui.T("orgdetail.no_match"), Actions: []app.UI{
			&ui.Button{ID: "contacts-clear", Label: ui.T("orgdetail.clear"), OnClick: func(ctx app.Context, _ app.Event) {
				c.query = ""
				ctx.Navigate(c.At.With("q", "", "type", "", "access", "", "active", ""))
				ui.FocusLater(c.ctx, "contacts-search") // of the page: the button may be gone by then, and what it defers with it
			}}}}}
	}
	lines := make([]ui.Line, 0, len(c.rows))
	for i := range c.rows {
		lines = append(lines, c.line(&c.rows[i]))
	}
	foot := []app.UI{app.Span().Text(ui.T("orgdetail.shown", "n", len(c.rows), "total", list.Total))}
	if c.next != "" {
		foot = append(foot, &ui.Button{ID: "contacts-more", Label: ui.T("orgdetail.more"), Small: true, Busy: c.older, OnClick: c.more})
	}
	hint := app.UI(nil)
	if c.At.Can(perm.ContactsUpdate) && c.At.Eyes == "" {
		hint = ui.Hint(ui.T("contacts.no_delete"))
	}
	return []app.UI{
		&ui.Table{ID: "contact-list", Label: ui.T("contacts.list"), Lines: lines, Foot: foot, Columns: []ui.Column{
			{Title: ui.T("contacts.open"), HideTitle: true, Kind: ui.Pick}, {Title: ui.T("orgpage.name"), Kind: ui.Title}, {Title: ui.T("contact.email")},
			{Title: ui.T("orgdetail.type")}, {Title: ui.T("orgpage.state"), Kind: ui.State},
			{Title: ui.T("orgpage.acts"), HideTitle: true, Kind: ui.Act}}},
		slot(hint),
	}
}

// line is a contact: the pencil at the left and the button at the right open the same dialog (K08, C06).
func (c *Contacts) line(r *api.ContactRow) ui.Line {
	name := []app.UI{app.Span().Text(contactName(r))}
	if r.Owner {
		name = append(name, ui.TagIcon(ui.Info, ui.IconUserCheck, ui.T("contacts.owner")))
	}
	active := ui.Tag(ui.OK, ui.T("orgdetail.active"))
	if !r.Active {
		active = ui.TagIcon(ui.Neutral, ui.IconBan, ui.T("orgdetail.deactivated"))
	}
	word, icon, long := ui.T("contacts.edit"), ui.IconPencil, ui.T("contacts.edit_name", "name", contactName(r))
	if m, _ := c.At.Member(); !c.At.Can(perm.ContactsUpdate) || c.At.Eyes != "" || r.Owner && m.Contact != r.ID {
		word, icon, long = ui.T("contacts.view"), ui.IconEye, ui.T("contacts.view_name", "name", contactName(r))
	}
	open := func(app.Context, app.Event) { c.edit(r.ID) }
	busy := c.opening == r.ID
	return ui.Line{ID: string(r.ID), Quiet: !r.Active, Usual: r.Active && r.State == contact.CanEnter, Cells: []app.UI{
		&keyed{Key: "pencil-" + string(r.ID), Body: func() app.UI {
			return &ui.Button{ID: "contact-pencil-" + string(r.ID), Label: long, Icon: icon, IconOnly: true, Kind: ui.Quiet, Busy: busy, OnClick: open}
		}},
		app.Span().Class("contact-name").Body(name...), emailCell(r.Email), app.Text(typeName(r.Type)), app.Span().Class("contact-state").Body(accessTag(r.State), active),
		&keyed{Key: "edit-" + string(r.ID), Body: func() app.UI {
			return &ui.Button{ID: "contact-edit-" + string(r.ID), Label: word, Name: long, Kind: ui.Quiet, Small: true, Busy: busy, OnClick: open}
		}},
	}}
}

// emailCell is an address in a table: a long one breaks anywhere, so that it pushes no other column out of sight.
func emailCell(email string) app.UI {
	if email == "" {
		return app.Text("") // an empty cell takes no place on phones
	}
	return app.Span().Class("wrap").Text(email)
}
