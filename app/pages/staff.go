package pages

import (
	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/live"
	"countersign/shared/org"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Staff is the list of the provider's people; administrators invite, change roles and deactivate.
type Staff struct {
	app.Compo

	At client.Seat

	ctx    app.Context
	stop   []func()
	list   loaded[api.Staff]
	invite staffInvitation
	change staffChange
}

// CompoID tells go-app which page this is.
func (s *Staff) CompoID() string { return s.At.Key("staff") }

// OnMount loads the page and follows what changes.
func (s *Staff) OnMount(ctx app.Context) {
	s.ctx = ctx
	s.stop = []func(){
		s.At.Session.Watch(ctx, "", func(ctx app.Context) { s.load(ctx, true) }, live.Staff),
		s.At.Session.Keep("staff", s.invite.typed),
	}
	s.load(ctx, false)
}

// OnPreRender is OnMount outside a browser.
func (s *Staff) OnPreRender(ctx app.Context) { s.OnMount(ctx) }

// OnDismount stops following.
func (s *Staff) OnDismount() {
	for _, stop := range s.stop {
		stop()
	}
}

func (s *Staff) load(ctx app.Context, background bool) {
	load(ctx, s.At, &s.list, api.ListStaff, api.None{}, background)
}

func (s *Staff) administrator() bool { return rankAtLeast(s.At, org.Administrator) }

// Render implements app.Composer.
func (s *Staff) Render() app.UI {
	header := &ui.PageHeader{Title: ui.T("nav.staff"), Lead: ui.T("staffpage.lead")}
	if s.administrator() {
		header.Actions = []app.UI{&ui.Button{ID: "staff-invite", Label: ui.T("staffpage.invite"), Icon: ui.IconUserPlus, Kind: ui.Create,
			OnClick: func(app.Context, app.Event) { s.invite.show() }}}
	}
	return app.Div().Class("stack", "lg").Body(
		header,
		region(s.At, &s.list, 5, func(ctx app.Context) { s.load(ctx, false) }, func(list api.Staff) []app.UI {
			lines := make([]ui.Line, 0, len(list.Members))
			for i := range list.Members {
				lines = append(lines, s.line(&list.Members[i]))
			}
			columns := []ui.Column{{Title: ui.T("staffpage.name"), Kind: ui.Title}, {Title: ui.T("staffpage.role")}, {Title: ui.T("staffpage.email")},
				{Title: ui.T("staffpage.last_sign_in"), Kind: ui.Drop}, {Title: ui.T("staffpage.factor"), Kind: ui.Drop}, {Title: ui.T("staffpage.state"), Kind: ui.State}}
			if s.administrator() {
				columns = append(columns, ui.Column{Title: ui.T("staffpage.acts"), HideTitle: true, Kind: ui.Act})
			}
			return []app.UI{&ui.Table{ID: "staff-list", Label: ui.T("nav.staff"), Columns: columns, Lines: lines}}
		}),
		s.invite.render(s),
		s.change.render(s),
	)
}

func (s *Staff) line(m *api.StaffMember) ui.Line {
	name := app.UI(app.Text(m.Name))
	if m.Self {
		name = app.Span().Body(app.Text(m.Name+" "), app.Span().Class("hint").Text(ui.T("staffpage.you")))
	}
	last := app.UI(app.Text(ui.T("staffpage.never")))
	if !m.LastSignIn.IsZero() {
		last = timeTag(m.LastSignIn)
	}
	factor := ui.TagIcon(ui.OK, ui.IconShieldCheck, ui.T("staffpage.factor_on"))
	if !m.Factor {
		factor = ui.TagIcon(ui.Neutral, ui.IconShield, ui.T("staffpage.factor_off"))
	}
	cells := []app.UI{name, app.Text(rankName(m.Rank)), emailCell(m.Email), last, factor, memberState(m)}
	if s.administrator() {
		cells = append(cells, s.acts(m))
	}
	return ui.Line{ID: string(m.ID), Quiet: !m.Active, Cells: cells}
}

func memberState(m *api.StaffMember) app.UI {
	switch {
	case !m.Active:
		return ui.TagIcon(ui.Neutral, ui.IconBan, ui.T("staffpage.state.deactivated"))
	case m.Invited:
		return ui.TagIcon(ui.Info, ui.IconMail, ui.T("staffpage.state.invited"))
	}
	return ui.Tag(ui.OK, ui.T("staffpage.state.active"))
}

func (s *Staff) acts(m *api.StaffMember) app.UI {
	own := ""
	if m.Self {
		own = ui.T("staffpage.not_oneself")
	}
	items := []ui.MenuItem{{Label: ui.T("staffpage.change_role"), Icon: ui.IconShieldUser, Disabled: own, OnSelect: func(app.Context) { s.change.show(m, changeRole) }}}
	if m.Invited && m.Active {
		items = append(items, ui.MenuItem{Label: ui.T("staffpage.resend"), Icon: ui.IconSend, OnSelect: func(app.Context) { s.resend(m) }})
	}
	if m.Active {
		items = append(items, ui.MenuItem{Label: ui.T("staffpage.deactivate"), Icon: ui.IconUserX, Danger: true, Disabled: own,
			OnSelect: func(app.Context) { s.change.show(m, deactivate) }})
	} else {
		items = append(items, ui.MenuItem{Label: ui.T("staffpage.reactivate"), Icon: ui.IconUserCheck, OnSelect: func(app.Context) { s.change.show(m, reactivate) }})
	}
	return &ui.Menu{ID: "acts-" + string(m.ID), Label: ui.T("staffpage.acts"), Name: ui.T("staffpage.acts_for", "name", m.Name), Icon: ui.IconEllipsis,
		IconOnly: true, Kind: ui.Quiet, Items: items}
}

func (s *Staff) resend(m *api.StaffMember) {
	client.Call(s.ctx, s.At.Session, api.ResendStaffInvitation, api.StaffIn{Staff: m.ID}, func(_ app.Context, _ api.None, err error) {
		if err != nil {
			toastFailure(err)
			return
		}
		ui.ShowToast(ui.Toast{Text: ui.T("staffpage.resent", "email", m.Email)})
	})
}
