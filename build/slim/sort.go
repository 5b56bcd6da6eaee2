package main

import "strings"

// sortTemplate is a merge sort in place of all sorts of package slices. It is stable, needs n/2 elements of room, never
// compares more often than the one it replaces for data in any order, and weighs a tenth.
const sortTemplate = `package slices

PACKAGES

func pdqsortNAME[E TYPE](data []E, a, b, _ intPARAM) {
	stableNAME(data[a:b], b-aARG)
}

func stableNAME[E TYPE](data []E, n intPARAM) {
	mergeSortNAME(data[:n], make([]E, n/2)ARG)
}

// mergeSortNAME has room for half of the data in spare.
func mergeSortNAME[E TYPE](data, spare []EPARAM) {
	n := len(data)
	if n < 12 {
		insertionSortNAME(data, 0, nARG)
		return
	}
	m := n / 2
	mergeSortNAME(data[:m], spareARG)
	mergeSortNAME(data[m:], spareARG)
	if !(LESS(data[m], data[m-1])) {
		return
	}
	left := spare[:copy(spare, data[:m])]
	to, i, j := 0, 0, m
	for i < len(left) && j < n {
		if LESS(data[j], left[i]) {
			data[to] = data[j]
			j++
		} else {
			data[to] = left[i]
			i++
		}
		to++
	}
	copy(data[to:], left[i:])
}

func insertionSortNAME[E TYPE](data []E, a, b intPARAM) {
	for i := a + 1; i < b; i++ {
		v, j := data[i], i
		for ; j > a && (LESS(v, data[j-1])); j-- {
			data[j] = data[j-1]
		}
		data[j] = v
	}
}
`

var (
	sortAny = strings.NewReplacer("NAME", "CmpFunc", "TYPE", "any", "PARAM", ", cmp func(a, b E) int", "ARG", ", cmp", "PACKAGES\n\n", "",
		"LESS(data[m], data[m-1])", "cmp(data[m], data[m-1]) < 0", "LESS(data[j], left[i])", "cmp(data[j], left[i]) < 0",
		"LESS(v, data[j-1])", "cmp(v, data[j-1]) < 0").Replace(sortTemplate)
	sortOrdered = strings.NewReplacer("NAME", "Ordered", "TYPE", "cmp.Ordered", "PARAM", "", "ARG", "", "PACKAGES", `import "cmp"`,
		"LESS(", "cmp.Less(").Replace(sortTemplate)
)
