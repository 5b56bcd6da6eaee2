//go:build js && wasm

// Command staff is the provider's own side of the portal in the browser: the support hub, organizations, settings. Inside an
// organization staff run what customers run, package app above.
package main

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"countersign/app/pages"
	"countersign/app/ui"
)

func main() {
	ui.Boot()
	pages.Routes(pages.ForStaff)
	app.RunWhenOnBrowser()
}
