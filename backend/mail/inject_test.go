package mail_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"countersign/backend/mail"
	"countersign/shared/i18n"
	"countersign/shared/id"

	"pgregory.net/rapid"
)

var nasty = []string{
	"\r\nBcc: x@evil.example", "\nX-Evil: 1", "\r\n\r\n<script>alert(1)</script>", "\x00", "=?utf-8?Q?=0D=0ABcc:_x?=",
	"a\u2028Bcc: x", "\u202egnp.exe", "--part-" + string(mailID) + "--", "{agent}{by}{product}", "<img src=x onerror=alert(1)>",
	"' onmouseover='alert(1)", "\r\n.\r\nMAIL FROM:<x@evil.example>\r\n", "\u0085Bcc: x", "%0d%0aBcc: x", "mail.footer", "=", "?utf-8?b?DQo=?=",
	"\n-- \n", "##- Write your answer above this line. -##", "https://evil.example/", "<a@b>\r\n <c@d>", "a@b c@d", "../../x", `"; filename="x.exe`,
	"x\"\r\nContent-Type: text/html", "x" + strings.Repeat(" ", 300) + "y", "é" + strings.Repeat(" ", 300) + "é", strings.Repeat("é", 300), strings.Repeat("x", 2000), "=?utf-8?q?a?=@b", "a@[127.0.0.1]", "@", "a@", ">", "<",
}

// TH22: whatever stands in the fields, one message goes to the intended recipient, with no header that is not ours, no
// line of the text that passes for another, and no file but those that were given.
func TestInjection(t *testing.T) {
	t.Parallel()
	with, without := renderer(t), rendererWith(t, nil)
	hostile := rapid.OneOf(rapid.SampledFrom(nasty), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		tpl := rapid.SampledFrom(mail.Templates()).Draw(t, "template")
		variant := ""
		if _, variants := tpl.Variants(); len(variants) > 0 {
			variant = rapid.SampledFrom(variants).Draw(t, "variant")
		}
		m := sample(tpl, rapid.SampledFrom(i18n.Locales()).Draw(t, "locale"), variant)
		for _, name := range []string{"agent", "by", "organization", "note", "device", "address", "author", "subject", "service", "number", "contact",
			"body", "files"} {
			if _, ok := m.Args[name]; ok {
				m.Args[name] = hostile.Draw(t, name) + hostile.Draw(t, name)
			}
		}
		r := with
		if m.Thread != nil {
			m.Thread.Refs = append(m.Thread.Refs[:1], rapid.SliceOfN(hostile, 0, 30).Draw(t, "refs")...)
			m.Thread.ID += hostile.Draw(t, "id")
			m.Thread.Ticket += id.Ticket(hostile.Draw(t, "ticket"))
			if rapid.Bool().Draw(t, "mails come in") {
				r = without
			}
		}
		for range rapid.IntRange(0, 3).Draw(t, "files") {
			m.Files = append(m.Files, mail.File{Name: hostile.Draw(t, "file"), Type: hostile.Draw(t, "type"), Data: []byte(hostile.Draw(t, "data"))})
		}
		letter, err := r.Render(m)
		if err != nil {
			t.Fatal(err)
		}
		innocent(t, m, letter, r == with && m.Thread != nil && m.Thread.Contact != "")
	})
}

// FuzzFields is TestInjection for single fields of a mail of a ticket.
func FuzzFields(f *testing.F) {
	for _, s := range nasty {
		f.Add(s, s, s, s)
	}
	r := renderer(f)
	f.Fuzz(func(t *testing.T, name, subject, mid, file string) {
		m := sample(mail.TicketMessage, i18n.FR, "asked")
		if utf8.ValidString(name) && utf8.ValidString(subject) {
			m.Args["author"], m.Args["subject"], m.Args["body"] = name, subject, subject
		}
		m.Thread.ID, m.Thread.Refs = mid, []string{mid, name, subject}
		m.Files = []mail.File{{Name: file, Type: name, Data: []byte(subject)}}
		letter, err := r.Render(m)
		if err != nil {
			t.Fatal(err)
		}
		innocent(t, m, letter, true)
	})
}

