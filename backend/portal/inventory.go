package portal

import (
	"encoding/hex"
	"io"
	"strconv"

	"countersign/backend/inventory"
	"countersign/backend/store"
	"countersign/backend/vault"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/replica"
)

// newCore makes the one way in which numbers change.
func newCore(d *Deps) *inventory.Core {
	return &inventory.Core{Key: d.Keys.Derive(vault.Cursor),
		NewEpoch: func() replica.Epoch { return newEpoch(d.Rand) },
		NewID:    func() string { return id.New[string](d.DB.Clock().Now(), d.Rand) },
		Bug: func(uid replica.Uid, what any, at []byte) {
			d.Log.Error("an edit of numbers made the server fail; it is tried again, and refused when it fails again", "uid", uid,
				"panic", what, "stack", string(at))
		}}
}

// newEpoch names a history.
func newEpoch(rand io.Reader) replica.Epoch {
	var b [8]byte
	if _, err := io.ReadFull(rand, b[:]); err != nil {
		panic("portal: the random source failed: " + err.Error())
	}
	return replica.Epoch(hex.EncodeToString(b[:]))
}

// inventory gives the numbers of the path's organization, as package inventory works on them. Units, programs and
// purposes are read once: take it anew after having written one.
func (tx *Tx) inventory() inventory.Store { return tx.inventoryOf(tx.Org) }

func (tx *Tx) inventoryOf(oid id.Organization) inventory.Store {
	return tx.Inventory(tx, oid, tx.svc.core.NewEpoch)
}

// recordActs records what was done to the numbers of an organization, an entry for each act, and tells its devices how far
// the history is. Without acts there is nothing to record and nothing to tell.
func (tx *Tx) recordActs(oid id.Organization, acts []inventory.Act) error {
	if len(acts) == 0 {
		return nil
	}
	poke, err := tx.numbersPoke(oid)
	if err != nil {
		return err
	}
	return tx.record(change{stream: live.Of(oid), kind: acts[0].Kind, object: acts[0].Object, detail: acts[0].Detail, more: acts[1:],
		pokes: []store.Poke{poke}})
}

// numbersPoke tells how far the history of an organization's numbers is.
func (tx *Tx) numbersPoke(oid id.Organization) (store.Poke, error) {
	h, err := tx.inventoryOf(oid).Head()
	if err != nil {
		return store.Poke{}, err
	}
	return store.Poke{Stream: live.Of(oid), Kind: live.Numbers, Org: oid, Ref: string(h.Epoch) + ":" + strconv.FormatInt(h.Seq, 10)}, nil
}
