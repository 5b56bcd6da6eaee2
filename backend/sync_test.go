package main_test

import (
	"fmt"
	"slices"
	"syscall"
	"testing"

	"countersign/backend/backendtest/device"
	"countersign/shared/api"
)

// I15, I21: a device works through the real program over HTTP: it is told what a backup holds, even though another process
// took it, and after the restore command it brings back what the backup did not have.
func TestDeviceThroughBackupAndRestore(t *testing.T) {
	h := newHome(t)
	p := h.serve("--demo")
	acme := p.signIn(api.AsStaff, "sofia@demo.example").organization("20418")
	marie := p.signIn(api.AsCustomer, "marie@demo.example")
	client := func(who *person) *api.Client { return &api.Client{Transport: who, As: api.AsCustomer, Locale: "en"} }
	d := device.New(client(marie), acme, 1)
	sync := func() {
		t.Helper()
		if d.Sync(t.Context()); len(d.Refused) > 0 {
			t.Fatalf("refused: %q", d.Refused)
		}
	}
	sync()
	before := len(d.Numbers())
	n := d.Create("+33184880777", "survey")
	sync()
	d.Rename(n, "In the backup")
	sync()

	h.must("backup", "kept.db")
	d.Rename(n, "After the backup")
	sync()
	p.end(syscall.SIGTERM)
	p = h.serve("--demo") // which looks at what the command left when it starts, and now and then
	d.Client = client(marie.at(p))
	d.Rename(n, "After the start")
	sync()
	sync()
	got, ok := d.Number(n)
	if !ok || got.DisplayName != "After the start" || len(d.Numbers()) != before+1 {
		t.Fatalf("%d numbers, this one %+v", len(d.Numbers()), got)
	}
	if safe := d.Meta().DurableSeq; safe <= 0 || safe >= got.Ver {
		t.Errorf("the backup is told to hold the history up to %d of %d", safe, got.Ver)
	}
	p.end(syscall.SIGKILL)

	h.must("restore", "kept.db")
	p = h.serve("--demo")
	d.Client = client(marie.at(p))
	d.Sync(t.Context())
	if !slices.Contains(d.Refused, "unauthenticated") || !d.Holds() {
		t.Fatalf("after the restore: refused %q, holds a copy %v", d.Refused, d.Holds())
	}
	marie = p.signIn(api.AsCustomer, "marie@demo.example")
	d.SignedIn(client(marie))
	sync()
	sync()
	other := device.New(client(marie), acme, 2)
	other.Sync(t.Context())
	for name, x := range map[string]*device.Device{"the device": d, "another one": other} {
		if got, _ := x.Number(n); got.DisplayName != "After the start" {
			t.Errorf("%s shows %+v", name, got)
		}
	}
	if a, b := fmt.Sprint(d.Numbers()), fmt.Sprint(other.Numbers()); a != b {
		t.Errorf("the two differ:\n%s\n%s", a, b)
	}
	p.end(syscall.SIGTERM)
	h.must("audit", "verify")
}
