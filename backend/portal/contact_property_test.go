package portal_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"countersign/backend/backendtest"
	"countersign/backend/store"
	"countersign/shared/api"
	"countersign/shared/contact"
	"countersign/shared/id"
	"countersign/shared/perm"

	"pgregory.net/rapid"
)

// K11: whatever anybody edits in whatever order, nobody ends up with a right, or a way to a right, that who gave it did
// not hold at that moment; nobody changes their own; and there is always exactly one owner, active, with access.
func TestNobodyGrantsWhatTheyLack(t *testing.T) {
	d := newDesk(t)
	people := []*backendtest.Persona{d.Marie, d.Jonas, d.Nadia, d.Paul, d.AddContact(d.Acme, "Uma Clerk"), d.AddContact(d.Acme, "Vera Team")}
	start := map[id.Contact][2]string{d.Marie.Contact: {`[]`, `{}`}, d.Jonas.Contact: {`["admin"]`, `{}`}, d.Nadia.Contact: {`["support_approver"]`, `{"contacts.update":"allow"}`},
		d.Paul.Contact:    {`["read_only"]`, `{"contacts.permissions":"allow","contacts.update":"allow"}`},
		people[4].Contact: {`[]`, `{"contacts.view":"allow","contacts.create":"allow","contacts.update":"allow"}`},
		people[5].Contact: {`["tickets"]`, `{"contacts.update":"allow","contacts.permissions":"allow","profile.view":"deny"}`}}
	emails, saved, refused, moved := 0, 0, 0, 0

	rapid.Check(t, func(r *rapid.T) {
		actors := make([]*backendtest.Actor, len(people))
		for i, p := range people {
			d.Exec(`UPDATE contact SET login = ?, email = ?, owner = FALSE, active = TRUE, access = TRUE, phone_chat_authority = FALSE, roles = ?, overrides = ? WHERE id = ?`,
				p.Login, p.Email, start[p.Contact][0], start[p.Contact][1], p.Contact)
			actors[i] = d.As(p)
		}
		d.Exec(`UPDATE contact SET owner = TRUE WHERE id = ?`, d.Marie.Contact)
		d.Exec(`UPDATE organization SET version = version + 1 WHERE id = ?`, d.Acme)
		for _, x := range rowsOf(t, d) {
			if start[x.ID] == [2]string{} {
				d.Exec(`DELETE FROM contact WHERE id = ?`, x.ID)
			}
		}
		if o, err := pendingOf(d); err == nil {
			d.Exec(`UPDATE ownership_transfer SET state = 'withdrawn' WHERE id = ?`, o.ID)
		}

		for range rapid.IntRange(5, 30).Draw(r, "steps") {
			before := rowsOf(t, d)
			who := rapid.IntRange(0, len(people)-1).Draw(r, "who")
			by := before[people[who].Contact]
			on := rapid.SampledFrom(sortedIDs(before)).Draw(r, "on")
			shown := api.Card{Contact: *before[on]}
			body := bodyOf(&shown)
			body.Fields = nil
			var err error
			var gone *backendtest.Persona // who may be signed out by it
			act := rapid.SampledFrom([]string{"roles", "cells", "active", "access", "authority", "e-mail", "password", "several", "create", "resend", "offer", "accept"}).Draw(r, "act")
			if likely := rapid.Bool().Draw(r, "by who may"); likely && (act == "offer" || act == "accept") {
				x, _ := pendingOf(d)
				who = slices.IndexFunc(people, func(p *backendtest.Persona) bool {
					return act == "offer" && before[p.Contact].Owner || act == "accept" && x != nil && x.To == p.Contact
				})
				if who < 0 {
					continue
				}
				by = before[people[who].Contact]
			}
			switch act {
			case "create":
				emails++
				in := api.CreateContactIn{Org: api.Org{Org: d.Acme}, Body: api.ContactBody{Kind: contact.Individual, Name: "New", Locale: "en", Active: true,
					Email: fmt.Sprintf("p%d@example.test", emails), Access: rapid.Bool().Draw(r, "access"), Roles: anyRoles(r), Overrides: anyCells(r)}}
				_, err = backendtest.Call(actors[who], api.CreateContact, in)
			case "resend":
				_, err = backendtest.Call(actors[who], api.ResendInvitation, at(d.Acme, on))
			case "offer":
				_, err = d.offer(actors[who], on)
			case "accept":
				x, none := pendingOf(d)
				if none != nil {
					continue
				}
				_, err = d.decide(actors[who], api.AcceptOwnership, x.ID)
				after := rowsOf(t, d)
				if err == nil && (!before[x.From].Owner || !after[x.To].Owner || by.ID != x.To) {
					r.Fatalf("%s took the ownership that %s offered to %s", by.Name, x.FromName, x.ToName)
				}
				if err == nil {
					moved++
					oneOwner(r, after)
					continue
				}
			default:
				if act == "roles" || act == "several" {
					body.Roles = anyRoles(r)
				}
				if act == "cells" || act == "several" {
					body.Overrides = anyCells(r)
				}
				if act == "active" || act == "several" && rapid.Bool().Draw(r, "active too") {
					body.Active = !body.Active
				}
				if act == "access" || act == "several" && rapid.Bool().Draw(r, "access too") {
					body.Access = !body.Access
				}
				if act == "authority" {
					body.PhoneChatAuthority = !body.PhoneChatAuthority
				}
				if act == "e-mail" || act == "several" && rapid.Bool().Draw(r, "e-mail too") {
					emails++
					body.Email = fmt.Sprintf("p%d@example.test", emails)
				}
				if act == "password" {
					body.Way, body.Password = api.ByPassword, otherPassword
				}
				in := api.UpdateContactIn{ContactIn: at(d.Acme, on)}
				in.Body.ContactBody, in.Body.Version = body, shown.Version
				_, err = backendtest.Call(actors[who], api.UpdateContact, in)
			}
			after := rowsOf(t, d)
			oneOwner(r, after)
			if err != nil {
				refused++
				for c, x := range after {
					if was := before[c]; was == nil || was.Version != x.Version {
						r.Fatalf("a refused edit of %s changed %s: %v", by.Name, x.Name, err)
					}
				}
				continue
			}
			saved++
			for c, x := range after {
				was := before[c]
				if was == nil {
					was = &contact.Contact{}
				}
				gained := x.Granted().Without(was.Granted()) | usable(x).Without(usable(was))
				if more := gained.Without(by.Rights()); more != 0 {
					r.Fatalf("%s gave %s what %s lacks: %v", by.Name, x.Name, by.Name, more.List())
				}
				if takes := was.Email != x.Email && was.Access && was.Version != 0; takes && !by.Owner && x.Granted().Without(by.Rights()) != 0 {
					r.Fatalf("%s took over %s", by.Name, x.Name)
				}
				if c == by.ID && x.Granted() != was.Granted() {
					r.Fatalf("%s changed their own rights", by.Name)
				}
			}
			// Whoever was signed out by it signs in again where they can.
			for i, p := range people {
				if now := after[p.Contact]; now != nil && now.Version != before[p.Contact].Version && now.Active && now.Access {
					gone = people[i]
					actors[i] = d.As(gone)
				}
			}
		}
	})
	t.Logf("%d edits saved, %d refused, the ownership moved %d times", saved, refused, moved)
	if saved == 0 || refused == 0 || moved == 0 {
		t.Error("the sequences try nothing")
	}
	d.Verify()
}

