//go:build !js

package uitest

import (
	"context"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
)

// Worker is the service worker of the tab's site, to be driven as a tab is, without what only pages have. It has a network of
// its own, and does not fall asleep while it is held.
func (b *Tab) Worker() *Tab {
	b.t.Helper()
	b.Wait(`navigator.serviceWorker.controller`)
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	for ctx.Err() == nil {
		targets, err := chromedp.Targets(ctx)
		if err != nil {
			b.t.Fatal(err)
		}
		for _, info := range targets {
			if info.Type == "service_worker" && strings.HasPrefix(info.URL, b.base+"/") {
				held, leave := chromedp.NewContext(b.ctx, chromedp.WithTargetID(info.TargetID), chromedp.WithDetachOnCancel())
				b.t.Cleanup(leave)
				return &Tab{t: b.t, ctx: held, base: b.base}
			}
		}
		b.Run(`await fetch("/manifest.webmanifest")`) // wakes it
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Fatal("the site has no worker")
	return nil
}
