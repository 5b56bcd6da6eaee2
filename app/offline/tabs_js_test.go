package offline

import (
	"slices"
	"testing"
	"time"
)

// waitFor gives what comes on a channel, and fails when nothing does.
func waitFor[T any](t *testing.T, what string, c chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(10 * time.Second):
		t.Fatalf("%s: nothing came", what)
	}
	return v
}

// N13: of all lines of a name one has the lock. It passes on when it is given back; taken by force, the holder hears of it.
// What one sends the others hear.
func TestLine(t *testing.T) {
	const name = "sync:line:test"
	heard := make(chan string, 8)
	hear := func(who string) func([]byte) { return func(b []byte) { heard <- who + string(b) } }
	a, b := newBrowserLine(name, hear("a")), newBrowserLine(name, hear("b"))
	defer a.Close()
	defer b.Close()

	told := make(chan string, 8)
	say := func(what string) func() { return func() { told <- what } }
	hold := func(l Line, who string, steal bool) {
		t.Helper()
		if !l.Hold(steal, say(who+" has it"), say(who+" lost it")) {
			t.Fatal("this browser has no locks")
		}
	}
	expect := func(want ...string) {
		t.Helper()
		var got []string
		for range want {
			got = append(got, waitFor(t, want[0], told))
		}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("told %v, want %v", got, want)
		}
	}
	hold(a, "a", false)
	expect("a has it")
	hold(b, "b", false) // waits
	hold(b, "b", true)
	expect("a lost it", "b has it")
	hold(a, "a", false) // waits
	b.LetGo()
	expect("a has it")
	hold(b, "b", false) // waits
	b.LetGo()           // no more
	a.LetGo()
	hold(a, "a", false)
	expect("a has it")
	hold(b, "b", false) // waits
	b.Close()

	a.Send([]byte("nobody is there"))
	c := newBrowserLine(name, hear("c"))
	defer c.Close()
	a.Send([]byte{0, 255})
	c.Send([]byte("x"))
	got := []string{waitFor(t, "a message", heard), waitFor(t, "a message", heard)}
	slices.Sort(got)
	if want := []string{"ax", "c\x00\xff"}; !slices.Equal(got, want) {
		t.Errorf("heard %q, want %q", got, want)
	}
	select {
	case what := <-told:
		t.Errorf("told %q", what)
	default:
	}
}

// What is put off comes in its order, and lets the browser do other things in between.
func TestSoon(t *testing.T) {
	order := make(chan int, 3)
	soon(func() {
		order <- 1
		soon(func() { order <- 3 })
	})
	soon(func() { order <- 2 })
	for want := 1; want <= 3; want++ {
		if got := waitFor(t, "a turn", order); got != want {
			t.Errorf("turn %d came when it was time for %d", got, want)
		}
	}
}

// The browser says what it promises about its storage, in one way or the other.
func TestStoragePromise(t *testing.T) {
	told := make(chan bool, 1)
	browserGround().Protected(func(stays bool) { told <- stays })
	waitFor(t, "the promise", told)
}
