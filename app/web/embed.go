// Package web carries the built static site of the portal, compressed copies included, inside the binary. It knows
// which hashed path each asset has; serving them is the server's and the desktop's business.
package web

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// ErrNotBuilt says that the binary was compiled before its assets.
var ErrNotBuilt = errors.New("the assets are not built; run make wasm")

// FS is the site as it is served: index.html, app-worker.js and the like at its root, hashed files below web/. Beside
// a file may lie its .br and .gz copies. The same tree may hold nothing but .gitkeep; Assets() tells.
func FS() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // "dist" is a valid path
	}
	return sub
}

// Names maps a logical name, such as "portal.css", to the path under which it is served.
type Names map[string]string

// Assets reads the names of the embedded site. It gives ErrNotBuilt when there is none.
func Assets() (Names, error) { return readNames(FS()) }

func readNames(site fs.FS) (Names, error) {
	raw, err := fs.ReadFile(site, "assets.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotBuilt
	}
	if err != nil {
		return nil, fmt.Errorf("read assets: %w", err)
	}
	var n Names
	if err := json.Unmarshal(raw, &n); err != nil {
		return nil, fmt.Errorf("read assets.json: %w", err)
	}
	return n, nil
}
