package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// mend makes go-app's frames come in a browser whatever other timers do.
//
// go-app draws on the ticks of one time.Ticker, whose Reset brings an hour down to 8 ms when there is something to
// draw. Go 1.26 in WebAssembly can sleep through that: when more than a quarter of all timers were stopped just then,
// runtime.timers.check answers with the time of the earliest timer as it was before the Reset, and the browser wakes Go
// only then, or at the next event of the page. The screen stands still meanwhile. A timer that is made anew is not
// affected.
func mend(target string) error {
	file := filepath.Join(target, "pkg", "app", "engine.go")
	code, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	for _, m := range []struct{ old, new string }{
		{"frames := time.NewTicker(currentFrameDuration)", "frames := time.NewTimer(currentFrameDuration)"},
		{"defer frames.Stop()", "defer func() { frames.Stop() }()"},
		{"frames.Reset(activeFrameDuration)", "frames.Stop()\n\t\t\t\tframes = time.NewTimer(activeFrameDuration)"},
		{"frames.Reset(iddleFrameDuration)", "frames = time.NewTimer(iddleFrameDuration)"},
	} {
		if n := bytes.Count(code, []byte(m.old)); n != 1 {
			return fmt.Errorf("%s has %q %d times, not once: go-app is not the version we know", file, m.old, n)
		}
		code = bytes.Replace(code, []byte(m.old), []byte(m.new), 1)
	}
	return os.WriteFile(file, code, 0o644)
}
