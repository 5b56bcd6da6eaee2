package login_test

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"countersign/backend/login"
	"countersign/shared/errs"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// rows keeps attempts the way a table does: as text, one transaction at a time.
type rows struct {
	sync.Mutex
	text    map[string]string
	expires map[string]time.Time
}

func newRows() *rows { return &rows{text: map[string]string{}, expires: map[string]time.Time{}} }

func (r *rows) Attempts(key string) (a login.Attempts, err error) {
	return a, a.UnmarshalText([]byte(r.text[key]))
}

func (r *rows) SaveAttempts(key string, a login.Attempts, expires time.Time) error {
	text, err := a.MarshalText()
	r.text[key], r.expires[key] = string(text), expires
	return err
}

func (r *rows) begin(now time.Time, b ...login.Bucket) error {
	r.Lock()
	defer r.Unlock()
	return login.Begin(r, now, b...)
}

var (
	start = time.Date(2026, 3, 9, 14, 0, 0, 0, time.UTC)
	home  = netip.MustParseAddr("203.0.113.7")
)

func TestNextGrowsTheDelay(t *testing.T) {
	t.Parallel()
	b := login.SignInBuckets("owner@acme.example", home, "")[0]
	var a login.Attempts
	var waits []time.Duration
	now := start
	for len(waits) < 12 {
		allowed, wait, next := b.Limit.Next(a, now)
		if !allowed {
			now = now.Add(wait)
			if allowed, _, next = b.Limit.Next(next, now); !allowed {
				t.Fatal("not allowed after the wait it told")
			}
		}
		waits, a = append(waits, wait), next
	}
	// The tenth try comes 63 s after the first; the eleventh waits until the first one is 15 minutes old, and
	// the twelfth as others have left and the delay is short again.
	want := []time.Duration{0, 0, 0, 0, 1e9, 2e9, 4e9, 8e9, 16e9, 32e9, 15*60e9 - 63e9, 3e9}
	if diff := cmp.Diff(waits, want); diff != "" {
		t.Error(diff)
	}
}

// The promise of the throttle, for any rhythm of tries: at most Max allowed in any window, a refusal tells a wait
// after which the try is allowed, a refusal counts nothing, and what is stored reads back.
func TestNextProperty(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		l := login.Limit{
			Max:    rapid.IntRange(1, 12).Draw(t, "max"),
			Free:   rapid.IntRange(1, 12).Draw(t, "free"),
			Window: time.Duration(rapid.IntRange(1, 900).Draw(t, "window")) * time.Second,
		}
		var a login.Attempts
		var allowed []time.Time
		now := start
		for range rapid.IntRange(1, 80).Draw(t, "tries") {
			now = now.Add(time.Duration(rapid.IntRange(0, 120_000).Draw(t, "ms")) * time.Millisecond)
			ok, wait, next := l.Next(a, now)
			if ok {
				if wait != 0 || next[len(next)-1] != now {
					t.Fatal("an allowed try is not counted")
				}
				allowed = append(allowed, now)
			} else {
				if wait <= 0 || wait > l.Window {
					t.Fatalf("refused with a wait of %v in a window of %v", wait, l.Window)
				}
				if ok, _, _ := l.Next(next, now.Add(wait)); !ok {
					t.Fatal("refused after the wait it told")
				}
				if ok, _, _ := l.Next(next, now.Add(wait-1)); ok {
					t.Fatal("allowed before the wait it told is over")
				}
			}
			if len(next) > l.Max {
				t.Fatalf("%d tries are kept, the limit is %d", len(next), l.Max)
			}
			text, _ := next.MarshalText()
			a = nil
			if err := a.UnmarshalText(text); err != nil || len(a) != len(next) {
				t.Fatalf("%q reads back as %v: %v", text, a, err)
			}
		}
		for i := range allowed {
			if j := i + l.Max; j < len(allowed) && allowed[j].Sub(allowed[i]) < l.Window {
				t.Fatalf("%d tries within %v", l.Max+1, allowed[j].Sub(allowed[i]))
			}
		}
	})
}

