package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	sqlite3 "github.com/mattn/go-sqlite3"
)

type versionCmd struct{}

// Run shows what this program is made of.
func (versionCmd) Run(o *output) error {
	engine, _, _ := sqlite3.Version()
	_, err := fmt.Fprintf(o.out, "Countersign %s (%s, SQLite %s, %s/%s)\n", version(), runtime.Version(), engine, runtime.GOOS, runtime.GOARCH)
	return err
}

// version is the module's, or the commit that the program was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	commit, changed := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && len(s.Value) >= 12:
			commit = s.Value[:12]
		case s.Key == "vcs.modified" && s.Value == "true":
			changed = "+changes"
		}
	}
	if commit != "" {
		return commit + changed
	}
	if info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}
