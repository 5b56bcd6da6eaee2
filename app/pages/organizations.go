package pages

import (
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/live"
	"countersign/shared/org"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Organizations is the staff's list of customers: find, create with an invitation to the owner, suspend, close, reopen.
type Organizations struct {
	app.Compo

	At client.Seat

	ctx    app.Context
	stop   []func()
	list   loaded[api.FoundList]
	query  string
	shown  string // the search whose results are shown
	pause  func()
	create organizationForm
	state  stateChange
}

// CompoID tells go-app which page this is.
func (o *Organizations) CompoID() string { return o.At.Key("organizations") }

// OnMount loads the page and follows what changes.
func (o *Organizations) OnMount(ctx app.Context) {
	o.ctx = ctx
	o.stop = []func(){
		o.At.Session.Watch(ctx, "", func(ctx app.Context) { o.load(ctx, true) }, live.Organization, live.Access),
		o.At.Session.Keep("organizations", o.create.typed),
	}
	o.query = o.At.Param("q")
	o.load(ctx, false)
}

// OnPreRender is OnMount outside a browser.
func (o *Organizations) OnPreRender(ctx app.Context) { o.OnMount(ctx) }

// OnUpdate searches again when the address changed.
func (o *Organizations) OnUpdate(ctx app.Context) {
	if q := o.At.Param("q"); q != o.shown {
		o.query = q
		o.load(ctx, false)
	}
}

// OnDismount stops following.
func (o *Organizations) OnDismount() {
	for _, stop := range o.stop {
		stop()
	}
	if o.pause != nil {
		o.pause()
	}
}

func (o *Organizations) load(ctx app.Context, background bool) {
	o.shown = o.query
	load(ctx, o.At, &o.list, api.SearchOrganizations, api.SearchIn{Query: o.query}, background)
}

// search waits for a pause in typing; the search then stands in the address.
func (o *Organizations) search(ctx app.Context, text string) {
	o.query = text
	if o.pause != nil {
		o.pause()
	}
	o.pause = ui.After(o.ctx, 250*time.Millisecond, func(ctx app.Context) {
		ctx.Navigate(o.At.With("q", o.query))
		o.load(ctx, false)
	})
}

func (o *Organizations) administrator() bool { return rankAtLeast(o.At, org.Administrator) }

func rankAtLeast(at client.Seat, min org.Rank) bool {
	me := at.Session.Me()
	return me != nil && me.Staff != nil && me.Staff.Rank.AtLeast(min)
}

// Render implements app.Composer.
func (o *Organizations) Render() app.UI {
	header := &ui.PageHeader{Title: ui.T("nav.organizations"), Lead: ui.T("orgpage.lead")}
	if o.administrator() {
		header.Actions = []app.UI{&ui.Button{ID: "organization-create", Label: ui.T("orgpage.create"), Icon: ui.IconPlus, Kind: ui.Create,
			OnClick: func(app.Context, app.Event) { o.create.show() }}}
	}
	return app.Div().Class("stack", "lg").Body(
		header,
		&ui.Field{ID: "organization-search", Label: ui.T("orgpage.search"), Kind: ui.Search, Value: o.query, MaxLength: 200,
			Hint: ui.T("orgpage.search_hint"), OnInput: o.search},
		region(o.At, &o.list, 5, func(ctx app.Context) { o.load(ctx, false) }, o.renderList),
		o.create.render(o),
		o.state.render(o),
	)
}

func (o *Organizations) renderList(list api.FoundList) []app.UI {
	if len(list.Organizations) == 0 && o.shown == "" {
		return []app.UI{&ui.Empty{Icon: ui.IconBuilding, Title: ui.T("orgpage.nothing_open"), Text: ui.T("orgpage.nothing_open_text")}}
	}
	if len(list.Organizations) == 0 {
		return []app.UI{&ui.Empty{Icon: ui.IconSearch, Title: ui.T("orgpage.no_match", "query", o.shown), Actions: []app.UI{
			&ui.Button{Label: ui.T("orgpage.clear"), OnClick: func(ctx app.Context, _ app.Event) { o.search(ctx, "") }}}}}
	}
	lines := make([]ui.Line, 0, len(list.Organizations))
	for i := range list.Organizations {
		lines = append(lines, o.line(&list.Organizations[i]))
	}
	t := &ui.Table{ID: "organization-list", Label: ui.T("nav.organizations"), Columns: []ui.Column{
		{Title: ui.T("orgpage.name"), Kind: ui.Title}, {Title: ui.T("orgpage.reference")}, {Title: ui.T("orgpage.managed_by")},
		{Title: ui.T("orgpage.owner")}, {Title: ui.T("orgpage.state"), Kind: ui.State}, {Title: ui.T("orgpage.acts"), HideTitle: true, Kind: ui.Act},
	}, Lines: lines}
	if list.More {
		t.Foot = []app.UI{ui.Hint(ui.T("orgpage.more"))}
	}
	return []app.UI{t}
}

func (o *Organizations) line(f *api.Found) ui.Line {
	return ui.Line{ID: string(f.ID), Quiet: f.State == org.Closed, Cells: []app.UI{
		ui.Link("/"+pageOrganizations+"/"+string(f.ID), f.Name), app.Text(f.Reference), app.Text(managedByName(f.ManagedBy)), app.Text(f.OwnerName), organizationState(f.State), o.acts(f),
	}}
}

func organizationState(s org.State) app.UI {
	switch s {
	case org.Active:
		return ui.Tag(ui.OK, ui.T("orgpage.state.active"))
	case org.Suspended:
		return ui.Tag(ui.Warn, ui.T("orgpage.state.suspended"))
	}
	return ui.TagIcon(ui.Neutral, ui.IconBan, ui.T("orgpage.state.closed"))
}

// acts are what the person may do with an organization.
func (o *Organizations) acts(f *api.Found) app.UI {
	items := []ui.MenuItem{{Label: ui.T("orgdetail.open"), Icon: ui.IconBuilding, Href: "/" + pageOrganizations + "/" + string(f.ID)},
		{Label: ui.T("orgpage.remote"), Icon: ui.IconHeadset, Href: "/" + client.PageHub + "?q=" + f.Reference},
		{Label: ui.T("nav.verify_caller"), Icon: ui.IconShieldCheck, Href: "/" + pageVerify + "?org=" + string(f.ID)}}
	if rankAtLeast(o.At, org.Lead) {
		items = append(items, ui.MenuItem{Label: ui.T("orgpage.record"), Icon: ui.IconHistory, Href: "/audit?org=" + string(f.ID)})
	}
	if o.administrator() {
		change := func(label string, icon ui.IconName, to org.State, danger bool) {
			if f.State != to {
				items = append(items, ui.MenuItem{Label: ui.T(label), Icon: icon, Danger: danger,
					OnSelect: func(app.Context) { o.state.show(f, to) }})
			}
		}
		change("orgpage.reopen", ui.IconRestore, org.Active, false)
		if f.State != org.Closed {
			change("orgpage.suspend", ui.IconBan, org.Suspended, true)
		}
		change("orgpage.close", ui.IconLock, org.Closed, true)
	}
	return &ui.Menu{ID: "acts-" + string(f.ID), Label: ui.T("orgpage.acts"), Name: ui.T("orgpage.acts_for", "name", f.Name), Icon: ui.IconEllipsis,
		IconOnly: true, Kind: ui.Quiet, Items: items}
}

// stateChange asks for the reason before an organization is suspended, closed or reopened.
type stateChange struct {
	of      *api.Found
	to      org.State
	reason  string
	err     string
	general string
	busy    bool
}

func (s *stateChange) show(f *api.Found, to org.State) { *s = stateChange{of: f, to: to} }

func (s *stateChange) render(o *Organizations) app.UI {
	d := &ui.Dialog{ID: "organization-state", Open: s.of != nil, Alert: true, Dirty: s.reason != "", OnClose: func(app.Context) { *s = stateChange{} }}
	if s.of == nil {
		return d
	}
	word := string(s.to)
	d.Title = ui.T("orgpage.to."+word+".title", "name", s.of.Name)
	d.Body = func() []app.UI {
		return []app.UI{
			slot(formError(s.general)),
			app.P().Text(ui.T("orgpage.to." + word + ".text")),
			&ui.Field{ID: "state-reason", Label: ui.T("orgpage.reason"), Hint: ui.T("orgpage.reason_hint"), Kind: ui.Area, Value: s.reason, MaxLength: 500,
				Required: true, Error: s.err, OnInput: func(_ app.Context, v string) { s.reason = v }},
		}
	}
	d.Actions = func() []app.UI {
		kind := ui.Danger
		if s.to == org.Active {
			kind = ui.Primary
		}
		return []app.UI{&ui.Button{Label: ui.T("orgpage.to." + word + ".act"), Kind: kind, Busy: s.busy, Submit: true}}
	}
	d.OnSubmit = func(ctx app.Context) { s.submit(ctx, o) }
	return d
}

func (s *stateChange) submit(ctx app.Context, o *Organizations) {
	if s.busy {
		return
	}
	s.err, s.general = "", ""
	if s.reason == "" {
		s.err = ui.T("orgpage.reason_needed")
		ui.FocusInvalid(ctx)
		return
	}
	s.busy = true
	in := api.OrganizationStateIn{Org: api.Org{Org: s.of.ID}}
	in.Body.State, in.Body.Reason = s.to, s.reason
	client.Call(o.ctx, o.At.Session, api.SetOrganizationState, in, func(ctx app.Context, _ api.None, err error) {
		s.busy = false
		if err != nil {
			fields, general := formFailure(err, "reason")
			s.err, s.general = fields["reason"], general
			ui.FocusInvalid(ctx)
			return
		}
		ui.ShowToast(ui.Toast{Text: ui.T("orgpage.to."+string(s.to)+".done", "name", s.of.Name)})
		*s = stateChange{}
		o.load(ctx, true)
	})
}

// organizationForm creates an organization and invites its owner.
type organizationForm struct {
	open    bool
	in      api.CreateOrganizationIn
	errors  map[string]string
	general string
	busy    bool
	regions []ui.Option
}

func (f *organizationForm) show() {
	*f = organizationForm{open: true}
	for _, r := range client.Regions(ui.Locale()) {
		f.regions = append(f.regions, ui.Option{Value: r.Code, Label: r.Name})
	}
	f.in.Body.ManagedBy, f.in.Body.Locale, f.in.Body.Region = org.Customer, string(ui.Locale()), client.Region()
}

func (f *organizationForm) dirty() bool {
	b := &f.in.Body
	return f.open && b.Name+b.Reference+b.OwnerName+b.OwnerEmail+b.Phone != ""
}

func (f *organizationForm) typed() []client.Unsent {
	if !f.dirty() {
		return nil
	}
	return []client.Unsent{{Label: ui.T("orgpage.create"), Text: f.in.Body.Name + " " + f.in.Body.Reference + " " + f.in.Body.OwnerName + " " + f.in.Body.OwnerEmail}}
}

func (f *organizationForm) render(o *Organizations) app.UI {
	return &ui.Dialog{ID: "organization-new", Open: f.open, Size: ui.Wide, Title: ui.T("orgpage.create"), Lead: ui.T("orgpage.create_lead"), Dirty: f.dirty(),
		OnClose:  func(app.Context) { *f = organizationForm{} },
		OnSubmit: func(ctx app.Context) { f.submit(ctx, o) },
		Body:     f.body,
		Actions: func() []app.UI {
			return []app.UI{&ui.Button{Label: ui.T("orgpage.create_act"), Kind: ui.Primary, Submit: true, Busy: f.busy}}
		},
	}
}

func (f *organizationForm) body() []app.UI {
	b := &f.in.Body
	field := func(name, label string, value *string, more ui.Field) app.UI {
		more.ID, more.Label, more.Value, more.Error = "new-"+name, label, *value, f.errors[name]
		more.Required = !more.Optional
		more.OnInput = func(_ app.Context, v string) { *value = v }
		return &more
	}
	return []app.UI{ui.Stack(
		slot(formError(f.general)),
		ui.Grid(
			field("name", ui.T("orgpage.name"), &b.Name, ui.Field{MaxLength: 120, Autocomplete: "off"}),
			field("reference", ui.T("orgpage.reference"), &b.Reference, ui.Field{MaxLength: 40, Autocomplete: "off", Hint: ui.T("orgpage.reference_hint")}),
			&ui.Select{ID: "new-region", Label: ui.T("orgpage.region"), Hint: ui.T("orgpage.region_hint"), Value: b.Region, Options: f.regions,
				Error: f.errors["region"], OnChange: func(_ app.Context, v string) { b.Region = v }},
			field("phone", ui.T("orgpage.phone"), &b.Phone, ui.Field{Kind: ui.Tel, MaxLength: 40, Autocomplete: "off", Optional: true}),
		),
		&ui.RadioGroup{ID: "new-managed-by", Label: ui.T("orgpage.managed_by"), Value: string(b.ManagedBy), Error: f.errors["managed_by"], Choices: []ui.Choice{
			{Value: string(org.Customer), Label: managedByName(org.Customer), Hint: ui.T("orgpage.managed_customer")},
			{Value: string(org.ServiceProvider), Label: managedByName(org.ServiceProvider), Hint: ui.T("orgpage.managed_provider")},
		}, OnChange: func(_ app.Context, v string) { b.ManagedBy = org.ManagedBy(v) }},
		ui.Grid(
			field("owner_name", ui.T("orgpage.owner_name"), &b.OwnerName, ui.Field{MaxLength: 120, Autocomplete: "off"}),
			field("owner_email", ui.T("orgpage.owner_email"), &b.OwnerEmail, ui.Field{Kind: ui.Email, MaxLength: 254, Autocomplete: "off", Hint: ui.T("orgpage.owner_email_hint")}),
			languageSelect("new-locale", b.Locale, func(v string) { b.Locale = v }),
		),
	)}
}

func (f *organizationForm) submit(ctx app.Context, o *Organizations) {
	if f.busy {
		return
	}
	f.errors, f.general = map[string]string{}, ""
	b := &f.in.Body
	for name, value := range map[string]string{"name": b.Name, "reference": b.Reference, "owner_name": b.OwnerName, "owner_email": b.OwnerEmail} {
		if value == "" {
			f.errors[name] = ui.T("shell.needed")
		}
	}
	if len(f.errors) > 0 {
		ui.FocusInvalid(ctx)
		return
	}
	f.busy = true
	client.Call(o.ctx, o.At.Session, api.CreateOrganization, f.in, func(ctx app.Context, made org.Organization, err error) {
		f.busy = false
		if err != nil {
			f.errors, f.general = formFailure(err, "name", "reference", "region", "phone", "managed_by", "owner_name", "owner_email", "locale")
			ui.FocusInvalid(ctx)
			return
		}
		ui.ShowToast(ui.Toast{Text: ui.T("orgpage.created", "name", made.Name, "email", b.OwnerEmail)})
		*f = organizationForm{}
		o.query = made.Reference
		ctx.Navigate(o.At.With("q", made.Reference))
		o.load(ctx, true)
	})
}
