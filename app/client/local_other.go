//go:build !js

package client

import "time"

// Local is t in the time zone of this computer.
func Local(t time.Time) time.Time { return t.Local() }
