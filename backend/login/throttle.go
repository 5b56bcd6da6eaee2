package login

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/shared/errs"
	"countersign/shared/id"
)

// Limit bounds the tries of one bucket: at most Max in any span of Window, and after Free of them a delay before
// the next that doubles from one second. There is no lock beyond that: time alone opens it.
type Limit struct {
	Max    int
	Free   int
	Window time.Duration
}

const window = 15 * time.Minute

var (
	perLogin  = Limit{Max: 10, Free: 4, Window: window}
	perPrefix = Limit{Max: 100, Free: 94, Window: window}
	perFactor = Limit{Max: 5, Free: 3, Window: window}
)

// Attempts are the tries of one bucket that still count, oldest first. The zero value is a bucket never tried.
type Attempts []time.Time

// Next decides about one more try at now. When it is allowed, the returned attempts hold it already: it is counted
// before anything is compared, so that racing tries can't share one. Otherwise wait tells when to come back, and
// the attempts are unchanged but for those that no longer count.
func (l Limit) Next(a Attempts, now time.Time) (allowed bool, wait time.Duration, next Attempts) {
	next = slices.DeleteFunc(slices.Clone(a), func(at time.Time) bool { return now.Sub(at) >= l.Window })
	at := l.earliest(next, now)
	if at.After(now) {
		return false, at.Sub(now), next
	}
	return true, 0, append(next, now)
}

// earliest is the first moment from now on that allows a try: enough of the older ones have left the window by
// then, and the delay that the remaining ones ask for is over.
func (l Limit) earliest(a Attempts, now time.Time) time.Time {
	var best time.Time
	for gone := max(0, len(a)-l.Max+1); gone <= len(a); gone++ {
		at := now
		if gone > 0 {
			at = a[gone-1].Add(l.Window)
		}
		if gone < len(a) {
			if delayed := a[len(a)-1].Add(l.delay(len(a) - gone)); delayed.After(at) {
				at = delayed
			}
		}
		if best.IsZero() || at.Before(best) {
			best = at
		}
	}
	return best
}

// delay is the pause after n tries: none up to Free, then 1, 2, 4, … seconds, at most the window.
func (l Limit) delay(n int) time.Duration {
	if n < l.Free {
		return 0
	}
	if n-l.Free >= 16 {
		return min(1<<16*time.Second, l.Window)
	}
	return min(1<<(n-l.Free)*time.Second, l.Window)
}

// MarshalText writes the tries as Unix milliseconds with commas between, for one column of a row.
func (a Attempts) MarshalText() ([]byte, error) {
	var b []byte
	for i, at := range a {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, at.UnixMilli(), 10)
	}
	return b, nil
}

// UnmarshalText reads what MarshalText wrote.
func (a *Attempts) UnmarshalText(text []byte) error {
	*a = nil
	if len(text) == 0 {
		return nil
	}
	for part := range strings.SplitSeq(string(text), ",") {
		ms, err := strconv.ParseInt(part, 10, 64)
		if err != nil {
			return fmt.Errorf("read counted tries: %w", err)
		}
		*a = append(*a, time.UnixMilli(ms))
	}
	return nil
}

// Bucket is one count of tries: a row's key and its limit.
type Bucket struct {
	Key   string
	Limit Limit
	// shared buckets count for many people: a success gives back its own try and leaves the others.
	shared bool
}

// ExpiresAt is when the bucket's row can be deleted.
func (b Bucket) ExpiresAt(a Attempts) time.Time {
	if len(a) == 0 {
		return time.Time{}
	}
	return a[len(a)-1].Add(b.Limit.Window)
}

