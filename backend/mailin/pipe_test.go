package mailin_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"countersign/backend/mailin"
)

func TestPipe(t *testing.T) {
	t.Parallel()
	b := &inbox{check: func(to string) error {
		switch to {
		case "nobody@portal.test":
			return &mailin.Refusal{Code: 550, Enhanced: [3]int{5, 1, 1}, Text: "There is no ticket with this address."}
		case "barred@portal.test":
			return &mailin.Refusal{Code: 550, Enhanced: [3]int{5, 7, 1}, Text: "This sender may not write here."}
		case "busy@portal.test":
			return errBusy
		}
		return nil
	}, take: func(_ context.Context, to string, _ *mailin.Message) error {
		switch to {
		case "closed@portal.test":
			return &mailin.Refusal{Code: 554, Enhanced: [3]int{5, 7, 1}, Text: "The ticket is closed."}
		case "later@portal.test":
			return errBusy
		case "large@portal.test":
			return &mailin.Refusal{Code: 552, Enhanced: [3]int{5, 3, 4}, Text: "The files are too large."}
		}
		return nil
	}}
	mail := "From marie@acme.example Mon Mar  9 15:10:14 2026\nFrom: Marie <marie@acme.example>\nMessage-ID: <1@acme.example>\n\n.hidden dot\nline\r\ncarriage\rreturn\r\r\n"
	for _, network := range []string{"lmtp", "smtp"} {
		listen := network + ":" + serve(t, network, b, func(o *mailin.Options) { o.MaxBytes = 100_000 }).addr
		for _, c := range []struct {
			to, from, listen, mail string
			exit                   int
			reason                 string
		}{
			{network + "@portal.test", "marie@acme.example", listen, mail, 0, ""},
			{network + "@portal.test", "", listen, mail, 0, ""},
			{network + "@portal.test", "MAILER-DAEMON", listen, mail, 0, ""},
			{"nobody@portal.test", "marie@acme.example", listen, mail, 67, "5.1.1 There is no ticket"},
			{"barred@portal.test", "marie@acme.example", listen, mail, 77, "5.7.1 This sender"},
			{"busy@portal.test", "marie@acme.example", listen, mail, 75, "4.3.0 "},
			{"closed@portal.test", "marie@acme.example", listen, mail, 77, "5.7.1 "},
			{"later@portal.test", "marie@acme.example", listen, mail, 75, "4.3.0 "},
			{"large@portal.test", "marie@acme.example", listen, mail, 65, "5.3.4 "},
			{"a@portal.test", "marie@acme.example", listen, "no header", 65, "5.6.0 "},
			{"a@portal.test", "marie@acme.example", listen, "", 65, "5.6.0 "},
			{"a@portal.test", "marie@acme.example", listen, "From: a@b.example\n\n" + strings.Repeat("0123456789\n", 20_000), 65, "5.3.4 "},
			{"not an address", "marie@acme.example", listen, mail, 65, "5.1.3 "},
			{"a@portal.test>\r\nDATA", "marie@acme.example", listen, mail, 65, "5.1.3 "},
			{"a@portal.test", "marie@acme.example", "nonsense", mail, 75, "4.3.5 "},
			{"a@portal.test", "marie@acme.example", network + ":127.0.0.1:1", mail, 75, "4.3.2 "},
			{"a@portal.test", "marie@acme.example", "lmtp:unix:" + filepath.Join(t.TempDir(), "absent"), mail, 75, "4.3.2 "},
		} {
			exit, err := mailin.Pipe(t.Context(), strings.NewReader(c.mail), c.listen, c.from, c.to)
			if exit != c.exit || (err == nil) != (c.exit == 0) || err != nil && !strings.HasPrefix(err.Error(), c.reason) {
				t.Errorf("%s, %s: %d, %v, want %d %s", network, c.to, exit, err, c.exit, c.reason)
			}
		}
		if got := b.texts(network + "@portal.test"); len(got) != 1 || got[0] != ".hidden dot\nline\ncarriage return" {
			t.Errorf("%s: kept %q", network, got)
		}
	}
}

// What breaks on the way is tried again, and half a message is not taken for one.
func TestPipe_breaks_off(t *testing.T) {
	t.Parallel()
	b := &inbox{}
	r := serve(t, "lmtp", b, nil)
	half := io.MultiReader(strings.NewReader("From: a@b.example\n\nhalf"), iotest.ErrReader(errors.New("gone")))
	if exit, err := mailin.Pipe(t.Context(), half, "lmtp:"+r.addr, "a@b.example", "a@portal.test"); exit != mailin.TempFail || err == nil {
		t.Errorf("%d, %v", exit, err)
	}
	r.end()
	if b.calls != 0 {
		t.Error("half a message was taken")
	}

	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if exit, err := mailin.Pipe(ctx, strings.NewReader("x"), "lmtp:"+silent.Addr().String(), "a@b.example", "a@portal.test"); exit != mailin.TempFail || err == nil {
		t.Errorf("to a server that says nothing: %d, %v", exit, err)
	}
}

func TestParseListen(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]mailin.Listen{
		"lmtp:127.0.0.1:2424":   {Protocol: "lmtp", Network: "tcp", Address: "127.0.0.1:2424"},
		"smtp:[::1]:2525":       {Protocol: "smtp", Network: "tcp", Address: "[::1]:2525"},
		"smtp:0.0.0.0:25":       {Protocol: "smtp", Network: "tcp", Address: "0.0.0.0:25"},
		"lmtp:unix:/run/x.sock": {Protocol: "lmtp", Network: "unix", Address: "/run/x.sock"},
		"lmtp:localhost:2424":   {Protocol: "lmtp", Network: "tcp", Address: "localhost:2424"},
		"127.0.0.1:2424":        {}, "lmtp:": {}, "lmtp::2424": {}, "http:127.0.0.1:80": {}, "lmtp:unix:run/x": {}, "lmtp:unix:": {}, "": {}, "lmtp:127.0.0.1": {},
		"lmtp:127.0.0.1:": {}, "lmtp:127.0.0.1:99999": {}, "LMTP:127.0.0.1:1": {},
	} {
		got, err := mailin.ParseListen(s)
		if got != want || (err == nil) != (want.Protocol != "") {
			t.Errorf("%q: %+v, %v", s, got, err)
		}
		if err == nil && got.String() != s {
			t.Errorf("%q is written %q", s, got)
		}
	}
}

func TestListen_on_a_socket(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "mail.sock")
	place, err := mailin.ParseListen("lmtp:unix:" + path)
	if err != nil {
		t.Fatal(err)
	}
	left, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := place.Open(t.Context()); err == nil {
		t.Fatal("took another program's socket away")
	}
	// As a killed process leaves it.
	left.(*net.UnixListener).SetUnlinkOnClose(false)
	left.Close()
	l, err := place.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o660 {
		t.Errorf("%v, %v", info.Mode(), err)
	}

	b := &inbox{}
	s, err := mailin.New(mailin.Options{Inbox: b, Network: place.Protocol, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	exit, err := mailin.Pipe(t.Context(), strings.NewReader("From: a@b.example\n\nx\n"), place.String(), "a@b.example", "a@portal.test")
	if exit != 0 || err != nil || len(b.texts("a@portal.test")) != 1 {
		t.Errorf("%d, %v", exit, err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}

	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (mailin.Listen{Protocol: "lmtp", Network: "unix", Address: file}).Open(t.Context()); err == nil {
		t.Error("replaced a file")
	}
}
