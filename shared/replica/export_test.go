package replica

import "countersign/shared/id"

// What tests from outside have to know, or to set, of an engine.
const (
	TimerGap    = timerGap
	DigestEvery = digestEvery
)

// CompactAbove makes the engine compact earlier than it would.
func (e *Engine) CompactAbove(rows int) { e.opt.CompactRows = rows }

// Client is whom the engine takes itself for.
func (e *Engine) Client() id.Device { return e.m.meta.Client }
