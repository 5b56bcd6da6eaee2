// Package audit is the append-only record: what happened, who did it and for whom, in a keyed hash chain a stream.
// A chain shows what was edited, removed, inserted or reordered by anybody without the key; the heads that are kept
// elsewhere show truncation.
package audit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"maps"
	"slices"

	"countersign/shared/id"
	"countersign/shared/live"
)

// Kind is what happened; its sentence is the catalogue entry "audit." + kind.
type Kind string

const (
	AccessRequested      Kind = "access.requested"
	AccessJoined         Kind = "access.joined"
	AccessApproved       Kind = "access.approved"
	AccessRejected       Kind = "access.rejected"
	AccessWithdrawn      Kind = "access.withdrawn"
	AccessLapsed         Kind = "access.lapsed"
	AccessExpired        Kind = "access.expired"
	AccessRevoked        Kind = "access.revoked"
	AccessEnded          Kind = "access.ended"
	AccessInvited        Kind = "access.invited"
	AccessEndChanged     Kind = "access.end_changed"
	AccessMoreAsked      Kind = "access.more_asked"
	AccessMoreApproved   Kind = "access.more_approved"
	AccessMoreRejected   Kind = "access.more_rejected"
	AccessMaximumChanged Kind = "access.maximum_changed"
	AccessRefused        Kind = "access.refused" // an act that the rules refused
	SupportEntered       Kind = "support.entered"
	SupportLeft          Kind = "support.left"
	SupportViewed        Kind = "support.viewed"
	ManagedByChanged     Kind = "organization.managed_by_changed"
	ManagedByProposed    Kind = "organization.managed_by_proposed"
	ManagedByDeclined    Kind = "organization.managed_by_declined"
	OrganizationCreated  Kind = "organization.created"
	OrganizationState    Kind = "organization.state_changed"
	ContactInvited       Kind = "contact.invited"
	InvitationAccepted   Kind = "invitation.accepted"
	SignedIn             Kind = "login.signed_in"
	SignInFailed         Kind = "login.sign_in_failed"
	SignedOut            Kind = "login.signed_out"
	SessionRevoked       Kind = "login.session_revoked"
	PasswordChanged      Kind = "login.password_changed"
	PasswordResetAsked   Kind = "login.reset_asked"
	FactorAdded          Kind = "login.factor_added"
	FactorRemoved        Kind = "login.factor_removed"
	RecoveryCodesMade    Kind = "login.recovery_codes_made"
	RecoveryCodeUsed     Kind = "login.recovery_code_used"
	SteppedUp            Kind = "login.stepped_up"
	StaffInvited         Kind = "staff.invited"
	StaffChanged         Kind = "staff.changed"
	StaffDeactivated     Kind = "staff.deactivated"
	StaffReactivated     Kind = "staff.reactivated"
	AuditExported        Kind = "audit.exported"
	DatabaseRestored     Kind = "database.restored"
	SettingsChanged      Kind = "login.settings_changed"
)

// ActorKind says whose hand it was.
type ActorKind string

const (
	ByContact ActorKind = "contact"
	ByStaff   ActorKind = "staff"
	BySupport ActorKind = "support" // staff inside a support session: Session and Grant are set
	BySystem  ActorKind = "system"
	ByLogin   ActorKind = "login" // a person before it is known in which role
)

// Actor is who did it, with the name of that moment.
type Actor struct {
	Kind ActorKind `json:"kind"`
	ID   string    `json:"id,omitempty"`
	Name string    `json:"name,omitempty"`
}

// Outcome says whether it took place.
type Outcome string

const (
	Done    Outcome = "done"
	Refused Outcome = "refused"
)

