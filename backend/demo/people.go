package demo

import (
	"fmt"
	"io"
	"text/tabwriter"

	"countersign/shared/contact"
	"countersign/shared/org"
	"countersign/shared/perm"
)

// Password is everybody's.
const Password = "paper lantern over river"

const domain = "@demo.example"

type agent struct {
	name, email string
	rank        org.Rank
	does        string
}

// administrator is who the installation begins with, and by whom a demo is recognised.
var administrator = agent{"Ada Stone", "ada" + domain, org.Administrator, "administrator"}

var agents = []agent{
	{"Sofia Keller", "sofia" + domain, org.Agent, "support agent"},
	{"Tom Becker", "tom" + domain, org.Agent, "support agent"},
	{"Anna Roth", "anna" + domain, org.Lead, "support lead"},
}

type company struct {
	name, reference string
	managedBy       org.ManagedBy
	region, phone   string
	locale          string
	owner, email    string
	contacts        []person
}

// person is a contact beside the owner. The same e-mail in two organizations is one person with one password.
type person struct {
	name, email, phone, locale string
	roles                      []perm.Role
	does                       string
	kind                       contact.Type
}

// Codes that the demo knows, for trying to verify a caller.
const (
	AccountCode = "phantom panorama helium 58" // of Acme Telecom
	JonasCode   = "mongoose footage matrix 42" // of Jonas Meier at Acme Telecom
)

// companies have telephone numbers from the ranges that France, the United Kingdom and North America keep for fiction.
var companies = []company{
	{name: "Acme Telecom", reference: "20418", managedBy: org.Customer, region: "FR", phone: "+33 1 99 00 10 42", locale: "en",
		owner: "Marie Dubois", email: "marie" + domain,
		contacts: []person{
			{"Jonas Meier", "jonas" + domain, "+33639980101", "en", []perm.Role{perm.Admin}, "account administrator", contact.Technical},
			{"Nadia Benali", "nadia" + domain, "+33639980102", "fr", []perm.Role{perm.SupportApprover}, "support approver", contact.Management},
			{"Paul Noir", "paul" + domain, "", "en", []perm.Role{perm.ReadOnly}, "reader", contact.Commercial},
		}},
	{name: "Bêta SA", reference: "20533", managedBy: org.Customer, region: "FR", phone: "+33 1 99 00 20 17", locale: "fr",
		owner: "Luc Moreau", email: "luc" + domain,
		contacts: []person{
			{"Jonas Meier", "jonas" + domain, "", "en", []perm.Role{perm.SupportApprover}, "support approver", contact.Management},
		}},
	{name: "Gamma Ltd", reference: "20611", managedBy: org.ServiceProvider, region: "GB", phone: "+44 20 7946 0611", locale: "en",
		owner: "Gina Hall", email: "gina" + domain},
	{name: "Delta Freight Inc.", reference: "20702", managedBy: org.Customer, region: "US", phone: "+1 202 555 0172", locale: "en",
		owner: "Dana Ortiz", email: "dana" + domain},
}

// Login is somebody of the demo, for people to choose from. A contact of two organizations is there once for each.
type Login struct {
	Name, Email string
	About       string // "owner of Acme Telecom"
	Staff       bool
}

// Logins are all of them, in the order in which a demonstration needs them.
func Logins() []Login {
	var list []Login
	for _, a := range append(append([]agent{}, agents...), administrator) {
		list = append(list, Login{a.name, a.email, a.does, true})
	}
	for _, c := range companies {
		owner := Login{c.owner, c.email, "owner of " + c.name, false}
		if c.managedBy == org.ServiceProvider {
			owner.About += ", which the service provider manages"
		}
		list = append(list, owner)
		for _, p := range c.contacts {
			list = append(list, Login{p.name, p.email, p.does + " of " + c.name, false})
		}
	}
	return list
}

// Print tells who there is, for whoever started the demo.
func Print(w io.Writer, url string) {
	fmt.Fprintf(w, "\nSample people, all with the password: %s\n", Password)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, door := range []struct {
		staff      bool
		name, path string
	}{{true, "Staff", "/staff/sign-in"}, {false, "Customers", "/sign-in"}} {
		fmt.Fprintf(t, "\n%s sign in at %s%s\n", door.name, url, door.path)
		for _, l := range Logins() {
			if l.Staff == door.staff {
				fmt.Fprintf(t, "  %s\t%s\t%s\n", l.Email, l.Name, l.About)
			}
		}
	}
	fmt.Fprintf(t, "\nTo verify a caller of %s\n  %s\tthe account-wide Phone/Chat Code\n  %s\tthe code of Jonas Meier\n", companies[0].name, AccountCode, JonasCode)
	t.Flush()
	fmt.Fprintln(w)
}
