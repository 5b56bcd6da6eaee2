// Package anchor keeps the heads of the audit chains in a file outside the database, append-only, so that somebody who
// can write the database but not this file can neither shorten a chain nor write it anew. What was appended since the
// last anchor is protected by the chain's key alone.
package anchor

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"countersign/shared/audit"
	"countersign/shared/live"
)

// Line is one line of the file: a head at a time. Restored marks the heads of a database that a backup was put in
// place of: older lines may tell of entries that are gone with what was replaced.
type Line struct {
	At time.Time `json:"at"`
	audit.Head
	Restored bool `json:"restored,omitempty"`
}

// File is an anchor file.
type File struct {
	path string
	last map[live.Stream]audit.Head
}

// Anchors are what the file holds against the database of today.
type Anchors map[live.Stream][]Line

// Open reads the file; one that is not there yet is empty. A line cut short by a crash, the last, is dropped.
func Open(path string) (*File, Anchors, error) {
	f := &File{path: path, last: map[live.Stream]audit.Head{}}
	all := Anchors{}
	lines, err := read(path)
	if err != nil {
		return nil, nil, fmt.Errorf("read the audit anchors: %w", err)
	}
	before := false // the last line was not of a restore
	for _, l := range lines {
		if l.Restored && before {
			clear(all)
			clear(f.last)
		}
		before = !l.Restored
		if l.Stream == "" { // a restored database without any entry
			continue
		}
		all[l.Stream] = append(all[l.Stream], l)
		f.last[l.Stream] = l.Head
	}
	return f, all, nil
}

func read(path string) ([]Line, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()

	var lines []Line
	r := bufio.NewReader(f)
	for n := 1; ; n++ {
		text, err := r.ReadBytes('\n')
		if err == io.EOF {
			return lines, nil
		}
		if err != nil {
			return nil, err
		}
		var l Line
		if err := json.Unmarshal(text, &l); err != nil {
			return nil, fmt.Errorf("line %d of %s is damaged: %w", n, path, err)
		}
		lines = append(lines, l)
	}
}

// Add appends the heads that moved since the last time and flushes them to the disk.
func (f *File) Add(heads []audit.Head, now time.Time) error {
	var lines []Line
	for _, h := range heads {
		if f.last[h.Stream] != h {
			lines = append(lines, Line{At: now, Head: h})
		}
	}
	return f.append(lines)
}

// Restored appends the heads of a database that was just restored; from here on only they count.
func (f *File) Restored(heads []audit.Head, now time.Time) error {
	clear(f.last)
	lines := []Line{{At: now, Restored: true}}
	for _, h := range heads {
		lines = append(lines, Line{At: now, Head: h, Restored: true})
	}
	return f.append(lines)
}

func (f *File) append(lines []Line) error {
	if len(lines) == 0 {
		return nil
	}
	var text []byte
	for _, l := range lines {
		b, err := json.Marshal(l)
		if err != nil {
			return err
		}
		text = append(append(text, b...), '\n')
	}
	if err := write(f.path, text); err != nil {
		return fmt.Errorf("write the audit anchors: %w", err)
	}
	for _, l := range lines {
		if l.Stream != "" {
			f.last[l.Stream] = l.Head
		}
	}
	return nil
}

func write(path string, text []byte) error {
	_, statErr := os.Stat(path)
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	if err := cutTail(f); err != nil {
		return errors.Join(err, f.Close())
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil || statErr == nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path)) // a new name is safe once its directory is
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// cutTail removes a line that a crash cut short, so that the next does not continue it.
func cutTail(f *os.File) error {
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	end := size
	for one := make([]byte, 1); end > 0; end-- {
		if _, err := f.ReadAt(one, end-1); err != nil {
			return err
		}
		if one[0] == '\n' {
			break
		}
	}
	if end == size {
		return nil
	}
	return f.Truncate(end)
}

// Check holds what the file says of one stream against an entry of its chain.
func (a Anchors) Check(e *audit.Entry) error {
	for _, l := range a[e.Stream] {
		if l.Seq == e.Seq && l.MAC != e.MAC {
			return fmt.Errorf("%s: entry %d is not the one that was anchored on %s", e.Stream, e.Seq, l.At.Format(time.RFC3339))
		}
	}
	return nil
}

// CheckHead reports entries that are anchored and beyond the head of their chain.
func (a Anchors) CheckHead(h audit.Head) error {
	for _, l := range a[h.Stream] {
		if l.Seq > h.Seq {
			return fmt.Errorf("%s: entry %d is missing: entry %d was anchored on %s", h.Stream, h.Seq+1, l.Seq, l.At.Format(time.RFC3339))
		}
	}
	return nil
}
