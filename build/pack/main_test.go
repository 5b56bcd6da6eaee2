package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
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
	if !strings.Contains(want, "deep 20000\n") || !strings.Contains(want, "nil 2 true [kept 2] 1\n") || !strings.Contains(want, recovered) || !strings.Contains(want, "main.go 35 true\n") {
		t.Fatalf("linked, it prints\n%s", want)
	}
	before, at, _ := strings.Cut(want, "called from ")

	for _, c := range []struct {
		name  string
		lines bool
		at    string
	}{{"with line numbers", true, at}, {"without", false, "? 0 true\n"}} {
		packed := filepath.Join(t.TempDir(), "packed.wasm")
		if err := run(linked, packed, c.lines, false); err != nil {
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
			section = appendUnsigned(append(section, opEnd), len(p.content))
			section = append(section, p.content...)
		}
		read, err := readData(section)
		if err != nil {
			t.Fatal(err)
		}
		written, err := readData(read.join().split().write())
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
		if _, err := pack(bytes.Clone(file[:n]), false, false); err == nil {
			t.Errorf("the first %d bytes: no error", n)
		}
	}
	const noCode, noData = "\x0a\x01\x00", "\x0b\x01\x00"
	const head = head + "\x00\x10\x09producersgo1.26"
	if _, err := pack([]byte(head+noCode+noData), true, false); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{
		"an unknown instruction": head + "\x0a\x06\x01\x04\x00\xfd\x00\x0b" + noData,
		"a block of a type":      head + "\x0a\x07\x01\x05\x00\x02\x00\x0b\x0b" + noData,
		"no code":                head + noData,
		"a data count":           head + noCode + "\x0c\x01\x00\x0b\x01\x00",
		"a passive piece":        head + noCode + "\x0b\x04\x01\x01\x01x",
		"pieces that overlap":    head + noCode + "\x0b\x0d\x02\x00\x41\x10\x0b\x02ab\x00\x41\x11\x0b\x01c",
		"bytes after the end":    head + noCode + "\x0b\x02\x00\x00",
	} {
		if _, err := pack([]byte(file), true, false); err == nil {
			t.Errorf("%s: no error", name)
		}
	}

	header := bytes.Index(file, magic) // the linker writes the table's header and the module's beginning in one piece each
	if header < 0 || bytes.Count(file, magic) != 1 {
		t.Fatal("the program has no one table of functions")
	}
	for name, at := range map[string]int{"no table of functions": 0, "names that begin elsewhere": 4 * 8, "tables outside": 7*8 + 2} {
		spoiled := bytes.Clone(file)
		spoiled[header+at] ^= 0x55
		if _, err := pack(spoiled, false, false); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Each rewriting as Go's code needs it, and left alone what only resembles it.
func TestSimplifyRewritesWhatItKnows(t *testing.T) {
	get, tee, set := op(localGet, 2), op(localTee, 2), op(localSet, 2)
	sp := op(localGet, stackPointer)
	load, store := func(at int) instruction { return instruction{op: 0x29, a: 3, b: at} }, func(at int) instruction { return instruction{op: 0x37, a: 3, b: at} }
	plain := func(ops ...byte) (list []instruction) {
		for _, o := range ops {
			list = append(list, instruction{op: o})
		}
		return list
	}
	address := func(n int) []instruction {
		return join(sp, plain(i64ExtendU), op(i64Const, n), plain(i64Add, i32Wrap))
	}
	leave := join(op(opIf, noResult), op(i32Const, 1), plain(opReturn, opEnd))
	// as Go frames a function: blocks that end where one can go on, around them the loop, around it the way out
	function := func(table string, blocks int, rest ...any) []instruction {
		begin := join(op(opBlock, noResult), op(opLoop, noResult))
		for range blocks {
			begin = append(begin, instruction{op: opBlock, a: noResult})
		}
		return join(begin, op(localGet, nextBlock), []instruction{{op: opBrTable, rest: []byte(table)}}, join(rest...),
			plain(opEnd, opUnreachable, opEnd), op(i32Const, 1), plain(opEnd))
	}
	jump := func(block, depth int) []instruction {
		return join(op(i32Const, block), op(localSet, nextBlock), op(opBr, depth))
	}

	for name, c := range map[string]struct{ before, after []instruction }{
		"a constant address":              {join(op(i64Const, 5<<32+7), plain(i32Wrap)), op(i32Const, 7)},
		"a negative constant":             {join(op(i64Const, 0xffff_fff0), plain(i32Wrap)), op(i32Const, -16)},
		"there and back":                  {join(get, plain(i64ExtendU, i32Wrap)), get},
		"a condition":                     {join(get, plain(i64Eqz, i64ExtendU, i64Eqz, i32Eqz), op(opIf, noResult), plain(opEnd)), join(get, plain(i64Eqz), op(opIf, noResult), plain(opEnd))},
		"set and got":                     {join(get, set, get), join(get, tee)},
		"set and another got":             {join(get, set, sp), join(get, set, sp)},
		"read from the stack":             {join(address(8), load(0)), join(sp, load(8))},
		"written to the stack":            {join(address(8), get, store(16)), join(sp, get, store(24))},
		"written from there to there":     {join(address(8), address(24), load(0), store(0)), join(sp, sp, load(24), store(8))},
		"below the stack":                 {join(address(-8), load(0)), join(sp, op(i32Const, -8), plain(i32Add), load(0))},
		"an address that control parts":   {join(address(8), get, op(opCall, 3), store(0)), join(sp, op(i32Const, 8), plain(i32Add), get, op(opCall, 3), store(0))},
		"an address of something else":    {join(op(localGet, 3), op(i32Const, 8), plain(i32Add), load(0)), join(op(localGet, 3), op(i32Const, 8), plain(i32Add), load(0))},
		"a way out":                       {function("\x00\x00", 1, op(opBrIf, 2), plain(opEnd)), function("\x00\x00", 1, leave, plain(opEnd))},
		"a branch that is no way out":     {function("\x00\x00", 1, op(opBrIf, 1), plain(opEnd)), function("\x00\x00", 1, op(opBrIf, 1), plain(opEnd))},
		"a jump forward":                  {function("\x01\x00\x01", 2, plain(opEnd), jump(1, 1), plain(opEnd)), function("\x01\x00\x01", 2, plain(opEnd), op(opBr, 0), plain(opEnd))},
		"a jump backward":                 {function("\x01\x00\x01", 2, plain(opEnd), jump(0, 1), plain(opEnd)), function("\x01\x00\x01", 2, plain(opEnd), jump(0, 1), plain(opEnd))},
		"a jump beyond the table's end":   {function("\x01\x00\x01", 2, plain(opEnd), jump(9, 1), plain(opEnd)), function("\x01\x00\x01", 2, plain(opEnd), op(opBr, 0), plain(opEnd))},
		"a jump on a condition":           {function("\x01\x00\x01", 2, plain(opEnd), op(opIf, noResult), jump(1, 2), plain(opEnd, opEnd)), function("\x01\x00\x01", 2, plain(opEnd), op(opBrIf, 0), plain(opEnd))},
		"a jump that knows not where":     {function("\x01\x00\x01", 2, plain(opEnd), op(opBr, 1), plain(opEnd)), function("\x01\x00\x01", 2, plain(opEnd), op(opBr, 1), plain(opEnd))},
		"two calls for nil pointers":      {join(nilPanic(5), nilPanic(9)), join(nilPanic(5), nilPanic(5))},
		"a call of something else for it": {join(nilPanic(5), op(i64Const, 9), store(0), op(i32Const, 0), op(opCall, 78)), join(nilPanic(5), op(i64Const, 9), store(0), op(i32Const, 0), op(opCall, 78))},
	} {
		f := body{code: c.before}
		f.simplify(77)
		if got, want := (body{code: f.code}).write(), (body{code: c.after}).write(); !bytes.Equal(got, want) {
			t.Errorf("%s:\ngot  %v\nwant %v", name, f.code, c.after)
		}
	}
}

func nilPanic(place int) []instruction {
	return join(op(i64Const, place), []instruction{{op: 0x37, a: 3}}, op(i32Const, 0), op(opCall, 77))
}

func op(op byte, a int) []instruction { return []instruction{{op: op, a: a}} }

// join puts instructions and lists of them in one list.
func join(parts ...any) (list []instruction) {
	for _, p := range parts {
		switch p := p.(type) {
		case instruction:
			list = append(list, p)
		case []instruction:
			list = append(list, p...)
		case []any:
			list = append(list, join(p...)...)
		}
	}
	return list
}

// What is read is written as it was.
func TestInstructionsAreWrittenAsRead(t *testing.T) {
	file, err := os.ReadFile(link(t))
	if err != nil {
		t.Fatal(err)
	}
	sections, err := readSections(file)
	if err != nil {
		t.Fatal(err)
	}
	functions := 0
	for _, s := range sections {
		if s.kind != sectionCode {
			continue
		}
		r := reader{rest: s.body}
		for range r.unsigned() {
			b := r.bytes(r.unsigned())
			f, err := readBody(b)
			if err != nil {
				t.Fatal(err)
			}
			again, err := readBody(f.write())
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(f.code, again.code) || len(f.write()) > len(b) {
				t.Fatalf("function %d is written differently", functions)
			}
			functions++
		}
	}
	if functions < 1000 {
		t.Errorf("%d functions were read", functions)
	}
}
