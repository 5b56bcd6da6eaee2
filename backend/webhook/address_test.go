package webhook_test

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/backend/webhook"
	"countersign/backend/webhook/webhooktest"
	"countersign/shared/errs"
	"countersign/shared/id"

	"pgregory.net/rapid"

	reference "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// What an address may be, and where nothing may be sent whatever a name stands for.
func TestAddresses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://crm.example.com/events":                      "",
		" https://crm.example.com:8443/e?x=1 ":                "",
		"https://10.0.0.8/events":                             "",
		"https://192.168.1.4":                                 "",
		"https://172.16.9.9/":                                 "",
		"https://127.0.0.1:8443/":                             "",
		"https://[fd12:3456::8]/events":                       "",
		"http://localhost:9000/events":                        "",
		"http://crm.localhost/events":                         "",
		"http://127.0.0.1:9000/":                              "",
		"http://127.9.9.9/":                                   "",
		"http://[::1]:9000/":                                  "",
		"http://[::ffff:127.0.0.1]:9000/":                     "",
		"http://crm.example.com/events":                       "webhook.error.https",
		"http://10.0.0.8/events":                              "webhook.error.https",
		"http://localhost.example.com/":                       "webhook.error.https",
		"http://169.254.169.254/latest/meta-data":             "webhook.error.https",
		"ftp://crm.example.com/":                              "webhook.error.https",
		"file:///etc/passwd":                                  "webhook.error.url",
		"//crm.example.com/":                                  "webhook.error.https",
		"crm.example.com":                                     "webhook.error.url",
		"":                                                    "webhook.error.url",
		"https://":                                            "webhook.error.url",
		"https:crm.example.com":                               "webhook.error.url",
		"https://user:pass@crm.example.com/":                  "webhook.error.url",
		"https://user@crm.example.com/":                       "webhook.error.url",
		"https://crm.example.com/#part":                       "webhook.error.url",
		"https://crm.example.com:0/":                          "webhook.error.url",
		"https://crm.example.com:70000/":                      "webhook.error.url",
		"https://crm.example.com/\x00":                        "webhook.error.url",
		"https://crm.example.com/" + strings.Repeat("a", 500): "webhook.error.url",
		"https://169.254.169.254/":                            "webhook.error.address",
		"https://0.0.0.0/":                                    "webhook.error.address",
		"https://0.1.2.3/":                                    "webhook.error.address",
		"https://224.0.0.1/":                                  "webhook.error.address",
		"https://255.255.255.255/":                            "webhook.error.address",
		"https://100.100.100.200/":                            "webhook.error.address",
		"https://[fe80::1%25eth0]/":                           "webhook.error.address",
		"https://[fe80::1]/":                                  "webhook.error.address",
		"https://[ff02::1]/":                                  "webhook.error.address",
		"https://[::]/":                                       "webhook.error.address",
		"https://[::ffff:169.254.169.254]/":                   "webhook.error.address",
		"https://[fd00:ec2::254]/":                            "webhook.error.address",
		"https://[64:ff9b::a9fe:a9fe]/":                       "webhook.error.address",
		"https://[2002:a9fe:a9fe::1]/":                        "webhook.error.address",
	} {
		got, err := webhook.CheckURL("url", text)
		key := ""
		if e, ok := errors.AsType[*errs.Error](err); ok {
			key = e.Fields[0].Key
		}
		if key != want || (err == nil) != (got != "") {
			t.Errorf("%q: %q %v, want %q", text, got, err, want)
		}
	}
	for address, want := range map[string][2]bool{ // for https, for http
		"93.184.216.34:443":          {true, false},
		"10.1.2.3:443":               {true, false},
		"127.0.0.1:80":               {true, true},
		"[::1]:80":                   {true, true},
		"[::ffff:127.0.0.1]:80":      {true, true},
		"[2001:db8::1]:443":          {true, false},
		"169.254.169.254:443":        {false, false},
		"169.254.0.1:80":             {false, false},
		"0.0.0.0:80":                 {false, false},
		"[::ffff:0.0.0.0]:80":        {false, false},
		"[::]:80":                    {false, false},
		"[fe80::1%lo]:80":            {false, false},
		"[fe9f::1]:80":               {false, false},
		"239.1.1.1:443":              {false, false},
		"[ff05::2]:443":              {false, false},
		"[64:ff9b::a9fe:a9fe]:443":   {false, false},
		"[64:ff9b::5db8:d822]:443":   {true, false},
		"[::ffff:169.254.169.254]:1": {false, false},
		"crm.example.com:443":        {false, false}, // not an address: nothing was resolved
	} {
		if got := [2]bool{webhook.DialsTo(true, address), webhook.DialsTo(false, address)}; got != want {
			t.Errorf("%s: %v, want %v", address, got, want)
		}
	}
}

