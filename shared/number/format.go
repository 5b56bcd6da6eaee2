package number

// International returns the number as it is written for readers anywhere: "+33 1 84 88 20 10". What is no valid number
// stays as it is.
func (e E164) International() string {
	o := e.outcome()
	if o == nil {
		return string(e)
	}
	code := regionTable[o.region-1].code
	var buf [maxShown]byte
	b := append(append(append(buf[:0], '+'), code...), ' ')
	return string(write(b, layouts[o.intl], string(e[1+len(code):])))
}

// National returns the number as it is written within its country: "01 84 88 20 10". What is no valid number stays as it
// is.
func (e E164) National() string {
	o := e.outcome()
	if o == nil {
		return string(e)
	}
	var buf [maxShown]byte
	return string(write(buf[:0], layouts[o.national], string(e[1+len(regionTable[o.region-1].code):])))
}

// maxShown is enough for every layout, which then needs no memory of its own.
const maxShown = 40

func write(b []byte, layout, national string) []byte {
	for i := 0; i < len(layout); i++ {
		c := layout[i]
		if 'a' <= c && c <= 'q' {
			c = national[c-'a']
		}
		b = append(b, c)
	}
	return b
}
