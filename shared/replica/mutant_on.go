//go:build mutants

package replica

// Removed is the safeguard that is taken away, "" for none.
var Removed string

// Without reports whether the named safeguard of the protocol is taken away.
func Without(safeguard string) bool { return Removed == safeguard }
