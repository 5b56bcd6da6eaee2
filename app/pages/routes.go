// Package pages holds the screens of the portal, a file each. It talks to the server through app/client only.
package pages

import (
	"strings"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/org"
	"countersign/shared/perm"
	"countersign/shared/service"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Program is the pages of one of the two programs that the portal is in the browser: the organizations', for customers and
// for support inside, and the staff's. People load only theirs.
type Program struct {
	screens func() []screen                      // in the order of the menu
	deeper  func(client.Place) (screen, bool)    // those that stand in no menu
	side    func(client.Seat, api.TicketIn) side // of a ticket's conversation
	staff   bool
}

// The programs. Each main names one, so that the linker leaves out the pages of the other.
var (
	ForOrganizations = &Program{screens: inOrganization, deeper: deeperScreen, side: newCustomerSide}
	ForStaff         = &Program{screens: ofStaff, deeper: staffScreen, side: newStaffSide, staff: true}
)

// program is the one that runs.
var program *Program

// Routes registers every page of a program with go-app. All addresses of it are one component, which keeps the frame while
// the page in it changes.
func Routes(p *Program) {
	program = p
	app.RouteWithRegexp("^/", func() app.Composer { return &Portal{} })
}

// has reports whether the pages of a kind of caller are in the program.
func (p *Program) has(as api.As) bool { return as == "" || p.staff == (as == api.AsStaff) }

// screen is a page of the portal: where it is, who may see it, how it is called.
type screen struct {
	page  string // client.Place.Page
	title string // catalogue key, in the menu and of the document
	group string // catalogue key of its part of the menu
	icon  ui.IconName
	key   string // after "g"
	right perm.Right
	own   bool // the person's own, so not open to support inside
	rank  org.Rank
	make  func(at client.Seat) app.UI
}

// inOrganization are the pages of an organization, for its contacts and for support inside.
func inOrganization() []screen {
	list := []screen{
		{page: client.PageHome, icon: ui.IconHome, key: "h",
			make: func(at client.Seat) app.UI { return &Home{At: at} }},
		{page: pageNumbers, group: "nav.phone_numbers", icon: ui.IconPhone, key: "n", right: perm.NumbersView,
			make: func(at client.Seat) app.UI { return &Numbers{At: at} }},
		{page: pageSync, group: "nav.phone_numbers", icon: ui.IconCloudUpload, right: perm.NumbersView,
			make: func(at client.Seat) app.UI { return &SyncChanges{At: at} }},
		{page: pageUnits, group: "nav.phone_numbers", icon: ui.IconFolderTree, right: perm.BusinessUnitsView,
			make: func(at client.Seat) app.UI { return &Units{At: at} }},
		{page: pagePrograms, group: "nav.phone_numbers", icon: ui.IconLayers, right: perm.ProgramsView,
			make: func(at client.Seat) app.UI { return &Programs{At: at} }},
		{page: pageRemoved, group: "nav.phone_numbers", icon: ui.IconTrash, right: perm.NumbersView,
			make: func(at client.Seat) app.UI { return &Removed{At: at} }},
		{page: pageServices, group: "nav.products", icon: ui.IconServer, key: "e", right: perm.ServicesView,
			make: func(at client.Seat) app.UI { return &Services{At: at, Kind: service.Service} }},
		{page: pageDomains, group: "nav.products", icon: ui.IconGlobe, key: "d", right: perm.DomainsView,
			make: func(at client.Seat) app.UI { return &Services{At: at, Kind: service.Domain} }},
		{page: pageTickets, group: "nav.support", icon: ui.IconTicket, key: "t", right: perm.TicketsView,
			make: func(at client.Seat) app.UI { return &Tickets{At: at} }},
		{page: pageInvoices, group: "nav.billing", icon: ui.IconReceipt, key: "i", right: perm.InvoicesView,
			make: func(at client.Seat) app.UI { return &Invoices{At: at} }},
		{page: pageProfile, group: "nav.client_profile", icon: ui.IconIdCard, key: "p", right: perm.ProfileView,
			make: func(at client.Seat) app.UI { return &Profile{At: at} }},
		{page: pageContacts, group: "nav.client_profile", icon: ui.IconUsers, key: "c", right: perm.ContactsView,
			make: func(at client.Seat) app.UI { return &Contacts{At: at} }},
		{page: pageManageContacts, group: "nav.customer_data", icon: ui.IconUsers, right: perm.ContactsView,
			make: func(at client.Seat) app.UI { return &Contacts{At: at} }},
		{page: pageRemoteSupport, group: "nav.manage_organization", icon: ui.IconHeadset, key: "r", right: perm.RemoteSupportView,
			make: func(at client.Seat) app.UI { return &remotePage{At: at} }},
		{page: pageChanges, group: "nav.manage_organization", icon: ui.IconShieldCheck, key: "s", right: perm.SignificantChangesView,
			make: func(at client.Seat) app.UI { return &Changes{At: at} }},
		{page: pageAudit, group: "nav.manage_organization", icon: ui.IconHistory, key: "a", right: perm.AuditView,
			make: func(at client.Seat) app.UI { return &Audit{At: at} }},
		{page: pageOwnership, group: "nav.manage_organization", icon: ui.IconShieldUser, key: "o",
			make: func(at client.Seat) app.UI { return &Ownership{At: at} }},
		{page: pageMyCode, group: "nav.user", icon: ui.IconKey, key: "m", own: true,
			make: func(at client.Seat) app.UI { return &MyCode{At: at} }},
	}
	for i := range list {
		list[i].title = organizationTitle(list[i].page)
	}
	return list
}

// organizationTitle is what a page of an organization is called, as a catalogue key, "" for what is none. Records speak of
// pages where these are not part of the program.
func organizationTitle(page string) string {
	switch page {
	case client.PageHome:
		return "nav.home"
	case pageNumbers:
		return "nav.numbers"
	case pageSync:
		return "sync.title"
	case pageUnits:
		return "place.units"
	case pagePrograms:
		return "place.programs"
	case pageRemoved:
		return "place.removed"
	case pageServices:
		return "nav.services"
	case pageDomains:
		return "nav.domains"
	case pageTickets:
		return "nav.tickets"
	case pageInvoices:
		return "nav.invoices"
	case pageProfile:
		return "nav.profile"
	case pageContacts:
		return "nav.contacts"
	case pageManageContacts:
		return "nav.manage_contacts"
	case pageRemoteSupport:
		return "nav.remote_support"
	case pageChanges:
		return "nav.changes"
	case pageAudit:
		return "nav.audit"
	case pageOwnership:
		return "nav.ownership"
	case pageMyCode:
		return "nav.my_code"
	}
	return ""
}

// ofStaff are the provider's own pages.
func ofStaff() []screen {
	return []screen{
		{page: client.PageHub, title: "nav.remote_support", group: "nav.support_hub", icon: ui.IconHeadset, key: "h", rank: org.Agent,
			make: func(at client.Seat) app.UI { return &hubPage{At: at} }},
		{page: pageVerify, title: "nav.verify_caller", group: "nav.support_hub", icon: ui.IconShieldCheck, key: "v", rank: org.Agent,
			make: func(at client.Seat) app.UI { return &Verify{At: at} }},
		{page: pageQueue, title: "nav.tickets", group: "nav.support_hub", icon: ui.IconTicket, key: "q", rank: org.Agent,
			make: func(at client.Seat) app.UI { return &Queue{At: at} }},
		{page: pageOrganizations, title: "nav.organizations", icon: ui.IconBuilding, key: "o", rank: org.Agent,
			make: func(at client.Seat) app.UI { return &Organizations{At: at} }},
		{page: "staff", title: "nav.staff", icon: ui.IconUsers, key: "s", rank: org.Agent,
			make: func(at client.Seat) app.UI { return &Staff{At: at} }},
		{page: pageSettings, title: "nav.settings", icon: ui.IconSettings, key: "t", rank: org.Agent,
			make: func(at client.Seat) app.UI { return &StaffSettings{At: at} }},
		{page: "audit", title: "nav.audit", icon: ui.IconHistory, key: "a", rank: org.Lead,
			make: func(at client.Seat) app.UI { return &Audit{At: at} }},
	}
}

var accountScreen = screen{page: client.PageAccount, title: "nav.account", icon: ui.IconCircleUser, key: "u",
	make: func(at client.Seat) app.UI { return &Account{At: at} }}

// screensOf are the pages of a kind of caller in the order of the menu.
func screensOf(as api.As) []screen {
	if !program.has(as) {
		return nil
	}
	return program.screens()
}

func findScreen(p client.Place) (screen, bool) {
	if p.Page == client.PageAccount && p.As != api.AsSupport {
		return accountScreen, true
	}
	for _, s := range screensOf(p.As) {
		if s.page == p.Page {
			return s, true
		}
	}
	if !program.has(p.As) {
		return screen{}, false
	}
	return program.deeper(p)
}

// deeperScreen is a page of an organization that stands in no menu.
func deeperScreen(p client.Place) (screen, bool) {
	if p.Org == "" {
		return screen{}, false
	}
	below, _, _ := strings.Cut(p.Page, "/")
	switch {
	case below == pageInvoices:
		return screen{page: p.Page, title: "invoices.one", right: perm.InvoicesView, make: func(at client.Seat) app.UI { return &Invoices{At: at} }}, true
	case p.Page == pageNewTicket:
		return screen{page: p.Page, title: "ticket.open", right: perm.TicketsCreate, own: true, make: func(at client.Seat) app.UI { return &NewTicket{At: at} }}, true
	case below == pageTickets:
		return screen{page: p.Page, title: "ticket.one", right: perm.TicketsView, make: func(at client.Seat) app.UI { return &TicketPage{At: at} }}, true
	}
	return listScreen(p)
}

// staffScreen is a page of the provider's own that stands in no menu: of one organization, or one ticket.
func staffScreen(p client.Place) (screen, bool) {
	if _, ok := staffTicketOf(p.Page); ok {
		return screen{page: p.Page, title: "ticket.one", rank: org.Agent, make: func(at client.Seat) app.UI { return &StaffTicket{At: at} }}, true
	}
	if s, ok := settingsScreen(p.Page); ok {
		return s, true
	}
	if !strings.HasPrefix(p.Page, pageOrganizations+"/") {
		return screen{}, false
	}
	return screen{page: p.Page, title: "orgdetail.title", rank: org.Agent, make: func(at client.Seat) app.UI { return &OrganizationPage{At: at} }}, true
}

// open reports whether the person may see the page; the menu leaves out the others.
func (s screen) open(at client.Seat) bool {
	if s.rank != "" {
		me := at.Session.Me()
		return me != nil && me.Staff != nil && me.Staff.Rank.AtLeast(s.rank)
	}
	if s.own && at.As == api.AsSupport {
		return false
	}
	return s.right == "" || at.Can(s.right)
}
