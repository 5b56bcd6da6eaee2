package mail

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"net/mail"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"countersign/backend/mailin"
	"countersign/shared/i18n"
	"countersign/shared/id"
	"countersign/shared/ticket"
)

// Renderer writes messages out as letters.
type Renderer struct {
	base    string
	product string
	from    mail.Address
	domain  string
	zone    *time.Location
	replies *Replies
	mark    string
}

// Options are what all letters of an installation share.
type Options struct {
	PublicURL string         // where the portal is reached; links never come from a request
	Product   string         // the provider's brand
	From      string         // "Name <address>" or the bare address; the name defaults to Product
	Zone      *time.Location // of the times told, UTC when nil
	Replies   *Replies       // where answers to mails of tickets go, nil when mails come in nowhere
	Mark      string         // see Mark
}

const idChars = 36 // of a mail's id, before the @ of its Message-ID

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
	r := &Renderer{base: strings.TrimSuffix(u.String(), "/"), product: clean(o.Product, false), from: *from, zone: o.Zone,
		replies: o.Replies, mark: o.Mark}
	if _, r.domain, _ = strings.Cut(from.Address, "@"); !IsMessageID(strings.Repeat("0", idChars) + "@" + r.domain) {
		return nil, fmt.Errorf("the sender's address of mails: its domain is too long")
	}
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
	Above      string // the line above which an answer is written, "" when none can be sent by mail
	Subject    string
	Paragraphs []string
	NoteIntro  string
	Note       []string // lines
	BodyIntro  string
	Body       [][]string // paragraphs of lines
	FilesIntro string
	Files      []string // names
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

	letter := Letter{
		ID: m.ID, MessageID: string(m.ID) + "@" + r.domain, Date: m.CreatedAt, From: r.from, To: to, Mark: r.mark,
	}
	r.place(&letter, m.Thread)
	if small(m.Files) {
		letter.Files = m.Files
	}

	c := r.content(m, &letter)
	var html bytes.Buffer
	if err := page.Execute(&html, c); err != nil {
		return Letter{}, unsendable("write %s as HTML: %w", m.ID, err)
	}
	letter.Locale, letter.Subject, letter.Text, letter.HTML = c.Locale, c.Subject, c.text(), html.String()
	return letter, nil
}

// place writes a letter's place in its conversation.
func (r *Renderer) place(l *Letter, t *Thread) {
	if t == nil {
		return
	}
	if own := t.ID + "@" + r.domain; IsMessageID(own) {
		l.MessageID = own
	}
	if l.References = t.references(l.MessageID, r.domain); len(l.References) > 0 {
		l.InReplyTo = l.References[len(l.References)-1]
	}
	if r.replies != nil && t.Ticket != "" && t.Contact != "" {
		l.ReplyTo = mail.Address{Name: r.from.Name, Address: r.replies.Address(t.Ticket, t.Contact)}
	}
}

func (r *Renderer) content(m Message, letter *Letter) content {
	l, s := i18n.Parse(string(m.Locale)), specs[m.Template]
	args, shown := []any{"product", r.product, "days", strconv.Itoa(ticket.ReopenDays)}, map[kind]string{}
	for name, k := range s.args {
		shown[k] = show(l, r.zone, k, m.Args[name])
		args = append(args, name, shown[k])
	}
	t := func(part string) string { return l.T(m.Template.key(m.Args, part), args...) }

	c := content{
		Locale: l, Paragraphs: strings.Split(t("body"), "\n"), Action: t("action"), Link: r.link(m),
	}
	if n := shown[note]; n != "" {
		c.NoteIntro, c.Note = l.T("mail.note"), strings.Split(n, "\n")
	}
	if !s.ticket {
		c.Subject, c.Footer = t("subject"), l.T("mail.footer", args...)
		return c
	}

	c.Subject, c.Footer = l.T("mail.ticket.subject", args...), l.T("mail.ticket.footer_portal", args...)
	if letter.ReplyTo.Address != "" {
		c.Above, c.Footer = mailin.Mark(l), l.T("mail.ticket.footer_answer", args...)
	}
	if shown[maybe] != "" {
		c.Paragraphs = slices.Insert(c.Paragraphs, 0, l.T("mail.ticket.service", args...))
	}
	if c.Body = paragraphs(shown[body]); c.Body != nil && m.Args["what"] == "assigned" {
		c.BodyIntro = l.T("mail.ticket.last")
	}
	if shown[names] != "" {
		c.Files = strings.Split(shown[names], "\n")
		if c.FilesIntro = l.T("mail.ticket.files"); len(letter.Files) == len(c.Files) {
			c.FilesIntro = l.T("mail.ticket.files_attached")
		}
	}
	return c
}

// paragraphs are what empty lines part.
func paragraphs(s string) (all [][]string) {
	var one []string
	for line := range strings.SplitSeq(s+"\n", "\n") {
		switch {
		case line != "":
			one = append(one, line)
		case one != nil:
			all, one = append(all, one), nil
		}
	}
	return all
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
	if c.Above != "" {
		b.WriteString(c.Above + "\n\n")
	}
	for _, p := range c.Paragraphs {
		b.WriteString(p + "\n\n")
	}
	if len(c.Note) > 0 {
		// Each line is marked, so that a note can't pass for a part of the letter.
		b.WriteString(c.NoteIntro + "\n> " + strings.Join(c.Note, "\n> ") + "\n\n")
	}
	if c.BodyIntro != "" {
		b.WriteString(c.BodyIntro + "\n\n")
	}
	for _, p := range c.Body {
		b.WriteString(strings.Join(p, "\n") + "\n\n")
	}
	if len(c.Files) > 0 {
		b.WriteString(c.FilesIntro + "\n- " + strings.Join(c.Files, "\n- ") + "\n\n")
	}
	b.WriteString(c.Action + "\n" + c.Link + "\n\n-- \n" + c.Footer + "\n")
	return b.String()
}
