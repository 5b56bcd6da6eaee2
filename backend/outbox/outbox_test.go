package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"countersign/backend/mail"
	"countersign/backend/mail/mailtest"
	"countersign/backend/outbox"
	"countersign/backend/store"
	"countersign/shared/id"
)

// settled waits until the outbox holds nothing that waits, at most for the given time.
func settled(w *world, within time.Duration) {
	w.Helper()
	for end := time.Now().Add(within); ; time.Sleep(time.Minute) {
		synctest.Wait()
		s, err := w.db.Outbox(w.Context())
		if err != nil {
			w.Fatal(err)
		}
		if s.Waiting == 0 {
			return
		}
		if time.Now().After(end) {
			w.Fatalf("%d mails still wait after %v", s.Waiting, within)
		}
	}
}

func always(f mailtest.Fault) func(int) mailtest.Fault { return func(int) mailtest.Fault { return f } }

func TestSendsWhatChangesLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		sender, srv := w.smtp(nil)
		worker, _ := w.run(w.db, sender)
		synctest.Wait()

		const token = "canary-b64-token"
		m := w.reset(1, token, 30*time.Minute)
		if strings.Contains(fmt.Sprint(m), token) || w.Failed() {
			t.Error("TH7: the row shows the token")
		}
		start := time.Now()
		w.post(m, w.joined(2))
		worker.Wake()
		synctest.Wait()

		if took := time.Since(start); took != 0 {
			t.Errorf("sent %v after the wake-up", took)
		}
		letters := srv.Letters()
		if got := copies(t, letters); len(got) != 2 || got["owner1@acme.example"] != 1 || got["owner2@acme.example"] != 1 {
			t.Fatalf("delivered: %v", got)
		}
		for _, l := range letters {
			if l.To[0] == "owner1@acme.example" && !strings.Contains(strings.ReplaceAll(string(l.Data), "=\r\n", ""), "/reset?token=3D"+token) {
				t.Errorf("the mail does not carry its token:\n%s", l.Data)
			}
		}
		if r := w.row(m.ID); !r.sent || r.dead || r.attempts != 1 || r.sealed != "" || r.last != "" {
			t.Errorf("the row says %+v, want sent once and the token forgotten", r)
		}
		if strings.Contains(w.log.String(), token) {
			t.Error("TH7: the log shows the token")
		}
		if got, want := worker.Stats(), (outbox.Stats{Sent: 2}); got != want {
			t.Errorf("stats %+v, want %+v", got, want)
		}

		w.post(m)
		worker.Wake()
		synctest.Wait()
		if n := len(srv.Letters()); n != 2 {
			t.Errorf("the same key was sent again: %d letters", n)
		}
	})
}

func TestSendsWithoutAWakeUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		sender, srv := w.smtp(nil)
		w.run(w.db, sender)
		synctest.Wait()
		w.post(w.joined(1))
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := len(srv.Letters()); n != 1 {
			t.Errorf("%d letters after a minute", n)
		}
	})
}

