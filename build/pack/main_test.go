package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// link builds testdata/trace as the portal is built.
func link(t *testing.T) string {
	t.Helper()
	linked := filepath.Join(t.TempDir(), "linked.wasm")
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w", "-o", linked, "./testdata/trace")
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return linked
}

// play runs a program and returns what it prints.
func play(t *testing.T, program string) string {
	t.Helper()
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", filepath.Join(strings.TrimSpace(string(root)), "lib", "wasm", "wasm_exec_node.js"), program)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH")} // wasm_exec has little room for an environment
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// A packed program does what the linked one did, stacks, garbage collection, reflection and panics included. Only line
// numbers are gone, and not even they with -lines.
func TestPackedProgramRunsAsLinked(t *testing.T) {
	linked := link(t)
	want := play(t, linked)
	const recovered = "runtime error: invalid memory address or nil pointer dereference in explode: true\n"
	if !strings.Contains(want, "deep 20000\n") || !strings.Contains(want, recovered) || !strings.Contains(want, "main.go 24 true\n") {
		t.Fatalf("linked, it prints\n%s", want)
	}
	before, at, _ := strings.Cut(want, "called from ")

	for _, c := range []struct {
		name  string
		lines bool
		at    string
	}{{"with line numbers", true, at}, {"without", false, "? 0 true\n"}} {
		packed := filepath.Join(t.TempDir(), "packed.wasm")
		if err := run(linked, packed, c.lines); err != nil {
			t.Fatal(err)
		}
		if got, want := play(t, packed), before+"called from "+c.at; got != want {
			t.Errorf("%s it prints\n%swant\n%s", c.name, got, want)
		}
	}
}

// The memory begins with the same bytes, however the linker cut it.
func TestDataKeepsEveryByteInItsPlace(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var m memory
		at := 0
		for range rapid.IntRange(0, 20).Draw(t, "pieces") {
			at += rapid.OneOf(rapid.IntRange(0, 100), rapid.IntRange(farApart-2, farApart+2)).Draw(t, "gap")
			content := rapid.SliceOfN(rapid.Byte(), 1, 200).Draw(t, "content")
			m = append(m, piece{at, content})
			at += len(content)
		}
		image := func(m memory) []byte {
			image := make([]byte, at)
			for _, p := range m {
				copy(image[p.at:], p.content)
			}
			return image
		}
		order := rapid.Permutation(m).Draw(t, "order")

		section := appendUnsigned(nil, len(order))
		for _, p := range order {
			section = appendSigned(append(section, 0, i32Const), p.at)
			section = appendUnsigned(append(section, end), len(p.content))
			section = append(section, p.content...)
		}
		read, err := readData(section)
		if err != nil {
			t.Fatal(err)
		}
		written, err := readData(read.write())
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(image(written), image(m)) {
			t.Error("the memory changed")
		}
		for i := 1; i < len(written); i++ {
			if gap := written[i].at - written[i-1].at - len(written[i-1].content); gap < farApart {
				t.Errorf("two pieces with %d bytes between them", gap)
			}
		}
	})
}

func TestNumbersAreReadAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.OneOf(rapid.IntRange(-1<<31, 1<<31-1), rapid.IntRange(-130, 130)).Draw(t, "n")
		r := reader{rest: appendSigned(nil, n)}
		if got := r.signed(); got != n || r.err != nil || len(r.rest) > 0 {
			t.Errorf("signed %d is read as %d (%v)", n, got, r.err)
		}
		n = max(n, -n)
		r = reader{rest: appendUnsigned(nil, n)}
		if got := r.unsigned(); got != n || r.err != nil || len(r.rest) > 0 {
			t.Errorf("unsigned %d is read as %d (%v)", n, got, r.err)
		}
	})
}

// What is cut off or not as Go 1.26 writes it is refused, never packed into something else.
func TestPackRefusesWhatItDoesNotKnow(t *testing.T) {
	file, err := os.ReadFile(link(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 7, 9, len(file) / 2, len(file) - 1} {
		if _, err := pack(bytes.Clone(file[:n]), false); err == nil {
			t.Errorf("the first %d bytes: no error", n)
		}
	}
	const head = "\x00asm\x01\x00\x00\x00"
	for name, file := range map[string]string{
		"a data count":        head + "\x0c\x01\x00",
		"a passive piece":     head + "\x0b\x04\x01\x01\x01x",
		"pieces that overlap": head + "\x0b\x0d\x02\x00\x41\x10\x0b\x02ab\x00\x41\x11\x0b\x01c",
		"bytes after the end": head + "\x0b\x02\x00\x00",
	} {
		if _, err := pack([]byte(file), true); err == nil {
			t.Errorf("%s: no error", name)
		}
	}

	packed, err := pack(bytes.Clone(file), true)
	if err != nil {
		t.Fatal(err)
	}
	header := bytes.Index(packed, magic)
	for name, at := range map[string]int{"no table of functions": 0, "names that begin elsewhere": 4 * 8, "too many functions": 1*8 + 6, "tables outside": 7*8 + 6} {
		spoiled := bytes.Clone(packed)
		spoiled[header+at] ^= 0x55
		if err := dropLines(spoiled); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := dropLines(append(bytes.Clone(packed), packed[header:]...)); err == nil {
		t.Error("two tables of functions: no error")
	}
}
