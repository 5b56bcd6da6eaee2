package webhook

import (
	"context"
	"net"
	"net/http"
	"net/netip"
)

// DialBy makes the client's connections another way, so that they can be in memory. The rules for addresses stay.
func (c *Client) DialBy(dial func(ctx context.Context, network, address string) (net.Conn, error)) {
	for _, h := range []*http.Client{c.secure, c.plain} {
		h.Transport.(*http.Transport).DialContext = dial
	}
}

// DialsTo reports whether a connection to an address is allowed, for an https URL or for an http one.
func DialsTo(secure bool, address string) bool {
	allowed := onThisMachine
	if secure {
		allowed = anywhere
	}
	return control(allowed)("tcp", address, nil) == nil
}

// Barred reports whether nothing may be sent to an address.
func Barred(ip netip.Addr) bool { return barred(ip) }

// Pauses are the pauses after failed attempts, without what is random in them.
var Pauses = pauses
