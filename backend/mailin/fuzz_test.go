package mailin_test

import (
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"countersign/backend/mailin"
	"countersign/shared/i18n"

	"github.com/google/go-cmp/cmp"
)

// checkText demands what Message promises of its texts.
func checkText(t *testing.T, what, s string, lines bool) {
	t.Helper()
	if !utf8.ValidString(s) {
		t.Errorf("%s is not valid text: %q", what, s)
	}
	if strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) && !(lines && (r == '\n' || r == '\t')) || unicode.Is(unicode.Bidi_Control, r)
	}) {
		t.Errorf("%s has what can't be seen: %q", what, s)
	}
}

func checkTrimmed(t *testing.T, whole, text string) {
	t.Helper()
	if strings.TrimSpace(strings.ReplaceAll(whole, ">", "")) != "" && text == "" && !strings.Contains(whole, "##-") {
		t.Errorf("nothing is left of %q", whole)
	}
	// What is left stands in the whole, in the same order.
	rest := whole
	for l := range strings.Lines(text) {
		l = strings.TrimSpace(l)
		_, after, ok := strings.Cut(rest, l)
		if !ok {
			t.Fatalf("%q is not in the rest of %q", l, whole)
		}
		rest = after
	}
}

// PR14: whatever comes over the wire is refused with a reason, or made into texts and names that harm nobody.
func FuzzParse(f *testing.F) {
	for _, raw := range replies(f) {
		f.Add(raw, "marie@acme.example")
	}
	for _, build := range bombs(2048) {
		f.Add(build(), "")
	}
	f.Add(nested(12), "")
	f.Fuzz(func(t *testing.T, raw []byte, from string) {
		before := string(raw)
		m, err := mailin.Parse(raw, from, noon)
		if err != nil {
			if r, ok := errors.AsType[*mailin.Refusal](err); !ok || r.Code/10 != 55 || r.Text == "" {
				t.Errorf("refused as %v", err)
			}
			return
		}
		if m.From.Address == "" && m.Auto == mailin.Person {
			t.Error("a person without an address")
		}
		checkText(t, "the text", m.Text, true)
		checkText(t, "the whole", m.Whole, true)
		checkTrimmed(t, m.Whole, m.Text)
		if len(m.Whole) > mailin.MaxText || m.Trimmed != (m.Text != m.Whole) {
			t.Errorf("a text of %d bytes, trimmed: %v", len(m.Whole), m.Trimmed)
		}
		checkText(t, "the subject", m.Subject, false)
		checkText(t, "the name", m.From.Name, false)
		checkText(t, "the address", m.From.Address, false)
		if m.ID == "" || len(m.References) > 100 || len(m.InReplyTo) > 100 {
			t.Errorf("id %q, %d references", m.ID, len(m.References))
		}
		for _, id := range append(append([]string{m.ID}, m.References...), m.InReplyTo...) {
			if strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' || r == '<' || r == '>' }) {
				t.Errorf("id %q", id)
			}
		}
		if len(m.Attachments) > mailin.MaxParts+1 {
			t.Errorf("%d attachments", len(m.Attachments))
		}
		for _, a := range m.Attachments {
			checkText(t, "an attachment's name", a.Name, false)
			if a.Name == "" || strings.ContainsAny(a.Name, `/\:*?"<>|`) || strings.HasPrefix(a.Name, ".") || strings.HasSuffix(a.Name, ".") ||
				utf8.RuneCountInString(a.Name) > 121 || a.Name != mailin.FileName(a.Name, "") {
				t.Errorf("an attachment is named %q", a.Name)
			}
			if !strings.Contains(a.Type, "/") {
				t.Errorf("an attachment is a %q", a.Type)
			}
		}
		if string(raw) != before {
			t.Error("the message was changed")
		}
		if again, err := mailin.Parse(raw, from, noon); err != nil || !cmp.Equal(m, again) {
			t.Errorf("the second time it is %v, %v", again, err)
		}
	})
}

// Cutting takes lines away and changes none.
func FuzzTrim(f *testing.F) {
	for _, raw := range replies(f) {
		if m, err := mailin.Parse(raw, "a@b.example", noon); err == nil {
			f.Add(m.Whole, false)
		}
	}
	f.Add("> "+mailin.Mark(i18n.EN)+"\na ##- b -## c\n##-\n-##", true)
	f.Add("-- \n--\n---\nOn 1 x wrote:\n>\n> >\nDe :\nEnvoyé :\nÀ :\nObjet :", false)
	f.Fuzz(func(t *testing.T, text string, forward bool) {
		whole, kept := mailin.Trim(text, forward)
		checkText(t, "the whole", whole, true)
		checkTrimmed(t, whole, kept)
	})
}

func FuzzHTML(f *testing.F) {
	for _, raw := range replies(f) {
		if _, doc, ok := strings.Cut(string(raw), "<html"); ok {
			f.Add("<html" + doc)
		}
	}
	f.Add("<p>a<ul><li>b<a href=https://x.example>c</a><blockquote>d<pre>e\n f</pre><table><td>g<td>h")
	f.Add("<plaintext>a<b>")
	f.Add("<svg><![CDATA[x]]><math></p><br>")
	f.Fuzz(func(t *testing.T, doc string) {
		text := mailin.HTML(doc)
		checkText(t, "the text", text, true)
		if len(text) > mailin.MaxText {
			t.Errorf("%d bytes", len(text))
		}
	})
}
