//go:build !js

// Command app, built for the machine that builds, writes the static site around the WebAssembly: index.html, scripts,
// worker and manifest, every file under the hash of its content, and assets.json, which says which name became which.
// Nothing that it writes refers to another host, and nothing is inline, so the content policy can be strict.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"countersign/shared/api"
	"countersign/shared/i18n"
)

// Addresses of the other program, for each: the provider's own pages are one, all others are the other.
var (
	ofStaff  = append(api.StaffPages(), api.AccountPage+"?as="+string(api.AsStaff))
	ofOthers = []string{"/o/", "/support/", "/view-as/", api.AccountPage + "?as=" + string(api.AsCustomer)}
)

// serverPaths are the paths, each with all below it, that the server answers itself. The worker leaves them alone, and
// links to them leave the app.
var serverPaths = []string{
	"/api", "/sign-in", "/sign-out", "/staff/sign-in", "/staff/sign-out", "/forgot", "/reset", "/invitation", "/livez", "/readyz",
}

func main() {
	var s site
	flag.StringVar(&s.source, "source", "app/web", "directory of the page, worker and start script")
	flag.StringVar(&s.styles, "styles", "build/bin/web", "directory that build.mjs wrote")
	flag.StringVar(&s.marks, "marks", "build/bin/mark", "directory that build/mark wrote")
	flag.StringVar(&s.wasm, "wasm", "build/bin/app.wasm", "the WebAssembly")
	flag.StringVar(&s.staff, "staff", "", "the WebAssembly of the provider's own pages, if they are a program of their own")
	flag.StringVar(&s.wasmExec, "wasm-exec", "", "wasm_exec.js of the Go that built the WebAssembly")
	flag.StringVar(&s.licenses, "licenses", "build/bin/licenses.txt", "license texts of the Go modules")
	flag.StringVar(&s.out, "out", "app/web/dist", "directory to write")
	flag.Parse()

	if err := s.write(); err != nil {
		fmt.Fprintln(os.Stderr, "write static site:", err)
		os.Exit(1)
	}
}

// site is one run of the generator.
type site struct {
	source, styles, marks, wasm, staff, wasmExec, licenses, out string

	assets  map[string]string // logical name -> path under which it is served
	offline map[string]string // path -> SHA-256, what the worker keeps
	late    []string          // of these, what it keeps only for staff
	written map[string]bool   // files of this run, relative to out
}

// write makes every file in the order in which they refer to each other, then removes what earlier runs left.
func (s *site) write() error {
	s.assets, s.offline, s.written = map[string]string{}, map[string]string{}, map[string]bool{".gitkeep": true}

	if err := s.putStyles(); err != nil {
		return err
	}
	if err := s.putMarks(); err != nil {
		return err
	}
	exec, err := os.ReadFile(s.wasmExec)
	if err != nil {
		return err
	}
	start, err := os.ReadFile(filepath.Join(s.source, "start.js"))
	if err != nil {
		return err
	}
	files := map[string][]byte{"wasm_exec.js": exec, "start.js": start}
	for _, l := range i18n.Locales() {
		files[string(l)+".txt"] = []byte(l.Sentences())
		if s.staff != "" {
			files["staff-"+string(l)+".txt"] = []byte(l.StaffSentences())
		}
	}
	if err := s.putHashed(files); err != nil {
		return err
	}
	if err := s.putProgram("app", s.wasm, ofStaff); err != nil {
		return err
	}
	if s.staff != "" {
		if err := s.putProgram("staff", s.staff, ofOthers); err != nil {
			return err
		}
		s.late = []string{s.assets["staff.wasm"], s.assets["staff.js"], staffPage}
		for _, l := range i18n.Locales() {
			s.late = append(s.late, s.assets["staff-"+string(l)+".txt"])
		}
	}
	if err := s.putPages(); err != nil {
		return err
	}
	if err := s.putWorker(); err != nil {
		return err
	}
	names, err := json.MarshalIndent(s.assets, "", "  ")
	if err != nil {
		return err
	}
	if err := s.put("assets.json", append(names, '\n')); err != nil {
		return err
	}
	return s.sweep()
}

// putProgram writes a program and the script that starts it; foreign begins the addresses that it leaves to the other one.
func (s *site) putProgram(name, file string, foreign []string) error {
	wasm, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := s.putHashed(map[string][]byte{name + ".wasm": wasm}); err != nil {
		return err
	}
	script, err := appScript(s.assets[name+".wasm"], len(wasm), append(slices.Clone(serverPaths), foreign...))
	if err != nil {
		return err
	}
	return s.putHashed(map[string][]byte{name + ".js": script})
}

// putStyles takes over the hashed files of build.mjs and joins the license texts.
func (s *site) putStyles() error {
	raw, err := os.ReadFile(filepath.Join(s.styles, "names.json"))
	if err != nil {
		return err
	}
	var names map[string]string
	if err := json.Unmarshal(raw, &names); err != nil {
		return fmt.Errorf("names.json: %w", err)
	}
	for name, hashed := range names {
		content, err := os.ReadFile(filepath.Join(s.styles, hashed))
		if err != nil {
			return err
		}
		if err := s.keep(name, "web/"+hashed, content); err != nil {
			return err
		}
	}

	npm, err := os.ReadFile(filepath.Join(s.styles, "licenses.txt"))
	if err != nil {
		return err
	}
	modules, err := os.ReadFile(s.licenses)
	if err != nil {
		return err
	}
	s.assets["LICENSES.txt"] = "/web/LICENSES.txt"
	return s.put("web/LICENSES.txt", joinTexts(npm, modules))
}

