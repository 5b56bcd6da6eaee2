//go:build !js

package e2e

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"testing"
	"time"

	"countersign/app/uitest"
	"countersign/backend/backendtest"
	"countersign/shared/api"

	"github.com/chromedp/chromedp"
)

var picture = flag.String("picture", "", "file to write the README's picture to; make picture renews it")

// R04, R10: one look at what the portal is for: a request that waits, somebody inside, and what was done.
func TestPicture_of_the_README(t *testing.T) {
	s := play(t)
	r := backendtest.Must(s.As(s.Tom).RequestAccess(s.Acme, time.Hour, "Ticket 4790: two numbers are missing after the move."))
	in := api.ApproveIn{RequestIn: api.RequestIn{Org: api.Org{Org: s.Acme}, Request: r.ID}}
	in.Body.Minutes, in.Body.NamedOnly, in.Body.Seen = 30, true, r.Fingerprint()
	backendtest.Must(backendtest.Call(s.As(s.Marie), api.ApproveAccess, in))
	inside := backendtest.Must(s.As(s.Tom).Enter(r))
	viewing := api.ViewingIn{Org: api.Org{Org: s.Acme}}
	viewing.Body.Page = "manage/audit"
	backendtest.Must(backendtest.Call(inside, api.TellViewing, viewing))
	backendtest.Must(s.As(s.Sofia).RequestAccess(s.Acme, 4*time.Hour, "Calls to +33 9 70 01 44 02 fail. I need to look at the program assignment with you."))

	tab := s.open(s.Marie)
	tab.Size(1280, 892)
	visit(tab, remotePath(s.Acme))
	says(tab, "#pending", "Sofia Keller asks to sign in as super_admin")
	says(tab, "#inside", "Tom Becker is viewing Audit")
	tab.NoProblems()
	if *picture == "" {
		return
	}
	if err := os.WriteFile(*picture, few(t, shot(t, tab)), 0o644); err != nil {
		t.Fatal(err)
	}
}

func shot(t *testing.T, tab *uitest.Tab) []byte {
	t.Helper()
	raw, err := chromedp.Run(tab.Context(), chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// few writes a picture again with 256 colors, the most frequent ones, so that it stays small.
func few(t *testing.T, raw []byte) []byte {
	t.Helper()
	full, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	count := map[color.RGBA]int{}
	area := full.Bounds()
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			count[color.RGBAModel.Convert(full.At(x, y)).(color.RGBA)]++
		}
	}
	small := image.NewPaletted(area, palette(count))
	draw.Draw(small, area, full, area.Min, draw.Src)
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, small); err != nil {
		t.Fatal(err)
	}
	if out.Len() > 150<<10 {
		t.Errorf("the picture has %d KB", out.Len()>>10)
	}
	return out.Bytes()
}

// palette takes the most frequent colors, none of them next to one that it has.
func palette(count map[color.RGBA]int) color.Palette {
	var p color.Palette
	for near := 4; len(p) < 256 && len(count) > 0; {
		best, most := color.RGBA{}, 0
		for c, n := range count {
			if n > most || n == most && (c.R < best.R || c.R == best.R && (c.G < best.G || c.G == best.G && c.B < best.B)) {
				best, most = c, n
			}
		}
		p = append(p, best)
		for c := range count {
			if distance(c, best) < near {
				delete(count, c)
			}
		}
	}
	return p
}

func distance(a, b color.RGBA) int {
	abs := func(x, y uint8) int {
		if x > y {
			return int(x - y)
		}
		return int(y - x)
	}
	return max(abs(a.R, b.R), abs(a.G, b.G), abs(a.B, b.B))
}
