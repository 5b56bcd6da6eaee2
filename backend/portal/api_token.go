package portal

import (
	"slices"
	"strings"

	"countersign/backend/login"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
)

// Tokens of the provider's other systems: administrators make and revoke them, and the gate knows callers by them.

// mostTokens is how many tokens there may be that are not revoked.
const mostTokens = 100

// ListAPITokens are all tokens, revoked and expired ones too.
func (s *Service) ListAPITokens(tx *Tx, _ *api.None) (api.APITokens, error) {
	rows, err := tx.AllAPITokens(tx)
	if err != nil {
		return api.APITokens{}, err
	}
	out := api.APITokens{Tokens: make([]api.APIToken, 0, len(rows))}
	for _, t := range rows {
		out.Tokens = append(out.Tokens, tx.shownToken(t))
	}
	return out, nil
}

func (tx *Tx) shownToken(t *store.APIToken) api.APIToken {
	return api.APIToken{ID: t.ID, Name: t.Name, Scopes: t.Scopes, MadeBy: t.MadeByName, CreatedAt: t.CreatedAt, ExpiresAt: t.ExpiresAt,
		UsedAt: t.UsedAt, RevokedAt: t.RevokedAt, Usable: t.Usable(tx.Now())}
}

// CreateAPIToken makes a token that acts for the provider as long as its maker is an administrator.
func (s *Service) CreateAPIToken(tx *Tx, in *api.CreateAPITokenIn) (api.MadeAPIToken, error) {
	b := in.Body
	name, err := cleanName("name", b.Name)
	if err != nil {
		return api.MadeAPIToken{}, err
	}
	scopes, err := cleanScopes(b.Scopes)
	if err != nil {
		return api.MadeAPIToken{}, err
	}
	expires := wholeMillisecond(b.ExpiresAt)
	if !expires.IsZero() && (!expires.After(tx.Now()) || expires.Year() > 9999) {
		return api.MadeAPIToken{}, errs.BadField("expires_at", "token.error.expires")
	}
	n, err := tx.CountAPITokens(tx)
	if err != nil {
		return api.MadeAPIToken{}, err
	}
	if n >= mostTokens {
		return api.MadeAPIToken{}, errs.InState("full", "token.error.too_many", "max", mostTokens)
	}
	plain, hash := login.NewAPIToken(tx.svc.Rand)
	t := &store.APIToken{ID: newID[id.APIToken](tx), Name: name, Scopes: scopes, MadeBy: tx.Member.ID, MadeByName: tx.Member.Name,
		CreatedAt: tx.Now(), ExpiresAt: expires}
	if err := tx.AddAPIToken(tx, t, hash); err != nil {
		return api.MadeAPIToken{}, err
	}
	if t, err = tx.APITokenByID(tx, t.ID); err != nil {
		return api.MadeAPIToken{}, err
	}
	return api.MadeAPIToken{APIToken: tx.shownToken(t), Token: plain.Reveal()}, tx.recordToken(audit.TokenCreated, t)
}

// cleanScopes gives the scopes in the order of the table, each once.
func cleanScopes(given []api.Scope) (list []api.Scope, err error) {
	for _, s := range given {
		if !s.Known() {
			return nil, errs.BadField("scopes", "token.error.unknown_scope")
		}
	}
	for _, s := range api.Scopes() {
		if slices.Contains(given, s) {
			list = append(list, s)
		}
	}
	if len(list) == 0 {
		return nil, errs.BadField("scopes", "error.field.required")
	}
	return list, nil
}

// RevokeAPIToken ends a token. To ask for it again does no harm.
func (s *Service) RevokeAPIToken(tx *Tx, in *api.APITokenIn) (api.APIToken, error) {
	revoked, err := tx.RevokeAPIToken(tx, in.Token)
	if err != nil {
		return api.APIToken{}, err
	}
	t, err := tx.APITokenByID(tx, in.Token)
	if err != nil {
		return api.APIToken{}, err
	}
	if revoked {
		err = tx.recordToken(audit.TokenRevoked, t)
	}
	return tx.shownToken(t), err
}

func (tx *Tx) recordToken(kind audit.Kind, t *store.APIToken) error {
	scopes := make([]string, len(t.Scopes))
	for i, s := range t.Scopes {
		scopes[i] = string(s)
	}
	return tx.record(change{stream: live.Provider, kind: kind, object: string(t.ID),
		detail: map[string]string{"name": t.Name, "scopes": strings.Join(scopes, ", ")},
		pokes:  []store.Poke{{Stream: live.Provider, Kind: live.Tokens, Ref: string(t.ID)}}})
}

// loadMachine loads the system that a token stands for.
func (tx *Tx) loadMachine(cred Credential) error {
	unusable := errs.New(errs.Unauthenticated, "token.error.unusable")
	if cred.Token == "" {
		return unusable
	}
	t, err := tx.APITokenByHash(tx, cred.Token)
	if errs.Is(err, errs.NotFound) || err == nil && !t.Usable(tx.Now()) {
		return unusable
	}
	if err != nil {
		return err
	}
	tx.Machine = t
	tx.Actor = audit.Actor{Kind: audit.ByToken, ID: string(t.ID), Name: t.Name}
	return nil
}

// allowMachine refuses what no scope of the token covers.
func (tx *Tx) allowMachine(need api.Scope) error {
	if need == "" {
		return forbidden()
	}
	if !tx.Machine.Covers(need) {
		return errs.New(errs.Forbidden, "token.error.scope", "scope", string(need))
	}
	return nil
}
