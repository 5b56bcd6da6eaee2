package memory

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"time"

	"countersign/backend/inventory"
	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

func (t *Tx) Number(n id.Number) (*inventory.Record, error) { return t.o.numbers[n], t.dead }

func (t *Tx) Holder(e number.E164) (id.Organization, id.Number, error) {
	h := t.in.holders[e]
	return h.org, h.number, t.dead
}

func (t *Tx) Live(e number.E164) (*inventory.Record, error) {
	if h := t.in.holders[e]; h.org == t.id {
		return t.o.numbers[h.number], t.dead
	}
	return nil, t.dead
}

func (t *Tx) AddNumber(r *inventory.Record) (clash bool, err error) {
	if err := t.step("number"); err != nil {
		return false, err
	}
	_, held := t.in.holders[r.E164]
	if t.o.numbers[r.ID] != nil || held && !replica.Without("uniqueness") {
		return true, nil
	}
	set(t, t.o.numbers, r.ID, r)
	put(t, &t.o.order, nil)
	set(t, t.in.holders, r.E164, holder{t.id, r.ID})
	return false, nil
}

func (t *Tx) PutNumber(r *inventory.Record) error {
	if err := t.step("number"); err != nil {
		return err
	}
	old := t.o.numbers[r.ID]
	if old == nil {
		return fmt.Errorf("memory: number %s is not there", r.ID)
	}
	me := holder{t.id, r.ID}
	live := r.Status != number.Removed
	if h, held := t.in.holders[r.E164]; live && held && h != me && !replica.Without("uniqueness") {
		return fmt.Errorf("memory: number %s is held already", r.E164)
	}
	set(t, t.o.numbers, r.ID, r)
	if live != (old.Status != number.Removed) {
		if live {
			set(t, t.in.holders, r.E164, me)
		} else if t.in.holders[r.E164] == me {
			drop(t, t.in.holders, r.E164)
		}
	}
	return nil
}

func (t *Tx) Numbers(after id.Number, limit int) ([]number.Number, error) {
	if t.o.order == nil {
		order := make([]id.Number, 0, len(t.o.numbers))
		for n := range t.o.numbers {
			order = append(order, n)
		}
		slices.Sort(order)
		t.o.order = order
	}
	at, found := slices.BinarySearch(t.o.order, after)
	if found {
		at++
	}
	var out []number.Number
	for _, n := range t.o.order[at:] {
		if r := t.o.numbers[n]; r.Status != number.Removed {
			if out = append(out, r.Number); len(out) == limit {
				break
			}
		}
	}
	return out, t.dead
}

func (t *Tx) Unit(u id.BusinessUnit) (*number.Unit, error)  { return t.o.units[u], t.dead }
func (t *Tx) Program(p id.Program) (*number.Program, error) { return t.o.programs[p], t.dead }
func (t *Tx) Purpose(k string) (*number.Purpose, error)     { return t.in.purposes[k], t.dead }

func (t *Tx) Units() ([]number.Unit, error) {
	return values(t.o.units, func(a, b *number.Unit) int { return cmp.Compare(a.ID, b.ID) }), t.dead
}

func (t *Tx) Programs() ([]number.Program, error) {
	return values(t.o.programs, func(a, b *number.Program) int { return cmp.Compare(a.ID, b.ID) }), t.dead
}

func (t *Tx) Purposes() ([]number.Purpose, error) {
	return values(t.in.purposes, func(a, b *number.Purpose) int {
		return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(a.Key, b.Key))
	}), t.dead
}

func values[K comparable, V any](m map[K]*V, order func(a, b *V) int) []V {
	list := make([]*V, 0, len(m))
	for _, v := range m {
		list = append(list, v)
	}
	slices.SortFunc(list, order)
	out := make([]V, len(list))
	for i, v := range list {
		out[i] = *v
	}
	return out
}

// PutUnit writes a business unit; DropUnit deletes it. The history is the caller's (Core.Put).
func (t *Tx) PutUnit(u *number.Unit) error {
	if err := t.step("unit"); err != nil {
		return err
	}
	set(t, t.o.units, u.ID, u)
	return nil
}

func (t *Tx) DropUnit(u id.BusinessUnit) error {
	if err := t.step("unit"); err != nil {
		return err
	}
	drop(t, t.o.units, u)
	return nil
}

// PutProgram writes a program; DropProgram deletes it.
func (t *Tx) PutProgram(p *number.Program) error {
	if err := t.step("program"); err != nil {
		return err
	}
	set(t, t.o.programs, p.ID, p)
	return nil
}

func (t *Tx) DropProgram(p id.Program) error {
	if err := t.step("program"); err != nil {
		return err
	}
	drop(t, t.o.programs, p)
	return nil
}

// PutPurpose writes one of the installation's call purposes.
func (t *Tx) PutPurpose(p *number.Purpose) error {
	if err := t.step("purpose"); err != nil {
		return err
	}
	set(t, t.in.purposes, p.Key, p)
	return nil
}

func (t *Tx) Placed(r *inventory.Record, by string) error {
	if err := t.step("placed"); err != nil {
		return err
	}
	put(t, &t.o.placed, append(t.o.placed, Placement{r.ID, r.Ver, r.Place, by}))
	return nil
}

func (t *Tx) AddChange(p *inventory.Past) error {
	if err := t.step("change"); err != nil {
		return err
	}
	put(t, &t.o.changes, append(t.o.changes, p))
	return nil
}

func (t *Tx) Change(seq int64) (*inventory.Past, error) {
	if i := t.at(seq); i < len(t.o.changes) && t.o.changes[i].Seq == seq {
		return t.o.changes[i], t.dead
	}
	return nil, t.dead
}

func (t *Tx) Changes(after int64, limit int) ([]replica.Change, error) {
	list := t.o.changes[t.at(after+1):]
	out := make([]replica.Change, min(limit, len(list)))
	for i := range out {
		out[i] = list[i].Change
	}
	return out, t.dead
}

func (t *Tx) SeqBefore(at time.Time, after, upTo int64) (int64, error) {
	for _, p := range t.o.changes[t.at(after+1):] {
		if p.Seq > upTo || !p.At.Before(at) {
			break
		}
		after = p.Seq
	}
	return after, t.dead
}

func (t *Tx) DropChanges(below int64) error {
	if err := t.step("prune"); err != nil {
		return err
	}
	if i := t.at(below); i < len(t.o.changes) {
		put(t, &t.o.changes, t.o.changes[i:])
		put(t, &t.o.first, below)
	}
	return nil
}

// at is the index of the first change at or after seq.
func (t *Tx) at(seq int64) int {
	// Gapless, so the place is known, unless a safeguard against gaps is taken away.
	if i := int(seq - t.o.first); i >= 0 && i < len(t.o.changes) && t.o.changes[i].Seq == seq {
		return i
	}
	return sort.Search(len(t.o.changes), func(i int) bool { return t.o.changes[i].Seq >= seq })
}
