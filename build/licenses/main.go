// Command licenses prints the license texts of every Go module that is part of the product, and of Go itself.
//
//	go run ./build/licenses > build/bin/licenses.txt
//
// It asks the go command what the WebAssembly and the binary are made of, so a new dependency cannot be forgotten. A
// module without a license text stops the build.
package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "collect licenses:", err)
		os.Exit(1)
	}
}

// carried are notices of what a module carries under a license that its own texts don't give.
var carried = map[string]string{
	"github.com/sethvargo/go-diceware": "Of it, a selection of words is used: EFF Large Wordlist for Passphrases, by Joseph Bonneau / Electronic Frontier\n" +
		"Foundation, https://www.eff.org/dice, under CC BY 3.0 US, https://creativecommons.org/licenses/by/3.0/us/",
	"github.com/nyaruka/phonenumbers": "Of it, the metadata of phone numbers is used, in another form: libphonenumber, Copyright (C) The Libphonenumber Authors,\n" +
		"https://github.com/google/libphonenumber, under the Apache License 2.0, https://www.apache.org/licenses/LICENSE-2.0, whose\n" +
		"text stands below github.com/prometheus/client_golang.",
}

func run() error {
	modules := map[string]string{} // "path version" -> directory
	for _, b := range []struct {
		pkg string
		env []string
	}{
		{"./app", []string{"GOOS=js", "GOARCH=wasm"}},
		{"./backend/...", nil},
		{"./build/numbers", nil}, // its metadata is in shared/number's table
	} {
		if err := list(modules, b.pkg, b.env); err != nil {
			return fmt.Errorf("%s: %w", b.pkg, err)
		}
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return err
	}
	modules["Go"] = strings.TrimSpace(string(root))

	names := make([]string, 0, len(modules))
	for name := range modules {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, name := range names {
		text, err := license(modules[name])
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if i > 0 {
			fmt.Printf("\n%s\n\n", strings.Repeat("=", 80))
		}
		fmt.Printf("%s\n\n%s\n", name, bytes.TrimSpace(text))
		path, _, _ := strings.Cut(name, " ")
		if more := carried[path]; more != "" {
			fmt.Printf("\n%s\n", more)
		}
	}
	return nil
}

func list(modules map[string]string, pkg string, env []string) error {
	cmd := exec.Command("go", "list", "-e", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}", pkg)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(out)) {
		if name, dir, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			modules[name] = dir
		}
	}
	return nil
}

// license reads every license and notice file of a module's directory.
func license(dir string) ([]byte, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var texts [][]byte
	for _, e := range entries {
		name := strings.ToUpper(e.Name())
		if e.IsDir() || !(strings.HasPrefix(name, "LICEN") || strings.HasPrefix(name, "COPYING") || strings.HasPrefix(name, "NOTICE")) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		texts = append(texts, bytes.TrimSpace(text))
	}
	if len(texts) == 0 {
		return nil, fmt.Errorf("no license text in %s", dir)
	}
	return bytes.Join(texts, []byte("\n\n")), nil
}