// Whatever is barred is barred in each form in which IPv6 can hold it.
func TestNoFormOfAnAddressIsMissed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := [4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "address"))
		if rapid.Bool().Draw(t, "metadata") {
			b[0], b[1] = 169, 254
		}
		ip := netip.AddrFrom4(b)
		var nat, mapped, compatible [16]byte
		copy(nat[:], []byte{0, 0x64, 0xff, 0x9b})
		copy(nat[12:], b[:])
		copy(compatible[12:], b[:])
		mapped = ip.As16()
		six := [16]byte{0x20, 0x02, b[0], b[1], b[2], b[3]}
		for _, other := range [][16]byte{nat, mapped, six, compatible} {
			got := netip.AddrFrom16(other)
			if got != netip.IPv6Loopback() && webhook.Barred(got) != webhook.Barred(ip) {
				t.Fatalf("%v is barred %v, %v is barred %v", ip, webhook.Barred(ip), got, webhook.Barred(got))
			}
		}
		if ip.IsLinkLocalUnicast() && !webhook.Barred(ip) {
			t.Fatalf("%v is allowed", ip)
		}
	})
}

// What is checked before connecting is what is dialled: a name of this machine is no way out by http, an http address never
// reaches another machine, and a certificate that nobody vouches for is refused before anything is sent.
func TestNothingIsSentWhereItMustNot(t *testing.T) {
	r := webhooktest.Start(t, webhooktest.Options{TLS: true})
	plain := webhooktest.Start(t, webhooktest.Options{})
	t.Setenv("HTTP_PROXY", plain.URL)
	t.Setenv("HTTPS_PROXY", plain.URL)
	w := newWorld(t)
	for address, want := range map[string]string{
		r.URL:                       "its certificate can't be trusted",
		"https://0.0.0.0:9/":        "nothing may be sent to the address that the host's name stands for",
		"https://169.254.169.254/":  "nothing may be sent to the address that the host's name stands for",
		"http://169.254.169.254/":   "nothing may be sent to the address that the host's name stands for",
		"http://192.0.2.1/":         "nothing may be sent to the address that the host's name stands for",
		"https://no.such.invalid./": "the host's name is not known",
		"http://127.0.0.1:1/":       "no connection",
		"https://" + strings.TrimPrefix(plain.URL, "http://"): "what came was no answer of HTTP",
	} {
		hook, _ := w.hook(address)
		w.tell(1, hook)
		q := &retried{w.db, make(chan struct{}, 1)}
		_, stop := w.run(q, webhook.NewClient("test", nil))
		<-q.told
		stop()
		row := w.rows(hook)[0]
		if !strings.HasPrefix(row.Error, want) || row.Status != 0 {
			t.Errorf("%s: %q, want %q", address, row.Error, want)
		}
	}
	if r.Seen()+plain.Seen() > 0 {
		t.Errorf("%d deliveries arrived", r.Seen()+plain.Seen())
	}
}

// retried tells of an attempt that failed.
type retried struct {
	*store.DB
	told chan struct{}
}

func (q *retried) RetryDelivery(ctx context.Context, d store.DueDelivery, after time.Duration, status int, why string) (time.Time, error) {
	defer func() { q.told <- struct{}{} }()
	return q.DB.RetryDelivery(ctx, d, after, status, why)
}

// An old version of TLS is refused.
func TestOldTLSIsRefused(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	versions := make(chan []uint16, 1)
	go func() {
		c, err := ln.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		s := tls.Server(c, &tls.Config{GetConfigForClient: func(h *tls.ClientHelloInfo) (*tls.Config, error) {
			versions <- h.SupportedVersions
			return nil, errors.New("no")
		}})
		s.HandshakeContext(context.Background())
	}()
	w := newWorld(t)
	hook, _ := w.hook("https://" + ln.Addr().String())
	w.tell(1, hook)
	_, stop := w.run(w.db, webhook.NewClient("test", nil))
	for _, v := range <-versions {
		if v < tls.VersionTLS12 {
			t.Errorf("offers version %x", v)
		}
	}
	stop()
}

// Signatures are those of the reference implementation, for every secret, id, time and body.
func TestSignaturesAreTheSpecifications(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		secret := webhook.NewSecret()
		hook, err := reference.NewWebhook(secret.Reveal())
		if err != nil {
			t.Fatal(err)
		}
		msg, body := rapid.StringMatching(`[a-z0-9-]{1,40}`).Draw(t, "id"), rapid.SliceOf(rapid.Byte()).Draw(t, "body")
		at := time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "at"), 0)
		h := http.Header{}
		if err := webhook.Sign(h, id.WebhookEvent(msg), at, body, webhook.NewSecret(), secret); err != nil {
			t.Fatal(err)
		}
		if err := hook.VerifyIgnoringTimestamp(body, h); err != nil {
			t.Fatal(err)
		}
		want, err := hook.Sign(msg, at, body)
		if err != nil || !strings.HasSuffix(h.Get("webhook-signature"), " "+want) {
			t.Fatalf("%s, want %s", h.Get("webhook-signature"), want)
		}
		if hook.VerifyIgnoringTimestamp(append(body, 0), h) == nil {
			t.Fatal("another body has the same signature")
		}
	})
	if err := webhook.Sign(http.Header{}, "x", time.Unix(0, 0), nil, vault.NewSecret("whsec_???")); err == nil {
		t.Error("signs with what is no secret")
	}
}
