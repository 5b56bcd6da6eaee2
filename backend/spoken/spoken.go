// Package spoken is for codes that are said aloud: it draws them from words that can't be taken for one another over a
// telephone, and tells what can be meant by what an agent heard. It neither stores nor compares codes.
package spoken

import (
	"encoding/binary"
	"errors"
	"io"
	"math"
	"strings"

	"countersign/shared/i18n"
)

// Kind is what a generated code is for.
type Kind uint8

const (
	Standing Kind = iota // a Phone/Chat Code: three words and two digits
	Phrase               // for one call: three words
)

const wordsOfCode = 3

func digitsOf(k Kind) int {
	if k == Standing {
		return 2
	}
	return 0
}

// ErrRefused says that no drawn code was accepted.
var ErrRefused = errors.New("every drawn code was refused")

// maxDraws is far more than any rule refuses: even rules that refuse one code of two fail once in 2^100.
const maxDraws = 100

// Draw gives a new code of different words, each code as likely as any other, as it is shown: "copper lamp river 42".
// One that refuse (which may be nil) does not like is drawn anew; the error is ErrRefused when it likes none. Draw
// panics when r fails, as crypto/rand never does.
func Draw(l i18n.Locale, k Kind, r io.Reader, refuse func(code string) bool) (string, error) {
	for range maxDraws {
		if c := draw(listOf(l).words, k, r); refuse == nil || !refuse(c) {
			return c, nil
		}
	}
	return "", ErrRefused
}

func draw(words []string, k Kind, r io.Reader) string {
	var chosen []uint32
	for len(chosen) < wordsOfCode {
		n := below(uint32(len(words)), r)
		same := false
		for _, c := range chosen {
			same = same || c == n
		}
		if !same {
			chosen = append(chosen, n)
		}
	}
	parts := make([]string, 0, wordsOfCode+1)
	for _, c := range chosen {
		parts = append(parts, words[c])
	}
	if n := digitsOf(k); n > 0 {
		d := make([]byte, n)
		for i := range d {
			d[i] = '0' + byte(below(10, r))
		}
		parts = append(parts, string(d))
	}
	return strings.Join(parts, " ")
}

// below is a number from 0 to before n, each as likely as any other: what would favor the small ones is thrown away.
func below(n uint32, r io.Reader) uint32 {
	for {
		var b [4]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			panic("spoken: the random source failed: " + err.Error())
		}
		if v := binary.BigEndian.Uint32(b[:]); v < math.MaxUint32-math.MaxUint32%n {
			return v % n
		}
	}
}

// Bits is how much a guesser must guess: the logarithm to base 2 of the number of codes that Draw can give.
func Bits(l i18n.Locale, k Kind) float64 {
	n := float64(len(listOf(l).words))
	return math.Log2(n*(n-1)*(n-2)) + float64(digitsOf(k))*math.Log2(10)
}
