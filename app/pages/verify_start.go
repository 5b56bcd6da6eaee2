package pages

import (
	"slices"
	"strings"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/i18n"
	"countersign/shared/id"
	"countersign/shared/verification"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

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

// begin takes organization, caller and ticket from the address.
func (s *callStart) begin(ctx app.Context, v *Verify, of id.Organization, who id.Contact, ticket string) {
	s.reset()
	s.loading, s.wanted, s.ticket = of, who, ticket
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
	s.load(ctx, v, false)
	ui.FocusLater(v.ctx, "verify-who")
}

func (s *callStart) load(ctx app.Context, v *Verify, background bool) {
	in := api.StaffContactsIn{Org: api.Org{Org: s.org.ID}}
	in.Query, in.Limit = strings.TrimSpace(s.who), 50
	if s.wanted != "" {
		in.Limit = 200
	}
	load(ctx, v.At, &s.contacts, api.ListStaffContacts, in, background, func(app.Context) {
		list := s.contacts.value.Contacts
		if s.contacts.err != nil {
			return
		}
		if s.wanted != "" && slices.ContainsFunc(list, func(c api.ContactRow) bool { return c.ID == s.wanted && c.Active }) {
			s.caller = s.wanted
		}
		s.wanted = ""
		if in.Query != "" && !background {
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
	if s.org == nil { // Enter in the search takes what alone was found
		if list := s.found.value.Organizations; len(list) == 1 {
			s.choose(ctx, v, &list[0])
		}
		return
	}
	if s.busy || offlineReason(v.At) != "" {
		return
	}
	if list := s.contacts.value.Contacts; s.caller == "" && len(list) == 1 && list[0].Active {
		s.caller = list[0].ID
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
		v.call.data.put(c)
		ui.Announce(readOut(&c) + ": " + c.Counter)
		v.call.enter(v)
		v.load(ctx, true)
	})
}
