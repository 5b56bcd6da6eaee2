package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"countersign/backend/vault"
	"countersign/shared/id"
)

// The headers of a delivery.
const (
	HeaderID        = "Webhook-Id"
	HeaderTimestamp = "Webhook-Timestamp"
	HeaderSignature = "Webhook-Signature"
)

const (
	prefix     = "whsec_"
	secretSize = 32
)

// NewSecret makes what a webhook's deliveries are signed with, as it is shown to whoever sets up the receiver.
func NewSecret() vault.Secret {
	b := make([]byte, secretSize)
	rand.Read(b)
	return vault.NewSecret(prefix + base64.StdEncoding.EncodeToString(b))
}

// The columns that secrets are sealed for.
const (
	PlaceSecret = "sealed"
	PlaceFormer = "former"
)

// Seal closes a secret for its webhook's row.
func Seal(keys *vault.Keys, w id.Webhook, place string, secret vault.Secret) string {
	return base64.StdEncoding.EncodeToString(keys.Seal(vault.Webhook, []byte(secret.Reveal()), "webhook", place, string(w)))
}

// Unseal opens a secret of a webhook's row.
func Unseal(keys *vault.Keys, w id.Webhook, place, sealed string) (vault.Secret, error) {
	raw, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return vault.Secret{}, fmt.Errorf("read the secret of a webhook: %w", err)
	}
	plain, err := keys.Unseal(vault.Webhook, raw, "webhook", place, string(w))
	if err != nil {
		return vault.Secret{}, fmt.Errorf("open the secret of a webhook: %w", err)
	}
	return vault.NewSecret(string(plain)), nil
}

// Sign sets the headers of a delivery: its id, the time of this attempt, and a signature by each of the secrets over both
// and the body.
func Sign(h http.Header, event id.WebhookEvent, at time.Time, body []byte, secrets ...vault.Secret) error {
	stamp := strconv.FormatInt(at.Unix(), 10)
	signatures := make([]string, 0, len(secrets))
	for _, s := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s.Reveal(), prefix))
		if err != nil {
			return fmt.Errorf("read the secret of a webhook: %w", err)
		}
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%s.", event, stamp)
		mac.Write(body)
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	h.Set(HeaderID, string(event))
	h.Set(HeaderTimestamp, stamp)
	h.Set(HeaderSignature, strings.Join(signatures, " "))
	return nil
}
