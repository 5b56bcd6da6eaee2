package server

import (
	"errors"
	"mime"
	"net/http"
	"strings"

	"countersign/shared/errs"
)

const maxForm = 16 << 10

// form is around every POST: only from our own pages, only as forms are sent, and not long.
func (h *SignIn) form(page http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h.checkForm(w, r); err != nil {
			p := h.newPage(r, "signin.title_refused")
			p.Languages = nil // the address behind them takes no GET in every case
			p.fail(w, r, err)
			return
		}
		page(w, r)
	}
}

func (h *SignIn) checkForm(w http.ResponseWriter, r *http.Request) error {
	if !h.ownForm(r) {
		return errs.New(errs.Forbidden, "error.cross_site")
	}
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/x-www-form-urlencoded" {
		return errs.New(errs.Invalid, "signin.error.no_form")
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		if _, long := errors.AsType[*http.MaxBytesError](err); long {
			return errs.New(errs.TooLarge, "error.too_large", "limit", "16 KiB")
		}
		return errs.New(errs.Invalid, "signin.error.no_form").Because(err)
	}
	return nil
}

// ownForm reports whether a form was sent by a page of ours. Browsers say so in Sec-Fetch-Site, older ones in Origin;
// who says neither is refused, since these forms need no cookie that would be missing elsewhere. An Origin that is told
// must be ours in any case.
func (h *SignIn) ownForm(r *http.Request) bool {
	origins, site := r.Header["Origin"], r.Header["Sec-Fetch-Site"]
	if len(origins) > 1 || len(site) > 1 {
		return false
	}
	own := len(origins) == 1 && (strings.EqualFold(origins[0], h.origin) || strings.EqualFold(origins[0], h.scheme()+r.Host))
	if len(site) == 0 {
		return own
	}
	return (site[0] == "same-origin" || site[0] == "none") && (own || len(origins) == 0 || origins[0] == "null")
}

func (h *SignIn) scheme() string {
	if h.cookies.secure {
		return "https://"
	}
	return "http://"
}
