package outbox_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"countersign/backend/mail"
	"countersign/backend/mailin"
	"countersign/backend/outbox"
	"countersign/backend/store"
)

// runWith starts a worker with its own way to files.
func (w *world) runWith(s mail.Sender, files func(context.Context, *mail.Thread) ([]mail.File, error)) (worker *outbox.Worker) {
	w.Helper()
	c := w.config(w.db, s)
	c.Files = files
	worker, _ = w.start(c)
	return worker
}

// A mail's place in its conversation and its files are those that the change left.
func TestSendsMailsOfTickets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		sender, srv := w.smtp(nil)
		var mails []store.Mail
		for i := range 12 {
			mails = append(mails, w.ticket(i))
		}
		w.post(mails...)
		var asked atomic.Int64
		w.runWith(sender, func(ctx context.Context, th *mail.Thread) ([]mail.File, error) {
			asked.Add(1)
			return files(ctx, th)
		})
		synctest.Wait()
		letters := srv.Letters()
		if got := copies(t, letters); len(got) != len(mails) {
			t.Fatalf("%d of %d mails arrived", len(got), len(mails))
		}
		w.unchanged(mails, letters)
		for _, l := range letters {
			for _, want := range []string{"\nReferences: <", "\nIn-Reply-To: <CAF+", "\nReply-To: \"Northwind\" <reply+", "@portal.example.com>\r\n", "\n" + mailin.LoopHeader + ": "} {
				if !bytes.Contains(l.Data, []byte(want)) {
					t.Errorf("a mail without %q:\n%s", want, l.Data)
				}
			}
			if l.From != "no-reply@example.com" {
				t.Errorf("bounces go to %s", l.From)
			}
		}
		if n := asked.Load(); n != 4 {
			t.Errorf("the files of %d mails were asked for, want those of the 4 that have some", n)
		}
	})
}

// Files that can't be read are tried again; a thread that can't be read is given up; neither holds up others.
func TestTroubleWithAConversation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		sender, srv := w.smtp(nil)
		withFile, without, broken, unread := w.ticket(0), w.ticket(1), w.ticket(2), w.ticket(4)
		broken.Thread = "{"
		w.post(withFile, without, broken, unread)
		w.tamper(`UPDATE outbox_mail SET args = '[' WHERE id = ?`, unread.ID)
		var fails atomic.Int64
		fails.Store(2)
		w.runWith(sender, func(ctx context.Context, th *mail.Thread) ([]mail.File, error) {
			if fails.Add(-1) >= 0 {
				return nil, errors.New("the disk is slow")
			}
			return files(ctx, th)
		})
		synctest.Wait()
		if got := copies(t, srv.Letters()); len(got) != 1 || got[without.To] != 1 {
			t.Errorf("delivered: %v", got)
		}
		if r := w.row(withFile.ID); r.dead || r.sent || !strings.Contains(r.last, "the disk is slow") {
			t.Errorf("the row says %+v, want to be tried again", r)
		}
		for _, m := range []store.Mail{broken, unread} {
			if r := w.row(m.ID); !r.dead || r.attempts != 1 {
				t.Errorf("the row says %+v, want given up at once", r)
			}
		}
		settled(w, time.Hour)
		letters := srv.Letters()
		if got := copies(t, letters); len(got) != 2 {
			t.Errorf("delivered: %v", got)
		}
		w.unchanged([]store.Mail{withFile, without}, letters)
	})
}

// What became of mails is written together with what hands out the next ones: it is the flushes of the disk that cost.
func TestFewCommits(t *testing.T) {
	w := newWorld(t)
	const n = 400
	var mails []store.Mail
	for i := range n {
		mails = append(mails, w.joined(i))
	}
	w.post(mails...)
	before := w.db.Stats().Commits
	sender := &counting{Sender: senderFunc(func(context.Context, mail.Letter) error { return nil }), all: make(chan struct{})}
	sender.left.Store(n)
	_, stop := w.run(w.db, sender)
	<-sender.all
	stop()
	if s, err := w.db.Outbox(t.Context()); err != nil || s.Waiting != 0 {
		t.Errorf("%d mails wait, %v", s.Waiting, err)
	}
	commits := w.db.Stats().Commits - before
	t.Logf("%d commits for %d mails", commits, n)
	if commits > n*3/4 {
		t.Errorf("%d commits for %d mails", commits, n)
	}
}
