package outbox_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/backend/mail"
	"countersign/backend/mail/mailtest"
	"countersign/backend/outbox"
	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/shared/audit"
	"countersign/shared/i18n"
	"countersign/shared/id"
	"countersign/shared/live"
)

// world is an outbox on a real store with a mail server that fails as told.
type world struct {
	testing.TB
	db       *store.DB
	keys     *vault.Keys
	renderer *mail.Renderer
	log      *bytes.Buffer
}

func newWorld(t testing.TB) *world {
	t.Helper()
	dir := t.TempDir()
	keys, err := vault.Create(filepath.Join(dir, "root.key"))
	if err != nil {
		t.Fatal(err)
	}
	return openWorld(t, dir, keys)
}

func openWorld(t testing.TB, dir string, keys *vault.Keys) *world {
	t.Helper()
	w := &world{TB: t, keys: keys, log: &bytes.Buffer{}}
	var err error
	if w.db, err = store.Open(context.Background(), store.Options{Dir: dir, Ballast: -1, Housekeeping: 1000 * time.Hour, Log: slog.New(slog.DiscardHandler)}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.db.Close(); err != nil {
			t.Error(err)
		}
	})
	if w.renderer, err = newRenderer(keys); err != nil {
		t.Fatal(err)
	}
	return w
}

func newRenderer(keys *vault.Keys) (*mail.Renderer, error) {
	key := keys.Derive(vault.Reply)
	replies, err := mail.NewReplies(key, "reply@portal.example.com")
	if err != nil {
		return nil, err
	}
	return mail.NewRenderer(mail.Options{
		PublicURL: "https://portal.example.com", Product: "Northwind", From: "no-reply@example.com", Replies: replies, Mark: mail.Mark(key),
	})
}

// files are those of every message that has some.
func files(_ context.Context, t *mail.Thread) ([]mail.File, error) {
	return []mail.File{{Name: "trace.txt", Type: "text/plain", Data: []byte("of " + t.Message)}}, nil
}

func (w *world) now() time.Time { return w.db.Clock().Now() }

// smtp is a sender to a server in memory, whose connections fail.
func (w *world) smtp(fault func(n int) mailtest.Fault) (mail.Sender, *mailtest.Server) {
	w.Helper()
	return w.smtpTo(mailtest.Options{Fault: fault})
}

func (w *world) smtpTo(o mailtest.Options) (mail.Sender, *mailtest.Server) {
	w.Helper()
	srv := mailtest.Start(w, o)
	s, err := mail.NewSMTP(mail.SMTPConfig{Host: "mail.test", Port: 25, TLS: mail.NoTLS, HELO: "portal.test", Dial: srv.Dial})
	if err != nil {
		w.Fatal(err)
	}
	return s, srv
}

// run starts a worker and gives the way to stop it, which waits for its end. The test's end stops it too.
func (w *world) run(q outbox.Queue, s mail.Sender) (worker *outbox.Worker, stop func()) {
	w.Helper()
	return w.start(w.config(q, s))
}

func (w *world) config(q outbox.Queue, s mail.Sender) outbox.Config {
	return outbox.Config{
		Queue: q, Keys: w.keys, Renderer: w.renderer, Sender: s, Files: files, Now: w.now, Log: slog.New(slog.NewTextHandler(w.log, nil)),
	}
}

func (w *world) start(c outbox.Config) (worker *outbox.Worker, stop func()) {
	w.Helper()
	worker = outbox.New(c)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		worker.Run(ctx)
	}()
	stop = func() {
		cancel()
		<-ended
	}
	w.Cleanup(stop)
	return worker, stop
}

// post leaves mails in the outbox, as a change does.
func (w *world) post(mails ...store.Mail) {
	w.Helper()
	err := w.db.Update(w.Context(), func(tx *store.Tx) error {
		return tx.Record(w.Context(), w.keys.Derive(vault.Audit), store.Change{
			Entry: audit.Entry{Stream: live.Provider, Kind: audit.AccessRequested, Actor: audit.Actor{Kind: audit.BySystem}},
			Mails: mails,
		})
	})
	if err != nil {
		w.Fatal(err)
	}
}

// joined is the n-th mail without a token.
func (w *world) joined(n int) store.Mail {
	return store.Mail{
		ID: id.New[id.Mail](w.now(), rand.Reader), To: fmt.Sprintf("owner%d@acme.example", n), Locale: "fr", Template: string(mail.AccessJoined),
		Args: mail.Args{"agent": "Ana Ferreira", "organization": "Acme Telecom", "lapses": mail.At(w.now().Add(time.Hour)), "link": "/o/acme/manage"},
		Key:  fmt.Sprint("joined:", n),
	}
}

