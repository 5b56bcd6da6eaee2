//go:build js && wasm

// Command app is the portal in the browser of customers, and of support inside an organization: it registers the pages and
// hands over to go-app. Package staff is the same for the provider's own pages.
//
// Built for any other platform the same package is the generator of the static site around it (main_site.go), so that
// go-app's HTTP handler, and net/http with it, never becomes part of the WebAssembly.
package main

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"countersign/app/pages"
	"countersign/app/ui"
)

func main() {
	ui.Boot()
	pages.Routes(pages.ForOrganizations)
	app.RunWhenOnBrowser()
}
