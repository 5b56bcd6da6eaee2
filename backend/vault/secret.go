package vault

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
)

const redacted = "[redacted]"

// Secret is a text that must not leave by accident: printing, logging and encoding all give "[redacted]", and a
// database refuses it. Reveal is the one door. The zero value is the empty text.
type Secret struct {
	// Behind a pointer, because fmt prints unexported fields of outer structs without asking their methods.
	text *string
}

// NewSecret wraps a text.
func NewSecret(text string) Secret { return Secret{text: &text} }

// Reveal gives the text. Search for its callers to see where secrets go.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Empty reports whether there is no text.
func (s Secret) Empty() bool { return s.Reveal() == "" }

// String hides the text.
func (s Secret) String() string { return redacted }

// Format hides the text from every verb of fmt.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, redacted) }

// LogValue hides the text from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText hides the text from JSON and every other encoder of texts.
func (s Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// UnmarshalText takes a text in, such as a password from a request's body.
func (s *Secret) UnmarshalText(text []byte) error {
	*s = NewSecret(string(text))
	return nil
}

// Value refuses to store the text: only a hash or a sealed value belongs in a database.
func (s Secret) Value() (driver.Value, error) {
	return nil, errors.New("a secret is stored hashed or sealed, never as it is")
}
