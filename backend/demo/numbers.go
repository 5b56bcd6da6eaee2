package demo

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"time"

	"countersign/backend/portal"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// inventory is what an organization's owner set up: units with programs, and numbers of the ranges for fiction.
type inventory struct {
	reference, email string
	units            []branch
	first            number.E164 // of the numbers, which follow each other
	count            int
}

type branch struct {
	name     string
	programs []campaign
}

type campaign struct {
	name, purpose string
	days          int // until its end, 0: without one
}

var inventories = []inventory{
	{"20418", "marie" + domain, []branch{
		{"Acme France", []campaign{{"Winter 2026", "telemarketing", 60}, {"Customer care", "customer_service", 0}, {"Delivery notices", "informational", 0}}},
		{"Acme Suisse", []campaign{{"Satisfaction", "survey", 20}, {"Kundendienst", "customer_service", 0}}},
		{"Acme Solidarité", []campaign{{"Collecte de Noël", "charity", 40}}},
	}, "+33199001100", 300},
	{"20533", "luc" + domain, []branch{{"Siège", []campaign{{"Accueil", "customer_service", 0}}}}, "+33199002100", 24},
	{"20702", "dana" + domain, nil, "+12025550110", 12},
}

var without = []string{"customer_service", "multi_use", "informational", "debt_collection", "do_not_originate"}

var lines = []string{"", "", "Reception", "Sales", "", "Hotline", "Réservations", "", "Night desk", ""}

// stocked is what an owner made.
type stocked struct {
	list  []number.Number
	epoch replica.Epoch
}

// numbers: the owners build up their units, programs and numbers.
func (m *making) numbers() error {
	for i, inv := range inventories {
		m.at(9, time.Duration(10*i))
		owner, err := m.signIn(api.AsCustomer, inv.email)
		if err != nil {
			return err
		}
		made, err := m.stock(owner, &inv)
		if err != nil {
			return fmt.Errorf("numbers of %s: %w", inv.reference, err)
		}
		m.stocked = append(m.stocked, made)
	}
	return nil
}

// numbersChange: some of them were renamed, moved and removed since.
func (m *making) numbersChange() error {
	for i, inv := range inventories {
		m.at(4, time.Duration(10*i))
		owner, err := m.signIn(api.AsCustomer, inv.email)
		if err != nil {
			return err
		}
		if err := m.change(owner, &inv, m.stocked[i]); err != nil {
			return fmt.Errorf("changed numbers of %s: %w", inv.reference, err)
		}
	}
	return nil
}

// stock makes an inventory and gives its numbers.
func (m *making) stock(owner portal.Credential, inv *inventory) (made stocked, err error) {
	at := api.Org{Org: m.orgs[inv.reference]}
	type spot struct {
		number.Place
		purpose string
	}
	spots := []spot{{}}
	for _, b := range inv.units {
		in := api.CreateUnitIn{Org: at}
		in.Body.Name = b.name
		u, err := act(m, api.CreateUnit, owner, in, m.svc.CreateUnit)
		if err != nil {
			return made, err
		}
		spots = append(spots, spot{Place: number.Place{BusinessUnit: u.ID}})
		for _, c := range b.programs {
			in := api.CreateProgramIn{Org: at}
			in.Body.BusinessUnit, in.Body.DisplayName, in.Body.CallPurpose, in.Body.Starts = u.ID, c.name, c.purpose, m.now.AddDate(0, 0, -1)
			if c.days > 0 {
				in.Body.Ends = m.today.AddDate(0, 0, c.days)
			}
			p, err := act(m, api.CreateProgram, owner, in, m.svc.CreateProgram)
			if err != nil {
				return made, err
			}
			spots = append(spots, spot{number.Place{BusinessUnit: u.ID, Program: p.ID}, c.purpose})
		}
	}

	var edits []api.NumberEdit
	for i := range inv.count {
		s := spots[i*i%len(spots)]
		n := number.Number{ID: id.New[id.Number](m.now, rand.Reader), E164: number.FromUint64(inv.first.Uint64() + uint64(i)), CallPurpose: s.purpose,
			DisplayName: lines[i%len(lines)], Place: s.Place}
		if n.CallPurpose == "" {
			n.CallPurpose = without[i%len(without)]
		}
		made.list = append(made.list, n)
		edits = append(edits, api.NumberEdit{Op: replica.Create, Rows: []replica.Edit{{ID: n.ID,
			Set: &number.Fields{E164: n.E164, CallPurpose: &n.CallPurpose, DisplayName: &n.DisplayName, Place: &n.Place}}}})
	}
	made.epoch, err = m.edit(owner, at, edits)
	return made, err
}

// change renames, moves and removes some of the numbers.
func (m *making) change(owner portal.Credential, inv *inventory, made stocked) error {
	var edits []api.NumberEdit
	set := func(n *number.Number, f number.Fields) {
		edits = append(edits, api.NumberEdit{Op: replica.Set, Rows: []replica.Edit{{ID: n.ID, Was: f.Of(n), Set: &f}}})
	}
	for i := range made.list {
		n := &made.list[i]
		switch {
		case i%40 == 7:
			name := "Front desk"
			set(n, number.Fields{DisplayName: &name})
		case i%40 == 12:
			set(n, number.Fields{Place: &number.Place{BusinessUnit: n.BusinessUnit}})
		case i%40 == 21 && n.Program == "":
			purpose := "survey"
			set(n, number.Fields{CallPurpose: &purpose})
		case i%100 == 11:
			edits = append(edits, api.NumberEdit{Op: replica.Remove, WasEpoch: made.epoch, Rows: []replica.Edit{{ID: n.ID, WasVer: 1 << 40}}})
		}
	}
	_, err := m.edit(owner, api.Org{Org: m.orgs[inv.reference]}, edits)
	return err
}

// edit applies mutations, as many at a time as one call takes, and gives the history's name. In a demo all are to apply.
func (m *making) edit(owner portal.Credential, at api.Org, edits []api.NumberEdit) (epoch replica.Epoch, err error) {
	for len(edits) > 0 {
		in := api.EditNumbersIn{Org: at}
		in.Body.Mutations = edits[:min(len(edits), replica.MaxPush)]
		edits = edits[len(in.Body.Mutations):]
		for i := range in.Body.Mutations {
			var uid [16]byte
			rand.Read(uid[:])
			in.Body.Mutations[i].Uid = replica.Uid(hex.EncodeToString(uid[:]))
		}
		out, err := act(m, api.EditNumbers, owner, in, m.svc.EditNumbers)
		if err != nil {
			return "", err
		}
		for _, o := range out.Outcomes {
			if o.St != replica.Applied && o.St != replica.Noop {
				return "", fmt.Errorf("an edit was not applied: %+v", o)
			}
		}
		epoch = out.Epoch
	}
	return epoch, nil
}
