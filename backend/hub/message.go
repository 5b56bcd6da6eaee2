package hub

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"
)

// longest is the longest message of a client that can be one; the read limit only guards the memory of the reader.
const longest = 128

// message is what a client may say: {"t":"ping"} asks for a hello, {"t":"after","seq":12} for all events after 12 once
// more.
type message struct {
	after int64
	ping  bool
}

// parseMessage reads a message strictly: one object, exact names, each once, nothing unknown, nothing after it.
func parseMessage(p []byte) (message, bool) {
	if len(p) > longest {
		return message{}, false
	}
	d := json.NewDecoder(bytes.NewReader(p))
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return message{}, false
	}

	kind, seq := "", int64(-1)
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return message{}, false
		}
		value, err := d.Token()
		if err != nil {
			return message{}, false
		}
		switch v := value.(type) {
		case string:
			if name != "t" || kind != "" || v == "" {
				return message{}, false
			}
			kind = v
		case json.Number:
			n, err := strconv.ParseUint(v.String(), 10, 63)
			if name != "seq" || seq >= 0 || err != nil {
				return message{}, false
			}
			seq = int64(n)
		default:
			return message{}, false
		}
	}
	if t, err := d.Token(); err != nil || t != json.Delim('}') {
		return message{}, false
	}
	if _, err := d.Token(); err != io.EOF {
		return message{}, false
	}

	switch {
	case kind == "ping" && seq < 0:
		return message{ping: true}, true
	case kind == "after" && seq >= 0:
		return message{after: seq}, true
	}
	return message{}, false
}
