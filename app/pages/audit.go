package pages

import (
	"strconv"
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// pageAudit is the customer's record; the staff's is "audit".
const pageAudit = "manage/audit"

// auditPage is how many entries are fetched at once.
const auditPage = 50

// Audit is the record of an organization, and for staff that of the provider or of the organization in the address.
type Audit struct {
	app.Compo

	At client.Seat

	ctx     app.Context
	stop    func()
	first   loaded[api.Activity] // the newest page that was fetched
	entries []audit.Entry        // as shown, newest first
	more    bool
	older   bool // being fetched
	text    string
	of      api.Found // the organization in the address, for staff
	head    *api.AuditHead
	headAt  time.Time
	walking bool
	saving  bool
	open    *audit.Entry
	shown   string // address parameters of what is shown
}

// CompoID tells go-app that another record is another page.
func (a *Audit) CompoID() string { return a.At.Key("audit") }

// OnMount loads the page and follows what changes.
func (a *Audit) OnMount(ctx app.Context) {
	a.ctx = ctx
	kinds := []live.Kind{live.Activity, live.Access, live.Organization, live.Staff, live.Contacts}
	a.stop = a.At.Session.Watch(ctx, a.At.Org, func(ctx app.Context) { a.load(ctx, true) }, kinds...)
	a.reset(ctx)
}

// OnPreRender is OnMount outside a browser.
func (a *Audit) OnPreRender(ctx app.Context) { a.OnMount(ctx) }

// OnUpdate loads again when the filters in the address changed.
func (a *Audit) OnUpdate(ctx app.Context) {
	if a.shown != a.At.Query {
		a.reset(ctx)
	}
}

// OnDismount stops following.
func (a *Audit) OnDismount() {
	if a.stop != nil {
		a.stop()
	}
}

func (a *Audit) reset(ctx app.Context) {
	a.shown = a.At.Query
	a.text = a.At.Param("text")
	a.first, a.entries, a.more = loaded[api.Activity]{loading: loading{turn: a.first.turn}}, nil, false
	a.load(ctx, false)
	if org := a.org(); org == "" || a.of.ID != org {
		a.of = api.Found{}
		if org != "" {
			client.Load(ctx, a.At.Session, api.GetFound, api.Org{Org: org}, false, func(_ app.Context, f api.Found, err error) {
				if err == nil {
					a.of = f
				}
			})
		}
	}
}

// org is the organization whose record staff look at; "" for the provider's own.
func (a *Audit) org() id.Organization {
	if a.At.As != api.AsStaff {
		return ""
	}
	return id.Organization(a.At.Param("org"))
}

func (a *Audit) filter() api.AuditFilter {
	f := api.AuditFilter{Kind: a.At.Param("kind"), Actor: a.At.Param("actor"), Text: a.At.Param("text")}
	if day, ok := localDay(a.At.Param("from")); ok {
		f.From = day.UnixMilli()
	}
	if day, ok := localDay(a.At.Param("to")); ok {
		f.To = day.AddDate(0, 0, 1).UnixMilli()
	}
	return f
}

// localDay reads "2026-11-22" as the start of that day where the person is.
func localDay(s string) (time.Time, bool) {
	day, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return time.Time{}, false
	}
	_, offset := client.Local(day).Zone()
	return day.Add(-time.Duration(offset) * time.Second), true
}

// load fetches the newest page. What a background load brings is kept back and counted, so that nothing moves under
// the pointer.
func (a *Audit) load(ctx app.Context, background bool) {
	page := api.Page{Limit: auditPage}
	then := func(app.Context) {
		if a.first.err == nil && (!background || len(a.entries) == 0) {
			a.showNew()
		}
	}
	if a.At.As == api.AsStaff {
		load(ctx, a.At, &a.first, api.ListStaffAudit, api.StaffAuditIn{Page: page, AuditFilter: a.filter(), Org: a.org()}, background, then)
		return
	}
	load(ctx, a.At, &a.first, api.ListAudit, api.AuditIn{Org: a.At.OrgIn(), Page: page, AuditFilter: a.filter()}, background, then)
}

// showNew shows the fetched newest page. When it reaches what was shown, the older entries stay below it.
func (a *Audit) showNew() {
	fetched := a.first.value.Entries
	if len(a.entries) > 0 && len(fetched) > 0 && fetched[len(fetched)-1].Seq <= a.entries[0].Seq {
		a.entries = append(append([]audit.Entry(nil), fetched[:a.fresh()]...), a.entries...)
		return
	}
	a.entries, a.more = fetched, a.first.value.More
}

