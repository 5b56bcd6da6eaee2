package spoken

import (
	"sync"

	"github.com/trustelem/zxcvbn/frequency"
)

var leaked = sync.OnceValue(func() map[string]bool {
	all := frequency.FrequencyLists["passwords"]
	m := make(map[string]bool, len(all))
	for _, p := range all {
		m[p] = true
	}
	return m
})

// Common reports whether a value, in lower case, is one of the 30,000 passwords that leaked most often. It is the
// server's part of the rules, for code.Options: too long for the browser.
func Common(value string) bool { return leaked()[value] }
