package ticket_test

import (
	"strings"
	"testing"
	"time"

	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/routing"
	"countersign/shared/ticket"

	"pgregory.net/rapid"
)

var noon = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

func open(t testing.TB) *ticket.Ticket {
	t.Helper()
	k, err := ticket.New(ticket.Ticket{ID: "t", Category: routing.Technical, Subject: " Calls \u202e fail\n", Opener: "marie",
		Copies: []id.Contact{"paul", "marie", "paul"}}, noon)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// S05: the story of a ticket: who has to act, and since when.
func TestTicketWaitsForWhoHasToAct(t *testing.T) {
	k := open(t)
	if k.Subject != "Calls fail" || len(k.Copies) != 1 || k.Copies[0] != "paul" {
		t.Fatalf("opened as %q with copies to %v", k.Subject, k.Copies)
	}
	step := func(minutes int, act func(time.Time) error, state ticket.State, since int) {
		t.Helper()
		if err := act(noon.Add(time.Duration(minutes) * time.Minute)); err != nil {
			t.Fatal(err)
		}
		if k.State != state || !k.WaitingSince.Equal(noon.Add(time.Duration(since)*time.Minute)) {
			t.Fatalf("after %d minutes: %s since %s, want %s since minute %d", minutes, k.State, k.WaitingSince, state, since)
		}
	}
	answer := func(by ticket.Side) func(time.Time) error {
		return func(now time.Time) error { _, err := k.Answer(by, now); return err }
	}
	step(5, answer(ticket.ByContact), ticket.Open, 0) // asking again does not start the wait anew
	step(10, answer(ticket.ByStaff), ticket.Pending, 10)
	step(11, answer(ticket.ByStaff), ticket.Pending, 10)
	step(20, func(now time.Time) error { return k.Set(ticket.OnHold, now) }, ticket.OnHold, 20)
	step(30, answer(ticket.ByContact), ticket.Open, 30)
	step(40, k.Close, ticket.Closed, 40)
	if err := k.Close(noon.Add(time.Hour)); !errs.Is(err, errs.Conflict) {
		t.Errorf("closed twice: %v", err)
	}
	event, err := k.Answer(ticket.ByContact, noon.Add(40*time.Minute+ticket.ReopenDays*24*time.Hour))
	if err != nil || event != ticket.EventReopened || k.State != ticket.Open || !k.ClosedAt.IsZero() {
		t.Errorf("an answer on the last day: %q %v, %s", event, err, k.State)
	}
	step(60, k.Close, ticket.Closed, 60)
	if _, err := k.Answer(ticket.ByContact, noon.Add(60*time.Minute+ticket.ReopenDays*24*time.Hour+time.Millisecond)); !errs.Is(err, errs.Conflict) || k.State != ticket.Closed {
		t.Errorf("an answer after the last day: %v, %s", err, k.State)
	}
}

// Whatever is done in whatever order, a ticket is in a known state, closed ones alone have an end, nothing waits for the
// future, and what a refused act left is what was there.
func TestTicketStates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k, err := ticket.New(ticket.Ticket{Category: routing.Financial, Subject: "x"}, noon)
		if err != nil {
			t.Fatal(err)
		}
		now := noon
		for range rapid.IntRange(1, 40).Draw(t, "acts") {
			now = now.Add(rapid.SampledFrom([]time.Duration{0, time.Minute, 31 * 24 * time.Hour}).Draw(t, "pause"))
			before := *k
			var err error
			switch act := rapid.SampledFrom([]string{"contact", "staff", "close", "reopen", "open", "pending", "on_hold", "closed", "odd"}).Draw(t, "act"); act {
			case "contact", "staff":
				k.Messages++
				_, err = k.Answer(ticket.Side(act), now)
			case "close":
				err = k.Close(now)
			case "reopen":
				err = k.Reopen(now)
			default:
				err = k.Set(ticket.State(act), now)
			}
			switch {
			case !k.State.Known(), (k.State == ticket.Closed) != !k.ClosedAt.IsZero(), k.WaitingSince.After(now), k.ChangedAt.After(now):
				t.Fatalf("%+v", k)
			case err != nil && (k.State != before.State || !k.WaitingSince.Equal(before.WaitingSince)):
				t.Fatalf("refused with %v, and yet %s became %s", err, before.State, k.State)
			}
		}
	})
}

func TestTicketIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		ticket ticket.Ticket
		path   string
	}{
		"no_subject":   {ticket.Ticket{Category: routing.Technical, Subject: " \u200e\u202e"}, "subject"},
		"long_subject": {ticket.Ticket{Category: routing.Technical, Subject: strings.Repeat("é", ticket.MaxSubject+1)}, "subject"},
		"no_category":  {ticket.Ticket{Subject: "x", Category: "gossip"}, "category"},
	} {
		_, err := ticket.New(c.ticket, noon)
		if e, ok := err.(*errs.Error); !ok || len(e.Fields) != 1 || e.Fields[0].Path != c.path {
			t.Errorf("%s: %v, want a bad field %s", name, err, c.path)
		}
	}
	if _, err := ticket.CheckText(" \n\t", 0); err == nil {
		t.Error("a message without words or files was taken")
	}
	if s, err := ticket.CheckText(" \n", 1); s != "" || err != nil {
		t.Errorf("a message of a file: %q %v", s, err)
	}
	if s, err := ticket.CheckText("a\r\nb\x00\u202ec ", 0); s != "a\nbc" || err != nil {
		t.Errorf("%q %v", s, err)
	}
	if _, err := ticket.CheckText(strings.Repeat("é", ticket.MaxText+1), 0); err == nil {
		t.Error("a text that is too long was taken")
	}
}
