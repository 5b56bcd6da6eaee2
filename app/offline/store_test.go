//go:build !js

package offline

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"countersign/app/uitest"
	"countersign/shared/replica"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/storage"
	"github.com/chromedp/chromedp"
)

const thisPackage = "countersign/app/offline"

// N13: the store in the real database of a real browser. The tests are those of the files that end in _js_test.go.
func TestStoreInBrowser(t *testing.T) {
	p := uitest.Compile(t, thisPackage)
	t.Run("tests", func(t *testing.T) {
		passes(t, uitest.Open(t, p.URL), p, "TestLaws", "-test.skip=^TestQuota$")
	})
	t.Run("no room", func(t *testing.T) {
		tab := uitest.Open(t, p.URL)
		oblige(t, tab, p.URL, "quota 3000000")
		passes(t, tab, p, "TestQuota", "-test.run=^TestQuota$")
	})
	t.Run("pages that end in the middle", func(t *testing.T) {
		tab := uitest.Open(t, p.URL)
		for round := range 5 {
			said := writes(tab, p, 5+10*round)
			reads(t, tab, p, said)
		}
	})
	t.Run("a browser that is killed", func(t *testing.T) {
		profile := uitest.NewProfile(t, p.URL)
		said := writes(profile.Tab(), p, 40)
		profile.Kill()
		reads(t, profile.Tab(), p, said)
	})
}

// passes runs tests in a tab, one of which is named.
func passes(t *testing.T, tab *uitest.Tab, p *uitest.Program, name, which string) {
	p.Begin(tab, "-test.v", which)
	for p.Asked(tab, func(what string) { oblige(t, tab, p.URL, what) }) != "" {
	}
	output, status := p.End(tab)
	if status != 0 || !strings.Contains(output, "--- PASS: "+name+" ") {
		t.Errorf("exit status %d", status)
	}
	t.Log(output)
}

// oblige does what a test asks for that no page can do.
func oblige(t *testing.T, tab *uitest.Tab, origin, what string) {
	command, about, _ := strings.Cut(what, " ")
	tab.Do(chromedp.Func(func(ctx context.Context, target *chromedp.Target) (err error) {
		switch command {
		case "quota":
			params := storage.OverrideQuotaForOriginParams{Origin: origin}
			if bytes, err := strconv.ParseFloat(about, 64); err == nil {
				params.QuotaSize = &bytes
			}
			_, err = cdp.Call(ctx, target, storage.OverrideQuotaForOrigin, params)
		case "clear":
			_, err = cdp.Call(ctx, target, storage.ClearDataForOrigin, storage.ClearDataForOriginParams{Origin: origin, StorageTypes: "indexeddb"})
		default:
			t.Errorf("a test asks for %q", what)
		}
		return err
	}))
}

// writes has a page write, without an end, until at least so many edits are told as saved. It gives those that were.
func writes(tab *uitest.Tab, p *uitest.Program, least int) []string {
	p.Begin(tab, "-story=write")
	tab.Wait(fmt.Sprintf(`confirmed.length >= %d`, least))
	return uitest.Eval[[]string](tab, `confirmed`)
}

// reads goes to another page, and looks what is there (I1, I8): every edit that was told as saved, each once and in order, and a base
// that is where its cursor is.
func reads(t *testing.T, tab *uitest.Tab, p *uitest.Program, said []string) {
	t.Helper()
	p.Begin(tab, "-story=read")
	tab.Wait(`stored`)
	var s replica.Stored
	if text := uitest.Eval[string](tab, `stored`); json.Unmarshal([]byte(text), &s) != nil {
		t.Fatal(text)
	}
	at := -1
	for i, en := range s.Log {
		if want := replica.Uid(fmt.Sprint("u", i+1)); en.Uid != want || en.Mid != replica.Mid(i+1) {
			t.Fatalf("entry %d is %s, want %s", en.Mid, en.Uid, want)
		}
		at = max(at, slices.Index(said, string(en.Uid)))
	}
	if at != len(said)-1 {
		t.Errorf("%d edits were told as saved, of which %d are there", len(said), at+1)
	}
	pages := s.Meta.Rev
	if s.Meta.Cursor != fmt.Sprint(pages) || len(s.Rows) != 200*int(pages) || s.Rows[len(s.Rows)-1].Seq != pages {
		t.Errorf("the cursor is at %s after %d pages, with %d rows", s.Meta.Cursor, pages, len(s.Rows))
	}
	if s.Meta.Tx != int64(len(s.Log))+pages || s.NextMid != replica.Mid(len(s.Log)+1) {
		t.Errorf("%d transactions are counted, next is %d, with %d edits and %d pages", s.Meta.Tx, s.NextMid, len(s.Log), pages)
	}
	t.Logf("%d edits were told as saved, %d are there, and %d pages", len(said), len(s.Log), pages)
}

// BenchmarkStoreInBrowser measures the store in a browser, in milliseconds in the middle.
func BenchmarkStoreInBrowser(b *testing.B) {
	p := uitest.Compile(b, thisPackage)
	tab := uitest.Open(b, p.URL)
	for b.Loop() {
		p.Begin(tab, "-test.run=^$", "-test.bench=.")
		output, status := p.End(tab)
		if status != 0 {
			b.Fatal(output)
		}
		for line := range strings.Lines(output) {
			if f := strings.Fields(line); len(f) >= 4 && strings.HasPrefix(f[0], "Benchmark") && f[3] == "ms-median" {
				ms, err := strconv.ParseFloat(f[2], 64)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(ms, strings.ToLower(strings.TrimPrefix(f[0], "Benchmark"))+"-ms")
			}
		}
	}
	b.ReportMetric(0, "ns/op")
}
