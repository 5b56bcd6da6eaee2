package main_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"countersign/backend/mailin"
)

// mailbox takes what is for one address.
type mailbox struct{ texts chan string }

func (b mailbox) Check(_ context.Context, to string) error {
	if to != "ticket@portal.test" {
		return &mailin.Refusal{Code: 550, Enhanced: [3]int{5, 1, 1}, Text: "There is no such ticket: open the portal."}
	}
	return nil
}

func (b mailbox) Take(_ context.Context, _ string, m *mailin.Message) error {
	b.texts <- m.EnvelopeFrom + ": " + m.Text
	return nil
}

// A mail server learns by the exit status what became of a mail; a mistake in its configuration sends none back.
func TestMailIn(t *testing.T) {
	box := mailbox{make(chan string, 1)}
	s, err := mailin.New(mailin.Options{Inbox: box, Network: "lmtp", Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()

	h := newHome(t)
	h.env = append(h.env, "COUNTERSIGN_MAIL_IN=lmtp:"+l.Addr().String())
	for _, c := range []struct {
		args   string
		status int
		out    string // begins with
	}{
		{"--to=ticket@portal.test --from=marie@acme.example", 0, ""},
		{"--to=nobody@portal.test --from=marie@acme.example", 67, "5.1.1 There is no such ticket: open the portal.\n"},
		{"--to=ticket@portal.test --listen=lmtp:127.0.0.1:1", 75, "4.3.2 "},
		{"--to=ticket@portal.test --listen=nonsense", 75, "4.3.5 "},
		{"--form=marie@acme.example", 75, "countersign: "},
		{"", 75, "countersign: "},
	} {
		cmd := h.command(append([]string{"mail-in"}, strings.Fields(c.args)...)...)
		cmd.Stdin = strings.NewReader("From: Marie <marie@acme.example>\n\nPort 2.\n")
		out, err := cmd.CombinedOutput()
		status := 0
		if e, ok := errors.AsType[*exec.ExitError](err); ok {
			status = e.ExitCode()
		} else if err != nil {
			t.Fatal(err)
		}
		if status != c.status || !strings.HasPrefix(string(out), c.out) || c.out == "" && len(out) > 0 {
			t.Errorf("%s: exit status %d, %s", c.args, status, out)
		}
	}
	if got := <-box.texts; got != "marie@acme.example: Port 2." {
		t.Errorf("taken: %s", got)
	}
}
