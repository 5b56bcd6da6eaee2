package mailin_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	netsmtp "net/smtp"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/backend/mailin"
)

// inbox keeps what it is given, and answers as a test says.
type inbox struct {
	check func(to string) error
	take  func(ctx context.Context, to string, m *mailin.Message) error

	mu    sync.Mutex
	kept  map[string]*mailin.Message // by recipient and id
	calls int
}

func (b *inbox) Check(_ context.Context, to string) error {
	if b.check != nil {
		return b.check(to)
	}
	return nil
}

func (b *inbox) Take(ctx context.Context, to string, m *mailin.Message) error {
	b.mu.Lock()
	b.calls++
	b.mu.Unlock()
	if b.take != nil {
		if err := b.take(ctx, to, m); err != nil {
			return err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.kept == nil {
		b.kept = map[string]*mailin.Message{}
	}
	b.kept[to+" "+m.ID] = m
	return nil
}

// texts are what was kept for a recipient.
func (b *inbox) texts(to string) (texts []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for key, m := range b.kept {
		if strings.HasPrefix(key, to+" ") {
			texts = append(texts, m.Text)
		}
	}
	return texts
}

// running is a server on a loopback socket.
type running struct {
	t     testing.TB
	inbox *inbox
	addr  string
	stop  context.CancelFunc
	ended chan error
	log   *bytes.Buffer // to be read after the end
}

// serve runs a server until the test ends.
func serve(t testing.TB, network string, b *inbox, change func(o *mailin.Options)) *running {
	t.Helper()
	r := &running{t: t, inbox: b, ended: make(chan error, 1), log: &bytes.Buffer{}}
	o := mailin.Options{Inbox: b, Network: network, Domain: "portal.test", Log: slog.New(slog.NewTextHandler(r.log, nil)),
		Now: func() time.Time { return noon }}
	if change != nil {
		change(&o)
	}
	s, err := mailin.New(o)
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r.addr = l.Addr().String()
	ctx, stop := context.WithCancel(context.Background())
	r.stop = stop
	go func() { r.ended <- s.Serve(ctx, l) }()
	t.Cleanup(r.end)
	return r
}

// end stops the server and waits for it.
func (r *running) end() {
	r.stop()
	select {
	case err := <-r.ended:
		r.ended <- err
		if err != nil {
			r.t.Error(err)
		}
	case <-time.After(time.Minute):
		r.t.Fatal("the server doesn't end")
	}
}

// client speaks to a server line by line.
type client struct {
	t    testing.TB
	conn net.Conn
	r    *bufio.Reader
}

// dial connects and reads the greeting.
func (r *running) dial() *client {
	r.t.Helper()
	conn, err := net.Dial("tcp", r.addr)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(time.Minute))
	c := &client{r.t, conn, bufio.NewReader(conn)}
	return c
}

// hello connects and greets.
func (r *running) hello(verb string) *client {
	r.t.Helper()
	c := r.dial()
	c.expect("220")
	c.say(verb+" mx.test\r\n", "250")
	return c
}

func (c *client) send(text string) {
	c.t.Helper()
	if _, err := io.WriteString(c.conn, text); err != nil {
		c.t.Fatal(err)
	}
}

// expect reads one answer, of however many lines, that begins with code.
func (c *client) expect(code string) string {
	c.t.Helper()
	var all strings.Builder
	for {
		l, err := c.r.ReadString('\n')
		all.WriteString(l)
		if err != nil {
			c.t.Fatalf("%v after %q, want %s", err, all.String(), code)
		}
		if len(l) > 3 && l[3] == ' ' {
			break
		}
	}
	if !strings.HasPrefix(all.String(), code) {
		c.t.Fatalf("got %q, want %s", all.String(), code)
	}
	return all.String()
}

func (c *client) say(text, code string) string {
	c.t.Helper()
	c.send(text)
	return c.expect(code)
}

// begin gets as far as the message's text.
func (c *client) begin(to ...string) {
	c.t.Helper()
	c.say("MAIL FROM:<marie@acme.example>\r\n", "250")
	for _, a := range to {
		c.say("RCPT TO:<"+a+">\r\n", "250")
	}
	c.say("DATA\r\n", "354")
}

// closed waits until the server hangs up.
func (c *client) closed() string {
	c.t.Helper()
	rest, err := io.ReadAll(c.r)
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
		c.t.Fatalf("the connection stays open after %q", rest)
	}
	return string(rest)
}

