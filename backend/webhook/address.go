package webhook

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"

	"countersign/shared/errs"
)

// LongestURL is how long an address may be.
const LongestURL = 500

// CheckURL holds a wished address against the rules: https, or http on this machine, without a name and password in it, and
// not where no receiver can be. It gives the address as it is kept.
func CheckURL(field, text string) (string, error) {
	text = strings.TrimSpace(text)
	u, err := url.Parse(text)
	if err != nil || len(text) > LongestURL || u.Opaque != "" || u.Hostname() == "" || u.User != nil || u.Fragment != "" || !validPort(u.Port()) {
		return "", errs.BadField(field, "webhook.error.url", "max", LongestURL)
	}
	ip, err := netip.ParseAddr(strings.TrimSuffix(u.Hostname(), "."))
	literal := err == nil
	switch {
	case u.Scheme == "http" && !(literal && ip.Unmap().IsLoopback()) && !localhost(u.Hostname()):
		return "", errs.BadField(field, "webhook.error.https")
	case u.Scheme != "http" && u.Scheme != "https":
		return "", errs.BadField(field, "webhook.error.https")
	case literal && barred(ip):
		return "", errs.BadField(field, "webhook.error.address")
	}
	return u.String(), nil
}

func validPort(p string) bool {
	n, err := strconv.ParseUint(p, 10, 16)
	return p == "" || err == nil && n > 0
}

func localhost(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

// Where no receiver of the provider's is: this network, link-local addresses, where clouds tell machines their credentials,
// several at once. Private networks are allowed, for there the provider's own systems are.
var nowhere = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("169.254.0.0/16"),
	netip.MustParsePrefix("100.100.100.200/32"), // metadata
	netip.MustParsePrefix("192.0.0.192/32"),     // metadata
	netip.MustParsePrefix("224.0.0.0/4"),
	netip.MustParsePrefix("240.0.0.0/4"), // reserved, and broadcast
	netip.MustParsePrefix("::/128"),
	netip.MustParsePrefix("fe80::/10"),
	netip.MustParsePrefix("fd00:ec2::254/128"), // metadata
	netip.MustParsePrefix("ff00::/8"),
}

// Addresses of these hold one of IPv4 that a router may send them on to, so many bytes from their beginning.
var carriers = []struct {
	prefix netip.Prefix
	at     int
}{
	{netip.MustParsePrefix("64:ff9b::/96"), 12},
	{netip.MustParsePrefix("::/96"), 12},
	{netip.MustParsePrefix("2002::/16"), 2},
}

// barred reports whether nothing may be sent to an address.
func barred(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	for _, p := range nowhere {
		if p.Contains(ip) {
			return true
		}
	}
	for _, c := range carriers {
		if c.prefix.Contains(ip) && ip != netip.IPv6Loopback() {
			b := ip.As16()
			return barred(netip.AddrFrom4([4]byte(b[c.at : c.at+4])))
		}
	}
	return false
}

var errBarred = errors.New("nothing may be sent to the address that the host's name stands for")

// control is asked for each address that is dialled, after names were resolved: a name that stood for an allowed one when
// it was checked may stand for another now.
func control(allowed func(netip.Addr) bool) func(network, address string, _ syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		host, _, err := net.SplitHostPort(address)
		if err != nil {
			return errBarred
		}
		ip, err := netip.ParseAddr(host)
		if err != nil || !allowed(ip) {
			return errBarred
		}
		return nil
	}
}

func onThisMachine(ip netip.Addr) bool { return ip.Unmap().IsLoopback() }

func anywhere(ip netip.Addr) bool { return !barred(ip) }
