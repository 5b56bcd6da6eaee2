package pages

import (
	"countersign/app/client"
	"countersign/app/ui"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// NotFound is shown for an address that is no page, or of an organization that is not the person's: both look alike.
type NotFound struct {
	app.Compo

	At client.Seat
}

// Render implements app.Composer.
func (n *NotFound) Render() app.UI {
	return ui.Stack(
		&ui.PageHeader{Title: ui.T("shell.not_found_title")},
		&ui.Empty{Icon: ui.IconCircleHelp, Title: ui.T("shell.not_found_text"), Text: ui.T("shell.not_found_hint"), Actions: []app.UI{
			&ui.Button{Label: ui.T("shell.go_home"), Icon: ui.IconHome, Href: "/"},
		}},
	)
}
