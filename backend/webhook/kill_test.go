package webhook_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/backend/webhook"
	"countersign/backend/webhook/webhooktest"
	"countersign/shared/id"
)

const childDir = "WEBHOOK_TEST_DIR"

// TestMain is also the process that the kill test starts and kills.
func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := sendAll(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// sendAll runs a worker on the store in dir until nothing waits.
func sendAll(dir string) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	keys, err := vault.Open(filepath.Join(dir, "root.key"))
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, store.Options{Dir: dir, Ballast: -1, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer db.Close()
	w := webhook.New(webhook.Config{Queue: db, Keys: keys, Client: webhook.NewClient("test", nil), Now: db.Clock().Now, Log: slog.New(slog.DiscardHandler),
		Deactivate: func(context.Context, id.Webhook, int64, string) error {
			return fmt.Errorf("nothing is to be deactivated")
		}})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.Run(ctx)
	}()
	ticks := time.NewTicker(20 * time.Millisecond)
	defer ticks.Stop()
	for range ticks.C {
		s, err := db.WebhookState(ctx)
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

// The process is killed while a receiver answers it, again and again: every event arrives, in order, and a kill doubles at
// most the one that was under way to each webhook.
func TestKill(t *testing.T) {
	const events, kills = 300, 6
	dir := t.TempDir()
	keys, err := vault.Create(filepath.Join(dir, "root.key"))
	if err != nil {
		t.Fatal(err)
	}

	var mu sync.Mutex
	var running *exec.Cmd
	killed := 0
	// The first receiver has the event and kills the sender before it can hear so. The other one just takes.
	deadly := webhooktest.Start(t, webhooktest.Options{Fault: func(n int, _ webhooktest.Delivery) webhooktest.Fault {
		mu.Lock()
		defer mu.Unlock()
		if killed < kills && n == (killed+1)*events/(kills+2) {
			killed++
			running.Process.Kill()
		}
		return webhooktest.Works
	}})
	harmless := webhooktest.Start(t, webhooktest.Options{KeepAlive: true})
	w := openWorld(t, dir, keys)
	first, _ := w.hook(deadly.URL)
	second, _ := w.hook(harmless.URL)
	want := w.tell(events, first, second)
	if err := w.db.Close(); err != nil {
		t.Fatal(err)
	}

	for start := 0; ; start++ {
		mu.Lock()
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
		cmd.Env = append(os.Environ(), childDir+"="+dir)
		cmd.Stderr = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		running = cmd
		mu.Unlock()
		if err := cmd.Wait(); err == nil {
			break
		} else if start >= kills {
			t.Fatal(err)
		}
	}
	for name, r := range map[string]*webhooktest.Receiver{"deadly": deadly, "harmless": harmless} {
		got := idsOf(r.Taken())
		once := slices.Compact(slices.Clone(got))
		t.Logf("%s: %d of %d events arrived over %d kills, %d second copies", name, len(once), events, killed, len(got)-len(once))
		if !slices.Equal(once, want) {
			t.Errorf("%s: %d of %d arrived, or in another order", name, len(once), events)
		}
		if len(got)-len(once) > kills {
			t.Errorf("%s: %d second copies of %d kills", name, len(got)-len(once), kills)
		}
	}
	if killed != kills {
		t.Errorf("killed %d times", killed)
	}
}
