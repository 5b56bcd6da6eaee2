// Package har takes out of a HAR file (HTTP Archive 1.2, what a browser's developer tools save) what would let its reader
// act as the person who saved it: cookies, credentials in headers, tokens in addresses and what was sent in forms. People
// attach such files to tickets without knowing what is in them.
package har

import (
	"bytes"
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
)

// removed stands where something was.
const removed = "[removed]"

// Strip gives the file without its secrets and how many there were; ok is false for what is no HAR file.
func Strip(data []byte) (clean []byte, n int, ok bool) {
	head := bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), " \t\r\n")
	if len(head) == 0 || head[0] != '{' {
		return nil, 0, false
	}
	var file map[string]any
	if json.Unmarshal(head, &file) != nil {
		return nil, 0, false
	}
	log, _ := file["log"].(map[string]any)
	entries, isList := log["entries"].([]any)
	if !isList {
		return nil, 0, false
	}
	s := &stripper{}
	for _, e := range entries {
		s.entry(e)
	}
	for _, p := range list(log["pages"]) {
		if page, ok := p.(map[string]any); ok {
			s.address(page, "title")
		}
	}
	clean, err := json.Marshal(file)
	if err != nil {
		return nil, 0, false
	}
	return clean, s.n, true
}

type stripper struct{ n int }

func list(v any) []any { l, _ := v.([]any); return l }

func object(v any) map[string]any { m, _ := v.(map[string]any); return m }

func (s *stripper) entry(v any) {
	e := object(v)
	request, response := object(e["request"]), object(e["response"])
	for _, side := range []map[string]any{request, response} {
		s.empty(side, "cookies")
		s.headers(list(side["headers"]))
		s.address(side, "url")
		s.address(side, "redirectURL")
	}
	for _, q := range list(request["queryString"]) {
		if p := object(q); p != nil && secretName(p["name"]) {
			s.remove(p, "value")
		}
	}
	if post := object(request["postData"]); post != nil {
		s.remove(post, "text")
		s.empty(post, "params")
	}
	if content := object(response["content"]); content != nil {
		s.remove(content, "text")
	}
	// Frames of a websocket, as Chromium saves them.
	for _, key := range []string{"_webSocketMessages", "_initiator"} {
		if _, there := e[key]; there {
			delete(e, key)
			s.n++
		}
	}
}

// remove takes a text out.
func (s *stripper) remove(m map[string]any, key string) {
	if text, ok := m[key].(string); ok && text != "" && text != removed {
		m[key] = removed
		s.n++
	}
}

// empty takes all of a list out.
func (s *stripper) empty(m map[string]any, key string) {
	if l := list(m[key]); len(l) > 0 {
		m[key] = []any{}
		s.n += len(l)
	}
}

// headers that say nothing secret stay; all others go, since nobody can know what a site puts into its own.
var plainHeaders = map[string]bool{
	"accept": true, "accept-encoding": true, "accept-language": true, "accept-ranges": true, "access-control-allow-credentials": true,
	"access-control-allow-headers": true, "access-control-allow-methods": true, "access-control-allow-origin": true, "age": true, "allow": true,
	"alt-svc": true, "cache-control": true, "connection": true, "content-encoding": true, "content-language": true, "content-length": true,
	"content-security-policy": true, "content-type": true, "cross-origin-opener-policy": true, "cross-origin-resource-policy": true, "date": true,
	"expires": true, "host": true, "keep-alive": true, "last-modified": true, "origin": true, "pragma": true, "referrer-policy": true,
	"retry-after": true, "sec-ch-ua": true, "sec-ch-ua-mobile": true, "sec-ch-ua-platform": true, "sec-fetch-dest": true, "sec-fetch-mode": true,
	"sec-fetch-site": true, "sec-fetch-user": true, "server": true, "server-timing": true, "strict-transport-security": true,
	"transfer-encoding": true, "upgrade": true, "upgrade-insecure-requests": true, "user-agent": true, "vary": true, "via": true,
	"x-content-type-options": true, "x-frame-options": true, ":authority": true, ":method": true, ":scheme": true, ":status": true,
}

// headersWithAddress hold an address whose query may be secret.
var headersWithAddress = map[string]bool{"referer": true, "location": true, ":path": true, "content-location": true}

func (s *stripper) headers(all []any) {
	for _, v := range all {
		h := object(v)
		if h == nil {
			continue
		}
		name, _ := h["name"].(string)
		switch name = strings.ToLower(name); {
		case headersWithAddress[name]:
			s.address(h, "value")
		case !plainHeaders[name]:
			s.remove(h, "value")
		}
	}
}

// Names of parameters that carry a secret in an address.
var secret = regexp.MustCompile(`(?i)(token|secret|passw|pwd|auth|session|sid$|^sid|key|code|signature|sig$|credential|jwt|otp|state|nonce|assertion|saml|cookie)`)

func secretName(v any) bool {
	name, ok := v.(string)
	return ok && secret.MatchString(name)
}

// address takes secret parameters, the fragment and credentials out of an address.
func (s *stripper) address(m map[string]any, key string) {
	text, ok := m[key].(string)
	if !ok || text == "" {
		return
	}
	u, err := url.Parse(text)
	if err != nil {
		s.remove(m, key)
		return
	}
	before := s.n
	if u.User != nil {
		u.User = nil
		s.n++
	}
	if u.Fragment != "" {
		u.Fragment, u.RawFragment = "", ""
		s.n++
	}
	if u.RawQuery != "" {
		var kept []string
		for part := range strings.SplitSeq(u.RawQuery, "&") {
			name, value, has := strings.Cut(part, "=")
			plain, err := url.QueryUnescape(name)
			if has && value != removed && (err != nil || secretName(plain)) {
				part = name + "=" + removed
				s.n++
			}
			kept = append(kept, part)
		}
		u.RawQuery = strings.Join(kept, "&")
	}
	if s.n > before {
		m[key] = u.String()
	}
}
