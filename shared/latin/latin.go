// Package latin takes marks off letters, so that names are found and compared however people write them. It knows the
// Latin letters of Unicode's first blocks, Vietnamese included, and no other script; golang.org/x/text, which knows them
// all, is larger than what the browser loads of the rest of this module's rules.
package latin

// Plain gives what is left of a Latin letter without its marks: "e" of "ế", "L" of "Ł", "ss" of "ß". It is "" for what
// has none.
func Plain(r rune) string {
	switch {
	case r < firstLatin || r > lastAdditional || r > lastLatin && r < firstAdditional:
		return ""
	case r <= lastLatin:
		if i := r - firstLatin; latin[i] != '.' {
			return latin[i : i+1]
		}
	default:
		if i := r - firstAdditional; additional[i] != '.' {
			return additional[i : i+1]
		}
	}
	switch r {
	case 'ß':
		return "ss"
	case 'ẞ':
		return "SS"
	case 'æ', 'ǣ', 'ǽ':
		return "ae"
	case 'Æ', 'Ǣ', 'Ǽ':
		return "AE"
	case 'œ':
		return "oe"
	case 'Œ':
		return "OE"
	case 'þ':
		return "th"
	case 'Þ':
		return "TH"
	}
	return ""
}

// Plain letters by code point, "." where there is none. Letters with a stroke count as marked.
const (
	firstLatin, lastLatin = '\u00C0', '\u024F'
	latin                 = "" +
		"AAAAAA.CEEEEIIIIDNOOOOO.OUUUUY..aaaaaa.ceeeeiiiidnooooo.ouuuuy.y" + // U+00C0
		"AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIi..JjKk.LlLlLlL" + // U+0100
		"lLlNnNnNnn..OoOoOo..RrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs" + // U+0140
		"................................Oo.............Uu..............." + // U+0180
		".............AaIiOoUuUuUuUuUu.AaAa....GgKkOoOo..j...Gg..NnAa..Oo" + // U+01C0
		"AaAaEeEeIiIiOoOoRrRrUuUuSsTt..Hh......AaEeOoOoOoOoYy............" + // U+0200
		"................" // U+0240

	firstAdditional, lastAdditional = '\u1E00', '\u1EFF'
	additional                      = "" +
		"AaBbBbBbCcDdDdDdDdDdEeEeEeEeEeFfGgHhHhHhHhHhIiIiKkKkKkLlLlLlLlMm" + // U+1E00
		"MmMmNnNnNnNnOoOoOoOoPpPpRrRrRrRrSsSsSsSsSsTtTtTtTtUuUuUuUuUuVvVv" + // U+1E40
		"WwWwWwWwWwXxXxYyZzZzZzhtwy......AaAaAaAaAaAaAaAaAaAaAaAaEeEeEeEe" + // U+1E80
		"EeEeEeEeIiIiOoOoOoOoOoOoOoOoOoOoOoOoUuUuUuUuUuUuUuYyYyYyYy......" // U+1EC0
)
