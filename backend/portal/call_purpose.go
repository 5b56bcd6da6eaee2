package portal

import (
	"slices"
	"strings"
	"unicode"

	"countersign/backend/inventory"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// Call purposes: the provider's administrators say what numbers can be for. Every organization's devices keep the list
// with their numbers, so a change of it is a step of every history.

const mostPurposes = 100

// ListPurposes are all call purposes; retired ones stay on the numbers that have them.
func (s *Service) ListPurposes(tx *Tx, _ *api.Org) (api.Purposes, error) { return tx.purposes() }

// ListStaffPurposes is ListPurposes for staff.
func (s *Service) ListStaffPurposes(tx *Tx, _ *api.None) (api.Purposes, error) { return tx.purposes() }

func (tx *Tx) purposes() (api.Purposes, error) {
	list, err := tx.Purposes(tx)
	return api.Purposes{Purposes: list}, err
}

// CreatePurpose makes a call purpose, after the others.
func (s *Service) CreatePurpose(tx *Tx, in *api.CreatePurposeIn) (number.Purpose, error) {
	list, err := tx.Purposes(tx)
	if err != nil {
		return number.Purpose{}, err
	}
	p := number.Purpose{NeverPlaces: in.Body.NeverPlaces}
	if err := labelPurpose(&p, in.Body.LabelEN, in.Body.LabelFR, list); err != nil {
		return p, err
	}
	if len(list) >= mostPurposes {
		return p, errs.InState("full", "call_purpose.error.too_many", "max", mostPurposes)
	}
	p.Key = purposeKey(p.Labels["en"], list)
	for i := range list {
		p.Position = max(p.Position, list[i].Position+1)
	}
	if err := tx.AddPurpose(tx, &p); err != nil {
		return p, err
	}
	return p, tx.spread(audit.PurposeCreated, &p, p)
}

// UpdatePurpose relabels a call purpose, retires it or brings it back. Retired, it stays where it is and can't be chosen.
func (s *Service) UpdatePurpose(tx *Tx, in *api.UpdatePurposeIn) (number.Purpose, error) {
	list, err := tx.Purposes(tx)
	if err != nil {
		return number.Purpose{}, err
	}
	at := slices.IndexFunc(list, func(p number.Purpose) bool { return p.Key == in.Purpose })
	if at < 0 {
		return number.Purpose{}, notFound()
	}
	p, before := list[at], list[at]
	if err := labelPurpose(&p, in.Body.LabelEN, in.Body.LabelFR, slices.Delete(list, at, at+1)); err != nil {
		return p, err
	}
	p.Retired = in.Body.Retired
	if p.Retired == before.Retired && p.Labels["en"] == before.Labels["en"] && p.Labels["fr"] == before.Labels["fr"] {
		return p, nil
	}
	if err := tx.SavePurpose(tx, &p); err != nil {
		return p, err
	}
	kind := audit.PurposeChanged
	if p.Retired && !before.Retired {
		kind = audit.PurposeRetired
	}
	return p, tx.spread(kind, &p, p)
}

// MovePurpose puts a call purpose at a place among the others.
func (s *Service) MovePurpose(tx *Tx, in *api.MovePurposeIn) (api.Purposes, error) {
	list, err := tx.Purposes(tx)
	if err != nil {
		return api.Purposes{}, err
	}
	at := slices.IndexFunc(list, func(p number.Purpose) bool { return p.Key == in.Purpose })
	if at < 0 {
		return api.Purposes{}, notFound()
	}
	p := list[at]
	list = slices.Insert(slices.Delete(list, at, at+1), min(in.Body.Place, len(list)-1), p)
	var moved []number.Purpose
	for i := range list {
		if list[i].Position == i {
			continue
		}
		list[i].Position = i
		if err := tx.SavePurpose(tx, &list[i]); err != nil {
			return api.Purposes{}, err
		}
		moved = append(moved, list[i])
	}
	if len(moved) == 0 {
		return api.Purposes{Purposes: list}, nil
	}
	return api.Purposes{Purposes: list}, tx.spread(audit.PurposeChanged, &p, moved...)
}

// spreadBatch is how many organizations are read at a time.
const spreadBatch = 500

// spread puts changed purposes into the history of every organization that has one, and records the change once, for the
// provider. To customers it is the provider's change, not a person's.
func (tx *Tx) spread(kind audit.Kind, about *number.Purpose, changed ...number.Purpose) error {
	pokes := []store.Poke{{Stream: live.Provider, Kind: live.Numbers, Ref: about.Key}}
	by := inventory.Actor{Login: tx.SignIn.Login, Name: tx.svc.Settings.Brand}
	for after := id.Organization(""); ; {
		orgs, err := tx.NumberOrganizations(tx, after, spreadBatch)
		if err != nil {
			return err
		}
		for _, o := range orgs {
			inv := tx.inventoryOf(o)
			for i := range changed {
				if _, err := tx.svc.core.Put(inv, by, replica.Change{Kind: replica.KindPurpose, ID: changed[i].Key, Purpose: &changed[i]}); err != nil {
					return err
				}
			}
			poke, err := tx.numbersPoke(o)
			if err != nil {
				return err
			}
			pokes = append(pokes, poke)
		}
		if len(orgs) < spreadBatch {
			break
		}
		after = orgs[len(orgs)-1]
	}
	return tx.record(change{stream: live.Provider, kind: kind, object: about.Key, detail: map[string]string{"name": about.Labels["en"]}, pokes: pokes})
}

// labelPurpose gives a purpose its labels, which no other one has.
func labelPurpose(p *number.Purpose, en, fr string, others []number.Purpose) error {
	labels := map[string]string{}
	for _, x := range []struct{ lang, path, text string }{{"en", "label_en", en}, {"fr", "label_fr", fr}} {
		text := strings.Join(strings.Fields(x.text), " ")
		odd := func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }
		if text == "" || len([]rune(text)) > 60 || strings.ContainsFunc(text, odd) {
			return errs.BadField(x.path, "field.error.label")
		}
		for i := range others {
			if store.NameKey(others[i].Labels[x.lang]) == store.NameKey(text) {
				return errs.BadField(x.path, "call_purpose.error.taken")
			}
		}
		labels[x.lang] = text
	}
	p.Labels = labels
	return nil
}

// purposeKey makes a key of a label that no other purpose has.
func purposeKey(label string, taken []number.Purpose) string {
	return uniqueKey(number.SearchKey(label), "purpose", func(key string) bool {
		return slices.ContainsFunc(taken, func(p number.Purpose) bool { return p.Key == key })
	})
}
