// Package i18n is the message catalogue: three files a language, whole sentences with named placeholders, plurals by
// suffix. They are embedded, except in browsers, whose program is given the sentences of the person's language. A new
// language is three new files, the few lines here that name the others, and those in app/web/start.js and index.html.
package i18n

import (
	"fmt"
	"strconv"
	"strings"
)

// Locale is a language the product speaks, as a BCP 47 tag.
type Locale string

const (
	EN Locale = "en"
	FR Locale = "fr"
)

// Locales are all languages, the default first.
func Locales() []Locale { return []Locale{EN, FR} }

// Name is what the language calls itself.
func (l Locale) Name() string {
	if l == FR {
		return "Français"
	}
	return "English"
}

// Parse gives the supported locale nearest to a BCP 47 tag or an Accept-Language value, English when none is.
// Quality values are read in the order written, as browsers send them by preference.
func Parse(tag string) Locale {
	for part := range strings.SplitSeq(tag, ",") {
		part, _, _ = strings.Cut(strings.TrimSpace(strings.ToLower(part)), ";")
		lang, _, _ := strings.Cut(part, "-")
		for _, l := range Locales() {
			if string(l) == lang {
				return l
			}
		}
	}
	return EN
}

// Has reports whether the catalogue has the key (or its plural forms) in the language.
func (l Locale) Has(key string) bool {
	c := l.catalogue()
	_, ok := c.find(key)
	_, plural := c.find(key + ".other")
	return ok || plural
}

// T is the sentence of a key with its {name} placeholders filled from name, value pairs. When the key has plural
// forms (key.one, key.other), the placeholder n chooses. A missing key shows itself, so that it is seen.
func (l Locale) T(key string, args ...any) string {
	c := l.catalogue()
	text, ok := c.find(key)
	if !ok {
		text, ok = c.find(key + "." + l.plural(args))
	}
	if !ok {
		return key
	}
	if len(args) == 0 || !strings.Contains(text, "{") {
		return text
	}
	pairs := make([]string, 0, len(args))
	for i := 0; i+1 < len(args); i += 2 {
		name, _ := args[i].(string)
		pairs = append(pairs, "{"+name+"}", l.show(args[i+1]))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// plural is the category of the argument n: French counts 0 and 1 as one, English only 1 (Unicode CLDR, plural rules).
func (l Locale) plural(args []any) string {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] != "n" {
			continue
		}
		n := toInt(args[i+1])
		if n == 1 || (l == FR && n == 0) {
			return "one"
		}
	}
	return "other"
}

func toInt(v any) int64 {
	switch n := v.(type) {
	case int:
		return int64(n)
	case int64:
		return n
	}
	return -1
}

func (l Locale) show(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return l.Number(int64(v))
	case int64:
		return l.Number(v)
	}
	return fmt.Sprint(v)
}

// Number writes n with the language's thousands separator: "100,000", "100 000" with a narrow no-break space.
func (l Locale) Number(n int64) string {
	sep := ","
	if l == FR {
		sep = "\u202f"
	}
	s := strconv.FormatInt(n, 10)
	sign := ""
	if s[0] == '-' {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + sep + s[i:]
	}
	return sign + s
}
