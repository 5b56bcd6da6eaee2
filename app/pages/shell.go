package pages

import (
	"strings"
	"time"

	"countersign/app/client"
	"countersign/app/offline"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/i18n"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/org"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Portal is the frame around every page: it reads the address, finds out who is there, and shows the page with all that
// is the same everywhere. It stays while pages change.
type Portal struct {
	app.Compo

	ctx     app.Context
	place   client.Place
	known   bool // the address is a place of the portal
	session *client.Session

	stopSession []func() // of the present session
	stopBrowser []func() // of the window

	followed string // whose live stream is followed: session and organization
	unfollow func()

	tried   map[api.As]bool // kinds that were looked for at the root
	waiting map[id.Organization]int
	tickets map[id.Organization]int // that waited for the customer when it was looked last
	locale  i18n.Locale

	worked   bool      // pages were open without a connection: what was done there stays in view until the person signs in
	leaving  string    // address of a link that waits for an answer about typed text
	askOut   bool      // signing out waits for the same
	guard    syncGuard // signing out waits for edits that were not sent
	linked   bool      // there was a connection when it was looked last
	numbers  copyWatch // of the organization that the menu is of
	changes  int       // numbers that need the person, as the menu says
	contact  bool      // how to reach the Support team
	idleEnd  time.Time // of an unused sign-in, once it is near
	idleTime *time.Timer
	warned   time.Time // end of the sign-in that was warned of
}

// OnMount starts listening to the window.
func (p *Portal) OnMount(ctx app.Context) {
	p.ctx = ctx
	p.stopBrowser = append(p.stopBrowser,
		client.OnActivity(p.withSession(func(s *client.Session) { s.Touch(p.ctx) })),
		client.OnNetwork(func(online bool) {
			p.withSession(func(s *client.Session) { s.NetworkChanged(p.ctx, online) })()
		}),
		client.OnReturn(p.withSession(func(s *client.Session) {
			if s.Ended() != "" {
				s.Refresh(p.ctx, true) // signed in again in another window
			}
		})))
}

// withSession is f for as soon as the address has been read.
func (p *Portal) withSession(f func(*client.Session)) func() {
	return func() {
		if p.session != nil {
			f(p.session)
		}
	}
}

// OnPreRender is OnMount without a window.
func (p *Portal) OnPreRender(ctx app.Context) { p.ctx = ctx; p.OnNav(ctx) }

// OnNav reads the address.
func (p *Portal) OnNav(ctx app.Context) {
	p.ctx = ctx
	place, known := client.ParsePlace(ctx.Page().URL(), client.LastKind())
	p.goTo(place, known)
}

// OnAppUpdate offers the new version; it is never forced.
func (p *Portal) OnAppUpdate(app.Context) {
	text := ui.T("shell.new_version")
	if n := offline.Pending(); n > 0 {
		text += " " + ui.T("sync.kept_after_reload", "n", n)
	}
	ui.ShowToast(ui.Toast{Tone: ui.Info, Text: text, Sticky: true, Action: ui.T("shell.reload"),
		OnAction: func(app.Context) { client.Reload() }})
}

// OnDismount stops listening.
func (p *Portal) OnDismount() {
	for _, stop := range append(p.stopSession, p.stopBrowser...) {
		stop()
	}
	p.stopSession, p.stopBrowser = nil, nil
	p.follow("")
	p.numbers.close()
	p.disarm()
}

// follow keeps the window on the live stream of the place: an organization's, or for staff the provider's.
func (p *Portal) follow(key string) {
	if p.followed == key {
		return
	}
	if p.unfollow != nil {
		p.unfollow()
		p.unfollow = nil
	}
	if p.followed = key; key != "" {
		p.unfollow = p.session.Follow(p.ctx, here(p.seat()).Org)
	}
}

func (p *Portal) goTo(place client.Place, known bool) {
	p.leaving = ""
	if before, s := p.place.Org, p.session; s != nil && before != "" && place.Org != "" && place.Org != before {
		p.ctx.Defer(func(app.Context) { offline.Leave(s, before) }) // once its pages are gone
	}
	p.place, p.known = place, known
	if place.Page != "" && !program.has(place.As) {
		client.Replace(place.Href(place.Page)) // an address that does not say whose it is, or was opened with the other program
	}
	if place.As == "" {
		if p.tried == nil {
			p.tried = map[api.As]bool{}
		}
		p.place.As = client.LastKind()
	}
	if p.session == nil {
		client.FinishSignOuts(p.ctx, p.place.As)
	}
	p.use(client.Open(p.place))
	p.session.Visit(place.Org)
	p.settle()
}

// use makes s the session of the window.
func (p *Portal) use(s *client.Session) {
	if p.session == s {
		return
	}
	for _, stop := range p.stopSession {
		stop()
	}
	p.follow("")
	p.session, p.waiting, p.tickets = s, nil, nil
	ctx := p.ctx
	p.stopSession = []func(){
		s.Observe(func() { ctx.Dispatch(func(app.Context) { p.settle() }) }),
		s.Guard(func(href string) { ctx.Dispatch(func(app.Context) { p.leaving = href }) }),
		s.Watch(ctx, "", func(ctx app.Context) { s.Refresh(ctx, true) }, aboutMe(s.As)...),
	}
	if s.SignOutPending() {
		s.FinishSignOut(ctx)
		return
	}
	s.Refresh(ctx, false)
}

// aboutMe are the kinds of changes after which a person may be somebody else here, or something else waits for them.
func aboutMe(as api.As) []live.Kind {
	kinds := []live.Kind{live.Me, live.Access, live.Organization, live.Contacts, live.Changes, live.Ownership}
	if as == api.AsCustomer {
		kinds = append(kinds, live.Tickets)
	}
	return kinds
}

// settle acts on what the session has learned.
func (p *Portal) settle() {
	s := p.session
	me := s.Me()
	_, fresh := s.Fresh()
	p.worked = p.worked || me != nil && s.Link() == client.LinkDown
	switch {
	case s.Ended() != "" && !fresh && !s.SignOutPending() && (me == nil || !p.worked):
		p.signInElsewhere()
	case me == nil:
	case p.atRoot():
		p.leaveRoot()
	case fresh && me.NeedsFactor && p.place.Page != client.PageAccount:
		p.ctx.Navigate(p.place.Href(client.PageAccount))
	case fresh:
		p.sendKept()
		p.followNumbers()
		p.adoptLocale(me)
		p.watchWaiting(me)
		p.arm()
		if at := here(p.seat()); foreign(at) {
			p.follow("") // what it was of is not the person's any more
		} else {
			p.follow(at.Key("live"))
		}
	}
}

// sendKept sends answers that were written without a connection, once there is one, on whatever page the person is.
func (p *Portal) sendKept() {
	live := p.session.Link() == client.LinkLive
	if live && !p.linked {
		sendKept(p.ctx, p.session, p.place.Page)
	}
	p.linked = live
}

// followNumbers keeps the menu's count of numbers that need the person.
func (p *Portal) followNumbers() {
	count := func() {
		n := 0
		if c := p.numbers.copy; c != nil {
			n = attentionCount(c)
		}
		if n != p.changes {
			p.changes = n
			p.ctx.Dispatch(func(app.Context) {})
		}
	}
	p.numbers.follow(here(p.seat()), count)
	count()
}

func (p *Portal) atRoot() bool { return p.known && p.place.Page == "" }

// signInElsewhere is for somebody who is not known at all: at the root the other kind of caller is tried first.
func (p *Portal) signInElsewhere() {
	as := p.session.As
	if !p.atRoot() {
		client.Leave(client.SignInPath(as, p.ctx.Page().URL().RequestURI()))
		return
	}
	p.tried[as] = true
	for _, other := range []api.As{api.AsCustomer, api.AsStaff} {
		if !p.tried[other] {
			p.place.As = other
			p.use(client.Open(p.place))
			return
		}
	}
	client.Leave(client.SignInPath(api.AsCustomer, ""))
}

func (p *Portal) leaveRoot() {
	switch last := p.session.LastOrganization(); {
	case p.session.As == api.AsStaff:
		p.replace("/" + client.PageHub)
	case last != "":
		p.replace("/o/" + string(last) + "/" + client.PageHome)
	default:
		p.replace(p.place.Href(client.PageAccount)) // a sign-in without any organization
	}
}

// replace goes to a page without leaving a step to come back to.
func (p *Portal) replace(href string) {
	if !program.has(p.session.As) {
		client.Replace(href)
		return
	}
	app.Window().Get("history").Call("replaceState", nil, "", href)
	p.ctx.Navigate(href)
}

// adoptLocale takes the language of the account unless one was chosen in this browser.
func (p *Portal) adoptLocale(me *api.Me) {
	if p.locale == "" {
		if ui.Stored("countersign.locale") == "" && me.Locale != "" {
			ui.SetLocale(i18n.Parse(me.Locale))
		}
		p.locale = ui.Locale()
	}
}

// followLocale tells the server that another language was chosen, so that mails are written in it too.
func (p *Portal) followLocale() {
	now := ui.Locale()
	if p.locale == "" || p.locale == now {
		return
	}
	p.locale = now
	if p.session.As == api.AsSupport {
		return
	}
	var in api.SettingsIn
	in.Body.Locale = string(now)
	client.Call(p.ctx, p.session, api.UpdateSettings, in, func(ctx app.Context, _ api.None, err error) {
		if err == nil {
			p.session.Refresh(ctx, true)
		}
	})
}

// seat is what the page is given.
func (p *Portal) seat() client.Seat { return p.session.At(p.place) }

// Render implements app.Composer.
func (p *Portal) Render() app.UI {
	if p.session == nil {
		return &ui.Shell{Brand: ui.T("product.name"), Home: "/", Body: []app.UI{ui.Skeleton(6)}}
	}
	p.followLocale()
	at := p.seat()
	s, found := findScreen(p.place)
	return &ui.Shell{
		Brand:     brand(at),
		Title:     p.title(at, s, found),
		Home:      p.place.Href(firstPage(at)),
		Place:     placeName(at),
		Places:    places(at),
		Nav:       menu(at, p.place.Page, p.changes),
		NavEnd:    menuEnd(at, p.place.Page),
		Pill:      app.Div().Class("bar-end").Body(demoTag(at), jobChip(here(at)), &syncPill{At: at}),
		Account:   p.account(at),
		Commands:  p.commands(at),
		Go:        goKeys(at),
		Frame:     supportFrame(at),
		OnSupport: p.onSupport(at),
		Body: []app.UI{
			viewAsSlot(at),
			&syncNotice{At: at},
			callSlot(at),
			app.Div().Body(p.page(at, s, found)),
			&stepUpDialog{Session: p.session, Open: p.session.StepUpAsked(), Locale: at.Locale},
			p.leaveDialog(),
			p.signOutDialog(),
			p.guard.render(p.ctx, p.session, p.reallySignOut),
			requestDialog(at, p.contact, func(app.Context) { p.contact = false }),
			p.idleDialog(),
		},
	}
}

func (p *Portal) title(at client.Seat, s screen, found bool) string {
	title := ui.T("shell.not_found_title")
	if found && p.known {
		title = ui.T(s.title)
	}
	if p.place.As == api.AsSupport {
		return "[" + placeName(at) + "] " + title
	}
	if n := waitingFor(at); n > 0 {
		return "(" + at.Locale.Number(int64(n)) + ") " + title
	}
	return title
}

// page is the page itself, or what stands in its place.
func (p *Portal) page(at client.Seat, s screen, found bool) app.UI {
	me := at.Session.Me()
	_, fresh := at.Session.Fresh()
	switch problem := at.Session.Problem(); {
	case p.atRoot():
		return ui.Skeleton(6)
	case at.Session.Ended() != "" && at.As == api.AsSupport:
		return supportEnded(at)
	case me == nil && at.Session.Ended() != "":
		return ui.Stack(&ui.PageHeader{Title: ui.T("shell.signed_out_title")}, &ui.Empty{Icon: ui.IconLogOut,
			Title: at.Session.Ended(), Actions: []app.UI{&ui.Button{Label: ui.T("shell.sign_in"), Kind: ui.Primary, Icon: ui.IconLogIn,
				OnClick: func(app.Context, app.Event) { client.Leave(client.SignInPath(at.As, "")) }}}})
	case me == nil && problem != nil && client.CodeOf(problem) != errs.Unauthenticated:
		return ui.Stack(&ui.PageHeader{Title: p.title(at, s, found)},
			failed(problem, false, func(ctx app.Context) { at.Session.Refresh(ctx, false) }))
	case me == nil || !fresh && problem == nil && foreign(at) || me.NeedsFactor && p.place.Page != client.PageAccount:
		return ui.Stack(&ui.PageHeader{Title: p.title(at, s, found)}, ui.Skeleton(6))
	case !p.known || !found || foreign(at):
		return &NotFound{At: at}
	case !s.open(at):
		return ui.Stack(&ui.PageHeader{Title: ui.T(s.title)}, noRight(at))
	}
	return s.make(at)
}

// foreign reports whether the place names an organization that the person is no contact of; it may as well not exist.
func foreign(at client.Seat) bool {
	_, member := at.Member()
	return at.Org != "" && !member
}

func brand(at client.Seat) string {
	if me := at.Session.Me(); me != nil && me.Brand != "" {
		return me.Brand
	}
	return ui.T("product.name")
}

// placeName stands beside the mark: the organization, or the provider's own side.
func placeName(at client.Seat) string {
	if m, ok := here(at).Member(); ok {
		return m.Name
	}
	if me := at.Session.Me(); me != nil && me.Support != nil {
		return me.Support.Name
	}
	if at.As == api.AsStaff {
		return ui.T("nav.support_hub")
	}
	return brand(at)
}

// places are the organizations that the person may switch to (K12).
func places(at client.Seat) []ui.Place {
	me := at.Session.Me()
	if me == nil || at.As != api.AsCustomer {
		return nil
	}
	current := here(at).Org
	list := make([]ui.Place, 0, len(me.Organizations))
	for _, m := range me.Organizations {
		list = append(list, ui.Place{Name: m.Name, Hint: m.Reference, Current: m.Org == current,
			Href: "/o/" + string(m.Org) + "/" + client.PageHome})
	}
	return list
}

func firstPage(at client.Seat) string {
	if at.As == api.AsStaff {
		return client.PageHub
	}
	return client.PageHome
}

// here is the seat in the organization whose pages the menu lists: on pages of no organization the one of before.
func here(at client.Seat) client.Seat {
	if at.As == api.AsCustomer && at.Org == "" {
		at.Org = at.Session.LastOrganization()
	}
	return at
}

// menu lists the pages that the person may see, in their groups; changes is how many numbers need the person.
func menu(at client.Seat, current string, changes int) []ui.NavGroup {
	at = here(at)
	me := at.Session.Me()
	if me == nil || me.NeedsFactor || at.As != api.AsStaff && at.Org == "" || at.As == api.AsSupport && at.Session.Ended() != "" {
		return nil
	}
	var groups []ui.NavGroup
	last, marked := "none", "" // the entry that says most of where one is
	for _, s := range screensOf(at.As) {
		if (s.page == current || strings.HasPrefix(current, s.page+"/")) && len(s.page) > len(marked) {
			marked = s.page
		}
	}
	for _, s := range screensOf(at.As) {
		if !s.open(at) {
			continue
		}
		if s.group != last {
			last = s.group
			label := ""
			if s.group != "" {
				label = ui.T(s.group)
			}
			groups = append(groups, ui.NavGroup{Label: label})
		}
		item := ui.NavItem{Label: ui.T(s.title), Icon: s.icon, Href: at.Href(s.page), Current: s.page == marked}
		switch m, _ := at.Member(); {
		case s.page == pageRemoteSupport && m.Waiting > 0:
			item.Count, item.CountLabel, item.CountTone = m.Waiting, ui.T("shell.waiting", "n", m.Waiting), ui.Live
		case s.page == pageChanges && m.Changes > 0:
			item.Count, item.CountLabel, item.CountTone = m.Changes, ui.T("changes.waiting", "n", m.Changes), ui.Info
		case s.page == pageTickets && m.Tickets > 0:
			item.Count, item.CountLabel, item.CountTone = m.Tickets, ui.T("ticket.waiting_count", "n", m.Tickets), ui.Warn
		case s.page == pageSync && changes > 0:
			item.Count, item.CountLabel, item.CountTone = changes, ui.T("sync.needs_attention", "n", changes), ui.Warn
		case s.page == pageOwnership && m.Offer:
			item.Count, item.CountLabel, item.CountTone = 1, ui.T("owner.offered_title"), ui.Info
		}
		g := &groups[len(groups)-1]
		g.Items = append(g.Items, item)
	}
	return groups
}

func menuEnd(at client.Seat, current string) []ui.NavItem {
	if at.Session.Me() == nil || at.As == api.AsSupport {
		return nil
	}
	return []ui.NavItem{{Label: ui.T(accountScreen.title), Icon: accountScreen.icon, Href: at.Href(client.PageAccount),
		Current: current == client.PageAccount}}
}

func goKeys(at client.Seat) map[string]string {
	at = here(at)
	keys := map[string]string{}
	for _, s := range screensOf(at.As) {
		if s.key != "" && s.open(at) {
			keys[s.key] = at.Href(s.page)
		}
	}
	if at.As != api.AsSupport {
		keys[accountScreen.key] = at.Href(client.PageAccount)
	}
	return keys
}

// pageRemoteSupport is the customer's tab of remote access; the badge hangs on it.
const pageRemoteSupport = "manage/remote-support"

// waitingFor is how many decisions of the organization wait for this person.
func waitingFor(at client.Seat) int {
	m, _ := here(at).Member()
	return decisions(m)
}

func (p *Portal) account(at client.Seat) ui.Account {
	me := at.Session.Me()
	if me == nil {
		return ui.Account{Name: brand(at)}
	}
	a := ui.Account{Name: me.Name, Email: strings.Join([]string{me.Email, kindName(me)}, " · ")}
	if at.As != api.AsSupport {
		a.Items = append(a.Items, ui.MenuItem{Label: ui.T("nav.account"), Icon: ui.IconCircleUser, Href: at.Href(client.PageAccount)},
			ui.MenuItem{Label: ui.T("shell.sign_out"), Icon: ui.IconLogOut, OnSelect: p.signOut})
	}
	return a
}

// kindName says as what somebody is here.
func kindName(me *api.Me) string {
	switch {
	case me.As == api.AsSupport:
		return ui.T("shell.kind.support")
	case me.Staff != nil:
		return rankName(me.Staff.Rank)
	}
	return ui.T("shell.kind.customer")
}

func rankName(r org.Rank) string { return ui.T("shell.rank." + string(r)) }

func (p *Portal) commands(at client.Seat) []ui.Command {
	if at.As == api.AsSupport {
		return nil
	}
	return []ui.Command{
		{Label: ui.T("shell.sign_out"), Group: ui.T("shell.do"), Icon: ui.IconLogOut, OnRun: p.signOut},
	}
}

// onSupport opens the way to the Support team: a ticket, for those who may open one. Staff are the team.
func (p *Portal) onSupport(at client.Seat) func(app.Context) {
	if at.As != api.AsCustomer || at.Session.Me() == nil {
		return nil
	}
	if at = here(at); mayOpenTicket(at) {
		return func(app.Context) { p.ctx.Navigate(at.Href(pageNewTicket)) }
	}
	return func(app.Context) { p.contact = true }
}