// A clock that steps back neither frees tries nor waits longer than the window after it.
func TestNextAfterClockStepsBack(t *testing.T) {
	t.Parallel()
	l := login.Limit{Max: 2, Free: 2, Window: time.Minute}
	var a login.Attempts
	for _, at := range []time.Duration{0, 10 * time.Second} {
		_, _, a = l.Next(a, start.Add(at))
	}
	if ok, wait, _ := l.Next(a, start.Add(-time.Hour)); ok || wait <= time.Minute {
		t.Errorf("an hour earlier: allowed %v, wait %v", ok, wait)
	}
}

func TestSignInThrottle(t *testing.T) {
	t.Parallel()
	tooMany := func(t *testing.T, err error) {
		t.Helper()
		e, ok := errors.AsType[*errs.Error](err)
		if !ok || e.Code != errs.TooMany || e.RetryAfter < 1 {
			t.Errorf("got %v, want too many with a wait", err)
		}
	}
	// exhaust makes wrong tries as fast as they are allowed, until ten are counted.
	exhaust := func(r *rows, b ...login.Bucket) time.Time {
		now := start
		for n := 0; n < 10; {
			err := r.begin(now, b...)
			if e, ok := errors.AsType[*errs.Error](err); ok {
				now = now.Add(time.Duration(e.RetryAfter) * time.Second)
				continue
			}
			n++
		}
		return now
	}

	t.Run("TH4_a_known_device_is_not_kept_out_by_others", func(t *testing.T) {
		r := newRows()
		now := exhaust(r, login.SignInBuckets("owner@acme.example", netip.MustParseAddr("198.51.100.1"), "")...)
		tooMany(t, r.begin(now, login.SignInBuckets("owner@acme.example", home, "")...))
		if err := r.begin(now, login.SignInBuckets("owner@acme.example", home, "d1")...); err != nil {
			t.Errorf("the owner's own device: %v", err)
		}
		now = exhaust(r, login.SignInBuckets("owner@acme.example", home, "d2")...)
		tooMany(t, r.begin(now, login.SignInBuckets("owner@acme.example", home, "d2")...))
	})

	t.Run("one_login_has_one_count_however_it_is_typed", func(t *testing.T) {
		r := newRows()
		now := exhaust(r, login.SignInBuckets("owner@acme.example", home, "")...)
		for _, typed := range []string{"OWNER@acme.example", " owner@acme.example ", "Owner@ACME.example\n"} {
			tooMany(t, r.begin(now, login.SignInBuckets(typed, netip.MustParseAddr("192.0.2.200"), "")...))
		}
	})

	t.Run("one_network_has_one_count_whoever_is_tried", func(t *testing.T) {
		r := newRows()
		now := start
		for i := range 100 {
			b := login.SignInBuckets(fmt.Sprintf("user%d@acme.example", i), netip.AddrFrom4([4]byte{203, 0, 113, byte(i)}), "")
			for err := r.begin(now, b...); err != nil; err = r.begin(now, b...) {
				e, _ := errors.AsType[*errs.Error](err)
				now = now.Add(time.Duration(e.RetryAfter) * time.Second)
			}
		}
		tooMany(t, r.begin(now, login.SignInBuckets("fresh@acme.example", home, "")...))
		if err := r.begin(now, login.SignInBuckets("fresh@acme.example", netip.MustParseAddr("203.0.114.7"), "")...); err != nil {
			t.Errorf("the next network: %v", err)
		}
	})

	t.Run("a_refusal_counts_in_no_bucket", func(t *testing.T) {
		r := newRows()
		b := login.SignInBuckets("owner@acme.example", home, "")
		now := exhaust(r, b...)
		before := r.text[b[1].Key]
		for range 50 {
			tooMany(t, r.begin(now, b...))
		}
		if r.text[b[1].Key] != before {
			t.Error("refused tries use up the network's count")
		}
	})

	t.Run("success_forgets_own_tries_and_only_its_own_of_the_network", func(t *testing.T) {
		r := newRows()
		b := login.SignInBuckets("owner@acme.example", home, "")
		for i := range 5 {
			if err := r.begin(start.Add(time.Duration(i)*time.Minute), b...); err != nil {
				t.Fatal(err)
			}
		}
		if err := login.Succeed(r, b...); err != nil {
			t.Fatal(err)
		}
		own, _ := r.Attempts(b[0].Key)
		network, _ := r.Attempts(b[1].Key)
		if len(own) != 0 || len(network) != 4 {
			t.Errorf("%d own tries and %d of the network are left, want 0 and 4", len(own), len(network))
		}
	})

	t.Run("TH2_racing_tries_share_none", func(t *testing.T) {
		r := newRows()
		var wg sync.WaitGroup
		var mu sync.Mutex
		allowed := 0
		for range 200 {
			wg.Go(func() {
				if r.begin(start, login.SignInBuckets("owner@acme.example", home, "")...) == nil {
					mu.Lock()
					allowed++
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		if allowed != 4 {
			t.Errorf("%d tries at one moment, want 4 before the first delay", allowed)
		}
	})

	t.Run("rows_expire_and_tell_no_address", func(t *testing.T) {
		r := newRows()
		b := login.SignInBuckets("owner@acme.example", home, "")
		if err := r.begin(start, b...); err != nil {
			t.Fatal(err)
		}
		for _, b := range b {
			if got, want := r.expires[b.Key], start.Add(15*time.Minute); !got.Equal(want) {
				t.Errorf("%s expires at %v, want %v", b.Key, got, want)
			}
			if strings.Contains(b.Key, "owner") {
				t.Errorf("the key %s tells who tried", b.Key)
			}
		}
	})

	t.Run("sign_in_and_mailed_links_are_counted_apart", func(t *testing.T) {
		r := newRows()
		now := exhaust(r, login.MailBuckets("owner@acme.example", home)...)
		tooMany(t, r.begin(now, login.MailBuckets("owner@acme.example", home)...))
		if err := r.begin(now, login.SignInBuckets("owner@acme.example", home, "")...); err != nil {
			t.Error(err)
		}
	})

	t.Run("TH19_five_second_factor_tries", func(t *testing.T) {
		r := newRows()
		b := login.FactorBucket("0198c0de-0000-7000-8000-00000000000a")
		now, allowed := start, 0
		for now.Before(start.Add(15 * time.Minute)) {
			if r.begin(now, b) == nil {
				allowed++
			}
			now = now.Add(time.Second)
		}
		if allowed != 5 {
			t.Errorf("%d tries in 15 minutes", allowed)
		}
	})
}

func TestPrefix(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{
		"203.0.113.7":         "203.0.113.0/24",
		"::ffff:203.0.113.7":  "203.0.113.0/24",
		"2001:db8:12:3456::1": "2001:db8:12::/48",
		"2001:db8:12:ffff::9": "2001:db8:12::/48",
		"fe80::1%eth0":        "fe80::/48",
		"127.0.0.1":           "127.0.0.0/24",
	} {
		if got := login.Prefix(netip.MustParseAddr(addr)).String(); got != want {
			t.Errorf("%s: got %s, want %s", addr, got, want)
		}
	}
	if login.Prefix(netip.Addr{}).IsValid() {
		t.Error("no address has a network")
	}
}

func BenchmarkBeginFullPrefix(b *testing.B) {
	r := newRows()
	buckets := login.SignInBuckets("owner@acme.example", home, "")
	var full login.Attempts
	for i := range 100 {
		full = append(full, start.Add(time.Duration(i)*time.Second))
	}
	r.SaveAttempts(buckets[1].Key, full, time.Time{})
	for b.Loop() {
		login.Begin(r, start.Add(2*time.Minute), buckets...)
	}
}
