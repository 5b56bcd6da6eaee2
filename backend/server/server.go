// Package server is the HTTP side of the portal: the declared endpoints behind one gate, the websocket, the sign-in
// pages and the app's files, with the limits, headers and checks that every request passes. It decides nothing about
// who may do what inside an organization; portal does, from current rows.
package server

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"countersign/backend/hub"
	"countersign/backend/login"
	"countersign/backend/portal"
	"countersign/shared/api"

	"github.com/prometheus/client_golang/prometheus"
)

// Options are what a Server works with.
type Options struct {
	Service   *portal.Service
	Hub       *hub.Hub
	Static    http.Handler // the app's files, see Static
	Pages     Pages        // the sign-in pages, see SignIn; nil for none
	PublicURL string       // scheme, host and port under which browsers reach the portal
	Trusted   []netip.Prefix
	Version   string
	Log       *slog.Logger
	Limits    Limits
}

// Pages are what stands in front of the app.
type Pages interface {
	Register(*http.ServeMux)
	Wait() // until everything is done that visitors were not kept waiting for
}

// Server serves the portal. Its methods are safe for concurrent use.
type Server struct {
	svc       *portal.Service
	hub       *hub.Hub
	log       *slog.Logger
	publicURL string
	https     bool
	trusted   []netip.Prefix
	limits    Limits

	cookies     cookies
	crossOrigin *http.CrossOriginProtection
	buckets     *buckets
	mux         *http.ServeMux
	document    []byte // OpenAPI
	stopping    atomic.Bool
	ready       readiness
	metrics     *metrics
	listener    atomic.Pointer[limitListener]
	pages       Pages
}

// New puts the server together. It refuses when an endpoint is declared and not served, served twice, or says nobody
// or nonsense about who may call it.
func New(o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	s := &Server{
		svc: o.Service, hub: o.Hub, log: o.Log, trusted: o.Trusted, limits: o.Limits.withDefaults(), pages: o.Pages,
		publicURL: strings.TrimSuffix(o.PublicURL, "/"), https: strings.HasPrefix(o.PublicURL, "https://"),
		crossOrigin: http.NewCrossOriginProtection(), mux: http.NewServeMux(),
	}
	s.cookies = newCookies(s.publicURL)
	s.buckets = newBuckets(s.limits, s.now)
	s.ready.checks = s.checks()
	s.metrics = newMetrics(s, o.Version)

	if err := s.declare(o.Version); err != nil {
		return nil, err
	}
	s.mux.HandleFunc("/api/", s.noEndpoint)
	s.mux.HandleFunc("GET /livez", s.livez)
	s.mux.HandleFunc("GET /readyz", s.readyz)
	if s.pages != nil {
		s.pages.Register(s.mux)
	}
	s.mux.Handle("/", o.Static)
	return s, nil
}

// declare serves the declared endpoints, the websocket among them, and the document that describes them.
func (s *Server) declare(version string) error {
	r := &router{server: s, api: newAPI(s.mux, version), bound: map[string]bool{}}
	routes(r, s.svc)
	s.mux.HandleFunc("GET "+api.Live.Path, s.live)
	if err := r.declared(api.Live.Spec, nil); err != nil {
		return err
	}
	if err := r.checkBound(api.Specs()); err != nil {
		return err
	}
	var err error
	if s.document, err = document(r.api); err != nil {
		return fmt.Errorf("describe the endpoints: %w", err)
	}
	s.mux.HandleFunc("GET /api/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/openapi+json")
		w.Header().Set("Cache-Control", "no-cache")
		_, _ = w.Write(s.document)
	})
	return nil
}

// now is the server's guarded time.
func (s *Server) now() time.Time { return s.svc.DB.Clock().Now() }

// ServeHTTP answers one request: headers first, so that every answer has them, then where it comes from, then the
// route. It is logged and counted once, here.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rq := &request{ref: newRef(), locale: localeOf(r), address: s.address(r), started: s.now()}
	rec := &recorder{ResponseWriter: w}
	r = r.WithContext(context.WithValue(r.Context(), requestKey{}, rq))
	s.setHeaders(w.Header(), rq.ref)
	defer s.end(rec, r, rq)

	err := s.checkOrigin(r)
	if err == nil && !safe(r.Method) && !strings.HasPrefix(r.URL.Path, "/api/") { // endpoints count their calls themselves
		err = s.buckets.take(api.Usual, "", login.Prefix(rq.address))
	}
	if err != nil {
		s.refuse(rec, r, err)
		return
	}
	s.mux.ServeHTTP(rec, r)
}

func safe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

