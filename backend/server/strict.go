package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"countersign/shared/errs"

	"github.com/danielgtaylor/huma/v2"
)

const maxDepth = 32 // nested objects and lists

func init() {
	// encoding/json takes "Minutes" for "minutes". A schema that lists the one must refuse the other, or two spellings of
	// one key pass as different ones. The switch is huma's own and has no form for a single API.
	huma.ValidateStrictCasing = true
}

// readStrict reads the body and checks what encoding/json lets through: more than one value, keys written twice, keys
// that differ only in case, broken UTF-8, endless nesting. A body may have limit bytes, and can be read again afterwards.
func readStrict(w http.ResponseWriter, r *http.Request, wanted bool, limit int) error {
	if !wanted {
		if r.ContentLength == 0 || r.Body == http.NoBody {
			return nil
		}
		var one [1]byte
		if n, _ := io.ReadFull(r.Body, one[:]); n > 0 {
			return &withStatus{http.StatusBadRequest, errs.New(errs.Invalid, "error.body.unexpected")}
		}
		return nil
	}
	if err := checkContentType(r.Header); err != nil {
		return err
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, int64(limit)))
	if err != nil {
		return bodyError(err)
	}
	if err := checkJSON(body); err != nil {
		return err
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

func checkContentType(h http.Header) error {
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	charset := strings.ToLower(params["charset"])
	if err != nil || kind != "application/json" || charset != "" && charset != "utf-8" || h.Get("Content-Encoding") != "" {
		return &withStatus{http.StatusUnsupportedMediaType, errs.New(errs.Invalid, "error.body.not_json")}
	}
	return nil
}

func bodyError(err error) error {
	if e, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return errs.New(errs.TooLarge, "error.too_large", "limit", sizeText(e.Limit))
	}
	if ne, ok := errors.AsType[net.Error](err); ok && ne.Timeout() {
		return &withStatus{http.StatusRequestTimeout, errs.New(errs.Unavailable, "error.body.slow").Because(err)}
	}
	return &withStatus{http.StatusBadRequest, errs.New(errs.Invalid, "error.body.cut").Because(err)}
}

// sizeText writes a limit as people say it.
func sizeText(n int64) string {
	if n >= 1<<20 && n%(1<<20) == 0 {
		return strconv.FormatInt(n>>20, 10) + " MiB"
	}
	return strconv.FormatInt(n>>10, 10) + " KiB"
}

// checkJSON walks the tokens of one JSON value.
func checkJSON(body []byte) error {
	if !utf8.Valid(body) {
		return malformed(errors.New("not UTF-8"))
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := walk(d, "", 0); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return malformed(errors.New("more than one value"))
	}
	return nil
}

// walk reads one value that stands at the path.
func walk(d *json.Decoder, path string, depth int) error {
	t, err := d.Token()
	if err != nil {
		return malformed(err)
	}
	delim, ok := t.(json.Delim)
	if !ok {
		return nil
	}
	if depth == maxDepth {
		return malformed(fmt.Errorf("deeper than %d", maxDepth))
	}
	if delim == '[' {
		for i := 0; d.More(); i++ {
			if err := walk(d, path+"["+strconv.Itoa(i)+"]", depth+1); err != nil {
				return err
			}
		}
	} else if err := walkObject(d, path, depth); err != nil {
		return err
	}
	if _, err := d.Token(); err != nil { // the closing one
		return malformed(err)
	}
	return nil
}

func walkObject(d *json.Decoder, path string, depth int) error {
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return malformed(err)
		}
		key, _ := t.(string) // More and Token see to it that it is one
		at := strings.TrimPrefix(path+"."+key, ".")
		if folded := strings.ToLower(key); seen[folded] {
			return errs.BadField(at, "error.field.duplicate")
		} else {
			seen[folded] = true
		}
		if err := walk(d, at, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func malformed(cause error) error {
	return &withStatus{http.StatusBadRequest, errs.New(errs.Invalid, "error.body.malformed").Because(cause)}
}

// checkQuery refuses a query that reads differently to different readers: a broken one, or a parameter given twice.
func checkQuery(raw string) error {
	if raw == "" {
		return nil
	}
	q, err := url.ParseQuery(raw)
	if err != nil {
		return &withStatus{http.StatusBadRequest, errs.New(errs.Invalid, "error.query.malformed").Because(err)}
	}
	for name, values := range q {
		if len(values) > 1 {
			return errs.BadField("query."+name, "error.field.duplicate")
		}
	}
	return nil
}
