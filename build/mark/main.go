// Command mark draws the product's mark: an open ring, the first signature, and the tick that countersigns it.
// It writes the SVG and every bitmap from the same few numbers, so they cannot drift apart.
//
//	go run ./build/mark DIR
package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
)

// The mark on a field of 64 by 64.
const (
	field  = 64.0
	corner = 14.0 // radius of the ground's corners
	ring   = 19.0 // radius of the ring, round the middle
	stroke = 5.5
	above  = 64.0 // degrees of the ring that stay open above the right-hand side, where the tick goes through
	below  = 36.0 // and below it
)

var (
	ground = color.NRGBA{0x00, 0x65, 0x80, 0xff} // the accent of the light theme
	ink    = color.NRGBA{0xff, 0xff, 0xff, 0xff}
	tick   = []point{{23.5, 33}, {31, 40.5}, {51.5, 20}}
)

type point struct{ x, y float64 }

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: mark DIR")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "draw mark:", err)
		os.Exit(1)
	}
}

func write(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	files := map[string][]byte{"mark.svg": []byte(svg())}
	for name, d := range map[string]drawing{
		"mark-32.png":       {size: 32, corner: corner, scale: 1},
		"mark-180.png":      {size: 180, corner: 0, scale: .84}, // the telephone rounds the corners itself
		"mark-192.png":      {size: 192, corner: corner, scale: 1},
		"mark-512.png":      {size: 512, corner: corner, scale: 1},
		"mark-maskable.png": {size: 512, corner: 0, scale: .76}, // the drawing stays within the safe circle
	} {
		var b bytes.Buffer
		if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, d.draw()); err != nil {
			return err
		}
		files[name] = b.Bytes()
	}
	files["favicon.ico"] = ico(files["mark-32.png"], 32)

	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func svg() string {
	from, to := onRing(-above), onRing(below)
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">`+
		`<rect width="64" height="64" rx="%g" fill="#%02x%02x%02x"/>`+
		`<g fill="none" stroke="#fff" stroke-width="%g" stroke-linecap="round" stroke-linejoin="round">`+
		`<path d="M%.2f %.2fA%g %g 0 1 0 %.2f %.2f"/><path d="M%g %gL%g %gL%g %g"/></g></svg>`+"\n",
		corner, ground.R, ground.G, ground.B, stroke, from.x, from.y, ring, ring, to.x, to.y,
		tick[0].x, tick[0].y, tick[1].x, tick[1].y, tick[2].x, tick[2].y)
}

// onRing is the point of the ring at an angle, in degrees clockwise from the right-hand side.
func onRing(degrees float64) point {
	a := degrees * math.Pi / 180
	return point{field/2 + ring*math.Cos(a), field/2 + ring*math.Sin(a)}
}

// drawing is one bitmap: its size in pixels, the ground's corners, and how much of the field the drawing fills.
type drawing struct {
	size   int
	corner float64
	scale  float64
}

func (d drawing) draw() image.Image {
	const grid = 4 // samples a pixel, each way
	img := image.NewNRGBA(image.Rect(0, 0, d.size, d.size))
	for py := range d.size {
		for px := range d.size {
			var onGround, onInk int
			for s := range grid * grid {
				p := point{
					(float64(px) + (float64(s%grid)+.5)/grid) * field / float64(d.size),
					(float64(py) + (float64(s/grid)+.5)/grid) * field / float64(d.size),
				}
				if !inGround(p, d.corner) {
					continue
				}
				onGround++
				if inInk(point{(p.x-field/2)/d.scale + field/2, (p.y-field/2)/d.scale + field/2}) {
					onInk++
				}
			}
			img.SetNRGBA(px, py, mix(onGround, onInk, grid*grid))
		}
	}
	return img
}

func mix(onGround, onInk, samples int) color.NRGBA {
	if onGround == 0 {
		return color.NRGBA{}
	}
	part := func(g, i uint8) uint8 { return uint8((int(g)*(onGround-onInk) + int(i)*onInk) / onGround) }
	return color.NRGBA{part(ground.R, ink.R), part(ground.G, ink.G), part(ground.B, ink.B), uint8(255 * onGround / samples)}
}

func inGround(p point, corner float64) bool {
	dx := math.Max(math.Abs(p.x-field/2)-(field/2-corner), 0)
	dy := math.Max(math.Abs(p.y-field/2)-(field/2-corner), 0)
	return corner == 0 || math.Hypot(dx, dy) <= corner
}

func inInk(p point) bool {
	if near(p, onRing(-above), onRing(-above)) || near(p, onRing(below), onRing(below)) {
		return true
	}
	angle := math.Atan2(p.y-field/2, p.x-field/2) * 180 / math.Pi
	if (angle <= -above || angle >= below) && math.Abs(math.Hypot(p.x-field/2, p.y-field/2)-ring) <= stroke/2 {
		return true
	}
	return near(p, tick[0], tick[1]) || near(p, tick[1], tick[2])
}

// near reports whether p is on the round-ended stroke from a to b.
func near(p, a, b point) bool {
	dx, dy := b.x-a.x, b.y-a.y
	t := 0.0
	if length := dx*dx + dy*dy; length > 0 {
		t = math.Min(math.Max(((p.x-a.x)*dx+(p.y-a.y)*dy)/length, 0), 1)
	}
	return math.Hypot(p.x-a.x-t*dx, p.y-a.y-t*dy) <= stroke/2
}

// ico wraps one PNG in the container of favicon.ico.
func ico(png []byte, size uint8) []byte {
	var b bytes.Buffer
	for _, v := range []any{
		uint16(0), uint16(1), uint16(1), // reserved, icon, one image
		size, size, uint8(0), uint8(0), uint16(1), uint16(32), uint32(len(png)), uint32(22),
	} {
		binary.Write(&b, binary.LittleEndian, v) // a bytes.Buffer takes everything
	}
	b.Write(png)
	return b.Bytes()
}
