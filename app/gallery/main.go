//go:build js && wasm

// Command gallery is the design system in the browser, a program of its own, so that the portal does not carry it.
//
// Built for any other platform it serves the site around that program (serve.go).
package main

import (
	"github.com/maxence-charriere/go-app/v10/pkg/app"

	"countersign/app/pages"
	"countersign/app/ui"
)

func main() {
	ui.Boot()
	pages.GalleryRoute()
	app.RunWhenOnBrowser()
}
