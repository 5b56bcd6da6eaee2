package login

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"countersign/shared/errs"

	"github.com/trustelem/zxcvbn"
)

const (
	minAlone  = 15  // code points, when the password is the only factor [NIST SP 800-63B-4]
	minBeside = 8   // beside a second factor
	maxLength = 128 // enough for a sentence, little enough to hash in bounded time
	minWord   = 4   // shorter context words would forbid ordinary syllables

	// Guesses a well-informed attacker needs, by zxcvbn's estimate; below it a password counts as common.
	minGuessesAlone  = 1e8
	minGuessesBeside = 1e6
)

// CheckPolicy refuses a new password that is too short, too long, common, or made of what anybody knows about the
// person: the context words (name, e-mail, organization, provider, product). There are no rules of composition.
// The error is Invalid about the field "password".
func CheckPolicy(password string, hasSecondFactor bool, context ...string) error {
	shortest, guesses := minAlone, minGuessesAlone
	if hasSecondFactor {
		shortest, guesses = minBeside, minGuessesBeside
	}
	switch n := utf8.RuneCountInString(password); {
	case n < shortest:
		return errs.BadField("password", "password.too_short", "least", shortest)
	case n > maxLength:
		return errs.BadField("password", "password.too_long", "most", maxLength)
	case !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl):
		return errs.BadField("password", "password.unreadable")
	}

	words := contextWords(context)
	if mostly(password, words) {
		return errs.BadField("password", "password.personal")
	}
	if math.Round(zxcvbn.PasswordStrength(estimable(password), words).Guesses) < guesses {
		return errs.BadField("password", "password.common")
	}
	return nil
}

// leet are the signs for one letter each, of the letters that have several. The estimator tries every combination.
var leet = []string{"4@", "({[<", "69", "1!|", "17|", "$5", "+7"}

var oneLeet = strings.NewReplacer("@", "4", "{", "(", "[", "(", "<", "(", "!", "1", "|", "1", "$", "5", "+", "7")

const (
	estimated    = 64 // code points; what is common in a password is common in its beginning
	alternatives = 8
)

// estimable bounds what the estimator is given to some milliseconds of work. As it is, one made-up password of 128
// symbols would keep it busy for seconds.
func estimable(password string) string {
	if r := []rune(password); len(r) > estimated {
		password = string(r[:estimated])
	}
	ways := 1
	for _, same := range leet {
		n := 0
		for _, c := range same {
			if strings.ContainsRune(password, c) {
				n++
			}
		}
		ways *= max(n, 1)
	}
	if ways > alternatives {
		return oneLeet.Replace(password)
	}
	return password
}

// contextWords cuts names and addresses into the words an attacker would try, in lower case.
func contextWords(context []string) []string {
	var words []string
	for _, c := range context {
		for word := range strings.FieldsFuncSeq(strings.ToLower(c), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if utf8.RuneCountInString(word) >= minWord {
				words = append(words, word)
			}
		}
	}
	return words
}

// mostly reports whether more than half of the password is made of the words.
func mostly(password string, words []string) bool {
	rest := strings.ToLower(password)
	for _, w := range words {
		// A mark that is no letter keeps the two sides from joining to another word.
		rest = strings.ReplaceAll(rest, w, "\x00")
	}
	left := 0
	for _, r := range rest {
		if r != 0 {
			left++
		}
	}
	return 2*left < utf8.RuneCountInString(password)
}
