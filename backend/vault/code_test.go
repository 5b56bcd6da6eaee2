package vault_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"countersign/backend/vault"
)

func hashOf(text string) vault.CodeHash {
	h := sha256.Sum256([]byte(text)) // what the hasher gives is 32 bytes as well
	return vault.HashOf(h[:])
}

func codePlace(i int) vault.CodePlace {
	return vault.CodePlace{Org: "acme", Holder: fmt.Sprintf("contact-%02d", i), Code: fmt.Sprintf("code-%02d", i), Version: 1}
}

func orgKey(t testing.TB, keys *vault.Keys, org string) (*vault.OrgKey, string) {
	t.Helper()
	k, wrapped, err := keys.NewOrgKey(org)
	if err != nil {
		t.Fatal(err)
	}
	return k, wrapped
}

func sealCode(t testing.TB, k *vault.OrgKey, p vault.CodePlace, text string) string {
	t.Helper()
	sealed, err := k.SealCode(p, vault.NewSecret(text), hashOf(text))
	if err != nil {
		t.Fatal(err)
	}
	return sealed
}

var viewer = vault.NewViewer("acme", "marie")

// TH8: of 50 holders each opens their own code and, in all 2,450 ordered pairs, none of another's. Nor does another's tag
// fit.
func TestMovedCodesAreRefused(t *testing.T) {
	t.Parallel()
	k, _ := orgKey(t, newKeys(t), "acme")
	const holders = 50
	sealed, tags := make([]string, holders), make([]string, holders)
	for i := range holders {
		text := "copper lamp river " + strconv.Itoa(i+10)
		sealed[i], tags[i] = sealCode(t, k, codePlace(i), text), k.Tag(codePlace(i), hashOf("the same code"))
		got, err := vault.OpenCode(viewer, k, codePlace(i), sealed[i])
		if err != nil || got.Reveal() != text {
			t.Fatalf("holder %d opens %v", i, err)
		}
	}
	refused := 0
	for i := range holders {
		for j := range holders {
			if i == j {
				continue
			}
			_, err := vault.OpenCode(viewer, k, codePlace(j), sealed[i])
			if err != nil && !k.Fits(codePlace(j), hashOf("the same code"), tags[i]) && k.Fits(codePlace(i), hashOf("the same code"), tags[i]) {
				refused++
			}
		}
	}
	t.Logf("%d of 2,450 refused", refused)
	if refused != 2450 {
		t.Errorf("%d of 2,450 refused", refused)
	}
}

// TH8: every part of the place counts, and so does every bit of the sealed value.
func TestTamperedCodesAreRefused(t *testing.T) {
	t.Parallel()
	keys := newKeys(t)
	k, wrapped := orgKey(t, keys, "acme")
	p := codePlace(1)
	sealed := sealCode(t, k, p, "copper lamp river 42")
	other, _ := orgKey(t, keys, "acme")
	beta, _ := orgKey(t, keys, "beta")
	elsewhere, _ := orgKey(t, newKeys(t), "acme")
	betaPlace, account, newer, before := p, p, p, p
	betaPlace.Org, account.Holder, newer.Version, before.Code = "beta", "", 2, "code-00"
	for name, c := range map[string]struct {
		v vault.Viewer
		k *vault.OrgKey
		p vault.CodePlace
	}{
		"another_key_of_the_organization": {viewer, other, p},
		"another_organization":            {vault.NewViewer("beta", "luc"), beta, betaPlace},
		"another_installation":            {viewer, elsewhere, p},
		"the_account_wide_code":           {viewer, k, account},
		"a_later_version":                 {viewer, k, newer},
		"another_code":                    {viewer, k, before},
		"a_viewer_of_elsewhere":           {vault.NewViewer("beta", "luc"), k, p},
		"no_viewer":                       {vault.Viewer{}, k, p},
		"a_viewer_without_contact":        {vault.NewViewer("acme", ""), k, p},
	} {
		if got, err := vault.OpenCode(c.v, c.k, c.p, sealed); err == nil || !got.Empty() {
			t.Errorf("%s: opened", name)
		}
	}
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		for bit := range 8 {
			b := bytes.Clone(raw)
			b[i] ^= 1 << bit
			if _, err := vault.OpenCode(viewer, k, p, base64.StdEncoding.EncodeToString(b)); err == nil {
				t.Fatalf("opened with bit %d of byte %d flipped", bit, i)
			}
		}
	}
	for _, text := range []string{"", "AAAA", sealed[:20], sealed + "AAAA", strings.ToUpper(sealed), "nonsense!"} {
		if _, err := vault.OpenCode(viewer, k, p, text); err == nil {
			t.Errorf("opened %q", text)
		}
	}
	if _, err := keys.OpenOrgKey("beta", wrapped); err == nil {
		t.Error("a key opens for another organization")
	}
	if k.Fits(p, vault.HashOf(nil), k.Tag(p, hashOf("x"))) {
		t.Error("an empty hash fits")
	}
}

