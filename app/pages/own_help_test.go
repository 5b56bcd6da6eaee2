//go:build !js

package pages

import (
	"slices"
	"strings"
	"testing"

	"countersign/app/client"
	"countersign/backend/backendtest"
	"countersign/shared/api"
	"countersign/shared/contact"
	"countersign/shared/id"
	"countersign/shared/significant"
	"countersign/shared/verification"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// visitor is somebody at a page of Acme: the real server behind it, no browser before it.
type visitor struct {
	t       *testing.T
	w       *backendtest.World
	actor   *backendtest.Actor
	session *client.Session
	engine  app.TestEngine
	ctx     app.Context // before the first page
	page    app.Composer
}

func visitAs(t *testing.T, w *backendtest.World, who *backendtest.Persona) *visitor {
	t.Helper()
	return visitBy(t, w, who, w.As(who))
}

// visitBy is visitAs by another way to the server.
func visitBy(t *testing.T, w *backendtest.World, who *backendtest.Persona, way api.Transport) *visitor {
	t.Helper()
	v := &visitor{t: t, w: w, actor: w.As(who), engine: app.NewTestEngine()}
	v.session = client.NewSession(api.AsCustomer, "", way)
	root := &blank{}
	if err := v.engine.Load(root); err != nil {
		t.Fatal(err)
	}
	v.engine.ConsumeAll()
	v.ctx = root.ctx
	v.session.Refresh(v.ctx, false)
	v.engine.ConsumeAll()
	if v.session.Me() == nil {
		t.Fatalf("nobody is there: %v", v.session.Problem())
	}
	return v
}

// blank lends its context before the first page.
type blank struct {
	app.Compo
	ctx app.Context
}

func (b *blank) OnPreRender(ctx app.Context) { b.ctx = ctx }
func (b *blank) Render() app.UI              { return app.Div() }

func (v *visitor) seat(page string) client.Seat {
	return v.session.At(client.Place{As: api.AsCustomer, Org: v.w.Acme, Page: page})
}

// open shows a page and waits for what it loads.
func (v *visitor) open(page app.Composer) {
	v.t.Helper()
	v.page = page
	if err := v.engine.Load(page); err != nil {
		v.t.Fatal(err)
	}
	v.engine.ConsumeAll()
}

// do is something done on the page, which is drawn anew afterwards.
func (v *visitor) do(page app.Context, act func()) {
	page.Dispatch(func(app.Context) { act() })
	v.engine.ConsumeAll()
}

// wait lets what was begun come to its end, and draws the page.
func (v *visitor) wait() string {
	v.engine.ConsumeAll()
	return app.HTMLString(v.page)
}

func (v *visitor) says(texts ...string) {
	v.t.Helper()
	shown := flat(v.wait())
	for _, want := range texts {
		if !strings.Contains(shown, want) {
			v.t.Errorf("no %q in:\n%s", want, shown)
		}
	}
}

func (v *visitor) saysNot(texts ...string) {
	v.t.Helper()
	shown := flat(v.wait())
	for _, never := range texts {
		if strings.Contains(shown, never) {
			v.t.Errorf("%q is in:\n%s", never, shown)
		}
	}
}

// flat is the text of HTML, a space between any two pieces.
func flat(html string) string {
	var b strings.Builder
	for html != "" {
		open := strings.IndexByte(html, '<')
		if open < 0 {
			b.WriteString(html)
			break
		}
		b.WriteString(html[:open])
		b.WriteByte(' ')
		html = html[strings.IndexByte(html, '>')+1:]
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func ask[In, Out any](t *testing.T, a *backendtest.Actor, ep api.Endpoint[In, Out], in In) Out {
	t.Helper()
	out, err := backendtest.Call(a, ep, in)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

const (
	accountCode = "velvet harbor lantern 58"
	ownCode     = "copper meadow violin 31"
)

// withCode sets the account-wide code of Acme.
func withCode(t *testing.T, w *backendtest.World) *backendtest.Actor {
	t.Helper()
	marie := w.As(w.Marie)
	p := ask(t, marie, api.GetProfile, api.Org{Org: w.Acme})
	in := api.UpdateProfileIn{Org: api.Org{Org: w.Acme}}
	in.Body.Version, in.Body.Code = p.Version, &api.CodeBody{Code: accountCode}
	in.Body.Address = contact.Address{Street: "12 rue des Lilas", Postcode: "75011", City: "Paris", Country: "FR"}
	ask(t, marie, api.UpdateProfile, in)
	return marie
}

// call begins to verify a caller.
func call(t *testing.T, w *backendtest.World, agent *backendtest.Actor, caller id.Contact) api.AgentCall {
	t.Helper()
	in := api.StartVerificationIn{Org: api.Org{Org: w.Acme}}
	in.Body.Contact, in.Body.Channel, in.Body.Locale, in.Body.Ticket = caller, verification.Phone, "en", "4821"
	return ask(t, agent, api.StartVerification, in)
}

// asked is a significant change that a verified caller asks for.
func asked(t *testing.T, w *backendtest.World, subject string) significant.Change {
	t.Helper()
	sofia := w.As(w.Sofia)
	c := call(t, w, sofia, w.Marie.Contact)
	in := api.VerificationIn{Org: api.Org{Org: w.Acme}, Verification: c.ID}
	said := api.CheckCallerIn{VerificationIn: in}
	said.Body.Heard = accountCode
	if got := ask(t, sofia, api.CheckCaller, said); got.Outcome != verification.Match {
		t.Fatalf("the check came to %q", got.Outcome)
	}
	wish := api.AskChangeIn{VerificationIn: in}
	wish.Body.Kind, wish.Body.Subject, wish.Body.Note = significant.Cancellation, subject, "The old server is empty."
	return ask(t, sofia, api.AskChange, wish)
}

func ids(list []significant.Change) (out []id.Change) {
	for _, c := range list {
		out = append(out, c.ID)
	}
	return slices.Clip(out)
}
