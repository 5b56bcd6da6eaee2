package login

import (
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"countersign/backend/vault"

	"github.com/boombuler/barcode/qr"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

const (
	stepSeconds = 30
	codeDigits  = 6
	seedSize    = 20
)

// TOTP is a new second factor, shown once while it is enrolled.
type TOTP struct {
	Secret vault.Secret // base32, for typing in and, sealed, for storing
	URL    vault.Secret // otpauth://, for the QR code
}

// NewTOTP makes a seed of 160 bits. The issuer is the provider's name and the account the person's e-mail, as the
// authenticator app shows them.
func NewTOTP(issuer, account string, r io.Reader) (TOTP, error) {
	if issuer == "" || account == "" {
		return TOTP{}, errors.New("make a second factor: the issuer and the account must have names")
	}
	seed := make([]byte, seedSize)
	if _, err := io.ReadFull(r, seed); err != nil {
		return TOTP{}, fmt.Errorf("make a second factor: %w", err)
	}
	secret := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(seed)

	// The colon separates the two names of the label, so the issuer can't have one. Spaces as %20, because some
	// authenticators show a plus sign as it is.
	escape := func(s string) string { return strings.ReplaceAll(url.QueryEscape(s), "+", "%20") }
	issuer = strings.ReplaceAll(issuer, ":", " ")
	link := fmt.Sprintf("otpauth://totp/%s:%s?secret=%s&issuer=%s&algorithm=SHA1&digits=%d&period=%d",
		escape(issuer), escape(account), secret, escape(issuer), codeDigits, stepSeconds)
	return TOTP{Secret: vault.NewSecret(secret), URL: vault.NewSecret(link)}, nil
}

// QR draws the URL as the data of an SVG path, one unit a module; size is the width and height of the view box,
// the quiet zone of four modules included.
func (t TOTP) QR() (path string, size int, err error) {
	code, err := qr.Encode(t.URL.Reveal(), qr.M, qr.Auto)
	if err != nil {
		return "", 0, fmt.Errorf("draw the QR code: %w", err)
	}
	const quiet = 4
	bounds := code.Bounds()
	dark := func(x, y int) bool {
		if x >= bounds.Dx() {
			return false
		}
		r, _, _, _ := code.At(bounds.Min.X+x, bounds.Min.Y+y).RGBA()
		return r == 0
	}
	var b strings.Builder
	for y := range bounds.Dy() {
		run := 0
		for x := range bounds.Dx() + 1 {
			if dark(x, y) {
				run++
			} else if run > 0 {
				fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x-run+quiet, y+quiet, run, run)
				run = 0
			}
		}
	}
	return b.String(), bounds.Dx() + 2*quiet, nil
}

// VerifyTOTP compares a typed code with the steps around now (one before, one after). The code must be six ASCII
// digits and nothing else. A step up to lastStep is refused even with its right code, so that nobody replays a code
// that was seen; store the returned step where it is still less, in one conditional UPDATE.
func VerifyTOTP(secret vault.Secret, code string, lastStep int64, now time.Time) (step int64, ok bool) {
	if len(code) != codeDigits || strings.Trim(code, "0123456789") != "" {
		return 0, false
	}
	for s := Step(now) - 1; s <= Step(now)+1; s++ {
		want, err := hotp.GenerateCodeCustom(secret.Reveal(), uint64(s), hotp.ValidateOpts{Digits: otp.DigitsSix})
		if err != nil {
			return 0, false
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 && s > lastStep && !ok {
			step, ok = s, true
		}
	}
	return step, ok
}

// Step is the number of the 30 seconds that now lies in.
func Step(now time.Time) int64 { return now.Unix() / stepSeconds }
