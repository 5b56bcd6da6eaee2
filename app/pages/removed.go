package pages

import (
	"time"

	"countersign/app/client"
	"countersign/app/offline"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

const (
	pageRemoved = "numbers/removed"

	// removedPage is how many removed numbers are fetched at once, mostRemoved how many can be.
	removedPage = 50
	mostRemoved = 500

	// soonGone is from how many days left a number is marked.
	soonGone = 3
)

// Removed is the list of numbers that were removed from the business and can still be brought back (N02).
type Removed struct {
	app.Compo

	At client.Seat

	ctx     app.Context
	stop    []func()
	list    loaded[api.RemovedNumbers]
	rows    []api.RemovedNumber // all pages that were fetched
	next    string
	older   bool
	names   placeBook // what the numbers stood in
	restore map[id.Number]*restoring
	facts   assignments
}

// CompoID tells go-app that the numbers of another organization are another page.
func (r *Removed) CompoID() string { return r.At.Key(pageRemoved) }

// OnMount loads the page and follows what changes.
func (r *Removed) OnMount(ctx app.Context) {
	r.ctx, r.restore = ctx, map[id.Number]*restoring{}
	r.stop = []func(){r.At.Session.Watch(ctx, r.At.Org, func(ctx app.Context) {
		r.load(ctx, true)
		r.facts.refresh()
	}, live.Numbers)}
	r.names.open(ctx, r.At)
	if c := r.names.copy; c != nil {
		r.stop = append(r.stop, c.Observe(func(ch offline.Change) { ctx.Dispatch(r.copyChanged) }))
	}
	r.load(ctx, false)
}

// OnPreRender is OnMount outside a browser.
func (r *Removed) OnPreRender(ctx app.Context) { r.OnMount(ctx) }

// OnDismount stops following.
func (r *Removed) OnDismount() {
	for _, stop := range r.stop {
		stop()
	}
	r.stop = nil
	r.names.close()
}

// load fetches the list as far as the person has read.
func (r *Removed) load(ctx app.Context, background bool) {
	in := api.RemovedIn{Org: r.At.OrgIn(), Limit: removedPage}
	if background {
		in.Limit = min(mostRemoved, max(removedPage, len(r.rows)))
	}
	load(ctx, r.At, &r.list, api.ListRemovedNumbers, in, background, func(ctx app.Context) {
		if r.list.err != nil {
			return
		}
		if r.facts.of == "" {
			holdFocus(ctx, "")
		}
		r.rows, r.next = r.list.value.Numbers, r.list.value.Next
	})
}

// more fetches the page after the last one.
func (r *Removed) more(app.Context, app.Event) {
	in := api.RemovedIn{Org: r.At.OrgIn(), Limit: removedPage, After: r.next}
	turn := r.list.turn
	r.older = true
	client.Load(r.ctx, r.At.Session, api.ListRemovedNumbers, in, false, func(_ app.Context, out api.RemovedNumbers, err error) {
		r.older = false
		if err != nil {
			toastFailure(err)
			return
		}
		if turn == r.list.turn {
			r.rows, r.next = append(r.rows, out.Numbers...), out.Next
		}
	})
}

// Render implements app.Composer.
func (r *Removed) Render() app.UI {
	return app.Div().Class("stack", "lg").Body(
		&ui.PageHeader{Title: ui.T("place.removed"), Lead: ui.T("place.removed_lead")},
		region(r.At, &r.list, 6, func(ctx app.Context) { r.load(ctx, false) }, r.show),
		r.facts.render(),
	)
}

func (r *Removed) show(api.RemovedNumbers) []app.UI {
	if len(r.rows) == 0 {
		return []app.UI{&ui.Empty{Icon: ui.IconTrash, Title: ui.T("place.no_removed"), Text: ui.T("place.no_removed_text"), Actions: []app.UI{
			&ui.Button{ID: "removed-numbers", Label: ui.T("place.to_numbers"), Icon: ui.IconPhone, Href: r.At.Href("numbers")}}}}
	}
	lines := make([]ui.Line, 0, len(r.rows))
	for i := range r.rows {
		lines = append(lines, r.line(&r.rows[i]))
	}
	foot := []app.UI{app.Span().Text(ui.T("place.removed_n", "n", len(r.rows)))}
	if r.next != "" {
		foot = []app.UI{app.Span().Text(ui.T("place.removed_first", "n", len(r.rows))),
			&ui.Button{ID: "removed-more", Label: ui.T("orgdetail.more"), Small: true, Busy: r.older, OnClick: r.more}}
	}
	return []app.UI{&ui.Table{ID: "removed-list", Label: ui.T("place.removed"), Lines: lines, Foot: foot, Columns: []ui.Column{
		{Title: ui.T("number.column.number"), Kind: ui.Title}, {Title: ui.T("number.column.display_name")}, {Title: ui.T("place.stood_in")},
		{Title: ui.T("place.removed_by")}, {Title: ui.T("place.left"), Kind: ui.State}, {Title: ui.T("orgpage.acts"), HideTitle: true, Kind: ui.Act}}}}
}

func (r *Removed) line(x *api.RemovedNumber) ui.Line {
	of := string(x.ID)
	return ui.Line{ID: of, Cells: []app.UI{
		&keyed{Key: "facts-" + of, Body: func() app.UI {
			return app.Button().ID("facts-"+of).Type("button").Class("link").Aria("label", x.International+": "+ui.T("place.assignments")).Text(x.International).
				OnClick(ui.On(func(app.Context, app.Event) { r.facts.fetch(r.ctx, r.At, x.ID) }))
		}}, app.Text(x.DisplayName), app.Text(r.stoodIn(x)),
		app.Span().Body(app.Text(x.RemovedBy+", "), timeTag(x.RemovedAt)), timeLeft(x.Until),
		&keyed{Key: "restore-" + of, Body: func() app.UI { return r.act(x) }}}}
}

// stoodIn is where a number goes back to, as far as that is known.
func (r *Removed) stoodIn(x *api.RemovedNumber) string {
	list, text := &r.names.shown.value, ""
	if u := list.unit(x.BusinessUnit); u != nil {
		text = u.Name
	}
	if p := list.program(x.Program); p != nil && text != "" {
		text += ", " + p.DisplayName
	}
	return text
}

// timeLeft is how many days are left, the begun one included.
func timeLeft(until time.Time) app.UI {
	left := until.Sub(ui.ServerNow())
	days := max(0, int((left+24*time.Hour-1)/(24*time.Hour)))
	if days <= soonGone {
		return ui.TagIcon(ui.Warn, ui.IconHourglass, ui.T("place.days_left", "n", days))
	}
	return ui.TagIcon(ui.Neutral, ui.IconHourglass, ui.T("place.days_left", "n", days))
}

// mayRestore reports whether the person may bring numbers back: whoever may remove one.
func (r *Removed) mayRestore() bool { return r.At.Can(perm.NumbersDelete) && r.At.Eyes == "" }
