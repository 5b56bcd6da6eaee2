//go:build !failpoints

// Package failpoint names the moments at which a server may die. In a binary that is built with the tag "failpoints", a
// test kills it at one of them, as kill -9 and as a power cut do: without a word. In every other binary nothing of it is
// left.
package failpoint

// Hit is called where the server may die.
func Hit(string) {}