// wentOn reports whether answers take a command or a message.
func wentOn(answers string) bool {
	return slices.ContainsFunc(strings.Split(answers, "\n"), func(l string) bool { return strings.HasPrefix(l, "250") || strings.HasPrefix(l, "354") })
}

func message(id, text string) string {
	return "From: Marie <marie@acme.example>\r\nMessage-ID: <" + id + "@acme.example>\r\nSubject: x\r\n\r\n" + text + "\r\n.\r\n"
}

var errBusy = errors.New("the disk is full: /srv/secret/path")

func noSuch(to string) error {
	if strings.HasPrefix(to, "nobody") {
		return &mailin.Refusal{Code: 550, Enhanced: [3]int{5, 1, 1}, Text: "There’s no ticket with this address: open the portal."}
	}
	if strings.HasPrefix(to, "busy") {
		return errBusy
	}
	return nil
}

func TestLMTP(t *testing.T) {
	t.Parallel()
	b := &inbox{check: noSuch, take: func(_ context.Context, to string, m *mailin.Message) error {
		switch {
		case strings.HasPrefix(to, "closed"):
			return &mailin.Refusal{Code: 554, Enhanced: [3]int{5, 7, 1}, Text: "The ticket is closed: open a new one."}
		case strings.HasPrefix(to, "later"):
			return errBusy
		case strings.HasPrefix(to, "panics"):
			panic("a fault of ours")
		}
		return nil
	}}
	r := serve(t, "lmtp", b, nil)
	c := r.hello("LHLO")

	c.say("MAIL FROM:<marie@acme.example> SIZE=1000 BODY=8BITMIME\r\n", "250 2.0.0")
	c.say("RCPT TO:<a@portal.test>\r\n", "250")
	if got := c.say("RCPT TO:<nobody@portal.test>\r\n", "550 5.1.1"); !strings.Contains(got, "There's no ticket") {
		t.Errorf("refused as %q", got)
	}
	if got := c.say("RCPT TO:<busy@portal.test>\r\n", "451 4.3.0"); strings.Contains(got, "secret") {
		t.Errorf("the answer tells of the inside: %q", got)
	}
	for _, a := range []string{"closed", "later", "panics", "b", "a"} {
		c.say("RCPT TO:<"+a+"@portal.test>\r\n", "250")
	}
	c.say("DATA\r\n", "354")
	c.send(message("1", "Port 2."))
	// One answer for each that was taken at RCPT, in their order.
	for _, want := range []string{"250 2.0.0 <a@", "554 5.7.1 <closed@", "451 4.3.0 <later@", "451 4.3.0 <panics@", "250 2.0.0 <b@", "250 2.0.0 <a@"} {
		c.expect(want)
	}
	if a, b := b.texts("a@portal.test"), b.texts("b@portal.test"); len(a) != 1 || len(b) != 1 || a[0] != "Port 2." {
		t.Errorf("kept %q and %q", a, b)
	}
	if b.calls != 5 {
		t.Errorf("the inbox was asked %d times", b.calls)
	}

	// The connection goes on.
	c.begin("a@portal.test")
	c.say(message("2", "Again."), "250")
	c.begin("a@portal.test")
	if got := c.say("From: a@b.example, c@d.example\r\n\r\nx\r\n.\r\n", "554 5.6.0"); !strings.Contains(got, "sender") {
		t.Errorf("refused as %q", got)
	}
	c.say("QUIT\r\n", "221")
	r.end()
	if log := r.log.String(); !strings.Contains(log, "secret") || !strings.Contains(log, "a fault of ours") {
		t.Errorf("the log doesn't say what went wrong: %s", log)
	}
}

