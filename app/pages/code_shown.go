package pages

import (
	"time"
	"unicode"

	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/api"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// shownFor is how long a revealed code stays in sight.
const shownFor = time.Minute

// shownCode is a standing Phone/Chat Code on a page: masked, revealed for a minute, in large type, copied. It is kept
// nowhere but here; the page calls hide in OnDismount.
type shownCode struct {
	text  string // "" while it is masked
	until time.Time
	busy  string // the act that asked for it
	large bool
	stop  func()
}

// codeShow is what a page says about the code that it shows.
type codeShow struct {
	ID    string
	Label string
	At    client.Seat
	Ctx   app.Context                                 // the page's own
	Fetch func(done func(app.Context, string, error)) // asks the server; nil when the person may not see the code
	Why   string                                      // why not
}

func (s *shownCode) hide() {
	if s.stop != nil {
		s.stop()
	}
	*s = shownCode{}
}

// take shows the code for a while.
func (s *shownCode) take(ctx app.Context, text string) {
	s.hide()
	s.text, s.until = text, ui.ServerNow().Add(shownFor)
	over := ui.After(ctx, shownFor, func(ctx app.Context) {
		held := s.large
		s.hide()
		if !held {
			ui.Announce(ui.T("code.hidden"))
		}
	})
	// A page that was left and is come back to shows it no more.
	kept := client.OnHide(func() { ctx.Dispatch(func(app.Context) { s.hide() }) })
	s.stop = func() { over(); kept() }
}

// with calls act with the code, which is fetched unless it is in sight.
func (s *shownCode) with(name string, c codeShow, act func(ctx app.Context, text string)) {
	if s.text != "" {
		act(c.Ctx, s.text)
		return
	}
	s.busy = name
	c.Fetch(func(ctx app.Context, text string, err error) {
		s.busy = ""
		if err != nil {
			toastFailure(err)
			return
		}
		act(ctx, text)
	})
}

// render is the code with its acts.
func (s *shownCode) render(c codeShow) app.UI {
	if c.Fetch == nil {
		return app.Div().Class("code-shown").Body(hiddenCode(),
			app.If(c.Why != "", func() app.UI { return ui.Hint(c.Why) }))
	}
	offline := ""
	if s.text == "" {
		offline = offlineReason(c.At)
	}
	text := hiddenCode()
	reveal := &ui.Button{ID: c.ID + "-reveal", Label: ui.T("code.reveal"), Name: ui.T("code.reveal") + ": " + c.Label, Icon: ui.IconEye, Small: true,
		Busy: s.busy == "reveal", Disabled: offline, OnClick: func(app.Context, app.Event) {
			s.with("reveal", c, func(_ app.Context, text string) { s.take(c.Ctx, text) })
		}}
	if s.text != "" {
		text = app.Code().ID(c.ID).Class("code-text").Text(s.text)
		reveal = &ui.Button{ID: c.ID + "-reveal", Label: ui.T("ui.hide"), Name: ui.T("ui.hide") + ": " + c.Label, Icon: ui.IconEyeOff, Small: true,
			OnClick: func(app.Context, app.Event) { s.hide() }}
	}
	return app.Div().Class("code-shown").Body(
		app.Div().Aria("live", "polite").Body(text), // it is read out when it comes, and not left in any other place
		ui.Row(
			reveal,
			&ui.Button{ID: c.ID + "-large", Label: ui.T("code.large"), Name: ui.T("code.large") + ": " + c.Label, Icon: ui.IconSearch, Small: true,
				Busy: s.busy == "large", Disabled: offline, OnClick: func(app.Context, app.Event) {
					s.with("large", c, func(_ app.Context, text string) {
						s.take(c.Ctx, text)
						s.large = true
					})
				}},
			&ui.Button{ID: c.ID + "-copy", Label: ui.T("ui.copy"), Name: ui.T("ui.copy") + ": " + c.Label, Icon: ui.IconCopy, Small: true,
				Busy: s.busy == "copy", Disabled: offline, OnClick: func(app.Context, app.Event) { s.with("copy", c, s.copy(c)) }},
		),
		slot(s.renderLeft()),
	)
}

// hiddenCode stands in place of a code.
func hiddenCode() app.UI {
	return app.Span().Class("code-text").Body(app.Span().Aria("hidden", "true").Text(maskedCode), app.Span().Class("sr-only").Text(ui.T("code.masked")))
}

func (s *shownCode) renderLeft() app.UI {
	if s.text == "" {
		return nil
	}
	return app.P().Class("hint").Body(&ui.Countdown{Until: s.until, Label: ui.T("code.hides_in"), Silent: true})
}

func (s *shownCode) copy(c codeShow) func(app.Context, string) {
	return func(ctx app.Context, text string) {
		ui.Copy(c.Ctx, text, func(_ app.Context, ok bool) {
			if !ok {
				s.take(c.Ctx, text)
				ui.ShowToast(ui.Toast{Tone: ui.Warn, Text: ui.T("ui.copy_failed")})
				return
			}
			ui.ShowToast(ui.Toast{Text: ui.T("code.copied")})
		})
	}
}

// renderLarge is the dialog that shows the code in large type, in groups, with a word for each letter below. It must be
// among the last children of the page.
func (s *shownCode) renderLarge(c codeShow) app.UI {
	return &ui.Dialog{ID: c.ID + "-dialog", Open: s.large && s.text != "", Title: c.Label, Lead: ui.T("code.large_lead"), Size: ui.Wide, Cancel: ui.T("ui.close"),
		OnClose: func(app.Context) { s.large = false },
		Body: func() []app.UI {
			return []app.UI{spelled(s.text), slot(s.renderLeft()), codeWarning()}
		}}
}

// spelled writes a code in groups of its words, each letter over the word that spells it. For screen readers it is the
// code and then the words.
func spelled(text string) app.UI {
	var groups []app.UI
	var letters []app.UI
	flush := func() {
		if len(letters) > 0 {
			groups = append(groups, app.Li().Body(app.Div().Class("spell-group").Body(letters...)))
			letters = nil
		}
	}
	for _, r := range text {
		if unicode.IsSpace(r) || r == '-' {
			flush()
			continue
		}
		letters = append(letters, app.Span().Class("spell").Body(app.Span().Class("spell-letter").Text(string(r)), app.Span().Class("spell-word").Text(spelling(r))))
	}
	flush()
	return app.Ul().Class("spelled").Aria("label", text).Body(groups...)
}

// spelling is the word by which a letter is said on the telephone, the same in every language (ICAO); what has none is
// called a digit or a sign.
func spelling(r rune) string {
	words := [...]string{"Alfa", "Bravo", "Charlie", "Delta", "Echo", "Foxtrot", "Golf", "Hotel", "India", "Juliett", "Kilo", "Lima", "Mike", "November",
		"Oscar", "Papa", "Quebec", "Romeo", "Sierra", "Tango", "Uniform", "Victor", "Whiskey", "X-ray", "Yankee", "Zulu"}
	switch low := unicode.ToLower(r); {
	case low >= 'a' && low <= 'z':
		return words[low-'a']
	case r >= '0' && r <= '9':
		return ui.T("code.spell.digit")
	case unicode.IsLetter(r):
		return ui.T("code.spell.letter")
	}
	return ui.T("code.spell.sign")
}

// fetchCode asks for a code by an endpoint that shows one.
func fetchCode[In any](ctx app.Context, at client.Seat, ep api.Endpoint[In, api.CodeShown], in In) func(func(app.Context, string, error)) {
	return func(done func(app.Context, string, error)) {
		client.Call(ctx, at.Session, ep, in, func(ctx app.Context, out api.CodeShown, err error) { done(ctx, out.Code, err) })
	}
}
