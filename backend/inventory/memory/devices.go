package memory

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"time"

	"countersign/backend/inventory"
	"countersign/shared/id"
	"countersign/shared/replica"
)

func (t *Tx) Devices() ([]inventory.Device, error) {
	return values(t.o.devices, func(a, b *inventory.Device) int { return cmp.Compare(a.Client, b.Client) }), t.dead
}

func (t *Tx) Device(c id.Device) (*inventory.Device, error) { return t.o.devices[c], t.dead }

func (t *Tx) PutDevice(d *inventory.Device) error {
	if err := t.step("device"); err != nil {
		return err
	}
	set(t, t.o.devices, d.Client, d)
	return nil
}

// from is the index of the first receipt at or after mid.
func from(list []*inventory.Receipt, mid replica.Mid) int {
	return sort.Search(len(list), func(i int) bool { return list[i].Outcome.Mid >= mid })
}

func (t *Tx) ReceiptOf(u replica.Uid) (*inventory.Receipt, error) { return t.o.uids[u], t.dead }

func (t *Tx) Receipts(c id.Device, first, last replica.Mid) ([]inventory.Receipt, error) {
	list := t.o.receipts[c]
	a, b := from(list, first), from(list, last+1)
	if a >= b {
		return nil, t.dead
	}
	out := make([]inventory.Receipt, b-a)
	for i, r := range list[a:b] {
		out[i] = *r
	}
	return out, t.dead
}

func (t *Tx) SumBelow(c id.Device, mid replica.Mid) (uint64, error) {
	list := t.o.receipts[c]
	if i := from(list, mid); i > 0 {
		return list[i-1].Sum, t.dead
	}
	return 0, t.dead
}

func (t *Tx) AddReceipt(r *inventory.Receipt) error {
	if err := t.step("receipt"); err != nil {
		return err
	}
	list := t.o.receipts[r.Client]
	if n := len(list); n > 0 && list[n-1].Outcome.Mid >= r.Outcome.Mid {
		return fmt.Errorf("memory: receipt %d of %s is there already", r.Outcome.Mid, r.Client)
	}
	if r.Primary {
		if t.o.uids[r.Outcome.Uid] != nil && !replica.Without("global_uid") && !replica.Without("uid") {
			return fmt.Errorf("memory: %s has a receipt already", r.Outcome.Uid)
		}
		set(t, t.o.uids, r.Outcome.Uid, r)
	}
	set(t, t.o.receipts, r.Client, append(list, r))
	return nil
}

func (t *Tx) OldReceipts(c id.Device, first, below replica.Mid, at time.Time, limit int) ([]inventory.Receipt, error) {
	list := t.o.receipts[c]
	var out []inventory.Receipt
	for _, r := range list[from(list, first):max(from(list, first), from(list, below)-1)] {
		if len(out) == limit || !r.At.Before(at) {
			break
		}
		out = append(out, *r)
	}
	return out, t.dead
}

func (t *Tx) DropReceipts(c id.Device, first, last replica.Mid) error {
	if err := t.step("prune"); err != nil {
		return err
	}
	list := t.o.receipts[c]
	a, b := from(list, first), from(list, last+1)
	for _, r := range list[a:b] {
		if t.o.uids[r.Outcome.Uid] == r {
			drop(t, t.o.uids, r.Outcome.Uid)
		}
	}
	set(t, t.o.receipts, c, slices.Concat(list[:a], list[b:]))
	return nil
}

func (t *Tx) Attention(item id.Attention) (*replica.Attention, error) {
	for _, list := range t.o.items {
		for _, a := range list {
			if a.ID == item {
				return a, t.dead
			}
		}
	}
	return nil, t.dead
}

func (t *Tx) Attentions(l id.Login) ([]replica.Attention, error) {
	var out []replica.Attention
	for _, a := range t.o.items[l] {
		out = append(out, *a)
	}
	return out, t.dead
}

func (t *Tx) AttentionOn(l id.Login, n id.Number) (*replica.Attention, error) {
	for _, a := range slices.Backward(t.o.items[l]) {
		if rows := a.Mutations[0].Rows; len(rows) == 1 && rows[0].ID == n {
			return a, t.dead
		}
	}
	return nil, t.dead
}

func (t *Tx) PutAttention(item *replica.Attention) error {
	if err := t.step("attention"); err != nil {
		return err
	}
	list := t.o.items[item.Login]
	i := slices.IndexFunc(list, func(a *replica.Attention) bool { return a.ID == item.ID })
	if i < 0 {
		set(t, t.o.items, item.Login, append(list, item))
		return nil
	}
	list = slices.Clone(list)
	list[i] = item
	set(t, t.o.items, item.Login, list)
	return nil
}

func (t *Tx) EndAttention(item id.Attention, how string, by id.Login) error {
	if err := t.step("attention"); err != nil {
		return err
	}
	for l, list := range t.o.items {
		i := slices.IndexFunc(list, func(a *replica.Attention) bool { return a.ID == item })
		if i < 0 {
			continue
		}
		set(t, t.o.ended, item, Ended{*list[i], how, by})
		set(t, t.o.items, l, slices.Delete(slices.Clone(list), i, i+1))
		return nil
	}
	return fmt.Errorf("memory: attention item %s is not open", item)
}

func (t *Tx) AttentionVer(l id.Login) (int64, error) { return t.o.itemVer[l], t.dead }

func (t *Tx) RaiseAttention(l id.Login) error {
	if err := t.step("attention_ver"); err != nil {
		return err
	}
	set(t, t.o.itemVer, l, max(t.o.itemVer[l]+1, t.now.UnixMilli()))
	return nil
}
