// Package id holds the identifiers, a distinct string type for each noun so that they cannot be mixed up.
// All are UUIDs of version 7 (RFC 9562, section 5.7): sortable by time, made by the application and never by the
// database, so that one can be made offline too.
package id

import (
	"encoding/hex"
	"io"
	"time"
)

type (
	Organization   string
	Contact        string
	Login          string
	Staff          string
	Session        string
	SupportSession string
	AccessRequest  string
	Extension      string
	Token          string
	Mail           string
	CustomField    string
	Code           string
	Verification   string
	Change         string // a significant change that waits for a decision, or was decided
	Transfer       string // of ownership
	Number         string // a phone number in an organization
	BusinessUnit   string
	Program        string
	Job            string // bulk work on phone numbers
	Attention      string // what of an edit was not applied and waits for a person
	Device         string // a browser profile with a login and an organization, as far as sync goes
	Service        string // a service or a domain that an organization has
	Ticket         string
	Message        string // of a ticket
	Attachment     string // a file of a message
	CannedAnswer   string
	Invoice        string
	APIToken       string
	Webhook        string
	WebhookEvent   string // what happened, the same for every webhook that is told
	Delivery       string // of an event to a webhook
)

// New makes a UUIDv7 from the time and ten random bytes of r. It panics when r fails, as crypto/rand never does.
func New[T ~string](now time.Time, r io.Reader) T {
	var b [16]byte
	ms := now.UnixMilli()
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	if _, err := io.ReadFull(r, b[6:]); err != nil {
		panic("id: the random source failed: " + err.Error())
	}
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80

	var s [36]byte
	hex.Encode(s[0:8], b[0:4])
	hex.Encode(s[9:13], b[4:6])
	hex.Encode(s[14:18], b[6:8])
	hex.Encode(s[19:23], b[8:10])
	hex.Encode(s[24:36], b[10:16])
	s[8], s[13], s[18], s[23] = '-', '-', '-', '-'
	return T(s[:])
}

// Valid reports whether s is written as a UUID: 8-4-4-4-12 lower-case hexadecimal digits.
func Valid[T ~string](s T) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
				return false
			}
		}
	}
	return true
}
