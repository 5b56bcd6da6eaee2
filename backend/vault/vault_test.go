package vault_test

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strconv"
	"testing"

	"countersign/backend/vault"

	"pgregory.net/rapid"
)

func newKeys(t testing.TB) *vault.Keys {
	t.Helper()
	keys, err := vault.Create(filepath.Join(t.TempDir(), "root.key"))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// TH8: a value sealed for one holder opens for no other, and no bit of it can be flipped.
func TestUnseal(t *testing.T) {
	t.Parallel()
	keys := newKeys(t)
	const holders = 50
	sealed := make([][]byte, holders)
	for i := range holders {
		sealed[i] = keys.Seal(vault.Factor, []byte("seed "+strconv.Itoa(i)), "factor", "seed", strconv.Itoa(i))
	}

	t.Run("TH8_opens_in_its_own_place", func(t *testing.T) {
		for i := range holders {
			plain, err := keys.Unseal(vault.Factor, sealed[i], "factor", "seed", strconv.Itoa(i))
			if err != nil || string(plain) != "seed "+strconv.Itoa(i) {
				t.Fatalf("holder %d: got %q, %v", i, plain, err)
			}
		}
	})

	t.Run("TH8_every_ordered_pair_of_holders_is_refused", func(t *testing.T) {
		refused := 0
		for from := range holders {
			for to := range holders {
				if from == to {
					continue
				}
				if _, err := keys.Unseal(vault.Factor, sealed[from], "factor", "seed", strconv.Itoa(to)); errors.Is(err, vault.ErrRefused) {
					refused++
				}
			}
		}
		if want := holders * (holders - 1); refused != want {
			t.Errorf("refused %d of %d moved values", refused, want)
		}
	})

	t.Run("TH8_every_flipped_bit_is_refused", func(t *testing.T) {
		for bit := range len(sealed[0]) * 8 {
			changed := bytes.Clone(sealed[0])
			changed[bit/8] ^= 1 << (bit % 8)
			if _, err := keys.Unseal(vault.Factor, changed, "factor", "seed", "0"); !errors.Is(err, vault.ErrRefused) {
				t.Fatalf("bit %d: got %v, want a refusal", bit, err)
			}
		}
	})

	t.Run("TH8_every_shortened_value_is_refused", func(t *testing.T) {
		for n := range len(sealed[0]) {
			if _, err := keys.Unseal(vault.Factor, sealed[0][:n], "factor", "seed", "0"); !errors.Is(err, vault.ErrRefused) {
				t.Fatalf("%d bytes: got %v, want a refusal", n, err)
			}
		}
	})

	t.Run("TH8_words_of_the_place_do_not_run_together", func(t *testing.T) {
		v := keys.Seal(vault.Mail, []byte("x"), "ab", "c")
		for _, place := range [][]string{{"a", "bc"}, {"abc"}, {"ab", "c", ""}, {"c", "ab"}, {"ab"}, {}} {
			if _, err := keys.Unseal(vault.Mail, v, place...); !errors.Is(err, vault.ErrRefused) {
				t.Errorf("place %q: got %v, want a refusal", place, err)
			}
		}
	})

	t.Run("TH8_another_label_is_refused", func(t *testing.T) {
		v := keys.Seal(vault.Mail, []byte("x"), "row")
		if _, err := keys.Unseal(vault.Token, v, "row"); !errors.Is(err, vault.ErrRefused) {
			t.Errorf("got %v, want a refusal", err)
		}
	})

	t.Run("another_installation_is_refused", func(t *testing.T) {
		other := newKeys(t)
		if other.ID() == keys.ID() {
			t.Fatal("two keys have one id")
		}
		if _, err := other.Unseal(vault.Factor, sealed[0], "factor", "seed", "0"); !errors.Is(err, vault.ErrRefused) {
			t.Errorf("got %v, want a refusal", err)
		}
	})
}

// TH8: whatever the value and the place are, only the same place opens it, and the plain text is never in the sealed one.
func TestSealProperty(t *testing.T) {
	t.Parallel()
	keys := newKeys(t)
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOfN(rapid.Byte(), 8, 200).Draw(t, "plain")
		words := rapid.SliceOfN(rapid.StringN(0, 3, -1), 0, 4)
		place, other := words.Draw(t, "place"), words.Draw(t, "other")

		sealed := keys.Seal(vault.Wrap, plain, place...)
		if bytes.Contains(sealed, plain) {
			t.Fatal("the sealed value shows the plain one")
		}
		if bytes.Equal(sealed, keys.Seal(vault.Wrap, plain, place...)) {
			t.Fatal("two seals are equal: the nonce is not random")
		}
		got, err := keys.Unseal(vault.Wrap, sealed, place...)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("own place: %v", err)
		}
		if fmt.Sprintf("%q", place) == fmt.Sprintf("%q", other) {
			return
		}
		if _, err := keys.Unseal(vault.Wrap, sealed, other...); !errors.Is(err, vault.ErrRefused) {
			t.Fatalf("place %q opened as %q", place, other)
		}
	})
}

func TestDerive(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "root.key")
	keys, err := vault.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	again, err := vault.Open(path)
	if err != nil {
		t.Fatal(err)
	}

	seen := map[string]vault.Label{}
	for _, l := range []vault.Label{vault.Wrap, vault.Match, vault.Pepper, vault.Audit, vault.Cursor, vault.Token, vault.Factor, vault.Mail, vault.Device, vault.Reply} {
		key := keys.Derive(l)
		if len(key) != 32 {
			t.Errorf("%s: %d bytes", l, len(key))
		}
		if !bytes.Equal(key, again.Derive(l)) {
			t.Errorf("%s: differs after opening the file again", l)
		}
		if twin, ok := seen[string(key)]; ok {
			t.Errorf("%s and %s have one key", l, twin)
		}
		seen[string(key)] = l

		key[0] ^= 1
		if bytes.Equal(key, keys.Derive(l)) {
			t.Errorf("%s: a caller can change the key", l)
		}
	}

	defer func() {
		if recover() == nil {
			t.Error("an undeclared label was derived")
		}
	}()
	keys.Derive("adit")
}

func BenchmarkSeal(b *testing.B) {
	keys := newKeys(b)
	plain := make([]byte, 64)
	for b.Loop() {
		keys.Seal(vault.Mail, plain, "outbox_mail", "sealed", "0198c0de-0000-7000-8000-000000000000")
	}
}
