package api

import (
	"time"

	"countersign/shared/id"
	"countersign/shared/perm"
	"countersign/shared/replica"
)

type SyncPushIn struct {
	Org
	Body replica.Push
}

type SyncPullIn struct {
	Org
	Body replica.Pull
}

type SyncChunkIn struct {
	Org
	Snapshot string `path:"snapshot" maxLength:"100" doc:"ID of the manifest"`
	Chunk    int    `path:"chunk" minimum:"0" maximum:"100000" doc:"Place in the manifest, from 0"`
}

// SyncAttention is what of the caller's edits waits for them; Others are the edits of people whose access ended, for
// those who may take care of them. Each list is the oldest items, 4 MiB of the own ones and 1 MiB of the others; the next
// ones come when some of them are closed.
type SyncAttention struct {
	replica.AttentionAnswer
	More       int                 `json:"more,omitempty"` // of the own ones
	Others     []replica.Attention `json:"others,omitempty"`
	MoreOthers int                 `json:"more_others,omitempty"`
}

type ResolveAttentionIn struct {
	Org
	Attention id.Attention `path:"attention" format:"uuid" doc:"Item"`
	Body      struct {
		How string `json:"how" enum:"discard,use_mine,edited" doc:"What the person decided; a value they insist on is a mutation of its own"`
	}
}

// SyncDevice is one browser with a copy of the organization's numbers.
type SyncDevice struct {
	Client  id.Device `json:"client"`
	By      string    `json:"by"` // whose
	Mine    bool      `json:"mine,omitempty"`
	Browser string    `json:"browser"`
	SeenAt  time.Time `json:"seen_at"`
	Unsent  int       `json:"unsent"` // edits that it said it holds
}

type SyncDevices struct {
	Devices []SyncDevice `json:"devices"` // seen last first
}

const syncPath = "/api/sync/v1/{org}"

// onDevice is who may keep a copy on a device: those who may see the numbers. Who no longer may is told to drop it.
var onDevice = Policy{Right: perm.NumbersView, Device: true}

var (
	SyncPush = Endpoint[SyncPushIn, replica.PushAnswer]{Spec{Name: "sync-push", Method: post, Path: syncPath + "/push",
		Summary: "Bring up edits of numbers that were made on a device; repeating a push does no harm", Policy: onDevice, Rate: Sync, Schema: true, Body: replica.MaxPushBytes}}
	SyncPull = Endpoint[SyncPullIn, replica.PullAnswer]{Spec{Name: "sync-pull", Method: post, Path: syncPath + "/pull",
		Summary: "What changed since a cursor, and what became of the device's edits", Policy: onDevice, Rate: Sync, Schema: true, Reads: true}}
	SyncChunk = Endpoint[SyncChunkIn, Blob]{Spec{Name: "sync-chunk", Method: get, Path: syncPath + "/snapshot/{snapshot}/chunk/{chunk}",
		Summary: "One chunk of a snapshot, a binary frame of up to 1,000 rows; not found when the snapshot is no more", Policy: onDevice, Rate: Sync}}
	ListAttention = Endpoint[Org, SyncAttention]{Spec{Name: "list-attention", Method: get, Path: syncPath + "/attention",
		Summary: "What of the own edits was not applied and waits; who may change numbers also sees what people left whose access ended", Policy: onDevice, Rate: Sync}}
	ResolveAttention = Endpoint[ResolveAttentionIn, None]{Spec{Name: "resolve-attention", Method: post, Path: syncPath + "/attention/{attention}/resolve",
		Summary: "Close an item of the list", Policy: onDevice}}
	ListSyncDevices = Endpoint[Org, SyncDevices]{Spec{Name: "list-sync-devices", Method: get, Path: syncPath + "/devices",
		Summary: "Devices with a copy of the numbers: the own ones, and those of all for who may change numbers", Policy: onDevice}}
)