// There is no way to anywhere else through this server, nor to know who exists but by trying.
func TestSMTP_offers_nothing_but_delivery(t *testing.T) {
	t.Parallel()
	r := serve(t, "smtp", &inbox{check: noSuch}, nil)
	c := r.dial()
	c.expect("220 portal.test ESMTP")
	c.say("MAIL FROM:<a@b.example>\r\n", "502")
	if got := c.say("EHLO mx.test\r\n", "250"); strings.Contains(got, "AUTH") || strings.Contains(got, "STARTTLS") || !strings.Contains(got, "PIPELINING") || !strings.Contains(got, "SIZE 26214400") {
		t.Errorf("offers %s", got)
	}
	c.say("AUTH PLAIN AGEAYg==\r\n", "5")
	c.say("VRFY marie\r\n", "252")
	c.say("EXPN staff\r\n", "502")
	c.say("RCPT TO:<a@portal.test>\r\n", "502")
	c.say("DATA\r\n", "502")
	c.say("MAIL FROM:<\"a b\"@c.example>\r\n", "553 5.1.7")
	c.say("MAIL FROM:<>\r\n", "250")
	for _, to := range []string{"\"a\\@b\"@c.example", "a@b@c.example", "\"x> y\"@portal.test", strings.Repeat("x", 300) + "@portal.test"} {
		c.say("RCPT TO:<"+to+">\r\n", "5")
	}
	c.say("RCPT TO:<nobody@portal.test>\r\n", "550 5.1.1")
}

// SMTP has one answer for all recipients; nothing is lost by it, and nothing stored twice.
func TestSMTP_answers_for_all(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	down := true
	b := &inbox{check: noSuch, take: func(_ context.Context, to string, _ *mailin.Message) error {
		mu.Lock()
		defer mu.Unlock()
		switch {
		case to == "slow@portal.test" && down:
			return errBusy
		case to == "closed@portal.test":
			return &mailin.Refusal{Code: 554, Enhanced: [3]int{5, 7, 1}, Text: "The ticket is closed: open a new one."}
		}
		return nil
	}}
	r := serve(t, "smtp", b, nil)
	c := r.hello("EHLO")

	c.begin("a@portal.test", "slow@portal.test", "closed@portal.test")
	c.say(message("1", "Port 2."), "451 4.3.0")
	if got := b.texts("a@portal.test"); len(got) != 1 {
		t.Errorf("kept %q", got)
	}

	mu.Lock()
	down = false
	mu.Unlock()
	c.begin("a@portal.test", "slow@portal.test", "closed@portal.test")
	got := c.say(message("1", "Port 2."), "554 5.7.1")
	if !strings.Contains(got, "<closed@portal.test> The ticket is closed") || !strings.Contains(got, "other recipients have the message") {
		t.Errorf("answered %q", got)
	}
	for _, to := range []string{"a@portal.test", "slow@portal.test"} {
		if got := b.texts(to); len(got) != 1 {
			t.Errorf("%s has %q", to, got)
		}
	}
	c.begin("closed@portal.test")
	if got := c.say(message("2", "x"), "554 5.7.1"); strings.Contains(got, "other") {
		t.Errorf("answered %q", got)
	}
	c.begin("a@portal.test", "slow@portal.test")
	c.say(message("3", "x"), "250")
}

func TestSMTP_by_a_usual_client(t *testing.T) {
	t.Parallel()
	b := &inbox{check: noSuch}
	r := serve(t, "smtp", b, nil)
	for name, raw := range replies(t) {
		if err := netsmtp.SendMail(r.addr, nil, "marie@acme.example", []string{name + "@portal.test"}, raw); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want, err := mailin.Parse(wire(raw), "marie@acme.example", noon)
		if got := b.texts(name + "@portal.test"); err != nil || len(got) != 1 || got[0] != want.Text {
			t.Errorf("%s: kept %q, %v", name, got, err)
		}
	}
	err := netsmtp.SendMail(r.addr, nil, "marie@acme.example", []string{"nobody@portal.test"}, []byte("From: a@b.example\r\n\r\nx"))
	if e, ok := errors.AsType[*textproto.Error](err); !ok || e.Code != 550 {
		t.Errorf("got %v", err)
	}
}

