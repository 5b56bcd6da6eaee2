package server_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/backend/backendtest"
	"countersign/backend/server"
	"countersign/shared/api"
	"countersign/shared/live"

	"github.com/gorilla/websocket"
)

// running is a server on a real port.
type running struct {
	t     testing.TB
	w     *backendtest.World
	s     *server.Server
	addr  string
	stop  context.CancelFunc
	ended chan error
}

// run serves until the test ends; files is what is at "/".
func run(t testing.TB, w *backendtest.World, l server.Limits, files http.Handler) *running {
	t.Helper()
	l.Usual, l.Address = unlimited.Usual, unlimited.Address
	s, err := server.New(server.Options{Service: w.Service, Hub: w.Hub, Static: files, PublicURL: backendtest.PublicURL, Limits: l,
		Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ln := listen(t)
	ctx, stop := context.WithCancel(context.Background())
	r := &running{t: t, w: w, s: s, addr: ln.Addr().String(), stop: stop, ended: make(chan error, 1)}
	go func() { r.ended <- s.Run(ctx, ln, nil) }()
	t.Cleanup(func() {
		stop()
		select {
		case <-r.ended:
		case <-time.After(30 * time.Second):
			t.Error("the server does not stop")
		}
	})
	return r
}

func (r *running) dial() net.Conn {
	r.t.Helper()
	c, err := net.Dial("tcp", r.addr)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { c.Close() })
	return c
}

// answers sends a request over an open connection and gives the status.
func (r *running) answers(c net.Conn, path string) (int, error) {
	if _, err := fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, r.addr); err != nil {
		return 0, err
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, err
}

var nothing = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) })

// TH23: whoever sends headers or a body too slowly is cut off, and an idle connection is closed; others go on.
func TestSlowClients(t *testing.T) {
	w := backendtest.New(t)
	short := 300 * time.Millisecond
	r := run(t, w, server.Limits{Header: short, Read: 3 * short, Idle: short}, nothing)
	marie := signed(w.As(w.Marie))

	var slow []net.Conn
	for range 200 {
		c := r.dial()
		io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
		slow = append(slow, c)
	}
	if status, err := r.answers(r.dial(), "/"); status != 204 || err != nil {
		t.Errorf("beside slow clients: %d, %v", status, err)
	}
	for _, c := range slow {
		if b, _ := io.ReadAll(c); bytes.Contains(b, []byte(" 204 ")) {
			t.Fatal("a request without an end was answered")
		}
	}

	idle := r.dial()
	if status, err := r.answers(idle, "/"); status != 204 || err != nil {
		t.Errorf("%d, %v", status, err)
	}
	if b, err := io.ReadAll(idle); err != nil || len(b) > 0 {
		t.Errorf("an idle connection got %q, %v", b, err)
	}

	c := r.dial()
	head := "PATCH /api/me HTTP/1.1\r\nHost: " + r.addr + "\r\nContent-Type: application/json\r\nContent-Length: 100\r\n" +
		"Authorization: " + marie.Get("Authorization") + "\r\n" + api.HeaderAs + ": customer\r\n\r\n{\"locale\":"
	io.WriteString(c, head)
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var p api.Problem
	if err := json.NewDecoder(resp.Body).Decode(&p); err != nil || resp.StatusCode != 408 {
		t.Errorf("a body that never ends: %d %+v, %v", resp.StatusCode, p, err)
	}
}

// TH23: headers over 32 KiB are refused before they are read whole.
func TestOversizedHeaders(t *testing.T) {
	w := backendtest.New(t)
	r := run(t, w, server.Limits{}, nothing)
	for _, c := range []struct {
		size   int
		status int
	}{{20 << 10, 204}, {40 << 10, 431}, {4 << 20, 431}} {
		conn := r.dial()
		go io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\nX-Large: "+strings.Repeat("x", c.size)+"\r\n\r\n")
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || resp.StatusCode != c.status {
			t.Errorf("%d bytes: %v, %v, want %d", c.size, resp, err, c.status)
		}
	}
}

// TH23: no more connections than the limit are served; the next waits, and comes in when one has gone. A websocket
// gives its place back, because the hub counts it from then on.
func TestConnectionLimit(t *testing.T) {
	w := backendtest.New(t)
	const most = 5
	r := run(t, w, server.Limits{Connections: most}, nothing)
	var open []net.Conn
	for range most {
		c := r.dial()
		if status, err := r.answers(c, "/"); status != 204 || err != nil {
			t.Fatalf("%d, %v", status, err)
		}
		open = append(open, c)
	}
	next := r.dial()
	got := make(chan int, 1)
	go func() {
		status, _ := r.answers(next, "/")
		got <- status
	}()
	for range 3 { // those that are in go on meanwhile
		if status, err := r.answers(open[0], "/"); status != 204 || err != nil {
			t.Errorf("%d, %v", status, err)
		}
	}
	select {
	case status := <-got:
		t.Fatalf("one above the limit was answered: %d", status)
	default:
	}
	open[1].Close()
	if status := <-got; status != 204 {
		t.Errorf("after one had gone: %d", status)
	}
	for _, c := range open {
		c.Close()
	}
	next.Close()

	marie := w.As(w.Marie)
	for range 2 * most {
		ws := r.listens(marie)
		defer ws.Close()
	}
	if status, err := r.answers(r.dial(), "/"); status != 204 || err != nil {
		t.Errorf("beside sockets: %d, %v", status, err)
	}
}

// listens opens a websocket to the actor's organization.
func (r *running) listens(a *backendtest.Actor) *websocket.Conn {
	r.t.Helper()
	ws, resp, err := websocket.DefaultDialer.DialContext(r.t.Context(), "ws://"+r.addr+"/api/live?as="+string(a.Kind)+"&org="+string(a.Org), signed(a))
	if err != nil {
		body := ""
		if resp != nil {
			b, _ := io.ReadAll(resp.Body)
			body = string(b)
		}
		r.t.Fatalf("%v: %s", err, body)
	}
	return ws
}

