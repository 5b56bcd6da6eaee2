package pages

import (
	"slices"
	"strconv"

	"countersign/shared/id"
	"countersign/shared/number"
	"countersign/shared/replica"
)

// syncFault is a part of an edit that was not applied, with what the edit was.
type syncFault struct {
	replica.Fault
	op        replica.Op
	technical string
	was       *number.Fields // what the person saw
	mine      *number.Fields // what they wanted; nil of a removal or restoring
}

// syncCase is what of one number was not applied, from however many edits: one thing to decide.
type syncCase struct {
	key    string
	number id.Number
	items  []syncItem
	faults []syncFault
	by     string // whose edits these were; "" the person's own
	at     int64  // by the server, Unix ms
	rows   int    // of the largest edit that it is part of
}

// syncItem is an attention item as it was seen: one that more failed of since has another time.
type syncItem struct {
	id id.Attention
	at int64
}

// seen tells a case from one of the same number of which more failed since.
func (c *syncCase) seen() string {
	text := ""
	for _, x := range c.items {
		text += string(x.id) + strconv.FormatInt(x.at, 36) + " "
	}
	return text
}

// main is what decides what can be done about a case.
func (c *syncCase) main() *syncFault { return &c.faults[0] }

// mine is all that the person wanted.
func (c *syncCase) mine() *number.Fields {
	var all number.Number
	out := &number.Fields{}
	for i := range c.faults {
		f := c.faults[i].mine
		all = f.Over(all)
		out = union(out, f)
	}
	return out.Of(&all)
}

// was is what the person saw in those fields, as far as the edits tell.
func (c *syncCase) was() *number.Fields {
	var all number.Number
	out := &number.Fields{}
	for i := range c.faults {
		all = c.faults[i].was.Over(all)
		out = union(out, c.faults[i].was)
	}
	return out.Of(&all)
}

// union speaks of what either does.
func union(a, b *number.Fields) *number.Fields {
	if a == nil {
		a = &number.Fields{}
	}
	if b == nil {
		return a
	}
	n := b.Over(a.Over(number.Number{}))
	out := *a
	rest := b.Without(a)
	if rest.E164 != "" {
		out.E164 = n.E164
	}
	if rest.CallPurpose != nil {
		out.CallPurpose = &n.CallPurpose
	}
	if rest.DisplayName != nil {
		out.DisplayName = &n.DisplayName
	}
	if rest.Place != nil {
		out.Place = &n.Place
	}
	return &out
}

// casesOf makes of the items that wait, newest first, what is to be decided: one case a number, however many edits of it
// were not applied. Of each field the newest edit counts.
func casesOf(items []replica.Attention, others bool) []*syncCase {
	var list []*syncCase
	byKey := map[string]*syncCase{}
	for i := range items {
		item := &items[i]
		by := ""
		if others {
			by = item.By
		}
		for _, f := range faultsOf(item) {
			key := string(f.ID)
			if others {
				key = string(item.Login) + "/" + key
			}
			c := byKey[key]
			if c == nil {
				c = &syncCase{key: key, number: f.ID, by: by, at: item.At}
				byKey[key] = c
				list = append(list, c)
			}
			if x := (syncItem{item.ID, item.At}); !slices.Contains(c.items, x) {
				c.items = append(c.items, x)
			}
			for m := range item.Mutations {
				c.rows = max(c.rows, len(item.Mutations[m].Rows))
			}
			c.take(f)
		}
	}
	for _, c := range list {
		c.settleMade(items)
	}
	return list
}

// take adds a fault that is not newer than those that the case has.
func (c *syncCase) take(f syncFault) {
	for i := range c.faults {
		have := &c.faults[i]
		if have.op != f.op {
			continue
		}
		if f.op != replica.Set {
			return
		}
		if have.mine != nil && f.mine != nil {
			f.mine = f.mine.Without(have.mine)
		}
	}
	if f.op == replica.Set && f.mine.Empty() && f.technical == "" {
		return
	}
	c.faults = append(c.faults, f)
}

