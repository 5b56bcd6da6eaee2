package powercut

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

type kind int

const (
	opWrite kind = iota
	opTruncate
	opCreate
	opRename
	opRemove
	opSync // of a file or a directory: done, and covers what was begun before from
	opAck
)

// op is one thing the child did, in the order of the log.
type op struct {
	kind kind
	path string
	to   string // rename: new path; ack: the row's id
	off  int64  // write; truncate: the size
	data []byte
	from int // sync: index of the first op that it does not cover
}

// record runs a child under strace and returns what it did to the files in dir.
func record(t *testing.T, dir, mode string) []op {
	t.Helper()
	log := filepath.Join(t.TempDir(), "log")
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatalf("these tests need strace (apt-get install strace): %v", err)
	}
	cmd := exec.CommandContext(t.Context(), strace, "-f", "--seccomp-bpf", "-qq", "-y", "-xx", "-s", "1000000", "-o", log,
		"-e", "trace=openat,write,pwrite64,ftruncate,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat",
		"-e", "signal=none", os.Args[0])
	cmd.Env = append(os.Environ(), orderDir+"="+dir, orderMode+"="+mode)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("the child: %v\n%s", err, out)
	}
	ops, err := parse(log, dir)
	if err != nil {
		t.Fatal(err)
	}
	return ops
}

// parser turns strace's lines into ops. A call that another thread interrupted stands on two lines: what it writes
// counts from the first, what it promises only from the second.
type parser struct {
	dir     string
	ops     []op
	exists  map[string]bool
	cursor  map[string]int64  // where write(2) goes on
	pending map[string]string // thread → text of its unfinished call
	begun   map[string]int    // thread → ops at that time
}

func parse(log, dir string) ([]op, error) {
	f, err := os.Open(log)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p := &parser{dir: dir, exists: map[string]bool{}, cursor: map[string]int64{}, pending: map[string]string{}, begun: map[string]int{}}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		if err := p.line(lines.Text()); err != nil {
			return nil, fmt.Errorf("%w in %.200s", err, lines.Text())
		}
	}
	return p.ops, lines.Err()
}

func (p *parser) line(line string) error {
	thread, call, _ := strings.Cut(line, " ")
	call = strings.TrimSpace(call)
	if strings.HasPrefix(call, "<... ") {
		whole := p.pending[thread]
		delete(p.pending, thread)
		return p.done(whole, p.begun[thread])
	}
	if text, ok := strings.CutSuffix(call, " <unfinished ...>"); ok {
		p.pending[thread], p.begun[thread] = text, len(p.ops)
		return p.start(text)
	}
	begun := len(p.ops)
	if err := p.start(call); err != nil {
		return err
	}
	return p.done(call, begun)
}

// start takes in the effect of a call, which may reach the disk from now on.
func (p *parser) start(call string) error {
	name, rest, ok := strings.Cut(call, "(")
	if !ok || strings.HasPrefix(call, "+++") {
		return nil
	}
	args := strings.Split(rest, ", ")
	switch name {
	case "openat":
		path, err := text(args[1])
		if err != nil || !p.ours(path) {
			return err
		}
		p.cursor[path] = 0
		if strings.Contains(args[2], "O_CREAT") && !p.exists[path] {
			p.exists[path] = true
			p.ops = append(p.ops, op{kind: opCreate, path: path})
		} else if strings.Contains(args[2], "O_TRUNC") {
			p.ops = append(p.ops, op{kind: opTruncate, path: path})
		}
	case "write", "pwrite64":
		return p.write(name, args)
	case "ftruncate":
		path, err := fdPath(args[0])
		if err != nil || !p.ours(path) {
			return err
		}
		size, err := number(args[1])
		p.ops = append(p.ops, op{kind: opTruncate, path: path, off: size})
		return err
	case "rename", "renameat", "renameat2":
		at := map[string][2]int{"rename": {0, 1}, "renameat": {1, 3}, "renameat2": {1, 3}}[name]
		from, err := text(args[at[0]])
		if err != nil || !p.ours(from) {
			return err
		}
		to, err := text(args[at[1]])
		p.exists[from], p.exists[to] = false, true
		p.ops = append(p.ops, op{kind: opRename, path: from, to: to})
		return err
	case "unlink", "unlinkat":
		at := map[string]int{"unlink": 0, "unlinkat": 1}[name]
		path, err := text(args[at])
		if err != nil || !p.ours(path) || !p.exists[path] {
			return err
		}
		p.exists[path] = false
		p.ops = append(p.ops, op{kind: opRemove, path: path})
	}
	return nil
}

func (p *parser) write(name string, args []string) error {
	path, err := fdPath(args[0])
	if err != nil {
		return err
	}
	data, err := text(args[1])
	if err != nil {
		return err
	}
	if path == ackPath(p.dir) {
		p.ops = append(p.ops, op{kind: opAck, to: strings.TrimSpace(data)})
		return nil
	}
	if !p.ours(path) {
		return nil
	}
	off := p.cursor[path]
	if name == "pwrite64" {
		if off, err = number(args[3]); err != nil {
			return err
		}
	} else {
		p.cursor[path] += int64(len(data))
	}
	p.ops = append(p.ops, op{kind: opWrite, path: path, off: off, data: []byte(data)})
	return nil
}

// done takes in what a finished call promises.
func (p *parser) done(call string, begun int) error {
	name, rest, _ := strings.Cut(call, "(")
	if name != "fsync" && name != "fdatasync" {
		return nil
	}
	path, err := fdPath(rest)
	if err != nil || (path != p.dir && !p.ours(path)) {
		return err
	}
	p.ops = append(p.ops, op{kind: opSync, path: path, from: begun})
	return nil
}

// ours are the files in the data directory; the shared memory does not outlive a power cut.
func (p *parser) ours(path string) bool {
	return filepath.Dir(path) == p.dir && !strings.HasSuffix(path, "-shm")
}

// fdPath is the path in 7</a/b>, which strace writes in hex.
func fdPath(arg string) (string, error) {
	_, rest, ok := strings.Cut(arg, "<")
	path, _, end := strings.Cut(rest, ">")
	if !ok || !end {
		return "", nil // a descriptor without a path
	}
	return unhex(path)
}

func text(arg string) (string, error) {
	arg, ok := strings.CutPrefix(arg, `"`)
	inner, _, end := strings.Cut(arg, `"`)
	if !ok || !end {
		return "", fmt.Errorf("no text: %.40s", arg)
	}
	return unhex(inner)
}

func unhex(s string) (string, error) {
	if !strings.HasPrefix(s, `\x`) {
		return s, nil
	}
	b, err := hex.DecodeString(strings.ReplaceAll(s, `\x`, ""))
	return string(b), err
}

func number(arg string) (int64, error) {
	digits, _, _ := strings.Cut(arg, ")")
	return strconv.ParseInt(digits, 10, 64)
}