// end turns a panic into an answer and writes the log's line.
func (s *Server) end(rec *recorder, r *http.Request, rq *request) {
	if p := recover(); p != nil {
		if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(p)
		}
		s.log.Error("a handler panicked", "ref", rq.ref, "panic", p, "stack", string(debug.Stack()))
		if rec.status == 0 {
			s.refuse(rec, r, fmt.Errorf("panic: %v", p))
		}
	}
	if rq.action == "" {
		rq.action = cmp.Or(r.Pattern, "unrouted") // never the path: links in mails carry their secret there
	}
	status := rec.status
	if status == 0 {
		status = http.StatusOK
		if rec.hijacked {
			status = http.StatusSwitchingProtocols
		}
	}
	took := s.now().Sub(rq.started)
	s.metrics.count(rq.action, status, took)
	s.write(r, rq, status, took)
}

// write is the one line in the log about a request. What came from the caller is quoted by the handler.
func (s *Server) write(r *http.Request, rq *request, status int, took time.Duration) {
	lvl := level(rq.action, status)
	if !s.log.Enabled(r.Context(), lvl) {
		return
	}
	attrs := append(make([]slog.Attr, 0, 9), slog.String("ref", rq.ref), slog.String("method", r.Method), slog.String("action", rq.action),
		slog.Int("status", status), slog.Duration("took", took), slog.String("address", rq.address.String()))
	if rq.as != "" {
		attrs = append(attrs, slog.String("actor", string(rq.as)))
	}
	if rq.org != "" {
		attrs = append(attrs, slog.String("org", string(rq.org)))
	}
	if rq.cause != nil {
		attrs = append(attrs, slog.String("error", rq.cause.Error()))
	}
	s.log.LogAttrs(r.Context(), lvl, "request", attrs...)
}

// noEndpoint answers below /api where nothing is declared, in the form of every refusal. The mux's own answer to a
// wrong method would be plain text; that a path knows other methods is asked of it here, where it costs nobody else.
func (s *Server) noEndpoint(w http.ResponseWriter, r *http.Request) {
	var allow []string
	for _, method := range []string{"DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"} {
		probe := &http.Request{Method: method, URL: r.URL, Host: r.Host}
		if _, pattern := s.mux.Handler(probe); pattern != "" && pattern != "/api/" {
			allow = append(allow, method)
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	if len(allow) == 0 {
		s.refuse(w, r, notThere())
		return
	}
	w.Header().Set("Allow", strings.Join(allow, ", "))
	s.refuse(w, r, wrongMethod())
}

// recorder notes what was answered.
type recorder struct {
	http.ResponseWriter
	status   int
	hijacked bool
}

// WriteHeader notes the status.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write answers 200 where nothing else was said.
func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Hijack notes that the connection is a websocket's from here on.
func (r *recorder) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c, brw, err := http.NewResponseController(r.ResponseWriter).Hijack()
	r.hijacked = err == nil
	return c, brw, err
}

// Unwrap is for http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// Metrics serves the numbers for Prometheus. It belongs on a listener of its own, which only this machine reaches.
func (s *Server) Metrics() http.Handler { return s.metrics.handler() }

// Register adds numbers of other parts of the program to Metrics.
func (s *Server) Register(c ...prometheus.Collector) { s.metrics.registry.MustRegister(c...) }

// Run serves on the listener until ctx ends, then stops in this order: not ready, no new connections, sockets told to
// come back, what works beside the requests (stop ends it; nil for nothing), requests in flight. It returns when all of it has ended.
func (s *Server) Run(ctx context.Context, ln net.Listener, stop func()) error {
	l := limitConnections(ln, s.limits.Connections)
	s.listener.Store(l)
	srv := &http.Server{
		Handler: s, ConnState: l.connState, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
		ReadHeaderTimeout: s.limits.Header, ReadTimeout: s.limits.Read, WriteTimeout: s.limits.Write, IdleTimeout: s.limits.Idle,
		// net/http lets 4 KiB more through than it is told.
		MaxHeaderBytes: max(s.limits.HeaderBytes-4096, 1),
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()

	select {
	case err := <-served:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	s.stopping.Store(true)
	failed := []error{l.Close()}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.limits.Drain)
	defer cancel()
	failed = append(failed, s.hub.Shutdown(drain))
	if stop != nil {
		stop()
	}
	if err := srv.Shutdown(drain); err != nil && !errors.Is(err, net.ErrClosed) {
		failed = append(failed, fmt.Errorf("requests were still running after %v: %w", s.limits.Drain, err), srv.Close())
	}
	<-served
	if s.pages != nil {
		s.pages.Wait()
	}
	return errors.Join(failed...)
}
