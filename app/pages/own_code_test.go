//go:build !js

package pages

import (
	"strings"
	"testing"
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/code"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// C04, C05: while a code is typed each rule that is not met names its reason, and the warning stands beside it.
func TestCodeField_names_what_is_wrong(t *testing.T) {
	w := backendtest.New(t)
	v := visitAs(t, w, w.Marie)
	f := codeField{ID: "c", Label: "Phone/Chat Code", At: v.seat("profile"), About: aboutHere(v.seat("profile"), code.Subject{Postcode: "75011"})}
	for typed, want := range map[string][]string{
		"":                   {"Needed: At least eight characters", "Needed: No personal data", "Requests may add costs."},
		"short":              {"Not met: At least eight characters", "Met: No personal data"},
		"violin 75011":       {"Not met: No personal data", "postcode"},
		"marie likes tea":    {"Not met: No personal data", "your name"},
		"acmetelecom":        {"Not met: No personal data", "organization"},
		"12345678":           {"Not met: Nothing that others would try first", "Met: At least eight characters"},
		"violin 536-22-1234": {"Not met: No personal data", "Social Security number"},
		"tea 12.05.1984":     {"Not met: No personal data", "Contains a date"},
		ownCode:              {"Met: At least eight characters", "Met: No personal data", "Met: Nothing that others would try first"},
	} {
		c := codeInput{value: typed}
		got := flat(app.HTMLString(c.render(f)))
		for _, x := range want {
			if !strings.Contains(got, x) {
				t.Errorf("%q: no %q in %s", typed, x, got)
			}
		}
		if ok := c.valid(f); ok != (typed == "" || typed == ownCode) {
			t.Errorf("%q counts as valid: %v", typed, ok)
		}
	}
}

// C09: a typed code is in no HTML, in nothing that is handed on as typed text, and gone once it was saved.
func TestCodeField_tells_the_code_to_nobody(t *testing.T) {
	w := backendtest.New(t)
	v := visitAs(t, w, w.Marie)
	c := codeInput{value: ownCode, shown: true}
	if got := app.HTMLString(c.render(codeField{ID: "c", Label: "Code", At: v.seat("profile")})); strings.Contains(got, "copper") {
		t.Errorf("the code is in the HTML:\n%s", got)
	}
	for _, u := range c.typed("Code") {
		if u.Text != maskedCode {
			t.Errorf("handed on: %q", u.Text)
		}
	}
	if b := c.body(); b == nil || b.Code != ownCode || b.Generated {
		t.Errorf("sent: %+v", b)
	}
	c.generated = ownCode
	if !c.body().Generated {
		t.Error("what was taken as it was generated is not said to be")
	}
	if c.clear(); c.dirty() || c.typed("Code") != nil || c.body() != nil {
		t.Error("something is left")
	}
	if c = (codeInput{remove: true}); !c.body().Remove || c.body().Code != "" {
		t.Errorf("removing sends %+v", c.body())
	}
}

// C13: a phrase that is in sight goes when it was used, replaced, or over; an answer from before it was made takes
// nothing away.
func TestPhrase_follows_the_server(t *testing.T) {
	now := ui.ServerNow()
	fresh := func() *phraseCard {
		return &phraseCard{text: "copper lamp river", until: now.Add(10 * time.Minute), made: now, large: true}
	}
	later := now.Add(time.Second)
	for name, x := range map[string]struct {
		open       *api.PhraseState
		at         time.Time
		text, used bool
	}{
		"the same":        {&api.PhraseState{ExpiresAt: now.Add(10 * time.Minute)}, later, true, false},
		"used":            {nil, later, false, true},
		"asked before it": {nil, now.Add(-time.Second), true, false},
		"another one":     {&api.PhraseState{ExpiresAt: now.Add(20 * time.Minute)}, later, false, false},
	} {
		c := fresh()
		if c.follow(x.open, x.at); (c.text != "") != x.text || c.used != x.used || c.large != x.text {
			t.Errorf("%s: text %q, used %v, large %v", name, c.text, c.used, c.large)
		}
	}
}

// C09: a code is shown only after somebody asked, and nothing of it is left when the page goes.
func TestProfile_shows_the_code_on_demand(t *testing.T) {
	w := backendtest.New(t)
	withCode(t, w)
	v := visitAs(t, w, w.Marie)
	p := &Profile{At: v.seat(pageProfile)}
	v.open(p)
	v.says("Acme Telecom", "12 rue des Lilas", "75011 Paris", "Phone/Chat Code", maskedCode, "can see it", "Marie Dubois", "It was not revealed since.", "set the code")
	v.saysNot("velvet")

	p.code.with("reveal", p.codeShow(), func(_ app.Context, text string) { p.code.take(p.ctx, text) })
	v.says(accountCode, "Hidden again in")
	p.load(p.ctx, true) // as the live stream says
	v.says(accountCode, "Last revealed by Marie Dubois")
	v.do(p.ctx, p.code.hide)
	v.says(maskedCode)
	v.saysNot("velvet")
	p.code.text = accountCode
	if p.OnDismount(); p.code.text != "" {
		t.Error("the code outlives the page")
	}
}

// C03: saving the custom fields sets the code, closes the dialog, forgets the code and says so at the top.
func TestProfile_saves_the_code(t *testing.T) {
	w := backendtest.New(t)
	v := visitAs(t, w, w.Marie)
	p := &Profile{At: v.seat(pageProfile)}
	v.open(p)
	v.says("No code is set.")
	v.do(p.ctx, func() { p.custom.show(p, true) })
	v.says("Edit custom fields", "Save Changes")
	v.do(p.ctx, func() {
		p.custom.code.value = "marie 1234"
		p.custom.submit(p.ctx, p)
	})
	v.says("The list below says why.")
	p.custom.code.value = accountCode
	if u := v.session.Unsent(); len(u) != 1 || u[0].Text != maskedCode {
		t.Errorf("handed on as unsent: %+v", u)
	}
	p.custom.submit(p.ctx, p)
	v.says("Success: Account information updated.", maskedCode, "Set by Marie Dubois")
	v.saysNot("velvet", "Edit custom fields")
	if p.custom.open || p.custom.code.value != "" {
		t.Error("the dialog still holds the code")
	}
	if !ask(t, v.actor, api.GetProfile, v.seat("").OrgIn()).Code.Set {
		t.Error("no code stands")
	}
}

// A profile that somebody else has changed meanwhile is not overwritten without being asked.
func TestProfile_changed_meanwhile(t *testing.T) {
	w := backendtest.New(t)
	v := visitAs(t, w, w.Marie)
	p := &Profile{At: v.seat(pageProfile)}
	v.open(p)
	p.account.show(p)
	p.account.address.City = "Lyon"

	jonas := w.As(w.Jonas)
	theirs := ask(t, jonas, api.GetProfile, v.seat("").OrgIn())
	in := api.UpdateProfileIn{Org: v.seat("").OrgIn()}
	in.Body.Version, in.Body.Address = theirs.Version, theirs.Address
	in.Body.Address.City = "Lille"
	ask(t, jonas, api.UpdateProfile, in)

	mine := p.body()
	mine.Body.Address = p.account.address
	p.account.send(p, mine, func() {})
	v.says("Jonas Meier changed this", "See change", "Keep mine", "Choose first what is to count")
	if p.account.address.City != "Lyon" {
		t.Error("what was typed is gone")
	}
	p.account.version = p.profile.value.Version // Keep mine
	p.account.send(p, mine, func() {})
	v.says("Success: Account information updated.", "Lyon")
}

// K07: who may only look has no buttons that change anything, and is told who has.
func TestProfile_to_look_at_only(t *testing.T) {
	w := backendtest.New(t)
	withCode(t, w)
	viewer := w.AddContact(w.Acme, "Paula Viewer", "read_only")
	w.Exec(`UPDATE contact SET overrides = ? WHERE id = ?`, `{"profile.view":"allow"}`, viewer.Contact)
	v := visitAs(t, w, viewer)
	p := &Profile{At: v.seat(pageProfile)}
	v.open(p)
	v.says("Marie Dubois or another account administrator can change it.", "Reveal", maskedCode)
	v.saysNot("Edit", "Save Changes")

	w.Exec(`UPDATE contact SET overrides = '{}' WHERE id = ?`, viewer.Contact)
	p.load(p.ctx, true)
	v.says("You can’t view this.")
	v.saysNot("12 rue des Lilas")
}

// C14: when somebody who could see the code can't any more, a new one is proposed; keeping it puts the proposal aside.
func TestProfile_proposes_a_new_code(t *testing.T) {
	w := backendtest.New(t)
	withCode(t, w)
	w.Exec(`UPDATE code SET rotate_at = ?, rotate_why = 'Jonas Meier' WHERE contact = ''`, ui.ServerNow().UnixMilli())
	v := visitAs(t, w, w.Marie)
	p := &Profile{At: v.seat(pageProfile)}
	v.open(p)
	v.says("Jonas Meier could see the code until", "Change the code", "Keep it")
	h := &Home{At: v.seat(client.PageHome)}
	v.open(h)
	v.says("Jonas Meier could see the code until", "Change the code", "Keep it")
	keepCode(h.ctx, h.At, func(ctx app.Context) { h.load(ctx, true) })
	v.saysNot("could see the code until")
}

// C08: my code follows what the person may do with it.
func TestMyCode_by_right(t *testing.T) {
	w := backendtest.New(t)
	v := visitAs(t, w, w.Marie)
	p := &MyCode{At: v.seat(pageMyCode)}
	v.open(p)
	v.says("You have no code of your own. Set one", "Set a code", "You may ask for work", "Get a one-time phrase")
	v.do(p.ctx, func() {
		p.edit.show()
		p.edit.submit(p.ctx, p)
	})
	v.says("Enter a code, or let one be generated.")
	p.edit.code.value = ownCode
	p.edit.submit(p.ctx, p)
	v.says("Success: Your code was saved.", maskedCode, "Reveal", "Change the code")
	v.saysNot("copper")
	p.phrase.make(p)
	v.says("It is shown here only, and works once.", "Get a new phrase")
	if words := strings.Fields(p.phrase.text); len(words) != 3 {
		t.Errorf("the phrase is %q", p.phrase.text)
	}
	p.OnDismount()
	if p.phrase.text != "" {
		t.Error("the phrase is left")
	}

	paul := visitAs(t, w, w.Paul) // read only: no codes
	mine := &MyCode{At: paul.seat(pageMyCode)}
	paul.open(mine)
	paul.says("You have no code of your own.", "can set one or let you set it", "Information only")
	paul.saysNot("Set a code", "Reveal")
}
