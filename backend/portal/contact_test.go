package portal_test

import (
	"fmt"
	"strings"
	"testing"

	"countersign/backend/backendtest"
	"countersign/backend/server"
	"countersign/shared/api"
	"countersign/shared/audit"
	"countersign/shared/contact"
	"countersign/shared/errs"
	"countersign/shared/i18n"
	"countersign/shared/id"
	"countersign/shared/live"
	"countersign/shared/perm"

	"github.com/google/go-cmp/cmp"
)

// desk is a world with its owner at the dialog of contacts.
type desk struct {
	*backendtest.World
	t     *testing.T
	marie *backendtest.Actor
}

func newDesk(t *testing.T) *desk {
	t.Helper()
	many := server.Bucket{PerSecond: 1e6, Burst: 1e6}
	w := backendtest.New(t, backendtest.WithLimits(server.Limits{Usual: many, Costly: many, Address: many}))
	return &desk{w, t, w.As(w.Marie)}
}

func at(o id.Organization, c id.Contact) api.ContactIn {
	return api.ContactIn{Org: api.Org{Org: o}, Contact: c}
}

// card is a contact of Acme as the owner sees it.
func (d *desk) card(c id.Contact) api.Card {
	d.t.Helper()
	return backendtest.Must(backendtest.Call(d.marie, api.GetContact, at(d.Acme, c)))
}

// bodyOf is the dialog as it opens.
func bodyOf(c *api.Card) api.ContactBody {
	return api.ContactBody{Kind: c.Kind, Type: c.Type, Name: c.Name, Company: c.Company, Email: c.Email, Phone: c.Phone, Address: c.Address,
		Locale: c.Locale, Active: c.Active, Access: c.Access, Roles: c.Roles, Overrides: c.Overrides, TicketScope: c.TicketScope, PhoneChatAuthority: c.PhoneChatAuthority,
		Correspondence: c.Correspondence, Fields: c.Fields}
}

// save opens the dialog of a contact of Acme, changes something and presses Update as somebody.
func (d *desk) save(a *backendtest.Actor, c id.Contact, change func(*api.ContactBody)) (api.Card, error) {
	d.t.Helper()
	shown := d.card(c)
	in := api.UpdateContactIn{ContactIn: at(d.Acme, c)}
	in.Body.ContactBody, in.Body.Version = bodyOf(&shown), shown.Version
	change(&in.Body.ContactBody)
	return backendtest.Call(a, api.UpdateContact, in)
}

// create presses Save of a new contact of Acme as somebody.
func (d *desk) create(a *backendtest.Actor, change func(*api.ContactBody)) (api.Card, error) {
	d.t.Helper()
	in := api.CreateContactIn{Org: api.Org{Org: d.Acme}, Body: api.ContactBody{Kind: contact.Individual, Locale: "en", Active: true}}
	change(&in.Body)
	return backendtest.Call(a, api.CreateContact, in)
}

func (d *desk) list(f api.ContactFilter) api.Contacts {
	d.t.Helper()
	if f.Limit == 0 {
		f.Limit = 50
	}
	return backendtest.Must(backendtest.Call(d.marie, api.ListContacts, api.ContactsIn{Org: api.Org{Org: d.Acme}, ContactFilter: f}))
}

// says fails unless the refusal is the sentence of a key.
func says(t *testing.T, err error, code errs.Code, key string, args ...any) {
	t.Helper()
	if p := backendtest.Refused(t, err, code); p.Detail != i18n.EN.T(key, args...) {
		t.Errorf("refused with %q, want %q", p.Detail, i18n.EN.T(key, args...))
	}
}

// badField fails unless the refusal is about one field, with the sentence of a key.
func badField(t *testing.T, err error, path, key string) {
	t.Helper()
	p := backendtest.Refused(t, err, errs.Invalid)
	if len(p.Errors) != 1 || p.Errors[0].Location != path || p.Errors[0].Message != i18n.EN.T(key) {
		t.Errorf("refused with %+v, want %s: %q", p.Errors, path, i18n.EN.T(key))
	}
}

