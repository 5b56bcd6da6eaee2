// Command assets writes a brotli and a gzip copy beside every file of the static site that gains by it, and says what
// the WebAssembly weighs.
//
//	go run ./build/assets [-empty EMPTY.wasm] [-budget BYTES] DIR
//
// A copy that is newer than its original is kept, so only what changed is compressed again.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
)

func main() {
	empty := flag.String("empty", "", "WebAssembly of an empty go-app page to compare with")
	budget := flag.Int64("budget", 1_400_000, "what the WebAssembly and the sentences of one language may weigh as brotli, in bytes")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: assets [-empty EMPTY.wasm] [-budget BYTES] DIR")
		os.Exit(2)
	}
	if err := run(flag.Arg(0), *empty, *budget); err != nil {
		fmt.Fprintln(os.Stderr, "compress assets:", err)
		os.Exit(1)
	}
}

func run(dir, empty string, budget int64) error {
	files, err := compressible(dir)
	if err != nil {
		return err
	}
	if empty != "" {
		files = append(files, empty)
	}
	if err := compressAll(files); err != nil {
		return err
	}
	return report(dir, empty, budget)
}

// kinds gain by compression; woff2 and png are compressed in themselves.
var kinds = []string{".html", ".js", ".css", ".svg", ".json", ".webmanifest", ".txt", ".wasm", ".ico"}

func compressible(dir string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if !d.IsDir() && slices.Contains(kinds, filepath.Ext(path)) && filepath.Base(path) != "assets.json" {
			files = append(files, path)
		}
		return nil
	})
	return files, err
}

// compressAll works on as many files at a time as there are processors.
func compressAll(files []string) error {
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	errs := make([]error, len(files))
	var all sync.WaitGroup
	for i, file := range files {
		all.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			errs[i] = compress(file)
		})
	}
	all.Wait()
	return errors.Join(errs...)
}

func compress(file string) error {
	original, err := os.Stat(file)
	if err != nil {
		return err
	}
	var content []byte
	for _, c := range coders {
		if have, err := os.Stat(file + c.ext); err == nil && have.ModTime().After(original.ModTime()) {
			continue
		}
		if content == nil {
			if content, err = os.ReadFile(file); err != nil {
				return err
			}
		}
		if err := c.write(file, content); err != nil {
			return fmt.Errorf("%s%s: %w", file, c.ext, err)
		}
	}
	return nil
}

type coder struct {
	ext string
	new func(io.Writer) (io.WriteCloser, error)
}

var coders = []coder{
	{".br", func(w io.Writer) (io.WriteCloser, error) {
		return brotli.NewWriterOptions(w, brotli.WriterOptions{Quality: 11, LGWin: 24}), nil
	}},
	{".gz", func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriterLevel(w, gzip.BestCompression) }},
}

// write goes through a temporary file, so an interrupted build leaves no half of a copy.
func (c coder) write(file string, content []byte) error {
	var b bytes.Buffer
	w, err := c.new(&b)
	if err != nil {
		return err
	}
	if _, err := w.Write(content); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	if err := os.WriteFile(file+c.ext+".tmp", b.Bytes(), 0o644); err != nil {
		return err
	}
	return os.Rename(file+c.ext+".tmp", file+c.ext)
}

// report tells what a first start loads as program: the WebAssembly, of customers or of staff, and the sentences of one language.
func report(dir, empty string, budget int64) error {
	mb := func(n int64) float64 { return float64(n) / 1e6 }
	var least int64
	if empty != "" {
		var err error
		if least, err = brotliSize(empty); err != nil {
			return err
		}
	}
	for _, program := range []string{"app", "staff"} {
		wasm, err := largest(filepath.Join(dir, "web", program+".*.wasm"))
		if err != nil {
			return err
		}
		sentences, err := largest(filepath.Join(dir, "web", map[string]string{"staff": "staff-"}[program]+"[a-z][a-z].*.txt"))
		if err != nil {
			return err
		}
		size := wasm + sentences
		fmt.Printf("WebAssembly %s, brotli 11: %.3f MB, with the sentences of one language (%.3f MB) %.3f MB, %.0f %% of the budget of %.2f MB",
			program, mb(wasm), mb(sentences), mb(size), 100*float64(size)/float64(budget), mb(budget))
		if least > 0 {
			fmt.Printf("; an empty go-app page: %.3f MB, ratio %.2f", mb(least), float64(size)/float64(least))
		}
		fmt.Println()
		if size > budget {
			return fmt.Errorf("%s: WebAssembly and sentences weigh %d bytes as brotli, %d over the budget: see what came with the last change "+
				"(a package of the standard library, a generic function for many types), or decide that it is worth it", program, size, size-budget)
		}
	}
	return nil
}

// largest is the size of the heaviest of some files.
func largest(pattern string) (int64, error) {
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		return 0, fmt.Errorf("no %s (%v)", pattern, err)
	}
	var most int64
	for _, file := range files {
		size, err := brotliSize(file)
		if err != nil {
			return 0, err
		}
		most = max(most, size)
	}
	return most, nil
}

func brotliSize(file string) (int64, error) {
	info, err := os.Stat(file + ".br")
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}
