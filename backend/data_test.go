package main_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
)

// TH24, X04: whatever is done to the record behind the program's back is found, and the first bad entry is named.
func TestAuditTampering(t *testing.T) {
	h := newHome(t)
	h.serve("--demo").end(syscall.SIGTERM)
	if out := h.must("audit", "verify"); strings.Count(out, "intact") != 5 {
		t.Fatalf("before: %s", out)
	}
	var acme string
	entries := map[string][]audit.Entry{}
	h.read(func(ctx context.Context, tx *store.Tx) error {
		found, err := tx.FindOrganizations(ctx, "20418", 1)
		if err != nil {
			return err
		}
		acme = string(found[0].ID)
		for _, stream := range []string{acme, "provider"} {
			if entries[stream], err = tx.AuditAfter(ctx, live.Stream(stream), 0, 1000); err != nil {
				return err
			}
		}
		return nil
	})
	last := len(entries[acme])
	at := func(seq int) string { return fmt.Sprintf("stream = '%s' AND seq = %d", acme, seq) }
	for _, c := range []struct {
		name  string
		spoil []string
		entry int // the first bad one
	}{
		{"edit_detail", []string{`UPDATE audit_entry SET detail = '{"minutes":"1"}' WHERE ` + at(4)}, 4},
		{"edit_time", []string{`UPDATE audit_entry SET at = at + 1 WHERE ` + at(4)}, 4},
		{"edit_actor", []string{`UPDATE audit_entry SET actor_name = 'Somebody Else' WHERE ` + at(4)}, 4},
		{"edit_outcome", []string{`UPDATE audit_entry SET outcome = 'refused' WHERE ` + at(4)}, 4},
		{"delete_first", []string{`DELETE FROM audit_entry WHERE ` + at(1)}, 2},
		{"delete_middle", []string{`DELETE FROM audit_entry WHERE ` + at(5)}, 6},
		{"delete_and_close_the_gap", []string{`DELETE FROM audit_entry WHERE ` + at(5),
			`UPDATE audit_entry SET seq = -seq WHERE stream = '` + acme + `' AND seq > 5`,
			`UPDATE audit_entry SET seq = -seq - 1 WHERE stream = '` + acme + `' AND seq < 0`,
			`UPDATE stream SET audit_seq = audit_seq - 1 WHERE id = '` + acme + `'`}, 5},
		{"swap_two", []string{`UPDATE audit_entry SET seq = -5 WHERE ` + at(5), `UPDATE audit_entry SET seq = 5 WHERE ` + at(6),
			`UPDATE audit_entry SET seq = 6 WHERE ` + at(-5)}, 5},
		{"insert", []string{`INSERT INTO audit_entry SELECT stream, seq + 1, at, kind, actor_kind, actor, actor_name, access_grant, session, request,
address, object, detail, outcome, mac, mac FROM audit_entry WHERE ` + at(last),
			`UPDATE stream SET audit_seq = audit_seq + 1 WHERE id = '` + acme + `'`}, last + 1},
		{"from_another_chain", []string{`DELETE FROM audit_entry WHERE ` + at(3), `UPDATE audit_entry SET stream = '` + acme + `' WHERE stream = 'provider' AND seq = 3`}, 3},
		{"truncate", []string{`DELETE FROM audit_entry WHERE ` + at(last)}, last},
		{"truncate_with_its_head", []string{`DELETE FROM audit_entry WHERE ` + at(last),
			`UPDATE stream SET audit_seq = ` + strconv.Itoa(last-1) + `, audit_mac = '` + entries[acme][last-2].MAC + `' WHERE id = '` + acme + `'`}, last},
		{"drop_the_whole_chain", []string{`DELETE FROM audit_entry WHERE stream = '` + acme + `'`, `DELETE FROM event WHERE stream = '` + acme + `'`,
			`DELETE FROM stream WHERE id = '` + acme + `'`}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			spoilt := h.copyOf()
			spoilt.t = t
			spoilt.change(c.spoil...)
			status, out := spoilt.run("audit", "verify")
			named := regexp.MustCompile(fmt.Sprintf(`BAD +%s: .*entry %d\b`, acme, c.entry))
			if status != 1 || !named.MatchString(out) {
				t.Errorf("exit status %d, want 1 and entry %d:\n%s", status, c.entry, out)
			}
			if intact := strings.Count(out, "intact  "); c.name != "from_another_chain" && intact != 4 {
				t.Errorf("%d other chains are intact, want 4:\n%s", intact, out)
			}
		})
	}
}

