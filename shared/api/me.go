package api

import (
	"time"

	"countersign/shared/access"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/org"
	"countersign/shared/perm"
)

// Me is who the caller is, in the kind they named, and what they may see.
type Me struct {
	As            As           `json:"as"`
	Login         id.Login     `json:"login"`
	Name          string       `json:"name"`
	Email         string       `json:"email"`
	Locale        string       `json:"locale"`
	Organizations []Membership `json:"organizations"` // customer: all of the person's; support: the one entered
	Staff         *org.Member  `json:"staff,omitempty"`
	Support       *SupportView `json:"support,omitempty"`
	Factor        bool         `json:"factor"`          // a second factor is set
	NeedsFactor   bool         `json:"needs_factor"`    // one must be set before anything else
	SignedInUntil time.Time    `json:"signed_in_until"` // the absolute end of this sign-in
	SteppedUp     time.Time    `json:"stepped_up"`      // when the password was last entered
	Now           time.Time    `json:"now"`             // the server's time
	Demo          bool         `json:"demo,omitempty"`
	Brand         string       `json:"brand"` // the provider's name for the portal
	Session       id.Session   `json:"session"`
}

// Membership is one organization that the person is a contact of.
type Membership struct {
	Org       id.Organization `json:"org"`
	Name      string          `json:"name"`
	Reference string          `json:"reference"`
	ManagedBy org.ManagedBy   `json:"managed_by"`
	State     org.State       `json:"state"`
	Region    string          `json:"region"` // where numbers are read that name no country
	Contact   id.Contact      `json:"contact,omitempty"`
	Person    string          `json:"person,omitempty"` // name of the contact, where another looks with their eyes
	Owner     bool            `json:"owner"`
	Authority bool            `json:"authority"` // may ask for work by phone and chat
	Rights    []perm.Right    `json:"rights"`
	Waiting   int             `json:"waiting"`         // decisions about remote access that wait for this person: the badge
	Changes   int             `json:"changes"`         // significant changes that wait for this person's decision
	Offer     bool            `json:"offer,omitempty"` // the ownership is offered to this person
	Tickets   int             `json:"tickets"`         // that wait for the customer's answer, of those that this person sees
	OwnerName string          `json:"owner_name"`
}

// SupportView is what the banner of the remote support view says.
type SupportView struct {
	Session    id.SupportSession `json:"session"`
	Org        id.Organization   `json:"org"`
	Name       string            `json:"name"` // of the organization
	Role       access.Role       `json:"role"`
	Source     access.Source     `json:"source"`
	ApprovedBy string            `json:"approved_by,omitempty"`
	StartedAt  time.Time         `json:"started_at"`
	EndsAt     time.Time         `json:"ends_at"`
	GrantEnds  time.Time         `json:"grant_ends"`
	Request    id.AccessRequest  `json:"request"`
	MoreAsked  bool              `json:"more_asked"`   // a wish for more time waits
	MoreAtMost int               `json:"more_at_most"` // minutes that can still be asked for within the organization's maximum
}

// SignIn is one of the person's open sign-ins.
type SignIn struct {
	ID        id.Session `json:"id"`
	Kind      As         `json:"kind"`
	Browser   string     `json:"browser"`
	Address   string     `json:"address"`
	CreatedAt time.Time  `json:"created_at"`
	LastSeen  time.Time  `json:"last_seen"`
	Current   bool       `json:"current"`
}

type SignIns struct {
	SignIns []SignIn `json:"sign_ins"`
}

type SessionIn struct {
	Session id.Session `path:"session" format:"uuid" doc:"Sign-in"`
}

type StepUpIn struct {
	Body struct {
		Password string `json:"password" minLength:"1" maxLength:"512"`
		Code     string `json:"code,omitempty" maxLength:"32" doc:"Second factor, when one is set"`
	}
}

type SettingsIn struct {
	Body struct {
		Locale string `json:"locale" enum:"en,fr"`
	}
}

