// Package field holds custom fields: what the provider asks of organizations and contacts beside the built-in data.
package field

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"countersign/shared/errs"
	"countersign/shared/i18n"
	"countersign/shared/id"
)

// Kind is what a field holds.
type Kind string

const (
	Text   Kind = "text"
	Choice Kind = "choice"
	Date   Kind = "date" // YYYY-MM-DD
	Code   Kind = "code" // the Phone/Chat Code: only its label is the provider's, and it is never among the values
)

// CodeKey is the key of the one built-in field.
const CodeKey = "phone_chat_code"

// MaxText is how long a text may be, in code points.
const MaxText = 500

// Field is a definition.
type Field struct {
	ID             id.CustomField `json:"id"`
	Key            string         `json:"key"`
	LabelEN        string         `json:"label_en"`
	LabelFR        string         `json:"label_fr"`
	Kind           Kind           `json:"kind"`
	Choices        []string       `json:"choices,omitempty"`
	OnOrganization bool           `json:"on_organization"`
	OnContact      bool           `json:"on_contact"`
	Active         bool           `json:"active"`
}

// Label is the field's name in a language.
func (f *Field) Label(l i18n.Locale) string {
	if l == i18n.FR {
		return f.LabelFR
	}
	return f.LabelEN
}

// Check gives a value as it is stored, or a bad field that names it below "fields".
func (f *Field) Check(value string) (string, error) {
	value = strings.TrimSpace(value)
	bad := func(key string) error { return errs.BadField("fields."+f.Key, key) }
	switch {
	case value == "":
		return "", nil
	case len([]rune(value)) > MaxText || strings.ContainsFunc(value, unicode.IsControl):
		return "", bad("field.error.text")
	case f.Kind == Choice && !slices.Contains(f.Choices, value):
		return "", bad("field.error.choice")
	case f.Kind == Date:
		if _, err := time.Parse(time.DateOnly, value); err != nil {
			return "", bad("field.error.date")
		}
	case f.Kind == Code:
		return "", bad("error.invalid")
	}
	return value, nil
}

// Merge gives the values to store: the given ones checked, and those of fields that are not in use as they were, so
// that a field that comes back finds them.
func Merge(defined []Field, onContact bool, before, given map[string]string) (map[string]string, error) {
	out := map[string]string{}
	inUse := map[string]bool{}
	for i := range defined {
		f := &defined[i]
		if !f.Active || f.Kind == Code || onContact && !f.OnContact || !onContact && !f.OnOrganization {
			continue
		}
		inUse[f.Key] = true
		if given[f.Key] == before[f.Key] && before[f.Key] != "" {
			out[f.Key] = before[f.Key] // a choice that was retired may stay
			continue
		}
		v, err := f.Check(given[f.Key])
		if err != nil {
			return nil, err
		}
		if v != "" {
			out[f.Key] = v
		}
	}
	for key, v := range before {
		if !inUse[key] {
			out[key] = v
		}
	}
	for key := range given {
		if !inUse[key] && given[key] != before[key] {
			return nil, errs.BadField("fields."+key, "field.error.unknown")
		}
	}
	return out, nil
}
