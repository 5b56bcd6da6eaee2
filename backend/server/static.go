package server

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"

	"countersign/app/web"
	"countersign/shared/api"
)

// Static serves a built site: the files themselves, and for every other path that a page could have the page of its program,
// staff.html for the provider's own (api.StaffPage), else index.html.
//
// Each file is served as brotli, gzip or plainly, whichever the caller prefers and the site has. Every representation
// has an ETag of its own content. Names that carry a content hash never expire; everything else is asked for anew.
// Reading the site happens here, once; the handler answers from memory and cannot leave it. A site that was not built
// is web.ErrNotBuilt.
func Static(site fs.FS) (http.Handler, error) {
	return readSite(site)
}

// StaticWithoutWorker is Static with the worker's kill switch thrown: browsers that installed the worker remove it and
// everything it kept on their next visit. It is for the day when a bad worker got out.
func StaticWithoutWorker(site fs.FS) (http.Handler, error) {
	files, err := readSite(site)
	if err != nil {
		return nil, err
	}
	files["/app-worker.js"] = files["/app-worker-off.js"]
	return files, nil
}

func readSite(site fs.FS) (staticFiles, error) {
	files := staticFiles{}
	err := fs.WalkDir(site, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || hidden(name) {
			return err
		}
		content, err := fs.ReadFile(site, name)
		if err != nil {
			return err
		}
		return files.add(name, content)
	})
	if err != nil {
		return nil, fmt.Errorf("read site: %w", err)
	}
	for at, f := range files {
		if f.reps[identity].etag == "" {
			return nil, fmt.Errorf("read site: %s is there only compressed", at)
		}
	}
	if files["/index.html"] == nil {
		return nil, web.ErrNotBuilt
	}
	files["/"] = files["/index.html"]
	if files[staffHTML] == nil {
		files[staffHTML] = files["/"]
	}
	return files, nil
}

// hidden files belong to the build, not to the site.
func hidden(name string) bool {
	return strings.HasPrefix(path.Base(name), ".") || name == "assets.json"
}

// staticFiles are the files by request path.
type staticFiles map[string]*staticFile

type staticFile struct {
	contentType  string
	cacheControl string
	reps         [len(codings)]representation
}

type representation struct {
	content []byte
	etag    string
	length  string
}

// codings in the order in which we prefer them among equals.
var codings = [...]struct{ name, ext string }{{"br", ".br"}, {"gzip", ".gz"}, {"identity", ""}}

const identity = len(codings) - 1

var hashedName = regexp.MustCompile(`\.[0-9a-f]{12}\.[a-z0-9]+$`)

// contentTypes are ours rather than the machine's: its table may say anything, or lack application/wasm.
var contentTypes = map[string]string{
	".html":        "text/html; charset=utf-8",
	".css":         "text/css; charset=utf-8",
	".js":          "text/javascript; charset=utf-8",
	".json":        "application/json",
	".webmanifest": "application/manifest+json",
	".svg":         "image/svg+xml",
	".png":         "image/png",
	".ico":         "image/vnd.microsoft.icon",
	".woff2":       "font/woff2",
	".wasm":        "application/wasm",
	".txt":         "text/plain; charset=utf-8",
}

func (files staticFiles) add(name string, content []byte) error {
	coding := identity
	for i, c := range codings[:identity] {
		if strings.HasSuffix(name, c.ext) {
			name, coding = strings.TrimSuffix(name, c.ext), i
		}
	}
	f := files["/"+name]
	if f == nil {
		f = &staticFile{contentType: contentTypes[path.Ext(name)], cacheControl: "no-cache"}
		if f.contentType == "" {
			return fmt.Errorf("%s: files of this kind have no content type here", name)
		}
		if hashedName.MatchString(name) {
			f.cacheControl = "public, max-age=31536000, immutable"
		}
		files["/"+name] = f
	}
	hash := sha256.Sum256(content)
	f.reps[coding] = representation{content, `"` + hex.EncodeToString(hash[:16]) + `"`, strconv.Itoa(len(content))}
	return nil
}

