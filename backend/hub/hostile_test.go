package hub_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"time"

	"countersign/backend/hub"
	"countersign/shared/live"

	"github.com/gorilla/websocket"
)

// TH23: whatever a client sends beyond its two messages closes its socket with a clear code; the others notice nothing.
func TestHostileFrames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bystander := w.join(t, ana())

	text := func(s string) func(*client) {
		return func(c *client) { _ = c.WriteMessage(websocket.TextMessage, []byte(s)) }
	}
	raw := func(frames ...[]byte) func(*client) {
		return func(c *client) { _, _ = c.NetConn().Write(bytes.Join(frames, nil)) }
	}
	for name, story := range map[string]struct {
		send func(*client)
		code int
	}{
		"garbage":            {text("hello?"), websocket.ClosePolicyViolation},
		"empty":              {text(""), websocket.ClosePolicyViolation},
		"unknown_message":    {text(`{"t":"subscribe","stream":"other"}`), websocket.ClosePolicyViolation},
		"unknown_field":      {text(`{"t":"ping","org":"other"}`), websocket.ClosePolicyViolation},
		"field_twice":        {text(`{"t":"ping","t":"ping"}`), websocket.ClosePolicyViolation},
		"two_messages":       {text(`{"t":"ping"}{"t":"ping"}`), websocket.ClosePolicyViolation},
		"deep":               {text(strings.Repeat("[", 100)), websocket.ClosePolicyViolation},
		"longer_than_any":    {text(`{"t":"ping"` + strings.Repeat(" ", 200) + "}"), websocket.ClosePolicyViolation},
		"not_utf8":           {text("{\"t\":\"\xff\xfe\"}"), websocket.ClosePolicyViolation},
		"negative_number":    {text(`{"t":"after","seq":-1}`), websocket.ClosePolicyViolation},
		"number_too_large":   {text(`{"t":"after","seq":9223372036854775808}`), websocket.ClosePolicyViolation},
		"binary":             {func(c *client) { _ = c.WriteMessage(websocket.BinaryMessage, []byte(`{"t":"ping"}`)) }, websocket.CloseUnsupportedData},
		"over_32_KiB":        {raw(masked(0x81, strings.Repeat("x", 32<<10+1))), websocket.CloseMessageTooBig},
		"huge_length":        {raw(header(0x81, 1<<62)), websocket.CloseMessageTooBig},
		"negative_length":    {raw(header(0x81, -1)), 0},
		"unmasked":           {raw([]byte{0x81, 1, 'x'}), websocket.CloseProtocolError},
		"reserved_bits":      {raw(masked(0xF1, "x")), websocket.CloseProtocolError},
		"reserved_opcode":    {raw(masked(0x83, "x")), websocket.CloseProtocolError},
		"stray_continuation": {raw(masked(0x80, "x")), websocket.CloseProtocolError},
		"long_control_frame": {raw(header(0x89, 126)), websocket.CloseProtocolError},
		"fragmented_control": {raw(masked(0x09, "x")), websocket.CloseProtocolError},
		"bad_close_code":     {raw(masked(0x88, "\x03\xed")), websocket.CloseProtocolError},
		"message_within_one": {raw(masked(0x01, `{"t"`), masked(0x81, `{"t":"ping"}`)), websocket.CloseProtocolError},
		"fragments_to_over_32_KiB": {func(c *client) {
			_, _ = c.NetConn().Write(masked(0x01, `{"t":"ping"`))
			for range 40 {
				_, _ = c.NetConn().Write(masked(0x00, strings.Repeat(" ", 1024)))
			}
		}, websocket.ClosePolicyViolation},
		"empty_fragments_without_end": {func(c *client) {
			_, _ = c.NetConn().Write(masked(0x01, ""))
			flood := bytes.Repeat(masked(0x00, ""), 1000)
			for range 1000 {
				if _, err := c.NetConn().Write(flood); err != nil {
					return
				}
			}
		}, 0},
		"flood_of_pings": {func(c *client) {
			for range 100 {
				_ = c.WriteMessage(websocket.TextMessage, []byte(`{"t":"ping"}`))
			}
		}, websocket.ClosePolicyViolation},
		"flood_of_control_frames": {func(c *client) {
			for range 100 {
				_ = c.WriteControl(websocket.PingMessage, []byte("x"), time.Time{})
			}
		}, websocket.ClosePolicyViolation},
		"flood_of_pongs": {func(c *client) {
			for range 100 {
				_ = c.WriteControl(websocket.PongMessage, nil, time.Time{})
			}
		}, websocket.ClosePolicyViolation},
	} {
		t.Run(name, func(t *testing.T) {
			c := w.join(t, ana())
			story.send(c)
			frames := c.wantClose(story.code)
			if len(frames) > 20 {
				t.Errorf("%d answers before the end", len(frames))
			}
		})
	}

	if w.Stats().Hostile == 0 {
		t.Error("not counted")
	}
	w.Publish(acme, w.commit(acme, live.Access))
	bystander.want(live.FramePoke)
}