// read looks into the database, which can take long: a judge replays the whole history.
func (h *home) read(fn func(context.Context, *store.Tx) error) {
	h.t.Helper()
	db, err := store.Open(h.t.Context(), store.Options{Dir: h.path("data"), ReadOnly: true})
	if err != nil {
		h.t.Fatal(err)
	}
	defer db.Close()
	if err := db.ViewWithin(h.t.Context(), time.Minute, func(tx *store.Tx) error { return fn(h.t.Context(), tx) }); err != nil {
		h.t.Fatal(err)
	}
}

// A backup is taken while the portal runs; put back, it lets nothing in again that was open when it was taken.
func TestBackupAndRestore(t *testing.T) {
	h := newHome(t)
	p := h.serve("--demo")
	sofia, marie := p.signIn(api.AsStaff, "sofia@demo.example"), p.signIn(api.AsCustomer, "marie@demo.example")
	acme := sofia.organization("20418")
	r := story(sofia, marie, acme)
	inside := *sofia
	inside.as = api.AsSupport
	try(sofia, api.EnterSupport, api.RequestIn{Org: api.Org{Org: acme}, Request: r.ID})
	try(&inside, api.GetSupportView, api.Org{Org: acme})

	if out := h.must("backup", "kept.db"); !strings.Contains(out, "data.key") {
		t.Errorf("it does not tell of the key: %s", out)
	}
	if status, _ := h.run("backup", "kept.db"); status != 1 {
		t.Errorf("a backup was written over: %d", status)
	}
	try(marie, api.RevokeAccess, api.RequestIn{Org: api.Org{Org: acme}, Request: r.ID})
	if status, out := h.run("restore", "kept.db"); status != 1 || !strings.Contains(out, "another Countersign is running") {
		t.Errorf("restored beneath a running portal: %d %s", status, out)
	}
	p.end(syscall.SIGTERM)

	h.must("restore", "kept.db")
	h.must("audit", "verify")
	again := h.serve("--demo")
	for name, who := range map[string]*person{"customer": marie.at(again), "staff": sofia.at(again), "inside": inside.at(again)} {
		_, err := call(t.Context(), who, api.GetMe, api.None{})
		if refused, ok := errors.AsType[*api.Refusal](err); !ok || refused.Code != string(errs.Unauthenticated) {
			t.Errorf("%s after the restore: %v, want to be signed out", name, err)
		}
	}
	marie = again.signIn(api.AsCustomer, "marie@demo.example")
	if s := try(marie, api.GetRemoteSupport, api.Org{Org: acme}); len(s.Active) != 0 || len(s.Pending) != 0 {
		t.Errorf("open after the restore: %d grants, %d requests", len(s.Active), len(s.Pending))
	}
	again.end(syscall.SIGTERM)
	h.must("audit", "verify")

	t.Run("refuses_a_changed_backup", func(t *testing.T) {
		text, err := os.ReadFile(h.path("kept.db"))
		if err != nil {
			t.Fatal(err)
		}
		// Everywhere: one place may be a page's unused part.
		text = bytes.ReplaceAll(text, []byte("Marie Dubois"), []byte("Marie Dupont"))
		if err := os.WriteFile(h.path("changed.db"), text, 0o600); err != nil {
			t.Fatal(err)
		}
		manifest, err := os.ReadFile(h.path("kept.db.json"))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(h.path("changed.db.json"), manifest, 0o600); err != nil {
			t.Fatal(err)
		}
		if status, out := h.run("restore", "changed.db"); status != 1 || !strings.Contains(out, "manifest") {
			t.Errorf("exit status %d\n%s", status, out)
		}
		h.must("audit", "verify")
	})
	t.Run("refuses_another_key", func(t *testing.T) {
		other := newHome(t)
		other.must("admin", "create-administrator", "--name", "A", "--email", "a@example.test")
		if status, out := other.run("restore", h.path("kept.db")); status != 1 || !strings.Contains(out, "belongs to another database") {
			t.Errorf("exit status %d\n%s", status, out)
		}
	})
}

// writing is agents inside an organization who each tell, as fast as they may, which page they have open, and remember
// what was acknowledged.
type writing struct {
	t      testing.TB
	agents []*person
	org    id.Organization

	mu    sync.Mutex
	acked []string
	next  int
}

