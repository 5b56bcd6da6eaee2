package i18n

import "strings"

// catalogue is the sentences of one language: lines "key = text" in the order of the keys, and where each begins. A
// program that starts has no time to make anything larger of them.
type catalogue struct {
	text  string
	lines []int32
}

const separator = " = "

func newCatalogue(text string) *catalogue {
	c := &catalogue{text: text, lines: make([]int32, 0, 2048)}
	for at := 0; at < len(text); {
		c.lines = append(c.lines, int32(at))
		n := strings.IndexByte(text[at:], '\n')
		if n < 0 {
			break
		}
		at += n + 1
	}
	return c
}

// find is the text of a key, in which "\n" is a line break.
func (c *catalogue) find(key string) (text string, ok bool) {
	if c == nil {
		return "", false
	}
	from, to := 0, len(c.lines)
	for from < to {
		middle := (from + to) / 2
		end := len(c.text)
		if middle+1 < len(c.lines) {
			end = int(c.lines[middle+1])
		}
		have, text, _ := strings.Cut(c.text[c.lines[middle]:end], separator)
		switch {
		case have == key:
			text = strings.TrimSuffix(text, "\n")
			if strings.IndexByte(text, '\\') >= 0 {
				text = strings.ReplaceAll(text, `\n`, "\n")
			}
			return text, true
		case have < key:
			from = middle + 1
		default:
			to = middle
		}
	}
	return "", false
}
