package outbox

import (
	"encoding/base64"
	"fmt"

	"countersign/backend/vault"
	"countersign/shared/id"
)

// Seal closes a mail's token for its row. It opens for this mail only and is forgotten once the mail is sent.
func Seal(keys *vault.Keys, m id.Mail, token vault.Secret) string {
	return base64.RawStdEncoding.EncodeToString(keys.Seal(vault.Mail, []byte(token.Reveal()), "outbox_mail", "sealed", string(m)))
}

func unseal(keys *vault.Keys, m id.Mail, sealed string) (vault.Secret, error) {
	if sealed == "" {
		return vault.Secret{}, nil
	}
	raw, err := base64.RawStdEncoding.DecodeString(sealed)
	if err != nil {
		return vault.Secret{}, fmt.Errorf("read the sealed token: %w", err)
	}
	token, err := keys.Unseal(vault.Mail, raw, "outbox_mail", "sealed", string(m))
	if err != nil {
		return vault.Secret{}, err
	}
	return vault.NewSecret(string(token)), nil
}
