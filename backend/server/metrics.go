package server

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"sync"
	"time"

	"countersign/backend/store"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are the numbers of this server. Labels are names of ours only, never what a caller sent, so their number is
// bounded.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
	known    sync.Map // outcome to its series: looking them up by labels costs as much as all else here
}

type outcome struct {
	action string
	status int
}

type series struct {
	requests prometheus.Counter
	took     prometheus.Observer
}

func newMetrics(s *Server, version string) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "countersign_requests_total",
			Help: "Requests answered, by action and status."}, []string{"action", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "countersign_request_seconds", Help: "Time to answer, by action.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}}, []string{"action"}),
	}
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "countersign_build_info", Help: "The running version."}, []string{"version"})
	build.WithLabelValues(version).Set(1)
	m.registry.MustRegister(m.requests, m.took, build, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.ofStore(s)
	m.ofOutbox(s)
	m.ofWebhooks(s)
	m.ofHub(s)
	m.counter("sync_rollbacks_total", "Histories of numbers that a device proved to have gone back.", func() float64 { return float64(s.svc.SyncStats().Rollbacks) })
	m.gauge("sync_snapshot_bytes", "Snapshots of numbers kept for devices.", func() float64 { return float64(s.svc.SyncStats().SnapshotBytes) })
	m.gauge("connections", "Open HTTP connections.", func() float64 {
		if l := s.listener.Load(); l != nil {
			return float64(l.open())
		}
		return 0
	})
	return m
}

func (m *metrics) ofStore(s *Server) {
	db := s.svc.DB
	m.counter("store_commits_total", "Transactions committed by the writer.", func() float64 { return float64(db.Stats().Commits) })
	m.counter("store_changes_total", "Changes that were part of them.", func() float64 { return float64(db.Stats().Requests) })
	m.counter("store_failed_total", "Transactions that could not commit.", func() float64 { return float64(db.Stats().Failed) })
	m.gauge("store_waiting", "Changes waiting for the writer.", func() float64 { return float64(db.Stats().Waiting) })
	m.gauge("store_reading", "Reads running.", func() float64 { return float64(db.Stats().Reading) })
	m.gauge("store_wal_bytes", "Size of the write-ahead log.", func() float64 { return float64(db.Stats().WAL) })
	m.gauge("disk_free_bytes", "Room on the disk of the data directory.", func() float64 { return float64(db.Disk().Free) })
}

func (m *metrics) ofOutbox(s *Server) {
	state := func(of func(store.OutboxState) float64) func() float64 {
		return func() float64 {
			o, err := s.svc.DB.Outbox(context.Background())
			if err != nil {
				return math.NaN()
			}
			return of(o)
		}
	}
	m.gauge("mails_waiting", "Mails that are not sent yet.", state(func(o store.OutboxState) float64 { return float64(o.Waiting) }))
	m.gauge("mails_dead", "Mails that were given up.", state(func(o store.OutboxState) float64 { return float64(o.Dead) }))
}

func (m *metrics) ofWebhooks(s *Server) {
	state := func(of func(store.WebhookState) float64) func() float64 {
		return func() float64 {
			w, err := s.svc.DB.WebhookState(context.Background())
			if err != nil {
				return math.NaN()
			}
			return of(w)
		}
	}
	m.gauge("webhook_deliveries_waiting", "Events that webhooks are still to be told.", state(func(w store.WebhookState) float64 { return float64(w.Waiting) }))
	m.gauge("webhook_deliveries_dead", "Events that were given up for a webhook.", state(func(w store.WebhookState) float64 { return float64(w.Dead) }))
}

func (m *metrics) ofHub(s *Server) {
	h := s.hub
	m.gauge("sockets", "Open websockets.", func() float64 { return float64(h.Stats().Open) })
	m.gauge("sockets_support", "Of these, in support sessions.", func() float64 { return float64(h.Stats().Support) })
	m.counter("sockets_refused_total", "Websocket handshakes refused.", func() float64 { return float64(h.Stats().Refused) })
	m.counter("socket_frames_total", "Frames queued for sockets.", func() float64 { return float64(h.Stats().Frames) })
	m.counter("sockets_cut_total", "Sockets ended by revocation or sign-out.", func() float64 { return float64(h.Stats().Cut) })
	m.counter("sockets_slow_total", "Sockets closed because the client took nothing.", func() float64 { return float64(h.Stats().Slow) })
}

func (m *metrics) gauge(name, help string, value func() float64) {
	m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "countersign_" + name, Help: help}, value))
}

func (m *metrics) counter(name, help string, value func() float64) {
	m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "countersign_" + name, Help: help}, value))
}

func (m *metrics) count(action string, status int, took time.Duration) {
	of := outcome{action, status}
	s, ok := m.known.Load(of)
	if !ok {
		s, _ = m.known.LoadOrStore(of, &series{m.requests.WithLabelValues(action, strconv.Itoa(status)), m.took.WithLabelValues(action)})
	}
	s.(*series).requests.Inc()
	s.(*series).took.Observe(took.Seconds())
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
