package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"countersign/backend/portal"
	"countersign/shared/api"
)

// importer is an installation with one organization, and a command to import for it.
func importer(t *testing.T) *numbersImportCmd {
	t.Helper()
	c := &numbersImportCmd{Organization: "20418", CallPurpose: "survey"}
	c.Data = filepath.Join(t.TempDir(), "data")
	var out bytes.Buffer
	if status := run([]string{"admin", "create-organization", "--data", c.Data, "--name", "Acme Telecom", "--reference", "20418", "--owner-name", "Marie Dubois",
		"--owner-email", "marie@example.test", "--region", "FR"}, &out, &out); status != exitDone {
		t.Fatal(out.String())
	}
	return c
}

// imports runs the command on what r gives, n bytes.
func (c *numbersImportCmd) imports(t *testing.T, ctx context.Context, r io.Reader, n int, rejected *rejectedFile) (said string, err error) {
	t.Helper()
	keys, err := c.standing()
	if err != nil {
		t.Fatal(err)
	}
	s, err := openService(t.Context(), &c.place, keys, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.DB.Close(); err != nil {
			t.Error(err)
		}
	}()
	var out bytes.Buffer
	in := portal.Import{Organization: c.Organization, Kind: api.JobAdd, File: "numbers.csv", Bytes: int64(n), CallPurpose: c.CallPurpose}
	err = c.work(ctx, &output{&out, io.Discard}, s, in, r, rejected)
	return out.String(), err
}

// stopping is interrupted when it is read.
type stopping struct {
	io.Reader
	stop context.CancelFunc
}

func (s *stopping) Read(p []byte) (int, error) {
	s.stop()
	return s.Reader.Read(p)
}

const twoNumbers = "01 84 88 20 10\n01 84 88 20 11\n"

// N10: who stops the command before the file is taken in is told that nothing was changed, as often as they like: nothing
// is left that stands in the way of the next import.
func TestImportStoppedBeforeTheFileIsTakenIn(t *testing.T) {
	c := importer(t)
	for range 6 {
		ctx, stop := context.WithCancel(t.Context())
		said, err := c.imports(t, ctx, &stopping{strings.NewReader(twoNumbers), stop}, len(twoNumbers), nil)
		if err == nil || said != "" || err.Error() != "stopped before the file was taken in; nothing was changed" {
			t.Fatalf("%q, %v", said, err)
		}
	}
	if said, err := c.imports(t, t.Context(), strings.NewReader(twoNumbers), len(twoNumbers), nil); err != nil || said != "Numbers added to Acme Telecom: 2\n" {
		t.Errorf("%q, %v", said, err)
	}
}

// full is a file on a full disk.
func full(t *testing.T, c *numbersImportCmd) *rejectedFile {
	t.Helper()
	c.Rejected = filepath.Join(t.TempDir(), "rejected.csv")
	r, err := c.rejectedFile()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.drop(); err != nil {
			t.Error(err)
		}
	})
	if err := r.f.Close(); err != nil { // from now on nothing can be written to it
		t.Fatal(err)
	}
	return r
}

// N08, N10: when the rejected rows can't be written in the end, what became of the rows is told all the same.
func TestImportWhoseRejectedRowsAreNotWritten(t *testing.T) {
	c := importer(t)
	list := twoNumbers + "12\n"
	for _, c.DryRun = range []bool{true, false} {
		said, err := c.imports(t, t.Context(), strings.NewReader(list), len(list), full(t, c))
		if !strings.Contains(said, "added to Acme Telecom: 2\n       1  too_short: ") {
			t.Errorf("dry run %t: %q", c.DryRun, said)
		}
		if err == nil || !strings.Contains(err.Error(), "rejected: 1 of 3\n") || !strings.Contains(err.Error(), "were not written to "+c.Rejected) {
			t.Errorf("dry run %t: %v", c.DryRun, err)
		}
	}
}
