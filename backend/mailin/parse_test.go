package mailin_test

import (
	"fmt"
	"net/mail"
	"strings"
	"testing"
	"time"

	"countersign/backend/mailin"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	t.Parallel()

	t.Run("tells_what_a_message_is", func(t *testing.T) {
		m := parse(t, letter("In-Reply-To: <a@portal.example.com>\nReferences: <r0@portal.example.com>\n\t<a@portal.example.com>\n", "Port 2.\n"))
		want := &mailin.Message{
			ID: "1@acme.example", InReplyTo: []string{"a@portal.example.com"}, References: []string{"r0@portal.example.com", "a@portal.example.com"},
			EnvelopeFrom: "marie@acme.example", From: mail.Address{Name: "Marie Dubois", Address: "marie@acme.example"}, Subject: "Calls fail",
			Date: time.Date(2026, 3, 9, 14, 10, 14, 0, time.UTC), Text: "Port 2.", Whole: "Port 2.",
		}
		if diff := cmp.Diff(m, want); diff != "" {
			t.Error(diff)
		}
	})

	t.Run("an_id_is_made_of_what_stays_the_same", func(t *testing.T) {
		without := func(received, text string) string {
			raw := strings.Replace(string(letter("", text)), "Message-ID: <1@acme.example>\r\n", received, 1)
			return parse(t, []byte(raw)).ID
		}
		a, b, c := without("Received: from a\r\n", "x"), without("Received: from b\r\n", "x"), without("", "y")
		if a != b || a == c || !strings.HasSuffix(a, "@content.invalid") {
			t.Errorf("%s for a message, %s for the same once more, %s for another", a, b, c)
		}
	})

	t.Run("charsets", func(t *testing.T) {
		for charset, c := range map[string]struct{ raw, want string }{
			"utf-8":         {"\xc3\xa9t\xc3\xa9 \xe2\x80\x93 ok", "été – ok"},
			"UTF8":          {"\xef\xbb\xbf\xc3\xa9", "é"},
			"iso-8859-1":    {"\xe9t\xe9 \x93ok\x94", "été “ok”"},
			"windows-1252":  {"\x80 5", "€ 5"},
			"iso-8859-15":   {"\xa4 5", "€ 5"},
			"koi8-r":        {"\xf0\xcf\xd2\xd4", "Порт"},
			"iso-2022-jp":   {"\x1b$B%]!<%H\x1b(B 2", "ポート 2"},
			"gb18030":       {"\xb6\xcb\xbf\xda", "端口"},
			"x-never-heard": {"caf\xc3\xa9", "café"},
			"us-ascii":      {"caf\xe9", "café"},
			"utf-7":         {"Hello", "Hello"},
			"iso-2022-kr":   {"Hello", "Hello"}, // the web refuses it as unsafe
		} {
			m := parse(t, letter(fmt.Sprintf("Content-Type: text/plain; charset=%q\n", charset), c.raw))
			if m.Text != c.want {
				t.Errorf("%s: got %q, want %q", charset, m.Text, c.want)
			}
		}
	})

	t.Run("what_can't_be_seen_is_left_out", func(t *testing.T) {
		m := parse(t, letter("Content-Type: text/plain; charset=utf-8\n", "pay\u202e001\u202c \x00now\x1b[2K\xff\r\nsecond\u2028third\n"))
		if want := "pay001 now[2K\ufffd\nsecond\nthird"; m.Text != want {
			t.Errorf("got %q, want %q", m.Text, want)
		}
		m = parse(t, letter("Content-Type: text/html; charset=utf-8\n", "<p>pay&#8238;001&#8236; &#0;now&#x202e;</p>"))
		if want := "pay001 \ufffdnow"; m.Text != want {
			t.Errorf("HTML: got %q, want %q", m.Text, want)
		}
	})

	t.Run("lines_that_a_program_broke_are_joined", func(t *testing.T) {
		const body = "The first line goes \non, and \non.\n\n  stuffed\n> quoted and \n> joined\n>> deeper \n> not joined\nlast \n-- \nMarie\n"
		m := parse(t, letter("Content-Type: text/plain; format=flowed\n", body))
		want := "The first line goes on, and on.\n\n stuffed\n> quoted and joined\n> > deeper\n> not joined\nlast\n--\nMarie"
		if m.Whole != want {
			t.Errorf("got %q, want %q", m.Whole, want)
		}
		m = parse(t, letter("Content-Type: text/plain; format=flowed; delsp=yes\n", "ポー \nト 2\n"))
		if m.Text != "ポート 2" {
			t.Errorf("with deleted spaces: %q", m.Text)
		}
	})

	t.Run("a_text_that_is_too_long_is_kept_as_a_file", func(t *testing.T) {
		body := strings.Repeat("0123456789 0123456789\n", 20_000)
		m := parse(t, letter("", body))
		if len(m.Attachments) != 1 || m.Attachments[0].Name != "message.txt" || string(m.Attachments[0].Data) != string(wire([]byte(body))) ||
			len(m.Text) > mailin.MaxText {
			t.Errorf("%d bytes of text, %d attachments", len(m.Text), len(m.Attachments))
		}
		m = parse(t, letter("", "Short.\n\nOn Mon, 9 Mar 2026 at 14:02, Support <s@portal.example.com> wrote:\n> "+strings.ReplaceAll(body, "\n", "\n> ")))
		if m.Text != "Short." || len(m.Attachments) != 0 {
			t.Errorf("of a long history %d attachments were made, text %.50q", len(m.Attachments), m.Text)
		}
	})

	t.Run("mails_in_mails_are_files", func(t *testing.T) {
		m := parse(t, multipart("Content-Type: text/plain\n\nSee the mail.",
			"Content-Type: message/rfc822\n\nFrom: a@b.example\nTo: c@d.example\nDate: Mon, 9 Mar 2026 15:10:14 +0100\nSubject: =?utf-8?q?D=C3=A9lai/2?=\n\nHidden.\n"))
		if m.Text != "See the mail." || len(m.Attachments) != 1 || m.Attachments[0].Name != "Délai_2.eml" || m.Attachments[0].Type != "message/rfc822" {
			t.Errorf("%q, %+v", m.Text, m.Attachments)
		}
	})

	t.Run("encrypted_mails_are_refused", func(t *testing.T) {
		pgp := "Content-Type: multipart/encrypted; boundary=cut; protocol=\"application/pgp-encrypted\"\n"
		for name, raw := range map[string][]byte{
			"PGP": letter(pgp, "--cut\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--cut\nContent-Type: application/octet-stream\n\n-----BEGIN PGP MESSAGE-----\n--cut--\n"),
			"S/MIME": letter("Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n",
				"MIAGCSqGSIb3DQEHA6CAMIACAQAxggE=\n"),
			"PGP in the text": letter("", "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n"),
		} {
			_, err := mailin.Parse(raw, "marie@acme.example", noon)
			if r := refused(t, err, 554); !strings.Contains(r.Text, "encrypt") {
				t.Errorf("%s: %s", name, r.Text)
			}
		}
		m := parse(t, multipart("Content-Type: text/plain\n\nA sealed file.", "Content-Type: application/pkcs7-mime; name=secret.p7m\n\nxyz"))
		if m.Text != "A sealed file." || len(m.Attachments) != 1 {
			t.Errorf("beside a text: %+v", m)
		}
	})

	t.Run("a_lost_boundary_loses_no_text", func(t *testing.T) {
		for name, raw := range map[string][]byte{
			"without the parameter": letter("Content-Type: multipart/mixed\n", "--0123456789abc\nContent-Type: text/plain\n\nPort 2.\n--0123456789abc--\n"),
			"never used":            letter("Content-Type: multipart/mixed; boundary=zzz\n", "Port 2.\n"),
			"without an end":        letter("Content-Type: multipart/mixed; boundary=zzz\n", "--zzz\n\nPort 2.\n"),
			"unquoted, odd":         letter("Content-Type: multipart/mixed; boundary=a=b?c; x\n", "--a=b?c\n\nPort 2.\n--a=b?c--\n"),
			"a header without end":  letter("Content-Type: multipart/mixed; boundary=zzz\n", "--zzz\nContent-Type: text/plain\nPort 2.\n--zzz--\n"),
		} {
			if m := parse(t, raw); m.Text != "Port 2." {
				t.Errorf("%s: %q", name, m.Text)
			}
		}
	})

	t.Run("transfer_encodings_are_taken_as_they_come", func(t *testing.T) {
		for name, c := range map[string]struct{ encoding, body, want string }{
			"base64 without padding":  {"base64", "UG9ydCAy", "Port 2"},
			"base64 with a cut end":   {"Base64", "UG9ydCAyLg", "Port 2."},
			"base64 with rubbish":     {"base64", " UG9y\n!! dCAy\tLg==\n", "Port 2."},
			"base64 in two":           {"base64", "UG9ydA==\nIDIu\n", "Port 2."},
			"quoted, soft":            {"quoted-printable", "Po=\nrt =32=\n=2E", "Port 2."},
			"quoted, with spaces":     {"quoted-printable", "Port 2. \t\n", "Port 2."},
			"quoted, wrong":           {"quoted-printable", "a = b, 100=%, =C3=A9, =zz=", "a = b, 100=%, é, =zz"},
			"quoted, small":           {"quoted-printable", "=c3=a9", "é"},
			"one that nobody has":     {"x-unknown", "Port 2.", "Port 2."},
			"a boundary-like ending":  {"7bit", "Port 2.--\n", "Port 2.--"},
			"quoted, ending in equal": {"quoted-printable", "Port 2.=", "Port 2."},
		} {
			if m := parse(t, letter("Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: "+c.encoding+"\n", c.body)); m.Text != c.want {
				t.Errorf("%s: got %q, want %q", name, m.Text, c.want)
			}
		}
	})

	t.Run("senders", func(t *testing.T) {
		for from, want := range map[string]string{
			"marie@acme.example":                                    "|marie@acme.example",
			`"Dubois, Marie" <marie@acme.example>`:                  "Dubois, Marie|marie@acme.example",
			"Dubois, Marie <marie@acme.example>":                    "Dubois, Marie|marie@acme.example",
			"marie@acme.example <marie@acme.example>":               "marie@acme.example|marie@acme.example",
			"=?iso-8859-1?Q?Ren=E9e?= <renee@acme.example>":         "Renée|renee@acme.example",
			"=?utf-8?B?RXZpbA0KQmNjOiB4QHkuZXhhbXBsZQ==?= <a@b.eu>": "Evil Bcc: x@y.example|a@b.eu",
			"Ren\xe9e <renee@acme.example>":                         "Renée|renee@acme.example",
			`"support@portal.example.com" <marie@acme.example>`:     "support@portal.example.com|marie@acme.example",
			"<marie@acme.example> (at work: or not)":                "|marie@acme.example",
			"a@b.example, c@d.example":                              "",
			"Team: a@b.example, c@d.example;":                       "",
			"Team: a@b.example;":                                    "",
			"undisclosed-recipients:;":                              "",
			"":                                                      "",
			"Marie":                                                 "",
			"<>":                                                    "",
			"a@b@c.example":                                         "",
			"\"a b\"@c.example":                                     "",
			"<a@b.example> <c@d.example>":                           "",
			"a@b.exam\u202eple":                                     "",
			strings.Repeat("x", 250) + "@acme.example":              "",
			"Marie <marie@" + strings.Repeat("a.", 2000) + "example>": "",
		} {
			raw := strings.Replace(string(letter("", "x")), "From: Marie Dubois <marie@acme.example>", "From: "+from, 1)
			m, err := mailin.Parse([]byte(raw), "marie@acme.example", noon)
			if want == "" {
				refused(t, err, 554)
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", from, err)
				continue
			}
			if got := m.From.Name + "|" + m.From.Address; got != want {
				t.Errorf("%s: got %s, want %s", from, got, want)
			}
		}
		_, err := mailin.Parse(letter("From: other@acme.example\n", "x"), "marie@acme.example", noon)
		refused(t, err, 554)
	})

	t.Run("dates_that_can't_be_are_none", func(t *testing.T) {
		for date, usable := range map[string]bool{
			"Mon, 9 Mar 2026 15:10:14 +0100": true, "9 Mar 26 15:10 GMT": true, "Tue, 10 Mar 2026 15:10:14 +0000 (summer)": true,
			"Wed, 11 Mar 2026 13:00:00 +0000": false, "Thu, 1 Jan 1970 00:00:00 +0000": false, "Mon, 32 Mar 2026 15:10:14 +0100": false,
			"yesterday": false, "": false, "Fri, 1 Jan 9999 00:00:00 +0000": false, "Mon, 9 Mar 2026 15:10:14 +9900": false,
			strings.Repeat("(", 150): false, strings.Repeat("1", 5000): false,
		} {
			raw := strings.Replace(string(letter("", "x")), "Date: Mon, 9 Mar 2026 15:10:14 +0100", "Date: "+date, 1)
			if got := !parse(t, []byte(raw)).Date.IsZero(); got != usable {
				t.Errorf("%.50q is usable: %v", date, got)
			}
		}
	})
}

