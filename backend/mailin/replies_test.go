package mailin_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"countersign/backend/mailin"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

// noon is after all dates of the corpus.
var noon = time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)

// replies are the mails of the corpus by name, as mail programs write them.
func replies(t testing.TB) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob("testdata/replies/*.eml")
	if err != nil || len(paths) < 40 {
		t.Fatalf("%d mails, %v", len(paths), err)
	}
	mails := map[string][]byte{}
	for _, p := range paths {
		raw, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		mails[strings.TrimSuffix(filepath.Base(p), ".eml")] = raw
	}
	return mails
}

// wire is a message with the line ends that it has on the wire.
func wire(raw []byte) []byte {
	raw = bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
	return bytes.ReplaceAll(raw, []byte("\n"), []byte("\r\n"))
}

// show writes a message for people to review.
func show(m *mailin.Message) string {
	var b strings.Builder
	fmt.Fprintf(&b, "From: %s\nSubject: %s\n", m.From.String(), m.Subject)
	if m.Auto != mailin.Person {
		fmt.Fprintf(&b, "Auto: %s\n", m.Auto)
	}
	for _, a := range m.Attachments {
		fmt.Fprintf(&b, "Attachment: %s, %s, %d bytes\n", a.Name, a.Type, len(a.Data))
	}
	for _, name := range m.Dropped {
		fmt.Fprintf(&b, "Dropped: %s\n", name)
	}
	if m.Trimmed {
		fmt.Fprintln(&b, "Trimmed")
	}
	fmt.Fprintf(&b, "\n%s\n", m.Text)
	return b.String()
}

// What people wrote is found in the mails of all usual programs, whatever they put around it.
func TestReplies(t *testing.T) {
	t.Parallel()
	for name, raw := range replies(t) {
		t.Run(name, func(t *testing.T) {
			m, err := mailin.Parse(raw, "marie@acme.example", noon)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join("testdata/replies", name+".golden")
			got := show(m)
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(got, string(want)); diff != "" {
				t.Errorf("read the difference, then run with -update:\n%s", diff)
			}

			onWire, err := mailin.Parse(wire(raw), "marie@acme.example", noon)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(show(onWire), got); diff != "" {
				t.Errorf("with the line ends of the wire:\n%s", diff)
			}
			if m.Trimmed && len(m.Text) >= len(m.Whole) {
				t.Errorf("nothing was cut off %q", m.Whole)
			}
		})
	}
}