// K01, K03, K08: a contact with everything the dialog asks for, without access, and edited with the same options.
func TestContactIsCreatedAndEdited(t *testing.T) {
	d := newDesk(t)
	made, err := d.create(d.marie, func(b *api.ContactBody) {
		b.Kind, b.Type, b.Company, b.Name = contact.LegalEntity, contact.Accounting, "  Books &  Co ", "Iris Lind"
		b.Email, b.Phone, b.Locale = "Iris@Example.test ", "+33 9 70 01 44 02", "fr"
		b.Address = contact.Address{Street: "1 rue Haute", Postcode: "75001", City: "Paris", Country: "fr"}
		b.Correspondence.Financial = contact.Subscription{On: true, Global: true}
	})
	if err != nil {
		t.Fatal(err)
	}
	want := contact.Contact{ID: made.ID, Kind: contact.LegalEntity, Type: contact.Accounting, Name: "Iris Lind", Company: "Books & Co",
		Email: "iris@example.test", Phone: "+33 9 70 01 44 02", Locale: "fr", Active: true, Version: 1, ChangedBy: "Marie Dubois", ChangedAt: made.ChangedAt,
		Address: contact.Address{Street: "1 rue Haute", Postcode: "75001", City: "Paris", Country: "FR"},
		Roles:   []perm.Role{}, Overrides: perm.Overrides{}, TicketScope: contact.AllTickets, Correspondence: contact.Correspondence{Financial: contact.Subscription{On: true, Global: true}}}
	shown := d.card(made.ID)
	if diff := cmp.Diff(shown.Contact, want); diff != "" || shown.State != contact.NoAccess || shown.Invitation != nil || shown.Code.Set {
		t.Errorf("stored otherwise than typed: %s %+v", diff, shown)
	}
	if got := d.Mails("invitation"); len(got) != 0 {
		t.Errorf("a contact without access was invited: %v", got)
	}
	after, err := d.save(d.marie, made.ID, func(b *api.ContactBody) {
		b.Kind, b.Name, b.Company, b.Phone = contact.Individual, "Iris Lindqvist", "", "09 70 01 44 03"
	})
	if err != nil || after.Name != "Iris Lindqvist" || after.Company != "" || after.Version != 2 || after.Phone != "+33 9 70 01 44 03" {
		t.Errorf("edited to %+v, %v", after.Contact, err)
	}
	e := entries(t, d.World, live.Of(d.Acme), audit.ContactChanged)
	if len(e) != 1 || e[0].Actor.Name != "Marie Dubois" || e[0].Detail["what"] != "kind, name, company, phone" ||
		e[0].Detail["renamed"] != "Iris Lind → Iris Lindqvist" {
		t.Errorf("recorded %+v", e)
	}
	if same, err := d.save(d.marie, made.ID, func(*api.ContactBody) {}); err != nil || same.Version != 2 {
		t.Errorf("saving nothing made version %d, %v", same.Version, err)
	}
	d.Verify()
}

