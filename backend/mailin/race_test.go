//go:build race

package mailin_test

// underRace tells that the race detector runs, under which memory and time mean nothing.
const underRace = true