// usable is what the contact's login, or a mailed link to come in, can do.
func usable(c *contact.Contact) perm.Set { return c.Rights() }

func oneOwner(r *rapid.T, rows map[id.Contact]*contact.Contact) {
	n := 0
	for _, c := range rows {
		if c.Owner {
			n++
			if !c.Active || !c.Access || c.Login == "" {
				r.Fatalf("the owner %s can't act", c.Name)
			}
		}
	}
	if n != 1 {
		r.Fatalf("there are %d owners", n)
	}
}

func anyRoles(r *rapid.T) []perm.Role {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(perm.Roles()), 0, 3, rapid.ID[perm.Role]).Draw(r, "roles")
}

func anyCells(r *rapid.T) perm.Overrides {
	all := perm.All()
	return rapid.MapOfN(rapid.SampledFrom(all[:len(all)-1]).Filter(perm.Right.Grantable), rapid.SampledFrom([]perm.Cell{perm.Allow, perm.Deny}), 0, 4).Draw(r, "cells")
}

// rowsOf are the contacts of Acme as they are stored.
func rowsOf(t *testing.T, d *desk) map[id.Contact]*contact.Contact {
	t.Helper()
	rows := map[id.Contact]*contact.Contact{}
	err := d.DB.View(context.Background(), func(tx *store.Tx) error {
		list, _, err := tx.ListContacts(context.Background(), d.Acme, store.ContactQuery{Limit: 1000})
		for i := range list {
			rows[list[i].ID] = &list[i].Contact
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func sortedIDs(rows map[id.Contact]*contact.Contact) []id.Contact {
	return slices.Sorted(maps.Keys(rows))
}

func pendingOf(d *desk) (x *store.Transfer, err error) {
	err = d.DB.View(context.Background(), func(tx *store.Tx) (err error) {
		x, err = tx.PendingTransfer(context.Background(), d.Acme)
		return err
	})
	return x, err
}
