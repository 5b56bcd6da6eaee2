package pages

import (
	"countersign/app/client"
	"countersign/app/ui"
	"countersign/shared/org"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// The pages of Settings.
const (
	pageSettings = "settings"
	pageCanned   = "settings/canned-answers"
	pageTokens   = "settings/api-tokens"
	pageWebhooks = "settings/webhooks"
)

// settingsTabs lead from one page of Settings to another; tokens and webhooks are the administrators'.
func settingsTabs(at client.Seat) app.UI {
	tabs := []ui.Tab{{ID: pageSettings, Label: ui.T("settings.fields"), Href: at.Href(pageSettings)}, {ID: pageCanned, Label: ui.T("settings.canned"), Href: at.Href(pageCanned)}}
	if rankAtLeast(at, org.Administrator) {
		tabs = append(tabs, ui.Tab{ID: pageTokens, Label: ui.T("settings.tokens"), Href: at.Href(pageTokens)}, ui.Tab{ID: pageWebhooks, Label: ui.T("settings.webhooks"), Href: at.Href(pageWebhooks)})
	}
	return &ui.Tabs{ID: "settings-tabs", Label: ui.T("nav.settings"), Selected: at.Page, Tabs: tabs}
}

func settingsCrumbs(at client.Seat) []ui.Crumb {
	return []ui.Crumb{{Label: ui.T("nav.settings"), Href: at.Href(pageSettings)}}
}

// settingsScreen is a page of Settings besides the first.
func settingsScreen(page string) (screen, bool) {
	switch page {
	case pageCanned:
		return screen{page: page, title: "settings.canned", rank: org.Agent, make: func(at client.Seat) app.UI { return &Canned{At: at} }}, true
	case pageTokens:
		return screen{page: page, title: "settings.tokens", rank: org.Administrator, make: func(at client.Seat) app.UI { return &Tokens{At: at} }}, true
	case pageWebhooks:
		return screen{page: page, title: "settings.webhooks", rank: org.Administrator, make: func(at client.Seat) app.UI { return &Webhooks{At: at} }}, true
	}
	return screen{}, false
}
