package login

// Estimable is what the estimator gets to see of a password.
var Estimable = estimable

// Occupy takes all cores of the hasher, as running hashes would, until the returned func is called.
func (h *Hasher) Occupy() (release func()) {
	n := cap(h.cores)
	for range n {
		h.places <- struct{}{}
		h.cores <- struct{}{}
	}
	return func() {
		for range n {
			<-h.cores
			<-h.places
		}
	}
}
