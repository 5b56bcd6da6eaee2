package pages

import (
	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/i18n"
	"countersign/shared/org"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// staffInvitation invites a member of staff by mail.
type staffInvitation struct {
	open    bool
	in      api.InviteStaffIn
	errors  map[string]string
	general string
	busy    bool
}

func (f *staffInvitation) show() {
	*f = staffInvitation{open: true}
	f.in.Body.Role, f.in.Body.Locale = org.Agent, string(ui.Locale())
}

func (f *staffInvitation) dirty() bool { return f.open && f.in.Body.Name+f.in.Body.Email != "" }

func (f *staffInvitation) typed() []client.Unsent {
	if !f.dirty() {
		return nil
	}
	return []client.Unsent{{Label: ui.T("staffpage.invite"), Text: f.in.Body.Name + " " + f.in.Body.Email}}
}

func (f *staffInvitation) render(s *Staff) app.UI {
	b := &f.in.Body
	return &ui.Dialog{ID: "staff-new", Open: f.open, Title: ui.T("staffpage.invite"), Lead: ui.T("staffpage.invite_lead"), Dirty: f.dirty(),
		OnClose:  func(app.Context) { *f = staffInvitation{} },
		OnSubmit: func(ctx app.Context) { f.submit(ctx, s) },
		Body: func() []app.UI {
			return []app.UI{ui.Stack(
				slot(formError(f.general)),
				&ui.Field{ID: "invite-name", Label: ui.T("staffpage.name"), Value: b.Name, MaxLength: 120, Required: true, Autocomplete: "off", Error: f.errors["name"],
					OnInput: func(_ app.Context, v string) { b.Name = v }},
				&ui.Field{ID: "invite-email", Label: ui.T("staffpage.email"), Kind: ui.Email, Value: b.Email, MaxLength: 254, Required: true, Autocomplete: "off",
					Error: f.errors["email"], OnInput: func(_ app.Context, v string) { b.Email = v }},
				roleChoice("invite-role", b.Role, f.errors["role"], func(r org.Rank) { b.Role = r }),
				languageSelect("invite-locale", b.Locale, func(v string) { b.Locale = v }),
			)}
		},
		Actions: func() []app.UI {
			return []app.UI{&ui.Button{Label: ui.T("staffpage.invite_act"), Kind: ui.Primary, Submit: true, Busy: f.busy}}
		},
	}
}

func (f *staffInvitation) submit(ctx app.Context, s *Staff) {
	if f.busy {
		return
	}
	f.errors, f.general = map[string]string{}, ""
	for name, value := range map[string]string{"name": f.in.Body.Name, "email": f.in.Body.Email} {
		if value == "" {
			f.errors[name] = ui.T("shell.needed")
		}
	}
	if len(f.errors) > 0 {
		ui.FocusInvalid(ctx)
		return
	}
	f.busy = true
	client.Call(s.ctx, s.At.Session, api.InviteStaff, f.in, func(ctx app.Context, made api.StaffMember, err error) {
		f.busy = false
		if err != nil {
			f.errors, f.general = formFailure(err, "name", "email", "role", "locale")
			ui.FocusInvalid(ctx)
			return
		}
		ui.ShowToast(ui.Toast{Text: ui.T("staffpage.invited", "name", made.Name, "email", made.Email)})
		*f = staffInvitation{}
		s.load(ctx, true)
	})
}

// What is done with a member of staff.
type staffAct string

const (
	changeRole staffAct = "role"
	deactivate staffAct = "deactivate"
	reactivate staffAct = "reactivate"
)

// staffChange changes a role, or says what stops before somebody is deactivated.
type staffChange struct {
	of      *api.StaffMember
	act     staffAct
	role    org.Rank
	general string
	busy    bool
}

func (c *staffChange) show(m *api.StaffMember, act staffAct) {
	*c = staffChange{of: m, act: act, role: m.Rank}
}

func (c *staffChange) render(s *Staff) app.UI {
	d := &ui.Dialog{ID: "staff-change", Open: c.of != nil, Size: ui.Small, Alert: c.act == deactivate, OnClose: func(app.Context) { *c = staffChange{} }}
	if c.of == nil {
		return d
	}
	d.Title = ui.T("staffpage."+string(c.act)+".title", "name", c.of.Name)
	d.Body = func() []app.UI {
		parts := []app.UI{slot(formError(c.general)), app.P().Text(ui.T("staffpage."+string(c.act)+".text", "name", c.of.Name))}
		if c.act == changeRole {
			parts = append(parts, roleChoice("change-role", c.role, "", func(r org.Rank) { c.role = r }))
		}
		return []app.UI{ui.Stack(parts...)}
	}
	d.Actions = func() []app.UI {
		b := &ui.Button{Label: ui.T("staffpage." + string(c.act) + ".act"), Kind: ui.Primary, Submit: true, Busy: c.busy}
		if c.act == deactivate {
			b.Kind = ui.Danger
		}
		return []app.UI{b}
	}
	d.OnSubmit = func(ctx app.Context) { c.submit(ctx, s) }
	return d
}

func (c *staffChange) submit(_ app.Context, s *Staff) {
	if c.busy {
		return
	}
	c.busy, c.general = true, ""
	in := api.UpdateStaffIn{Staff: c.of.ID}
	in.Body.Role, in.Body.Active = c.role, c.of.Active
	switch c.act {
	case deactivate:
		in.Body.Active = false
	case reactivate:
		in.Body.Active = true
	}
	client.Call(s.ctx, s.At.Session, api.UpdateStaff, in, func(ctx app.Context, m api.StaffMember, err error) {
		c.busy = false
		if err != nil {
			c.general = client.Explain(err).Text
			return
		}
		ui.ShowToast(ui.Toast{Text: ui.T("staffpage."+string(c.act)+".done", "name", m.Name, "role", rankName(m.Rank))})
		*c = staffChange{}
		s.load(ctx, true)
	})
}

// roleChoice offers the staff roles, each with what it permits.
func roleChoice(id string, value org.Rank, err string, choose func(org.Rank)) app.UI {
	choices := []ui.Choice{}
	for _, r := range org.Ranks() {
		choices = append(choices, ui.Choice{Value: string(r), Label: rankName(r), Hint: ui.T("staffpage.may." + string(r))})
	}
	return &ui.RadioGroup{ID: id, Label: ui.T("staffpage.role"), Value: string(value), Choices: choices, Error: err,
		OnChange: func(_ app.Context, v string) { choose(org.Rank(v)) }}
}

// languageSelect chooses the language in which somebody is written to.
func languageSelect(id, value string, choose func(string)) app.UI {
	options := []ui.Option{}
	for _, l := range i18n.Locales() {
		options = append(options, ui.Option{Value: string(l), Label: l.Name()})
	}
	return &ui.Select{ID: id, Label: ui.T("shell.language"), Hint: ui.T("shell.language_hint"), Value: value, Options: options,
		OnChange: func(_ app.Context, v string) { choose(v) }}
}
