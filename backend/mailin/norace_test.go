//go:build !race

package mailin_test

const underRace = false
