//go:build mutants

package simulate

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"countersign/shared/replica"
)

var (
	most   = flag.Uint64("most", 20_000, "how many worlds a mutant may survive")
	sample = flag.Uint64("sample", 1_000, "of how many worlds the failing ones are counted")
	only   = flag.String("only", "", "this mutant alone")
)

// safeguards are those that the engine and the core can be without, where the simulator must notice it.
var safeguards = []string{
	// of the engine
	"retention", "stale_pull", "overlay", "requeue", "receipt_sum", "guard", "renumber", "strict", "undo_was", "undo_shown", "was_epoch",
	"cursor_with_rows",
	// of the core
	"chain", "uid", "global_uid", "outcomes_beside_lmid", "compare_and_set", "rejection_advances", "rights_at_apply", "uniqueness",
	"gapless", "prune_floor", "page_images", "atomic_receipt", "push_cursor", "epoch_order",
	"faults_joined", "receipts_wait",
}

// redundant are those without which nothing goes wrong for good, and why they are there nevertheless.
var redundant = map[string]string{
	"push_epoch": "compare-and-set and the receipt sum of the next pull keep right what is stored; what is shown until then can be wrong",
}

// TestMutants takes one safeguard away at a time: every one of them must be missed.
func TestMutants(t *testing.T) {
	t.Logf("%-22s %10s %14s  %s", "without", "first seed", fmt.Sprintf("of %d fail", *sample), "what is violated")
	names := safeguards
	if *sample > 0 {
		names = append(slices.Clone(names), slices.Sorted(maps.Keys(redundant))...)
	}
	for _, name := range names {
		if *only != "" && *only != name {
			continue
		}
		replica.Removed = name
		first, bad, rules := caught(*most, *sample)
		replica.Removed = ""
		t.Logf("%-22s %10d %14d  %s", name, first, bad, rules)
		if first == 0 && redundant[name] == "" {
			t.Errorf("nobody misses %s", name)
		}
	}
}

// caught gives the first seed that fails, how many of the sample do, and which rules they violate. Without a sample it
// looks for the first alone.
func caught(most, sample uint64) (first uint64, bad int, rules string) {
	var mu sync.Mutex
	broken := map[string]int{}
	holds := func(seed uint64) bool {
		_, v := run(seed, nil)
		if v == nil {
			return true
		}
		mu.Lock()
		defer mu.Unlock()
		if first == 0 || seed < first {
			first = seed
		}
		broken[v.rule]++
		return false
	}
	bad = many(1, sample, math.MaxInt64, holds)
	if first == 0 && most > sample {
		many(sample+1, most-sample, 1, holds)
	}
	var names []string
	for _, r := range slices.SortedFunc(maps.Keys(broken), func(a, b string) int {
		return cmp.Or(broken[b]-broken[a], strings.Compare(a, b))
	}) {
		names = append(names, fmt.Sprintf("%s %d", r, broken[r]))
	}
	return first, bad, strings.Join(names, ", ")
}
