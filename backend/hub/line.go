package hub

import "sync"

// line is where things wait for a worker. It needs no bound of its own: the owner of a thing puts it in only once at a
// time, so it is never longer than there are things.
type line[T any] struct {
	mu    sync.Mutex
	wake  *sync.Cond
	items []T
	ended bool
}

func newLine[T any]() *line[T] {
	l := &line[T]{}
	l.wake = sync.NewCond(&l.mu)
	return l
}

func (l *line[T]) put(v T) {
	l.mu.Lock()
	l.items = append(l.items, v)
	l.mu.Unlock()
	l.wake.Signal()
}

// next waits for the first in the line; false when the line has ended and is empty.
func (l *line[T]) next() (T, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var v T
	for len(l.items) == 0 {
		if l.ended {
			return v, false
		}
		l.wake.Wait()
	}
	var zero T
	v, l.items[0] = l.items[0], zero
	if l.items = l.items[1:]; len(l.items) == 0 {
		l.items = nil
	}
	return v, true
}

// all waits until someone stands in the line and takes everyone; spare is reused for those who come next.
func (l *line[T]) all(spare []T) ([]T, bool) {
	clear(spare)
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.items) == 0 {
		if l.ended {
			return nil, false
		}
		l.wake.Wait()
	}
	taken := l.items
	l.items = spare[:0]
	return taken, true
}

func (l *line[T]) end() {
	l.mu.Lock()
	l.ended = true
	l.mu.Unlock()
	l.wake.Broadcast()
}
