package mail_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"countersign/backend/mail"
	"countersign/backend/mail/mailtest"
	"countersign/shared/id"
)

// linked is a sender to a server in memory, over whose connections letters go as told.
func linked(t testing.TB, each func(n int) mailtest.Fault) (*mail.SMTP, *mailtest.Server) {
	t.Helper()
	srv := mailtest.Start(t, mailtest.Options{Letter: each})
	s, err := mail.NewSMTP(mail.SMTPConfig{
		Host: "mail.test", Port: 25, TLS: mail.NoTLS, HELO: "portal.test", Timeout: 20 * time.Second, Dial: srv.Dial,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s, srv
}

func wantConnections(t testing.TB, srv *mailtest.Server, total, open int) {
	t.Helper()
	synctest.Wait()
	if gotTotal, gotOpen := srv.Connections(); gotTotal != total || gotOpen != open {
		t.Errorf("%d connections, %d open; want %d and %d", gotTotal, gotOpen, total, open)
	}
}

func TestLettersShareAConnection(t *testing.T) {
	t.Run("one_after_another", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s, srv := linked(t, nil)
			for range 250 {
				if err := s.Send(t.Context(), letter(t)); err != nil {
					t.Fatal(err)
				}
			}
			wantConnections(t, srv, 3, 1)
			if n := len(srv.Letters()); n != 250 {
				t.Errorf("%d letters were taken", n)
			}
			time.Sleep(6 * time.Second)
			wantConnections(t, srv, 3, 0)
			if err := s.Send(t.Context(), letter(t)); err != nil {
				t.Fatal(err)
			}
			wantConnections(t, srv, 4, 1)
			s.Close()
			wantConnections(t, srv, 4, 0)
			if err := s.Send(t.Context(), letter(t)); err != nil {
				t.Errorf("after the end: %v", err)
			}
			wantConnections(t, srv, 5, 0)
		})
	})

	// What the server does to a connection that waits is no failed attempt.
	for name, fault := range map[string]mailtest.Fault{"the_server_left": mailtest.Leaves, "the_server_has_enough": mailtest.Busy} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, srv := linked(t, func(n int) mailtest.Fault {
					if fault == mailtest.Leaves || n%2 == 1 {
						return fault
					}
					return mailtest.Works
				})
				for range 5 {
					if err := s.Send(t.Context(), letter(t)); err != nil {
						t.Fatal(err)
					}
					synctest.Wait()
				}
				wantConnections(t, srv, 5, map[bool]int{true: 0, false: 1}[fault == mailtest.Leaves])
				if n := len(srv.Letters()); n != 5 {
					t.Errorf("%d letters were taken, want each once", n)
				}
				s.Close()
			})
		})
	}

	// Once the server knows of a letter, whatever goes wrong is a failed attempt, and the next letter has a new connection.
	for name, fault := range map[string]mailtest.Fault{
		"defers": mailtest.Defers, "refuses": mailtest.Refuses, "fails": mailtest.Fails, "rejects": mailtest.Rejects, "breaks": mailtest.Breaks,
		"forgets": mailtest.Forgets, "loses_the_answer": mailtest.LosesAnswer,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, srv := linked(t, func(n int) mailtest.Fault {
					if n == 1 {
						return fault
					}
					return mailtest.Works
				})
				for n := range 3 {
					l := letter(t)
					l.ID = id.Mail(strings.Replace(string(l.ID), "0001", "000"+string(rune('1'+n)), 1))
					if err := s.Send(t.Context(), l); (err != nil) != (n == 1) {
						t.Errorf("letter %d: %v", n, err)
					}
				}
				want := 2
				if fault == mailtest.LosesAnswer {
					want = 3
				}
				if n := len(srv.Letters()); n != want {
					t.Errorf("%d letters were taken, want %d", n, want)
				}
				wantConnections(t, srv, 2, 1)
				s.Close()
				wantConnections(t, srv, 2, 0)
			})
		})
	}

	t.Run("the_context_ends_on_a_connection_that_was_kept", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s, srv := linked(t, func(n int) mailtest.Fault {
				if n == 1 {
					return mailtest.Hangs
				}
				return mailtest.Works
			})
			if err := s.Send(t.Context(), letter(t)); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			start := time.Now()
			if err := s.Send(ctx, letter(t)); err == nil || time.Since(start) != 3*time.Second {
				t.Errorf("%v after %v, want an error after 3 s", err, time.Since(start))
			}
			wantConnections(t, srv, 1, 0)
		})
	})
}

// A large letter over a slow line: the server may take longer than the timeout for all of it, but not for a piece.
func TestLargeLetterOverASlowLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		srv := mailtest.Start(t, mailtest.Options{Pace: 10 * time.Second})
		s, err := mail.NewSMTP(mail.SMTPConfig{
			Host: "mail.test", Port: 25, TLS: mail.NoTLS, HELO: "portal.test", Timeout: 20 * time.Second, Dial: srv.Dial,
		})
		if err != nil {
			t.Fatal(err)
		}
		l := letter(t)
		l.Files = []mail.File{{Name: "a.bin", Data: make([]byte, 300<<10)}}
		start := time.Now()
		if err := s.Send(t.Context(), l); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took < time.Minute || len(srv.Letters()) != 1 {
			t.Errorf("%d letters were taken in %v, want one that takes longer than the timeout", len(srv.Letters()), took)
		}
		s.Close()
	})
}
