package main

import (
	"bytes"
	"encoding/xml"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"
)

func TestMarkIsDrawnInEverySize(t *testing.T) {
	dir := t.TempDir()
	if err := write(dir); err != nil {
		t.Fatal(err)
	}
	for name, size := range map[string]int{
		"mark-32.png": 32, "mark-180.png": 180, "mark-192.png": 192, "mark-512.png": 512, "mark-maskable.png": 512,
	} {
		file, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := img.Bounds().Dx(); got != size || img.Bounds().Dy() != size {
			t.Errorf("%s is %v, want %d pixels square", name, img.Bounds(), size)
		}
	}

	vector, err := os.ReadFile(filepath.Join(dir, "mark.svg"))
	if err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal(vector, new(struct{})); err != nil {
		t.Errorf("mark.svg: %v", err)
	}
}

// Systems cut maskable icons down to a circle of 80 % of their width.
func TestMaskableMarkStaysInTheSafeCircle(t *testing.T) {
	const size = 128
	img := drawing{size: size, corner: 0, scale: .76}.draw()
	for y := range size {
		for x := range size {
			r, g, b, a := img.At(x, y).RGBA()
			if a != 0xffff {
				t.Fatalf("pixel %d,%d is transparent", x, y)
			}
			white := r > 0x8000 && g > 0x8000 && b > 0x8000
			if white && math.Hypot(float64(x)-size/2, float64(y)-size/2) > .4*size {
				t.Fatalf("pixel %d,%d of the drawing lies outside the safe circle", x, y)
			}
		}
	}
}
