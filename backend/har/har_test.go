package har_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"countersign/backend/har"

	"pgregory.net/rapid"
)

// TH16: wherever a HAR file can hold a secret, none of a thousand is left; what helps to find a fault stays.
func TestStripLeavesNoCanary(t *testing.T) {
	n := 0
	canary := func() string { n++; return fmt.Sprintf("CANARY%04d", n) }
	pair := func(name string) map[string]any { return map[string]any{"name": name, "value": canary()} }
	var entries []any
	for range 40 {
		side := func() map[string]any {
			var headers []any
			for _, h := range []string{"Cookie", "Set-Cookie", "Authorization", "X-Api-Key", "x-csrf-token", "X-Amz-Security-Token", "Proxy-Authorization", "X-Something-Own"} {
				headers = append(headers, pair(h))
			}
			headers = append(headers, map[string]any{"name": "Referer", "value": "https://a.example/x?session_id=" + canary() + "&q=keep#" + canary()},
				map[string]any{"name": "Content-Type", "value": "text/html"})
			return map[string]any{"url": "https://user:" + canary() + "@a.example/path?access_token=" + canary() + "&page=3", "redirectURL": "https://b.example/#" + canary(),
				"headers": headers, "cookies": []any{pair("sid"), pair("csrf")}}
		}
		request, response := side(), side()
		request["queryString"] = []any{pair("access_token"), pair("code"), map[string]any{"name": "page", "value": "3"}}
		request["postData"] = map[string]any{"mimeType": "x", "text": canary(), "params": []any{pair("password")}}
		response["content"] = map[string]any{"text": canary(), "size": 7}
		entries = append(entries, map[string]any{"request": request, "response": response, "time": 12.5, "_webSocketMessages": []any{map[string]any{"data": canary()}}})
	}
	data, err := json.Marshal(map[string]any{"log": map[string]any{"version": "1.2", "entries": entries,
		"pages": []any{map[string]any{"id": "p", "title": "https://a.example/?token=" + canary()}}}})
	if err != nil {
		t.Fatal(err)
	}
	if n < 1000 {
		t.Fatalf("only %d canaries", n)
	}
	clean, removed, ok := har.Strip(append([]byte("\xef\xbb\xbf \n"), data...))
	if !ok || bytes.Contains(clean, []byte("CANARY")) || removed < 40*20 {
		t.Fatalf("%v, %d removed, left: %.200s", ok, removed, clean[max(bytes.Index(clean, []byte("CANARY")), 0):])
	}
	for _, keep := range []string{"page=3", "q=keep", "text/html", "a.example/path", `"time":12.5`, `"size":7`} {
		if !bytes.Contains(clean, []byte(keep)) {
			t.Errorf("%s is gone", keep)
		}
	}
	if again, n, ok := har.Strip(clean); !ok || n != 0 || !bytes.Equal(again, clean) {
		t.Errorf("stripped twice it changes: %d", n)
	}
}

// What is no HAR file is left alone, however near it comes.
func TestStripKnowsItsFiles(t *testing.T) {
	for _, s := range []string{"", "x", "{", "[]", "{}", `{"log":1}`, `{"log":{}}`, `{"log":{"entries":{}}}`, `{"entries":[]}`, "\x89PNG"} {
		if _, _, ok := har.Strip([]byte(s)); ok {
			t.Errorf("%q passes for a HAR file", s)
		}
	}
	if _, n, ok := har.Strip([]byte(`{"log":{"entries":[1,null,"x",{"request":7,"response":[]},{"request":{"headers":[3,{}],"cookies":4,"url":{}}}]}}`)); !ok || n != 0 {
		t.Error("an odd file")
	}
}

// No name of a header or parameter brings a value through that is not known to be harmless.
func TestStripUnknownHeaders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringMatching(`[A-Za-z-]{1,20}`).Draw(t, "name")
		data, err := json.Marshal(map[string]any{"log": map[string]any{"entries": []any{map[string]any{"request": map[string]any{
			"headers": []any{map[string]any{"name": "x-" + name, "value": "CANARY"}}}}}}})
		if err != nil {
			t.Fatal(err)
		}
		if clean, _, ok := har.Strip(data); !ok || bytes.Contains(clean, []byte("CANARY")) {
			t.Fatalf("x-%s comes through", name)
		}
	})
}
