// Package pages holds the screens of the portal, a file each. It talks to the server through app/client only.
package pages

import "github.com/maxence-charriere/go-app/v10/pkg/app"

// Routes registers every page with go-app.
func Routes() {
	app.Route("/", func() app.Composer { return &Home{} })
	GalleryRoute()
}

// Home is the first page.
type Home struct{ app.Compo }

// Render shows the name of the product.
func (h *Home) Render() app.UI {
	return app.Main().Body(app.H1().Text("Countersign"))
}