// A server that drops, defers, refuses, breaks off, hangs and loses its answers: every mail arrives, none changed, a second
// copy only where the server took the first and its answer was lost, and none after its expiry.
func TestFaultySMTP(t *testing.T) {
	for name, mailOf := range map[string]func(*world, int) store.Mail{"mails_of_their_own": (*world).joined, "mails_of_tickets": (*world).ticket} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				r := rand.New(rand.NewPCG(4, 2))
				lost, went := 0, map[mailtest.Fault]int{}
				// Half a day of faults: without an end, now and then one mail meets ten of them and is rightly given up.
				well := time.Now().Add(12 * time.Hour)
				sender, srv := w.smtpTo(mailtest.Options{
					Fault: func(int) mailtest.Fault {
						if time.Now().Before(well) && r.IntN(100) < 15 {
							return mailtest.Drops
						}
						return mailtest.Works
					},
					Letter: func(int) mailtest.Fault {
						faults := []mailtest.Fault{mailtest.Busy, mailtest.Defers, mailtest.Refuses, mailtest.Fails, mailtest.Rejects, mailtest.Breaks,
							mailtest.Forgets, mailtest.Hangs, mailtest.LosesAnswer, mailtest.Leaves}
						f := mailtest.Works
						if p := r.IntN(100); time.Now().Before(well) && p < 4*len(faults) {
							f = faults[p/4]
						}
						if f == mailtest.LosesAnswer {
							lost++
						}
						went[f]++
						return f
					},
				})
				const n = 300
				var mails []store.Mail
				for i := range n {
					mails = append(mails, mailOf(w, i))
				}
				w.post(mails...)
				_, stop := w.run(w.db, sender)
				settled(w, 48*time.Hour)
				stop()

				letters := srv.Letters()
				got := copies(t, letters)
				w.unchanged(mails, letters)
				twice := 0
				for _, c := range got {
					twice += c - 1
				}
				s, err := w.db.Outbox(t.Context())
				if err != nil || len(got)+s.Dead != n || s.Dead != 0 {
					t.Errorf("%d of %d mails arrived, %d were given up, %v", len(got), n, s.Dead, err)
				}
				if twice > lost {
					t.Errorf("%d second copies for %d lost answers", twice, lost)
				}
				synctest.Wait()
				total, open := srv.Connections()
				if open != 0 {
					t.Errorf("%d connections are left open", open)
				}
				if len(went) < 11 {
					t.Errorf("not every fault came: %v", went)
				}
				t.Logf("%d of %d mails arrived over %d connections, faults %v, %d lost answers, %d second copies", len(got), n, total, went, lost, twice)
			})
		})
	}
}

func TestGivesUpAfterTenAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		sender, srv := w.smtp(always(mailtest.Refuses))
		m := w.joined(1)
		w.post(m)
		start := time.Now()
		w.run(w.db, sender)
		settled(w, 72*time.Hour)

		if total, _ := srv.Connections(); total != 10 {
			t.Errorf("%d attempts, want 10", total)
		}
		if took := time.Since(start); took < 18*time.Hour || took > 30*time.Hour {
			t.Errorf("gave up after %v, want about a day", took)
		}
		if r := w.row(m.ID); !r.dead || r.sent || !strings.Contains(r.last, "No such person here") {
			t.Errorf("the row says %+v, want dead with the server's words", r)
		}
	})
}

// The server comes back after the mail's token expired: nothing arrives.
func TestNothingAfterExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		start := time.Now()
		sender, srv := w.smtp(func(int) mailtest.Fault {
			if time.Since(start) < 30*time.Minute {
				return mailtest.Busy
			}
			return mailtest.Works
		})
		var mails []store.Mail
		for i := range 20 {
			mails = append(mails, w.reset(i, "token", 30*time.Minute))
		}
		w.post(mails...)
		w.run(w.db, sender)
		settled(w, 24*time.Hour)
		if n := len(srv.Letters()); n != 0 {
			t.Errorf("%d mails arrived after their tokens had expired", n)
		}
		for _, m := range mails {
			if r := w.row(m.ID); !r.dead || r.sealed != "" {
				t.Fatalf("the row says %+v, want dead and the token forgotten", r)
			}
		}
	})

	t.Run("nor_in_an_attempt_that_lasts_longer", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			slow := senderFunc(func(ctx context.Context, l mail.Letter) error {
				select {
				case <-time.After(10 * time.Second):
					t.Error("sent after its expiry")
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			})
			m := w.reset(1, "token", 5*time.Second)
			w.post(m)
			w.run(w.db, slow)
			settled(w, time.Hour)
			if r := w.row(m.ID); !r.dead {
				t.Errorf("the row says %+v, want dead", r)
			}
		})
	})
}

type senderFunc func(ctx context.Context, l mail.Letter) error

func (f senderFunc) Send(ctx context.Context, l mail.Letter) error { return f(ctx, l) }

