package sheet

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"countersign/shared/number"
)

// N10: files as offices, providers and phone systems give them. The names of columns are theirs; the number is found
// although another column bears a name that could be its own, and is empty or holds something else.
func TestNumberIsFoundAmongColumns(t *testing.T) {
	t.Parallel()
	const a, b = number.E164("+33184882010"), number.E164("+33184882011")
	const us1, us2 = number.E164("+12125550123"), number.E164("+12125550124")
	for _, c := range []struct {
		name, region, file string
		column             int
		want               []number.E164
	}{
		{"french_counter", "FR", "N°;Nom;Téléphone\n1;Acme;01 84 88 20 10\n2;Roth;01 84 88 20 11\n", 3, []number.E164{a, b}},
		{"french_counter_of_many_digits", "FR", "N°;Nom;Ligne\n184001;Acme;01 84 88 20 10\n184002;Roth;01 84 88 20 11\n", 3, []number.E164{a, b}},
		{"english_counter", "FR", "No.,Company,Phone number\n1,Acme,+33184882010\n", 3, []number.E164{a}},
		{"caller_is_a_name", "FR", "Caller,Phone\nAcme,+33184882010\n", 2, []number.E164{a}},
		{"caller_id_is_a_name", "FR", "id,caller_id,E.164\n1,Acme,+33184882010\n", 3, []number.E164{a}},
		{"empty_mobile", "FR", "Portable;Fixe;Nom\n;01 84 88 20 10;Acme\n;01 84 88 20 11;Roth\n", 2, []number.E164{a, b}},
		{"some_mobiles", "FR", "Nom;Tél. portable;Tél. bureau\nAcme;06 12 34 56 78;01 84 88 20 10\nRoth;;01 84 88 20 11\n", 3, []number.E164{a, b}},
		{"both_are_full", "FR", "Téléphone;Portable\n01 84 88 20 10;06 12 34 56 78\n", 1, []number.E164{a}},
		{"damaged_and_a_second", "FR", "Téléphone;Compte\n1,84882E+08;123456789\n########;123456780\n", 1, []number.E164{"", ""}},
		{"siret", "FR", "Raison sociale;SIRET;Contact\nAcme;123 456 789 00012;01 84 88 20 10\n", 3, []number.E164{a}},
		{"siren", "FR", "Raison sociale;SIREN;Contact\nAcme;123 456 789;01 84 88 20 10\n", 3, []number.E164{a}},
		{"customer_number_by_name", "FR", "Numéro client;Ligne\n184882099;01 84 88 20 10\n", 2, []number.E164{a}},
		{"number_is_the_customers", "FR", "Number,Phone\n4711001,+33184882010\n4711002,\n", 2, []number.E164{a, ""}},
		{"number_is_the_phones", "FR", "Number,Mobile\n+33184882010,\n+33184882011,+33612345678\n", 1, []number.E164{a, b}},
		{"number_holds_words", "FR", "Number,Hotline\nfirst,+33184882010\nsecond,+33184882011\n", 2, []number.E164{a, b}},
		{"fax_first", "FR", "Société;Fax;Standard\nAcme;01 84 88 20 99;01 84 88 20 10\n", 3, []number.E164{a}},
		{"fax_alone", "FR", "Société;Fax\nAcme;01 84 88 20 10\n", 2, []number.E164{a}},
		{"sda_export", "FR", "Site;NDI;SDA;Libellé\nParis;;0184882010;Accueil\nParis;;0184882011;Support\n", 3, []number.E164{a, b}},
		{"orange_without_zero", "FR", "Compte;Numéro de ligne;Offre\n900123456;184882010;Fibre\n900123457;184882011;Fibre\n", 2, []number.E164{a, b}},
		{"us_office", "US", "First Name,Last Name,Business Phone,Home Phone,Zip\nAnn,Roth,(212) 555-0123,,10001-1234\nBo,Kay,(212) 555-0124,,10001\n", 3, []number.E164{us1, us2}},
		{"us_sales", "US", "Account Number,Account Name,Phone\n1002345678,Acme,212-555-0123\n1002345679,Roth,2125550124\n", 3, []number.E164{us1, us2}},
		{"us_provider", "US", "BTN,TN,Status,CNAM\n2125550100,2125550123,Active,ACME\n2125550100,2125550124,Active,ACME\n", 2, []number.E164{us1, us2}},
		{"us_contacts", "US", "Name,Phone 1 - Type,Phone 1 - Value,Phone 2 - Value\nAcme,Work,+1 212-555-0123,\nRoth,Work,+1 212-555-0124,\n", 3, []number.E164{us1, us2}},
		{"us_count_sign", "US", "Acct #,Phone #\n30045,212.555.0123\n", 2, []number.E164{us1}},
		{"us_unnamed", "US", "Customer,Ref,Main\nAcme,1002345678,212-555-0123\nRoth,1002345679,212-555-0124\n", 3, []number.E164{us1, us2}},
		{"us_cloud_api", "US", "sid,phoneNumber,friendlyName\nPN0123,+12125550123,Acme\n", 2, []number.E164{us1}},
		{"us_cloud_phone", "US", "Number,Number Type,Extension,Site\n+12125550123,Local,8001,Main\n+12125550124,Local,8002,Main\n", 1, []number.E164{us1, us2}},
		{"line_uri", "US", "DisplayName,LineURI\nAcme,tel:+12125550123\n", 2, []number.E164{us1}},
		{"unnamed_uri", "US", "DisplayName,Ref,Uri\nAcme,100200300,tel:+12125550123\n", 3, []number.E164{us1}},
		{"pbx_users", "US", "Number,FirstName,LastName,MobileNumber,OutboundCallerID\n100,Ann,Roth,,2125550123\n101,Bo,Kay,,2125550124\n", 5, []number.E164{us1, us2}},
		{"pbx_inbound_routes", "US", "cidnum,extension,destination,description\n,12125550123,\"ext-group,600,1\",Acme\n,12125550124,\"ext-group,600,1\",Roth\n", 2, []number.E164{us1, us2}},
		{"german_provider", "DE", "Kundennummer;Rufnummer;Bezeichnung\n4930901820;030 901820;Zentrale\n4930901820;030 901821;Empfang\n", 2, []number.E164{"+4930901820", "+4930901821"}},
		{"german_counter", "DE", "Lfd. Nr.;Firma;Tel.-Nr.\n1;Acme;030 901820\n", 3, []number.E164{"+4930901820"}},
		{"german_office", "DE", "Nr.;Firma;PLZ;Telefon;Handy\n1;Acme;10115;030 901820;\n", 4, []number.E164{"+4930901820"}},
		{"austrian_quotes", "AT", "\"Nummer\";\"Name\";\"Durchwahl\"\n\"+43 1 5812345\";\"Acme\";\"10\"\n", 1, []number.E164{"+4315812345"}},
		{"swiss", "CH", "Anschluss\tMobil\tFestnetz\nHQ\t\t044 668 18 00\n", 3, []number.E164{"+41446681800"}},
		{"spanish", "ES", "Cliente;Móvil;Teléfono\nAcme;;912 345 678\n", 3, []number.E164{"+34912345678"}},
		{"only_words_below_a_name", "FR", "Nom;Portable;Fixe\nAcme;;\n", 2, []number.E164{""}},
		{"a_no_among_answers", "FR", "Acme;No;+33184882010\nRoth;No;+33184882011\n", 3, []number.E164{a, b}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, entries := list(t, Options{Region: c.region}, c.file)
			var got []number.E164
			for _, e := range entries {
				got = append(got, e.E164)
			}
			if p.Mapping.Number != c.column {
				t.Errorf("the number's column is %d, want %d", p.Mapping.Number, c.column)
			}
			if diff := cmp.Diff(got, c.want); diff != "" {
				t.Errorf("%s\n%v", diff, told(entries))
			}
		})
	}
}
