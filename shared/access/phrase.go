package access

import (
	"encoding/binary"
	"io"

	"countersign/shared/i18n"
)

// The words of matching phrases: short, everyday, distinct to the ear, nothing that could embarrass side by side.
var phraseWords = map[i18n.Locale][2][]string{
	i18n.EN: {
		{"amber", "ancient", "blue", "brave", "bright", "calm", "clever", "copper", "coral", "crisp", "early", "eastern",
			"gentle", "golden", "green", "happy", "hidden", "ivory", "kind", "large", "lucky", "mellow", "narrow", "northern",
			"orange", "patient", "proud", "purple", "quiet", "rapid", "royal", "silver", "simple", "smooth", "snowy", "southern",
			"square", "steady", "summer", "sunny", "tall", "velvet", "western", "winter"},
		{"anchor", "apple", "basket", "beacon", "bridge", "button", "canyon", "castle", "cedar", "circle", "cloud", "compass",
			"dolphin", "engine", "falcon", "feather", "forest", "garden", "glacier", "harbor", "hammer", "island", "kettle",
			"ladder", "lamp", "lemon", "magnet", "maple", "meadow", "mirror", "ocean", "orchard", "paper", "pepper", "pilot",
			"planet", "pocket", "rabbit", "ribbon", "river", "rocket", "saddle", "sparrow", "table", "timber", "tunnel",
			"valley", "violin", "wagon", "window"},
	},
	i18n.FR: {
		{"ambre", "ardoise", "aurore", "azur", "bleuet", "bronze", "cannelle", "cerise", "citron", "corail", "cuivre", "ébène",
			"émeraude", "faïence", "granit", "grenat", "indigo", "ivoire", "jasmin", "lavande", "lilas", "marbre", "menthe",
			"muscade", "nacre", "noisette", "ocre", "olive", "opale", "orange", "pastel", "platine", "pourpre", "rubis", "sable",
			"safran", "saphir", "soleil", "topaze", "turquoise", "vanille", "velours", "verveine", "violette"},
		{"abeille", "ancre", "balcon", "bateau", "boussole", "bouton", "cabane", "canyon", "cascade", "chemin", "cloche",
			"colline", "dauphin", "fontaine", "forêt", "fusée", "girafe", "guitare", "horloge", "jardin", "lampe", "lanterne",
			"maison", "marteau", "miroir", "montagne", "moulin", "navire", "oiseau", "panier", "papier", "phare", "piano",
			"planète", "pommier", "rivière", "rocher", "sapin", "sentier", "tableau", "tambour", "tortue", "tunnel", "vallée",
			"verger", "village", "violon", "voiture", "wagon", "zèbre"},
	},
}

// NewPhrase draws the two words that both sides of a request see, so that "which request?" has an answer over the
// phone. It is no secret. It panics when r fails, as crypto/rand never does.
func NewPhrase(l i18n.Locale, r io.Reader) string {
	words, ok := phraseWords[l]
	if !ok {
		words = phraseWords[i18n.EN]
	}
	var b [4]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		panic("access: the random source failed: " + err.Error())
	}
	first := int(binary.BigEndian.Uint16(b[:2])) % len(words[0])
	second := int(binary.BigEndian.Uint16(b[2:])) % len(words[1])
	return words[0][first] + " " + words[1][second]
}
