//go:build !mutants

package replica

// Without reports whether the named safeguard of the protocol is taken away. Only the build tag "mutants" can do that: the
// simulator proves with it that it notices when one is missing.
func Without(string) bool { return false }
