package pages

import (
	"strings"
	"time"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// phraseCard is the one-time phrase (C13). The server keeps no phrase, so it is shown once, here, until it ends.
type phraseCard struct {
	text  string    // of a phrase made on this page
	until time.Time // of the open phrase, zero without one
	busy  bool
	made  time.Time // when text came
	used  bool      // the phrase that was in sight was used, or ended early
	large bool
}

// follow learns from the server how the open phrase was at a moment.
func (c *phraseCard) follow(open *api.PhraseState, at time.Time) {
	switch {
	case at.Before(c.made): // asked before the phrase was made
	case open == nil && c.text != "" && ui.ServerNow().Before(c.until):
		c.used = true
		ui.Announce(ui.T("phrase.used"))
		fallthrough
	case open == nil:
		c.text, c.until, c.large = "", time.Time{}, false
	case !open.ExpiresAt.Equal(c.until):
		c.text, c.until, c.large = "", open.ExpiresAt, false // another window made a new one
	}
}

func (c *phraseCard) render(p *MyCode) app.UI {
	card := &ui.Card{ID: "phrase", Title: ui.T("phrase.title"), Body: []app.UI{ui.Hint(ui.T("phrase.about"))}}
	label := ui.T("phrase.get")
	switch {
	case c.text != "":
		label = ui.T("phrase.new")
		card.Body = append(card.Body, app.Div().ID("phrase-words").TabIndex(-1).Class("counter", "words").Body(app.Strong().Text(c.text)),
			app.P().Class("hint").Body(app.Text(ui.T("phrase.once")+" "), &ui.Countdown{Until: c.until, Label: ui.T("phrase.left"), OnEnd: c.end(p)}))
	case !c.until.IsZero():
		label = ui.T("phrase.new")
		card.Body = append(card.Body, app.P().Class("hint").Body(app.Text(ui.T("phrase.open")+" "),
			&ui.Countdown{Until: c.until, Label: ui.T("phrase.left"), Silent: true, OnEnd: c.end(p)}))
	case c.used:
		card.Body = append(card.Body, &ui.Banner{Tone: ui.Neutral, Icon: ui.IconCheck, Text: ui.T("phrase.used")})
	}
	acts := []app.UI{&ui.Button{ID: "get-phrase", Label: label, Kind: ui.Primary, Icon: ui.IconMessage, Busy: c.busy, Disabled: offlineReason(p.At),
		OnClick: func(app.Context, app.Event) { c.make(p) }}}
	if c.text != "" {
		acts = append(acts, &ui.Button{ID: "phrase-large", Label: ui.T("code.large"), Name: ui.T("code.large") + ": " + ui.T("phrase.title"), Icon: ui.IconSearch,
			OnClick: func(app.Context, app.Event) { c.large = true }})
	}
	card.Body = append(card.Body, ui.Row(acts...))
	return card
}

func (c *phraseCard) end(p *MyCode) func(app.Context) {
	return func(ctx app.Context) {
		c.text, c.until, c.large = "", time.Time{}, false
		p.load(ctx, true)
	}
}

func (c *phraseCard) make(p *MyCode) {
	c.busy = true
	client.Call(p.ctx, p.At.Session, api.MakePhrase, p.At.OrgIn(), func(ctx app.Context, out api.Phrase, err error) {
		c.busy = false
		if err != nil {
			toastFailure(err)
			return
		}
		c.text, c.until, c.made, c.used = out.Phrase, out.ExpiresAt, ui.ServerNow(), false
		ui.FocusLater(ctx, "phrase-words") // it is read out by that, and left in no other place
	})
}

// renderLarge shows the phrase in large type, a word on a line, each with how it is spelled.
func (c *phraseCard) renderLarge() app.UI {
	return &ui.Dialog{ID: "phrase-dialog", Open: c.large && c.text != "", Title: ui.T("phrase.title"), Lead: ui.T("phrase.large_lead"), Size: ui.Wide, Cancel: ui.T("ui.close"),
		OnClose: func(app.Context) { c.large = false },
		Body: func() []app.UI {
			var words []app.UI
			for _, w := range strings.Fields(c.text) {
				words = append(words, spelled(w))
			}
			return append(words, app.P().Class("hint").Body(&ui.Countdown{Until: c.until, Label: ui.T("phrase.left"), Silent: true}))
		}}
}
