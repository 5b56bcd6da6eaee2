package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

const (
	sendLimit   = 15 * time.Second // for one attempt, from looking up the name to the end of the answer
	answerLimit = 64 << 10         // bytes that are read of an answer
)

// Client sends deliveries. It follows no redirect, uses no proxy whatever the environment says, trusts the certificates
// that the machine trusts, and looks at each address before it connects.
type Client struct {
	secure, plain *http.Client
	agent         string
}

// NewClient makes a client. Roots are the authorities to trust, nil for the machine's.
func NewClient(version string, roots *x509.CertPool) *Client {
	to := func(allowed func(netip.Addr) bool) *http.Client {
		d := net.Dialer{Timeout: sendLimit, Control: control(allowed)}
		return &http.Client{
			Transport: &http.Transport{
				DialContext: d.DialContext, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
				MaxIdleConnsPerHost: 1, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: answerLimit,
			},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	return &Client{secure: to(anywhere), plain: to(onThisMachine), agent: "Countersign/" + version}
}

// Answer is what a receiver said.
type Answer struct {
	Status     int           // 0: nothing that could be read
	RetryAfter time.Duration // it asks to be left alone that long
}

// Taken reports whether the receiver has the event now.
func (a Answer) Taken() bool { return a.Status/100 == 2 }

// post makes one attempt. Its errors tell administrators why, and neither the address nor anything of an answer: both may
// hold what is secret elsewhere.
func (c *Client) post(ctx context.Context, url string, h http.Header, body []byte, now time.Time) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, sendLimit)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return Answer{}, errors.New("the address can't be read")
	}
	r.Header = h
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", c.agent)
	client := c.plain
	if r.URL.Scheme == "https" {
		client = c.secure
	}
	res, err := client.Do(r)
	if err != nil {
		return Answer{}, explain(err)
	}
	defer res.Body.Close()
	a := Answer{Status: res.StatusCode, RetryAfter: retryAfter(res.Header.Get("Retry-After"), now)}
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, answerLimit)) // only so that the connection can be used again
	if !a.Taken() {
		return a, fmt.Errorf("it answered %d", a.Status)
	}
	return a, nil
}

// Close lets go of connections that are kept open.
func (c *Client) Close() {
	c.secure.CloseIdleConnections()
	c.plain.CloseIdleConnections()
}

// explain says in words of ours why there was no answer.
func explain(err error) error {
	if errors.Is(err, errBarred) {
		return errBarred
	}
	if e, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return fmt.Errorf("its certificate can't be trusted: %w", e.Err)
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok && !e.IsTimeout {
		return errors.New("the host's name is not known")
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no answer within %d seconds", int(sendLimit.Seconds()))
	}
	if errors.Is(err, context.Canceled) {
		return errors.New("the portal was stopped before an answer came")
	}
	if e, ok := errors.AsType[*net.OpError](err); ok && e.Op == "dial" {
		return fmt.Errorf("no connection: %w", e.Err)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("the connection was closed without an answer")
	}
	if e, ok := errors.AsType[*net.OpError](err); ok {
		return fmt.Errorf("the connection broke: %w", e.Err)
	}
	return errors.New("what came was no answer of HTTP")
}

// retryAfter reads for how long a receiver asks to be left alone: seconds, or a time.
func retryAfter(text string, now time.Time) time.Duration {
	text = strings.TrimSpace(text)
	if n, err := strconv.Atoi(text); err == nil {
		return time.Duration(min(max(n, 0), int(longestPause.Seconds()))) * time.Second
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return min(max(0, at.Sub(now)), longestPause)
}
