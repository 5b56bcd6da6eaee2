package hub

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"countersign/shared/id"
	"countersign/shared/live"
)

// Latest as Subscription.After starts at the stream's head: nothing is resumed.
const Latest int64 = -1

// Why a socket ended, as keys of the catalogue, where the hub itself is the one who ends it.
const (
	WhyExpired        = "live.end.expired"         // the sign-in reached its end
	WhySupportExpired = "live.end.support_expired" // the support session reached its end
)

// Subscription is one socket's wish: a stream, and who listens. It must come from current rows, read for this request.
type Subscription struct {
	Stream    live.Stream
	Login     id.Login
	Session   id.Session
	Support   id.SupportSession // set when an agent listens inside an organization
	Address   string            // of the client, for the limit an address
	Bearer    bool              // authenticated by a bearer token: no browser, so Origin may be missing
	After     int64             // resume after this sequence number; Latest for none
	ExpiresAt time.Time         // end of the session or support session; zero for none
}

// Kinds is a set over the kinds that Authorize was asked about, by their index (of at most 64; later ones are never
// allowed).
type Kinds uint64

// All allows every kind asked about.
const All = ^Kinds(0)

// Allow adds the i-th kind asked about.
func (k *Kinds) Allow(i int) { *k |= 1 << i }

// Has reports whether the i-th kind is in the set.
func (k Kinds) Has(i int) bool { return k&(1<<i) != 0 }

// Verdict is what current rows say about one subscription.
type Verdict struct {
	Kinds Kinds  // what it may be told of
	End   string // not empty: its session or support session is over; the socket is cut with this reason
}

// Options are what a hub needs from the rest of the server.
type Options struct {
	// Authorize gives one verdict for each of subs, in order, from current rows in one read transaction. It is asked
	// once for each batch of events of a stream, when a socket opens (kinds is then empty or what it resumes with),
	// and every Limits.Check for sockets of support sessions (kinds empty). Nothing of it is kept. On an error
	// nothing is sent and it is asked again. Subs are only to be read.
	Authorize func(ctx context.Context, stream live.Stream, kinds []live.Kind, subs []*Subscription) ([]Verdict, error)

	// Replay gives the committed events of a stream with a sequence number above after, in order without a gap and at
	// most limit of them, and the stream's head. With limit 0 only the head is wanted. Not ok means that they can't be
	// given (pruned, or after is beyond the head), so the client is told to reload.
	Replay func(ctx context.Context, stream live.Stream, after int64, limit int) (events []live.Event, head int64, ok bool, err error)

	// Origin decides whether a browser's page of this origin may listen; SameOrigin() when nil.
	Origin func(origin string, r *http.Request) bool

	Now    func() time.Time // the server's guarded time
	Log    *slog.Logger     // slog.Default() when nil
	Limits Limits
}

// Limits bound what one client can take. A zero field has its default.
type Limits struct {
	PerLogin   int           // open sockets; 10
	PerAddress int           // open sockets of an IPv4 address or an IPv6 /64; 50
	Total      int           // open sockets; 12,000
	Queue      int           // frames waiting for one socket before they are dropped for a resync; 256
	Message    int64         // bytes of a client's message; 32 KiB
	PerMinute  int           // client messages and control frames; 60
	Burst      int           // of these at once; 20
	Ping       time.Duration // between the server's pings; 25 s
	Pong       time.Duration // for the answer; 10 s
	Write      time.Duration // for a client to take what is sent; 5 s
	Replay     int           // events a resume may bring; more is a resync; 1,000
	Check      time.Duration // between checks of support sockets; 2 s
	Away       time.Duration // after which support sockets close when nothing can be checked; 5 s
	Evaluate   time.Duration // for one call of Authorize or Replay; 2 s
}

func (l Limits) withDefaults() Limits {
	def(&l.PerLogin, 10)
	def(&l.PerAddress, 50)
	def(&l.Total, 12_000)
	def(&l.Queue, 256)
	def(&l.Message, 32<<10)
	def(&l.PerMinute, 60)
	def(&l.Burst, 20)
	def(&l.Ping, 25*time.Second)
	def(&l.Pong, 10*time.Second)
	def(&l.Write, 5*time.Second)
	def(&l.Replay, 1000)
	def(&l.Check, 2*time.Second)
	def(&l.Away, 5*time.Second)
	def(&l.Evaluate, 2*time.Second)
	return l
}

func def[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}
