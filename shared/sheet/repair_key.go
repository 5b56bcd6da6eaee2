//go:build !js

package sheet

// Key is the catalogue's entry that tells what was mended. Only the server does yet: the browser's catalogue is without
// them.
func (r Repair) Key() string { return "number.repair." + string(r) }
