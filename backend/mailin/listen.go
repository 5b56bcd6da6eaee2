package mailin

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
)

// Listen is where mails are taken, and how.
type Listen struct {
	Protocol string // "lmtp" or "smtp"
	Network  string // "tcp" or "unix"
	Address  string
}

// ParseListen reads "lmtp:127.0.0.1:2424", "smtp:127.0.0.1:2525" or "lmtp:unix:/run/countersign/mail.sock". The host has to
// be named: who wants mails from everywhere says so by 0.0.0.0.
func ParseListen(s string) (Listen, error) {
	protocol, address, ok := strings.Cut(s, ":")
	if !ok || protocol != "lmtp" && protocol != "smtp" {
		return Listen{}, fmt.Errorf("%q is not a place like lmtp:127.0.0.1:2424 or lmtp:unix:/run/countersign/mail.sock", s)
	}
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		if !strings.HasPrefix(path, "/") {
			return Listen{}, fmt.Errorf("the socket in %q needs a path from the root, like lmtp:unix:/run/countersign/mail.sock", s)
		}
		return Listen{protocol, "unix", path}, nil
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil || host == "" || port == "" {
		return Listen{}, fmt.Errorf("%q names no host and port, like %s:127.0.0.1:2424", s, protocol)
	}
	if _, err := net.LookupPort("tcp", port); err != nil {
		return Listen{}, fmt.Errorf("%q has no usable port", s)
	}
	return Listen{protocol, "tcp", address}, nil
}

func (l Listen) String() string {
	if l.Network == "unix" {
		return l.Protocol + ":unix:" + l.Address
	}
	return l.Protocol + ":" + l.Address
}

// Open listens. A socket that a killed process left behind is replaced; the new one is for its owner and group.
func (l Listen) Open(ctx context.Context) (net.Listener, error) {
	if l.Network == "unix" {
		if err := l.removeStale(ctx); err != nil {
			return nil, err
		}
	}
	ln, err := new(net.ListenConfig).Listen(ctx, l.Network, l.Address)
	if err != nil {
		return nil, fmt.Errorf("listen for mails on %s: %w", l, err)
	}
	if l.Network == "unix" {
		if err := os.Chmod(l.Address, 0o660); err != nil {
			return nil, errors.Join(fmt.Errorf("listen for mails on %s: %w", l, err), ln.Close())
		}
	}
	return ln, nil
}

func (l Listen) removeStale(ctx context.Context) error {
	info, err := os.Lstat(l.Address)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at %s: %w", l.Address, err)
	}
	if info.Mode().Type() != fs.ModeSocket {
		return fmt.Errorf("%s is there and no socket: name another path", l.Address)
	}
	if c, err := l.Dial(ctx); err == nil {
		c.Close()
		return fmt.Errorf("another program listens on %s already: stop it, or name another path", l.Address)
	}
	if err := os.Remove(l.Address); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the old socket: %w", err)
	}
	return nil
}

// Dial connects to where another process listens.
func (l Listen) Dial(ctx context.Context) (net.Conn, error) {
	return new(net.Dialer).DialContext(ctx, l.Network, l.Address)
}