// settleMade gathers under a number that was not made what was edited of it: it is made as it was to be in the end, or not
// at all. A removal that failed likewise stands for what was edited before it.
func (c *syncCase) settleMade(items []replica.Attention) {
	first := slices.IndexFunc(c.faults, func(f syncFault) bool { return f.op == replica.Create })
	if first < 0 {
		first = slices.IndexFunc(c.faults, func(f syncFault) bool { return f.op != replica.Set })
		if first > 0 {
			c.faults[0], c.faults[first] = c.faults[first], c.faults[0]
		}
		return
	}
	made := c.faults[first]
	for i := range slices.Backward(items) { // oldest first
		if !slices.Contains(c.items, syncItem{items[i].ID, items[i].At}) {
			continue
		}
		for m := range items[i].Mutations {
			mu := &items[i].Mutations[m]
			for r := range mu.Rows {
				if set := mu.SetOf(r); mu.Rows[r].ID == c.number && mu.Op == replica.Set && set != nil {
					made.mine = union(made.mine, nil)
					n := set.Over(made.mine.Over(number.Number{}))
					made.mine = union(made.mine, set).Of(&n)
				}
			}
		}
	}
	c.faults = []syncFault{made}
}

// faultsOf are the faults of an item, each with the edit that it is of. An edit that failed for a technical reason has one
// for all that no other fault tells.
func faultsOf(item *replica.Attention) (list []syncFault) {
	for i := range item.Faults {
		f := syncFault{Fault: item.Faults[i], op: replica.Set}
		if mu, r := source(item, &f.Fault); mu != nil {
			f.op, f.was = mu.Op, mu.Rows[r].Was
			if mu.Op == replica.Set || mu.Op == replica.Create {
				if f.mine = f.Mine; f.mine == nil {
					f.mine = mu.SetOf(r)
					if f.Now != nil { // too long to be told again: the fields of what stands are those
						f.mine = f.mine.Without(f.mine.Without(f.Now))
					}
				}
			}
		}
		list = append(list, f)
	}
	if item.Technical == "" {
		return list
	}
	for m := range slices.Backward(item.Mutations) {
		mu := &item.Mutations[m]
		for r := range mu.Rows {
			f := syncFault{Fault: replica.Fault{ID: mu.Rows[r].ID}, op: mu.Op, technical: item.Technical, was: mu.Rows[r].Was}
			if set := mu.SetOf(r); mu.Op == replica.Set || mu.Op == replica.Create {
				f.mine = set
			}
			if !told(list, &f) {
				list = append(list, f)
			}
		}
	}
	return list
}

// told reports whether the faults of a number tell already why an edit of it was not applied, and leaves of it what they
// don't.
func told(list []syncFault, f *syncFault) bool {
	for i := range list {
		have := &list[i]
		if have.ID != f.ID || have.op != f.op {
			continue
		}
		if f.op != replica.Set {
			return true
		}
		f.mine = f.mine.Without(have.mine)
	}
	return f.op == replica.Set && f.mine.Empty() && slices.ContainsFunc(list, func(x syncFault) bool { return x.ID == f.ID })
}

// source finds the edit that a fault is of, the newest that fits, and the number's place in it.
func source(item *replica.Attention, f *replica.Fault) (*replica.Mutation, int) {
	var any *replica.Mutation
	at := 0
	for m := range slices.Backward(item.Mutations) {
		mu := &item.Mutations[m]
		r := slices.IndexFunc(mu.Rows, func(e replica.Edit) bool { return e.ID == f.ID })
		if r < 0 {
			continue
		}
		if any == nil {
			any, at = mu, r
		}
		if fits(mu, r, f) {
			return mu, r
		}
	}
	return any, at
}

func fits(mu *replica.Mutation, r int, f *replica.Fault) bool {
	wanted := f.Mine
	if wanted == nil {
		wanted = f.Now
	}
	switch {
	case wanted.Empty():
		return mu.Op == replica.Remove || mu.Op == replica.Restore
	case wanted.E164 != "" && f.Now == nil:
		return mu.Op == replica.Create
	}
	return mu.Op == replica.Set && wanted.Without(mu.SetOf(r)).Empty()
}

// reason is what cases are grouped by: the reason that decides, with what makes another decision of it.
func (c *syncCase) reason() string {
	f := c.main()
	switch {
	case f.technical != "":
		return f.technical
	case f.Reason == number.Conflict && f.Status != "":
		return "held"
	case f.Reason == number.Conflict && f.op == replica.Remove:
		return "remove"
	case f.Reason == number.NotFound && f.op == replica.Restore:
		return "restore"
	case f.Reason == number.NotFound && (f.What == "business_unit" || f.What == "program"):
		return "gone_" + f.What
	case f.Reason == number.NotFound:
		return "gone_number"
	}
	return string(f.Reason)
}