// TH1, TH7: neither key, hash nor sealed value shows the code, however it is printed.
func TestCodesStayHidden(t *testing.T) {
	t.Parallel()
	const canary = "copper lamp river 42"
	k, wrapped := orgKey(t, newKeys(t), "acme")
	h := hashOf(canary)
	sealed := sealCode(t, k, codePlace(1), canary)
	past, err := k.SealHash(codePlace(1), h)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := vault.OpenCode(viewer, k, codePlace(1), past); err == nil {
		t.Error("a past code opens as a code")
	}
	raw, _ := base64.StdEncoding.DecodeString(sealed)
	var b bytes.Buffer
	fmt.Fprintf(&b, "%v %+v %#v %s %x %v %s %s %s", k, k, *k, h, h, viewer, wrapped, sealed, raw)
	slog.New(slog.NewJSONHandler(&b, nil)).Info("code", "key", k, "hash", h)
	if text, err := json.Marshal(map[string]any{"key": k, "hash": h}); err == nil {
		b.Write(text)
	}
	sum := sha256.Sum256([]byte(canary))
	for _, secret := range []string{canary, "copper", fmt.Sprintf("%x", canary), fmt.Sprintf("%x", sum[:8]), string(sum[:8])} {
		if strings.Contains(b.String(), secret) {
			t.Errorf("%q shows", secret)
		}
	}
}

// The new key file carries along what can't be made anew, opens what the old one sealed while both are there, and
// nothing of the new one needs the old one once everything was moved.
func TestRootKeyIsReplaced(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	old, err := vault.Create(filepath.Join(dir, "key"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := vault.CreateNext(filepath.Join(dir, "next"), old); err != nil {
		t.Fatal(err)
	}
	next, err := vault.Open(filepath.Join(dir, "next"))
	if err != nil {
		t.Fatal(err)
	}
	for label, same := range map[vault.Label]bool{vault.Audit: true, vault.Pepper: true, vault.Wrap: false, vault.Match: false, vault.Factor: false, vault.Mail: false} {
		if got := bytes.Equal(next.Derive(label), old.Derive(label)); got != same {
			t.Errorf("the key of %s is the same: %v, want %v", label, got, same)
		}
	}
	stranger := newKeys(t)
	if _, err := stranger.Beside(old); err == nil {
		t.Error("a key that follows nothing was taken for the next one")
	}
	both, err := next.Beside(old)
	if err != nil || both.ID() != next.ID() || both.Previous() != old.ID() {
		t.Fatalf("both keys: %v", err)
	}

	p := codePlace(7)
	from, wrapped := orgKey(t, old, "acme")
	sealed := sealCode(t, from, p, "copper lamp river 42")
	opened, err := both.OpenOrgKey("acme", wrapped)
	if err != nil || opened.RootID() != old.ID() {
		t.Fatalf("while both are there: %v", err)
	}
	if got, err := vault.OpenCode(viewer, opened, p, sealed); err != nil || got.Reveal() != "copper lamp river 42" {
		t.Fatalf("while both are there the code does not open: %v", err)
	}
	to, _ := orgKey(t, both, "acme")
	again, tag, err := vault.MoveCode(opened, to, p, sealed)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := vault.OpenCode(viewer, to, p, again); err != nil || got.Reveal() != "copper lamp river 42" || !to.Fits(p, hashOf("copper lamp river 42"), tag) {
		t.Errorf("moved, the code does not open or match: %v", err)
	}
	if _, err := vault.OpenCode(viewer, from, p, again); err == nil || from.Fits(p, hashOf("copper lamp river 42"), tag) {
		t.Error("the old key opens or matches what was moved")
	}

	secret := base64.StdEncoding.EncodeToString(old.Seal(vault.Factor, []byte("seed"), "login", "1"))
	text, moved, err := both.Reseal(vault.Factor, secret, "login", "1")
	if err != nil || !moved || vault.SealedWith(text) != next.ID() {
		t.Fatalf("resealed: %v %v", moved, err)
	}
	if again, moved, err := both.Reseal(vault.Factor, text, "login", "1"); err != nil || moved || again != text {
		t.Errorf("resealed twice: %v %v", moved, err)
	}
	if _, _, err := both.Reseal(vault.Factor, secret, "login", "2"); err == nil {
		t.Error("a value of another place was resealed")
	}
	tagged := old.PhraseTag("acme", "marie", "p1", vault.NewSecret("copperlampriver"))
	if !both.PhraseFits(old.ID(), "acme", "marie", "p1", vault.NewSecret("copperlampriver"), tagged) ||
		both.PhraseFits(old.ID(), "acme", "jonas", "p1", vault.NewSecret("copperlampriver"), tagged) ||
		both.PhraseFits(next.ID(), "acme", "marie", "p1", vault.NewSecret("copperlampriver"), tagged) {
		t.Error("a phrase of before fits where it should not, or not where it should")
	}
}
