package portal

import (
	"math"
	"sync"
	"time"

	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/replica"

	"golang.org/x/time/rate"
)

// What a device pushes is kept whatever becomes of it: every edit has an outcome, and what was refused waits for its
// person. So that nobody fills the disk by that, each login has a budget of what it may have kept. It holds several full
// logs of a device; who has used it up goes on more slowly, and nothing is lost by waiting.
const (
	budgetBurst  = 4 * replica.MaxLogBytes
	budgetRefill = 64 << 10 // bytes a second

	lostBurst  = replica.MaxLogBytes // of somebody who lost access: what a device can have held
	lostRefill = 64

	lostPush = 16 << 10 // what each push of theirs counts for besides: it is recorded

	filesBurst  = 1 << 30 // of an organization's bulk jobs, whose rows are kept for weeks
	filesRefill = 64 << 10

	newDevice = 128 << 10 // what one counts for: it is never forgotten
)

// budgets are those that are not full. The zero value is ready.
type budgets struct {
	mu   sync.Mutex
	kept map[budgetKey]*rate.Limiter
}

type budgetKey struct {
	org   id.Organization
	login id.Login
	lost  bool
	files bool
}

const mostBudgets = 4096

// take counts n bytes, or tells how many seconds to wait.
func (b *budgets) take(k budgetKey, n int, now time.Time) (wait int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	l := b.kept[k]
	if l == nil {
		if len(b.kept) >= mostBudgets {
			for k, l := range b.kept {
				if l.TokensAt(now) >= float64(l.Burst()) {
					delete(b.kept, k)
				}
			}
		}
		if b.kept == nil {
			b.kept = map[budgetKey]*rate.Limiter{}
		}
		l = rate.NewLimiter(budgetRefill, budgetBurst)
		switch {
		case k.lost:
			l = rate.NewLimiter(lostRefill, lostBurst)
		case k.files:
			l = rate.NewLimiter(filesRefill, filesBurst)
		}
		b.kept[k] = l
	}
	n = min(n, l.Burst())
	if l.AllowN(now, n) {
		return 0
	}
	return int(math.Ceil((float64(n) - l.TokensAt(now)) / float64(l.Limit())))
}

const longestWait = 60 // seconds; a device that comes back earlier is told again

// afford counts what of the caller's edits will be kept, about n bytes, and refuses them while the budget is used up.
func (tx *Tx) afford(n int) error {
	return tx.affordFrom(budgetKey{org: tx.Org, login: tx.SignIn.Login}, n)
}

// affordFile counts a file that is announced against the budget of the organization.
func (tx *Tx) affordFile(bytes int64) error {
	return tx.affordFrom(budgetKey{org: tx.Org, files: true}, int(bytes))
}

func (tx *Tx) affordFrom(k budgetKey, n int) error {
	if wait := min(tx.svc.sync.budgets.take(k, n, tx.Now()), longestWait); wait > 0 {
		return &errs.Error{Code: errs.TooMany, Key: "error.too_many", Args: []any{"seconds", wait}, RetryAfter: wait}
	}
	return nil
}

func weightOf(p *replica.Push) (n int) {
	for i := range p.Mutations {
		n += p.Mutations[i].Weight()
	}
	return n
}
