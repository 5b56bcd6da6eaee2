package store

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"

	"countersign/shared/id"
	"countersign/shared/number"
)

// Rows of numbers are written and read a thousand at a time, so their JSON is written by hand and read by hand as far as
// it is what this file writes; anything else goes the way of encoding/json.

// numberJSON is n as encoding/json would write it but for characters that only matter within HTML.
func numberJSON(n *number.Number) string {
	b := make([]byte, 0, 256)
	b = appendText(append(b, `{"id":`...), string(n.ID))
	b = appendText(append(b, `,"e164":`...), string(n.E164))
	b = appendText(append(b, `,"call_purpose":`...), n.CallPurpose)
	b = appendFilled(b, `,"display_name":`, n.DisplayName)
	b = appendFilled(b, `,"business_unit":`, string(n.BusinessUnit))
	b = appendFilled(b, `,"program":`, string(n.Program))
	b = appendText(append(b, `,"status":`...), string(n.Status))
	b = strconv.AppendInt(append(b, `,"ver":`...), n.Ver, 10)
	return string(append(b, '}'))
}

func appendFilled(b []byte, key, s string) []byte {
	if s == "" {
		return b
	}
	return appendText(append(b, key...), s)
}

// appendText writes a JSON string.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf && !utf8.ValidString(s) {
			quoted, err := json.Marshal(s)
			if err != nil {
				panic("store: a string has a JSON form: " + err.Error())
			}
			return append(b, quoted...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

func readNumberJSON(s string) (*number.Number, error) {
	n := new(number.Number)
	if readPlain(n, s) {
		return n, nil
	}
	*n = number.Number{}
	return n, json.Unmarshal([]byte(s), n)
}

// readPlain reads what numberJSON writes when no string needs an escape; false for all else.
func readPlain(n *number.Number, s string) bool {
	r := plain{s: s, ok: true}
	n.ID = id.Number(r.need(`{"id":"`))
	n.E164 = number.E164(r.need(`,"e164":"`))
	n.CallPurpose = r.need(`,"call_purpose":"`)
	n.DisplayName = r.may(`,"display_name":"`)
	n.BusinessUnit = id.BusinessUnit(r.may(`,"business_unit":"`))
	n.Program = id.Program(r.may(`,"program":"`))
	n.Status = number.Status(r.need(`,"status":"`))
	rest, ok := strings.CutPrefix(r.s, `,"ver":`)
	rest, closed := strings.CutSuffix(rest, "}")
	var err error
	n.Ver, err = strconv.ParseInt(rest, 10, 64)
	return r.ok && ok && closed && err == nil
}

// plain reads keys with plain strings, one after the other.
type plain struct {
	s  string
	ok bool
}

func (p *plain) may(key string) string {
	rest, ok := strings.CutPrefix(p.s, key)
	if !ok {
		return ""
	}
	i := strings.IndexByte(rest, '"')
	if i < 0 || strings.IndexByte(rest[:i], '\\') >= 0 {
		p.ok = false
		return ""
	}
	p.s = rest[i+1:]
	return rest[:i]
}

func (p *plain) need(key string) string {
	p.ok = p.ok && strings.HasPrefix(p.s, key)
	return p.may(key)
}