// What the protocol allows is not hostile.
func TestLegalFrames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	t.Run("a_message_in_fragments", func(t *testing.T) {
		c := w.join(t, ana())
		_, _ = c.NetConn().Write(bytes.Join([][]byte{masked(0x01, `{"t":`), masked(0x89, "are you there"), masked(0x00, `"pi`), masked(0x80, `ng"}`)}, nil))
		ponged := false
		c.SetPongHandler(func(s string) error { ponged = s == "are you there"; return nil })
		c.want(live.FrameHello)
		if !ponged {
			t.Error("no pong")
		}
	})

	t.Run("a_close_is_answered", func(t *testing.T) {
		c := w.join(t, ana())
		_ = c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseNormalClosure, "bye"), time.Time{})
		c.wantClose(websocket.CloseNormalClosure)
	})

	t.Run("hanging_up", func(t *testing.T) {
		c := w.join(t, ana())
		_ = c.NetConn().(*net.TCPConn).SetLinger(0)
		_ = c.NetConn().Close()
	})

	w.emptied() // each of them ends by itself
	if n := w.Stats().Hostile; n != 0 {
		t.Errorf("%d counted as hostile", n)
	}
}

// TH23: random bytes after a good handshake crash nothing and leave nothing open.
func TestHostileNoise(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 200 {
		c := w.join(t, ana())
		noise := make([]byte, 1+r.IntN(2000))
		for j := range noise {
			noise[j] = byte(r.Uint32())
		}
		if i%2 == 0 {
			noise = masked(0x81, string(noise))
		}
		_, _ = c.NetConn().Write(noise)
		_ = c.NetConn().(*net.TCPConn).CloseWrite()
		c.wantClose(0)
	}
	w.emptied()
}

// TH23, TH12: a handshake that is none is refused before anything is kept.
func TestHandshake(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *hub.Options) { o.Limits.Total = 3 })
	sub := ana()
	sub.Bearer = true
	for name, story := range map[string]struct {
		request string
		status  int
	}{
		"plain_request":    {"", 400},
		"old_version":      {"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 8\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n", 400},
		"no_key":           {"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n", 400},
		"proper":           {"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n", 101},
		"no_compression":   {"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Extensions: permessage-deflate\r\n", 101},
		"speaks_too_soon ": {"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\nxxxxxx", 0},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := net.Dial("tcp", w.url[len("ws://"):])
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			target := w.address(sub)[len(w.url):]
			fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: portal.example\r\n%s\r\n", target, story.request)
			head := make([]byte, 512)
			n, _ := c.Read(head)
			if want := fmt.Sprintf("HTTP/1.1 %d ", story.status); story.status > 0 && !strings.HasPrefix(string(head[:n]), want) {
				t.Errorf("got %q", head[:n])
			}
			if strings.Contains(string(head[:n]), "deflate") {
				t.Error("compression was agreed to")
			}
		})
	}
	w.emptied()
}

// header is the beginning of a masked frame that claims a length.
func header(first byte, length int64) []byte {
	switch {
	case length >= 0 && length < 126:
		return []byte{first, 0x80 | byte(length), 0, 0, 0, 0}
	case length >= 0 && length < 1<<16:
		return append(binary.BigEndian.AppendUint16([]byte{first, 0x80 | 126}, uint16(length)), 0, 0, 0, 0)
	}
	return append(binary.BigEndian.AppendUint64([]byte{first, 0x80 | 127}, uint64(length)), 0, 0, 0, 0)
}

// masked is a frame with the mask 0, which leaves the text readable here.
func masked(first byte, text string) []byte { return append(header(first, int64(len(text))), text...) }
