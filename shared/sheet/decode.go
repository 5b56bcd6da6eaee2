package sheet

import (
	"unicode/utf16"
	"unicode/utf8"
)

// Encoding is what the bytes of a file were read as.
type Encoding string

const (
	UTF8        Encoding = "utf-8"
	UTF16LE     Encoding = "utf-16le"
	UTF16BE     Encoding = "utf-16be"
	Windows1252 Encoding = "windows-1252"
)

// decoder turns the pieces of a file into UTF-8. A byte that is no part of a UTF-8 sequence is read as Windows-1252, by
// itself: so the answer does not depend on what came before, a file glued together from two encodings comes out right,
// and a real Windows-1252 file almost never holds what looks like UTF-8 ("Ã©").
type decoder struct {
	encoding Encoding // "" until the first bytes were seen
	held     []byte   // the beginning of the file, or of a character, whose rest has not come
	high     uint16   // UTF-16: the first half of a pair
}

// append decodes p behind dst. At the end of the file it is called with last.
func (d *decoder) append(dst, p []byte, last bool) ([]byte, error) {
	if len(d.held) > 0 {
		p = append(d.held, p...)
		d.held = nil
	}
	if d.encoding == "" {
		if len(p) < 4 && !last {
			d.held = append([]byte(nil), p...)
			return dst, nil
		}
		n, err := d.begin(p)
		if err != nil {
			return dst, err
		}
		p = p[n:]
	}
	if d.encoding == UTF16LE || d.encoding == UTF16BE {
		return d.wide(dst, p, last), nil
	}
	return d.narrow(dst, p, last), nil
}

// begin settles the encoding by the first bytes and gives the length of the byte order mark. Without one, a zero byte
// among the first two can only be half of a UTF-16 character.
func (d *decoder) begin(p []byte) (int, error) {
	at := func(i int) int {
		if i < len(p) {
			return int(p[i])
		}
		return -1
	}
	switch {
	case at(0) == 'P' && at(1) == 'K' && at(2) == 3 && at(3) == 4, at(0) == 0xD0 && at(1) == 0xCF && at(2) == 0x11 && at(3) == 0xE0:
		return 0, ErrWorkbook
	case at(0) == 0xEF && at(1) == 0xBB && at(2) == 0xBF:
		d.encoding = UTF8
		return 3, nil
	case at(0) == 0xFF && at(1) == 0xFE:
		d.encoding = UTF16LE
		return 2, nil
	case at(0) == 0xFE && at(1) == 0xFF:
		d.encoding = UTF16BE
		return 2, nil
	case at(0) > 0 && at(1) == 0:
		d.encoding = UTF16LE
	case at(0) == 0 && at(1) > 0:
		d.encoding = UTF16BE
	default:
		d.encoding = UTF8
	}
	return 0, nil
}

func (d *decoder) narrow(dst, p []byte, last bool) []byte {
	if !last {
		n := whole(p)
		d.held = append([]byte(nil), p[n:]...)
		p = p[:n]
	}
	if utf8.Valid(p) {
		return append(dst, p...)
	}
	for len(p) > 0 {
		r, n := utf8.DecodeRune(p)
		if r == utf8.RuneError && n == 1 {
			d.encoding = Windows1252
			r = western(p[0])
		}
		dst = utf8.AppendRune(dst, r)
		p = p[n:]
	}
	return dst
}

// whole is the length of p without a character at its end that may go on.
func whole(p []byte) int {
	for i := len(p) - 1; i >= 0 && i >= len(p)-utf8.UTFMax; i-- {
		if utf8.RuneStart(p[i]) {
			if utf8.FullRune(p[i:]) {
				break
			}
			return i
		}
	}
	return len(p)
}

func (d *decoder) wide(dst, p []byte, last bool) []byte {
	for ; len(p) > 1; p = p[2:] {
		u := uint16(p[0]) | uint16(p[1])<<8
		if d.encoding == UTF16BE {
			u = u<<8 | u>>8
		}
		if d.high != 0 {
			r := utf16.DecodeRune(rune(d.high), rune(u))
			d.high = 0
			dst = utf8.AppendRune(dst, r)
			if r != utf8.RuneError {
				continue
			}
		}
		if u >= 0xD800 && u < 0xDC00 {
			d.high = u
			continue
		}
		dst = utf8.AppendRune(dst, rune(u)) // the second half of a pair by itself becomes U+FFFD
	}
	if !last {
		d.held = append([]byte(nil), p...)
		return dst
	}
	if d.high != 0 || len(p) > 0 {
		d.high = 0
		dst = utf8.AppendRune(dst, utf8.RuneError)
	}
	return dst
}

// western is a byte of Windows-1252. The five that it leaves open are control characters, as browsers have it.
func western(b byte) rune {
	if b >= 0x80 && b < 0xA0 {
		return rune(windows1252[b-0x80])
	}
	return rune(b)
}

var windows1252 = [32]uint16{
	0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D, 0x008F,
	0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178,
}
