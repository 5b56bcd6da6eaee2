package api

import (
	"net/url"
	"strings"
)

// StaffPages begin the addresses of the provider's own pages, each with all below it. They are a program of their own, which
// no customer loads.
func StaffPages() []string {
	return []string{"/hub", "/organizations", "/staff", "/audit", "/settings"}
}

// AccountPage is in both programs; which one is meant, its parameter "as" says.
const AccountPage = "/account"

// StaffPage reports whether an address is one of the provider's own pages.
func StaffPage(u *url.URL) bool {
	for _, page := range StaffPages() {
		if u.Path == page || strings.HasPrefix(u.Path, page+"/") {
			return true
		}
	}
	return u.Path == AccountPage && u.Query().Get("as") == string(AsStaff)
}