// A stop refuses new connections, tells sockets to come back, and lets what runs end (section 9 of the security design).
func TestStop(t *testing.T) {
	w := backendtest.New(t)
	entered, leave := make(chan bool), make(chan bool)
	var order []string
	var mu sync.Mutex
	note := func(s string) {
		mu.Lock()
		defer mu.Unlock()
		order = append(order, s)
	}
	s, err := server.New(server.Options{Service: w.Service, Hub: w.Hub, PublicURL: backendtest.PublicURL, Log: slog.New(slog.DiscardHandler),
		Static: http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
			entered <- true
			<-leave
			note("request ended")
			rw.WriteHeader(204)
		})})
	if err != nil {
		t.Fatal(err)
	}
	ln := listen(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- s.Run(ctx, ln, func() {
			note("beside stopped")
			close(leave)
		})
	}()
	r := &running{t: t, w: w, s: s, addr: ln.Addr().String()}
	ws := r.listens(w.As(w.Marie))
	defer ws.Close()
	status := make(chan int, 1)
	go func() {
		got, err := r.answers(r.dial(), "/")
		if err != nil {
			t.Error(err)
		}
		status <- got
	}()
	<-entered

	var frames []string
	for {
		_, text, err := ws.ReadMessage()
		if err != nil {
			var ce *websocket.CloseError
			if !errors.As(err, &ce) || ce.Code != websocket.CloseServiceRestart {
				t.Errorf("the socket ended with %v", err)
			}
			break
		}
		var f live.Frame
		if err := json.Unmarshal(text, &f); err != nil {
			t.Fatal(err)
		}
		if frames = append(frames, f.T); f.T == live.FrameHello {
			cancel() // not before: who is greeted last may only be told to come back
		}
	}
	cancel()
	if got := <-status; got != 204 {
		t.Errorf("the request in flight: %d", got)
	}
	if err := <-ended; err != nil {
		t.Errorf("stopped with %v", err)
	}
	if got := strings.Join(order, ", "); got != "beside stopped, request ended" {
		t.Errorf("order: %s", got)
	}
	if got := strings.Join(frames, " "); got != "hello retry" {
		t.Errorf("frames: %s", got)
	}
	if c, err := net.Dial("tcp", r.addr); err == nil {
		c.Close()
		t.Error("a new connection was accepted")
	}
	if got := send(s, request("GET", "/readyz", "", nil)); got.StatusCode != 503 {
		t.Errorf("ready while stopping: %d", got.StatusCode)
	}
}

// Readiness tells what fails by name, and recovers by itself.
func TestReady(t *testing.T) {
	w := backendtest.New(t)
	if got := send(w.Server, request("GET", "/readyz", "", nil)); got.StatusCode != 200 {
		t.Fatalf("%d %s", got.StatusCode, got.body)
	}
	fresh := backendtest.New(t)
	if err := fresh.DB.Close(); err != nil {
		t.Fatal(err)
	}
	got := send(fresh.Server, request("GET", "/readyz", "", nil))
	if got.StatusCode != 503 || !strings.Contains(string(got.body), `"writer":"failing"`) || strings.Contains(string(got.body), "closed") {
		t.Errorf("with a closed store: %d %s", got.StatusCode, got.body)
	}
	if got := send(fresh.Server, request("GET", "/livez", "", nil)); got.StatusCode != 200 {
		t.Errorf("alive: %d", got.StatusCode)
	}
}

// The numbers name actions and never anything that a caller sent.
func TestMetrics(t *testing.T) {
	w := backendtest.New(t)
	marie := signed(w.As(w.Marie))
	for _, p := range []string{"/api/me", "/api/canary-one", path(api.GetHome.Spec, w.Acme), "/canary-two", "/api/me?canary=three"} {
		send(w.Server, request("GET", p, "", marie))
	}
	got := send(w.Server.Metrics(), request("GET", "/metrics", "", nil))
	text := string(got.body)
	for _, want := range []string{
		`countersign_requests_total{action="get-me",status="200"} 1`, `countersign_requests_total{action="get-me",status="422"} 1`,
		`countersign_requests_total{action="get-home",status="200"} 1`, `countersign_requests_total{action="/api/",status="404"} 1`,
		"countersign_store_commits_total", "countersign_sockets 0", "countersign_mails_waiting 0", "countersign_webhook_deliveries_waiting 0", "go_goroutines", "countersign_build_info",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(text, "canary") || strings.Contains(text, string(w.Acme)) {
		t.Error("the numbers tell what callers sent")
	}
}

// What a caller sends cannot forge a line of the log, and neither tokens nor queries are in it.
func TestLogLine(t *testing.T) {
	w := backendtest.New(t)
	var log bytes.Buffer
	s, err := server.New(server.Options{Service: w.Service, Hub: w.Hub, Static: nothing, PublicURL: backendtest.PublicURL,
		Log: slog.New(slog.NewTextHandler(&log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	marie := w.As(w.Marie)
	h := signed(marie)
	h.Set("X-Request-Id", "forged\r\nlevel=ERROR msg=forged")
	r := request("GET", "/api/orgs/x%0d%0alevel=ERROR%20msg=forged/home?token=secret-query", "", h)
	got := send(s, r)
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != 1 || !strings.Contains(lines[0], "action=get-home") || !strings.Contains(lines[0], "ref="+got.Header.Get("X-Request-Id")) {
		t.Errorf("log: %q", lines)
	}
	for _, secret := range []string{marie.Token, "secret-query", "\r"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log tells %q", secret)
		}
	}
}
