package portal

import (
	"countersign/shared/audit"
	"countersign/shared/event"
)

// EventOf is the event that an entry of a kind becomes, "" when it becomes none.
func EventOf(k audit.Kind) event.Type { return events[k].as }

// SafeDetails are the details that leave with it.
func SafeDetails(k audit.Kind) []string { return events[k].safe }
