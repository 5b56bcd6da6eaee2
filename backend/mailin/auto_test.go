package mailin_test

import (
	"os"
	"strings"
	"testing"

	"countersign/backend/mailin"
)

// What no person wrote is known for it, and what a person wrote isn't taken for it.
func TestAuto(t *testing.T) {
	t.Parallel()
	const report = "Content-Type: multipart/report; report-type=delivery-status; boundary=cut\n"
	exchange := "Thread-Index: AdsRabc=\nSubject: "
	for _, c := range []struct {
		name, header string
		want         mailin.Auto
	}{
		{"a person", "X-Mailer: x\nReturn-Path: <marie@acme.example>\n", mailin.Person},
		{"auto-submitted: no", "Auto-Submitted: no\n", mailin.Person},
		{"auto-submitted: NO (comment)", "Auto-Submitted: No (really)\n", mailin.Person},
		{"auto-replied", "Auto-Submitted: auto-replied\n", mailin.AutoReply},
		{"auto-replied, with more", "Auto-Submitted: Auto-Replied; owner-email=\"x@y\"\n", mailin.AutoReply},
		{"auto-generated", "Auto-Submitted: auto-generated\n", mailin.AutoReply},
		{"auto-notified", "Auto-Submitted: auto-notified\n", mailin.AutoReply},
		{"suppresses all", "X-Auto-Response-Suppress: All\n", mailin.AutoReply},
		{"suppresses notices", "X-Auto-Response-Suppress: DR, OOF, AutoReply\n", mailin.AutoReply},
		{"suppresses receipts only", "X-Auto-Response-Suppress: DR, RN, NRN\n", mailin.Person},
		{"suppresses nothing", "X-Auto-Response-Suppress: None\n", mailin.Person},
		{"x-autoreply", "X-Autoreply: yes\n", mailin.AutoReply},
		{"x-autoreply: no", "X-Autoreply: no\n", mailin.Person},
		{"x-autorespond", "X-Autorespond: vacation\n", mailin.AutoReply},
		{"precedence auto_reply", "Precedence: auto_reply\n", mailin.AutoReply},
		{"precedence bulk", "Precedence: Bulk\n", mailin.Bulk},
		{"precedence junk", "Precedence: junk\n", mailin.Bulk},
		{"precedence list", "Precedence: list\n", mailin.Bulk},
		{"precedence normal", "Precedence: first-class\n", mailin.Person},
		{"list-id", "List-Id: <users.example.org>\n", mailin.Bulk},
		{"list-unsubscribe", "List-Unsubscribe: <https://x.example/u>\n", mailin.Bulk},
		{"null return path", "Return-Path: <>\n", mailin.Bounce},
		{"null return path, spaced", "Return-Path: < >\n", mailin.Bounce},
		{"delivery report", report, mailin.Bounce},
		{"feedback report", "Content-Type: multipart/report; report-type=feedback-report\n", mailin.Bounce},
		{"receipt for reading", "Content-Type: multipart/report; report-type=disposition-notification\n", mailin.AutoReply},
		{"old vacation notice", exchange + "Out of Office AutoReply: Calls fail\n", mailin.AutoReply},
		{"vacation notice", "X-MimeOLE: Produced By Microsoft Exchange V6.5\nSubject: Automatic reply: Calls fail\n", mailin.AutoReply},
		{"vacation notice, French", exchange + "=?utf-8?Q?R=C3=A9ponse_automatique=C2=A0:_x?=\n", mailin.AutoReply},
		{"vacation notice, old French", exchange + "Absent(e) du bureau : x\n", mailin.AutoReply},
		{"vacation notice, German", exchange + "Automatische Antwort: x\n", mailin.AutoReply},
		{"answer to a vacation notice", exchange + "RE: Automatic reply: Calls fail\n", mailin.Person},
		{"the words from elsewhere", "Subject: Automatic reply: how do I set one?\n", mailin.Person},
		{"the words in the middle", exchange + "How to set up an automatic reply: help\n", mailin.Person},
		{"our own header", mailin.LoopHeader + ": 1\n", mailin.Loop},
		{"thirty servers", strings.Repeat("Received: from a by b\n", 30), mailin.Person},
		{"too many servers", strings.Repeat("Received: from a by b\n", 31), mailin.Loop},
		{"a loop of notices", "Auto-Submitted: auto-replied\n" + mailin.LoopHeader + ": 1\n", mailin.Loop},
	} {
		raw := string(letter(c.header, "--cut\n\nText\n--cut--\n"))
		if strings.Contains(c.header, "Subject:") {
			raw = strings.Replace(raw, "Subject: Calls fail\r\n", "", 1)
		}
		if m := parse(t, []byte(raw)); m.Auto != c.want {
			t.Errorf("%s: got %q, want %q", c.name, m.Auto, c.want)
		}
	}

	for _, c := range []struct {
		name, envelope, from string
		want                 mailin.Auto
	}{
		{"null sender", "", "marie@acme.example", mailin.Bounce},
		{"daemon in the envelope", "MAILER-DAEMON@mx.example", "marie@acme.example", mailin.Bounce},
		{"daemon in the header", "x@mx.example", "Mail Delivery <mailer-daemon@mx.example>", mailin.Bounce},
		{"daemon without a domain", "x@mx.example", "MAILER-DAEMON", mailin.Bounce},
		{"postmaster", "x@mx.example", "Postmaster@mx.example", mailin.Bounce},
		{"no daemon", "x@mx.example", "mailer-daemons@mx.example", mailin.Person},
	} {
		raw := strings.Replace(string(letter("", "x")), "Marie Dubois <marie@acme.example>", c.from, 1)
		m, err := mailin.Parse([]byte(raw), c.envelope, noon)
		if err != nil || m.Auto != c.want {
			t.Errorf("%s: %+v, %v", c.name, m, err)
		}
	}
}

// A bounce is taken however it is made, because refusing it tells nobody anything.
func TestAuto_is_never_refused(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{
		"Return-Path: <>\n\nno header to speak of\n",
		"From: \nFrom: x\nAuto-Submitted: auto-replied\nContent-Type: application/pkcs7-mime\n\nxx\n",
	} {
		m, err := mailin.Parse([]byte(raw), "", noon)
		if err != nil || m.Auto == mailin.Person {
			t.Errorf("%q: %v", raw, err)
		}
	}
}

// The mails of the corpus are all written by persons.
func TestReplies_are_written_by_persons(t *testing.T) {
	t.Parallel()
	for name, raw := range replies(t) {
		if m, err := mailin.Parse(raw, "marie@acme.example", noon); err != nil || m.Auto != mailin.Person {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What we send ourselves is not taken for a person's when it comes back.
func TestAuto_knows_our_own_mails(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../mail/testdata/access_requested.fr.eml")
	if err != nil {
		t.Fatal(err)
	}
	if m := parse(t, raw); m.Auto != mailin.Loop || m.Text == "" {
		t.Errorf("%q, %q", m.Auto, m.Text)
	}
}
