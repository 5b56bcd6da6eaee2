package client

import (
	"net/url"
	"strings"

	"countersign/shared/api"
	"countersign/shared/id"
)

// Place is an address of the portal, read: which kind of caller it is for, which organization, which page.
type Place struct {
	As    api.As          // "" at the root, where the kind is still to be found
	Org   id.Organization // customer and support
	Eyes  id.Contact      // the owner looks at the portal as this contact sees it; "" for one's own eyes
	Page  string          // "home", "manage/remote-support", "hub/remote-support"
	Query string          // as in the address, without "?"
}

// The first page of each kind, and the page that all but support sessions have.
const (
	PageHome    = "home"
	PageHub     = "hub/remote-support"
	PageAccount = "account"
)

// ParsePlace reads an address. It reports false for one that is no place of the portal. last is the kind of caller
// that this browser was before, for addresses that do not say.
func ParsePlace(u *url.URL, last api.As) (Place, bool) {
	path := strings.Trim(u.Path, "/")
	p := Place{Query: u.RawQuery}
	first, rest, _ := strings.Cut(path, "/")
	switch first {
	case "":
		return p, true
	case "o", "support":
		org, page, _ := strings.Cut(rest, "/")
		p.As, p.Org, p.Page = api.AsCustomer, id.Organization(org), page
		if first == "support" {
			p.As = api.AsSupport
		}
		if page == "" {
			p.Page = PageHome
		}
		return p, id.Valid(p.Org)
	case "view-as":
		org, more, _ := strings.Cut(rest, "/")
		eyes, page, _ := strings.Cut(more, "/")
		p.As, p.Org, p.Eyes, p.Page = api.AsCustomer, id.Organization(org), id.Contact(eyes), page
		if page == "" {
			p.Page = PageHome
		}
		return p, id.Valid(p.Org) && id.Valid(p.Eyes)
	case "hub":
		p.As, p.Page = api.AsStaff, path
		if rest == "" {
			p.Page = PageHub
		}
		return p, true
	case PageAccount:
		p.Page = PageAccount
		switch p.As = api.As(p.Param("as")); p.As {
		case api.AsCustomer, api.AsStaff:
		default:
			p.As = last
		}
		return p, rest == ""
	}
	if of, found := strings.CutPrefix(path, "organizations/"); found && id.Valid(of) {
		p.As, p.Page = api.AsStaff, path
		return p, true
	}
	if strings.HasPrefix(path, "settings/") {
		p.As, p.Page = api.AsStaff, path
		return p, true
	}
	switch path {
	case "organizations", "staff", "audit", "settings":
		p.As, p.Page = api.AsStaff, path
		return p, true
	}
	p.As = last
	return p, false
}

// Href is the address of another page in the same place: the same organization, the same kind of caller.
func (p Place) Href(page string) string {
	switch {
	case page == PageAccount:
		return "/account?as=" + string(p.As)
	case p.Eyes != "":
		return "/view-as/" + string(p.Org) + "/" + string(p.Eyes) + "/" + page
	case p.As == api.AsCustomer:
		return "/o/" + string(p.Org) + "/" + page
	case p.As == api.AsSupport:
		return "/support/" + string(p.Org) + "/" + page
	}
	return "/" + page
}

// Param is a parameter of the address, "" when it is not there.
func (p Place) Param(name string) string {
	values, err := url.ParseQuery(p.Query)
	if err != nil {
		return ""
	}
	return values.Get(name)
}

// With is the address of the same page with other parameters, given as name, value pairs; an empty value removes one.
func (p Place) With(pairs ...string) string {
	values, err := url.ParseQuery(p.Query)
	if err != nil {
		values = url.Values{}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Del(pairs[i])
		if pairs[i+1] != "" {
			values.Set(pairs[i], pairs[i+1])
		}
	}
	base, _, _ := strings.Cut(p.Href(p.Page), "?")
	if q := values.Encode(); q != "" {
		return base + "?" + q
	}
	return base
}

// SignInPath is where this kind of caller signs in; afterwards the server leads back to the address next.
func SignInPath(as api.As, next string) string {
	path := "/sign-in"
	if as == api.AsStaff || as == api.AsSupport {
		path = "/staff/sign-in"
	}
	if next != "" {
		path += "?next=" + url.QueryEscape(next)
	}
	return path
}