// A mail that is wrong in itself is given up at once and holds up no other.
func TestUnsendable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		sender, srv := w.smtp(nil)
		bad := map[string]store.Mail{}
		for i, name := range []string{"template", "recipient", "arguments", "token", "moved"} {
			bad[name] = w.reset(i, "token", time.Hour)
		}
		change := func(name string, fn func(*store.Mail)) {
			m := bad[name]
			fn(&m)
			bad[name] = m
		}
		change("template", func(m *store.Mail) { m.Template = "advert" })
		change("recipient", func(m *store.Mail) { m.To = "a@acme.example\r\nBcc: x@evil.example" })
		change("arguments", func(m *store.Mail) { m.Args = mail.Args{} })
		change("token", func(m *store.Mail) { m.Sealed = "" })
		change("moved", func(m *store.Mail) { m.Sealed = w.reset(9, "token", time.Hour).Sealed })
		good := w.joined(100)
		for _, m := range bad {
			w.post(m)
		}
		w.post(good)
		w.run(w.db, sender)
		synctest.Wait()

		for name, m := range bad {
			if r := w.row(m.ID); !r.dead || r.attempts != 1 || r.sealed != "" {
				t.Errorf("%s: the row says %+v, want given up at once", name, r)
			}
		}
		if got := copies(t, srv.Letters()); len(got) != 1 || got["owner100@acme.example"] != 1 {
			t.Errorf("delivered: %v", got)
		}
	})
}

// A sender that panics costs one attempt of one mail.
func TestPanicIsOneFailedAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var sent atomic.Int64
		panicked := map[id.Mail]bool{}
		sender := senderFunc(func(_ context.Context, l mail.Letter) error {
			if strings.HasPrefix(l.To, "owner3@") && !panicked[l.ID] {
				panicked[l.ID] = true
				panic("boom")
			}
			sent.Add(1)
			return nil
		})
		for i := range 8 {
			w.post(w.joined(i))
		}
		w.run(w.db, sender)
		synctest.Wait()
		if n := sent.Load(); n != 7 {
			t.Errorf("%d of the others were sent, want 7", n)
		}
		settled(w, time.Hour)
		if n := sent.Load(); n != 8 {
			t.Errorf("%d were sent in the end, want 8", n)
		}
	})
}

// faultyQueue fails the first calls of one kind.
type faultyQueue struct {
	outbox.Queue
	sent, lease, reclaim atomic.Int64 // failures left
}

var errDisk = errors.New("the disk is full")

func (q *faultyQueue) TurnMails(ctx context.Context, done []store.MailOutcome, n int, lease time.Duration) ([]store.DueMail, error) {
	if len(done) > 0 {
		if q.sent.Add(-1) >= 0 {
			return nil, errDisk
		}
		return q.Queue.TurnMails(ctx, done, n, lease)
	}
	switch left := q.lease.Add(-1); {
	case left == 1:
		panic("the store has a fault")
	case left >= 0:
		return nil, errDisk
	}
	return q.Queue.TurnMails(ctx, done, n, lease)
}

func (q *faultyQueue) ReclaimMails(ctx context.Context) error {
	if q.reclaim.Add(-1) >= 0 {
		return errDisk
	}
	return q.Queue.ReclaimMails(ctx)
}

// A table that can't be written for a while neither ends the worker nor doubles a mail that was sent.
func TestTroubleWithTheTable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		sender, srv := w.smtp(nil)
		q := &faultyQueue{Queue: w.db}
		q.sent.Store(5)
		q.lease.Store(4)
		q.reclaim.Store(2)
		w.post(w.joined(1), w.joined(2))
		w.run(q, sender)
		settled(w, time.Hour)
		if got := copies(t, srv.Letters()); got["owner1@acme.example"] != 1 || got["owner2@acme.example"] != 1 {
			t.Errorf("delivered: %v, want each once", got)
		}
	})
}

