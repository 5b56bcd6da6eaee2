package portal

import (
	"time"

	"countersign/shared/id"
	"countersign/shared/live"
)

// Nobody is a Live without listeners, for commands that act while no portal runs.
type Nobody struct{}

// Publish tells nobody.
func (Nobody) Publish(live.Stream, []live.Event) {}

// Signal tells nobody.
func (Nobody) Signal(live.Stream, live.Event) {}

// Poke tells nobody.
func (Nobody) Poke(...id.Login) {}

// CutSession has nothing to cut.
func (Nobody) CutSession(string, ...id.Session) int { return 0 }

// CutSupport has nothing to cut.
func (Nobody) CutSupport(string, ...id.SupportSession) int { return 0 }

// CutAt has nothing to cut.
func (Nobody) CutAt(string, live.Stream, ...id.Login) int { return 0 }

// Reschedule has nothing to move.
func (Nobody) Reschedule(id.SupportSession, time.Time) {}
