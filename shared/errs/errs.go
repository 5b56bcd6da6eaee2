// Package errs is the one error that a person can act on: a stable code, a sentence from the catalogue and the
// fields it speaks of. Everything else is an ordinary wrapped error and reaches people only as a reference.
package errs

import (
	"errors"
	"fmt"
	"strings"
)

// Code says what kind of refusal an error is; the server maps each to one HTTP status.
type Code string

const (
	Invalid         Code = "invalid"          // the input is wrong; Fields name where
	Unauthenticated Code = "unauthenticated"  // nobody is signed in, or the sign-in ended
	Forbidden       Code = "forbidden"        // signed in, but without the right
	StepUp          Code = "step_up"          // the right is there; the password is asked again
	Wipe            Code = "wipe"             // access ended: the copy on the device goes
	Upgrade         Code = "upgrade_required" // the caller's program is too old to be understood
	NotFound        Code = "not_found"        // absent, or of another organization: the same answer
	Conflict        Code = "conflict"         // the thing is in another state than the act needs; State tells which
	TooMany         Code = "too_many"         // a limit; RetryAfter tells when
	TooLarge        Code = "too_large"        // body, file or list over its limit
	Unavailable     Code = "unavailable"      // try again: busy, starting or stopping
	ReadOnly        Code = "read_only"        // the disk is full or the store is damaged; nothing was changed
	Internal        Code = "internal"         // ours; only the reference is told
)

// Field names one wrong input by its JSON path ("duration", "contacts[2].email").
type Field struct {
	Path string
	Key  string
	Args []any
}

// Error is a refusal that can be shown. Key and Args are a catalogue entry and its placeholders (name, value, …).
type Error struct {
	Code       Code
	Key        string
	Args       []any
	Fields     []Field
	State      string // Conflict: the state the thing is in
	RetryAfter int    // TooMany, Unavailable: seconds, 0 when unknown
	cause      error
}

// New returns a refusal with a catalogue entry and its placeholders as name, value pairs.
func New(code Code, key string, args ...any) *Error { return &Error{Code: code, Key: key, Args: args} }

// BadField is an Invalid error about one field.
func BadField(path, key string, args ...any) *Error {
	return &Error{Code: Invalid, Key: "error.invalid", Fields: []Field{{Path: path, Key: key, Args: args}}}
}

// InState is a Conflict that tells the state the thing is in.
func InState(state, key string, args ...any) *Error {
	return &Error{Code: Conflict, Key: key, Args: args, State: state}
}

// Because attaches a cause for the log; people never see it.
func (e *Error) Because(err error) *Error {
	c := *e
	c.cause = err
	return &c
}

// Error is for logs; people get the catalogue's sentence.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", e.Code, e.Key)
	for _, f := range e.Fields {
		fmt.Fprintf(&b, " [%s: %s]", f.Path, f.Key)
	}
	if e.State != "" {
		fmt.Fprintf(&b, " (state %s)", e.State)
	}
	if e.cause != nil {
		fmt.Fprintf(&b, ": %v", e.cause)
	}
	return b.String()
}

// Unwrap gives the cause to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.cause }

// CodeOf is the code of the first Error in err's chain, Internal when there is none, "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Internal
}

// Is reports whether err carries the code.
func Is(err error, code Code) bool { return err != nil && CodeOf(err) == code }
