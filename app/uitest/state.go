//go:build !js

package uitest

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/css"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/chromedp"
)

// Force puts every element of the selector into states such as "hover", "active" or "focus-visible", until the next
// call for it; none returns to the real one. It gives how many elements there are.
func (b *Tab) Force(selector string, states ...string) int {
	b.t.Helper()
	if states == nil {
		states = []string{}
	}
	count := 0
	b.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, css.Enable, cdp.Empty{}); err != nil {
			return err
		}
		document, err := cdp.Call(ctx, t, dom.GetDocument, dom.GetDocumentParams{})
		if err != nil {
			return err
		}
		found, err := cdp.Call(ctx, t, dom.QuerySelectorAll, dom.QuerySelectorAllParams{NodeID: document.Root.NodeID, Selector: selector})
		if err != nil {
			return err
		}
		count = len(found.NodeIDs)
		for _, id := range found.NodeIDs {
			if _, err := cdp.Call(ctx, t, css.ForcePseudoState, css.ForcePseudoStateParams{NodeID: id, ForcedPseudoClasses: states}); err != nil {
				return err
			}
		}
		return nil
	}))
	b.Settle()
	return count
}
