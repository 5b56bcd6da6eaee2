package pages

import (
	"slices"
	"strings"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/contact"
	"countersign/shared/i18n"
	"countersign/shared/id"
	"countersign/shared/verification"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// callersShown is how many contacts are offered at once; the search finds the others.
const callersShown = 8

// callStart is the beginning of a call: which organization, who the caller says they are, by which channel.
type callStart struct {
	query    string
	pause    func()
	found    loaded[api.FoundList]
	loading  id.Organization // from the address, on its way
	org      *api.Found
	who      string // search among its contacts
	contacts loaded[api.Contacts]
	caller   id.Contact
	wanted   id.Contact // the caller of the address, to be chosen when they are listed
	channel  verification.Channel
	ticket   string
	locale   string
	wrong    map[string]string
	problem  string
	busy     bool
}

func (s *callStart) reset() {
	*s = callStart{channel: verification.Phone, locale: string(ui.Locale())}
}

// begin takes organization and caller from the address.
func (s *callStart) begin(ctx app.Context, v *Verify, of id.Organization, who id.Contact) {
	s.reset()
	s.loading, s.wanted = of, who
	client.Load(ctx, v.At.Session, api.GetFound, api.Org{Org: of}, false, func(ctx app.Context, f api.Found, err error) {
		if s.loading != of {
			return
		}
		s.loading = ""
		if err != nil {
			s.problem = client.Explain(err).Text
			return
		}
		s.choose(ctx, v, &f)
	})
}

func (s *callStart) search(v *Verify, q string) {
	s.query = q
	s.later(v, func(ctx app.Context) {
		if strings.TrimSpace(s.query) == "" {
			s.found = loaded[api.FoundList]{}
			return
		}
		load(ctx, v.At, &s.found, api.SearchOrganizations, api.SearchIn{Query: s.query}, false, func(app.Context) {
			if s.found.err == nil {
				ui.Announce(ui.T("hub.found", "n", len(s.found.value.Organizations)))
			}
		})
	})
}

// later acts when the person has stopped typing.
func (s *callStart) later(v *Verify, act func(app.Context)) {
	if s.pause != nil {
		s.pause()
	}
	s.pause = ui.After(v.ctx, searchPause, act)
}

func (s *callStart) choose(ctx app.Context, v *Verify, f *api.Found) {
	s.org, s.caller, s.who, s.problem, s.wrong = f, "", "", "", nil
	s.contacts = loaded[api.Contacts]{}
	s.load(ctx, v)
	ui.FocusLater(v.ctx, "verify-who")
}

func (s *callStart) load(ctx app.Context, v *Verify) {
	in := api.StaffContactsIn{Org: api.Org{Org: s.org.ID}}
	in.Query, in.Limit = strings.TrimSpace(s.who), 50
	if s.wanted != "" {
		in.Limit = 200
	}
	load(ctx, v.At, &s.contacts, api.ListStaffContacts, in, false, func(app.Context) {
		list := s.contacts.value.Contacts
		if s.contacts.err != nil {
			return
		}
		if s.wanted != "" && slices.ContainsFunc(list, func(c api.ContactRow) bool { return c.ID == s.wanted && c.Active }) {
			s.caller = s.wanted
		}
		s.wanted = ""
		if in.Query != "" {
			ui.Announce(ui.T("verify.callers_found", "n", s.contacts.value.Total))
		}
	})
}

// another goes back to the choice of the organization.
func (s *callStart) another(v *Verify) {
	query, found := s.query, s.found
	s.reset()
	s.query, s.found = query, found
	v.replace("org", "", "contact", "")
	ui.FocusLater(v.ctx, "verify-organization")
}

func (s *callStart) render(v *Verify) app.UI {
	body := []app.UI{slot(formError(s.problem)), slot(s.organization(v))}
	if s.org != nil {
		body = append(body, s.person(v), s.circumstances(v),
			ui.Row(&ui.Button{ID: "verify-begin", Label: ui.T("verify.begin"), Icon: channelIcon(s.channel), Kind: ui.Primary, Submit: true, Busy: s.busy,
				Disabled: offlineReason(v.At)}))
	}
	return &ui.Card{ID: "new-call", Title: ui.T("verify.start"), Body: []app.UI{
		&ui.Form{ID: "verify-start", Label: ui.T("verify.start"), Busy: s.busy, Body: body, OnSubmit: func(ctx app.Context) { s.submit(ctx, v) }}}}
}

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
			s.later(v, func(ctx app.Context) { s.load(ctx, v) })
		}}}
	switch {
	case s.contacts.err != nil:
		body = append(body, failed(s.contacts.err, s.contacts.busy, func(ctx app.Context) { s.load(ctx, v) }))
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

// contactName is the person, with the firm where it is another name.
func contactName(c *api.ContactRow) string {
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
		return "–"
	}
	return ui.T("contact.type." + string(t))
}

func channelIcon(c verification.Channel) ui.IconName {
	if c == verification.Chat {
		return ui.IconMessage
	}
	return ui.IconPhone
}

// circumstances are channel, ticket and language.
func (s *callStart) circumstances(v *Verify) app.UI {
	languages := []ui.Option{}
	for _, l := range i18n.Locales() {
		languages = append(languages, ui.Option{Value: string(l), Label: l.Name()})
	}
	return ui.Stack(
		&ui.RadioGroup{ID: "verify-channel", Label: ui.T("verify.channel"), Value: string(s.channel), Horizontal: true, Error: s.wrong["channel"],
			Choices:  []ui.Choice{{Value: string(verification.Phone), Label: ui.T("verify.channel.phone")}, {Value: string(verification.Chat), Label: ui.T("verify.channel.chat")}},
			OnChange: func(_ app.Context, value string) { s.channel = verification.Channel(value) }},
		ui.Grid(
			&ui.Select{ID: "verify-locale", Label: ui.T("verify.language"), Hint: ui.T("verify.language_hint"), Value: s.locale, Options: languages, Error: s.wrong["locale"],
				OnChange: func(_ app.Context, value string) { s.locale = value }},
			&ui.Field{ID: "verify-ticket", Label: ui.T("verify.ticket"), Value: s.ticket, Optional: true, MaxLength: 40, Autocomplete: "off", Error: s.wrong["ticket"],
				OnInput: func(_ app.Context, value string) { s.ticket = value }},
		),
	)
}

func (s *callStart) submit(ctx app.Context, v *Verify) {
	if s.busy || s.org == nil || offlineReason(v.At) != "" {
		return
	}
	s.wrong, s.problem = map[string]string{}, ""
	if s.caller == "" {
		s.wrong["contact"] = ui.T("verify.caller_needed")
		ui.FocusLater(ctx, "verify-caller-0")
		return
	}
	s.busy = true
	in := api.StartVerificationIn{Org: api.Org{Org: s.org.ID}}
	in.Body.Contact, in.Body.Channel, in.Body.Ticket, in.Body.Locale = s.caller, s.channel, strings.TrimSpace(s.ticket), s.locale
	client.Call(v.ctx, v.At.Session, api.StartVerification, in, func(ctx app.Context, c api.AgentCall, err error) {
		s.busy = false
		if err != nil {
			s.wrong, s.problem = formFailure(err, "contact", "channel", "ticket", "locale")
			ui.FocusInvalid(ctx)
			return
		}
		s.reset()
		v.call = callCard{org: c.Org, id: c.ID}
		v.replace("org", string(c.Org), "call", string(c.ID), "contact", "")
		v.call.take(c)
		ui.Announce(readOut(&c) + ": " + c.Counter)
		ui.FocusLater(v.ctx, "verify-heard")
		v.load(ctx, true)
	})
}