func TestFileName_is_harmless(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"report.pdf": "report.pdf", "../../etc/passwd": "passwd", `C:\Users\marie\trace.log`: "trace.log", "": "fallback", ".": "fallback", "..": "fallback",
		"...": "fallback", ".htaccess": "htaccess", "a\r\nContent-Type: x": "a Content-Type_ x", "a\x00b.txt": "ab.txt", "invoice\u202efdp.exe": "invoicefdp.exe",
		"con": "_con", "NUL.txt": "_NUL.txt", "com1.log": "_com1.log", "COM¹": "_COM¹", "lpt9": "_lpt9", "comma.txt": "comma.txt", "com10": "com10",
		`what?*"<|>.txt`: "what______.txt", "  spaced   out .txt ": "spaced out .txt", "trailing. ": "trailing", "zero\u200bwidth\ufeff.png": "zerowidth.png",
		"/": "fallback", "\u2028": "fallback", "\xff\xfe.bin": "\ufffd.bin", "été – 1.pdf": "été – 1.pdf",
		strings.Repeat("é", 300) + ".pdf": strings.Repeat("é", 98) + ".pdf", strings.Repeat("x", 300): strings.Repeat("x", 120),
		"a." + strings.Repeat("x", 300): "a." + strings.Repeat("x", 118),
	} {
		if got := mailin.FileName(name, "fallback"); got != want {
			t.Errorf("%.60q: got %q, want %q", name, got, want)
		}
	}
}

