// Package text makes what people type harmless to others who read it.
package text

import (
	"strings"
	"unicode"
)

// Plain leaves out of a text what can't be seen and changes how the rest reads: control characters but line breaks and
// tabs, and those that turn the direction of writing. What somebody decides about must read as it was written.
func Plain(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) {
			return -1
		}
		return r
	}, s)
}

// Line is Plain for what stands on one line: blanks of all kinds are joined to one.
func Line(s string) string { return strings.Join(strings.Fields(Plain(s)), " ") }
