package mailin

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// fileName makes a name harmless wherever the file is saved, and never empty: the last part of a path, without what can't
// be seen, what turns the direction of writing, or what a system reserves.
func fileName(name, fallback string) string {
	name = strings.ToValidUTF8(name, "\ufffd")
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`<>:"|?*`, r):
			return '_'
		case unicode.IsSpace(r), r == '\u2028', r == '\u2029':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, name)
	name = strings.Trim(strings.Join(strings.Fields(name), " "), ". ")
	name = clipName(name, maxName)
	if name == "" {
		return fallback
	}
	if isDevice(name) {
		return "_" + name
	}
	return name
}

// clipName cuts in the middle, so that the ending stays: at most n code points, and no more bytes than file systems take.
func clipName(name string, n int) string {
	const maxBytes = 200
	if utf8.RuneCountInString(name) <= n && len(name) <= maxBytes {
		return name
	}
	ending := path.Ext(name)
	if len(ending) > 20 {
		ending = ""
	}
	stem := []rune(strings.TrimSuffix(name, ending))
	stem = stem[:min(len(stem), n-utf8.RuneCountInString(ending))]
	for len(string(stem))+len(ending) > maxBytes {
		stem = stem[:len(stem)-1]
	}
	return strings.TrimRight(string(stem), ". ") + ending
}

// isDevice reports whether Windows takes the name for a device, with whatever ending.
func isDevice(name string) bool {
	stem, _, _ := strings.Cut(name, ".")
	stem = strings.ToUpper(strings.TrimSpace(stem))
	switch stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$":
		return true
	}
	if port, ok := strings.CutPrefix(stem, "COM"); ok || strings.HasPrefix(stem, "LPT") {
		if !ok {
			port = strings.TrimPrefix(stem, "LPT")
		}
		return utf8.RuneCountInString(port) == 1 && strings.Contains("0123456789¹²³", port)
	}
	return false
}
