package hub

import (
	"encoding/binary"
	"encoding/json"
	"math/rand/v2"
	"time"

	"countersign/shared/live"

	"github.com/gorilla/websocket"
)

// Frames are made here in the form they have on the wire (RFC 6455, section 5.2; a server does not mask), so that one
// encoding serves every socket and can be written with a single system call that does not wait.

var pingFrame = controlFrame(websocket.PingMessage, nil)

// encode is a frame of ours as a whole text message.
func encode(f live.Frame) []byte {
	p, err := json.Marshal(f)
	if err != nil {
		panic("hub: a frame of strings and numbers can't be written as JSON: " + err.Error())
	}
	b := make([]byte, 0, len(p)+10)
	b = append(b, 0x80|websocket.TextMessage)
	switch n := len(p); {
	case n < 126:
		b = append(b, byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
	}
	return append(b, p...)
}

// controlFrame is a ping, pong or close; a control frame carries at most 125 bytes.
func controlFrame(kind byte, payload []byte) []byte {
	payload = payload[:min(len(payload), 125)]
	return append([]byte{0x80 | kind, byte(len(payload))}, payload...)
}

func closeFrame(code int, reason string) []byte {
	return controlFrame(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason))
}

// endFrames tell the screen why, twice: as a frame, and as the reason of the close for a client that only sees that.
func endFrames(why string) []byte {
	return append(encode(live.Frame{T: live.FrameEnd, Why: why}), closeFrame(CloseEnded, why)...)
}

// retryFrames ask to come back in 1 to 10 seconds, each client at another moment.
func retryFrames(code int, reason string) []byte {
	wait := time.Second + rand.N(9*time.Second)
	return append(encode(live.Frame{T: live.FrameRetry, Wait: int(wait.Milliseconds())}), closeFrame(code, reason)...)
}
