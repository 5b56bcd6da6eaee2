package pages

import (
	"strconv"
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/perm"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// codeHistory is what happened to the codes and by whom they were used, newest first; it holds no code.
type codeHistory struct {
	data  loaded[api.CodeActivity]
	shown []audit.Entry
	more  bool
	older bool // being loaded
	fresh bool // the next answer is shown at once
}

func (h *codeHistory) load(ctx app.Context, at client.Seat, background bool) {
	if !at.Can(perm.ProfileView) || at.As != api.AsCustomer {
		return
	}
	h.fresh = h.fresh || !background || len(h.shown) == 0
	in := api.ActivityIn{Org: at.OrgIn(), Page: api.Page{Limit: feedLength}}
	load(ctx, at, &h.data, api.ListCodeActivity, in, background, func(app.Context) {
		if h.fresh && h.data.err == nil {
			h.showNewest()
		}
	})
}

// showNewest begins anew with the newest entries.
func (h *codeHistory) showNewest() {
	h.shown, h.more, h.fresh = h.data.value.Entries, h.data.value.More, false
}

// newer counts the entries that came since those shown.
func (h *codeHistory) newer() int {
	n := 0
	for _, e := range h.data.value.Entries {
		if len(h.shown) > 0 && e.Seq > h.shown[0].Seq {
			n++
		}
	}
	return n
}

func (h *codeHistory) render(page app.Context, at client.Seat) app.UI {
	card := &ui.Card{ID: "code-history", Title: ui.T("code.history"), Flush: true}
	switch {
	case at.As != api.AsCustomer:
		card.Flush, card.Body = false, []app.UI{ui.Hint(ui.T("code.history_support"))}
		return card
	case !h.data.has() && h.data.err != nil:
		card.Body = []app.UI{failed(h.data.err, h.data.busy, func(ctx app.Context) { h.load(ctx, at, false) })}
		return card
	case !h.data.has():
		card.Body = []app.UI{ui.Skeleton(5)}
		return card
	}
	card.Body = []app.UI{&ui.Feed{Label: ui.T("code.history"), Entries: codeEntries(h.shown), New: h.newer(), Empty: ui.T("code.history_none"),
		OnNew: func(app.Context) {
			holdFocus(page, "code-history")
			h.showNewest()
		}}}
	if h.more {
		card.Footer = []app.UI{&ui.Button{ID: "code-older", Label: ui.T("audit.page.older"), Small: true, Busy: h.older, Disabled: offlineReason(at),
			OnClick: func(app.Context, app.Event) { h.loadOlder(page, at) }}}
	}
	return card
}

func (h *codeHistory) loadOlder(ctx app.Context, at client.Seat) {
	h.older = true
	in := api.ActivityIn{Org: at.OrgIn(), Page: api.Page{Limit: feedLength, Before: h.shown[len(h.shown)-1].Seq}}
	client.Load(ctx, at.Session, api.ListCodeActivity, in, false, func(ctx app.Context, out api.CodeActivity, err error) {
		h.older = false
		if err != nil {
			toastFailure(err)
			return
		}
		holdFocus(ctx, "code-history")
		h.shown, h.more = append(h.shown, out.Entries...), out.More
	})
}

// misses are the newest wrong tries, for the owner to look at.
func (h *codeHistory) misses() []ui.Entry {
	var list []audit.Entry
	for _, e := range h.data.value.Entries {
		switch e.Kind {
		case audit.VerificationFailed, audit.VerificationLocked, audit.CodeLocked, audit.AgentPaused:
			list = append(list, e)
		}
	}
	return codeEntries(list)
}

func codeEntries(list []audit.Entry) []ui.Entry {
	entries := make([]ui.Entry, 0, len(list))
	for _, e := range list {
		when := time.UnixMilli(e.At)
		entries = append(entries, ui.Entry{ID: strconv.FormatInt(e.Seq, 10), Time: moment(when), At: when.UTC().Format(time.RFC3339),
			Body: sentence(e), Tone: codeTone(e.Kind)})
	}
	return entries
}

// codeTone marks what somebody should look at.
func codeTone(k audit.Kind) ui.Tone {
	switch k {
	case audit.VerificationFailed, audit.VerificationDenied, audit.CodeVoided, audit.AgentPaused:
		return ui.Bad
	case audit.VerificationLocked, audit.CodeLocked, audit.CodeRevealed:
		return ui.Warn
	case audit.VerificationMatched:
		return ui.OK
	}
	return ui.Neutral
}
