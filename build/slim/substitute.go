package main

// substitutes are files of the copy that we wrote, below pkg.
var substitutes = map[string]string{
	"slim/regexp/regexp.go": `// Package regexp matches the only patterns that the portal has for its routes: "^" and a path.
package regexp

import "strings"

type Regexp struct{ prefix string }

// MustCompile panics for a pattern that is more than "^" and plain characters.
func MustCompile(pattern string) *Regexp {
	prefix, anchored := strings.CutPrefix(pattern, "^")
	if !anchored || strings.ContainsAny(prefix, "\\.+*?()|[]{}^$") {
		panic("route pattern " + pattern + ": only ^ and a path are built into this app")
	}
	return &Regexp{prefix}
}

func (r *Regexp) MatchString(path string) bool { return strings.HasPrefix(path, r.prefix) }
`,
	"slim/uuid/uuid.go": `// Package uuid makes random names. They need not be secret, only different.
package uuid

import (
	"math/rand/v2"
	"strconv"
)

func NewString() string {
	return strconv.FormatUint(rand.Uint64(), 36) + strconv.FormatUint(rand.Uint64(), 36)
}
`,
	"slim/html/html.go": `// Package html escapes text. The standard one keeps the names of all entities, which only the way back needs.
package html

import "strings"

var escapes = strings.NewReplacer("&", "&amp;", "'", "&#39;", "<", "&lt;", ">", "&gt;", "\"", "&#34;")

func EscapeString(s string) string { return escapes.Replace(s) }
`,
	"app/crypto.go": `package app

import "github.com/maxence-charriere/go-app/v10/pkg/errors"

func encrypt(string, []byte) ([]byte, error) { return nil, errNoEncryption }
func decrypt(string, []byte) ([]byte, error) { return nil, errNoEncryption }

var errNoEncryption = errors.New("encryption is not built into this app")
`,
}
