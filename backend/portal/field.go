package portal

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/errs"
	"countersign/shared/field"
	"countersign/shared/id"
	"countersign/shared/live"
)

// Definitions of custom fields: the provider's administrators say what is asked of organizations and contacts. The
// field of the Phone/Chat Code is built in; only its label is theirs.

const mostFields = 100

// ListFields are the definitions in use, for forms.
func (s *Service) ListFields(tx *Tx, _ *api.Org) (api.Fields, error) {
	list, err := tx.Fields(tx)
	return api.Fields{Fields: slices.DeleteFunc(list, func(f field.Field) bool { return !f.Active })}, err
}

// ListStaffFields are all definitions, retired ones too.
func (s *Service) ListStaffFields(tx *Tx, _ *api.None) (api.Fields, error) {
	list, err := tx.Fields(tx)
	return api.Fields{Fields: list}, err
}

// DefineField makes a definition, after the others.
func (s *Service) DefineField(tx *Tx, in *api.DefineFieldIn) (field.Field, error) {
	f := field.Field{ID: newID[id.CustomField](tx), Kind: in.Body.Kind}
	if f.Kind != field.Text && f.Kind != field.Choice && f.Kind != field.Date {
		return f, errs.BadField("kind", "error.invalid")
	}
	if err := describe(&f, &in.Body.FieldBody); err != nil {
		return f, err
	}
	list, err := tx.Fields(tx)
	if err != nil {
		return f, err
	}
	if len(list) >= mostFields {
		return f, errs.InState("full", "field.error.too_many")
	}
	f.Key = freeKey(f.LabelEN, list)
	if err := tx.AddField(tx, &f); err != nil {
		return f, err
	}
	return f, tx.recordField(&f, audit.FieldDefined)
}

// UpdateField changes what can change of a definition; the kind stays, so that stored values keep their meaning.
func (s *Service) UpdateField(tx *Tx, in *api.UpdateFieldIn) (field.Field, error) {
	before, err := tx.Field(tx, in.Field)
	if err != nil {
		return before, err
	}
	f := before
	if f.Kind == field.Code {
		b := &in.Body
		if len(b.Choices) > 0 || !b.OnOrganization || !b.OnContact || !b.Active {
			return f, errs.BadField("active", "field.error.built_in")
		}
		if err := labels(&f, b); err != nil {
			return f, err
		}
	} else if err := describe(&f, &in.Body); err != nil {
		return f, err
	}
	if err := tx.SaveField(tx, &f); err != nil {
		return f, err
	}
	kind := audit.FieldChanged
	if before.Active && !f.Active {
		kind = audit.FieldRetired
	}
	return f, tx.recordField(&f, kind)
}

// MoveField puts a definition at a place among the others.
func (s *Service) MoveField(tx *Tx, in *api.MoveFieldIn) (api.Fields, error) {
	list, err := tx.Fields(tx)
	if err != nil {
		return api.Fields{}, err
	}
	at := slices.IndexFunc(list, func(f field.Field) bool { return f.ID == in.Field })
	if at < 0 {
		return api.Fields{}, notFound()
	}
	f := list[at]
	list = slices.Insert(slices.Delete(list, at, at+1), min(in.Body.Place, len(list)-1), f)
	for i := range list {
		if err := tx.PlaceField(tx, list[i].ID, i); err != nil {
			return api.Fields{}, err
		}
	}
	return api.Fields{Fields: list}, tx.recordField(&f, audit.FieldChanged)
}

func (tx *Tx) recordField(f *field.Field, kind audit.Kind) error {
	return tx.record(change{stream: live.Provider, kind: kind, object: string(f.ID), detail: map[string]string{"name": f.LabelEN},
		pokes: []store.Poke{{Stream: live.Provider, Kind: live.Fields, Ref: string(f.ID)}}})
}

// describe takes what an administrator says of a field.
func describe(f *field.Field, b *api.FieldBody) error {
	if err := labels(f, b); err != nil {
		return err
	}
	f.OnOrganization, f.OnContact, f.Active = b.OnOrganization, b.OnContact, b.Active
	if !f.OnOrganization && !f.OnContact {
		return errs.BadField("on_contact", "field.error.nowhere")
	}
	f.Choices = []string{}
	if f.Kind != field.Choice {
		if len(b.Choices) > 0 {
			return errs.BadField("choices", "field.error.no_choices")
		}
		return nil
	}
	for i, c := range b.Choices {
		c = strings.TrimSpace(c)
		if c == "" || len([]rune(c)) > 60 || strings.ContainsFunc(c, unicode.IsControl) || slices.Contains(f.Choices, c) {
			return errs.BadField("choices["+strconv.Itoa(i)+"]", "field.error.choices")
		}
		f.Choices = append(f.Choices, c)
	}
	if len(f.Choices) == 0 {
		return errs.BadField("choices", "field.error.choices")
	}
	return nil
}

func labels(f *field.Field, b *api.FieldBody) error {
	for _, x := range []struct {
		path  string
		given string
		into  *string
	}{{"label_en", b.LabelEN, &f.LabelEN}, {"label_fr", b.LabelFR, &f.LabelFR}} {
		text := strings.Join(strings.Fields(x.given), " ")
		if text == "" || len([]rune(text)) > 60 || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) }) {
			return errs.BadField(x.path, "field.error.label")
		}
		*x.into = text
	}
	return nil
}

// freeKey makes a key of a label that no other field has.
func freeKey(label string, taken []field.Field) string {
	return uniqueKey(label, "field", func(key string) bool {
		return slices.ContainsFunc(taken, func(f field.Field) bool { return f.Key == key })
	})
}

// uniqueKey makes a key of a label: at most 50 lower-case letters, digits and underscores, and not taken yet. A label
// without any letter gives what is named instead.
func uniqueKey(label, instead string, taken func(string) bool) string {
	base := strings.Trim(strings.Map(func(r rune) rune {
		switch r = unicode.ToLower(r); {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, label), "_")
	if base = strings.TrimRight(base[:min(len(base), 50)], "_"); base == "" {
		base = instead
	}
	key := base
	for n := 2; taken(key); n++ {
		key = base + "_" + strconv.Itoa(n)
	}
	return key
}