func TestStop(t *testing.T) {
	t.Run("lets_those_under_way_arrive", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			sender := senderFunc(func(ctx context.Context, l mail.Letter) error {
				select {
				case <-time.After(5 * time.Second):
					return nil
				case <-ctx.Done():
					return ctx.Err()
				}
			})
			var mails []store.Mail
			for i := range 10 {
				mails = append(mails, w.joined(i))
			}
			w.post(mails...)
			_, stop := w.run(w.db, sender)
			time.Sleep(time.Second)
			start := time.Now()
			stop()
			if took := time.Since(start); took != 4*time.Second {
				t.Errorf("stopped after %v", took)
			}
			sent := 0
			for _, m := range mails {
				if r := w.row(m.ID); r.sent {
					sent++
				}
			}
			if sent != 4 {
				t.Errorf("%d mails are sent, want the 4 that were under way", sent)
			}
		})
	})

	t.Run("cuts_those_that_hang", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			sender, _ := w.smtp(always(mailtest.Hangs))
			m := w.joined(1)
			w.post(m)
			_, stop := w.run(w.db, sender)
			synctest.Wait()
			start := time.Now()
			stop()
			if took := time.Since(start); took != 10*time.Second {
				t.Errorf("stopped after %v", took)
			}
			if r := w.row(m.ID); r.sent || r.dead || r.attempts != 1 {
				t.Errorf("the row says %+v, want one failed attempt", r)
			}
		})
	})

	t.Run("while_idle_at_once", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			sender, _ := w.smtp(nil)
			_, stop := w.run(w.db, sender)
			synctest.Wait()
			start := time.Now()
			stop()
			if took := time.Since(start); took != 0 {
				t.Errorf("stopped after %v", took)
			}
		})
	})
}

// Mails leased by a process that died are taken up at the next start, not when the lease is over; one whose every
// attempt killed the process is given up.
func TestTakesUpWhatAnEarlierProcessLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.post(w.joined(1), w.joined(2))
		deadly := w.joined(3)
		w.post(deadly)
		for range 10 {
			mails, err := w.db.TurnMails(t.Context(), nil, 10, 5*time.Minute)
			if err != nil || len(mails) == 0 {
				t.Fatalf("%d mails leased, %v", len(mails), err)
			}
			if again, err := w.db.TurnMails(t.Context(), nil, 10, time.Hour); err != nil || len(again) != 0 {
				t.Fatalf("%d mails were leased twice, %v", len(again), err)
			}
			for _, m := range mails {
				if m.ID != deadly.ID {
					if _, err := w.db.TurnMails(t.Context(), []store.MailOutcome{{ID: m.ID, Outcome: store.MailSent}}, 0, 0); err != nil {
						t.Fatal(err)
					}
				}
			}
			if err := w.db.ReclaimMails(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		w.post(w.joined(4))
		leased, err := w.db.TurnMails(t.Context(), nil, 10, 5*time.Minute)
		if err != nil || len(leased) != 2 {
			t.Fatalf("%d mails leased, %v", len(leased), err)
		}

		sender, srv := w.smtp(nil)
		start := time.Now()
		w.run(w.db, sender)
		synctest.Wait()
		if got := copies(t, srv.Letters()); len(got) != 1 || got["owner4@acme.example"] != 1 || time.Since(start) != 0 {
			t.Errorf("delivered after %v: %v", time.Since(start), got)
		}
		if r := w.row(deadly.ID); !r.dead {
			t.Errorf("the row says %+v, want given up", r)
		}
	})
}

// pruning tells how often and for what age old mails are forgotten.
type pruning struct {
	outbox.Queue
	ages []time.Duration
}

func (q *pruning) PruneMails(ctx context.Context, age time.Duration) (int64, error) {
	q.ages = append(q.ages, age)
	return q.Queue.PruneMails(ctx, age)
}

func TestForgetsOldMails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		sender, _ := w.smtp(nil)
		q := &pruning{Queue: w.db}
		w.post(w.joined(1))
		_, stop := w.run(q, sender)
		time.Sleep(25 * time.Hour)
		synctest.Wait()
		stop()
		if len(q.ages) != 2 || q.ages[0] != 90*24*time.Hour {
			t.Errorf("pruned for ages of %v, want 90 days, at the start and after a day", q.ages)
		}

		waiting := w.joined(2)
		w.post(waiting)
		if n, err := w.db.PruneMails(t.Context(), 26*time.Hour); n != 0 || err != nil {
			t.Errorf("%d mails younger than the age were forgotten, %v", n, err)
		}
		if n, err := w.db.PruneMails(t.Context(), 24*time.Hour); n != 1 || err != nil {
			t.Errorf("%d mails older than the age were forgotten, want 1; %v", n, err)
		}
		time.Sleep(100 * time.Hour)
		if n, err := w.db.PruneMails(t.Context(), time.Hour); n != 0 || err != nil {
			t.Errorf("%d mails that still wait were forgotten, %v", n, err)
		}
	})
}
