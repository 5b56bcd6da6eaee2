package mail_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/mail"
	"countersign/backend/vault"
	"countersign/shared/i18n"
	"countersign/shared/id"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files")

const mailID = id.Mail("0198c0de-0000-7000-8000-000000000001")

var created = time.Date(2026, 3, 9, 13, 2, 0, 0, time.UTC)

var key = []byte("0123456789abcdef0123456789abcdef")

func replies(t testing.TB) *mail.Replies {
	t.Helper()
	r, err := mail.NewReplies(key, "reply@portal.example.com")
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func renderer(t testing.TB) *mail.Renderer {
	t.Helper()
	return rendererWith(t, replies(t))
}

func rendererWith(t testing.TB, replies *mail.Replies) *mail.Renderer {
	t.Helper()
	r, err := mail.NewRenderer(mail.Options{
		PublicURL: "https://portal.example.com", Product: "Northwind", From: "Northwind <no-reply@example.com>",
		Zone: time.FixedZone("", 3600), Replies: replies, Mark: mail.Mark(key),
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// sample fills a template's arguments, each distinct, so that a missing one is seen.
func sample(t mail.Template, l i18n.Locale, variant string) mail.Message {
	all := mail.Args{
		"agent": "Ana Ferreira", "by": "Ludivine Martin", "organization": "Acme Telecom", "note": "Two ports fail.\nTicket 4711.",
		"duration": mail.For(4 * time.Hour), "lapses": mail.At(created.Add(72 * time.Hour)), "ends": mail.At(created.Add(5 * time.Hour)),
		"at": mail.At(created), "expires": mail.At(created.Add(30 * time.Minute)), "address": "203.0.113.0/24", "device": "Firefox, Linux", "contact": "Jonas Meier",
		"holder": "Jonas Meier", "caller": "Jonas Meier", "until": mail.At(created.Add(time.Hour)), "subject": "Cancel the line in Nantes",
		"number": "1042", "service": "Line in Nantes", "author": "Ana Ferreira", "files": "trace.txt\nscreen.png", "amount": mail.Amount(12000, "EUR"), "due": "2026-04-08",
		"body": "Two ports fail since Monday:\nport 3\nport 4\n\nCan you look at them <today> & tomorrow?",
	}
	m := mail.Message{ID: mailID, CreatedAt: created, To: "owner@acme.example", Locale: l, Template: t, Args: mail.Args{"link": "/o/acme/remote-support"}}
	for _, name := range mail.ArgNames(t) {
		m.Args[name] = all[name]
	}
	if name, _ := t.Variants(); name != "" {
		m.Args[name] = variant
	}
	if m.Args["number"] != "" && m.Args["author"] != "" {
		m.Args["link"] = "/o/acme/tickets/1042"
		m.Thread = mail.NewThread("0198c0de-0000-7000-8000-00000000000a", "0198c0de-0000-7000-8000-00000000000c", "jonas",
			[]mail.Said{{Message: "0198c0de-0000-7000-8000-00000000000b", Author: "ana"}})
		if t == mail.TicketMessage {
			m.Thread.Contact = "0198c0de-0000-7000-8000-00000000000d"
		}
	}
	if t.HasToken() {
		m.Args["link"], m.Token = "/reset", vault.NewSecret("dG9rZW4")
	}
	return m
}

// each calls fn for every template, with each of its variants.
func each(fn func(t mail.Template, variant string)) {
	for _, t := range mail.Templates() {
		_, variants := t.Variants()
		if len(variants) == 0 {
			variants = []string{""}
		}
		for _, v := range variants {
			fn(t, v)
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got, string(want)); diff != "" {
		t.Errorf("%s differs; read the difference, then run with -update:\n%s", name, diff)
	}
}

// All mails as people read them, in both languages.
func TestLetters(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for _, l := range i18n.Locales() {
		var b strings.Builder
		each(func(tpl mail.Template, variant string) {
			letter, err := r.Render(sample(tpl, l, variant))
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "==== %s\nSubject: %s\n\n%s\n", strings.TrimSuffix(string(tpl)+" "+variant, " "), letter.Subject, letter.Text)
		})
		golden(t, "letters."+string(l)+".txt", b.String())

		letter, err := r.Render(sample(mail.AccessRequested, l, ""))
		if err != nil {
			t.Fatal(err)
		}
		golden(t, "access_requested."+string(l)+".html", letter.HTML)

		if letter, err = r.Render(sample(mail.TicketMessage, l, "answered")); err != nil {
			t.Fatal(err)
		}
		golden(t, "ticket_message."+string(l)+".html", letter.HTML)
	}
}

// Every sentence exists in every language, uses only arguments that its template has, and uses all that matter.
func TestLettersAreComplete(t *testing.T) {
	t.Parallel()
	missing := regexp.MustCompile(`\{\w+\}|mail\.\w`)
	for _, l := range i18n.Locales() {
		r := renderer(t)
		each(func(tpl mail.Template, variant string) {
			m := sample(tpl, l, variant)
			letter, err := r.Render(m)
			if err != nil {
				t.Fatal(err)
			}
			for _, part := range []string{letter.Subject, letter.Text, letter.HTML} {
				if missing.MatchString(part) {
					t.Errorf("%s %s %s: a sentence or an argument is missing in\n%s", l, tpl, variant, part)
				}
			}
			if m.Args["organization"] != "" && !strings.Contains(letter.Text, "Acme Telecom") {
				t.Errorf("%s %s %s does not name the organization", l, tpl, variant)
			}
			if m.Args["note"] != "" && !strings.Contains(letter.Text, "> Two ports fail.\n> Ticket 4711.\n") {
				t.Errorf("%s %s %s does not quote the note", l, tpl, variant)
			}
			if !strings.Contains(letter.Text, "https://portal.example.com/") || !strings.Contains(letter.HTML, `href="https://portal.example.com/`) {
				t.Errorf("%s %s %s has no link", l, tpl, variant)
			}
		})
	}
	if got, want := len(mail.Templates()), mail.SpecCount(); got != want {
		t.Errorf("Templates lists %d of %d", got, want)
	}
}

// TH15: no mail carries a link that decides; TH17: only links of tokens carry one, on the configured host.
func TestLinks(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	link := regexp.MustCompile(`https?://\S+`)
	each(func(tpl mail.Template, variant string) {
		letter, err := r.Render(sample(tpl, i18n.EN, variant))
		if err != nil {
			t.Fatal(err)
		}
		want := "https://portal.example.com" + sample(tpl, i18n.EN, variant).Args["link"]
		if tpl.HasToken() {
			want = "https://portal.example.com/reset?token=dG9rZW4"
		}
		if got := link.FindAllString(letter.Text, -1); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: links are %q, want only %q", tpl, got, want)
		}
	})

	for _, path := range []string{"", "reset", "//evil.example/x", "https://evil.example", "/\\evil.example", "/x\r\nBcc: a@b.c", "/a b", "/é", "/x\"onclick=", "/%zz", strings.Repeat("/x", 600)} {
		m := sample(mail.AccessRequested, i18n.EN, "")
		m.Args["link"] = path
		if _, err := r.Render(m); !errors.Is(err, mail.ErrUnsendable) {
			t.Errorf("link %.30q: got %v, want unsendable", path, err)
		}
	}

	m := sample(mail.PasswordReset, i18n.EN, "")
	m.Args["link"] = "/reset?lang=fr"
	letter, err := r.Render(m)
	if err != nil || !strings.Contains(letter.Text, "/reset?lang=fr&token=dG9rZW4") {
		t.Errorf("a link with a query: %v\n%s", err, letter.Text)
	}
}

// What a person wrote stands in the letter as it was written, and can't pass for its end or grow without bounds.
func TestBody(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for body, want := range map[string]string{
		"one\n  two\n\n\n\nthree":             "one\n  two\n\nthree\n\nFiles,",
		"bye\n-- \nJonas":                     "bye\n--\nJonas\n\nFiles,",
		"a\r\nb\tc\u202ed\x00":                "a\nb cd\n\nFiles,",
		"see https://evil.example/?a=1&b=<2>": "see https://evil.example/?a=1&b=<2>\n\nFiles,",
		strings.Repeat("é", 20_001):           strings.Repeat("é", 20_000) + "…\n\nFiles,",
		"":                                    "wrote:\n\nFiles,",
		" \n ":                                "wrote:\n\nFiles,",
	} {
		m := sample(mail.TicketMessage, i18n.EN, "asked")
		m.Args["body"] = body
		l, err := r.Render(m)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(l.Text, want) {
			t.Errorf("%.100q reads\n%.500s", body, l.Text)
		}
		if strings.Count(l.HTML, "<a ") != 1 || strings.Contains(l.HTML, "<2>") {
			t.Errorf("%.100q is\n%.2000s", body, l.HTML)
		}
	}
	m := sample(mail.TicketMessage, i18n.EN, "closed")
	for _, name := range []string{"body", "files", "service"} {
		delete(m.Args, name)
	}
	if l, err := r.Render(m); err != nil || strings.Contains(l.Text, "Files") || strings.Contains(l.Text, "Service") {
		t.Errorf("with nothing but that it was closed: %v\n%s", err, l.Text)
	}
}

func TestRenderRefuses(t *testing.T) {
	t.Parallel()
	r := renderer(t)
	for name, change := range map[string]func(*mail.Message){
		"unknown_template":       func(m *mail.Message) { m.Template = "advert" },
		"missing_argument":       func(m *mail.Message) { delete(m.Args, "agent") },
		"unknown_argument":       func(m *mail.Message) { m.Args["agnet"] = "x" },
		"malformed_moment":       func(m *mail.Message) { m.Args["lapses"] = "tomorrow" },
		"malformed_duration":     func(m *mail.Message) { m.Args["duration"] = "4" },
		"text_that_is_not_valid": func(m *mail.Message) { m.Args["agent"] = "\xff" },
		"no_id":                  func(m *mail.Message) { m.ID = "1" },
		"token_where_none_is":    func(m *mail.Message) { m.Token = vault.NewSecret("x") },
		"no_token":               func(m *mail.Message) { *m = sample(mail.PasswordReset, i18n.EN, ""); m.Token = vault.Secret{} },
		"unknown_variant":        func(m *mail.Message) { *m = sample(mail.AccessEnded, i18n.EN, "bored") },
		"no_day":                 func(m *mail.Message) { *m = sample(mail.InvoiceNew, i18n.EN, ""); m.Args["due"] = "8 April" },
		"no_amount":              func(m *mail.Message) { *m = sample(mail.InvoiceNew, i18n.EN, ""); m.Args["amount"] = "1,5 EUR" },
		"no_currency":            func(m *mail.Message) { *m = sample(mail.InvoiceNew, i18n.EN, ""); m.Args["amount"] = "1 E\n1" },
		"two_recipients":         func(m *mail.Message) { m.To = "a@acme.example, b@acme.example" },
		"named_recipient":        func(m *mail.Message) { m.To = "Owner <owner@acme.example>" },
		"quoted_recipient":       func(m *mail.Message) { m.To = `"a@evil.example> x"@acme.example` },
		"recipient_with_newline": func(m *mail.Message) { m.To = "owner@acme.example\r\nBcc: x@evil.example" },
		"recipient_without_host": func(m *mail.Message) { m.To = "owner@" },
		"no_recipient":           func(m *mail.Message) { m.To = "" },
		"long_recipient":         func(m *mail.Message) { m.To = strings.Repeat("a", 250) + "@acme.example" },
	} {
		t.Run(name, func(t *testing.T) {
			m := sample(mail.AccessRequested, i18n.EN, "")
			change(&m)
			if _, err := r.Render(m); !errors.Is(err, mail.ErrUnsendable) {
				t.Errorf("got %v, want unsendable", err)
			}
		})
	}

	m := sample(mail.AccessRequested, i18n.EN, "")
	m.To = "owner@büro.example"
	if l, err := r.Render(m); err != nil || l.To != "owner@xn--bro-hoa.example" {
		t.Errorf("international domain: %q, %v", l.To, err)
	}
	delete(m.Args, "note")
	if l, err := r.Render(m); err != nil || strings.Contains(l.Text, "note") {
		t.Errorf("without a note: %v", err)
	}
}

func TestNewRendererRefuses(t *testing.T) {
	t.Parallel()
	good := mail.Options{PublicURL: "https://portal.example.com/", Product: "Northwind", From: "no-reply@example.com"}
	if _, err := mail.NewRenderer(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*mail.Options){
		"no_url":      func(o *mail.Options) { o.PublicURL = "" },
		"no_scheme":   func(o *mail.Options) { o.PublicURL = "portal.example.com" },
		"script":      func(o *mail.Options) { o.PublicURL = "javascript:alert(1)" },
		"credentials": func(o *mail.Options) { o.PublicURL = "https://a:b@portal.example.com" },
		"query":       func(o *mail.Options) { o.PublicURL = "https://portal.example.com/?x=1" },
		"no_product":  func(o *mail.Options) { o.Product = "" },
		"no_sender":   func(o *mail.Options) { o.From = "" },
		"bad_sender":  func(o *mail.Options) { o.From = "Northwind" },
		"long_domain": func(o *mail.Options) { o.From = "a@" + strings.Repeat("abc.", 60) + "example" },
	} {
		o := good
		change(&o)
		if _, err := mail.NewRenderer(o); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestMomentsAndDurations(t *testing.T) {
	t.Parallel()
	newYork := time.FixedZone("", -5*3600)
	kolkata := time.FixedZone("", 5*3600+1800)
	for _, c := range []struct {
		at     time.Time
		en, fr string
	}{
		{created, "9 March 2026, 13:02 (UTC)", "9 mars 2026 à 13:02 (UTC)"},
		{time.Date(2026, 8, 1, 0, 5, 0, 0, kolkata), "1 August 2026, 00:05 (UTC+5:30)", "1er août 2026 à 00:05 (UTC+5:30)"},
		{time.Date(2026, 12, 31, 23, 59, 0, 0, newYork), "31 December 2026, 23:59 (UTC−5)", "31 décembre 2026 à 23:59 (UTC−5)"},
	} {
		if got := mail.ShowMoment(i18n.EN, c.at); got != c.en {
			t.Errorf("got %q, want %q", got, c.en)
		}
		if got := mail.ShowMoment(i18n.FR, c.at); got != c.fr {
			t.Errorf("got %q, want %q", got, c.fr)
		}
	}
	for d, want := range map[time.Duration][2]string{
		15 * time.Minute: {"15 minutes", "15 minutes"},
		time.Hour:        {"1 hour", "1 heure"},
		90 * time.Minute: {"1 hour 30 minutes", "1 heure 30 minutes"},
		24 * time.Hour:   {"24 hours", "24 heures"},
		72 * time.Hour:   {"3 days", "3 jours"},
		168 * time.Hour:  {"7 days", "7 jours"},
	} {
		if got := [2]string{mail.ShowSpan(i18n.EN, d), mail.ShowSpan(i18n.FR, d)}; got != want {
			t.Errorf("%v: got %q, want %q", d, got, want)
		}
	}
}

// parsed is what a receiving program makes of a message.
type parsed struct {
	header  netmail.Header
	subject string
	text    string
	html    string
	files   []mail.File
}

func copied(r io.Reader) (io.Reader, error) {
	b, err := io.ReadAll(r)
	return bytes.NewReader(b), err
}

// attached are the parts after the first.
func attached(t rapid.TB, mixed *multipart.Reader) (files []mail.File) {
	t.Helper()
	for {
		part, err := mixed.NextRawPart()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		if names := slices.Sorted(maps.Keys(part.Header)); !slices.Equal(names, []string{"Content-Disposition", "Content-Transfer-Encoding", "Content-Type"}) {
			t.Fatalf("a file with the headers %q", names)
		}
		how, params, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
		if err != nil || how != "attachment" || len(params) != 1 {
			t.Fatalf("a file with the disposition %q %v: %v", how, params, err)
		}
		data, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, part))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, mail.File{Name: params["filename"], Type: part.Header.Get("Content-Type"), Data: data})
	}
}

func parse(t rapid.TB, raw []byte) parsed {
	t.Helper()
	msg, err := netmail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("not a message: %v\n%s", err, raw)
	}
	p := parsed{header: msg.Header}
	if p.subject, err = new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject")); err != nil {
		t.Fatal(err)
	}
	media, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	body := msg.Body
	if err == nil && media == "multipart/mixed" {
		mixed := multipart.NewReader(body, params["boundary"])
		first, err := mixed.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		if media, params, err = mime.ParseMediaType(first.Header.Get("Content-Type")); err != nil {
			t.Fatal(err)
		}
		if body, err = copied(first); err != nil {
			t.Fatal(err)
		}
		p.files = attached(t, mixed)
	}
	if err != nil || media != "multipart/alternative" {
		t.Fatalf("content type %q: %v", media, err)
	}
	parts := multipart.NewReader(body, params["boundary"])
	for i := 0; ; i++ {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			if i != 2 {
				t.Fatalf("%d parts, want a text and an HTML one", i)
			}
			return p
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(quotedprintable.NewReader(part))
		if err != nil {
			t.Fatal(err)
		}
		switch kind := part.Header.Get("Content-Type"); {
		case strings.HasPrefix(kind, "text/plain"):
			p.text = strings.ReplaceAll(string(body), "\r\n", "\n")
		case strings.HasPrefix(kind, "text/html"):
			p.html = string(body)
		default:
			t.Fatalf("a part of the type %s", kind)
		}
	}
}

