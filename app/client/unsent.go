package client

import (
	"slices"
	"strings"
)

// Unsent is text that somebody typed and that has not been sent.
type Unsent struct {
	Label string
	Text  string
}

// Keep asks typed for what a page holds whenever something would throw it away: leaving the page, signing out, the end
// of the sign-in. Call drop in OnDismount.
func (s *Session) Keep(name string, typed func() []Unsent) (drop func()) {
	s.mu.Lock()
	s.keepers[name] = typed
	s.mu.Unlock()
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.keepers, name)
	}
}

// Unsent is all typed text of the open page, without the empty.
func (s *Session) Unsent() []Unsent {
	s.mu.Lock()
	names := make([]string, 0, len(s.keepers))
	for name := range s.keepers {
		names = append(names, name)
	}
	slices.Sort(names)
	typed := make([]func() []Unsent, 0, len(names))
	for _, name := range names {
		typed = append(typed, s.keepers[name])
	}
	s.mu.Unlock()

	var all []Unsent
	for _, f := range typed {
		for _, u := range f() {
			if strings.TrimSpace(u.Text) != "" {
				all = append(all, u)
			}
		}
	}
	return all
}
