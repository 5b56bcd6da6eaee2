package pages

import (
	"cmp"
	"slices"
	"strings"

	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/contact"
	"countersign/shared/id"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// callersShown is how many contacts are offered at once; the search finds the others.
const callersShown = 8

// organization is the search for it, or the one that was found.
func (s *callStart) organization(v *Verify) app.UI {
	if s.org != nil {
		return &keyed{Key: "chosen", Body: func() app.UI {
			return ui.Split(app.Div().Body(app.Div().Class("label").Text(ui.T("hub.col_organization")),
				app.Div().Body(app.Strong().Text(s.org.Name), app.Span().Class("hint").Text(" "+s.org.Reference+" · "+ui.T("verify.owner", "name", s.org.OwnerName)))),
				&ui.Button{ID: "verify-another", Label: ui.T("verify.another"), Small: true, OnClick: func(app.Context, app.Event) { s.another(v) }})
		}}
	}
	if s.loading != "" {
		return ui.Skeleton(2)
	}
	return &keyed{Key: "search", Body: func() app.UI {
		return ui.Stack(
			&ui.Field{ID: "verify-organization", Label: ui.T("hub.col_organization"), Kind: ui.Search, Value: s.query, Hint: s.recognized(), MaxLength: 200,
				Autocomplete: "off", OnInput: func(_ app.Context, q string) { s.search(v, q) }},
			slot(s.results(v)),
		)
	}}
}

func (s *callStart) recognized() string {
	if list := s.found.value.Organizations; len(list) > 0 && list[0].Matched != "" {
		return ui.T("hub.matched." + list[0].Matched)
	}
	return ui.T("hub.search_hint")
}

func (s *callStart) results(v *Verify) app.UI {
	list := &s.found.value
	switch {
	case s.found.err != nil:
		return failed(s.found.err, s.found.busy, func(app.Context) { s.search(v, s.query) })
	case !s.found.has():
		return nil
	case len(list.Organizations) == 0:
		return ui.Hint(ui.T("hub.none_title", "query", strings.TrimSpace(s.query)) + ". " + ui.T("hub.none_text"))
	}
	lines := make([]ui.Line, 0, len(list.Organizations))
	for i := range list.Organizations {
		f := &list.Organizations[i]
		lines = append(lines, ui.Line{ID: string(f.ID), Cells: []app.UI{
			app.Span().Class("hub-name").Body(app.Span().Text(f.Name), app.Span().Class("hint").Text(f.Reference)),
			app.Text(f.OwnerName), organizationState(f.State),
			&keyed{Key: string(f.ID), Body: func() app.UI {
				return &ui.Button{ID: "choose-" + string(f.ID), Label: ui.T("verify.choose"), Name: ui.T("verify.choose") + ": " + f.Name, Small: true,
					OnClick: func(app.Context, app.Event) { s.choose(v.ctx, v, f) }}
			}},
		}})
	}
	t := &ui.Table{ID: "verify-organizations", Label: ui.T("hub.found", "n", len(lines)), Compact: true, Lines: lines, Columns: []ui.Column{
		{Title: ui.T("hub.col_organization"), Kind: ui.Title}, {Title: ui.T("orgpage.owner")}, {Title: ui.T("orgpage.state"), Kind: ui.State},
		{Title: ui.T("hub.col_act"), HideTitle: true, Kind: ui.Act}}}
	if list.More {
		t.Foot = []app.UI{ui.Hint(ui.T("hub.more"))}
	}
	return t
}

// person is the choice of the contact that the caller says to be.
func (s *callStart) person(v *Verify) app.UI {
	list := ownerFirst(s.contacts.value.Contacts)
	choices, hidden := []ui.Choice{}, 0
	for i := range list {
		c := &list[i]
		if len(choices) >= callersShown && c.ID != s.caller {
			hidden++
			continue
		}
		choice := ui.Choice{Value: string(c.ID), Label: contactName(c), Hint: callerHint(c)}
		if !c.Active {
			choice.Disabled = ui.T("verify.deactivated")
		}
		choices = append(choices, choice)
	}
	hidden += max(0, s.contacts.value.Total-len(list))
	note := ""
	if hidden > 0 {
		note = ui.T("verify.callers_more", "n", hidden)
	}
	body := []app.UI{&ui.Field{ID: "verify-who", Label: ui.T("verify.find_caller"), Kind: ui.Search, Value: s.who, MaxLength: 100, Autocomplete: "off",
		Hint: ui.T("verify.find_hint"), OnInput: func(_ app.Context, q string) {
			s.who = q
			s.later(v, func(ctx app.Context) { s.load(ctx, v, false) })
		}}}
	switch {
	case s.contacts.err != nil:
		body = append(body, failed(s.contacts.err, s.contacts.busy, func(ctx app.Context) { s.load(ctx, v, false) }))
	case !s.contacts.has():
		body = append(body, ui.Skeleton(3))
	case len(choices) == 0:
		body = append(body, ui.Hint(ui.T("verify.callers_none")))
	default:
		body = append(body, &ui.RadioGroup{ID: "verify-caller", Label: ui.T("verify.caller"), Value: string(s.caller), Choices: choices, Error: s.wrong["contact"],
			OnChange: func(_ app.Context, value string) { s.caller = id.Contact(value); delete(s.wrong, "contact") }})
	}
	return ui.Stack(append(body, slot(hintOf(note)))...)
}

// ownerFirst lists the account holder before all others: it is mostly they who call.
func ownerFirst(list []api.ContactRow) []api.ContactRow {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b api.ContactRow) int {
		switch {
		case a.Owner == b.Owner:
			return 0
		case a.Owner:
			return -1
		}
		return 1
	})
	return list
}

func hintOf(text string) app.UI {
	if text == "" {
		return nil
	}
	return ui.Hint(text)
}

// contactName is the person, with the firm where it is another name; of somebody without a name the firm or the e-mail.
func contactName(c *api.ContactRow) string {
	if c.Name == "" {
		return cmp.Or(c.Company, c.Email, ui.T("contact.unnamed"))
	}
	if c.Company == "" || c.Company == c.Name {
		return c.Name
	}
	return c.Name + ", " + c.Company
}

// callerHint is what an agent must know of a contact before the call: who they are there and what they may ask for.
func callerHint(c *api.ContactRow) string {
	parts := []string{}
	if c.Owner {
		parts = append(parts, ui.T("verify.is_owner"))
	}
	if c.Type != "" {
		parts = append(parts, typeName(c.Type))
	}
	if c.Owner || c.PhoneChatAuthority {
		return strings.Join(append(parts, ui.T("verify.authority")), " · ")
	}
	return strings.Join(append(parts, ui.T("verify.no_authority")), " · ")
}

func typeName(t contact.Type) string {
	if t == "" {
		return ""
	}
	return ui.T("contact.type." + string(t))
}
