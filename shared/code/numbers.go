package code

import "slices"

// numberEnd is how many digits of an inventory number may not be in a code: seven stand in every notation of a number,
// with or without its country.
const numberEnd = 7

// NumberEnds are the endings of phone numbers that a code holds, in whatever disguise: About.Numbers needs no others than
// the organization's numbers that end so. Most codes hold none.
func NumberEnds(typed string, nfkc Normalizer) []string {
	typed = nfkc(typed)
	forms := texts(typed)
	var ends []string
	for _, t := range append(alike(forms), figures(typed, forms[0])...) {
		for i := 0; i+numberEnd <= t.len(); i++ {
			if s := t.part(i, i+numberEnd); digits(s) == s && t.plausible(i, i+numberEnd) && !slices.Contains(ends, s) {
				ends = append(ends, s)
			}
		}
	}
	return ends
}