// ticket is the n-th mail, one of a ticket's conversation; every third has a file.
func (w *world) ticket(n int) store.Mail {
	m := w.joined(n)
	m.Template, m.Key = string(mail.TicketMessage), fmt.Sprint("ticket:", n)
	m.Args = mail.Args{
		"what": "asked", "number": fmt.Sprint(1000 + n), "subject": "Two ports fail", "author": "Jonas Meier", "organization": "Acme Télécom",
		"body": strings.Repeat(fmt.Sprintf("Ligne %d\n.\n..\nFrom here on\n\n", n), 20), "link": "/o/acme/tickets/1",
	}
	contact := fmt.Sprint("contact", n)
	thread := mail.NewThread(id.Ticket(fmt.Sprint("ticket", n/4)), id.Message(fmt.Sprint("message", n)), contact,
		[]mail.Said{{Message: "one"}, {Message: "two", Author: contact, MailID: fmt.Sprintf("CAF+%d@mail.example.org", n)}})
	thread.Contact = id.Contact(contact)
	if thread.Files = n%3 == 0; thread.Files {
		m.Args["files"] = "trace.txt"
	}
	m.Thread = thread.String()
	return m
}

// reset is the n-th mail with a token, which expires after life.
func (w *world) reset(n int, token string, life time.Duration) store.Mail {
	m := id.New[id.Mail](w.now(), rand.Reader)
	return store.Mail{
		ID: m, To: fmt.Sprintf("owner%d@acme.example", n), Locale: "en", Template: string(mail.PasswordReset),
		Args:   mail.Args{"expires": mail.At(w.now().Add(life)), "link": "/reset"},
		Sealed: outbox.Seal(w.keys, m, vault.NewSecret(token)), Key: fmt.Sprint("reset:", n), ExpiresAt: w.now().Add(life),
	}
}

// tamper changes a row as no part of the portal does.
func (w *world) tamper(query string, args ...any) {
	w.Helper()
	err := w.db.Update(w.Context(), func(tx *store.Tx) error {
		_, err := tx.Touch(w.Context(), query, args...)
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
}

// row is what the table says of a mail.
type row struct {
	attempts     int
	sent, dead   bool
	sealed, last string
}

func (w *world) row(m id.Mail) (r row) {
	w.Helper()
	err := w.db.View(w.Context(), func(tx *store.Tx) error {
		return tx.QueryRow(w.Context(), `SELECT attempts, sent_at > 0, dead_at > 0, sealed, last_error FROM outbox_mail WHERE id = ?`, m).
			Scan(&r.attempts, &r.sent, &r.dead, &r.sealed, &r.last)
	})
	if err != nil {
		w.Fatal(err)
	}
	return r
}

// written are the bytes that a mail of the table must arrive as.
func (w *world) written(m store.Mail) []byte {
	w.Helper()
	var created int64
	err := w.db.View(w.Context(), func(tx *store.Tx) error {
		return tx.QueryRow(w.Context(), `SELECT created_at FROM outbox_mail WHERE id = ?`, m.ID).Scan(&created)
	})
	if err != nil {
		w.Fatal(err)
	}
	thread, err := mail.ParseThread(m.Thread)
	if err != nil {
		w.Fatal(err)
	}
	message := mail.Message{
		ID: m.ID, CreatedAt: time.UnixMilli(created), To: m.To, Locale: i18n.Parse(m.Locale), Template: mail.Template(m.Template), Args: m.Args, Thread: thread,
	}
	if thread != nil && thread.Files {
		message.Files, _ = files(w.Context(), thread)
	}
	letter, err := w.renderer.Render(message)
	if err != nil {
		w.Fatal(err)
	}
	dir := w.TempDir()
	folder, err := mail.NewFolder(dir)
	if err != nil {
		w.Fatal(err)
	}
	if err := folder.Send(w.Context(), letter); err != nil {
		w.Fatal(err)
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.eml"))
	if err != nil || len(found) != 1 {
		w.Fatalf("the folder has %q, %v", found, err)
	}
	raw, err := os.ReadFile(found[0])
	if err != nil {
		w.Fatal(err)
	}
	return raw
}

// unchanged fails when a mail arrived as anything else than what was written.
func (w *world) unchanged(mails []store.Mail, letters []mailtest.Letter) {
	w.Helper()
	arrived := map[string][]byte{}
	for _, l := range letters {
		arrived[strings.Join(l.To, ",")] = l.Data
	}
	for _, m := range mails {
		if got, ok := arrived[m.To]; ok && !bytes.Equal(got, w.written(m)) {
			w.Errorf("the mail for %s arrived as\n%s", m.To, got)
		}
	}
}

// copies counts how often each recipient got a mail, and fails when two copies differ or have different ids.
func copies(t testing.TB, letters []mailtest.Letter) map[string]int {
	t.Helper()
	count, first := map[string]int{}, map[string][]byte{}
	for _, l := range letters {
		to := strings.Join(l.To, ",")
		count[to]++
		if before, ok := first[to]; ok && !bytes.Equal(before, l.Data) {
			t.Errorf("two copies for %s differ", to)
		}
		first[to] = l.Data
		msg, err := netmail.ReadMessage(bytes.NewReader(l.Data))
		if err != nil || msg.Header.Get("Message-Id") == "" {
			t.Errorf("a mail for %s without Message-ID: %v", to, err)
		}
	}
	return count
}
