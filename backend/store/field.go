package store

import (
	"context"
	"encoding/json"
	"fmt"

	"countersign/shared/field"
	"countersign/shared/id"
)

const fieldColumns = `id, key, label_en, label_fr, kind, choices, on_organization, on_contact, active`

func scanField(row Scanner) (field.Field, error) {
	var f field.Field
	var choices string
	if err := row.Scan(&f.ID, &f.Key, &f.LabelEN, &f.LabelFR, &f.Kind, &choices, &f.OnOrganization, &f.OnContact, &f.Active); err != nil {
		return f, err
	}
	if err := json.Unmarshal([]byte(choices), &f.Choices); err != nil {
		return f, fmt.Errorf("choices of the custom field %s: %w", f.Key, err)
	}
	return f, nil
}

// Fields are all definitions of custom fields, in order.
func (tx *Tx) Fields(ctx context.Context) ([]field.Field, error) {
	return Collect(tx.Query(ctx, `SELECT `+fieldColumns+` FROM custom_field ORDER BY place, id`), func(r *Rows) (field.Field, error) { return scanField(r) })
}

// Field is one definition.
func (tx *Tx) Field(ctx context.Context, f id.CustomField) (field.Field, error) {
	return scanField(tx.QueryRow(ctx, `SELECT `+fieldColumns+` FROM custom_field WHERE id = ?`, f))
}

// AddField writes a new definition after the others. A Violation (IsUnique) when the key is taken.
func (tx *Tx) AddField(ctx context.Context, f *field.Field) error {
	choices, err := choicesText(f)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO custom_field (id, key, label_en, label_fr, kind, choices, on_organization, on_contact, place, active, created_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, (SELECT COALESCE(MAX(place), 0) + 1 FROM custom_field), ?, ?)`,
		f.ID, f.Key, f.LabelEN, f.LabelFR, f.Kind, choices, f.OnOrganization, f.OnContact, f.Active, ms(tx.Now()))
	if err != nil {
		return fmt.Errorf("write custom field: %w", err)
	}
	return nil
}

// SaveField writes what can change of a definition: everything but key and kind.
func (tx *Tx) SaveField(ctx context.Context, f *field.Field) error {
	choices, err := choicesText(f)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE custom_field SET label_en = ?, label_fr = ?, choices = ?, on_organization = ?, on_contact = ?, active = ? WHERE id = ?`,
		f.LabelEN, f.LabelFR, choices, f.OnOrganization, f.OnContact, f.Active, f.ID); err != nil {
		return fmt.Errorf("save custom field: %w", err)
	}
	return nil
}

// PlaceField puts a definition at a place among the others.
func (tx *Tx) PlaceField(ctx context.Context, f id.CustomField, place int) error {
	if _, err := tx.Exec(ctx, `UPDATE custom_field SET place = ? WHERE id = ?`, place, f); err != nil {
		return fmt.Errorf("place custom field: %w", err)
	}
	return nil
}

func choicesText(f *field.Field) (string, error) {
	list := f.Choices
	if list == nil {
		list = []string{}
	}
	b, err := json.Marshal(list)
	if err != nil {
		return "", fmt.Errorf("write choices: %w", err)
	}
	return string(b), nil
}