// innocent fails unless a letter's wire form is one message to its recipient with our headers, and what was given.
func innocent(t rapid.TB, m mail.Message, letter mail.Letter, answerable bool) {
	t.Helper()
	raw, err := mail.Compose(letter)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.SplitSeq(raw, []byte("\r\n")) {
		if len(line) > 998 || bytes.ContainsAny(line, "\r\n\x00") || bytes.ContainsFunc(line, func(r rune) bool { return r > '~' }) {
			t.Fatalf("a line of %d octets: %.200q", len(line), line)
		}
	}
	head, _, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	for line := range bytes.SplitSeq(head, []byte("\r\n")) {
		if len(bytes.TrimSpace(line)) == 0 {
			t.Fatalf("a line of blanks among the headers:\n%q", head)
		}
	}
	p := parse(t, raw)
	var names []string
	for name, values := range p.header {
		if len(values) != 1 {
			t.Fatalf("%d headers %s", len(values), name)
		}
		if name != "In-Reply-To" && name != "References" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	want := slices.DeleteFunc(headerNames(answerable), func(n string) bool { return n == "In-Reply-To" || n == "References" })
	if !slices.Equal(names, want) {
		t.Fatalf("headers are %q", names)
	}
	if to, err := p.header.AddressList("To"); err != nil || len(to) != 1 || to[0].Address != "owner@acme.example" {
		t.Fatalf("recipients are %v, %v", to, err)
	}
	if answerable {
		to, err := p.header.AddressList("Reply-To")
		if err != nil || len(to) != 1 || !strings.HasPrefix(to[0].Address, "reply+") || !strings.HasSuffix(to[0].Address, "@portal.example.com") {
			t.Fatalf("answers go to %v, %v", to, err)
		}
	}
	for _, name := range []string{"Message-Id", "In-Reply-To", "References"} {
		for _, s := range strings.Fields(p.header.Get(name)) {
			if !strings.HasPrefix(s, "<") || !strings.HasSuffix(s, ">") || !mail.IsMessageID(s[1:len(s)-1]) {
				t.Fatalf("%s has %q", name, s)
			}
		}
	}
	if n := len(strings.Fields(p.header.Get("Message-Id"))); n != 1 {
		t.Fatalf("%d Message-IDs", n)
	}
	if strings.ContainsAny(p.subject, "\r\n\x00\u202e") {
		t.Fatalf("subject %q", p.subject)
	}
	if got := strings.Count(p.text, "\n-- \n"); got != 1 {
		t.Fatalf("%d signatures in\n%s", got, p.text)
	}
	if strings.Contains(p.html, "<script") || strings.Contains(p.html, "<img") || strings.Count(p.html, "<a ") != 1 {
		t.Fatalf("HTML of the writer's own:\n%s", p.html)
	}
	if len(p.files) != len(m.Files) {
		t.Fatalf("%d files of %d", len(p.files), len(m.Files))
	}
	for i, f := range p.files {
		if f.Name != mail.FileName(m.Files[i].Name) || !bytes.Equal(f.Data, m.Files[i].Data) {
			t.Fatalf("the file %q arrived as %q", m.Files[i].Name, f.Name)
		}
		if f.Name == "" || strings.ContainsAny(f.Name, "/\\\r\n\x00\"\u202e") || strings.HasPrefix(f.Name, ".") || utf8.RuneCountInString(f.Name) > 120 {
			t.Fatalf("the file name %q", f.Name)
		}
		if !slices.Contains([]string{"image/png", "image/jpeg", "image/gif", "application/pdf", "text/plain", "application/octet-stream"}, f.Type) {
			t.Fatalf("the file type %q", f.Type)
		}
	}
}
