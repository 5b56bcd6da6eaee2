package server

import (
	"math"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"countersign/shared/api"
	"countersign/shared/errs"

	"golang.org/x/time/rate"
)

// Limits bound what one caller, and all together, can take. A zero field has its default.
type Limits struct {
	Connections int           // open HTTP connections; 4,096. Websockets leave this count: the hub has its own
	HeaderBytes int           // 32 KiB
	Header      time.Duration // to send the headers; 5 s
	Read        time.Duration // to send the whole request; 30 s
	Write       time.Duration // to take the answer; 60 s
	Idle        time.Duration // of a connection between requests; 120 s
	Drain       time.Duration // for requests in flight when the server stops; 20 s

	Usual   Bucket // calls of one sign-in, or of one address without one; 20 a second, 100 at once
	Sync    Bucket // calls by which one sign-in's device keeps its copy up to date; 20 a second, 300 at once
	Steady  Bucket // calls of one system of the provider's, by its token; 50 a second, 500 at once
	Costly  Bucket // of these, calls that hash, mail or export; one in 2 s, 10 at once
	Address Bucket // calls of one network (/24, /48), whoever they are; 300 a second, 600 at once

	SyncOpen int // of the calls by which a sign-in's device keeps its copy up to date, how many at the same moment; 6
}

// Bucket refills at a rate and holds at most Burst.
type Bucket struct {
	PerSecond float64
	Burst     int
}

func (l Limits) withDefaults() Limits {
	def(&l.Connections, 4096)
	def(&l.HeaderBytes, 32<<10)
	def(&l.Header, 5*time.Second)
	def(&l.Read, 30*time.Second)
	def(&l.Write, 60*time.Second)
	def(&l.Idle, 120*time.Second)
	def(&l.Drain, 20*time.Second)
	def(&l.Usual, Bucket{20, 100})
	def(&l.Sync, Bucket{20, 300})
	def(&l.Steady, Bucket{50, 500})
	def(&l.Costly, Bucket{0.5, 10})
	def(&l.Address, Bucket{300, 600})
	def(&l.SyncOpen, 6)
	return l
}

func def[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}

// buckets are the present callers' token buckets. Those that are full again are forgotten.
type buckets struct {
	limits Limits
	now    func() time.Time

	mu    sync.Mutex
	kept  map[bucketKey]*rate.Limiter
	open  map[bucketKey]int // calls of devices that are being answered
	swept time.Time
}

type bucketKey struct {
	class   string
	caller  string
	network netip.Prefix
}

const (
	sweepEvery = time.Minute
	maxBuckets = 1 << 16 // an attacker's invented names must not fill the memory
)

func newBuckets(l Limits, now func() time.Time) *buckets {
	return &buckets{limits: l, now: now, kept: map[bucketKey]*rate.Limiter{}, open: map[bucketKey]int{}, swept: now()}
}

// take counts one call of a class against the caller and against the network it came from. The name of the caller is
// not proven yet: that it can't be invented anew for every call is what the network's bucket is for.
func (b *buckets) take(class api.Rate, caller string, network netip.Prefix) error {
	now := b.now()
	if wait := b.one(bucketKey{class: "network", network: network}, b.limits.Address, now); wait > 0 {
		return tooMany(wait)
	}
	who := bucketKey{caller: caller}
	if caller == "" {
		who.network = network
	}
	if class == api.Sync || class == api.Steady {
		own := b.limits.Sync
		if class == api.Steady {
			own = b.limits.Steady
		}
		who.class = string(class)
		if wait := b.one(who, own, now); wait > 0 {
			return tooMany(wait)
		}
		return nil
	}
	if class == api.Costly {
		who.class = "costly"
		if wait := b.one(who, b.limits.Costly, now); wait > 0 {
			return tooMany(wait)
		}
	}
	who.class = "usual"
	if wait := b.one(who, b.limits.Usual, now); wait > 0 {
		return tooMany(wait)
	}
	return nil
}

// enter counts a call of a class that is being answered; leave takes the count back. What a device holds comes in one
// answer, which may be as large as its log: no sign-in can have many of them in memory at a time.
func (b *buckets) enter(class api.Rate, caller string, network netip.Prefix) (leave func(), err error) {
	if class != api.Sync {
		return func() {}, nil
	}
	who := bucketKey{class: "open", caller: caller}
	if caller == "" {
		who.network = network
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open[who] >= b.limits.SyncOpen {
		return nil, tooMany(time.Second)
	}
	b.open[who]++
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.open[who]--; b.open[who] == 0 {
			delete(b.open, who)
		}
	}, nil
}

// one takes a token, or tells how long until there is one.
func (b *buckets) one(key bucketKey, of Bucket, now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.kept[key]
	if l == nil {
		b.sweep(now)
		l = rate.NewLimiter(rate.Limit(of.PerSecond), of.Burst)
		b.kept[key] = l
	}
	if l.AllowN(now, 1) {
		return 0
	}
	return time.Duration((1 - l.TokensAt(now)) / of.PerSecond * float64(time.Second))
}

// sweep forgets full buckets from time to time, and any when there are too many.
func (b *buckets) sweep(now time.Time) {
	full := len(b.kept) >= maxBuckets
	if !full && now.Sub(b.swept) < sweepEvery {
		return
	}
	b.swept = now
	for key, l := range b.kept {
		if l.TokensAt(now) >= float64(l.Burst()) {
			delete(b.kept, key)
		}
	}
	if len(b.kept) < maxBuckets {
		return
	}
	for key := range b.kept { // by the quarter: the next calls must not pay for a sweep each
		if len(b.kept) <= maxBuckets*3/4 {
			break
		}
		delete(b.kept, key)
	}
}

func tooMany(wait time.Duration) error {
	seconds := max(1, int(math.Ceil(wait.Seconds())))
	return &errs.Error{Code: errs.TooMany, Key: "error.too_many", Args: []any{"seconds", seconds}, RetryAfter: seconds}
}

// limitListener lets at most a number of connections be open: the next waits in the kernel. A place is given back by
// the server's ConnState, because wrapping the connection would hide from the hub what it writes to.
type limitListener struct {
	net.Listener
	places chan struct{}
	closed chan struct{}
	once   sync.Once
}

func limitConnections(l net.Listener, n int) *limitListener {
	return &limitListener{Listener: l, places: make(chan struct{}, n), closed: make(chan struct{})}
}

// Accept waits for a place first.
func (l *limitListener) Accept() (net.Conn, error) {
	select {
	case l.places <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.places
	}
	return c, err
}

// Close stops accepting; connections stay.
func (l *limitListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// connState is for http.Server.ConnState.
func (l *limitListener) connState(_ net.Conn, state http.ConnState) {
	if state == http.StateClosed || state == http.StateHijacked {
		<-l.places
	}
}

func (l *limitListener) open() int { return len(l.places) }
