package pages

import (
	"slices"

	"countersign/app/ui"
	"countersign/shared/field"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// fieldInputs are the inputs of custom fields, of an organization or of a contact. The Phone/Chat Code is not among
// them: its input is a codeInput.
type fieldInputs struct {
	Prefix    string // of the ids
	Defined   []field.Field
	OnContact bool
	Values    map[string]string
	Errors    map[string]string // of an update: "fields." and the key
	Fixed     string            // why they can't be changed, "" when they can
	OnChange  func(key, value string)
}

// inUse are the fields of an organization or a contact that hold values.
func inUse(defined []field.Field, onContact bool) (list []field.Field) {
	for _, f := range defined {
		if f.Active && f.Kind != field.Code && (onContact && f.OnContact || !onContact && f.OnOrganization) {
			list = append(list, f)
		}
	}
	return list
}

func (in fieldInputs) render() []app.UI {
	var list []app.UI
	for _, f := range inUse(in.Defined, in.OnContact) {
		id, label, value, wrong := in.Prefix+f.Key, f.Label(ui.Locale()), in.Values[f.Key], in.Errors["fields."+f.Key]
		change := func(_ app.Context, v string) { in.OnChange(f.Key, v) }
		switch f.Kind {
		case field.Choice:
			list = append(list, &ui.Select{ID: id, Label: label, Value: value, Options: choices(f, value), Error: wrong, Disabled: in.Fixed, OnChange: change})
		case field.Date:
			list = append(list, &ui.Field{ID: id, Label: label, Kind: ui.Date, Value: value, Error: wrong, Disabled: in.Fixed, OnInput: change})
		default:
			list = append(list, &ui.Field{ID: id, Label: label, Value: value, MaxLength: field.MaxText, Autocomplete: "off", Error: wrong, Disabled: in.Fixed, OnInput: change})
		}
	}
	return list
}

// choices are what a field offers, and what it holds although it is offered no more.
func choices(f field.Field, value string) []ui.Option {
	options := []ui.Option{{Label: ui.T("profile.none")}}
	for _, c := range f.Choices {
		options = append(options, ui.Option{Value: c, Label: c})
	}
	if value != "" && !slices.Contains(f.Choices, value) {
		options = append(options, ui.Option{Value: value, Label: value})
	}
	return options
}

// fieldTerms are the values of custom fields as people read them.
func fieldTerms(defined []field.Field, onContact bool, values map[string]string) []ui.Term {
	var terms []ui.Term
	for _, f := range inUse(defined, onContact) {
		value := values[f.Key]
		if f.Kind == field.Date {
			value = dayText(value)
		}
		terms = append(terms, ui.Term{Label: f.Label(ui.Locale()), Text: orNone(value)})
	}
	return terms
}
