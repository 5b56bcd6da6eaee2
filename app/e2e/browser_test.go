//go:build !js

package e2e

import (
	"context"

	"countersign/app/uitest"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// command sends one command of the browser's protocol.
func command[P, R any](tab *uitest.Tab, c cdp.Command[P, R], p P) {
	tab.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, p)
		return err
	}))
}

// setCookie is what the sign-in form would have set.
func setCookie(tab *uitest.Tab, url, name, value string) {
	httpOnly := true
	command(tab, network.SetCookie, network.SetCookieParams{URL: url, Name: name, Value: value, Path: "/", HTTPOnly: &httpOnly})
}

// offline takes the network away from the tab, or gives it back.
func offline(tab *uitest.Tab, away bool) {
	command(tab, network.Enable, network.EnableParams{})
	tab.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{{Offline: away, DownloadThroughput: -1, UploadThroughput: -1}}})
		return err
	}))
	command(tab, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: away, DownloadThroughput: -1, UploadThroughput: -1})
}

// saveInto lets the tab save files into a directory.
func saveInto(tab *uitest.Tab, dir string) {
	tab.Do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		info, err := cdp.Call(ctx, t, target.GetTargetInfo, target.GetTargetInfoParams{})
		if err != nil {
			return err
		}
		_, err = cdp.Call(ctx, t, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorAllow,
			BrowserContextID: info.TargetInfo.BrowserContextID, DownloadPath: dir})
		return err
	}))
}
