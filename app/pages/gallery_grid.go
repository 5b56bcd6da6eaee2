package pages

import (
	"strconv"

	"countersign/app/ui"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// GalleryGrid is the page of the virtual list in the design system, with invented numbers: none, one, twelve, a hundred
// thousand and a million of them.
type GalleryGrid struct {
	app.Compo

	big, huge, states, narrow, one, none, loading gallerySheet
	opened                                        string
}

// OnInit fills in what the page starts from.
func (g *GalleryGrid) OnInit() {
	g.big.start("grid-big", 100_000)
	g.huge.start("grid-huge", 1_000_000)
	g.states.start("grid-states", 12)
	g.states.long = true
	g.narrow.start("grid-narrow", 100_000)
	g.narrow.long = true
	g.one.start("grid-one", 1)
	g.none.start("grid-none", 0)
	g.loading.start("grid-loading", 0)
}

// Render implements app.Composer.
func (g *GalleryGrid) Render() app.UI {
	title := both("Virtual list", "Liste virtuelle")
	loading := g.loading.render(g)
	loading.Loading = true
	big := g.big.render(g)
	big.Keep = "/dev/gallery/grid"
	return &ui.Shell{
		Brand: "Countersign", Title: title, Home: "/dev/gallery", Place: "Acme Telecom",
		Nav: []ui.NavGroup{{Items: []ui.NavItem{
			{Label: both("Design system", "Système de design"), Icon: ui.IconPalette, Href: "/dev/gallery"},
			{Label: title, Icon: ui.IconList, Href: "/dev/gallery/grid", Current: true},
		}}},
		OnSupport: func(app.Context) {},
		Body: []app.UI{
			&ui.PageHeader{Title: title, Lead: both("A list of any length in a frame of its own.", "Une liste de toute longueur dans son propre cadre.")},
			ui.Row(
				&ui.Button{ID: "grid-above", Label: both("Five rows above", "Cinq lignes au-dessus"), OnClick: func(app.Context, app.Event) { g.big.insert(5) }},
				&ui.Button{ID: "grid-gone", Label: both("Five rows less", "Cinq lignes de moins"), OnClick: func(app.Context, app.Event) { g.big.insert(-5) }},
				&ui.Button{ID: "grid-mark", Label: both("Mark all", "Tout marquer"), OnClick: func(app.Context, app.Event) {
					g.big.marked = !g.big.marked
					g.big.handle.Refresh()
				}},
				&ui.Button{ID: "grid-fill", Label: both("Fill the empty one", "Remplir la liste vide"), OnClick: func(app.Context, app.Event) {
					g.none.n = 12 - g.none.n
					g.none.handle.Refresh()
				}},
				app.Span().ID("grid-said").Class("hint").Text(g.opened),
			),
			big,
			ui.Columns([]app.UI{g.states.render(g)}, []app.UI{g.narrow.render(g)}),
			g.one.render(g), g.none.render(g), loading, g.huge.render(g),
		},
	}
}

// gallerySheet is an invented list.
type gallerySheet struct {
	id         string
	n          int
	added      int // rows above those that were there first
	descending bool
	long       bool
	marked     bool
	picked     map[int]bool // by what is in the row, not by its place
	last       int
	handle     ui.GridHandle
}

func (s *gallerySheet) start(id string, n int) { s.id, s.n, s.picked = id, n, map[int]bool{} }

// Len implements ui.GridSource.
func (s *gallerySheet) Len() int { return s.n }

func (s *gallerySheet) item(i int) int {
	if s.descending {
		i = s.n - 1 - i
	}
	return i - s.added
}

// insert adds rows above the others, or takes away the first ones.
func (s *gallerySheet) insert(rows int) {
	s.n += rows
	s.added += rows
	s.handle.Move(func(row int) int { return row + rows })
}

// GridRow implements ui.GridSource.
func (s *gallerySheet) GridRow(i int) ui.GridRow {
	item := s.item(i)
	number := 10_000_000 + item
	name := "+33 1 " + strconv.Itoa(number/1_000_000) + " " + strconv.Itoa(1000 + number/1000%1000)[1:] + " " + strconv.Itoa(1000 + number%1000)[1:]
	kind := ((item % 12) + 12) % 12
	names := galleryNames[kind]
	r := ui.GridRow{Name: name, Picked: s.picked[item], Usual: kind > 3 && !s.marked}
	r.Cells = []string{name, both(names[0], names[1]), both(names[2], names[3]), "Acme France", both("Winter 2026", "Hiver 2026")}
	if s.long {
		r.Cells[3] = "Société Générale des Télécommunications du Grand-Est"
	}
	r.Brief = r.Cells[1] + " · " + r.Cells[2]
	r.Tags = []ui.GridTag{{Tone: ui.OK, Icon: ui.IconCircleCheck, Text: both("Active", "Actif")}}
	if s.marked {
		r.Tags = []ui.GridTag{{Tone: ui.Warn, Icon: ui.IconBan, Text: both("Suspended", "Suspendu")}}
	}
	switch kind {
	case 0:
		r.Badge = ui.GridTag{Tone: ui.Warn, Icon: ui.IconCloudUpload, Text: both("Saved on this device", "Enregistré sur cet appareil")}
	case 1:
		r.Tags = []ui.GridTag{{Tone: ui.Info, Icon: ui.IconSend, Text: both("Sending", "Envoi en cours")}, {Tone: ui.Info, Icon: ui.IconClock, Text: both("Pending", "En attente")}}
	case 2:
		r.Quiet = true
		r.Tags = []ui.GridTag{{Tone: ui.Warn, Icon: ui.IconHourglass, Text: both("Pending removal", "Suppression en attente")}}
	case 3:
		r.Tags = []ui.GridTag{{Tone: ui.Bad, Icon: ui.IconTriangleAlert, Text: both("Needs attention", "À traiter")}}
	}
	return r
}

// galleryNames are display names and purposes, in English and French.
var galleryNames = [12][4]string{
	{"Front desk Paris", "Accueil Paris", "Customer Service", "Service client"},
	{"Front desk Paris 2", "Accueil Paris 2", "Customer Service", "Service client"},
	{"Billing reminders", "Rappels de facture", "Debt Collection", "Recouvrement"},
	{"Winter campaign", "Campagne d’hiver de l’association des commerçants du centre-ville de Clermont-Ferrand", "Telemarketing", "Télémarketing"},
	{"Winter campaign 2", "Campagne d’hiver 2", "Telemarketing", "Télémarketing"},
	{"Genève accueil", "Genève accueil", "Customer Service", "Service client"},
	{"Genève rendez-vous", "Genève rendez-vous", "Appointment Reminder", "Rappel de rendez-vous"},
	{"Genève rendez-vous 2", "Genève rendez-vous 2", "Appointment Reminder", "Rappel de rendez-vous"},
	{"Fraud desk", "Cellule antifraude", "Fraud Alert", "Alerte à la fraude"},
	{"Fraud desk overflow", "Cellule antifraude, débordement", "Fraud Alert", "Alerte à la fraude"},
	{"Delivery updates", "Suivi des livraisons", "Delivery Notification", "Avis de livraison"},
	{"", "", "Delivery Notification", "Avis de livraison"},
}

func (s *gallerySheet) columns() []ui.GridColumn {
	return []ui.GridColumn{
		{Key: "number", Title: both("Phone number", "Numéro de téléphone"), Kind: ui.Title, Width: "minmax(10.75rem, 1fr)", Sort: true},
		{Key: "name", Title: both("Display name", "Nom affiché"), Width: "minmax(6rem, 1.2fr)"},
		{Key: "purpose", Title: both("Call purpose", "Motif d’appel"), Width: "minmax(6rem, 1.1fr)"},
		{Key: "unit", Title: both("Business unit", "Unité commerciale"), Width: "minmax(6rem, 1fr)"},
		{Key: "program", Title: both("Program", "Programme"), Kind: ui.Drop, Width: "minmax(6rem, 1fr)"},
		{Key: "status", Title: both("Status", "État"), Kind: ui.State, Width: "minmax(8.5rem, 1.2fr)"},
	}
}

func (s *gallerySheet) render(g *GalleryGrid) *ui.DataGrid {
	l := ui.Locale()
	picked := ui.PickedNone
	switch n := len(s.picked); {
	case n > 0 && n == s.n:
		picked = ui.PickedAll
	case n > 0:
		picked = ui.PickedSome
	}
	var bar app.UI
	if n := len(s.picked); n > 0 {
		bar = ui.Row(app.Strong().Text(l.Number(int64(n))+both(" selected", " sélectionnés")),
			&ui.Button{Label: both("Edit", "Modifier"), Icon: ui.IconPencil, Small: true}, &ui.Button{Label: both("Remove", "Supprimer"), Icon: ui.IconTrash, Small: true})
	}
	return &ui.DataGrid{
		ID: s.id, Label: both("Phone numbers", "Numéros de téléphone") + " " + s.id, Columns: s.columns(), Source: s, Handle: &s.handle,
		Sort: "number", Descending: s.descending, Picked: picked,
		Shown: func(from, to int) string {
			return l.Number(int64(s.n)) + both(" numbers. Showing ", " numéros. Lignes ") + l.Number(int64(from+1)) + both("–", " à ") + l.Number(int64(to+1)) + "."
		},
		Bar: bar,
		Empty: &ui.Empty{Icon: ui.IconSearch, Title: both("No numbers match. 2 filters are on.", "Aucun numéro ne correspond. 2 filtres sont actifs."),
			Actions: []app.UI{&ui.Button{Label: both("Clear filters", "Effacer les filtres")}}},
		OnSort: func(app.Context, string) {
			s.descending = !s.descending
			s.handle.Top()
		},
		OnPick:    func(_ app.Context, i int, through bool) { s.pick(i, through) },
		OnPickAll: func(_ app.Context, all bool) { s.pickAll(all) },
		OnOpen:    func(_ app.Context, i int) { g.opened = "open " + s.GridRow(i).Name },
		Menu: func(i int) []ui.MenuItem {
			name := s.GridRow(i).Name
			act := func(what string) func(app.Context) { return func(app.Context) { g.opened = what + " " + name } }
			return []ui.MenuItem{
				{Label: both("View Assignments", "Voir les affectations"), Icon: ui.IconEye, OnSelect: act("view")},
				{Label: both("Edit", "Modifier"), Icon: ui.IconPencil, OnSelect: act("edit")},
				{Label: both("Remove", "Supprimer"), Icon: ui.IconTrash, Danger: true, Separator: true, OnSelect: act("remove")},
			}
		},
		MenuName: func(r ui.GridRow) string { return both("Actions for ", "Actions pour ") + r.Name },
	}
}

func (s *gallerySheet) pick(i int, through bool) {
	if !through {
		s.last = s.item(i)
		if s.picked[s.last] {
			delete(s.picked, s.last)
		} else {
			s.picked[s.last] = true
		}
		return
	}
	item := s.item(i)
	clear(s.picked)
	for k := min(s.last, item); k <= max(s.last, item); k++ {
		s.picked[k] = true
	}
}

func (s *gallerySheet) pickAll(all bool) {
	clear(s.picked)
	for i := 0; all && i < s.n; i++ {
		s.picked[s.item(i)] = true
	}
}
