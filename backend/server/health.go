package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"countersign/backend/store"
	"countersign/backend/vault"
)

const (
	writerWithin = time.Second     // the writer's turn
	outboxWithin = 5 * time.Minute // the oldest mail that should have gone
	readyFor     = time.Second     // an answer is given again for this long: asking must cost nothing
)

// readiness remembers the last look.
type readiness struct {
	checks []check

	mu     sync.Mutex
	at     time.Time
	faults map[string]string
}

type check struct {
	name string
	ask  func(context.Context) error
}

// checks are what a server must be able to do before traffic is sent to it.
func (s *Server) checks() []check {
	db := s.svc.DB
	return []check{
		{"writer", func(ctx context.Context) error {
			ctx, cancel := context.WithTimeout(ctx, writerWithin)
			defer cancel()
			return db.UpdateCritical(ctx, func(*store.Tx) error { return nil })
		}},
		{"disk", func(context.Context) error {
			if db.Disk().ReadOnly {
				return errors.New("full")
			}
			return nil
		}},
		{"clock", func(context.Context) error {
			if db.Clock().Behind() {
				return errors.New("set back")
			}
			return nil
		}},
		{"keys", func(context.Context) error {
			k := s.svc.Keys
			_, err := k.Unseal(vault.Token, k.Seal(vault.Token, []byte("ready"), "readyz"), "readyz")
			return err
		}},
		{"outbox", func(ctx context.Context) error {
			o, err := db.Outbox(ctx)
			if err != nil || o.DueAt.IsZero() {
				return err
			}
			if late := s.now().Sub(o.DueAt); late > outboxWithin {
				return fmt.Errorf("a mail is late by %v", late.Round(time.Second))
			}
			return nil
		}},
	}
}

// look asks every check, at most once in readyFor.
func (s *Server) look(ctx context.Context) map[string]string {
	s.ready.mu.Lock()
	defer s.ready.mu.Unlock()
	if now := s.now(); s.ready.faults == nil || now.Sub(s.ready.at) >= readyFor {
		faults := map[string]string{}
		for _, c := range s.ready.checks {
			if err := c.ask(ctx); err != nil {
				faults[c.name] = "failing"
				s.log.Warn("not ready", "check", c.name, "error", err)
			}
		}
		s.ready.at, s.ready.faults = now, faults
	}
	return s.ready.faults
}

// livez says that the process answers.
func (s *Server) livez(w http.ResponseWriter, _ *http.Request) {
	writeState(w, http.StatusOK, map[string]string{"state": "live"})
}

// readyz says whether it should be sent traffic: names of what fails, never why.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	if s.stopping.Load() {
		writeState(w, http.StatusServiceUnavailable, map[string]string{"state": "stopping"})
		return
	}
	// The look outlasts a caller who leaves, or its half-done outcome would be told to the next.
	faults := s.look(context.WithoutCancel(r.Context()))
	if len(faults) > 0 {
		writeState(w, http.StatusServiceUnavailable, faults)
		return
	}
	writeState(w, http.StatusOK, map[string]string{"state": "ready"})
}

func writeState(w http.ResponseWriter, status int, v map[string]string) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n'))
}
