//go:build js && wasm

// Command emptypage is the smallest go-app program: what every page pays before a line of ours. `make wasm` prints how
// much the portal adds to it.
package main

import "github.com/maxence-charriere/go-app/v10/pkg/app"

type page struct{ app.Compo }

func (p *page) Render() app.UI { return app.Div() }

func main() {
	app.Route("/", func() app.Composer { return &page{} })
	app.RunWhenOnBrowser()
}
