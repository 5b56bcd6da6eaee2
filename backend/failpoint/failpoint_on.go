//go:build failpoints

// Package failpoint names the moments at which a server may die.
package failpoint

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
)

var name, count, _ = strings.Cut(os.Getenv("COUNTERSIGN_FAILPOINT"), ":")

var left = func() *atomic.Int64 {
	n, _ := strconv.ParseInt(count, 10, 64)
	v := new(atomic.Int64)
	v.Store(n)
	return v
}()

// Hit kills the process when it is called for the n-th time with the name that COUNTERSIGN_FAILPOINT=name:n gives.
func Hit(at string) {
	if at == name && left.Add(-1) == 0 {
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {} // until it is done
	}
}
