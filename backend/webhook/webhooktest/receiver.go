// Package webhooktest is a receiver of webhooks for tests, on a loopback port, that fails in the ways real ones do. It holds
// every delivery against the reference implementation of the Standard Webhooks specification, and keeps what it took.
package webhooktest

import (
	"crypto/x509"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"countersign/shared/event"

	reference "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// Fault is how one delivery goes.
type Fault int

const (
	Works       Fault = iota
	Defers            // 503, come back in ten minutes
	Fails             // 500
	Redirects         // 307 to Options.Elsewhere
	Gone              // 410
	Drops             // the connection is closed without an answer
	LosesAnswer       // the event is taken, then the connection is closed without an answer
	Floods            // 200 with an answer that never ends
	Hangs             // nothing is answered before Release
)

// Options say how the receiver is reached and how it fails.
type Options struct {
	Fault     func(n int, d Delivery) Fault // of the n-th delivery, from 0; nil for one that works
	TLS       bool
	KeepAlive bool             // connections are used again
	Elsewhere string           // where Redirects leads
	Now       func() time.Time // the sender's clock; nil leaves the timestamps unchecked
}

// Delivery is one request as it came.
type Delivery struct {
	ID        string
	Timestamp time.Time
	Header    http.Header
	Body      []byte
	Event     event.Event
}

// Receiver is a running receiver. It ends with its test.
type Receiver struct {
	URL   string
	Roots *x509.CertPool // that know its certificate

	tb      testing.TB
	options Options
	release chan struct{}

	mu      sync.Mutex
	secrets []string
	came    int
	seen    int // those that came and are among the taken, where they are taken
	taken   []Delivery
	changed chan struct{}
}

// Start begins to listen.
func Start(tb testing.TB, o Options) *Receiver {
	tb.Helper()
	r := &Receiver{tb: tb, options: o, release: make(chan struct{}), changed: make(chan struct{})}
	srv := httptest.NewUnstartedServer(r)
	srv.Config.ErrorLog = log.New(io.Discard, "", 0) // handshakes that fail on purpose
	srv.Config.SetKeepAlivesEnabled(o.KeepAlive)
	if o.TLS {
		srv.StartTLS()
		r.Roots = x509.NewCertPool()
		r.Roots.AddCert(srv.Certificate())
	} else {
		srv.Start()
	}
	r.URL = srv.URL
	tb.Cleanup(func() {
		r.Release()
		srv.Close()
	})
	return r
}

// Knows sets the secrets that deliveries are to be signed with, each of them.
func (r *Receiver) Knows(secrets ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secrets = secrets
}

// Release ends all hanging, now and later.
func (r *Receiver) Release() {
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case <-r.release:
	default:
		close(r.release)
	}
}

// Taken are the deliveries that were taken, in order.
func (r *Receiver) Taken() []Delivery {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.taken)
}

// Seen counts the deliveries that came, taken or not.
func (r *Receiver) Seen() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.seen
}

// Wait returns once so many deliveries have come. Those of them that were taken are among Taken by then.
func (r *Receiver) Wait(n int) {
	for {
		r.mu.Lock()
		seen, changed := r.seen, r.changed
		r.mu.Unlock()
		if seen >= n {
			return
		}
		select {
		case <-changed:
		case <-r.tb.Context().Done():
			return
		}
	}
}

func (r *Receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	d := r.read(req)
	r.mu.Lock()
	n := r.came
	r.came++
	r.mu.Unlock()

	fault := Works
	if r.options.Fault != nil {
		fault = r.options.Fault(n, d)
	}
	r.mu.Lock()
	r.seen++
	if fault == Works || fault == LosesAnswer || fault == Floods {
		r.taken = append(r.taken, d)
	}
	close(r.changed)
	r.changed = make(chan struct{})
	r.mu.Unlock()

	switch fault {
	case Works:
		w.WriteHeader(http.StatusNoContent)
	case Defers:
		w.Header().Set("Retry-After", "600")
		w.WriteHeader(http.StatusServiceUnavailable)
	case Fails:
		http.Error(w, "secret of the receiver's", http.StatusInternalServerError)
	case Redirects:
		http.Redirect(w, req, r.options.Elsewhere, http.StatusTemporaryRedirect)
	case Gone:
		w.WriteHeader(http.StatusGone)
	case Drops, LosesAnswer:
		panic(http.ErrAbortHandler)
	case Floods:
		for chunk := make([]byte, 1<<16); ; {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	case Hangs:
		select {
		case <-r.release:
		case <-req.Context().Done():
		}
	}
}

// read reads a delivery and holds it against the specification.
func (r *Receiver) read(req *http.Request) Delivery {
	d := Delivery{ID: req.Header.Get(reference.HeaderWebhookID), Header: req.Header}
	var err error
	if d.Body, err = io.ReadAll(req.Body); err != nil {
		r.tb.Errorf("a delivery breaks off: %v", err)
	}
	if req.Method != http.MethodPost || req.Header.Get("Content-Type") != "application/json" {
		r.tb.Errorf("a delivery comes by %s as %s", req.Method, req.Header.Get("Content-Type"))
	}
	seconds, err := strconv.ParseInt(req.Header.Get(reference.HeaderWebhookTimestamp), 10, 64)
	if err != nil {
		r.tb.Errorf("the timestamp of a delivery: %v", err)
	}
	d.Timestamp = time.Unix(seconds, 0)
	if r.options.Now != nil {
		if off := r.options.Now().Sub(d.Timestamp).Abs(); off > 5*time.Minute {
			r.tb.Errorf("the timestamp of a delivery is %v off", off)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, secret := range r.secrets {
		hook, err := reference.NewWebhook(secret)
		if err != nil {
			r.tb.Errorf("a secret: %v", err)
			continue
		}
		if err := hook.VerifyIgnoringTimestamp(d.Body, req.Header); err != nil {
			r.tb.Errorf("the signature of a delivery: %v", err)
		}
	}
	if err := json.Unmarshal(d.Body, &d.Event); err != nil {
		r.tb.Errorf("the body of a delivery: %v", err)
	}
	return d
}
