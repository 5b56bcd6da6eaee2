package outbox

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"countersign/backend/mail"
	"countersign/backend/store"
	"countersign/shared/i18n"
)

// deliver makes one attempt and tells what became of it.
func (w *Worker) deliver(sends context.Context, m store.DueMail) store.MailOutcome {
	err := w.guard(func() error { return w.attempt(sends, m) })
	if err == nil {
		w.sent.Add(1)
		return store.MailOutcome{ID: m.ID, Outcome: store.MailSent}
	}

	why := err.Error()
	why = strings.ToValidUTF8(why[:min(len(why), longestWhy)], "")
	if errors.Is(err, mail.ErrUnsendable) || errors.Is(err, errExpired) || m.Attempts >= maxAttempts {
		w.dead.Add(1)
		w.log.Error("a mail is given up", "mail", m.ID, "template", m.Template, "attempts", m.Attempts, "error", err)
		return store.MailOutcome{ID: m.ID, Outcome: store.MailDead, Why: why}
	}
	w.retried.Add(1)
	after := retryAfter(m.Attempts)
	w.log.Warn("a mail could not be sent and is tried again", "mail", m.ID, "template", m.Template,
		"attempts", m.Attempts, "after", after.String(), "error", err)
	return store.MailOutcome{ID: m.ID, Outcome: store.MailLater, After: after, Why: why}
}

var errExpired = errors.New("the mail expired before it could be sent")

func (w *Worker) attempt(sends context.Context, m store.DueMail) error {
	if m.Attempts > maxAttempts {
		return fmt.Errorf("%w: the process ended during each of %d attempts", mail.ErrUnsendable, maxAttempts)
	}
	limit := sendLimit
	if !m.ExpiresAt.IsZero() {
		left := m.ExpiresAt.Sub(w.now())
		if left <= 0 {
			return errExpired
		}
		limit = min(limit, left)
	}
	token, err := unseal(w.keys, m.ID, m.Sealed)
	if err != nil {
		return fmt.Errorf("%w: %w", mail.ErrUnsendable, err)
	}
	thread, err := mail.ParseThread(m.Thread)
	if err != nil {
		return fmt.Errorf("%w: %w", mail.ErrUnsendable, err)
	}
	ctx, cancel := context.WithTimeout(sends, limit)
	defer cancel()
	var files []mail.File
	if thread != nil && thread.Files && w.files != nil {
		if files, err = w.files(ctx, thread); err != nil {
			return fmt.Errorf("read the files of %s: %w", thread.Message, err)
		}
	}
	letter, err := w.renderer.Render(mail.Message{
		ID: m.ID, CreatedAt: m.CreatedAt, To: m.To, Locale: i18n.Parse(m.Locale), Template: mail.Template(m.Template), Args: m.Args, Token: token,
		Thread: thread, Files: files,
	})
	if err != nil {
		return err
	}
	return w.sender.Send(ctx, letter)
}

// retryAfter is the pause after the n-th failed attempt: one minute, then three times as long each, at most six
// hours, a fifth more or less at random so that mails that failed together don't come back together. Ten attempts
// span a day.
func retryAfter(n int) time.Duration {
	d := firstRetry
	for range n - 1 {
		d = min(3*d, longestRetry)
	}
	return time.Duration(float64(d) * (0.8 + 0.4*rand.Float64()))
}
