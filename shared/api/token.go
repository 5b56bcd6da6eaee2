package api

import (
	"slices"
	"strings"
	"time"

	"countersign/shared/id"
	"countersign/shared/org"
)

// Scope is what a token of the provider's other systems may do.
type Scope string

const (
	OrganizationsRead  Scope = "organizations:read"
	OrganizationsWrite Scope = "organizations:write"
	ContactsRead       Scope = "contacts:read"  // who owns an organization
	ContactsWrite      Scope = "contacts:write" // to name the owner of a new one
	ServicesRead       Scope = "services:read"
	ServicesWrite      Scope = "services:write"
	InvoicesRead       Scope = "invoices:read"
	InvoicesWrite      Scope = "invoices:write"
	NumbersRead        Scope = "numbers:read"
	NumbersWrite       Scope = "numbers:write"
)

// Scopes are all scopes there are, in the order in which people see them.
func Scopes() []Scope {
	return []Scope{OrganizationsRead, OrganizationsWrite, ContactsRead, ContactsWrite, ServicesRead, ServicesWrite, InvoicesRead, InvoicesWrite,
		NumbersRead, NumbersWrite}
}

// Known reports whether there is such a scope.
func (s Scope) Known() bool { return slices.Contains(Scopes(), s) }

// Covers reports whether whoever has s may do what needs need: writing implies reading.
func (s Scope) Covers(need Scope) bool {
	noun, writes := strings.CutSuffix(string(s), ":write")
	return s == need || writes && string(need) == noun+":read"
}

// Writes reports whether the scope is one for changing something.
func (s Scope) Writes() bool { return strings.HasSuffix(string(s), ":write") }

// TokenPrefix is how every token begins, so that people and programs that search for leaked secrets know one.
const TokenPrefix = "cst_"

// APIToken is a token as administrators see it. The secret is shown once, when it is made.
type APIToken struct {
	ID        id.APIToken `json:"id"`
	Name      string      `json:"name"`
	Scopes    []Scope     `json:"scopes"`
	MadeBy    string      `json:"made_by"`
	CreatedAt time.Time   `json:"created_at"`
	ExpiresAt time.Time   `json:"expires_at,omitzero"` // absent: never
	UsedAt    time.Time   `json:"used_at,omitzero"`    // to the minute
	RevokedAt time.Time   `json:"revoked_at,omitzero"`
	Usable    bool        `json:"usable"` // not revoked, not expired, and its maker is still an administrator
}

// APITokens are all tokens, the newest first.
type APITokens struct {
	Tokens []APIToken `json:"tokens"`
}

// MadeAPIToken is a new token with its secret, which nobody can be shown again.
type MadeAPIToken struct {
	APIToken
	Token string `json:"token"`
}

type CreateAPITokenIn struct {
	Body struct {
		Name      string    `json:"name" minLength:"1" maxLength:"120" doc:"The system that holds it"`
		Scopes    []Scope   `json:"scopes" minItems:"1" maxItems:"20" doc:"Writing implies reading"`
		ExpiresAt time.Time `json:"expires_at,omitzero" doc:"Absent: never"`
	}
}

type APITokenIn struct {
	Token id.APIToken `path:"token" format:"uuid" doc:"Token"`
}

var (
	ListAPITokens = Endpoint[None, APITokens]{Spec{Name: "list-api-tokens", Method: get, Path: "/api/staff/tokens",
		Summary: "Administrator: tokens of the provider's other systems", Policy: Policy{Staff: org.Administrator}}}
	CreateAPIToken = Endpoint[CreateAPITokenIn, MadeAPIToken]{Spec{Name: "create-api-token", Method: post, Path: "/api/staff/tokens",
		Summary: "Administrator: make a token; the answer alone shows it", Policy: Policy{Staff: org.Administrator}, StepUp: true}}
	RevokeAPIToken = Endpoint[APITokenIn, APIToken]{Spec{Name: "revoke-api-token", Method: del, Path: "/api/staff/tokens/{token}",
		Summary: "Administrator: revoke a token at once and for good", Policy: Policy{Staff: org.Administrator}, StepUp: true, Stops: true}}
)
