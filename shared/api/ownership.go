package api

import (
	"time"

	"countersign/shared/id"
	"countersign/shared/perm"
)

// TransferState is how far a transfer of ownership has come; all but the first are final.
type TransferState string

const (
	TransferPending   TransferState = "pending"
	TransferAccepted  TransferState = "accepted"
	TransferDeclined  TransferState = "declined"
	TransferWithdrawn TransferState = "withdrawn"
	TransferLapsed    TransferState = "lapsed"
)

// Transfer of ownership: offered by the owner, accepted by the other side.
type Transfer struct {
	ID        id.Transfer   `json:"id"`
	From      id.Contact    `json:"from"`
	FromName  string        `json:"from_name"`
	To        id.Contact    `json:"to"`
	ToName    string        `json:"to_name"`
	State     TransferState `json:"state"`
	CreatedAt time.Time     `json:"created_at"`
	LapsesAt  time.Time     `json:"lapses_at"`
	EndedAt   time.Time     `json:"ended_at,omitzero"`
}

// Ownership of an organization, as everybody in it may know it.
type Ownership struct {
	Owner      id.Contact `json:"owner"`
	OwnerName  string     `json:"owner_name"`
	Pending    *Transfer  `json:"pending,omitempty"` // only for its two sides
	Past       []Transfer `json:"past"`              // newest first
	Candidates []Viewer   `json:"candidates"`        // for the owner: contacts who can sign in and are no staff
	Now        time.Time  `json:"now"`
}

type OfferOwnershipIn struct {
	Org
	Body struct {
		Contact id.Contact `json:"contact" format:"uuid"`
	}
}

type TransferIn struct {
	Org
	Transfer id.Transfer `path:"transfer" format:"uuid" doc:"Transfer of ownership"`
}

var (
	GetOwnership = Endpoint[Org, Ownership]{Spec{Name: "get-ownership", Method: get, Path: orgPath + "/ownership",
		Summary: "Who owns the organization, and a transfer that waits", Policy: Policy{Member: true}, Support: SupportAllowed}}
	OfferOwnership = Endpoint[OfferOwnershipIn, Ownership]{Spec{Name: "offer-ownership", Method: post, Path: orgPath + "/ownership",
		Summary: "Owner: offer the ownership to another contact", Policy: Policy{Right: perm.OwnershipTransfer}, StepUp: true, Rate: Costly}}
	WithdrawOwnership = Endpoint[TransferIn, Ownership]{Spec{Name: "withdraw-ownership", Method: post, Path: orgPath + "/ownership/{transfer}/withdraw",
		Summary: "Owner: take the offer back", Policy: Policy{Right: perm.OwnershipTransfer}}}
	AcceptOwnership = Endpoint[TransferIn, Ownership]{Spec{Name: "accept-ownership", Method: post, Path: orgPath + "/ownership/{transfer}/accept",
		Summary: "Become the owner", Policy: Policy{Member: true}, StepUp: true}}
	DeclineOwnership = Endpoint[TransferIn, Ownership]{Spec{Name: "decline-ownership", Method: post, Path: orgPath + "/ownership/{transfer}/decline",
		Summary: "Decline to become the owner", Policy: Policy{Member: true}}}
)
