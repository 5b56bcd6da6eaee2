package vault_test

import (
	"bytes"
	"database/sql/driver"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"countersign/backend/vault"
)

// TH7: a secret and a key show in no print, log or encoding, however deep they are.
func TestSecretStaysHidden(t *testing.T) {
	t.Parallel()
	const canary = "canary-7f3a91"
	s := vault.NewSecret(canary)
	type inner struct{ hidden vault.Secret }
	type outer struct {
		Shown  vault.Secret
		Inner  inner
		hidden []vault.Secret
		ptr    *vault.Secret
	}
	v := outer{s, inner{s}, []vault.Secret{s}, &s}

	var b bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T"} {
		fmt.Fprintf(&b, verb+"\n", s)
		fmt.Fprintf(&b, verb+"\n", &s)
		fmt.Fprintf(&b, verb+"\n", v)
		fmt.Fprintf(&b, verb+"\n", &v)
	}
	for _, log := range []*slog.Logger{slog.New(slog.NewTextHandler(&b, nil)), slog.New(slog.NewJSONHandler(&b, nil))} {
		log.Info("signed in", "token", s, "all", v, "list", []vault.Secret{s})
	}
	for _, value := range []any{s, &s, v, map[string]any{"s": s}} {
		text, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(text)
	}
	text, err := xml.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	b.Write(text)
	fmt.Fprint(&b, fmt.Errorf("sign in with %v", s))

	hexed := fmt.Sprintf("%x", canary)
	if out := b.String(); strings.Contains(out, canary) || strings.Contains(out, hexed) {
		t.Errorf("the secret shows in:\n%s", out)
	}
	if _, err := driver.DefaultParameterConverter.ConvertValue(s); err == nil {
		t.Error("a database takes the secret")
	}
	if s.Reveal() != canary {
		t.Error("Reveal does not give the text")
	}
	if z := (vault.Secret{}); !z.Empty() || z.Reveal() != "" || z.String() == "" {
		t.Error("the zero secret is not the empty text")
	}

	var in struct{ Password vault.Secret }
	if err := json.Unmarshal([]byte(`{"Password":"`+canary+`"}`), &in); err != nil || in.Password.Reveal() != canary {
		t.Errorf("a secret is not read from JSON: %v", err)
	}
	if got, want := fmt.Sprintf("%v %+v %#v", newKeys(t), newKeys(t), newKeys(t)), "[redacted] [redacted] [redacted]"; got != want {
		t.Errorf("keys print as %s", got)
	}
}