func newWriting(t testing.TB, p *portal) *writing {
	w := &writing{t: t}
	for _, email := range []string{"sofia@demo.example", "tom@demo.example", "anna@demo.example", "ada@demo.example"} {
		agent := p.signIn(api.AsStaff, email)
		w.org = agent.organization("20611")
		w.agents = append(w.agents, agent.enters(w.org))
	}
	return w
}

// at writes to a portal until it goes away or ctx ends. enough is closed after a number of acknowledgements.
func (w *writing) at(ctx context.Context, p *portal, n int) (enough chan struct{}, done func()) {
	enough = make(chan struct{})
	var wg sync.WaitGroup
	var once sync.Once
	until := len(w.acked) + n
	for i, agent := range w.agents {
		agent := agent.at(p)
		for range 2 {
			wg.Go(func() {
				for {
					w.mu.Lock()
					w.next++
					page := fmt.Sprintf("agent-%d/page-%d", i, w.next)
					w.mu.Unlock()
					in := api.ViewingIn{Org: api.Org{Org: w.org}}
					in.Body.Page = page
					_, err := call(ctx, agent, api.TellViewing, in)
					if refused, ok := errors.AsType[*api.Refusal](err); ok && refused.Code == string(errs.TooMany) {
						select {
						case <-time.After(100 * time.Millisecond):
							continue
						case <-ctx.Done():
							return
						}
					}
					if err != nil {
						return // it went away
					}
					w.mu.Lock()
					w.acked = append(w.acked, page)
					if len(w.acked) >= until {
						once.Do(func() { close(enough) })
					}
					w.mu.Unlock()
				}
			})
		}
	}
	return enough, wg.Wait
}

// check looks for everything that was acknowledged in the record.
func (w *writing) check(h *home) {
	w.t.Helper()
	have := map[string]int{}
	h.read(func(ctx context.Context, tx *store.Tx) error {
		for seq := int64(0); ; {
			list, err := tx.AuditAfter(ctx, live.Of(w.org), seq, 1000)
			if err != nil || len(list) == 0 {
				return err
			}
			for _, e := range list {
				have[e.Detail["page"]]++
			}
			seq = list[len(list)-1].Seq
		}
	})
	lost := 0
	for _, page := range w.acked {
		if have[page] != 1 {
			lost++
			w.t.Errorf("%s was acknowledged and is recorded %d times", page, have[page])
		}
	}
	w.t.Logf("%d acknowledged changes, %d lost", len(w.acked), lost)
}

// PR1, section 9 of the security design: stopping under load loses nothing that was acknowledged, and takes at most 25
// seconds.
func TestStopUnderLoad(t *testing.T) {
	h := newHome(t)
	p := h.serve("--demo")
	w := newWriting(t, p)
	enough, done := w.at(t.Context(), p, 200)
	<-enough
	killer := time.AfterFunc(25*time.Second, func() { p.cmd.Process.Kill() })
	status := p.end(syscall.SIGTERM)
	if !killer.Stop() || status != 0 {
		t.Errorf("exit status %d, within 25 s: %v\n%s", status, status != -1, p.log)
	}
	done()
	h.must("audit", "verify")
	w.check(h)
	if wal, err := os.Stat(h.path("data/" + store.FileName + "-wal")); err == nil && wal.Size() > 0 {
		t.Errorf("%d bytes of the log are not written back", wal.Size())
	}
}

// PR1, X05: kill -9 under load, again and again, loses nothing that was acknowledged. COUNTERSIGN_KILLS is how often.
func TestKill(t *testing.T) {
	kills := 24
	if s := os.Getenv("COUNTERSIGN_KILLS"); s != "" {
		var err error
		if kills, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	h := newHome(t)
	p := h.serve("--demo")
	w := newWriting(t, p)
	for n := range kills {
		if n > 0 {
			p = h.serve("--demo")
		}
		// Not always at the same moment of a batch, and sometimes before the first acknowledgement.
		enough, done := w.at(t.Context(), p, 1+n*37%150)
		<-enough
		p.end(syscall.SIGKILL)
		done()
	}
	if status, out := h.run("audit", "verify"); status != 0 {
		t.Errorf("the record: %s", out)
	}
	p = h.serve("--demo")
	if status := p.end(syscall.SIGTERM); status != 0 {
		t.Errorf("after the last one: exit status %d\n%s", status, p.log)
	}
	w.check(h)
	t.Logf("%d kills", kills)
}
