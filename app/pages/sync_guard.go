package pages

import (
	"countersign/app/client"
	"countersign/app/offline"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/replica"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// syncGuard stands before a sign-out that would throw away what was not sent. Edits are sent first, handed out as a file, or
// given up; typed lists, which only the person can send, are handed out or given up.
type syncGuard struct {
	open    bool
	sending bool // signs out once all is sent
	most    int
	lists   []typedOut
	tickets []keptPlace
	stops   []func()
}

// ask opens the dialog when something was not sent. out signs out, once all that is to be sent is.
func (g *syncGuard) ask(ctx app.Context, s *client.Session, out func(app.Context)) bool {
	n, lists, tickets := offline.Unsent(s), typedLists(s), keptTickets(s)
	if n == 0 && len(lists) == 0 && len(tickets) == 0 {
		return false
	}
	g.close()
	g.open, g.most, g.lists, g.tickets = true, n, lists, tickets
	for _, c := range offline.Copies(s) {
		g.stops = append(g.stops, c.Observe(func(offline.Change) {
			ctx.Dispatch(func(ctx app.Context) { g.look(ctx, s, out) })
		}))
	}
	return true
}

func (g *syncGuard) look(ctx app.Context, s *client.Session, out func(app.Context)) {
	if g.open && g.sending && offline.Unsent(s) == 0 {
		if g.sending = false; len(g.lists) == 0 && len(g.tickets) == 0 {
			g.close()
			out(ctx)
		}
	}
}

func (g *syncGuard) close() {
	for _, stop := range g.stops {
		stop()
	}
	*g = syncGuard{}
}

// send has everything sent, and signs out when nothing is left.
func (g *syncGuard) send(ctx app.Context, s *client.Session, out func(app.Context)) {
	if g.sending {
		return
	}
	g.sending = true
	for _, c := range offline.Copies(s) {
		c.Try()
	}
	g.look(ctx, s, out)
}

// table is all that was not sent, for a spreadsheet.
func (g *syncGuard) table(s *client.Session) string {
	var log []replica.Entry
	var w syncWords
	for _, c := range offline.Copies(s) {
		if part := c.Log(); len(part) > 0 {
			log = append(log, part...)
			w = w.and(wordsAt(c))
		}
	}
	return w.unsentTable(log, g.lists)
}

// render is the dialog. out signs out.
func (g *syncGuard) render(ctx app.Context, s *client.Session, out func(app.Context)) app.UI {
	d := &ui.Dialog{ID: "sign-out-unsent", Open: g.open, Alert: true, OnClose: func(app.Context) { g.close() }}
	if !g.open {
		return d
	}
	n := offline.Unsent(s)
	away := ""
	if s.Link() == client.LinkDown || s.Ended() != "" {
		away = ui.T("sync.guard_away")
	}
	if n == 0 && len(g.lists) == 0 && len(g.tickets) == 0 {
		d.Title = ui.T("sync.guard_sent")
		d.Body = func() []app.UI { return []app.UI{app.P().Text(ui.T("sync.guard_sent_text"))} }
		d.Actions = func() []app.UI {
			return []app.UI{&ui.Button{ID: "guard-out", Label: ui.T("shell.sign_out"), Kind: ui.Primary, Icon: ui.IconLogOut, OnClick: func(app.Context, app.Event) { out(ctx) }}}
		}
		return d
	}
	d.Title = ui.T("sync.guard", "n", n)
	d.Body = func() []app.UI {
		body := []app.UI{app.P().Text(ui.T("sync.guard_text"))}
		switch {
		case g.sending && away == "":
			body = append(body, &ui.Progress{Label: ui.T("sync.sending_progress", "n", max(0, g.most-n), "all", g.most), Done: max(0, g.most-n), Total: g.most})
		case away != "":
			body = append(body, ui.Hint(away))
		}
		return append(append(body, g.renderLists(s)...), g.renderTickets(s)...)
	}
	if n == 0 {
		d.Title = ui.T("sync.guard_typed")
		d.Body = func() []app.UI { return append(g.renderLists(s), g.renderTickets(s)...) }
	}
	d.Actions = func() []app.UI {
		actions := []app.UI{
			&ui.Button{ID: "guard-discard", Label: ui.T("sync.guard_discard"), Kind: ui.Danger, OnClick: func(app.Context, app.Event) { out(ctx) }},
		}
		if n > 0 || len(g.lists) > 0 {
			actions = append(actions, &ui.Button{ID: "guard-export", Label: ui.T("sync.guard_export"), Icon: ui.IconDownload, OnClick: func(app.Context, app.Event) {
				client.Save(ui.T("sync.file_unsent"), "text/csv;charset=utf-8", g.table(s))
			}})
		}
		if n > 0 {
			actions = append(actions, &ui.Button{ID: "guard-send", Label: ui.T("sync.guard_send"), Kind: ui.Primary, Icon: ui.IconSend, Busy: g.sending && away == "", Disabled: away,
				OnClick: func(app.Context, app.Event) { g.send(ctx, s, out) }})
		}
		return actions
	}
	return d
}

// renderLists leads to the lists that only the person can send.
func (g *syncGuard) renderLists(s *client.Session) []app.UI {
	if len(g.lists) == 0 {
		return nil
	}
	items := make([]app.UI, 0, len(g.lists))
	for _, list := range g.lists {
		at := s.At(client.Place{As: s.As, Org: list.org})
		text, page := ui.T("sync.guard_list."+string(list.kind), "n", len(list.texts)), pageNumbersAdd
		if list.kind == api.JobDelete {
			page = pageNumbersDelete
		}
		m, member := at.Member()
		if !member {
			items = append(items, app.Li().Text(text))
			continue
		}
		items = append(items, app.Li().Body(app.A().Class("link").Href(at.Href(page)).Text(text+", "+m.Name).OnClick(func(app.Context, app.Event) { g.close() })))
	}
	return []app.UI{app.P().Text(ui.T("sync.guard_typed_text")), app.Ul().Body(items...)}
}

// renderTickets leads to answers and tickets that were not sent.
func (g *syncGuard) renderTickets(s *client.Session) []app.UI {
	if len(g.tickets) == 0 {
		return nil
	}
	items := make([]app.UI, 0, len(g.tickets))
	for i := range g.tickets {
		k := &g.tickets[i]
		at := s.At(client.Place{As: s.As, Org: k.org})
		if s.As == api.AsStaff {
			at.Org = ""
		}
		items = append(items, app.Li().Body(app.A().Class("link").Href(at.Href(k.page())).Text(k.title()).OnClick(func(app.Context, app.Event) { g.close() })))
	}
	return []app.UI{app.P().Text(ui.T("ticket.guard_text")), app.Ul().Body(items...)}
}

// and knows what either does.
func (w syncWords) and(o syncWords) syncWords {
	if w.row == nil {
		return o
	}
	a, b := w.row, o.row
	for k, v := range o.names.purposes {
		w.names.purposes[k] = v
	}
	for k, v := range o.names.units {
		w.names.units[k] = v
	}
	for k, v := range o.names.programs {
		w.names.programs[k] = v
	}
	w.row = func(k id.Number) (replica.View, bool) {
		if v, ok := a(k); ok {
			return v, true
		}
		return b(k)
	}
	return w
}
