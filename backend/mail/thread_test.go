package mail_test

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"countersign/backend/mail"
	"countersign/shared/i18n"
	"countersign/shared/id"

	gomessage "github.com/emersion/go-message/mail"
	gocmp "github.com/google/go-cmp/cmp"
)

// placed is a mail as far as its place in a thread goes, as a mail program reads it.
type placed struct {
	id      string
	refs    []string
	date    time.Time
	subject string
	nth     int // message of the conversation
}

func place(t testing.TB, raw []byte, nth int) placed {
	t.Helper()
	r, err := gomessage.CreateReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("%v\n%s", err, raw)
	}
	p := placed{nth: nth}
	if p.id, err = r.Header.MessageID(); err != nil || p.id == "" {
		t.Fatalf("Message-ID %q, %v", p.id, err)
	}
	if p.refs, err = r.Header.MsgIDList("References"); err != nil {
		t.Fatal(err)
	}
	parents, err := r.Header.MsgIDList("In-Reply-To")
	if err != nil || len(parents) > 1 {
		t.Fatalf("In-Reply-To %q, %v", parents, err)
	}
	if len(parents) == 1 && !slices.Contains(p.refs, parents[0]) {
		p.refs = append(p.refs, parents[0])
	}
	if p.date, err = r.Header.Date(); err != nil {
		t.Fatal(err)
	}
	if p.subject, err = r.Header.Subject(); err != nil {
		t.Fatal(err)
	}
	return p
}

// node is a mail in a thread, or the place of one that is not there.
type node struct {
	mail     *placed
	parent   *node
	children []*node
}

func (n *node) above(other *node) bool {
	for ; other != nil; other = other.parent {
		if other == n {
			return true
		}
	}
	return false
}

func (n *node) under(parent *node) {
	if n.parent != nil {
		n.parent.children = slices.DeleteFunc(n.parent.children, func(c *node) bool { return c == n })
	}
	n.parent, parent.children = parent, append(parent.children, n)
}

// first is the date of a node's first mail.
func (n *node) first() time.Time {
	if n.mail != nil {
		return n.mail.date
	}
	var at time.Time
	for _, c := range n.children {
		if d := c.first(); at.IsZero() || d.Before(at) {
			at = d
		}
	}
	return at
}

func (n *node) walk(see func(*placed)) {
	if n.mail != nil {
		see(n.mail)
	}
	slices.SortStableFunc(n.children, func(a, b *node) int { return a.first().Compare(b.first()) })
	for _, c := range n.children {
		c.walk(see)
	}
}

// threads are a mailbox's threads as mail programs make them of References and In-Reply-To alone: each names the one
// before it, and what a mail says of itself counts more than what others say of it.
func threads(box []placed) (all [][]int) {
	nodes := map[string]*node{}
	at := func(id string) *node {
		if nodes[id] == nil {
			nodes[id] = &node{}
		}
		return nodes[id]
	}
	for i := range box {
		n := at(box[i].id)
		n.mail = &box[i]
		var before *node
		for _, ref := range box[i].refs {
			next := at(ref)
			if before != nil && next.parent == nil && !next.above(before) {
				next.under(before)
			}
			before = next
		}
		if before != nil && !n.above(before) {
			n.under(before)
		}
	}
	var roots []*node
	for _, n := range nodes {
		if n.parent == nil && !n.first().IsZero() {
			roots = append(roots, n)
		}
	}
	slices.SortFunc(roots, func(a, b *node) int { return a.first().Compare(b.first()) })
	for _, r := range roots {
		var nths []int
		r.walk(func(p *placed) { nths = append(nths, p.nth) })
		all = append(all, nths)
	}
	return all
}

// person is somebody in a conversation, and their mailbox: what they got and what they sent.
type person struct {
	name   string
	staff  bool
	byMail func(nth int) bool // whether they write the message by mail
	box    []placed
}

