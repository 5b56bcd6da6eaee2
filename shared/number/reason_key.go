//go:build !js

package number

// Key is the catalogue's entry that tells the reason. Only the server does yet: the browser's catalogue is without them.
func (r Reason) Key() string { return "number.reason." + string(r) }
