package mailin

import (
	"regexp"
	"strings"
)

const maxSignature = 15 // lines; what is longer is hardly one

// deviceIs is what phones and programs put under a text by themselves. Links were taken out. A person may begin a sentence
// with the same words ("Sent from my mobile number, the message …"), so only names of things may follow those of things.
var deviceIs = regexp.MustCompile(`(?i)^(` +
	`(sent|written|typed) (from|with|using|via|on) (my |the |the all new )?` + device + moreDevice + `((,|\.| (with|using|via|for|on)) .*)?` +
	`|get (outlook|bluemail|yahoo mail)( (for|on) .*)?` +
	`|sent on the (go|move)( .*)?` +
	`|envoyé (de|depuis|à partir de|avec|via|par) (mon |ma |l'|la |le |un )?` + device + moreDevice + `((,|\.| (avec|pour|via|sur|de)) .*)?` +
	`|(obtenir|obtenez|télécharger|téléchargez) outlook( pour .*)?` +
	`|(von|mit) (meinem|meiner) ` + device + moreDevice + ` gesendet` +
	`|gesendet (von|mit|aus|über) (meinem |meiner |der |dem )?` + device + moreDevice + `((,|\.| (mit|für|von|auf)) .*)?` +
	`|diese nachricht wurde von meinem ` + device + moreDevice + `( mit .*)? gesendet` +
	`|(holen sie sich )?outlook für (ios|android)( beziehen)?` +
	`|enviado desde mi \S+|inviato da(l mio)? \S+` +
	`)\.?$`)

const (
	device = `(ipad|ipod|iphone|mobile|phone|smartphone|cell ?phone|android|samsung|galaxy|huawei|xiaomi|pixel|nokia|blackberry|windows|outlook|` +
		`mail|yahoo|gmail|proton|protonmail|k-9|thunderbird|aol|hotmail|fairphone|oneplus|motorola|sony|t-mobile|verizon|workspace|spark|` +
		`airmail|fairemail|tutanota|tuta|bluemail|edison|nine|téléphone|portable|appareil|courrier|orange|free|sfr|bouygues|laposte|` +
		`application|appli|tablette|messagerie|handy|mobiltelefon|android-gerät|gmx|web\.de|telekom)`
	moreDevice = `([ -](` + device + `|device|tablet|app|pro|max|mini|plus|ultra|lite|note|4g|5g|lte|one|boxer|inbox|secure|e-?mail|sécurisée|` +
		`[a-z]{0,3}\d+[a-z]{0,3})|, samsung)*`
)

var linkIs = regexp.MustCompile(`[<(\[]\s*https?://[^>)\]]*[>)\]]`)

func isDeviceLine(l line) bool {
	if len(l.text) > 400 {
		return false
	}
	text := l.norm
	if strings.Contains(text, "http") {
		text = normal(linkIs.ReplaceAllString(l.text, ""))
	}
	return text != "" && len(text) <= 160 && deviceIs.MatchString(text)
}

// withoutSignature takes off what ends a person's lines: what their phone adds, and their signature.
func withoutSignature(lines []line) []line {
	lines = trimBlank(lines)
	var kept []line
	for _, l := range lines {
		if l.role != signature {
			kept = append(kept, l)
		}
	}
	kept = trimBlank(kept)
	for i, l := range kept {
		if l.norm != "--" {
			continue
		}
		after := 0
		for n := i + 1; n < len(kept) && after <= maxSignature; n++ {
			if !kept[n].blank() {
				after++
			}
		}
		if after <= maxSignature {
			kept = kept[:i]
			break
		}
	}
	for {
		kept = trimBlank(kept)
		n := len(kept)
		if n == 0 || !isDeviceLine(kept[n-1]) && !ruleIs.MatchString(kept[n-1].norm) {
			return kept
		}
		kept = kept[:n-1]
	}
}