func TestServer_limits(t *testing.T) {
	t.Parallel()

	t.Run("size", func(t *testing.T) {
		t.Parallel()
		b := &inbox{}
		r := serve(t, "lmtp", b, func(o *mailin.Options) { o.MaxBytes = 100_000 })
		c := r.hello("LHLO")
		c.say("MAIL FROM:<a@b.example> SIZE=100001\r\n", "552 5.3.4")
		c.begin("a@portal.test")
		if got := c.say(message("1", strings.Repeat("0123456789\r\n", 10_000)), "552 5.3.4"); !strings.Contains(got, "too large") {
			t.Errorf("answered %q", got)
		}
		c.begin("a@portal.test")
		c.say(message("2", strings.Repeat("0123456789\r\n", 8_000)), "250")
		c.say("MAIL FROM:<a@b.example>\r\n", "250")
		c.say("RCPT TO:<a@portal.test>\r\n", "250")
		c.say("BDAT 200000 LAST\r\n"+strings.Repeat("01234567\r\n", 20_000), "552")
		c.say("NOOP\r\n", "250")
		if b.calls != 1 {
			t.Errorf("the inbox was asked %d times", b.calls)
		}
	})

	t.Run("size_of_all_messages", func(t *testing.T) {
		t.Parallel()
		taking, goOn := make(chan bool, 2), make(chan bool)
		b := &inbox{take: func(context.Context, string, *mailin.Message) error {
			taking <- true
			<-goOn
			return nil
		}}
		r := serve(t, "lmtp", b, func(o *mailin.Options) { o.MaxBytes, o.MaxHeld = 1<<20, 3<<19 })
		large := message("1", strings.Repeat("0123456789\r\n", 60_000))
		first, second := r.hello("LHLO"), r.hello("LHLO")
		first.begin("a@portal.test")
		first.send(large)
		<-taking
		second.begin("a@portal.test")
		second.say(large, "452 4.3.1")
		close(goOn)
		first.expect("250")
		second.begin("a@portal.test")
		second.say(large, "250")
	})

	t.Run("recipients", func(t *testing.T) {
		t.Parallel()
		r := serve(t, "lmtp", &inbox{}, nil)
		c := r.hello("LHLO")
		c.say("MAIL FROM:<a@b.example>\r\n", "250")
		for i := range 20 {
			c.say(fmt.Sprintf("RCPT TO:<a%d@portal.test>\r\n", i), "250")
		}
		c.say("RCPT TO:<a20@portal.test>\r\n", "452 4.5.3")
	})

	t.Run("connections", func(t *testing.T) {
		t.Parallel()
		r := serve(t, "lmtp", &inbox{}, func(o *mailin.Options) { o.MaxConnections = 2 })
		a, _ := r.hello("LHLO"), r.hello("LHLO")
		c := r.dial()
		c.expect("421 4.3.2")
		c.closed()
		a.say("QUIT\r\n", "221")
		a.closed()
		for { // the place is free as soon as the server noticed
			c := r.dial()
			if l, _ := c.r.ReadString('\n'); strings.HasPrefix(l, "220") {
				break
			}
		}
	})

	t.Run("messages", func(t *testing.T) {
		t.Parallel()
		r := serve(t, "lmtp", &inbox{}, func(o *mailin.Options) { o.MaxMessages = 2 })
		c := r.hello("LHLO")
		for i := range 2 {
			c.begin("a@portal.test")
			c.say(message(fmt.Sprint(i), "x"), "250")
		}
		c.say("MAIL FROM:<a@b.example>\r\n", "421 4.7.0")
		c.closed()
	})

	t.Run("unknown_recipients", func(t *testing.T) {
		t.Parallel()
		r := serve(t, "lmtp", &inbox{check: noSuch}, func(o *mailin.Options) { o.MaxMessages = 3 })
		c := r.hello("LHLO")
		c.say("MAIL FROM:<a@b.example>\r\n", "250")
		for range 3 {
			c.say("RCPT TO:<nobody@portal.test>\r\n", "550")
		}
		c.say("RCPT TO:<nobody@portal.test>\r\n", "421 4.7.0")
		c.closed()
	})

	t.Run("lines", func(t *testing.T) {
		t.Parallel()
		b := &inbox{}
		r := serve(t, "lmtp", b, nil)
		c := r.hello("LHLO")
		c.begin("a@portal.test")
		c.send(message("1", strings.Repeat("x", 60_000)))
		c.expect("250")
		c.begin("a@portal.test")
		go io.WriteString(c.conn, message("2", strings.Repeat("x", 200_000)+"\r\n.\r\nMAIL FROM:<x@y.example>\r\n"))
		c.expect("554 5.6.0")
		if rest := c.closed(); wentOn(rest) || b.calls != 1 {
			t.Errorf("went on with %q, the inbox was asked %d times", rest, b.calls)
		}
	})

	t.Run("commands", func(t *testing.T) {
		t.Parallel()
		r := serve(t, "lmtp", &inbox{}, nil)
		c := r.hello("LHLO")
		for range 3 {
			c.say("NONSENSE\r\n", "50")
		}
		c.send("\x00\xff\r\n")
		c.expect("50")
		c.closed()
	})

	t.Run("the_inbox's_time", func(t *testing.T) {
		t.Parallel()
		b := &inbox{take: func(ctx context.Context, _ string, _ *mailin.Message) error {
			<-ctx.Done()
			return ctx.Err()
		}}
		r := serve(t, "lmtp", b, func(o *mailin.Options) { o.InboxTimeout = 10 * time.Millisecond })
		c := r.hello("LHLO")
		c.begin("a@portal.test")
		c.say(message("1", "x"), "451 4.3.0")
	})
}

