package login_test

import (
	"crypto/rand"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"countersign/backend/login"
	"countersign/shared/id"
)

func TestRecoveryCodes(t *testing.T) {
	t.Parallel()
	const ana, ben = id.Login("0198c0de-0000-7000-8000-00000000000a"), id.Login("0198c0de-0000-7000-8000-00000000000b")
	plain, hashes := login.NewRecoveryCodes(pepper, ana, rand.Reader)
	if len(plain) != 10 || len(hashes) != 10 {
		t.Fatalf("%d codes, %d hashes", len(plain), len(hashes))
	}
	form := regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{5}$`)
	seen := map[string]bool{}
	for i, p := range plain {
		code := p.Reveal()
		if !form.MatchString(code) {
			t.Errorf("%s is not readable", code)
		}
		if seen[code] {
			t.Errorf("%s came twice", code)
		}
		seen[code] = true

		lookalike := strings.NewReplacer("0", "o", "1", "l").Replace(strings.ToLower(code))
		for _, typed := range []string{code, strings.ToLower(code), strings.ReplaceAll(code, "-", ""), strings.ReplaceAll(code, "-", " "),
			"  " + code + " ", lookalike, strings.ReplaceAll(code, "-", "–"), strings.Join(strings.Split(code, ""), " ")} {
			if got, ok := login.HashRecoveryCode(pepper, ana, typed); !ok || got != hashes[i] {
				t.Errorf("%q is not read as %s", typed, code)
			}
		}
		if got, ok := login.HashRecoveryCode(pepper, ben, code); !ok || got == hashes[i] {
			t.Error("TH8: the hash works for another login")
		}
		if got, _ := login.HashRecoveryCode([]byte("another pepper"), ana, code); got == hashes[i] {
			t.Error("TH7: the hash works without the pepper")
		}
		for _, typed := range []string{"", code[:len(code)-1], code + "0", "U" + code[1:], code + "!", "é" + code[1:], strings.Repeat(code, 100)} {
			if _, ok := login.HashRecoveryCode(pepper, ana, typed); ok {
				t.Errorf("%.40q is read as a code", typed)
			}
		}
	}
	if got := fmt.Sprint(plain); strings.Contains(got, plain[0].Reveal()) {
		t.Error("the codes are printed")
	}
}
