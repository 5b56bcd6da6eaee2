package number

// What only tests ask of the table, to hold it against the library's.

// Nowhere is the region of calling codes that belong to no country, such as +800.
const Nowhere = "001"

// Regions returns every country and territory that has numbers, by ISO 3166-1 code in order.
func Regions() []string {
	ids := make([]string, countryCount)
	for i := range ids {
		ids[i] = regionTable[i].id
	}
	return ids
}

// CallingCode returns the digits that numbers of a region begin with: "33" for "FR". It is "" for what is no region.
func CallingCode(region string) string {
	if r := rulesOf(region); r != nil {
		return r.code
	}
	return ""
}

// Region returns the ISO 3166-1 code of the country or territory that gave out the number, Nowhere where none did, and
// "" for what is no valid number.
func (e E164) Region() string {
	if o := e.outcome(); o != nil {
		return regionTable[o.region-1].id
	}
	return ""
}
