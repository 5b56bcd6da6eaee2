package code

import (
	"strings"
	"unicode/utf8"
)

// distinct counts the different characters of a canonical form.
func distinct(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}

// What five characters in a row may not be a piece of, in either direction: the alphabet, the digits, and the rows of
// keyboards as they are in English, French and German.
var rows = []string{"abcdefghijklmnopqrstuvwxyz", "0123456789", "1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop", "qsdfghjklm",
	"wxcvbn", "qwertzuiop", "yxcvbnm", "!@#$%^&*()", "!\"§$%&/()=", "&é\"'(è_çà"}

const runLength = 5

// run reports whether five characters in a row are the same, a sequence or neighbors on a keyboard.
func run(s string) bool {
	same, last := 0, rune(-1)
	for _, r := range s {
		if r != last {
			same = 0
		}
		if same, last = same+1, r; same == runLength {
			return true
		}
	}
	for _, row := range rows {
		up, down, before := 1, 1, -2
		for _, r := range s {
			at := strings.IndexRune(row, r)
			if at < 0 {
				at = -2
			} else {
				at = utf8.RuneCountInString(row[:at])
			}
			up, down = next(up, at == before+1 && before >= 0), next(down, at == before-1 && at >= 0)
			if up == runLength || down == runLength {
				return true
			}
			before = at
		}
	}
	return false
}

// next is the length of a run with one character more, which continues it or begins another.
func next(length int, continues bool) int {
	if continues {
		return length + 1
	}
	return 1
}

// repeated reports whether s is one piece twice or more, and nothing else.
func repeated(s string) bool {
	// Such a string, and no other, is found in itself written twice before its end.
	return len(s) > 1 && strings.Index((s + s)[1:], s) < len(s)-1
}

// common reports whether the code, or what it is without a few digits and signs around it, is a common value.
func common(canonical string, forms []*text, more func(string) bool) bool {
	known := func(s string) bool { return builtIn(s) || more != nil && more(s) }
	if known(canonical) {
		return true
	}
	for _, t := range forms {
		if t.s == "" {
			continue
		}
		core := strings.Trim(t.s, "0123456789")
		if known(t.s) || len(core) >= 4 && len(t.s)-len(core) <= 4 && known(core) {
			return true
		}
	}
	return false
}

// builtIn is the list that is small enough for the browser: what heads every list of leaked passwords, in English and
// French, and the digits that people take for a code of eight.
func builtIn(s string) bool {
	return commonValues[s]
}

var commonValues = func() map[string]bool {
	m := map[string]bool{}
	for _, v := range strings.Fields(`
		password passwort passcode passwd motdepasse monmotdepasse codesecret secretcode secret phonecode chatcode phonechatcode pincode
		supportpin securitycode codetelephone welcome bienvenue bonjour hello letmein iloveyou jetaime sunshine soleil princess princesse
		chocolat chocolate football baseball basketball monkey dragon master shadow superman batman starwars pokemon michael jordan
		charlie whatever trustno1 changeme changezmoi default administrator administrateur admin root guest invite test tester testing
		azerty qwerty qwertz azertyuiop qwertyuiop qwertzuiop doudou loulou marseille liverpool chelsea arsenal barcelona realmadrid
		computer internet telephone customer client support service login unknown nothing rien freedom liberte family famille
		mustang corvette cheese fromage cookie summer winter spring autumn ete printemps automne hiver
		11223344 12121212 12341234 12344321 12348765 13131313 13579135 13572468 24682468 24681357 14725836 14702580 15975346 15935728
		19283746 78945612 74185296 98766789 10203040 11112222 12131415 20202020 69696969 87654321 98765432 147258369 741852963 159357456
		123123123 123321123 112233445 987654321 789456123 1q2w3e4r 1a2b3c4d q1w2e3r4 zaq12wsx a1b2c3d4 1qaz2wsx aqwzsx aqwzsxedc abcd1234
		abc12345 1234abcd`) {
		m[v] = true
	}
	return m
}()
