// Command elements writes HTML by go-app.
package main

import (
	"fmt"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

func main() {
	var none app.HTMLDiv
	for _, ui := range []app.UI{
		app.Div().Class("a", "b").Class("c").Body(app.Text("<text>"), none, app.If(false, func() app.UI { return none }), app.Br(), app.Textarea().Text("written"), app.P().Textf("%d %s", 1, "p")),
		app.Elem("svg").XMLNS("http://www.w3.org/2000/svg").Body(app.ElemSelfClosing("path").Attr("d", "M0 0")),
		app.A().Href("/x?%d", 1).Body(app.Span().Aria("label", 3), app.Strong().DataSet("id", true)),
		app.Input().AutoComplete(false), app.Input().Value(""), app.Input().Disabled(true), app.Input().MaxLength(3), app.Progress().Max(2.5),
		app.Table().Body(app.Range([]int{1, 2}).Slice(func(i int) app.UI { return app.Tr().ID("r%d", i).Body(app.Td().ColSpan(i)) })),
		app.Div().Spellcheck(true), app.Button().Type("submit").OnClick(func(app.Context, app.Event) {}), app.Div().Style("top", "%dpx", 2), app.Div().TabIndex(-1),
	} {
		fmt.Println(app.HTMLString(ui))
	}
}
