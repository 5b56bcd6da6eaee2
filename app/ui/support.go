package ui

import (
	"strconv"
	"time"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// SupportFrame is the permanent sign that an agent is inside a customer's organization: a violet banner above the bar
// that can't be closed, and a frame round the window. The organization's name is never shortened.
type SupportFrame struct {
	app.Compo

	Label   string   // of the region: "Remote support view"
	Text    []app.UI // "You are in Acme Telecom as super_admin. Approved by Marie Dubois."
	Until   time.Time
	Ends    string // "Ends in {left}"
	Leave   string // "Leave"
	Leaving bool
	More    string // "Ask for more time"; no button when empty
	OnLeave func(ctx app.Context)
	OnMore  func(ctx app.Context)
	OnEnd   func(ctx app.Context) // the time has passed
}

// OnMount makes room for the banner.
func (f *SupportFrame) OnMount(ctx app.Context) { f.measure(ctx) }

// OnUpdate makes room for the banner.
func (f *SupportFrame) OnUpdate(ctx app.Context) { f.measure(ctx) }

// OnResize makes room for the banner, whose text may wrap now.
func (f *SupportFrame) OnResize(ctx app.Context) { f.measure(ctx) }

// OnDismount gives the room back.
func (f *SupportFrame) OnDismount() { setRoom(0) }

func (f *SupportFrame) measure(ctx app.Context) {
	ctx.Defer(func(app.Context) {
		if banner := byID("support-banner"); banner.Truthy() {
			setRoom(banner.Get("offsetHeight").Int())
		}
	})
}

// setRoom tells the style sheet how high the banner is. CSSOM is allowed where style attributes are not.
func setRoom(px int) {
	if document().Truthy() {
		root().Get("style").Call("setProperty", "--support", strconv.Itoa(px)+"px")
	}
}

// Render implements app.Composer.
func (f *SupportFrame) Render() app.UI {
	return app.Aside().ID("support-banner").Class("support").Aria("label", f.Label).Body(
		Icon(IconHeadset),
		app.Div().Class("support-text").Body(children(f.Text)...),
		&Countdown{Until: f.Until, Label: f.Ends, OnEnd: f.OnEnd},
		app.If(f.More != "", func() app.UI {
			return &Button{Label: f.More, Small: true, OnClick: func(ctx app.Context, _ app.Event) {
				if f.OnMore != nil {
					f.OnMore(ctx)
				}
			}}
		}),
		&Button{Label: f.Leave, Icon: IconLogOut, Small: true, Busy: f.Leaving, OnClick: func(ctx app.Context, _ app.Event) {
			if f.OnLeave != nil {
				f.OnLeave(ctx)
			}
		}},
		app.Div().Class("support-frame"),
	)
}
