//go:build !js

package ui

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"countersign/shared/i18n"
)

func TestIcons_are_in_the_sprite(t *testing.T) {
	list, err := os.ReadFile("../web/icons.txt")
	if err != nil {
		t.Fatal(err)
	}
	have := strings.Fields(string(list))
	source, err := os.ReadFile("icon.go")
	if err != nil {
		t.Fatal(err)
	}
	constants := regexp.MustCompile(`IconName = "([^"]+)"`).FindAllStringSubmatch(string(source), -1)
	if len(constants) < 50 {
		t.Fatalf("found %d icon constants", len(constants))
	}
	for _, c := range constants {
		if !slices.Contains(have, c[1]) {
			t.Errorf("icon %q is not in app/web/icons.txt", c[1])
		}
	}
}

// X02: every word of the components exists in every language.
func TestOwn_words_are_in_the_catalogue(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	keys := []string{"ui.theme_system", "ui.theme_light", "ui.theme_dark"}
	for _, f := range files {
		source, err := os.ReadFile(f.Name())
		if err != nil || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		for _, m := range regexp.MustCompile(`T\("(ui\.[a-z_]+)"`).FindAllStringSubmatch(string(source), -1) {
			if m[1] != "ui.theme_" {
				keys = append(keys, m[1])
			}
		}
	}
	if len(keys) < 30 {
		t.Fatalf("found %d keys", len(keys))
	}
	for _, k := range keys {
		for _, l := range i18n.Locales() {
			if !l.Has(k) {
				t.Errorf("%s has no %s", l, k)
			}
		}
	}
}
