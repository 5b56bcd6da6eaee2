package portal

import (
	"strings"

	"countersign/backend/store"
	"countersign/shared/errs"
	"countersign/shared/id"
	"countersign/shared/number"
)

// Phone numbers of contacts and organizations. What is a valid number where the organization is at home is kept as
// readers anywhere know it, so that its digits are those of E.164, whatever format it came in; what is none (an
// extension, a number of a private network) stays as it was typed.

// cleanPhone gives a typed number in the form in which it is kept. One that was not touched stays as it is.
func cleanPhone(typed, before, region string) (string, error) {
	s := strings.Join(strings.Fields(typed), " ")
	if s == "" || s == before {
		return s, nil
	}
	if e, reason := number.Parse(s, region); reason == "" {
		return e.International(), nil
	}
	rest := strings.TrimPrefix(s, "+")
	if n := len(store.Digits(rest)); n < 3 || n > 17 || len(s) > 40 || strings.Trim(rest, "0123456789 ()-./") != "" {
		return "", errs.BadField("phone", "contact.error.phone")
	}
	return s, nil
}

// internationalPhone is for an organization, whose number names its country: a valid one as readers anywhere know it,
// "+33970014402" for another in international form. "" stays.
func internationalPhone(typed, region string) (string, error) {
	s := strings.ReplaceAll(strings.TrimSpace(typed), "(0)", "")
	if s == "" {
		return "", nil
	}
	if e, reason := number.Parse(typed, region); reason == "" {
		return e.International(), nil
	}
	rest, plus := strings.CutPrefix(s, "+")
	if !plus {
		rest, plus = strings.CutPrefix(s, "00")
	}
	digits := store.Digits(rest)
	if !plus || strings.Trim(rest, phoneMarks) != "" || len(digits) < 7 || len(digits) > 15 || digits[0] == '0' {
		return "", errs.BadField("phone", "organization.error.phone")
	}
	return "+" + digits, nil
}

const phoneMarks = "0123456789 ()-./\u00a0\u202f"

// phoneDigits are the digits under which a typed number is kept when it is valid in a region, else "".
func phoneDigits(typed, region string) string {
	e, reason := number.Parse(typed, region)
	if reason != "" {
		return ""
	}
	return e.Digits()
}

// organizationsLike are the organizations that staff mean by a text. What can be a phone number is read as each country
// writes it that has organizations.
func (tx *Tx) organizationsLike(text string, limit int) ([]store.OrganizationRow, error) {
	q := store.OrganizationQuery{Exact: text, Name: text, PhoneEnd: phoneEnd(text)}
	if q.PhoneEnd != "" {
		regions, err := tx.Regions(tx)
		if err != nil {
			return nil, err
		}
		for _, r := range regions {
			if digits := phoneDigits(text, r); digits != "" {
				q.Phones = append(q.Phones, store.RegionPhone{Region: r, Digits: digits})
			}
		}
	}
	return tx.OrganizationsLike(tx, q, limit)
}

// phoneEnd is the part of a typed phone number that its stored form ends with: the digits without an international
// or national prefix; "" when the text is no phone number.
func phoneEnd(q string) string {
	if strings.Trim(q, "+"+phoneMarks) != "" {
		return ""
	}
	d := strings.TrimLeft(store.Digits(strings.ReplaceAll(q, "(0)", "")), "0")
	if len(d) < 6 {
		return ""
	}
	return d
}

// homeDigits is phoneDigits in the region of an organization.
func (tx *Tx) homeDigits(oid id.Organization, typed string) (string, error) {
	if strings.Trim(typed, "+"+phoneMarks) != "" || typed == "" {
		return "", nil
	}
	o, err := tx.Organization(tx, oid)
	if err != nil {
		return "", err
	}
	return phoneDigits(typed, o.Region), nil
}