func TestNames_come_in_all_writings(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		`Content-Disposition: attachment; filename="a b.pdf"`:                           "a b.pdf",
		`Content-Disposition: attachment; filename=a b.pdf`:                             "a b.pdf",
		`Content-Disposition: attachment; filename="=?utf-8?B?w6l0w6kucGRm?="`:          "été.pdf",
		`Content-Disposition: attachment; filename*=utf-8''%C3%A9t%C3%A9.pdf`:           "été.pdf",
		`Content-Disposition: attachment; filename*=windows-1252'fr'%80.pdf`:            "€.pdf",
		"Content-Disposition: attachment; filename*0=\"long \";\n filename*1=name.pdf":  "long name.pdf",
		"Content-Disposition: attachment; filename*1*=%20b.pdf;\n filename*0*=utf-8''a": "a b.pdf",
		`Content-Disposition: attachment; filename=plain.pdf; filename*=utf-8''b.pdf`:   "b.pdf",
		`Content-Disposition: attachment; filename*5=lost.pdf`:                          "attachment.pdf",
		`Content-Disposition: attachment; filename="C:\docs\report.pdf"`:                "report.pdf",
		`Content-Disposition: attachment; filename="a\"b.pdf"`:                          "a_b.pdf",
		`Content-Disposition: attachment; filename=`:                                    "attachment.pdf",
		`Content-Disposition: attachment; filename="=?utf-8?q?a=0D=0AX:_y.pdf?="`:       "a X_ y.pdf",
		`Content-Disposition: attachment`:                                               "attachment.pdf",
		`Content-Type: application/octet-stream; name="only type.pdf"`:                  "only type.pdf",
		`Content-Disposition: attachment; filename="` + strings.Repeat("x;", 500):       strings.Repeat("x;", 60),
	} {
		m := parse(t, multipart("Content-Type: text/plain\n\nx", header+"\n\n%PDF-1.4\n"))
		if m.Text != "x" && !strings.Contains(header, "Content-Type") || len(m.Attachments) != 1 || m.Attachments[0].Name != want {
			t.Errorf("%s: %+v, want %s", header, m.Attachments, want)
		}
	}
}