// K03: whatever was typed wrong is named.
func TestWrongInputNamesItsField(t *testing.T) {
	d := newDesk(t)
	for name, c := range map[string]struct {
		change    func(*api.ContactBody)
		path, key string
	}{
		"no name":              {func(b *api.ContactBody) { b.Name = " " }, "name", "contact.error.name"},
		"two lines":            {func(b *api.ContactBody) { b.Name = "a\u202eb" }, "name", "contact.error.name"},
		"a firm without":       {func(b *api.ContactBody) { b.Kind = contact.LegalEntity }, "company", "contact.error.name"},
		"no such type":         {func(b *api.ContactBody) { b.Type = "boss" }, "type", "contact.error.type"},
		"half an e-mail":       {func(b *api.ContactBody) { b.Email = "a@b" }, "email", "contact.error.email"},
		"access without":       {func(b *api.ContactBody) { b.Access = true }, "email", "contact.error.email_needed"},
		"no number":            {func(b *api.ContactBody) { b.Phone = "call me" }, "phone", "contact.error.phone"},
		"no country":           {func(b *api.ContactBody) { b.Address.Country = "1!" }, "address.country", "organization.error.region"},
		"control in the town":  {func(b *api.ContactBody) { b.Address.City = "a\x00b" }, "address.city", "contact.error.address"},
		"no such role":         {func(b *api.ContactBody) { b.Roles = []perm.Role{"king"} }, "roles", "contact.error.role"},
		"no such right":        {func(b *api.ContactBody) { b.Overrides = perm.Overrides{"x.y": perm.Allow} }, "overrides.x.y", "contact.error.cell"},
		"deletion":             {func(b *api.ContactBody) { b.Overrides = perm.Overrides{perm.ContactsDelete: perm.Allow} }, "overrides.contacts.delete", "contact.error.cell"},
		"ownership":            {func(b *api.ContactBody) { b.Overrides = perm.Overrides{perm.OwnershipTransfer: perm.Allow} }, "overrides.ownership.transfer", "contact.error.cell"},
		"no such cell":         {func(b *api.ContactBody) { b.Overrides = perm.Overrides{perm.AuditView: "maybe"} }, "overrides.audit.view", "contact.error.cell"},
		"no such field":        {func(b *api.ContactBody) { b.Fields = map[string]string{"shoe": "44"} }, "fields.shoe", "field.error.unknown"},
		"the code as a field":  {func(b *api.ContactBody) { b.Fields = map[string]string{"phone_chat_code": "abc"} }, "fields.phone_chat_code", "field.error.unknown"},
		"a password for none":  {func(b *api.ContactBody) { b.Password = "harbor lantern 42" }, "password", "contact.error.password_unused"},
		"a code while off":     {func(b *api.ContactBody) { b.Active, b.Code = false, &api.CodeBody{Code: "copper lamp 42"} }, "code.code", "contact.error.code_inactive"},
		"an e-mail of another": {func(b *api.ContactBody) { b.Access, b.Email = true, d.Paul.Email }, "email", "contact.error.already_contact"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := d.create(d.marie, func(b *api.ContactBody) {
				b.Name = "Iris Lind"
				c.change(b)
			})
			badField(t, err, c.path, c.key)
		})
	}
	if n := d.list(api.ContactFilter{}).Total; n != 4 {
		t.Errorf("refused contacts were written: there are %d", n)
	}
}

// TH10: who may create or change a contact sets nothing beside what the dialog has.
func TestUnknownKeysAreRefused(t *testing.T) {
	d := newDesk(t)
	before := d.card(d.Paul.Contact)
	for _, key := range []string{`"owner":true`, `"id":"` + string(d.Marie.Contact) + `"`, `"login":"x"`, `"org":"x"`, `"state":"active"`, `"changed_by":"x"`,
		`"sessions":0`, `"Roles":["admin"]`, `"search_key":"x"`, `"roles":["admin"],"roles":[]`} {
		c := backendtest.Must(api.UpdateContact.Encode(api.UpdateContactIn{ContactIn: at(d.Acme, d.Paul.Contact)}))
		c.Body = []byte(fmt.Sprintf(`{"kind":"individual","name":"Paul Noir","email":%q,"locale":"en","active":true,"access":true,"roles":["read_only"],"version":%d,%s}`,
			before.Email, before.Version, key))
		answer, err := d.marie.Do(t.Context(), c)
		if err != nil || answer.Status/100 != 4 {
			t.Errorf("%s: %d %s", key, answer.Status, answer.Body)
		}
	}
	profile := d.profile()
	custom := api.DefineFieldIn{}
	custom.Body.Kind = "text"
	offer := api.OfferOwnershipIn{Org: api.Org{Org: d.Acme}}
	offer.Body.Contact = d.Jonas.Contact
	for name, c := range map[string]struct {
		who  *backendtest.Actor
		call api.Call
		body string
		keys []string
	}{
		"create": {d.marie, backendtest.Must(api.CreateContact.Encode(api.CreateContactIn{Org: api.Org{Org: d.Acme}})), `{"kind":"individual","name":"New","locale":"en","active":true,%s}`,
			[]string{`"owner":true`, `"id":"x"`, `"login":"x"`, `"version":7`, `"has_code":true`, `"password_by":"x"`}},
		"profile": {d.marie, backendtest.Must(api.UpdateProfile.Encode(api.UpdateProfileIn{Org: api.Org{Org: d.Acme}})), fmt.Sprintf(`{"version":%d,%%s}`, profile.Version),
			[]string{`"name":"X"`, `"reference":"1"`, `"managed_by":"service_provider"`, `"state":"closed"`, `"owner":"x"`, `"region":"CH"`, `"misses_seen_at":9`}},
		"offer": {d.marie, backendtest.Must(api.OfferOwnership.Encode(offer)), `{"contact":"` + string(d.Jonas.Contact) + `",%s}`,
			[]string{`"state":"accepted"`, `"from":"x"`, `"to":"x"`, `"lapses_at":"2030-01-01T00:00:00Z"`}},
		"field": {d.As(d.Ada), backendtest.Must(api.DefineField.Encode(custom)), `{"kind":"text","label_en":"A","label_fr":"A","on_contact":true,"active":true,%s}`,
			[]string{`"key":"phone_chat_code"`, `"id":"x"`, `"place":0`}},
	} {
		for _, key := range c.keys {
			c.call.Body = []byte(fmt.Sprintf(c.body, key))
			answer, err := c.who.Do(t.Context(), c.call)
			if err != nil || answer.Status != 422 {
				t.Errorf("%s with %s: %d %s", name, key, answer.Status, answer.Body)
			}
		}
	}
	if diff := cmp.Diff(d.card(d.Paul.Contact), before); diff != "" {
		t.Errorf("changed: %s", diff)
	}
	now := d.profile()
	now.Now = profile.Now
	if diff := cmp.Diff(now, profile); diff != "" || d.list(api.ContactFilter{}).Total != 4 {
		t.Errorf("changed: %s", diff)
	}
}

