//go:build !js

package uitest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"countersign/app/uitest"
)

func TestWire(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "here") }))
	t.Cleanup(s.Close)
	w := uitest.NewWire(t, strings.TrimPrefix(s.URL, "http://"))
	get := func() (string, error) {
		r, err := http.Get("http://" + w.Addr)
		if err != nil {
			return "", err
		}
		defer r.Body.Close()
		b, err := io.ReadAll(r.Body)
		return string(b), err
	}
	if got, err := get(); got != "here" {
		t.Fatalf("whole: %q, %v", got, err)
	}
	w.Cut()
	if got, err := get(); err == nil {
		t.Errorf("cut: %q", got)
	}
	w.Mend()
	if got, err := get(); got != "here" {
		t.Errorf("mended: %q, %v", got, err)
	}
	w.Deaden()
	late := make(chan string, 1)
	go func() {
		got, _ := get()
		late <- got
	}()
	select {
	case got := <-late:
		t.Errorf("dead: %q", got)
	case <-time.After(50 * time.Millisecond): // long for an answer from this machine
	}
	w.Mend()
	if got := <-late; got != "here" {
		t.Errorf("what waited: %q", got)
	}
}
