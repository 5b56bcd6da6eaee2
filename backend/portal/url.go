package portal

import (
	"net/netip"
	"net/url"
	"strings"

	"countersign/shared/errs"
)

// cleanURL checks an address that people are sent to: https, or http on this machine, with a host and nobody's credentials
// in it. It stays as it was written. "" stays.
func cleanURL(field, s string) (string, error) {
	if s == "" {
		return "", nil
	}
	odd := func(r rune) bool { return r <= ' ' || r > '~' || r == '\\' || r == '"' || r == '<' || r == '>' }
	u, err := url.Parse(s)
	if err != nil || len(s) > 2000 || strings.ContainsFunc(s, odd) || u.User != nil || u.Opaque != "" || u.Hostname() == "" ||
		u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
		return "", errs.BadField(field, "provider.error.url")
	}
	return s, nil
}

func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}