// Who is too slow is cut off, at whatever point, and what they send then is not taken for commands.
func TestServer_slow_clients(t *testing.T) {
	t.Parallel()
	short := func(o *mailin.Options) { o.ReadTimeout = time.Second }

	t.Run("between_commands", func(t *testing.T) {
		t.Parallel()
		c := serve(t, "lmtp", &inbox{}, short).hello("LHLO")
		c.expect("421")
		c.closed()
	})

	t.Run("within_a_message", func(t *testing.T) {
		t.Parallel()
		b := &inbox{}
		c := serve(t, "smtp", b, short).hello("EHLO")
		c.begin("a@portal.test")
		c.send("From: a@b.example\r\n\r\n")
		c.expect("451 4.4.2")
		// A server that read on would take this as another message.
		io.WriteString(c.conn, "MAIL FROM:<x@y.example>\r\nRCPT TO:<a@portal.test>\r\nDATA\r\n"+message("1", "smuggled"))
		if rest := c.closed(); wentOn(rest) || b.calls != 0 {
			t.Errorf("went on with %q, the inbox was asked %d times", rest, b.calls)
		}
	})

	for network, verb := range map[string]string{"lmtp": "LHLO", "smtp": "EHLO"} {
		t.Run("within_a_chunk_by_"+network, func(t *testing.T) {
			t.Parallel()
			b := &inbox{}
			c := serve(t, network, b, short).hello(verb)
			c.say("MAIL FROM:<a@b.example>\r\n", "250")
			c.say("RCPT TO:<a@portal.test>\r\n", "250")
			c.send("BDAT 1000 LAST\r\nFrom: a@b.example\r\n\r\n")
			c.expect("451 4.4.2") // what is refused for good is not sent again
			io.WriteString(c.conn, "MAIL FROM:<x@y.example>\r\nRCPT TO:<a@portal.test>\r\nDATA\r\n"+message("1", "smuggled"))
			if rest := c.closed(); wentOn(rest) || b.calls != 0 {
				t.Errorf("went on with %q, the inbox was asked %d times", rest, b.calls)
			}
		})
	}

	t.Run("a_byte_at_a_time", func(t *testing.T) {
		t.Parallel()
		// Each byte comes in time, but all of them don't.
		c := serve(t, "lmtp", &inbox{}, func(o *mailin.Options) { o.SessionTimeout = time.Second }).hello("LHLO")
		for {
			if _, err := io.WriteString(c.conn, "NOOP\r\n"); err != nil {
				break
			}
			if _, err := c.r.ReadString('\n'); err != nil {
				break
			}
		}
	})

	t.Run("one_that_doesn't_read", func(t *testing.T) {
		t.Parallel()
		r := serve(t, "lmtp", &inbox{}, func(o *mailin.Options) { o.WriteTimeout, o.SessionTimeout = 50*time.Millisecond, 2*time.Second })
		c := r.hello("LHLO")
		lines := strings.Repeat("NOOP\r\n", 10_000)
		for { // until the server gives up
			if _, err := io.WriteString(c.conn, lines); err != nil {
				break
			}
		}
	})
}

