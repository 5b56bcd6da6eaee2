package pages

import (
	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Addresses of the pages about what numbers stand in.
const (
	pageUnits    = "numbers/business-units"
	pagePrograms = "numbers/programs"
)

// Units is the tree of an organization: the business, its units, their programs, and how many numbers stand where (N02).
type Units struct {
	app.Compo

	At client.Seat

	places placeBook
	find   placeSearch
	folds  map[id.BusinessUnit]bool // those that the person opened (true) or closed
	most   int                      // units that are drawn; more on demand
}

// CompoID tells go-app that the units of another organization are another page.
func (u *Units) CompoID() string { return u.At.Key(pageUnits) }

// OnMount loads the page and follows what changes.
func (u *Units) OnMount(ctx app.Context) {
	u.folds, u.most, u.find.text = map[id.BusinessUnit]bool{}, placesPage, u.At.Param("q")
	u.places.open(ctx, u.At)
}

// OnPreRender is OnMount outside a browser.
func (u *Units) OnPreRender(ctx app.Context) { u.OnMount(ctx) }

// OnUpdate follows the address.
func (u *Units) OnUpdate(app.Context) { u.find.follow(u.At) }

// OnDismount stops following.
func (u *Units) OnDismount() {
	u.find.rest()
	u.places.close()
}

// Render implements app.Composer.
func (u *Units) Render() app.UI {
	u.places.at = u.At
	p := &u.places
	m, _ := u.At.Member()
	header := &ui.PageHeader{Title: ui.T("place.units"), Lead: ui.T("place.units_lead", "business", m.Name)}
	if u.At.Can(perm.BusinessUnitsCreate) {
		header.Actions = []app.UI{&ui.Button{ID: "unit-create", Label: ui.T("place.new_unit"), Icon: ui.IconPlus, Kind: ui.Create, Disabled: offlineReason(u.At),
			OnClick: func(app.Context, app.Event) { p.unit.show(nil) }}}
	}
	return app.Div().Class("stack", "lg").Body(
		header,
		region(u.At, &p.shown, 6, func(ctx app.Context) { p.load(ctx, false) }, u.show),
		p.dialogs(),
	)
}

func (u *Units) show(list placeList) []app.UI {
	if len(list.Units) == 0 {
		empty := &ui.Empty{Icon: ui.IconFolderTree, Title: ui.T("place.no_units"), Text: ui.T("place.no_units_text")}
		if u.At.Can(perm.BusinessUnitsCreate) {
			empty.Actions = []app.UI{&ui.Button{ID: "unit-first", Label: ui.T("place.first_unit"), Icon: ui.IconPlus, Disabled: offlineReason(u.At),
				OnClick: func(app.Context, app.Event) { u.places.unit.show(nil) }}}
		}
		return []app.UI{empty}
	}
	search := app.UI(nil)
	if len(list.Units)+len(list.Programs) > searchedFrom || u.find.text != "" {
		search = u.find.render(u.places.ctx, u.At, ui.T("place.search_units"))
	}
	return []app.UI{slot(search), u.tree(&list)}
}

// places are drawn by the page, and searched when there are more than fit a screen.
const (
	placesPage   = 50
	searchedFrom = 12
)

// placeSearch narrows a list by what is typed. It works while one types; the address follows in a pause.
type placeSearch struct {
	text  string
	pause func()
}

func (s *placeSearch) rest() {
	if s.pause != nil {
		s.pause()
		s.pause = nil
	}
}

// follow takes over the search of the address, unless one is being typed.
func (s *placeSearch) follow(at client.Seat) {
	if s.pause == nil {
		s.text = at.Param("q")
	}
}

func (s *placeSearch) render(ctx app.Context, at client.Seat, label string) app.UI {
	return app.Div().Class("row", "filters").Role("search").Body(
		&ui.Field{ID: "place-search", Label: label, HideLabel: true, Kind: ui.Search, Placeholder: label, Value: s.text, MaxLength: number.MaxUnitName,
			OnInput: func(_ app.Context, v string) {
				s.text = v
				s.rest()
				s.pause = ui.After(ctx, searchPause, func(ctx app.Context) {
					s.pause = nil
					ctx.Navigate(at.With("q", v))
				})
			}})
}

// key is what names are compared with.
func (s *placeSearch) key() string { return number.SearchKey(s.text) }
