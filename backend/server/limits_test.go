package server

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"countersign/shared/api"
	"countersign/shared/errs"
)

func TestBuckets(t *testing.T) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	office, other := netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24")
	limits := Limits{Usual: Bucket{1, 3}, Costly: Bucket{0.1, 1}, Address: Bucket{10, 6}}
	fresh := func() *buckets { return newBuckets(limits.withDefaults(), func() time.Time { return now }) }
	take := func(t *testing.T, b *buckets, class api.Rate, who string, net netip.Prefix) (seconds int) {
		t.Helper()
		err := b.take(class, who, net)
		if err == nil {
			return 0
		}
		if !errs.Is(err, errs.TooMany) {
			t.Fatalf("got %v", err)
		}
		return err.(*errs.Error).RetryAfter
	}

	t.Run("one_caller_does_not_use_up_another's", func(t *testing.T) {
		b := fresh()
		for range 3 {
			if take(t, b, api.Usual, "marie", office) != 0 {
				t.Fatal("refused within the burst")
			}
		}
		if got := take(t, b, api.Usual, "marie", office); got != 1 {
			t.Errorf("retry after %d s, want 1", got)
		}
		if take(t, b, api.Usual, "jonas", office) != 0 {
			t.Error("a colleague in the same network was refused")
		}
	})

	t.Run("costly_calls_count_for_themselves", func(t *testing.T) {
		b := fresh()
		take(t, b, api.Costly, "marie", office)
		if got := take(t, b, api.Costly, "marie", office); got != 10 {
			t.Errorf("retry after %d s, want 10", got)
		}
		if take(t, b, api.Usual, "marie", office) != 0 {
			t.Error("an ordinary call was refused for a costly one")
		}
	})

	t.Run("a_device_has_few_calls_at_a_time_TH23", func(t *testing.T) {
		b := fresh()
		var leave []func()
		for range 6 {
			out, err := b.enter(api.Sync, "marie", office)
			if err != nil {
				t.Fatal(err)
			}
			leave = append(leave, out)
		}
		if _, err := b.enter(api.Sync, "marie", office); !errs.Is(err, errs.TooMany) {
			t.Errorf("the seventh at a time: %v", err)
		}
		if _, err := b.enter(api.Sync, "jonas", office); err != nil {
			t.Errorf("a colleague: %v", err)
		}
		if _, err := b.enter(api.Usual, "marie", office); err != nil {
			t.Errorf("another call: %v", err)
		}
		leave[0]()
		if _, err := b.enter(api.Sync, "marie", office); err != nil {
			t.Errorf("after one was answered: %v", err)
		}
		for _, out := range leave[1:] {
			out()
		}
		if len(b.open) != 2 {
			t.Errorf("%d callers are kept, want 2", len(b.open))
		}
	})

	t.Run("invented_names_do_not_help", func(t *testing.T) {
		b := fresh()
		refused := 0
		for i := range 20 {
			if take(t, b, api.Usual, fmt.Sprint("made up ", i), office) > 0 {
				refused++
			}
		}
		if refused != 14 {
			t.Errorf("%d of 20 refused, want 14", refused)
		}
		if take(t, b, api.Usual, "", other) != 0 {
			t.Error("another network was refused")
		}
	})

	t.Run("what_is_full_again_is_forgotten", func(t *testing.T) {
		b := fresh()
		start := now
		defer func() { now = start }()
		for i := range 100 {
			b.one(bucketKey{caller: fmt.Sprint(i)}, limits.Usual, now)
		}
		now = now.Add(2 * sweepEvery)
		b.one(bucketKey{caller: "new"}, limits.Usual, now)
		if len(b.kept) != 1 {
			t.Errorf("%d buckets kept, want 1", len(b.kept))
		}
	})

	t.Run("their_number_is_bounded", func(t *testing.T) {
		b := fresh()
		for i := range maxBuckets + 1000 {
			b.one(bucketKey{caller: fmt.Sprint(i)}, limits.Usual, now)
		}
		if len(b.kept) > maxBuckets {
			t.Errorf("%d buckets kept, want at most %d", len(b.kept), maxBuckets)
		}
	})
}
