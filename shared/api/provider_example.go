//go:build !js

package api

import (
	"time"

	"countersign/shared/contact"
	"countersign/shared/invoice"
	"countersign/shared/org"
	"countersign/shared/service"
)

// Example is one call as the documentation shows it. A test sends all of them to the real server, in their order, and
// compares what it answers: only identifiers and times may differ.
type Example struct {
	Spec   Spec
	In     any // input of the endpoint
	Answer any // None where there is none
}

// Encode makes the request of the example.
func (e *Example) Encode() (Call, error) { return e.Spec.encode(e.In) }

// Examples tell one story: a billing system brings its first customer.
func Examples() []Example {
	var list []Example
	list = append(list, organizationExamples()...)
	list = append(list, serviceExamples()...)
	list = append(list, invoiceExamples()...)
	return append(list, numberExamples()...)
}

func example[In, Out any](e Endpoint[In, Out], in In, answer Out) Example {
	return Example{e.Spec, in, answer}
}

var (
	exampleIn   = Referred{"30077"}
	exampleTime = time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
)

func organizationExamples() []Example {
	phone := "+33 1 84 88 20 77"
	address := contact.Address{Street: "12 quai des Brumes", Postcode: "44000", City: "Nantes", Country: "FR"}
	there := ProviderOrganization{ID: "0195560b-8cc0-7a51-9d3e-6f20c4b1a877", Reference: "30077", Name: "Atelier Loire", ManagedBy: org.Customer,
		Region: "FR", Phone: phone, Address: address, State: org.Active,
		Owner:     &ProviderOwner{Name: "Claire Roussel", Email: "claire@atelier-loire.example"},
		CreatedAt: exampleTime, ChangedAt: exampleTime}
	in := PutOrganizationIn{Referred: exampleIn}
	b := &in.Body
	b.Name, b.Region, b.ManagedBy, b.Phone, b.Address = there.Name, there.Region, there.ManagedBy, &phone, &address
	b.Owner = &NewOwner{Name: "Claire Roussel", Email: "claire@atelier-loire.example", Locale: "fr"}
	return []Example{
		example(PutProviderOrganization, in, PutOrganizationAnswer{there, true}),
		example(GetProviderOrganization, exampleIn, there),
		example(ListProviderOrganizations, ProviderOrganizationsIn{KeyPage: KeyPage{After: "30000", Limit: 50}},
			ProviderOrganizations{Organizations: []ProviderOrganization{there}}),
	}
}

func serviceExamples() []Example {
	of := func(key string) ProviderServiceIn { return ProviderServiceIn{exampleIn, key} }
	hosting := ProviderService{ID: "0195560c-41f2-7b0e-8a66-2f1d7750c9e3", Key: "hosting-4411", Name: "www.atelier-loire.example",
		Product: "Managed hosting M", State: service.Active, RenewsOn: "2027-03-01", ChangedAt: exampleTime}
	domain := ProviderService{ID: "0195560c-6d08-70c4-b1f9-95a3e8e4f012", Key: "dom-902", Name: "atelier-loire.example", Product: ".example",
		State: service.Active, RenewsOn: "2027-02-14", ChangedAt: exampleTime}
	putIn := func(s ProviderService) PutServiceIn {
		in := PutServiceIn{ProviderServiceIn: of(s.Key)}
		in.Body.Name, in.Body.Product, in.Body.State, in.Body.RenewsOn = s.Name, s.Product, s.State, s.RenewsOn
		return in
	}
	page := ProviderServicesIn{exampleIn, KeyPage{Limit: 50}}
	ended, given := hosting, domain
	ended.State, given.State = service.Ended, service.Ended
	return []Example{
		example(PutProviderService, putIn(hosting), PutServiceAnswer{hosting, true}),
		example(GetProviderService, of(hosting.Key), hosting),
		example(ListProviderServices, page, ProviderServices{Services: []ProviderService{hosting}}),
		example(EndProviderService, of(hosting.Key), ended),
		example(PutProviderDomain, putIn(domain), PutServiceAnswer{domain, true}),
		example(GetProviderDomain, of(domain.Key), domain),
		example(ListProviderDomains, page, ProviderServices{Services: []ProviderService{domain}}),
		example(EndProviderDomain, of(domain.Key), given),
	}
}