// A save over what somebody else saved meanwhile is told, with who it was.
func TestSavingOverAnothersChange(t *testing.T) {
	d := newDesk(t)
	shown := d.card(d.Paul.Contact)
	backendtest.Must(d.save(d.As(d.Jonas), d.Paul.Contact, func(b *api.ContactBody) { b.Phone = "+33 1 00 00 00 00" }))
	in := api.UpdateContactIn{ContactIn: at(d.Acme, d.Paul.Contact)}
	in.Body.ContactBody, in.Body.Version = bodyOf(&shown), shown.Version
	in.Body.Name = "Paul Blanc"
	_, err := backendtest.Call(d.marie, api.UpdateContact, in)
	says(t, err, errs.Conflict, "contact.error.changed_by", "name", "Jonas Meier")
	if now := d.card(d.Paul.Contact); now.Name != "Paul Noir" || now.Phone != "+33 1 00 00 00 00" {
		t.Errorf("the change of the other is %+v", now.Contact)
	}
}

// K02, K13: the list by name in pages, with search, type, access state and active.
func TestContactList(t *testing.T) {
	d := newDesk(t)
	for i := range 7 {
		backendtest.Must(d.create(d.marie, func(b *api.ContactBody) {
			b.Name, b.Phone = fmt.Sprintf("Zoe %d_%%", i), fmt.Sprintf("+33 6 12 00 00 %02d", i)
			b.Type, b.Active = contact.Technical, i != 3
			b.Email, b.Access = fmt.Sprintf("zoe%d@example.test", i), i < 2
		}))
	}
	names := func(f api.ContactFilter) string {
		t.Helper()
		var list []string
		page := d.list(f)
		for {
			for _, c := range page.Contacts {
				list = append(list, c.Name)
			}
			if page.Next == "" {
				break
			}
			f.After = page.Next
			page = d.list(f)
		}
		if page.Total != len(list) {
			t.Errorf("%+v lists %d of %d", f, len(list), page.Total)
		}
		return strings.Join(list, ",")
	}
	for _, c := range []struct {
		f    api.ContactFilter
		want string
	}{
		{api.ContactFilter{Limit: 3}, "Jonas Meier,Marie Dubois,Nadia Benali,Paul Noir,Zoe 0_%,Zoe 1_%,Zoe 2_%,Zoe 3_%,Zoe 4_%,Zoe 5_%,Zoe 6_%"},
		{api.ContactFilter{Query: "  MARIE   dub"}, "Marie Dubois"},
		{api.ContactFilter{Query: "4_%"}, "Zoe 4_%"},
		{api.ContactFilter{Query: "paul.noir@"}, "Paul Noir"},
		{api.ContactFilter{Query: "06 12 00 00 05"}, "Zoe 5_%"},
		{api.ContactFilter{Query: "nobody"}, ""},
		{api.ContactFilter{Type: contact.Technical, Active: "no"}, "Zoe 3_%"},
		{api.ContactFilter{State: contact.Invited, Limit: 1}, "Zoe 0_%,Zoe 1_%"},
		{api.ContactFilter{State: contact.CanEnter, Query: "a"}, "Jonas Meier,Marie Dubois,Nadia Benali,Paul Noir"},
		{api.ContactFilter{State: contact.NoAccess, Limit: 2}, "Zoe 2_%,Zoe 3_%,Zoe 4_%,Zoe 5_%,Zoe 6_%"},
		{api.ContactFilter{State: contact.Expired}, ""},
	} {
		if got := names(c.f); got != c.want {
			t.Errorf("%+v lists %s, want %s", c.f, got, c.want)
		}
	}
	for path, f := range map[string]api.ContactFilter{"query.type": {Type: "x"}, "query.state": {State: "x"}, "query.active": {Active: "x"},
		"query.after": {After: string(d.Luc.Contact)}} {
		f.Limit = 10
		_, err := backendtest.Call(d.marie, api.ListContacts, api.ContactsIn{Org: api.Org{Org: d.Acme}, ContactFilter: f})
		badField(t, err, path, "error.invalid")
	}
	staff := backendtest.Must(backendtest.Call(d.As(d.Sofia), api.ListStaffContacts, api.StaffContactsIn{Org: api.Org{Org: d.Acme}, ContactFilter: api.ContactFilter{Limit: 50}}))
	if diff := cmp.Diff(staff, d.list(api.ContactFilter{})); diff != "" {
		t.Errorf("staff see another list: %s", diff)
	}
}

