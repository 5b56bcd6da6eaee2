package client

import "time"

// Link is the connection to the server as far as it is known.
type Link string

// The links. LinkLive answers and tells what changes; LinkSilent answers, but the live connection is being made again;
// LinkDown does not answer.
const (
	LinkSilent Link = ""
	LinkLive   Link = "live"
	LinkDown   Link = "down"
)

// Link is the state of the connection, for the pill.
func (s *Session) Link() Link {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.link
}

// Heard is when the server answered last, by this computer's clock; zero before the first answer.
func (s *Session) Heard() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.heardAt
}

func (s *Session) setLink(l Link) {
	s.mu.Lock()
	changed := s.link != l
	s.link = l
	s.mu.Unlock()
	if changed {
		s.notify()
	}
}

// answered notes that the server answers. After a time without answers the pages load again what they could not.
func (s *Session) answered() {
	s.mu.Lock()
	s.heardAt = time.Now()
	back := s.link == LinkDown
	if back {
		s.link = LinkSilent
	}
	s.mu.Unlock()
	if back {
		s.notify()
		s.pokeAll()
	}
}

// moved notes that the person did something that the server will hear of.
func (s *Session) moved() {
	s.mu.Lock()
	s.lastMove = time.Now()
	s.mu.Unlock()
}
