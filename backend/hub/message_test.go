package hub

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestParseMessage(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]message{
		`{"t":"ping"}`:                            {ping: true},
		" { \"t\" : \"ping\" }\n":                 {ping: true},
		`{"t":"\u0070ing"}`:                       {ping: true},
		`{"t":"after","seq":0}`:                   {},
		`{"seq":12,"t":"after"}`:                  {after: 12},
		`{"t":"after","seq":9223372036854775807}`: {after: 1<<63 - 1},
		`{"t":"ping"}` + strings.Repeat(" ", 100): {ping: true},
	} {
		if got, ok := parseMessage([]byte(text)); !ok || got != want {
			t.Errorf("%s: got %+v, %v", text, got, ok)
		}
	}
	for _, text := range []string{
		``, `{}`, `[]`, `null`, `"ping"`, `{"t":"ping"`, `{"t":"ping"}}`, `{"t":"ping"} x`, `{"t":"ping",}`, `{,"t":"ping"}`,
		`{"T":"ping"}`, `{"t":"PING"}`, `{"t":"after"}`, `{"seq":1}`, `{"t":"ping","seq":1}`, `{"t":"after","seq":"1"}`,
		`{"t":"after","seq":1.0}`, `{"t":"after","seq":1e3}`, `{"t":"after","seq":-0}`, `{"t":"after","seq":1,"seq":1}`,
		`{"t":"ping","t":"ping"}`, `{"t":null}`, `{"t":{"t":"ping"}}`, `{"t":["ping"]}`, `{"t":""}`, `{"t":"","t":"ping"}`,
		"\ufeff{\"t\":\"ping\"}", strings.Repeat("{", 128), `{"t":"ping"}` + strings.Repeat(" ", 128),
	} {
		if got, ok := parseMessage([]byte(text)); ok {
			t.Errorf("%s: accepted as %+v", text, got)
		}
	}
}

// TH23, PR14: what is accepted is short, valid JSON and means the same to an ordinary reader; nothing crashes.
func FuzzParseMessage(f *testing.F) {
	for _, seed := range []string{`{"t":"ping"}`, `{"t":"after","seq":12}`, `{"seq":0,"t":"after"}`, `{"t":1}`, `[`, "\x00", `{"t":"\ud800"}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		m, ok := parseMessage(p)
		if !ok {
			return
		}
		var plain map[string]any
		if len(p) > longest || json.Unmarshal(p, &plain) != nil {
			t.Fatalf("accepted %q", p)
		}
		var typed struct {
			T   string
			Seq *int64
		}
		if err := json.Unmarshal(p, &typed); err != nil {
			t.Fatalf("accepted %q: %v", p, err)
		}
		switch {
		case m.ping && typed.T == "ping" && typed.Seq == nil && len(plain) == 1:
		case !m.ping && typed.T == "after" && typed.Seq != nil && *typed.Seq == m.after && m.after >= 0 && len(plain) == 2:
		default:
			t.Fatalf("%q was read as %+v", p, m)
		}
	})
}
