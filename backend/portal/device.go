package portal

import (
	"strings"
	"time"

	"countersign/backend/login"
	"countersign/backend/vault"
	"countersign/shared/id"
)

// What the throttle goes by: the devices that a login was used on, and the counted tries.

const (
	mostDevices  = 5 // logins that one browser remembers
	deviceBorder = "~"
)

// device is what a browser's cookie remembers of a login, "" when it was not used there.
func (s *Service) device(cookie string, l id.Login, now time.Time) string {
	for value := range strings.SplitSeq(cookie, deviceBorder) {
		if device, ok := login.VerifyDevice(s.Keys.Derive(vault.Device), l, value, now); ok {
			return device
		}
	}
	return ""
}

// remember is the cookie with the login put first. A browser remembers a few logins.
func (s *Service) remember(cookie string, l id.Login, device string, now time.Time) string {
	key := s.Keys.Derive(vault.Device)
	values := []string{login.NewDevice(key, l, device, now, s.Rand)}
	for value := range strings.SplitSeq(cookie, deviceBorder) {
		if _, same := login.VerifyDevice(key, l, value, now); value != "" && !same && len(values) < mostDevices && len(value) < 200 {
			values = append(values, value)
		}
	}
	return strings.Join(values, deviceBorder)
}

// attempts keeps the throttle's buckets in the transaction.
type attempts struct{ tx *Tx }

func (a attempts) Attempts(key string) (login.Attempts, error) {
	text, err := a.tx.Attempts(a.tx, key)
	if err != nil {
		return nil, err
	}
	var list login.Attempts
	return list, list.UnmarshalText([]byte(text))
}

func (a attempts) SaveAttempts(key string, list login.Attempts, expires time.Time) error {
	text, err := list.MarshalText()
	if err != nil {
		return err
	}
	return a.tx.SaveAttempts(a.tx, key, string(text), expires)
}
