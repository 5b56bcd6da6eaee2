//go:build !js

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/maxence-charriere/go-app/v10/pkg/app"
)

// appScript is go-app's app.js, mended for us; foreign begins the addresses that the program leaves to others. Of what go-app generates only this is used: its index.html prints
// attributes in another order every time, so it would never hash to the same name, and its worker answers from any
// cache and forces itself on open pages.
func appScript(wasmPath string, wasmSize int, foreign []string) ([]byte, error) {
	dir, err := os.MkdirTemp("", "countersign-site-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)

	app.Route("/", func() app.Composer { return &nothing{} })
	err = app.GenerateStaticWebsite(dir, &app.Handler{
		Name: "Countersign",
		// go-app's own icons are addresses on a public host; ours stand in index.html and the manifest.
		Icon:              app.Icon{Default: "/favicon.ico", Large: "/favicon.ico", SVG: "/favicon.ico", Maskable: "/favicon.ico"},
		Version:           wasmPath,
		WasmContentLength: strconv.Itoa(wasmSize),
		LoadingLabel:      "{progress}", // loader.css puts the words round it, in the person's language
	})
	if err != nil {
		return nil, err
	}
	script, err := os.ReadFile(filepath.Join(dir, "app.js"))
	if err != nil {
		return nil, err
	}
	for _, m := range mends(wasmPath, foreign) {
		if script, err = replaceOnce(script, m.old, m.new); err != nil {
			return nil, fmt.Errorf("app.js of go-app is not the one we know: %w", err)
		}
	}
	return script, nil
}

type nothing struct{ app.Compo }

func (n *nothing) Render() app.UI { return app.Div() }

type mend struct{ old, new string }

func mends(wasmPath string, foreign []string) []mend {
	leave, err := json.Marshal(foreign)
	if err != nil {
		panic(err) // strings always marshal
	}
	return []mend{
		{`"/web/app.wasm"`, strconv.Quote(wasmPath)},

		// Links to pages of the server and of the other program leave the app. go-app compares whole addresses, which are not known before now.
		{`let goappServiceWorkerRegistration;`, `goappEnv.GOAPP_INTERNAL_URLS = JSON.stringify(` + string(leave) + `.flatMap(
  (path) => [location.origin + path, "//" + location.host + path]));

let goappServiceWorkerRegistration;`},

		// A new version is announced when it waits to take over, not when it has: our worker forces itself on no page.
		{`function goappSetupNotifyUpdate(registration) {`, `function goappSetupNotifyUpdate(registration) {
  if (registration.waiting && navigator.serviceWorker.controller) {
    goappOnUpdate();
  }`},
		{`case "activated":`, `case "installed":`},

		// People read what to do; the error itself goes to the console.
		{`loaderLabel.innerText = err;`, `countersign.failed(loaderLabel);`},

		// The program begins with its sentences; both load at the same time.
		{`    go.run(wasm.instance);`, `    if (!(await countersign.sentences(document.documentElement.lang))) {
      throw new Error("the sentences are missing");
    }
    go.run(wasm.instance);`},

		// The list of crawlers hits people too ("CUBOT" is a telephone); robots.txt turns real ones away.
		{`  if (
    /bot|googlebot|crawler|spider|robot|crawling/i.test(navigator.userAgent)
  ) {
    return false;
  }

`, ``},
	}
}

// replaceOnce refuses anything but exactly one occurrence, so that a change of the source is noticed when building.
func replaceOnce(text []byte, old, new string) ([]byte, error) {
	if n := bytes.Count(text, []byte(old)); n != 1 {
		return nil, fmt.Errorf("%q occurs %d times, not once", old, n)
	}
	return bytes.Replace(text, []byte(old), []byte(new), 1), nil
}