// A message that breaks off is not stored.
func TestServer_disconnect_in_a_message(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]string{
		"data": "DATA\r\n", "chunk": "BDAT 1000 LAST\r\n", "between chunks": "BDAT 20\r\nFrom: a@b.example\r\n\r\n", "reset": "BDAT 20\r\nFrom: a@b.example\r\n\r\nRSET\r\n",
	} {
		b := &inbox{}
		r := serve(t, "lmtp", b, nil)
		c := r.hello("LHLO")
		c.say("MAIL FROM:<a@b.example>\r\n", "250")
		c.say("RCPT TO:<a@portal.test>\r\n", "250")
		c.send(start + "From: a@b.example\r\n\r\nhalf")
		c.conn.Close()
		r.end()
		if b.calls != 0 {
			t.Errorf("%s: the inbox was asked %d times", name, b.calls)
		}
	}
}

func TestServer_chunks(t *testing.T) {
	t.Parallel()
	b := &inbox{}
	c := serve(t, "lmtp", b, nil).hello("LHLO")
	c.say("MAIL FROM:<a@b.example>\r\n", "250")
	c.say("RCPT TO:<a@portal.test>\r\n", "250")
	c.say("RCPT TO:<b@portal.test>\r\n", "250")
	c.say("BDAT 21\r\nFrom: a@b.example\r\n\r\n", "250")
	c.send("BDAT 13 LAST\r\nline\r\n.\r\nend\n")
	c.expect("250 2.0.0 <a@")
	c.expect("250 2.0.0 <b@")
	if got := b.texts("b@portal.test"); len(got) != 1 || got[0] != "line\n.\nend" {
		t.Errorf("kept %q", got)
	}
}

func TestServer_pipelining(t *testing.T) {
	t.Parallel()
	b := &inbox{check: noSuch}
	c := serve(t, "lmtp", b, nil).hello("LHLO")
	one := "MAIL FROM:<a@b.example>\r\nRCPT TO:<a@portal.test>\r\nRCPT TO:<nobody@portal.test>\r\nDATA\r\n"
	c.send(one + message("1", "first") + one + message("2", "..second") + "QUIT\r\n")
	for _, want := range []string{"250", "250", "550", "354", "250", "250", "250", "550", "354", "250", "221"} {
		c.expect(want)
	}
	if got := b.texts("a@portal.test"); len(got) != 2 {
		t.Errorf("kept %q", got)
	}
}

// SMTP smuggling: only a line of one dot, with the line ends of the wire, ends a message.
func TestServer_is_not_smuggled_to(t *testing.T) {
	t.Parallel()
	inner := "MAIL FROM:<evil@x.example>\r\nRCPT TO:<b@portal.test>\r\nDATA\r\n" + strings.TrimSuffix(message("evil", "smuggled"), ".\r\n")
	for _, end := range []string{"\n.\n", "\n.\r\n", "\r\n.\n", "\r.\r", "\r\n.\r", "\r.\r\n", "\n.\r", "\r\n\x00.\r\n", "\r\r.\r\r", "\r\n. \r\n"} {
		b := &inbox{}
		r := serve(t, "smtp", b, nil)
		c := r.hello("EHLO")
		c.begin("a@portal.test")
		c.send("From: a@b.example\r\nMessage-ID: <outer@b.example>\r\n\r\nouter" + end + inner + "\r\n.\r\n")
		c.expect("250")
		c.say("NOOP\r\n", "250")
		r.end()
		if b.calls != 1 || len(b.texts("b@portal.test")) != 0 {
			t.Errorf("%q made %d messages of one", end, b.calls)
		}
	}
}

