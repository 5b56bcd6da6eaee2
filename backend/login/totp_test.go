package login_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"image"
	"image/color"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"countersign/backend/login"
	"countersign/backend/vault"

	"github.com/boombuler/barcode/qr"
	"github.com/pquerna/otp/totp"
	"pgregory.net/rapid"
)

func codeAt(t testing.TB, secret vault.Secret, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(secret.Reveal(), at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// TH19: six ASCII digits of one of three steps, each once.
func TestVerifyTOTP(t *testing.T) {
	t.Parallel()
	f, err := login.NewTOTP("Countersign", "ana@provider.example", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 3, 9, 14, 2, 10, 0, time.UTC)

	for offset, want := range map[int]bool{-2: false, -1: true, 0: true, 1: true, 2: false} {
		at := now.Add(time.Duration(offset) * 30 * time.Second)
		step, ok := login.VerifyTOTP(f.Secret, codeAt(t, f.Secret, at), 0, now)
		if ok != want || ok && step != login.Step(at) {
			t.Errorf("code of %+d steps: got step %d, %v", offset, step, ok)
		}
	}

	code := codeAt(t, f.Secret, now)
	wide := strings.Map(func(r rune) rune { return r - '0' + '０' }, code)
	for _, spelled := range []string{
		"", " " + code, code + " ", code[:3] + " " + code[3:], code[:3] + "-" + code[3:], code + "\n", code + "0",
		code[:5], wide, "+" + code[1:], "0x" + code[2:], code + "\x00",
	} {
		if _, ok := login.VerifyTOTP(f.Secret, spelled, 0, now); ok {
			t.Errorf("%q was accepted", spelled)
		}
	}

	t.Run("TH19_one_code_one_success", func(t *testing.T) {
		step, ok := login.VerifyTOTP(f.Secret, code, 0, now)
		if !ok {
			t.Fatal("the right code was refused")
		}
		for _, at := range []time.Time{now, now.Add(time.Second), now.Add(30 * time.Second)} {
			if _, ok := login.VerifyTOTP(f.Secret, code, step, at); ok {
				t.Errorf("the code works again after %v", at.Sub(now))
			}
		}
		if _, ok := login.VerifyTOTP(f.Secret, codeAt(t, f.Secret, now.Add(-30*time.Second)), step, now); ok {
			t.Error("an older code works after a newer one")
		}
		if _, ok := login.VerifyTOTP(f.Secret, codeAt(t, f.Secret, now.Add(30*time.Second)), step, now); !ok {
			t.Error("the next code is refused")
		}
	})

	t.Run("another_seed_is_refused", func(t *testing.T) {
		other, err := login.NewTOTP("Countersign", "ana@provider.example", rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := login.VerifyTOTP(other.Secret, code, 0, now); ok {
			t.Error("accepted")
		}
		if _, ok := login.VerifyTOTP(vault.NewSecret("not base32 !"), code, 0, now); ok {
			t.Error("a damaged seed accepts a code")
		}
	})
}

// TH19: whatever order codes are typed in, no step succeeds twice and steps only rise.
func TestVerifyTOTPProperty(t *testing.T) {
	t.Parallel()
	f, err := login.NewTOTP("Countersign", "ana@provider.example", bytes.NewReader(make([]byte, 64)))
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(rt *rapid.T) {
		now := time.Unix(1_800_000_000, 0)
		var last int64
		for range rapid.IntRange(1, 30).Draw(rt, "tries") {
			now = now.Add(time.Duration(rapid.IntRange(0, 40).Draw(rt, "seconds")) * time.Second)
			typed := now.Add(time.Duration(rapid.IntRange(-3, 3).Draw(rt, "steps")) * 30 * time.Second)
			step, ok := login.VerifyTOTP(f.Secret, codeAt(t, f.Secret, typed), last, now)
			if !ok {
				continue
			}
			if step <= last || step < login.Step(now)-1 || step > login.Step(now)+1 {
				rt.Fatalf("step %d after %d at %d", step, last, login.Step(now))
			}
			last = step
		}
	})
}

func TestNewTOTP(t *testing.T) {
	t.Parallel()
	f, err := login.NewTOTP("Acme & Söhne: Support", "ana+test@provider.example", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(f.URL.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	if u.Scheme != "otpauth" || u.Host != "totp" || u.Query().Get("secret") != f.Secret.Reveal() ||
		u.Query().Get("issuer") != "Acme & Söhne  Support" || u.Path != "/Acme & Söhne  Support:ana+test@provider.example" || u.Query().Get("digits") != "6" || u.Query().Get("period") != "30" {
		t.Errorf("the URL does not say what an authenticator needs: %s", u)
	}
	if got := fmt.Sprintf("%v %+v", f, f); strings.Contains(got, f.Secret.Reveal()) {
		t.Error("the seed is printed")
	}
	if _, err := login.NewTOTP("", "x", rand.Reader); err == nil {
		t.Error("a factor without issuer was made")
	}
}

// The path is drawn back to modules and compared with the code it must show.
func TestQR(t *testing.T) {
	t.Parallel()
	f, err := login.NewTOTP("Countersign", "ana@provider.example", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	path, size, err := f.QR()
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^(M\d+ \d+h\d+v1h-\d+z)+$`).MatchString(path) {
		t.Fatalf("not a path of rectangles: %.80s", path)
	}
	drawn := image.NewGray(image.Rect(0, 0, size, size))
	for _, m := range regexp.MustCompile(`M(\d+) (\d+)h(\d+)`).FindAllStringSubmatch(path, -1) {
		x, _ := strconv.Atoi(m[1])
		y, _ := strconv.Atoi(m[2])
		n, _ := strconv.Atoi(m[3])
		for i := range n {
			drawn.SetGray(x+i, y, color.Gray{255})
		}
	}
	want, err := qr.Encode(f.URL.Reveal(), qr.M, qr.Auto)
	if err != nil {
		t.Fatal(err)
	}
	if size != want.Bounds().Dx()+8 {
		t.Fatalf("size %d for %d modules", size, want.Bounds().Dx())
	}
	for y := range size {
		for x := range size {
			dark := false
			if (image.Point{x - 4, y - 4}).In(want.Bounds()) {
				r, _, _, _ := want.At(x-4, y-4).RGBA()
				dark = r == 0
			}
			if got := drawn.GrayAt(x, y).Y == 255; got != dark {
				t.Fatalf("module %d,%d is %v", x, y, got)
			}
		}
	}
}

func BenchmarkVerifyTOTP(b *testing.B) {
	f, err := login.NewTOTP("Countersign", "ana@provider.example", rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	now := time.Unix(1_800_000_000, 0)
	for b.Loop() {
		login.VerifyTOTP(f.Secret, "123456", 0, now)
	}
}
