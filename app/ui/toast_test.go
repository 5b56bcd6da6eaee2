package ui

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// clear makes the list as new, for the next test.
func (l *toastList) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.items) > 0 {
		l.drop(l.items[0])
	}
	l.held = false
}

func texts(l *toastList) []string {
	var t []string
	for _, item := range l.shown() {
		t = append(t, item.Text)
	}
	return t
}

func TestToast_goes_after_ten_seconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l toastList
		l.add(Toast{Text: "Saved"})
		l.add(Toast{Text: "Kept", Sticky: true})

		time.Sleep(toastLife - time.Millisecond)
		if got := texts(&l); len(got) != 2 {
			t.Errorf("just before the end: %q", got)
		}
		time.Sleep(2 * time.Millisecond)
		synctest.Wait()
		if got := texts(&l); len(got) != 1 || got[0] != "Kept" {
			t.Errorf("after the end: %q, want only the sticky one", got)
		}
	})
}

func TestToast_stays_while_hovered_or_focused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l toastList
		l.add(Toast{Text: "Undo me"})
		time.Sleep(toastLife - time.Second)
		l.hold()
		l.add(Toast{Text: "came meanwhile"})
		time.Sleep(time.Hour)
		if got := texts(&l); len(got) != 2 {
			t.Fatalf("while held: %q", got)
		}

		l.release()
		time.Sleep(toastLife - time.Millisecond)
		if got := texts(&l); len(got) != 2 {
			t.Errorf("after the release the time runs anew, got %q", got)
		}
		time.Sleep(2 * time.Millisecond)
		synctest.Wait()
		if got := texts(&l); len(got) != 0 {
			t.Errorf("at the end: %q", got)
		}
	})
}

func TestToast_holding_ends_with_the_last_one(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l toastList
		l.add(Toast{Text: "first"})
		l.hold()
		l.remove(l.shown()[0].id) // dismissed under the pointer: no leave event follows
		l.add(Toast{Text: "second"})
		time.Sleep(toastLife + time.Millisecond)
		synctest.Wait()
		if got := texts(&l); len(got) != 0 {
			t.Errorf("%q stays for ever", got)
		}
	})
}

func TestToast_the_rest_runs_on_when_one_is_dismissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l toastList
		l.add(Toast{Text: "first"})
		l.add(Toast{Text: "second"})
		l.hold()
		l.remove(l.shown()[0].id)
		time.Sleep(toastLife + time.Millisecond)
		synctest.Wait()
		if got := texts(&l); len(got) != 0 {
			t.Errorf("%q stays for ever", got)
		}
	})
}

func TestToast_only_the_last_three_are_shown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l toastList
		changes := 0
		l.observe(func() { changes++ })
		for _, text := range []string{"a", "b", "c", "d"} {
			l.add(Toast{Text: text})
		}
		if got := texts(&l); len(got) != toastMost || got[0] != "b" {
			t.Errorf("got %q", got)
		}
		if changes != 4 {
			t.Errorf("the host heard of %d changes, want 4", changes)
		}
		l.clear()
	})
}

func TestToast_one_that_stays_is_not_pushed_out(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l toastList
		l.add(Toast{Text: "stays", Sticky: true})
		for _, text := range []string{"a", "b", "c"} {
			l.add(Toast{Text: text})
		}
		if got := texts(&l); !slices.Equal(got, []string{"stays", "b", "c"}) {
			t.Errorf("shown are %q", got)
		}
		l.clear()
	})
}

// What could be taken back until its toast went is told to be final, however it went; not when it was taken back.
func TestToast_says_once_that_it_is_gone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l toastList
		gone := map[string]int{}
		add := func(name string) {
			l.add(Toast{Text: name, Action: "Undo", OnGone: func() { gone[name]++ }})
		}
		add("ran out")
		time.Sleep(toastLife + time.Millisecond)
		synctest.Wait()
		for _, name := range []string{"pushed out", "taken back", "closed", "newest"} {
			add(name)
		}
		synctest.Wait()
		shown := l.shown()
		shown[0].acted = true
		l.remove(shown[0].id)
		l.remove(shown[1].id)
		l.remove(shown[1].id)
		synctest.Wait()
		if gone["ran out"] != 1 || gone["pushed out"] != 1 || gone["closed"] != 1 || len(gone) != 3 {
			t.Errorf("gone: %v", gone)
		}
	})
}