func joinTexts(a, b []byte) []byte {
	return bytes.Join([][]byte{a, b}, []byte("\n"+strings.Repeat("=", 80)+"\n\n"))
}

func (s *site) putMarks() error {
	entries, err := os.ReadDir(s.marks)
	if err != nil {
		return err
	}
	marks := map[string][]byte{}
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(s.marks, e.Name()))
		if err != nil {
			return err
		}
		if e.Name() == "favicon.ico" {
			// Browsers ask for it by this name when a page, such as a download, names no icon.
			if err := s.put(e.Name(), content); err != nil {
				return err
			}
			continue
		}
		marks[e.Name()] = content
	}
	return s.putHashed(marks)
}

// putPages fills the asset paths into index.html and the web manifest.
func (s *site) putPages() error {
	if s.staff != "" {
		if err := s.putStaffPage(); err != nil {
			return err
		}
	}
	for file, path := range map[string]string{"index.html": "/", "manifest.webmanifest": "/manifest.webmanifest"} {
		page, err := os.ReadFile(filepath.Join(s.source, file))
		if err != nil {
			return err
		}
		if page, err = s.fill(page); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if err := s.put(file, page); err != nil {
			return err
		}
		s.offline[path] = sum(page)
	}
	return s.put("robots.txt", []byte("User-agent: *\nDisallow: /\n"))
}

// staffPage is where the worker gets the page that all addresses of the provider's own share, staff.html.
const staffPage = "/hub"

// putStaffPage writes index.html again, with the other program and its sentences.
func (s *site) putStaffPage() error {
	page, err := os.ReadFile(filepath.Join(s.source, "index.html"))
	if err != nil {
		return err
	}
	own := map[string]string{"{{app.js}}": "{{staff.js}}"}
	for _, l := range i18n.Locales() {
		own["{{"+string(l)+".txt}}"] = "{{staff-" + string(l) + ".txt}}"
	}
	for name, staffs := range own {
		if page, err = replaceOnce(page, name, staffs); err != nil {
			return fmt.Errorf("index.html: %w", err)
		}
	}
	if page, err = s.fill(page); err != nil {
		return fmt.Errorf("index.html: %w", err)
	}
	s.offline[staffPage] = sum(page)
	return s.put("staff.html", page)
}

var placeholder = regexp.MustCompile(`\{\{([^{}]+)\}\}`)

func (s *site) fill(page []byte) ([]byte, error) {
	var err error
	page = placeholder.ReplaceAllFunc(page, func(m []byte) []byte {
		name := string(m[2 : len(m)-2])
		if s.assets[name] == "" {
			err = fmt.Errorf("no asset is called %q", name)
		}
		return []byte(s.assets[name])
	})
	return page, err
}

// putWorker writes the worker and its kill switch. Its version covers all that it keeps, so a change of any file is a
// new version with a cache of its own.
func (s *site) putWorker() error {
	worker, err := os.ReadFile(filepath.Join(s.source, "worker.js"))
	if err != nil {
		return err
	}
	assets, err := json.MarshalIndent(s.offline, "", "  ")
	if err != nil {
		return err
	}
	server, err := json.Marshal(serverPaths)
	if err != nil {
		return err
	}
	late, err := json.Marshal(append([]string{}, s.late...))
	if err != nil {
		return err
	}
	staff, err := json.Marshal(api.StaffPages())
	if err != nil {
		return err
	}
	for name, value := range map[string]string{"Version": sum(assets)[:hashLength], "Assets": string(assets), "Server": string(server),
		"Late": string(late), "Staff": string(staff)} {
		if worker, err = replaceOnce(worker, "{{."+name+"}}", value); err != nil {
			return fmt.Errorf("worker.js: %w", err)
		}
	}
	if err := s.put("app-worker.js", worker); err != nil {
		return err
	}

	off, err := os.ReadFile(filepath.Join(s.source, "worker-off.js"))
	if err != nil {
		return err
	}
	return s.put("app-worker-off.js", off)
}

const hashLength = 12

func (s *site) putHashed(files map[string][]byte) error {
	for name, content := range files {
		ext := filepath.Ext(name)
		hashed := strings.TrimSuffix(name, ext) + "." + sum(content)[:hashLength] + ext
		if err := s.keep(name, "web/"+hashed, content); err != nil {
			return err
		}
	}
	return nil
}

// keep writes an asset, names it, and has the worker keep it.
func (s *site) keep(name, file string, content []byte) error {
	s.assets[name] = "/" + file
	s.offline["/"+file] = sum(content)
	return s.put(file, content)
}

// put writes a file unless it is there already with this content. What did not change keeps its compressed copies, and
// what did loses them: a server prefers them to the file.
func (s *site) put(file string, content []byte) error {
	s.written[file] = true
	path := filepath.Join(s.out, filepath.FromSlash(file))
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, content) {
		return nil
	}
	for _, copied := range []string{path + ".br", path + ".gz"} {
		if err := os.Remove(copied); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o644)
}

// sweep removes files of earlier runs, with their compressed copies.
func (s *site) sweep() error {
	return fs.WalkDir(os.DirFS(s.out), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		original := strings.TrimSuffix(strings.TrimSuffix(path, ".br"), ".gz")
		if s.written[original] {
			return nil
		}
		return os.Remove(filepath.Join(s.out, filepath.FromSlash(path)))
	})
}

func sum(content []byte) string {
	h := sha256.Sum256(content)
	return hex.EncodeToString(h[:])
}
