package device

import (
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// Number is a number as the device shows it; false when it shows none.
func (d *Device) Number(n id.Number) (number.Number, bool) {
	v, ok := d.engine.Row(n)
	return v.Number, ok
}

// Numbers are all that the device shows, by id.
func (d *Device) Numbers() (list []number.Number) {
	d.engine.Each(func(v replica.View) bool {
		list = append(list, v.Number)
		return true
	})
	return list
}

// Status is what the device tells about itself.
func (d *Device) Status() replica.Status { return d.engine.Status() }

// Log are the edits that are on the device, settled ones too.
func (d *Device) Log() []replica.Entry { return d.disk.Log() }

// Outcome is what became of an edit, nil while it waits or when the device has forgotten it.
func (d *Device) Outcome(u replica.Uid) *replica.Outcome {
	for _, e := range d.disk.Log() {
		if e.Uid == u {
			return e.Outcome
		}
	}
	return nil
}

// Unsent is how many edits have no outcome yet.
func (d *Device) Unsent() (n int) {
	for _, e := range d.disk.Log() {
		if e.Outcome == nil {
			n++
		}
	}
	return n
}

// Attention are the items that wait for the person.
func (d *Device) Attention() []replica.Attention { return d.engine.Attention() }

// Meta is what the device keeps about its copy.
func (d *Device) Meta() replica.Meta { return d.disk.Meta() }

// Holds reports whether anything of the copy is on the device.
func (d *Device) Holds() bool {
	return !d.disk.Empty()
}
