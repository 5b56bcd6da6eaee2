package mailin

import (
	"slices"
	"strconv"
	"strings"
)

// maxParams bounds the parameters of a header that are looked at.
const maxParams = 64

// parseParams reads a value with parameters, like "text/plain; charset=utf-8". It takes what real programs write: spaces
// in values without quotes, encoded words where RFC 2231 should be, and RFC 2231 in any charset.
func parseParams(value string) (kind string, params map[string]string) {
	pieces := splitParams(value)
	kind = strings.ToLower(strings.TrimSpace(pieces[0]))
	if i := strings.IndexAny(kind, " \t("); i >= 0 {
		kind = kind[:i]
	}
	params = map[string]string{}
	extended := map[string][]segment{}
	for _, p := range pieces[1:] {
		key, value, ok := strings.Cut(p, "=")
		key = strings.ToLower(strings.TrimSpace(key))
		if !ok || key == "" {
			continue
		}
		name, s, isSegment := parseSegment(key, unquote(value))
		switch {
		case isSegment:
			extended[name] = append(extended[name], s)
		case params[key] == "":
			params[key] = decodeWords(s.value)
		}
	}
	for name, segments := range extended {
		if v := joinSegments(segments); v != "" {
			params[name] = v
		}
	}
	return kind, params
}

// splitParams cuts at the semicolons outside of quotes.
func splitParams(s string) []string {
	var pieces []string
	quoted, from := false, 0
	for i := 0; i < len(s) && len(pieces) < maxParams; i++ {
		switch c := s[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == ';' && !quoted:
			pieces = append(pieces, s[from:i])
			from = i + 1
		}
	}
	return append(pieces, s[from:])
}

// unquote takes the quotes off. A backslash escapes only quotes and itself: Windows programs write whole paths.
func unquote(s string) string {
	s = strings.TrimSpace(s)
	if len(s) < 2 || s[0] != '"' {
		return s
	}
	s = strings.TrimSuffix(s[1:], `"`)
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(s)
}

// segment is a piece of a parameter's value by RFC 2231: name*1*=….
type segment struct {
	index   int
	encoded bool
	value   string
}

// parseSegment reads the key of a parameter; ok tells whether it is one by RFC 2231.
func parseSegment(key, value string) (name string, s segment, ok bool) {
	name, rest, ok := strings.Cut(key, "*")
	s.value = value
	if !ok || name == "" {
		return key, s, false
	}
	number, encoded := strings.CutSuffix(rest, "*")
	if rest == "" {
		encoded = true
	} else if number != "" {
		n, err := strconv.Atoi(number)
		if err != nil || n < 0 || n > maxParams {
			return key, s, false
		}
		s.index = n
	}
	s.encoded = encoded
	return name, s, true
}

// joinSegments gives the value that the pieces make, up to the first missing one. The charset stands in the first.
func joinSegments(segments []segment) string {
	slices.SortStableFunc(segments, func(a, b segment) int { return a.index - b.index })
	var value []byte
	charset := ""
	for i, s := range segments {
		if s.index != i {
			break
		}
		if !s.encoded {
			value = append(value, s.value...)
			continue
		}
		if i == 0 {
			if parts := strings.SplitN(s.value, "'", 3); len(parts) == 3 {
				charset, s.value = parts[0], parts[2]
			}
		}
		value = append(value, unpercent(s.value)...)
	}
	return decodeText(value, charset)
}

// unpercent decodes %XX; what isn't that stays.
func unpercent(s string) []byte {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b = append(b, byte(n))
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return b
}
