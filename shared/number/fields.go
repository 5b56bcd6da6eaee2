package number

// Fields are the parts of a number that an edit speaks of; nil ones it leaves alone. The field is the unit of a conflict,
// and the place is one field: its halves never mix.
type Fields struct {
	E164        E164    `json:"e164,omitempty"` // only of a number that is made; fixed afterwards
	CallPurpose *string `json:"call_purpose,omitempty"`
	DisplayName *string `json:"display_name,omitempty"`
	Place       *Place  `json:"assignment,omitempty"`
}

// Empty reports whether f speaks of nothing.
func (f *Fields) Empty() bool {
	return f == nil || f.E164 == "" && f.CallPurpose == nil && f.DisplayName == nil && f.Place == nil
}

// Size is how many bytes of text f holds.
func (f *Fields) Size() int {
	if f == nil {
		return 0
	}
	n := len(f.E164)
	if f.CallPurpose != nil {
		n += len(*f.CallPurpose)
	}
	if f.DisplayName != nil {
		n += len(*f.DisplayName)
	}
	if f.Place != nil {
		n += len(f.Place.BusinessUnit) + len(f.Place.Program)
	}
	return n
}

// Over is n with the fields of f in place of its own.
func (f *Fields) Over(n Number) Number {
	if f == nil {
		return n
	}
	if f.E164 != "" {
		n.E164 = f.E164
	}
	if f.CallPurpose != nil {
		n.CallPurpose = *f.CallPurpose
	}
	if f.DisplayName != nil {
		n.DisplayName = *f.DisplayName
	}
	if f.Place != nil {
		n.Place = *f.Place
	}
	return n
}

// Of gives those fields of n that f speaks of: what stands there.
func (f *Fields) Of(n *Number) *Fields {
	if f == nil {
		return nil
	}
	out := &Fields{}
	if f.E164 != "" {
		out.E164 = n.E164
	}
	if f.CallPurpose != nil {
		v := n.CallPurpose
		out.CallPurpose = &v
	}
	if f.DisplayName != nil {
		v := n.DisplayName
		out.DisplayName = &v
	}
	if f.Place != nil {
		v := n.Place
		out.Place = &v
	}
	return out
}

// Without is f less the fields that o speaks of.
func (f *Fields) Without(o *Fields) *Fields {
	if f == nil {
		return nil
	}
	out := *f
	if o == nil {
		return &out
	}
	if o.E164 != "" {
		out.E164 = ""
	}
	if o.CallPurpose != nil {
		out.CallPurpose = nil
	}
	if o.DisplayName != nil {
		out.DisplayName = nil
	}
	if o.Place != nil {
		out.Place = nil
	}
	return &out
}
