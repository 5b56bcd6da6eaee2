package portal_test

import (
	"testing"

	"countersign/backend/backendtest"
	"countersign/shared/api"
)

// K02, R02: a number of a contact is shown as readers anywhere know it, and found in whatever format it is typed; what is no
// valid number stays as it was typed, and one that nobody touched stays as it is.
func TestPhonesInAnyFormat(t *testing.T) {
	d := newDesk(t)
	made := backendtest.Must(d.create(d.marie, func(b *api.ContactBody) { b.Name, b.Phone = "Iris Lind", "09.70.01-44 02" }))
	if made.Phone != "+33 9 70 01 44 02" {
		t.Errorf("kept as %q", made.Phone)
	}
	sofia := d.As(d.Sofia)
	for _, q := range []string{"09 70 01 44 02", "0970014402", "+33 (0)9 70 01 44 02", "0033970014402", "70 01 44"} {
		if got := d.list(api.ContactFilter{Query: q}); got.Total != 1 || got.Contacts[0].ID != made.ID {
			t.Errorf("%q finds %+v", q, got.Contacts)
		}
	}
	for _, typed := range []string{"4711", "01 84 88 20 10 / 33", "970014402000"} {
		if got := backendtest.Must(d.save(d.marie, made.ID, func(b *api.ContactBody) { b.Phone = typed })); got.Phone != typed {
			t.Errorf("%q became %q", typed, got.Phone)
		}
	}
	d.Exec(`UPDATE contact SET phone = '01 84 88 20 99', phone_digits = '0184882099' WHERE id = ?`, made.ID)
	if got := backendtest.Must(d.save(d.marie, made.ID, func(b *api.ContactBody) { b.Name = "Iris L" })); got.Phone != "01 84 88 20 99" {
		t.Errorf("untouched, it became %q", got.Phone)
	}

	// What is dialed before a number at home differs between countries.
	d.Exec(`UPDATE organization SET region = 'RU', phone = '+7 495 123-45-67', phone_digits = '74951234567' WHERE id = ?`, d.Beta)
	for _, q := range []string{"8 (495) 123-45-67", "+7 495 1234567", "495 123 45 67"} {
		got := backendtest.Must(backendtest.Call(sofia, api.SearchOrganizations, api.SearchIn{Query: q}))
		if len(got.Organizations) != 1 || got.Organizations[0].ID != d.Beta || got.Organizations[0].Matched != "phone" {
			t.Errorf("%q finds %+v", q, got.Organizations)
		}
	}
}
