package login_test

import (
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"countersign/backend/login"
	"countersign/shared/errs"
	"countersign/shared/i18n"
)

func TestCheckPolicy(t *testing.T) {
	t.Parallel()
	about := []string{"Ludivine Martin", "ludivine.martin@acme-telecom.example", "Acme Telecom SARL", "Countersign"}

	for _, c := range []struct {
		password string
		factor   bool
		key      string // "" = accepted
	}{
		{"blue kettle walks home", false, ""},
		{"café à l’aube, mercredi", false, ""},
		{"трава у дома шумит", false, ""},
		{"d8Fk2ls9", true, ""},
		{"kettle-walks", true, ""},
		{("A lamp burns in the harbor office; nobody reads the old timetable, yet every ferry leaves " + strings.Repeat("so very late ", 9))[:128], false, ""},

		{"d8Fk2ls9", false, "password.too_short"},
		{"blue kettle 12", false, "password.too_short"},
		{"d8Fk2ls", true, "password.too_short"},
		{"", true, "password.too_short"},
		{strings.Repeat("é", 129), false, "password.too_long"},

		{"password", true, "password.common"},
		{"monkey123", true, "password.common"},
		{"passwordpassword", false, "password.common"},
		{"123456789012345", false, "password.common"},
		{"aaaaaaaaaaaaaaaaaaaa", false, "password.common"},
		{"qwertyuiopasdfgh", false, "password.common"},
		{"summer2024summer2024", false, "password.common"},
		{"iloveyouiloveyou", false, "password.common"},

		{"acme-telecom-acme", false, "password.personal"},
		{"ludivine.martin1985", false, "password.personal"},
		{"LudivineMartin!!", false, "password.personal"},
		{"Countersign2026", true, "password.personal"},

		{"tab\tbetween the words", false, "password.unreadable"},
		{"not \xff valid text at all", false, "password.unreadable"},
	} {
		t.Run(c.password, func(t *testing.T) {
			err := login.CheckPolicy(c.password, c.factor, about...)
			if c.key == "" {
				if err != nil {
					t.Errorf("refused: %v", err)
				}
				return
			}
			e, ok := errors.AsType[*errs.Error](err)
			if !ok || e.Code != errs.Invalid || len(e.Fields) != 1 || e.Fields[0].Path != "password" || e.Fields[0].Key != c.key {
				t.Fatalf("got %v, want the field password with %s", err, c.key)
			}
			for _, l := range i18n.Locales() {
				if !l.Has(c.key) {
					t.Errorf("%s has no %s", l, c.key)
				}
				if text := l.T(e.Fields[0].Key, e.Fields[0].Args...); strings.Contains(text, "{") {
					t.Errorf("a placeholder is left in %q", text)
				}
			}
		})
	}
}

// TH23: a password made to keep the estimator busy is cut down to what it does in milliseconds; ordinary ones reach it
// as they are.
func TestEstimable(t *testing.T) {
	t.Parallel()
	for _, p := range []string{"blue kettle walks home", "Tr0ub4dor&3 and more", "p@$$w0rd!", strings.Repeat("é", 64)} {
		if got := login.Estimable(p); got != p {
			t.Errorf("%q is estimated as %q", p, got)
		}
	}
	hostile := strings.Repeat("4@({[<691!|7$5+ ", 8)
	got := []rune(login.Estimable(hostile))
	if len(got) != 64 || strings.ContainsAny(string(got), "@{[<!|$+") {
		t.Errorf("estimated is %q", string(got))
	}
	if err := login.CheckPolicy("P@$$w0rd!P@$$w0rd!", false); !errs.Is(err, errs.Invalid) {
		t.Error("a common password in other signs is accepted")
	}
}

// Random passwords of a manager are never refused: there is nothing about them to be wise about.
func TestCheckPolicyTakesRandomPasswords(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	const chars = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789!?-_."
	for range 3000 {
		b := make([]byte, 16)
		for i := range b {
			b[i] = chars[r.IntN(len(chars))]
		}
		if err := login.CheckPolicy(string(b), false, "Ludivine Martin", "Acme Telecom"); err != nil {
			t.Errorf("%s: %v", b, err)
		}
	}
}

func FuzzCheckPolicy(f *testing.F) {
	f.Add("blue kettle walks home", "Acme")
	f.Add(strings.Repeat("1/1/11", 21), "1/1")
	f.Add("\xff\x00", "")
	f.Fuzz(func(t *testing.T, password, about string) {
		if err := login.CheckPolicy(password, true, about); err != nil && !errs.Is(err, errs.Invalid) {
			t.Error(err)
		}
	})
}

func BenchmarkCheckPolicyLongest(b *testing.B) {
	p := "a7[a89@|a46|0A<{a441a|aa15||1+%6%Aa08$|(@{|7![[ % %!%8|024|3039a9($a6[6!72@+[<8$9$3<$|48$5a32{a|7((6(5a|<455A(3@A 35a5|7|+28@31{"[:128]
	for b.Loop() {
		login.CheckPolicy(p, false, "Acme Telecom")
	}
}
