//go:build !js

package ui

// drawing draws nothing: there is no window.
type drawing struct{}

func (d *drawing) comeBack()              {}
func (d *drawing) begin(*GridHandle)      {}
func (d *drawing) end()                   {}
func (d *drawing) settle()                {}
func (d *drawing) restore()               {}
func (d *drawing) measure()               {}
func (d *drawing) setTracks(*DataGrid)    {}
func (d *drawing) columnWidth(int) int    { return 0 }
func (d *drawing) seen(int) bool          { return true }
func (d *drawing) resize(int)             {}
func (d *drawing) rows(bool)              {}
func (d *drawing) show(int)               {}
func (d *drawing) scrollTo(int)           {}
func (d *drawing) scrollBy(int)           {}
func (d *drawing) anchor() int            { return 0 }
func (d *drawing) shown() (from, to int)  { return 0, 0 }
func (d *drawing) takeFocus()             {}
func (d *drawing) wasOpen(int) bool       { return false }
func (d *drawing) openMenu(int)           {}
func (d *drawing) moveMenu(func(int) int) {}
