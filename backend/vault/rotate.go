package vault

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
)

// Replacing the root key. The new file lies beside the old one until nothing is sealed with the old key any more. Two
// derived keys can't be made anew, since what they made stays: the one that chains the audit record, and the pepper
// that is in everybody's password. The new file carries them along, so that the old one can be put away.

// Carried are the labels whose keys outlive the root key that they were derived from.
var carried = []Label{Audit, Pepper}

// CreateNext makes the key file that follows k. Like Create it replaces no file.
func CreateNext(path string, k *Keys) (*Keys, error) {
	keep := map[Label][]byte{}
	for _, l := range carried {
		keep[l] = k.Derive(l)
	}
	return create(path, keep)
}

// Beside gives the keys as they are used while the root key is being replaced: everything is sealed with k, and what
// old sealed still opens.
func (k *Keys) Beside(old *Keys) (*Keys, error) {
	for _, l := range carried {
		if string(k.derived[l]) != string(old.derived[l]) {
			return nil, fmt.Errorf("the new key does not follow the old one: its %s key is another", l)
		}
	}
	both := *k
	both.previous = old
	return &both, nil
}

// Previous names the root key that is being replaced, "" when none is.
func (k *Keys) Previous() string {
	if k.previous == nil {
		return ""
	}
	return k.previous.ID()
}

// Reseal closes a sealed value anew when the key before closed it; moved is false when there is nothing to do.
func (k *Keys) Reseal(label Label, text string, place ...string) (again string, moved bool, err error) {
	sealed, enc, err := decodeAny(text)
	if err != nil {
		return "", false, err
	}
	if len(sealed) > 1+idSize && string(sealed[1:1+idSize]) == string(k.id[:]) {
		return text, false, nil
	}
	plain, err := k.Unseal(label, sealed, place...)
	if err != nil {
		return "", false, err
	}
	return enc.EncodeToString(k.Seal(label, plain, place...)), true, nil
}

// SealedWith names the root key that sealed a value, "" when it is none.
func SealedWith(text string) string {
	sealed, _, err := decodeAny(text)
	if err != nil || len(sealed) < header {
		return ""
	}
	return hex.EncodeToString(sealed[1 : 1+idSize])
}

// decodeAny reads base64 with or without its padding, and says which it was.
func decodeAny(text string) ([]byte, *base64.Encoding, error) {
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding} {
		if b, err := enc.DecodeString(text); err == nil {
			return b, enc, nil
		}
	}
	return nil, nil, ErrRefused
}

// MoveCode seals a code under another key of its organization and makes its new tag. The code does not leave.
func MoveCode(from, to *OrgKey, p CodePlace, sealed string) (again, tag string, err error) {
	return move(from, to, "code", p, sealed)
}

// MoveHash is MoveCode for a code that was replaced.
func MoveHash(from, to *OrgKey, p CodePlace, sealed string) (again, tag string, err error) {
	return move(from, to, "history", p, sealed)
}

func move(from, to *OrgKey, label string, p CodePlace, sealed string) (again, tag string, err error) {
	plain, err := from.unseal(label, p, sealed)
	if err != nil {
		return "", "", err
	}
	h := CodeHash{plain[:hashSize]}
	if again, err = to.seal(label, p, plain, h); err != nil {
		return "", "", err
	}
	return again, to.Tag(p, h), nil
}