func invoiceExamples() []Example {
	owed := ProviderInvoice{ID: "0195560d-0b7e-7d12-a4c8-1e9b60f3d745", Number: "2026-00318", IssuedOn: "2026-03-02", DueOn: "2026-04-01",
		Currency: "EUR", Amount: 5880, State: invoice.Open, PaymentURL: "https://pay.example.com/i/2026-00318",
		DocumentURL: "https://billing.example.com/i/2026-00318.pdf", Lines: []invoice.Line{{Text: "Managed hosting M, March", Amount: 4900}, {Text: "VAT 20%", Amount: 980}},
		Service: "hosting-4411", ChangedAt: exampleTime}
	of := ProviderInvoiceIn{exampleIn, owed.Number}
	in := PutInvoiceIn{ProviderInvoiceIn: of}
	b := &in.Body
	b.IssuedOn, b.DueOn, b.Currency, b.Amount, b.State = owed.IssuedOn, owed.DueOn, owed.Currency, owed.Amount, owed.State
	b.PaymentURL, b.DocumentURL, b.Lines, b.Service = owed.PaymentURL, owed.DocumentURL, owed.Lines, owed.Service
	listed := owed
	listed.Lines = nil
	return []Example{
		example(PutProviderInvoice, in, PutInvoiceAnswer{owed, true}),
		example(GetProviderInvoice, of, owed),
		example(ListProviderInvoices, ProviderInvoicesIn{exampleIn, KeyPage{Limit: 50}}, ProviderInvoices{Invoices: []ProviderInvoice{listed}}),
	}
}

func numberExamples() []Example {
	unit := ProviderUnitIn{exampleIn, "Nantes"}
	of := ProviderProgramIn{unit, "Front desk"}
	put := PutProgramIn{ProviderProgramIn: of}
	put.Body.CallPurpose = "customer_service"
	desk := ProviderProgram{BusinessUnit: "Nantes", DisplayName: "Front desk", CallPurpose: "customer_service"}
	list := ApplyNumbersIn{Referred: exampleIn, Key: "order-7731"}
	list.Body.Rows = []NumberWish{
		{Op: "add", Number: "+33 1 84 88 20 78", CallPurpose: "customer_service", BusinessUnit: "Nantes", Program: "Front desk"},
		{Op: "remove", Number: "01 84 88 20 79"},
	}
	taken := ApplyNumbersIn{Referred: exampleIn, Key: "order-7732"}
	taken.Body.Rows = []NumberWish{{Op: "remove", Number: "+33184882078"}}
	return []Example{
		example(PutProviderUnit, unit, PutUnitAnswer{ProviderUnit{Name: "Nantes"}, true}),
		example(PutProviderProgram, put, PutProgramAnswer{desk, true}),
		example(ApplyProviderNumbers, list, AppliedNumbers{Outcomes: []NumberOutcome{
			{Number: "+33 1 84 88 20 78", E164: "+33184882078", Applied: true},
			{Number: "01 84 88 20 79", E164: "+33184882079", Reason: "not_found", What: "number"},
		}, Applied: 1, Rejected: 1}),
		example(ListProviderUnits, exampleIn, ProviderUnits{[]ProviderUnit{{"Nantes", 1, 1}}}),
		example(ListProviderPrograms, unit, ProviderPrograms{[]ProviderProgram{{BusinessUnit: "Nantes", DisplayName: "Front desk",
			CallPurpose: "customer_service", Numbers: 1}}}),
		example(ApplyProviderNumbers, taken, AppliedNumbers{Outcomes: []NumberOutcome{{Number: "+33184882078", E164: "+33184882078", Applied: true}}, Applied: 1}),
		example(DeleteProviderProgram, of, None{}),
		example(DeleteProviderUnit, unit, None{}),
	}
}
