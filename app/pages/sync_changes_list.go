package pages

import (
	"slices"
	"time"

	"countersign/app/offline"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/replica"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// renderWaiting lists what is safe on this device and waits for the server.
func (p *SyncChanges) renderWaiting(s offline.Status, list []syncAction) app.UI {
	card := &ui.Card{ID: "waiting", Title: ui.T("sync.waiting")}
	if len(list) == 0 {
		card.Body = []app.UI{nothing(ui.T("sync.waiting_none"), ui.T("sync.waiting_none_text"))}
		return card
	}
	card.Mark = ui.TagIcon(ui.Warn, ui.IconCloudUpload, ui.T("sync.waiting_count", "n", s.Pending))
	card.Actions = []app.UI{&ui.Button{ID: "sync-try", Label: ui.T("sync.try_now"), Icon: ui.IconRefresh, Small: true, Busy: s.Sending > 0,
		OnClick: func(app.Context, app.Event) { p.watch.copy.Try() }}}
	progress := app.UI(nil)
	if s.Sending > 0 && p.most > 1 {
		progress = &ui.Progress{Label: ui.T("sync.sending_progress", "n", p.most-s.Pending, "all", p.most), Done: p.most - s.Pending, Total: p.most}
	}
	text := ui.T("sync.waiting_text")
	if s.Pending > 0 && !s.Online {
		text = ui.T("sync.waiting_offline")
	}
	card.Body = []app.UI{slot(progress), ui.Hint(text), p.renderLog("waiting", list)}
	return card
}

// renderSent lists what the server has judged, the newest first.
func (p *SyncChanges) renderSent(list []syncAction) app.UI {
	card := &ui.Card{ID: "sent", Title: ui.T("sync.sent")}
	if len(list) == 0 {
		card.Body = []app.UI{ui.Hint(ui.T("sync.sent_none"))}
		return card
	}
	list = slices.Clone(list)
	slices.Reverse(list)
	card.Body = []app.UI{ui.Hint(ui.T("sync.sent_text")), p.renderLog("sent", list)}
	return card
}

func (p *SyncChanges) renderLog(name string, list []syncAction) app.UI {
	n := p.shownOf(name, len(list))
	items := make([]app.UI, 0, n)
	for i := range list[:n] {
		a := &list[i]
		items = append(items, &keyed{Key: name + string(a.entries[0].Uid), Body: func() app.UI { return p.renderAction(a) }})
	}
	return ui.Stack(app.Ul().Class("sync-log").Body(items...), p.more(name, len(list)))
}

func (p *SyncChanges) renderAction(a *syncAction) app.UI {
	title, g := p.words.title(a), stateSign(a.state)
	facts := []app.UI{timeTag(a.at())}
	if more := a.result(); more != "" {
		facts = append(facts, app.Text(" · "+more))
	}
	body := []app.UI{app.Div().Class("sync-did").Body(app.Strong().Text(title), ui.TagIcon(g.Tone, g.Icon, g.Text)),
		slot(p.renderChanges(p.words.changes(a))), app.Div().Class("hint").Body(facts...)}
	undo := app.UI(nil)
	if a.undoable() && p.mayAct(a) {
		key := string(a.entries[0].Uid)
		undo = &ui.Button{ID: "undo-" + key, Label: ui.T("ui.undo"), Name: ui.T("ui.undo") + ": " + title, Icon: ui.IconUndo, Kind: ui.Quiet, Small: true,
			OnClick: func(app.Context, app.Event) { p.undo(a) }}
	}
	return app.Li().Body(app.Div().Class("sync-entry").Body(body...), slot(undo))
}

func (p *SyncChanges) renderChanges(list []syncChange) app.UI {
	if len(list) == 0 {
		return nil
	}
	rows := make([]app.UI, 0, len(list))
	for _, c := range list {
		row := []app.UI{app.Span().Class("hint").Text(c.Label + " ")}
		if c.Was != "" {
			row = append(row, app.Span().Class("sync-was").Body(app.Span().Class("sr-only").Text(ui.T("sync.was")+" "), app.Text(c.Was)), app.Span().Aria("hidden", "true").Text(" → "),
				app.Span().Class("sr-only").Text(" "+ui.T("sync.now")+" "))
		}
		rows = append(rows, app.Div().Body(append(row, app.Span().Text(c.Now))...))
	}
	return app.Div().Class("sync-changes").Body(rows...)
}

// mayAct reports whether the person may do the contrary of an action.
func (p *SyncChanges) mayAct(a *syncAction) bool {
	return p.At.Can(rightFor(map[replica.Op]replica.Op{replica.Create: replica.Remove, replica.Remove: replica.Restore, replica.Restore: replica.Remove, replica.Set: replica.Set}[a.entries[0].Op]))
}

// undo takes an action back: edits that stand in its way since win.
func (p *SyncChanges) undo(a *syncAction) {
	made := make([]replica.Uid, len(a.entries))
	for i := range a.entries {
		made[i] = a.entries[i].Uid
	}
	takeBack(p.watch.copy, firsts(a.entries, made), nil)
}

// firsts are the edits that are undone as one: of the pieces of an edit that was cut the first one.
func firsts(entries []replica.Entry, uids []replica.Uid) (list []replica.Uid) {
	for i := range entries {
		if entries[i].Group == "" || entries[i].Group != string(uids[0]) || i == 0 {
			list = append(list, uids[i])
		}
	}
	return list
}

// renderDevice says how this browser keeps the copy, and which other devices have one.
func (p *SyncChanges) renderDevice(c *offline.Copy, s offline.Status) app.UI {
	state, text := ui.TagIcon(ui.Neutral, ui.IconCloudOff, ui.T("sync.device_not_ready")), ui.T("sync.device_not_ready_text")
	switch {
	case readyOffline(s):
		state, text = ui.TagIcon(ui.OK, ui.IconCircleCheck, ui.T("sync.device_ready")), ui.T("sync.device_ready_text")
	case s.Preparing > 0 && !s.Ready:
		state, text = ui.TagIcon(ui.Info, ui.IconDownload, ui.T("numbers.preparing", "percent", s.Preparing)), ui.T("sync.device_preparing_text")
	case s.Ready:
		text = ui.T("sync.device_no_files_text")
	}
	terms := []ui.Term{}
	if s.LastSync > 0 {
		terms = append(terms, ui.Term{Label: ui.T("sync.last_update"), Text: lastUpdate(s.LastSync)})
	}
	if s.Kept != offline.ProtectionUnknown {
		terms = append(terms, ui.Term{Label: ui.T("sync.storage"), Text: ui.T("sync.storage_" + string(s.Kept))})
	}
	icon := ui.IconChevronRight
	if p.unfold {
		icon = ui.IconChevronDown
	}
	devices := app.UI(nil)
	if p.unfold {
		devices = region(p.At, &p.devices, 3, func(ctx app.Context) { p.load(ctx, false) }, renderDevices)
	}
	return &ui.Card{ID: "device", Title: ui.T("sync.device"), Mark: state, Body: []app.UI{
		ui.Hint(text), slot(descriptionOf(terms)),
		app.Div().Class("place-history").Body(
			app.Button().ID("sync-devices").Type("button").Class("fold").Aria("expanded", p.unfold).OnClick(ui.On(func(ctx app.Context, _ app.Event) {
				if p.unfold = !p.unfold; p.unfold {
					load(p.ctx, p.At, &p.devices, api.ListSyncDevices, p.At.OrgIn(), false)
				}
			})).Body(ui.Icon(icon), app.Span().Text(ui.T("sync.devices"))),
			slot(devices)),
	}}
}

func descriptionOf(terms []ui.Term) app.UI {
	if len(terms) == 0 {
		return nil
	}
	return &ui.Description{Terms: terms}
}

func renderDevices(d api.SyncDevices) []app.UI {
	items := make([]app.UI, 0, len(d.Devices))
	for i := range d.Devices {
		x := &d.Devices[i]
		text := ui.T("sync.device_seen", "browser", x.Browser, "when", momentInText(x.SeenAt))
		if !x.Mine {
			text = ui.T("sync.device_of", "name", x.By) + " " + text
		}
		unsent := app.UI(nil)
		if x.Unsent > 0 {
			unsent = ui.TagIcon(ui.Warn, ui.IconCloudUpload, ui.T("sync.device_unsent", "n", x.Unsent))
		}
		items = append(items, app.Li().Body(app.Div().Class("sync-entry").Text(text), slot(unsent)))
	}
	return []app.UI{app.Ul().Class("sync-log").Body(items...)}
}

// nothing says that a part of the page is empty, and that this is well.
func nothing(title, text string) app.UI {
	return app.Div().Class("sync-nothing").Body(ui.Icon(ui.IconCircleCheck), app.Div().Body(app.Strong().Text(title+". "), app.Span().Text(text)))
}

func msTime(ms int64) time.Time { return time.UnixMilli(ms) }
