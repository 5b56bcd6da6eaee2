package portal

import "testing"

// TH23: an organization has one file of numbers written at a time, and one of another's is in nobody's way.
func TestOneExportAtATime(t *testing.T) {
	var e exports
	if !e.begin("acme") || e.begin("acme") || !e.begin("beta") {
		t.Error("two of one organization, or none of another")
	}
	if e.end("acme"); !e.begin("acme") {
		t.Error("none after the first was written")
	}
}
