package sheet

import (
	"slices"
	"strings"
	"unicode"
)

// Mapping says which column holds what. Columns are counted from 1 as spreadsheets do; 0 is none. Without a Number the
// first column is taken for it.
type Mapping struct {
	Header       bool `json:"header"` // the first row names the columns
	Number       int  `json:"number"`
	CallPurpose  int  `json:"call_purpose,omitempty"`
	BusinessUnit int  `json:"business_unit,omitempty"`
	Program      int  `json:"program,omitempty"`
	DisplayName  int  `json:"display_name,omitempty"`
}

// guessRows is how many rows are looked at before columns are mapped.
const guessRows = 50

// Guess maps the columns of a file by its first rows. A first row is a header when it names a column we know and holds
// no phone number, or when it holds none although a column below does. Without a name for it, the number's column is the
// first of those that look most like phone numbers.
func Guess(rows []Row) Mapping {
	var m Mapping
	if len(rows) == 0 || rows[0].Reason != "" {
		at, _ := phoneColumn(rows)
		return Mapping{Number: at}
	}
	named := false
	for i, name := range rows[0].Fields {
		if at := m.at(known(name)); at != nil && *at == 0 {
			*at, named = i+1, true
		}
	}
	anyNumber := slices.ContainsFunc(rows[0].Fields, func(s string) bool { return likeness(s) > 0 })
	below, looks := phoneColumn(rows[1:])
	m.Header = !anyNumber && (named || looks && letters(rows[0].Fields, below))
	if !m.Header {
		at, _ := phoneColumn(rows)
		return Mapping{Number: at}
	}
	if m.Number == 0 {
		m.Number = below
		m.leave(below)
	}
	return m
}

// letters reports whether the row has words, and nothing like a number, in a column.
func letters(fields []string, column int) bool {
	if column > len(fields) {
		return false
	}
	s := fields[column-1]
	return strings.ContainsFunc(s, unicode.IsLetter) && !strings.ContainsFunc(s, unicode.IsDigit)
}

// phoneColumn is the column that looks most like phone numbers, 1 when none does.
func phoneColumn(rows []Row) (at int, looks bool) {
	var likes []int
	for _, r := range rows {
		if r.Reason != "" {
			continue
		}
		for i, s := range r.Fields {
			if i == len(likes) {
				likes = append(likes, 0)
			}
			likes[i] += likeness(s)
		}
	}
	best := 0
	for i, n := range likes {
		if n > likes[best] {
			best = i
		}
	}
	return best + 1, len(likes) > 0 && likes[best] > 0 && 2*likes[best] >= len(rows)
}

// at is the place of a column's kind, nil when it has none.
func (m *Mapping) at(k kind) *int {
	switch k {
	case isNumber:
		return &m.Number
	case isPurpose:
		return &m.CallPurpose
	case isUnit:
		return &m.BusinessUnit
	case isProgram:
		return &m.Program
	case isDisplayName:
		return &m.DisplayName
	}
	return nil
}

// leave takes other meanings off the column that the number needs.
func (m *Mapping) leave(column int) {
	for k := isPurpose; k <= isDisplayName; k++ {
		if at := m.at(k); *at == column {
			*at = 0
		}
	}
}

type kind uint8

const (
	isUnknown kind = iota
	isNumber
	isPurpose
	isUnit
	isProgram
	isDisplayName
)

// known is what a column of this name holds, in English and French, whatever its case, accents, punctuation and plural.
// A name in square brackets is never known: so a rejected row keeps columns that the person chose to leave out.
func known(name string) kind {
	if strings.HasPrefix(strings.TrimSpace(name), "[") {
		return isUnknown
	}
	name = fold(name)
	k := meaning(name)
	if k == isUnknown {
		k = meaning(strings.TrimRight(name, "0123456789"))
	}
	if k == isUnknown {
		k = meaning(strings.TrimSuffix(name, "s"))
	}
	return k
}

func meaning(folded string) kind {
	switch folded {
	case "number", "no", "nr", "num", "n", "nb", "phone", "phoneno", "phonenr", "phonenum", "phonenumber", "numberphone", "thephonenumber", "phonenumbere164",
		"numbere164", "e164", "e164number", "phonee164", "tel", "telno", "telnr", "tele", "telephone", "telephoneno", "telephonenumber", "telnumber", "msisdn", "tn", "did", "didnumber", "ddi",
		"ddinumber", "sda", "numerosda", "cli", "clid", "ani", "callerid", "calleridnumber", "callernumber", "callingnumber", "caller", "outboundnumber",
		"mobile", "mobilenumber", "mobilephone", "cell", "cellphone", "cellnumber", "landline", "contactnumber", "businessnumber", "internationalnumber",
		"numero", "numerotel", "numerotelephone", "numerodetelephone", "numerosdetelephone", "numerodetel", "ndetelephone", "ntelephone", "ntel", "nodetelephone", "nodetel", "notel", "numtel", "numtelephone",
		"telephonenumero", "telfixe", "telephonefixe", "telmobile", "telephonemobile", "telephoneportable", "telportable", "portable", "mobiletelephone", "fixe", "lignetelephonique",
		"numeroappelant", "appelant", "numerodappel", "numeroe164", "numerointernational", "identifiantappelant":
		return isNumber
	case "callpurpose", "purpose", "purposeofcall", "callingpurpose", "usage", "usecase", "calltype", "typeofcall", "callreason", "callcategory", "category",
		"objet", "objetappel", "objetdappel", "objetdelappel", "objetdesappels", "motif", "motifappel", "motifdappel", "motifdelappel", "motifdesappels", "finalite", "but", "butdelappel", "categorie", "typedappel", "utilisation":
		return isPurpose
	case "businessunit", "unit", "unitname", "businessunitname", "bu", "department", "dept", "division", "team", "branch",
		"unite", "unitecommerciale", "unitedaffaires", "unitedaffaire", "uniteoperationnelle", "unitemetier", "unitedactivite", "nomdelunite", "departement", "service", "entite", "equipe", "agence":
		return isUnit
	case "program", "programme", "programname", "programmename", "campaign", "campaignname", "nomduprogramme", "campagne", "nomdelacampagne":
		return isProgram
	case "displayname", "name", "label", "title", "description", "calleridname", "cnam", "callername", "numbername", "alias",
		"nom", "nomaffiche", "nomafficher", "nomaafficher", "nomdaffichage", "nomdelappelant", "nomappelant", "libelle", "intitule", "etiquette", "affichage":
		return isDisplayName
	}
	return isUnknown
}

// fold gives the small letters and digits of a name, without accents.
func fold(name string) string {
	var b strings.Builder
	for _, r := range name {
		r = unicode.ToLower(r)
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == 'œ':
			b.WriteString("oe")
		case strings.ContainsRune("àâäáãå", r):
			b.WriteByte('a')
		case strings.ContainsRune("éèêë", r):
			b.WriteByte('e')
		case strings.ContainsRune("îïíì", r):
			b.WriteByte('i')
		case strings.ContainsRune("ôöóòõ", r):
			b.WriteByte('o')
		case strings.ContainsRune("ûüúù", r):
			b.WriteByte('u')
		case r == 'ç':
			b.WriteByte('c')
		}
	}
	return b.String()
}