// SignInBuckets are the counts of a sign-in: those of the typed e-mail and of the address's network, or for a
// device that signed in with this e-mail before only its own, so that nobody else's tries can keep a person out.
// The device is what VerifyDevice gave, "" for none. E-mails are hashed: a row tells nobody who tried.
func SignInBuckets(email string, addr netip.Addr, device string) []Bucket {
	if device != "" {
		return []Bucket{{Key: "device:" + device, Limit: perLogin}}
	}
	sum := sha256.Sum256([]byte(normalEmail(email)))
	return []Bucket{
		{Key: "login:" + hex.EncodeToString(sum[:16]), Limit: perLogin},
		{Key: "prefix:" + Prefix(addr).String(), Limit: perPrefix, shared: true},
	}
}

// MailBuckets are the counts of asking for a mailed link (reset, resent invitation).
func MailBuckets(email string, addr netip.Addr) []Bucket {
	b := SignInBuckets(email, addr, "")
	for i := range b {
		b[i].Key = "mail-" + b[i].Key
	}
	return b
}

// FactorBucket is the one count of second-factor tries of a login, whichever door they come through: codes of the
// authenticator, recovery codes, sign-in and step-up.
func FactorBucket(login id.Login) Bucket {
	return Bucket{Key: "factor:" + string(login), Limit: perFactor}
}

// StepUpBucket is the count of passwords asked again of somebody signed in.
func StepUpBucket(login id.Login) Bucket {
	return Bucket{Key: "step-up:" + string(login), Limit: perLogin}
}

// AttemptRows is where the store keeps buckets. Both methods run in one immediate transaction, or two tries could
// take one place.
type AttemptRows interface {
	// Attempts gives a bucket's tries, none for a bucket never seen.
	Attempts(key string) (Attempts, error)
	// SaveAttempts replaces them; no tries or a past expiry may delete the row.
	SaveAttempts(key string, a Attempts, expires time.Time) error
}

// Begin counts one try in every bucket, or in none when one of them refuses: then the error is TooMany with the
// seconds to wait. Call it in its own transaction, committed before the password or code is looked at.
func Begin(rows AttemptRows, now time.Time, buckets ...Bucket) error {
	var wait time.Duration
	next := make([]Attempts, len(buckets))
	for i, b := range buckets {
		a, err := rows.Attempts(b.Key)
		if err != nil {
			return fmt.Errorf("load the tries: %w", err)
		}
		_, w, n := b.Limit.Next(a, now)
		wait, next[i] = max(wait, w), n
	}
	if wait > 0 {
		seconds := int(math.Ceil(wait.Seconds()))
		e := errs.New(errs.TooMany, "error.too_many", "seconds", seconds)
		e.RetryAfter = seconds
		return e
	}
	for i, b := range buckets {
		if err := rows.SaveAttempts(b.Key, next[i], b.ExpiresAt(next[i])); err != nil {
			return fmt.Errorf("count the try: %w", err)
		}
	}
	return nil
}

// Succeed forgets the tries of a person's own buckets and gives back one of a shared one: many people behind one
// address who sign in rightly don't use up each other's tries, and an attacker's own login doesn't clear them.
func Succeed(rows AttemptRows, buckets ...Bucket) error {
	for _, b := range buckets {
		var left Attempts
		if b.shared {
			a, err := rows.Attempts(b.Key)
			if err != nil {
				return fmt.Errorf("load the tries: %w", err)
			}
			left = a[:max(0, len(a)-1)]
		}
		if err := rows.SaveAttempts(b.Key, left, b.ExpiresAt(left)); err != nil {
			return fmt.Errorf("forget the tries: %w", err)
		}
	}
	return nil
}

// Prefix is the network an address is counted by: /24 of IPv4, /48 of IPv6. The zero address has the zero prefix.
func Prefix(addr netip.Addr) netip.Prefix {
	addr = addr.Unmap().WithZone("")
	bits := 48
	if addr.Is4() {
		bits = 24
	}
	p, err := addr.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

// normalEmail is how an e-mail is counted and compared: without outer spaces, in lower case.
func normalEmail(email string) string { return strings.ToLower(strings.TrimSpace(email)) }
