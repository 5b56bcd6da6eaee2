package client

import "sync"

// Socket is one open connection to the live endpoint, whoever holds it: the browser here, Go in the desktop window.
// Neither method waits.
type Socket interface {
	Send(text string)
	Close()
}

// Dial begins to open a socket and returns at once. What happens to it is told to the inbox: any number of messages,
// then one close, which is also how a failure to open is told.
type Dial func(path string, in *Inbox) (Socket, error)

// Inbox takes what a socket hears. Its methods never wait, because a browser calls them from its only thread.
type Inbox struct {
	mu     sync.Mutex
	events []heardEvent
	ring   chan struct{} // holds one ring while something is in it
}

type heardEvent struct {
	text   string
	closed bool
	code   int
	reason string
}

func newInbox() *Inbox { return &Inbox{ring: make(chan struct{}, 1)} }

// Message is a text message that came.
func (in *Inbox) Message(text string) { in.put(heardEvent{text: text}) }

// Closed ends the socket, with the code and reason of the close frame (1006 and "" without one).
func (in *Inbox) Closed(code int, reason string) {
	in.put(heardEvent{closed: true, code: code, reason: reason})
}

func (in *Inbox) put(e heardEvent) {
	in.mu.Lock()
	in.events = append(in.events, e)
	in.mu.Unlock()
	ring(in.ring)
}

func (in *Inbox) take() []heardEvent {
	in.mu.Lock()
	defer in.mu.Unlock()
	events := in.events
	in.events = nil
	return events
}

// ring wakes who waits for the channel, once, however often it is rung meanwhile.
func ring(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
