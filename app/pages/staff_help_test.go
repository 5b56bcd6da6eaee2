package pages

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"countersign/app/client"
	"countersign/shared/api"
	"countersign/shared/id"
	"countersign/shared/org"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

const (
	acmeID = id.Organization("01a201e5-a542-77a7-bac3-7565f33956aa")
	callID = id.Verification("01a201e5-a542-77a7-bac3-7565f33956ab")
)

// wire answers calls by the end of their path with what is given, and notes what was sent.
type wire struct {
	answers map[string]any
	sent    []api.Call
}

func (w *wire) Do(_ context.Context, c api.Call) (api.Answer, error) {
	w.sent = append(w.sent, c)
	path, _, _ := strings.Cut(c.Path, "?")
	for end, answer := range w.answers {
		if strings.HasSuffix(path, end) {
			body, err := json.Marshal(answer)
			return api.Answer{Status: 200, Body: body}, err
		}
	}
	return api.Answer{Status: 404, Body: []byte(`{"code":"not_found","detail":"Not there."}`)}, nil
}

func ofAgent(w *wire, rank org.Rank, page, query string) client.Seat {
	s := client.NewSession(api.AsStaff, "", w)
	w.answers["/api/me"] = api.Me{As: api.AsStaff, Name: "Ana", Staff: &org.Member{Name: "Ana", Rank: rank, Active: true}}
	return s.At(client.Place{As: api.AsStaff, Page: page, Query: query})
}

func shownPage(t *testing.T, page app.Composer) app.TestEngine {
	t.Helper()
	e := app.NewTestEngine()
	if err := e.Load(page); err != nil {
		t.Fatal(err)
	}
	settle(e)
	return e
}

// settle lets calls be answered, which are made beside the screen.
func settle(e app.TestEngine) {
	for range 4 {
		e.ConsumeAll()
	}
}

// signedIn makes the session know who is signed in, as the shell does before it shows a page.
func signedIn(t *testing.T, at client.Seat) client.Seat {
	t.Helper()
	l := &lender{}
	e := shownPage(t, l)
	at.Session.Refresh(l.ctx, false)
	settle(e)
	if at.Session.Me() == nil {
		t.Fatal("nobody is signed in")
	}
	return at
}

// lender is a page without a picture: it lends its context.
type lender struct {
	app.Compo
	ctx app.Context
}

func (l *lender) OnPreRender(ctx app.Context) { l.ctx = ctx }
func (l *lender) Render() app.UI              { return app.Div() }