// A conversation of thirty messages, written in the portal and by mail: everybody's mailbox shows it as one thread in
// the order in which it happened, whichever mail is missing.
func TestThreads(t *testing.T) {
	t.Parallel()
	const messages = 30
	always := func(int) bool { return true }
	never := func(int) bool { return false }
	for name, jonas := range map[string]struct {
		opens bool                         // by mail
		older bool                         // he answers mails that are not the newest
		write func(answered placed) string // headers of what his mail program sends
	}{
		"by_the_book":           {write: byTheBook},
		"opens_it_by_mail":      {opens: true, write: byTheBook},
		"without_references":    {opens: true, write: func(p placed) string { return "In-Reply-To: <" + p.id + ">\r\n" }},
		"answers_an_older_mail": {older: true, write: byTheBook},
		"begins_anew":           {opens: true, write: func(placed) string { return "" }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			people := []*person{
				{name: "0198c0de-0000-7000-8000-0000000000a1", byMail: never}, {name: "0198c0de-0000-7000-8000-0000000000a2", byMail: always},
				{name: "0198c0de-0000-7000-8000-0000000000a3", byMail: func(n int) bool { return n%2 == 0 }},
				{name: "0198c0de-0000-7000-8000-0000000000a4", staff: true, byMail: never},
			}
			r := renderer(t)
			var said []mail.Said
			ids := map[string]bool{}
			for n := range messages {
				author := people[(n*n+3*n+1)%len(people)]
				if n == 0 {
					if author = people[0]; jonas.opens {
						author = people[1]
					}
				}
				if n >= messages-2 {
					author = people[3]
				}
				at := created.Add(time.Duration(n) * time.Hour)
				s := mail.Said{Message: id.Message(fmt.Sprintf("0198c0de-0000-7000-8000-%012x", n)), Author: author.name}
				if author.byMail(n) && (n == 0 || len(author.box) > 0) {
					s.MailID = fmt.Sprintf("CAF+%d=x.y_z$%s@mail.example.org", n, author.name[len(author.name)-2:])
					headers := ""
					if len(author.box) > 0 {
						to := len(author.box) - 1
						if jonas.older {
							to = max(0, to-3)
						}
						headers = jonas.write(author.box[to])
					}
					author.box = append(author.box, place(t, []byte("Message-ID: <"+s.MailID+">\r\nDate: "+at.Format(time.RFC1123Z)+
						"\r\nSubject: Re: [#1042] Cancel the line in Nantes\r\n"+headers+"\r\nAn answer.\r\n"), n))
				}
				for _, p := range people {
					if p == author {
						continue
					}
					m := sample(mail.TicketMessage, i18n.Locales()[n%2], "asked")
					if p.staff {
						m = sample(mail.TicketStaff, i18n.EN, "asked")
					}
					m.CreatedAt, m.Thread = at, mail.NewThread(someTicket, s.Message, p.name, said)
					letter, err := r.Render(m)
					if err != nil {
						t.Fatal(err)
					}
					raw, err := mail.Compose(letter)
					if err != nil {
						t.Fatal(err)
					}
					got := place(t, raw, n)
					if ids[got.id] {
						t.Fatalf("%s is the id of two mails", got.id)
					}
					ids[got.id] = true
					if len(got.refs) > 20 {
						t.Fatalf("%d references", len(got.refs))
					}
					p.box = append(p.box, got)
				}
				said = append(said, s)
			}

			for _, p := range people {
				if len(p.box) < messages/3 {
					t.Fatalf("%s has %d mails", p.name, len(p.box))
				}
				for missing := -1; missing < len(p.box); missing++ {
					box := slices.Clone(p.box)
					if missing >= 0 {
						box = slices.Delete(box, missing, missing+1)
					}
					var want []int
					for _, m := range box {
						want = append(want, m.nth)
						if strings.TrimPrefix(m.subject, "Re: ") != "[#1042] Cancel the line in Nantes" {
							t.Fatalf("the subject %q", m.subject)
						}
					}
					// In whatever order a program reads them.
					slices.SortFunc(box, func(a, b placed) int { return cmp.Compare(a.id, b.id) })
					got := threads(box)
					if jonas.older {
						// His answers stand below what they answer.
						slices.Sort(got[0])
					}
					if diff := gocmp.Diff(got, [][]int{want}); diff != "" {
						t.Fatalf("%s without mail %d sees threads\n%s", p.name, missing, diff)
					}
				}
			}
		})
	}
}

