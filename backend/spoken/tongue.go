package spoken

import (
	"strings"

	"countersign/shared/i18n"
)

// tongue is what people of one language say around a code besides its words. All is written without accents.
type tongue struct {
	letters  map[string]string // spelling alphabets, and names of signs
	numbers  map[string]int
	number   func(t *tongue, tokens []string) (digits string, taken int)
	joints   map[string]bool // said between words, and not part of the code
	repeats  map[string]int  // "double x"
	doubled  string          // the letter that, said double, is a w
	examples map[string]bool // "b as in bravo"
}

// tongueOf is the tongue of a language, the English one for a language without its own.
func tongueOf(l i18n.Locale) *tongue {
	if t, ok := tongues[l]; ok {
		return t
	}
	return tongues[i18n.EN]
}

var tongues = map[i18n.Locale]*tongue{
	i18n.EN: {
		letters: alphabet(nato, `zed:z zee:z aitch:h haitch:h at:@ dot:. point:. period:. underscore:_ slash:/ apostrophe:' star:* asterisk:*
			hash:# ampersand:& plus:+ equals:= percent:% dollar:$ question:? exclamation:!`),
		numbers: counted(`zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
			eighteen nineteen twenty`, `oh:0 nought:0 naught:0 nil:0 niner:9 thirty:30 forty:40 fourty:40 fifty:50 sixty:60 seventy:70 eighty:80 ninety:90`),
		number:   englishNumber,
		joints:   set("and then comma space blank dash hyphen minus number digit digits letter word the capital capitals upper uppercase lower lowercase case mark sign"),
		repeats:  map[string]int{"double": 2, "triple": 3, "treble": 3},
		doubled:  "u",
		examples: set("for as in like"),
	},
	i18n.FR: {
		letters: alphabet(nato, french26, `igrec:y ygrec:y arobase:@ arrobe:@ point:. souligne:_ slash:/ barre:/ apostrophe:' etoile:* asterisque:*
			diese:# esperluette:& plus:+ egal:= pourcent:% dollar:$ interrogation:? exclamation:!`),
		numbers: counted(`zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize`,
			`une:1 vingt:20 vingts:20 trente:30 quarante:40 cinquante:50 soixante:60 septante:70 huitante:80 octante:80 nonante:90`),
		number:   frenchNumber,
		joints:   set("et puis virgule espace blanc tiret tirets trait union moins numero nombre chiffre chiffres lettre mot le la les de d majuscule majuscules minuscule minuscules signe"),
		repeats:  map[string]int{"double": 2, "triple": 3},
		doubled:  "v",
		examples: set("comme de pour"),
	},
}

// The alphabet of radio and telephone, with the ways in which its words are written.
const nato = `alfa:a alpha:a bravo:b charlie:c charly:c delta:d echo:e foxtrot:f foxtrott:f golf:g hotel:h india:i juliett:j juliet:j juliette:j
	kilo:k lima:l mike:m november:n novembre:n oscar:o papa:p quebec:q romeo:r sierra:s tango:t uniform:u uniforme:u victor:v whiskey:w
	whisky:w xray:x yankee:y yanki:y zulu:z zoulou:z`

// The spelling alphabets of France and, where they differ, of French-speaking Switzerland.
const french26 = `anatole:a anna:a berthe:b celestin:c cecile:c desire:d daniel:d eugene:e emile:e francois:f gaston:g gustave:g henri:h irma:i
	ida:i joseph:j jeanne:j kleber:k louis:l louise:l marcel:m marie:m nicolas:n olga:o pierre:p paul:p quintal:q quittance:q raoul:r robert:r
	suzanne:s therese:t ursule:u ulysse:u william:w xavier:x yvonne:y zoe:z zurich:z`

// alphabet is a table from entries "word:sign", with the letters and digits standing for themselves.
func alphabet(entries ...string) map[string]string {
	m := map[string]string{}
	for _, e := range strings.Fields(strings.Join(entries, " ")) {
		word, sign, _ := strings.Cut(e, ":")
		m[word] = sign
	}
	for _, r := range "abcdefghijklmnopqrstuvwxyz" {
		m[string(r)] = string(r)
	}
	return m
}

// counted is a table of numbers: words counted from 0, then entries "word:n".
func counted(from0, others string) map[string]int {
	m := map[string]int{}
	for i, w := range strings.Fields(from0) {
		m[w] = i
	}
	for _, e := range strings.Fields(others) {
		word, n, _ := strings.Cut(e, ":")
		for _, c := range []byte(n) {
			m[word] = 10*m[word] + int(c-'0')
		}
	}
	return m
}

// vocabulary is every word that means something around a code; none may be one of its words.
func (t *tongue) vocabulary(word string) bool {
	_, letter := t.letters[word]
	_, number := t.numbers[word]
	_, repeat := t.repeats[word]
	return letter || number || repeat || t.joints[word] || t.examples[word]
}
