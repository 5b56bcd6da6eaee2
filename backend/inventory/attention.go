package inventory

import (
	"cmp"
	"slices"

	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// maxJoined and maxJoinedBytes are how many edits of a number one attention item holds, and about how much they may hold
// for one more to join them: the item is written anew with each.
const (
	maxJoined      = 100
	maxJoinedBytes = 64 << 10
)

// remind keeps for the person what was not applied. Edits of one number that fail one after the other are one item, the
// edits of a number that was not taken too. An edit that can't be read joins none unless it tells which number it is about.
func (w *work) remind(m *replica.Mutation, o *replica.Outcome, device string) (id.Attention, error) {
	if len(m.Rows) == 1 && id.Valid(m.Rows[0].ID) {
		old, err := w.s.AttentionOn(w.a.Login, m.Rows[0].ID)
		if err != nil {
			return "", err
		}
		if old != nil && len(old.Mutations) < maxJoined && weightOf(old.Mutations) < maxJoinedBytes {
			item := *old
			item.Mutations = append(slices.Clip(old.Mutations), *m)
			item.Faults, item.Technical, item.At = joined(old.Faults, o.Faults), cmp.Or(o.Technical, old.Technical), w.now.UnixMilli()
			return item.ID, w.remember(&item)
		}
	}
	item := &replica.Attention{
		ID: id.Attention(w.c.NewID()), Login: w.a.Login, By: w.a.Name, Device: device, At: w.now.UnixMilli(),
		Mutations: []replica.Mutation{*m}, Faults: o.Faults, Technical: o.Technical,
	}
	return item.ID, w.remember(item)
}

// joined are the faults of an item after those of one more edit: of each field of a row the newest, and so of a row as a
// whole. What made a number not to be taken stays however often it is edited: it says what the person can do.
func joined(old, more []replica.Fault) []replica.Fault {
	// Safeguard "faults_joined": without it a person is told of the last edit that failed, and of no other.
	if replica.Without("faults_joined") {
		return more
	}
	out := make([]replica.Fault, 0, len(old)+len(more))
	for _, f := range old {
		if stands(&f, more) {
			out = append(out, f)
		}
	}
	return append(out, more...)
}

// stands takes from a fault the fields that more says something about, and reports whether anything of it is left.
func stands(f *replica.Fault, more []replica.Fault) bool {
	for i := range more {
		if more[i].ID != f.ID {
			continue
		}
		fields, made := about(f)
		others, theirs := about(&more[i])
		switch {
		case fields == nil && others == nil && made == theirs:
			return false
		case fields == nil || others == nil:
			continue
		case fields.Without(others).Empty():
			return false
		}
		f.Mine, f.Now = f.Mine.Without(others), f.Now.Without(others)
	}
	return true
}

// about is the fields that a fault is about, nil for a row as a whole: one that was to be made, or one that was there.
func about(f *replica.Fault) (fields *number.Fields, made bool) {
	switch {
	case f.Mine == nil:
		return f.Now, false
	case f.Now == nil && f.Mine.E164 != "":
		return nil, true
	default:
		return f.Mine, false
	}
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