// Mails that know nothing of each other are one thread by the conversation they name.
func TestRootHoldsTogether(t *testing.T) {
	t.Parallel()
	var box []placed
	for n := range 3 {
		m := sample(mail.TicketStaff, i18n.EN, "assigned")
		m.CreatedAt = created.Add(time.Duration(n) * time.Hour)
		m.Thread = mail.NewThread(someTicket, id.Message(fmt.Sprint(n)), "ana", nil)
		letter, err := renderer(t).Render(m)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := mail.Compose(letter)
		if err != nil {
			t.Fatal(err)
		}
		box = append(box, place(t, raw, n))
	}
	if diff := gocmp.Diff(threads(box), [][]int{{0, 1, 2}}); diff != "" {
		t.Error(diff)
	}
}

func byTheBook(p placed) string {
	return "In-Reply-To: <" + p.id + ">\r\nReferences: <" + strings.Join(append(slices.Clone(p.refs), p.id), ">\r\n <") + ">\r\n"
}

// Ids of others are written as they came or not at all, at most twenty, and the first of all is among them.
func TestReferences(t *testing.T) {
	t.Parallel()
	m := sample(mail.TicketMessage, i18n.EN, "asked")
	refs := []string{"first", "<CAF+x=1@mail.example.org>", "twice@example.org", "bad id@example.org", "a@b\r\nBcc: x@evil.example", "", "@", "a@", "@b", "a@b@c",
		"<a@b> <c@d>", "a\x00@b", strings.Repeat("x", 250) + "@b", "é@example.org", "=?utf-8?q?x?=@b", "a@[127.0.0.1]", "a@[x y]", "AM0$x!%#&'*/?^_`{|}~..y@b..c"}
	for i := range 20 {
		refs = append(refs, fmt.Sprintf("own%d", i))
	}
	for _, c := range []struct{ refs, want []string }{
		{refs[:18], []string{"first@example.com", "CAF+x=1@mail.example.org", "twice@example.org", "a@[127.0.0.1]", "AM0$x!%#&'*/?^_`{|}~..y@b..c"}},
		{[]string{"a", "b", "a", "b", "self"}, []string{"a@example.com", "b@example.com"}},
		{refs, append([]string{"first@example.com"}, owns(1, 20)...)},
		{refs[3:5], nil},
	} {
		m.Thread = &mail.Thread{ID: "self", Refs: c.refs, Ticket: someTicket, Contact: someContact}
		letter, err := renderer(t).Render(m)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := mail.Compose(letter)
		if err != nil {
			t.Fatal(err)
		}
		got := place(t, raw, 0)
		if diff := gocmp.Diff(got.refs, c.want); diff != "" {
			t.Errorf("references:\n%s", diff)
		}
		if got.id != "self@example.com" {
			t.Errorf("the id %q", got.id)
		}
		if len(c.want) > 0 && letter.InReplyTo != c.want[len(c.want)-1] {
			t.Errorf("it answers %q", letter.InReplyTo)
		}
	}

	m.Thread = &mail.Thread{ID: "no id\r\nBcc: x"}
	if letter, err := renderer(t).Render(m); err != nil || letter.MessageID != string(mailID)+"@example.com" {
		t.Errorf("with a thread's id that is none: %q, %v", letter.MessageID, err)
	}
}

func owns(from, to int) (ids []string) {
	for i := from; i < to; i++ {
		ids = append(ids, fmt.Sprintf("own%d@example.com", i))
	}
	return ids
}

func TestThreadIsStored(t *testing.T) {
	t.Parallel()
	for _, want := range []*mail.Thread{
		nil, {}, {ID: "a", Refs: []string{"b", "c@d"}, Ticket: someTicket, Contact: someContact, Message: "m", Files: true},
	} {
		got, err := mail.ParseThread(want.String())
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(got, want); diff != "" {
			t.Error(diff)
		}
	}
	if _, err := mail.ParseThread("{"); err == nil {
		t.Error("half of a thread was read")
	}
}