// The type is what the data begins like, whatever the mail says.
func TestKinds(t *testing.T) {
	t.Parallel()
	for data, want := range map[string]string{
		"%PDF-1.7": "application/pdf", "\x89PNG\r\n\x1a\n": "image/png", "\xff\xd8\xff\xe0": "image/jpeg", "PK\x03\x04": "application/zip",
		"MZ\x90\x00\x03": "application/x-msdownload", "MZ-700, a manual": "text/plain", "<html><script>": "text/html", "": "text/plain",
		"a,b\n1,2\n": "text/plain", "\x00\x01\x02": "application/octet-stream", "BEGIN:VCALENDAR\r\n": "text/calendar", "{\\rtf1": "application/rtf",
		"\x00\x00\x00\x18ftypheic": "image/heic", "From: a\nTo: b\nDate: c\n\n": "message/rfc822", "To: you\nfrom me": "text/plain",
		"<?xml version=\"1.0\"?><svg onload=x>": "text/xml", "\x7fELF\x02": "application/x-executable",
	} {
		if got := mailin.KindOf([]byte(data)); got != want {
			t.Errorf("%q: got %s, want %s", data, got, want)
		}
		m := parse(t, multipart("Content-Type: text/plain\n\nx", "Content-Type: image/png; name=x.png\nContent-Transfer-Encoding: base64\n\n"+b64(data)))
		if len(m.Attachments) != 1 || m.Attachments[0].Type != want {
			t.Errorf("%q in a mail: %+v", data, m.Attachments)
		}
	}
}
