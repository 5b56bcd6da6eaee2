package outbox_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"countersign/backend/mail"
	"countersign/backend/mail/mailtest"
	"countersign/backend/outbox"
	"countersign/backend/store"
	"countersign/backend/vault"
)

const childDir, childServer = "OUTBOX_TEST_DIR", "OUTBOX_TEST_SERVER"

// TestMain is also the process that the kill test starts and kills.
func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := sendAll(dir, os.Getenv(childServer)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// sendAll runs a worker on the store in dir until nothing waits.
func sendAll(dir, server string) error {
	ctx := context.Background()
	keys, err := vault.Open(filepath.Join(dir, "root.key"))
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, store.Options{Dir: dir, Ballast: -1, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer db.Close()
	renderer, err := newRenderer(keys)
	if err != nil {
		return err
	}
	host, port, _ := net.SplitHostPort(server)
	n, _ := strconv.Atoi(port)
	sender, err := mail.NewSMTP(mail.SMTPConfig{Host: host, Port: n, TLS: mail.NoTLS, HELO: "portal.test"})
	if err != nil {
		return err
	}
	w := outbox.New(outbox.Config{Queue: db, Keys: keys, Renderer: renderer, Sender: sender, Files: files, Now: db.Clock().Now, Log: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.Run(ctx)
	}()
	ticks := time.NewTicker(20 * time.Millisecond)
	defer ticks.Stop()
	for range ticks.C {
		s, err := db.Outbox(ctx)
		if err != nil {
			return err
		}
		if s.Waiting == 0 {
			break
		}
	}
	cancel()
	<-ended
	return nil
}

// The process is killed while it sends, again and again: every mail arrives, and a kill doubles at most those that
// were under way.
func TestKill(t *testing.T) {
	const mails, kills = 2400, 3
	dir := t.TempDir()
	keys, err := vault.Create(filepath.Join(dir, "root.key"))
	if err != nil {
		t.Fatal(err)
	}
	w := openWorld(t, dir, keys)
	var all []store.Mail
	for i := range mails {
		if i%2 == 0 {
			all = append(all, w.joined(i))
		} else {
			all = append(all, w.ticket(i))
		}
	}
	for batch := range slices.Chunk(all, 200) {
		w.post(batch...)
	}
	if err := w.db.Close(); err != nil {
		t.Fatal(err)
	}

	// Each kill comes when the server was offered so many letters.
	reached := make(chan int, mails*2)
	srv := mailtest.Start(t, mailtest.Options{TCP: true, Letter: func(n int) mailtest.Fault {
		if (n+1)%(mails/(kills+1)) == 0 {
			reached <- n
		}
		return mailtest.Works
	}})
	start := func() *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
		cmd.Env = append(os.Environ(), childDir+"="+dir, childServer+"="+srv.Addr)
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	for range kills {
		cmd := start()
		<-reached
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		cmd.Wait()
	}
	if err := start().Wait(); err != nil {
		t.Fatal(err)
	}

	got := copies(t, srv.Letters())
	twice := 0
	for _, c := range got {
		twice += c - 1
	}
	t.Logf("%d of %d mails arrived over %d kills, %d second copies", len(got), mails, kills, twice)
	if len(got) != mails {
		t.Errorf("%d of %d mails arrived", len(got), mails)
	}
	if twice > 4*kills {
		t.Errorf("%d second copies of %d kills, want at most the 4 under way at each", twice, kills)
	}
	if limit := mails * 5 / 1000; twice > limit {
		t.Errorf("%d second copies, more than 0.5%%", twice)
	}
}

// BenchmarkDeliver is one change with a mail, from its commit to the mail's delivery, without a network.
func BenchmarkDeliver(b *testing.B) {
	w := newWorld(b)
	arrived := make(chan struct{})
	worker, _ := w.run(w.db, senderFunc(func(context.Context, mail.Letter) error {
		arrived <- struct{}{}
		return nil
	}))
	n := 0
	for b.Loop() {
		n++
		w.post(w.joined(n))
		worker.Wake()
		<-arrived
	}
}
