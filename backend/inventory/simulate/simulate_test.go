package simulate

import (
	"flag"
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var (
	seeds    = flag.Uint64("seeds", 20_000, "how many worlds TestSimulator lives through")
	from     = flag.Uint64("from", 1, "the first of them")
	one      = flag.Uint64("seed", 0, "live through this one alone and print all that happens")
	long     = flag.Int64("long", 1, "how many times longer than usual much happens in a world")
	last     = flag.Int("last", 30, "how many lines of what led to a failure are shown")
	progress = flag.Bool("progress", false, "tell how far TestSimulator is")
)

// run lives through one world. It tells what did not hold, nil when everything did.
func run(seed uint64, set func(*world)) (w *world, v *violation) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case violation:
			v = &p
		default:
			v = &violation{"panic", fmt.Sprintf("%v\n%s", p, debug.Stack())}
		}
	}()
	w = &world{}
	if set != nil {
		set(w)
	}
	w.prepare(seed)
	w.live()
	return w, nil
}

func deep(w *world) { w.deep = true }

// shown is a violation with the end of what led to it.
func (v *violation) shown(seed uint64, last int) string {
	w, again := run(seed, deep)
	if again == nil {
		return fmt.Sprintf("seed %d: %v\n(and not when it was run again: it is not deterministic)", seed, v)
	}
	return fmt.Sprintf("seed %d: %v\n%s", seed, v, w.trace(last))
}

// TestSimulator lives through many worlds (I1–I19, I21, I22 of the protocol).
func TestSimulator(t *testing.T) {
	if *one != 0 {
		w, v := run(*one, deep)
		fmt.Println(w.trace(math.MaxInt))
		if v != nil {
			t.Fatal(v)
		}
		return
	}
	debug.SetGCPercent(400) // worlds are small and short
	n := *seeds
	if testing.Short() {
		n = min(n, 1_000)
	}
	var mu sync.Mutex
	var total counts
	began := time.Now()
	failed := many(*from, n, 10, func(seed uint64) bool {
		w, v := run(seed, nil)
		if v == nil && seed%100 == 0 {
			v = twice(seed)
		}
		mu.Lock()
		defer mu.Unlock()
		total.add(&w.count)
		if v != nil {
			t.Error(v.shown(seed, *last))
		}
		if *progress && seed%50_000 == 0 {
			fmt.Printf("%d worlds, %.0f a second\n", seed-*from, float64(seed-*from)/time.Since(began).Seconds())
		}
		return v == nil
	})
	t.Logf("%d worlds, %.0f a second, %d failed\n%s", n, float64(n)/time.Since(began).Seconds(), failed, &total)
	if never := total.missing(); len(never) > 0 && n >= 20_000 {
		t.Errorf("never happened: %v", never)
	}
}

// twice runs a world again and again with clocks that are right: the same happens, and I19: the outcomes are the same
// whatever the clocks of the devices say.
func twice(seed uint64) *violation {
	a, v := run(seed, deep)
	if v != nil {
		return v
	}
	b, v := run(seed, deep)
	if v != nil {
		return v
	}
	for i := range max(len(a.lines), len(b.lines)) {
		if i >= len(a.lines) || i >= len(b.lines) || a.lines[i] != b.lines[i] {
			return &violation{"determinism", fmt.Sprintf("line %d differs:\n%s\n%s", i, a.lines[min(i, len(a.lines)-1)], b.lines[min(i, len(b.lines)-1)])}
		}
	}
	c, v := run(seed, func(w *world) { w.calmAt = true })
	if v != nil {
		return v
	}
	if c.ended != a.ended {
		return &violation{"I19", "the outcomes depend on the clocks of the devices"}
	}
	return nil
}

// many calls do with n numbers on all cores, and counts how often it said no. When that is often enough it gives up.
func many(first, n uint64, enough int64, do func(uint64) bool) int {
	var next atomic.Uint64
	var bad atomic.Int64
	var wg sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wg.Go(func() {
			for bad.Load() < enough {
				i := next.Add(1) - 1
				if i >= n {
					return
				}
				if !do(first + i) {
					bad.Add(1)
				}
			}
		})
	}
	wg.Wait()
	return int(bad.Load())
}
