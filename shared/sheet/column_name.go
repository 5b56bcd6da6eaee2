package sheet

import (
	"strings"
	"unicode"

	"countersign/shared/latin"
)

type kind uint8

const (
	isUnknown   kind = iota
	isNumber         // a phone number
	maybeNumber      // a number of any kind
	isPurpose
	isUnit
	isProgram
	isDisplayName
)

// known is what a column of this name holds, in English and French, and for numbers in some languages more, whatever its
// case, marks, punctuation, plural and count ("Phone 2"). A name in square brackets is never known: so a rejected row
// keeps columns that the person chose to leave out.
func known(name string) kind {
	if bracketed(name) {
		return isUnknown
	}
	name = fold(name)
	k := meaning(name)
	if k == isUnknown {
		name = strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return -1
			}
			return r
		}, name)
		k = meaning(name)
	}
	if k == isUnknown {
		k = meaning(strings.TrimSuffix(name, "s"))
	}
	return k
}

func bracketed(name string) bool { return strings.HasPrefix(strings.TrimSpace(name), "[") }

func meaning(folded string) kind {
	switch folded {
	case "phone", "phoneno", "phonenr", "phonenum", "phonenumber", "phonevalue", "numberphone", "thephonenumber", "phonenumbere164", "numbere164", "e164", "e164number", "phonee164",
		"businessphone", "companyphone", "companymainphone", "mainphone", "mainnumber", "primaryphone", "officephone", "workphone", "homephone", "otherphone", "directphone", "directline",
		"businessphonenumber", "workphonenumber", "homephonenumber", "mobilephonenumber", "primaryphonenumber", "directnumber", "phonework", "phonemobile", "phonehome", "phonemain",
		"tel", "telno", "telnr", "tele", "telephone", "telephoneno", "telephonenum", "telephonenumber", "telnumber", "worktelephone", "worktelephonenumber", "msisdn", "tn", "wtn", "did", "didnumber", "ddi", "ddinumber", "lineuri",
		"cli", "clid", "ani", "callerid", "calleridnumber", "callernumber", "callingnumber", "outboundcallerid", "outboundnumber", "mobile", "mobileno", "mobilenumber", "mobilephone",
		"cell", "cellphone", "cellphonenumber", "cellnumber", "landline", "landlinenumber", "contactnumber", "contactphone", "businessnumber", "internationalnumber",
		"numerotel", "numerotelephone", "numerodetelephone", "numerosdetelephone", "numerodetel", "ndetelephone", "ntelephone", "ntel", "nodetelephone", "nodetel", "notel", "numtel", "numtelephone",
		"telephonenumero", "telfixe", "telephonefixe", "telmobile", "telephonemobile", "telephoneportable", "telportable", "portable", "mobiletelephone", "fixe", "gsm", "lignetelephonique",
		"telpro", "telprofessionnel", "telephonepro", "telephoneprofessionnel", "telbureau", "telephonebureau", "teldomicile", "telephonedomicile", "telprincipal", "telephoneprincipal", "lignedirecte",
		"sda", "numerosda", "nsda", "ndi", "numerodeligne", "numeroappelant", "appelant", "numerodappel", "numeroe164", "numerointernational", "numeromobile", "numerodemobile", "numerofixe", "identifiantappelant",
		"telefon", "telefonnr", "telefonno", "telefonnummer", "telnummer", "rufnummer", "rufnr", "mobil", "mobilnr", "mobilnummer", "mobiltelefon", "mobilrufnummer", "mobilfunknummer",
		"handy", "handynr", "handynummer", "festnetz", "festnetznr", "festnetznummer", "telefongeschaftlich", "telefonmobil", "telefonprivat", "telefonzentrale",
		"telefono", "numerodetelefono", "numeroditelefono", "movil", "telefonomovil", "cellulare", "telefone", "numerodetelefone", "celular", "telemovel", "telefoonnummer", "telefoon", "mobielnummer", "mobiel":
		return isNumber
	case "number", "num", "numero", "nummer":
		return maybeNumber
	case "callpurpose", "purpose", "purposeofcall", "callingpurpose", "usage", "usecase", "calltype", "typeofcall", "callreason", "callcategory", "category",
		"objet", "objetappel", "objetdappel", "objetdelappel", "objetdesappels", "motif", "motifappel", "motifdappel", "motifdelappel", "motifdesappels", "finalite", "but", "butdelappel", "categorie", "typedappel", "utilisation":
		return isPurpose
	case "businessunit", "unit", "unitname", "businessunitname", "bu", "department", "dept", "division", "team", "branch",
		"unite", "unitecommerciale", "unitedaffaires", "unitedaffaire", "uniteoperationnelle", "unitemetier", "unitedactivite", "nomdelunite", "departement", "service", "entite", "equipe", "agence":
		return isUnit
	case "program", "programme", "programname", "programmename", "campaign", "campaignname", "nomduprogramme", "campagne", "nomdelacampagne":
		return isProgram
	case "displayname", "name", "label", "title", "description", "friendlyname", "calleridname", "cnam", "callername", "numbername", "alias",
		"nom", "nomaffiche", "nomafficher", "nomaafficher", "nomdaffichage", "nomdelappelant", "nomappelant", "libelle", "intitule", "etiquette", "affichage":
		return isDisplayName
	}
	return isUnknown
}

// other reports whether a column of this name surely holds no phone numbers that calls are placed from, however much its
// cells look like some.
func other(name string) bool {
	switch fold(name) {
	case "fax", "faxno", "faxnr", "faxnumber", "businessfax", "workfax", "homefax", "telefax", "telecopie", "telecopieur", "numerodefax", "faxnummer",
		"id", "zip", "zipcode", "postalcode", "postcode", "codepostal", "plz", "siren", "siret", "nsiret", "nsiren", "numerosiret", "numerosiren", "vat", "vatnumber", "numerodetva", "iban", "taxid", "ein", "duns", "dunsnumber",
		"account", "accountnumber", "accountno", "numerodecompte", "btn", "billingtelephonenumber", "billingnumber", "customernumber", "customerno", "customerid", "numeroclient", "numerodeclient", "kundennummer", "kundennr", "kdnr", "vertragsnummer",
		"invoicenumber", "ordernumber", "contractnumber", "numerodefacture", "numerodecontrat", "serialnumber", "imei", "iccid", "simnumber", "numerodesim", "date", "timestamp", "amount", "montant":
		return true
	}
	return false
}

// fold gives the small letters and digits of a name, without marks. "N°" is a word.
func fold(name string) string {
	var b strings.Builder
	for _, r := range name {
		r = unicode.ToLower(r)
		switch plain := latin.Plain(r); {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case plain != "":
			b.WriteString(plain)
		case (r == '°' || r == 'º') && strings.HasSuffix(b.String(), "n"):
			b.WriteString("umero")
		}
	}
	return b.String()
}
