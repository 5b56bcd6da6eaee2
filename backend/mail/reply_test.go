package mail_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"countersign/backend/mail"
	"countersign/backend/vault"
	"countersign/shared/id"

	"pgregory.net/rapid"
)

const (
	someTicket  = id.Ticket("0198c0de-0000-7000-8000-00000000000a")
	someContact = id.Contact("0198c0de-0000-7000-8000-00000000000d")
)

func TestReplyAddress(t *testing.T) {
	t.Parallel()
	r := replies(t)
	address := r.Address(someTicket, someContact)
	if !regexp.MustCompile(`^reply\+[a-z2-7]{26}@portal\.example\.com$`).MatchString(address) {
		t.Fatalf("the address %q", address)
	}
	if again := replies(t).Address(someTicket, someContact); again != address {
		t.Errorf("the second time it is %q, then %q", address, again)
	}
	want := address[len("reply+"):strings.Index(address, "@")]
	for _, written := range []string{address, strings.ToUpper(address), " " + address + "\t"} {
		if token, ok := r.Token(written); !ok || token != want {
			t.Errorf("of %q the token is %q %v, want %q", written, token, ok, want)
		}
	}
	for _, other := range []string{
		"", "@", "reply@portal.example.com", "reply+@portal.example.com", "reply+" + want + "@example.com", "other+" + want + "@portal.example.com",
		"reply+" + want + "x@portal.example.com", "reply+" + want[1:] + "@portal.example.com", "reply+" + want[1:] + "1@portal.example.com",
		"reply+" + want + "@portal.example.com.evil.example", "x@y reply+" + want + "@portal.example.com", "<" + address + ">", address + "\x00",
	} {
		if token, ok := r.Token(other); ok {
			t.Errorf("of %q the token is %q", other, token)
		}
	}
	if h := mail.Hash(want); len(h) != 64 || strings.Contains(h, want) || h != mail.Hash(want) {
		t.Errorf("the hash is %q", h)
	}
	if m := mail.Mark(key); m != mail.Mark(key) || m == mail.Mark(key[1:]) || len(m) != 16 || strings.Contains(address, m) {
		t.Errorf("the mark is %q", m)
	}
}

// Every contact of every ticket has an address of their own, whose token comes back out of it.
func TestReplyAddressesDiffer(t *testing.T) {
	t.Parallel()
	r := replies(t)
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.StringN(0, 40, -1), rapid.StringN(0, 40, -1)
		t1, c1, t2, c2 := a.Draw(t, "ticket"), b.Draw(t, "contact"), a.Draw(t, "other ticket"), b.Draw(t, "other contact")
		one, two := r.Address(id.Ticket(t1), id.Contact(c1)), r.Address(id.Ticket(t2), id.Contact(c2))
		if same := t1 == t2 && c1 == c2; (one == two) != same {
			t.Fatalf("%q %q and %q %q have %q and %q", t1, c1, t2, c2, one, two)
		}
		if token, ok := r.Token(one); !ok || r.Address(id.Ticket(t1), id.Contact(c1)) != "reply+"+token+"@portal.example.com" {
			t.Fatalf("the token of %q is %q", one, token)
		}
	})
}

func TestNewRepliesRefuses(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"", "reply", "@example.com", "reply@", "a@b@c.example", "reply+x@example.com", "Replies <reply@example.com>", "re ply@example.com",
		"reply@example.com\r\nBcc: x@evil.example", strings.Repeat("a", 40) + "@example.com", "reply@" + strings.Repeat("a.", 120) + "example",
	} {
		if _, err := mail.NewReplies(key, address); err == nil {
			t.Errorf("%q was accepted", address)
		}
	}
	if _, err := mail.NewReplies(key[:8], "reply@example.com"); err == nil {
		t.Error("a short key was accepted")
	}
	if r, err := mail.NewReplies(key, "Reply@Büro.example"); err != nil || !strings.HasSuffix(r.Address(someTicket, someContact), "@xn--bro-hoa.example") {
		t.Errorf("an international domain: %v", err)
	}
}

// Nothing comes in: there are no addresses, and letters say to answer in the portal.
func TestNoReplies(t *testing.T) {
	t.Parallel()
	var none *mail.Replies
	if a := none.Address(someTicket, someContact); a != "" {
		t.Errorf("an address %q", a)
	}
	if token, ok := none.Token("reply+aaaaaaaaaaaaaaaaaaaaaaaaaa@portal.example.com"); ok {
		t.Errorf("a token %q", token)
	}
	m := sample(mail.TicketMessage, "en", "answered")
	for name, r := range map[string]*mail.Renderer{"nothing comes in": rendererWith(t, nil), "nobody's answers are taken": renderer(t)} {
		if name != "nothing comes in" {
			m.Thread.Contact = ""
		}
		l, err := r.Render(m)
		if err != nil {
			t.Fatal(err)
		}
		if l.ReplyTo.Address != "" || strings.Contains(l.Text+l.HTML, "##-") || !strings.Contains(l.Text, "Answer in the portal instead.") {
			t.Errorf("%s: answers go to %q, and it says\n%s", name, l.ReplyTo.Address, l.Text)
		}
		if l.InReplyTo == "" || len(l.References) == 0 {
			t.Errorf("%s: it stands alone", name)
		}
	}
}

// After the root key was replaced, new mails have new addresses. Those of old mails are found by their hashes, which no
// key is needed for.
func TestReplyAddressesWhenTheKeyIsReplaced(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	old, err := vault.Create(filepath.Join(dir, "key"))
	if err != nil {
		t.Fatal(err)
	}
	next, err := vault.CreateNext(filepath.Join(dir, "next"), old)
	if err != nil {
		t.Fatal(err)
	}
	both, err := next.Beside(old)
	if err != nil {
		t.Fatal(err)
	}
	kept := map[string]bool{}
	var addresses []string
	for _, keys := range []*vault.Keys{old, both, next} {
		r, err := mail.NewReplies(keys.Derive(vault.Reply), "reply@portal.example.com")
		if err != nil {
			t.Fatal(err)
		}
		address := r.Address(someTicket, someContact)
		token, _ := r.Token(address)
		kept[mail.Hash(token)] = true
		addresses = append(addresses, address)
	}
	if addresses[0] == addresses[1] || addresses[1] != addresses[2] || len(kept) != 2 {
		t.Fatalf("the addresses are %q", addresses)
	}
	r, err := mail.NewReplies(next.Derive(vault.Reply), "reply@portal.example.com")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range addresses {
		if token, ok := r.Token(a); !ok || !kept[mail.Hash(token)] {
			t.Errorf("%s is not found any more", a)
		}
	}
}