// TH9: a contact of another organization and one that is not there are the same, and nothing changes.
func TestForeignContactsAreAbsent(t *testing.T) {
	d := newDesk(t)
	absent := id.Contact("018f0000-0000-7000-8000-000000000000")
	lead := d.As(d.Anna)
	full := api.UpdateContactIn{}
	full.Body.ContactBody, full.Body.Version = api.ContactBody{Kind: contact.Individual, Name: "X", Locale: "en", Active: true}, 1
	gone := api.DeleteContactIn{}
	gone.Body.Reason = "Asked by the customer."
	luc := d.As(d.Luc)
	before := backendtest.Must(backendtest.Call(luc, api.GetContact, at(d.Beta, d.Luc.Contact)))
	for name, call := range map[string]func(c id.Contact) error{
		"get": func(c id.Contact) error {
			_, err := backendtest.Call(d.marie, api.GetContact, at(d.Acme, c))
			return err
		},
		"update": func(c id.Contact) error {
			full.ContactIn = at(d.Acme, c)
			_, err := backendtest.Call(d.marie, api.UpdateContact, full)
			return err
		},
		"resend": func(c id.Contact) error {
			_, err := backendtest.Call(d.marie, api.ResendInvitation, at(d.Acme, c))
			return err
		},
		"cancel": func(c id.Contact) error {
			_, err := backendtest.Call(d.marie, api.CancelInvitation, at(d.Acme, c))
			return err
		},
		"view as": func(c id.Contact) error {
			_, err := backendtest.Call(d.marie, api.GetViewAs, at(d.Acme, c))
			return err
		},
		"delete": func(c id.Contact) error {
			gone.ContactIn = at(d.Acme, c)
			_, err := backendtest.Call(lead, api.DeleteContact, gone)
			return err
		},
	} {
		foreign, none := backendtest.Refused(t, call(d.Luc.Contact), errs.NotFound), backendtest.Refused(t, call(absent), errs.NotFound)
		foreign.Ref, none.Ref = "", ""
		if diff := cmp.Diff(foreign, none); diff != "" {
			t.Errorf("%s tells foreign from absent: %s", name, diff)
		}
	}
	offer := api.OfferOwnershipIn{Org: api.Org{Org: d.Acme}}
	for _, c := range []id.Contact{d.Luc.Contact, absent} {
		offer.Body.Contact = c
		_, err := backendtest.Call(d.marie, api.OfferOwnership, offer)
		badField(t, err, "contact", "ownership.error.target")
	}
	if diff := cmp.Diff(backendtest.Must(backendtest.Call(luc, api.GetContact, at(d.Beta, d.Luc.Contact))), before); diff != "" {
		t.Errorf("changed: %s", diff)
	}
}
