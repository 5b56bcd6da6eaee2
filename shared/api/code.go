package api

import (
	"time"

	"countersign/shared/audit"
	"countersign/shared/id"
	"countersign/shared/perm"
	"countersign/shared/verification"
)

// CodeState is what may be said of a Phone/Chat Code without telling it.
type CodeState struct {
	Set        bool      `json:"set"` // a code stands
	SetAt      time.Time `json:"set_at,omitzero"`
	SetBy      string    `json:"set_by,omitempty"`
	RevealedAt time.Time `json:"revealed_at,omitzero"`
	RevealedBy string    `json:"revealed_by,omitempty"`
	Void       bool      `json:"void,omitempty"`   // too many misses, or its holder was deactivated: it must be set again
	Locked     bool      `json:"locked,omitempty"` // answers nothing until LockedTill, or until somebody looks
	LockedTill time.Time `json:"locked_till,omitzero"`
	Misses     int       `json:"misses,omitempty"`     // of the last 24 h that count
	RotateAt   time.Time `json:"rotate_at,omitzero"`   // since when it should be changed
	RotateWhy  string    `json:"rotate_why,omitempty"` // who could see it until then
}

// CodeBody sets a Phone/Chat Code, or removes it.
type CodeBody struct {
	Code      string `json:"code,omitempty" maxLength:"512"`
	Generated bool   `json:"generated,omitempty" doc:"It is as the generator gave it, so it may be recognised by sound"`
	Remove    bool   `json:"remove,omitempty"`
}

// CodeShown is a Phone/Chat Code in plain text, for the one who asked.
type CodeShown struct {
	Code string `json:"code"`
}

// MyCode is a contact's own code, one-time phrase and whoever is verifying them.
type MyCode struct {
	Code      CodeState                   `json:"code"`
	LabelEN   string                      `json:"label_en"` // what the provider calls it
	LabelFR   string                      `json:"label_fr"`
	MaySee    bool                        `json:"may_see"`   // reveal
	MaySet    bool                        `json:"may_set"`   // set and change
	Authority bool                        `json:"authority"` // may ask for work by phone and chat
	Phrase    *PhraseState                `json:"phrase,omitempty"`
	Calls     []verification.Verification `json:"calls"` // open verifications of somebody who says to be this contact; for the owner all of the organization
	Now       time.Time                   `json:"now"`
}

// PhraseState is an open one-time phrase, of which only the hash is kept.
type PhraseState struct {
	ExpiresAt time.Time `json:"expires_at"`
}

// Phrase is a new one-time phrase: it is shown once.
type Phrase struct {
	Phrase    string    `json:"phrase"`
	ExpiresAt time.Time `json:"expires_at"`
}

type GenerateCodeIn struct {
	Org
	Body struct {
		Contact id.Contact `json:"contact,omitempty" format:"uuid" doc:"Whose code it is to be; empty for the account-wide one"`
		Locale  string     `json:"locale" enum:"en,fr" doc:"Language of the words"`
	}
}

type SetMyCodeIn struct {
	Org
	Body CodeBody
}

// CodeReleaseIn says whose misses somebody has looked at.
type CodeReleaseIn struct {
	Org
	Body struct {
		Contact id.Contact `json:"contact,omitempty" format:"uuid"`
		Account bool       `json:"account,omitempty" doc:"The account-wide code and the organization's own limit"`
	}
}

// CodeActivity is what happened to codes and by whom they were used, newest first; never a code.
type CodeActivity struct {
	Entries []audit.Entry `json:"entries"`
	More    bool          `json:"more"`
}

type VerificationIn struct {
	Org
	Verification id.Verification `path:"verification" format:"uuid" doc:"Verification"`
}

// VerificationID is the verification that the call is about: the gate looks for the receipt there.
func (v VerificationIn) VerificationID() id.Verification { return v.Verification }

// The owner's alone, because nobody else ever holds the right to transfer.
const ownerOnly = perm.OwnershipTransfer

var (
	RevealAccountCode = Endpoint[Org, CodeShown]{Spec{Name: "reveal-account-code", Method: post, Path: orgPath + "/code/reveal",
		Summary: "Show the account-wide Phone/Chat Code", Policy: Policy{Right: perm.ProfileView}, StepUp: true}}
	RevealContactCode = Endpoint[ContactIn, CodeShown]{Spec{Name: "reveal-contact-code", Method: post, Path: orgPath + "/contacts/{contact}/code/reveal",
		Summary: "Owner: show a contact's Phone/Chat Code", Policy: Policy{Right: ownerOnly}, StepUp: true}}
	KeepAccountCode = Endpoint[Org, None]{Spec{Name: "keep-account-code", Method: post, Path: orgPath + "/code/keep",
		Summary: "Put the proposal to change the account-wide code aside", Policy: Policy{Right: perm.ProfileUpdate}}}
	ReleaseCode = Endpoint[CodeReleaseIn, None]{Spec{Name: "release-code", Method: post, Path: orgPath + "/code/release",
		Summary: "Owner: unlock codes after looking at the misses", Policy: Policy{Right: ownerOnly}, StepUp: true}}
	GenerateCode = Endpoint[GenerateCodeIn, CodeShown]{Spec{Name: "generate-code", Method: post, Path: orgPath + "/code/generate",
		Summary: "Propose a code that is easy to say; nothing is stored", Policy: Policy{Member: true}, Rate: Costly}}
	ListCodeActivity = Endpoint[ActivityIn, CodeActivity]{Spec{Name: "list-code-activity", Method: get, Path: orgPath + "/code/activity",
		Summary: "What happened to the codes: set, changed, revealed, used, failed, locked", Policy: Policy{Right: perm.ProfileView}}}

	GetMyCode = Endpoint[Org, MyCode]{Spec{Name: "get-my-code", Method: get, Path: orgPath + "/my-code",
		Summary: "One's own code's state, phrase, and who is verifying", Policy: Policy{Member: true}}}
	RevealMyCode = Endpoint[Org, CodeShown]{Spec{Name: "reveal-my-code", Method: post, Path: orgPath + "/my-code/reveal",
		Summary: "Show one's own Phone/Chat Code", Policy: Policy{Member: true}, StepUp: true}}
	SetMyCode = Endpoint[SetMyCodeIn, MyCode]{Spec{Name: "set-my-code", Method: put, Path: orgPath + "/my-code",
		Summary: "Set, change or remove one's own Phone/Chat Code", Policy: Policy{Member: true}, StepUp: true, Rate: Costly}}
	MakePhrase = Endpoint[Org, Phrase]{Spec{Name: "make-phrase", Method: post, Path: orgPath + "/my-code/phrase",
		Summary: "A one-time phrase to say on the phone; replaces the one before", Policy: Policy{Member: true}, StepUp: true, Rate: Costly}}
	DenyVerification = Endpoint[VerificationIn, None]{Spec{Name: "deny-verification", Method: post, Path: orgPath + "/verifications/{verification}/deny",
		Summary: "That's not me: end the verification, kill the phrase, alert owner and lead", Policy: Policy{Member: true}, Stops: true}}
)
