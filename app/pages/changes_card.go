package pages

import (
	"strings"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/perm"
	"countersign/shared/significant"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// changeDecision is what an approver has typed about one significant change. It survives reloads.
type changeDecision struct {
	rejecting bool
	reason    string
	busy      string // the act under way
	problem   string
	mine      bool // decided here
}

// changeCards are the significant changes on a page, for who decides them.
type changeCards struct {
	all map[id.Change]*changeDecision
}

// changeView is where changes are shown.
type changeView struct {
	At    client.Seat
	Ctx   app.Context       // the page's own
	Acted func(app.Context) // something was decided, or is no more as it was shown
}

func (s *changeCards) of(c id.Change) *changeDecision {
	if s.all == nil {
		s.all = map[id.Change]*changeDecision{}
	}
	d := s.all[c]
	if d == nil {
		d = &changeDecision{}
		s.all[c] = d
	}
	return d
}

func (s *changeCards) forget(c id.Change) { delete(s.all, c) }

// typed is what would be lost by leaving.
func (s *changeCards) typed() (all []client.Unsent) {
	for _, d := range s.all {
		all = append(all, client.Unsent{Label: ui.T("remote.reason"), Text: d.reason})
	}
	return all
}

// changeAsks is "Jonas Meier asks for a significant change".
func changeAsks(c *significant.Change) string {
	if c.InPortal() {
		return ui.T("changes.asks_portal", "caller", c.CallerName)
	}
	return ui.T("changes.asks."+string(c.Kind), "caller", c.CallerName)
}

func (s *changeCards) render(v changeView, c *significant.Change) app.UI {
	d := s.of(c.ID)
	facts := ui.T("changes.in_portal", "when", momentInText(c.CreatedAt))
	if !c.InPortal() {
		facts = ui.T("changes.verified."+string(c.Channel), "agent", c.StaffName, "when", momentInText(c.CreatedAt), "matched", inWords("audit.matched.", string(c.Matched)))
	}
	if c.Ticket != "" {
		facts += " · " + ui.T("changes.ticket", "ticket", c.Ticket)
	}
	body := []app.UI{
		ui.Person(c.CallerName, ui.Neutral,
			[]app.UI{app.Strong().Text(c.CallerName), app.Text(" " + ui.T("changes.asks_for."+string(c.Kind)))},
			[]app.UI{app.Text(facts + " · "), &ui.Countdown{Until: c.LapsesAt, Label: ui.T("remote.lapses_in"), Silent: true, OnEnd: v.Acted}}),
		app.P().Class("change-subject").Text(c.Subject),
		slot(quoted(c.Note)),
	}
	switch m, _ := v.At.Member(); {
	case v.At.As != api.AsCustomer:
		body = append(body, ui.Hint(ui.T("changes.support")))
	case !v.At.Can(perm.SignificantChangesApprove):
		body = append(body, ui.Hint(ui.T("remote.who_decides", "owner", m.OwnerName)), slot(d.renderTakeBack(v, c)))
	case d.rejecting:
		body = append(body, d.renderReject(v, c))
	default:
		body = append(body, d.renderApprove(v, c))
	}
	return app.Div().Class("request").DataSet("change", string(c.ID)).Body(body...)
}

func (d *changeDecision) renderApprove(v changeView, c *significant.Change) app.UI {
	key := string(c.ID)
	return ui.Stack(
		ui.Row(
			&ui.Button{ID: "approve-" + key, Label: ui.T("changes.approve"), Name: ui.T("changes.approve") + ": " + c.Subject, Kind: ui.Primary, Icon: ui.IconCheck,
				Busy: d.busy == "approve", Disabled: offlineReason(v.At), OnClick: func(app.Context, app.Event) { d.approve(v, c) }},
			&ui.Button{ID: "reject-" + key, Label: ui.T("remote.reject"), Name: ui.T("remote.reject") + ": " + c.Subject, Disabled: offlineReason(v.At),
				OnClick: func(app.Context, app.Event) {
					d.rejecting, d.problem = true, ""
					ui.FocusLater(v.Ctx, "reason-"+key)
				}},
		),
		slot(d.renderTakeBack(v, c)),
		ui.Hint(changeSays(c, "once")),
	)
}

// changeSays is a sentence about a change, which tells of the agent who asked, or of none.
func changeSays(c *significant.Change, key string) string {
	if c.InPortal() {
		return ui.T("changes." + key + "_portal")
	}
	return ui.T("changes."+key, "agent", c.StaffName)
}

// renderTakeBack lets whoever asked in the portal take it back.
func (d *changeDecision) renderTakeBack(v changeView, c *significant.Change) app.UI {
	m, _ := v.At.Member()
	if !c.InPortal() || v.At.As != api.AsCustomer || v.At.Eyes != "" || m.Contact != c.Caller {
		return nil
	}
	return ui.Row(&ui.Button{ID: "take-back-" + string(c.ID), Label: ui.T("services.take_back"), Icon: ui.IconUndo, Small: true, Busy: d.busy == "back", Disabled: offlineReason(v.At),
		OnClick: func(app.Context, app.Event) {
			d.busy = "back"
			client.Call(v.Ctx, v.At.Session, api.TakeBackChange, api.ChangeIn{Org: v.At.OrgIn(), Change: c.ID}, func(ctx app.Context, _ significant.Change, err error) {
				d.done(ctx, v, err, ui.T("services.taken_back", "name", c.Subject))
			})
		}})
}

func (d *changeDecision) renderReject(v changeView, c *significant.Change) app.UI {
	key := string(c.ID)
	return ui.Stack(
		&ui.Field{ID: "reason-" + key, Label: ui.T("remote.reason"), Hint: ui.T("remote.reason_hint"), Kind: ui.Area, Rows: 2, Optional: true,
			MaxLength: significant.MaxNote, Value: d.reason, Error: d.problem, OnInput: func(_ app.Context, t string) { d.reason, d.problem = t, "" }},
		ui.Row(
			&ui.Button{ID: "reject-now-" + key, Label: ui.T("changes.reject"), Kind: ui.Danger, Icon: ui.IconX, Busy: d.busy == "reject",
				Disabled: offlineReason(v.At), OnClick: func(app.Context, app.Event) { d.reject(v, c) }},
			&ui.Button{ID: "reject-back-" + key, Label: ui.T("ui.cancel"), OnClick: func(app.Context, app.Event) {
				d.rejecting, d.problem = false, ""
				ui.FocusLater(v.Ctx, "reject-"+key)
			}},
		),
	)
}

func decide(v changeView, c *significant.Change) api.DecideChangeIn {
	in := api.DecideChangeIn{ChangeIn: api.ChangeIn{Org: v.At.OrgIn(), Change: c.ID}}
	in.Body.Seen = c.Fingerprint()
	return in
}

func (d *changeDecision) approve(v changeView, c *significant.Change) {
	d.busy, d.problem = "approve", ""
	client.Call(v.Ctx, v.At.Session, api.ApproveChange, decide(v, c), func(ctx app.Context, _ significant.Change, err error) {
		d.done(ctx, v, err, changeSays(c, "approved"))
	})
}

func (d *changeDecision) reject(v changeView, c *significant.Change) {
	d.busy, d.problem = "reject", ""
	in := decide(v, c)
	in.Body.Reason = strings.TrimSpace(d.reason)
	client.Call(v.Ctx, v.At.Session, api.RejectChange, in, func(ctx app.Context, _ significant.Change, err error) {
		d.done(ctx, v, err, changeSays(c, "rejected"))
	})
}

// done tells the outcome; either way the page shows what is true now.
func (d *changeDecision) done(ctx app.Context, v changeView, err error, said string) {
	d.busy = ""
	if err == nil {
		d.mine, d.reason = true, ""
		ui.ShowToast(ui.Toast{Text: said})
	} else {
		fields, general := formFailure(err, "reason")
		if d.problem = fields["reason"]; general != "" {
			toastFailure(err) // the card itself may be gone after the reload
		}
	}
	v.Acted(ctx)
}

// changeTag is a state in words with its own icon.
func changeTag(s significant.State) app.UI {
	tone := ui.Neutral
	switch s {
	case significant.Pending:
		tone = ui.Info
	case significant.Approved:
		tone = ui.OK
	case significant.Rejected:
		tone = ui.Bad
	}
	return ui.TagIcon(tone, changeIcon(s), ui.T("changes.state."+string(s)))
}

func changeIcon(s significant.State) ui.IconName {
	switch s {
	case significant.Pending:
		return ui.IconClock
	case significant.Approved:
		return ui.IconCheck
	case significant.Rejected:
		return ui.IconX
	case significant.Withdrawn:
		return ui.IconUndo
	}
	return ui.IconHourglass
}

// changeAsked is by whom and through whom a change was asked for.
func changeAsked(c *significant.Change) string {
	if c.InPortal() {
		return ui.T("changes.asked_portal", "caller", c.CallerName, "when", moment(c.CreatedAt))
	}
	return ui.T("changes.asked", "caller", c.CallerName, "agent", c.StaffName, "when", moment(c.CreatedAt))
}

// changeEnding says when, by whom and why it was decided.
func changeEnding(c *significant.Change) string {
	text := moment(c.DecidedAt)
	if c.DecidedName != "" {
		text = ui.T("remote.past_by", "when", text, "name", c.DecidedName)
	}
	if c.Reason != "" {
		text += " · " + ui.T("remote.quoted", "text", c.Reason)
	}
	return text
}

// changeBecame is what a change came to, as a sentence.
func changeBecame(c *significant.Change) string {
	agent := c.StaffName
	if c.InPortal() {
		agent = c.CallerName
	}
	return ui.T("changes.became."+string(c.State), "subject", c.Subject, "agent", agent, "name", c.DecidedName, "when", momentInText(c.DecidedAt))
}