type PasswordIn struct {
	Body struct {
		Current string `json:"current" minLength:"1" maxLength:"512"`
		New     string `json:"new" minLength:"1" maxLength:"512"`
	}
}

// Enrolment is a second factor on its way: it counts once a code of it was entered.
type Enrolment struct {
	Secret string `json:"secret"`
	URL    string `json:"url"` // otpauth
	QR     string `json:"qr"`  // data:image/svg+xml
}

type FactorCodeIn struct {
	Body struct {
		Code string `json:"code" minLength:"6" maxLength:"32"`
	}
}

type RecoveryCodes struct {
	Codes []string `json:"codes"`
}

// LiveIn are the parameters of the websocket, which is not a JSON endpoint but is declared like one.
type LiveIn struct {
	As    As              `query:"as"`
	Org   id.Organization `query:"org"`
	After int64           `query:"after"`
}

var (
	GetMe = Endpoint[None, Me]{Spec{Name: "get-me", Method: get, Path: "/api/me",
		Summary: "Who is signed in, in which organizations, with which rights", Policy: Policy{Self: true}, Support: SupportAllowed}}
	UpdateSettings = Endpoint[SettingsIn, None]{Spec{Name: "update-settings", Method: patch, Path: "/api/me",
		Summary: "Change one's own language", Policy: Policy{Self: true}}}
	StepUp = Endpoint[StepUpIn, None]{Spec{Name: "step-up", Method: post, Path: "/api/me/step-up",
		Summary: "Enter the password again", Policy: Policy{Self: true}, Rate: Costly}}
	ListSignIns = Endpoint[None, SignIns]{Spec{Name: "list-sign-ins", Method: get, Path: "/api/me/sign-ins",
		Summary: "One's own open sign-ins", Policy: Policy{Self: true}}}
	EndSignIn = Endpoint[SessionIn, None]{Spec{Name: "end-sign-in", Method: del, Path: "/api/me/sign-ins/{session}",
		Summary: "End one of one's own sign-ins", Policy: Policy{Self: true}, Stops: true}}
	SignOut = Endpoint[None, None]{Spec{Name: "sign-out", Method: post, Path: "/api/me/sign-out",
		Summary: "End this sign-in", Policy: Policy{Self: true}, Stops: true}}
	ChangePassword = Endpoint[PasswordIn, None]{Spec{Name: "change-password", Method: put, Path: "/api/me/password",
		Summary: "Change one's own password; ends the other sign-ins", Policy: Policy{Self: true}, Rate: Costly}}
	StartFactor = Endpoint[None, Enrolment]{Spec{Name: "start-factor", Method: post, Path: "/api/me/factor",
		Summary: "Begin to set a second factor", Policy: Policy{Self: true}, StepUp: true}}
	ConfirmFactor = Endpoint[FactorCodeIn, RecoveryCodes]{Spec{Name: "confirm-factor", Method: post, Path: "/api/me/factor/confirm",
		Summary: "Set the second factor by a code of it; gives new recovery codes", Policy: Policy{Self: true}, StepUp: true}}
	RemoveFactor = Endpoint[None, None]{Spec{Name: "remove-factor", Method: del, Path: "/api/me/factor",
		Summary: "Remove the second factor, where it is not mandatory", Policy: Policy{Self: true}, StepUp: true}}
	NewRecoveryCodes = Endpoint[None, RecoveryCodes]{Spec{Name: "new-recovery-codes", Method: post, Path: "/api/me/recovery-codes",
		Summary: "Replace the recovery codes", Policy: Policy{Self: true}, StepUp: true}}
	// Live is served by the hub; its permission is checked when it opens and again at each delivery.
	Live = Endpoint[LiveIn, live.Frame]{Spec{Name: "live", Method: get, Path: "/api/live",
		Summary: "Websocket: told what changed, never the change itself", Policy: Policy{Self: true}, Support: SupportAllowed}}
)
