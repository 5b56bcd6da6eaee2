package clock

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// hand is a wall clock that a test sets.
type hand struct{ at time.Time }

func (h *hand) now() time.Time { return h.at }

func TestNow(t *testing.T) {
	t.Run("never_gives_a_time_twice", func(t *testing.T) {
		c := On((&hand{noon}).now, time.Time{})
		a, b := c.Now(), c.Now()
		if !a.Equal(noon) || !b.Equal(noon.Add(1)) {
			t.Errorf("got %v then %v, want noon and a nanosecond more", a, b)
		}
	})

	t.Run("starts_no_lower_than_a_second_below_the_mark", func(t *testing.T) {
		c := On((&hand{noon.Add(-time.Hour)}).now, noon)
		if got, want := c.Now(), noon.Add(-time.Second); !got.Equal(want) {
			t.Errorf("got %v, want %v", got, want)
		}
	})

	for _, step := range []time.Duration{time.Second, time.Minute, 2 * time.Hour, 24 * time.Hour, 10 * 365 * 24 * time.Hour} {
		t.Run("set_back_by_"+step.String()+"_stands_still", func(t *testing.T) {
			h := &hand{noon}
			c := On(h.now, time.Time{})
			before := c.Now()

			h.at = noon.Add(-step)
			after := c.Now()
			if !after.After(before) || after.Sub(before) > time.Microsecond {
				t.Errorf("got %v after %v, want a time just above it", after, before)
			}

			h.at = noon.Add(time.Second)
			if got := c.Now(); !got.Equal(h.at) {
				t.Errorf("got %v, want the wall clock again: %v", got, h.at)
			}
		})
	}

	t.Run("rises_for_all_goroutines", func(t *testing.T) {
		c := On((&hand{noon}).now, time.Time{})
		var mu sync.Mutex
		seen := map[time.Time]bool{}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				last := time.Time{}
				for range 200 {
					now := c.Now()
					if !now.After(last) {
						t.Errorf("got %v after %v", now, last)
					}
					last = now
					mu.Lock()
					if seen[now] {
						t.Errorf("%v was given out twice", now)
					}
					seen[now] = true
					mu.Unlock()
				}
			})
		}
		wg.Wait()
	})
}

func TestMark(t *testing.T) {
	c := On((&hand{noon}).now, time.Time{})
	if !c.Mark().IsZero() {
		t.Errorf("got mark %v of a clock that gave out nothing", c.Mark())
	}

	now := c.Now()
	if got := c.Mark(); !got.Equal(now) {
		t.Errorf("got mark %v, want the time given out %v", got, now)
	}

	c.Raise(noon.Add(-time.Hour))
	if got := c.Mark(); !got.Equal(now) {
		t.Errorf("a lower mark moved it to %v", got)
	}

	c.Raise(noon.Add(time.Hour))
	if got, want := c.Now(), noon.Add(time.Hour-time.Second); !got.Equal(want) {
		t.Errorf("got %v after raising the mark, want %v", got, want)
	}
}

func TestBehind(t *testing.T) {
	h := &hand{noon}
	c := On(h.now, noon)
	for _, tc := range []struct {
		wall time.Time
		want bool
	}{
		{noon, false},
		{noon.Add(time.Hour), false},
		{noon.Add(-5 * time.Minute), false},
		{noon.Add(-5*time.Minute - 1), true},
		{noon.Add(-24 * time.Hour), true},
	} {
		h.at = tc.wall
		if got := c.Behind(); got != tc.want {
			t.Errorf("wall %v: got behind %v, want %v", tc.wall, got, tc.want)
		}
	}

	h.at = noon.Add(time.Hour)
	c.Now()
	h.at = noon
	if !c.Behind() {
		t.Error("a clock set back by an hour while running is believed")
	}
}

func TestNowFollowsTheBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(time.Time{})
		a := c.Now()
		time.Sleep(time.Hour)
		if got := c.Now().Sub(a); got != time.Hour {
			t.Errorf("got %v passed, want an hour", got)
		}
	})
}

func BenchmarkNow(b *testing.B) {
	c := New(time.Time{})
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			c.Now()
		}
	})
}
