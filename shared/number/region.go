package number

//go:generate go run ../../build/numbers table.go

// regionRules are what a region's numbers are like. The fields named after states are where the automaton begins.
type regionRules struct {
	id      string // ISO 3166-1, "001" for what belongs to no country
	code    string // calling code
	general uint16 // state: a national number of the right shape
	trunk   uint16 // state: what is dialed before a national number; 0 for nothing
	out     uint16 // state: what is dialed to call abroad
	rewrite string // becomes the beginning of a national number that was dialed otherwise
	lengths uint32 // of national numbers, a bit each
	local   uint32 // lengths of what is dialed within a place
}

// rulesOf returns nil for what is no country or territory.
func rulesOf(region string) *regionRules {
	if len(region) != 2 || region[0]-'A' >= 26 || region[1]-'A' >= 26 {
		return nil
	}
	at := countryAt[int(region[0]-'A')*26+int(region[1]-'A')]
	if at == 0 {
		return nil
	}
	return &regionTable[at-1]
}

// mainRules returns the rules of the calling code that digits begin with, nil where no code does. No code begins with
// another.
func mainRules[T string | []byte](digits T) *regionRules {
	code := 0
	for i := 0; i < 3 && i < len(digits); i++ {
		if code = code*10 + int(digits[i]-'0'); code == 0 {
			return nil
		}
		if main := mainRegion[code]; main != 0 {
			return &regionTable[main-1]
		}
	}
	return nil
}
