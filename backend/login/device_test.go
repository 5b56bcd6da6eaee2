package login_test

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"countersign/backend/login"
	"countersign/shared/id"
)

func TestDevice(t *testing.T) {
	t.Parallel()
	key := []byte("a device key of thirty-two bytes")
	const ana, ben = id.Login("0198c0de-0000-7000-8000-00000000000a"), id.Login("0198c0de-0000-7000-8000-00000000000b")
	cookie := login.NewDevice(key, ana, "", start, rand.Reader)

	device, ok := login.VerifyDevice(key, ana, cookie, start)
	if !ok || len(device) != 24 {
		t.Fatalf("got device %q, %v", device, ok)
	}
	if _, ok := login.VerifyDevice(key, ben, cookie, start); ok {
		t.Error("the cookie works for another login")
	}
	if _, ok := login.VerifyDevice([]byte("another key"), ana, cookie, start); ok {
		t.Error("the cookie works with another key")
	}
	if _, ok := login.VerifyDevice(key, ana, cookie, start.Add(179*24*time.Hour)); !ok {
		t.Error("forgotten before its time")
	}
	if _, ok := login.VerifyDevice(key, ana, cookie, start.Add(181*24*time.Hour)); ok {
		t.Error("remembered for ever")
	}
	for i := range cookie {
		b := []byte(cookie)
		b[i] ^= 1
		if _, ok := login.VerifyDevice(key, ana, string(b), start); ok {
			t.Errorf("changed at %d it still works", i)
		}
	}
	for _, c := range []string{"", ".", "v1", cookie[:20], cookie + "x", strings.Repeat(cookie, 50)} {
		if _, ok := login.VerifyDevice(key, ana, c, start); ok {
			t.Errorf("%.30q works", c)
		}
	}

	later := start.Add(100 * 24 * time.Hour)
	renewed := login.NewDevice(key, ana, device, later, rand.Reader)
	if got, ok := login.VerifyDevice(key, ana, renewed, later.Add(179*24*time.Hour)); !ok || got != device {
		t.Errorf("renewed: got %q, %v, want the same device", got, ok)
	}
	if strings.ContainsAny(cookie, " ;,\"\\") {
		t.Errorf("not a cookie value: %s", cookie)
	}
}