// fresh is how many fetched entries are not shown yet.
func (a *Audit) fresh() int {
	if len(a.entries) == 0 {
		return 0
	}
	for i, e := range a.first.value.Entries {
		if e.Seq <= a.entries[0].Seq {
			return i
		}
	}
	return len(a.first.value.Entries)
}

func (a *Audit) loadOlder(app.Context, app.Event) {
	a.older = true
	page := api.Page{Before: a.entries[len(a.entries)-1].Seq, Limit: auditPage}
	done := func(ctx app.Context, out api.Activity, err error) {
		a.older = false
		if err != nil {
			toastFailure(err)
			return
		}
		a.entries, a.more = append(a.entries, out.Entries...), out.More
	}
	if a.At.As == api.AsStaff {
		client.Load(a.ctx, a.At.Session, api.ListStaffAudit, api.StaffAuditIn{Page: page, AuditFilter: a.filter(), Org: a.org()}, false, done)
		return
	}
	client.Load(a.ctx, a.At.Session, api.ListAudit, api.AuditIn{Org: a.At.OrgIn(), Page: page, AuditFilter: a.filter()}, false, done)
}

// Render implements app.Composer.
func (a *Audit) Render() app.UI {
	return app.Div().Class("stack", "lg").Body(
		a.renderHeader(),
		slot(a.renderTabs()),
		slot(a.renderHead()),
		a.renderFilters(),
		region(a.At, &a.first, 8, func(ctx app.Context) { a.load(ctx, false) }, func(api.Activity) []app.UI {
			return []app.UI{a.renderNew(), a.renderDays()}
		}),
		a.renderEntry(),
	)
}

func (a *Audit) renderHeader() app.UI {
	if a.At.As == api.AsStaff {
		if a.org() == "" {
			return &ui.PageHeader{Title: ui.T("nav.audit"), Lead: ui.T("audit.page.lead_provider")}
		}
		return &ui.PageHeader{Title: ui.T("nav.audit"), Lead: ui.T("audit.page.lead_of", "organization", a.of.Name, "reference", a.of.Reference),
			Actions: []app.UI{&ui.Button{Label: ui.T("audit.page.provider"), Icon: ui.IconX, Href: a.At.With("org", "")}}}
	}
	h := &ui.PageHeader{Title: ui.T("nav.audit"), Lead: ui.T("audit.page.lead"), Crumbs: []ui.Crumb{{Label: ui.T("nav.manage_organization"), Href: a.At.Href(firstManagePage(a.At))}}}
	if a.At.As == api.AsSupport {
		return h
	}
	h.Actions = []app.UI{&ui.Button{ID: "audit-check", Label: ui.T("audit.page.check"), Icon: ui.IconShieldCheck, Busy: a.walking, OnClick: a.walk}}
	if a.At.Can(perm.AuditExport) {
		h.Actions = append(h.Actions, &ui.Button{ID: "audit-export", Label: ui.T("audit.page.export"), Icon: ui.IconDownload, Busy: a.saving, OnClick: a.save})
	}
	return h
}

// firstManagePage is the first tab of Manage Organization that the person may see; everybody may know who the owner is.
func firstManagePage(at client.Seat) string {
	switch {
	case at.Can(perm.RemoteSupportView):
		return pageRemoteSupport
	case at.Can(perm.SignificantChangesView):
		return pageChanges
	case at.Can(perm.AuditView):
		return pageAudit
	}
	return pageOwnership
}

func (a *Audit) renderTabs() app.UI {
	if a.At.As == api.AsStaff {
		return nil
	}
	return manageTabs(a.At, "audit")
}

func (a *Audit) renderHead() app.UI {
	switch {
	case a.head == nil:
		return nil
	case a.head.Verified:
		return &ui.Banner{Tone: ui.OK, Icon: ui.IconShieldCheck, Title: ui.T("audit.page.intact", "n", a.head.Seq),
			Text: ui.T("audit.page.intact_text", "time", clock(a.headAt)), OnClose: func(app.Context) { a.head = nil }}
	}
	return &ui.Banner{Tone: ui.Bad, Icon: ui.IconShieldAlert, Title: ui.T("audit.page.broken"), Text: a.head.Fault, Alert: true,
		OnClose: func(app.Context) { a.head = nil }}
}

