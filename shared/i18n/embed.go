//go:build !js

package i18n

import (
	_ "embed"
	"maps"
	"slices"
	"strings"
	"sync"
)

//go:embed en.txt
var enText string

//go:embed fr.txt
var frText string

// What only the provider's own pages say. Customers do not load it.

//go:embed en_staff.txt
var enStaff string

//go:embed fr_staff.txt
var frStaff string

// What only the server says: mails, sign-in pages and most refusals. Browsers get those sentences ready-made.

//go:embed en_server.txt
var enServer string

//go:embed fr_server.txt
var frServer string

var (
	english = sync.OnceValue(func() *catalogue { return newCatalogue(sorted(enText, enStaff, enServer)) })
	french  = sync.OnceValue(func() *catalogue { return newCatalogue(sorted(frText, frStaff, frServer)) })
)

func (l Locale) catalogue() *catalogue {
	switch l {
	case EN:
		return english()
	case FR:
		return french()
	}
	return nil
}

// Sentences are what the customers' program needs of the language in the browser, as Use takes them there.
func (l Locale) Sentences() string {
	switch l {
	case EN:
		return sorted(enText)
	case FR:
		return sorted(frText)
	}
	return ""
}

// StaffSentences are what the staff's program needs: the others', and its own.
func (l Locale) StaffSentences() string {
	switch l {
	case EN:
		return sorted(enText, enStaff)
	case FR:
		return sorted(frText, frStaff)
	}
	return ""
}

// sorted puts the lines of some files in the order of their keys, without comments.
func sorted(sources ...string) string {
	texts := parse(sources...)
	var b strings.Builder
	for _, key := range slices.Sorted(maps.Keys(texts)) {
		b.WriteString(key + separator + texts[key] + "\n")
	}
	return b.String()
}

// parse reads lines "key = text"; "#" starts a comment line. A key written twice keeps its last text (a test refuses
// it).
func parse(sources ...string) map[string]string {
	m := make(map[string]string, 2048)
	for _, source := range sources {
		for line := range strings.Lines(source) {
			line = strings.TrimSpace(line)
			if line == "" || line[0] == '#' {
				continue
			}
			if k, v, ok := strings.Cut(line, separator); ok {
				m[strings.TrimSpace(k)] = strings.TrimSpace(v)
			}
		}
	}
	return m
}
