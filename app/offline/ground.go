package offline

import "time"

// Ground is what copies stand on: the browser, or what a test has in its place. What it calls back comes later, never from
// within the call.
type Ground struct {
	// Store opens a database, and makes it when there is none.
	Store func(name string) Store
	// Databases tells the names of all copies in this browser.
	Databases func(told func(names []string))
	// Line joins the tabs that have a database open; heard is called with what other tabs send.
	Line func(name string, heard func(message []byte)) Line
	// Queued tells how many edits in a database have no outcome yet. It makes none: of one that is not there it tells 0.
	Queued func(name string, told func(int, error))

	Visible    func() bool                                   // whether the person sees this tab
	OnVisible  func(f func()) func()                         // calls f whenever that changes, until it is stopped
	OnFreeze   func(f func(frozen bool)) func()              // calls f just before the browser stops this tab, and when it goes on
	OnNetwork  func(f func()) func()                         // calls f when the network may be back
	OnReturn   func(f func()) func()                         // calls f when the person comes back to this tab
	Soon       func(f func())                                // calls f once the screen could be drawn
	After      func(d time.Duration, f func()) (stop func()) // calls f when that time has passed
	Protected  func(told func(bool))                         // whether the browser promises not to clear the storage
	Protect    func(told func(bool))                         // asks for that promise
	Note       func(name string) string
	SetNote    func(name, text string) // keeps a line beside a database; "" takes it away
	RandomBits func(b []byte)
}

// after is Ground.After in a browser.
func after(d time.Duration, f func()) (stop func()) {
	t := time.AfterFunc(d, f)
	return func() { t.Stop() }
}

// Line joins the tabs of one browser.
type Line interface {
	// Hold asks for the lock that one of the tabs has: held is called once it is this one's, lost when another tab took it
	// away. With steal it is taken from whoever has it. False: this browser has no locks.
	Hold(steal bool, held, lost func()) bool
	LetGo()              // gives the lock back, or ends the wait for it, until the next Hold
	Send(message []byte) // to all other tabs
	Close()              // lets go, and hears no more
}

var ground = browserGround()

// Use puts copies that are opened from now on upon another ground, for tests, until the function that it gives is called.
func Use(g *Ground) (undo func()) {
	before := ground
	ground = g
	return func() { ground = before }
}
