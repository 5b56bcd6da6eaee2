package client

import (
	"slices"
	"strings"

	"countersign/shared/i18n"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// RegionName is a country with its ISO 3166-1 code.
type RegionName struct{ Code, Name string }

// codes are those of ISO 3166-1 alpha-2; the browser knows their names in every language.
const codes = "AD AE AF AG AI AL AM AO AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BW BY BZ CA CC CD CF CG CH CI CK " +
	"CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GT GU " +
	"GW GY HK HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD " +
	"ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PR PS PT PW PY " +
	"QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG US UY " +
	"UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW"

// Regions are all countries by name, sorted as the language does. Outside a browser their codes are their names.
func Regions(l i18n.Locale) []RegionName {
	intl := app.Window().Get("Intl")
	list := make([]RegionName, 0, 256)
	if !intl.Truthy() {
		for code := range strings.FieldsSeq(codes) {
			list = append(list, RegionName{code, code})
		}
		return list
	}
	names := intl.Get("DisplayNames").New(string(l), map[string]any{"type": "region"})
	for code := range strings.FieldsSeq(codes) {
		list = append(list, RegionName{code, names.Call("of", code).String()})
	}
	collator := intl.Get("Collator").New(string(l))
	slices.SortFunc(list, func(a, b RegionName) int { return collator.Call("compare", a.Name, b.Name).Int() })
	return list
}

// Region is the country of the browser's own language setting, or the first guess for ours.
func Region() string {
	navigator := app.Window().Get("navigator")
	if navigator.Truthy() {
		_, region, found := strings.Cut(navigator.Get("language").String(), "-")
		if region = strings.ToUpper(region); found && strings.Contains(codes, region) && len(region) == 2 {
			return region
		}
	}
	return "FR"
}