// Entry is one line of the record. Detail holds the placeholders of its sentence and old and new values ("from",
// "to"); never a secret.
type Entry struct {
	Stream  live.Stream       `json:"stream"`
	Seq     int64             `json:"seq"`
	At      int64             `json:"at"` // Unix milliseconds
	Kind    Kind              `json:"kind"`
	Actor   Actor             `json:"actor"`
	Grant   id.AccessRequest  `json:"grant,omitempty"`
	Session id.SupportSession `json:"session,omitempty"`
	Request string            `json:"request,omitempty"` // reference of the HTTP request
	Address string            `json:"address,omitempty"`
	Object  string            `json:"object,omitempty"` // id of the thing
	Detail  map[string]string `json:"detail,omitempty"`
	Outcome Outcome           `json:"outcome"`
	Prev    string            `json:"prev"`
	MAC     string            `json:"mac"`
}

// Seal puts the entry at its place in the chain: Seq, Prev and MAC (HMAC-SHA-256, RFC 2104) over every field.
func (e *Entry) Seal(key []byte, seq int64, prev string) {
	e.Seq, e.Prev = seq, prev
	e.MAC = e.mac(key)
}

func (e *Entry) mac(key []byte) string {
	h := hmac.New(sha256.New, key)
	put(h, "countersign audit 1", string(e.Stream))
	putInt(h, e.Seq)
	putInt(h, e.At)
	put(h, string(e.Kind), string(e.Actor.Kind), e.Actor.ID, e.Actor.Name, string(e.Grant), string(e.Session),
		e.Request, e.Address, e.Object, string(e.Outcome), e.Prev)
	putInt(h, int64(len(e.Detail)))
	for _, k := range slices.Sorted(maps.Keys(e.Detail)) {
		put(h, k, e.Detail[k])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// put writes each part with its length before it, so that no two entries have the same bytes.
func put(h hash.Hash, parts ...string) {
	for _, p := range parts {
		putInt(h, int64(len(p)))
		h.Write([]byte(p))
	}
}

func putInt(h hash.Hash, n int64) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	h.Write(b[:])
}

// Verifier walks one stream from its first entry.
type Verifier struct {
	key    []byte
	stream live.Stream
	seq    int64
	prev   string
}

// NewVerifier starts before the first entry of a stream.
func NewVerifier(key []byte, stream live.Stream) *Verifier {
	return &Verifier{key: key, stream: stream}
}

// Next checks the entry that must follow. Its error says what is wrong with which entry.
func (v *Verifier) Next(e *Entry) error {
	switch {
	case e.Stream != v.stream:
		return fmt.Errorf("entry %d of %s stands in the chain of %s", e.Seq, e.Stream, v.stream)
	case e.Seq != v.seq+1:
		return fmt.Errorf("%s: entry %d is followed by entry %d", v.stream, v.seq, e.Seq)
	case e.Prev != v.prev:
		return fmt.Errorf("%s: entry %d does not continue entry %d", v.stream, e.Seq, v.seq)
	case !hmac.Equal([]byte(e.MAC), []byte(e.mac(v.key))):
		return fmt.Errorf("%s: entry %d was changed", v.stream, e.Seq)
	}
	v.seq, v.prev = e.Seq, e.MAC
	return nil
}

// Head is where the walk stands.
func (v *Verifier) Head() Head { return Head{Stream: v.stream, Seq: v.seq, MAC: v.prev} }

// EndsAt checks that the walk ended where a head says the chain ends: what was cut off its end is missing.
func (v *Verifier) EndsAt(h Head) error {
	switch {
	case v.seq < h.Seq:
		return fmt.Errorf("%s: entry %d is missing", v.stream, v.seq+1)
	case v.seq > h.Seq || v.prev != h.MAC:
		return fmt.Errorf("%s: the chain does not end at entry %d as its head says", v.stream, h.Seq)
	}
	return nil
}

// Head is the newest entry of a chain, to be kept elsewhere as an anchor.
type Head struct {
	Stream live.Stream `json:"stream"`
	Seq    int64       `json:"seq"`
	MAC    string      `json:"mac"`
}
