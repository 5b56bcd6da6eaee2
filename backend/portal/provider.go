package portal

import (
	"errors"
	"strings"

	"countersign/backend/store"
	"countersign/shared/errs"
	"countersign/shared/org"
)

// What the use cases for the provider's other systems have in common. They know things by the provider's own keys, say how a
// thing is to be, and do nothing where it is so already: whatever is sent twice has one effect.

// referred finds the organization with a reference; what follows is about it.
func (tx *Tx) referred(reference string) (*store.KnownOrganization, error) {
	o, err := tx.KnownOrganization(tx, reference)
	if err != nil {
		return nil, err
	}
	tx.Org = o.ID
	return o, nil
}

// activeReferred is referred for what changes only while the organization is active: its units, programs and numbers. What
// the provider has to say of services and invoices it can say of a closed one, too.
func (tx *Tx) activeReferred(reference string) (*store.KnownOrganization, error) {
	o, err := tx.referred(reference)
	if err != nil {
		return nil, err
	}
	if o.State != org.Active {
		return nil, errs.InState(string(o.State), "organization.error.not_active")
	}
	return o, nil
}

// located gives the fields of a refusal the names that the caller knows them by, as pairs of the name within and that.
func located(err error, names ...string) error {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok || len(e.Fields) == 0 {
		return err
	}
	out := *e
	out.Fields = append([]errs.Field(nil), e.Fields...)
	for i := range out.Fields {
		for j := 0; j+1 < len(names); j += 2 {
			if out.Fields[i].Path == names[j] {
				out.Fields[i].Path = names[j+1]
				break
			}
		}
	}
	return &out
}

// difference is what became of a thing, for the record: which fields changed, and from what to what where that is told.
type difference struct {
	what   []string
	detail map[string]string
}

// note compares a field that is told in full.
func (d *difference) note(field, before, now string) {
	if before == now {
		return
	}
	d.mark(field)
	if d.detail == nil {
		d.detail = map[string]string{}
	}
	d.detail["from."+field], d.detail["to."+field] = before, now
}

// mark notes a changed field of which no more is told.
func (d *difference) mark(field string) { d.what = append(d.what, field) }

// told is the detail of an audit entry about a thing with a name.
func (d *difference) told(name string) map[string]string {
	out := map[string]string{"name": name, "what": strings.Join(d.what, ", ")}
	for k, v := range d.detail {
		out[k] = v
	}
	return out
}

// next is where the page after this one begins, and the entries of this one: one more was read than fits.
func next[T any](list []T, limit int, key func(*T) string) ([]T, string) {
	if len(list) <= limit {
		return list, ""
	}
	return list[:limit], key(&list[limit-1])
}
