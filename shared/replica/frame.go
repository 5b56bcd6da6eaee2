package replica

import (
	"encoding/binary"
	"encoding/json"
	"errors"
)

// A frame holds rows as snapshots carry them and devices store them: a version, a dictionary of the strings that repeat,
// how many rows, and the rows. A number takes its 16-byte id, its digits and version as varints, its name, and four
// places in the dictionary. What does not fit that form (and units, programs and purposes, of which there are few) is
// written as JSON, so that a frame gives back exactly what was put into it.

const (
	frameVersion = 1
	rowNumber    = 0
	rowJSON      = 1
	leastRow     = 2 // bytes of the smallest row
	leastNumber  = 24
	mostDigits   = 999_999_999_999_999_999 // of the short form
)

// ErrFrame says that bytes are no frame.
var ErrFrame = errors.New("replica: this is no frame of rows")

// AppendFrame appends the rows as one frame.
func AppendFrame(dst []byte, rows []Change) []byte {
	dict := map[string]uint64{}
	var words []string
	word := func(s string) uint64 {
		i, ok := dict[s]
		if !ok {
			i = uint64(len(words))
			dict[s] = i
			words = append(words, s)
		}
		return i
	}
	body := make([]byte, 0, 48*len(rows))
	for i := range rows {
		if key, digits, ok := compact(&rows[i]); ok {
			n := rows[i].Number
			body = append(body, rowNumber)
			body = append(body, key[:]...)
			body = binary.AppendUvarint(body, digits)
			body = binary.AppendUvarint(body, uint64(n.Ver))
			body = appendText(body, n.DisplayName)
			body = binary.AppendUvarint(body, word(n.CallPurpose))
			body = binary.AppendUvarint(body, word(string(n.BusinessUnit)))
			body = binary.AppendUvarint(body, word(string(n.Program)))
			body = binary.AppendUvarint(body, word(string(n.Status)))
			continue
		}
		text, err := json.Marshal(&rows[i])
		if err != nil { // only a time beyond the year 9999, which no program has
			text = []byte("{}")
		}
		body = append(body, rowJSON)
		body = appendText(body, string(text))
	}

	dst = append(dst, frameVersion)
	dst = binary.AppendUvarint(dst, uint64(len(words)))
	for _, w := range words {
		dst = appendText(dst, w)
	}
	dst = binary.AppendUvarint(dst, uint64(len(rows)))
	return append(dst, body...)
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// compact reports whether a row has the short form, with its id and digits.
func compact(c *Change) (key [16]byte, digits uint64, ok bool) {
	n := c.Number
	if n == nil || c.Kind != KindNumber || c.Del || c.ID != string(n.ID) || c.Seq != n.Ver || n.Ver < 0 || c.Unit != nil || c.Program != nil || c.Purpose != nil {
		return key, 0, false
	}
	if len(n.E164) < 2 || n.E164[0] != '+' || n.E164[1] == '0' || len(c.ID) != 36 {
		return key, 0, false
	}
	for i := 1; i < len(n.E164); i++ {
		c := n.E164[i] - '0'
		if c > 9 || i > 18 { // mostDigits
			return key, 0, false
		}
		digits = digits*10 + uint64(c)
	}
	if c.ID[8] != '-' || c.ID[13] != '-' || c.ID[18] != '-' || c.ID[23] != '-' {
		return key, 0, false
	}
	at, wrong := 0, byte(0)
	for i := range key {
		if at == 8 || at == 13 || at == 18 || at == 23 {
			at++
		}
		high, low := nibble(c.ID[at]), nibble(c.ID[at+1])
		wrong |= high | low
		key[i] = high<<4 | low&15
		at += 2
	}
	return key, digits, wrong < 16
}

// nibble is the value of a lower-case hexadecimal digit, and 255 for every other byte.
func nibble(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	}
	return 255
}

const lowerHex = "0123456789abcdef"
