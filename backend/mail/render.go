package mail

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/mail"
	"net/url"
	"strings"
	"time"

	"countersign/shared/i18n"
	"countersign/shared/id"
)

// Renderer writes messages out as letters.
type Renderer struct {
	base    string
	product string
	from    mail.Address
	domain  string
	zone    *time.Location
}

// Options are what all letters of an installation share.
type Options struct {
	PublicURL string         // where the portal is reached; links never come from a request
	Product   string         // the provider's brand
	From      string         // "Name <address>" or the bare address; the name defaults to Product
	Zone      *time.Location // of the times told, UTC when nil
}

// NewRenderer checks the options; the error is a sentence for the person who starts the server.
func NewRenderer(o Options) (*Renderer, error) {
	u, err := url.Parse(o.PublicURL)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("the public URL %q is not one like https://portal.example.com", o.PublicURL)
	}
	if o.Product == "" {
		return nil, fmt.Errorf("mails need the product's name")
	}
	from, err := mail.ParseAddress(o.From)
	if err != nil {
		return nil, fmt.Errorf("the sender's address %q of mails is not usable: %w", o.From, err)
	}
	if from.Address, err = envelope(from.Address); err != nil {
		return nil, fmt.Errorf("the sender's address of mails: %w", err)
	}
	if from.Name == "" {
		from.Name = o.Product
	}
	r := &Renderer{base: strings.TrimSuffix(u.String(), "/"), product: clean(o.Product, false), from: *from, zone: o.Zone}
	_, r.domain, _ = strings.Cut(from.Address, "@")
	if r.zone == nil {
		r.zone = time.UTC
	}
	return r, nil
}

//go:embed letter.html
var letterHTML string

var page = template.Must(template.New("letter").Parse(letterHTML))

// content is a letter before it is given a form.
type content struct {
	Locale     i18n.Locale
	Subject    string
	Paragraphs []string
	NoteIntro  string
	Note       []string // lines
	Action     string
	Link       string
	Footer     string
}

// Render writes a message out. Its error wraps ErrUnsendable: the same message will never do.
func (r *Renderer) Render(m Message) (Letter, error) {
	if err := Check(m.Template, m.Args); err != nil {
		return Letter{}, err
	}
	if !id.Valid(m.ID) {
		return Letter{}, unsendable("a mail of the template %s has no id", m.Template)
	}
	to, err := envelope(m.To)
	if err != nil {
		return Letter{}, unsendable("the recipient of %s: %w", m.ID, err)
	}
	if m.Template.HasToken() == m.Token.Empty() {
		return Letter{}, unsendable("a mail of the template %s has a token: %v", m.Template, !m.Token.Empty())
	}

	c := r.content(m)
	var html bytes.Buffer
	if err := page.Execute(&html, c); err != nil {
		return Letter{}, unsendable("write %s as HTML: %w", m.ID, err)
	}
	return Letter{
		ID: m.ID, MessageID: string(m.ID) + "@" + r.domain, Date: m.CreatedAt, From: r.from, To: to,
		Locale: c.Locale, Subject: c.Subject, Text: c.text(), HTML: html.String(),
	}, nil
}

func (r *Renderer) content(m Message) content {
	l := i18n.Parse(string(m.Locale))
	args := []any{"product", r.product}
	for name, k := range specs[m.Template].args {
		args = append(args, name, show(l, r.zone, k, m.Args[name]))
	}
	t := func(part string) string { return l.T(m.Template.key(m.Args, part), args...) }

	c := content{
		Locale: l, Subject: t("subject"), Paragraphs: strings.Split(t("body"), "\n"),
		Action: t("action"), Link: r.link(m), Footer: l.T("mail.footer", "product", r.product),
	}
	if n := show(l, r.zone, note, m.Args["note"]); n != "" {
		c.NoteIntro, c.Note = l.T("mail.note"), strings.Split(n, "\n")
	}
	return c
}

func (r *Renderer) link(m Message) string {
	link := r.base + m.Args["link"]
	if m.Token.Empty() {
		return link
	}
	mark := "?"
	if strings.Contains(link, "?") {
		mark = "&"
	}
	return link + mark + "token=" + url.QueryEscape(m.Token.Reveal())
}

func (c content) text() string {
	var b strings.Builder
	for _, p := range c.Paragraphs {
		b.WriteString(p + "\n\n")
	}
	if len(c.Note) > 0 {
		// Each line is marked, so that a note can't pass for a part of the letter.
		b.WriteString(c.NoteIntro + "\n> " + strings.Join(c.Note, "\n> ") + "\n\n")
	}
	b.WriteString(c.Action + "\n" + c.Link + "\n\n-- \n" + c.Footer + "\n")
	return b.String()
}
