package offlinetest

import "slices"

// line is a tab's end of a channel, with its claim on the lock of the same name.
type line struct {
	b      *Browser
	tab    *Tab
	name   string
	heard  func([]byte)
	want   *want
	closed bool
}

// want is a request for a lock.
type want struct {
	l          *line
	held, lost func()
	granted    bool
}

// Hold implements offline.Line.
func (l *line) Hold(steal bool, held, lost func()) bool {
	b := l.b
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.NoLocks {
		return false
	}
	b.letGo(l)
	w := &want{l: l, held: held, lost: lost}
	l.want = w
	if steal {
		if q := b.locks[l.name]; len(q) > 0 && q[0].granted {
			q[0].l.tab.threads.post(q[0].lost)
			q[0].l.want = nil
			b.locks[l.name] = q[1:]
		}
		b.locks[l.name] = append([]*want{w}, b.locks[l.name]...)
	} else {
		b.locks[l.name] = append(b.locks[l.name], w)
	}
	b.grant(l.name)
	return true
}

// grant gives the lock to who waits longest.
func (b *Browser) grant(name string) {
	if q := b.locks[name]; len(q) > 0 && !q[0].granted {
		q[0].granted = true
		q[0].l.tab.threads.post(q[0].held)
	}
}

// letGo gives a line's lock back, or takes its request away.
func (b *Browser) letGo(l *line) {
	if l.want == nil {
		return
	}
	b.locks[l.name] = slices.DeleteFunc(b.locks[l.name], func(w *want) bool { return w == l.want })
	l.want = nil
	b.grant(l.name)
}

// LetGo implements offline.Line.
func (l *line) LetGo() {
	l.b.mu.Lock()
	defer l.b.mu.Unlock()
	l.b.letGo(l)
}

// Send implements offline.Line.
func (l *line) Send(message []byte) {
	b := l.b
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, o := range b.lines {
		if o != l && o.name == l.name && !o.closed {
			o.tab.threads.post(func() { o.hear(message) })
		}
	}
}

func (l *line) hear(message []byte) {
	l.b.mu.Lock()
	closed := l.closed
	l.b.mu.Unlock()
	if !closed {
		l.heard(message)
	}
}

// Close implements offline.Line.
func (l *line) Close() {
	b := l.b
	b.mu.Lock()
	defer b.mu.Unlock()
	l.closed = true
	b.letGo(l)
	b.lines = slices.DeleteFunc(b.lines, func(o *line) bool { return o == l })
}

// leave gives back what a dead tab had.
func (b *Browser) leave(t *Tab) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, l := range slices.Clone(b.lines) {
		if l.tab == t {
			l.closed = true
			b.letGo(l)
		}
	}
	b.lines = slices.DeleteFunc(b.lines, func(l *line) bool { return l.tab == t })
	b.drop(nil)
}
