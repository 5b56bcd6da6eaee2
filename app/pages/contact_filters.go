package pages

import (
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/contact"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// contactFilters narrow a list of contacts, the customer's own or staff's of an organization; each is an answer of the
// server, which searches all of them.
type contactFilters struct {
	Chosen   api.ContactFilter
	OnQuery  func(ctx app.Context, text string)
	OnChoose func(ctx app.Context, f api.ContactFilter)
}

func (f contactFilters) render() app.UI {
	every := ui.Option{Label: ui.T("orgdetail.any")}
	types := []ui.Option{every}
	for _, t := range contact.Types() {
		types = append(types, ui.Option{Value: string(t), Label: typeName(t)})
	}
	states := []ui.Option{every}
	for _, s := range []contact.AccessState{contact.CanEnter, contact.Invited, contact.Expired, contact.NoAccess} {
		states = append(states, ui.Option{Value: string(s), Label: ui.T("orgdetail.access." + string(s))})
	}
	active := []ui.Option{every, {Value: "yes", Label: ui.T("orgdetail.active")}, {Value: "no", Label: ui.T("orgdetail.deactivated")}}
	choose := func(set func(*api.ContactFilter, string)) func(app.Context, string) {
		return func(ctx app.Context, v string) {
			chosen := f.Chosen
			set(&chosen, v)
			f.OnChoose(ctx, chosen)
		}
	}
	return app.Div().Class("row", "filters").Role("search").Aria("label", ui.T("contacts.filters")).Body(
		&ui.Field{ID: "contacts-search", Label: ui.T("orgdetail.search"), Kind: ui.Search, Value: f.Chosen.Query, MaxLength: 100, Autocomplete: "off", OnInput: f.OnQuery},
		&ui.Select{ID: "contacts-type", Label: ui.T("orgdetail.type"), Value: string(f.Chosen.Type), Options: types,
			OnChange: choose(func(c *api.ContactFilter, v string) { c.Type = contact.Type(v) })},
		&ui.Select{ID: "contacts-access", Label: ui.T("orgdetail.access"), Value: string(f.Chosen.State), Options: states,
			OnChange: choose(func(c *api.ContactFilter, v string) { c.State = contact.AccessState(v) })},
		&ui.Select{ID: "contacts-active", Label: ui.T("orgpage.state"), Value: f.Chosen.Active, Options: active,
			OnChange: choose(func(c *api.ContactFilter, v string) { c.Active = v })},
	)
}

// accessTag is how far a contact's portal access has come.
func accessTag(s contact.AccessState) app.UI {
	word := ui.T("orgdetail.access." + string(s))
	switch s {
	case contact.CanEnter:
		return ui.Tag(ui.OK, word)
	case contact.Invited:
		return ui.TagIcon(ui.Info, ui.IconMail, word)
	case contact.Expired:
		return ui.TagIcon(ui.Warn, ui.IconHourglass, word)
	}
	return ui.TagIcon(ui.Neutral, ui.IconCircle, word)
}
