package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestThinKeepsWhatTheBrowserReads(t *testing.T) {
	const source = "package api\n\ntype In struct {\n\tOrg\n\tQuery string `query:\"q\" maxLength:\"100\" doc:\"Part of a name, \\\"quoted\\\"\"`\n" +
		"\tBody struct {\n\t\tNote string `json:\"note,omitempty\" doc:\"For whoever decides\"`\n\t\tPlain int `doc:\"only\"`\n\t}\n}\n\n" +
		"var Get = Endpoint{Name: \"get\", Summary: \"What it is\"}\n"
	got, err := thin([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	want := "package api\n\ntype In struct {\n\tOrg\n\tQuery string `query:\"q\"`\n\tBody struct {\n\t\tNote string `json:\"note,omitempty\"`\n\t\tPlain int \n\t}\n}\n\n" +
		"var Get = Endpoint{Name: \"get\", Summary: \"\"}\n"
	if string(got) != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if strings.Count(string(got), "\n") != strings.Count(source, "\n") {
		t.Error("the lines are others, so stack traces would be")
	}
}

func TestThinOwnReplacesOnlyWhatItChanges(t *testing.T) {
	shared, dir := t.TempDir(), t.TempDir()
	for name, code := range map[string]string{"a.go": "package a\n\ntype A struct {\n\tB int `json:\"b\" doc:\"x\"`\n}\n", "b.go": "package a\n",
		"a_test.go": "package a\n\ntype T struct {\n\tB int `doc:\"x\"`\n}\n"} {
		if err := os.WriteFile(filepath.Join(shared, name), []byte(code), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	replace := map[string]string{}
	if err := thinOwn(shared, dir, replace); err != nil {
		t.Fatal(err)
	}
	if len(replace) != 1 || replace[filepath.Join(shared, "a.go")] == "" {
		t.Fatalf("%v", replace)
	}
	code, err := os.ReadFile(replace[filepath.Join(shared, "a.go")])
	if err != nil || strings.Contains(string(code), "doc") {
		t.Errorf("%s, %v", code, err)
	}
}
