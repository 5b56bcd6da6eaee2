//go:build !js

package pages

// nfkc leaves the text as it is: outside a browser nobody types, and the server checks by its own tables.
func nfkc(s string) string { return s }
