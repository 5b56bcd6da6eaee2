package login

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"strconv"
	"strings"
	"time"

	"countersign/shared/id"
)

// deviceLife is how long a device is remembered after its last sign-in.
const deviceLife = 180 * 24 * time.Hour

// NewDevice makes the value of the cookie that a browser keeps after a sign-in, signed with the vault's Device key
// for one login. It is no credential: it only gives the device its own count of tries, and its absence is what
// makes a sign-in one from a new device. Give a new one at each sign-in; keep is the device of the old one, or "".
func NewDevice(key []byte, login id.Login, keep string, now time.Time, r io.Reader) string {
	if keep == "" {
		var b [12]byte
		if _, err := io.ReadFull(r, b[:]); err != nil {
			panic("login: the random source failed: " + err.Error())
		}
		keep = hex.EncodeToString(b[:])
	}
	body := "v1." + keep + "." + strconv.FormatInt(now.Unix(), 36)
	return body + "." + signDevice(key, login, body)
}

// VerifyDevice gives the device of a cookie's value when it was signed for the login and is not too old.
func VerifyDevice(key []byte, login id.Login, cookie string, now time.Time) (device string, ok bool) {
	cut := strings.LastIndexByte(cookie, '.')
	if len(cookie) > 200 || cut < 0 {
		return "", false
	}
	body, mac := cookie[:cut], cookie[cut+1:]
	if !hmac.Equal([]byte(mac), []byte(signDevice(key, login, body))) {
		return "", false
	}
	parts := strings.Split(body, ".")
	if len(parts) != 3 || parts[0] != "v1" {
		return "", false
	}
	made, err := strconv.ParseInt(parts[2], 36, 64)
	if err != nil || now.Sub(time.Unix(made, 0)) > deviceLife {
		return "", false
	}
	return parts[1], true
}

func signDevice(key []byte, login id.Login, body string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("device\x00" + string(login) + "\x00" + body))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
