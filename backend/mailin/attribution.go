package mailin

import (
	"regexp"
	"strings"
)

// What mail programs write above what they quote. Lines are compared as normal makes them.

const (
	maxAttributionLines = 4 // over which programs wrap it
	maxAttribution      = 500
)

var (
	// "On Mon, 9 Mar 2026 at 14:02, Support <…> wrote:" in some languages: a beginning, a digit of a date or an address
	// somewhere, and an end.
	attributionIs = regexp.MustCompile(`(?i)^(` +
		`on .* (wrote|writes) ?:` +
		`|le .* (a écrit|a ecrit|écrivait) ?:` +
		`|(am|um) .* (schrieb|schrieben) ?.*:` +
		`|(op|el|em|il|på|den) .* (schreef|escribió|escribio|escreveu|ha scritto|skrev) ?.*:` +
		`|(quoting|zitat von|citation de) .+:` +
		`|.+<\S+@\S+> (wrote|a écrit|schrieb|escribió|ha scritto|écrivait)( (on|le|am) .+)? ?:` +
		`|.+ (wrote on|a écrit le|schrieb am|écrivait le) .+ ?:` +
		`|\d{4}-\d\d-\d\d.*<\S+@\S+> ?:` +
		`)$`)
	attributionBegins = regexp.MustCompile(`(?i)^(on|op|le|am|um|el|em|il|på|den|quoting|zitat von|citation de) |^\d{4}-\d\d-\d\d|@|` +
		`(wrote on|a écrit le|schrieb am|écrivait le)`)
	aboutSomebody = regexp.MustCompile(`\d|@`)

	separatorIs = regexp.MustCompile(`(?i)^[-_]{2,} ?(original message|original appointment|message d'origine|message original|message initial|` +
		`courriel original|mail original|mail d'origine|ursprüngliche (nachricht|mail)|originalnachricht|original-nachricht|mensaje original|` +
		`messaggio originale|oorspronkelijk bericht|mensagem original|ursprungligt meddelande) ?[-_]{2,}$` +
		`|^-+ ?.+ (wrote|a écrit|schrieb) ?: ?-+$`)
	forwardIs = regexp.MustCompile(`(?i)^([-_]{2,} ?(forwarded message|forwarded by .+|message transféré|message réexpédié|weitergeleitete nachricht|` +
		`mensaje reenviado|messaggio inoltrato) ?[-_]{2,}|begin forwarded message ?:|début du message (transféré|réexpédié) ?:|` +
		`anfang der weitergeleiteten (nachricht|e-mail) ?:)$`)
	forwardSubject = regexp.MustCompile(`(?i)^(fwd?|tr|wg|rv|i) ?:`)
	ruleIs         = regexp.MustCompile(`^[-_=*~]{3,}$`)
)

// attributionAt gives how many lines from i on are an attribution, 0 when none is there.
func attributionAt(lines []line, i int) int {
	if lines[i].role == attribution && !lines[i].blank() {
		n := 1
		for i+n < len(lines) && n < maxAttributionLines && lines[i+n].role == attribution && !lines[i+n].blank() {
			n++
		}
		return n
	}
	if lines[i].blank() {
		return 0
	}
	n := wrappedAttribution(lines, i)
	// "Le port 2." above "Le lundi 9 mars … a écrit :" is no part of it.
	for k := 1; k < n; k++ {
		if wrappedAttribution(lines, i+k) == n-k {
			return 0
		}
	}
	return n
}

func wrappedAttribution(lines []line, i int) int {
	joined := ""
	for n := 0; n < maxAttributionLines && i+n < len(lines); n++ {
		l := lines[i+n]
		if l.blank() || l.depth != lines[i].depth || len(l.text) > maxAttribution {
			return 0
		}
		joined = strings.TrimSpace(joined + " " + l.norm)
		if n == 0 && !attributionBegins.MatchString(joined) || len(joined) > maxAttribution {
			return 0
		}
		if strings.HasSuffix(joined, ":") && aboutSomebody.MatchString(joined) && attributionIs.MatchString(joined) {
			return n + 1
		}
	}
	return 0
}

// namesAddress reports whether an attribution gives a mail address: people who quote in their own words don't.
func namesAddress(lines []line) bool {
	for _, l := range lines {
		if strings.Contains(l.text, "@") {
			return true
		}
	}
	return false
}

// labels are the fields of the block that Outlook and others write above what was there before.
var labels = map[string]byte{
	"from": 'f', "de": 'f', "von": 'f', "van": 'f', "da": 'f', "från": 'f',
	"sent": 's', "date": 's', "envoyé": 's', "envoyé le": 's', "gesendet": 's', "datum": 's', "enviado": 's', "enviado el": 's',
	"fecha": 's', "inviato": 's', "data": 's', "verzonden": 's', "skickat": 's',
	"to": 't', "à": 't', "a": 't', "an": 't', "para": 't', "aan": 't', "till": 't', "pour": 't',
	"cc": 'c', "copie": 'c', "copie à": 'c', "kopie": 'c', "bcc": 'c', "cci": 'c',
	"subject": 'j', "objet": 'j', "betreff": 'j', "asunto": 'j', "oggetto": 'j', "onderwerp": 'j', "assunto": 'j', "ämne": 'j', "sujet": 'j',
	"reply-to": 'o', "répondre à": 'o', "importance": 'o', "wichtigkeit": 'o', "priorité": 'o', "attachments": 'o',
}

// labelOf is which field a line gives, 0 for none.
func labelOf(l line) byte {
	name, _, ok := strings.Cut(l.norm, ":")
	if !ok || len(name) > 20 {
		return 0
	}
	return labels[strings.ToLower(strings.TrimSpace(strings.Trim(name, "* ")))]
}

// headerBlockAt gives how many lines from i on are such a block. Only the order in which mail programs write it counts:
// people paste headers into their mails, too.
func headerBlockAt(lines []line, i int) int {
	if first := labelOf(lines[i]); first != 'f' && first != 's' {
		return 0
	}
	order, end, strays := "", i, 0
	for n := i; n < len(lines) && n < i+16 && lines[n].depth == lines[i].depth; n++ {
		switch k := labelOf(lines[n]); {
		case k == 'c' || k == 'o':
			end, strays = n+1, 0
		case k != 0:
			order += string(k)
			end, strays = n+1, 0
		case lines[n].blank():
			if strays++; strays > 1 {
				return blockOf(order, end-i)
			}
		default: // a long list of recipients goes on
			if strays++; strays > 3 {
				return blockOf(order, end-i)
			}
		}
		if strings.HasSuffix(order, "j") {
			break
		}
	}
	return blockOf(order, end-i)
}

// blockOf is n where the fields came in an order that programs write.
func blockOf(order string, n int) int {
	switch order {
	case "fstj", "sftj", "fsj", "sfj", "fst", "sft":
		return n
	}
	return 0
}
