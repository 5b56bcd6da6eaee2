package portal_test

import (
	"context"
	"encoding/csv"
	"net/http"
	"net/http/httptest"
	"strings"

	"countersign/backend/backendtest"
	"countersign/backend/login"
)

func splitLines(s string) []string { return strings.Split(strings.TrimSuffix(s, "\r\n"), "\r\n") }

func splitCells(line string) []string {
	cells, err := csv.NewReader(strings.NewReader(line)).Read()
	if err != nil {
		return []string{"=not CSV: " + err.Error()}
	}
	return cells
}

// meanwhile is a context that lets something happen in the middle of a call: the first time it is asked after ready.
type meanwhile struct {
	context.Context
	ready func() bool
	do    func()
	done  bool
	busy  bool
}

func (m *meanwhile) Done() <-chan struct{} {
	m.look()
	return m.Context.Done()
}

func (m *meanwhile) Err() error {
	m.look()
	return m.Context.Err()
}

func (m *meanwhile) look() {
	if m.done || m.busy {
		return
	}
	m.busy = true
	defer func() { m.busy = false }()
	if m.ready() {
		m.done = true
		m.do()
	}
}

// serve sends a request straight to the router and gives the status.
func serve(w *backendtest.World, r *http.Request) int {
	rec := httptest.NewRecorder()
	w.Server.ServeHTTP(rec, r)
	return rec.Code
}

// hashed is a sign-in's token as the gate gets it.
func hashed(token string) string { return login.HashToken(token) }
