package mailin

import (
	"net/mail"
	"regexp"
	"strings"
)

// Auto says what wrote a message, where it was no person. Such a message must be neither answered nor stored as somebody's
// words: two machines that answer each other don't stop.
type Auto string

const (
	Person    Auto = ""
	AutoReply Auto = "auto_reply" // holiday notices, receipts, what other programs write
	Bulk      Auto = "bulk"       // lists and newsletters
	Bounce    Auto = "bounce"     // notices of mail servers
	Loop      Auto = "loop"       // a message of ours, or one that goes in circles
)

// LoopHeader is a header that all mails of ours which can be answered carry. A message that has it never left the circle.
const LoopHeader = "X-Countersign-Loop"

// maxReceived is how many servers a message may have passed (RFC 5321 section 6.3 asks for a limit).
const maxReceived = 30

// autoOf tells by the header and the envelope's sender what wrote a message (RFC 3834 and what came before it).
func autoOf(h header, from string) Auto {
	kind, params := parseParams(h.Get("Content-Type"))
	report := strings.ToLower(params["report-type"])
	submitted, _ := parseParams(h.Get("Auto-Submitted"))
	switch {
	case h.Has(LoopHeader) || len(h.Values("Received")) > maxReceived:
		return Loop
	case kind == "multipart/report" && report == "disposition-notification":
		return AutoReply // a receipt for having read
	case kind == "multipart/report" || isDaemon(from) || isDaemon(headerAddress(h)):
		return Bounce
	case submitted != "" && submitted != "no", suppresses(h), isOldVacation(h):
		return AutoReply
	case marked(h, "X-Autoreply"), marked(h, "X-Autorespond"), precedence(h) == "auto_reply":
		return AutoReply
	case from == "" || isNull(h.Get("Return-Path")):
		return Bounce
	case h.Has("List-Id"), h.Has("List-Unsubscribe"):
		return Bulk
	}
	switch precedence(h) {
	case "bulk", "junk", "list":
		return Bulk
	}
	return Person
}

// headerAddress is the first address in From, however badly it is written.
func headerAddress(h header) string {
	from := decodeText([]byte(h.Get("From")), "")
	if len(from) > 2000 {
		return ""
	}
	if list, err := (&mail.AddressParser{WordDecoder: &words}).ParseList(from); err == nil && len(list) > 0 {
		return list[0].Address
	}
	if list := looseAddress(from); len(list) > 0 {
		return list[0].Address
	}
	return strings.TrimSpace(from) // "MAILER-DAEMON", without a domain
}

func isDaemon(address string) bool {
	local, _, _ := strings.Cut(address, "@")
	switch strings.ToLower(local) {
	case "mailer-daemon", "postmaster":
		return true
	}
	return false
}

func isNull(path string) bool {
	path = strings.Join(strings.Fields(path), "")
	return path == "<>"
}

func precedence(h header) string { return strings.ToLower(strings.TrimSpace(h.Get("Precedence"))) }

func marked(h header, name string) bool {
	return h.Has(name) && !strings.EqualFold(strings.TrimSpace(h.Get(name)), "no")
}

// suppresses reports whether the message asks Exchange for no automatic answers. One that only asks for no receipts is
// written by a person.
func suppresses(h header) bool {
	for value := range strings.SplitSeq(h.Get("X-Auto-Response-Suppress"), ",") {
		switch strings.ToLower(strings.TrimSpace(value)) {
		case "all", "oof", "autoreply":
			return true
		}
	}
	return false
}

var vacationSubject = regexp.MustCompile(`(?i)^(out of office autoreply|automatic reply|réponse automatique|absent\(e\) du bureau|absence du bureau|` +
	`automatische antwort|abwesenheitsnotiz) ?:`)

// isOldVacation knows the holiday notices of old Exchange servers, which say it in the subject alone. Persons answer to
// such notices, too ("RE: Automatic reply: …"), so the subject has to begin with it, and Exchange to have written it.
func isOldVacation(h header) bool {
	exchange := h.Has("Thread-Index") || strings.Contains(h.Get("X-Mimeole"), "Exchange") || h.Has("X-Ms-Tnef-Correlator")
	return exchange && vacationSubject.MatchString(oneLine(decodeWords(h.Get("Subject")), maxSubject))
}
