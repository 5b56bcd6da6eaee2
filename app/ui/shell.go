package ui

import (
	"strings"

	"countersign/shared/i18n"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// NavGroup is a titled part of the navigation; the title may be empty.
type NavGroup struct {
	Label string
	Items []NavItem
}

// NavItem is a line of the navigation.
type NavItem struct {
	Label      string
	Icon       IconName
	Href       string
	Current    bool
	Count      int // a badge when not 0
	CountLabel string
	CountTone  Tone
}

// Place is an organization (or the provider's hub) that the person may switch to.
type Place struct {
	Name    string
	Hint    string // the customer reference
	Href    string
	Current bool
}

// Account is who is signed in and what they can do with their own sign-in. Language and theme are added.
type Account struct {
	Name  string
	Email string
	Items []MenuItem
}

// Shell is the frame of every page: bar, navigation, main, the Support button, toasts, palette and keyboard help. It
// sets the document's title, and on a new page moves the focus to its h1.
type Shell struct {
	app.Compo

	Brand     string // of the provider, "Countersign"
	Title     string // of the page
	Home      string // address of the mark
	Place     string // the name beside the mark: the organization
	Places    []Place
	Nav       []NavGroup
	NavEnd    []NavItem // at the bottom
	Pill      app.UI    // a Pill
	Account   Account
	Commands  []Command         // of the palette, besides the navigation
	Go        map[string]string // after "g": letter to address
	Shortcuts []Shortcut        // more lines for the help
	Frame     app.UI            // a SupportFrame, above everything
	Body      []app.UI
	OnSupport func(ctx app.Context) // "Submit a request"; no button when nil

	palette bool
	help    bool
	keys    shellKeys
}

// pagePath is the page that had the focus last; a change of filters in the address is no new page.
var pagePath string

// OnMount starts listening to the keyboard.
func (s *Shell) OnMount(ctx app.Context) {
	Boot()
	s.keys.listen(ctx, s)
	s.entered(ctx)
}

// OnNav moves the focus to the title of a new page.
func (s *Shell) OnNav(ctx app.Context) { s.entered(ctx) }

// OnUpdate keeps the document's title.
func (s *Shell) OnUpdate(app.Context) { s.setTitle() }

// OnDismount stops listening.
func (s *Shell) OnDismount() { s.keys.stop() }

func (s *Shell) entered(ctx app.Context) {
	s.setTitle()
	path := ctx.Page().URL().Path
	if path == pagePath {
		return
	}
	first := pagePath == ""
	pagePath = path
	if first {
		return // the browser has placed the focus, and may have restored the scroll position
	}
	quiet(func() { byID("nav").Call("hidePopover") })
	ctx.Defer(func(app.Context) {
		quiet(func() { app.Window().Call("scrollTo", 0, 0) })
		Focus(PageTitleID)
	})
}

func (s *Shell) setTitle() {
	title := s.Brand
	if s.Title != "" {
		title = s.Title + " – " + s.Brand
	}
	SetTitle(title)
}

// Render implements app.Composer.
func (s *Shell) Render() app.UI {
	return app.Div().Class("app").Body(
		app.A().Class("skip").Href("#main").Text(T("ui.skip")).OnClick(On(func(ctx app.Context, e app.Event) {
			e.PreventDefault()
			Focus("main")
		})),
		app.Div().Class("frame-slot").Body(s.Frame),
		s.renderBar(),
		app.Div().Class("app-body").Body(
			s.renderNav(),
			app.Main().ID("main").TabIndex(-1).Body(
				app.Div().Class("page").Body(children(s.Body)...),
				s.renderFoot(),
			),
		),
		&ToastHost{},
		&Palette{ID: "palette", Open: s.palette, Commands: s.commands(),
			OnClose: func(app.Context) { s.palette = false }},
		&KeyboardHelp{ID: "keyboard-help", Open: s.help, Shortcuts: s.shortcuts(),
			OnClose: func(app.Context) { s.help = false }},
	)
}

func (s *Shell) renderBar() app.UI {
	return app.Header().Class("bar").Body(
		app.Button().Type("button").Class("btn", "quiet", "icon-only", "nav-button").
			Aria("label", T("ui.menu")).Title(T("ui.menu")).
			Attr("popovertarget", "nav").Body(Icon(IconMenu)),
		app.A().Class("mark").Href(s.Home).Aria("label", s.Brand).Body(app.Span().Aria("hidden", "true").Text(firstLetter(s.Place))),
		s.renderPlaces(),
		app.Button().Type("button").Class("search-button").Aria("keyshortcuts", "Control+K").
			OnClick(On(func(ctx app.Context, _ app.Event) { s.palette = true })).
			Body(Icon(IconSearch), app.Span().Class("search-words").Text(T("ui.search_or_go")), app.Span().Class("keys").Aria("hidden", "true").Body(app.Kbd().Text("Ctrl K"))),
		app.Div().Class("bar-end").Body(s.Pill, s.renderAccount()),
	)
}

// firstLetter is what stands in the mark.
func firstLetter(place string) string {
	word, _, _ := strings.Cut(strings.TrimSpace(place), " ")
	return Initials(word)
}

func (s *Shell) renderPlaces() app.UI {
	if len(s.Places) < 2 {
		return app.Span().Class("place").Title(s.Place).Text(s.Place)
	}
	items := make([]MenuItem, 0, len(s.Places))
	for _, p := range s.Places {
		items = append(items, MenuItem{Label: p.Name, Hint: p.Hint, Href: p.Href, Radio: true, Checked: p.Current})
	}
	return &Menu{ID: "places", Label: s.Place, Name: s.Place + ". " + T("ui.switch_organization"), Kind: Quiet, Start: true, Items: items, Class: "place"}
}

func (s *Shell) renderAccount() app.UI {
	items := append([]MenuItem{}, s.Account.Items...)
	for i, l := range i18n.Locales() {
		items = append(items, MenuItem{Label: l.Name(), Separator: i == 0, Radio: true, Checked: l == Locale(), Icon: "",
			OnSelect: func(app.Context) { SetLocale(l) }})
	}
	for i, t := range []ThemeChoice{ThemeSystem, ThemeLight, ThemeDark} {
		items = append(items, MenuItem{Label: T("ui.theme_" + string(t)), Separator: i == 0, Radio: true, Checked: t == Theme(),
			OnSelect: func(app.Context) { SetTheme(t) }})
	}
	return &Menu{ID: "account", Label: T("ui.account"), Icon: IconCircleUser, IconOnly: true, Kind: Quiet, Items: items,
		Head: []app.UI{app.Strong().Text(s.Account.Name), app.Span().Class("hint").Text(s.Account.Email)}}
}

func (s *Shell) renderNav() app.UI {
	groups := make([]app.UI, 0, len(s.Nav)+1)
	for _, g := range s.Nav {
		groups = append(groups, app.Div().Class("nav-group").Body(
			app.If(g.Label != "", func() app.UI { return app.P().Class("nav-label").Text(g.Label) }),
			navList(g.Items, g.Label),
		))
	}
	if len(s.NavEnd) > 0 {
		groups = append(groups, app.Div().Class("nav-group", "end").Body(navList(s.NavEnd, "")))
	}
	return app.Nav().ID("nav").Class("nav").Attr("popover", "auto").Aria("label", T("ui.navigation")).Body(groups...)
}

func navList(items []NavItem, label string) app.UI {
	lines := make([]app.UI, 0, len(items))
	for _, it := range items {
		link := app.A().Class("nav-item").Href(it.Href)
		if it.Current {
			link.Aria("current", "page")
		}
		lines = append(lines, app.Li().Body(link.Body(
			Icon(it.Icon),
			app.Span().Text(it.Label),
			app.If(it.Count > 0, func() app.UI { return Badge(it.CountTone, it.Count, it.CountLabel) }),
		)))
	}
	list := app.Ul().Body(lines...)
	if label != "" {
		list.Aria("label", label)
	}
	return list
}

func (s *Shell) renderFoot() app.UI {
	return app.Footer().Class("page-foot").Body(
		app.If(s.OnSupport != nil, func() app.UI {
			return &Button{ID: "support-button", Label: T("ui.submit_request"), Icon: IconLifeBuoy,
				OnClick: func(ctx app.Context, _ app.Event) { s.OnSupport(ctx) }}
		}),
		app.Span().Class("hint").Text(s.Brand),
	)
}

// commands are the navigation and what the page adds.
func (s *Shell) commands() []Command {
	if !s.palette {
		return nil
	}
	var list []Command
	add := func(it NavItem, group string) {
		list = append(list, Command{Label: it.Label, Words: group, Group: T("ui.go_to"), Icon: it.Icon, Href: it.Href, Keys: s.keysFor(it.Href)})
	}
	for _, g := range s.Nav {
		for _, it := range g.Items {
			add(it, g.Label)
		}
	}
	for _, it := range s.NavEnd {
		add(it, "")
	}
	for _, p := range s.Places {
		if !p.Current {
			list = append(list, Command{Label: p.Name, Words: p.Hint, Group: T("ui.switch_organization"), Icon: IconBuilding, Href: p.Href})
		}
	}
	return append(list, s.Commands...)
}

func (s *Shell) keysFor(href string) string {
	for letter, to := range s.Go {
		if to == href {
			return "g " + letter
		}
	}
	return ""
}

func (s *Shell) shortcuts() []Shortcut {
	if !s.help {
		return nil
	}
	list := []Shortcut{
		{"Ctrl K", T("ui.palette")},
		{"/", T("ui.search")},
		{"?", T("ui.shortcuts")},
	}
	for _, g := range append(append([]NavGroup{}, s.Nav...), NavGroup{Items: s.NavEnd}) {
		for _, it := range g.Items {
			if keys := s.keysFor(it.Href); keys != "" {
				list = append(list, Shortcut{keys, it.Label})
			}
		}
	}
	return append(list, s.Shortcuts...)
}