func TestServer_end(t *testing.T) {
	t.Parallel()

	t.Run("is_at_once_without_messages", func(t *testing.T) {
		t.Parallel()
		r := serve(t, "lmtp", &inbox{}, func(o *mailin.Options) { o.Grace = time.Hour })
		idle, fresh := r.hello("LHLO"), r.dial()
		fresh.expect("220")
		r.end()
		for _, c := range []*client{idle, fresh} {
			c.expect("421")
			c.closed()
		}
		if _, err := net.Dial("tcp", r.addr); err == nil {
			t.Error("it still listens")
		}
	})

	t.Run("waits_for_a_message", func(t *testing.T) {
		t.Parallel()
		taking, goOn := make(chan bool), make(chan bool)
		b := &inbox{take: func(ctx context.Context, _ string, _ *mailin.Message) error {
			taking <- true
			<-goOn
			return ctx.Err()
		}}
		r := serve(t, "lmtp", b, func(o *mailin.Options) { o.Grace = time.Hour })
		c, late := r.hello("LHLO"), r.hello("LHLO")
		c.begin("a@portal.test")
		c.send(message("1", "x"))
		late.begin("b@portal.test")
		late.send("From: a@b.example\r\n\r\n")
		<-taking
		r.stop()
		late.send("more\r\n.\r\n")
		<-taking
		close(goOn)
		for _, c := range []*client{c, late} {
			c.expect("250")
			c.expect("421")
			c.closed()
		}
		r.end()
		if b.calls != 2 {
			t.Errorf("the inbox was asked %d times", b.calls)
		}
	})

	t.Run("comes_after_the_grace", func(t *testing.T) {
		t.Parallel()
		taking := make(chan bool)
		b := &inbox{take: func(ctx context.Context, _ string, _ *mailin.Message) error {
			close(taking)
			<-ctx.Done()
			return ctx.Err()
		}}
		r := serve(t, "lmtp", b, func(o *mailin.Options) { o.Grace, o.InboxTimeout = 50*time.Millisecond, time.Hour })
		hangs, stuck := r.hello("LHLO"), r.hello("LHLO")
		hangs.begin("a@portal.test")
		stuck.begin("a@portal.test")
		stuck.send(message("1", "x"))
		<-taking
		r.end()
		hangs.closed()
		stuck.closed()
		if len(b.kept) != 0 {
			t.Error("kept what was cut off")
		}
	})

	t.Run("says_why_when_the_listener_fails", func(t *testing.T) {
		t.Parallel()
		s, err := mailin.New(mailin.Options{Inbox: &inbox{}, Network: "lmtp", Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return noon }})
		if err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l.Close()
		if err := s.Serve(t.Context(), l); err == nil {
			t.Error("no error")
		}
	})
}

func TestServer_TLS(t *testing.T) {
	t.Parallel()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"portal.test"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	b := &inbox{}
	r := serve(t, "smtp", b, func(o *mailin.Options) {
		o.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	})
	c := r.hello("EHLO")
	// What was sent before the encryption began doesn't count as sent within.
	c.say("STARTTLS\r\nMAIL FROM:<evil@x.example>\r\n", "220")
	secure := tls.Client(c.conn, &tls.Config{InsecureSkipVerify: true})
	if err := secure.Handshake(); err == nil {
		inside := &client{t, secure, bufio.NewReader(secure)}
		inside.say("EHLO mx.test\r\n", "250")
		inside.say("RCPT TO:<a@portal.test>\r\n", "502")
	}

	conn, err := netsmtp.Dial(r.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.StartTLS(&tls.Config{InsecureSkipVerify: true}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(conn.Mail("a@b.example"), conn.Rcpt("a@portal.test")); err != nil {
		t.Fatal(err)
	}
	w, err := conn.Data()
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, "From: a@b.example\r\n\r\nhidden on its way\r\n")
	if err := errors.Join(w.Close(), conn.Quit()); err != nil {
		t.Fatal(err)
	}
	if got := b.texts("a@portal.test"); len(got) != 1 || got[0] != "hidden on its way" {
		t.Errorf("kept %q", got)
	}
}

func TestNew_names_what_is_missing(t *testing.T) {
	t.Parallel()
	good := mailin.Options{Inbox: &inbox{}, Network: "lmtp", Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return noon }}
	for name, change := range map[string]func(*mailin.Options){
		"inbox": func(o *mailin.Options) { o.Inbox = nil }, "network": func(o *mailin.Options) { o.Network = "tcp" }, "log": func(o *mailin.Options) { o.Log = nil },
		"clock": func(o *mailin.Options) { o.Now = nil }, "size": func(o *mailin.Options) { o.MaxBytes = mailin.MaxSize + 1 },
		"held": func(o *mailin.Options) { o.MaxHeld = 1 },
	} {
		o := good
		change(&o)
		if _, err := mailin.New(o); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if _, err := mailin.New(good); err != nil {
		t.Error(err)
	}
}
