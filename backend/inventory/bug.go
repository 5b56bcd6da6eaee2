package inventory

import (
	"fmt"
	"runtime/debug"

	"countersign/shared/replica"
)

// panicked is a bug that came to light.
type panicked struct {
	what  any
	stack []byte
}

// guarded makes an error of a panic in fn, and tells of it in bug.
func guarded(bug **panicked, fn func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			*bug = &panicked{p, debug.Stack()}
			err = fmt.Errorf("a mutation panicked: %v", p)
		}
	}()
	return fn()
}

// maxBugs is how often a mutation may panic before it is given up.
const maxBugs = 3

// hopeless counts a mutation's panics in this process.
func (c *Core) hopeless(u replica.Uid) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bugs == nil {
		c.bugs = map[replica.Uid]int{}
	}
	c.bugs[u]++
	if c.bugs[u] < maxBugs {
		return false
	}
	delete(c.bugs, u)
	return true
}
