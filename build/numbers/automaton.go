package main

import (
	"fmt"
	"strings"
)

// maxNational is the library's limit of a national number. E.164 says 15 with the calling code; six countries give out
// longer ones, such as toll-free numbers of Japan.
const maxNational = 17

// node is a state: where each digit leads, and what a text that ends here is. The zero node is where nothing matches.
type node struct {
	next  [10]int
	label uint16
}

// automaton holds every state once, whichever patterns it belongs to. A state comes after those that it leads to.
type automaton struct {
	nodes []node
	at    map[node]int
}

func newAutomaton() *automaton {
	return &automaton{nodes: []node{{}}, at: map[node]int{{}: 0}}
}

func (a *automaton) add(n node) int {
	if at, ok := a.at[n]; ok {
		return at
	}
	a.nodes = append(a.nodes, n)
	a.at[n] = len(a.nodes) - 1
	return len(a.nodes) - 1
}

// determine builds the states of several patterns that run side by side over at most depth digits and returns the first.
// label names a text of n digits that left the patterns at these threads.
func (a *automaton) determine(ps []*pattern, depth int, label func(ts []threads, n int) uint16) int {
	begin := make([]threads, len(ps))
	for i, p := range ps {
		begin[i] = p.start()
	}
	built := map[string]int{}
	var build func(ts []threads, n int) int
	build = func(ts []threads, n int) int {
		key := new(strings.Builder)
		fmt.Fprintf(key, "%d:", n)
		alive := false
		for _, t := range ts {
			t.key(key)
			alive = alive || len(t) > 0
		}
		if !alive {
			return 0
		}
		if at, ok := built[key.String()]; ok {
			return at
		}
		state := node{label: label(ts, n)}
		for d := byte('0'); d <= '9' && n < depth; d++ {
			next := make([]threads, len(ts))
			for i, t := range ts {
				if len(t) > 0 {
					next[i] = ps[i].step(t, d, n+1)
				}
			}
			state.next[d-'0'] = build(next, n+1)
		}
		at := a.add(state)
		built[key.String()] = at
		return at
	}
	return build(begin, 0)
}
