package server

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"countersign/shared/api"
	"countersign/shared/errs"
	"countersign/shared/i18n"

	"github.com/danielgtaylor/huma/v2"
)

// statuses is where a code of errs becomes an HTTP status.
var statuses = map[errs.Code]int{
	errs.Invalid:         http.StatusUnprocessableEntity,
	errs.Unauthenticated: http.StatusUnauthorized,
	errs.Forbidden:       http.StatusForbidden,
	errs.StepUp:          http.StatusForbidden,
	errs.Wipe:            http.StatusForbidden,
	errs.Upgrade:         http.StatusUpgradeRequired,
	errs.NotFound:        http.StatusNotFound,
	errs.Conflict:        http.StatusConflict,
	errs.TooMany:         http.StatusTooManyRequests,
	errs.TooLarge:        http.StatusRequestEntityTooLarge,
	errs.Unavailable:     http.StatusServiceUnavailable,
	errs.ReadOnly:        http.StatusInsufficientStorage,
	errs.Internal:        http.StatusInternalServerError,
}

// statusGone is what the log says of a caller who left before the answer; nobody receives it.
const statusGone = 499

// withStatus is a refusal that HTTP has a status of its own for, such as a wrong content type.
type withStatus struct {
	status int
	err    *errs.Error
}

func (e *withStatus) Error() string { return e.err.Error() }
func (e *withStatus) Unwrap() error { return e.err }

// refusal is a problem on its way to the caller, in the form that huma writes.
type refusal struct {
	api.Problem
	header http.Header
}

func (p *refusal) Error() string             { return p.Code + ": " + p.Detail }
func (p *refusal) GetStatus() int            { return p.Status }
func (p *refusal) GetHeaders() http.Header   { return p.header }
func (p *refusal) ContentType(string) string { return "application/problem+json" }

// problem writes an error out for its caller. It is the only place that turns errors into statuses and texts: what is
// no errs.Error is told as a reference only, and goes to the log with it.
func (rq *request) problem(err error) *refusal {
	if s, ok := errors.AsType[*refusal](err); ok { // already is one
		return s
	}
	e, ok := errors.AsType[*errs.Error](err)
	if !ok {
		if errors.Is(err, context.Canceled) {
			return &refusal{Problem: api.Problem{Type: blank, Title: "Client Closed Request", Status: statusGone, Code: string(errs.Unavailable)}}
		}
		e = errs.New(errs.Internal, "error.internal").Because(err)
	}
	status, known := statuses[e.Code]
	if !known {
		e = errs.New(errs.Internal, "error.internal").Because(err)
		status = http.StatusInternalServerError
	}
	if s, ok := errors.AsType[*withStatus](err); ok {
		status = s.status
	}
	if status >= http.StatusInternalServerError {
		rq.cause = err
	}

	p := &refusal{Problem: api.Problem{
		Type: blank, Title: http.StatusText(status), Status: status, Code: string(e.Code), Ref: rq.ref,
		Detail: rq.sentence(e), State: e.State, RetryAfter: e.RetryAfter,
	}}
	for _, f := range e.Fields {
		p.Errors = append(p.Errors, api.ProblemField{Location: f.Path, Message: rq.locale.T(f.Key, f.Args...)})
	}
	p.header = http.Header{}
	if e.RetryAfter > 0 {
		p.header.Set("Retry-After", strconv.Itoa(e.RetryAfter))
	}
	if status == http.StatusUnauthorized {
		p.header.Set("WWW-Authenticate", `Bearer realm="countersign"`)
	}
	return p
}

// blank is the type of problems that say everything by status and code (RFC 9457, section 4.2.1).
const blank = "about:blank"

// sentence is the error's text. A key without an entry must not be shown; the code's general sentence is.
func (rq *request) sentence(e *errs.Error) string {
	args := append([]any{"ref", rq.ref, "seconds", e.RetryAfter}, e.Args...)
	if rq.locale.Has(e.Key) {
		return rq.locale.T(e.Key, args...)
	}
	rq.cause = errors.Join(rq.cause, errors.New("no text for "+e.Key))
	return rq.locale.T("error."+string(e.Code), args...)
}

