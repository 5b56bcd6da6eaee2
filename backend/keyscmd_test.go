package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"countersign/backend/vault"
)

// The commands that replace the root key, from the first to the last, with everything that can be done in the wrong
// order.
func TestKeysAreReplaced(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	countersign := func(want int, args ...string) string {
		t.Helper()
		var out bytes.Buffer
		if got := run(append(args, "--data", data), &out, &out); got != want {
			t.Fatalf("countersign %s: status %d, want %d\n%s", strings.Join(args, " "), got, want, &out)
		}
		return out.String()
	}
	for _, c := range []string{"rotate", "status", "retire"} {
		if out := countersign(exitFault, "keys", c); !strings.Contains(out, "no database") {
			t.Errorf("keys %s without a database says %s", c, out)
		}
	}
	administrator := []string{"admin", "create-administrator", "--name", "Ada Stone", "--email", "ada@example.test"}
	countersign(exitDone, administrator...) // its mail waits with a sealed link
	file := data + ".key"
	old, err := vault.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	if out := countersign(exitFault, "keys", "retire"); !strings.Contains(out, "no root key is being replaced") {
		t.Errorf("retiring too early says %s", out)
	}
	line := func(key, state string, mails string) *regexp.Regexp {
		return regexp.MustCompile(`(?m)^` + key + ` +` + state + ` .* ` + mails + ` mails, 0 secrets of webhooks$`)
	}
	if out := countersign(exitDone, "keys", "status"); !line(old.ID(), "in use", "1").MatchString(out) {
		t.Errorf("the status before: %s", out)
	}

	// Interrupted right after the new file was made.
	next, err := vault.CreateNext(file+".next", old)
	if err != nil {
		t.Fatal(err)
	}
	if out := countersign(exitDone, "keys", "status"); !line(old.ID(), "being replaced", "1").MatchString(out) || !line(next.ID(), "in use", "0").MatchString(out) {
		t.Errorf("the status between: %s", out)
	}
	if out := countersign(exitFault, "keys", "retire"); !strings.Contains(out, "still needed for 1 rows") {
		t.Errorf("retiring a key in use says %s", out)
	}
	if out := countersign(exitDone, "keys", "rotate"); !strings.Contains(out, "1 rows were sealed with the key "+next.ID()) {
		t.Errorf("rotating says %s", out)
	}
	if out := countersign(exitDone, "keys", "rotate"); !strings.Contains(out, "0 rows were sealed") {
		t.Errorf("rotating again says %s", out)
	}
	if out := countersign(exitDone, "keys", "retire"); !strings.Contains(out, file+".retired-"+old.ID()) {
		t.Errorf("retiring says %s", out)
	}
	now, err := vault.Open(file)
	if err != nil || now.ID() != next.ID() {
		t.Fatalf("the key file holds %v, want the new key", err)
	}
	if kept, err := vault.Open(file + ".retired-" + old.ID()); err != nil || kept.ID() != old.ID() {
		t.Errorf("the old key is not kept: %v", err)
	}
	if _, err := os.Stat(file + ".next"); err == nil {
		t.Error("the next file is still there")
	}
	if out := countersign(exitDone, "keys", "status"); !line(next.ID(), "in use", "1").MatchString(out) || strings.Contains(out, old.ID()) {
		t.Errorf("the status after: %s", out)
	}
	// The record was chained before, and is chained on.
	administrator[3], administrator[5] = "Bob Hill", "bob@example.test"
	countersign(exitDone, administrator...)
	if out := countersign(exitDone, "audit", "verify"); !strings.Contains(out, "intact") {
		t.Errorf("the record: %s", out)
	}
}
