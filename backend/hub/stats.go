package hub

import "sync/atomic"

// Stats are what the hub has counted since it started, and how many are open now.
type Stats struct {
	Open    int64 // sockets now
	Support int64 // of these, in support sessions
	Streams int64 // streams with at least one socket

	Opened    uint64 // sockets ever
	Refused   uint64 // handshakes: origin, limits, malformed, stopping
	Frames    uint64 // frames put into queues
	Written   uint64 // bytes handed to the network
	Denied    uint64 // deliveries that permission left something out of
	Resyncs   uint64 // clients told to reload
	Replays   uint64 // reads of past events
	Cut       uint64 // sockets ended by revocation, sign-out or a verdict
	Expired   uint64 // sockets ended by time
	Unchecked uint64 // support sockets ended because permission could not be evaluated
	Slow      uint64 // sockets closed because the client took nothing for the write deadline
	Silent    uint64 // sockets closed because the client answered no ping
	Hostile   uint64 // sockets closed because of what the client sent
	Failed    uint64 // calls of Authorize or Replay that failed
}

type counters struct {
	opened, refused, frames, written, denied, resyncs, replays, cut, expired, unchecked, slow, silent, hostile, failed atomic.Uint64
}

// Stats are the present numbers.
func (h *Hub) Stats() Stats {
	h.mu.Lock()
	open, support, streams := h.open, h.support, len(h.topics)
	h.mu.Unlock()

	c := &h.count
	return Stats{
		Open: int64(open), Support: int64(support), Streams: int64(streams),
		Opened: c.opened.Load(), Refused: c.refused.Load(), Frames: c.frames.Load(), Written: c.written.Load(),
		Denied: c.denied.Load(), Resyncs: c.resyncs.Load(), Replays: c.replays.Load(), Cut: c.cut.Load(),
		Expired: c.expired.Load(), Unchecked: c.unchecked.Load(), Slow: c.slow.Load(), Silent: c.silent.Load(),
		Hostile: c.hostile.Load(), Failed: c.failed.Load(),
	}
}
