// Command pack writes a WebAssembly that Go linked so that it compresses well. It does the same as before.
//
//	go run ./build/pack [-lines] [-by-number] LINKED.wasm PACKED.wasm
//
// What it changes, and what that saved of brotli:
//
//   - Go's linker skips every run of eight zeros in the memory's first content, which makes 100,000 pieces of it, each
//     with a length and an address that no compression shortens. In few pieces, zeros included, it weighs 0.11 MB less.
//
//   - all that stack traces show but the names of functions: line numbers, files, arguments, what was inlined, and type
//     arguments in names; 0.17 MB, unless -lines keeps it. A stack trace in the console still names the functions.
//
//   - how functions are written. Wherever Go says where something is by how far away it is, the same is said in other
//     words at each place, and that does not compress. See simplify.go, 0.14 MB. It is faster, too, if anything.
//
//   - with -by-number, for a runtime that is patched by build/slim: the table in which it searched for a function's number,
//     2.5 MB of memory and 0.015 MB of brotli; the order of what it knows of functions, which it restores when it starts, in
//     a few milliseconds, 0.08 MB; and what nobody asks of types: most hashes, methods that the linker dropped, variables
//     of function literals, 0.05 MB.
//
// Nothing of this is read by a browser in another way than what Go wrote: a function's blocks keep their numbers, by which
// a goroutine that was interrupted finds back, and its stack stays as the garbage collector's tables tell.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
)

func main() {
	lines := flag.Bool("lines", false, "keep the line numbers of stack traces")
	byNumber := flag.Bool("by-number", false, "for a runtime patched by build/slim: pack the table of functions")
	flag.Parse()
	if flag.NArg() != 2 {
		fmt.Fprintln(os.Stderr, "usage: pack [-lines] [-by-number] LINKED.wasm PACKED.wasm")
		os.Exit(2)
	}
	if err := run(flag.Arg(0), flag.Arg(1), *lines, *byNumber); err != nil {
		fmt.Fprintln(os.Stderr, "pack the WebAssembly:", err)
		os.Exit(1)
	}
}

func run(linked, packed string, lines, byNumber bool) error {
	file, err := os.ReadFile(linked)
	if err != nil {
		return err
	}
	if file, err = pack(file, lines, byNumber); err != nil {
		return fmt.Errorf("%s: %w", linked, err)
	}
	return os.WriteFile(packed, file, 0o755)
}

const (
	sectionCustom  = 0
	sectionImports = 2
	sectionCode    = 10
	sectionData    = 11
	sectionCount   = 12 // of data pieces; Go writes none
)

type section struct {
	kind byte
	body []byte
}

// pack leaves every section as it is but code and data.
func pack(file []byte, lines, byNumber bool) ([]byte, error) {
	sections, err := readSections(file)
	if err != nil {
		return nil, err
	}
	var code, data *section
	known, imports := false, 0
	for i := range sections {
		switch s := &sections[i]; s.kind {
		case sectionCustom:
			known = known || madeByKnownGo(s.body)
		case sectionImports:
			r := reader{rest: s.body}
			imports = r.unsigned()
		case sectionCode:
			code = s
		case sectionData:
			data = s
		case sectionCount:
			return nil, errors.New("has a data count, which Go 1.26 does not write")
		}
	}
	if code == nil || data == nil {
		return nil, errors.New("has no code or no data")
	}
	m, err := readData(data.body)
	if err != nil {
		return nil, err
	}
	m = m.join()

	if !known {
		return nil, errors.New("is not by Go 1.26, whose tables build/pack knows")
	}
	nilPanic := -1
	var functions *functions
	if !lines || byNumber {
		if functions, err = findFunctions(m); err != nil {
			return nil, err
		}
	}
	if !lines {
		if nilPanic, err = functions.find("runtime.sigpanic"); err != nil {
			return nil, err
		}
		nilPanic += imports
		if err := functions.dropTraces(); err != nil {
			return nil, err
		}
	}
	if byNumber {
		clear(functions.search)
	}
	if byNumber && !lines {
		if err := functions.arrange(); err != nil {
			return nil, err
		}
		if err := functions.packRecords(); err != nil {
			return nil, err
		}
	}
	constants := map[uint32]bool{}
	if code.body, err = simplifyCode(code.body, nilPanic, constants); err != nil {
		return nil, err
	}
	if byNumber {
		if err := m.packTypes(functions, constants); err != nil {
			return nil, err
		}
	}
	data.body = m.split().write()

	out := []byte(head)
	for _, s := range sections {
		out = append(out, s.kind)
		out = appendUnsigned(out, len(s.body))
		out = append(out, s.body...)
	}
	return out, nil
}

const head = "\x00asm\x01\x00\x00\x00"

func readSections(file []byte) ([]section, error) {
	if !bytes.HasPrefix(file, []byte(head)) {
		return nil, errors.New("is no WebAssembly")
	}
	var sections []section
	for r := (reader{rest: file[len(head):]}); len(r.rest) > 0; {
		s := section{kind: r.byte()}
		s.body = r.bytes(r.unsigned())
		if r.err != nil {
			return nil, r.err
		}
		sections = append(sections, s)
	}
	return sections, nil
}

// madeByKnownGo recognizes the section "producers" of Go 1.26.
func madeByKnownGo(custom []byte) bool {
	return bytes.HasPrefix(custom, []byte("\x09producers")) && bytes.Contains(custom, []byte("go1.26"))
}