func (a *Audit) walk(app.Context, app.Event) {
	a.walking = true
	client.Call(a.ctx, a.At.Session, api.VerifyAudit, a.At.OrgIn(), func(_ app.Context, head api.AuditHead, err error) {
		a.walking = false
		if err != nil {
			toastFailure(err)
			return
		}
		a.head, a.headAt = &head, ui.ServerNow()
		if head.Verified {
			ui.Announce(ui.T("audit.page.intact", "n", head.Seq))
		}
	})
}

func (a *Audit) save(app.Context, app.Event) {
	a.saving = true
	client.Call(a.ctx, a.At.Session, api.ExportAudit, a.At.OrgIn(), func(_ app.Context, out api.AuditExport, err error) {
		a.saving = false
		if err != nil {
			toastFailure(err)
			return
		}
		client.Save(out.Name, "text/csv;charset=utf-8", out.CSV)
		ui.ShowToast(ui.Toast{Text: ui.T("audit.page.exported", "file", out.Name)})
	})
}

func (a *Audit) renderNew() app.UI {
	n := a.fresh()
	if n == 0 {
		return slot(nil)
	}
	return slot(&ui.Button{ID: "audit-new", Label: ui.T("ui.new_entries", "n", n), Icon: ui.IconArrowUp, Block: true,
		OnClick: func(ctx app.Context, _ app.Event) {
			a.showNew()
			ui.FocusLater(ctx, ui.PageTitleID) // the button goes
		}})
}

// renderDays lists the entries, a card for each day.
func (a *Audit) renderDays() app.UI {
	if len(a.entries) == 0 {
		return &ui.Card{Body: []app.UI{a.renderEmpty()}}
	}
	var cards []app.UI
	for from := 0; from < len(a.entries); {
		day := time.UnixMilli(a.entries[from].At)
		to := from
		var list []ui.Entry
		for ; to < len(a.entries) && sameDay(day, time.UnixMilli(a.entries[to].At)); to++ {
			list = append(list, a.line(&a.entries[to]))
		}
		cards = append(cards, &ui.Card{Title: dayName(day), Flush: true, Body: []app.UI{&ui.Feed{Label: dayName(day), Entries: list}}})
		from = to
	}
	if a.more {
		cards = append(cards, ui.Row(&ui.Button{ID: "audit-older", Label: ui.T("audit.page.older"), Busy: a.older, OnClick: a.loadOlder}))
	}
	return app.Div().ID("audit-list").Class("stack").Body(cards...)
}

func (a *Audit) renderEmpty() app.UI {
	n := a.filters()
	if n == 0 {
		return &ui.Empty{Icon: ui.IconHistory, Title: ui.T("audit.page.empty"), Text: ui.T("audit.page.empty_text")}
	}
	return &ui.Empty{Icon: ui.IconFilter, Title: ui.T("audit.page.no_match", "n", n), Actions: []app.UI{
		&ui.Button{Label: ui.T("audit.page.clear"), Href: a.At.With("kind", "", "actor", "", "from", "", "to", "", "text", "")}}}
}

func (a *Audit) line(e *audit.Entry) ui.Entry {
	at := time.UnixMilli(e.At)
	what := sentence(*e)
	tone := ui.Neutral
	if e.Outcome == audit.Refused {
		what = append(what, app.Text(" "), ui.Tag(ui.Warn, ui.T("audit.page.refused")))
		tone = ui.Warn
	}
	by := ui.T("audit.page.by." + string(e.Actor.Kind))
	if e.Address != "" {
		by += " · " + e.Address
	}
	entry := *e
	return ui.Entry{ID: strconv.FormatInt(e.Seq, 10), Time: clock(at), At: at.UTC().Format(time.RFC3339), Tone: tone, Body: []app.UI{ui.Split(
		app.Div().Body(app.Div().Body(what...), app.Div().Class("hint").Text(by)),
		&ui.Button{Label: ui.T("audit.page.details"), Name: ui.T("audit.page.details_of", "n", e.Seq), Icon: ui.IconInfo, IconOnly: true, Kind: ui.Quiet, Small: true,
			OnClick: func(app.Context, app.Event) { a.open = &entry }},
	)}}
}