func (files staticFiles) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "This address can only be read.", http.StatusMethodNotAllowed)
		return
	}
	f := files.find(r)
	if f == nil {
		w.Header().Set("Cache-Control", "no-cache")
		http.Error(w, "There is nothing at this address.", http.StatusNotFound)
		return
	}
	f.serve(w, r)
}

// find gives the file of the path, the page of the app for a path that a page could have, or nil.
func (files staticFiles) find(r *http.Request) *staticFile {
	if f := files[r.URL.Path]; f != nil {
		return f
	}
	first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if path.Ext(r.URL.Path) != "" || first == "web" || first == "api" || !acceptsPage(r.Header.Values("Accept")) {
		return nil
	}
	if api.StaffPage(r.URL) {
		return files[staffHTML]
	}
	return files["/"]
}

const staffHTML = "/staff.html"

func (f *staticFile) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Add("Vary", "Accept-Encoding")
	coding, ok := f.choose(r.Header.Values("Accept-Encoding"))
	if !ok {
		http.Error(w, "This file exists in none of the encodings that you accept.", http.StatusNotAcceptable)
		return
	}
	rep := f.reps[coding]
	h.Set("ETag", rep.etag)
	h.Set("Cache-Control", f.cacheControl)
	if etagMatches(r.Header.Values("If-None-Match"), rep.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", f.contentType)
	h.Set("Content-Length", rep.length)
	if coding != identity {
		h.Set("Content-Encoding", codings[coding].name)
	}
	w.WriteHeader(http.StatusOK)
	if r.Method == http.MethodGet {
		_, _ = w.Write(rep.content) // the caller went away: nothing is left to do
	}
}

// choose picks the representation with the highest quality; among equals the smallest, as codings are ordered.
func (f *staticFile) choose(accept []string) (coding int, ok bool) {
	quality := qualities(accept)
	best := 0.0
	for i, c := range codings {
		if f.reps[i].etag == "" {
			continue
		}
		q, listed := quality[c.name]
		if !listed {
			q, listed = quality["*"]
		}
		if !listed {
			// Not named: a coding is unwanted, and plain content is what is left when nothing else fits.
			q = 0
			if i == identity {
				q = 0.0001
			}
		}
		if q > best {
			best, coding, ok = q, i, true
		}
	}
	return coding, ok
}

// acceptsPage reports whether a caller would take HTML, which scripts and images do not.
func acceptsPage(accept []string) bool {
	if len(accept) == 0 {
		return true
	}
	quality := qualities(accept)
	for _, kind := range []string{"text/html", "text/*", "*/*"} {
		if q, listed := quality[kind]; listed {
			return q > 0
		}
	}
	return false
}

// qualities reads a list such as "br;q=1.0, gzip;q=0.5". What it cannot read counts as unwanted.
func qualities(headers []string) map[string]float64 {
	m := map[string]float64{}
	for part := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		name, params, _ := strings.Cut(part, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name == "" {
			continue
		}
		q := 1.0
		for param := range strings.SplitSeq(params, ";") {
			key, value, _ := strings.Cut(param, "=")
			if !strings.EqualFold(strings.TrimSpace(key), "q") {
				continue
			}
			var err error
			if q, err = strconv.ParseFloat(strings.TrimSpace(value), 64); err != nil || !(q >= 0 && q <= 1) {
				q = 0
			}
		}
		m[name] = q
	}
	return m
}

// etagMatches compares the whole tag. A proxy may have made it weak, which for this purpose is the same.
func etagMatches(headers []string, etag string) bool {
	for tag := range strings.SplitSeq(strings.Join(headers, ","), ",") {
		tag = strings.TrimSpace(tag)
		if tag == "*" || strings.TrimPrefix(tag, "W/") == etag {
			return true
		}
	}
	return false
}