// refuse answers with an error outside huma: before a route is found, and for the websocket.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	p := requestOf(r.Context()).problem(err)
	h := w.Header()
	for name, values := range p.header {
		h[name] = values
	}
	if p.Status == statusGone {
		w.WriteHeader(statusGone)
		return
	}
	body, err := json.Marshal(p.Problem)
	if err != nil { // texts and numbers always have a JSON form
		panic(err)
	}
	h.Set("Content-Type", p.ContentType(""))
	h.Set("Cache-Control", "no-store")
	w.WriteHeader(p.Status)
	if _, err := w.Write(append(body, '\n')); err != nil {
		s.log.Debug("refusal not written", "ref", p.Ref, "error", err)
	}
}

// translate turns what huma itself refuses into our form. It is the transformer of every answer.
func translate(ctx huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		if p, ok := v.(*refusal); ok {
			return p.Problem, nil
		}
		return v, nil
	}
	rq := requestOf(ctx.Context())
	e := errs.New(errs.Invalid, "error.invalid")
	for _, d := range m.Errors {
		e.Fields = append(e.Fields, field(d))
	}
	slices.SortStableFunc(e.Fields, func(a, b errs.Field) int { return strings.Compare(a.Path, b.Path) })
	if len(e.Fields) == 0 {
		return rq.problem(errors.New(m.Detail)).Problem, nil
	}
	return rq.problem(&withStatus{m.Status, e}).Problem, nil
}

// field reads one of huma's messages. They are constants of the pinned version; a test provokes each kind.
func field(d *huma.ErrorDetail) errs.Field {
	f := errs.Field{Path: strings.TrimPrefix(strings.TrimPrefix(d.Location, "body"), "."), Key: "error.field.invalid"}
	for _, m := range messages {
		arg, ok := strings.CutPrefix(d.Message, m.begins)
		if !ok {
			continue
		}
		f.Key = m.key
		switch {
		case m.begins == requiredProperty:
			name, _, _ := strings.Cut(arg, " ")
			f.Path = strings.TrimPrefix(f.Path+"."+name, ".")
		case m.key == tooShort && arg == "1":
			f.Key = "error.field.required"
		case m.arg != "":
			f.Args = []any{m.arg, number(strings.Trim(arg, `"`))}
		}
		break
	}
	return f
}

const (
	requiredProperty = "expected required property "
	tooShort         = "error.field.too_short"
)

var messages = []struct{ begins, key, arg string }{
	{requiredProperty, "error.field.required", ""},
	{"required ", "error.field.required", ""},
	{"request body is required", "error.field.required", ""},
	{"unexpected property", "error.field.unknown", ""},
	{"unknown query parameter", "error.field.unknown", ""},
	{"expected length >= ", tooShort, "least"},
	{"expected length <= ", "error.field.too_long", "most"},
	{"expected number >= ", "error.field.minimum", "least"},
	{"expected number <= ", "error.field.maximum", "most"},
	{"expected value to be one of ", "error.field.enum", "values"},
	{"expected string to match pattern ", "error.field.pattern", ""},
	{"expected string to be RFC 5322 email", "error.field.email", ""},
	{"expected string to be RFC 4122 uuid", "error.field.uuid", ""},
	{"expected string to be RFC 3339", "error.field.time", ""},
	{"expected string", "error.field.text", ""},
	{"expected integer", "error.field.number", ""},
	{"expected number", "error.field.number", ""},
	{"invalid integer", "error.field.number", ""},
	{"expected boolean", "error.field.boolean", ""},
}

// number gives whole numbers to the catalogue as such, so that it writes them in the caller's way.
func number(s string) any {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n
	}
	if f, err := strconv.ParseFloat(s, 64); err == nil && f == float64(int64(f)) {
		return int64(f)
	}
	return s
}

// notThere is the answer to a path or method that no declared endpoint has.
func notThere() error { return errs.New(errs.NotFound, "error.no_endpoint") }

// level is how important the log's line about a request is: files and health checks tell nothing when all is well.
func level(action string, status int) slog.Level {
	switch {
	case status >= 500 && status != http.StatusServiceUnavailable && status != http.StatusInsufficientStorage:
		return slog.LevelError
	case status >= 500:
		return slog.LevelWarn
	case status < 400 && (action == "/" || action == "GET /livez" || action == "GET /readyz"):
		return slog.LevelDebug
	}
	return slog.LevelInfo
}

// localeOf is the language of whoever sent the request; who they are is not known when most errors happen.
func localeOf(r *http.Request) i18n.Locale { return i18n.Parse(r.Header.Get("Accept-Language")) }

func wrongMethod() error {
	return &withStatus{http.StatusMethodNotAllowed, errs.New(errs.Invalid, "error.method")}
}
