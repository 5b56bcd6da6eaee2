package pages

import (
	"countersign/app/ui"
	"countersign/shared/i18n"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// GalleryRoute registers /dev/gallery: every component of the design system in its states, with invented data. It is
// for a program of its own, app/gallery; the portal does not have it.
func GalleryRoute() {
	app.Route("/dev/gallery", func() app.Composer { return &Gallery{} })
	app.Route("/dev/gallery/grid", func() app.Composer { return &GalleryGrid{} })
}

// Gallery is the page of the design system. It belongs to no organization and calls no server; with ?support it is
// seen as from inside a support session.
type Gallery struct {
	app.Compo

	support bool

	text, wrong, password, note string
	purpose, managed, duration  string
	ticked, some, live, saving  bool

	tab           string
	dialog        string
	name          string
	confirmed     int
	newEntries    int
	picked        map[string]bool
	sort          ui.SortOrder
	showSkeletons bool
	contact       galleryContact
}

// OnInit fills in what the gallery starts from.
func (g *Gallery) OnInit() {
	g.wrong = "marie.dubois@acme"
	g.purpose, g.managed, g.duration = "support", "customer", "1h"
	g.ticked, g.live = true, true
	g.tab, g.name = "details", "Jonas Meier"
	g.newEntries = 2
	g.picked = map[string]bool{"n2": true}
	g.sort = ui.Ascending
	g.showSkeletons = true
	g.contact = newGalleryContact()
}

// OnNav reads the address.
func (g *Gallery) OnNav(ctx app.Context) { g.support = ctx.Page().URL().Query().Has("support") }

// both chooses between an English and a French sample. Samples are no product texts, so they are not in the catalogue.
func both(en, fr string) string {
	if ui.Locale() == i18n.FR {
		return fr
	}
	return en
}

// Render implements app.Composer.
func (g *Gallery) Render() app.UI {
	title := both("Design system", "Système de design")
	return &ui.Shell{
		Brand: "Countersign", Title: title, Home: "/dev/gallery", Place: "Acme Telecom",
		Places: []ui.Place{
			{Name: "Acme Telecom", Hint: "20418", Href: "/dev/gallery", Current: true},
			{Name: "Société Générale des Télécommunications du Grand-Est", Hint: "20533", Href: "/dev/gallery?place=2"},
		},
		Nav: g.nav(),
		NavEnd: []ui.NavItem{
			{Label: both("Tickets", "Tickets"), Icon: ui.IconTicket, Href: "/dev/gallery?tickets"},
		},
		Pill:    &ui.Pill{Tone: ui.OK, Text: both("Online · all saved", "En ligne · tout est enregistré")},
		Account: ui.Account{Name: "Marie Dubois", Email: "marie.dubois@acme.example", Items: []ui.MenuItem{{Label: both("Sign-in and security", "Connexion et sécurité"), Icon: ui.IconKey, Href: "/dev/gallery?account"}, {Label: both("Sign out", "Se déconnecter"), Icon: ui.IconLogOut, OnSelect: func(app.Context) {}}}},
		Go:      map[string]string{"t": "/dev/gallery?tickets"},
		Commands: []ui.Command{
			{Group: both("Do", "Actions"), Label: both("Show a toast", "Afficher un message"), Icon: ui.IconBell, OnRun: g.toast},
		},
		Frame:     g.frame(),
		OnSupport: func(app.Context) { g.dialog = "support" },
		Body: []app.UI{
			&ui.PageHeader{Title: title,
				Lead:   both("Every component in every state. What is not here is not finished.", "Chaque composant dans chaque état. Ce qui n’est pas ici n’est pas fini."),
				Crumbs: []ui.Crumb{{Label: both("Development", "Développement"), Href: "/dev/gallery"}},
				Actions: []app.UI{
					&ui.Button{Label: both("Documentation", "Documentation"), Icon: ui.IconBookOpen, Href: "/dev/gallery?documentation"},
					&ui.Button{Label: both("Contact", "Contact"), Icon: ui.IconPlus, Kind: ui.Create, OnClick: g.open("form")},
				}},
			g.buttons(), g.signs(), g.fields(), g.choices(),
			g.tabs(), g.menus(), g.banners(), g.states(),
			g.tables(), g.permissions(), g.remote(), g.overlays(),
			g.formDialog(), g.tabsDialog(), g.confirmDialog(), g.longDialog(), g.supportDialog(),
		},
	}
}

func (g *Gallery) nav() []ui.NavGroup {
	return []ui.NavGroup{
		{Items: []ui.NavItem{{Label: both("Home", "Accueil"), Icon: ui.IconHome, Href: "/dev/gallery", Current: true}}},
		{Label: both("Client Profile", "Profil client"), Items: []ui.NavItem{
			{Label: both("View Profile", "Voir le profil"), Icon: ui.IconIdCard, Href: "/dev/gallery?profile"},
			{Label: both("View Contacts", "Voir les contacts"), Icon: ui.IconUsers, Href: "/dev/gallery?contacts"},
		}},
		{Label: both("Products", "Produits"), Items: []ui.NavItem{
			{Label: both("Phone Numbers", "Numéros de téléphone"), Icon: ui.IconPhone, Href: "/dev/gallery?numbers"},
			{Label: both("Services", "Services"), Icon: ui.IconServer, Href: "/dev/gallery?services"},
			{Label: both("Domains", "Domaines"), Icon: ui.IconGlobe, Href: "/dev/gallery?domains"},
		}},
		{Label: both("Manage Organization", "Gérer l’organisation"), Items: []ui.NavItem{
			{Label: both("Remote Support", "Assistance à distance"), Icon: ui.IconHeadset, Href: "/dev/gallery?remote", Count: 1, CountTone: ui.Live,
				CountLabel: both("1 request waits for you", "1 demande vous attend")},
			{Label: both("Audit", "Journal d’audit"), Icon: ui.IconHistory, Href: "/dev/gallery?audit"},
		}},
	}
}

func (g *Gallery) frame() app.UI {
	if !g.support {
		return nil
	}
	return &ui.SupportFrame{
		Label: both("Remote support view", "Vue d’assistance à distance"),
		Text: []app.UI{
			app.Text(both("You are in ", "Vous êtes dans ")), app.Strong().Text("Acme Telecom"),
			app.Text(both(" as super_admin. Approved by Marie Dubois.", " en tant que super_admin. Approuvé par Marie Dubois.")),
		},
		Until: galleryEnd, Ends: both("Ends in {left}", "Se termine dans {left}"),
		Leave: both("Leave", "Quitter"), More: both("Ask for more time", "Demander plus de temps"),
		OnLeave: func(ctx app.Context) { ctx.Navigate("/dev/gallery") },
	}
}

// section is a part of the gallery.
func section(id, en, fr string, body ...app.UI) app.UI {
	return &ui.Card{ID: id, Title: both(en, fr), Body: body}
}

func (g *Gallery) open(dialog string) app.EventHandler {
	return func(app.Context, app.Event) { g.dialog = dialog }
}

func (g *Gallery) close(app.Context) { g.dialog = "" }

func (g *Gallery) toast(app.Context) {
	ui.ShowToast(ui.Toast{Text: both("Access revoked. Tom Becker was signed out.", "Accès révoqué. Tom Becker a été déconnecté.")})
}
