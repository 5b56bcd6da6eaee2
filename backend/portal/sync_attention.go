package portal

import (
	"countersign/backend/inventory"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/perm"
	"countersign/shared/replica"
)

// ListAttention is what waits for the caller and, for who may change numbers, what people left whose access ended: the
// oldest of each.
func (s *Service) ListAttention(tx *Tx, _ *api.Org) (api.SyncAttention, error) {
	st := tx.answering(tx.inventory())
	own, err := s.core.Attention(st, tx.numbersActor(Credential{}))
	if err != nil {
		return api.SyncAttention{}, err
	}
	out := api.SyncAttention{AttentionAnswer: *own, More: st.more}
	if out.Items == nil {
		out.Items = []replica.Attention{}
	}
	if !tx.Rights.Has(perm.NumbersUpdate) {
		return out, nil
	}
	left, err := tx.leftBehind()
	if err != nil {
		return out, err
	}
	out.Others, out.MoreOthers, err = tx.AttentionPage(tx, tx.Org, left, leftBytes)
	return out, err
}

// leftBehind are those with open items who can't see the numbers any more, and so not their items either.
func (tx *Tx) leftBehind() ([]id.Login, error) {
	logins, err := tx.AttentionLogins(tx, tx.Org)
	if err != nil {
		return nil, err
	}
	var left []id.Login
	for _, l := range logins {
		if l == tx.SignIn.Login {
			continue
		}
		c, err := tx.ContactOfLogin(tx, tx.Org, l)
		switch {
		case errs.Is(err, errs.NotFound):
		case err != nil:
			return nil, err
		case c.Active && c.Access && c.Rights().Has(perm.NumbersView):
			continue
		}
		left = append(left, l)
	}
	return left, nil
}

// ResolveAttention closes an item: one's own, or one that somebody left whose access ended.
func (s *Service) ResolveAttention(tx *Tx, in *api.ResolveAttentionIn) (api.None, error) {
	actor := tx.numbersActor(Credential{})
	if tx.Rights.Has(perm.NumbersUpdate) {
		logins, err := tx.leftBehind()
		if err != nil {
			return api.None{}, err
		}
		left, err := tx.AttentionOf(tx, tx.Org, logins, in.Attention)
		if err != nil {
			return api.None{}, err
		}
		if len(left) == 1 {
			return api.None{}, tx.resolveLeft(&left[0], actor.Login, in.Body.How)
		}
	}
	acts, err := s.core.Resolve(tx.inventory(), actor, in.Attention, in.Body.How)
	if err != nil {
		return api.None{}, err
	}
	return api.None{}, tx.recordActs(tx.Org, acts)
}

// resolveLeft closes what somebody else left, in the caller's name.
func (tx *Tx) resolveLeft(item *replica.Attention, by id.Login, how string) error {
	st := tx.inventory()
	if err := st.EndAttention(item.ID, how, by); err != nil {
		return err
	}
	if err := st.RaiseAttention(item.Login); err != nil {
		return err
	}
	return tx.recordActs(tx.Org, []inventory.Act{{Kind: audit.AttentionResolved, Object: string(item.ID),
		Detail: map[string]string{"how": how, "whose": item.By}}})
}

// ListSyncDevices are the devices that keep a copy: the caller's and, for who may change numbers, everybody's.
func (s *Service) ListSyncDevices(tx *Tx, _ *api.Org) (api.SyncDevices, error) {
	mine := tx.SignIn.Login
	whose := mine
	if tx.Rights.Has(perm.NumbersUpdate) {
		whose = ""
	}
	list, err := tx.SyncDevices(tx, tx.Org, whose)
	if err != nil {
		return api.SyncDevices{}, err
	}
	out := api.SyncDevices{Devices: make([]api.SyncDevice, len(list))}
	for i, d := range list {
		out.Devices[i] = api.SyncDevice{Client: d.Client, By: d.Name, Mine: d.Login == mine, Browser: d.Browser, SeenAt: d.SeenAt, Unsent: d.Pending}
	}
	return out, nil
}
