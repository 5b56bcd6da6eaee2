package pages

import (
	"countersign/app/ui"
	"countersign/shared/ticket"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// ticketState is a state in words as customers or staff read it: each knows who has to act.
func ticketState(s ticket.State, staff bool) string {
	if staff {
		return ui.T("ticket.staff_state." + string(s))
	}
	return ui.T("ticket.state." + string(s))
}

func ticketTag(s ticket.State, staff bool) app.UI {
	tone, icon := ui.Neutral, ui.IconCircleCheck
	switch mine := s == ticket.Pending && !staff || s == ticket.Open && staff; {
	case mine:
		tone, icon = ui.Warn, ui.IconMessage
	case s == ticket.OnHold:
		tone, icon = ui.Neutral, ui.IconHourglass
	case s != ticket.Closed:
		tone, icon = ui.Info, ui.IconClock
	}
	return ui.TagIcon(tone, icon, ticketState(s, staff))
}

// ticketNumber is how people speak of a ticket: "#4821".
func ticketNumber(t *ticket.Ticket) string { return "#" + ticketDigits(t.Number) }

func ticketDigits(n int64) string {
	text := ""
	for ; n > 9; n /= 10 {
		text = string(rune('0'+n%10)) + text
	}
	return string(rune('0'+n)) + text
}

// ticketWaits is since when whoever the state names has had to act, or when it was closed.
func ticketWaits(t *ticket.Ticket) app.UI {
	if t.State == ticket.Closed {
		return app.Span().Body(app.Text(ui.T("ticket.closed_at")+" "), timeTag(t.WaitingSince))
	}
	return app.Span().Body(app.Text(ui.T("ticket.since")+" "), timeTag(t.WaitingSince))
}

// ticketStates are what a list of tickets can be narrowed to.
func ticketStates(staff bool) []ui.Option {
	options := []ui.Option{{Label: ui.T("orgdetail.any")}, {Value: "running", Label: ui.T("ticket.state.running")}}
	for _, s := range ticket.States() {
		options = append(options, ui.Option{Value: string(s), Label: ticketState(s, staff)})
	}
	return options
}

func anyCategory() []ui.Option {
	return append([]ui.Option{{Label: ui.T("orgdetail.any")}}, categoryOptions()...)
}