// headerNames are those of every mail, and those of one in a conversation whose answers are taken.
func headerNames(answerable bool) []string {
	names := []string{"Auto-Submitted", "Content-Language", "Content-Type", "Date", "From", "Message-Id", "Mime-Version", "Subject", "To",
		"X-Auto-Response-Suppress", "X-Countersign-Loop"}
	if answerable {
		names = append(names, "In-Reply-To", "References", "Reply-To")
		slices.Sort(names)
	}
	return names
}

func TestWireForm(t *testing.T) {
	t.Parallel()
	letter, err := renderer(t).Render(sample(mail.AccessRequested, i18n.FR, ""))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := mail.Compose(letter)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := mail.Compose(letter)
	if !bytes.Equal(raw, again) {
		t.Error("the same letter gives other bytes")
	}
	golden(t, "access_requested.fr.eml", strings.ReplaceAll(string(raw), "\r\n", "\n"))

	p := parse(t, raw)
	if p.subject != letter.Subject || p.text != letter.Text || p.html != strings.ReplaceAll(letter.HTML, "\n", "\r\n") && p.html != letter.HTML {
		t.Error("what is received is not what was sent")
	}
	for name, want := range map[string]string{
		"Message-Id": "<" + string(mailID) + "@example.com>", "To": "<owner@acme.example>", "From": `"Northwind" <no-reply@example.com>`,
		"Auto-Submitted": "auto-generated", "Content-Language": "fr", "Date": "Mon, 09 Mar 2026 13:02:00 +0000",
	} {
		if got := p.header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestComposeRefusesBrokenHeaders(t *testing.T) {
	t.Parallel()
	letter, err := renderer(t).Render(sample(mail.AccessRequested, i18n.EN, ""))
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*mail.Letter){
		"subject_cr":   func(l *mail.Letter) { l.Subject += "\rBcc: x@evil.example" },
		"subject_lf":   func(l *mail.Letter) { l.Subject += "\nBcc: x@evil.example" },
		"subject_nul":  func(l *mail.Letter) { l.Subject += "\x00" },
		"sender_name":  func(l *mail.Letter) { l.From.Name += "\r\nBcc: x@evil.example" },
		"sender":       func(l *mail.Letter) { l.From.Address += ">\r\nBcc: x@evil.example" },
		"recipient":    func(l *mail.Letter) { l.To += ",x@evil.example" },
		"message_id":   func(l *mail.Letter) { l.MessageID += ">\r\nBcc: x@evil.example" },
		"reply_to":     func(l *mail.Letter) { l.ReplyTo.Address = "reply@example.com>\r\nBcc: x@evil.example" },
		"reply_name":   func(l *mail.Letter) { l.ReplyTo = netmail.Address{Name: "\r\nBcc: x", Address: "reply@example.com"} },
		"mark":         func(l *mail.Letter) { l.Mark = "x\r\nBcc: x@evil.example" },
		"no_recipient": func(l *mail.Letter) { l.To = "" },
	} {
		l := letter
		change(&l)
		if _, err := mail.Compose(l); !errors.Is(err, mail.ErrUnsendable) {
			t.Errorf("%s: got %v, want unsendable", name, err)
		}
	}
}

func TestFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "mail")
	f, err := mail.NewFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	letter, err := renderer(t).Render(sample(mail.PasswordReset, i18n.EN, ""))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := f.Send(context.Background(), letter); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 || entries[0].Name() != "20260309T130200Z-"+string(mailID)+".eml" {
		t.Fatalf("the folder holds %v, want one file named by time and id", entries)
	}
	raw, err := os.ReadFile(filepath.Join(dir, entries[0].Name()))
	if err != nil {
		t.Fatal(err)
	}
	if p := parse(t, raw); p.text != letter.Text {
		t.Error("the file is not the letter")
	}
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, entries[0].Name()): 0o600} {
		if info, _ := os.Stat(path); info.Mode().Perm() != want {
			t.Errorf("%s has mode %04o: its links are secrets", path, info.Mode().Perm())
		}
	}

	letter.ID = "../../etc/passwd"
	if err := f.Send(t.Context(), letter); !errors.Is(err, mail.ErrUnsendable) {
		t.Errorf("an id that is a path: %v", err)
	}
	os.Remove(filepath.Join(dir, entries[0].Name()))
	os.Remove(dir)
	letter.ID = mailID
	if err := f.Send(t.Context(), letter); err == nil || errors.Is(err, mail.ErrUnsendable) {
		t.Errorf("without its folder: got %v, want an error that may pass", err)
	}
}

func BenchmarkRender(b *testing.B) {
	r := renderer(b)
	m := sample(mail.AccessRequested, i18n.FR, "")
	for b.Loop() {
		l, err := r.Render(m)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := mail.Compose(l); err != nil {
			b.Fatal(err)
		}
	}
}
