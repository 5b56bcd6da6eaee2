package inventory

import (
	"slices"

	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/replica"
)

// maxJoined and maxJoinedBytes are how many edits of a number one attention item holds, and about how much they may hold
// for one more to join them: the item is written anew with each.
const (
	maxJoined      = 100
	maxJoinedBytes = 64 << 10
)

// remind keeps for the person what was not applied. Edits of one number that fail one after the other are one item, the
// edits of a number that was not taken too.
func (w *work) remind(m *replica.Mutation, o *replica.Outcome, device string) (id.Attention, error) {
	if len(m.Rows) == 1 {
		old, err := w.s.AttentionOn(w.a.Login, m.Rows[0].ID)
		if err != nil {
			return "", err
		}
		if old != nil && len(old.Mutations) < maxJoined && weightOf(old.Mutations) < maxJoinedBytes {
			item := *old
			item.Mutations = append(slices.Clip(old.Mutations), *m)
			item.Faults, item.Technical, item.At = o.Faults, o.Technical, w.now.UnixMilli()
			return item.ID, w.remember(&item)
		}
	}
	item := &replica.Attention{
		ID: id.Attention(w.c.NewID()), Login: w.a.Login, By: w.a.Name, Device: device, At: w.now.UnixMilli(),
		Mutations: []replica.Mutation{*m}, Faults: o.Faults, Technical: o.Technical,
	}
	return item.ID, w.remember(item)
}

func weightOf(list []replica.Mutation) (n int) {
	for i := range list {
		n += list[i].Weight()
	}
	return n
}

func (w *work) remember(item *replica.Attention) error {
	if err := w.s.PutAttention(item); err != nil {
		return err
	}
	return w.s.RaiseAttention(item.Login)
}

// Attention is all that waits for the actor.
func (c *Core) Attention(s Store, a Actor) (*replica.AttentionAnswer, error) {
	ver, err := s.AttentionVer(a.Login)
	if err != nil {
		return nil, err
	}
	items, err := s.Attentions(a.Login)
	return &replica.AttentionAnswer{Ver: ver, Items: items}, err
}

// Resolve ends an attention item of the actor's: how is "discard", "use_mine" or "edited". errs.NotFound when it is none
// or was resolved already.
func (c *Core) Resolve(s Store, a Actor, item id.Attention, how string) ([]Act, error) {
	if how != "discard" && how != "use_mine" && how != "edited" {
		return nil, errs.BadField("how", "error.invalid")
	}
	at, err := s.Attention(item)
	if err != nil {
		return nil, err
	}
	if at == nil || at.Login != a.Login {
		return nil, errs.New(errs.NotFound, "error.not_found")
	}
	if err := s.EndAttention(item, how, a.Login); err != nil {
		return nil, err
	}
	if err := s.RaiseAttention(a.Login); err != nil {
		return nil, err
	}
	return []Act{{Kind: audit.AttentionResolved, Object: string(item), Detail: map[string]string{"how": how}}}, nil
}
