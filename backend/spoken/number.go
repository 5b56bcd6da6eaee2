package spoken

import "strconv"

// englishNumber reads the number with which the tokens begin: "four", "fourteen", "forty two", "42". taken is 0 when
// there is none.
func englishNumber(t *tongue, tokens []string) (digits string, taken int) {
	n, ok := t.at(tokens, 0)
	if !ok {
		return figure(tokens)
	}
	if unit, ok := t.at(tokens, 1); ok && n >= 20 && unit >= 1 && unit <= 9 {
		return strconv.Itoa(n + unit), 2
	}
	return strconv.Itoa(n), 1
}

// frenchNumber reads the number with which the tokens begin, in the way of France (soixante-dix, quatre-vingt-onze) or
// of Switzerland and Belgium (septante, huitante, nonante).
func frenchNumber(t *tongue, tokens []string) (digits string, taken int) {
	n, ok := t.at(tokens, 0)
	if !ok {
		return figure(tokens)
	}
	taken = 1
	if v, ok := t.at(tokens, 1); n == 4 && ok && v == 20 {
		n, taken = 80, 2
	}
	rest, count := t.below20(tokens[taken:])
	if count == 0 && taken < len(tokens) && tokens[taken] == "et" && n >= 20 {
		// vingt et un, soixante et onze
		if rest, count = t.below20(tokens[taken+1:]); rest == 1 || rest == 11 {
			count++
		} else {
			count = 0
		}
	}
	switch most := 9; {
	case n == 60 || n == 80:
		most = 19
		fallthrough
	case n >= 20:
		if count > 0 && rest >= 1 && rest <= most {
			return strconv.Itoa(n + rest), taken + count
		}
	case n == 10 && count == 1 && rest >= 7 && rest <= 9:
		return strconv.Itoa(n + rest), taken + count
	}
	return strconv.Itoa(n), taken
}

// below20 reads a number from 0 to 19; dix-sept to dix-neuf are two tokens.
func (t *tongue) below20(tokens []string) (n, taken int) {
	n, ok := t.at(tokens, 0)
	if !ok || n >= 20 {
		return 0, 0
	}
	switch next, ok := t.at(tokens, 1); {
	case n == 10 && ok && next >= 7 && next <= 9:
		return n + next, 2
	case n == 4 && ok && next == 20:
		return 0, 0 // the next number's quatre-vingt
	}
	return n, 1
}

func (t *tongue) at(tokens []string, i int) (int, bool) {
	if i >= len(tokens) {
		return 0, false
	}
	n, ok := t.numbers[tokens[i]]
	return n, ok
}

// figure reads a token of digits.
func figure(tokens []string) (digits string, taken int) {
	if len(tokens) == 0 || tokens[0] == "" {
		return "", 0
	}
	for _, c := range []byte(tokens[0]) {
		if c < '0' || c > '9' {
			return "", 0
		}
	}
	return tokens[0], 1
}
