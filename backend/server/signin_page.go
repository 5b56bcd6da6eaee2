package server

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"countersign/shared/errs"
	"countersign/shared/i18n"
)

//go:embed pages/layout.html
var pageFiles embed.FS

var pageTemplate = template.Must(template.ParseFS(pageFiles, "pages/layout.html"))

// formPage is one of the forms before it is written as HTML. They work without a script, since the way in must.
type formPage struct {
	h      *SignIn
	Locale i18n.Locale

	Heading   string
	Lead      []string
	Notice    string // something went well
	Note      string // something to know
	Wrong     string // something did not go
	Action    string
	Hidden    []hiddenField
	Account   string // for password managers, where the form has no field for it
	Fields    []formField
	Submit    string
	Links     []pageLink
	Demo      []demoRow
	Languages []pageLanguage

	status int
}

type hiddenField struct{ Name, Value string }

type pageLink struct{ Href, Text string }

type pageLanguage struct {
	Code, Name, Href string
	Current          bool
}

type demoRow struct{ Href, Email, Name, About, Password string }

// formField is one labelled input.
type formField struct {
	ID, Type, Autocomplete string
	Label, Value, Hint     string
	Error                  string
	Most                   int
	Mono, ReadOnly, Focus  bool
}

// T is a sentence of the catalogue.
func (p *formPage) T(key string, args ...any) string { return p.Locale.T(key, args...) }

// Brand is the provider's name for the portal.
func (p *formPage) Brand() string { return p.h.svc.Settings.Brand }

// Asset is the address of a file of the site, "" when it was not built.
func (p *formPage) Asset(name string) string { return p.h.assets[name] }

// Faults are the fields that need another look.
func (p *formPage) Faults() []formField {
	var list []formField
	for _, f := range p.Fields {
		if f.Error != "" {
			list = append(list, f)
		}
	}
	return list
}

// FocusWrong says that the summary takes the focus, because no field does.
func (p *formPage) FocusWrong() bool {
	return !slices.ContainsFunc(p.Fields, func(f formField) bool { return f.Focus })
}

// newPage begins a page in the visitor's language.
func (h *SignIn) newPage(r *http.Request, heading string) *formPage {
	p := &formPage{h: h, Locale: h.locale(r), Action: r.URL.Path, status: http.StatusOK}
	p.Heading = p.T(heading)
	for _, l := range i18n.Locales() {
		q := url.Values{}
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			q = r.URL.Query()
		} else { // the address of a form that was sent: only what opens it again
			for _, keep := range []string{"token", "next"} {
				if v := r.PostForm.Get(keep); v != "" {
					q.Set(keep, v)
				}
			}
		}
		q.Set("lang", string(l))
		p.Languages = append(p.Languages, pageLanguage{Code: string(l), Name: l.Name(), Href: r.URL.Path + "?" + q.Encode(), Current: l == p.Locale})
	}
	return p
}

// locale is what the visitor chose, or what the browser asks for.
func (h *SignIn) locale(r *http.Request) i18n.Locale {
	if l := r.URL.Query().Get("lang"); l != "" {
		return i18n.Parse(l)
	}
	if l := h.cookies.locale(r); l != "" {
		return i18n.Parse(l)
	}
	return localeOf(r)
}

// refused shows an error where it belongs: at its field, else above the form. It reports whether the error is one to
// show to the person; any other is ours.
func (p *formPage) refused(err error) bool {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok || e.Code == errs.Internal {
		return false
	}
	p.status = statuses[e.Code]
	if e.Code == errs.Unauthenticated {
		p.status = http.StatusUnprocessableEntity // 401 would ask for a header that forms don't have
	}
	p.Wrong = p.T(e.Key, e.Args...)
	for _, f := range e.Fields {
		for i := range p.Fields {
			if p.Fields[i].ID == f.Path {
				p.Fields[i].Error = p.T(f.Key, f.Args...)
			}
		}
	}
	p.focus()
	return true
}

// focus puts the cursor where the person goes on: into the first field with a fault, else the first that is empty.
func (p *formPage) focus() {
	for i := range p.Fields {
		p.Fields[i].Focus = false
	}
	for _, want := range []func(*formField) bool{
		func(f *formField) bool { return f.Error != "" },
		func(f *formField) bool { return f.Value == "" && !f.ReadOnly },
	} {
		for i := range p.Fields {
			if want(&p.Fields[i]) {
				p.Fields[i].Focus = true
				return
			}
		}
	}
}

// write answers with the page. Addresses of these pages carry secrets, so nobody else is told them, and nothing of it
// is kept. Under no-referrer browsers would send "null" as the origin of the form.
func (p *formPage) write(w http.ResponseWriter, r *http.Request) {
	var b bytes.Buffer
	if err := pageTemplate.ExecuteTemplate(&b, "layout.html", p); err != nil {
		p.h.log.Error("page not written", "page", r.Pattern, "error", err)
		http.Error(w, p.T("error.internal", "ref", requestOf(r.Context()).ref), http.StatusInternalServerError)
		return
	}
	head := w.Header()
	head.Set("Content-Type", "text/html; charset=utf-8")
	head.Set("Content-Length", strconv.Itoa(b.Len()))
	head.Set("Cache-Control", "no-store")
	head.Set("Referrer-Policy", "same-origin")
	head.Add("Vary", "Accept-Language, Cookie")
	w.WriteHeader(p.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(b.Bytes()) // the caller went away: nothing is left to do
	}
}

// fail shows a refusal on the page, or that something went wrong on our side.
func (p *formPage) fail(w http.ResponseWriter, r *http.Request, err error) {
	rq := requestOf(r.Context())
	rq.cause = err
	if !p.refused(err) {
		p.status = http.StatusInternalServerError
		p.Wrong = p.T("error.internal", "ref", rq.ref)
		p.h.log.Error("a form failed", "page", r.Pattern, "ref", rq.ref, "error", err)
	}
	if e, ok := errors.AsType[*errs.Error](err); ok && e.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(e.RetryAfter))
	}
	p.write(w, r)
}

// localPath is a path of the portal that a visitor may be sent to, "" for anything else: another host's address, a
// scheme, or what a browser would read as one.
func localPath(s string) string {
	if !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || len(s) > 1000 ||
		strings.ContainsFunc(s, func(r rune) bool { return r == '\\' || r == unicode.ReplacementChar || unicode.IsControl(r) }) {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || strings.HasPrefix(u.Path, "//") || strings.Contains(u.Path, "\\") ||
		strings.HasPrefix(u.Path, "/api/") {
		return ""
	}
	return s
}
