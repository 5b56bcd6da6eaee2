package pages

import (
	"slices"
	"strconv"
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/access"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/id"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// feed is a list of audit entries that grows: what comes while it is looked at is counted and shown on a click.
type feed struct {
	data  loaded[api.Activity]
	shown []audit.Entry
	fresh bool // the next answer is shown at once
}

const feedLength = 30

func (f *feed) load(ctx app.Context, at client.Seat, background bool) {
	if !at.Can(perm.RemoteSupportView) {
		return
	}
	f.fresh = f.fresh || !background || len(f.shown) == 0
	load(ctx, at, &f.data, api.ListSupportActivity, api.ActivityIn{Org: at.OrgIn(), Page: api.Page{Limit: feedLength}}, background, func(app.Context) {
		if f.fresh && f.data.err == nil {
			f.shown, f.fresh = f.data.value.Entries, false
		}
	})
}

// newer counts the entries that came since those shown.
func (f *feed) newer() int {
	if len(f.shown) == 0 {
		return 0
	}
	n := 0
	for _, e := range f.data.value.Entries {
		if e.Seq > f.shown[0].Seq {
			n++
		}
	}
	return n
}

func (f *feed) render(page app.Context, at client.Seat) app.UI {
	card := &ui.Card{ID: "activity", Title: ui.T("remote.activity"), Flush: true}
	if at.Can(perm.AuditView) {
		card.Actions = []app.UI{ui.Link(at.Href("manage/audit"), ui.T("remote.full_audit"))}
	}
	if !f.data.has() {
		card.Body = []app.UI{ui.Skeleton(5)}
		return card
	}
	entries := make([]ui.Entry, 0, len(f.shown))
	for _, e := range f.shown {
		when := time.UnixMilli(e.At)
		tone := ui.Neutral
		if e.Actor.Kind == audit.BySupport {
			tone = ui.Live
		}
		entries = append(entries, ui.Entry{ID: strconv.FormatInt(e.Seq, 10), Time: moment(when), At: when.UTC().Format(time.RFC3339),
			Body: sentence(e), Tone: tone})
	}
	card.Body = []app.UI{&ui.Feed{Label: ui.T("remote.activity"), Entries: entries, New: f.newer(), Empty: ui.T("remote.activity_none"),
		OnNew: func(app.Context) {
			holdFocus(page, "activity")
			f.shown = f.data.value.Entries
		}}}
	return card
}

// pastAccess is the history: requested and granted durations, by whom, and how it ended. What is over never changes, so
// that pages that were loaded stay and new ones only come before them.
type pastAccess struct {
	data loaded[api.History]
	list []access.Request
	next string // where to go on, "" at the end
	busy bool
}

func (h *pastAccess) load(ctx app.Context, at client.Seat, background bool) {
	if !at.Can(perm.RemoteSupportView) {
		return
	}
	load(ctx, at, &h.data, api.ListAccessHistory, api.HistoryIn{Org: at.OrgIn(), Limit: 10}, background, func(app.Context) {
		if h.data.err == nil {
			h.take(h.data.value)
		}
	})
}

// take puts the newest page before what is known of the older ones.
func (h *pastAccess) take(page api.History) {
	n := len(page.Requests)
	older := -1
	if n > 0 {
		older = slices.IndexFunc(h.list, func(r access.Request) bool { return r.ID == page.Requests[n-1].ID })
	}
	if older < 0 { // nothing in common: begin anew
		h.list, h.next = page.Requests, page.Next
		return
	}
	h.list = append(slices.Clone(page.Requests), h.list[older+1:]...)
}

// find is a request that is over, nil when it is not known.
func (h *pastAccess) find(rid id.AccessRequest) *access.Request {
	for i := range h.list {
		if h.list[i].ID == rid {
			return &h.list[i]
		}
	}
	return nil
}

func (h *pastAccess) render(page app.Context, at client.Seat) app.UI {
	card := &ui.Card{ID: "history", Title: ui.T("remote.history"), Flush: true}
	if !h.data.has() {
		card.Body = []app.UI{ui.Skeleton(3)}
		return card
	}
	if len(h.list) == 0 {
		card.Flush, card.Body = false, []app.UI{ui.Hint(ui.T("remote.history_none"))}
		return card
	}
	lines := make([]ui.Line, 0, len(h.list))
	for i := range h.list {
		r := &h.list[i]
		lines = append(lines, ui.Line{ID: string(r.ID), Cells: []app.UI{
			app.Strong().Text(whoIn(r)), stateTag(r.State), app.Span().Text(lengths(r) + " · " + ending(r))}})
	}
	card.Body = []app.UI{&ui.Table{ID: "history-table", Label: ui.T("remote.history"), Lines: lines, Compact: true,
		Columns: []ui.Column{{Title: ui.T("remote.col_agents"), Kind: ui.Title}, {Title: ui.T("remote.col_state"), Kind: ui.State},
			{Title: ui.T("remote.col_time")}}}}
	if h.next != "" {
		card.Footer = []app.UI{&ui.Button{ID: "history-more", Label: ui.T("remote.history_more"), Busy: h.busy, Small: true, Disabled: offlineReason(at),
			OnClick: func(app.Context, app.Event) { h.loadMore(page, at) }}}
	}
	return card
}

func (h *pastAccess) loadMore(ctx app.Context, at client.Seat) {
	h.busy = true
	in := api.HistoryIn{Org: at.OrgIn(), Before: id.AccessRequest(h.next), Limit: 20}
	client.Load(ctx, at.Session, api.ListAccessHistory, in, false, func(ctx app.Context, out api.History, err error) {
		h.busy = false
		if err != nil {
			toastFailure(err)
			return
		}
		holdFocus(ctx, "history")
		h.list, h.next = append(h.list, out.Requests...), out.Next
		ui.Announce(ui.T("remote.history_shown", "n", len(out.Requests)))
	})
}

// whoIn names the agents of a request, or that the customer invited whoever is on duty.
func whoIn(r *access.Request) string {
	if len(r.Requesters) == 0 {
		return ui.T("remote.anyone")
	}
	return names(r)
}

// lengths are the times asked for and granted.
func lengths(r *access.Request) string {
	switch {
	case r.Source == access.Managed:
		return ui.T("remote.past_managed")
	case r.Source == access.Invited:
		return ui.T("remote.past_invited", "name", r.DecidedBy.Name, "time", span(minutes(r.Granted)))
	case r.Granted == 0:
		return ui.T("remote.past_asked", "time", span(minutes(r.Requested)))
	}
	return ui.T("remote.past_granted", "asked", span(minutes(r.Requested)), "granted", span(minutes(r.Granted)), "name", r.DecidedBy.Name)
}

// ending says when and by whom it ended.
func ending(r *access.Request) string {
	text := moment(r.EndedAt)
	if r.EndedBy.Name != "" {
		text = ui.T("remote.past_by", "when", text, "name", r.EndedBy.Name)
	}
	switch {
	case r.Reason == "":
	case r.State == access.Rejected:
		text += " · " + ui.T("remote.quoted", "text", r.Reason)
	case r.EndedBy.Name == "":
		text += " · " + ui.T("remote.stopped."+r.Reason)
	}
	return text
}

// stateTag is a state in words with its own icon.
func stateTag(s access.State) app.UI {
	tone := ui.Neutral
	switch s {
	case access.Pending:
		tone = ui.Info
	case access.Active:
		tone = ui.Live
	case access.Revoked, access.Rejected:
		tone = ui.Bad
	}
	return ui.TagIcon(tone, stateIcon(s), ui.T("remote.state."+string(s)))
}

func stateIcon(s access.State) ui.IconName {
	switch s {
	case access.Pending:
		return ui.IconClock
	case access.Active:
		return ui.IconActivity
	case access.Revoked:
		return ui.IconBan
	case access.Rejected:
		return ui.IconX
	case access.Expired:
		return ui.IconTimer
	case access.Lapsed:
		return ui.IconHourglass
	case access.Withdrawn:
		return ui.IconUndo
	}
	return ui.IconCheck
}
