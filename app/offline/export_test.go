//go:build !js

package offline

// Break has the engine fail at its next step.
func (c *Copy) Break() {
	c.h.mu.Lock()
	defer c.h.mu.Unlock()
	c.h.engine = nil
}
