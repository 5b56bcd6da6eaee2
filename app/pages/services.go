package pages

import (
	"slices"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/service"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// Services and domains have one page each, of the same make.
const (
	pageServices = "services"
	pageDomains  = "domains"
)

// Services lists what an organization has from its provider: its services, or its domains, with the contacts that get mail
// about each (S01, S04). The filters stand in the address.
type Services struct {
	app.Compo

	At   client.Seat
	Kind service.Kind

	ctx    app.Context
	stop   []func()
	pause  func()
	query  string // as it is typed
	shown  api.ServiceFilter
	list   loaded[api.Services]
	rows   []api.ServiceRow // all pages that were fetched
	next   string
	older  bool
	assign assignDialog
	cancel cancelDialog
	gets   recipientsDialog
}

// CompoID tells go-app that the services of another organization are another page, and its domains, too.
func (s *Services) CompoID() string { return s.At.Key(s.page()) }

func (s *Services) page() string {
	if s.Kind == service.Domain {
		return pageDomains
	}
	return pageServices
}

// mayAssign reports whether the person may assign contacts and ask for cancellations; support inside an organization never may.
func (s *Services) mayAssign() bool {
	return s.At.As == api.AsCustomer && s.At.Eyes == "" && s.At.Can(s.Kind.Update())
}

// OnMount loads the page and follows what changes.
func (s *Services) OnMount(ctx app.Context) {
	s.ctx = ctx
	s.stop = []func(){
		s.At.Session.Watch(ctx, s.At.Org, s.follow, live.Services, live.Contacts, live.Changes),
		s.At.Session.Keep("services", s.cancel.typed),
		s.At.Session.Observe(func() { ctx.Dispatch(func(app.Context) {}) }), // without a connection nothing can be changed
	}
	s.query = s.At.Param("q")
	s.load(ctx, false)
}

// OnPreRender is OnMount outside a browser.
func (s *Services) OnPreRender(ctx app.Context) { s.OnMount(ctx) }

// OnUpdate loads again when the filters in the address have changed.
func (s *Services) OnUpdate(ctx app.Context) {
	if now := s.filter(); now != s.shown {
		if s.pause == nil {
			s.query = now.Query
		}
		s.load(ctx, false)
	}
}

// OnDismount stops following.
func (s *Services) OnDismount() {
	for _, stop := range s.stop {
		stop()
	}
	s.stop = nil
	s.rest()
}

func (s *Services) rest() {
	if s.pause != nil {
		s.pause()
		s.pause = nil
	}
}

func (s *Services) follow(ctx app.Context) {
	s.load(ctx, true)
	s.assign.loadCandidates(true)
}

// filter is what the address asks for.
func (s *Services) filter() api.ServiceFilter {
	return api.ServiceFilter{Query: s.At.Param("q"), State: service.State(s.At.Param("state")), Contact: id.Contact(s.At.Param("contact"))}
}

// endpoint lists services, or domains.
func (s *Services) endpoint() api.Endpoint[api.ServicesIn, api.Services] {
	if s.Kind == service.Domain {
		return api.ListDomains
	}
	return api.ListServices
}

const servicesPage = 50

func (s *Services) load(ctx app.Context, background bool) {
	s.shown = s.filter()
	in := api.ServicesIn{Org: s.At.OrgIn(), ServiceFilter: s.shown}
	if in.Limit = servicesPage; background {
		in.Limit = min(200, max(servicesPage, len(s.rows)))
	}
	load(ctx, s.At, &s.list, s.endpoint(), in, background, func(ctx app.Context) {
		if s.list.err != nil {
			return
		}
		if !s.assign.open && !s.cancel.open && !s.gets.open {
			holdFocus(ctx, "")
		}
		s.rows, s.next = s.list.value.Services, s.list.value.Next
		if i := s.at(s.assign.of.ID); i >= 0 {
			s.assign.follow(&s.rows[i])
		}
		if !background && s.shown != (api.ServiceFilter{}) {
			ui.Announce(ui.T("services.found", "n", s.list.value.Total))
		}
	})
}

// at is where a service stands in the list, -1 when it doesn't.
func (s *Services) at(which id.Service) int {
	return slices.IndexFunc(s.rows, func(r api.ServiceRow) bool { return r.ID == which })
}

// put shows a service as it is now.
func (s *Services) put(now api.ServiceRow) {
	if i := s.at(now.ID); i >= 0 && s.rows[i].Version <= now.Version {
		s.rows[i] = now
	}
}

// more fetches the page after the last one.
func (s *Services) more(app.Context, app.Event) {
	in := api.ServicesIn{Org: s.At.OrgIn(), ServiceFilter: s.shown}
	in.Limit, in.After = servicesPage, s.next
	turn := s.list.turn
	s.older = true
	client.Load(s.ctx, s.At.Session, s.endpoint(), in, false, func(_ app.Context, out api.Services, err error) {
		s.older = false
		if err != nil {
			toastFailure(err)
			return
		}
		if turn == s.list.turn {
			s.rows, s.next = append(s.rows, out.Services...), out.Next
		}
	})
}

// search waits for a pause in typing; the search then stands in the address.
func (s *Services) search(_ app.Context, text string) {
	s.query = text
	s.rest()
	s.pause = ui.After(s.ctx, searchPause, func(ctx app.Context) {
		s.pause = nil
		ctx.Navigate(s.At.With("q", s.query))
	})
}

// Render implements app.Composer.
func (s *Services) Render() app.UI {
	return app.Div().Class("stack", "lg").Body(
		&ui.PageHeader{Title: ui.T("nav." + s.page()), Lead: ui.T("services.lead." + string(s.Kind))},
		s.renderFilters(),
		region(s.At, &s.list, 6, func(ctx app.Context) { s.load(ctx, false) }, s.renderList),
		s.assign.render(s),
		s.cancel.render(s),
		s.gets.render(),
	)
}
